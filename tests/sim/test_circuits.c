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

#define POOL                                                          \
	"proxy a socks5://127.0.0.1:9001\n"                            \
	"proxy b socks5://127.0.0.1:9002\n"                            \
	"pool p { members a b; }\nchain x { hops p; }\nrule chain x\n"

static uint16_t
port_of(int end)
{
	return sim.end[end]->dialled.port;
}

/* The last dial, taken through its handshake. */
static int
serve(int c)
{
	int at = sim_target();

	HEAR(at, OFFER);
	SAY(at, TAKEN);
	HEAR(at, WANT);
	SAY(at, GOOD);
	HEAR(c, TAKEN GOOD);
	return at;
}

/* A member that refuses is passed over, at once and without a word. */
static void
test_dead_member(void **state)
{
	unsigned i;
	int c, at;

	(void)state;
	for (i = 9001; i <= 9002; i++) {
		assert_true(setup(POOL));
		sim.dead = (uint16_t)i;
		c = sim_connect();
		SAY(c, ASK);
		at = serve(c);
		assert_int_not_equal(port_of(at), i);
		leave(c);
		teardown();
	}
}

/* One that does not answer is given up after `timeout attempt`. */
static void
test_black_hole(void **state)
{
	unsigned i;
	int c, at;

	(void)state;
	for (i = 9001; i <= 9002; i++) {
		assert_true(setup(POOL));
		sim.hole = (uint16_t)i;
		c = sim_connect();
		SAY(c, ASK);
		if (port_of(sim_target()) == i) /* chance */
			sim_wait(10000);
		at = serve(c);
		assert_int_not_equal(port_of(at), i);
		leave(c);
		teardown();
	}
}

/* When it is known how long it takes, another one is begun beside a slow one. */
static void
test_hedge(void **state)
{
	unsigned i;
	int c;

	(void)state;
	assert_true(setup("proxy a socks5://127.0.0.1:9001\n"
			  "proxy b socks5://127.0.0.1:9002\n"
			  "pool p { members a b; }\n"
			  "rule chain p isolate none\n"));
	for (i = 0; i < 20; i++) {
		c = sim_connect();
		SAY(c, ASK);
		serve(c); /* most of them prepared */
		leave(c);
	}
	worker_new_identity(worker); /* those that still are */
	sim.hole = 9001;
	for (i = 0; i < 2; i++) { /* by turns */
		c = sim_connect();
		SAY(c, ASK);
		if (port_of(sim_target()) == 9001)
			sim_wait(200);
		assert_int_equal(port_of(serve(c)), 9002);
		leave(c);
		worker_new_identity(worker);
	}
	teardown();
}

/* Nor is a spare waited for whose hop has vanished meanwhile. */
static void
test_vanished_spare(void **state)
{
	int c, d, spare;

	(void)state;
	assert_true(setup(POOL));
	c = sim_connect();
	SAY(c, ASK);
	serve(c);
	spare = get_spare();
	d = sim_connect();
	SAY(d, ASK);
	HEAR(spare, WANT);
	sim_wait(10000);
	assert_true(sim.end[spare]->closed);
	assert_int_not_equal(port_of(serve(d)), port_of(spare));
	leave(c);
	leave(d);
	teardown();
}

/* Each way a member can fail before anything of the client's is with it. */
static void
test_lying_member(void **state)
{
	static const struct {
		const char *says;
		size_t n;
	} rows[] = { { "", 0 }, { "\5\377", 2 }, { "HTTP/1.1 400", 12 },
		{ "\5\0", 2 }, { "\5\0\5", 3 }, { "\5\0\4\0\0\1", 6 },
		{ "\5\0\5\77\0\1\0\0\0\0\0\0", 12 } };
	int c, first, at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(setup(POOL));
		c = sim_connect();
		SAY(c, ASK);
		first = sim_target();
		say(first, rows[i].says, rows[i].n);
		sim_finish(first);
		sim_turn();
		at = serve(c);
		assert_int_not_equal(port_of(at), port_of(first));
		SAY(c, "ping");
		HEAR(at, "ping");
		leave(c);
		teardown();
	}
}

