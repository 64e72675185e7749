/*
 * ways.c - the commands chain and pool: what each hop does, as all workers
 * together have seen it.  A worker learns of hops by itself, so that a hop may
 * be down for one and not yet for another.
 */
#include <stdlib.h>
#include <string.h>

#include "route/state.h"

#include "command.h"
#include "ways.h"

struct tally {
	unsigned open, half_open; /* workers for whom it is down, on trial */
	unsigned failures;	  /* in a row, the most of any worker */
	unsigned in_use;
	unsigned timed;
	uint64_t setup_ms; /* the sum of timed */
	uint64_t retry_ms; /* the least */
	bool tried;
	enum outcome last; /* a failure, where there was one */
	struct route_member one; /* as the last worker has it */
};

static void
add(struct tally *t, const struct route_member *m)
{
	t->one = *m;
	t->open += m->health == HOP_OPEN;
	t->half_open += m->health == HOP_HALF_OPEN;
	t->in_use += m->in_use;
	if (m->health == HOP_OPEN &&
	    (t->open == 1 || m->retry_ms < t->retry_ms))
		t->retry_ms = m->retry_ms;
	if (m->failures > t->failures)
		t->failures = m->failures;
	if (m->timed) {
		t->timed++;
		t->setup_ms += m->setup_ms;
	}
	if (m->tried && (!t->tried || m->last != OUTCOME_OK))
		t->last = m->last;
	t->tried |= m->tried;
}

/* On each worker's thread; hops that no worker has are skipped later. */
static void
count(struct worker *w, struct command *c)
{
	const struct route_state *st = worker_health(w);
	struct tally *t = c->data;
	struct route_member m;
	const struct pool *p;
	size_t i, k;

	for (i = 0; i < routes_proxies(c->snapshot->routes); i++) {
		route_hop(st, (unsigned)i, worker_now(w), &m);
		add(&t[i], &m);
	}
	for (i = 0; (p = routes_pool(c->snapshot->routes, i)) != NULL; i++)
		for (k = 0; route_member(st, p, k, worker_now(w), &m); k++)
			if (routes_srv_of(c->snapshot->routes, m.hop) != NULL)
				add(&t[m.hop], &m);
}

static const char *
state_of(const struct command *c, const struct tally *t)
{
	if (t->open == c->nworkers)
		return "down";
	if (t->open > 0)
		return "down for some workers";
	if (t->half_open > 0)
		return "on trial";
	return t->tried ? "up" : "not used yet";
}

static void
report_hop(struct command *c, const struct tally *t, unsigned hop)
{
	struct report *r = &c->report;

	if (routes_srv_of(c->snapshot->routes, hop) == NULL)
		report_text(r, "proxy", c->snapshot->hops[hop].name);
	else
		report_number(r, "by-srv", hop);
	report_text(r, "state", state_of(c, t));
	if (t->failures > 0)
		report_number(r, "failures", t->failures);
	if (t->tried && t->last != OUTCOME_OK)
		report_text(r, "last-failure", outcome_str(t->last));
	if (t->open > 0)
		report_number(r, "retry-in-ms", t->retry_ms);
	if (t->timed > 0)
		report_number(r, "set-up-ms", t->setup_ms / t->timed);
	report_number(r, "in-use", t->in_use);
}

static void
report_members(struct command *c, const struct tally *t, const struct pool *p)
{
	struct report *r = &c->report;
	unsigned i;

	report_open(r, "members", REPORT_LIST);
	for (i = 0; i < p->n + p->nbackup; i++) {
		if (routes_srv_of(c->snapshot->routes, p->member[i]) != NULL &&
		    t[p->member[i]].one.hop != p->member[i])
			continue; /* an empty slot */
		report_open(r, NULL, REPORT_OBJECT);
		report_hop(c, &t[p->member[i]], p->member[i]);
		if (i >= p->n)
			report_yes(r, "backup", true);
		report_close(r);
	}
	report_close(r);
}

static struct tally *
take_stock(struct command *c)
{
	struct tally *t = calloc(routes_hops(c->snapshot->routes) + 1,
	    sizeof(*t));

	c->data = t;
	if (t == NULL)
		command_fail(c, "out of memory");
	else if (command_ask(c, count))
		return t;
	free(t);
	return NULL;
}

static bool
is_wanted(const struct command *c, const char *name)
{
	return c->nwords < 2 || strcmp(c->word[1], name) == 0;
}

void
command_pool(struct command *c)
{
	static const char *const words[] = {
		[BALANCE_ROUND_ROBIN] = "round-robin",
		[BALANCE_LEAST] = "least",
		[BALANCE_LATENCY] = "latency",
		[BALANCE_HASH] = "hash",
		[BALANCE_RANDOM] = "random",
	};
	struct report *r = &c->report;
	struct tally *t = take_stock(c);
	const struct pool *p;
	bool any = false;
	size_t i;

	if (t == NULL)
		return;
	report_open(r, "pools", REPORT_LIST);
	for (i = 0; (p = routes_pool(c->snapshot->routes, i)) != NULL; i++) {
		if (!is_wanted(c, p->name))
			continue;
		any = true;
		report_open(r, NULL, REPORT_OBJECT);
		report_text(r, "pool", p->name);
		report_text(r, "balance", words[p->balance]);
		report_members(c, t, p);
		report_close(r);
	}
	report_close(r);
	if (!any && c->nwords > 1)
		command_fail(c, "no pool is called \"%s\"", c->word[1]);
	free(t);
}

static void
report_steps(struct command *c, const struct tally *t, const struct route *way)
{
	struct report *r = &c->report;
	const struct route_step *s;

	report_open(r, "hops", REPORT_LIST);
	for (s = way->step; s < way->step + way->n; s++) {
		report_open(r, NULL, REPORT_OBJECT);
		if (s->pool == NULL) {
			report_hop(c, &t[s->hop], s->hop);
		} else {
			report_text(r, "pool", s->pool->name);
			if (s->pick > 1)
				report_number(r, "pick", s->pick);
			report_members(c, t, s->pool);
		}
		report_close(r);
	}
	report_close(r);
}

/* Proxies and pools are ways of their own, each by its own name. */
static bool
is_chain(const struct command *c, const struct route *way)
{
	const struct route_step *s = way->step;
	const char *only = s->pool != NULL ? s->pool->name
					   : c->snapshot->hops[s->hop].name;

	return way->n != 1 || strcmp(way->name, only) != 0;
}

void
command_chain(struct command *c)
{
	struct report *r = &c->report;
	struct tally *t = take_stock(c);
	const struct route *way;
	bool any = false;
	size_t i;

	if (t == NULL)
		return;
	report_open(r, "chains", REPORT_LIST);
	for (i = 0; (way = routes_at(c->snapshot->routes, i)) != NULL; i++) {
		if (c->nwords > 1 ? strcmp(c->word[1], way->name) != 0
				  : !is_chain(c, way))
			continue;
		any = true;
		report_open(r, NULL, REPORT_OBJECT);
		report_text(r, "chain", way->name);
		if (way->dynamic)
			report_number(r, "at-least", way->min);
		report_yes(r, "optimistic", way->optimistic);
		report_steps(c, t, way);
		if (way->otherwise != NULL)
			report_text(r, "otherwise", way->otherwise->name);
		report_close(r);
	}
	report_close(r);
	if (!any && c->nwords > 1)
		command_fail(c, "no chain is called \"%s\"", c->word[1]);
	free(t);
}
