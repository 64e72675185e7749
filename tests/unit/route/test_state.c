/* What is known of hops: breakers, set-up times, SRV members, checks. */
#include "picking.h"

#define ONE_OF_TWO "pool p { members a b; }\n"

/* -- circuit breakers ----------------------------------------------------- */

static void
two_failures_open(void **state)
{
	struct world w = begin(EIGHT ONE_OF_TWO, 1);
	struct route_member m;

	(void)state;
	m = shown(&w, 'a');
	assert_false(m.tried);
	assert_false(m.timed);
	report(&w, 'a', false, 0);
	assert_int_equal(shown(&w, 'a').health, HOP_CLOSED);
	report(&w, 'a', true, 30);
	report(&w, 'a', false, 0);
	m = shown(&w, 'a');
	assert_int_equal(m.health, HOP_CLOSED); /* not in a row */
	assert_int_equal(m.failures, 1);
	assert_int_equal(m.setup_ms, 30);
	report(&w, 'a', false, 0);
	m = shown(&w, 'a');
	assert_int_equal(m.health, HOP_OPEN);
	assert_int_equal(m.failures, 2);
	assert_true(m.tried);
	assert_int_equal(m.last, OUTCOME_REFUSED);
	assert_in_range(m.retry_ms, 1000, 1250);
	w.now += m.retry_ms;
	assert_int_equal(shown(&w, 'a').health, HOP_HALF_OPEN);
	assert_int_equal(shown(&w, 'a').retry_ms, 0);
	report(&w, 'a', true, 30);
	m = shown(&w, 'a');
	assert_int_equal(m.health, HOP_CLOSED);
	assert_int_equal(m.failures, 0);
	assert_int_equal(m.last, OUTCOME_OK);
	end(&w);
}

static void
trials_come_ever_later(void **state)
{
	static const unsigned wait[] = { 1, 2, 4, 8, 16, 32, 48, 48 };
	struct world w = begin(EIGHT ONE_OF_TWO, 5);
	uint64_t ms;
	size_t i;

	(void)state;
	report(&w, 'a', false, 0);
	for (i = 0; i < sizeof(wait) / sizeof(wait[0]); i++) {
		report(&w, 'a', false, 0);
		ms = shown(&w, 'a').retry_ms;
		assert_in_range(ms, wait[i] * 1000, wait[i] * 1250);
		/* What had begun before is no news. */
		report(&w, 'a', false, 0);
		w.now += ms / 2;
		report(&w, 'a', false, 0);
		assert_int_equal(shown(&w, 'a').retry_ms, ms - ms / 2);
		w.now += ms - ms / 2;
	}
	report(&w, 'a', true, 1);
	break_hop(&w, 'a');
	assert_in_range(shown(&w, 'a').retry_ms, 1000, 1250);
	end(&w);
}

static void
jitter_depends_on_the_seed(void **state)
{
	uint64_t first = 0, same = 0, i;
	struct world w;

	(void)state;
	for (i = 0; i < 20; i++) {
		w = begin(EIGHT ONE_OF_TWO, i);
		break_hop(&w, 'a');
		if (i == 0)
			first = shown(&w, 'a').retry_ms;
		same += shown(&w, 'a').retry_ms == first;
		end(&w);
	}
	assert_in_range(same, 1, 3);
}

/* Half-open, one path gets it, and no other until that one is over. */
static void
one_trial_at_a_time(void **state)
{
	struct world w = begin(EIGHT ONE_OF_TWO, 1);
	struct path trial = { .n = 0 };
	unsigned i, round, got;

	(void)state;
	break_hop(&w, 'a');
	w.now += 1250;
	for (round = 0; round < 3; round++) {
		for (i = got = 0; i < 50; i++) {
			picked(&w, "p");
			if (w.path.hop[0] == 0) {
				trial = w.path;
				got++;
			}
		}
		assert_int_equal(got, 1);
		if (round == 1) { /* a failure, and it has to wait */
			route_down(w.st, &trial, 0, OUTCOME_TIMEOUT, w.now);
			for (i = 0; i < 50; i++)
				assert_string_equal(once(&w, "p"), "b");
			w.now += 2500;
		}
		/* In round 0 it says nothing: it was the target's fault. */
		route_done(w.st, &trial);
	}
	picked(&w, "p");
	if (w.path.hop[0] != 0)
		picked(&w, "p");
	route_up(w.st, &w.path, 0, 1, w.now);
	for (i = got = 0; i < 50; i++)
		got += once(&w, "p")[0] == 'a';
	assert_int_equal(got, 25);
	end(&w);
}

