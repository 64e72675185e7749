/* test_stream.c - sockets in a loop, and pipes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/looping.h"
#include "net/stream.h"

#include "unit.h"

struct side {
	struct stream stream; /* first */
	int events;
	unsigned calls;
};

struct fixture {
	struct loop *loop;
	struct side a, b;
};

static void
on_event(struct stream *s, int events)
{
	struct side *side = (struct side *)s;

	side->events |= events;
	side->calls++;
	loop_stop(s->loop);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd[2];

	f->loop = looping_new();
	tcp_pair(fd);
	stream_open(&f->a.stream, f->loop, fd[0], on_event);
	stream_open(&f->b.stream, f->loop, fd[1], on_event);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	stream_close(&f->a.stream);
	stream_close(&f->b.stream);
	loop_free(f->loop);
	free(f);
	return 0;
}

static void
moves_bytes_and_says_when(void **state)
{
	struct fixture *f = *state;
	char mem[16];

	assert_int_equal(stream_read(&f->b.stream, mem, 16), STREAM_AGAIN);
	assert_int_equal(stream_watched(&f->b.stream), 0);
	stream_watch(&f->b.stream, STREAM_READ);
	assert_int_equal(stream_watched(&f->b.stream), STREAM_READ);
	assert_int_equal(stream_write(&f->a.stream, "hello", 5), 5);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->b.events, STREAM_READ);
	assert_int_equal(stream_read(&f->b.stream, mem, 16), 5);
	assert_memory_equal(mem, "hello", 5);
	stream_watch(&f->b.stream, STREAM_READ | STREAM_WRITE);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->b.events, STREAM_READ | STREAM_WRITE);

	/* Nobody watches, nobody is called. */
	stream_watch(&f->b.stream, 0);
	f->b.calls = 0;
	assert_int_equal(stream_write(&f->a.stream, "again", 5), 5);
	looping_run_for(f->loop, 20);
	assert_int_equal(f->b.calls, 0);
}

/* The kernel is told when it matters, and then once. */
static void
stops_watching_when_something_comes(void **state)
{
	struct fixture *f = *state;

	stream_watch(&f->b.stream, STREAM_READ);
	stream_watch(&f->b.stream, 0);
	assert_int_equal(stream_watched(&f->b.stream), 0);
	assert_true(ev_is_active(&f->b.stream.io));
	assert_int_equal(stream_write(&f->a.stream, "x", 1), 1);
	looping_run_for(f->loop, 20);
	assert_int_equal(f->b.calls, 0);
	assert_false(ev_is_active(&f->b.stream.io));
	stream_watch(&f->b.stream, STREAM_READ);
	assert_true(looping_run(f->loop));
	assert_int_equal(f->b.events, STREAM_READ);
	/* What is wanted besides goes on. */
	stream_watch(&f->b.stream, STREAM_READ | STREAM_WRITE);
	stream_watch(&f->b.stream, STREAM_WRITE);
	f->b.events = 0;
	assert_true(looping_run(f->loop));
	assert_int_equal(f->b.events, STREAM_WRITE);
}

/* The kernel keeps the last bytes until the end goes with them. */
static void
the_last_bytes_go_with_the_end(void **state)
{
	struct fixture *f = *state;
	char mem[16];

	assert_int_equal(stream_write_last(&f->a.stream, "bye", 3), 3);
	looping_run_for(f->loop, 20);
	assert_int_equal(stream_read(&f->b.stream, mem, 16), STREAM_AGAIN);
	stream_shutdown(&f->a.stream);
	stream_watch(&f->b.stream, STREAM_READ);
	assert_true(looping_run(f->loop));
	assert_int_equal(stream_read(&f->b.stream, mem, 16), 3);
	assert_memory_equal(mem, "bye", 3);
	assert_int_equal(stream_read(&f->b.stream, mem, 16), STREAM_EOF);
}

static void
tells_end_from_reset(void **state)
{
	struct fixture *f = *state;
	char mem[16];

	assert_int_equal(stream_write(&f->a.stream, "x", 1), 1);
	stream_shutdown(&f->a.stream);
	stream_watch(&f->b.stream, STREAM_READ);
	assert_true(looping_run(f->loop));
	assert_int_equal(stream_read(&f->b.stream, mem, 16), 1);
	assert_int_equal(stream_read(&f->b.stream, mem, 16), STREAM_EOF);
	/* The other direction goes on. */
	assert_int_equal(stream_write(&f->b.stream, "y", 1), 1);
	stream_watch(&f->b.stream, 0);
	stream_watch(&f->a.stream, STREAM_READ);
	assert_true(looping_run(f->loop));
	assert_int_equal(stream_read(&f->a.stream, mem, 16), 1);

	stream_reset(&f->b.stream);
	assert_false(stream_is_open(&f->b.stream));
	assert_true(looping_run(f->loop));
	assert_int_equal(stream_read(&f->a.stream, mem, 16), STREAM_ERROR);
	assert_int_equal(errno, ECONNRESET);
	/* No SIGPIPE. */
	assert_int_equal(stream_write(&f->a.stream, "z", 1), STREAM_ERROR);
	assert_int_equal(errno, EPIPE);

	stream_reset(&f->b.stream); /* also when closed */
	stream_close(&f->b.stream);
	stream_close(&f->a.stream);
	stream_close(&f->a.stream);
}

