/* error.c - what was wrong, kept in the order of the text, and near misses. */
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "parts.h"

#define MESSAGE_MAX 500
#define WORD_MAX    48 /* nothing longer is compared */

bool
conf_gave_up(const struct conf *c)
{
	return c->arena.failed || c->nmistakes >= ERROR_LIMIT;
}

static bool
is_behind(const struct conf *c, const struct mistake *a,
    const struct mistake *b)
{
	const struct source *s;

	if (a->source != b->source) {
		for (s = c->sources; s != NULL && s != b->source; s = s->next)
			if (s == a->source)
				return false;
		return s != NULL;
	}
	return a->line > b->line ||
	    (a->line == b->line && a->column > b->column);
}

static bool
is_same(const struct mistake *a, const struct mistake *b)
{
	return a->source == b->source && a->line == b->line &&
	    a->column == b->column && strcmp(a->message, b->message) == 0;
}

static void
insert(struct conf *c, struct mistake *m)
{
	struct mistake **at;

	for (at = &c->mistakes; *at != NULL; at = &(*at)->next)
		if (is_same(*at, m))
			return;
	for (at = &c->mistakes; *at != NULL; at = &(*at)->next)
		if (is_behind(c, *at, m))
			break;
	m->next = *at;
	*at = m;
	c->nmistakes++;
}

const char *
harmless(const char *word)
{
	return strchr(word, '@') != NULL || strstr(word, "$argon2") != NULL
	    ? HIDDEN_TEXT
	    : word;
}

/* secret: a word the message must not have, NULL: none. */
static void
censor(char *message, const char *secret)
{
	size_t n = secret == NULL ? 0 : strlen(secret);
	size_t shown = strlen(HIDDEN_TEXT);
	char *at;

	if (n < shown) { /* too short to be found in its place only */
		if (n > 0 && strstr(message, secret) != NULL)
			strcpy(message, "this secret is not right");
		return;
	}
	while ((at = strstr(message, secret)) != NULL) {
		if (strcmp(secret, HIDDEN_TEXT) == 0)
			return;
		memcpy(at, HIDDEN_TEXT, shown);
		memmove(at + shown, at + n, strlen(at + n) + 1);
	}
}

static void
add(struct conf *c, struct mistake like, const char *secret, const char *fmt,
    va_list ap)
{
	char message[MESSAGE_MAX];
	struct mistake *m;
	char *p;

	c->bad = true;
	if (conf_gave_up(c))
		return;
	vsnprintf(message, sizeof(message), fmt, ap);
	censor(message, secret);
	for (p = message; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	m = arena_alloc(&c->arena, sizeof(*m));
	if (m == NULL)
		return;
	*m = like;
	m->message = arena_copy(&c->arena, message, strlen(message));
	if (like.hint != NULL)
		m->hint = arena_copy(&c->arena, like.hint, strlen(like.hint));
	if (m->message != NULL)
		insert(c, m);
}

void
mistake_add(struct conf *c, const struct source *s, unsigned line,
    unsigned column, const char *hint, const char *fmt, ...)
{
	struct mistake like = { s, line, column, NULL, hint, NULL };
	va_list ap;

	va_start(ap, fmt);
	add(c, like, NULL, fmt, ap);
	va_end(ap);
}

void
mistake_at(struct conf *c, const struct source *s, const struct token *t,
    const char *hint, const char *fmt, ...)
{
	struct mistake like = { s, t->line, t->column, NULL, hint, NULL };
	va_list ap;

	va_start(ap, fmt);
	add(c, like, NULL, fmt, ap);
	va_end(ap);
}

/* -- what modules report -------------------------------------------------- */

static const struct source *
source_of(const struct conf *c, const struct conf_node *n)
{
	const struct source *s;

	for (s = c->sources; s != NULL && s->name != n->file; s = s->next)
		;
	return s;
}

void
broken_add(struct conf *c, const char *name, const struct conf_node *node)
{
	struct broken *b = arena_alloc(&c->arena, sizeof(*b));

	if (b == NULL)
		return;
	*b = (struct broken){ name, node, c->broken };
	c->broken = b;
}

/* Of something that is missing only because it was written wrongly? */
static bool
is_consequence(const struct conf *c, const struct conf_node *n,
    const struct conf_value *v)
{
	const struct broken *b;

	for (b = c->broken; b != NULL; b = b->next) {
		if (b->node != NULL && b->node == n)
			return true;
		if (b->name != NULL && v != NULL && v->text != NULL &&
		    strcmp(b->name, v->text) == 0)
			return true;
	}
	return false;
}

/* The text of v when nobody must read it. */
static const char *
secret_of(const struct conf_node *n, const struct conf_value *v)
{
	int first;

	if (n == NULL || v == NULL || v->text == NULL)
		return NULL;
	if (harmless(v->text) != v->text)
		return v->text;
	first = directive_secret(n->directive);
	return first >= 0 && v >= n->args + first && v < n->args + n->nargs
	    ? v->text
	    : NULL;
}

void
conf_error_at(struct conf *c, const struct conf_node *n,
    const struct conf_value *v, const char *hint, const char *fmt, ...)
{
	struct mistake like = { .hint = hint };
	va_list ap;

	if (n != NULL) {
		like.source = source_of(c, n);
		like.line = v != NULL ? v->line : n->line;
		like.column = v != NULL ? v->column : n->column;
	}
	if (c->bad && is_consequence(c, n, v))
		return;
	va_start(ap, fmt);
	add(c, like, secret_of(n, v), fmt, ap);
	va_end(ap);
}

/* -- did you mean --------------------------------------------------------- */

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits from a to b: insert, drop, change a letter, or swap two neighbours. */
static unsigned
distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned row[3][WORD_MAX + 1];
	unsigned *before = row[0], *above = row[1], *now = row[2], *tmp;
	size_t i, j;

	for (j = 0; j <= nb; j++)
		above[j] = (unsigned)j;
	for (i = 1; i <= na; i++) {
		now[0] = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			now[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
			now[j] = least(now[j], above[j] + 1);
			now[j] = least(now[j], now[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		tmp = before;
		before = above;
		above = now;
		now = tmp;
	}
	return above[nb];
}

const char *
nearest(const char *word, const char *const *candidates, size_t n)
{
	size_t len = strlen(word), i, clen;
	unsigned best, d;
	const char *found = NULL;

	/* As many mistakes as a word of this length can have and be known. */
	best = len <= 2 ? 1 : len <= 3 ? 2 : len <= 6 ? 3 : 4;
	if (len == 0 || len > WORD_MAX)
		return NULL;
	for (i = 0; i < n; i++) {
		clen = strlen(candidates[i]);
		if (clen > WORD_MAX)
			continue;
		d = strcasecmp(word, candidates[i]) == 0
		    ? 0
		    : distance(word, len, candidates[i], clen);
		if (d < best && d < clen) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}

const char *
conf_did_you_mean(struct conf *c, const char *word,
    const char *const *candidates, size_t n)
{
	const char *found = nearest(word, candidates, n);

	return found == NULL
	    ? NULL
	    : arena_printf(&c->arena, "did you mean \"%s\"?", found);
}