/*
 * Chance reports and chance requests: an open member is never picked while a
 * closed one is there, no trial is given twice, and what is held comes back.
 */
static void
never_an_open_one(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b c d e; backup f; }\n"
				     "chain x { hops p p; }\n",
	    1);
	struct path held[16] = { { .n = 0 } };
	uint64_t seed = 42;
	unsigned i, k, slot, closed, trials[8];
	struct route_member m;

	(void)state;
	for (i = 0; i < 40000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		slot = (unsigned)(seed >> 60);
		w.now += seed >> 40 & 127;
		be(&w, (seed >> 33 & 7) == 0 ? 1 + (seed >> 50 & 63) : 0);
		if ((seed >> 33 & 7) != 0)
			memset(&w.who, 0, sizeof(w.who));
		for (k = 0; k < held[slot].n; k++)
			if (seed >> (10 + 2 * k) & 1)
				route_down(w.st, &held[slot], k,
				    OUTCOME_TIMEOUT, w.now);
			else if (seed >> (11 + 2 * k) & 1)
				route_up(w.st, &held[slot], k, 5, w.now);
		route_done(w.st, &held[slot]);
		for (k = closed = 0; k < 5; k++)
			closed += shown(&w, (char)('a' + k)).health ==
			    HOP_CLOSED;
		if (pick(&w, seed >> 20 & 1 ? "x" : "p") == ROUTE_FOUND) {
			for (k = 0; k < w.path.n; k++) {
				route_hop(w.st, w.path.hop[k], w.now, &m);
				if (closed >= w.path.n)
					assert_true(m.health != HOP_OPEN &&
					    w.path.hop[k] != 5);
				assert_int_equal(m.health != HOP_CLOSED,
				    w.path.trial >> k & 1);
			}
			assert_true(
			    w.path.n < 2 || w.path.hop[0] != w.path.hop[1]);
			held[slot] = w.path;
		} else {
			assert_true(closed < 2);
		}
		memset(trials, 0, sizeof(trials));
		for (slot = 0; slot < 16; slot++)
			for (k = 0; k < held[slot].n; k++)
				trials[held[slot].hop[k]] += held[slot].trial >>
					k &
				    1;
		for (k = 0; k < 8; k++)
			assert_in_range(trials[k], 0, 1);
	}
	for (slot = 0; slot < 16; slot++)
		route_done(w.st, &held[slot]);
	for (k = 0; k < 8; k++)
		assert_int_equal(shown(&w, (char)('a' + k)).in_use, 0);
	end(&w);
}

/* -- set-up times --------------------------------------------------------- */

static void
hedges_at_the_p95(void **state)
{
	struct world w = begin(EIGHT ONE_OF_TWO
	    "chain x { hops a b; }\npool one { members a; }\n"
	    "chain y { hops c p; }\n",
	    1);
	static const char *const without[] = { "x", "one", "a" };
	unsigned i, k;

	(void)state;
	for (i = 0; i < 19; i++) {
		once(&w, "y");
		route_took(w.st, &w.path, 100 + i % 10);
		assert_int_equal(route_hedge_ms(w.st, routes_find(w.r, "y")),
		    0);
	}
	once(&w, "y");
	route_took(w.st, &w.path, 900);
	assert_in_range(route_hedge_ms(w.st, routes_find(w.r, "y")), 100, 130);
	for (i = 0; i < 100; i++)
		route_took(w.st, &w.path, 0);
	for (i = 0; i < 3; i++)
		route_took(w.st, &w.path, UINT64_MAX);
	assert_in_range(route_hedge_ms(w.st, routes_find(w.r, "y")), 100, 130);
	for (i = 0; i < 2000; i++)
		route_took(w.st, &w.path, 0);
	assert_int_equal(route_hedge_ms(w.st, routes_find(w.r, "y")), 20);
	for (i = 0; i < 2000; i++)
		route_took(w.st, &w.path, 60000);
	assert_int_equal(route_hedge_ms(w.st, routes_find(w.r, "y")), 5000);
	for (k = 0; k < 3; k++) {
		once(&w, without[k]);
		for (i = 0; i < 50; i++)
			route_took(w.st, &w.path, 100);
		assert_int_equal(route_hedge_ms(w.st,
				     routes_find(w.r, without[k])),
		    0);
	}
	end(&w);
}

/* -- members by SRV ------------------------------------------------------- */

static struct route_srv
record(const char *at, unsigned priority, unsigned weight)
{
	struct route_srv r = { .priority = (uint16_t)priority,
		.weight = (uint16_t)weight };

