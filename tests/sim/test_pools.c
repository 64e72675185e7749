/*
 * test_pools.c - whole sessions through pools: who is down is not dialled, a
 * pool that is down is an error at once, and nothing goes another way.
 */
#include <string.h>

#include "sim.h"
#include "stage.h"
#include "unit.h"

#define PROXIES \
	"proxy a socks5://127.0.0.1:9001\nproxy b socks5://127.0.0.1:9002\n"
#define POOL "pool p { members a b; }\nrule chain p isolate none\n"
#define ASK  "\5\1\0\5\1\0\3\013example.org\0\120"
#define DOWN "\5\1\0\1\0\0\0\0\0\0"

/* A client asks, and is told at once that the chain is down. */
static void
is_told_no(unsigned dials)
{
	unsigned before = sim.ndials;
	uint8_t got[64];
	int client = sim_connect();

	sim_send(client, ASK, sizeof(ASK) - 1);
	sim_turn();
	assert_int_equal(sim_take(client, got, sizeof(got)), 12);
	assert_memory_equal(got, "\5\0", 2);
	assert_memory_equal(got + 2, DOWN, 10);
	sim_finish(client);
	sim_turn();
	assert_int_equal(sim.ndials - before, dials);
}

#define NONSENSE  "\6it speaks "
#define NO_TARGET "\5\4\0\1\0\0\0\0\0\0" /* which is not the hop's fault */

/* Where it was dialled for a client that asks. */
static uint16_t
goes_to(const char *answer)
{
	int client = sim_connect(), target;
	uint16_t port;

	sim_send(client, ASK, sizeof(ASK) - 1);
	sim_turn();
	target = sim_target();
	assert_true(target >= 0);
	port = sim.end[target]->dialled.port;
	sim_send(target, "\5\0", 2);
	sim_turn();
	sim_send(target, answer, 10);
	sim_turn();
	sim_reset(client);
	sim_turn();
	return port;
}

static void
a_dead_pool_is_an_error_at_once(void **state)
{
	unsigned i;

	(void)state;
	assert_true(setup(PROXIES POOL));
	sim.dial = DIAL_REFUSED;
	for (i = 0; i < 2; i++) /* each member, for each request */
		is_told_no(2);
	for (i = 0; i < 4; i++)
		is_told_no(0);
	sim_wait(1300);
	is_told_no(2);
	teardown();
}

static void
a_dead_member_is_left_out(void **state)
{
	uint16_t bad, good;
	unsigned i;

	(void)state;
	assert_true(setup(PROXIES POOL));
	bad = goes_to(NONSENSE);
	good = goes_to(NO_TARGET);
	assert_int_equal(bad + good, 9001 + 9002);
	assert_int_equal(goes_to(NONSENSE), bad);
	for (i = 0; i < 6; i++)
		assert_int_equal(goes_to(NO_TARGET), good);
	sim_wait(1300);
	i = goes_to(NO_TARGET);
	assert_int_equal(goes_to(NO_TARGET) + i, 9001 + 9002);
	/* That trial said nothing of the hop, so there is another. */
	i = goes_to(NO_TARGET);
	assert_int_equal(goes_to(NO_TARGET) + i, 9001 + 9002);
	teardown();
}

/* The first hop says that the second can not be reached: that one is down. */
static void
the_one_before_is_not_blamed(void **state)
{
	unsigned i;

	(void)state;
	assert_true(setup(PROXIES "pool in { members a; }\n"
				  "pool out { members b; }\n"
				  "chain c { hops in out; }\nrule chain c\n"));
	for (i = 0; i < 2; i++)
		assert_int_equal(goes_to(NO_TARGET), 9001);
	is_told_no(0);
	teardown();
	assert_true(setup(PROXIES "pool in { members a; }\n"
				  "chain c { hops in b; }\nrule chain c\n"));
	for (i = 0; i < 6; i++)
		assert_int_equal(goes_to(NO_TARGET), 9001);
	teardown();
}

static void
a_proxy_by_name_is_always_dialled(void **state)
{
	unsigned i;

	(void)state;
	assert_true(setup(PROXIES "chain c { hops a b; }\nrule chain c\n"));
	sim.dial = DIAL_REFUSED;
	for (i = 0; i < 5; i++)
		is_told_no(1);
	sim.dial = DIAL_OK;
	assert_int_equal(goes_to(NONSENSE), 9001);
	teardown();
}

static void
without_records_nothing_is_dialled(void **state)
{
	(void)state;
	assert_true(setup("pool s { srv _s._tcp.example; }\nrule chain s\n"));
	is_told_no(0);
	teardown();
}

/* Members come from DNS, stay when it fails, and go when it says so. */
static void
members_come_from_dns(void **state)
{
	static const struct srv_record two[] = { { 1, 0, 9001, "a.example" },
		{ 1, 0, 9002, "b.example" } };
	unsigned i, seen = 0;

	(void)state;
	assert_true(setup("pool s { srv _s._tcp.example; }\n"
			  "rule chain s isolate none\n"));
	assert_int_equal(sim.nsrv_lookups, 1);
	is_told_no(0);
	sim_services(LOOKUP_FOUND, two, 2, 60);
	for (i = 0; i < 40; i++) /* by chance, as weights say */
		seen |= goes_to(NO_TARGET) == 9001 ? 1 : 2;
	assert_int_equal(seen, 3);
	sim_wait(59000);
	assert_int_equal(sim.nsrv_lookups, 1);
	sim_wait(2000);
	assert_int_equal(sim.nsrv_lookups, 2);
	sim_services(LOOKUP_FAILED, NULL, 0, 0);
	assert_in_range(goes_to(NO_TARGET), 9001, 9002);
	sim_wait(31000);
	assert_int_equal(sim.nsrv_lookups, 3);
	sim_services(LOOKUP_FOUND, two + 1, 1, 1);
	for (i = 0; i < 4; i++)
		assert_int_equal(goes_to(NO_TARGET), 9002);
	sim_wait(1500);
	assert_int_equal(sim.nsrv_lookups, 3); /* not every second */
	sim_wait(4000);
	assert_int_equal(sim.nsrv_lookups, 4);
	teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_pool_is_an_error_at_once),
		cmocka_unit_test(a_dead_member_is_left_out),
		cmocka_unit_test(the_one_before_is_not_blamed),
		cmocka_unit_test(a_proxy_by_name_is_always_dialled),
		cmocka_unit_test(without_records_nothing_is_dialled),
		cmocka_unit_test(members_come_from_dns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