/* What a member says of the target is the answer: no other is asked. */
static void
test_target_refuses(void **state)
{
	int c;

	(void)state;
	assert_true(setup(POOL));
	c = sim_connect();
	SAY(c, ASK);
	SAY(sim_target(), TAKEN "\5\5\0\1\0\0\0\0\0\0");
	HEAR(c, TAKEN "\5\5\0\1\0\0\0\0\0\0");
	assert_int_equal(dials(), 1);
	leave(c);
	teardown();
}

/* When nobody is up that is an error, and nothing is connected to. */
static void
test_all_dead(void **state)
{
	int c;

	(void)state;
	assert_true(setup(POOL));
	sim.dial = DIAL_REFUSED;
	c = sim_connect();
	SAY(c, ASK);
	HEAR(c, TAKEN "\5\1\0\1\0\0\0\0\0\0");
	assert_int_equal(dials(), 2);
	leave(c);
	teardown();
}

/* A whole chain stands in for another. */
static void
test_otherwise(void **state)
{
	int c, at;

	(void)state;
	assert_true(setup("proxy a socks5://127.0.0.1:9001\n"
			  "proxy b socks5://127.0.0.1:9002\n"
			  "chain y { hops b; }\n"
			  "chain x { hops a; otherwise y; }\n"
			  "rule chain x\n"));
	sim.dead = 9001;
	c = sim_connect();
	SAY(c, ASK);
	at = serve(c);
	assert_int_equal(port_of(at), 9002);
	leave(c);
	teardown();
}

/* Whoever is asked is willing, and waits to be told a target. */
static void
answer_offers(void)
{
	unsigned i;

	for (i = 0; i < sim.nends; i++)
		if (port_of((int)i) != 0 && !sim.end[i]->closed &&
		    sim.end[i]->from_len == sizeof(OFFER) - 1) {
			HEAR((int)i, OFFER);
			SAY((int)i, TAKEN);
		}
}

static unsigned
dials_to(uint16_t port)
{
	unsigned i, n = 0;

	for (i = 0; i < sim.nends; i++)
		n += port_of((int)i) == port;
	return n;
}

/* While a pool is in use each member is tried now and then. */
static void
test_checks(void **state)
{
	unsigned i, before[2];
	int c;

	(void)state;
	assert_true(setup("proxy a socks5://127.0.0.1:9001\n"
			  "proxy b socks5://127.0.0.1:9002\n"
			  "pool p { members a b; check; check-every 5s; }\n"
			  "chain x { hops p; }\nrule chain x\n"));
	sim.dead = 9001;
	sim_wait(6000);
	assert_int_equal(dials(), 0); /* nobody has wanted it yet */
	c = sim_connect();
	SAY(c, ASK);
	serve(c);
	leave(c);
	for (i = 0; i < 60; i++) { /* until there are no spares any more */
		answer_offers();
		sim_wait(1000);
	}
	before[0] = dials_to(9001);
	before[1] = dials_to(9002);
	for (i = 0; i < 11; i++) {
		answer_offers();
		sim_wait(1000);
	}
	assert_in_range(dials_to(9001) - before[0], 1, 3);
	assert_in_range(dials_to(9002) - before[1], 2, 3);
	teardown();
}

/* -- all at once ---------------------------------------------------------- */

#define TWO                                                        \
	"proxy a socks5://127.0.0.1:9001\n"                         \
	"proxy b socks5://127.0.0.1:9002\n"                         \
	"chain x { hops a b; }\nrule chain x\n"
#define WANT_B "\5\1\0\1\177\0\0\1\43\52" /* 127.0.0.1:9002 */

/* Through both hops, step by step; the end of the first. */
static int
through_two(int c, int at)
{
	HEAR(at, OFFER);
	SAY(at, TAKEN);
	HEAR(at, WANT_B);
	SAY(at, GOOD);
	HEAR(at, OFFER);
	SAY(at, TAKEN);
	if (c >= 0) {
		HEAR(at, WANT);
		SAY(at, GOOD);
		HEAR(c, TAKEN GOOD);
	}
	return at;
}

/*
 * With one spare ready another one tries whether the first hop takes all at
 * once; when it does, so does the next request.
 */
