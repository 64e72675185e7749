/*
 * source.h - where an outgoing connection leaves from: addresses, interface
 * and mark.
 *
 * All 0 leaves it to the kernel.  When an address of one family is given, the
 * other family is used only if an address of it is given, too: else the peer
 * would see one that nobody chose.  When any of it can not be had (no such
 * interface, no right to set a mark) the connection fails; it never leaves
 * from somewhere else.
 */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include "base/endpoint.h"

#define SOURCE_IFACE 16 /* IFNAMSIZ, with its NUL */

struct source {
	struct ip v4, v6;
	bool has_v4, has_v6;
	bool free;                /* not of this machine: IP_FREEBIND */
	char iface[SOURCE_IFACE]; /* SO_BINDTODEVICE; "": any */
	uint32_t mark;            /* SO_MARK; 0: none */
};

bool source_is_any(const struct source *); /* the kernel chooses */
bool source_same(const struct source *, const struct source *);

#endif
