/* HTTP clients: tunnels, requests in absolute-form, logins, and refusals. */
#include <stdio.h>

#include "codec/base64.h"
#include "codec/http1.h"

#include "talk.h"

static struct talk t;

#define HOST      "Host: example.org\r\n"
#define ALICE     "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n"
#define MALLORY   "Proxy-Authorization: Basic bWFsbG9yeTpzZWNyZXQ=\r\n"
#define OPEN      "HTTP/1.1 200 Connection established\r\n\r\n"
#define CONNECT   "CONNECT example.org:443 HTTP/1.1\r\n" HOST
#define GET       "GET http://example.org/a?b HTTP/1.1\r\n" HOST
#define POST      "POST http://example.org/ HTTP/1.1\r\n" HOST
#define BODY      "Content-Length: 3\r\n\r\nabc"
#define TLS_HELLO "\x16\x03\x01"

static void
hear(bool auth, const char *wire, size_t slice)
{
	talk_start(&t, LISTEN_ALL, auth);
	talk_hear(&t, wire, strlen(wire), slice);
}

/* -- requests ------------------------------------------------------------- */

static const struct {
	bool auth;
	const char *wire, *target, *user, *left;
} tunnels[] = {
	{ false, CONNECT "\r\n", "example.org:443", "", "" },
	{ false, CONNECT "\r\n" TLS_HELLO, "example.org:443", "", TLS_HELLO },
	{ false, "CONNECT 192.0.2.7:22 HTTP/1.0\r\n\r\n", "192.0.2.7:22", "",
	    "" },
	{ false, "CONNECT [2001:db8::1]:443 HTTP/1.0\r\n\r\n",
	    "[2001:db8::1]:443", "", "" },
	{ false, CONNECT "Content-Length: 0\r\n\r\n", "example.org:443", "",
	    "" },
	{ false, CONNECT MALLORY "\r\n", "example.org:443", "", "" },
	{ true, CONNECT ALICE "\r\n" TLS_HELLO, "example.org:443", "alice",
	    TLS_HELLO },
	{ true, CONNECT "proxy-authorization: bASIC   YWxpY2U6c2VjcmV0\r\n\r\n",
	    "example.org:443", "alice", "" },
};

static void
connect_opens_a_tunnel(void **state)
{
	size_t i, slice;

	(void)state;
	for (i = 0; i < COUNT(tunnels); i++) {
		for (slice = 1; slice <= strlen(tunnels[i].wire); slice++) {
			hear(tunnels[i].auth, tunnels[i].wire, slice);
			assert_int_equal(t.status, INBOUND_READY);
			assert_int_equal(t.ib.request.kind, REQUEST_TUNNEL);
			assert_string_equal(inbound_name(&t.ib), "http");
			talk_target(&t, tunnels[i].target);
			assert_string_equal(t.ib.request.user, tunnels[i].user);
			assert_int_equal(t.logins, tunnels[i].auth);
			talk_reply(&t, OUTCOME_OK);
			talk_is(&t, WIRE(OPEN), tunnels[i].left);
			assert_false(t.ib.close);
		}
	}
}

static const struct {
	bool auth;
	const char *wire, *target, *user;
} requests[] = {
	{ false, GET "\r\n", "example.org:80", "" },
	{ false, POST BODY, "example.org:80", "" },
	{ false, "GET http://192.0.2.7:8080 HTTP/1.0\r\n\r\n", "192.0.2.7:8080",
	    "" },
	{ false, "OPTIONS HTTP://[::1]/ HTTP/1.1\r\nHost: [::1]\r\n\r\n",
	    "[::1]:80", "" },
	/* RFC 9112 section 3.2.2: Host says the same, in its own spelling */
	{ false,
	    "GET http://example.org/ HTTP/1.1\r\nHost: EXAMPLE.org:80\r\n\r\n",
	    "example.org:80", "" },
	{ true, GET ALICE "\r\n", "example.org:80", "alice" },
	{ true, POST ALICE BODY, "example.org:80", "alice" },
};

static void
a_head_stays_where_it_is(void **state)
{
	size_t i, slice;

	(void)state;
	for (i = 0; i < COUNT(requests); i++) {
		for (slice = 1; slice <= strlen(requests[i].wire); slice++) {
			hear(requests[i].auth, requests[i].wire, slice);
			assert_int_equal(t.status, INBOUND_READY);
			assert_int_equal(t.ib.request.kind, REQUEST_HTTP);
			talk_target(&t, requests[i].target);
			assert_string_equal(t.ib.request.user,
			    requests[i].user);
			talk_reply(&t, OUTCOME_OK);
			talk_is(&t, "", 0, requests[i].wire);
		}
	}
}

