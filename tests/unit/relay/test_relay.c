/* test_relay.c - a tunnel in a loop, between two peers of the test's own. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/looping.h"
#include "relay/relay.h"

#include "unit.h"

#define MIB (1024 * 1024)

/* Someone who talks through the tunnel. */
struct peer {
	struct stream stream; /* first */
	struct fixture *fixture;
	uint32_t seed; /* of what it sends; the other one knows */
	uint64_t to_send, sent, got;
	bool silent;     /* does not read */
	bool eof, error; /* seen */
	bool stays;      /* does not end its direction when all is sent */
};

struct fixture {
	struct loop *loop;
	struct stream side[2]; /* the relay's: to the client, to the target */
	struct relay relay;
	struct flow_pool pool;
	enum relay_status status;
	struct peer peer[2]; /* 0: client, 1: target */
	unsigned events;
};

static uint8_t
byte_at(uint32_t seed, uint64_t at)
{
	return (uint8_t)((at + seed) * 2654435761u >> 13 ^ at >> 9);
}

static void
peer_end(struct peer *p)
{
	if (!p->stays && p->sent == p->to_send)
		stream_shutdown(&p->stream);
}

static void
peer_write(struct peer *p)
{
	uint8_t mem[50000];
	size_t n = sizeof(mem), i;
	ssize_t w;

	if (p->sent == p->to_send)
		return;
	if (p->to_send - p->sent < n)
		n = (size_t)(p->to_send - p->sent);
	for (i = 0; i < n; i++)
		mem[i] = byte_at(p->seed, p->sent + i);
	w = stream_write(&p->stream, mem, n);
	if (w == STREAM_ERROR)
		p->error = true;
	if (w > 0)
		p->sent += (uint64_t)w;
	peer_end(p);
}

static void
peer_read(struct peer *p)
{
	struct peer *other = &p->fixture->peer[p == p->fixture->peer];
	uint8_t mem[50000];
	ssize_t n, i;

	n = stream_read(&p->stream, mem, sizeof(mem));
	for (i = 0; i < n; i++)
		if (mem[i] != byte_at(other->seed, p->got++))
			fail_msg("byte %llu is wrong",
			    (unsigned long long)p->got - 1);
	p->eof |= n == STREAM_EOF;
	p->error |= n == STREAM_ERROR;
}

static void
peer_watch(struct peer *p)
{
	stream_watch(&p->stream,
	    (p->silent || p->eof || p->error ? 0 : STREAM_READ) |
		(p->sent < p->to_send && !p->error ? STREAM_WRITE : 0));
}

static void
on_peer(struct stream *s, int events)
{
	struct peer *p = (struct peer *)s;
	struct fixture *f = p->fixture;

	if (events & STREAM_WRITE)
		peer_write(p);
	if ((events & STREAM_READ) && !p->silent)
		peer_read(p);
	peer_watch(p);
	if ((f->peer[0].eof || f->peer[0].error) &&
	    (f->peer[1].eof || f->peer[1].error))
		loop_stop(f->loop);
}

/* What the session does. */
static void
went(struct fixture *f, enum relay_status st)
{
	f->status = st;
	if (st == RELAY_GOING)
		return;
	relay_deinit(&f->relay, &f->pool);
	if (st == RELAY_BROKEN) {
		stream_reset(&f->side[0]);
		stream_reset(&f->side[1]);
	}
	stream_close(&f->side[0]);
	stream_close(&f->side[1]);
}

static void
on_side(struct stream *s, int events)
{
	struct fixture *f = s->loop->data;

	f->events++;
	went(f, relay_event(&f->relay, &f->pool, s, events));
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd[2], i;

	f->loop = looping_new();
	f->loop->data = f;
	for (i = 0; i < 2; i++) {
		tcp_pair(fd);
		stream_open(&f->side[i], f->loop, fd[0], on_side);
		stream_open(&f->peer[i].stream, f->loop, fd[1], on_peer);
		f->peer[i].fixture = f;
		f->peer[i].seed = (uint32_t)i * 7919;
	}
	assert_true(flow_pool_init(&f->pool));
	relay_init(&f->relay, &f->side[0], &f->side[1]);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	int i;

	relay_deinit(&f->relay, &f->pool);
	flow_pool_deinit(&f->pool);
	for (i = 0; i < 2; i++) {
		stream_close(&f->side[i]);
		stream_close(&f->peer[i].stream);
	}
	loop_free(f->loop);
	free(f);
	return 0;
}

