/* rule_read.c - the words of a `rule` directive as conditions. */
#include <stdlib.h>
#include <string.h>

#include "rules.h"

struct reading {
	struct conf *conf;
	const struct conf_node *node;
	struct rule *rule;
	bool first; /* the word at hand is the first behind its keyword */
	bool lost;  /* it may be a keyword: no telling what follows it */
};

static const char *const keywords[] = { "from", "to", "port", "user" };
#define NKEYWORDS (sizeof(keywords) / sizeof(keywords[0]))

static size_t
keyword(const char *word)
{
	size_t k;

	for (k = 0; k < NKEYWORDS; k++)
		if (strcmp(keywords[k], word) == 0)
			break;
	return k;
}

/* -- hints ---------------------------------------------------------------- */

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The same but for one letter, or two neighbours swapped. */
static bool
is_slip(const char *word, const char *meant)
{
	size_t n = strlen(word), m = strlen(meant);

	while (n > 0 && m > 0 && lower(*word) == *meant)
		word++, n--, meant++, m--;
	while (n > 0 && m > 0 && lower(word[n - 1]) == meant[m - 1])
		n--, m--;
	return (n <= 1 && m <= 1) ||
	    (n == 2 && m == 2 && word[0] == meant[1] && word[1] == meant[0]);
}

static const char *
keyword_hint(const struct reading *r, const char *word)
{
	return conf_did_you_mean(r->conf, word, keywords, NKEYWORDS);
}

/* Why a word is not what its list holds: a slip in a keyword, a comma, or x. */
static const char *
hint_or(struct reading *r, const char *word, const char *x)
{
	const char *near = r->first ? NULL : keyword_hint(r, word);

	r->lost = near != NULL;
	if (near != NULL)
		return near;
	if (strchr(word, ',') != NULL)
		return "put spaces between them, not commas";
	return x;
}

static const char *
net_hint(enum err e, const char *word)
{
	if (word[0] == '[')
		return "leave out the brackets: they belong to IP:PORT";
	return e == ERR_RANGE
	    ? "the bits behind the prefix must be 0, as in 10.0.0.0/8"
	    : "for example 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32";
}