static void
a_closed_stream_is_silent(void **state)
{
	struct fixture *f = *state;

	stream_watch(&f->b.stream, STREAM_READ | STREAM_WRITE);
	stream_write(&f->a.stream, "x", 1);
	stream_close(&f->b.stream);
	looping_run_for(f->loop, 20);
	assert_int_equal(f->b.calls, 0);
}

static void
splices_through_a_pipe(void **state)
{
	static char data[200000], back[200000];
	struct fixture *f = *state;
	struct pipes pool;
	struct pipe *p;
	size_t i, sent, got = 0, echoed = 0;
	ssize_t n;

	pipes_init(&pool);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 31 + i / 251);
	n = stream_write(&f->a.stream, data, sizeof(data));
	assert_true(n > 0);
	sent = (size_t)n;
	while (got < sent) {
		p = pipe_get(&pool);
		assert_non_null(p);
		stream_watch(&f->b.stream, STREAM_READ);
		assert_true(looping_run(f->loop));
		n = stream_splice_in(&f->b.stream, p, 50000);
		assert_in_range(n, 1, 50000);
		assert_int_equal(p->len, n);
		/* Back to where it came from. */
		while (p->len > 0)
			assert_true(stream_splice_out(&f->b.stream, p) > 0);
		pipe_put(&pool, p);
		stream_watch(&f->b.stream, 0);
		stream_watch(&f->a.stream, STREAM_READ);
		for (echoed += (size_t)n; got < echoed; got += (size_t)n) {
			assert_true(looping_run(f->loop));
			n = stream_read(&f->a.stream, back + got,
			    sizeof(back) - got);
			assert_true(n > 0);
		}
		stream_watch(&f->a.stream, 0);
	}
	assert_memory_equal(back, data, sent);
	assert_int_equal(pool.nidle, 1); /* it was one all the time */
	p = pipe_get(&pool);
	assert_int_equal(stream_splice_in(&f->b.stream, p, 100), STREAM_AGAIN);
	stream_shutdown(&f->a.stream);
	stream_watch(&f->b.stream, STREAM_READ);
	assert_true(looping_run(f->loop));
	assert_int_equal(stream_splice_in(&f->b.stream, p, 100), STREAM_EOF);
	pipe_put(&pool, p);
	pipes_deinit(&pool);
}

static void
a_pipe_with_bytes_is_not_lent_again(void **state)
{
	struct fixture *f = *state;
	struct pipes pool;
	struct pipe *p;
	int fd;

	pipes_init(&pool);
	p = pipe_get(&pool);
	fd = p->fd[0];
	assert_int_equal(stream_write(&f->a.stream, "secret", 6), 6);
	stream_watch(&f->b.stream, STREAM_READ);
	assert_true(looping_run(f->loop));
	assert_int_equal(stream_splice_in(&f->b.stream, p, 100), 6);
	pipe_put(&pool, p);
	assert_int_equal(pool.nidle, 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	pipes_deinit(&pool);
}

static void
pools_hold_few_pipes_and_fail_softly(void **state)
{
	struct pipe *p[100];
	struct rlimit was, few;
	struct pipes pool;
	int i;

	(void)state;
	pipes_init(&pool);
	for (i = 0; i < 100; i++) {
		p[i] = pipe_get(&pool);
		assert_non_null(p[i]);
		assert_true(fcntl(p[i]->fd[1], F_GETFD) & FD_CLOEXEC);
	}
	for (i = 0; i < 100; i++)
		pipe_put(&pool, p[i]);
	assert_in_range(pool.nidle, 1, 64);
	pipes_deinit(&pool);
	assert_int_equal(pool.nidle, 0);

	alloc_fail_at(1);
	assert_null(pipe_get(&pool));
	alloc_fail_at(0);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &few);
	assert_null(pipe_get(&pool));
	setrlimit(RLIMIT_NOFILE, &was);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(moves_bytes_and_says_when),
		TEST(stops_watching_when_something_comes),
		TEST(the_last_bytes_go_with_the_end),
		TEST(tells_end_from_reset),
		TEST(a_closed_stream_is_silent),
		TEST(splices_through_a_pipe),
		TEST(a_pipe_with_bytes_is_not_lent_again),
		TEST(pools_hold_few_pipes_and_fail_softly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
