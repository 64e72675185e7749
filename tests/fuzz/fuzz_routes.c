/*
 * fuzz_routes.c - any bytes as pools and chains.
 *
 * Whatever is taken can be asked for paths while its hops fail and come back:
 * a path has hops that are there, at least one and not too many, and a pool
 * yields none twice.  In the end nothing is held.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "route/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AROUND "proxy a x\nproxy b x\nproxy c x\nproxy d x\n"
#define ROUNDS 20

static const struct conf_arg two_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = "X", .kind = CONF_TEXT },
	{ .word = NULL },
};

static const struct conf_directive others[] = {
	{ .name = "proxy", .args = two_args, .min_args = 1, .many = true },
	{ .name = NULL },
};

static const struct conf_directive *const tables[] = { route_directives, others,
	NULL };

static void
check_path(const struct routes *r, const struct path *p)
{
	unsigned i, k;

	assert(p->n >= 1 && p->n <= CHAIN_HOPS);
	assert(!p->route->dynamic || p->n >= p->route->min);
	for (i = 0; i < p->n; i++) {
		assert(p->hop[i] < routes_hops(r));
		/* Twice only what a chain names twice. */
		for (k = 0; k < i && !p->route->dynamic; k++)
			assert(p->hop[k] != p->hop[i] ||
			    !((p->other >> i | p->other >> k) & 1));
	}
}

/* One request: it tries again until there is nobody left. */
static void
request(const struct routes *r, struct route_state *st,
    const struct route *route, unsigned round, uint64_t now)
{
	struct identity who = { { (uint8_t)(round % 3) } };
	struct route_tried tried = { .n = 0 };
	struct path p;
	unsigned at, tries;

	for (tries = 0;; tries++) {
		assert(tries <= TRIED_MAX);
		if (route_pick(st, route, &who, &tried, now, &p) !=
		    ROUTE_FOUND) {
			assert(p.n == 0 && p.lacks != NULL);
			return;
		}
		check_path(r, &p);
		at = (round + tries) % p.n;
		if (round % 4 == 0)
			route_up(st, &p, at, round, now);
		else
			route_down(st, &p, at, OUTCOME_TIMEOUT, now);
		route_took(st, &p, round);
		if (!route_avoid(&tried, &p, at))
			tries = TRIED_MAX;
		route_done(st, &p);
		if (tries == TRIED_MAX)
			return;
	}
}

static void
ask(const struct routes *r, struct route_state *st, uint64_t now)
{
	struct route_srv srv = { .priority = 1, .weight = 1 };
	const struct pool *pool;
	const struct route *route;
	struct path p;
	unsigned round;
	size_t i;

	assert(endpoint_parse(&srv.at, "s.example:1", 11, 0) == OK);
	for (i = 0; (pool = routes_pool(r, i)) != NULL; i++)
		if (pool->srv.name != NULL && i % 2 == 0)
			route_set_srv(st, pool, &srv, 1);
	for (round = 0; round < ROUNDS; round++, now += 700) {
		for (i = 0; (route = routes_at(r, i)) != NULL; i++) {
			request(r, st, route, round, now);
			route_hedge_ms(st, route);
		}
		while (route_next_check(st, now, &p, &pool)) {
			check_path(r, &p);
			route_done(st, &p);
		}
	}
}

static void
check(const struct routes *r)
{
	struct route_state *st = route_state_new(r, 1);
	struct route_member m;
	unsigned hop;

	assert(st != NULL);
	ask(r, st, 1000);
	for (hop = 0; hop < routes_hops(r); hop++) {
		route_hop(st, hop, 1000, &m);
		assert(m.in_use == 0);
	}
	route_state_free(st);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c = conf_new(tables);
	char *text = malloc(size + 1);
	struct routes *r;

	assert(c != NULL && text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	conf_parse_text(c, "around", AROUND);
	conf_parse_text(c, "routes", text);
	r = routes_load(c);
	assert(r != NULL || !conf_ok(c));
	if (r != NULL)
		check(r);
	routes_free(r);
	conf_free(c);
	free(text);
	return 0;
}
