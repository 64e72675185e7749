/* health.c - the circuit breaker of a hop: what happened, and is it up? */
#include "parts.h"

#define SECOND      1000u
#define LEVELS      6             /* 1, 2, 4 ... s */
#define LONGEST     (48 * SECOND) /* and a quarter of that makes 60 s */
#define LAST_RESORT SECOND

bool
hop_is_open(const struct hop *h)
{
	return h->failures >= BREAK_AFTER;
}

bool
hop_is_lost(const struct hop *h)
{
	return h->misses >= BREAK_AFTER;
}

bool
hop_is_up(const struct hop *h, uint64_t now)
{
	return !hop_is_lost(h) &&
	    (!hop_is_open(h) || (now >= h->retry_at && !h->trial));
}

bool
hop_is_last_resort(const struct hop *h, uint64_t now)
{
	return !h->trial && now - h->failed_at >= LAST_RESORT;
}

/*
 * What was under way when the breaker opened fails as well, and so do paths
 * that had no other hop: that is no news, and only a trial in time makes the
 * wait longer.
 */
static void
open_breaker(struct route_state *st, struct hop *h, uint64_t now)
{
	uint64_t wait = h->level < LEVELS ? (uint64_t)SECOND << h->level
					  : LONGEST;

	if (now < h->retry_at)
		return;
	h->retry_at = now + wait + state_random(st) % (wait / 4);
	h->level += h->level < LEVELS;
}

/* The path's trial of this hop, if it was one, is over. */
static void
end_trial(struct hop *h, struct path *p, unsigned at)
{
	if (p->trial & 1u << at)
		h->trial = false;
	p->trial &= (uint8_t) ~(1u << at);
}

void
route_up(struct route_state *st, struct path *p, unsigned at, uint64_t took_ms,
    uint64_t now_ms)
{
	struct hop *h = &st->hop[p->hop[at]];

	(void)now_ms;
	end_trial(h, p, at);
	ewma_add(&h->setup,
	    took_ms < UINT32_MAX ? (uint32_t)took_ms : UINT32_MAX);
	h->failures = 0;
	h->level = 0;
	h->retry_at = 0;
	h->tried = true;
	h->last = OUTCOME_OK;
}

void
route_down(struct route_state *st, struct path *p, unsigned at,
    enum outcome why, uint64_t now_ms)
{
	struct hop *h = &st->hop[p->hop[at]];

	end_trial(h, p, at);
	if (h->failures < UINT32_MAX)
		h->failures++;
	h->failed_at = now_ms;
	h->tried = true;
	h->last = why;
	if (hop_is_open(h))
		open_breaker(st, h, now_ms);
}

void
route_checked(struct route_state *st, const struct pool *pool,
    const struct path *p, enum outcome why, uint64_t now_ms)
{
	struct pool_state *s = &st->pool[pool->id];
	struct hop *h = &st->hop[p->hop[p->n - 1]];

	if (why == OUTCOME_OK) {
		s->reached = true;
		s->reached_at = now_ms;
		h->misses = 0;
		return;
	}
	/* Since the last miss somebody got there: it is not the target. */
	if (s->reached && s->reached_at >= h->missed_at)
		h->misses++;
	h->missed_at = now_ms;
	h->missed = why;
}

void
path_hold(struct route_state *st, struct path *p)
{
	struct hop *h;
	unsigned i;

	for (i = 0; i < p->n; i++) {
		h = &st->hop[p->hop[i]];
		h->in_use++;
		if (!hop_is_open(h) || h->trial)
			continue;
		h->trial = true;
		p->trial |= (uint8_t)(1u << i);
	}
}

void
route_done(struct route_state *st, struct path *p)
{
	unsigned i;

	for (i = 0; i < p->n; i++) {
		end_trial(&st->hop[p->hop[i]], p, i);
		st->hop[p->hop[i]].in_use--;
	}
	p->n = 0;
}
