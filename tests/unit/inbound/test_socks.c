/* SOCKS5 and SOCKS4 clients: whole, byte by byte, pipelined, and hostile. */
#include "talk.h"

static struct talk t;

/* clang-format off */
#define NAME	"\x03\x0b" "example.org"
#define CONNECT "\x05\x01\x00" NAME "\x01\xbb"
#define LOGIN	"\x01\x05" "alice" "\x06" "secret"
#define WRONG	"\x01\x05" "alice" "\x05" "wrong"
#define DONE	"\x05\x00\x00\x01\0\0\0\0\0\0"
#define NO4	"\x00\x5b\0\0\0\0\0\0"
#define YES4	"\x00\x5a\0\0\0\0\0\0"

/* A conversation that ends in a request; OUTCOME_OK answers it. */
static const struct {
	const char *name;
	bool auth;
	const char *wire;
	size_t len;
	const char *said;
	size_t nsaid;
	const char *target, *user, *left, *protocol;
} good[] = {
	{ "no login", false, WIRE("\x05\x01\x00" CONNECT), WIRE("\x05\x00" DONE),
	    "example.org:443", "", "", "socks5" },
	{ "no login, early bytes", false, WIRE("\x05\x01\x00" CONNECT "early"),
	    WIRE("\x05\x00" DONE), "example.org:443", "", "early", "socks5" },
	{ "a login offered is taken", false,
	    WIRE("\x05\x03\x01\x00\x02" WRONG CONNECT),
	    WIRE("\x05\x02" "\x01\x00" DONE), "example.org:443", "", "",
	    "socks5" },
	{ "any login where none is needed", false,
	    WIRE("\x05\x01\x02" WRONG CONNECT "early"),
	    WIRE("\x05\x02" "\x01\x00" DONE), "example.org:443", "", "early",
	    "socks5" },
	{ "empty login where none is needed", false,
	    WIRE("\x05\x01\x02" "\x01\x00\x00" CONNECT),
	    WIRE("\x05\x02" "\x01\x00" DONE), "example.org:443", "", "",
	    "socks5" },
	{ "login", true, WIRE("\x05\x02\x00\x02" LOGIN CONNECT "early"),
	    WIRE("\x05\x02" "\x01\x00" DONE), "example.org:443", "alice",
	    "early", "socks5" },
	{ "IPv4", false, WIRE("\x05\x01\x00" "\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x50"),
	    WIRE("\x05\x00" DONE), "192.0.2.7:80", "", "", "socks5" },
	{ "IPv6", false, WIRE("\x05\x01\x00" "\x05\x01\x00\x04\x20\x01\x0d\xb8"
	    "\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x50"),
	    WIRE("\x05\x00" DONE), "[2001:db8::1]:80", "", "", "socks5" },
	{ "SOCKS4", false, WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07" "bob\0" "early"),
	    WIRE(YES4), "192.0.2.7:80", "", "early", "socks4" },
	{ "SOCKS4a", false, WIRE("\x04\x01\x01\xbb\0\0\0\x01" "bob\0" "example.org\0" "early"),
	    WIRE(YES4), "example.org:443", "", "early", "socks4" },
};

