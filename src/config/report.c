/*
 * report.c - every mistake with its place, its line and a caret.
 *
 * A line is shown only as far as it is harmless: what the parser marked as
 * hidden, what it did not get to, and whatever may be the user and password of
 * a URL stays out, even when it stands where nobody expects it.
 */
#include <string.h>

#include "parts.h"

#define INDENT 4
#define WIDTH  160 /* of an excerpt */
#define TAB    8

/* A line as it is printed, and where its byte `at` went. */
struct excerpt {
	char text[TAB * LINE_LIMIT + 1];
	size_t n, columns, caret;
	unsigned short bytes_at[TAB * LINE_LIMIT + 1]; /* of each column */
};

static bool
is_continuation(unsigned char c)
{
	return (c & 0xc0) == 0x80; /* RFC 3629 section 3 */
}

static void
put(struct excerpt *e, char c)
{
	if (e->n + 1 >= sizeof(e->text))
		return;
	if (!is_continuation((unsigned char)c))
		e->bytes_at[e->columns++] = (unsigned short)e->n;
	e->text[e->n++] = c;
	e->text[e->n] = '\0';
	e->bytes_at[e->columns] = (unsigned short)e->n;
}

static void
put_str(struct excerpt *e, const char *s)
{
	for (; *s != '\0'; s++)
		put(e, *s);
}

static void
put_byte(struct excerpt *e, char c)
{
	if (c == '\t') {
		do
			put(e, ' ');
		while (e->columns % TAB != 0);
	} else {
		put(e, (unsigned char)c < 0x20 || c == 0x7f ? '?' : c);
	}
}

/*
 * What lies between "//" and the last '@' of a line, or before an '@' in its
 * word: the user and password of a URL, in every way to write one wrongly.
 */
static struct hidden
login_in(const char *text, size_t from, size_t to)
{
	struct hidden h = { from, from, HIDDEN_TEXT, NULL };
	const char *at = memrchr(text + from, '@', to - from), *slashes;

	if (at == NULL)
		return h;
	h.to = (size_t)(at - text);
	slashes = memmem(text + from, h.to - from, "//", 2);
	if (slashes != NULL) {
		h.from = (size_t)(slashes - text) + 2;
		return h;
	}
	at = memchr(text + from, '@', to - from);
	h.from = (size_t)(at - text);
	while (h.from > from && strchr(" \t\"{};", text[h.from - 1]) == NULL)
		h.from--;
	return h;
}

/* The hash of a password, wherever it stands. */
static struct hidden
hash_in(const char *text, size_t from, size_t to)
{
	struct hidden h = { from, from, HIDDEN_TEXT, NULL };
	const char *at = memmem(text + from, to - from, "$argon2", 7);

	if (at != NULL) {
		h.from = (size_t)(at - text);
		h.to = to;
	}
	return h;
}

/* Of all that covers pos, what reaches farthest; NULL when it may be shown. */
static const struct hidden *
hidden_at(const struct hidden *list, size_t pos)
{
	const struct hidden *best = NULL, *h;

	for (h = list; h != NULL; h = h->next)
		if (h->from <= pos && pos < h->to &&
		    (best == NULL || h->to > best->to))
			best = h;
	return best;
}

static void
fill(struct excerpt *e, const struct source *s, size_t from, size_t to,
    size_t target)
{
	struct hidden hash = hash_in(s->text, from, to);
	struct hidden login = login_in(s->text, from, to);
	struct hidden rest = { s->parsed, s->len, HIDDEN_TEXT, s->hidden };
	const struct hidden *h;
	size_t pos = from;

	hash.next = &rest;
	login.next = &hash;
	e->n = e->columns = e->caret = 0;
	e->text[0] = '\0';
	while (pos < to) {
		h = hidden_at(&login, pos);
		if (target >= pos)
			e->caret = e->columns;
		if (h == NULL) {
			put_byte(e, s->text[pos++]);
			continue;
		}
		put_str(e, h->shown);
		/* What begins within and reaches farther is the same secret. */
		while (h != NULL && pos < to) {
			pos = h->to;
			h = hidden_at(&login, pos);
		}
	}
	if (target >= pos)
		e->caret = e->columns;
}

static void
print_excerpt(const struct excerpt *e, FILE *f)
{
	size_t first = 0, last = e->columns;
	const char *before = "", *behind = "";

	if (e->caret > WIDTH * 3 / 4) {
		first = e->caret - WIDTH / 2;
		before = "...";
	}
	if (last - first > WIDTH) {
		last = first + WIDTH;
		behind = "...";
	}
	fprintf(f, "%*s%s%.*s%s\n", INDENT, "", before,
	    (int)(e->bytes_at[last] - e->bytes_at[first]),
	    e->text + e->bytes_at[first], behind);
	fprintf(f, "%*s^\n", INDENT + (int)(strlen(before) + e->caret - first),
	    "");
}

static void
print_line(const struct mistake *m, struct excerpt *e, FILE *f)
{
	const struct source *s = m->source;
	size_t from = 0, to;
	unsigned line;

	if (s->len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
		from = 3;
	for (line = 1; line < m->line; line++)
		from = source_line_end(s, from) + 1;
	to = source_line_end(s, from);
	if (to > from && s->text[to - 1] == '\r')
		to--;
	fill(e, s, from, to, from + m->column - 1);
	while (e->n > 0 && e->columns > e->caret && e->text[e->n - 1] == ' ')
		e->bytes_at[--e->columns] = (unsigned short)--e->n;
	print_excerpt(e, f);
}

void
conf_report(const struct conf *c, FILE *f)
{
	const struct mistake *m;
	struct excerpt e = { .bytes_at = { 0 } };

	for (m = c->mistakes; m != NULL; m = m->next) {
		if (m->source != NULL)
			fprintf(f, "%s:", m->source->name);
		if (m->source != NULL && m->line > 0)
			fprintf(f, "%u:%u:", m->line, m->column);
		fprintf(f, "%serror: %s\n", m->source != NULL ? " " : "",
		    m->message);
		if (m->source != NULL && m->line > 0)
			print_line(m, &e, f);
		if (m->hint != NULL)
			fprintf(f, "%*shint: %s\n", INDENT, "", m->hint);
	}
	if (c->arena.failed)
		fprintf(f, "error: out of memory\n");
	else if (c->nmistakes >= ERROR_LIMIT)
		fprintf(f,
		    "error: more than %d mistakes, the rest was not "
		    "read\n",
		    ERROR_LIMIT);
}
