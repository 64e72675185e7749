/* test_dial.c - outgoing connections, to the loopback only. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/dial.h"
#include "net/fake_dns.h"
#include "net/looping.h"

#include "unit.h"

struct call {
	struct dial dial;
	struct loop *loop;
	enum dial_result result;
	int fd;
	unsigned done;
	const char *refuse; /* addresses that begin so; NULL: none */
	char asked[512];    /* those permit() saw, a blank after each */
	bool is_heap;
};

/* What connect() shall say, by family; 0: what the kernel says. */
static int connect_error[2];
/* As if the peer were far away: not known yet when connect() returns. */
static bool is_far;

int __real_connect(int, const struct sockaddr *, socklen_t);
int __wrap_connect(int, const struct sockaddr *, socklen_t);

int
__wrap_connect(int fd, const struct sockaddr *sa, socklen_t n)
{
	static int last = -1;
	bool again = fd == last;

	last = again ? -1 : fd; /* dial asks twice at most */
	errno =
	    connect_error[sa->sa_family == AF_INET6 ? HOST_IPV6 : HOST_IPV4];
	if (errno == 0 && is_far && again)
		errno = EALREADY;
	return errno == 0 ? __real_connect(fd, sa, n) : -1;
}

struct fixture {
	struct loop *loop;
	struct fake_dns dns;
	struct resolver *resolver;
	int listener; /* 127.0.0.1 */
	uint16_t port;
};

static bool
permit(struct dial *d, const struct ip *ip, uint16_t port)
{
	struct call *c = (struct call *)d;
	struct endpoint e = endpoint_from_ip(ip, port);
	char str[HOST_MAX + 1];

	endpoint_host_str(&e, str);
	strcat(c->asked, str);
	strcat(c->asked, " ");
	return c->refuse == NULL ||
	    strncmp(str, c->refuse, strlen(c->refuse)) != 0;
}

static void
on_done(struct dial *d, enum dial_result r, int fd)
{
	struct call *c = (struct call *)d;

	c->result = r;
	c->fd = fd;
	c->done++;
	loop_stop(c->loop);
	if (c->is_heap) {
		assert_int_equal(fd, -1);
		dial_cancel(d);
		free(c);
	}
}

static int
start(struct fixture *f, struct call *c, const char *host, uint16_t port)
{
	struct endpoint to;

	assert_int_equal(endpoint_from_host(&to, host, strlen(host), port), OK);
	c->dial.permit = permit;
	c->dial.done = on_done;
	c->loop = f->loop;
	c->done = 0;
	c->fd = dial_start(&c->dial, f->loop, f->resolver, &to);
	assert_int_equal(c->done, 0); /* never from within */
	return c->fd;
}

/* The end, however it comes; a connected descriptor is checked and closed. */
static enum dial_result
finish(struct fixture *f, struct call *c)
{
	struct sockaddr_storage peer;
	socklen_t n = sizeof(peer);

	if (c->fd >= 0) {
		c->result = DIAL_OK;
		looping_run_for(f->loop, 1);
		assert_int_equal(c->done, 0);
	} else {
		assert_true(looping_run(f->loop));
		assert_int_equal(c->done, 1);
	}
	if (c->result == DIAL_OK) {
		assert_int_equal(getpeername(c->fd, (struct sockaddr *)&peer,
				     &n),
		    0);
		close(c->fd);
	} else {
		assert_int_equal(c->fd, -1);
	}
	assert_null(c->dial.loop);
	return c->result;
}

static enum dial_result
call(struct fixture *f, struct call *c, const char *host, uint16_t port)
{
	memset(c, 0, sizeof(*c));
	start(f, c, host, port);
	return finish(f, c);
}

/* -- peers ---------------------------------------------------------------- */

static int
listen_on(const char *host, uint16_t *port, int backlog)
{
	struct sockaddr_storage ss;
	socklen_t n;
	struct ip ip;
	const int one = 1;
	int fd;

	assert_int_equal(ip_parse(&ip, host, strlen(host)), OK);
	n = ip_sockaddr(&ip, *port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(listen(fd, backlog), 0);
	n = sizeof(ss);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &n), 0);
	sockaddr_ip((struct sockaddr *)&ss, &ip, port);
	return fd;
}

/* A listener whose queue is full: the kernel drops further SYNs. */
struct hole {
	int listener, filler[4];
};

