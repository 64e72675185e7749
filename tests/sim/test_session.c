/*
 * test_session.c - whole sessions over a simulated network: each story as it
 * should go, then with everything that can go wrong, one thing at a time.
 */
#include <string.h>

#include "sim.h"
#include "stage.h"
#include "unit.h"

/* One line of a story, as the client or the target plays it. */
struct line {
	const char *say;
	size_t nsay;
	const char *hear;
	size_t nhear;
};

#define SAY(s)	s, sizeof(s) - 1
#define NOTHING NULL, 0

struct story {
	const char *name;
	const char *conf;
	const char *dial[4]; /* where bauta may connect to */
	struct line client[6];
	struct line target[6];
};

#define SOCKS5_OK "\5\0\0\1\0\0\0\0\0\0"
#define TUNNEL "\5\1\0\5\1\0\1\300\0\2\7\0\120"
#define CHAIN                                                              \
	"proxy a socks5://127.0.0.1:9001\nproxy b http://127.0.0.1:9002\n" \
	"chain x { hops a b; }\nrule chain x\n"

static const struct story stories[] = {
	{
		.name = "socks5, by name",
		.dial = { "example.org:80" },
		.client = {
			{ SAY("\5\1\0"), SAY("\5\0") },
			{ SAY("\5\1\0\3\013example.org\0\120"), SAY(SOCKS5_OK) },
			{ SAY("ping"), SAY("pong") },
		},
		.target = { { NOTHING, SAY("ping") }, { SAY("pong"), NOTHING } },
	},
	{
		.name = "socks5, all in one segment",
		.dial = { "192.0.2.7:80" },
		.client = {
			{ SAY("\5\1\0\5\1\0\1\300\0\2\7\0\120ping"),
			    SAY("\5\0" SOCKS5_OK "pong") },
		},
		.target = { { NOTHING, SAY("ping") }, { SAY("pong"), NOTHING } },
	},
	{
		.name = "socks4a",
		.dial = { "example.org:80" },
		.client = {
			{ SAY("\4\1\0\120\0\0\0\1me\0example.org\0"),
			    SAY("\0\132\0\0\0\0\0\0") },
			{ SAY("ping"), SAY("pong") },
		},
		.target = { { NOTHING, SAY("ping") }, { SAY("pong"), NOTHING } },
	},
	{
		.name = "http connect",
		.dial = { "example.org:443" },
		.client = {
			{ SAY("CONNECT example.org:443 HTTP/1.1\r\n"
			      "Host: example.org:443\r\nUser-Agent: x\r\n\r\n"),
			    SAY("HTTP/1.1 200 Connection established\r\n\r\n") },
			{ SAY("ping"), SAY("pong") },
		},
		.target = { { NOTHING, SAY("ping") }, { SAY("pong"), NOTHING } },
	},
	{
		.name = "http forward",
		.dial = { "example.org:80" },
		.client = {
			{ SAY("POST http://example.org/a HTTP/1.1\r\n"
			      "Host: example.org\r\nVia: 1.1 me\r\n"
			      "Content-Length: 4\r\n\r\nping"),
			    SAY("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
				"pong") },
		},
		.target = {
			{ NOTHING, SAY("POST /a HTTP/1.1\r\nHost: example.org\r\n"
				       "Content-Length: 4\r\n\r\nping") },
			{ SAY("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
			      "pong"), NOTHING },
		},
	},
	{
		.name = "http forward, kept",
		.dial = { "example.org:80" },
		.client = {
			{ SAY("GET http://example.org/a HTTP/1.1\r\n"
			      "Host: example.org\r\n\r\n"),
			    SAY("HTTP/1.1 204 No Content\r\n\r\n") },
			{ SAY("GET http://example.org/b HTTP/1.1\r\n"
			      "Host: example.org\r\n\r\n"),
			    SAY("HTTP/1.1 200 OK\r\n"
				"Transfer-Encoding: chunked\r\n\r\n"
				"4\r\npong\r\n0\r\n\r\n") },
		},
		.target = {
			{ NOTHING,
			    SAY("GET /a HTTP/1.1\r\nHost: example.org\r\n\r\n") },
			{ SAY("HTTP/1.1 204 No Content\r\n\r\n"),
			    SAY("GET /b HTTP/1.1\r\nHost: example.org\r\n\r\n") },
			{ SAY("HTTP/1.1 200 OK\r\n"
			      "Transfer-Encoding: chunked\r\n\r\n"
			      "4\r\npong\r\n0\r\n\r\n"), NOTHING },
		},
	},
	{
		.name = "chain of two",
		.conf = CHAIN,
		.dial = { "127.0.0.1:9001" },
		.client = {
			{ SAY("\5\1\0\5\1\0\3\013example.org\0\120"),
			    SAY("\5\0" SOCKS5_OK) },
			{ NOTHING, SAY("early") },
			{ SAY("ping"), SAY("pong") },
		},
		.target = {
			{ NOTHING, SAY("\5\1\0") },
			{ SAY("\5\0"), SAY("\5\1\0\1\177\0\0\1\43\52") },
			{ SAY(SOCKS5_OK),
			    SAY("CONNECT example.org:80 HTTP/1.1\r\n"
				"Host: example.org:80\r\n\r\n") },
			{ SAY("HTTP/1.0 200 OK\r\nX: y\r\n\r\nearly"),
			    SAY("ping") },
			{ SAY("pong"), NOTHING },
		},
	},
	{
		.name = "http forward over a chain",
		.conf = CHAIN,
		.dial = { "127.0.0.1:9001" },
		.client = {
			{ SAY("GET http://example.org/ HTTP/1.1\r\n"
			      "Host: example.org\r\n\r\n"),
			    SAY("HTTP/1.1 304 Not Modified\r\n\r\n") },
		},
		.target = {
			{ NOTHING, SAY("\5\1\0") },
			{ SAY("\5\0"), SAY("\5\1\0\1\177\0\0\1\43\52") },
			{ SAY(SOCKS5_OK),
			    SAY("CONNECT example.org:80 HTTP/1.1\r\n"
				"Host: example.org:80\r\n\r\n") },
			{ SAY("HTTP/1.1 200 OK\r\n\r\n"),
			    SAY("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n") },
			{ SAY("HTTP/1.1 304 Not Modified\r\n\r\n"), NOTHING },
		},
	},
	{
		.name = "http in a tunnel, kept",
		.dial = { "192.0.2.7:80" },
		.client = {
			{ SAY(TUNNEL), SAY("\5\0" SOCKS5_OK) },
			{ SAY("GET /a HTTP/1.1\r\nHost: x\r\nVia: 1.1 me\r\n"
			      "\r\n"),
			    SAY("HTTP/1.1 204 No Content\r\n\r\n") },
			{ SAY("POST /b HTTP/1.1\r\nVia: 1.1 me\r\nHost: x\r\n"
			      "Content-Length: 4\r\n\r\nping"),
			    SAY("HTTP/1.1 200 OK\r\n"
				"Transfer-Encoding: chunked\r\n\r\n"
				"4\r\npong\r\n0\r\n\r\n") },
		},
		.target = {
			{ NOTHING, SAY("GET /a HTTP/1.1\r\nHost: x\r\n\r\n") },
			{ SAY("HTTP/1.1 204 No Content\r\n\r\n"),
			    SAY("POST /b HTTP/1.1\r\nHost: x\r\n"
				"Content-Length: 4\r\n\r\nping") },
			{ SAY("HTTP/1.1 200 OK\r\n"
			      "Transfer-Encoding: chunked\r\n\r\n"
			      "4\r\npong\r\n0\r\n\r\n"), NOTHING },
		},
	},
	{
		.name = "http in a tunnel, pipelined with all before",
		.dial = { "192.0.2.7:80" },
		.client = {
			{ SAY(TUNNEL "ODD /a HTTP/1.1\r\nHost: x\r\nVia: 1\r\n"
			      "\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nVia: 1"
			      "\r\n\r\n"),
			    SAY("\5\0" SOCKS5_OK
				"HTTP/1.1 204 No Content\r\n\r\n"
				"HTTP/1.1 304 Not Modified\r\n\r\n") },
		},
		.target = {
			{ NOTHING, SAY("ODD /a HTTP/1.1\r\nHost: x\r\n\r\n") },
			{ SAY("HTTP/1.1 204 No Content\r\n\r\n"),
			    SAY("GET /b HTTP/1.1\r\nHost: x\r\n\r\n") },
			{ SAY("HTTP/1.1 304 Not Modified\r\n\r\n"), NOTHING },
		},
	},
	{
		.name = "http in a tunnel, and then none",
		.dial = { "192.0.2.7:80" },
		.client = {
			{ SAY(TUNNEL), SAY("\5\0" SOCKS5_OK) },
			{ SAY("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
			    SAY("HTTP/1.1 204 No Content\r\n\r\n") },
			{ SAY("GE\0Via: 1\r\n"), SAY("pong") },
		},
		.target = {
			{ NOTHING, SAY("GET / HTTP/1.1\r\nHost: x\r\n\r\n") },
			{ SAY("HTTP/1.1 204 No Content\r\n\r\n"),
			    SAY("GE\0Via: 1\r\n") },
			{ SAY("pong"), NOTHING },
		},
	},
	{
		.name = "a greeting in a tunnel",
		.dial = { "192.0.2.7:80" },
		.client = {
			{ SAY(TUNNEL), SAY("\5\0" SOCKS5_OK "220 x\r\n") },
			{ SAY("GET x\r\n"), SAY("pong") },
		},
		.target = {
			{ SAY("220 x\r\n"), SAY("GET x\r\n") },
			{ SAY("pong"), NOTHING },
		},
	},
	{
		.name = "a websocket in a tunnel",
		.dial = { "192.0.2.7:80" },
		.client = {
			{ SAY(TUNNEL), SAY("\5\0" SOCKS5_OK) },
			{ SAY("GET / HTTP/1.1\r\nHost: x\r\nConnection: "
			      "Upgrade\r\nUpgrade: websocket\r\n\r\n"),
			    SAY("HTTP/1.1 101 Switching Protocols\r\n"
				"Connection: Upgrade\r\n"
				"Upgrade: websocket\r\n\r\n") },
			{ SAY("GET / HTTP/1.1\r\nVia: 1\r\n\r\n"),
			    SAY("pong") },
		},
		.target = {
			{ NOTHING, SAY("GET / HTTP/1.1\r\nHost: x\r\n"
				       "Connection: Upgrade\r\n"
				       "Upgrade: websocket\r\n\r\n") },
			{ SAY("HTTP/1.1 101 Switching Protocols\r\n"
			      "Connection: Upgrade\r\n"
			      "Upgrade: websocket\r\n\r\n"),
			    SAY("GET / HTTP/1.1\r\nVia: 1\r\n\r\n") },
			{ SAY("pong"), NOTHING },
		},
	},
};
#define NSTORIES (sizeof(stories) / sizeof(stories[0]))

/* -- a worker, and those who play ----------------------------------------- */

struct player {
	int end;
	const struct line *line; /* the next */
	size_t heard;		 /* bytes of it */
	bool said, wrong;
};

/* Goes on with its script as far as it can; true when something moved. */
static bool
play(struct player *p)
{
	uint8_t mem[4096];
	size_t i, n;

	if (p->end < 0 || (p->line->say == NULL && p->line->hear == NULL))
		return false;
	if (!p->said) {
		sim_send(p->end, p->line->say, p->line->nsay);
		p->said = true;
		return true;
	}
	n = sim_take(p->end, mem, p->line->nhear - p->heard);
	for (i = 0; i < n; i++)
		p->wrong |= mem[i] != (uint8_t)p->line->hear[p->heard++];
	if (p->heard < p->line->nhear)
		return n > 0;
	p->line++;
	p->heard = 0;
	p->said = false;
	return true;
}

static bool
is_over(const struct player *p)
{
	return p->line->say == NULL && p->line->hear == NULL;
}

struct stage {
	struct player client, target;
	unsigned turns;
};

static struct stage
curtain(const struct story *s)
{
	struct stage st = {
		.client = { .line = s->client },
		.target = { .line = s->target, .end = -1 },
	};

	st.client.end = sim_connect();
	return st;
}

/* One round of everybody; false when nothing moves any more. */
static bool
act(struct stage *st)
{
	bool moved = play(&st->client);

	sim_turn();
	if (st->target.end < 0)
		st->target.end = sim_target();
	moved |= play(&st->target);
	sim_turn();
	st->turns++;
	assert_true(st->turns < 100000);
	return moved;
}

static void
must_dial_only(const struct story *s)
{
	char where[ENDPOINT_STR];
	unsigned i, k;
	bool known;

	for (i = 0; i < sim.nends; i++) {
		if (sim.end[i]->dialled.port == 0)
			continue;
		endpoint_str(&sim.end[i]->dialled, where);
		for (known = false, k = 0; k < 4 && s->dial[k] != NULL; k++)
			known |= strcmp(where, s->dial[k]) == 0;
		if (!known)
			fail_msg("%s: dialled %s", s->name, where);
	}
}

/* The whole story; then both sides say goodbye. */
static void
tell(const struct story *s)
{
	struct stage st = curtain(s);
	unsigned i;

	while (act(&st))
		;
	if (!is_over(&st.client) || !is_over(&st.target) || st.client.wrong ||
	    st.target.wrong || sim.end[st.client.end]->from_len > 0 ||
	    sim.end[st.target.end]->from_len > 0)
		fail_msg("%s: %s heard the wrong thing at line %d", s->name,
		    is_over(&st.client) && !st.client.wrong ? "target"
							    : "client",
		    (int)(is_over(&st.client) && !st.client.wrong
			    ? st.target.line - s->target
			    : st.client.line - s->client));
	must_dial_only(s);
	sim_finish(st.client.end);
	sim_turn();
	sim_finish(st.target.end);
	sim_turn();
	assert_false(sim.end[st.client.end]->reset_from);
	assert_true(sim.end[st.client.end]->closed);
	assert_true(sim.end[st.target.end]->closed);
	for (i = 0; i < 40; i++) /* spare circuits are given up */
		sim_wait(5000);
	must_dial_only(s);
	assert_int_equal(sim_open(), 0);
}

/* Whatever happened: in the end nothing is held, and nothing went elsewhere. */
static void
must_end(const struct story *s)
{
	sim.fail_at = 0;
	alloc_fail_at(0);
	sim_wait(24 * 3600 * 1000);
	sim_wait(24 * 3600 * 1000);
	sim_wait(24 * 3600 * 1000);
	must_dial_only(s);
	if (sim_open() != 0)
		fail_msg("%s: a connection stays open", s->name);
}

/* -- as it should go ------------------------------------------------------ */

static void
each_story(void (*plan)(void))
{
	size_t i;

	for (i = 0; i < NSTORIES; i++) {
		assert_true(setup(stories[i].conf));
		plan();
		tell(&stories[i]);
		teardown();
	}
}

static void
plan_nothing(void)
{
}

static void
plan_slices(void)
{
	sim.slice = 1;
}

static void
plan_window(void)
{
	sim.window = 1;
}

static void
plan_later(void)
{
	sim.dial_later = true;
}

static void
test_whole(void **state)
{
	(void)state;
	each_story(plan_nothing);
}

static void
test_byte_by_byte(void **state)
{
	(void)state;
	each_story(plan_slices);
}

static void
test_back_pressure(void **state)
{
	(void)state;
	each_story(plan_window);
}

static void
test_slow_connect(void **state)
{
	(void)state;
	each_story(plan_later);
}

/* -- as it should not ----------------------------------------------------- */

static void
test_every_call_fails(void **state)
{
	unsigned long n;
	struct stage st;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * NSTORIES; i++) {
		for (n = 1;; n++) {
			assert_true(setup(stories[i / 2].conf));
			sim.slice = i % 2 ? 1 : 0;
			sim.fail_at = n;
			st = curtain(&stories[i / 2]);
			while (act(&st))
				;
			must_end(&stories[i / 2]);
			if (!sim.failed)
				break;
			teardown();
		}
		assert_true(n > 5);
		teardown();
	}
}

