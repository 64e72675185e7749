/*
 * local.h - is an address one of this machine?  The kernel is asked each time,
 * as addresses come and go: all interfaces, broadcast, anycast, and networks
 * routed to this machine as a whole.
 */
#ifndef NET_LOCAL_H
#define NET_LOCAL_H

#include "base/endpoint.h"

struct local {
	int fd; /* -1: not opened yet */
	uint32_t seq;
};

void local_init(struct local *);
void local_deinit(struct local *);
/* Also true when the kernel can not be asked: do not connect then. */
bool local_has(struct local *, const struct ip *);

/* Our own end of a connected or listening socket; false: it has none. */
bool local_end(int fd, struct ip *, uint16_t *port);

#endif
