#include <string.h>

#include "codec/socks5.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WIRE(s)  (s), sizeof(s) - 1

union message {
	struct socks5_offer offer;
	struct socks5_login login;
	struct socks5_request request;
	struct socks5_reply reply;
	uint8_t method;
	bool good;
};

static enum err
offer(const void *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_offer(p, n, used, &m->offer);
}

static enum err
login(const void *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_login(p, n, used, &m->login);
}

static enum err
request(const void *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_request(p, n, used, &m->request);
}

static enum err
reply(const void *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_reply(p, n, used, &m->reply);
}

static enum err
method(const void *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_method(p, n, used, &m->method);
}

static enum err
status(const void *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_login_status(p, n, used, &m->good);
}

/* clang-format off */
#define NAME "\x0b" "example.org"
static const struct {
	const char *name;
	enum err (*read)(const void *, size_t, size_t *, union message *);
	const char *wire;
	size_t len;
	enum err want;
} messages[] = {
	{ "offer", offer, WIRE("\x05\x03\x00\x01\x02"), OK },
	{ "empty offer", offer, WIRE("\x05\x00"), OK },
	{ "offer of SOCKS4", offer, WIRE("\x04\x01\x00"), ERR_PROTO },
	{ "login", login, WIRE("\x01\x05" "alice" "\x06" "secret"), OK },
	{ "empty login", login, WIRE("\x01\x00\x00"), OK },
	{ "login version", login, WIRE("\x05\x01" "a" "\x01" "b"), ERR_PROTO },
	{ "NUL in user", login, WIRE("\x01\x03" "a\0b" "\x01" "b"), ERR_PROTO },
	{ "NUL in password", login, WIRE("\x01\x01" "a" "\x02" "b\0"), ERR_PROTO },
	{ "request by name", request, WIRE("\x05\x01\x00\x03" NAME "\x01\xbb"), OK },
	{ "request by IPv4", request, WIRE("\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x50"), OK },
	{ "request by IPv6", request, WIRE("\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x50"), OK },
	{ "reserved byte set", request, WIRE("\x05\x01\xff\x01\xc0\x00\x02\x07\x00\x50"), OK },
	{ "any command", request, WIRE("\x05\xf0\x00\x03" NAME "\x00\x00"), OK },
	{ "request of SOCKS4", request, WIRE("\x04\x01\x00\x01\xc0\x00\x02\x07\x00\x50"), ERR_PROTO },
	{ "address type 2", request, WIRE("\x05\x01\x00\x02\x00\x00"), ERR_UNSUPPORTED },
	{ "address type 255", request, WIRE("\x05\x01\x00\xff\x00\x00"), ERR_UNSUPPORTED },
	{ "empty name", request, WIRE("\x05\x01\x00\x03\x00\x00\x50"), ERR_RANGE },
	{ "NUL in name", request, WIRE("\x05\x01\x00\x03\x03" "a\0b" "\x00\x50"), ERR_RANGE },
	{ "space in name", request, WIRE("\x05\x01\x00\x03\x03" "a b" "\x00\x50"), ERR_RANGE },
	{ "name some read as an address", request, WIRE("\x05\x01\x00\x03\x05" "127.1" "\x00\x50"), ERR_RANGE },
	{ "reply", reply, WIRE("\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"), OK },
	{ "reply with IPv6", reply, WIRE("\x05\x05\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x50"), OK },
	{ "reply with a name", reply, WIRE("\x05\x00\x00\x03" NAME "\x01\xbb"), OK },
	{ "reply with a bad name", reply, WIRE("\x05\x00\x00\x03\x02" "\0\n" "\x01\xbb"), OK },
	{ "reply of SOCKS4", reply, WIRE("\x00\x5a\x00\x00\x00\x00\x00\x00"), ERR_PROTO },
	{ "reply with address type 5", reply, WIRE("\x05\x00\x00\x05\x00\x00"), ERR_UNSUPPORTED },
	{ "method", method, WIRE("\x05\xff"), OK },
	{ "method version", method, WIRE("\x01\x00"), ERR_PROTO },
	{ "status", status, WIRE("\x01\x00"), OK },
	{ "status version", status, WIRE("\x05\x00"), ERR_PROTO },
};
/* clang-format on */