static void
the_next_request_starts_anew(void **state)
{
	(void)state;
	hear(true, GET ALICE "\r\n" GET "\r\n", 1000);
	assert_int_equal(t.status, INBOUND_READY);
	buf_consume(&t.in, strlen(GET ALICE "\r\n"));
	inbound_again(&t.ib);
	assert_string_equal(t.ib.request.user, "");
	assert_false(t.ib.logged_in);
	talk_step(&t); /* without credentials now */
	assert_int_equal(t.status, INBOUND_MORE);
	assert_non_null(strstr(t.said, "HTTP/1.1 407 "));
	assert_int_equal(t.logins, 1);
	/* It may speak nothing but HTTP any more. */
	talk_start(&t, LISTEN_ALL, false);
	talk_hear(&t, WIRE(GET "\r\n\x05\x01\x00\r\n"), 1000);
	buf_consume(&t.in, strlen(GET "\r\n"));
	inbound_again(&t.ib);
	talk_step(&t);
	assert_int_equal(t.status, INBOUND_FAILED);
	assert_string_equal(inbound_name(&t.ib), "http");
}

/* -- refusals ------------------------------------------------------------- */

static const struct {
	const char *wire, *hint;
} bad[] = {
	{ "GET / HTTP/1.1\r\nHost: localhost:1080\r\n\r\n", "This is a proxy" },
	{ "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "This is a proxy" },
	{ "GET https://example.org/ HTTP/1.1\r\n" HOST "\r\n", "use CONNECT" },
	{ "GET ftp://example.org/ HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "GET http://u:p@example.org/ HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "GET http://example.org/#a HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "GET http://127.1/ HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "GET http://example.org:0/ HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "GET http://example.org/ HTTP/1.1\r\n\r\n", "malformed" },
	{ "GET http://example.org/ HTTP/1.1\r\nHost:\r\n\r\n", "malformed" },
	{ "GET http://example.org/ HTTP/1.1\r\nHost: example.net\r\n\r\n",
	    "malformed" },
	{ "GET http://example.org/ HTTP/1.1\r\nHost: example.org:81\r\n\r\n",
	    "malformed" },
	{ "GET http://example.org:81/ HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "GET http://example.org/ HTTP/1.0\r\nHost: h\r\n\r\n", "malformed" },
	{ GET "Host: example.org\r\n\r\n", "malformed" },
	{ GET " folded\r\n\r\n", "malformed" },
	{ "GET http://example.org/ HTTP/2.0\r\n" HOST "\r\n", "malformed" },
	{ "connect example.org:443 HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "CONNECT example.org HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "CONNECT / HTTP/1.1\r\n" HOST "\r\n", "malformed" },
	{ "CONNECT http://example.org:443 HTTP/1.1\r\n" HOST "\r\n",
	    "malformed" },
	{ CONNECT BODY, "malformed" },
	{ CONNECT "Transfer-Encoding: chunked\r\n\r\n", "malformed" },
	{ "SSH-2.0-OpenSSH_9.2\r\n", "malformed" },
	{ "GET\n", "malformed" },
};

/* The number behind "Content-Length: " is that of the bytes behind the head. */
static void
check_page(const char *page, bool body)
{
	const char *length = strstr(page, "\r\nContent-Length: ");
	const char *end = strstr(page, "\r\n\r\n");

	assert_non_null(length);
	assert_non_null(end);
	if (body)
		assert_int_equal(strlen(end + 4),
		    strtoul(length + 18, NULL, 10));
	else
		assert_string_equal(end, "\r\n\r\n");
	assert_true(strtoul(length + 18, NULL, 10) > 0);
	assert_non_null(strstr(page, "\r\nContent-Type: text/plain\r\n"));
	assert_non_null(strstr(page, "\r\nCache-Control: no-store\r\n"));
	assert_null(strstr(page, "Server:"));
}

static void
check_status(int status)
{
	char line[32];

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	assert_memory_equal(t.said, line, strlen(line));
}

static void
malformed_requests_get_a_hint(void **state)
{
	size_t i, slice;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		print_message("# %.*s\n", (int)strcspn(bad[i].wire, "\r\n"),
		    bad[i].wire);
		for (slice = 1; slice <= strlen(bad[i].wire); slice++) {
			hear(false, bad[i].wire, slice);
			assert_int_equal(t.status, INBOUND_FAILED);
			assert_int_equal(t.ib.why, OUTCOME_BAD_REQUEST);
			assert_int_equal(t.nsaid, 0);
			talk_reply(&t, t.ib.why);
			assert_true(t.ib.close);
			check_status(400);
			check_page(t.said, true);
			assert_non_null(strstr(t.said, bad[i].hint));
			assert_non_null(
			    strstr(t.said, "\r\nConnection: close\r\n"));
			assert_null(strstr(t.said, "example"));
		}
	}
}

static void
a_long_name_is_a_bad_address(void **state)
{
	char wire[512], name[257] = { 0 };

	(void)state;
	memset(name, 'a', 256);
	snprintf(wire, sizeof(wire), "CONNECT %s:443 HTTP/1.0\r\n\r\n", name);
	hear(false, wire, 1000);
	assert_int_equal(t.status, INBOUND_FAILED);
	assert_int_equal(t.ib.why, OUTCOME_BAD_ADDRESS);
	name[255] = '\0';
	snprintf(wire, sizeof(wire), "CONNECT %s:443 HTTP/1.0\r\n\r\n", name);
	hear(false, wire, 1000);
	assert_int_equal(t.status, INBOUND_READY);
}

/* So much of a line without end is heard, and then the answer comes. */
static void
endless(const char *begin, int status, enum outcome why)
{
	static char some[HTTP1_LINE_MAX];
	const char *line = strrchr(begin, '\n');
	size_t n = HTTP1_LINE_MAX - strlen(line == NULL ? begin : line + 1);

	memset(some, 'a', sizeof(some));
	talk_start(&t, LISTEN_ALL, false);
	talk_hear(&t, begin, strlen(begin), 999);
	talk_hear(&t, some, n, 4096);
	assert_int_equal(t.status, INBOUND_MORE);
	talk_hear(&t, some, 1, 1);
	assert_int_equal(t.status, INBOUND_FAILED);
	assert_int_equal(t.ib.why, why);
	talk_reply(&t, t.ib.why);
	check_status(status);
	check_page(t.said, true);
}

static void
lines_and_heads_have_an_end(void **state)
{
	static char value[1500];
	size_t i;

	(void)state;
	endless("GET http://", 414, OUTCOME_URI_TOO_LONG);
	endless(GET "X: ", 431, OUTCOME_TOO_LARGE);
	talk_start(&t, LISTEN_ALL, false); /* too much in many lines */
	talk_hear(&t, WIRE(GET), 999);
	memset(value, 'a', sizeof(value));
	while (buf_len(&t.in) + sizeof(value) + 5 < INBOUND_IN_MAX) {
		talk_hear(&t, WIRE("a: "), 999);
		talk_hear(&t, value, sizeof(value), 9999);
		talk_hear(&t, WIRE("\r\n"), 999);
	}
	assert_int_equal(t.status, INBOUND_MORE);
	talk_hear(&t, value, INBOUND_IN_MAX - buf_len(&t.in), 9999);
	assert_int_equal(t.status, INBOUND_FAILED);
	assert_int_equal(t.ib.why, OUTCOME_TOO_LARGE);
	talk_start(&t, LISTEN_ALL, false); /* too many */
	talk_hear(&t, WIRE(GET), 999);
	for (i = 0; i < 200 && t.status == INBOUND_MORE; i++)
		talk_hear(&t, WIRE("a: b\r\n"), 999);
	assert_int_equal(i, 128);
	assert_int_equal(t.ib.why, OUTCOME_TOO_LARGE);
}

static void
every_outcome_has_its_page(void **state)
{
	static const int want[OUTCOME_MAX] = {
		[OUTCOME_DENIED] = 403,
		[OUTCOME_REFUSED] = 502,
		[OUTCOME_HOST_UNREACHABLE] = 502,
		[OUTCOME_NET_UNREACHABLE] = 502,
		[OUTCOME_TIMEOUT] = 504,
		[OUTCOME_NO_NAME] = 502,
		[OUTCOME_NAME_FAILED] = 504,
		[OUTCOME_HOP_FAILED] = 502,
		[OUTCOME_HOP_AUTH] = 502,
		[OUTCOME_BAD_REQUEST] = 400,
		[OUTCOME_BAD_COMMAND] = 501,
		[OUTCOME_BAD_ADDRESS] = 400,
		[OUTCOME_AUTH_NEEDED] = 407,
		[OUTCOME_AUTH_FAILED] = 407,
		[OUTCOME_URI_TOO_LONG] = 414,
		[OUTCOME_TOO_LARGE] = 431,
		[OUTCOME_BAD_RESPONSE] = 502,
		[OUTCOME_OVERLOADED] = 503,
	};
	int o;

	(void)state;
	for (o = OUTCOME_OK + 1; o < OUTCOME_MAX; o++) {
		hear(false, CONNECT "\r\n", 999);
		talk_reply(&t, (enum outcome)o);
		check_status(want[o]);
		check_page(t.said, true);
		assert_true(t.ib.close);
		assert_int_equal(strstr(t.said, "Proxy-Authenticate") != NULL,
		    want[o] == 407);
		assert_int_equal(t.said[t.nsaid - 1], '\n');

		hear(false, "HEAD http://example.org/ HTTP/1.0\r\n\r\n", 999);
		talk_reply(&t, (enum outcome)o);
		check_status(want[o]);
		check_page(t.said, false);
	}
}

/* -- logins --------------------------------------------------------------- */

static size_t
count(const char *what)
{
	const char *at = t.said;
	size_t n = 0;

	for (; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

static void
a_browser_may_try_again(void **state)
{
	static const char first[] = CONNECT "\r\n",
			  wrong[] = CONNECT MALLORY "\r\n",
			  right[] = CONNECT ALICE "\r\n" TLS_HELLO;
	char wire[1000];
	size_t slice;

	(void)state;
	snprintf(wire, sizeof(wire), "%s%s%s", first, wrong, right);
	for (slice = 1; slice <= strlen(wire); slice++) {
		hear(true, wire, slice);
		assert_int_equal(t.status, INBOUND_READY);
		assert_int_equal(t.logins, 2);
		assert_string_equal(t.ib.request.user, "alice");
		assert_int_equal(count("HTTP/1.1 407 "), 2);
		assert_int_equal(
		    count("Proxy-Authenticate: Basic realm=\"bauta\"\r\n"), 2);
		assert_int_equal(count("Connection: keep-alive\r\n"), 2);
		assert_int_equal(count("Connection: close\r\n"), 0);
		check_page(strstr(t.said + 1, "HTTP/1.1 407 "), true);
		talk_is(&t, t.said, t.nsaid, TLS_HELLO);
	}
}

static void
but_not_for_ever(void **state)
{
	static const char *const tries[] = { CONNECT
		"\r\n" CONNECT "\r\n" CONNECT "\r\n" GET "\r\n",
		CONNECT MALLORY "\r\n" CONNECT MALLORY "\r\n" GET MALLORY
				"\r\n" GET "\r\n" };
	size_t i, slice;

	(void)state;
	for (i = 0; i < COUNT(tries); i++) {
		for (slice = 1; slice <= strlen(tries[i]); slice++) {
			hear(true, tries[i], slice);
			assert_int_equal(t.status, INBOUND_FAILED);
			assert_int_equal(t.ib.why,
			    i == 0 ? OUTCOME_AUTH_NEEDED : OUTCOME_AUTH_FAILED);
			assert_int_equal(t.logins, i == 0 ? 0 : 3);
			assert_int_equal(count("HTTP/1.1 407 "), 2);
			talk_reply(&t, t.ib.why);
			assert_int_equal(count("HTTP/1.1 407 "), 3);
			assert_int_equal(count("Connection: close\r\n"), 1);
		}
	}
}

/* Where the next request begins is certain only without a body. */
static void
a_refused_login_may_end_the_connection(void **state)
{
	static const char *const closing[] = { POST BODY,
		POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		POST "Expect: 100-continue\r\n" BODY,
		GET "Connection: close\r\n\r\n",
		"CONNECT example.org:443 HTTP/1.0\r\n\r\n" };
	static const char *const keeping[] = { GET "\r\n",
		POST "Content-Length: 0\r\n\r\n",
		"CONNECT a:443 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(closing); i++) {
		hear(true, closing[i], 999);
		assert_int_equal(t.status, INBOUND_FAILED);
		assert_int_equal(t.ib.why, OUTCOME_AUTH_NEEDED);
		talk_reply(&t, t.ib.why);
		assert_int_equal(count("HTTP/1.1 407 "), 1);
		assert_int_equal(count("Connection: close\r\n"), 1);
	}
	for (i = 0; i < COUNT(keeping); i++) {
		hear(true, keeping[i], 999);
		assert_int_equal(t.status, INBOUND_MORE);
		assert_int_equal(count("Connection: keep-alive\r\n"), 1);
		assert_int_equal(buf_len(&t.in), 0);
	}
	hear(true, "HEAD http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 999);
	check_page(t.said, false);
	talk_hear(&t, WIRE(GET "\r\n"), 999); /* no longer a HEAD */
	check_page(strstr(t.said + 1, "HTTP/1.1 407 "), true);
}

static void
credentials_are_read_strictly(void **state)
{
	static const char *const malformed[] = { "Basic", "Basic ", "Basic  ",
		"Basic YWxpY2U",
		"Basic YWxpY2U6c2VjcmV0=", "Basic YWxpY2U6c2VjcmV0 x",
		"Basic YWxpY2U=" /* no colon */, "Basic YQBsOmI=" /* a NUL */,
		"Basic YTpiAGM=" /* and one in the password */,
		"BasicYWxpY2U6c2VjcmV0", "Bearer YWxpY2U6c2VjcmV0",
		"Digest username=\"alice\"", "YWxpY2U6c2VjcmV0" };
	char wire[400];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(malformed); i++) {
		snprintf(wire, sizeof(wire),
		    CONNECT "Proxy-Authorization: %s\r\n\r\n", malformed[i]);
		print_message("# %s\n", malformed[i]);
		hear(true, wire, 999);
		assert_int_equal(t.status, INBOUND_MORE);
		assert_int_equal(t.logins, 0);
		check_status(407);
	}
	hear(true, CONNECT ALICE MALLORY "\r\n", 999); /* which one? */
	assert_int_equal(t.logins, 0);
	check_status(407);
}

static void
credentials_have_a_length(void **state)
{
	static const struct {
		size_t user, pass;
		bool fits;
	} rows[] = { { 255, 255, true }, { 0, 0, true }, { 256, 1, false },
		{ 1, 256, false }, { 255, 256, false }, { 3000, 3000, false } };
	static char raw[8000], text[12000], wire[13000];
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf out;
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		n = rows[i].user + 1 + rows[i].pass;
		memset(raw, 'u', n);
		raw[rows[i].user] = ':';
		assert_int_equal(base64_encode(raw, n, text, sizeof(text)), OK);
		snprintf(wire, sizeof(wire),
		    CONNECT "Proxy-Authorization: Basic %s\r\n\r\n", text);
		talk_start(&t, LISTEN_ALL, true);
		assert_int_equal(buf_append_str(&t.in, wire), OK);
		out = buf_on(mem, sizeof(mem));
		t.status = inbound_step(&t.ib, &t.in, &out);
		assert_int_equal(t.status,
		    rows[i].fits ? INBOUND_AUTH : INBOUND_MORE);
		if (!rows[i].fits)
			continue;
		assert_int_equal(strlen(t.ib.user), rows[i].user);
		assert_int_equal(strlen(t.ib.pass), rows[i].pass);
	}
}

static void
a_password_may_hold_colons(void **state)
{
	struct buf out = { 0 };

	(void)state;
	talk_start(&t, LISTEN_ALL, true);
	assert_int_equal(buf_append_str(&t.in,
			     CONNECT
			     "Proxy-Authorization: Basic YTpiOmM=\r\n\r\n"),
	    OK);
	assert_int_equal(inbound_step(&t.ib, &t.in, &out), INBOUND_AUTH);
	assert_string_equal(t.ib.user, "a");
	assert_string_equal(t.ib.pass, "b:c");
	inbound_login(&t.ib, false);
	assert_string_equal(t.ib.pass, "");
	assert_string_equal(t.ib.request.user, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connect_opens_a_tunnel),
		cmocka_unit_test(a_head_stays_where_it_is),
		cmocka_unit_test(the_next_request_starts_anew),
		cmocka_unit_test(malformed_requests_get_a_hint),
		cmocka_unit_test(a_long_name_is_a_bad_address),
		cmocka_unit_test(lines_and_heads_have_an_end),
		cmocka_unit_test(every_outcome_has_its_page),
		cmocka_unit_test(a_browser_may_try_again),
		cmocka_unit_test(but_not_for_ever),
		cmocka_unit_test(a_refused_login_may_end_the_connection),
		cmocka_unit_test(credentials_are_read_strictly),
		cmocka_unit_test(credentials_have_a_length),
		cmocka_unit_test(a_password_may_hold_colons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
