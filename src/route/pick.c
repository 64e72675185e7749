/*
 * pick.c - the hops of one path.
 *
 * A strict chain needs a hop for each step; where two pools share members the
 * one that comes away empty-handed chooses first at the next try.
 */
#include <assert.h>
#include <string.h>

#include "parts.h"

struct picking {
	struct route_state *st;
	const struct identity *who;
	bool sticky; /* the identity is somebody's */
	const struct route_tried *tried;
	uint64_t now;
	bool desperate; /* nothing is up: what is down is tried, too */
	unsigned ntaken;
	uint16_t taken[2 * CHAIN_HOPS + 1];
	/* What is found, by step: */
	uint8_t ngot[CHAIN_HOPS];
	uint16_t got[CHAIN_HOPS][CHAIN_HOPS];
	/* If it is not found: */
	enum route_pick why;
	const char *lacks;
};

/* Members in the order in which they come into question. */
enum tier {
	UP,
	UP_IN_DOUBT,
	BACKUP,
	BACKUP_IN_DOUBT,
	LAST_RESORT,
	LAST_BACKUP,
	TIERS
};

enum trust { TRUSTED, IN_DOUBT, FAILED };

static enum trust
trust(const struct route_tried *t, unsigned hop)
{
	unsigned i;

	for (i = 0; t != NULL && i < t->n; i++)
		if (t->hop[i] == hop)
			return t->doubt & 1u << i ? IN_DOUBT : FAILED;
	return TRUSTED;
}

static bool
is_taken(const struct picking *p, unsigned hop)
{
	unsigned i;

	for (i = 0; i < p->ntaken; i++)
		if (p->taken[i] == hop)
			return true;
	return false;
}

/* -- members of a pool ---------------------------------------------------- */

static bool
is_in_tier(const struct picking *p, unsigned hop, enum tier tier)
{
	const struct hop *h = &p->st->hop[hop];
	enum trust t = trust(p->tried, hop);

	if (t == FAILED || is_taken(p, hop))
		return false;
	if (tier >= LAST_RESORT)
		return hop_is_last_resort(h, p->now);
	return hop_is_up(h, p->now) && (t == IN_DOUBT) == (tier & 1);
}

/* Of SRV members, only those of the lowest priority. */
static unsigned
candidates(const struct picking *p, const struct pool *pool, enum tier tier,
    uint16_t *out)
{
	bool backup = tier == BACKUP || tier == BACKUP_IN_DOUBT ||
	    tier == LAST_BACKUP;
	unsigned i = backup ? pool->n : 0, found = 0;
	unsigned end = backup ? pool->n + pool->nbackup : pool->n;
	unsigned lowest = UINT16_MAX;
	const struct slot *s;

	for (; i < end; i++) {
		s = slot_of(p->st, pool->member[i]);
		if (s != NULL && (!s->listed || s->priority > lowest))
			continue;
		if (!is_in_tier(p, pool->member[i], tier))
			continue;
		if (s != NULL && s->priority < lowest) {
			lowest = s->priority;
			found = 0;
		}
		out[found++] = pool->member[i];
	}
	return found;
}

static void
blame_pool(struct picking *p, const struct pool *pool)
{
	const struct slot *s;
	unsigned i;

	p->lacks = pool->name;
	p->why = ROUTE_EMPTY;
	for (i = 0; i < pool->n + pool->nbackup; i++) {
		s = slot_of(p->st, pool->member[i]);
		if (s != NULL && !s->listed)
			continue;
		if (p->why == ROUTE_EMPTY)
			p->why = ROUTE_DOWN;
		if (trust(p->tried, pool->member[i]) == FAILED)
			p->why = ROUTE_TRIED;
	}
}

static bool
pick_members(struct picking *p, const struct route_step *step, unsigned at)
{
	enum tier tier = UP,
		  last = p->desperate ? LAST_BACKUP : BACKUP_IN_DOUBT;
	enum balance balance = step->pool->balance;
	uint16_t some[POOL_MEMBERS];
	unsigned n, hop;

	if (p->sticky)
		balance = BALANCE_HASH;
	else if (step->pick > 1)
		balance = BALANCE_RANDOM;
	while (p->ngot[at] < step->pick && tier <= last) {
		n = candidates(p, step->pool, tier, some);
		if (n == 0) {
			tier++;
			continue;
		}
		hop = balance_choose(p->st, step->pool, balance, p->who, some,
		    n);
		p->got[at][p->ngot[at]++] = (uint16_t)hop;
		p->taken[p->ntaken++] = (uint16_t)hop;
	}
	if (p->ngot[at] == step->pick)
		return true;
	blame_pool(p, step->pool);
	return false;
}

/* -- a route -------------------------------------------------------------- */

static bool
pick_proxy(struct picking *p, const struct route *r, unsigned at)
{
	unsigned hop = r->step[at].hop;
	enum trust t = trust(p->tried, hop);

	if (t != FAILED &&
	    (p->desperate || hop_is_up(&p->st->hop[hop], p->now))) {
		p->got[at][p->ngot[at]++] = (uint16_t)hop;
		return true;
	}
	p->lacks = r->name;
	p->why = t == FAILED ? ROUTE_TRIED : ROUTE_DOWN;
	return false;
}

