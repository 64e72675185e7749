/* rules.c - the `rule` directives in their order, and which of them matches. */
#include <stdlib.h>
#include <string.h>

#include "base/private.h"

#include "rules.h"

struct rules {
	struct rule *rule;
	size_t n;
	struct list *lists;
};

static const struct conf_arg rule_args[] = {
	{ .word = "reject|direct|chain|drop",
	    .kind = CONF_CHOICE,
	    .choices = "reject|direct|chain|drop" },
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
	    .doc = "What to do with a request: reject it, connect directly, "
		   "go through the chain or proxy whose name follows, or drop "
		   "it: then the client hears nothing until it gives up.  "
		   "Behind that come conditions and how it is done, each a "
		   "keyword and its words; \"RULES\" explains them.  The "
		   "first rule whose conditions all match decides.  What no "
		   "rule matches is rejected.",
	    .example = "rule reject to 192.0.2.0/24 port 25",
	},
	{ .name = NULL },
};

/* -- loading -------------------------------------------------------------- */

static bool
matches_all(const struct rule *r)
{
	return r->nfrom + r->nto + r->nport + r->nuser + r->nlistener == 0 &&
	    r->protocols == 0;
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
		read = rule_read(c, n, r, &rules->lists);
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
	if (n == NULL)
		n = conf_first(c, "pool"); /* its proxies come by SRV */
	if (n == NULL) {
		rules->rule[rules->n++] = (struct rule){
			.action = VERDICT_DIRECT,
			.isolate = ISOLATE_DEFAULT,
		};
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
	struct list *l;
	size_t i;

	if (rules == NULL)
		return;
	for (i = 0; i < rules->n; i++)
		rule_deinit(&rules->rule[i]);
	while ((l = rules->lists) != NULL) {
		rules->lists = l->next;
		list_free(l);
	}
	free(rules->rule);
	free(rules);
}

/* -- asking --------------------------------------------------------------- */

/* What is asked about, as rules like to have it. */
struct asked {
	const struct request *q;
	const struct ip *ip;     /* NULL: a name only, so far */
	size_t n;                /* of the name; 0: there is none */
	char name[HOST_MAX + 1]; /* in lower case */
	bool private;
};

static void
prepare(struct asked *a, const struct request *q, const struct ip *ip)
{
	const char *name = q->target.host.name;
	char c;

	a->q = q;
	a->ip = ip;
	a->n = 0;
	a->private = ip != NULL && ip_is_private(ip);
	if (q->target.type != HOST_NAME)
		return;
	a->private = a->private || (ip == NULL && name_is_private(name));
	for (; (c = name[a->n]) != '\0'; a->n++)
		a->name[a->n] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a')
						     : c;
}

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
is_below(const struct asked *a, const struct to *to)
{
	const char *tail = a->name + a->n - to->len;

	return a->n > to->len + 1u && tail[-1] == '.' &&
	    memcmp(tail, to->as.name, to->len) == 0;
}

static bool
is_target(const struct to *to, const struct asked *a)
{
	switch (to->is) {
	case TO_NAME:
		return a->n == to->len &&
		    memcmp(a->name, to->as.name, to->len) == 0;
	case TO_BELOW:
		return is_below(a, to);
	case TO_NET:
		return a->ip != NULL && cidr_has(&to->as.net, a->ip);
	case TO_PRIVATE:
		return a->private;
	case TO_LIST:
		return (a->n > 0 &&
			   list_has_name(to->as.list, a->name, a->n)) ||
		    (a->ip != NULL && list_has_ip(to->as.list, a->ip));
	}
	return false;
}

static bool
to_matches(const struct rule *r, const struct asked *a)
{
	size_t i;

	for (i = 0; i < r->nto; i++)
		if (is_target(&r->to[i], a))
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

static bool
listener_matches(const struct rule *r, const struct endpoint *at)
{
	size_t i;

	for (i = 0; i < r->nlistener; i++)
		if (at != NULL && endpoint_same(&r->listener[i], at))
			return true;
	return r->nlistener == 0;
}

/* What costs least and rules out most comes first. */
static bool
is_match(const struct rule *r, const struct asked *a)
{
	const struct request *q = a->q;

	return port_matches(r, q->target.port) &&
	    (r->protocols == 0 || (r->protocols & 1u << q->protocol) != 0) &&
	    from_matches(r, &q->client) && user_matches(r, q->user) &&
	    listener_matches(r, q->listener) && to_matches(r, a);
}

static struct verdict
verdict_of(const struct rule *r, const struct asked *a)
{
	bool allowed = r->private == PRIVATE_AS_LISTENER
	    ? a->q->private_ok
	    : r->private == PRIVATE_OK;
	struct verdict v = {
		.action = r->action,
		.chain = r->chain,
		.headers = r->headers,
		.source = source_is_set(&r->source) ? &r->source : NULL,
		.isolate = r->isolate,
		.limit = r->limit,
		.open = r->open,
		.private_ok = allowed,
		.file = r->file,
		.line = r->line,
	};

	if (a->private && !allowed &&
	    (r->action == VERDICT_DIRECT || r->action == VERDICT_CHAIN)) {
		v.action = VERDICT_REJECT;
		v.is_private = true;
	}
	return v;
}

static struct verdict
first_match(const struct rules *rules, const struct request *q,
    const struct ip *ip)
{
	const struct rule *r;
	struct asked a;

	prepare(&a, q, ip);
	for (r = rules->rule; r < rules->rule + rules->n; r++)
		if (is_match(r, &a))
			return verdict_of(r, &a);
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
struct verdict
rules_ask_ip(const struct rules *rules, const struct request *q,
    const struct ip *ip)
{
	return first_match(rules, q, ip);
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
