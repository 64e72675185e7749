/*
 * strict.c - a request of which nothing is left that tells one client from
 * another: one order, one spelling, constant values, and of what a site has to
 * know only what is well formed.
 */
#include <string.h>

#include "edit.h"
#include "put.h"
#include "work.h"

static struct http1_str
text(const char *s)
{
	return (struct http1_str){ .p = s, .n = strlen(s) };
}

static bool
wants_page(const struct work *w)
{
	const struct http1_field *f = http1_find(w->f->head, "accept");

	return f != NULL && edit_has(f->value, "text/html");
}

static bool
takes_gzip(const struct work *w)
{
	const struct http1_field *f = http1_find(w->f->head, "accept-encoding");

	return f != NULL && edit_has(f->value, "gzip");
}

static void
put_constant(const struct work *w, const struct field *k)
{
	const char *value = k->value;

	switch (k->act[FIELD_REQUEST][HTTP_STRICT]) {
	case ACT_ACCEPT:
		value = wants_page(w) ? k->value : "*/*";
		break;
	case ACT_CODING:
		value = takes_gzip(w) ? k->value : "identity";
		break;
	case ACT_PAGE:
		value = wants_page(w) ? k->value : NULL;
		break;
	case ACT_SOCKET:
		value = w->f->websocket ? k->value : NULL;
		break;
	case ACT_EXPECT:
		value = w->f->head->expect_continue && !w->f->http10 ? k->value
								     : NULL;
		break;
	default:
		break;
	}
	if (value != NULL)
		put_field(w->out, text(k->name), text(value));
}

static void
put_origin_as_referer(const struct work *w, const struct field *k)
{
	put_text(w->out, k->name);
	put_text(w->out, ": http://");
	put_authority(w->out, w->f->origin);
	put_text(w->out, "/\r\n");
}

/* The client's fields of this name, as they are or as the table has it. */
static void
put_known(const struct work *w, const struct field *k)
{
	const struct http1_head *h = w->f->head;
	enum field_act act;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		if (w->known[i] != k || work_stays(w, i))
			continue;
		act = work_act(w, k, w->change[i]);
		if (act == ACT_TRIM) {
			if (edit_is_of(h->fields[i].value, w->f->origin)) {
				put_origin_as_referer(w, k);
				return;
			}
		} else if (work_passes(w, act, text(k->name),
			       h->fields[i].value)) {
			put_field(w->out, text(k->name), h->fields[i].value);
		}
	}
}

static void
put_place(struct work *w, const struct field *k)
{
	const struct change *c = profile_change(w->f->profile, text(k->name));

	if (c == NULL && k->value != NULL)
		put_constant(w, k);
	else if (c != NULL && c->what == CHANGE_SET)
		work_set(w, c);
	else if (c == NULL || c->what == CHANGE_KEEP)
		put_known(w, k);
}

/* What has no place, but is kept: in the order of the profile. */
static void
put_kept(struct work *w, const struct change *c)
{
	const struct http1_head *h = w->f->head;
	const struct http1_field *f;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		f = &h->fields[i];
		if (w->change[i] != c || work_stays(w, i) ||
		    (w->known[i] != NULL && w->known[i]->place >= 0))
			continue;
		put_field(w->out,
		    strchr(c->name, '*') != NULL ? f->name : text(c->name),
		    f->value);
	}
}

void
work_strict(struct work *w)
{
	const struct http_profile *p = w->f->profile;
	const struct field *at[FIELD_PLACES];
	size_t i;

	fields_in_place(at);
	for (i = 0; i < FIELD_PLACES; i++)
		put_place(w, at[i]);
	for (i = 0; i < p->nchanges; i++)
		if (p->changes[i].what == CHANGE_KEEP)
			put_kept(w, &p->changes[i]);
}
