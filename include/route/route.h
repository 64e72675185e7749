/*
 * route.h - the `pool` and `chain` directives: which ways out there are.
 *
 *   proxy n1 socks5://127.0.0.1:9050
 *   pool near { members n1 n2; backup n3; balance least; check; }
 *   chain deep { hops near n4 n5; otherwise plan-b; }
 *
 * A route is what a rule may name: a proxy (a chain of one), a pool (the
 * same) or a chain.  It is a list of steps: a proxy, or a pool that yields one
 * or more different members.  A chain within another is written out in place.
 * The outer one says how its hops are used, so the inner one may only have
 * `hops` and `pick`, or the `mode strict` that is the default; its
 * `optimistic` does not count.
 *
 * Everything here is made at load and never changes; route/state.h has what
 * does, and picks the hops.  Every mistake is reported at load: unknown names,
 * names given twice, loops of chains and of `otherwise`, more than CHAIN_HOPS
 * hops, a pool without members or with more than POOL_MEMBERS, `min` or `pick`
 * larger than what there is.
 *
 * Hops are numbers.  Those below routes_proxies() are the `proxy` nodes in file
 * order; then come SRV_SLOTS for each pool with `srv`, whose members are known
 * only at run time.
 *
 * Ownership: all of it belongs to struct routes.
 */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H

#include "config/conf.h"

#define CHAIN_HOPS   8
#define POOL_MEMBERS 256 /* with the backup ones */
#define SRV_SLOTS    32  /* members a pool with `srv` has at most */
#define HOPS_MAX     60000

enum balance {
	BALANCE_ROUND_ROBIN,
	BALANCE_LEAST,   /* the fewest in use */
	BALANCE_LATENCY, /* the shortest set-up */
	BALANCE_HASH,    /* the identity's own, also that of nobody */
	BALANCE_RANDOM,  /* by weight, where there are weights */
};

struct routes;
struct route;

struct pool {
	const char *name;
	unsigned id; /* from 0, in file order */
	enum balance balance;
	unsigned n, nbackup;    /* members, n of them ordinary: */
	const uint16_t *member; /* hops; those of `backup` are last */
	struct {
		const char *name;   /* to look up; NULL: there is no `srv` */
		const char *scheme; /* what its members speak: "socks5" */
	} srv; /* with it the ordinary members are SRV_SLOTS hops in a row */
	uint64_t check_ms;      /* between two checks of a member; 0: none */
	struct endpoint target; /* what a check asks for; */
	bool check_target;      /* false: only that the member is prepared */
	/*
	 * A check goes the way requests go: through the first `via_steps` steps
	 * of this chain, the first in the file that has the pool behind others.
	 * A member that is meant to be reached through others never sees us.
	 * Without such a chain it is the pool's own route, and no step.
	 */
	const struct route *via;
	unsigned via_steps;
};

struct route_step {
	const struct pool *pool; /* NULL: always this hop */
	unsigned hop;
	unsigned pick; /* members: 1, or the N of `pick` */
};

struct route {
	/*
	 * true: connect to the target itself.  Only a rule's `direct` sets it;
	 * a route that is neither direct nor has steps goes nowhere.
	 */
	bool direct;
	bool dynamic;    /* hops that are down are left out, */
	unsigned min;    /* while so many remain */
	bool optimistic; /* the client is answered before the target */
	unsigned n;
	struct route_step step[CHAIN_HOPS];
	const struct route *otherwise; /* when this one is down; or NULL */
	const char *name;
	unsigned id; /* from 0 */
};

extern const struct conf_directive route_directives[];

struct routes *routes_load(struct conf *); /* NULL: reported, or no memory */
void routes_free(struct routes *);         /* accepts NULL */

/* The proxy, pool or chain called name; NULL when there is none. */
const struct route *routes_find(const struct routes *, const char *name);
/* Each of them, sorted by name, i from 0; NULL behind the last. */
const struct route *routes_at(const struct routes *, size_t i);
/* Each pool, by id; NULL behind the last. */
const struct pool *routes_pool(const struct routes *, size_t id);

unsigned routes_proxies(const struct routes *);
unsigned routes_hops(const struct routes *); /* with all slots */
/* The pool whose `srv` the hop is a slot of; NULL: it is a `proxy`. */
const struct pool *routes_srv_of(const struct routes *, unsigned hop);

#endif
