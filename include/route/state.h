/*
 * state.h - which hops a request takes, and what is known of each hop.
 *
 * A worker has one struct route_state; nothing in it is shared.  It has no
 * clock: now_ms comes with the call, milliseconds that only grow.  An attempt:
 *
 *   struct route_tried tried = { 0 };
 *   again:
 *   if (route_pick(st, route, &identity, &tried, now, &path) != ROUTE_FOUND)
 *           fail: path.lacks is who is down; never go another way
 *   ... connect through path.hop[0] to path.hop[path.n - 1] ...
 *   route_up(st, &path, k, took, now)      for each hop that did its work
 *   route_down(st, &path, k, why, now)     for the one that did not
 *   route_took(st, &path, took)            when all of it is set up
 *   route_done(st, &path)                  once, when it is not used any more
 *   after a failure of hop k, if no payload was sent:
 *   if (route_avoid(&tried, &path, k)) goto again
 *
 * Whose fault?  A hop that can not be reached is down itself, also when the
 * one before it says so in a sound answer: that one is up.  One that breaks
 * the protocol, closes or is silent is down.  What is the target's fault is
 * reported of nobody, or as up: it never counts against a hop.
 *
 * A hop is up, or its circuit breaker is open: BREAK_AFTER failures in a row
 * open it for 1 s, then twice as long after each trial, up to 60 s, plus up to
 * a quarter by chance.  When that is over, exactly one path gets it for a
 * trial; until that is reported or done no other does.  Nor is a hop up that
 * route_checked() found to lead nowhere.
 *
 * What is picked:
 * - Of a pool, a member that is up; of `backup` only when no ordinary one is.
 *   With an identity, the same one as before while that is up (rendezvous
 *   hashing: when one goes, only its identities move); else as `balance` says.
 *   When no member is up, one that failed a second ago or earlier is tried, by
 *   one path at a time, so that the pool is back a second after its network.
 * - A proxy by name has nobody to stand in for it, so it is tried whatever its
 *   breaker says, unless an `otherwise` is up.
 * - `mode dynamic` leaves out what is down or was tried.  When less than `min`
 *   remain, those that are down are tried, too.
 * - Who failed in this request (tried) is not picked again, so that retrying
 *   ends; a chain whose proxy by name has failed is down for it.
 * - No pool yields a hop that is in the path already.
 *
 * With -O2 a decision over 8 members takes a tenth of a microsecond.
 */
#ifndef ROUTE_STATE_H
#define ROUTE_STATE_H

#include "request/identity.h"
#include "request/outcome.h"
#include "route/route.h"

#define BREAK_AFTER 2
#define TRIED_MAX   16

struct route_state;

enum route_pick {
	ROUTE_FOUND,
	ROUTE_DOWN,  /* breakers are open */
	ROUTE_TRIED, /* what was up has failed in this request */
	ROUTE_EMPTY, /* no SRV record is known yet */
};

struct path {
	const struct route *route; /* the one it is of: perhaps an otherwise */
	const char *lacks; /* not FOUND: the pool, proxy or chain to blame */
	uint16_t hop[CHAIN_HOPS];
	uint8_t n;
	uint8_t trial; /* bits, by place: this path is the hop's trial */
	uint8_t other; /* bits: another could stand in for it */
};

/* What failed in this request; all zero: nothing yet. */
struct route_tried {
	uint16_t hop[TRIED_MAX];
	uint16_t doubt; /* bits: not for sure, so only if there is no other */
	uint8_t n;
};

/* Any seed does, also one that is not secret.  NULL: out of memory. */
struct route_state *route_state_new(const struct routes *, uint64_t seed);
void route_state_free(struct route_state *); /* accepts NULL */

/* -- decisions ------------------------------------------------------------ */

/* The route is not direct.  tried: NULL for nothing. */
enum route_pick route_pick(struct route_state *, const struct route *,
    const struct identity *, const struct route_tried *, uint64_t now_ms,
    struct path *);
void route_done(struct route_state *, struct path *);

/* took: from when the hop before was ready (or from the start). */
void route_up(struct route_state *, struct path *, unsigned at,
    uint64_t took_ms, uint64_t now_ms);
void route_down(struct route_state *, struct path *, unsigned at,
    enum outcome why, uint64_t now_ms);
/* took: what a request waited for it, prepared or not. */
void route_took(struct route_state *, const struct path *, uint64_t took_ms);

/*
 * The path failed at this hop: that one is not to be picked again, or when
 * nobody can stand in for it the one before it that somebody can; a member
 * just before the failed one is in doubt.  false: it is full, give up.
 */
bool route_avoid(struct route_tried *, const struct path *, unsigned at);

/*
 * When to start a second attempt beside the first (whose pool members go to
 * tried, by route_avoid), in milliseconds: the p95 of route_took(), 20 ms
 * to 5 s.  0: not; too little is known, or no pool in it has another member.
 */
uint64_t route_hedge_ms(const struct route_state *, const struct route *);

/* -- active checks -------------------------------------------------------- */

/*
 * false: none is due.  Else a path that ends with the member to check, of pool
 * *pool, to be treated as any other (route_up, route_down, route_done), and
 * then ask again: the next may be due, too.  Pools that no request has wanted
 * for 10 minutes are not checked.  Once a second is often enough to ask.
 */
bool route_next_check(struct route_state *, uint64_t now_ms, struct path *,
    const struct pool **pool);
/*
 * Of a pool whose checks have a target: it was reached (OUTCOME_OK), or why
 * not, though the member did its own part.  One that misses it BREAK_AFTER
 * times in a row, while others reached it, is down until it does, too; when
 * nobody does, that says nothing of anybody.
 */
void route_checked(struct route_state *, const struct pool *,
    const struct path *, enum outcome why, uint64_t now_ms);

/* -- members by SRV ------------------------------------------------------- */

struct route_srv {
	struct endpoint at;
	uint16_t priority, weight; /* RFC 2782 */
};

/*
 * The pool's members from now on, the first SRV_SLOTS of them; none (n is 0:
 * the look-up failed) leaves what was.  One that stays keeps its health.  The
 * slot of one that goes is not reused while a path holds it.
 */
void route_set_srv(struct route_state *, const struct pool *,
    const struct route_srv *, size_t n);
/* Where the hop of a slot is, while it is picked; NULL: it is a `proxy`. */
const struct endpoint *route_hop_addr(const struct route_state *, unsigned hop);

/* -- to be shown ---------------------------------------------------------- */

enum route_health { HOP_CLOSED, HOP_OPEN, HOP_HALF_OPEN };

struct route_member {
	unsigned hop;
	bool backup;
	enum route_health health;  /* of its circuit breaker */
	unsigned failures;         /* in a row */
	unsigned in_use;           /* paths picked and not done */
	bool tried;                /* there was an outcome: */
	enum outcome last;         /* the last one, OK included */
	bool timed;                /* there is a set-up time: */
	uint32_t setup_ms;         /* what it usually is */
	uint64_t retry_ms;         /* OPEN: until a trial */
	uint16_t priority, weight; /* of its SRV record */
};

/* Of any hop. */
void route_hop(const struct route_state *, unsigned hop, uint64_t now_ms,
    struct route_member *);
/* Each member, i from 0; false behind the last.  Empty slots are skipped. */
bool route_member(const struct route_state *, const struct pool *, size_t i,
    uint64_t now_ms, struct route_member *);

#endif
