/*
 * rule.h - what may go where, and which way: the first matching rule decides.
 *
 *   rule reject to 192.0.2.0/24 file:/etc/bauta/blocked port 25
 *   rule chain tor to *.onion isolate client target
 *   rule direct headers strict
 *
 * A request that no rule matches is rejected.  With no rule at all everything
 * is direct, but only where there is no proxy, pool or chain either: else
 * rules_load() wants to be told (-x comes with a rule of its own).
 *
 * Conditions on addresses (`to` with a network, `private` or a list that has
 * networks) are tested against the address in the request.  For a name that is
 * to be reached directly they are tested again, with every address the name
 * resolved to, before that address is connected to (rules_ask_ip), so that no
 * name walks around a rule: the first rule that matches the name or the
 * address has to say direct.  So `reject to 10.0.0.0/8` above a `direct` holds
 * for names as well, and a `direct to example.org` above it makes an
 * exception.  "*.example.org" is not example.org itself.
 *
 * A target that is private (base/private.h) is rejected whatever the rule
 * says, unless the rule or else the listener allows it: by rules_ask() when
 * the request has its address or is for localhost, by rules_ask_ip() for what
 * a name resolved to.  The machine's own public addresses are for the caller
 * to find out; verdict.private_ok says whether it has to.
 */
#ifndef POLICY_RULE_H
#define POLICY_RULE_H

#include <stdatomic.h>

#include "config/conf.h"
#include "policy/identity.h"
#include "request/request.h"

enum verdict_action {
	VERDICT_REJECT,
	VERDICT_DIRECT,
	VERDICT_CHAIN,
	VERDICT_DROP, /* reject, and the client is not told */
};

/* What it points to belongs to the rules. */
struct verdict {
	enum verdict_action action;
	const char *chain;                /* VERDICT_CHAIN: its name */
	const char *headers;              /* a profile; NULL: the listener's */
	const struct source_spec *source; /* NULL: the kernel chooses */
	unsigned isolate;                 /* ISOLATE_* bits */
	unsigned limit;                   /* connections at a time; */
	atomic_uint *open;                /* those there are; NULL: no limit */
	bool private_ok;                  /* private addresses may be reached */
	bool is_private;                  /* rejected for that alone */
	const char *file;                 /* of the rule */
	unsigned line; /* 0: none matched, or it is built in */
};

struct rules;

extern const struct conf_directive rule_directives[];

/*
 * Names in rules must be those of a `chain` (or of a `proxy` or a `pool`: a
 * chain of one); users, listeners and profiles of headers must be known.  Lists
 * are read.  NULL after an error (reported) or when out of memory.
 */
struct rules *rules_load(struct conf *);
void rules_free(struct rules *);

/* Can any request be judged direct?  (If not, no name is resolved here.) */
bool rules_may_go_direct(const struct rules *);
struct verdict rules_ask(const struct rules *, const struct request *);
/* Again, for one of the addresses its name resolved to. */
struct verdict rules_ask_ip(const struct rules *, const struct request *,
    const struct ip *);

#endif
