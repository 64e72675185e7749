/* test_dns_srv.c - SRV records of messages as they are and as they are not. */
#include <string.h>

#include "../../../src/net/dns_srv.h"
#include "unit.h"

#define HEAD(answers)      "\x12\x34\x81\x80\0\1\0" answers "\0\0\0\0"
#define QUESTION           "\6_socks\4_tcp\7example\0\0\x21\0\1" /* at 12 */
#define NAME               "\xc0\x0c"
#define SRV_HEAD(ttl, len) "\0\x21\0\1" ttl "\0" len
#define TTL(n)             "\0\0\0" n
#define MSG(text)          text, sizeof(text) - 1

static const char name[] = "_socks._tcp.example";

static int
look(const char *msg, size_t n, struct srv_record *out, uint32_t *ttl)
{
	return dns_srv_read((const uint8_t *)msg, n, name, out, ttl);
}

static void
reads_records(void **state)
{
	/* The first target whole and in odd case, the second compressed. */
	static const char msg[] = HEAD("\2") QUESTION NAME SRV_HEAD(TTL("\x3c"),
	    "\x0a") "\0\1\0\2\4\x38"
		    "\2N1\0" NAME SRV_HEAD(TTL("\x1e"), "\x0b") "\0\3\0\0\0\x50"
								"\2n2\xc0\x18";
	struct srv_record r[SRV_RECORDS];
	uint32_t ttl = 0;

	(void)state;
	assert_int_equal(look(msg, sizeof(msg) - 1, r, &ttl), 2);
	assert_int_equal(ttl, 30);
	assert_int_equal(r[0].priority, 1);
	assert_int_equal(r[0].weight, 2);
	assert_int_equal(r[0].port, 1080);
	assert_string_equal(r[0].target, "n1");
	assert_int_equal(r[1].priority, 3);
	assert_int_equal(r[1].port, 80);
	assert_string_equal(r[1].target, "n2.example");
}

static void
reads_what_counts(void **state)
{
	static const struct {
		const char *msg;
		size_t n;
		int records;
		uint32_t ttl;
	} rows[] = {
		{ MSG(HEAD("\0") QUESTION), 0, UINT32_MAX },
		/* RFC 2782: "." says that the service is not there. */
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		      "\7") "\0\0\0\0\0\x50\0"),
		    0, 5 },
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		      "\x0a") "\0\0\0\0\0\0\2n1\0"), /* port 0 */
		    0, 5 },
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD("\x80\0\0\0",
		      "\x0a") "\0\0\0\0\0\1\2n1\0"),
		    1, 0 }, /* RFC 2181: that is 0 */
		/* Of another name, and of another class. */
		{ MSG(HEAD("\1") QUESTION "\1x\xc0\x0c" SRV_HEAD(TTL("\5"),
		      "\x0a") "\0\0\0\0\0\1\2n1\0"),
		    0, UINT32_MAX },
		{ MSG(HEAD("\1") QUESTION NAME
		      "\0\x21\0\3" TTL("\5") "\0\x0a"
					     "\0\0\0\0\0\1\2n1\0"),
		    0, UINT32_MAX },
		/* Through an alias: "a" has the record. */
		{ MSG(HEAD("\2") QUESTION NAME
		      "\0\5\0\1" TTL("\x09") "\0\3"
					     "\1a\0"
					     "\1A\0" SRV_HEAD(TTL("\x0a"),
						 "\x0a") "\0\0\0\0\0\1\2n1\0"),
		    1, 9 },
		/* An address as target is none. */
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		      "\x0f") "\0\0\0\0\0\1\1\x31\1\x32\1\x33\1\x34\0"),
		    0, 5 },
	};
	struct srv_record r[SRV_RECORDS];
	uint32_t ttl;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ttl = 77;
		assert_int_equal(look(rows[i].msg, rows[i].n, r, &ttl),
		    rows[i].records);
		assert_int_equal(ttl, rows[i].ttl);
	}
}

static void
refuses_nonsense(void **state)
{
	static const struct {
		const char *msg;
		size_t n;
	} rows[] = {
		{ MSG("") },
		{ MSG(HEAD("\1")) },
		{ MSG(HEAD("\1") QUESTION) },
		/* A pointer to itself, two that chase each other. */
		{ MSG(HEAD("\1") QUESTION
		    "\xc0\x25" SRV_HEAD(TTL("\5"), "\7") "\0\0\0\0\0\1\0") },
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		    "\x0a") "\0\0\0\0\0\1\xc0\x39\xc0\x37") },
		/* Behind the end. */
		{ MSG(HEAD("\1") QUESTION
		    "\xcf\xff" SRV_HEAD(TTL("\5"), "\7") "\0\0\0\0\0\1\0") },
		/* RDLENGTH too long and too short. */
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		    "\x0b") "\0\0\0\0\0\1\2n1\0") },
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		    "\6") "\0\0\0\0\0\1\2n1\0") },
		/* A label with a dot in it, one that does not exist. */
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		    "\x0a") "\0\0\0\0\0\1\2n.\0") },
		{ MSG(HEAD("\1") QUESTION NAME SRV_HEAD(TTL("\5"),
		    "\x0a") "\0\0\0\0\0\1\x82n1\0") },
	};
	struct srv_record r[SRV_RECORDS];
	uint32_t ttl = 77;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(look(rows[i].msg, rows[i].n, r, &ttl), -1);
	assert_int_equal(ttl, 77);
}

static void
needs_all_of_it(void **state)
{
	static const char msg[] = HEAD("\1")
	    QUESTION NAME SRV_HEAD(TTL("\5"), "\x0a") "\0\0\0\0\0\1\2n1\0";
	struct srv_record r[SRV_RECORDS];
	uint32_t ttl;
	char *copy;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(msg) - 1; n++) {
		copy = malloc(n + 1);
		memcpy(copy, msg, n);
		copy = realloc(copy, n > 0 ? n : 1);
		assert_int_equal(look(copy, n, r, &ttl), -1);
		free(copy);
	}
	assert_int_equal(look(msg, n, r, &ttl), 1);
}

/* More than there is room for. */
static void
leaves_out_the_rest(void **state)
{
	static const char record[] = NAME SRV_HEAD(TTL("\5"),
	    "\x0a") "\0\0\0\0\0\1\2n1\0";
	char msg[2048] = HEAD("\x64") QUESTION;
	size_t n = sizeof(HEAD("\x64") QUESTION) - 1, i;
	struct srv_record r[SRV_RECORDS];
	uint32_t ttl;

	(void)state;
	for (i = 0; i < 0x64; i++, n += sizeof(record) - 1) {
		if (n + sizeof(record) > sizeof(msg))
			break;
		memcpy(msg + n, record, sizeof(record) - 1);
	}
	msg[7] = (char)i;
	assert_true(i > SRV_RECORDS);
	assert_int_equal(look(msg, n, r, &ttl), SRV_RECORDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_records),
		cmocka_unit_test(reads_what_counts),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(needs_all_of_it),
		cmocka_unit_test(leaves_out_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
