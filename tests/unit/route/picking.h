/*
 * picking.h - a state over routes from text, and short ways to ask it.
 *
 * Hops are named by letters in what is compared: proxy 0 is 'a', SRV slots
 * follow.
 */
#ifndef PICKING_H
#define PICKING_H

#include "route/state.h"

#include "routing.h"

struct world {
	struct routes *r;
	struct route_state *st;
	uint64_t now;
	struct identity who;
	struct route_tried tried;
	struct path path; /* the last one picked */
};

#define EIGHT P("a") P("b") P("c") P("d") P("e") P("f") P("g") P("h")

static inline struct world
begin(const char *text, uint64_t seed)
{
	struct world w = { .r = loaded(text), .now = 1000000 };

	w.st = route_state_new(w.r, seed);
	assert_non_null(w.st);
	return w;
}

static inline void
end(struct world *w)
{
	route_state_free(w->st);
	routes_free(w->r);
}

static inline enum route_pick
pick(struct world *w, const char *route)
{
	const struct route *r = routes_find(w->r, route);

	assert_non_null(r);
	return route_pick(w->st, r, &w->who, &w->tried, w->now, &w->path);
}

/* The path as letters, held; "" when there is none. */
static inline const char *
picked(struct world *w, const char *route)
{
	static char text[CHAIN_HOPS + 1];
	unsigned i;

	text[0] = '\0';
	if (pick(w, route) != ROUTE_FOUND)
		return text;
	for (i = 0; i < w->path.n; i++)
		text[i] = (char)('a' + w->path.hop[i]);
	text[i] = '\0';
	return text;
}

/* The same, and it is over at once. */
static inline const char *
once(struct world *w, const char *route)
{
	const char *text = picked(w, route);
	struct path p = w->path;

	route_done(w->st, &p);
	return text;
}

/* As if a path had used the hop of this letter. */
static inline void
report(struct world *w, char hop, bool up, uint64_t took)
{
	struct path p = { .n = 1, .hop = { (uint16_t)(hop - 'a') } };

	if (up)
		route_up(w->st, &p, 0, took, w->now);
	else
		route_down(w->st, &p, 0, OUTCOME_REFUSED, w->now);
}

static inline void
break_hop(struct world *w, char hop)
{
	unsigned i;

	for (i = 0; i < BREAK_AFTER; i++)
		report(w, hop, false, 0);
}

static inline struct route_member
shown(struct world *w, char hop)
{
	struct route_member m;

	route_hop(w->st, (unsigned)(hop - 'a'), w->now, &m);
	return m;
}

static inline void
be(struct world *w, uint64_t who)
{
	uint64_t key[2] = { who * 0x9e3779b97f4a7c15,
		who ^ 0x5851f42d4c957f2d };

	memcpy(w->who.key, key, sizeof(w->who.key));
}

#endif
