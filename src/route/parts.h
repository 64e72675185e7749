/*
 * parts.h - the changing half of this layer, as its files share it.
 *
 *   state.c    making it, SRV members, showing it, what is due for a check
 *   health.c   what became of a hop, and whether it is up
 *   balance.c  one of several
 *   pick.c     a path
 */
#ifndef ROUTE_PARTS_H
#define ROUTE_PARTS_H

#include "route/state.h"
#include "stats/ewma.h"
#include "stats/quantile.h"

#include "routes.h"

struct hop {
	uint64_t retry_at;  /* open: when a trial is due */
	uint64_t failed_at; /* the last time */
	uint64_t check_at;  /* when the next check is due */
	struct ewma setup;
	uint32_t failures; /* in a row */
	uint32_t misses;     /* of a check's target that others reached, */
	uint64_t missed_at;  /* the last miss, */
	enum outcome missed; /* and why */
	uint32_t in_use;
	uint8_t level; /* trials that failed */
	bool trial;    /* a path has it for a trial */
	bool tried;
	enum outcome last;
};

struct slot {
	struct endpoint at;
	uint64_t salt;
	uint16_t priority, weight;
	bool listed; /* a member; if not, it may be held by a path still */
};

struct pool_state {
	uint32_t turn;
	bool wanted; /* by a request, */
	uint64_t wanted_at;
	bool reached; /* a check's target, by a member, */
	uint64_t reached_at;
};

struct route_state {
	const struct routes *routes;
	uint64_t random;
	struct hop *hop;
	struct slot *slot; /* of hops from routes->nproxies on */
	struct pool_state *pool;
	struct quantile *took; /* by route id */
};

/* health.c */
bool hop_is_open(const struct hop *);             /* its breaker */
bool hop_is_lost(const struct hop *);             /* it leads nowhere */
bool hop_is_up(const struct hop *, uint64_t now); /* or due for a trial */
bool hop_is_last_resort(const struct hop *, uint64_t now);

/* state.c */
static inline const struct slot *
slot_of(const struct route_state *st, unsigned hop)
{
	return hop < st->routes->nproxies
	    ? NULL
	    : &st->slot[hop - st->routes->nproxies];
}

uint64_t mix64(uint64_t);
uint64_t state_random(struct route_state *);
/* Held from now on, as route_done() ends it. */
void path_hold(struct route_state *, struct path *);

/* balance.c: n > 0 */
unsigned balance_choose(struct route_state *, const struct pool *, enum balance,
    const struct identity *, const uint16_t *hops, unsigned n);

/* pick.c: through the hops before it, ending with this one */
bool pick_to(struct route_state *, const struct route *via, unsigned steps,
    unsigned hop, uint64_t now, struct path *);

#endif