static void
test_every_allocation_fails(void **state)
{
	unsigned long n;
	struct stage st;
	size_t i;
	int failed;

	(void)state;
	for (i = 0; i < NSTORIES; i++) {
		for (n = 1;; n++) {
			assert_true(setup(stories[i].conf));
			sim.window = 1; /* so that bytes have to be kept */
			alloc_fail_at(n);
			st = curtain(&stories[i]);
			while (act(&st))
				;
			failed = alloc_failed();
			must_end(&stories[i]);
			teardown();
			if (!failed)
				break;
		}
		assert_true(n > 2);
	}
}

enum { CLIENT_FIN, CLIENT_RST, TARGET_FIN, TARGET_RST, VANISH, FAULTS };

static void
inject(const struct stage *st, int fault)
{
	if (fault == CLIENT_FIN)
		sim_finish(st->client.end);
	else if (fault == CLIENT_RST)
		sim_reset(st->client.end);
	else if (fault == TARGET_FIN && st->target.end >= 0)
		sim_finish(st->target.end);
	else if (fault == TARGET_RST && st->target.end >= 0)
		sim_reset(st->target.end);
}

/* Each side leaves in each way after each byte of each story. */
static void
test_every_departure(void **state)
{
	const struct story *s;
	unsigned at, k;
	struct stage st;
	bool more;
	int fault;

	(void)state;
	for (s = stories; s < stories + NSTORIES; s++) {
		for (fault = 0; fault < FAULTS; fault++) {
			for (at = 0, more = true; more; at++) {
				assert_true(setup(s->conf));
				sim.window = 1;
				st = curtain(s);
				for (k = 0; k < at && more; k++)
					more = act(&st);
				inject(&st, fault);
				if (fault != VANISH)
					while (act(&st))
						;
				must_end(s);
				teardown();
			}
			assert_true(at > 4);
		}
	}
}