	assert_int_equal(endpoint_parse(&r.at, at, strlen(at), 0), OK);
	return r;
}

static const struct pool *
srv_pool(struct world *w)
{
	return routes_find(w->r, "s")->step[0].pool;
}

static void
srv_is_by_priority(void **state)
{
	struct world w = begin(P("a") "pool s { srv s.example; backup a; }\n",
	    1);
	struct route_srv r[] = { record("late.example:1", 20, 5),
		record("one.example:1", 10, 5),
		record("two.example:1", 10, 5) };
	unsigned i, n[4] = { 0 };

	(void)state;
	assert_string_equal(once(&w, "s"), "a"); /* none known yet */
	route_set_srv(w.st, srv_pool(&w), r, 3);
	for (i = 0; i < 1000; i++)
		n[once(&w, "s")[0] - 'a']++;
	assert_int_equal(n[0] + n[1], 0);
	assert_in_range(n[2], 430, 570);
	break_hop(&w, 'c');
	assert_string_equal(once(&w, "s"), "d");
	break_hop(&w, 'd');
	assert_string_equal(once(&w, "s"), "b");
	break_hop(&w, 'b');
	assert_string_equal(once(&w, "s"), "a");
	end(&w);
}

/* RFC 2782: each in proportion to its weight, 0 hardly ever but sometimes. */
static void
srv_is_by_weight(void **state)
{
	struct world w = begin("pool s { srv s.example; }\n", 1);
	struct route_srv r[] = { record("a.example:1", 1, 0),
		record("b.example:1", 1, 10), record("c.example:1", 1, 30),
		record("d.example:1", 1, 60), record("e.example:1", 1, 0) };
	unsigned i, k, n[5];

	(void)state;
	route_set_srv(w.st, srv_pool(&w), r, 5);
	for (k = 0; k < 2; k++) { /* by chance, then by identity */
		memset(n, 0, sizeof(n));
		for (i = 0; i < 20000; i++) {
			if (k > 0)
				be(&w, i + 1);
			n[once(&w, "s")[0] - 'a']++;
		}
		assert_in_range(n[1], 1700, 2300);
		assert_in_range(n[2], 5500, 6500);
		assert_in_range(n[3], 11000, 13000);
		assert_in_range(n[0] + n[4], 1, 400);
		assert_true(k > 0 || (n[0] > 20 && n[4] > 20));
	}
	/* All 0: all the same. */
	for (i = 0; i < 5; i++)
		r[i].weight = 0;
	route_set_srv(w.st, srv_pool(&w), r, 5);
	memset(n, 0, sizeof(n));
	memset(&w.who, 0, sizeof(w.who));
	for (i = 0; i < 5000; i++)
		n[once(&w, "s")[0] - 'a']++;
	for (i = 0; i < 5; i++)
		assert_in_range(n[i], 850, 1150);
	end(&w);
}

static void
srv_members_come_and_go(void **state)
{
	struct world w = begin("pool s { srv s.example; }\n", 1);
	struct route_srv one = record("one.example:1", 1, 1),
			 again = record("ONE.example:1", 3, 7),
			 two = record("two.example:1", 1, 1),
			 none = record("off.example:0", 1, 1);
	struct route_srv both[2] = { two, again };
	struct route_member m;
	struct path held;

	(void)state;
	route_set_srv(w.st, srv_pool(&w), &one, 1);
	assert_string_equal(picked(&w, "s"), "a");
	held = w.path;
	route_up(w.st, &held, 0, 70, w.now);
	route_set_srv(w.st, srv_pool(&w), &one, 0); /* failed: it stays */
	assert_string_equal(once(&w, "s"), "a");
	/* Its health stays, too, and what the record says is new. */
	route_set_srv(w.st, srv_pool(&w), both, 2);
	assert_true(route_member(w.st, srv_pool(&w), 0, w.now, &m));
	assert_int_equal(m.setup_ms, 70);
	assert_int_equal(m.priority, 3);
	assert_int_equal(m.weight, 7);
	assert_int_equal(m.in_use, 1);
	assert_true(route_member(w.st, srv_pool(&w), 1, w.now, &m));
	assert_false(m.timed);
	assert_false(route_member(w.st, srv_pool(&w), 2, w.now, &m));
	/* One that went keeps its slot and its address while it is held. */
	route_set_srv(w.st, srv_pool(&w), &two, 1);
	assert_string_equal(once(&w, "s"), "b");
	route_set_srv(w.st, srv_pool(&w),
	    (struct route_srv[]){ two, record("three.example:1", 1, 1) }, 2);
	assert_true(endpoint_same(route_hop_addr(w.st, 0), &one.at));
	assert_true(endpoint_same(route_hop_addr(w.st, 1), &two.at));
	route_done(w.st, &held);
	route_set_srv(w.st, srv_pool(&w),
	    (struct route_srv[]){ two, record("four.example:1", 1, 1), none },
	    3);
	assert_int_equal(strcmp(route_hop_addr(w.st, 0)->host.name,
			     "four.example"),
	    0);
	assert_false(route_member(w.st, srv_pool(&w), 2, w.now, &m));
	end(&w);
}

