/* test_hosts.c - the text of /etc/hosts. */
#include <stdio.h>
#include <string.h>

#include "../../../src/net/hosts.h"
#include "unit.h"

#define MAX 4

static struct hosts *
parse(const char *text)
{
	struct hosts *h = hosts_parse(strdup(text), strlen(text));

	assert_non_null(h);
	return h;
}

/* "192.0.2.1 192.0.2.2", "" for none of that family, "-" for not there. */
static void
check(const struct hosts *h, const char *name, enum host_type family,
    const char *want)
{
	char got[MAX * HOST_MAX] = "", str[HOST_MAX + 1];
	struct endpoint e;
	struct ip ips[MAX];
	size_t n, i;

	if (!hosts_find(h, name, family, ips, MAX, &n)) {
		assert_int_equal(n, 0);
		assert_string_equal("-", want);
		return;
	}
	for (i = 0; i < n; i++) {
		e = endpoint_from_ip(&ips[i], 0);
		endpoint_host_str(&e, str);
		strcat(got, i > 0 ? " " : "");
		strcat(got, str);
	}
	assert_string_equal(got, want);
}

static void
reads_what_is_there(void **state)
{
	struct hosts *h = parse("# a comment\n"
				"\n"
				"127.0.0.1 localhost\n"
				"192.0.2.1\tWWW.Example.org alias # not.this\n"
				"   192.0.2.2   www.example.org.\r\n"
				"2001:db8::1 www.example.org\n"
				"::ffff:192.0.2.3 mapped\n"
				"192.0.2.4#glued\n"
				"192.0.2.5 a b c d e f\n"
				"0.0.0.0 ads.example\n"
				":: ads.example ads6.example\n"
				"192.0.2.6 last");

	(void)state;
	check(h, "localhost", HOST_IPV4, "127.0.0.1");
	check(h, "www.example.org", HOST_IPV4, "192.0.2.1 192.0.2.2");
	check(h, "www.example.org", HOST_IPV6, "2001:db8::1");
	check(h, "alias", HOST_IPV4, "192.0.2.1");
	check(h, "alias", HOST_IPV6, "");
	check(h, "not.this", HOST_IPV4, "-");
	check(h, "glued", HOST_IPV4, "-");
	check(h, "mapped", HOST_IPV4, "192.0.2.3");
	check(h, "f", HOST_IPV4, "192.0.2.5");
	check(h, "ads.example", HOST_IPV4, "");
	check(h, "ads6.example", HOST_IPV4, "");
	check(h, "last", HOST_IPV4, "192.0.2.6");
	check(h, "192.0.2.6", HOST_IPV4, "-");
	check(h, "", HOST_IPV4, "-");
	hosts_free(h);
}

static void
passes_over_what_is_not_understood(void **state)
{
	struct hosts *h = parse(
	    "not.an.address name1\n"
	    "192.0.2.300 name2\n"
	    "fe80::1%eth0 name3\n"
	    "192.0.2.1 bad..name good ex\\.ample -ok- \x80\n"
	    "192.0.2.2\n"
	    "# 192.0.2.3 name4\n");

	(void)state;
	check(h, "name1", HOST_IPV4, "-");
	check(h, "name2", HOST_IPV4, "-");
	check(h, "name3", HOST_IPV6, "-");
	check(h, "name4", HOST_IPV4, "-");
	check(h, "bad..name", HOST_IPV4, "-");
	check(h, "good", HOST_IPV4, "192.0.2.1");
	check(h, "-ok-", HOST_IPV4, "192.0.2.1");
	hosts_free(h);
	h = parse("");
	check(h, "good", HOST_IPV4, "-");
	hosts_free(h);
}

static void
a_nul_hides_the_rest_of_its_line(void **state)
{
	static const char text[] = "192.0.2.1 a\0 b\n192.0.2.2 c\n";
	char *copy = malloc(sizeof(text));
	struct hosts *h;

	(void)state;
	memcpy(copy, text, sizeof(text));
	h = hosts_parse(copy, sizeof(text) - 1);
	check(h, "a", HOST_IPV4, "192.0.2.1");
	check(h, "b", HOST_IPV4, "-");
	check(h, "c", HOST_IPV4, "192.0.2.2");
	hosts_free(h);
}

static void
stops_at_max(void **state)
{
	struct hosts *h = parse("192.0.2.1 a\n192.0.2.2 a\n192.0.2.3 a\n"
				"192.0.2.4 a\n192.0.2.5 a\n");

	(void)state;
	check(h, "a", HOST_IPV4, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4");
	hosts_free(h);
}

/* A block list: every name is found, and in a moment. */
static void
takes_a_long_list(void **state)
{
	const unsigned count = 100000;
	char *text = malloc(count * 40), name[40];
	struct hosts *h;
	unsigned i;
	size_t n = 0;

	(void)state;
	for (i = 0; i < count; i++)
		n += (size_t)sprintf(text + n, "0.0.0.0 ad%u.example\n", i);
	h = hosts_parse(text, n);
	assert_non_null(h);
	for (i = 0; i < count; i++) {
		sprintf(name, "ad%u.example", i);
		assert_true(hosts_find(h, name, HOST_IPV4, NULL, 0, &n));
	}
	assert_false(hosts_find(h, "ad100000.example", HOST_IPV4, NULL, 0, &n));
	hosts_free(h);
}

static void
survives_lack_of_memory(void **state)
{
	const char *text = "192.0.2.1 a b c d e f g h i j k l m n o p q r s\n";
	struct hosts *h;
	unsigned long n;
	char *copy;

	(void)state;
	for (n = 1;; n++) {
		copy = strdup(text);
		alloc_fail_at(n);
		h = hosts_parse(copy, strlen(text));
		if (!alloc_failed())
			break;
		assert_null(h);
		alloc_fail_at(0);
	}
	alloc_fail_at(0);
	assert_int_equal(n, 5); /* itself, 16 entries, 32, buckets */
	check(h, "s", HOST_IPV4, "192.0.2.1");
	hosts_free(h);
	hosts_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_is_there),
		cmocka_unit_test(passes_over_what_is_not_understood),
		cmocka_unit_test(a_nul_hides_the_rest_of_its_line),
		cmocka_unit_test(stops_at_max),
		cmocka_unit_test(takes_a_long_list),
		cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
