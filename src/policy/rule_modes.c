/* rule_modes.c - the words of a rule that say how: headers, isolate, source, ... */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rule_read.h"

bool
no_memory(const struct reading *r)
{
	conf_error_at(r->conf, r->node, NULL, NULL, "out of memory");
	return false;
}

/* A profile that is built in, or one that a `headers` directive makes. */
bool
read_headers(struct reading *r, const struct conf_value *v)
{
	static const char *const whats[] = { "headers", NULL };
	static const char *const built_in[] = { "off", "standard", "strict" };
	const size_t n = sizeof(built_in) / sizeof(built_in[0]);
	bool known = is_named(r, "headers", v->text);
	const char *hint;
	size_t i;

	for (i = 0; i < n; i++)
		known = known || strcmp(built_in[i], v->text) == 0;
	if (!known) {
		hint = name_hint(r, whats, v->text);
		if (hint == NULL)
			hint = conf_did_you_mean(r->conf, v->text, built_in, n);
		conf_error_at(r->conf, r->node, v, hint,
		    "no profile of headers is called \"%s\"; there are off, "
		    "standard, strict, and those a `headers` directive makes",
		    v->text);
		return false;
	}
	free(r->rule->headers); /* said twice: reported */
	r->rule->headers = strdup(v->text);
	return r->rule->headers != NULL || no_memory(r);
}

static const char *const isolate_words[] = { "listener", "client", "user",
	"target", "none" };
#define NISOLATE (sizeof(isolate_words) / sizeof(isolate_words[0]))
_Static_assert(ISOLATE_NONE == 1u << (NISOLATE - 1), "a bit for each word");

static size_t
isolate_word(const char *word)
{
	size_t i = 0;

	while (i < NISOLATE && strcmp(word, isolate_words[i]) != 0)
		i++;
	return i;
}

bool
is_isolate_word(const char *word)
{
	return isolate_word(word) < NISOLATE;
}

/* The words replace what is isolated by when nothing is said. */
bool
read_isolate(struct reading *r, const struct conf_value *v)
{
	unsigned *isolate = &r->rule->isolate;
	size_t i = isolate_word(v->text);
	const char *hint;

	if (i == NISOLATE) {
		hint = conf_did_you_mean(r->conf, v->text, isolate_words,
		    NISOLATE);
		conf_error_at(r->conf, r->node, v,
		    hint != NULL ? hint
				 : hint_or(r, v->text,
				       "the conditions user and listener "
				       "stand before isolate"),
		    "\"%s\" is none of: listener, client, user, target, none",
		    v->text);
		return false;
	}
	*isolate |= 1u << i;
	if ((*isolate & ISOLATE_NONE) != 0 && *isolate != ISOLATE_NONE) {
		conf_error_at(r->conf, r->node, v, NULL,
		    "none stands alone: nothing is isolated");
		return false;
	}
	return true;
}

static bool
no_source(struct reading *r, const struct conf_value *v, const char *hint)
{
	conf_error_at(r->conf, r->node, v, hint_or(r, v->text, hint),
	    "\"%s\" is no address to connect from", v->text);
	return false;
}

/* One address or prefix of each family, or the one the client came in on. */
bool
read_source(struct reading *r, const struct conf_value *v)
{
	struct source_spec *s = &r->rule->source;
	struct cidr net;
	bool twice;

	if (strcmp(v->text, "accepted") == 0) {
		s->accepted = true;
		return true;
	}
	if (cidr_parse(&net, v->text, strlen(v->text)) != OK)
		return no_source(r, v,
		    "for example 192.0.2.7, 2001:db8::/64 or accepted");
	if (ip_is_any(&net.ip))
		return no_source(r, v, "leave it out: the kernel chooses");
	if (net.ip.type == HOST_IPV4 && net.bits < 32)
		return no_source(r, v, "a prefix has to be of IPv6");
	twice = net.ip.type == HOST_IPV4 ? s->has_v4 : s->has_v6;
	if (twice) {
		conf_error_at(r->conf, r->node, v, "delete one of them",
		    "there is an address of this family already");
		return false;
	}
	if (net.ip.type == HOST_IPV4) {
		s->v4 = net.ip;
		s->has_v4 = true;
	} else {
		s->v6 = net;
		s->has_v6 = true;
	}
	return true;
}

bool
read_interface(struct reading *r, const struct conf_value *v)
{
	struct source_spec *s = &r->rule->source;
	size_t n = strlen(v->text);

	if (n == 0 || n >= sizeof(s->iface) || strchr(v->text, '/') != NULL) {
		conf_error_at(r->conf, r->node, v, "for example eth0 or wg0",
		    "\"%s\" is no name of an interface", v->text);
		return false;
	}
	memcpy(s->iface, v->text, n + 1);
	return true;
}

bool
read_mark(struct reading *r, const struct conf_value *v)
{
	unsigned long long mark;
	char *end;

	errno = 0;
	mark = strtoull(v->text, &end, 0);
	if (v->text[0] < '0' || v->text[0] > '9' || *end != '\0' ||
	    errno != 0 || mark == 0 || mark > UINT32_MAX) {
		conf_error_at(r->conf, r->node, v, "for example 7 or 0x51",
		    "\"%s\" is no mark, 1 to 4294967295", v->text);
		return false;
	}
	r->rule->source.mark = (uint32_t)mark;
	return true;
}

bool
read_private(struct reading *r, const struct conf_value *v)
{
	bool yes = strcmp(v->text, "yes") == 0;

	if (!yes && strcmp(v->text, "no") != 0) {
		conf_error_at(r->conf, r->node, v, NULL,
		    "\"%s\" is neither yes nor no", v->text);
		return false;
	}
	r->rule->private = yes ? PRIVATE_OK : PRIVATE_NOT;
	return true;
}

/* How many connections at a time; a counter that all workers share. */
bool
read_limit(struct reading *r, const struct conf_value *v)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(v->text, &end, 10);
	if (v->text[0] < '0' || v->text[0] > '9' || *end != '\0' ||
	    errno != 0 || n == 0 || n > LIMIT_MAX) {
		conf_error_at(r->conf, r->node, v, "for example 100",
		    "\"%s\" is no number of connections, 1 to %d", v->text,
		    LIMIT_MAX);
		return false;
	}
	r->rule->limit = (unsigned)n;
	if (r->rule->open == NULL) /* said twice is a mistake, and told */
		r->rule->open = calloc(1, sizeof(*r->rule->open));
	return r->rule->open != NULL || no_memory(r);
}
