/* chains.c - a `chain` directive: written out to steps, and what is wrong. */
#include <stdio.h>
#include <string.h>

#include "routes.h"

#define LOOP_TEXT 256
#define NESTING   64 /* chains within chains; nobody writes that by hand */

/* One `hops` or `pick`, while its members are added to a chain. */
struct adding {
	struct conf *conf;
	struct routes *routes;
	struct entry *to;
	const struct conf_node *node;
	unsigned depth;
	unsigned long total;           /* hops so far, also those too many */
	const struct conf_value *over; /* where it was too many */
	const struct conf_node *over_in;
};

/* -- loops ---------------------------------------------------------------- */

static size_t
put_name(char *out, size_t at, const char *name)
{
	if (at < LOOP_TEXT)
		at += (size_t)snprintf(out + at, LOOP_TEXT - at, "%s > ", name);
	return at;
}

/* "a > b > ": what is at work, from e on, inwards. */
static size_t
loop_text(const struct entry *e, const struct entry *in, char *out, size_t at)
{
	if (in != e)
		at = loop_text(e, in->within, out, at);
	return put_name(out, at, in->route.name);
}

static void
report_loop(struct adding *a, const struct entry *e, const struct conf_value *v)
{
	char text[LOOP_TEXT];

	loop_text(e, a->to, text, 0);
	conf_error_at(a->conf, a->node, v, NULL,
	    "a chain can not go through itself: %s%s", text, e->route.name);
}

/* -- members -------------------------------------------------------------- */

/* It has a say of its own, which would be lost. */
static bool
stands_alone(struct adding *a, const struct entry *e,
    const struct conf_value *v)
{
	const char *what = NULL;

	if (e->is != A_CHAIN)
		return false;
	if (e->route.dynamic)
		what = "mode dynamic";
	else if (conf_in(e->node, "otherwise") != NULL)
		what = "otherwise";
	if (what == NULL)
		return false;
	conf_error_at(a->conf, a->node, v,
	    "say that in the outer chain, and here name the hops",
	    "chain \"%s\" has `%s`, so it can not stand within another",
	    e->route.name, what);
	return true;
}

/* Yields the member with its hops known, or NULL: reported. */
static const struct entry *
get_member(struct adding *a, const struct conf_value *v)
{
	struct entry *e = names_find(a->routes, v->text);

	if (e == NULL) {
		names_report_unknown(a->conf, a->routes, a->node, v, NULL);
		return NULL;
	}
	if (e->state == AT_WORK) {
		report_loop(a, e, v);
		return NULL;
	}
	if (e->state == NOT_YET && a->depth < NESTING) {
		e->within = a->to;
		chain_write_out(a->conf, a->routes, e, a->depth + 1);
	}
	if (e->state == NOT_YET || e->height >= NESTING) {
		conf_error_at(a->conf, a->node, v, NULL,
		    "more than %d chains within each other", NESTING);
		return NULL;
	}
	return e->state == DONE && !stands_alone(a, e, v) ? e : NULL;
}

static void
add_steps(struct adding *a, const struct route *r, const struct conf_value *v)
{
	struct route *to = &a->to->route;
	unsigned i;

	for (i = 0; i < r->n; i++) {
		a->total += r->step[i].pick;
		if (a->total <= CHAIN_HOPS)
			to->step[to->n++] = r->step[i];
		else if (a->over == NULL) {
			a->over = v;
			a->over_in = a->node;
		}
	}
}

/* Every member is looked at, whatever was wrong before. */
static bool
add_hops(struct adding *a)
{
	const struct entry *m;
	bool good = true;
	size_t i;

	for (i = 0; a->node != NULL && i < a->node->nargs; i++) {
		m = get_member(a, &a->node->args[i]);
		if (m == NULL) {
			good = false;
			continue;
		}
		if (a->to->height <= m->height)
			a->to->height = m->height + 1;
		add_steps(a, &m->route, &a->node->args[i]);
	}
	return good;
}

static bool
add_pick(struct adding *a)
{
	static const enum named pool = A_POOL;
	const struct conf_value *v;
	const struct entry *e;
	struct route one = { .n = 1 };

	if (a->node == NULL)
		return true;
	v = &a->node->args[1];
	e = names_find(a->routes, v->text);
	if (e == NULL)
		names_report_unknown(a->conf, a->routes, a->node, v, &pool);
	else if (e->is != A_POOL)
		conf_error_at(a->conf, a->node, v, NULL,
		    "\"%s\" is a %s; what can be picked from is a pool",
		    v->text, named_word(e->is));
	if (e == NULL || e->is != A_POOL || e->state != DONE)
		return false;
	one.step[0] = e->route.step[0];
	one.step[0].pick = (unsigned)a->node->args[0].as.number;
	add_steps(a, &one, v);
	return true;
}

/* -- a chain as a whole --------------------------------------------------- */

static bool
is_fixed(const struct route *r, unsigned hop)
{
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (r->step[i].pool == NULL && r->step[i].hop == hop)
			return true;
	return false;
}

