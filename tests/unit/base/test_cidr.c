#include <string.h>

#include "base/cidr.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *net, *ip;
	bool has;
} rows[] = {
	{ "10.0.0.0/8", "10.255.255.255", true },
	{ "10.0.0.0/8", "11.0.0.0", false },
	{ "172.16.0.0/12", "172.31.255.255", true },
	{ "172.16.0.0/12", "172.32.0.0", false },
	{ "192.0.2.7", "192.0.2.7", true },
	{ "192.0.2.7", "192.0.2.6", false },
	{ "192.0.2.6/31", "192.0.2.7", true },
	{ "0.0.0.0/0", "255.1.2.3", true },
	{ "0.0.0.0/0", "::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "10.0.0.1", false },
	{ "::1", "::1", true },
	{ "::1", "::", false },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	/* all of IPv4 in IPv6 is IPv4, on both sides */
	{ "::ffff:10.0.0.0/104", "10.9.9.9", true },
	{ "::ffff:10.0.0.0/104", "::ffff:10.9.9.9", true },
	{ "::ffff:0:0/96", "8.8.8.8", true },
	{ "10.0.0.0/8", "::ffff:10.1.1.1", true },
};

static void
holds(void **state)
{
	struct cidr c;
	struct ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		assert_int_equal(cidr_parse(&c, rows[i].net,
				     strlen(rows[i].net)),
		    OK);
		assert_int_equal(ip_parse(&ip, rows[i].ip, strlen(rows[i].ip)),
		    OK);
		if (cidr_has(&c, &ip) != rows[i].has)
			fail_msg("%s in %s", rows[i].ip, rows[i].net);
	}
}

static const struct {
	const char *text;
	enum err want;
} bad[] = {
	{ "", ERR_PROTO },
	{ "/8", ERR_PROTO },
	{ "10/8", ERR_PROTO },
	{ "10.0.0.0/", ERR_PROTO },
	{ "10.0.0.0/x", ERR_PROTO },
	{ "10.0.0.0/-1", ERR_PROTO },
	{ "10.0.0.0/8/8", ERR_PROTO },
	{ "10.0.0.0/ 8", ERR_PROTO },
	{ "10.0.0.0/4294967304", ERR_PROTO },
	{ "example.org/8", ERR_PROTO },
	{ "10.0.0.0/33", ERR_RANGE },
	{ "::/129", ERR_RANGE },
	{ "10.0.0.1/8", ERR_RANGE },
	{ "10.0.0.128/24", ERR_RANGE },
	{ "2001:db8::1/64", ERR_RANGE },
	{ "::ffff:0:0/95", ERR_RANGE },
	{ "::ffff:10.0.0.1/104", ERR_RANGE },
};

static void
refuses(void **state)
{
	struct cidr c;
	enum err e;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		e = cidr_parse(&c, bad[i].text, strlen(bad[i].text));
		if (e != bad[i].want)
			fail_msg("%s: %s", bad[i].text, err_str(e));
	}
	assert_int_equal(cidr_parse(&c, NULL, 0), ERR_PROTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