/* The client is told the truth about the target, and nothing about hops. */
static void
test_outcomes(void **state)
{
	static const struct {
		enum dial_result r;
		uint8_t socks;
		const char *http;
	} rows[] = {
		{ DIAL_DENIED, 2, "403" },
		{ DIAL_NET_UNREACHABLE, 3, "502" },
		{ DIAL_HOST_UNREACHABLE, 4, "502" },
		{ DIAL_NO_NAME, 4, "502" },
		{ DIAL_NAME_FAILED, 4, "504" },
		{ DIAL_REFUSED, 5, "502" },
		{ DIAL_TIMEOUT, 6, "504" },
		{ DIAL_NO_RESOURCES, 1, "503" },
	};
	uint8_t got[1024];
	size_t i, n;
	int c;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(setup(NULL));
		sim.dial = rows[i].r;
		c = sim_connect();
		sim_send(c, SAY("\5\1\0\5\1\0\3\013example.org\0\120"));
		sim_turn();
		n = sim_take(c, got, sizeof(got));
		assert_int_equal(n, 12);
		assert_int_equal(got[3], rows[i].socks);
		c = sim_connect();
		sim_send(c, SAY("CONNECT example.org:80 HTTP/1.1\r\n"
				"Host: example.org:80\r\n\r\n"));
		sim_turn();
		n = sim_take(c, got, sizeof(got));
		assert_true(n > 12);
		assert_memory_equal(got + 9, rows[i].http, 3);
		assert_true(sim.end[c]->fin_from);
		teardown();
	}
	assert_true(setup(CHAIN));
	sim.dial = DIAL_REFUSED;
	c = sim_connect();
	sim_send(c, SAY("\5\1\0\5\1\0\3\013example.org\0\120"));
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), 12);
	assert_int_equal(got[3], 1);
	teardown();
}

