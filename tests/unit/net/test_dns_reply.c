/* test_dns_reply.c - the SOA record of a negative answer. */
#include <string.h>

#include "../../../src/net/dns_reply.h"
#include "unit.h"

#define HEAD(answers, authorities) \
	"\x12\x34\x81\x83\0\1\0" answers "\0" authorities "\0\0"
#define QUESTION "\1a\7example\0\0\1\0\1"
/* Names compressed; TTL and MINIMUM follow. */
#define SOA(ttl, minimum)                    \
	"\xc0\x0e\0\6\0\1" ttl "\0\x26"      \
	"\2ns\xc0\x0e\4root\7example\3org\0" \
	"\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4" minimum
#define CNAME     "\xc0\x0c\0\5\0\1\0\0\0\1\0\4\1b\xc0\x0e"
#define MSG(text) text, sizeof(text) - 1

static void
takes_the_smaller_number(void **state)
{
	static const struct {
		const char *msg;
		size_t n;
		uint32_t ttl;
	} rows[] = {
		{ MSG(HEAD("\0", "\1")
			  QUESTION SOA("\0\0\0\x1e", "\0\0\3\x84")),
		    30 },
		{ MSG(HEAD("\0", "\1")
			  QUESTION SOA("\0\0\3\x84", "\0\0\0\x28")),
		    40 },
		{ MSG(HEAD("\1", "\1")
			  QUESTION CNAME SOA("\0\0\3\x84", "\0\0\0\x28")),
		    40 },
		{ MSG(HEAD("\0", "\2")
			  QUESTION CNAME SOA("\0\0\3\x84", "\0\0\0\x28")),
		    40 },
		/* One among the answers is not the one meant. */
		{ MSG(HEAD("\1", "\0")
			  QUESTION SOA("\0\0\3\x84", "\0\0\0\x28")),
		    DNS_NEGATIVE_TTL },
		{ MSG(HEAD("\0", "\0") QUESTION), DNS_NEGATIVE_TTL },
		{ MSG(""), DNS_NEGATIVE_TTL },
		/* A label type that does not exist. */
		{ MSG(HEAD("\0", "\1") "\x80" QUESTION), DNS_NEGATIVE_TTL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(dns_negative_ttl((const uint8_t *)rows[i].msg,
				     rows[i].n),
		    rows[i].ttl);
}

static void
reads_nothing_behind_the_end(void **state)
{
	static const char msg[] = HEAD("\1", "\1")
	    QUESTION CNAME SOA("\0\0\3\x84", "\0\0\0\x28");
	uint8_t *copy;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(msg) - 1; n++) {
		copy = malloc(n + 1); /* so that a sanitiser sees it */
		memcpy(copy + 1, msg, n);
		assert_int_equal(dns_negative_ttl(copy + 1, n),
		    DNS_NEGATIVE_TTL);
		free(copy);
	}
	assert_int_equal(dns_negative_ttl((const uint8_t *)msg, n), 40);
}

static void
ends_on_a_flood_of_records(void **state)
{
	static uint8_t msg[12 + 65000];

	(void)state;
	memset(msg, 0, sizeof(msg));
	memset(msg + 4, 0xff, 6);
	assert_int_equal(dns_negative_ttl(msg, sizeof(msg)), DNS_NEGATIVE_TTL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_smaller_number),
		cmocka_unit_test(reads_nothing_behind_the_end),
		cmocka_unit_test(ends_on_a_flood_of_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