/* No hop twice: can the chain's pools yield as many as it takes of each? */
static bool
pools_suffice(struct conf *c, const struct entry *e)
{
	const struct route *r = &e->route;
	const struct pool *p;
	unsigned i, k, takes, has;

	for (i = 0; i < r->n; i++) {
		p = r->step[i].pool;
		if (p == NULL)
			continue;
		for (k = takes = has = 0; k < r->n; k++)
			takes += r->step[k].pool == p ? r->step[k].pick : 0;
		for (k = 0; k < p->n + p->nbackup; k++)
			has += !is_fixed(r, p->member[k]);
		if (takes <= has)
			continue;
		conf_error_at(c, e->node, &e->node->args[0],
		    "no proxy can be in a chain's way twice",
		    "chain \"%s\" takes %u of pool \"%s\", which has %u%s",
		    r->name, takes, p->name, has,
		    has < p->n + p->nbackup ? " that the chain does not name"
					    : "");
		return false;
	}
	return true;
}

static bool
read_mode(struct conf *c, struct entry *e, unsigned long total)
{
	const struct conf_node *min = conf_in(e->node, "min");
	struct route *r = &e->route;

	r->dynamic = conf_get(c, e->node, "mode")->as.choice == 1;
	r->optimistic = conf_get(c, e->node, "optimistic")->as.yes;
	r->min = (unsigned)conf_get(c, e->node, "min")->as.number;
	if (r->min > 1 && !r->dynamic) {
		conf_error_at(c, min, NULL, "add a line \"mode dynamic\"",
		    "all hops of a strict chain are used");
		return false;
	}
	if (r->dynamic && r->min > total) {
		conf_error_at(c, min, &min->args[0], NULL,
		    "chain \"%s\" has only %lu hop%s", r->name, total,
		    total == 1 ? "" : "s");
		return false;
	}
	return true;
}

static bool
write_out(struct adding *a)
{
	struct conf *c = a->conf;
	struct entry *e = a->to;
	const struct conf_node *hops = conf_in(e->node, "hops");
	const struct conf_node *pick = conf_in(e->node, "pick");
	bool good;

	if (hops == NULL && pick == NULL) {
		conf_error_at(c, e->node, &e->node->args[0], NULL,
		    "chain \"%s\" has no hops: write \"chain %s { hops "
		    "NAME...; }\"",
		    e->route.name, e->route.name);
		return false;
	}
	a->node = hops;
	good = add_hops(a);
	a->node = pick;
	good &= add_pick(a);
	if (a->over != NULL)
		conf_error_at(c, a->over_in, a->over, NULL,
		    "chain \"%s\" has %lu hops, %d are the most", e->route.name,
		    a->total, CHAIN_HOPS);
	if (!good || a->over != NULL)
		return false;
	return read_mode(c, e, a->total) & pools_suffice(c, e);
}

void
chain_write_out(struct conf *c, struct routes *r, struct entry *e,
    unsigned depth)
{
	struct adding a = { .conf = c, .routes = r, .to = e, .depth = depth };

	e->state = AT_WORK;
	e->state = write_out(&a) ? DONE : BROKEN;
}

/* -- otherwise ------------------------------------------------------------ */

static const struct conf_node *
otherwise_of(const struct entry *e)
{
	return e->is == A_CHAIN ? conf_in(e->node, "otherwise") : NULL;
}

static const struct entry *
next_of(const struct routes *r, const struct entry *e)
{
	const struct conf_node *n = otherwise_of(e);

	return n != NULL ? names_find(r, n->args[0].text) : NULL;
}

/* Reported where the loop's first name is, so once. */
static bool
loops(struct conf *c, const struct routes *r, const struct entry *e)
{
	const struct entry *x = next_of(r, e);
	char text[LOOP_TEXT];
	size_t i, at;

	for (i = 0; x != NULL && x != e && i < r->n; i++)
		x = x < e ? NULL : next_of(r, x);
	if (x != e)
		return false;
	at = put_name(text, 0, e->route.name);
	for (x = next_of(r, e); x != e; x = next_of(r, x))
		at = put_name(text, at, x->route.name);
	conf_error_at(c, otherwise_of(e), &otherwise_of(e)->args[0], NULL,
	    "`otherwise` comes back to where it began: %s%s", text,
	    e->route.name);
	return true;
}

bool
chains_link(struct conf *c, struct routes *r)
{
	const struct conf_node *n;
	struct entry *e, *to;
	bool good = true;

	for (e = r->entries; e < r->entries + r->n; e++) {
		n = otherwise_of(e);
		if (n == NULL)
			continue;
		to = names_find(r, n->args[0].text);
		if (to == NULL) {
			names_report_unknown(c, r, n, &n->args[0], NULL);
			good = false;
			continue;
		}
		e->route.otherwise = &to->route;
		good &= !loops(c, r, e);
	}
	return good;
}