static void
hole_open(struct hole *h, const char *host, uint16_t *port)
{
	struct sockaddr_storage ss;
	socklen_t n;
	struct ip ip;
	int i;

	h->listener = listen_on(host, port, 0);
	assert_int_equal(ip_parse(&ip, host, strlen(host)), OK);
	n = ip_sockaddr(&ip, *port, &ss);
	for (i = 0; i < 4; i++) {
		h->filler[i] = socket(ss.ss_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(h->filler[i], (struct sockaddr *)&ss, n);
	}
}

static void
hole_close(struct hole *h)
{
	int i;

	for (i = 0; i < 4; i++)
		if (h->filler[i] >= 0)
			close(h->filler[i]);
	if (h->listener >= 0)
		close(h->listener);
}

/* Names are "a-<what>.aaaa-<what>.example", what a key of this table. */
static void
say_one(const char *what, const char *name, bool v6, struct fake_reply *r)
{
	static const struct {
		const char *key, *v4[4], *v6[4];
		unsigned rcode;
		uint64_t delay;
	} rows[] = {
		{ .key = "one", .v4 = { "127.0.0.1" }, .v6 = { "::1" } },
		{ .key = "dead", .v4 = { "127.0.0.9" }, .v6 = { "::1" } },
		{ .key = "deadone", .v4 = { "127.0.0.9", "127.0.0.1" } },
		{ .key = "holeone", .v4 = { "127.0.0.7", "127.0.0.1" } },
		{ .key = "three",
		    .v4 = { "127.0.0.2", "127.0.0.3", "127.0.0.4" },
		    .v6 = { "2001:db8::2", "2001:db8::3", "2001:db8::4" } },
		{ .key = "late",
		    .v4 = { "127.0.0.2", "127.0.0.3" },
		    .v6 = { "2001:db8::2", "2001:db8::3" },
		    .delay = 25 },
		{ .key = "later",
		    .v4 = { "127.0.0.1" },
		    .v6 = { "::1" },
		    .delay = 200 },
		{ .key = "last", .v6 = { "::1" }, .delay = 2000 },
		{ .key = "any", .v4 = { "0.0.0.0" }, .v6 = { "::" } },
		{ .key = "none", .rcode = 3 },
		{ .key = "broken", .rcode = 2 },
	};
	size_t i, k, len;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = strlen(rows[i].key);
		if (strncmp(what, rows[i].key, len) != 0 || what[len] != '.')
			continue;
		r->rcode = rows[i].rcode;
		r->delay = rows[i].delay;
		for (k = 0; k < 4; k++)
			if ((v6 ? rows[i].v6 : rows[i].v4)[k] != NULL)
				fake_a(r, name,
				    (v6 ? rows[i].v6 : rows[i].v4)[k], 60);
		return;
	}
	fail_msg("no row for %s", what);
}

static void
say(struct fake_dns *s, const char *name, unsigned type, bool tcp,
    struct fake_reply *r)
{
	const char *what = strstr(name, type == DNS_A ? "a-" : "aaaa-");

	(void)s, (void)tcp;
	assert_non_null(what);
	say_one(strchr(what, '-') + 1, name, type == DNS_AAAA, r);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct resolver_conf conf = { .nservers = 1,
		.timeout = 2000,
		.tries = 1 };

	f->loop = looping_new();
	fake_dns_open(&f->dns, f->loop, say);
	conf.servers[0] = f->dns.addr;
	f->resolver = resolver_new(f->loop, &conf);
	assert_non_null(f->resolver);
	f->listener = listen_on("127.0.0.1", &f->port, 100);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	resolver_free(f->resolver);
	fake_dns_close(&f->dns);
	close(f->listener);
	loop_free(f->loop);
	free(f);
	return 0;
}

/* -- literal addresses ---------------------------------------------------- */

static void
connects_to_an_address(void **state)
{
	struct fixture *f = *state;
	struct call c;
	int one = 0;
	socklen_t n = sizeof(one);

	memset(&c, 0, sizeof(c));
	/* This machine answers at once. */
	assert_true(start(f, &c, "127.0.0.1", f->port) >= 0);
	assert_true(fcntl(c.fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(c.fd, F_GETFL) & O_NONBLOCK);
	assert_int_equal(getsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &one, &n),
	    0);
	assert_int_equal(one, 1);
	assert_string_equal(c.asked, "127.0.0.1 ");
	assert_int_equal(finish(f, &c), DIAL_OK);

	/* From farther away it is told by the loop. */
	is_far = true;
	memset(&c, 0, sizeof(c));
	assert_int_equal(start(f, &c, "127.0.0.1", f->port), -1);
	assert_int_equal(finish(f, &c), DIAL_OK);
	memset(&c, 0, sizeof(c));
	assert_int_equal(start(f, &c, "127.0.0.9", f->port), -1);
	assert_int_equal(finish(f, &c), DIAL_REFUSED);
	is_far = false;

	/* The struct serves again. */
	start(f, &c, "127.0.0.1", f->port);
	assert_int_equal(finish(f, &c), DIAL_OK);
}

