/* The `pool` directive, what chains do with pools, and every mistake. */
#include "routing.h"

#define PROXIES P("n1") P("n2") P("n3") P("n4")
#define POOL    "pool p { members n1 n2 n3; }\n"

static const struct pool *
pool_of(const struct routes *r, const char *name)
{
	const struct route *route = routes_find(r, name);

	assert_non_null(route);
	assert_int_equal(route->n, 1);
	assert_int_equal(route->step[0].pick, 1);
	assert_non_null(route->step[0].pool);
	assert_string_equal(route->step[0].pool->name, name);
	return route->step[0].pool;
}

static void
reads_pools(void **state)
{
	struct routes *r = loaded(
	    PROXIES "pool full { members n3 n1; backup n4 n2; balance least;\n"
		    "check example.org:443; check-every 2m; }\n" POOL);
	const struct pool *full = pool_of(r, "full"), *p = pool_of(r, "p");
	static const uint16_t members[] = { 2, 0, 3, 1 };

	(void)state;
	assert_int_equal(full->id, 0);
	assert_int_equal(p->id, 1);
	assert_ptr_equal(routes_pool(r, 0), full);
	assert_ptr_equal(routes_pool(r, 1), p);
	assert_null(routes_pool(r, 2));
	assert_int_equal(full->n, 2);
	assert_int_equal(full->nbackup, 2);
	assert_memory_equal(full->member, members, sizeof(members));
	assert_int_equal(full->balance, BALANCE_LEAST);
	assert_null(full->srv.name);
	assert_int_equal(full->check_ms, 120000);
	assert_true(full->check_target);
	assert_string_equal(full->target.host.name, "example.org");
	assert_int_equal(full->target.port, 443);
	assert_ptr_equal(full->via, routes_find(r, "full"));
	assert_int_equal(full->via_steps, 0);
	assert_int_equal(p->n, 3);
	assert_int_equal(p->nbackup, 0);
	assert_int_equal(p->balance, BALANCE_ROUND_ROBIN);
	assert_int_equal(p->check_ms, 0);
	routes_free(r);
}

static void
counts_slots(void **state)
{
	struct routes *r = loaded(
	    PROXIES "pool a { srv _socks._tcp.example.net; }\n"
		    "pool b { srv _p._tcp.example.net http; backup n1; check;\n"
		    "balance round-robin; }\n");
	const struct pool *a = pool_of(r, "a"), *b = pool_of(r, "b");

	(void)state;
	assert_string_equal(a->srv.name, "_socks._tcp.example.net");
	assert_string_equal(a->srv.scheme, "socks5");
	assert_int_equal(a->balance, BALANCE_RANDOM);
	assert_int_equal(a->n, SRV_SLOTS);
	assert_int_equal(a->member[0], 4);
	assert_string_equal(b->srv.scheme, "http");
	assert_int_equal(b->balance, BALANCE_ROUND_ROBIN);
	assert_int_equal(b->member[0], 4 + SRV_SLOTS);
	assert_int_equal(b->member[SRV_SLOTS], 0);
	assert_int_equal(b->nbackup, 1);
	assert_int_equal(b->check_ms, 30000);
	assert_false(b->check_target);
	assert_int_equal(routes_proxies(r), 4);
	assert_int_equal(routes_hops(r), 4 + 2 * SRV_SLOTS);
	assert_null(routes_srv_of(r, 3));
	assert_ptr_equal(routes_srv_of(r, 4), a);
	assert_ptr_equal(routes_srv_of(r, 4 + SRV_SLOTS - 1), a);
	assert_ptr_equal(routes_srv_of(r, 4 + SRV_SLOTS), b);
	routes_free(r);
}

static void
chains_have_pools(void **state)
{
	struct routes *r = loaded(PROXIES POOL
	    "chain c { hops n4 p inner; mode dynamic; min 3; optimistic yes;\n"
	    "otherwise p; }\nchain inner { hops p; pick 1 p; mode strict; }\n");
	const struct route *c = routes_find(r, "c");
	const struct pool *p = pool_of(r, "p");
	size_t i;

	(void)state;
	assert_int_equal(c->n, 4);
	assert_null(c->step[0].pool);
	assert_int_equal(c->step[0].hop, 3);
	for (i = 1; i < 4; i++)
		assert_ptr_equal(c->step[i].pool, p);
	assert_true(c->dynamic && c->optimistic);
	assert_int_equal(c->min, 3);
	assert_ptr_equal(c->otherwise, routes_find(r, "p"));
	assert_null(c->otherwise->otherwise);
	assert_false(routes_find(r, "inner")->dynamic);
	/* The first in the file that has it behind others. */
	assert_ptr_equal(p->via, c);
	assert_int_equal(p->via_steps, 1);
	for (i = 0; routes_at(r, i) != NULL; i++)
		assert_int_equal(routes_at(r, i)->id, i);
	assert_int_equal(i, 7);
	routes_free(r);
}

