/* What is private, and what is not: every boundary of the table. */
#include <string.h>

#include "base/private.h"

#include "unit.h"

static const char *const private[] = {
	"0.0.0.0",
	"0.255.255.255",
	"10.0.0.0",
	"10.255.255.255",
	"100.64.0.0",
	"100.127.255.255",
	"127.0.0.1",
	"127.255.255.255",
	"169.254.0.0",
	"169.254.169.254",
	"169.254.255.255",
	"172.16.0.0",
	"172.31.255.255",
	"192.0.0.0",
	"192.0.0.255",
	"192.0.2.1",
	"192.88.99.1",
	"192.168.0.0",
	"192.168.255.255",
	"198.18.0.0",
	"198.19.255.255",
	"198.51.100.1",
	"203.0.113.1",
	"224.0.0.1",
	"239.255.255.255",
	"240.0.0.0",
	"255.255.255.255",
	/* IPv4 inside */
	"::ffff:127.0.0.1",
	"::ffff:7f00:1",
	"64:ff9b::7f00:1",
	"64:ff9b::10.0.0.1",
	"64:ff9b::a9fe:a9fe",
	"64:ff9b:0:0:1::808:808",
	"2002:7f00:1::",
	"2002:a00:1::1",
	"2002:c0a8:101::1",
	/* NAT64 of a network's own, RFC 6052: /48, /56, /64, /96 */
	"64:ff9b:1:7f00:0:100::",
	"64:ff9b:1:7f:0:1::",
	"64:ff9b:1::7f00:1",
	"64:ff9b:1:0:7f:0:100:0",
	"64:ff9b:1::",
	"64:ff9b:1:0:100:808:808:808",
	"64:ff9b:1::a00:1",
	"64:ff9b:1:fffe:ffff::a00:1",
	/* IPv6 */
	"::",
	"::1",
	"::2",
	"::7f00:1",
	"::ffff:0:7f00:1",
	"100::1",
	"1fff::1",
	"2001::1",
	"2001:0:4136:e378:8000:63bf:3fff:fdd2",
	"2001:10::1",
	"2001:1ff:ffff::",
	"2001:db8::1",
	"3fff::1",
	"3fff:fff::1",
	"4000::1",
	"5f00::1",
	"8000::1",
	"fc00::1",
	"fdff::1",
	"fe80::1",
	"febf::1",
	"fec0::1",
	"ff02::1",
	"ff0e::1",
};

static const char *const public[] = {
	"1.0.0.0",
	"9.255.255.255",
	"11.0.0.0",
	"100.63.255.255",
	"100.128.0.0",
	"126.255.255.255",
	"128.0.0.0",
	"169.253.255.255",
	"169.255.0.0",
	"172.15.255.255",
	"172.32.0.0",
	"191.255.255.255",
	"192.0.1.0",
	"192.0.3.0",
	"192.88.98.1",
	"192.88.100.1",
	"192.167.255.255",
	"192.169.0.0",
	"198.17.255.255",
	"198.20.0.0",
	"198.51.99.1",
	"203.0.112.1",
	"203.0.114.1",
	"223.255.255.255",
	"::ffff:8.8.8.8",
	"64:ff9b::808:808",
	"64:ff9b:1::808:808",
	"64:ff9b:1:fffe::808:808",
	"2002:808:808::1",
	"2001:200::1",
	"2001:4860:4860::8888",
	"2001:db7::1",
	"2001:db9::1",
	"2000::1",
	"2a00::1",
	"3ffe::1",
	"3fff:1000::1",
	"2606:4700::1111",
};

static bool
of(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(&ip, text, strlen(text)), OK);
	return ip_is_private(&ip);
}

static void
knows_addresses(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(private) / sizeof(private[0]); i++)
		if (!of(private[i]))
			fail_msg("%s is private", private[i]);
	for (i = 0; i < sizeof(public) / sizeof(public[0]); i++)
		if (of(public[i]))
			fail_msg("%s is public", public[i]);
}

static void
knows_names(void **state)
{
	(void)state;
	assert_true(name_is_private("localhost"));
	assert_true(name_is_private("LocalHost"));
	assert_true(name_is_private("a.b.localhost"));
	assert_false(name_is_private("mylocalhost"));
	assert_false(name_is_private("localhost.example"));
	assert_false(name_is_private("host"));
	assert_false(name_is_private(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_addresses),
		cmocka_unit_test(knows_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