static void
srv_members_are_bounded(void **state)
{
	struct world w = begin(P("a") "pool s { srv s.example; }\n", 1);
	struct route_srv r[SRV_SLOTS + 8];
	struct route_member m;
	char name[32];
	size_t i;

	(void)state;
	for (i = 0; i < SRV_SLOTS + 8; i++) {
		snprintf(name, sizeof(name), "n%zu.example:1080", i);
		r[i] = record(name, 1, 1);
	}
	route_set_srv(w.st, srv_pool(&w), r, SRV_SLOTS + 8);
	for (i = 0; route_member(w.st, srv_pool(&w), i, w.now, &m); i++)
		assert_true(
		    endpoint_same(route_hop_addr(w.st, m.hop), &r[i].at));
	assert_int_equal(i, SRV_SLOTS);
	assert_null(route_hop_addr(w.st, 0));
	end(&w);
}

/* -- active checks -------------------------------------------------------- */

static unsigned
checks(struct world *w, char last[64])
{
	const struct pool *pool;
	unsigned n = 0;

	last[0] = '\0';
	while (route_next_check(w->st, w->now, &w->path, &pool)) {
		last[n++] = (char)('a' + w->path.hop[w->path.n - 1]);
		last[n] = '\0';
		route_done(w->st, &w->path);
		assert_true(n < 60);
	}
	return n;
}

static void
checks_while_wanted(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b; backup c; check; check-every 10s; }\n"
	    "pool quiet { members d; check; }\npool none { members e; }\n",
	    1);
	char seen[64];
	unsigned i, n = 0;

	(void)state;
	assert_int_equal(checks(&w, seen), 0);
	once(&w, "p");
	once(&w, "none");
	assert_int_equal(checks(&w, seen), 3);
	assert_string_equal(seen, "abc");
	assert_int_equal(checks(&w, seen), 0);
	for (i = 0; i < 100; i++) { /* 100 seconds of one each */
		w.now += 1000;
		n += checks(&w, seen);
	}
	assert_in_range(n, 27, 36);
	w.now += 600000;
	assert_int_equal(checks(&w, seen), 0);
	once(&w, "p");
	assert_int_equal(checks(&w, seen), 3);
	end(&w);
}

/* Through those before it, even if these are down; never straight to it. */
static void
checks_go_through_the_chain(void **state)
{
	struct world w = begin(EIGHT
	    "pool q { members c d; }\npool p { members a b; check x.example:1; }"
	    "\nchain x { hops e q p f; mode dynamic; }\n",
	    1);
	const struct pool *pool;
	unsigned i;

	(void)state;
	once(&w, "x");
	break_hop(&w, 'e');
	break_hop(&w, 'a');
	for (i = 0; i < 2; i++) {
		assert_true(route_next_check(w.st, w.now, &w.path, &pool));
		assert_string_equal(pool->name, "p");
		assert_int_equal(w.path.n, 3);
		assert_int_equal(w.path.hop[0], 4);
		assert_in_range(w.path.hop[1], 2, 3);
		assert_int_equal(w.path.hop[2], i);
		route_up(w.st, &w.path, 2, 5, w.now);
		route_done(w.st, &w.path);
	}
	assert_int_equal(shown(&w, 'a').health, HOP_CLOSED);
	assert_false(route_next_check(w.st, w.now, &w.path, &pool));
	/* With no way to it there is no check. */
	break_hop(&w, 'c');
	break_hop(&w, 'd');
	w.now += 60000;
	for (i = 0; i < BREAK_AFTER; i++) {
		break_hop(&w, 'c');
		break_hop(&w, 'd');
	}
	assert_false(route_next_check(w.st, w.now, &w.path, &pool));
	assert_int_equal(shown(&w, 'e').in_use, 0);
	end(&w);
}

