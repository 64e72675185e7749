/* conf.c - a configuration from its making to its end, and what is in it. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static bool
keep_default(struct conf *c, const struct conf_directive *d)
{
	struct dflt *kept = arena_alloc(&c->arena, sizeof(*kept));

	if (kept == NULL)
		return false;
	kept->directive = d;
	kept->node = parse_default(c, d);
	kept->next = c->dflts;
	c->dflts = kept;
	return kept->node != NULL;
}

/* Every default is read once, now, so that conf_get() can not fail. */
static bool
read_defaults(struct conf *c, const struct conf_directive *d)
{
	for (; d != NULL && d->name != NULL; d++) {
		if (d->dflt != NULL && !keep_default(c, d))
			return false;
		if (!read_defaults(c, d->block))
			return false;
	}
	return true;
}

struct conf *
conf_new(const struct conf_directive *const *tables)
{
	struct conf *c = calloc(1, sizeof(*c));
	size_t i;

	if (c == NULL)
		return NULL;
	c->tables = tables;
	for (i = 0; tables[i] != NULL; i++) {
		if (!read_defaults(c, tables[i])) {
			conf_free(c);
			return NULL;
		}
	}
	return c;
}

void
conf_free(struct conf *c)
{
	struct source *s;

	if (c == NULL)
		return;
	for (s = c->sources; s != NULL; s = s->next) {
		if (s->text != NULL)
			explicit_bzero(s->text, s->len);
		free(s->text);
	}
	arena_deinit(&c->arena);
	free(c);
}

static bool
parse(struct conf *c, struct source *s)
{
	unsigned before = c->nmistakes;

	if (s != NULL)
		parse_source(c, s);
	return s != NULL && c->nmistakes == before && !c->arena.failed;
}

bool
conf_parse_file(struct conf *c, const char *path)
{
	return parse(c, source_open(c, path));
}

bool
conf_parse_text(struct conf *c, const char *name, const char *text)
{
	if (text == NULL) { /* the caller had no memory for it */
		c->arena.failed = true;
		return false;
	}
	return parse(c, source_of_text(c, name, text));
}

bool
conf_ok(const struct conf *c)
{
	return !c->bad && !c->arena.failed;
}

static const struct conf_node *
find(const struct conf_node *n, const char *name)
{
	while (n != NULL && strcmp(n->directive->name, name) != 0)
		n = n->next;
	return n;
}

const struct conf_node *
conf_first(const struct conf *c, const char *name)
{
	return find(c->nodes, name);
}

const struct conf_node *
conf_next(const struct conf_node *n)
{
	return find(n->next, n->directive->name);
}

const struct conf_node *
conf_in(const struct conf_node *n, const char *name)
{
	return find(n->block, name);
}

static const struct conf_value *
default_of(const struct conf *c, const struct conf_directive *const *tables,
    const char *name)
{
	const struct conf_directive *d = table_find(tables, name);
	const struct dflt *f;

	for (f = c->dflts; f != NULL; f = f->next)
		if (f->directive == d && f->node->nargs > 0)
			return &f->node->args[0];
	assert(!"a directive with a default");
	return NULL;
}

const struct conf_value *
conf_get(struct conf *c, const struct conf_node *n, const char *name)
{
	const struct conf_directive *in_block[] = { NULL, NULL };
	const struct conf_node *found;

	found = n == NULL ? conf_first(c, name) : conf_in(n, name);
	if (found != NULL && found->nargs > 0)
		return &found->args[0];
	if (n == NULL)
		return default_of(c, c->tables, name);
	in_block[0] = n->directive->block;
	return default_of(c, in_block, name);
}

const struct conf_value *
conf_get_in(struct conf *c, const char *block, const char *name)
{
	const struct conf_directive *d = table_find(c->tables, block);
	const struct conf_node *n = conf_first(c, block);
	const struct conf_directive *in_block[] = { NULL, NULL };

	if (n != NULL)
		return conf_get(c, n, name);
	assert(d != NULL);
	in_block[0] = d->block;
	return default_of(c, in_block, name);
}
