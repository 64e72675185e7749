#include <string.h>

#include "edit.h"
#include "put.h"
#include "work.h"

static struct http1_str
text(const char *s)
{
	return (struct http1_str){ .p = s, .n = strlen(s) };
}

/* -- what becomes of a field ---------------------------------------------- */

static bool
is_own(const struct filter *f, const struct field *k, enum field_way way)
{
	switch (k->act[way][f->profile->base]) {
	case ACT_OWN:
		return true;
	case ACT_COUNT:
		return http1_method_is(f->head, "OPTIONS");
	case ACT_EXPECT:
		return f->http10;
	default:
		return false;
	}
}

static void
classify(struct work *w)
{
	const struct http_profile *p = w->f->profile;
	const struct http1_head *h = w->f->head;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		w->known[i] = field_find(h->fields[i].name);
		w->change[i] = p->nchanges == 0
		    ? NULL
		    : profile_change(p, h->fields[i].name);
	}
	memset(w->made, 0, p->nchanges * sizeof(w->made[0]));
}

bool
work_stays(const struct work *w, size_t i)
{
	const struct http1_head *h = w->f->head;
	const struct field *k = w->known[i];

	if (k != NULL && is_own(w->f, k, w->way))
		return true;
	return h->nominates && http1_nominated(h, h->fields[i].name);
}

enum field_act
work_act(const struct work *w, const struct field *k, const struct change *c)
{
	enum http_base base = w->f->profile->base;

	if (c != NULL && c->what == CHANGE_REMOVE)
		return ACT_DROP;
	if (c != NULL && c->what == CHANGE_KEEP)
		return ACT_KEEP;
	if (k != NULL)
		return k->act[w->way][base];
	return w->way == FIELD_REQUEST && base == HTTP_STRICT ? ACT_DROP
							      : ACT_KEEP;
}

/* -- values --------------------------------------------------------------- */

bool
work_passes(const struct work *w, enum field_act act, struct http1_str name,
    struct http1_str value)
{
	const struct http1_head *h = w->f->head;

	switch (act) {
	case ACT_KEEP:
	case ACT_COUNT:
	case ACT_EXPECT:
		return true;
	case ACT_LISTED:
		return w->f->trusted;
	case ACT_BODY:
		return h->body != HTTP1_BODY_NONE;
	case ACT_RANGE:
		return http1_find(h, "if-range") == NULL &&
		    edit_is_ranges(value);
	case ACT_SITE:
		return (w->f->websocket ||
			   (!http1_method_is(h, "GET") &&
			       !http1_method_is(h, "HEAD"))) &&
		    edit_is_origin(value);
	case ACT_SOCKET:
		return w->f->websocket &&
		    (!http1_name_is(name, "sec-websocket-key") ||
			edit_is_key(value));
	case ACT_PREFETCH:
		return !http1_name_is(value, "on");
	default:
		return false;
	}
}

/* Of a redirect that is for ever a client makes one that is for now. */
static bool
is_for_ever(const struct work *w)
{
	return w->f->profile->base == HTTP_STRICT &&
	    (w->f->head->status == 301 || w->f->head->status == 308);
}

static void
put_edited(const struct work *w, enum field_act act,
    const struct http1_field *f)
{
	switch (act) {
	case ACT_LINKS:
		edit_links(w->out, f);
		break;
	case ACT_FEW_LINKS:
		edit_few_links(w->out, f);
		break;
	case ACT_POLICY:
		edit_policy(w->out, f);
		break;
	case ACT_CACHE:
		if (!is_for_ever(w))
			edit_cache(w->out, f);
		break;
	case ACT_CHALLENGE:
		edit_challenge(w->out, f);
		break;
	default:
		if (work_passes(w, act, f->name, f->value))
			put_field(w->out, f->name, f->value);
	}
}

void
work_set(struct work *w, const struct change *c)
{
	size_t i = (size_t)(c - w->f->profile->changes);

	if (!w->made[i])
		put_field(w->out, text(c->name), text(c->value));
	w->made[i] = true;
}

/* -- heads ---------------------------------------------------------------- */

/* What passes, in its order; of what is set, the first is in its place. */
static void
put_in_order(struct work *w)
{
	const struct http1_head *h = w->f->head;
	const struct change *c;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		c = w->change[i];
		if (work_stays(w, i))
			continue;
		if (c != NULL && c->what == CHANGE_SET &&
		    w->way == FIELD_REQUEST)
			work_set(w, c);
		else
			put_edited(w, work_act(w, w->known[i], c),
			    &h->fields[i]);
	}
}

void
filter_request(const struct filter *f, struct buf *out)
{
	const struct http_profile *p = f->profile;
	struct work w;
	size_t i;

	w.f = f;
	w.way = FIELD_REQUEST;
	w.out = out;
	classify(&w);
	if (p->base == HTTP_STRICT)
		work_strict(&w);
	else
		put_in_order(&w);
	for (i = 0; i < p->nchanges; i++)
		if (p->changes[i].what == CHANGE_SET)
			work_set(&w, &p->changes[i]);
}

/* What a response of strict has besides. */
static void
put_constants(const struct work *w)
{
	const struct field *k;

	for (k = fields; k < fields + nfields; k++)
		if (k->act[FIELD_RESPONSE][HTTP_STRICT] == ACT_FIXED &&
		    profile_change(w->f->profile, text(k->name)) == NULL)
			put_field(w->out, text(k->name), text(k->value));
	if (is_for_ever(w))
		put_text(w->out, "Cache-Control: no-store\r\n");
}

void
filter_response(const struct filter *f, struct buf *out)
{
	struct work w;

	w.f = f;
	w.way = FIELD_RESPONSE;
	w.out = out;
	classify(&w);
	put_in_order(&w);
	if (f->profile->base == HTTP_STRICT && f->head->status >= 200)
		put_constants(&w);
}
