/*
 * circuit.h - a connection through the hops of a path, one through the other.
 *
 * A circuit is made for a target, or prepared: built up to its last hop, which
 * waits to be told a target.  It serves one session and is never used again.
 * Nothing here decides which hops; that was done when the path was picked.
 * How each hop did is reported to the worker's route_state.
 */
#ifndef SESSION_CIRCUIT_H
#define SESSION_CIRCUIT_H

#include <sys/queue.h>

#include "base/source.h"
#include "net/dial.h"
#include "net/stream.h"
#include "outbound/chain.h"
#include "relay/flow.h"
#include "route/state.h"

struct worker;

/* Which way out, and for whom: those of two identities have nothing shared. */
struct way {
	const struct route *route;
	struct identity identity;
	struct source source; /* all 0: the kernel chooses */
};

bool way_same(const struct way *, const struct way *);

enum circuit_status {
	CIRCUIT_WAITS,	  /* for the network */
	CIRCUIT_PREPARED, /* for a target */
	CIRCUIT_READY,	  /* the target is reached: take it */
	CIRCUIT_FAILED,	  /* why, and at which hop; close it */
};

struct circuit {
	TAILQ_ENTRY(circuit) link; /* the owner's */
	struct worker *worker;
	void (*told)(struct circuit *); /* its status changed; may close it */
	void *owner;
	enum circuit_status status;
	enum outcome why, cause; /* with FAILED: what to say, what happened */
	bool fault;	  /* a hop's, that is, and not the target's or ours: */
	unsigned at;	  /* this one's, from 0 */
	bool reached;	  /* the first hop was connected to */
	bool doubt;	  /* perhaps it was told too much at once: try again */
	uint64_t began;	    /* loop_now() when it was opened, or aimed, */
	uint64_t step;	    /* when the hop at work was begun with, */
	uint64_t prepared;  /* and when it was prepared; 0: not yet */
	struct path path;
	unsigned up;	    /* hops that did their work, and were reported */
	unsigned early;	    /* bits, by place: told all at once */
	bool trial;	    /* to find out of one of them */
	const struct hop_spec *hops[CHAIN_MAX];
	struct hop_spec *own[CHAIN_MAX]; /* of members by SRV, or NULL */
	bool aimed; /* there is a target, */
	bool spare; /* which came when it was prepared already */
	struct endpoint target;
	struct chain *chain;
	struct dial dial;
	struct source source;
	struct stream stream;
	struct flow out; /* to the first hop: what it does not take yet */
	struct buf in;	 /* from the hop at work; no memory while prepared */
	struct deadline deadline;
};

/*
 * The path is the circuit's from now on, also on failure.  target NULL: only
 * prepare it.  limit: how long that may take; NULL: the owner sees to it.
 * told() is called later, never from here: look at the status.  NULL: out of
 * memory.
 */
struct circuit_plan {
	const struct way *way;
	const struct path *path;
	const struct endpoint *target;
	struct deadlines *limit;
	bool trial; /* find out of one hop whether it takes all at once */
	void (*told)(struct circuit *);
	void *owner;
};

struct circuit *circuit_open(struct worker *, const struct circuit_plan *);
/*
 * Of one that WAITS for its target to be reached: payload may follow the
 * request at once, if it has not failed by then.
 */
bool circuit_takes_early(const struct circuit *);
bool circuit_send(struct circuit *, const void *, size_t); /* false: broken */

/* One that is PREPARED gets a target, and another owner. */
void circuit_aim(struct circuit *, void (*told)(struct circuit *), void *owner,
    const struct endpoint *target);
/*
 * Of one that is READY: its descriptor is the caller's, and so are *in with the
 * target's first bytes (in->mem is malloc'd or NULL), and the path, for
 * route_done(); what was not sent yet goes to *out.  The circuit is freed.
 */
int circuit_take(struct circuit *, struct path *, struct buf *in,
    struct flow *out);
/* It FAILED for its target alone: each hop did its part. */
bool circuit_missed(const struct circuit *);
void circuit_give_up(struct circuit *); /* it fails: too slow */
/*
 * One that was begun later, on the path `by`, is ready first: that counts
 * against the hop this one waits for.  Only circuit_close() may follow.
 */
void circuit_beaten(struct circuit *, const struct path *by);
void circuit_close(struct circuit *); /* accepts NULL */

void circuit_expired(struct deadline *); /* for the classes of `limit` */

#endif