/* A rule that says no is an answer, and nothing is dialled. */
static void
test_denied(void **state)
{
	uint8_t got[64];
	int c;

	(void)state;
	assert_true(setup("rule reject to *.org\nrule direct\n"));
	c = sim_connect();
	sim_send(c, SAY("\5\1\0\5\1\0\3\013example.org\0\120"));
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), 12);
	assert_int_equal(got[3], 2);
	assert_int_equal(sim.ndials, 0);
	teardown();
}

/* A dropped client hears nothing, and goes when it may not wait any longer. */
static void
test_dropped(void **state)
{
	uint8_t got[64];
	int c, leaves;

	(void)state;
	for (leaves = 0; leaves < 3; leaves++) {
		assert_true(setup("rule drop to *.org\nrule direct\n"
				  "timeout { connect 5s; }\n"));
		c = sim_connect();
		sim_send(c, SAY("\4\1\0\120\0\0\0\1\0example.org\0hello"));
		sim_turn();
		sim_wait(4999);
		sim_send(c, SAY("more"));
		sim_turn();
		assert_false(sim.end[c]->closed);
		if (leaves == 1)
			sim_finish(c);
		else if (leaves == 2)
			sim_reset(c);
		else
			sim_wait(1);
		sim_turn();
		assert_true(sim.end[c]->closed);
		assert_int_equal(sim.end[c]->reset_from, leaves == 0);
		assert_int_equal(sim_take(c, got, sizeof(got)), 0);
		assert_int_equal(sim.ndials, 0);
		teardown();
	}
}