static void
says_why_not(void **state)
{
	static const struct {
		int error;
		enum dial_result v4, v6;
	} rows[] = {
		{ ECONNREFUSED, DIAL_REFUSED, DIAL_REFUSED },
		{ EHOSTUNREACH, DIAL_HOST_UNREACHABLE, DIAL_HOST_UNREACHABLE },
		{ EHOSTDOWN, DIAL_HOST_UNREACHABLE, DIAL_HOST_UNREACHABLE },
		{ EPERM, DIAL_HOST_UNREACHABLE, DIAL_HOST_UNREACHABLE },
		{ EACCES, DIAL_HOST_UNREACHABLE, DIAL_HOST_UNREACHABLE },
		{ ENETUNREACH, DIAL_NET_UNREACHABLE, DIAL_NET_UNREACHABLE },
		{ EAFNOSUPPORT, DIAL_NET_UNREACHABLE, DIAL_NET_UNREACHABLE },
		{ ETIMEDOUT, DIAL_TIMEOUT, DIAL_TIMEOUT },
		{ EADDRNOTAVAIL, DIAL_NO_RESOURCES, DIAL_NET_UNREACHABLE },
		{ EAGAIN, DIAL_NO_RESOURCES, DIAL_NO_RESOURCES },
		{ ENOBUFS, DIAL_NO_RESOURCES, DIAL_NO_RESOURCES },
		{ EINVAL, DIAL_FAILED, DIAL_FAILED },
	};
	struct fixture *f = *state;
	struct call c;
	size_t i;

	assert_int_equal(call(f, &c, "127.0.0.9", f->port), DIAL_REFUSED);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		connect_error[HOST_IPV4] = connect_error[HOST_IPV6] =
		    rows[i].error;
		assert_int_equal(call(f, &c, "192.0.2.1", 9), rows[i].v4);
		assert_int_equal(call(f, &c, "2001:db8::1", 9), rows[i].v6);
	}
	connect_error[HOST_IPV4] = connect_error[HOST_IPV6] = 0;
}

static void
finds_the_best_word(void **state)
{
	static const struct {
		int v4, v6;
		enum dial_result result;
	} rows[] = {
		{ ECONNREFUSED, ENETUNREACH, DIAL_REFUSED },
		{ ECONNREFUSED, ETIMEDOUT, DIAL_REFUSED },
		{ ETIMEDOUT, ENETUNREACH, DIAL_TIMEOUT },
		{ EHOSTUNREACH, ETIMEDOUT, DIAL_HOST_UNREACHABLE },
		{ ENETUNREACH, EADDRNOTAVAIL, DIAL_NET_UNREACHABLE },
		{ EMFILE, ENETUNREACH, DIAL_NO_RESOURCES },
		{ EINVAL, ENETUNREACH, DIAL_NET_UNREACHABLE },
	};
	struct fixture *f = *state;
	struct call c;
	size_t i;
	int swap;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (swap = 0; swap < 2; swap++) {
			connect_error[HOST_IPV4] = rows[i].v4;
			connect_error[HOST_IPV6] = rows[i].v6;
			assert_int_equal(call(f, &c,
					     swap ? "a-dead.aaaa-later.example"
						  : "a-later.aaaa-dead.example",
					     9),
			    rows[i].result);
		}
	}
	connect_error[HOST_IPV4] = connect_error[HOST_IPV6] = 0;
}