static const char *
to_hint(const char *word)
{
	struct endpoint e;
	const char *p;

	if (strcmp(word, "*") == 0)
		return "without \"to\" a rule matches every target";
	if (word[0] == '*' || word[0] == '.')
		return "all names below one are written *.example.org";
	if (endpoint_parse(&e, word, strlen(word), 0) == OK)
		return "the port is a condition of its own: to HOST port N";
	for (p = word; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			return "write it in ASCII, as xn--...";
	return "for example example.org, *.example.org, 192.0.2.7 or "
	       "10.0.0.0/8";
}

/* -- words ---------------------------------------------------------------- */

static bool
no_memory(const struct reading *r)
{
	conf_error_at(r->conf, r->node, NULL, NULL, "out of memory");
	return false;
}

static bool
is_named(const struct reading *r, const char *directive, const char *name)
{
	const struct conf_node *n = conf_first(r->conf, directive);

	while (n != NULL && strcmp(n->args[0].text, name) != 0)
		n = conf_next(n);
	return n != NULL;
}

static size_t
count(const struct reading *r, const char *directive)
{
	const struct conf_node *n = conf_first(r->conf, directive);
	size_t i = 0;

	for (; n != NULL; n = conf_next(n))
		i++;
	return i;
}

/* Which of the things that these two directives name was meant? */
static const char *
name_hint(const struct reading *r, const char *one, const char *other,
    const char *word)
{
	const char *const directives[] = { one, other };
	size_t all = count(r, one) + count(r, other), n = 0, i;
	const char **names = all == 0 ? NULL : calloc(all, sizeof(*names));
	const struct conf_node *node;
	const char *hint = NULL;

	for (i = 0; names != NULL && i < 2; i++) {
		node = conf_first(r->conf, directives[i]);
		for (; node != NULL; node = conf_next(node))
			names[n++] = node->args[0].text;
	}
	if (names != NULL)
		hint = conf_did_you_mean(r->conf, word, names, n);
	free(names);
	return hint;
}

static bool
read_from(struct reading *r, const struct conf_value *v)
{
	struct rule *rule = r->rule;
	struct cidr net, *more;
	enum err e = cidr_parse(&net, v->text, strlen(v->text));

	if (e != OK) {
		conf_error_at(r->conf, r->node, v,
		    hint_or(r, v->text, net_hint(e, v->text)),
		    "\"%s\" is no address and no network", v->text);
		return false;
	}
	more = realloc(rule->from, (rule->nfrom + 1) * sizeof(*more));
	if (more == NULL)
		return no_memory(r);
	rule->from = more;
	more[rule->nfrom++] = net;
	return true;
}

/* "*.onion", or "example.org" with or without the dot of the root. */
static bool
read_name(struct to *to, const char *word, struct endpoint *e)
{
	bool below = strncmp(word, "*.", 2) == 0;

	if (below)
		word += 2;
	to->is = below ? TO_BELOW : TO_NAME;
	return endpoint_from_host(e, word, strlen(word), 0) == OK &&
	    e->type == HOST_NAME;
}

/* `to example.org usr alice` would be wider than what was meant. */
static bool
is_slip_of_keyword(struct reading *r, const struct conf_value *v)
{
	size_t k;

	if (r->first || strchr(v->text, '.') != NULL)
		return false;
	for (k = 0; k < NKEYWORDS; k++) {
		if (!is_slip(v->text, keywords[k]))
			continue;
		conf_error_at(r->conf, r->node, v, keyword_hint(r, v->text),
		    "\"%s\" would be a name here; if it is one, write \"%s.\"",
		    v->text, v->text);
		r->lost = true;
		return true;
	}
	return false;
}

static bool
no_target(struct reading *r, const struct conf_value *v, enum err e)
{
	bool net = e == ERR_RANGE || v->text[0] == '[';

	conf_error_at(r->conf, r->node, v,
	    hint_or(r, v->text, net ? net_hint(e, v->text) : to_hint(v->text)),
	    "\"%s\" is no name and no network", v->text);
	return false;
}

static bool
read_to(struct reading *r, const struct conf_value *v)
{
	struct rule *rule = r->rule;
	struct to to = { .is = TO_NET }, *more;
	enum err e = cidr_parse(&to.net, v->text, strlen(v->text));
	struct endpoint name;

	if (e != OK && !read_name(&to, v->text, &name))
		return no_target(r, v, e);
	if (e != OK && is_slip_of_keyword(r, v))
		return false;
	more = realloc(rule->to, (rule->nto + 1) * sizeof(*more));
	if (more == NULL)
		return no_memory(r);
	rule->to = more;
	if (e != OK && (to.name = strdup(name.host.name)) == NULL)
		return no_memory(r);
	more[rule->nto++] = to;
	return true;
}

static bool
read_number(const char **p, unsigned *n)
{
	int digits = 0;

	for (*n = 0; **p >= '0' && **p <= '9' && digits < 6; digits++)
		*n = *n * 10 + (unsigned)(*(*p)++ - '0');
	return *n >= 1 && *n <= 65535;
}

static bool
read_port(struct reading *r, const struct conf_value *v)
{
	struct rule *rule = r->rule;
	const char *p = v->text;
	unsigned first, last;
	struct ports *more;
	bool good = read_number(&p, &first);

	last = first;
	if (good && *p == '-') {
		p++;
		good = read_number(&p, &last);
	}
	if (!good || *p != '\0' || last < first) {
		conf_error_at(r->conf, r->node, v,
		    hint_or(r, v->text, "for example 25 or 8000-8999"),
		    "\"%s\" is no port and no range of ports, 1 to 65535",
		    v->text);
		return false;
	}
	more = realloc(rule->port, (rule->nport + 1) * sizeof(*more));
	if (more == NULL)
		return no_memory(r);
	rule->port = more;
	more[rule->nport++] = (struct ports){ (uint16_t)first, (uint16_t)last };
	return true;
}

static bool
read_user(struct reading *r, const struct conf_value *v)
{
	struct rule *rule = r->rule;
	const char *hint;
	char **more, *name;

	if (!is_named(r, "user", v->text)) {
		hint = name_hint(r, "user", "", v->text);
		conf_error_at(r->conf, r->node, v,
		    hint != NULL ? hint : hint_or(r, v->text, NULL),
		    "there is no user \"%s\"", v->text);
		return false;
	}
	more = realloc(rule->user, (rule->nuser + 1) * sizeof(*more));
	if (more == NULL)
		return no_memory(r);
	rule->user = more;
	name = strdup(v->text);
	if (name == NULL)
		return no_memory(r);
	more[rule->nuser++] = name;
	return true;
}

/* -- the rule ------------------------------------------------------------- */

static bool (*const readers[])(struct reading *, const struct conf_value *) = {
	read_from,
	read_to,
	read_port,
	read_user,
};

static bool
lacks_words(const struct reading *r, const struct conf_value *v)
{
	conf_error_at(r->conf, r->node, v, NULL, "nothing follows \"%s\"",
	    v->text);
	return false;
}

static bool
read_conditions(struct reading *r, const struct conf_value *v)
{
	const struct conf_value *end = r->node->args + r->node->nargs;
	size_t k = NKEYWORDS;
	bool good = true;

	for (; v < end && !r->lost; v++) {
		if (keyword(v->text) < NKEYWORDS) {
			if (r->first)
				good = lacks_words(r, v - 1);
			k = keyword(v->text);
			r->first = true;
		} else if (k == NKEYWORDS) {
			conf_error_at(r->conf, r->node, v,
			    keyword_hint(r, v->text),
			    "\"%s\" is none of: from, to, port, user", v->text);
			return false;
		} else {
			good &= readers[k](r, v);
			r->first = false;
		}
	}
	return r->first ? lacks_words(r, v - 1) : good;
}

static bool
read_chain(struct reading *r)
{
	const struct conf_node *n = r->node;
	const struct conf_value *v = n->nargs < 2 ? NULL : &n->args[1];
	bool known = false;

	if (v != NULL)
		known = is_named(r, "chain", v->text) ||
		    is_named(r, "proxy", v->text);
	if (v == NULL || (!known && keyword(v->text) < NKEYWORDS)) {
		conf_error_at(r->conf, n, &n->args[0], "rule chain NAME ...",
		    "the name of the chain is missing");
		return false;
	}
	if (!known) {
		conf_error_at(r->conf, n, v,
		    name_hint(r, "chain", "proxy", v->text),
		    "no proxy and no chain is called \"%s\"", v->text);
		return false;
	}
	r->rule->chain = strdup(v->text);
	return r->rule->chain != NULL || no_memory(r);
}

bool
rule_read(struct conf *c, const struct conf_node *n, struct rule *rule)
{
	static const enum verdict_action actions[] = {
		VERDICT_REJECT,
		VERDICT_DIRECT,
		VERDICT_CHAIN,
	};
	struct reading r = { .conf = c, .node = n, .rule = rule };

	rule->line = n->line;
	rule->action = actions[n->args[0].as.choice];
	if (rule->action != VERDICT_CHAIN)
		return read_conditions(&r, n->args + 1);
	return read_chain(&r) && read_conditions(&r, n->args + 2);
}

void
rule_deinit(struct rule *rule)
{
	size_t i;

	for (i = 0; i < rule->nto; i++)
		free(rule->to[i].name);
	for (i = 0; i < rule->nuser; i++)
		free(rule->user[i]);
	free(rule->chain);
	free(rule->from);
	free(rule->to);
	free(rule->port);
	free(rule->user);
}
