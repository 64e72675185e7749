/* parse.c - tokens to a tree, by the tables; goes on after a mistake. */
#include <assert.h>
#include <string.h>

#include "parts.h"

#define CANDIDATES_MAX 64

struct parser {
	struct conf *conf;
	struct source *source;
	struct lexer lexer;
	struct token now;
	unsigned depth;
};

/* Where directives stand: at the top, or in a block. */
struct scope {
	const struct conf_directive *const *tables; /* NULL: nobody knows */
	const char *owner;                          /* whose block; "" */
	struct conf_node *node;                     /* the owner's, or NULL */
	struct conf_node **first, **tail;
	const struct conf_directive *last; /* the directive before, or NULL */
};

/* A directive as it stands there. */
struct written {
	struct token name, *args;
	size_t nargs, room;
};

static void parse_block(struct parser *, const struct conf_directive *block,
    const char *owner, struct conf_node *node);

static void
advance(struct parser *p)
{
	p->now = lexer_next(&p->lexer);
}

/* -- which directive is meant --------------------------------------------- */

const struct conf_directive *
table_find(const struct conf_directive *const *t, const char *name)
{
	const struct conf_directive *d;

	for (; t != NULL && *t != NULL; t++)
		for (d = *t; d->name != NULL; d++)
			if (strcmp(d->name, name) == 0)
				return d;
	return NULL;
}

int
directive_secret(const struct conf_directive *d)
{
	const struct conf_arg *a;

	for (a = d->args; a != NULL && a->word != NULL; a++)
		if (a->kind == CONF_SECRET || a->hidden)
			return (int)(a - d->args);
	return -1;
}

static const struct conf_directive *
directive_near(const struct scope *sc, const char *name)
{
	const struct conf_directive *const *t, *d;
	const char *words[CANDIDATES_MAX], *near;
	size_t n = 0;

	for (t = sc->tables; t != NULL && *t != NULL; t++)
		for (d = *t; d->name != NULL && n < CANDIDATES_MAX; d++)
			words[n++] = d->name;
	near = nearest(name, words, n);
	return near == NULL ? NULL : table_find(sc->tables, near);
}

/*
 * Says that nothing here is called so, and returns what is likely meant, so
 * that its block can be read, or NULL.
 */
static const struct conf_directive *
unknown(struct parser *p, const struct scope *sc, const struct token *t)
{
	const struct conf_directive *d;
	struct conf *c = p->conf;
	const char *hint = NULL;

	if (sc->tables == NULL || t->text == NULL)
		return NULL;
	d = directive_near(sc, t->text);
	if (d != NULL) {
		hint = arena_printf(&c->arena, "did you mean \"%s\"?", d->name);
	} else if ((d = table_find(c->tables, t->text)) != NULL) {
		hint = arena_printf(&c->arena, "is a \"}\" missing before it?");
	} else if (sc->last != NULL && directive_secret(sc->last) >= 0) {
		/* It may be the secret itself, cut or on a line of its own. */
		source_hide(c, p->source, t->from,
		    source_line_end(p->source, t->from), HIDDEN_TEXT);
		mistake_at(c, p->source, t,
		    "a secret with white space or one of ; { } in it must be "
		    "in quotes",
		    "unknown directive");
		return NULL;
	}
	if (sc->owner[0] == '\0')
		mistake_at(c, p->source, t, hint, "unknown directive \"%s\"",
		    harmless(t->text));
	else
		mistake_at(c, p->source, t, hint,
		    "unknown directive \"%s\" in \"%s\"", harmless(t->text),
		    sc->owner);
	return d;
}

/* -- its words ------------------------------------------------------------ */

static bool
keep_arg(struct parser *p, struct written *w)
{
	struct token *more;

	if (w->nargs == w->room) {
		w->room = w->room == 0 ? 4 : 2 * w->room;
		more = arena_alloc(&p->conf->arena, w->room * sizeof(*more));
		if (more == NULL)
			return false;
		if (w->nargs > 0)
			memcpy(more, w->args, w->nargs * sizeof(*more));
		w->args = more;
	}
	w->args[w->nargs++] = p->now;
	return true;
}

static struct written
read_words(struct parser *p)
{
	struct written w = { .name = p->now };

	for (advance(p); p->now.type == T_WORD; advance(p))
		if (!keep_arg(p, &w))
			break;
	return w;
}

/* d: what it is, or may be meant to be; NULL: it could be anything. */
static void
hide_secrets(struct parser *p, const struct conf_directive *d,
    const struct written *w)
{
	int first = d == NULL ? 0 : directive_secret(d);
	const struct token *t;

	if (first < 0 || w->nargs <= (size_t)first)
		return;
	t = &w->args[first];
	if (d != NULL && d->args[first].kind == CONF_SECRET &&
	    w->nargs == (size_t)first + 1 && t->text != NULL &&
	    secret_is_reference(t->text))
		return;
	/* To the end of the line: a ';' may be part of what was meant. */
	source_hide(p->conf, p->source, t->from,
	    source_line_end(p->source, t->from), HIDDEN_TEXT);
}

