/*
 * dump.c - what is in force, written so that it can be read again.
 *
 * In the order of the tables, so that two configurations that mean the same
 * look the same; directives of one name keep their order, which may matter.
 */
#include <string.h>

#include "parts.h"

struct out {
	const struct conf *conf;
	FILE *file;
	int depth;
};

static bool
needs_quotes(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (*p == '\0' || *p == '#')
		return true;
	for (; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || strchr("\";{}", *p) != NULL)
			return true;
	return false;
}

static void
put_word(struct out *o, const char *s)
{
	if (!needs_quotes(s)) {
		fputs(s, o->file);
		return;
	}
	putc('"', o->file);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', o->file);
		putc(*s, o->file);
	}
	putc('"', o->file);
}

/* scheme://user:***@host:port */
static void
put_url(struct out *o, const struct conf_value *v)
{
	const char *s = v->text, *at = strrchr(s, '@');
	char shown[LINE_LIMIT + sizeof(HIDDEN_TEXT)];

	if (v->as.url.pass == NULL || at == NULL) {
		put_word(o, s);
		return;
	}
	snprintf(shown, sizeof(shown), "%.*s:" HIDDEN_TEXT "%s",
	    (int)(strchr(strstr(s, "://") + 3, ':') - s), s, at);
	put_word(o, shown);
}

static void
put_value(struct out *o, const struct conf_arg *arg, const struct conf_value *v)
{
	bool secret = arg->kind == CONF_SECRET && !secret_is_reference(v->text);

	if (secret || arg->hidden || strstr(v->text, "$argon2") != NULL)
		fputs(HIDDEN_TEXT, o->file);
	else if (arg->kind == CONF_URL)
		put_url(o, v);
	else
		put_word(o, v->text);
}

static void
put_line(struct out *o, const struct conf_directive *d,
    const struct conf_node *n)
{
	size_t i, last = 0;
	int tabs;

	for (tabs = 0; tabs < o->depth; tabs++)
		putc('\t', o->file);
	fputs(d->name, o->file);
	for (i = 0; n != NULL && i < n->nargs; i++) {
		putc(' ', o->file);
		put_value(o, &d->args[last], &n->args[i]);
		if (d->args[last + 1].word != NULL)
			last++;
	}
}

static const struct conf_node *
default_node(const struct conf *c, const struct conf_directive *d)
{
	const struct dflt *f;

	for (f = c->dflts; f != NULL; f = f->next)
		if (f->directive == d)
			return f->node;
	return NULL;
}

/* In force although nobody wrote it: a default, or a block of defaults. */
static bool
is_implied(const struct conf_directive *d)
{
	const struct conf_directive *in;

	if (d->dflt != NULL)
		return true;
	if (d->min_args > 0 || d->many)
		return false;
	for (in = d->block; in != NULL && in->name != NULL; in++)
		if (is_implied(in))
			return true;
	return false;
}

static bool
has_content(const struct conf_directive *block, const struct conf_node *n)
{
	if (n != NULL && n->block != NULL)
		return true;
	for (; block != NULL && block->name != NULL; block++)
		if (is_implied(block))
			return true;
	return false;
}

static void put_scope(struct out *, const struct conf_directive *table,
    const struct conf_node *nodes);

static void
put_directive(struct out *o, const struct conf_directive *d,
    const struct conf_node *n)
{
	int tabs;

	put_line(o, d, n);
	if (!has_content(d->block, n)) {
		putc('\n', o->file);
		return;
	}
	fputs(" {\n", o->file);
	o->depth++;
	put_scope(o, d->block, n == NULL ? NULL : n->block);
	o->depth--;
	for (tabs = 0; tabs < o->depth; tabs++)
		putc('\t', o->file);
	fputs("}\n", o->file);
}

static void
put_scope(struct out *o, const struct conf_directive *table,
    const struct conf_node *nodes)
{
	const struct conf_directive *d;
	const struct conf_node *n;
	bool found;

	for (d = table; d->name != NULL; d++) {
		found = false;
		for (n = nodes; n != NULL; n = n->next) {
			if (n->directive != d)
				continue;
			found = true;
			put_directive(o, d, n);
		}
		if (!found && is_implied(d))
			put_directive(o, d, default_node(o->conf, d));
	}
}

void
conf_dump(const struct conf *c, FILE *f)
{
	struct out o = { .conf = c, .file = f };
	size_t i;

	for (i = 0; c->tables[i] != NULL; i++)
		put_scope(&o, c->tables[i], c->nodes);
}
