/* test_flow.c - one direction, step by step: no loop is needed. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/looping.h"
#include "relay/flow.h"

#include "unit.h"

#define COPY_SIZE 16384 /* of one read, as in flow.c */
#define KEPT_MAX  65536 /* a pipe holds so much */
#define MIB       (1024 * 1024)

struct fixture {
	struct loop *loop;
	struct stream from, to;
	int source, sink; /* the other ends */
	struct flow_pool pool;
	struct flow flow;
	uint64_t sent, got; /* by source, by sink */
};

static void
on_event(struct stream *s, int events)
{
	(void)s, (void)events;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct rlimit many;
	const int size = 131072;
	int a[2], b[2], i;

	getrlimit(RLIMIT_NOFILE, &many); /* a test that failed left few */
	many.rlim_cur = many.rlim_max < 1024 ? many.rlim_max : 1024;
	setrlimit(RLIMIT_NOFILE, &many);
	f->loop = looping_new();
	tcp_pair(a);
	tcp_pair(b);
	/* Sizes of our own: else the kernel makes them grow meanwhile. */
	for (i = 0; i < 4; i++) {
		setsockopt(i < 2 ? a[i] : b[i - 2], SOL_SOCKET, SO_SNDBUF,
		    &size, sizeof(size));
		setsockopt(i < 2 ? a[i] : b[i - 2], SOL_SOCKET, SO_RCVBUF,
		    &size, sizeof(size));
	}
	f->source = a[0];
	f->sink = b[1];
	stream_open(&f->from, f->loop, a[1], on_event);
	stream_open(&f->to, f->loop, b[0], on_event);
	assert_true(flow_pool_init(&f->pool));
	flow_init(&f->flow, &f->from, &f->to);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	flow_deinit(&f->flow, &f->pool);
	flow_pool_deinit(&f->pool);
	stream_close(&f->from);
	stream_close(&f->to);
	if (f->source >= 0)
		close(f->source);
	if (f->sink >= 0)
		close(f->sink);
	loop_free(f->loop);
	free(f);
	return 0;
}

/* Every byte depends on where it is. */
static uint8_t
byte_at(uint64_t at)
{
	return (uint8_t)(at * 2654435761u >> 13 ^ at >> 9);
}

static void
put(struct fixture *f, size_t n)
{
	uint8_t mem[65536];
	size_t len = 0, i;
	ssize_t w;

	if (n > sizeof(mem))
		n = sizeof(mem);
	for (i = 0; i < n; i++)
		mem[i] = byte_at(f->sent + i);
	while (len < n) {
		w = send(f->source, mem + len, n - len, MSG_NOSIGNAL);
		if (w <= 0)
			break;
		len += (size_t)w;
	}
	f->sent += len;
}

/* All that is there; the sum of bytes got so far. */
static uint64_t
take(struct fixture *f)
{
	uint8_t mem[65536];
	ssize_t n, i;

	while ((n = recv(f->sink, mem, sizeof(mem), MSG_DONTWAIT)) > 0)
		for (i = 0; i < n; i++)
			if (mem[i] != byte_at(f->got++))
				fail_msg("byte %llu is wrong",
				    (unsigned long long)f->got - 1);
	return f->got;
}

static void
wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	assert_int_equal(poll(&p, 1, 5000), 1);
}

static enum flow_status
move(struct fixture *f, uint64_t *left)
{
	enum flow_status st = flow_move(&f->flow, &f->pool, left, true);

	assert_true(f->flow.held_len <= KEPT_MAX);
	assert_true(f->flow.pipe == NULL || f->flow.pipe->len <= KEPT_MAX);
	assert_int_equal(flow_is_blocked(&f->flow),
	    f->flow.pipe != NULL || f->flow.held != NULL);
	assert_true(!flow_wants_input(&f->flow) || !flow_is_blocked(&f->flow));
	return st;
}

/* Source to sink until the end; all that was sent must come. */
static void
carry(struct fixture *f, uint64_t total)
{
	uint64_t all = UINT64_MAX;
	enum flow_status st = FLOW_WAITS;

	while (st == FLOW_WAITS) {
		if (f->sent < total)
			put(f,
			    total - f->sent < 65536 ? total - f->sent : 65536);
		else if (f->source >= 0)
			shutdown(f->source, SHUT_WR);
		if (!flow_is_blocked(&f->flow))
			wait_for(f->from.io.fd, POLLIN);
		st = move(f, &all);
		take(f);
	}
	assert_int_equal(st, FLOW_EOF);
	assert_false(flow_wants_input(&f->flow));
	stream_shutdown(&f->to);
	while (take(f) < total)
		wait_for(f->sink, POLLIN);
	assert_int_equal(f->got, total);
	assert_true(all == UINT64_MAX);
}

static struct rlimit
no_more_descriptors(void)
{
	struct rlimit was, few;

	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	return was;
}

/* -- content -------------------------------------------------------------- */