static size_t
count_args(const struct conf_directive *d)
{
	size_t n = 0;

	while (d->args != NULL && d->args[n].word != NULL)
		n++;
	return n;
}

/* "NAME URL", from the n-th on. */
static const char *
words_of(struct conf *c, const struct conf_directive *d, size_t from, size_t to)
{
	const char *s = "";

	for (; s != NULL && from < to; from++)
		s = arena_printf(&c->arena, "%s%s%s", s,
		    s[0] == '\0' ? "" : " ", d->args[from].word);
	return s == NULL ? "" : s;
}

static bool
right_number(struct parser *p, const struct conf_directive *d,
    const struct written *w)
{
	size_t max = count_args(d);
	struct conf *c = p->conf;
	const char *hint = NULL;

	if (w->nargs < d->min_args) {
		if (d->example != NULL)
			hint = arena_printf(&c->arena, "for example: %s",
			    d->example);
		mistake_at(c, p->source, &w->name, hint, "\"%s\" needs %s",
		    d->name, words_of(c, d, w->nargs, d->min_args));
		return false;
	}
	if (w->nargs <= max || d->many_args)
		return true;
	mistake_at(c, p->source, &w->args[max], NULL,
	    max == 0 ? "nothing may follow \"%s\"%s"
		     : "nothing may follow \"%s %s\"",
	    d->name, words_of(c, d, 0, max));
	return false;
}

/* The words as values; false after a mistake. */
static bool
read_values(struct parser *p, const struct conf_directive *d,
    const struct written *w, struct conf_node *node)
{
	size_t max = count_args(d), i;
	bool good = right_number(p, d, w);

	node->args = arena_alloc(&p->conf->arena,
	    (w->nargs + 1) * sizeof(*node->args));
	if (node->args == NULL)
		return false;
	for (i = 0; i < w->nargs && (i < max || d->many_args); i++)
		good &= value_parse(p->conf, p->source,
		    &d->args[i < max ? i : max - 1], &w->args[i],
		    &node->args[i]);
	node->nargs = i;
	return good;
}

/* -- directives ----------------------------------------------------------- */

static bool
is_first(struct parser *p, const struct scope *sc, const struct conf_node *n)
{
	const struct conf_node *o;

	if (n->directive->many)
		return true;
	for (o = *sc->first; o != NULL; o = o->next) {
		if (o->directive != n->directive)
			continue;
		mistake_add(p->conf, p->source, n->line, n->column,
		    "keep one of them", "\"%s\" was given already, %s%s%u",
		    n->directive->name, o->file == n->file ? "" : o->file,
		    o->file == n->file ? "on line " : ":", o->line);
		return false;
	}
	return true;
}