/* -- time ----------------------------------------------------------------- */

/* The deadline of the handshake is absolute: a drip does not move it. */
static void
test_handshake_deadline(void **state)
{
	int c, i;

	(void)state;
	assert_true(setup(NULL));
	c = sim_connect();
	for (i = 0; i < 4; i++) {
		sim_turn();
		assert_false(sim.end[c]->closed);
		sim_send(c, "\5\1\0\5" + i, 1);
		sim_wait(2600);
	}
	assert_true(sim.end[c]->closed);
	assert_int_equal(sim.ndials, 0);
	teardown();
}

static void
test_connect_deadline(void **state)
{
	uint8_t got[64];
	int c;

	(void)state;
	assert_true(setup("rule direct\ntimeout { connect 5s; }\n"));
	sim.dial_never = true;
	c = sim_connect();
	sim_send(c, SAY("\5\1\0\5\1\0\3\013example.org\0\120"));
	sim_turn();
	sim_wait(4999);
	assert_int_equal(sim_take(c, got, sizeof(got)), 2);
	sim_wait(1);
	assert_int_equal(sim_take(c, got, sizeof(got)), 10);
	assert_int_equal(got[1], 6);
	sim_finish(c);
	sim_turn();
	assert_true(sim.end[c]->closed);
	teardown();
}

