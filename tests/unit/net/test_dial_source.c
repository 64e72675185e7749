/* test_dial_source.c - where outgoing connections leave from. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"
#include "net/looping.h"

#include "unit.h"

struct fixture {
	struct loop *loop;
	int v4, v6; /* listeners, v6 -1 where there is no IPv6 */
	uint16_t port4, port6;
};

static struct ip
ip_of(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(&ip, text, strlen(text)), OK);
	return ip;
}

static int
listen_on(const char *host, uint16_t *port)
{
	struct ip ip = ip_of(host);
	struct sockaddr_storage ss;
	socklen_t n = ip_sockaddr(&ip, 0, &ss);
	int fd = socket(ss.ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&ss, n) != 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(listen(fd, 8), 0);
	n = sizeof(ss);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &n), 0);
	assert_true(sockaddr_ip((struct sockaddr *)&ss, &ip, port));
	return fd;
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = looping_new();
	f->v4 = listen_on("127.0.0.1", &f->port4);
	f->v6 = listen_on("::1", &f->port6);
	assert_true(f->v4 >= 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	close(f->v4);
	if (f->v6 >= 0)
		close(f->v6);
	loop_free(f->loop);
	free(f);
	return 0;
}

struct call {
	struct dial dial; /* first */
	struct loop *loop;
	enum dial_result result;
	int fd;
};

static bool
permit(struct dial *d, const struct ip *ip, uint16_t port)
{
	(void)d, (void)ip, (void)port;
	return true;
}

static void
on_done(struct dial *d, enum dial_result r, int fd)
{
	struct call *c = (struct call *)d;

	c->result = r;
	c->fd = fd;
	loop_stop(c->loop);
}

static struct call
call(struct fixture *f, const struct source *s, const char *to, uint16_t port)
{
	struct ip ip = ip_of(to);
	struct endpoint e = endpoint_from_ip(&ip, port);
	struct call c = { .dial.permit = permit,
		.dial.done = on_done,
		.dial.source = s,
		.loop = f->loop };

	c.fd = dial_start(&c.dial, f->loop, NULL, &e);
	if (c.fd < 0)
		assert_true(looping_run(f->loop));
	return c;
}

/* Connected, and the listener saw this address. */
static void
comes_from(struct fixture *f, const struct source *s, bool v6, const char *from)
{
	struct call c = call(f, s, v6 ? "::1" : "127.0.0.1",
	    v6 ? f->port6 : f->port4);
	struct sockaddr_storage ss;
	struct ip seen, want = ip_of(from);
	socklen_t n = sizeof(ss);
	uint16_t port;
	int fd;

	assert_int_equal(c.result, DIAL_OK);
	assert_true(c.fd >= 0);
	fd = accept(v6 ? f->v6 : f->v4, (struct sockaddr *)&ss, &n);
	assert_true(fd >= 0);
	assert_true(sockaddr_ip((struct sockaddr *)&ss, &seen, &port));
	assert_true(ip_same(&seen, &want));
	close(fd);
	close(c.fd);
}

/* Not from there means not at all. */
static void
can_not(struct fixture *f, const struct source *s, const char *to,
    uint16_t port)
{
	struct call c = call(f, s, to, port);

	assert_int_equal(c.result, DIAL_NO_SOURCE);
	assert_int_equal(c.fd, -1);
	assert_int_equal(accept(f->v4, NULL, NULL), -1);
	assert_int_equal(errno, EAGAIN);
}

static void
from_an_address(void **state)
{
	struct fixture *f = *state;
	struct source s = { .v4 = ip_of("127.0.0.77"), .has_v4 = true };

	comes_from(f, NULL, false, "127.0.0.1");
	comes_from(f, &(struct source){ .mark = 0 }, false, "127.0.0.1");
	comes_from(f, &s, false, "127.0.0.77");
	if (f->v6 < 0)
		return;
	can_not(f, &s, "::1", f->port6);
	s.v6 = ip_of("::1");
	s.has_v6 = true;
	comes_from(f, &s, true, "::1");
	s.has_v4 = false;
	can_not(f, &s, "127.0.0.1", f->port4);
}

static void
not_from_anothers_address(void **state)
{
	struct fixture *f = *state;
	struct source s = { .v4 = ip_of("192.0.2.77"), .has_v4 = true };

	can_not(f, &s, "127.0.0.1", f->port4);
}

static void
through_an_interface(void **state)
{
	struct fixture *f = *state;

	if (geteuid() != 0)
		skip(); /* SO_BINDTODEVICE; run it as root */
	comes_from(f, &(struct source){ .iface = "lo" }, false, "127.0.0.1");
	can_not(f, &(struct source){ .iface = "nosuch0" }, "127.0.0.1",
	    f->port4);
}

static void
with_a_mark(void **state)
{
	struct fixture *f = *state;
	struct source s = { .mark = 77 };
	struct call c;
	socklen_t n = sizeof(uint32_t);
	uint32_t mark = 0;

	if (geteuid() != 0)
		skip(); /* SO_MARK; run it as root */
	c = call(f, &s, "127.0.0.1", f->port4);
	assert_true(c.fd >= 0);
	assert_int_equal(getsockopt(c.fd, SOL_SOCKET, SO_MARK, &mark, &n), 0);
	assert_int_equal(mark, 77);
	close(c.fd);
	close(accept(f->v4, NULL, NULL));
}

/* An address that is nobody's: where its answers go is routing's business. */
static void
from_a_free_address(void **state)
{
	struct fixture *f = *state;
	struct source s = { .v4 = ip_of("192.0.2.77"), .has_v4 = true,
		.free = true };
	struct call c = { .dial.permit = permit,
		.dial.done = on_done,
		.dial.source = &s,
		.loop = f->loop };
	struct ip ip = ip_of("127.0.0.1");
	struct endpoint e = endpoint_from_ip(&ip, f->port4);

	c.fd = dial_start(&c.dial, f->loop, NULL, &e);
	assert_int_equal(c.fd, -1);
	/* It was bound: the kernel may refuse or wait, but not for that. */
	looping_run_for(f->loop, 1);
	assert_int_not_equal(c.result, DIAL_NO_SOURCE);
	dial_cancel(&c.dial);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_an_address, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(not_from_anothers_address,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(through_an_interface, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(with_a_mark, setup, teardown),
		cmocka_unit_test_setup_teardown(from_a_free_address, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
