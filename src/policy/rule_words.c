/* rule_words.c - the words of conditions: from, to, port, user. */
#include <stdlib.h>
#include <string.h>

#include "rule_read.h"

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

bool
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

static bool
no_target(struct reading *r, const struct conf_value *v, enum err e)
{
	bool net = e == ERR_RANGE || v->text[0] == '[';

	conf_error_at(r->conf, r->node, v,
	    hint_or(r, v->text, net ? net_hint(e, v->text) : to_hint(v->text)),
	    "\"%s\" is no name and no network", v->text);
	return false;
}

bool
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

bool
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

bool
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
