/*
 * sim.h - a network without a kernel: net/'s functions over plain memory, a
 * clock that stands still until told, and faults where a test plans them.
 *
 * A program linked with sim.c in place of libnet.a runs whole sessions, every
 * event in the order the test chooses, and the same each time.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/dial.h"
#include "net/listener.h"
#include "net/resolver.h"
#include "net/stream.h"

#define SIM_ENDS 256
#define SIM_MEM	 (1 << 18)

/* The far end of a connection that bauta has, with a client or a target. */
struct sim_end {
	bool used;
	struct stream *stream;	  /* bauta's side, NULL: not opened or closed */
	uint8_t to[SIM_MEM];	  /* sent to bauta, not read by it yet */
	size_t to_len;
	uint8_t from[SIM_MEM];	  /* written by bauta, not taken yet */
	size_t from_len;
	bool fin_to, fin_from;	  /* that direction ended */
	bool reset_to;		  /* the far end broke it */
	bool owes_end;		  /* bauta wrote its last bytes, and has to end it */
	bool closed, reset_from;  /* bauta closed it, or broke it */
	struct endpoint dialled;  /* where bauta wanted to go */
};

struct sim {
	uint64_t now;
	struct sim_end *end[SIM_ENDS];
	unsigned nends;
	unsigned ndials;
	unsigned nsrv_lookups;
	/* Plans: */
	size_t slice;	/* bytes a read or write moves at most; 0: all */
	size_t window;	/* bytes bauta may be ahead of the far end; 0: many */
	unsigned long fail_at; /* the n-th call that can fail fails; 0: none */
	bool failed;
	enum dial_result dial; /* how dials end */
	bool dial_later;       /* not at once, but at the next turn */
	bool dial_never;
	uint16_t dead, hole; /* ports: dials to them are refused, or wait */
	bool stopped; /* loop_stop() was called */
};

extern struct sim sim;

void sim_init(void);   /* forgets everything, frees all ends */
int sim_connect(void); /* a client comes in: its end */
int sim_target(void);  /* the end of the last dial, or -1 */
void sim_send(int end, const void *, size_t);
void sim_finish(int end); /* FIN */
void sim_reset(int end);  /* RST */
/* Take what bauta wrote, at most n bytes. */
size_t sim_take(int end, void *, size_t n);
/* Answers the one look-up of a service that is under way. */
void sim_services(enum lookup_result, const struct srv_record *, size_t n,
    uint32_t ttl);
void sim_turn(void); /* every event there is, until it is quiet */
void sim_wait(uint64_t ms); /* time passes, deadlines expire */
unsigned sim_open(void); /* connections bauta holds open */

#endif
