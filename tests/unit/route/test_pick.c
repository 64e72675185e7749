/* Which hops a path has: pools, chains of each mode, who failed already. */
#include <time.h>

#include "picking.h"

#define ABC "pool p { members a b c; }\n"

static void
takes_turns(void **state)
{
	struct world w = begin(EIGHT ABC, 1);
	unsigned n[3] = { 0 }, i;

	(void)state;
	for (i = 0; i < 300; i++)
		n[once(&w, "p")[0] - 'a']++;
	assert_int_equal(n[0], 100);
	assert_int_equal(n[1], 100);
	assert_int_equal(n[2], 100);
	/* With one down the others share evenly. */
	break_hop(&w, 'b');
	memset(n, 0, sizeof(n));
	for (i = 0; i < 300; i++)
		n[once(&w, "p")[0] - 'a']++;
	assert_int_equal(n[0], 150);
	assert_int_equal(n[2], 150);
	end(&w);
}

static void
prefers_the_least_used(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b c; balance least; }\n",
	    1);
	struct path held[30];
	unsigned i;

	(void)state;
	for (i = 0; i < 30; i++) {
		picked(&w, "p");
		held[i] = w.path;
	}
	for (i = 0; i < 3; i++)
		assert_int_equal(shown(&w, (char)('a' + i)).in_use, 10);
	for (i = 0; i < 30; i++)
		if (held[i].hop[0] == 1)
			route_done(w.st, &held[i]);
	assert_int_equal(shown(&w, 'b').in_use, 0);
	for (i = 0; i < 10; i++)
		assert_string_equal(picked(&w, "p"), "b");
	end(&w);
}

static void
prefers_the_fastest(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b c; balance latency; }\n",
	    1);
	unsigned n[3] = { 0 }, i;

	(void)state;
	report(&w, 'a', true, 80);
	report(&w, 'c', true, 40);
	/* One nobody knows yet is worth a try. */
	for (i = 0; i < 100; i++)
		n[once(&w, "p")[0] - 'a']++;
	assert_in_range(n[1], 85, 99);
	report(&w, 'b', true, 90);
	memset(n, 0, sizeof(n));
	for (i = 0; i < 1000; i++)
		n[once(&w, "p")[0] - 'a']++;
	assert_in_range(n[2], 900, 990);
	assert_in_range(n[0], 5, 50); /* so that its figure stays true */
	assert_in_range(n[1], 5, 50);
	end(&w);
}

static void
random_is_even(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b c d; balance random; }\n",
	    7);
	unsigned n[4] = { 0 }, i;

	(void)state;
	for (i = 0; i < 4000; i++)
		n[once(&w, "p")[0] - 'a']++;
	for (i = 0; i < 4; i++)
		assert_in_range(n[i], 880, 1120);
	end(&w);
}

/* -- identities ----------------------------------------------------------- */

static void
an_identity_keeps_its_member(void **state)
{
	static const char *const balances[] = { "round-robin", "least",
		"latency", "hash", "random" };
	char text[512], was;
	struct world w, other;
	unsigned i, k, n[4];

	(void)state;
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text),
		    EIGHT "pool p { members a b c d; balance %s; }\n",
		    balances[i]);
		w = begin(text, 1);
		other = begin(text, 99); /* another worker */
		memset(n, 0, sizeof(n));
		for (k = 1; k <= 1000; k++) {
			be(&w, k);
			be(&other, k);
			was = picked(&w, "p")[0];
			n[was - 'a']++;
			assert_int_equal(once(&w, "p")[0], was);
			assert_int_equal(once(&other, "p")[0], was);
		}
		for (k = 0; k < 4; k++)
			assert_in_range(n[k], 200, 300);
		end(&w);
		end(&other);
	}
}

static void
hash_needs_no_identity(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b c d; balance hash; }\n",
	    1);
	char one = once(&w, "p")[0], two;
	unsigned i;

	(void)state;
	for (i = 0; i < 20; i++)
		assert_int_equal(once(&w, "p")[0], one);
	break_hop(&w, one);
	two = once(&w, "p")[0];
	assert_int_not_equal(one, two);
	report(&w, one, true, 1);
	assert_int_equal(once(&w, "p")[0], one);
	end(&w);
}

/* When a member goes only its own identities move; back, they return. */
static void
only_its_identities_move(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b c d e f g h; }\n",
	    1);
	char was[1000], now;
	unsigned i, moved = 0;
	char gone;

	(void)state;
	for (i = 0; i < 1000; i++) {
		be(&w, i + 1);
		was[i] = once(&w, "p")[0];
	}
	for (gone = 'a'; gone <= 'h'; gone++) {
		break_hop(&w, gone);
		for (i = 0; i < 1000; i++) {
			be(&w, i + 1);
			now = once(&w, "p")[0];
			assert_int_not_equal(now, gone);
			moved += now != was[i];
			if (was[i] != gone)
				assert_int_equal(now, was[i]);
		}
		report(&w, gone, true, 1);
	}
	assert_int_equal(moved, 1000);
	for (i = 0; i < 1000; i++) {
		be(&w, i + 1);
		assert_int_equal(once(&w, "p")[0], was[i]);
	}
	end(&w);
}

