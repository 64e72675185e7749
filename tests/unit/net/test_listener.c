/* test_listener.c - accepting, and having no descriptors to accept with. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/listener.h"
#include "net/looping.h"

#include "unit.h"

#define CLIENTS 200

struct door {
	struct listener listener; /* first */
	struct loop *loop;
	struct endpoint addr;
	int fd[CLIENTS];
	unsigned n, stop_at;
	struct ip peer;
	unsigned close_at;
};

static void
on_client(struct listener *l, int fd, const struct ip *peer)
{
	struct door *d = (struct door *)l;

	assert_true(d->n < CLIENTS);
	d->fd[d->n++] = fd;
	d->peer = *peer;
	if (d->n == d->close_at)
		listener_close(l);
	if (d->n == d->stop_at)
		loop_stop(d->loop);
}

static void
endpoint(struct endpoint *e, const char *s)
{
	assert_int_equal(endpoint_parse(e, s, strlen(s), 0), OK);
}

static int
setup(void **state)
{
	struct door *d = calloc(1, sizeof(*d));
	int fd;

	d->loop = looping_new();
	endpoint(&d->addr, "127.0.0.1:0");
	fd = listener_bind(&d->addr, true);
	assert_true(fd >= 0);
	assert_int_not_equal(d->addr.port, 0);
	listener_open(&d->listener, d->loop, fd, on_client);
	*state = d;
	return 0;
}

static void
close_clients(struct door *d)
{
	while (d->n > 0)
		close(d->fd[--d->n]);
}

static int
teardown(void **state)
{
	struct door *d = *state;

	close_clients(d);
	listener_close(&d->listener);
	loop_free(d->loop);
	free(d);
	return 0;
}

static int
knock(const struct endpoint *at)
{
	struct sockaddr_storage ss;
	socklen_t n;
	struct ip ip;
	int fd;

	endpoint_ip(at, &ip);
	n = ip_sockaddr(&ip, at->port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	assert_true(fd >= 0);
	connect(fd, (struct sockaddr *)&ss, n);
	return fd;
}

static void
takes_a_client(void **state)
{
	struct door *d = *state;
	int fd = knock(&d->addr), on = 0;
	socklen_t n = sizeof(on);

	d->stop_at = 1;
	assert_true(looping_run(d->loop));
	assert_true(ip_is_loopback(&d->peer));
	assert_true(fcntl(d->fd[0], F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(d->fd[0], F_GETFD) & FD_CLOEXEC);
	/* Inherited from the listener, without a system call per client. */
	getsockopt(d->fd[0], IPPROTO_TCP, TCP_NODELAY, &on, &n);
	assert_int_equal(on, 1);
	getsockopt(d->fd[0], SOL_SOCKET, SO_KEEPALIVE, &on, &n);
	assert_int_equal(on, 1);
	close(fd);
}

static void
takes_a_burst(void **state)
{
	struct door *d = *state;
	int fd[CLIENTS], i;
	unsigned turns = ev_iteration(d->loop->ev);

	for (i = 0; i < CLIENTS; i++)
		fd[i] = knock(&d->addr);
	d->stop_at = CLIENTS;
	assert_true(looping_run(d->loop));
	/* Ever more at a turn: 1, 2, 4... 64. */
	assert_in_range(ev_iteration(d->loop->ev) - turns, 2, 20);
	for (i = 0; i < CLIENTS; i++)
		close(fd[i]);
}

static void
may_be_closed_by_a_client(void **state)
{
	struct door *d = *state;
	int fd[4], i;

	d->close_at = 2; /* the first of a burst of two */
	for (i = 0; i < 4; i++)
		fd[i] = knock(&d->addr);
	looping_run_for(d->loop, 30);
	assert_int_equal(d->n, 2);
	listener_close(&d->listener); /* also when closed */
	for (i = 0; i < 4; i++)
		close(fd[i]);
}

static uint64_t
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
pauses_without_descriptors(void **state)
{
	struct door *d = *state;
	struct rlimit was, few;
	unsigned turns;
	uint64_t cpu;
	int fd[3], i;

	for (i = 0; i < 3; i++)
		fd[i] = knock(&d->addr);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &few);
	turns = ev_iteration(d->loop->ev);
	cpu = cpu_ms();
	looping_run_for(d->loop, 450);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_int_equal(d->n, 0);
	/* Four pauses of 100 ms, not a million turns. */
	assert_in_range(ev_iteration(d->loop->ev) - turns, 3, 40);
	assert_true(cpu_ms() - cpu < 200);
	/* Nobody was lost: they waited in the kernel's queue. */
	d->stop_at = 3;
	assert_true(looping_run(d->loop));
	for (i = 0; i < 3; i++)
		close(fd[i]);

	/* Closed while it pauses. */
	fd[0] = knock(&d->addr);
	setrlimit(RLIMIT_NOFILE, &few);
	looping_run_for(d->loop, 20);
	listener_close(&d->listener);
	setrlimit(RLIMIT_NOFILE, &was);
	looping_run_for(d->loop, 120);
	assert_int_equal(d->n, 3);
	close(fd[0]);
}

static void
shares_with_its_own_only(void **state)
{
	struct door *d = *state;
	struct endpoint same = d->addr;
	int fd;

	/* Another daemon begins with "first", and is refused. */
	assert_int_equal(listener_bind(&same, true), -1);
	assert_int_equal(errno, EADDRINUSE);
	fd = listener_bind(&same, false);
	assert_true(fd >= 0);
	close(fd);
}

static void
listens_on_ipv6_alone(void **state)
{
	struct endpoint six, four;
	int a, b, i;

	(void)state;
	/* "::" is not 0.0.0.0 as well; others may have the port of that. */
	for (i = 0, b = -1; i < 50 && b < 0; i++) {
		endpoint(&six, "[::]:0");
		a = listener_bind(&six, true);
		assert_true(a >= 0);
		endpoint(&four, "0.0.0.0:0");
		four.port = six.port;
		b = listener_bind(&four, true);
		close(a);
	}
	assert_true(b >= 0);
	close(b);
}

static void
cannot_bind_what_is_not_here(void **state)
{
	struct endpoint away;

	(void)state;
	endpoint(&away, "198.51.100.1:0");
	assert_int_equal(listener_bind(&away, true), -1);
	assert_int_equal(errno, EADDRNOTAVAIL);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(takes_a_client),
		TEST(takes_a_burst),
		TEST(may_be_closed_by_a_client),
		TEST(pauses_without_descriptors),
		TEST(shares_with_its_own_only),
		TEST(listens_on_ipv6_alone),
		TEST(cannot_bind_what_is_not_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
