/* Which addresses are this machine's, by what the kernel says. */
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/local.h"

#include "unit.h"

static bool
has(struct local *l, const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(&ip, text, strlen(text)), OK);
	return local_has(l, &ip);
}

static void
knows_fixed_ones(void **state)
{
	static const char *const ours[] = { "127.0.0.1", "127.1.2.3", "::1",
		"0.0.0.0", "255.255.255.255", "224.0.0.1", "ff02::1" };
	struct local l;
	size_t i;

	(void)state;
	local_init(&l);
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (!has(&l, ours[i]))
			fail_msg("%s is ours", ours[i]);
	assert_false(has(&l, "8.8.8.8"));
	assert_false(has(&l, "2606:4700::1111"));
	local_deinit(&l);
	local_deinit(&l);
}

/* All that the interfaces of this machine have. */
static void
knows_those_of_interfaces(void **state)
{
	struct ifaddrs *all, *a;
	struct local l;
	uint16_t port;
	struct ip ip;

	(void)state;
	local_init(&l);
	assert_int_equal(getifaddrs(&all), 0);
	for (a = all; a != NULL; a = a->ifa_next)
		if (a->ifa_addr != NULL && sockaddr_ip(a->ifa_addr, &ip, &port))
			assert_true(local_has(&l, &ip));
	freeifaddrs(all);
	local_deinit(&l);
}

/* Without an answer the answer is yes, as then nothing is connected to. */
static void
is_careful(void **state)
{
	struct local l;
	int fd[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
	close(fd[1]);
	local_init(&l);
	l.fd = fd[0];
	assert_true(has(&l, "8.8.8.8"));
	local_deinit(&l);
}

static void
tells_our_end(void **state)
{
	struct sockaddr_storage ss;
	struct ip ip, at;
	uint16_t port = 0;
	socklen_t n;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(ip_parse(&ip, "127.0.0.9", 9), OK);
	n = ip_sockaddr(&ip, 0, &ss);
	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_true(local_end(fd, &at, &port));
	assert_true(ip_same(&ip, &at));
	assert_true(port != 0);
	close(fd);
	assert_false(local_end(fd, &at, &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_fixed_ones),
		cmocka_unit_test(knows_those_of_interfaces),
		cmocka_unit_test(is_careful),
		cmocka_unit_test(tells_our_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