/* -- up and down ---------------------------------------------------------- */

static void
backups_wait(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b; backup c d; }\n",
	    1);
	unsigned i, n[4] = { 0 };

	(void)state;
	for (i = 0; i < 20; i++)
		assert_non_null(strchr("ab", once(&w, "p")[0]));
	break_hop(&w, 'a');
	for (i = 0; i < 20; i++)
		assert_string_equal(once(&w, "p"), "b");
	break_hop(&w, 'b');
	for (i = 0; i < 20; i++)
		n[once(&w, "p")[0] - 'a']++;
	assert_int_equal(n[2], 10);
	assert_int_equal(n[3], 10);
	report(&w, 'a', true, 1);
	for (i = 0; i < 20; i++)
		assert_string_equal(once(&w, "p"), "a");
	end(&w);
}

static void
says_who_is_down(void **state)
{
	struct world w = begin(EIGHT ABC "chain x { hops d p; }\n"
					 "pool s { srv s.example; }\n",
	    1);

	(void)state;
	break_hop(&w, 'a');
	break_hop(&w, 'b');
	break_hop(&w, 'c');
	assert_int_equal(pick(&w, "x"), ROUTE_DOWN);
	assert_string_equal(w.path.lacks, "p");
	assert_int_equal(w.path.n, 0);
	route_done(w.st, &w.path); /* harmless */
	assert_int_equal(pick(&w, "s"), ROUTE_EMPTY);
	assert_string_equal(w.path.lacks, "s");
	assert_int_equal(shown(&w, 'd').in_use, 0);
	end(&w);
}

/* A pool that is down is tried once a second, by one at a time. */
static void
a_dead_pool_is_tried(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b; }\n", 1);
	struct path first;
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++) { /* the back-off grows to a minute */
		break_hop(&w, 'a');
		break_hop(&w, 'b');
		w.now += 60001;
	}
	break_hop(&w, 'a');
	break_hop(&w, 'b');
	w.now += 999;
	assert_int_equal(pick(&w, "p"), ROUTE_DOWN);
	w.now += 1;
	assert_int_equal(pick(&w, "p"), ROUTE_FOUND);
	first = w.path;
	assert_int_equal(pick(&w, "p"), ROUTE_FOUND);
	assert_int_not_equal(first.hop[0], w.path.hop[0]);
	assert_int_equal(shown(&w, 'a').health, HOP_OPEN);
	route_down(w.st, &w.path, 0, OUTCOME_TIMEOUT, w.now);
	route_done(w.st, &w.path);
	assert_int_equal(pick(&w, "p"), ROUTE_DOWN);
	route_up(w.st, &first, 0, 10, w.now);
	assert_int_equal(pick(&w, "p"), ROUTE_FOUND);
	assert_int_equal(w.path.hop[0], first.hop[0]);
	end(&w);
}

/* -- chains --------------------------------------------------------------- */

static void
strict_is_always_tried(void **state)
{
	struct world w = begin(EIGHT "chain x { hops a b c; }\n"
				     "chain twice { hops a b a; }\n",
	    1);

	(void)state;
	assert_string_equal(once(&w, "x"), "abc");
	assert_string_equal(once(&w, "twice"), "aba");
	break_hop(&w, 'b');
	assert_string_equal(once(&w, "x"), "abc");
	assert_string_equal(picked(&w, "x"), "abc");
	assert_string_equal(picked(&w, "x"), "abc"); /* in spite of a trial */
	assert_string_equal(once(&w, "b"), "b");
	end(&w);
}

static void
dynamic_leaves_out(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members e f; }\n"
	    "chain x { hops a p b; mode dynamic; min 2; }\n",
	    1);

	(void)state;
	assert_int_equal(strlen(once(&w, "x")), 3);
	break_hop(&w, 'e');
	assert_string_equal(once(&w, "x"), "afb");
	break_hop(&w, 'f');
	assert_string_equal(once(&w, "x"), "ab");
	break_hop(&w, 'a');
	/* One is too few, so a is tried all the same; p would be, in a second. */
	assert_string_equal(once(&w, "x"), "ab");
	assert_true(route_avoid(&w.tried, &w.path, 0));
	assert_int_equal(pick(&w, "x"), ROUTE_DOWN);
	assert_string_equal(w.path.lacks, "x");
	end(&w);
}

