/* rule_words.c - the words of conditions: from, to, port, ... */
#include <stdlib.h>
#include <string.h>

#include "rule_read.h"

#define LISTEN_DEFAULT "127.0.0.1:1080" /* when there is no `listen` */

bool
one_more(const struct reading *r, void *list, size_t n, size_t size)
{
	void *old, *more;

	memcpy(&old, list, sizeof(old));
	more = realloc(old, (n + 1) * size);
	if (more == NULL)
		return no_memory(r);
	memcpy(list, &more, sizeof(more));
	return true;
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

bool
read_from(struct reading *r, const struct conf_value *v)
{
	struct rule *rule = r->rule;
	struct cidr net;
	enum err e = cidr_parse(&net, v->text, strlen(v->text));

	if (e != OK) {
		conf_error_at(r->conf, r->node, v,
		    hint_or(r, v->text, net_hint(e, v->text)),
		    "\"%s\" is no address and no network", v->text);
		return false;
	}
	if (!one_more(r, &rule->from, rule->nfrom, sizeof(*rule->from)))
		return false;
	rule->from[rule->nfrom++] = net;
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

/* false: out of memory, and a name in it is free. */
static bool
add_to(struct reading *r, const struct to *to)
{
	struct rule *rule = r->rule;

	if (!one_more(r, &rule->to, rule->nto, sizeof(*rule->to))) {
		if (to->is == TO_NAME || to->is == TO_BELOW)
			free(to->as.name);
		return false;
	}
	rule->to[rule->nto++] = *to;
	return true;
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
read_list(struct reading *r, const struct conf_value *v, const char *path)
{
	struct to to = { .is = TO_LIST };
	struct list *l = *r->lists;

	while (l != NULL && strcmp(l->name, path) != 0)
		l = l->next;
	if (l == NULL) {
		l = list_load(r->conf, r->node, v, path);
		if (l == NULL)
			return false;
		l->next = *r->lists;
		*r->lists = l;
	}
	to.as.list = l;
	return add_to(r, &to);
}

/* A name in its own memory and in lower case. */
static bool
take_name(struct reading *r, struct to *to, const char *name)
{
	char *p;

	to->len = (unsigned char)strlen(name);
	to->as.name = strdup(name);
	if (to->as.name == NULL)
		return no_memory(r);
	for (p = to->as.name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return true;
}

bool
read_to(struct reading *r, const struct conf_value *v)
{
	struct to to = { .is = TO_PRIVATE };
	struct endpoint name;
	struct cidr net;
	enum err e;

	if (strcmp(v->text, "private") == 0)
		return add_to(r, &to);
	if (strncmp(v->text, "file:", 5) == 0)
		return read_list(r, v, v->text + 5);
	e = cidr_parse(&net, v->text, strlen(v->text));
	if (e == OK) {
		to.is = TO_NET;
		to.as.net = net;
		return add_to(r, &to);
	}
	if (!read_name(&to, v->text, &name))
		return no_target(r, v, e);
	if (is_slip_of_keyword(r, v) || !take_name(r, &to, name.host.name))
		return false;
	return add_to(r, &to);
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
	if (!one_more(r, &rule->port, rule->nport, sizeof(*rule->port)))
		return false;
	rule->port[rule->nport++] = (struct ports){ (uint16_t)first,
		(uint16_t)last };
	return true;
}

bool
read_user(struct reading *r, const struct conf_value *v)
{
	static const char *const whats[] = { "user", NULL };
	struct rule *rule = r->rule;
	const char *hint;
	char *name;

	if (!is_named(r, "user", v->text)) {
		hint = name_hint(r, whats, v->text);
		conf_error_at(r->conf, r->node, v,
		    hint != NULL ? hint : hint_or(r, v->text, NULL),
		    "there is no user \"%s\"", v->text);
		return false;
	}
	if (!one_more(r, &rule->user, rule->nuser, sizeof(*rule->user)))
		return false;
	name = strdup(v->text);
	if (name == NULL)
		return no_memory(r);
	rule->user[rule->nuser++] = name;
	return true;
}

/* Which listener is meant is said by its address, as it is written there. */
bool
read_listener(struct reading *r, const struct conf_value *v)
{
	static const char *const whats[] = { "listen", NULL };
	const struct conf_node *n = conf_first(r->conf, "listen");
	struct rule *rule = r->rule;
	struct endpoint at;
	const char *hint = NULL;
	bool known = false;

	if (endpoint_parse(&at, v->text, strlen(v->text), 0) == OK) {
		known = n == NULL && strcmp(v->text, LISTEN_DEFAULT) == 0;
		for (; n != NULL && !known; n = conf_next(n))
			known = endpoint_same(&n->args[0].as.endpoint, &at);
	}
	if (!known) {
		hint = name_hint(r, whats, v->text);
		conf_error_at(r->conf, r->node, v,
		    hint != NULL ? hint
				 : hint_or(r, v->text,
				       "the address of a `listen`, as it is "
				       "written there"),
		    "nothing listens on \"%s\"", v->text);
		return false;
	}
	if (!one_more(r, &rule->listener, rule->nlistener,
		sizeof(*rule->listener)))
		return false;
	rule->listener[rule->nlistener++] = at;
	return true;
}

bool
read_protocol(struct reading *r, const struct conf_value *v)
{
	static const char *const words[] = {
		[PROTOCOL_SOCKS5] = "socks5",
		[PROTOCOL_SOCKS4] = "socks4",
		[PROTOCOL_HTTP] = "http",
		[PROTOCOL_CONNECT] = "connect",
	};
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char *hint;
	size_t i;

	for (i = 0; i < n && strcmp(v->text, words[i]) != 0; i++)
		;
	if (i < n) {
		r->rule->protocols |= 1u << i;
		return true;
	}
	hint = conf_did_you_mean(r->conf, v->text, words, n);
	conf_error_at(r->conf, r->node, v,
	    hint != NULL ? hint : hint_or(r, v->text, NULL),
	    "\"%s\" is none of: socks5, socks4, http, connect", v->text);
	return false;
}
