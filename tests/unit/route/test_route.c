/* The `chain` directive: chains written out, and every mistake one can make. */
#include "routing.h"

#define PROXIES P("n1") P("n2") P("n3") P("n4")

/* The chain of this name has these hops: "0,1,2". */
static void
goes(const struct routes *r, const char *name, const char *hops)
{
	const struct route *route = routes_find(r, name);
	char text[64] = "";
	unsigned i;

	assert_non_null(route);
	assert_false(route->direct);
	for (i = 0; i < route->n; i++) {
		assert_null(route->step[i].pool);
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "%s%u", i > 0 ? "," : "", route->step[i].hop);
	}
	assert_string_equal(text, hops);
}

/* In any order: a chain may name one that comes later. */
static void
writes_chains_out(void **state)
{
	char report[1024] = "";
	struct routes *r = load("chain all { hops mid n4 mid; }\n" PROXIES
				"chain mid { hops n3 pair }\n"
				"chain pair { hops n2 n1; }\n"
				"chain twice { hops n1 n1; }\n",
	    report, sizeof(report));

	(void)state;
	assert_string_equal(report, "");
	assert_non_null(r);
	goes(r, "n1", "0");
	goes(r, "n4", "3");
	goes(r, "pair", "1,0");
	goes(r, "mid", "2,1,0");
	goes(r, "all", "2,1,0,3,2,1,0");
	goes(r, "twice", "0,0");
	assert_null(routes_find(r, "n5"));
	assert_null(routes_find(r, ""));
	assert_null(routes_find(r, "N1"));
	routes_free(r);
	routes_free(NULL);
}

static void
none_is_no_mistake(void **state)
{
	char report[256] = "";
	struct routes *r = load("", report, sizeof(report));

	(void)state;
	assert_non_null(r);
	assert_string_equal(report, "");
	assert_null(routes_find(r, "n1"));
	routes_free(r);
}

static void
counts_hops(void **state)
{
	char report[1024] = "";
	struct routes *r = load(PROXIES "chain four { hops n1 n2 n3 n4; }\n"
					"chain eight { hops four four; }\n",
	    report, sizeof(report));

	(void)state;
	assert_non_null(r);
	goes(r, "eight", "0,1,2,3,0,1,2,3");
	routes_free(r);
	refused(PROXIES "chain four { hops n1 n2 n3 n4; }\n"
			"chain nine { hops four four n2; }\n",
	    "-x:6:29: error: chain \"nine\" has 9 hops, 8 are the most");
	refused(PROXIES "chain four { hops n1 n2 n3 n4; }\n"
			"chain x { hops n1 four four; }\n",
	    "-x:6:24: error: chain \"x\" has 9 hops, 8 are the most");
	/* Where it is over for the first time. */
	refused(PROXIES "chain four { hops n1 n2 n3 n4; }\n"
			"chain x { hops four n1 four n2 n3; }\n",
	    "-x:6:24: error: chain \"x\" has 11 hops, 8 are the most");
	refused(PROXIES "chain x { hops n1 n1 n1 n1 n1 n1 n1 n1 n1; }\n",
	    "has 9 hops");
}

static void
refuses_unknown_members(void **state)
{
	char report[4096] = "";

	(void)state;
	refused(PROXIES "chain deep { hops n1 m2 n3; }\n",
	    "-x:5:22: error: no proxy, pool or chain is called \"m2\"");
	refused(P("berlin") P("paris") "chain c { hops berlni; }\n",
	    "did you mean \"berlin\"?");
	refused(P("n1") "chain middle { hops n1; }\n"
			"chain c { hops midle; }\n",
	    "did you mean \"middle\"?");
	/* Every one of them, and nothing about those that rest on it. */
	assert_null(load(P("n1") "chain a { hops zzzzzz n1 yyyyyy; }\n"
				 "chain b { hops a xxxxxx; }\n"
				 "chain c { hops a b; }\n",
	    report, sizeof(report)));
	assert_non_null(strstr(report, "zzzzzz"));
	assert_non_null(strstr(report, "yyyyyy"));
	assert_non_null(strstr(report, "xxxxxx"));
	assert_null(strstr(report, "-x:4"));
}

static void
refuses_loops(void **state)
{
	char report[4096] = "";

	(void)state;
	refused(P("n1") "chain a { hops n1 a; }\n",
	    "-x:2:19: error: a chain can not go through itself: a > a\n");
	refused(P("n1") "chain a { hops n1 b; }\n"
			"chain b { hops c; }\n"
			"chain c { hops n1 a; }\n",
	    "-x:4:19: error: a chain can not go through itself: "
	    "a > b > c > a\n");
	/* Where the loop does not begin with the first. */
	refused(P("n1") "chain a { hops b; }\n"
			"chain b { hops c; }\n"
			"chain c { hops b; }\n",
	    "itself: b > c > b\n");
	/* Once, however many lead into it. */
	assert_null(load("chain a { hops b; }\nchain b { hops b; }\n"
			 "chain c { hops b; }\nchain d { hops a c; }\n",
	    report, sizeof(report)));
	assert_non_null(strstr(report, "b > b"));
	assert_null(strstr(strstr(report, "itself") + 1, "itself"));
}