/* A client that leaves just when there is bad news for it. */
static void
test_gone_when_told(void **state)
{
	int c, timed_out;

	(void)state;
	for (timed_out = 0; timed_out < 2; timed_out++) {
		assert_true(setup("rule direct\ntimeout { connect 5s; }\n"));
		sim.dial_never = true;
		c = sim_connect();
		sim_send(c, SAY("\5\1\0\5\1\0\3\013example.org\0\120"));
		sim_turn();
		sim_reset(c);
		if (timed_out)
			sim_wait(5000);
		sim.dial_never = false;
		sim.dial = DIAL_REFUSED;
		sim_turn();
		assert_true(sim.end[c]->closed);
		teardown();
	}
}

static int
open_tunnel(int *target)
{
	uint8_t got[64];
	int c = sim_connect();

	sim_send(c, SAY("\5\1\0\5\1\0\3\013example.org\0\120"));
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), 12);
	*target = sim_target();
	return c;
}

/* Idle tunnels end by a reset, busy ones stay; half-closed ones end sooner. */
static void
test_idle(void **state)
{
	int c, t, i;

	(void)state;
	assert_true(setup("rule direct\n"
			  "timeout { idle 60s; half-closed 20s; }\n"));
	c = open_tunnel(&t);
	for (i = 0; i < 5; i++) {
		sim_wait(59000);
		assert_false(sim.end[c]->closed);
		sim_send(i % 2 ? c : t, "x", 1);
		sim_turn();
	}
	sim_wait(60000);
	assert_true(sim.end[c]->reset_from && sim.end[t]->reset_from);
	c = open_tunnel(&t);
	sim_finish(c);
	sim_turn();
	assert_true(sim.end[t]->fin_from);
	sim_wait(20000);
	assert_true(sim.end[c]->closed && sim.end[t]->closed);
	teardown();
}

/* -- the end of a worker -------------------------------------------------- */

static void
test_drain(void **state)
{
	uint8_t got[8];
	int idle, c, t;

	(void)state;
	assert_true(setup(NULL));
	idle = sim_connect();
	c = open_tunnel(&t);
	worker_drain(worker);
	sim_turn();
	assert_true(sim.end[idle]->closed);
	assert_false(sim.stopped);
	sim_send(t, "last", 4);
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), 4);
	sim_finish(c);
	sim_finish(t);
	sim_turn();
	assert_true(sim.stopped);
	teardown();
}

