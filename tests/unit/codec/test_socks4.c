#include <string.h>

#include "codec/socks4.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WIRE(s)  (s), sizeof(s) - 1

/* clang-format off */
static const struct {
	const char *name, *wire;
	size_t len;
	enum err want;
} requests[] = {
	{ "address", WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07" "bob\0"), OK },
	{ "no user", WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07\0"), OK },
	{ "name", WIRE("\x04\x01\x01\xbb\0\0\0\x01" "bob\0" "example.org\0"), OK },
	{ "name, no user", WIRE("\x04\x01\x01\xbb\0\0\0\xff\0" "example.org\0"), OK },
	{ "name that is an address", WIRE("\x04\x01\x01\xbb\0\0\0\x01\0" "192.0.2.7\0"), OK },
	{ "0.0.0.0 marks no name", WIRE("\x04\x01\x01\xbb\0\0\0\0\0"), OK },
	{ "0.0.1.1 marks no name", WIRE("\x04\x01\x01\xbb\0\0\x01\x01\0"), OK },
	{ "any command", WIRE("\x04\xf0\x00\x50\xc0\x00\x02\x07\0"), OK },
	{ "version", WIRE("\x05\x01\x00\x50\xc0\x00\x02\x07\0"), ERR_PROTO },
	{ "empty name", WIRE("\x04\x01\x01\xbb\0\0\0\x01\0\0"), ERR_RANGE },
	{ "bad name", WIRE("\x04\x01\x01\xbb\0\0\0\x01\0" "a b\0"), ERR_RANGE },
	{ "name some read as an address", WIRE("\x04\x01\x01\xbb\0\0\0\x01\0" "127.1\0"), ERR_RANGE },
};
/* clang-format on */

static void
reads_whole_requests(void **state)
{
	struct socks4_request req, mark;
	uint8_t wire[64];
	size_t i, n, used;
	enum err e;

	(void)state;
	memset(&mark, 0xa5, sizeof(mark));
	for (i = 0; i < COUNT(requests); i++) {
		memset(wire, 4, sizeof(wire));
		memcpy(wire, requests[i].wire, requests[i].len);
		for (n = 0; n <= requests[i].len + 9; n++) {
			req = mark;
			used = 999;
			e = socks4_read_request(wire, n, &used, &req);
			if (e == ERR_SHORT && n < requests[i].len)
				; /* asks for more */
			else if (e != requests[i].want ||
			    (e == OK && n < requests[i].len))
				fail_msg("%s: %s at %zu", requests[i].name,
				    err_str(e), n);
			if (e == OK) {
				assert_int_equal(used, requests[i].len);
				continue;
			}
			assert_int_equal(used, 999);
			assert_memory_equal(&req, &mark, sizeof(req));
		}
	}
}

static void
tells_names_from_addresses(void **state)
{
	static const enum host_type want[] = { HOST_IPV4, HOST_IPV4, HOST_NAME,
		HOST_NAME, HOST_IPV4, HOST_IPV4, HOST_IPV4 };
	struct socks4_request req;
	size_t i, used;

	(void)state;
	for (i = 0; i < COUNT(want); i++) {
		assert_int_equal(socks4_read_request(requests[i].wire,
				     requests[i].len, &used, &req),
		    OK);
		assert_int_equal(req.command, SOCKS4_CONNECT);
		if (req.dst.type != want[i])
			fail_msg("%s", requests[i].name);
		assert_int_equal(req.dst.port, i < 2 ? 80 : 443);
		if (i < 2)
			assert_memory_equal(req.dst.host.ip, "\xc0\x00\x02\x07",
			    4);
		if (want[i] == HOST_NAME)
			assert_string_equal(req.dst.host.name, "example.org");
		assert_string_equal(req.user, i % 2 == 0 && i < 4 ? "bob" : "");
	}
}

/* The longest of both strings, and one more byte of each. */
static void
bounds_both_strings(void **state)
{
	uint8_t wire[8 + 256 + 1 + 256 + 1];
	struct socks4_request req;
	size_t used, n, i;

	(void)state;
	memset(wire, 'a', sizeof(wire));
	memcpy(wire, "\x04\x01\x01\xbb\0\0\0\x01", 8);
	wire[8 + 255] = wire[8 + 255 + 1 + 255] = '\0';
	n = 8 + 256 + 256;
	assert_int_equal(socks4_read_request(wire, n, &used, &req), OK);
	assert_int_equal(used, n);
	assert_int_equal(strlen(req.user), 255);
	assert_int_equal(strlen(req.dst.host.name), 255);
	for (i = 0; i < n; i++)
		assert_int_equal(socks4_read_request(wire, i, &used, &req),
		    ERR_SHORT);
	wire[n - 1] = 'a'; /* no end of the name in sight */
	assert_int_equal(socks4_read_request(wire, n, &used, &req), ERR_RANGE);
	wire[8 + 255] = 'a'; /* nor of the user id: known with byte 256 */
	assert_int_equal(socks4_read_request(wire, 8 + 255, &used, &req),
	    ERR_SHORT);
	assert_int_equal(socks4_read_request(wire, 8 + 256, &used, &req),
	    ERR_PROTO);
}

static void
writes_what_it_reads(void **state)
{
	static const struct {
		const char *dst, *user;
	} rows[] = {
		{ "192.0.2.7:80", "" },
		{ "192.0.2.7:80", "bob" },
		{ "0.0.0.0:80", "" },
		{ "example.org:443", "" },
		{ "example.org:443", "bob" },
	};
	struct socks4_request req;
	struct endpoint ep;
	uint8_t mem[600];
	struct buf b;
	size_t i, used;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		b = buf_on(mem, sizeof(mem));
		endpoint_parse(&ep, rows[i].dst, strlen(rows[i].dst), 0);
		assert_int_equal(socks4_write_request(&b, SOCKS4_CONNECT, &ep,
				     rows[i].user),
		    OK);
		assert_int_equal(socks4_read_request(mem, buf_len(&b), &used,
				     &req),
		    OK);
		assert_int_equal(used, buf_len(&b));
		assert_int_equal(req.command, SOCKS4_CONNECT);
		assert_true(endpoint_same(&ep, &req.dst));
		assert_string_equal(req.user, rows[i].user);
	}
	assert_memory_equal(mem,
	    "\x04\x01\x01\xbb\0\0\0\x01"
	    "bob\0"
	    "example.org",
	    8 + 4 + 12);
}

static void
refuses_what_has_no_form(void **state)
{
	static char user[300];
	struct endpoint ep;
	uint8_t mem[12];
	struct buf b = buf_on(mem, sizeof(mem));

	(void)state;
	endpoint_parse(&ep, WIRE("[2001:db8::1]:80"), 0);
	assert_int_equal(socks4_write_request(&b, SOCKS4_CONNECT, &ep, ""),
	    ERR_UNSUPPORTED);
	endpoint_parse(&ep, WIRE("0.0.0.7:80"), 0);
	assert_int_equal(socks4_write_request(&b, SOCKS4_CONNECT, &ep, ""),
	    ERR_UNSUPPORTED);
	endpoint_parse(&ep, WIRE("192.0.2.7:80"), 0);
	memset(user, 'u', 256);
	assert_int_equal(socks4_write_request(&b, SOCKS4_CONNECT, &ep, user),
	    ERR_RANGE);
	assert_int_equal(socks4_write_request(&b, SOCKS4_CONNECT, &ep, "user"),
	    ERR_SPACE);
	assert_int_equal(buf_len(&b), 0);
}

static void
has_replies(void **state)
{
	static const char yes[] = "\0\x5a\x1f\x90\x7f\0\0\x01";
	uint8_t mem[8], answer = 7;
	struct buf b = buf_on(mem, sizeof(mem));
	size_t used = 999, n;

	(void)state;
	assert_int_equal(socks4_write_reply(&b, SOCKS4_REJECTED), OK);
	assert_memory_equal(mem, "\0\x5b\0\0\0\0\0\0", 8);
	assert_int_equal(socks4_write_reply(&b, SOCKS4_GRANTED), ERR_SPACE);
	for (n = 0; n < 8; n++)
		assert_int_equal(socks4_read_reply(yes, n, &used, &answer),
		    ERR_SHORT);
	assert_int_equal(answer, 7);
	assert_int_equal(used, 999);
	assert_int_equal(socks4_read_reply(yes, sizeof(yes), &used, &answer),
	    OK);
	assert_int_equal(used, 8);
	assert_int_equal(answer, SOCKS4_GRANTED);
	for (n = 1; n <= 8; n++)
		assert_int_equal(socks4_read_reply("\x04\x5a\0\0\0\0\0\0", n,
				     &used, &answer),
		    ERR_PROTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_requests),
		cmocka_unit_test(tells_names_from_addresses),
		cmocka_unit_test(bounds_both_strings),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(refuses_what_has_no_form),
		cmocka_unit_test(has_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