/* A loop of long names is told in part, not past any buffer. */
static void
bounds_the_loop(void **state)
{
	char text[8192] = "", report[8192] = "", name[60], next[60];
	unsigned i;

	(void)state;
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "%s%02u",
		    "a-name-that-takes-a-lot-of-room-in-a-line-", i);
		snprintf(next, sizeof(next), "%s%02u",
		    "a-name-that-takes-a-lot-of-room-in-a-line-", (i + 1) % 40);
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "chain %s { hops %s; }\n", name, next);
	}
	assert_null(load(text, report, sizeof(report)));
	assert_non_null(strstr(report, "itself: a-name"));
}

/* n chains, each within the next; by name the last or the first is inmost. */
static void
nested(char *text, size_t cap, unsigned n, bool first_is_inmost)
{
	unsigned i, at;
	char member[16] = "n1";
	size_t len = (size_t)snprintf(text, cap, P("n1"));

	for (i = 0; i < n; i++) {
		at = first_is_inmost ? i : n - 1 - i;
		len += (size_t)snprintf(text + len, cap - len,
		    "chain c%05u { hops %s; }\n", at, member);
		assert_true(len < cap);
		snprintf(member, sizeof(member), "c%05u", at);
	}
}

/* Refused or not the same whichever is looked at first. */
static void
limits_nesting(void **state)
{
	static char text[1 << 20];
	char report[16384];
	struct routes *r;
	int leaf_first;

	(void)state;
	for (leaf_first = 0; leaf_first < 2; leaf_first++) {
		nested(text, sizeof(text), 64, leaf_first);
		report[0] = '\0';
		r = load(text, report, sizeof(report));
		assert_non_null(r);
		goes(r, "c00000", "0");
		goes(r, "c00063", "0");
		routes_free(r);
		nested(text, sizeof(text), 65, leaf_first);
		refused(text, "more than 64 chains within each other");
		nested(text, sizeof(text), 24000, leaf_first);
		refused(text, "more than 64 chains within each other");
	}
}

static void
refuses_names_twice(void **state)
{
	(void)state;
	refused(P("n1") P("both") "chain both { hops n1; }\n",
	    "-x:3:7: error: there is a proxy \"both\" already, in line 2 of "
	    "-x");
	/* Whichever is first, the chain is the one to rename. */
	refused("chain both { hops n1; }\n" P("n1") P("both"),
	    "-x:1:7: error: there is a proxy \"both\" already, in line 3 of "
	    "-x");
	refused(P("n1") "chain c { hops n1; }\nchain c { hops n1 n1; }\n",
	    "-x:3:7: error: there is a chain \"c\" already, in line 2 of -x");
}

static void
refuses_no_hops(void **state)
{
	(void)state;
	refused(P("n1") "chain c;\n", "chain \"c\" has no hops");
	refused(P("n1") "chain c { }\n",
	    "-x:2:7: error: chain \"c\" has no hops: write \"chain c { hops "
	    "NAME...; }\"");
}

static void
survives_no_memory(void **state)
{
	struct routes *r;
	struct conf *c;
	unsigned long at;

	(void)state;
	for (at = 1;; at++) {
		c = conf_new(tables);
		assert_non_null(c);
		assert_true(conf_parse_text(c, "-x",
		    PROXIES "chain a { hops n1 b; }\n"
			    "chain b { hops n2 n3; }\n"));
		alloc_fail_at(at);
		r = routes_load(c);
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		assert_null(r);
		assert_false(conf_ok(c));
		conf_free(c);
	}
	alloc_fail_at(0);
	assert_true(at > 7); /* the routes and a name each */
	goes(r, "a", "0,1,2");
	routes_free(r);
	conf_free(c);
}

/* A mistake is told even when there is no memory for a hint. */
static void
reports_without_memory(void **state)
{
	struct routes *r;
	struct conf *c;
	unsigned long at;
	int failed;

	(void)state;
	for (at = 1, failed = 1; failed; at++) {
		c = conf_new(tables);
		conf_parse_text(c, "-x", P("n1") "chain a { hops n2; }\n");
		alloc_fail_at(at);
		r = routes_load(c);
		failed = alloc_failed();
		alloc_fail_at(0);
		assert_null(r);
		assert_false(conf_ok(c));
		conf_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_chains_out),
		cmocka_unit_test(none_is_no_mistake),
		cmocka_unit_test(counts_hops),
		cmocka_unit_test(refuses_unknown_members),
		cmocka_unit_test(refuses_loops),
		cmocka_unit_test(bounds_the_loop),
		cmocka_unit_test(limits_nesting),
		cmocka_unit_test(refuses_names_twice),
		cmocka_unit_test(refuses_no_hops),
		cmocka_unit_test(survives_no_memory),
		cmocka_unit_test(reports_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