/* One that fails: why, and everything we say, the reply included. */
static const struct {
	const char *name;
	bool auth;
	const char *wire;
	size_t len;
	enum outcome why;
	const char *said;
	size_t nsaid;
} bad[] = {
	{ "no method offered", false, WIRE("\x05\x00"), OUTCOME_BAD_REQUEST,
	    WIRE("\x05\xff") },
	{ "only GSSAPI offered", false, WIRE("\x05\x01\x01"),
	    OUTCOME_BAD_REQUEST, WIRE("\x05\xff") },
	{ "no login offered", true, WIRE("\x05\x01\x00" CONNECT),
	    OUTCOME_AUTH_NEEDED, WIRE("\x05\xff") },
	{ "wrong password", true, WIRE("\x05\x01\x02" WRONG CONNECT),
	    OUTCOME_AUTH_FAILED, WIRE("\x05\x02" "\x01\x01") },
	{ "empty login", true, WIRE("\x05\x01\x02" "\x01\x00\x00" CONNECT),
	    OUTCOME_AUTH_FAILED, WIRE("\x05\x02" "\x01\x01") },
	{ "prefix of the user", true,
	    WIRE("\x05\x01\x02" "\x01\x06" "alice\0" "\x06" "secret"),
	    OUTCOME_BAD_REQUEST, WIRE("\x05\x02") },
	{ "request instead of login", true, WIRE("\x05\x01\x02" CONNECT),
	    OUTCOME_BAD_REQUEST, WIRE("\x05\x02") },
	{ "request of another version", false,
	    WIRE("\x05\x01\x00" "\x04\x01\x00\x50\xc0\x00\x02\x07\0"),
	    OUTCOME_BAD_REQUEST, WIRE("\x05\x00" "\x05\x01\x00\x01\0\0\0\0\0\0") },
	{ "BIND", false, WIRE("\x05\x01\x00" "\x05\x02\x00\x01\0\0\0\0\0\0"),
	    OUTCOME_BAD_COMMAND, WIRE("\x05\x00" "\x05\x07\x00\x01\0\0\0\0\0\0") },
	{ "UDP ASSOCIATE", false, WIRE("\x05\x01\x00" "\x05\x03\x00\x01\0\0\0\0\0\0"),
	    OUTCOME_BAD_COMMAND, WIRE("\x05\x00" "\x05\x07\x00\x01\0\0\0\0\0\0") },
	{ "RESOLVE", false, WIRE("\x05\x01\x00" "\x05\xf0\x00" NAME "\0\0"),
	    OUTCOME_BAD_COMMAND, WIRE("\x05\x00" "\x05\x07\x00\x01\0\0\0\0\0\0") },
	{ "address type", false, WIRE("\x05\x01\x00" "\x05\x01\x00\x05\0\0"),
	    OUTCOME_BAD_ADDRESS, WIRE("\x05\x00" "\x05\x08\x00\x01\0\0\0\0\0\0") },
	{ "name", false, WIRE("\x05\x01\x00" "\x05\x01\x00\x03\x03" "a\0b" "\x00\x50"),
	    OUTCOME_BAD_ADDRESS, WIRE("\x05\x00" "\x05\x08\x00\x01\0\0\0\0\0\0") },
	{ "port 0", false, WIRE("\x05\x01\x00" "\x05\x01\x00" NAME "\0\0"),
	    OUTCOME_BAD_ADDRESS, WIRE("\x05\x00" "\x05\x08\x00\x01\0\0\0\0\0\0") },
	{ "SOCKS4 where a login is needed", true,
	    WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07" "alice\0"),
	    OUTCOME_AUTH_NEEDED, WIRE(NO4) },
	{ "SOCKS4 BIND", false, WIRE("\x04\x02\x00\x50\xc0\x00\x02\x07\0"),
	    OUTCOME_BAD_COMMAND, WIRE(NO4) },
	{ "SOCKS4 port 0", false, WIRE("\x04\x01\x00\x00\xc0\x00\x02\x07\0"),
	    OUTCOME_BAD_ADDRESS, WIRE(NO4) },
	{ "SOCKS4a empty name", false, WIRE("\x04\x01\x00\x50\0\0\0\x01\0\0"),
	    OUTCOME_BAD_ADDRESS, WIRE(NO4) },
};
/* clang-format on */

static void
requests_arrive_however_cut(void **state)
{
	size_t i, slice;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		print_message("# %s\n", good[i].name);
		for (slice = 1; slice <= good[i].len; slice++) {
			talk_start(&t, LISTEN_ALL, good[i].auth);
			talk_hear(&t, good[i].wire, good[i].len, slice);
			assert_int_equal(t.status, INBOUND_READY);
			assert_int_equal(t.ib.request.kind, REQUEST_TUNNEL);
			assert_int_equal(t.logins, good[i].auth);
			assert_string_equal(t.ib.request.user, good[i].user);
			assert_string_equal(t.ib.pass, "");
			assert_string_equal(inbound_name(&t.ib),
			    good[i].protocol);
			talk_target(&t, good[i].target);
			talk_reply(&t, OUTCOME_OK);
			talk_is(&t, good[i].said, good[i].nsaid, good[i].left);
		}
	}
}

