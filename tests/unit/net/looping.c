/* looping.c - see looping.h. */
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/looping.h"

#include "unit.h"

#define GUARD_MS 10000

struct guard {
	struct timer timer; /* first */
	struct loop *loop;
	bool fired;
};

static void
on_guard(struct timer *t)
{
	struct guard *g = (struct guard *)t;

	g->fired = true;
	loop_stop(g->loop);
}

struct loop *
looping_new(void)
{
	struct loop *l = loop_new(NULL, NULL);

	assert_non_null(l);
	return l;
}

static bool
run(struct loop *l, uint64_t ms)
{
	struct guard g = { .loop = l };

	ev_now_update(l->ev); /* the test may have been busy meanwhile */
	timer_init(&g.timer, on_guard);
	timer_start(l, &g.timer, ms);
	loop_run(l);
	timer_stop(l, &g.timer);
	return !g.fired;
}

bool
looping_run(struct loop *l)
{
	return run(l, GUARD_MS);
}

void
looping_run_for(struct loop *l, uint64_t ms)
{
	while (run(l, ms))
		; /* somebody else stopped it: then once more */
}

uint64_t
real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void
tcp_pair(int fd[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), i;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(l, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(l, 1), 0);
	assert_int_equal(getsockname(l, (struct sockaddr *)&a, &n), 0);
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd[0], (struct sockaddr *)&a, n), 0);
	fd[1] = accept4(l, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd[1] >= 0);
	close(l);
	for (i = 0; i < 2; i++)
		assert_int_equal(fcntl(fd[i], F_SETFL, O_NONBLOCK), 0);
}