static void
copies_what_is_small(void **state)
{
	struct fixture *f = *state;
	uint64_t all = UINT64_MAX;

	assert_int_equal(move(f, &all), FLOW_WAITS); /* nothing there */
	put(f, 100);
	wait_for(f->from.io.fd, POLLIN);
	assert_int_equal(move(f, &all), FLOW_WAITS);
	wait_for(f->sink, POLLIN);
	assert_int_equal(take(f), 100);
	assert_int_equal(f->pool.pipes.nidle, 0); /* not spliced */
	assert_false(flow_is_blocked(&f->flow));
	assert_true(flow_wants_input(&f->flow));
	/* Known to have nothing: not even asked. */
	put(f, 100);
	wait_for(f->from.io.fd, POLLIN);
	assert_int_equal(flow_move(&f->flow, &f->pool, &all, false),
	    FLOW_WAITS);
	assert_int_equal(take(f), 100);
}

static void
splices_what_is_large(void **state)
{
	struct fixture *f = *state;

	carry(f, 16 * MIB + 12345);
	assert_true(f->pool.pipes.nidle > 0); /* it was spliced, really */
}

static void
copies_when_there_are_no_pipes(void **state)
{
	struct fixture *f = *state;
	struct rlimit was = no_more_descriptors();

	carry(f, 8 * MIB + 54321);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(f->pool.pipes.nidle, 0);
}

static void
carries_on_without_memory_for_a_pipe(void **state)
{
	struct fixture *f = *state;
	uint64_t all = UINT64_MAX;

	put(f, 65536);
	while (f->got < f->sent) {
		wait_for(f->from.io.fd, POLLIN);
		alloc_fail_at(1);
		assert_int_equal(move(f, &all), FLOW_WAITS);
		alloc_fail_at(0);
		wait_for(f->sink, POLLIN);
		take(f);
	}
}

/* -- the end -------------------------------------------------------------- */

/*
 * A turn is bounded to some moves.  The end must be seen in whichever of them
 * it comes, since nothing is read, and so nothing watched, afterwards.
 */
static void
sees_the_end_wherever_it_comes(void **state)
{
	struct fixture *f;
	struct rlimit was;
	uint64_t all;
	size_t n;
	int i;

	(void)state;
	for (n = 0; n <= 20; n++) {
		assert_int_equal(setup((void **)&f), 0);
		was = no_more_descriptors(); /* then reads are COPY_SIZE */
		for (i = 0; i < 4; i++)
			put(f, n * COPY_SIZE / 4);
		shutdown(f->source, SHUT_WR);
		all = UINT64_MAX;
		for (i = 0; i < 1000; i++) {
			if (flow_wants_input(&f->flow))
				wait_for(f->from.io.fd, POLLIN);
			if (move(f, &all) == FLOW_EOF)
				break;
			take(f);
			assert_true(flow_wants_input(&f->flow) ||
			    flow_is_blocked(&f->flow));
		}
		setrlimit(RLIMIT_NOFILE, &was);
		assert_true(i < 1000);
		stream_shutdown(&f->to);
		while (take(f) < f->sent)
			wait_for(f->sink, POLLIN);
		teardown((void **)&f);
	}
}