static void
begin(struct fixture *f)
{
	int i;

	went(f, relay_start(&f->relay, &f->pool));
	for (i = 0; i < 2; i++) {
		peer_end(&f->peer[i]);
		peer_watch(&f->peer[i]);
	}
}

/* -- content -------------------------------------------------------------- */

static void
carries_both_ways(void **state)
{
	static const uint64_t sizes[][2] = {
		{ 0, 0 },
		{ 1, 0 },
		{ 0, 1 },
		{ 300, 70000 },
		{ 16384, 16384 },
		{ 4 * MIB + 1, 8 * MIB + 3 },
	};
	struct fixture *f;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(setup((void **)&f), 0);
		for (k = 0; k < 2; k++)
			f->peer[k].to_send = sizes[i][k];
		begin(f);
		assert_true(looping_run(f->loop));
		for (k = 0; k < 2; k++) {
			assert_true(f->peer[k].eof);
			assert_int_equal(f->peer[k].got, sizes[i][1 - k]);
		}
		assert_int_equal(f->status, RELAY_DONE);
		teardown((void **)&f);
	}
}

static void
early_bytes_go_first(void **state)
{
	struct fixture *f = *state;
	uint8_t early[300];
	size_t i;

	/* The session read them while it asked for the way. */
	for (i = 0; i < sizeof(early); i++)
		early[i] = byte_at(f->peer[0].seed, i);
	f->peer[0].sent = sizeof(early);
	f->peer[0].to_send = 100000;
	assert_true(flow_send(&f->relay.flow[0], early, sizeof(early)));
	begin(f);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->peer[1].got, 100000);
}

static void
an_end_seen_early_is_carried_through(void **state)
{
	struct fixture *f = *state;
	const uint8_t first = byte_at(f->peer[0].seed, 0);

	assert_true(flow_send(&f->relay.flow[0], &first, 1));
	f->relay.flow[0].eof = true;
	f->peer[0].stays = true;
	f->peer[1].stays = true;
	begin(f);
	assert_true(relay_half_closed(&f->relay));
	looping_run_for(f->loop, 50);
	assert_int_equal(f->peer[1].got, 1);
	assert_true(f->peer[1].eof);
	assert_int_equal(f->status, RELAY_GOING);
}

/* -- how it ends ---------------------------------------------------------- */

static void
half_close_leaves_the_other_half(void **state)
{
	struct fixture *f = *state;

	/* The client asks and ends; the target answers long afterwards. */
	f->peer[0].to_send = 100;
	f->peer[1].stays = true;
	begin(f);
	looping_run_for(f->loop, 50);
	assert_int_equal(f->peer[1].got, 100);
	assert_true(f->peer[1].eof);
	assert_false(f->peer[0].eof);
	assert_int_equal(f->status, RELAY_GOING);
	assert_true(relay_half_closed(&f->relay));
	/* Nothing happens, and nothing spins. */
	f->events = 0;
	looping_run_for(f->loop, 50);
	assert_true(f->events <= 2);

	f->peer[1].to_send = 3 * MIB;
	f->peer[1].stays = false;
	peer_watch(&f->peer[1]);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->peer[0].got, 3 * MIB);
	assert_true(f->peer[0].eof);
	assert_int_equal(f->status, RELAY_DONE);
}

static void
a_reset_becomes_a_reset(void **state)
{
	struct fixture *f;
	int k;

	(void)state;
	for (k = 0; k < 2; k++) {
		assert_int_equal(setup((void **)&f), 0);
		f->peer[0].stays = f->peer[1].stays = true;
		f->peer[0].to_send = f->peer[1].to_send = 1000;
		begin(f);
		looping_run_for(f->loop, 30);
		assert_int_equal(f->status, RELAY_GOING);
		stream_reset(&f->peer[k].stream);
		f->peer[k].error = true;
		assert_true(looping_run(f->loop));
		assert_int_equal(f->status, RELAY_BROKEN);
		assert_true(f->peer[1 - k].error);
		assert_false(f->peer[1 - k].eof);
		teardown((void **)&f);
	}
}