static void
asks_for_permission(void **state)
{
	static const char *const any[] = { "0.0.0.0", "::" };
	struct fixture *f = *state;
	struct call c;
	size_t i;

	memset(&c, 0, sizeof(c));
	c.refuse = "127.0.0.1";
	assert_int_equal(start(f, &c, "127.0.0.1", f->port), -1);
	assert_int_equal(finish(f, &c), DIAL_DENIED);
	for (i = 0; i < 2; i++)
		assert_int_equal(call(f, &c, any[i], f->port), DIAL_DENIED);
	/* Nobody came. */
	assert_int_equal(fcntl(f->listener, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(accept(f->listener, NULL, NULL), -1);
}

static void
waits_for_a_slow_peer(void **state)
{
	struct fixture *f = *state;
	uint16_t port = 0;
	struct hole h;
	struct call c;

	/* The kernel repeats its SYN after a second: then there is room. */
	hole_open(&h, "127.0.0.8", &port);
	memset(&c, 0, sizeof(c));
	assert_int_equal(start(f, &c, "127.0.0.8", port), -1);
	looping_run_for(f->loop, 20);
	assert_int_equal(c.done, 0);
	close(accept(h.listener, NULL, NULL));
	assert_int_equal(finish(f, &c), DIAL_OK);
	hole_close(&h);

	/* Or nobody is there any more. */
	hole_open(&h, "127.0.0.8", &port);
	memset(&c, 0, sizeof(c));
	assert_int_equal(start(f, &c, "127.0.0.8", port), -1);
	close(h.listener);
	h.listener = -1;
	assert_int_equal(finish(f, &c), DIAL_REFUSED);
	hole_close(&h);
}

static void
runs_out_of_descriptors_and_memory(void **state)
{
	struct fixture *f = *state;
	struct rlimit was, few;
	uint16_t port = 0;
	struct hole h;
	struct call c;

	hole_open(&h, "127.0.0.8", &port);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	few = was;
	few.rlim_cur = 3; /* stdin, stdout, stderr */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(call(f, &c, "127.0.0.1", f->port), DIAL_NO_RESOURCES);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(call(f, &c, "127.0.0.1", f->port), DIAL_OK);

	memset(&c, 0, sizeof(c));
	alloc_fail_at(1);
	start(f, &c, "127.0.0.8", port);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_int_equal(finish(f, &c), DIAL_NO_RESOURCES);

	memset(&c, 0, sizeof(c));
	alloc_fail_at(1);
	start(f, &c, "a-one.aaaa-one.example", f->port);
	alloc_fail_at(0);
	assert_int_equal(finish(f, &c), DIAL_NAME_FAILED);
	hole_close(&h);
}

/* -- names ---------------------------------------------------------------- */

static void
connects_to_a_name(void **state)
{
	struct fixture *f = *state;
	struct call c;
	int v6;

	assert_int_equal(call(f, &c, "a-one.aaaa-none.example", f->port),
	    DIAL_OK);
	assert_string_equal(c.asked, "127.0.0.1 ");
	/* IPv6 refuses, IPv4 is next at once. */
	assert_int_equal(call(f, &c, "a-one.aaaa-one.example", f->port),
	    DIAL_OK);
	assert_string_equal(c.asked, "::1 127.0.0.1 ");
	v6 = listen_on("::1", &f->port, 10);
	assert_int_equal(call(f, &c, "a-one.aaaa-one.example", f->port),
	    DIAL_OK);
	assert_string_equal(c.asked, "::1 ");
	close(v6);
}

static void
says_why_a_name_failed(void **state)
{
	static const struct {
		const char *name;
		enum dial_result result;
	} rows[] = {
		{ "a-none.aaaa-none.example", DIAL_NO_NAME },
		{ "a-broken.aaaa-none.example", DIAL_NAME_FAILED },
		{ "a-none.aaaa-broken.example", DIAL_NAME_FAILED },
		{ "a-dead.aaaa-broken.example", DIAL_REFUSED },
		{ "a-dead.aaaa-none.example", DIAL_REFUSED },
		{ "a-any.aaaa-any.example", DIAL_DENIED },
		{ "a-any.aaaa-none.example", DIAL_DENIED },
		{ "a-any.aaaa-dead.example", DIAL_REFUSED },
		{ "hidden.onion", DIAL_NO_NAME },
	};
	struct fixture *f = *state;
	struct call c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(call(f, &c, rows[i].name, f->port),
		    rows[i].result);
}

static void
tries_one_family_after_the_other(void **state)
{
	struct fixture *f = *state;
	struct call c;

	/* permit() sees the order; nothing is sent. */
	memset(&c, 0, sizeof(c));
	c.refuse = "";
	start(f, &c, "a-three.aaaa-three.example", f->port);
	assert_int_equal(finish(f, &c), DIAL_DENIED);
	/* AAAA was there first, so its addresses did not wait. */
	assert_string_equal(c.asked,
	    "2001:db8::2 2001:db8::3 2001:db8::4 "
	    "127.0.0.2 127.0.0.3 127.0.0.4 ");

	/* 25 ms late: within the grace. */
	memset(&c, 0, sizeof(c));
	c.refuse = "";
	start(f, &c, "a-three.aaaa-late.example", f->port);
	assert_int_equal(finish(f, &c), DIAL_DENIED);
	assert_string_equal(c.asked,
	    "2001:db8::2 127.0.0.2 2001:db8::3 "
	    "127.0.0.3 127.0.0.4 ");
}

static void
does_not_wait_long_for_ipv6(void **state)
{
	struct fixture *f = *state;
	uint64_t start_ms = real_ms();
	struct call c;

	assert_int_equal(call(f, &c, "a-one.aaaa-last.example", f->port),
	    DIAL_OK);
	assert_in_range(real_ms() - start_ms, 48, 1500); /* 50; not 2000 */
	assert_string_equal(c.asked, "127.0.0.1 ");
	/* But there is nothing else to do while A is late. */
	start_ms = real_ms();
	assert_int_equal(call(f, &c, "a-later.aaaa-none.example", f->port),
	    DIAL_OK);
	assert_true(real_ms() - start_ms >= 198);
}

static void
overtakes_a_black_hole(void **state)
{
	struct fixture *f = *state;
	struct hole h;
	struct call c;
	uint64_t start_ms;
	uint16_t port = f->port;

	hole_open(&h, "127.0.0.7", &port);
	start_ms = real_ms();
	assert_int_equal(call(f, &c, "a-holeone.aaaa-none.example", f->port),
	    DIAL_OK);
	assert_in_range(real_ms() - start_ms, 248, 1500);
	assert_string_equal(c.asked, "127.0.0.7 127.0.0.1 ");
	hole_close(&h);
	/* A refusal is no reason to wait, from near or from far. */
	for (is_far = false;; is_far = true) {
		start_ms = real_ms();
		assert_int_equal(call(f, &c, "a-deadone.aaaa-none.example",
				     f->port),
		    DIAL_OK);
		assert_true(real_ms() - start_ms < 200);
		if (is_far)
			break;
	}
	is_far = false;
}

static void
late_addresses_join_the_race(void **state)
{
	struct fixture *f = *state;
	struct hole h;
	struct call c;
	uint16_t port = f->port;
	uint64_t start_ms = real_ms();

	/* IPv6 hangs; A comes after 200 ms and has its turn at 250 ms. */
	hole_open(&h, "::1", &port);
	assert_int_equal(call(f, &c, "a-later.aaaa-one.example", f->port),
	    DIAL_OK);
	assert_string_equal(c.asked, "::1 127.0.0.1 ");
	assert_in_range(real_ms() - start_ms, 248, 1500);
	hole_close(&h);
}

static void
cancels_at_any_time(void **state)
{
	static const struct {
		const char *host;
		uint64_t ms;
	} rows[] = {
		{ "a-one.aaaa-one.example", 0 },       /* the question */
		{ "a-one.aaaa-later.example", 25 },    /* the grace */
		{ "a-holeone.aaaa-none.example", 50 }, /* one attempt */
		{ "a-holeone.aaaa-later.example", 120 },
		{ "127.0.0.7", 0 },
		{ "127.0.0.7", 20 },
		{ "127.0.0.9", 0 }, /* refused, not told yet */
		{ "0.0.0.0", 0 },
	};
	struct fixture *f = *state;
	uint16_t port = f->port;
	struct hole h;
	struct call c;
	size_t i;

	hole_open(&h, "127.0.0.7", &port);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&c, 0, sizeof(c));
		dial_cancel(&c.dial); /* not under way */
		assert_int_equal(start(f, &c, rows[i].host, f->port), -1);
		if (rows[i].ms > 0)
			looping_run_for(f->loop, rows[i].ms);
		assert_int_equal(c.done, 0);
		dial_cancel(&c.dial);
		dial_cancel(&c.dial);
		memset(&c, 0x5a, sizeof(c)); /* as if freed */
		looping_run_for(f->loop, 30);
	}
	hole_close(&h);
}

static void
may_be_freed_by_done(void **state)
{
	static const char *const hosts[] = { "127.0.0.9", "0.0.0.0",
		"a-dead.aaaa-none.example", "a-none.aaaa-none.example",
		"x.onion", "a-any.aaaa-any.example" };
	struct fixture *f = *state;
	struct call *c;
	size_t i;

	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		c = calloc(1, sizeof(*c));
		c->is_heap = true;
		assert_int_equal(start(f, c, hosts[i], f->port), -1);
		assert_true(looping_run(f->loop));
	}
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(connects_to_an_address),
		TEST(says_why_not),
		TEST(finds_the_best_word),
		TEST(asks_for_permission),
		TEST(waits_for_a_slow_peer),
		TEST(runs_out_of_descriptors_and_memory),
		TEST(connects_to_a_name),
		TEST(says_why_a_name_failed),
		TEST(tries_one_family_after_the_other),
		TEST(does_not_wait_long_for_ipv6),
		TEST(overtakes_a_black_hole),
		TEST(late_addresses_join_the_race),
		TEST(cancels_at_any_time),
		TEST(may_be_freed_by_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