static void
says_when_a_side_is_gone(void **state)
{
	const struct linger now = { .l_onoff = 1 };
	struct fixture *f = *state;
	uint64_t all = UINT64_MAX;

	put(f, 100);
	wait_for(f->from.io.fd, POLLIN);
	setsockopt(f->sink, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(f->sink);
	f->sink = -1;
	wait_for(f->to.io.fd, POLLIN);
	assert_int_equal(move(f, &all), FLOW_BROKEN);
	assert_false(flow_send(&f->flow, "x", 1));

	setsockopt(f->source, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(f->source);
	f->source = -1;
	wait_for(f->from.io.fd, POLLIN);
	assert_int_equal(move(f, &all), FLOW_BROKEN);
}

/* -- limits --------------------------------------------------------------- */

static void
moves_no_more_than_it_may(void **state)
{
	static const size_t limits[] = { 1, 100, COPY_SIZE - 1, COPY_SIZE,
		COPY_SIZE + 1, 65535, 65536, 65537, 100000, 200000 };
	struct fixture *f;
	uint64_t left;
	size_t i;
	int rest;

	(void)state;
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		assert_int_equal(setup((void **)&f), 0);
		left = limits[i];
		while (f->sent < limits[i] + 5000 || left > 0) {
			if (f->sent < limits[i] + 5000)
				put(f, limits[i] + 5000 - f->sent);
			wait_for(f->from.io.fd, POLLIN);
			if (move(f, &left) == FLOW_LIMIT)
				assert_int_equal(left, 0);
			take(f);
		}
		assert_int_equal(move(f, &left), FLOW_LIMIT);
		assert_int_equal(left, 0);
		while (take(f) < limits[i])
			wait_for(f->sink, POLLIN);
		/* What is behind the limit was left in the kernel. */
		for (rest = 0; rest < 5000;) {
			char mem[8192];
			ssize_t n;

			wait_for(f->from.io.fd, POLLIN);
			n = stream_read(&f->from, mem, sizeof(mem));
			assert_true(n > 0);
			rest += (int)n;
		}
		assert_int_equal(rest, 5000);
		assert_int_equal(take(f), limits[i]);
		teardown((void **)&f);
	}
}

/* A limit reached is told before an end. */
static void
a_limit_comes_before_the_end(void **state)
{
	struct fixture *f = *state;
	uint64_t left = 10;

	put(f, 10);
	shutdown(f->source, SHUT_WR);
	wait_for(f->from.io.fd, POLLIN);
	assert_int_equal(move(f, &left), FLOW_LIMIT);
	left = 1;
	assert_int_equal(move(f, &left), FLOW_EOF);
	assert_int_equal(left, 1);
}

/* -- back-pressure -------------------------------------------------------- */

/* Fill until neither side takes a byte more, and none is on its way. */
static void
choke(struct fixture *f)
{
	struct pollfd p[2] = {
		{ .fd = f->source, .events = POLLOUT },
		{ .fd = f->to.io.fd, .events = POLLOUT },
	};
	uint64_t all = UINT64_MAX, before;

	do {
		before = f->sent;
		put(f, 65536);
		move(f, &all);
	} while (f->sent > before || !flow_is_blocked(&f->flow) ||
	    poll(p, 2, 50) > 0);
}

static void
a_slow_reader_stops_the_writer(void **state)
{
	struct fixture *f = *state;
	uint64_t all = UINT64_MAX, sent;
	int i;

	choke(f);
	assert_true(flow_is_blocked(&f->flow));
	assert_false(flow_wants_input(&f->flow));
	sent = f->sent;
	for (i = 0; i < 1000; i++) {
		put(f, 65536);
		/* move() looks how much is kept. */
		assert_int_equal(move(f, &all), FLOW_WAITS);
	}
	/* Of 64 MiB the kernel perhaps found room for some more. */
	assert_in_range(f->sent - sent, 0, MIB);
	/* And everything comes once there is a reader. */
	shutdown(f->source, SHUT_WR);
	carry(f, f->sent);
}

static void
keeps_the_order_of_what_is_kept(void **state)
{
	struct fixture *f = *state;
	uint8_t mem[1000];
	size_t i, k;

	choke(f);
	/*
	 * Bytes of the caller's go behind those on the way, even though the
	 * stream would take them now.
	 */
	take(f);
	wait_for(f->to.io.fd, POLLOUT);
	assert_true(flow_is_blocked(&f->flow));
	for (i = 0; i < 20; i++) {
		/* What source sent is partly still in the kernel: drain it. */
		ssize_t n;

		while ((n = stream_read(&f->from, mem, sizeof(mem))) > 0)
			f->sent -= (uint64_t)n;
		for (k = 0; k < sizeof(mem); k++)
			mem[k] = byte_at(f->sent + k);
		assert_true(flow_send(&f->flow, mem, sizeof(mem)));
		f->sent += sizeof(mem);
	}
	assert_true(f->flow.held_len >= 20000);
	assert_true(flow_send(&f->flow, NULL, 0));
	shutdown(f->source, SHUT_WR);
	carry(f, f->sent);
}

static void
out_of_memory_breaks_the_flow_alone(void **state)
{
	struct fixture *f = *state;
	struct flow_pool other;
	char byte = 'x';

	choke(f);
	alloc_fail_at(1);
	assert_false(flow_send(&f->flow, &byte, 1));
	assert_true(alloc_failed());
	assert_false(flow_pool_init(&other));
	alloc_fail_at(0);
	flow_pool_deinit(&other);
	/* Ending it drops what was kept: teardown and the sanitiser look. */
}

static void
reading_into_no_memory_breaks_it(void **state)
{
	struct fixture *f = *state;
	struct rlimit was;
	uint64_t all = UINT64_MAX;
	enum flow_status st = FLOW_WAITS;
	int i;

	was = no_more_descriptors(); /* so that bytes are held, not piped */
	alloc_fail_at(1);
	for (i = 0; i < 100000 && st == FLOW_WAITS; i++) {
		put(f, 65536);
		st = move(f, &all);
	}
	alloc_fail_at(0);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(st, FLOW_BROKEN);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(copies_what_is_small),
		TEST(splices_what_is_large),
		TEST(copies_when_there_are_no_pipes),
		TEST(carries_on_without_memory_for_a_pipe),
		cmocka_unit_test(sees_the_end_wherever_it_comes),
		TEST(says_when_a_side_is_gone),
		cmocka_unit_test(moves_no_more_than_it_may),
		TEST(a_limit_comes_before_the_end),
		TEST(a_slow_reader_stops_the_writer),
		TEST(keeps_the_order_of_what_is_kept),
		TEST(out_of_memory_breaks_the_flow_alone),
		TEST(reading_into_no_memory_breaks_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