static bool
has_double(const char *path)
{
	for (; *path != '\0'; path++)
		if (strchr(path + 1, *path) != NULL)
			return true;
	return false;
}

/* Every order of every choice comes up, and no hop twice. */
static void
random_chains_vary(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b c d; }\n"
				     "chain x { hops h; pick 3 p; }\n",
	    3);
	unsigned seen[64] = { 0 }, kinds = 0, i;
	const char *path;

	(void)state;
	for (i = 0; i < 2400; i++) {
		path = once(&w, "x");
		assert_int_equal(strlen(path), 4);
		assert_int_equal(path[0], 'h');
		assert_false(has_double(path));
		seen[(path[1] - 'a') * 16 + (path[2] - 'a') * 4 + path[3] -
		    'a']++;
	}
	for (i = 0; i < 64; i++) {
		kinds += seen[i] > 0;
		assert_true(seen[i] == 0 || (seen[i] > 50 && seen[i] < 160));
	}
	assert_int_equal(kinds, 24);
	/* An identity keeps its own. */
	for (i = 1; i < 50; i++) {
		char was[16];

		be(&w, i);
		strcpy(was, once(&w, "x"));
		assert_string_equal(once(&w, "x"), was);
	}
	end(&w);
}

/* Pools that share members leave each other what the other needs. */
static void
pools_share(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b; }\npool q { members b c; }\n"
	    "pool r { members a; }\n"
	    "chain x { hops p q r; }\nchain y { hops b p; }\n",
	    1);
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++) {
		be(&w, i);
		assert_string_equal(once(&w, "x"), "bca");
		assert_string_equal(once(&w, "y"), "ba");
	}
	break_hop(&w, 'c');
	assert_int_equal(pick(&w, "x"), ROUTE_DOWN);
	end(&w);
}

static void
otherwise_stands_in(void **state)
{
	struct world w = begin(EIGHT ABC "chain x { hops d e; otherwise y; }\n"
					 "chain y { hops f p; otherwise h; }\n",
	    1);

	(void)state;
	assert_string_equal(once(&w, "x"), "de");
	break_hop(&w, 'e');
	assert_int_equal(once(&w, "x")[0], 'f');
	assert_string_equal(w.path.route->name, "y");
	break_hop(&w, 'f');
	assert_string_equal(once(&w, "x"), "h");
	/* Nobody is up at all: then the first is as good as any. */
	break_hop(&w, 'h');
	assert_string_equal(once(&w, "x"), "de");
	w.now += 2000; /* a trial is due */
	assert_string_equal(picked(&w, "x"), "de");
	assert_int_equal(once(&w, "x")[0], 'f'); /* meanwhile */
	end(&w);
}

/* A dead pool could be tried, but what is up comes first. */
static void
otherwise_comes_before_hope(void **state)
{
	struct world w = begin(EIGHT "pool p { members a; }\n"
				     "chain x { hops p; otherwise b; }\n",
	    1);

	(void)state;
	break_hop(&w, 'a');
	w.now += 1300;
	break_hop(&w, 'a'); /* 2 s */
	w.now += 1500;
	assert_string_equal(once(&w, "x"), "b");
	break_hop(&w, 'b');
	assert_string_equal(once(&w, "x"), "a");
	end(&w);
}

/* -- trying again --------------------------------------------------------- */

/* Fail at this hop; the next pick does without. */
static void
fails_at(struct world *w, unsigned at)
{
	route_down(w->st, &w->path, at, OUTCOME_HOP_FAILED, w->now);
	assert_true(route_avoid(&w->tried, &w->path, at));
	route_done(w->st, &w->path);
}

static void
retries_end(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b c; backup d; }\n"
				     "chain x { hops e p; otherwise f; }\n",
	    1);
	char seen[5] = "";
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_int_equal(picked(&w, "x")[0], 'e');
		seen[i] = (char)('a' + w.path.hop[1]);
		fails_at(&w, 1);
	}
	assert_false(has_double(seen));
	assert_int_equal(seen[3], 'd');
	assert_string_equal(picked(&w, "x"), "f");
	fails_at(&w, 0);
	assert_int_equal(pick(&w, "x"), ROUTE_TRIED);
	assert_string_equal(w.path.lacks, "f");
	/* Another request begins anew: one failure is not down. */
	w.tried.n = 0;
	assert_int_equal(picked(&w, "x")[0], 'e');
	end(&w);
}

static void
a_strict_chain_is_tried_once(void **state)
{
	struct world w = begin(EIGHT "chain x { hops a b; }\n", 1);

	(void)state;
	assert_string_equal(picked(&w, "x"), "ab");
	fails_at(&w, 1);
	assert_int_equal(pick(&w, "x"), ROUTE_TRIED);
	assert_string_equal(w.path.lacks, "x");
	end(&w);
}

