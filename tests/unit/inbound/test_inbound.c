/* Which protocol a client speaks, told by its first byte. */
#include "talk.h"

static struct talk t;

static void
the_first_byte_tells(void **state)
{
	const char *want;
	unsigned first;
	uint8_t byte;

	(void)state;
	for (first = 0; first < 256; first++) {
		byte = (uint8_t)first;
		talk_start(&t, LISTEN_ALL, false);
		talk_hear(&t, &byte, 1, 1);
		want = first == 5 ? "socks5"
		    : first == 4  ? "socks4"
		    : (first >= 'A' && first <= 'Z') ||
			(first >= 'a' && first <= 'z')
		    ? "http"
		    : "";
		assert_string_equal(inbound_name(&t.ib), want);
		assert_int_equal(t.nsaid, 0);
		if (*want != '\0') {
			assert_int_equal(t.status, INBOUND_MORE);
			continue;
		}
		/* Whoever it is (0x16: TLS) learns nothing about us. */
		assert_int_equal(t.status, INBOUND_FAILED);
		assert_int_equal(t.ib.why, OUTCOME_BAD_REQUEST);
		talk_reply(&t, t.ib.why);
		assert_int_equal(t.nsaid, 0);
	}
}

static void
protocols_can_be_switched_off(void **state)
{
	static const struct {
		unsigned bit;
		const char *wire;
		size_t len;
	} rows[] = {
		{ LISTEN_SOCKS5,
		    WIRE("\x05\x01\x00\x05\x01\x00\x01\x01\x02"
			 "\x03\x04\x00\x50") },
		{ LISTEN_SOCKS4, WIRE("\x04\x01\x00\x50\x01\x02\x03\x04\0") },
		{ LISTEN_HTTP, WIRE("CONNECT a:1 HTTP/1.0\r\n\r\n") },
	};
	unsigned protocols;
	size_t i;

	(void)state;
	for (protocols = 0; protocols <= LISTEN_ALL; protocols++) {
		for (i = 0; i < COUNT(rows); i++) {
			talk_start(&t, protocols, false);
			talk_hear(&t, rows[i].wire, rows[i].len, 1);
			if ((protocols & rows[i].bit) != 0) {
				assert_int_equal(t.status, INBOUND_READY);
				continue;
			}
			assert_int_equal(t.status, INBOUND_FAILED);
			assert_int_equal(t.ib.why, OUTCOME_BAD_REQUEST);
			talk_reply(&t, t.ib.why);
			assert_int_equal(t.nsaid, 0);
		}
	}
}

static void
nothing_means_more(void **state)
{
	(void)state;
	talk_start(&t, LISTEN_ALL, true);
	talk_step(&t);
	assert_int_equal(t.status, INBOUND_MORE);
	assert_string_equal(inbound_name(&t.ib), "");
	talk_reply(&t, OUTCOME_TIMEOUT);
	assert_int_equal(t.nsaid, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_byte_tells),
		cmocka_unit_test(protocols_can_be_switched_off),
		cmocka_unit_test(nothing_means_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