static const struct {
	const char *text, *says;
} mistakes[] = {
	{ "pool p;\n",
	    "-x:5:6: error: pool \"p\" has no members: write \"pool p { "
	    "members NAME...; }\"" },
	{ "pool p { backup n1; }\n", "has no members" },
	{ "pool p { members n1 m2; }\n",
	    "-x:5:21: error: no proxy is called \"m2\"" },
	{ "pool berlin { members n1; }\npool p { members berlni; }\n",
	    "no proxy is called" },
	{ P("berlin") "pool p { members berlni; }\n",
	    "did you mean \"berlin\"?" },
	{ "pool p { members n1 n2 n1; }\n",
	    "-x:5:24: error: \"n1\" is in this pool already" },
	{ "pool p { members n1; backup n1; }\n", "is in this pool already" },
	{ "pool a { members n1; }\npool p { members a; }\n",
	    "-x:6:18: error: \"a\" is a pool; what a pool has are proxies" },
	{ "chain a { hops n1; }\npool p { members a; }\n", "is a chain; what" },
	{ "pool p { members n1; srv _a._tcp.example.net; }\n",
	    "-x:5:22: error: a pool has either members or srv" },
	{ "pool p { srv 192.0.2.1; }\n",
	    "is no name that could have SRV records" },
	{ "pool p { srv a..b; }\n", "for example _socks._tcp.example.net" },
	{ "pool p { members n1; check-every 5s; }\n",
	    "nothing is checked in this pool" },
	{ "pool n1 { members n1; }\n",
	    "-x:5:6: error: there is a proxy \"n1\" already, in line 1" },
	{ POOL "pool p { members n1; }\n", "there is a pool \"p\" already" },
	{ POOL "chain p { hops n1; }\n", "there is a pool \"p\" already" },
	{ POOL "chain c { pick 2 q; }\n", "no pool is called \"q\"" },
	{ POOL "chain c { pick 2 n1; }\n",
	    "\"n1\" is a proxy; what can be picked from is a pool" },
	{ POOL "chain c { pick 4 p; }\n",
	    "-x:6:7: error: chain \"c\" takes 4 of pool \"p\", which has 3\n" },
	{ POOL "chain c { hops p p; pick 2 p; }\n", "takes 4 of pool \"p\"" },
	{ POOL "chain c { hops n1 p p p; }\n",
	    "takes 3 of pool \"p\", which has 2 that the chain does not name" },
	{ POOL "chain c { hops n4 n4 n4 n4 n4 n4; pick 3 p; }\n",
	    "-x:6:42: error: chain \"c\" has 9 hops, 8 are the most" },
	{ "chain c { hops n1; min 2; }\n",
	    "-x:5:20: error: all hops of a strict chain are used" },
	{ "chain c { hops n1 n2; mode dynamic; min 3; }\n",
	    "chain \"c\" has only 2 hops" },
	{ "chain d { hops n1 n2; mode dynamic; }\nchain c { hops d n3; }\n",
	    "-x:6:16: error: chain \"d\" has `mode dynamic`, so it can not "
	    "stand within another" },
	{ "chain d { hops n1; otherwise n2; }\nchain c { hops d n3; }\n",
	    "chain \"d\" has `otherwise`, so" },
	{ "chain c { hops n1; otherwise m2; }\n",
	    "-x:5:30: error: no proxy, pool or chain is called \"m2\"" },
	{ "chain c { hops n1; otherwise c; }\n",
	    "-x:5:30: error: `otherwise` comes back to where it began: c > c" },
	{ "chain c { hops n1; otherwise b; }\n"
	  "chain b { hops n1; otherwise d; }\n"
	  "chain d { hops n1; otherwise c; }\n",
	    "began: b > d > c > b" },
	/* A mistake in a pool is told once, not for each chain with it. */
	{ "pool p { members zz; }\nchain c { hops p; pick 1 p; }\n",
	    "no proxy is called \"zz\"" },
};

static void
refuses_mistakes(void **state)
{
	char text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		snprintf(text, sizeof(text), PROXIES "%s", mistakes[i].text);
		refused(text, mistakes[i].says);
	}
}

/* A loop that others lead into is told once. */
static void
tells_a_loop_once(void **state)
{
	char report[4096] = "";
	const char *at;

	(void)state;
	assert_null(load(PROXIES "chain a { hops n1; otherwise m; }\n"
				 "chain m { hops n1; otherwise k; }\n"
				 "chain k { hops n1; otherwise m; }\n"
				 "chain z { hops n1; otherwise k; }\n",
	    report, sizeof(report)));
	assert_non_null(strstr(report, "began: k > m > k"));
	at = strstr(report, "began");
	assert_null(strstr(at + 1, "began"));
}

static void
limits_members(void **state)
{
	static char text[1 << 16];
	size_t at = 0;
	unsigned i, n;

	(void)state;
	for (n = POOL_MEMBERS; n <= POOL_MEMBERS + 2; n++) {
		for (i = 0, at = 0; i < n; i++)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
			    P("x%u"), i);
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "pool p { members");
		for (i = 0; i < n - 1; i++)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
			    " x%u", i);
		snprintf(text + at, sizeof(text) - at, "; backup x%u; }\n", i);
		if (n > POOL_MEMBERS)
			refused(text, "has more than 256 members");
		else
			routes_free(loaded(text));
	}
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
		    PROXIES POOL "chain a { hops p; pick 2 p; }\n"
				 "pool s { srv a.example; backup n1; }\n"));
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
	assert_true(at > 12);
	routes_free(r);
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_pools),
		cmocka_unit_test(counts_slots),
		cmocka_unit_test(chains_have_pools),
		cmocka_unit_test(refuses_mistakes),
		cmocka_unit_test(tells_a_loop_once),
		cmocka_unit_test(limits_members),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
