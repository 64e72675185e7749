/*
 * test_circuits.c - circuits that are made before anybody asks: when there are
 * some, for how long, and what becomes of those that hops give up.
 */
#include <string.h>

#include "sim.h"
#include "stage.h"
#include "unit.h"

#define ONE   "proxy a socks5://127.0.0.1:9001\nrule chain a\n"
#define ASK   "\5\1\0\5\1\0\3\013example.org\0\120"
#define WANT  "\5\1\0\3\013example.org\0\120"
#define GOOD  "\5\0\0\1\0\0\0\0\0\0"
#define OFFER "\5\1\0"
#define TAKEN "\5\0"

static void
say(int end, const char *text, size_t n)
{
	sim_send(end, text, n);
	sim_turn();
}

#define SAY(end, text) say(end, text, sizeof(text) - 1)

static void
hear(int end, const char *text, size_t n)
{
	uint8_t got[256];

	assert_true(n < sizeof(got));
	assert_int_equal(sim_take(end, got, sizeof(got)), n);
	assert_memory_equal(got, text, n);
}

#define HEAR(end, text) hear(end, text, sizeof(text) - 1)

/* A client gets through the hop at `at`, whose connection is not new. */
static int
get_through(int at, bool prepared)
{
	int c = sim_connect();

	SAY(c, ASK);
	if (at < 0)
		at = sim_target();
	if (!prepared) {
		HEAR(at, OFFER);
		SAY(at, TAKEN);
	}
	HEAR(at, WANT);
	SAY(at, GOOD);
	HEAR(c, TAKEN GOOD);
	return c;
}

/* The spare that the use of a way has brought about, prepared. */
static int
get_spare(void)
{
	int spare;

	sim_turn();
	spare = sim_target();
	HEAR(spare, OFFER);
	SAY(spare, TAKEN);
	return spare;
}

static void
leave(int c)
{
	sim_reset(c);
	sim_turn();
}

static unsigned
dials(void)
{
	unsigned i, n = 0;

	for (i = 0; i < sim.nends; i++)
		n += sim.end[i]->dialled.port != 0;
	return n;
}

/* Nothing is built before the first use, then one waits for the next. */
static void
test_used(void **state)
{
	int c, d, spare;

	(void)state;
	assert_true(setup(ONE));
	sim_wait(10000);
	assert_int_equal(dials(), 0);
	c = get_through(-1, false);
	assert_int_equal(dials(), 2);
	spare = get_spare();
	d = get_through(spare, true);
	SAY(d, "ping");
	HEAR(spare, "ping");
	SAY(spare, "pong");
	HEAR(d, "pong");
	leave(c);
	leave(d);
	teardown();
}

/* Those that nobody takes are made anew in time, and given up in the end. */
static void
test_age(void **state)
{
	int c, spare, next;
	unsigned i;

	(void)state;
	assert_true(setup(ONE));
	c = get_through(-1, false);
	spare = get_spare();
	leave(c);
	sim_wait(7000);
	assert_false(sim.end[spare]->closed);
	sim_wait(2000);
	sim_turn();
	assert_true(sim.end[spare]->closed);
	next = get_spare();
	assert_int_not_equal(next, spare);
	for (i = 0; i < 30; i++) {
		sim_wait(2000);
		sim_turn();
		if (!sim.end[sim_target()]->closed &&
		    sim.end[sim_target()]->from_len > 0)
			get_spare();
	}
	assert_int_equal(sim_open(), 0);
	i = dials();
	sim_wait(60000);
	assert_int_equal(dials(), i);
	teardown();
}

/* A hop that hangs up on a spare is left alone for a while. */
static void
test_hung_up(void **state)
{
	int c, spare;

	(void)state;
	assert_true(setup(ONE));
	c = get_through(-1, false);
	spare = get_spare();
	sim_finish(spare);
	sim_turn();
	assert_true(sim.end[spare]->closed);
	assert_int_equal(dials(), 2);
	sim_wait(1100);
	assert_int_equal(dials(), 3);
	leave(c);
	teardown();
}

/* One that speaks unasked may be in step with somebody else: not used. */
static void
test_speaks(void **state)
{
	int c, spare;

	(void)state;
	assert_true(setup(ONE));
	c = get_through(-1, false);
	spare = get_spare();
	SAY(spare, GOOD);
	assert_true(sim.end[spare]->closed);
	leave(c);
	teardown();
}

/* The hop gave up just when it was asked: the client does not notice. */
static void
test_stale(void **state)
{
	int c, d, spare, cold;

	(void)state;
	assert_true(setup(ONE));
	c = get_through(-1, false);
	spare = get_spare();
	d = sim_connect();
	SAY(d, ASK);
	HEAR(spare, WANT);
	sim_finish(spare);
	sim_turn();
	cold = sim_target();
	assert_int_not_equal(cold, spare);
	HEAR(cold, OFFER);
	SAY(cold, TAKEN);
	HEAR(cold, WANT);
	SAY(cold, GOOD);
	HEAR(d, TAKEN GOOD);
	leave(c);
	leave(d);
	teardown();
}

/* What the target says is the answer, and no reason for another try. */
static void
test_refused(void **state)
{
	int c, d, spare;

	(void)state;
	assert_true(setup(ONE));
	c = get_through(-1, false);
	spare = get_spare();
	d = sim_connect();
	SAY(d, ASK);
	HEAR(spare, WANT);
	SAY(spare, "\5\5\0\1\0\0\0\0\0\0");
	HEAR(d, TAKEN "\5\5\0\1\0\0\0\0\0\0");
	assert_int_equal(dials(), 2);
	leave(c);
	leave(d);
	teardown();
}

/* As many as were asked for lately, but not without end. */
static void
test_demand(void **state)
{
	unsigned i, n;
	int c[8];

	(void)state;
	assert_true(setup(ONE));
	for (i = 0; i < 8; i++) {
		c[i] = sim_connect();
		SAY(c[i], ASK);
	}
	assert_int_equal(dials(), 8); /* nothing was ready */
	n = sim.nends;
	for (i = 0; i < n; i++) {
		if (sim.end[i]->dialled.port == 0)
			continue;
		SAY((int)i, TAKEN);
		SAY((int)i, GOOD);
	}
	assert_int_equal(dials(), 8 + 4);
	for (i = 0; i < 8; i++)
		leave(c[i]);
	teardown();
}

static void
test_drain(void **state)
{
	int c, spare;

	(void)state;
	assert_true(setup(ONE));
	c = get_through(-1, false);
	spare = get_spare();
	worker_drain(worker);
	sim_turn();
	assert_true(sim.end[spare]->closed);
	assert_false(sim.end[c]->closed);
	leave(c);
	assert_true(sim.stopped);
	teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_used),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_hung_up),
		cmocka_unit_test(test_speaks),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_demand),
		cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
