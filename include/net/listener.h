/*
 * listener.h - accepts clients on one address for one loop.
 *
 * Several loops listen on the same address with a listener each
 * (SO_REUSEPORT); the kernel shares clients out.  When descriptors run out the
 * listener pauses instead of spinning, and goes on when some are free.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "base/endpoint.h"
#include "net/loop.h"

struct listener {
	ev_io io;
	struct loop *loop;
	struct timer pause;
	void (*on_client)(struct listener *, int fd, const struct ip *peer);
	void *data;
	unsigned burst, turn; /* clients to take, at which turn of the loop */
	unsigned long long warned;
};

/*
 * A bound, listening descriptor, or -1 with errno.  *addr's port is filled in
 * when it was 0.  Made before threads start, so that errors are found early:
 * the first of an address (exclusive: fails when another process has it), then
 * one more for each further loop.
 */
int listener_bind(struct endpoint *addr, bool first);
/* Owns fd from here. */
void listener_open(struct listener *, struct loop *, int fd,
    void (*on_client)(struct listener *, int fd, const struct ip *peer));
void listener_close(struct listener *);

#endif
