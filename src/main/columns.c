#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "columns.h"

#define GAP   2 /* between the columns; the mark and a space take as much */
#define DOTS  "..."
#define NDOTS (sizeof(DOTS) - 1)

/* Letter case does not tell names apart. */
static bool
same_name(const struct http1_field *a, const struct http1_field *b)
{
	return a->name.n == b->name.n &&
	    strncasecmp(a->name.p, b->name.p, a->name.n) == 0;
}

static bool
same_bytes(struct http1_str a, struct http1_str b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* The first of the same name that nobody else has taken, or NULL. */
static const struct http1_field *
take(const struct http1_head *h, const struct http1_field *like, bool *taken)
{
	size_t i;

	for (i = 0; i < h->nfields; i++)
		if (!taken[i] && same_name(&h->fields[i], like)) {
			taken[i] = true;
			return &h->fields[i];
		}
	return NULL;
}

/* -- a cell --------------------------------------------------------------- */

struct cell {
	char *text; /* width + 1 bytes */
	size_t n, width;
	bool cut;
};

/* Bytes no terminal should see are shown as '?'. */
static void
put(struct cell *c, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && c->n < c->width; i++)
		c->text[c->n++] = (char)(p[i] < ' ' || p[i] > '~' ? '?' : p[i]);
	c->cut |= i < n;
}

static const char *
show(struct cell *c, const struct http1_field *f)
{
	c->n = 0;
	c->cut = false;
	if (f != NULL) {
		put(c, f->name.p, f->name.n);
		put(c, ": ", f->value.n > 0 ? 2 : 1);
		if (http1_name_is(f->name, "proxy-authorization"))
			put(c, "***", 3);
		else
			put(c, f->value.p, f->value.n);
	}
	if (c->cut)
		memcpy(c->text + c->width - NDOTS, DOTS, NDOTS);
	c->text[c->n] = '\0';
	return c->text;
}

static void
print_row(FILE *to, char mark, const char *left, size_t width,
    const char *right)
{
	if (*right == '\0')
		fprintf(to, "%c %s\n", mark, left);
	else
		fprintf(to, "%c %-*s  %s\n", mark, (int)width, left, right);
}

/* -- all of them ---------------------------------------------------------- */

static char
compare(const struct http1_field *sent, const struct http1_field *arrived,
    struct tally *t)
{
	if (arrived == NULL)
		return '-';
	t->arrived++;
	if (same_bytes(sent->name, arrived->name) &&
	    same_bytes(sent->value, arrived->value))
		return ' ';
	t->changed++;
	return '~';
}

static struct tally
print_all(FILE *to, const struct http1_head *sent,
    const struct http1_head *arrived, struct cell *left, struct cell *right)
{
	struct tally t = { .sent = sent->nfields };
	bool taken[HTTP1_FIELDS_MAX] = { false };
	const struct http1_field *f, *last = NULL;
	size_t i;
	char mark;

	for (i = 0; i < sent->nfields; i++) {
		f = take(arrived, &sent->fields[i], taken);
		mark = compare(&sent->fields[i], f, &t);
		print_row(to, mark, show(left, &sent->fields[i]), left->width,
		    show(right, f));
		t.moved |= f != NULL && last != NULL && f < last;
		last = f != NULL ? f : last;
	}
	for (i = 0; i < arrived->nfields; i++)
		if (!taken[i]) {
			t.added++;
			print_row(to, '+', "", left->width,
			    show(right, &arrived->fields[i]));
		}
	return t;
}

struct tally
columns_print(FILE *to, size_t width, const char *left,
    const struct http1_head *sent, const char *right,
    const struct http1_head *arrived)
{
	size_t each = (width - 2 - GAP) / 2;
	char *mem = malloc(2 * (each + 1));
	struct cell l = { .text = mem, .width = each };
	struct cell r = { .text = mem + each + 1, .width = each };
	struct tally t = { 0 };

	if (mem == NULL)
		return t;
	print_row(to, ' ', left, each, right);
	t = print_all(to, sent, arrived, &l, &r);
	free(mem);
	return t;
}
