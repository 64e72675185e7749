/* nets.h - any number of networks, and whether an address is in one. */
#ifndef POLICY_NETS_H
#define POLICY_NETS_H

#include "base/cidr.h"

struct nets {
	struct cidr *net; /* once ready: sorted, none within another */
	size_t n, room;
};

bool nets_add(struct nets *, const struct cidr *); /* false: out of memory */
void nets_ready(struct nets *); /* after the last one, before the first ask */
bool nets_have(const struct nets *, const struct ip *);
void nets_deinit(struct nets *);

#endif
