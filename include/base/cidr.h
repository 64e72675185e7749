/* cidr.h - a network: an address and how many of its leading bits count. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/endpoint.h"

struct cidr {
	struct ip ip;
	uint8_t bits; /* 0..32 or 0..128 */
};

/* "10.0.0.0/8", "::1", "2001:db8::/32"; bits behind the prefix must be 0. */
enum err cidr_parse(struct cidr *, const char *s, size_t n);
bool cidr_has(const struct cidr *, const struct ip *);

#endif
