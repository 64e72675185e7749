/* probe_parts.h - what the files of a probe share. */
#ifndef MAIN_PROBE_PARTS_H
#define MAIN_PROBE_PARTS_H

#include <poll.h>

#include "ctl.h"
#include "probe.h"

#define GUESTS 8 /* connections to the origin at a time */

struct guest {
	int fd; /* -1: none */
	struct recorded got;
};

struct run {
	struct probe *p;
	long long end;      /* of the monotonic clock, in milliseconds */
	struct endpoint to; /* the origin, as the proxy is told */
	char where[ENDPOINT_STR], path[2 + 2 * 8];
	int proxy, origin;
	bool arrived;  /* our request, at the origin */
	bool answered; /* the proxy, with a whole head */
	bool garbled;  /* a guest spoke no strict HTTP/1.1 */
	struct guest guest[GUESTS];
};

/* probe_way.c; 0, or an exit code, and it was said why */
long long probe_now(void);
bool probe_wait(const struct run *, struct pollfd *, size_t n); /* in time */
bool probe_send(const struct run *, int fd, const void *, size_t);
int probe_dial(struct run *);
int probe_shake_hands(struct run *); /* of a proxy that makes tunnels */

/* probe_error.c: say it, and with which exit code to end */
int probe_no_memory(void);
int probe_gone(void);
int probe_too_slow(const struct run *);
int probe_refused(const struct run *, unsigned status);
int probe_no_tunnel(const struct run *, enum outcome);

#endif