static void
a_reset_after_the_end_is_one_still(void **state)
{
	struct fixture *f = *state;

	/* The target said FIN, the client goes on sending, nobody listens. */
	f->peer[0].stays = true;
	begin(f);
	looping_run_for(f->loop, 20);
	assert_true(f->peer[0].eof);
	stream_reset(&f->peer[1].stream);
	f->peer[1].error = true;
	f->peer[0].eof = false; /* the loop waits for its error now */
	f->peer[0].to_send = 64 * MIB;
	peer_watch(&f->peer[0]);
	stream_watch(&f->peer[0].stream, STREAM_WRITE);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->status, RELAY_BROKEN);
	assert_true(f->peer[0].error);
}

/* -- back-pressure -------------------------------------------------------- */

/* Else the kernel makes them grow meanwhile, and rest never comes. */
static void
fix_buffers(struct fixture *f)
{
	const int size = 131072;
	int i;

	for (i = 0; i < 2; i++) {
		setsockopt(f->side[i].io.fd, SOL_SOCKET, SO_SNDBUF, &size,
		    sizeof(size));
		setsockopt(f->side[i].io.fd, SOL_SOCKET, SO_RCVBUF, &size,
		    sizeof(size));
		setsockopt(f->peer[i].stream.io.fd, SOL_SOCKET, SO_SNDBUF,
		    &size, sizeof(size));
		setsockopt(f->peer[i].stream.io.fd, SOL_SOCKET, SO_RCVBUF,
		    &size, sizeof(size));
	}
}

static void
a_slow_reader_stops_the_writer(void **state)
{
	struct fixture *f = *state;
	const struct flow *flow = &f->relay.flow[1];
	uint64_t sent;
	size_t kept;

	f->peer[0].silent = true;
	f->peer[0].stays = true;
	f->peer[1].to_send = 64 * MIB;
	fix_buffers(f);
	begin(f);
	do {
		sent = f->peer[1].sent;
		looping_run_for(f->loop, 100);
	} while (f->peer[1].sent > sent);
	assert_true(sent > 0 && sent < f->peer[1].to_send);
	assert_true(flow_is_blocked(flow));
	kept = flow->held_len + (flow->pipe != NULL ? flow->pipe->len : 0);
	assert_in_range(kept, 1, 65536);
	/* It has come to rest: (nearly) no bytes, no events. */
	f->events = 0;
	looping_run_for(f->loop, 200);
	assert_in_range(f->peer[1].sent - sent, 0, MIB);
	assert_in_range(f->events, 0, 20);
	/* The other direction is not held up. */
	f->peer[0].to_send = 100000;
	peer_watch(&f->peer[0]);
	looping_run_for(f->loop, 50);
	assert_int_equal(f->peer[1].got, 100000);
	/* And it goes on when it may. */
	f->peer[0].silent = false;
	f->peer[0].stays = false;
	peer_end(&f->peer[0]);
	peer_watch(&f->peer[0]);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->peer[0].got, 64 * MIB);
	assert_int_equal(f->status, RELAY_DONE);
}

static void
an_idle_tunnel_owns_nothing(void **state)
{
	struct fixture *f = *state;
	int i;

	f->peer[0].stays = f->peer[1].stays = true;
	f->peer[0].to_send = f->peer[1].to_send = 4 * MIB;
	begin(f);
	for (i = 0;
	     i < 500 && (f->peer[0].got < 4 * MIB || f->peer[1].got < 4 * MIB);
	     i++)
		looping_run_for(f->loop, 20);
	assert_int_equal(f->peer[0].got, 4 * MIB);
	assert_int_equal(f->peer[1].got, 4 * MIB);
	for (i = 0; i < 2; i++) {
		assert_null(f->relay.flow[i].pipe);
		assert_null(f->relay.flow[i].held);
		assert_int_equal(stream_watched(&f->side[i]), STREAM_READ);
	}
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_both_ways),
		TEST(early_bytes_go_first),
		TEST(an_end_seen_early_is_carried_through),
		TEST(half_close_leaves_the_other_half),
		cmocka_unit_test(a_reset_becomes_a_reset),
		TEST(a_reset_after_the_end_is_one_still),
		TEST(a_slow_reader_stops_the_writer),
		TEST(an_idle_tunnel_owns_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