/* -- tunnels -------------------------------------------------------------- */

/* Large transfers arrive whole and in order, however they are cut. */
static void
test_bulk(void **state)
{
	static uint8_t sent[SIM_MEM / 2], got[SIM_MEM];
	size_t windows[] = { 0, 1000, 70000 }, w, i, n;
	int c, t;

	(void)state;
	for (i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 2654435761u >> 13);
	for (w = 0; w < 3; w++) {
		assert_true(setup(NULL));
		c = open_tunnel(&t);
		sim.window = windows[w];
		sim_send(t, sent, sizeof(sent));
		sim_finish(t);
		for (n = 0, i = 0; i < 100000 && n < sizeof(sent); i++) {
			sim_turn();
			n += sim_take(c, got + n, sizeof(got) - n);
		}
		assert_int_equal(n, sizeof(sent));
		assert_memory_equal(got, sent, n);
		sim_turn();
		assert_true(sim.end[c]->fin_from);
		assert_false(sim.end[c]->closed);
		sim_finish(c);
		sim_turn();
		assert_int_equal(sim_open(), 0);
		teardown();
	}
}

/* What the far end does not take stays unread at the near end. */
static void
test_slow_reader(void **state)
{
	static uint8_t sent[SIM_MEM];
	int c, t;

	(void)state;
	assert_true(setup(NULL));
	c = open_tunnel(&t);
	sim.window = 1;
	sim_send(t, sent, sizeof(sent));
	sim_turn();
	assert_int_equal(sim.end[c]->from_len, 1);
	assert_true(sim.end[t]->to_len > sizeof(sent) - 2 * 65536);
	sim_reset(c);
	sim_turn();
	assert_true(sim.end[t]->reset_from);
	teardown();
}

/* An origin that closed meanwhile is no reason for an error. */
static void
test_stale_origin(void **state)
{
	static const char ask[] = "GET http://example.org/ HTTP/1.1\r\n"
				  "Host: example.org\r\n\r\n";
	static const char say[] = "HTTP/1.1 204 No Content\r\n\r\n";
	uint8_t got[512];
	int c, first, second;

	(void)state;
	assert_true(setup(NULL));
	c = sim_connect();
	sim_send(c, ask, sizeof(ask) - 1);
	sim_turn();
	first = sim_target();
	sim_send(first, say, sizeof(say) - 1);
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), sizeof(say) - 1);
	/* The next request and the origin's end cross each other. */
	sim_send(c, ask, sizeof(ask) - 1);
	sim_finish(first);
	sim_turn();
	second = sim_target();
	assert_true(second != first);
	sim_send(second, say, sizeof(say) - 1);
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), sizeof(say) - 1);
	assert_memory_equal(got, say, sizeof(say) - 1);
	teardown();
}

/* -- HTTP in tunnels ------------------------------------------------------ */

static const char ask[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
static const char none[] = "HTTP/1.1 204 No Content\r\n\r\n";

/* A tunnel in which one exchange is over. */
static int
open_between(int *target)
{
	uint8_t got[512];
	int c = open_tunnel(target);

	sim_send(c, ask, sizeof(ask) - 1);
	sim_turn();
	assert_int_equal(sim_take(*target, got, sizeof(got)), sizeof(ask) - 1);
	sim_send(*target, none, sizeof(none) - 1);
	sim_turn();
	assert_int_equal(sim_take(c, got, sizeof(got)), sizeof(none) - 1);
	assert_false(sim.end[c]->closed);
	return c;
}

/* Between two exchanges nobody minds an end. */
static void
test_idle_between(void **state)
{
	int c, t;

	(void)state;
	assert_true(setup("rule direct\n"
			  "timeout { idle 60s; half-closed 20s; }\n"));
	c = open_between(&t);
	sim_wait(60000);
	assert_true(sim.end[c]->closed && !sim.end[c]->reset_from);
	c = open_between(&t);
	sim_finish(t);
	sim_turn();
	assert_true(sim.end[c]->fin_from && !sim.end[c]->closed);
	sim_wait(20000);
	assert_true(sim.end[c]->closed);
	c = open_between(&t);
	sim_finish(c);
	sim_turn();
	assert_true(sim.end[t]->fin_from && !sim.end[t]->closed);
	sim_finish(t);
	sim_turn();
	assert_true(sim.end[c]->closed && !sim.end[c]->reset_from);
	c = open_between(&t);
	worker_drain(worker);
	sim_turn();
	assert_true(sim.end[c]->closed && sim.stopped);
	teardown();
}

/* What a target says between two exchanges reaches nobody. */
static void
test_unasked(void **state)
{
	static const char *const asked[] = { "", "G", "GET /" };
	uint8_t got[512];
	size_t i;
	int c, t;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_true(setup(NULL));
		c = open_between(&t);
		sim_send(c, asked[i], strlen(asked[i]));
		sim_turn();
		sim_send(t, none, sizeof(none) - 1);
		sim_turn();
		assert_int_equal(sim_take(c, got, sizeof(got)), 0);
		assert_true(sim.end[c]->closed && sim.end[t]->closed);
		teardown();
	}
}

