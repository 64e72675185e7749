#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "route/route.h"

#define LOOP_TEXT 256
#define NESTING   64 /* chains within chains; nobody writes that by hand */

enum written_out { NOT_YET, AT_WORK, DONE, BROKEN };

struct entry {
	char *name;
	struct route route;
	/* While loading: */
	const struct conf_node *node;
	size_t order;
	bool is_proxy;
	unsigned height; /* of chains within it, itself included */
	enum written_out state;
	const struct entry *within; /* the chain being written out */
};

struct routes {
	size_t n;
	struct entry *entries; /* sorted by name, which is there once */
};

static const struct conf_arg name_arg[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_arg member_args[] = {
	{ .word = "MEMBER", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_directive hops_directives[] = {
	{
	    .name = "hops",
	    .args = member_args,
	    .min_args = 1,
	    .many_args = true,
	    .doc = "The proxies on the way, the nearest first.  A member may "
		   "be another chain, whose hops then stand in its place.  "
		   "There may be 8 hops in all.",
	    .example = "hops n1 n2 n3",
	},
	{ .name = NULL },
};

const struct conf_directive chain_directives[] = {
	{
	    .name = "chain",
	    .args = name_arg,
	    .min_args = 1,
	    .many = true,
	    .block = hops_directives,
	    .doc = "Proxies in a row: each is asked to connect to the next, "
		   "the last one to the target.  A proxy's name alone is a "
		   "chain of one.",
	    .example = "chain deep { hops n1 n2 n3; }",
	},
	{ .name = NULL },
};

/* -- the names ------------------------------------------------------------ */

/* Proxies come before chains in `order`, then what is written first. */
static int
by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int
name_to_entry(const void *name, const void *entry)
{
	return strcmp(name, ((const struct entry *)entry)->name);
}

static struct entry *
find(const struct routes *r, const char *name)
{
	if (r->n == 0)
		return NULL;
	return bsearch(name, r->entries, r->n, sizeof(*r->entries),
	    name_to_entry);
}

static size_t
count(struct conf *c, const char *directive)
{
	const struct conf_node *n = conf_first(c, directive);
	size_t i = 0;

	for (; n != NULL; n = conf_next(n))
		i++;
	return i;
}

static bool
add(struct routes *r, const struct conf_node *n, bool is_proxy)
{
	struct entry *e = &r->entries[r->n];

	e->name = strdup(n->args[0].text);
	if (e->name == NULL)
		return false;
	e->node = n;
	e->order = r->n;
	e->is_proxy = is_proxy;
	if (is_proxy) {
		e->route.n = 1;
		e->route.hop[0] = (unsigned)r->n;
		e->state = DONE;
	}
	r->n++;
	return true;
}

/* Proxies first, so that their index is that of their node. */
static bool
collect(struct conf *c, struct routes *r)
{
	const struct conf_node *n;
	size_t all = count(c, "proxy") + count(c, "chain");

	if (all == 0)
		return true;
	r->entries = calloc(all, sizeof(*r->entries));
	if (r->entries == NULL)
		return false;
	for (n = conf_first(c, "proxy"); n != NULL; n = conf_next(n))
		if (!add(r, n, true))
			return false;
	for (n = conf_first(c, "chain"); n != NULL; n = conf_next(n))
		if (!add(r, n, false))
			return false;
	qsort(r->entries, r->n, sizeof(*r->entries), by_name);
	return true;
}

/* A proxy named twice is reported by the owner of that directive. */
static void
drop_doubles(struct conf *c, struct routes *r)
{
	const struct entry *first;
	struct entry *e;
	size_t i, kept = 0;

	for (i = 0; i < r->n; i++) {
		e = &r->entries[i];
		first = kept > 0 ? &r->entries[kept - 1] : NULL;
		if (first == NULL || strcmp(first->name, e->name) != 0) {
			r->entries[kept++] = *e;
			continue;
		}
		if (!e->is_proxy)
			conf_error_at(c, e->node, &e->node->args[0], NULL,
			    "there is a %s \"%s\" already, in line %u of %s",
			    first->is_proxy ? "proxy" : "chain", e->name,
			    first->node->line, first->node->file);
		free(e->name);
	}
	r->n = kept;
}

/* -- writing chains out --------------------------------------------------- */

/* "a > b > a": what is at work, from e on, inwards, and e again. */
static size_t
loop_text(const struct entry *e, const struct entry *in, char *out, size_t at)
{
	if (in != e)
		at = loop_text(e, in->within, out, at);
	if (at < LOOP_TEXT)
		at += (size_t)snprintf(out + at, LOOP_TEXT - at, "%s > ",
		    in->name);
	return at;
}

static void
report_loop(struct conf *c, const struct entry *in, const struct entry *e,
    const struct conf_node *hops, const struct conf_value *member)
{
	char text[LOOP_TEXT];

	loop_text(e, in, text, 0);
	conf_error_at(c, hops, member, NULL,
	    "a chain can not go through itself: %s%s", text, e->name);
}

static void
report_unknown(struct conf *c, const struct routes *r,
    const struct conf_node *hops, const struct conf_value *member)
{
	const char **names = calloc(r->n, sizeof(*names));
	const char *hint = NULL;
	size_t i;

	if (names != NULL) {
		for (i = 0; i < r->n; i++)
			names[i] = r->entries[i].name;
		hint = conf_did_you_mean(c, member->text, names, r->n);
	}
	free(names);
	conf_error_at(c, hops, member, hint,
	    "no proxy and no chain is called \"%s\"", member->text);
}

static void write_out(struct conf *, struct routes *, struct entry *,
    unsigned depth);

/* Yields the member with its hops known, or NULL: reported. */
static const struct entry *
get_member(struct conf *c, struct routes *r, const struct entry *in,
    const struct conf_node *hops, const struct conf_value *member,
    unsigned depth)
{
	struct entry *e = find(r, member->text);

	if (e == NULL) {
		report_unknown(c, r, hops, member);
		return NULL;
	}
	if (e->state == AT_WORK) {
		report_loop(c, in, e, hops, member);
		return NULL;
	}
	if (e->state == NOT_YET && depth < NESTING) {
		e->within = in;
		write_out(c, r, e, depth + 1);
	}
	if (e->state == NOT_YET || e->height >= NESTING) {
		conf_error_at(c, hops, member, NULL,
		    "more than %d chains within each other", NESTING);
		return NULL;
	}
	return e->state == DONE ? e : NULL;
}

/* Every member is looked at, whatever was wrong before. */
static bool
add_members(struct conf *c, struct routes *r, struct entry *e,
    const struct conf_node *hops, unsigned depth)
{
	const struct conf_value *over = NULL;
	const struct entry *m;
	unsigned long total = 0;
	bool good = true;
	size_t i;

	for (i = 0; i < hops->nargs; i++) {
		m = get_member(c, r, e, hops, &hops->args[i], depth);
		if (m == NULL) {
			good = false;
			continue;
		}
		if (e->height <= m->height)
			e->height = m->height + 1;
		if (total + m->route.n <= CHAIN_HOPS)
			memcpy(e->route.hop + total, m->route.hop,
			    m->route.n * sizeof(m->route.hop[0]));
		else if (over == NULL)
			over = &hops->args[i];
		total += m->route.n;
	}
	e->route.n = over == NULL ? (unsigned)total : 0;
	if (over != NULL)
		conf_error_at(c, hops, over, NULL,
		    "chain \"%s\" has %lu hops, %d are the most", e->name,
		    total, CHAIN_HOPS);
	return good && over == NULL;
}

static void
write_out(struct conf *c, struct routes *r, struct entry *e, unsigned depth)
{
	const struct conf_node *hops = conf_in(e->node, "hops");
	bool good = false;

	e->state = AT_WORK;
	if (hops != NULL)
		good = add_members(c, r, e, hops, depth);
	else
		conf_error_at(c, e->node, &e->node->args[0], NULL,
		    "chain \"%s\" has no hops: write \"chain %s { hops "
		    "NAME...; }\"",
		    e->name, e->name);
	e->state = good ? DONE : BROKEN;
}

/* -- all of them ---------------------------------------------------------- */

struct routes *
routes_load(struct conf *c)
{
	struct routes *r = calloc(1, sizeof(*r));
	bool good = true;
	size_t i;

	if (r == NULL || !collect(c, r)) {
		conf_error_at(c, conf_first(c, "chain"), NULL, NULL,
		    "out of memory");
		routes_free(r);
		return NULL;
	}
	i = r->n;
	drop_doubles(c, r);
	good = r->n == i;
	for (i = 0; i < r->n; i++)
		if (r->entries[i].state == NOT_YET)
			write_out(c, r, &r->entries[i], 1);
	for (i = 0; i < r->n; i++)
		good &= r->entries[i].state == DONE;
	if (!good) {
		routes_free(r);
		return NULL;
	}
	return r;
}

void
routes_free(struct routes *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++)
		free(r->entries[i].name);
	free(r->entries);
	free(r);
}

const struct route *
routes_find(const struct routes *r, const char *name)
{
	const struct entry *e = find(r, name);

	return e != NULL ? &e->route : NULL;
}
