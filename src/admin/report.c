#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/report.h"

static void
put(struct report *r, const char *s, size_t n)
{
	size_t room;
	char *mem;

	if (r->failed)
		return;
	if (r->len + n + 1 > r->room) {
		room = (r->len + n + 1) * 2;
		mem = r->len + n < REPORT_MAX ? realloc(r->text, room) : NULL;
		if (mem == NULL) {
			r->failed = true;
			return;
		}
		r->text = mem;
		r->room = room;
	}
	memcpy(r->text + r->len, s, n);
	r->len += n;
	r->text[r->len] = '\0';
}

static void
put_str(struct report *r, const char *s)
{
	put(r, s, strlen(s));
}

/* RFC 8259 section 7, in ASCII: what is no ASCII is told byte by byte. */
static void
put_quoted(struct report *r, const char *s)
{
	char hex[8];

	put_str(r, "\"");
	for (; *s != '\0'; s++) {
		if (*s >= ' ' && *s <= '~' && *s != '"' && *s != '\\') {
			put(r, s, 1);
			continue;
		}
		snprintf(hex, sizeof(hex), "\\u%04x", (unsigned char)*s);
		put_str(r, hex);
	}
	put_str(r, "\"");
}

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

void
report_init(struct report *r, bool json)
{
	memset(r, 0, sizeof(*r));
	r->json = json;
	if (json)
		put_str(r, "{");
}

void
report_deinit(struct report *r)
{
	free(r->text);
	r->text = NULL;
}

/* Text: two blanks a level, for the first line of an item "- " at last. */
static void
begin_line(struct report *r)
{
	unsigned d = r->depth, i;
	bool item = d > 0 && r->level[d - 1].kind == REPORT_LIST &&
	    !r->level[d].filled;

	for (i = 1; i <= d; i++)
		put_str(r, i == d && item ? "- " : "  ");
}

static void
begin(struct report *r, const char *key, bool opens)
{
	bool in_list = r->level[r->depth].kind == REPORT_LIST;

	assert(in_list == (key == NULL));
	if (r->json) {
		if (r->level[r->depth].filled)
			put_str(r, ",");
		if (key != NULL) {
			put_quoted(r, key);
			put_str(r, ":");
		}
	} else if (key != NULL) {
		begin_line(r);
		put_str(r, key);
		put_str(r, opens ? ":\n" : ": ");
	} else if (!opens) {
		begin_line(r);
		put_str(r, "- ");
	}
	r->level[r->depth].filled = true;
}

void
report_open(struct report *r, const char *key, enum report_kind kind)
{
	begin(r, key, true);
	assert(r->depth + 1 < REPORT_DEPTH);
	r->depth++;
	r->level[r->depth].kind = kind;
	r->level[r->depth].filled = false;
	if (r->json)
		put_str(r, kind == REPORT_LIST ? "[" : "{");
}

void
report_close(struct report *r)
{
	assert(r->depth > 0);
	if (r->json)
		put_str(r,
		    r->level[r->depth].kind == REPORT_LIST ? "]" : "}");
	r->depth--;
}

void
report_text(struct report *r, const char *key, const char *value)
{
	begin(r, key, false);
	if (r->json || !is_plain(value))
		put_quoted(r, value);
	else
		put_str(r, value);
	if (!r->json)
		put_str(r, "\n");
}

static void
bare(struct report *r, const char *key, const char *value)
{
	begin(r, key, false);
	put_str(r, value);
	if (!r->json)
		put_str(r, "\n");
}

void
report_number(struct report *r, const char *key, unsigned long long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", n);
	bare(r, key, text);
}

void
report_yes(struct report *r, const char *key, bool yes)
{
	bare(r, key, r->json ? yes ? "true" : "false" : yes ? "yes" : "no");
}

bool
report_end(struct report *r)
{
	assert(r->depth == 0);
	if (r->json)
		put_str(r, "}\n");
	return !r->failed;
}
