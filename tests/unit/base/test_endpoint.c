#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "base/endpoint.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* want NULL: that error.  One table row is one promise about a spelling. */
static const struct {
	const char *host, *want;
	enum err err;
	enum host_type type;
} hosts[] = {
	{ "example.org", "example.org", OK, HOST_NAME },
	{ "Example.ORG", "Example.ORG", OK, HOST_NAME },
	{ "localhost", "localhost", OK, HOST_NAME },
	{ "example.org.", "example.org", OK, HOST_NAME },
	{ "_sip._tcp.a-b.example", "_sip._tcp.a-b.example", OK, HOST_NAME },
	{ "1a.2b", "1a.2b", OK, HOST_NAME },
	{ "1.example", "1.example", OK, HOST_NAME },
	{ "xn--bcher-kva.example", "xn--bcher-kva.example", OK, HOST_NAME },
	{ "0xyz", "0xyz", OK, HOST_NAME },
	{ "192.0.2.7", "192.0.2.7", OK, HOST_IPV4 },
	{ "127.0.0.1.", "127.0.0.1", OK, HOST_IPV4 },
	{ "::1", "::1", OK, HOST_IPV6 },
	{ "2001:DB8:0:0::1", "2001:db8::1", OK, HOST_IPV6 },
	{ "::ffff:127.0.0.1", "127.0.0.1", OK, HOST_IPV4 },
	{ "::ffff:7f00:1", "127.0.0.1", OK, HOST_IPV4 },
	/* what inet_aton(3) or a URL parser would take for an address */
	{ "127.1", NULL, ERR_PROTO, 0 },
	{ "2130706433", NULL, ERR_PROTO, 0 },
	{ "0x7f000001", NULL, ERR_PROTO, 0 },
	{ "0X7F.1", NULL, ERR_PROTO, 0 },
	{ "a.0x", NULL, ERR_PROTO, 0 },
	{ "0177.0.0.1", NULL, ERR_PROTO, 0 },
	{ "127.0.0.01", NULL, ERR_PROTO, 0 },
	{ "1.2.3.4.5", NULL, ERR_PROTO, 0 },
	{ "256.1.1.1", NULL, ERR_PROTO, 0 },
	{ "example.1", NULL, ERR_PROTO, 0 },
	{ "127.1.", NULL, ERR_PROTO, 0 },
	/* bytes no name has */
	{ "a b", NULL, ERR_PROTO, 0 },
	{ "a/b", NULL, ERR_PROTO, 0 },
	{ "a@b", NULL, ERR_PROTO, 0 },
	{ "a%62", NULL, ERR_PROTO, 0 },
	{ "a\\b", NULL, ERR_PROTO, 0 },
	{ "a#b", NULL, ERR_PROTO, 0 },
	{ "a\nb", NULL, ERR_PROTO, 0 },
	{ "b\xc3\xbc"
	  "cher",
	    NULL, ERR_PROTO, 0 },
	{ "[::1]", NULL, ERR_PROTO, 0 },
	{ "fe80::1%eth0", NULL, ERR_PROTO, 0 },
	{ "::1.", NULL, ERR_PROTO, 0 },
	{ "a:80", NULL, ERR_PROTO, 0 },
	/* empty labels */
	{ ".", NULL, ERR_PROTO, 0 },
	{ "..", NULL, ERR_PROTO, 0 },
	{ ".a", NULL, ERR_PROTO, 0 },
	{ "a..b", NULL, ERR_PROTO, 0 },
	{ "a..", NULL, ERR_PROTO, 0 },
	{ "", NULL, ERR_RANGE, 0 },
};

static void
reads_hosts(void **state)
{
	char text[HOST_MAX + 1];
	struct endpoint ep, mark;
	enum err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(hosts); i++) {
		memset(&mark, 0xa5, sizeof(mark));
		ep = mark;
		e = endpoint_from_host(&ep, hosts[i].host,
		    strlen(hosts[i].host), 443);
		if (e != hosts[i].err)
			fail_msg("%s: %s", hosts[i].host, err_str(e));
		if (e != OK) {
			assert_memory_equal(&ep, &mark, sizeof(ep));
			continue;
		}
		assert_int_equal(ep.type, hosts[i].type);
		assert_int_equal(ep.port, 443);
		assert_int_equal(endpoint_host_str(&ep, text),
		    strlen(hosts[i].want));
		assert_string_equal(text, hosts[i].want);
	}
}

static void
knows_the_length_of_a_name(void **state)
{
	static const size_t over[] = { 256, 257, 511, 4096 };
	char name[4096], text[HOST_MAX + 1];
	struct endpoint ep;
	size_t i;

	(void)state;
	memset(name, 'a', sizeof(name));
	assert_int_equal(endpoint_from_host(&ep, name, 255, 1), OK);
	assert_int_equal(endpoint_host_str(&ep, text), 255);
	for (i = 0; i < COUNT(over); i++)
		assert_int_equal(endpoint_from_host(&ep, name, over[i], 1),
		    ERR_RANGE);
	assert_int_equal(endpoint_from_host(&ep, "a\0b", 3, 1), ERR_PROTO);
	assert_int_equal(endpoint_from_host(&ep, "1.2.3.4\0", 8, 1), ERR_PROTO);
}

