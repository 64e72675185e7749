/*
 * rules.h - a rule as the two halves of this module share it.
 *
 *   rule_read.c  words of a `rule` directive -> struct rule (rule_read.h)
 *   rules.c      all of them, and which one matches
 */
#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include "policy/identity.h"
#include "policy/rule.h"

#include "list.h"

/* What `to` may hold.  Names are in lower case. */
struct to {
	enum { TO_NET, TO_NAME, TO_BELOW, TO_PRIVATE, TO_LIST } is;
	unsigned char len; /* of the name */
	union {
		struct cidr net;
		char *name;
		const struct list *list; /* the rules own it */
	} as;
};

/* In rule.isolate, while it is read: nothing is isolated. */
#define ISOLATE_NONE 16u

#define LIMIT_MAX 1000000

struct ports {
	uint16_t first, last;
};

struct rule {
	/*
	 * Conditions; none of a kind: that kind matches everything.  They come
	 * first and fill a cache line, as most rules are asked for no more.
	 */
	struct cidr *from;
	struct to *to;
	struct ports *port;
	char **user;
	struct endpoint *listener;
	unsigned nfrom, nto, nport, nuser, nlistener;
	unsigned protocols; /* a bit for each; 0: all */

	enum verdict_action action;
	char *chain, *headers, *file; /* NULL: not said */
	unsigned line;
	unsigned isolate; /* ISOLATE_* bits */
	enum { PRIVATE_AS_LISTENER, PRIVATE_OK, PRIVATE_NOT } private;
	struct source_spec source;
	unsigned limit;		/* of connections at a time; 0: none */
	atomic_uint *open; /* how many there are; or NULL */
};

/*
 * Into a rule that is all zero.  Lists it needs are put before *lists, those
 * that are there are used.  false: a mistake, reported, or out of memory; in
 * any case the rule needs rule_deinit().
 */
bool rule_read(struct conf *, const struct conf_node *, struct rule *,
    struct list **lists);
void rule_deinit(struct rule *);

#endif