static void
checked(struct world *w, char hop, enum outcome why)
{
	const struct pool *pool = routes_pool(w->r, 0);
	struct path p = { .n = 1, .hop = { (uint16_t)(hop - 'a') } };

	w->now += 1000;
	route_checked(w->st, pool, &p, why, w->now);
}

/* Who leads nowhere is not used, unless nobody leads anywhere. */
static void
checks_tell_who_leads_nowhere(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b; check x.example:1; check-every 1s; }\n", 1);
	struct route_member m;
	unsigned i;

	(void)state;
	for (i = 0; i < 9; i++) { /* the target is down */
		checked(&w, 'a', OUTCOME_REFUSED);
		checked(&w, 'b', OUTCOME_REFUSED);
	}
	assert_int_equal(shown(&w, 'a').health, HOP_CLOSED);
	checked(&w, 'a', OUTCOME_OK);
	checked(&w, 'b', OUTCOME_TIMEOUT);
	checked(&w, 'b', OUTCOME_TIMEOUT); /* a was not asked meanwhile */
	assert_int_equal(shown(&w, 'b').health, HOP_CLOSED);
	checked(&w, 'a', OUTCOME_OK);
	checked(&w, 'b', OUTCOME_TIMEOUT);
	report(&w, 'b', true, 5); /* that it answers itself is no news */
	m = shown(&w, 'b');
	assert_int_equal(m.health, HOP_OPEN);
	assert_int_equal(m.last, OUTCOME_TIMEOUT);
	for (i = 0; i < 20; i++)
		assert_string_equal(once(&w, "p"), "a");
	break_hop(&w, 'a');
	assert_string_equal(once(&w, "p"), "b");
	checked(&w, 'b', OUTCOME_OK);
	assert_int_equal(shown(&w, 'b').health, HOP_CLOSED);
	end(&w);
}

/* The member to check is not on the way to itself. */
static void
checks_do_not_go_through_themselves(void **state)
{
	struct world w = begin(EIGHT "pool q { members a b; }\n"
				     "pool p { members a b; check; }\n"
				     "chain x { hops q p; }\n",
	    1);
	const struct pool *pool;
	unsigned i, n = 0;

	(void)state;
	once(&w, "x");
	for (i = 0; i < 40; i++) {
		while (route_next_check(w.st, w.now, &w.path, &pool)) {
			assert_int_equal(w.path.n, 2);
			assert_int_equal(w.path.hop[0], !w.path.hop[1]);
			route_done(w.st, &w.path);
			n++;
		}
		w.now += 10000;
	}
	assert_in_range(n, 24, 32);
	end(&w);
}

/* -- the rest ------------------------------------------------------------- */

static void
shows_members(void **state)
{
	struct world w = begin(EIGHT "pool p { members c a; backup b; }\n", 1);
	const struct pool *p = routes_find(w.r, "p")->step[0].pool;
	struct route_member m;
	unsigned i;

	(void)state;
	for (i = 0; route_member(w.st, p, i, w.now, &m); i++) {
		assert_int_equal(m.hop, p->member[i]);
		assert_int_equal(m.backup, i == 2);
	}
	assert_int_equal(i, 3);
	end(&w);
}

static void
survives_no_memory(void **state)
{
	struct routes *r = loaded(EIGHT ONE_OF_TWO), *empty = loaded("");
	struct route_state *st;
	unsigned long at;

	(void)state;
	for (at = 1;; at++) {
		alloc_fail_at(at);
		st = route_state_new(r, 1);
		if (!alloc_failed())
			break;
		assert_null(st);
	}
	alloc_fail_at(0);
	assert_int_equal(at, 6);
	route_state_free(st);
	route_state_free(NULL);
	st = route_state_new(empty, 1);
	assert_non_null(st);
	route_state_free(st);
	routes_free(empty);
	routes_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_failures_open),
		cmocka_unit_test(trials_come_ever_later),
		cmocka_unit_test(jitter_depends_on_the_seed),
		cmocka_unit_test(one_trial_at_a_time),
		cmocka_unit_test(never_an_open_one),
		cmocka_unit_test(hedges_at_the_p95),
		cmocka_unit_test(srv_is_by_priority),
		cmocka_unit_test(srv_is_by_weight),
		cmocka_unit_test(srv_members_come_and_go),
		cmocka_unit_test(srv_members_are_bounded),
		cmocka_unit_test(checks_while_wanted),
		cmocka_unit_test(checks_go_through_the_chain),
		cmocka_unit_test(checks_do_not_go_through_themselves),
		cmocka_unit_test(checks_tell_who_leads_nowhere),
		cmocka_unit_test(shows_members),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
