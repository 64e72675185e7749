/* list.c - the lines of a list, and what stands in each. */
#include <string.h>
#include <strings.h>

#include "list.h"

struct line {
	struct list *list;
	struct list_mistake *at;
	const char *start, *p, *end; /* p: not looked at yet */
};

struct text {
	const char *p;
	size_t n;
};

void
list_init(struct list *l)
{
	*l = (struct list){ .name = NULL };
	names_init(&l->names);
}

void
list_deinit(struct list *l)
{
	names_deinit(&l->names);
	nets_deinit(&l->nets);
}

static bool
mistake(struct line *l, const char *p, const char *what, const char *hint)
{
	l->at->column = (size_t)(p - l->start) + 1;
	l->at->what = what;
	l->at->hint = hint;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word of the line; false: there is none, or a comment. */
static bool
next_word(struct line *l, struct text *word)
{
	while (l->p < l->end && is_blank(*l->p))
		l->p++;
	if (l->p == l->end || *l->p == '#')
		return false;
	word->p = l->p;
	while (l->p < l->end && !is_blank(*l->p))
		l->p++;
	word->n = (size_t)(l->p - word->p);
	return true;
}

static bool
out_of(struct line *l, const char *p, enum err e)
{
	return mistake(l, p,
	    e == ERR_RANGE ? "there are too many names" : "out of memory",
	    e == ERR_RANGE ? "a list holds 16 million" : NULL);
}

static const char *
hint_of(const struct text *w)
{
	size_t i;

	if (w->p[0] == '|' || w->p[0] == '@' || w->p[0] == '!')
		return "this is a list for ad blockers: take it as a plain "
		       "list of names or as a hosts file";
	if (w->p[0] == '*')
		return "all names below one are written *.example.org";
	for (i = 0; i < w->n; i++)
		if ((unsigned char)w->p[i] >= 0x80)
			return "write it in ASCII, as xn--...";
	if (memchr(w->p, ':', w->n) != NULL && memchr(w->p, '/', w->n) != NULL)
		return "a name only, no URL";
	return "for example example.org, *.example.org, 192.0.2.7 or "
	       "10.0.0.0/8";
}

static bool
add_name(struct line *l, const struct text *w)
{
	unsigned what = NAMES_ITSELF;
	struct text name = *w;
	struct endpoint e;
	size_t i, n;
	enum err err;

	if (name.n > 2 && name.p[0] == '*' && name.p[1] == '.')
		what = NAMES_BELOW, name.p += 2, name.n -= 2;
	else if (name.n > 1 && name.p[0] == '.')
		what |= NAMES_BELOW, name.p++, name.n--;
	if (endpoint_from_host(&e, name.p, name.n, 0) != OK ||
	    e.type != HOST_NAME)
		return mistake(l, w->p, "this is no name and no network",
		    hint_of(w));
	n = name.n - (name.p[name.n - 1] == '.');
	for (i = 0; i < n; i++)
		if (e.host.name[i] >= 'A' && e.host.name[i] <= 'Z')
			e.host.name[i] = (char)(e.host.name[i] - 'A' + 'a');
	err = names_add(&l->list->names, e.host.name, n, what);
	return err == OK || out_of(l, w->p, err);
}

/* What every hosts file has, and no list of targets means. */
static bool
is_boilerplate(const struct text *w)
{
	static const char *const names[] = { "localhost",
		"localhost.localdomain", "local", "broadcasthost",
		"ip6-localhost", "ip6-loopback", "ip6-localnet",
		"ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters",
		"ip6-allhosts" };
	struct ip ip;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == w->n &&
		    strncasecmp(names[i], w->p, w->n) == 0)
			return true;
	return ip_parse(&ip, w->p, w->n) == OK;
}

/* An address; in a hosts file it may have a zone: fe80::1%lo0. */
static bool
is_address(const struct text *w)
{
	const char *zone = memchr(w->p, '%', w->n);
	struct ip ip;

	return ip_parse(&ip, w->p,
		   zone == NULL ? w->n : (size_t)(zone - w->p)) == OK;
}

/* Cheaper than finding out that a name is no network. */
static bool
may_be_net(const struct text *w)
{
	return (w->p[0] >= '0' && w->p[0] <= '9') ||
	    memchr(w->p, ':', w->n) != NULL;
}

static bool
add_word(struct line *l, const struct text *w)
{
	struct cidr net;
	enum err e = may_be_net(w) ? cidr_parse(&net, w->p, w->n) : ERR_PROTO;

	if (e == OK)
		return nets_add(&l->list->nets, &net) ||
		    out_of(l, w->p, ERR_MEMORY);
	if (e == ERR_RANGE)
		return mistake(l, w->p, "this is no network",
		    "the bits behind the prefix must be 0, as in 10.0.0.0/8");
	return add_name(l, w);
}

static bool
read_line(struct line *l)
{
	struct text first, word;
	bool more;

	if (!next_word(l, &first))
		return true;
	more = next_word(l, &word);
	if (!more)
		return add_word(l, &first);
	if (!may_be_net(&first) || !is_address(&first))
		return mistake(l, word.p, "one name or network on a line",
		    "only a line of a hosts file has more: ADDRESS NAME...");
	for (; more; more = next_word(l, &word))
		if (!is_boilerplate(&word) && !add_name(l, &word))
			return false;
	return true;
}

static bool
is_mark(const char *text, size_t n) /* UTF-8's, which some editors write */
{
	return n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
}

bool
list_add(struct list *list, const char *text, size_t n, struct list_mistake *at)
{
	const char *end = text + n, *lf;
	struct line l = { .list = list, .at = at };

	if (at->line == 0 && is_mark(text, n))
		text += 3;
	for (; text < end; text = lf + 1) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL)
			lf = end;
		at->line++;
		l.start = l.p = text;
		l.end = lf > text && lf[-1] == '\r' ? lf - 1 : lf;
		if (l.end - text > LIST_LINE_MAX)
			return mistake(&l, text, "this line is too long",
			    "a line has at most 4096 bytes");
		if (!read_line(&l))
			return false;
	}
	return true;
}

void
list_ready(struct list *l)
{
	names_ready(&l->names);
	nets_ready(&l->nets);
}

bool
list_has_name(const struct list *l, const char *name, size_t n)
{
	return names_have(&l->names, name, n);
}

bool
list_has_ip(const struct list *l, const struct ip *ip)
{
	return nets_have(&l->nets, ip);
}

size_t
list_bytes(const struct list *l)
{
	return sizeof(*l) - sizeof(l->names) + names_bytes(&l->names) +
	    l->nets.room * sizeof(*l->nets.net);
}
