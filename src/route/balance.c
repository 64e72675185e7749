/* balance.c - one of several hops, all of which would do. */
#include <string.h>

#include "parts.h"

#define EXPLORE 16 /* one in so many is not the fastest, to keep figures true */

uint64_t
mix64(uint64_t h)
{
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 27) * 0x94d049bb133111eb;
	return h ^ h >> 31;
}

uint64_t
state_random(struct route_state *st)
{
	return mix64(st->random += 0x9e3779b97f4a7c15);
}

/* 0 to n - 1 */
static unsigned
below(struct route_state *st, unsigned n)
{
	return (unsigned)((state_random(st) >> 32) * n >> 32);
}

/* -- by identity ---------------------------------------------------------- */

/*
 * -log2 of h / 2^64, in 1/65536.  Between powers of two x + x(1-x)/3 stands
 * for log2(1+x): as good as weights need it.
 */
static uint64_t
minus_log2(uint64_t h)
{
	unsigned top = 63 - (unsigned)__builtin_clzll(h | 1);
	uint64_t x = top >= 16 ? (h >> (top - 16)) & 0xffff
			       : (h << (16 - top)) & 0xffff;

	return ((uint64_t)(64 - top) << 16) - x - x * (65536 - x) / 65536 / 3;
}

/*
 * Rendezvous hashing: each hop has a score for each identity, the highest one
 * wins.  With weights w the scores are w / -log2(h), so that each wins in
 * proportion to them.
 */
struct score {
	uint64_t h, weight;
};

static bool
is_higher(const struct score *a, const struct score *b)
{
	uint64_t x, y;

	if (a->weight != b->weight) {
		x = a->weight * minus_log2(b->h);
		y = b->weight * minus_log2(a->h);
		if (x != y)
			return x > y;
	}
	return a->h > b->h;
}

static unsigned
by_identity(const struct route_state *st, const struct identity *who,
    const uint16_t *hops, unsigned n)
{
	struct score best = { 0, 0 }, now;
	const struct slot *s;
	unsigned i, found = hops[0];
	uint64_t key[2];

	memcpy(key, who->key, sizeof(key));
	for (i = 0; i < n; i++) {
		s = slot_of(st, hops[i]);
		now.h = mix64(key[0] ^ key[1] ^
		    (s != NULL ? s->salt : st->routes->salt[hops[i]]));
		/* A weight of 0 is very little, not nothing. */
		now.weight = s != NULL ? (uint64_t)s->weight * 256 + 1 : 1;
		if (i == 0 || is_higher(&now, &best)) {
			best = now;
			found = hops[i];
		}
	}
	return found;
}

/* -- by what is known of them --------------------------------------------- */

/* From the hop whose turn it is on, so that equals take turns. */
static unsigned
fewest_in_use(const struct route_state *st, unsigned turn, const uint16_t *hops,
    unsigned n)
{
	unsigned i, hop, best = hops[turn % n];

	for (i = 1; i < n; i++) {
		hop = hops[(turn + i) % n];
		if (st->hop[hop].in_use < st->hop[best].in_use)
			best = hop;
	}
	return best;
}

/* One that was never measured counts as the fastest. */
static unsigned
fastest(struct route_state *st, unsigned turn, const uint16_t *hops, unsigned n)
{
	unsigned i, best = hops[turn % n];
	const struct hop *h, *b = &st->hop[best];

	if (below(st, EXPLORE) == 0)
		return hops[below(st, n)];
	for (i = 1; i < n; i++) {
		h = &st->hop[hops[(turn + i) % n]];
		if (h->setup.eighths > b->setup.eighths ||
		    (h->setup.eighths == b->setup.eighths &&
			h->in_use >= b->in_use))
			continue;
		b = h;
		best = hops[(turn + i) % n];
	}
	return best;
}

/*
 * RFC 2782: a number of 0 to the sum of all weights, and the first whose
 * running sum is not below it; 0 is for those of weight 0.  Of these each has
 * the same chance, not the first alone; without them 0 is left out, so that
 * nobody gets more than its weight.
 */
static unsigned
by_weight(struct route_state *st, const uint16_t *hops, unsigned n)
{
	unsigned i, w, at, sum = 0, zero = 0;

	for (i = 0; i < n; i++) {
		w = slot_of(st, hops[i])->weight;
		sum += w;
		zero += w == 0;
	}
	at = zero > 0 ? below(st, sum + 1) : 1 + below(st, sum);
	if (at == 0) {
		at = below(st, zero);
		for (i = 0; slot_of(st, hops[i])->weight > 0 || at-- > 0; i++)
			;
		return hops[i];
	}
	for (i = 0; at > (w = slot_of(st, hops[i])->weight); i++)
		at -= w;
	return hops[i];
}

unsigned
balance_choose(struct route_state *st, const struct pool *p,
    enum balance balance, const struct identity *who, const uint16_t *hops,
    unsigned n)
{
	unsigned turn;

	if (n == 1)
		return hops[0];
	turn = st->pool[p->id].turn;
	switch (balance) {
	case BALANCE_HASH:
		return by_identity(st, who, hops, n);
	case BALANCE_RANDOM:
		return slot_of(st, hops[0]) != NULL ? by_weight(st, hops, n)
						    : hops[below(st, n)];
	case BALANCE_LEAST:
		st->pool[p->id].turn++;
		return fewest_in_use(st, turn, hops, n);
	case BALANCE_LATENCY:
		st->pool[p->id].turn++;
		return fastest(st, turn, hops, n);
	default:
		st->pool[p->id].turn++;
		return hops[turn % n];
	}
}