static struct conf_node *
new_node(struct parser *p, const struct conf_directive *d,
    const struct token *name)
{
	struct conf_node *n = arena_alloc(&p->conf->arena, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->directive = d;
	n->file = p->source->name;
	n->line = name->line;
	n->column = name->column;
	return n;
}

static void
read_known(struct parser *p, struct scope *sc, const struct conf_directive *d,
    const struct written *w)
{
	struct conf_node *node = new_node(p, d, &w->name);
	bool good;

	if (node == NULL)
		return;
	good = read_values(p, d, w, node);
	good &= is_first(p, sc, node);
	if (p->now.type == T_OPEN) {
		if (d->block == NULL)
			mistake_at(p->conf, p->source, &p->now, NULL,
			    "\"%s\" has no block", d->name);
		parse_block(p, d->block, d->name, node);
	}
	if (good) {
		*sc->tail = node;
		sc->tail = &node->next;
		return;
	}
	if (w->nargs > 0 && w->args[0].text != NULL)
		broken_add(p->conf, w->args[0].text, NULL);
	broken_add(p->conf, NULL, sc->node);
}

static void
read_unknown(struct parser *p, struct scope *sc,
    const struct conf_directive *near, const struct written *w)
{
	if (p->now.type == T_OPEN)
		parse_block(p, near == NULL ? NULL : near->block,
		    near == NULL ? "" : near->name, NULL);
	if (w->nargs > 0 && w->args[0].text != NULL)
		broken_add(p->conf, w->args[0].text, NULL);
	broken_add(p->conf, NULL, sc->node);
}

static void
read_directive(struct parser *p, struct scope *sc)
{
	const struct conf_directive *d = NULL, *near = NULL;
	struct written w = read_words(p);

	if (w.name.text != NULL)
		d = table_find(sc->tables, w.name.text);
	if (d == NULL)
		near = unknown(p, sc, &w.name);
	hide_secrets(p, d != NULL ? d : near, &w);
	if (d != NULL)
		read_known(p, sc, d, &w);
	else
		read_unknown(p, sc, near, &w);
	sc->last = d != NULL ? d : near;
}

/* A '{' where a directive should begin. */
static void
stray_block(struct parser *p, struct scope *sc)
{
	if (sc->tables != NULL)
		mistake_at(p->conf, p->source, &p->now,
		    "move the \"{\" to the end of its directive's line",
		    "a block must begin on the line of its directive");
	parse_block(p, sc->last == NULL ? NULL : sc->last->block,
	    sc->last == NULL ? "" : sc->last->name, NULL);
}

/* -- scopes --------------------------------------------------------------- */

/*
 * Only at the top there is a directive of this name, and it stands at the
 * very beginning of a line: a '}' was forgotten.
 */
static bool
forgot_close(struct parser *p, const struct scope *sc, const struct token *open)
{
	const struct token *t = &p->now;
	const char *hint;

	if (open == NULL || t->column > 1 || t->text == NULL ||
	    table_find(sc->tables, t->text) != NULL ||
	    table_find(p->conf->tables, t->text) == NULL)
		return false;
	hint = arena_printf(&p->conf->arena,
	    "a \"}\" is missing before \"%s\" on line %u", t->text, t->line);
	mistake_at(p->conf, p->source, open, hint,
	    "this \"{\" is never closed");
	return true;
}

/* Up to what ends it, which is left for the caller. */
static void
parse_scope(struct parser *p, struct scope *sc, const struct token *open)
{
	for (;;) {
		/* What lies before is read, and hidden where it must be. */
		p->source->parsed = p->now.from;
		switch (p->now.type) {
		case T_WORD:
			if (forgot_close(p, sc, open))
				return;
			read_directive(p, sc);
			break;
		case T_OPEN:
			stray_block(p, sc);
			break;
		case T_SEMICOLON:
		case T_NEWLINE:
			advance(p);
			break;
		case T_CLOSE:
			if (open != NULL)
				return;
			mistake_at(p->conf, p->source, &p->now, NULL,
			    "this \"}\" ends nothing");
			advance(p);
			break;
		case T_END:
			if (open != NULL)
				mistake_at(p->conf, p->source, open, NULL,
				    "this \"{\" is never closed");
			return;
		}
	}
}

static void
skip_block(struct parser *p, const struct token *open)
{
	unsigned depth = 0;

	mistake_at(p->conf, p->source, open, NULL,
	    "blocks can not be nested so deep");
	do {
		if (p->now.type == T_OPEN)
			depth++;
		if (p->now.type == T_CLOSE)
			depth--;
		advance(p);
	} while (depth > 0 && p->now.type != T_END);
	source_hide(p->conf, p->source, open->to, p->now.from, HIDDEN_TEXT);
}

/* p->now is its '{'; afterwards, what follows its '}'.  block NULL: any. */
static void
parse_block(struct parser *p, const struct conf_directive *block,
    const char *owner, struct conf_node *node)
{
	const struct conf_directive *const tables[] = { block, NULL };
	struct conf_node *dropped = NULL;
	struct scope sc = {
		.tables = block == NULL ? NULL : tables,
		.owner = owner,
		.node = node,
	};
	struct token open = p->now;

	sc.first = sc.tail = node == NULL ? &dropped : &node->block;
	if (p->depth == DEPTH_LIMIT) {
		skip_block(p, &open);
		return;
	}
	p->depth++;
	advance(p);
	parse_scope(p, &sc, &open);
	if (p->now.type == T_CLOSE)
		advance(p);
	p->depth--;
}

void
parse_source(struct conf *c, struct source *s)
{
	struct parser p = { .conf = c, .source = s };
	struct scope top = { .tables = c->tables, .owner = "" };

	top.first = top.tail = &c->nodes;
	while (*top.tail != NULL)
		top.tail = &(*top.tail)->next;
	p.lexer = lexer_of(c, s);
	advance(&p);
	parse_scope(&p, &top, NULL);
	if (!conf_gave_up(c))
		s->parsed = s->len;
}

/* The arguments a directive has when it is absent, as a node of its own. */
struct conf_node *
parse_default(struct conf *c, const struct conf_directive *d)
{
	char text[256];
	struct source s = { .name = "built in", .text = text };
	struct parser p = { .conf = c, .source = &s };
	struct conf_node *node;
	struct written w;

	s.len = strlen(d->dflt);
	assert(s.len < sizeof(text));
	memcpy(text, d->dflt, s.len + 1);
	p.lexer = lexer_of(c, &s);
	w = read_words(&p);
	node = new_node(&p, d, &w.name);
	if (node == NULL || !read_values(&p, d, &w, node)) {
		assert(c->arena.failed && "a default the parser refuses");
		return NULL;
	}
	return node;
}
