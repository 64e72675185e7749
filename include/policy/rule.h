/*
 * rule.h - what may go where, and which way: the first matching rule decides.
 *
 *   rule reject to 192.0.2.0/24 port 25
 *   rule chain tor to *.onion
 *   rule direct headers strict
 *
 * A request that no rule matches is rejected.  With no rule at all everything
 * is direct, but only where there is no chain and no proxy either: else
 * rules_load() wants to be told (-x comes with a rule of its own).
 *
 * A `to CIDR` condition is tested against the address in the request; for a
 * name that is to be reached directly it is tested again, with every address
 * the name resolved to, before that address is connected to
 * (rules_permit_ip), so that no name walks around a rule: the first rule that
 * matches the name or the address has to say direct.  So `reject to 10.0.0.0/8`
 * above a `direct` holds for names as well, and a `direct to example.org` above
 * it makes an exception.  "*.example.org" is not example.org itself.
 */
#ifndef POLICY_RULE_H
#define POLICY_RULE_H

#include "config/conf.h"
#include "request/request.h"

enum verdict_action { VERDICT_REJECT, VERDICT_DIRECT, VERDICT_CHAIN };

struct verdict {
	enum verdict_action action;
	const char *chain;   /* VERDICT_CHAIN: its name; the rules own it */
	const char *headers; /* a profile; NULL: the listener's */
	unsigned line;       /* of the rule, 0: none matched or built in */
};

struct rules;

extern const struct conf_directive rule_directives[];

/*
 * Names in rules must be those of a `chain` (or of a `proxy`: a chain of one);
 * users must be known.  NULL after an error (reported) or when out of memory.
 */
struct rules *rules_load(struct conf *);
void rules_free(struct rules *);

/* Can any request be judged direct?  (If not, no name is resolved here.) */
bool rules_may_go_direct(const struct rules *);
struct verdict rules_ask(const struct rules *, const struct request *);
/* May this request, judged direct, connect to ip? */
bool rules_permit_ip(const struct rules *, const struct request *,
    const struct ip *);

#endif
