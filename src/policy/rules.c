/* rules.c - the `rule` directives in their order, and which of them matches. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules.h"

struct rules {
	struct rule *rule;
	size_t n;
};

static const struct conf_arg rule_args[] = {
	{ .word = "reject|direct|chain",
	    .kind = CONF_CHOICE,
	    .choices = "reject|direct|chain" },
	{ .word = "CONDITION", .kind = CONF_TEXT },
	{ .word = NULL },
};

const struct conf_directive rule_directives[] = {
	{
	    .name = "rule",
	    .args = rule_args,
	    .min_args = 1,
	    .many_args = true,
	    .many = true,
	    .dflt = "direct",
	    .doc =
		"What to do with a request: reject it, connect directly, "
		"or go through the chain or proxy whose name follows.  "
		"Conditions come behind it: from CIDR..., to "
		"NAME|*.SUFFIX|CIDR..., port N|A-B..., user NAME....  headers NAME says "
		"which profile of headers HTTP requests get: off, "
		"standard, strict, or a name of your own.  All "
		"kinds given must match, one word of each kind is enough, "
		"and the first rule that matches decides.  What no rule "
		"matches is rejected.  *.example.org is every name below "
		"example.org, not that name itself.",
	    .example = "rule reject to 192.0.2.0/24 port 25",
	},
	{ .name = NULL },
};

/* -- loading -------------------------------------------------------------- */

static bool
matches_all(const struct rule *r)
{
	return r->nfrom + r->nto + r->nport + r->nuser == 0;
}

/* Every rule is read, whatever was wrong before. */
static bool
read_rules(struct rules *rules, struct conf *c)
{
	const struct conf_node *n = conf_first(c, "rule");
	unsigned all = 0; /* the line of the rule that matches everything */
	bool good = true, told = false, read;
	struct rule *r;

	for (; n != NULL; n = conf_next(n)) {
		r = &rules->rule[rules->n++];
		read = rule_read(c, n, r);
		good &= read;
		if (all != 0 && !told) {
			conf_error_at(c, n, NULL, "put that one last",
			    "this rule is never reached, as line %u "
			    "matches everything",
			    all);
			told = true;
		}
		if (all == 0 && read && matches_all(r))
			all = n->line;
	}
	return good; /* told: the conf is not ok any more */
}

/* Without any rule there must be no doubt about what is wanted. */
static bool
built_in(struct rules *rules, struct conf *c)
{
	const struct conf_node *n = conf_first(c, "chain");

	if (n == NULL)
		n = conf_first(c, "proxy");
	if (n == NULL) {
		rules->rule[rules->n++].action = VERDICT_DIRECT;
		return true;
	}
	/* What there is may be a rule that could not be read. */
	if (conf_ok(c))
		conf_error_at(c, n, NULL,
		    "add a line \"rule chain NAME\" for everything, or rules "
		    "with conditions",
		    "there is no rule, so nothing says what goes through "
		    "this %s",
		    n->directive->name);
	return false;
}

struct rules *
rules_load(struct conf *c)
{
	struct rules *rules = calloc(1, sizeof(*rules));
	const struct conf_node *n;
	size_t count = 0;
	bool good = false;

	if (rules == NULL)
		return NULL;
	for (n = conf_first(c, "rule"); n != NULL; n = conf_next(n))
		count++;
	rules->rule = calloc(count == 0 ? 1 : count, sizeof(*rules->rule));
	if (rules->rule != NULL)
		good = count == 0 ? built_in(rules, c) : read_rules(rules, c);
	/* Not without a rule that could not be read: it may say reject. */
	if (good && conf_ok(c))
		return rules;
	rules_free(rules);
	return NULL;
}

void
rules_free(struct rules *rules)
{
	size_t i;

	if (rules == NULL)
		return;
	for (i = 0; i < rules->n; i++)
		rule_deinit(&rules->rule[i]);
	free(rules->rule);
	free(rules);
}

/* -- asking --------------------------------------------------------------- */

static bool
from_matches(const struct rule *r, const struct ip *client)
{
	size_t i;

	for (i = 0; i < r->nfrom; i++)
		if (cidr_has(&r->from[i], client))
			return true;
	return r->nfrom == 0;
}

static bool
is_below(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n > k + 1 && name[n - k - 1] == '.' &&
	    strcasecmp(name + n - k, suffix) == 0;
}

static bool
is_target(const struct to *to, const char *name, const struct ip *ip)
{
	if (to->is == TO_NET)
		return ip != NULL && cidr_has(&to->net, ip);
	if (name == NULL)
		return false;
	return to->is == TO_NAME ? strcasecmp(name, to->name) == 0
				 : is_below(name, to->name);
}

/* ip: the target's address, or NULL while it is a name only. */
static bool
to_matches(const struct rule *r, const struct endpoint *target,
    const struct ip *ip)
{
	const char *name = NULL;
	size_t i;

	if (target->type == HOST_NAME)
		name = target->host.name;
	for (i = 0; i < r->nto; i++)
		if (is_target(&r->to[i], name, ip))
			return true;
	return r->nto == 0;
}

static bool
port_matches(const struct rule *r, uint16_t port)
{
	size_t i;

	for (i = 0; i < r->nport; i++)
		if (port >= r->port[i].first && port <= r->port[i].last)
			return true;
	return r->nport == 0;
}

static bool
user_matches(const struct rule *r, const char *user)
{
	size_t i;

	for (i = 0; i < r->nuser; i++)
		if (strcmp(r->user[i], user) == 0)
			return true;
	return r->nuser == 0;
}

static struct verdict
first_match(const struct rules *rules, const struct request *q,
    const struct ip *ip)
{
	const struct rule *r;

	for (r = rules->rule; r < rules->rule + rules->n; r++)
		if (from_matches(r, &q->client) &&
		    to_matches(r, &q->target, ip) &&
		    port_matches(r, q->target.port) && user_matches(r, q->user))
			return (struct verdict){
				.action = r->action,
				.chain = r->chain,
				.headers = r->headers,
				.line = r->line,
			};
	return (struct verdict){ .action = VERDICT_REJECT };
}

struct verdict
rules_ask(const struct rules *rules, const struct request *q)
{
	struct ip ip;

	return first_match(rules, q, endpoint_ip(&q->target, &ip) ? &ip : NULL);
}

/*
 * With the address known, rules that could not match the name alone may come
 * first now: a `reject to CIDR` above the `direct`, but also a `chain`, which
 * would have been another way.  Only what is direct still is permitted.
 */
bool
rules_permit_ip(const struct rules *rules, const struct request *q,
    const struct ip *ip)
{
	return first_match(rules, q, ip).action == VERDICT_DIRECT;
}

bool
rules_may_go_direct(const struct rules *rules)
{
	size_t i;

	for (i = 0; i < rules->n; i++)
		if (rules->rule[i].action == VERDICT_DIRECT)
			return true;
	return false;
}