/* A target that spoke first is not asked: neither it nor its end. */
static void
test_spoke_first(void **state)
{
	uint8_t got[512];
	int c, t, fin;

	(void)state;
	for (fin = 0; fin < 2; fin++) {
		assert_true(setup(NULL));
		c = open_tunnel(&t);
		if (fin)
			sim_finish(t);
		else
			sim_send(t, "220\r\n", 5);
		sim_turn();
		sim_send(c, ask, sizeof(ask) - 1);
		sim_turn();
		assert_true(sim.end[c]->reset_from && sim.end[t]->reset_from);
		assert_int_equal(sim_take(t, got, sizeof(got)), 0);
		teardown();
	}
}

/* Nor is one that has ended meanwhile. */
static void
test_ended_between(void **state)
{
	uint8_t got[512];
	int c, t;

	(void)state;
	assert_true(setup(NULL));
	c = open_between(&t);
	sim_finish(t);
	sim_turn();
	assert_true(sim.end[c]->fin_from);
	sim_send(c, ask, sizeof(ask) - 1);
	sim_turn();
	assert_true(sim.end[c]->reset_from && sim.end[t]->reset_from);
	assert_int_equal(sim_take(t, got, sizeof(got)), 0);
	teardown();
}

/* A malformed head is answered, and goes nowhere. */
static void
test_malformed(void **state)
{
	static const char bad[] = "GET / HTTP/1.1\r\nHost : x\r\n\r\n";
	uint8_t got[512];
	size_t n;
	int c, t;

	(void)state;
	for (n = 1; n < sizeof(bad); n++) {
		assert_true(setup(NULL));
		c = open_tunnel(&t);
		sim_send(c, bad, n);
		sim_turn();
		assert_true(sim_take(t, got, sizeof(got)) <= 4);
		sim_send(c, bad + n, sizeof(bad) - 1 - n);
		sim_turn();
		assert_true(sim_take(c, got, sizeof(got)) > 12);
		assert_memory_equal(got, "HTTP/1.1 400", 12);
		assert_true(sim_take(t, got, sizeof(got)) <= 4);
		assert_true(sim.end[t]->closed && sim.end[c]->fin_from);
		teardown();
	}
}

/* A target that does not answer in time. */
static void
test_no_answer(void **state)
{
	uint8_t got[512];
	int c, t;

	(void)state;
	assert_true(setup("rule direct\ntimeout { idle 60s; }\n"));
	c = open_tunnel(&t);
	sim_send(c, ask, sizeof(ask) - 1);
	sim_turn();
	sim_wait(60000);
	assert_true(sim_take(c, got, sizeof(got)) > 12);
	assert_memory_equal(got, "HTTP/1.1 504", 12);
	teardown();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_byte_by_byte),
		cmocka_unit_test(test_back_pressure),
		cmocka_unit_test(test_slow_connect),
		cmocka_unit_test(test_every_call_fails),
		cmocka_unit_test(test_every_allocation_fails),
		cmocka_unit_test(test_every_departure),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_handshake_deadline),
		cmocka_unit_test(test_connect_deadline),
		cmocka_unit_test(test_gone_when_told),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_stale_origin),
		cmocka_unit_test(test_idle_between),
		cmocka_unit_test(test_unasked),
		cmocka_unit_test(test_spoke_first),
		cmocka_unit_test(test_ended_between),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