/* All or nothing; nothing behind the message matters. */
static void
read_whole_messages(void **state)
{
	union message m, mark;
	uint8_t wire[64];
	size_t i, n, used;
	enum err e;

	(void)state;
	memset(&mark, 0xa5, sizeof(mark));
	for (i = 0; i < COUNT(messages); i++) {
		memset(wire, 0x05, sizeof(wire));
		memcpy(wire, messages[i].wire, messages[i].len);
		for (n = 0; n <= messages[i].len + 9; n++) {
			m = mark;
			used = 999;
			e = messages[i].read(wire, n, &used, &m);
			if (e == ERR_SHORT && n < messages[i].len)
				; /* asks for more */
			else if (e != messages[i].want ||
			    (e == OK && n < messages[i].len))
				fail_msg("%s: %s at %zu", messages[i].name,
				    err_str(e), n);
			if (e == OK) {
				assert_int_equal(used, messages[i].len);
				continue;
			}
			assert_int_equal(used, 999);
			assert_memory_equal(&m, &mark, sizeof(m));
		}
	}
}

static void
reads_offers(void **state)
{
	struct socks5_offer o;
	uint8_t wire[2 + 255] = { 5, 255 };
	size_t used;

	(void)state;
	assert_int_equal(socks5_read_offer("\x05\x02\x00\x02", 4, &used, &o),
	    OK);
	assert_true(socks5_offers(&o, SOCKS5_NO_LOGIN));
	assert_true(socks5_offers(&o, SOCKS5_LOGIN));
	assert_int_equal(socks5_read_offer("\x05\x01\x01\x02", 4, &used, &o),
	    OK);
	assert_false(socks5_offers(&o, SOCKS5_NO_LOGIN));
	assert_false(socks5_offers(&o, SOCKS5_LOGIN));
	wire[256] = SOCKS5_LOGIN;
	assert_int_equal(socks5_read_offer(wire, 257, &used, &o), OK);
	assert_int_equal(used, 257);
	assert_true(socks5_offers(&o, SOCKS5_LOGIN));
}

static void
reads_requests(void **state)
{
	struct socks5_request r;
	size_t used;

	(void)state;
	assert_int_equal(socks5_read_request(WIRE("\x05\x01\x00\x03" NAME
						  "\x01\xbb"),
			     &used, &r),
	    OK);
	assert_int_equal(r.command, SOCKS5_CONNECT);
	assert_int_equal(r.dst.type, HOST_NAME);
	assert_string_equal(r.dst.host.name, "example.org");
	assert_int_equal(r.dst.port, 443);
	/* ::ffff:127.0.0.1 would walk around a rule for 127.0.0.0/8 */
	assert_int_equal(
	    socks5_read_request(WIRE("\x05\x01\x00\x04\0\0\0\0\0\0\0\0\0\0"
				     "\xff\xff\x7f\x00\x00\x01\x00\x50"),
		&used, &r),
	    OK);
	assert_int_equal(r.dst.type, HOST_IPV4);
	assert_memory_equal(r.dst.host.ip, "\x7f\x00\x00\x01", 4);
}

static void
reads_answers(void **state)
{
	struct socks5_reply r;
	uint8_t m;
	size_t used;
	bool good;

	(void)state;
	assert_int_equal(socks5_read_reply(WIRE("\x05\x05\x00\x03\x01"
						"\n"
						"\x01\xbb"),
			     &used, &r),
	    OK);
	assert_int_equal(r.answer, SOCKS5_REFUSED);
	assert_int_equal(r.bound.type, HOST_IPV4);
	assert_memory_equal(r.bound.host.ip, "\0\0\0\0", 4);
	assert_int_equal(socks5_read_reply(WIRE("\x05\x00\x00\x03" NAME
						"\x01\xbb"),
			     &used, &r),
	    OK);
	assert_string_equal(r.bound.host.name, "example.org");
	assert_int_equal(socks5_read_method("\x05\x02", 2, &used, &m), OK);
	assert_int_equal(m, SOCKS5_LOGIN);
	assert_int_equal(socks5_read_login_status("\x01\x00", 2, &used, &good),
	    OK);
	assert_true(good);
	assert_int_equal(socks5_read_login_status("\x01\xff", 2, &used, &good),
	    OK);
	assert_false(good);
}

/* What was written, then emptied. */
static void
wrote(struct buf *b, const char *wire, size_t len)
{
	assert_int_equal(buf_len(b), len);
	assert_memory_equal(buf_head(b), wire, len);
	buf_consume(b, len);
}

