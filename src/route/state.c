/* state.c - a worker's knowledge of all hops: made, set, shown. */
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define CHECKED_FOR (10 * 60 * 1000u) /* since a request wanted the pool */
#define HEDGE_KNOWN 20
#define HEDGE_MIN   20u
#define HEDGE_MAX   5000u

struct route_state *
route_state_new(const struct routes *r, uint64_t seed)
{
	struct route_state *st = calloc(1, sizeof(*st));
	unsigned i;

	if (st == NULL)
		return NULL;
	st->routes = r;
	st->random = seed;
	/* One more than there are: none is no failure. */
	st->hop = calloc(r->nhops + 1, sizeof(*st->hop));
	st->slot = calloc(r->nhops - r->nproxies + 1, sizeof(*st->slot));
	st->pool = calloc(r->npools + 1, sizeof(*st->pool));
	st->took = calloc(r->n + 1, sizeof(*st->took));
	if (st->hop == NULL || st->slot == NULL || st->pool == NULL ||
	    st->took == NULL) {
		route_state_free(st);
		return NULL;
	}
	for (i = 0; i < r->npools; i++) /* workers do not all start with one */
		st->pool[i].turn = (uint32_t)state_random(st);
	return st;
}

void
route_state_free(struct route_state *st)
{
	if (st == NULL)
		return;
	free(st->hop);
	free(st->slot);
	free(st->pool);
	free(st->took);
	free(st);
}

/* -- set-up times --------------------------------------------------------- */

void
route_took(struct route_state *st, const struct path *p, uint64_t took_ms)
{
	quantile_add(&st->took[p->route->id],
	    took_ms < UINT32_MAX ? (uint32_t)took_ms : UINT32_MAX);
}

static bool
has_other(const struct route_state *st, const struct pool *p)
{
	unsigned i, n = p->nbackup;
	const struct slot *s;

	for (i = 0; i < p->n; i++) {
		s = slot_of(st, p->member[i]);
		n += s == NULL || s->listed;
	}
	return n > 1;
}

uint64_t
route_hedge_ms(const struct route_state *st, const struct route *r)
{
	const struct quantile *q = &st->took[r->id];
	bool other = false;
	uint64_t ms;
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (r->step[i].pool != NULL)
			other |= has_other(st, r->step[i].pool);
	if (!other || q->n < HEDGE_KNOWN)
		return 0;
	ms = quantile_at(q, 95);
	return ms < HEDGE_MIN ? HEDGE_MIN : ms > HEDGE_MAX ? HEDGE_MAX : ms;
}

/* -- active checks -------------------------------------------------------- */

static bool
check_pool(struct route_state *st, const struct pool *p, uint64_t now,
    struct path *path)
{
	const struct slot *s;
	struct hop *h;
	unsigned i;

	for (i = 0; i < p->n + p->nbackup; i++) {
		h = &st->hop[p->member[i]];
		s = slot_of(st, p->member[i]);
		if (now < h->check_at || (s != NULL && !s->listed))
			continue;
		/* A little apart, so that they do not stay in step. */
		h->check_at = now + p->check_ms -
		    state_random(st) % (p->check_ms / 8);
		if (pick_to(st, p->via, p->via_steps, p->member[i], now, path))
			return true;
	}
	return false;
}

bool
route_next_check(struct route_state *st, uint64_t now_ms, struct path *path,
    const struct pool **pool)
{
	const struct pool_state *s;
	const struct pool *p;
	unsigned i;

	for (i = 0; i < st->routes->npools; i++) {
		p = &st->routes->pools[i];
		s = &st->pool[i];
		if (p->check_ms == 0 || !s->wanted ||
		    now_ms - s->wanted_at > CHECKED_FOR)
			continue;
		if (check_pool(st, p, now_ms, path)) {
			*pool = p;
			return true;
		}
	}
	return false;
}

/* -- members by SRV ------------------------------------------------------- */

static struct slot *
find_slot(struct slot *s, const struct endpoint *at)
{
	unsigned i;

	for (i = 0; i < SRV_SLOTS; i++)
		if (s[i].at.port != 0 && endpoint_same(&s[i].at, at))
			return &s[i];
	return NULL;
}

static struct slot *
free_slot(struct slot *s, const struct hop *h)
{
	unsigned i;

	for (i = 0; i < SRV_SLOTS; i++)
		if (!s[i].listed && h[i].in_use == 0)
			return &s[i];
	return NULL;
}

static void
list_slot(struct slot *s, const struct route_srv *r)
{
	s->listed = true;
	s->priority = r->priority;
	s->weight = r->weight;
}

static void
fill_slot(struct slot *s, struct hop *h, const struct route_srv *r)
{
	char text[ENDPOINT_STR];
	size_t i, n = endpoint_str(&r->at, text);

	for (i = 0; i < n; i++) /* names compare without letter case */
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] += 'a' - 'A';
	*s = (struct slot){ .at = r->at, .salt = name_salt(text, n) };
	*h = (struct hop){ 0 };
	list_slot(s, r);
}

void
route_set_srv(struct route_state *st, const struct pool *p,
    const struct route_srv *r, size_t n)
{
	struct hop *h = &st->hop[p->member[0]];
	struct slot *s = &st->slot[p->member[0] - st->routes->nproxies], *one;
	size_t i;

	if (n == 0)
		return;
	if (n > SRV_SLOTS)
		n = SRV_SLOTS;
	for (i = 0; i < SRV_SLOTS; i++)
		s[i].listed = false;
	/* First who stays, so that none of them loses its slot. */
	for (i = 0; i < n; i++)
		if ((one = find_slot(s, &r[i].at)) != NULL)
			list_slot(one, &r[i]);
	for (i = 0; i < n; i++)
		if (r[i].at.port != 0 && find_slot(s, &r[i].at) == NULL &&
		    (one = free_slot(s, h)) != NULL)
			fill_slot(one, &h[one - s], &r[i]);
}

const struct endpoint *
route_hop_addr(const struct route_state *st, unsigned hop)
{
	const struct slot *s = slot_of(st, hop);

	return s != NULL ? &s->at : NULL;
}

/* -- to be shown ---------------------------------------------------------- */

void
route_hop(const struct route_state *st, unsigned hop, uint64_t now_ms,
    struct route_member *m)
{
	const struct hop *h = &st->hop[hop];
	const struct slot *s = slot_of(st, hop);

	*m = (struct route_member){
		.hop = hop,
		.failures = h->failures,
		.in_use = h->in_use,
		.tried = h->tried,
		.last = h->last,
		.timed = h->setup.known,
		.setup_ms = ewma_get(&h->setup),
	};
	if (s != NULL) {
		m->priority = s->priority;
		m->weight = s->weight;
	}
	if (hop_is_lost(h)) {
		m->health = HOP_OPEN;
		m->last = h->missed;
		m->retry_ms = h->check_at > now_ms ? h->check_at - now_ms : 0;
		return;
	}
	if (!hop_is_open(h))
		return;
	m->health = now_ms < h->retry_at ? HOP_OPEN : HOP_HALF_OPEN;
	if (m->health == HOP_OPEN)
		m->retry_ms = h->retry_at - now_ms;
}

bool
route_member(const struct route_state *st, const struct pool *p, size_t i,
    uint64_t now_ms, struct route_member *m)
{
	const struct slot *s;
	unsigned k;

	for (k = 0; k < p->n + p->nbackup; k++) {
		s = slot_of(st, p->member[k]);
		if ((s != NULL && !s->listed) || i-- > 0)
			continue;
		route_hop(st, p->member[k], now_ms, m);
		m->backup = k >= p->n;
		return true;
	}
	return false;
}