/* A login nobody asked for tells apart, and is not kept. */
static void
claims_tell_apart(void **state)
{
	static const struct {
		const char *wire;
		size_t len;
		unsigned same; /* as all of this number */
	} said[] = {
		{ WIRE("\x05\x01\x00" CONNECT), 0 },
		{ WIRE("\x05\x01\x02" LOGIN CONNECT), 1 },
		{ WIRE("\x05\x02\x00\x02" LOGIN CONNECT), 1 },
		{ WIRE("\x05\x01\x02" WRONG CONNECT), 2 },
		{ WIRE("\x05\x01\x02" "\x01\x06" "alices" "\x05" "ecret" CONNECT),
		    3 },
		{ WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07" "\0"), 0 },
		{ WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07" "bob\0"), 4 },
		{ WIRE("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 0 },
		{ WIRE("GET http://a/ HTTP/1.1\r\nHost: a\r\n"
		       "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n\r\n"),
		    1 },
	};
	static const enum request_protocol protocols[] = { PROTOCOL_SOCKS5,
		PROTOCOL_SOCKS5, PROTOCOL_SOCKS5, PROTOCOL_SOCKS5,
		PROTOCOL_SOCKS5, PROTOCOL_SOCKS4, PROTOCOL_SOCKS4,
		PROTOCOL_HTTP, PROTOCOL_HTTP };
	static uint8_t claim[COUNT(said)][CLAIM_LEN];
	static const uint8_t none[CLAIM_LEN];
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT(said); i++) {
		talk_start(&t, LISTEN_ALL, false);
		talk_hear(&t, said[i].wire, said[i].len, said[i].len);
		assert_int_equal(t.status, INBOUND_READY);
		assert_int_equal(t.ib.request.protocol, protocols[i]);
		assert_string_equal(t.ib.request.user, "");
		assert_string_equal(t.ib.user, "");
		assert_string_equal(t.ib.pass, "");
		memcpy(claim[i], t.ib.request.claim, CLAIM_LEN);
		assert_int_equal(memcmp(claim[i], none, CLAIM_LEN) == 0,
		    said[i].same == 0);
		for (k = 0; k < i; k++)
			assert_int_equal(
			    memcmp(claim[i], claim[k], CLAIM_LEN) == 0,
			    said[i].same == said[k].same);
	}
	talk_start(&t, LISTEN_ALL, false);
	talk_hear(&t, WIRE("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"), 64);
	assert_int_equal(t.ib.request.protocol, PROTOCOL_CONNECT);
}

static void
failures_arrive_however_cut(void **state)
{
	size_t i, slice;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		print_message("# %s\n", bad[i].name);
		for (slice = 1; slice <= bad[i].len; slice++) {
			talk_start(&t, LISTEN_ALL, bad[i].auth);
			talk_hear(&t, bad[i].wire, bad[i].len, slice);
			assert_int_equal(t.status, INBOUND_FAILED);
			assert_int_equal(t.ib.why, bad[i].why);
			assert_string_equal(t.ib.request.user, "");
			talk_reply(&t, t.ib.why);
			assert_int_equal(t.nsaid, bad[i].nsaid);
			assert_memory_equal(t.said, bad[i].said, bad[i].nsaid);
		}
	}
}

/* A session that gives up may have to reply before there is a request. */
static void
nothing_is_said_that_would_be_misread(void **state)
{
	(void)state;
	talk_start(&t, LISTEN_ALL, true);
	talk_hear(&t, WIRE("\x05\x01"), 9);
	talk_reply(&t, OUTCOME_TIMEOUT);
	talk_is(&t, "", 0, "\x05\x01");
	talk_start(&t, LISTEN_ALL, true);
	talk_hear(&t, WIRE("\x05\x01\x02\x01"), 9);
	talk_reply(&t, OUTCOME_TIMEOUT);
	talk_is(&t, WIRE("\x05\x02"), "\x01");
}

static void
every_outcome_has_its_reply(void **state)
{
	static const uint8_t want[OUTCOME_MAX] = {
		[OUTCOME_OK] = 0,
		[OUTCOME_DENIED] = 2,
		[OUTCOME_REFUSED] = 5,
		[OUTCOME_HOST_UNREACHABLE] = 4,
		[OUTCOME_NET_UNREACHABLE] = 3,
		[OUTCOME_TIMEOUT] = 6,
		[OUTCOME_NO_NAME] = 4,
		[OUTCOME_NAME_FAILED] = 4,
		[OUTCOME_HOP_FAILED] = 1,
		[OUTCOME_HOP_AUTH] = 1,
		[OUTCOME_BAD_REQUEST] = 1,
		[OUTCOME_BAD_COMMAND] = 7,
		[OUTCOME_BAD_ADDRESS] = 8,
		[OUTCOME_AUTH_NEEDED] = 1,
		[OUTCOME_AUTH_FAILED] = 1,
		[OUTCOME_URI_TOO_LONG] = 1,
		[OUTCOME_TOO_LARGE] = 1,
		[OUTCOME_BAD_RESPONSE] = 1,
		[OUTCOME_OVERLOADED] = 1,
	};
	char reply[] = DONE;
	int o;

	(void)state;
	for (o = OUTCOME_OK; o < OUTCOME_MAX; o++) {
		talk_start(&t, LISTEN_ALL, false);
		talk_hear(&t, WIRE("\x05\x01\x00" CONNECT), 99);
		t.nsaid = 0;
		talk_reply(&t, (enum outcome)o);
		reply[1] = (char)want[o];
		talk_is(&t, reply, sizeof(reply) - 1, "");

		talk_start(&t, LISTEN_ALL, false);
		talk_hear(&t, WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07\0"), 99);
		talk_reply(&t, (enum outcome)o);
		if (o == OUTCOME_OK)
			talk_is(&t, WIRE(YES4), "");
		else
			talk_is(&t, WIRE(NO4), "");
	}
}

/* Neither the user id nor the name of SOCKS4 may go on without end. */
static void
socks4_strings_end(void **state)
{
	static char endless[600];

	(void)state;
	memset(endless, 'a', sizeof(endless));
	talk_start(&t, LISTEN_ALL, false);
	talk_hear(&t, WIRE("\x04\x01\x00\x50\xc0\x00\x02\x07"), 99);
	talk_hear(&t, endless, 255, 1);
	assert_int_equal(t.status, INBOUND_MORE);
	talk_hear(&t, endless, 1, 1);
	assert_int_equal(t.status, INBOUND_FAILED);
	assert_int_equal(t.ib.why, OUTCOME_BAD_REQUEST);

	talk_start(&t, LISTEN_ALL, false);
	talk_hear(&t, WIRE("\x04\x01\x00\x50\0\0\0\x01\0"), 99);
	talk_hear(&t, endless, 255, 1);
	assert_int_equal(t.status, INBOUND_MORE);
	talk_hear(&t, endless, 1, 1);
	assert_int_equal(t.status, INBOUND_FAILED);
	assert_int_equal(t.ib.why, OUTCOME_BAD_ADDRESS);
}

static void
the_longest_login_fits(void **state)
{
	uint8_t wire[3 + 255 + 255] = { 1, 255 };

	(void)state;
	memset(wire + 2, 'u', 255);
	wire[257] = 255;
	memset(wire + 258, 'p', 255);
	talk_start(&t, LISTEN_ALL, true);
	talk_hear(&t, WIRE("\x05\x01\x02"), 99);
	assert_int_equal(buf_append(&t.in, wire, sizeof(wire)), OK);
	assert_int_equal(inbound_step(&t.ib, &t.in, &(struct buf){ 0 }),
	    INBOUND_AUTH);
	assert_int_equal(strlen(t.ib.user), 255);
	assert_int_equal(strlen(t.ib.pass), 255);
	inbound_login(&t.ib, true);
	assert_int_equal(strlen(t.ib.request.user), 255);
	assert_string_equal(t.ib.user, "");
	assert_string_equal(t.ib.pass, "");
	talk_step(&t);
	talk_is(&t, WIRE("\x05\x02\x01\x00"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_arrive_however_cut),
		cmocka_unit_test(claims_tell_apart),
		cmocka_unit_test(failures_arrive_however_cut),
		cmocka_unit_test(nothing_is_said_that_would_be_misread),
		cmocka_unit_test(every_outcome_has_its_reply),
		cmocka_unit_test(socks4_strings_end),
		cmocka_unit_test(the_longest_login_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