/* Yields the step that there is nobody for, or the number of steps. */
static unsigned
fill(struct picking *p, const struct route *r, unsigned steps,
    const uint8_t *order)
{
	const struct route_step *s;
	unsigned i, at;

	for (i = 0; i < steps; i++) {
		p->ngot[i] = 0;
		if (r->step[i].pool == NULL)
			p->taken[p->ntaken++] = (uint16_t)r->step[i].hop;
	}
	for (i = 0; i < steps; i++) {
		at = order[i];
		s = &r->step[at];
		if (!(s->pool != NULL ? pick_members(p, s, at)
				      : pick_proxy(p, r, at)) &&
		    !r->dynamic)
			return at;
	}
	return steps;
}

static void
lay_out(const struct picking *p, const struct route *r, unsigned steps,
    struct path *path)
{
	unsigned i, k;

	*path = (struct path){ .route = r };
	for (i = 0; i < steps; i++)
		for (k = 0; k < p->ngot[i]; k++) {
			if (r->dynamic || r->step[i].pool != NULL)
				path->other |= (uint8_t)(1u << path->n);
			path->hop[path->n++] = p->got[i][k];
		}
}

static bool
walk(struct picking *p, const struct route *r, unsigned steps,
    struct path *path)
{
	uint8_t order[CHAIN_HOPS] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	unsigned tries, bad, i, reserved = p->ntaken;

	for (tries = 0; tries < steps; tries++) {
		p->ntaken = reserved;
		bad = fill(p, r, steps, order);
		if (bad == steps) {
			lay_out(p, r, steps, path);
			if (!r->dynamic || path->n >= r->min)
				return true;
			p->lacks = r->name;
			return false;
		}
		if (order[0] == bad)
			break;
		for (i = 1; order[i] != bad; i++)
			;
		memmove(order + 1, order, i);
		order[0] = (uint8_t)bad;
	}
	return false;
}

static void
note_wanted(struct route_state *st, const struct route *r, uint64_t now)
{
	struct pool_state *s;
	unsigned i;

	for (i = 0; i < r->n; i++) {
		if (r->step[i].pool == NULL)
			continue;
		s = &st->pool[r->step[i].pool->id];
		s->wanted = true;
		s->wanted_at = now;
	}
}

enum route_pick
route_pick(struct route_state *st, const struct route *route,
    const struct identity *who, const struct route_tried *tried,
    uint64_t now_ms, struct path *path)
{
	static const struct identity nobody;
	struct picking p;
	const struct route *r;
	int round;

	assert(!route->direct && route->n > 0);
	p.st = st;
	p.who = who;
	p.sticky = memcmp(who, &nobody, sizeof(nobody)) != 0;
	p.tried = tried;
	p.now = now_ms;
	p.why = ROUTE_DOWN;
	p.lacks = route->name;
	for (round = 0; round < 2; round++) {
		p.desperate = round > 0;
		for (r = route; r != NULL; r = r->otherwise) {
			note_wanted(st, r, now_ms);
			p.ntaken = 0;
			if (walk(&p, r, r->n, path)) {
				path_hold(st, path);
				return ROUTE_FOUND;
			}
		}
	}
	*path = (struct path){ .route = route, .lacks = p.lacks };
	return p.why;
}

bool
pick_to(struct route_state *st, const struct route *via, unsigned steps,
    unsigned hop, uint64_t now, struct path *path)
{
	static const struct identity nobody;
	struct picking p = { .st = st, .who = &nobody, .now = now };
	struct route strict;

	p.desperate = true;
	p.taken[p.ntaken++] = (uint16_t)hop;
	*path = (struct path){ .route = via };
	if (steps > 0) {
		strict = *via;
		strict.dynamic = false;
		if (!walk(&p, &strict, steps, path)) {
			*path = (struct path){ .route = via };
			return false;
		}
	}
	path->route = via;
	path->other |= (uint8_t)(1u << path->n);
	path->hop[path->n++] = (uint16_t)hop;
	path_hold(st, path);
	return true;
}

/* -- trying again --------------------------------------------------------- */

static bool
add_tried(struct route_tried *t, unsigned hop, bool doubt)
{
	unsigned i, bit;

	for (i = 0; i < t->n && t->hop[i] != hop; i++)
		;
	if (i == TRIED_MAX)
		return false;
	bit = 1u << i;
	if (i == t->n) {
		t->hop[t->n++] = (uint16_t)hop;
		t->doubt |= (uint16_t)bit;
	}
	if (!doubt)
		t->doubt &= (uint16_t)~bit;
	return true;
}

bool
route_avoid(struct route_tried *t, const struct path *path, unsigned at)
{
	unsigned k = at;

	while (k > 0 && !(path->other & 1u << k))
		k--;
	if (!(path->other & 1u << k))
		k = at; /* nobody has another: only an `otherwise` is left */
	if (!add_tried(t, path->hop[k], false))
		return false;
	if (k == at && k > 0 && (path->other & 1u << (k - 1)))
		add_tried(t, path->hop[k - 1], true);
	return true;
}
