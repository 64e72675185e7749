/*
 * rules.h - a rule as the two halves of this module share it.
 *
 *   rule_read.c  words of a `rule` directive -> struct rule (rule_read.h)
 *   rules.c      all of them, and which one matches
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/rule.h"

/* What `to` may hold: a network, a name, or all names below one. */
struct to {
	enum { TO_NET, TO_NAME, TO_BELOW } is;
	struct cidr net;
	char *name;
};

struct ports {
	uint16_t first, last;
};

struct rule {
	enum verdict_action action;
	char *chain, *headers; /* NULL: not said */
	unsigned line;
	/* Conditions; none of a kind: that kind matches everything. */
	struct cidr *from;
	struct to *to;
	struct ports *port;
	char **user;
	size_t nfrom, nto, nport, nuser;
};

/*
 * Into a rule that is all zero.  false: a mistake, reported, or out of memory;
 * in any case the rule needs rule_deinit().
 */
bool rule_read(struct conf *, const struct conf_node *, struct rule *);
void rule_deinit(struct rule *);

#endif