static void
writes_the_same_bytes(void **state)
{
	uint8_t mem[600];
	struct buf b = buf_on(mem, sizeof(mem));
	struct endpoint ep;

	(void)state;
	assert_int_equal(socks5_write_offer(&b, false), OK);
	wrote(&b, WIRE("\x05\x01\x00"));
	assert_int_equal(socks5_write_offer(&b, true), OK);
	wrote(&b, WIRE("\x05\x02\x00\x02"));
	assert_int_equal(socks5_write_only(&b, SOCKS5_LOGIN), OK);
	wrote(&b, WIRE("\x05\x01\x02"));
	assert_int_equal(socks5_write_method(&b, SOCKS5_NO_METHOD), OK);
	wrote(&b, WIRE("\x05\xff"));
	assert_int_equal(socks5_write_login(&b, "alice", "secret"), OK);
	wrote(&b,
	    WIRE("\x01\x05"
		 "alice"
		 "\x06"
		 "secret"));
	assert_int_equal(socks5_write_login_status(&b, true), OK);
	wrote(&b, WIRE("\x01\x00"));
	assert_int_equal(socks5_write_login_status(&b, false), OK);
	wrote(&b, WIRE("\x01\x01"));
	assert_int_equal(socks5_write_reply(&b, SOCKS5_TTL_EXPIRED, NULL), OK);
	wrote(&b, WIRE("\x05\x06\x00\x01\0\0\0\0\0\0"));
	endpoint_parse(&ep, WIRE("example.org:443"), 0);
	assert_int_equal(socks5_write_request(&b, SOCKS5_CONNECT, &ep), OK);
	wrote(&b, WIRE("\x05\x01\x00\x03" NAME "\x01\xbb"));
	endpoint_parse(&ep, WIRE("192.0.2.7:80"), 0);
	assert_int_equal(socks5_write_request(&b, SOCKS5_BIND, &ep), OK);
	wrote(&b, WIRE("\x05\x02\x00\x01\xc0\x00\x02\x07\x00\x50"));
	endpoint_parse(&ep, WIRE("[2001:db8::1]:80"), 0);
	assert_int_equal(socks5_write_reply(&b, SOCKS5_SUCCEEDED, &ep), OK);
	wrote(&b,
	    WIRE("\x05\x00\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0"
		 "\x01\x00\x50"));
}

static void
writes_the_longest(void **state)
{
	static char text[300];
	uint8_t mem[513];
	struct buf b = buf_on(mem, sizeof(mem));
	struct socks5_request r;
	struct socks5_login l;
	struct endpoint ep;
	size_t used;

	(void)state;
	memset(text, 'a', 255);
	assert_int_equal(endpoint_from_host(&ep, text, 255, 443), OK);
	assert_int_equal(socks5_write_request(&b, SOCKS5_CONNECT, &ep), OK);
	assert_int_equal(buf_len(&b), 4 + 1 + 255 + 2);
	assert_int_equal(socks5_read_request(mem, buf_len(&b), &used, &r), OK);
	assert_true(endpoint_same(&ep, &r.dst));
	buf_consume(&b, buf_len(&b));
	assert_int_equal(socks5_write_login(&b, text, text), OK);
	assert_int_equal(socks5_read_login(mem, buf_len(&b), &used, &l), OK);
	assert_string_equal(l.user, text);
	assert_string_equal(l.pass, text);
	buf_consume(&b, buf_len(&b));
	text[255] = 'a';
	assert_int_equal(socks5_write_login(&b, text, "p"), ERR_RANGE);
	assert_int_equal(socks5_write_login(&b, "u", text), ERR_RANGE);
	assert_int_equal(buf_len(&b), 0);
}

static void
writes_nothing_without_room(void **state)
{
	uint8_t mem[9];
	struct endpoint ep;
	struct buf b;

	(void)state;
	endpoint_parse(&ep, WIRE("192.0.2.7:80"), 0);
	b = buf_on(mem, 9);
	assert_int_equal(socks5_write_request(&b, SOCKS5_CONNECT, &ep),
	    ERR_SPACE);
	assert_int_equal(socks5_write_reply(&b, SOCKS5_FAILURE, NULL),
	    ERR_SPACE);
	assert_int_equal(socks5_write_login(&b, "alice", "secret"), ERR_SPACE);
	b = buf_on(mem, 1);
	assert_int_equal(socks5_write_offer(&b, false), ERR_SPACE);
	assert_int_equal(socks5_write_only(&b, SOCKS5_LOGIN), ERR_SPACE);
	assert_int_equal(socks5_write_method(&b, SOCKS5_LOGIN), ERR_SPACE);
	assert_int_equal(socks5_write_login_status(&b, true), ERR_SPACE);
	assert_int_equal(buf_len(&b), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_whole_messages),
		cmocka_unit_test(reads_offers),
		cmocka_unit_test(reads_requests),
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(writes_the_same_bytes),
		cmocka_unit_test(writes_the_longest),
		cmocka_unit_test(writes_nothing_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