static void
test_learns_who_takes_all_at_once(void **state)
{
	int c, spare, trial, d;

	(void)state;
	assert_true(setup(TWO));
	c = sim_connect();
	SAY(c, ASK);
	through_two(c, sim_target());
	spare = sim_target();
	through_two(-1, spare);
	trial = sim_target();
	assert_int_not_equal(trial, spare);
	HEAR(trial, OFFER WANT_B OFFER);
	SAY(trial, TAKEN GOOD TAKEN);
	/* Both are taken, and the third is new. */
	SAY(sim_connect(), ASK);
	HEAR(spare, WANT);
	SAY(sim_connect(), ASK);
	HEAR(trial, WANT);
	d = sim_connect();
	SAY(d, ASK);
	HEAR(sim_target(), OFFER WANT_B OFFER);
	teardown();
}

static void
test_learns_who_does_not(void **state)
{
	int c, spare, trial;
	unsigned n;

	(void)state;
	assert_true(setup(TWO));
	c = sim_connect();
	SAY(c, ASK);
	through_two(c, sim_target());
	spare = sim_target();
	through_two(-1, spare);
	trial = sim_target();
	HEAR(trial, OFFER WANT_B OFFER);
	SAY(trial, TAKEN); /* and lost the rest */
	/* Meanwhile there are spares as ever. */
	SAY(sim_connect(), ASK);
	HEAR(spare, WANT);
	SAY(spare, GOOD);
	assert_int_not_equal(sim_target(), trial);
	through_two(-1, sim_target());
	sim_wait(10000);
	assert_true(sim.end[trial]->closed);
	n = dials();
	sim_wait(1000);
	SAY(sim_connect(), ASK);
	assert_true(dials() > n);
	HEAR(sim_target(), OFFER);
	teardown();
}

/* Who was told to and can not is spoken to step by step, on a new connection. */
static void
test_can_not_what_it_was_told(void **state)
{
	int c, first;

	(void)state;
	assert_true(setup(ONE));
	snapshot->hops[0].pipeline = HOP_PIPELINE_YES;
	c = sim_connect();
	SAY(c, ASK);
	first = sim_target();
	HEAR(first, OFFER WANT);
	SAY(first, TAKEN); /* and lost the rest */
	sim_finish(first);
	sim_turn();
	assert_true(sim.end[first]->closed);
	assert_int_not_equal(sim_target(), first);
	serve(c);
	leave(c);
	teardown();
}

#define OPTIMISTIC                           \
	"proxy a socks5://127.0.0.1:9001\n"   \
	"chain x { hops a; optimistic yes; }\n" \
	"rule chain x\n"

/* The client is answered at once; its bytes wait for a hop that needs it so. */
static void
test_optimistic(void **state)
{
	int c, at;

	(void)state;
	assert_true(setup(OPTIMISTIC));
	c = sim_connect();
	SAY(c, ASK);
	HEAR(c, TAKEN GOOD);
	SAY(c, "ping");
	at = sim_target();
	HEAR(at, OFFER);
	SAY(at, TAKEN);
	HEAR(at, WANT);
	SAY(at, GOOD);
	HEAR(at, "ping");
	SAY(at, "pong");
	HEAR(c, "pong");
	leave(c);
	teardown();
}

/* Where the hop takes it they travel behind the request. */
static void
test_optimistic_early(void **state)
{
	int c, at;

	(void)state;
	assert_true(setup(OPTIMISTIC));
	snapshot->hops[0].pipeline = HOP_PIPELINE_YES;
	c = sim_connect();
	SAY(c, ASK "ping");
	HEAR(c, TAKEN GOOD);
	at = sim_target();
	HEAR(at, OFFER WANT "ping");
	SAY(c, "more");
	HEAR(at, "more");
	SAY(at, TAKEN GOOD "pong");
	HEAR(c, "pong");
	SAY(c, "end");
	HEAR(at, "end");
	leave(c);
	teardown();
}

#define HEAD(via)                                                    \
	"POST / HTTP/1.1\r\nHost: x\r\n" via "Content-Length: 4\r\n\r\n"
#define NONE "HTTP/1.1 204 No Content\r\n\r\n"