/*
 * The one before the failed one may be to blame: rather another.  An identity
 * would else keep it.
 */
static void
doubts_the_one_before(void **state)
{
	struct world w = begin(EIGHT
	    "pool p { members a b; }\npool q { members c d; }\n"
	    "chain x { hops p q; }\n",
	    1);
	char first[16];
	unsigned i;

	(void)state;
	for (i = 1; i < 20; i++) {
		be(&w, i);
		w.tried = (struct route_tried){ 0 };
		strcpy(first, picked(&w, "x"));
		assert_true(route_avoid(&w.tried, &w.path, 1));
		picked(&w, "x");
		assert_int_not_equal(w.path.hop[0] + 'a', first[0]);
		assert_int_not_equal(w.path.hop[1] + 'a', first[1]);
		assert_true(route_avoid(&w.tried, &w.path, 0));
		/* In doubt is better than nobody. */
		picked(&w, "x");
		assert_int_equal(w.path.hop[0] + 'a', first[0]);
	}
	end(&w);
}

/* A proxy by name, behind a pool: perhaps another member can reach it. */
static void
avoids_the_pool_before(void **state)
{
	struct world w = begin(EIGHT "pool p { members a b; }\n"
				     "chain x { hops c p d e; }\n",
	    1);
	char first[16];

	(void)state;
	be(&w, 1);
	strcpy(first, picked(&w, "x"));
	fails_at(&w, 3);
	picked(&w, "x");
	assert_int_not_equal(w.path.hop[1] + 'a', first[1]);
	fails_at(&w, 2);
	assert_int_equal(pick(&w, "x"), ROUTE_TRIED);
	assert_string_equal(w.path.lacks, "p");
	end(&w);
}

static void
tried_is_bounded(void **state)
{
	struct route_tried t = { 0 };
	struct path p = { .n = 1, .other = 1 };
	unsigned i;

	(void)state;
	for (i = 0; i < TRIED_MAX; i++) {
		p.hop[0] = (uint16_t)i;
		assert_true(route_avoid(&t, &p, 0));
		assert_true(route_avoid(&t, &p, 0));
	}
	p.hop[0] = TRIED_MAX;
	assert_false(route_avoid(&t, &p, 0));
}

/* -- as fast as it has to be ---------------------------------------------- */

static double
per_second(struct world *w, const char *route)
{
	const struct route *r = routes_find(w->r, route);
	const unsigned n = 200000;
	clock_t began = clock();
	unsigned i;

	for (i = 0; i < n; i++) {
		w->who.key[0] ^= w->who.key[1];
		route_pick(w->st, r, &w->who, &w->tried, w->now, &w->path);
		route_done(w->st, &w->path);
	}
	return n / ((double)(clock() - began + 1) / CLOCKS_PER_SEC);
}

static void
decides_fast(void **state)
{
	static const char *const balances[] = { "round-robin", "least",
		"latency", "random", "hash" };
	char text[512];
	struct world w;
	unsigned i;
	double got;

	(void)state;
	for (i = 0; i < 5; i++) {
		snprintf(text, sizeof(text),
		    EIGHT "pool p { members a b c d e f g h; balance %s; }\n",
		    balances[i]);
		w = begin(text, 1);
		got = per_second(&w, "p");
		print_message("# %s: %.1f million decisions a second\n",
		    balances[i], got / 1e6);
		assert_true(got > 100000);
		be(&w, 1);
		assert_true(per_second(&w, "p") > 100000);
		end(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_turns),
		cmocka_unit_test(prefers_the_least_used),
		cmocka_unit_test(prefers_the_fastest),
		cmocka_unit_test(random_is_even),
		cmocka_unit_test(an_identity_keeps_its_member),
		cmocka_unit_test(hash_needs_no_identity),
		cmocka_unit_test(only_its_identities_move),
		cmocka_unit_test(backups_wait),
		cmocka_unit_test(says_who_is_down),
		cmocka_unit_test(a_dead_pool_is_tried),
		cmocka_unit_test(strict_is_always_tried),
		cmocka_unit_test(dynamic_leaves_out),
		cmocka_unit_test(random_chains_vary),
		cmocka_unit_test(pools_share),
		cmocka_unit_test(otherwise_stands_in),
		cmocka_unit_test(otherwise_comes_before_hope),
		cmocka_unit_test(retries_end),
		cmocka_unit_test(a_strict_chain_is_tried_once),
		cmocka_unit_test(doubts_the_one_before),
		cmocka_unit_test(avoids_the_pool_before),
		cmocka_unit_test(tried_is_bounded),
		cmocka_unit_test(decides_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
