/* rule_read.c - a `rule` directive: its action, and words behind keywords. */
#include <stdlib.h>
#include <string.h>

#include "rule_read.h"

/* In the order of keyword[]. */
static const char *const names[] = { "from", "to", "port", "user", "listener",
	"protocol", "headers", "isolate", "source", "interface", "mark",
	"allow-private", "limit" };
#define NKEYWORDS (sizeof(names) / sizeof(names[0]))

static const struct keyword {
	read_word *read;
	bool one; /* a single word, and once */
} keyword[NKEYWORDS] = {
	{ read_from, false },
	{ read_to, false },
	{ read_port, false },
	{ read_user, false },
	{ read_listener, false },
	{ read_protocol, false },
	{ read_headers, true },
	{ read_isolate, false },
	{ read_source, false },
	{ read_interface, true },
	{ read_mark, true },
	{ read_private, true },
	{ read_limit, true },
};

const char *const *
keywords(size_t *n)
{
	*n = NKEYWORDS;
	return names;
}

static size_t
find(const char *word)
{
	size_t k;

	for (k = 0; k < NKEYWORDS; k++)
		if (strcmp(names[k], word) == 0)
			break;
	return k;
}

static bool
lacks_words(const struct reading *r, const struct conf_value *v)
{
	conf_error_at(r->conf, r->node, v, NULL, "nothing follows \"%s\"",
	    v->text);
	return false;
}

static bool
no_keyword(const struct reading *r, const struct conf_value *v)
{
	char all[160] = "";
	size_t k, n = 0;

	for (k = 0; k < NKEYWORDS && n < sizeof(all); k++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
		    k == 0 ? "" : ", ", names[k]);
	conf_error_at(r->conf, r->node, v, keyword_hint(r, v->text),
	    "\"%s\" is none of: %s", v->text, all);
	return false;
}

static bool
is_twice(const struct reading *r, unsigned long *seen, size_t k,
    const struct conf_value *v)
{
	bool twice = keyword[k].one && (*seen & 1ul << k) != 0;

	*seen |= 1ul << k;
	if (twice)
		conf_error_at(r->conf, r->node, v, "delete one of them",
		    "\"%s\" is there already", v->text);
	return twice;
}

/* `isolate user` is not the keyword user: what follows are its own words. */
static bool
is_own(size_t k, const char *word)
{
	return k < NKEYWORDS && keyword[k].read == read_isolate &&
	    is_isolate_word(word);
}

static bool
read_words(struct reading *r, const struct conf_value *v)
{
	const struct conf_value *end = r->node->args + r->node->nargs;
	size_t k = NKEYWORDS;
	unsigned long seen = 0;
	bool good = true;

	for (; v < end && !r->lost; v++) {
		if (find(v->text) < NKEYWORDS && !is_own(k, v->text)) {
			if (r->first)
				good = lacks_words(r, v - 1);
			k = find(v->text);
			good &= !is_twice(r, &seen, k, v);
			r->first = true;
		} else if (k == NKEYWORDS || (keyword[k].one && !r->first)) {
			return no_keyword(r, v);
		} else {
			good &= keyword[k].read(r, v);
			r->first = false;
		}
	}
	return r->first ? lacks_words(r, v - 1) : good;
}

static bool
read_chain(struct reading *r)
{
	static const char *const ways[] = { "proxy", "pool", "chain", NULL };
	const struct conf_node *n = r->node;
	const struct conf_value *v = n->nargs < 2 ? NULL : &n->args[1];
	bool known = false;
	size_t i;

	for (i = 0; v != NULL && ways[i] != NULL; i++)
		known |= is_named(r, ways[i], v->text);
	if (v == NULL || (!known && find(v->text) < NKEYWORDS)) {
		conf_error_at(r->conf, n, &n->args[0], "rule chain NAME ...",
		    "the name of the chain is missing");
		return false;
	}
	if (!known) {
		conf_error_at(r->conf, n, v,
		    name_hint(r, ways, v->text),
		    "no proxy, pool or chain is called \"%s\"", v->text);
		return false;
	}
	r->rule->chain = strdup(v->text);
	return r->rule->chain != NULL || no_memory(r);
}

bool
rule_read(struct conf *c, const struct conf_node *n, struct rule *rule,
    struct list **lists)
{
	static const enum verdict_action actions[] = {
		VERDICT_REJECT,
		VERDICT_DIRECT,
		VERDICT_CHAIN,
		VERDICT_DROP,
	};
	struct reading r = {
		.conf = c,
		.node = n,
		.rule = rule,
		.lists = lists,
	};
	bool good;

	rule->line = n->line;
	rule->file = strdup(n->file);
	if (rule->file == NULL)
		return no_memory(&r);
	rule->action = actions[n->args[0].as.choice];
	if (rule->action != VERDICT_CHAIN)
		good = read_words(&r, n->args + 1);
	else
		good = read_chain(&r) && read_words(&r, n->args + 2);
	if (rule->isolate == 0)
		rule->isolate = ISOLATE_DEFAULT;
	rule->isolate &= ~ISOLATE_NONE;
	return good;
}

void
rule_deinit(struct rule *rule)
{
	size_t i;

	for (i = 0; i < rule->nto; i++)
		if (rule->to[i].is == TO_NAME || rule->to[i].is == TO_BELOW)
			free(rule->to[i].as.name);
	for (i = 0; i < rule->nuser; i++)
		free(rule->user[i]);
	free(rule->chain);
	free(rule->headers);
	free(rule->file);
	free(rule->listener);
	free(rule->from);
	free(rule->to);
	free(rule->port);
	free(rule->user);
	free(rule->open);
}