/* What is sent ahead is filtered as all else, however it is cut. */
static void
test_optimistic_http(void **state)
{
	static const char text[] = HEAD("Via: 1\r\n") "ping";
	size_t cut;
	int c, at;

	(void)state;
	for (cut = 0; cut < sizeof(text) - 1; cut++) {
		assert_true(setup(OPTIMISTIC));
		snapshot->hops[0].pipeline = HOP_PIPELINE_YES;
		c = sim_connect();
		SAY(c, ASK);
		say(c, text, cut);
		HEAR(c, TAKEN GOOD);
		say(c, text + cut, sizeof(text) - 1 - cut);
		at = sim_target();
		HEAR(at, OFFER WANT HEAD(""));
		SAY(at, TAKEN GOOD);
		HEAR(at, "ping");
		SAY(at, NONE);
		HEAR(c, NONE);
		SAY(c, HEAD("Via: 2\r\n") "pong");
		HEAR(at, HEAD("") "pong");
		SAY(at, NONE);
		HEAR(c, NONE);
		leave(c);
		teardown();
	}
}

/* The answer may come together with that of the hop. */
static void
test_optimistic_answer(void **state)
{
	int c, at;

	(void)state;
	assert_true(setup(OPTIMISTIC));
	snapshot->hops[0].pipeline = HOP_PIPELINE_YES;
	c = sim_connect();
	SAY(c, ASK "GET / HTTP/1.1\r\nHost: x\r\nVia: 1\r\n\r\n");
	HEAR(c, TAKEN GOOD);
	at = sim_target();
	HEAR(at, OFFER WANT "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	SAY(at, TAKEN GOOD NONE);
	HEAR(c, NONE);
	leave(c);
	teardown();
}

/* What is malformed is not sent ahead either. */
static void
test_optimistic_malformed(void **state)
{
	uint8_t got[512];
	int c, at;

	(void)state;
	assert_true(setup(OPTIMISTIC));
	snapshot->hops[0].pipeline = HOP_PIPELINE_YES;
	c = sim_connect();
	SAY(c, ASK "GET / HTTP/1.1\r\nHost : x\r\n\r\n");
	HEAR(c, TAKEN GOOD);
	at = sim_target();
	HEAR(at, OFFER WANT);
	SAY(at, TAKEN GOOD);
	assert_true(sim_take(c, got, sizeof(got)) > 12);
	assert_memory_equal(got, "HTTP/1.1 400", 12);
	assert_int_equal(sim_take(at, got, sizeof(got)), 0);
	teardown();
}

/* Afterwards nothing but a reset is true, and nothing is sent twice. */
static void
test_optimistic_in_vain(void **state)
{
	static const char *const says[] = { TAKEN "\5\5\0\1\0\0\0\0\0\0",
		"\5\377", "" };
	static const size_t len[] = { 12, 2, 0 };
	unsigned i, n;
	int c, at;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_true(setup(OPTIMISTIC));
		snapshot->hops[0].pipeline = HOP_PIPELINE_YES;
		c = sim_connect();
		SAY(c, ASK "ping");
		HEAR(c, TAKEN GOOD);
		at = sim_target();
		HEAR(at, OFFER WANT "ping");
		n = dials();
		say(at, says[i], len[i]);
		sim_finish(at);
		sim_turn();
		assert_true(sim.end[c]->reset_from);
		assert_int_equal(dials(), n);
		teardown();
	}
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
		cmocka_unit_test(test_dead_member),
		cmocka_unit_test(test_black_hole),
		cmocka_unit_test(test_hedge),
		cmocka_unit_test(test_vanished_spare),
		cmocka_unit_test(test_lying_member),
		cmocka_unit_test(test_target_refuses),
		cmocka_unit_test(test_all_dead),
		cmocka_unit_test(test_otherwise),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_learns_who_takes_all_at_once),
		cmocka_unit_test(test_learns_who_does_not),
		cmocka_unit_test(test_can_not_what_it_was_told),
		cmocka_unit_test(test_optimistic),
		cmocka_unit_test(test_optimistic_early),
		cmocka_unit_test(test_optimistic_http),
		cmocka_unit_test(test_optimistic_answer),
		cmocka_unit_test(test_optimistic_malformed),
		cmocka_unit_test(test_optimistic_in_vain),
		cmocka_unit_test(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