static const struct {
	const char *text;
	uint16_t dflt;
	const char *want; /* NULL: malformed */
} endpoints[] = {
	{ "example.org:443", 0, "example.org:443" },
	{ "example.org", 80, "example.org:80" },
	{ "example.org:8080", 80, "example.org:8080" },
	{ "192.0.2.7:0", 0, "192.0.2.7:0" },
	{ "[::1]:65535", 0, "[::1]:65535" },
	{ "[::1]", 80, "[::1]:80" },
	{ "[::ffff:192.0.2.7]:1", 0, "192.0.2.7:1" },
	{ "", 80, NULL },
	{ "example.org", 0, NULL },
	{ "[::1]", 0, NULL },
	{ ":80", 0, NULL },
	{ ":", 80, NULL },
	{ "example.org:", 80, NULL },
	{ "example.org:65536", 0, NULL },
	{ "example.org:123456", 0, NULL },
	{ "example.org:8o", 0, NULL },
	{ "example.org:+80", 0, NULL },
	{ "example.org: 80", 0, NULL },
	{ "example.org:80 ", 0, NULL },
	{ "example.org:80:81", 0, NULL },
	{ "::1", 80, NULL },
	{ "::1:80", 0, NULL },
	{ "[::1]80", 80, NULL },
	{ "[::1", 80, NULL },
	{ "[]:80", 0, NULL },
	{ "[192.0.2.7]:80", 0, NULL },
	{ "[example.org]:80", 0, NULL },
	{ "[[::1]]:80", 0, NULL },
	{ "user@example.org:80", 0, NULL },
	{ "127.1:80", 0, NULL },
};

static void
reads_endpoints(void **state)
{
	char text[ENDPOINT_STR];
	struct endpoint ep;
	enum err e;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(endpoints); i++) {
		e = endpoint_parse(&ep, endpoints[i].text,
		    strlen(endpoints[i].text), endpoints[i].dflt);
		if (e != (endpoints[i].want == NULL ? ERR_PROTO : OK))
			fail_msg("%s: %s", endpoints[i].text, err_str(e));
		if (e != OK)
			continue;
		n = endpoint_str(&ep, text);
		assert_int_equal(n, strlen(text));
		assert_string_equal(text, endpoints[i].want);
	}
}

static void
compares(void **state)
{
	struct endpoint a, b;

	(void)state;
	endpoint_parse(&a, "Example.org:80", 14, 0);
	endpoint_parse(&b, "eXample.ORG:80", 14, 0);
	assert_true(endpoint_same(&a, &b));
	b.port = 81;
	assert_false(endpoint_same(&a, &b));
	endpoint_parse(&a, "192.0.2.7:80", 12, 0);
	endpoint_parse(&b, "[::ffff:192.0.2.7]:80", 21, 0);
	assert_true(endpoint_same(&a, &b));
	endpoint_parse(&b, "192.0.2.8:80", 12, 0);
	assert_false(endpoint_same(&a, &b));
	endpoint_parse(&b, "[::]:80", 7, 0);
	assert_false(endpoint_same(&a, &b));
}

static struct ip
ip(const char *s)
{
	struct ip got;

	assert_int_equal(ip_parse(&got, s, strlen(s)), OK);
	return got;
}

static void
knows_addresses(void **state)
{
	struct endpoint name, addr;
	struct ip a = ip("127.255.0.1"), b = ip("128.0.0.1");

	(void)state;
	assert_true(ip_is_loopback(&a));
	assert_false(ip_is_loopback(&b));
	assert_false(ip_same(&a, &b));
	a = ip("::1");
	assert_true(ip_is_loopback(&a));
	assert_false(ip_is_any(&a));
	a = ip("::2");
	assert_false(ip_is_loopback(&a));
	a = ip("::");
	b = ip("0.0.0.0");
	assert_true(ip_is_any(&a));
	assert_true(ip_is_any(&b));
	assert_false(ip_same(&a, &b));
	a = ip("::ffff:0.0.0.0");
	assert_true(ip_same(&a, &b));

	addr = endpoint_from_ip(&a, 80);
	assert_true(endpoint_ip(&addr, &b));
	assert_true(ip_same(&a, &b));
	assert_int_equal(endpoint_from_host(&name, "a", 1, 1), OK);
	assert_false(endpoint_ip(&name, &b));
}

static void
speaks_to_the_kernel(void **state)
{
	static const char *const text[] = { "192.0.2.7", "2001:db8::7" };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_storage ss;
	struct sockaddr_in6 in6;
	struct ip a, b;
	uint16_t port;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(text); i++) {
		a = ip(text[i]);
		assert_int_equal(ip_sockaddr(&a, 1080, &ss),
		    i == 0 ? sizeof(struct sockaddr_in) : sizeof(in6));
		port = 0;
		assert_true(sockaddr_ip((struct sockaddr *)&ss, &b, &port));
		assert_true(ip_same(&a, &b));
		assert_int_equal(port, 1080);
	}
	memset(&in6, 0, sizeof(in6));
	in6.sin6_family = AF_INET6;
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6.sin6_addr);
	assert_true(sockaddr_ip((struct sockaddr *)&in6, &b, &port));
	a = ip("192.0.2.7");
	assert_true(ip_same(&a, &b));
	assert_false(sockaddr_ip((struct sockaddr *)&un, &b, &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_hosts),
		cmocka_unit_test(knows_the_length_of_a_name),
		cmocka_unit_test(reads_endpoints),
		cmocka_unit_test(compares),
		cmocka_unit_test(knows_addresses),
		cmocka_unit_test(speaks_to_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
