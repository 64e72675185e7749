/*
 * test_sniff.c - what is HTTP, what is not, and that nothing waits which is
 * not: every prefix of each row, and every way to cut it in two.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "http/sniff.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BYTES(s) s, sizeof(s) - 1
#define LINE     " / HTTP/1.1\r\n"

struct row {
	const char *p;
	size_t n;
};

/* Shown in slices of this size as a session would; how much was passed. */
static enum sniff
show(const char *p, size_t n, size_t each, size_t *passed)
{
	size_t from = 0, to = 0, skip, pass;
	enum sniff is = SNIFF_MORE;

	*passed = 0;
	while (is == SNIFF_MORE && to < n) {
		to = n - to < each ? n : to + each;
		is = sniff(p + from, to - from, &skip, &pass);
		assert_true(skip <= pass && pass <= to - from);
		assert_true(is != SNIFF_MORE || to - from - skip < SNIFF_MAX);
		if (is != SNIFF_MORE)
			break;
		if (from + pass > *passed)
			*passed = from + pass;
		from += skip;
	}
	return is;
}

static const struct row is_http[] = {
	{ BYTES("GET" LINE) },
	{ BYTES("HEAD" LINE) },
	{ BYTES("POST" LINE) },
	{ BYTES("PUT" LINE) },
	{ BYTES("DELETE" LINE) },
	{ BYTES("OPTIONS" LINE) },
	{ BYTES("PATCH" LINE) },
	{ BYTES("TRACE" LINE) },
	{ BYTES("PROPFIND" LINE) },
	{ BYTES("MKCOL" LINE) },
	{ BYTES("M-SEARCH" LINE) },
	{ BYTES("VERSION-CONTROL" LINE) },
	{ BYTES("x!#$%&'*+-.^_`|~9" LINE) },
	{ BYTES("PRI" LINE) }, /* no preface; it is refused */
	{ BYTES("CONNECT" LINE) },
	{ BYTES("OPTIONS * HTTP/1.1\r\n") },
	{ BYTES("GET http://example.org/ HTTP/1.1\r\n") },
	{ BYTES("GET HTTP://example.org/ HTTP/1.0\r\n") },
	{ BYTES("BREW https://example.org/ HTTP/1.1\r\n") },
	{ BYTES("GET / HTTP/1.0\r\n") },
	{ BYTES("\r\nGET" LINE) },
	{ BYTES("\r\n\n\r\r\n\r\nGET" LINE) },
	/* Malformed, and not by a protocol of its own: its reader refuses. */
	{ BYTES("GET / HTTP/1.1\n") },
	{ BYTES("GET  / HTTP/1.1\r\n") },
	{ BYTES("GET\t/ HTTP/1.1\r\n") },
	{ BYTES("GET /\tHTTP/1.1\r\n") },
	{ BYTES("GET / HTTP/1.1 \r\n") },
	{ BYTES("GET / HTTP/1.1\rHost: x\r\n") },
	{ BYTES("GET / http/1.1\r\n") },
	{ BYTES("GET / HTTP/9.9\r\n") },
	{ BYTES("GET / HTTP/2.0\r\n") },
	{ BYTES("GET /a b HTTP/1.1\r\n") },
	{ BYTES("GET /\0\1\377 HTTP/1.1\r\n") },
	{ BYTES("GET /\303\274 HTTP/1.1\r\n") },
};

static const struct row is_opaque[] = {
	/* TLS, by its hello */
	{ BYTES("\26\3\1\2\0\1\0\1\374\3\3GET / HTTP/1.1\r\n") },
	{ BYTES("SSH-2.0-OpenSSH_9.2\r\n") }, { BYTES("EHLO example.org\r\n") },
	{ BYTES("USER anonymous\r\n") }, { BYTES("a001 CAPABILITY\r\n") },
	{ BYTES("NICK me\r\nUSER me 0 * :me\r\n") },
	{ BYTES("JOIN #x HTTP/1.1\r\n") }, { BYTES("CAP LS 302\r\n") },
	{ BYTES("PING\r\n") }, { BYTES("*1\r\n$4\r\nPING\r\n") }, /* redis, */
	{ BYTES("GET key\r\n") }, /* also inline */
	{ BYTES("GET hkey\r\n") }, { BYTES("GET http_key\r\n") },
	{ BYTES("get key\r\n") }, /* memcached */
	{ BYTES("set http 0 0 1\r\n1\r\n") }, { BYTES("\200\0\0\0\0\0\0\0") },
	{ BYTES("\23BitTorrent protocol\0\0\0\0\0\0\0\0") },
	{ BYTES("\125\0\0\1\205\246\77\0\0\0\0\1\41") }, /* MySQL */
	{ BYTES("\0\0\0\10\4\322\26\57") },              /* PostgreSQL */
	{ BYTES("\5\1\0") },                             /* SOCKS5 */
	{ BYTES("\r\n\r\n\0\r\nQUIT\n") }, /* PROXY protocol, version 2 */
	{ BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n") },
	{ BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") },
	{ BYTES("OPTIONS rtsp://example.org/ RTSP/1.0\r\n") },
	{ BYTES("OPTIONS * RTSP/1.0\r\n") }, { BYTES("SETUP /x RTSP/1.0\r\n") },
	{ BYTES("INVITE sip:me@example.org SIP/2.0\r\n") },
	{ BYTES("CONNECT example.org:443 HTTP/1.1\r\n") },
	{ BYTES("CONNECT httpbin.org:443 HTTP/1.1\r\n") },
	{ BYTES("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n") },
	{ BYTES("GET /\r\n") }, /* HTTP/0.9 has no fields */
	{ BYTES("GET /x HTP/1.1\r\n") }, { BYTES("GE\1\2\3") },
	{ BYTES("GET\0/ HTTP/1.1\r\n") }, { BYTES("GET:/ HTTP/1.1\r\n") },
	{ BYTES("GET\r\n") }, { BYTES(" GET / HTTP/1.1\r\n") },
	{ BYTES("\r\n\r\n GET / HTTP/1.1\r\n") },
	{ BYTES("HTTP/1.1 200 OK\r\n") }, { BYTES("/ HTTP/1.1\r\n") },
	{ BYTES("{\"a\": 1}\n") }, { BYTES("<stream:stream>") },
	{ BYTES("\377\373\37") }, /* telnet */
};

static void
judge(const struct row *rows, size_t count, enum sniff want)
{
	size_t i, each, passed;

	for (i = 0; i < count; i++)
		for (each = 1; each <= rows[i].n; each++)
			if (show(rows[i].p, rows[i].n, each, &passed) != want)
				fail_msg("%s, %zu at a time", rows[i].p, each);
}

static void
http_is_found(void **state)
{
	(void)state;
	judge(is_http, COUNT(is_http), SNIFF_HTTP);
}

static void
all_else_is_opaque(void **state)
{
	(void)state;
	judge(is_opaque, COUNT(is_opaque), SNIFF_OPAQUE);
}

/* A known method, then a path or URL: only that is ever kept back. */
static bool
may_wait(const char *p, size_t n)
{
	static const char *const begins[] = { "GET /", "HEAD /", "POST /",
		"PUT /", "DELETE /", "OPTIONS /", "PATCH /", "TRACE /",
		"OPTIONS *", "GET *", "GET h" };
	size_t i;

	for (; n > 0 && strchr("\r\n", *p) != NULL; n--)
		p++;
	for (i = 0; i < COUNT(begins); i++)
		if (n >= strlen(begins[i]) &&
		    memcmp(p, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void
nothing_else_waits(void **state)
{
	size_t i, n, skip, pass;

	(void)state;
	for (i = 0; i < COUNT(is_opaque); i++)
		for (n = 0; n <= is_opaque[i].n; n++)
			if (sniff(is_opaque[i].p, n, &skip, &pass) ==
				SNIFF_MORE &&
			    pass < n && !may_wait(is_opaque[i].p, n))
				fail_msg("%s waits", is_opaque[i].p);
}

/* Of the line of a known method its path is kept back until it ends. */
static void
a_request_waits_for_its_line(void **state)
{
	static const char text[] = "POST /form?x=y HTTP/1.1\r\n";
	size_t n, passed;

	(void)state;
	for (n = 0; n < sizeof(text) - 1; n++) {
		assert_int_equal(show(text, n, 1, &passed), SNIFF_MORE);
		assert_int_equal(passed, n < 5 ? n : 5);
	}
	/* That of an unknown one is not: it may be another protocol's. */
	for (n = 0; n < 12; n++) {
		assert_int_equal(show("ls /etc HTTP", n, 1, &passed),
		    SNIFF_MORE);
		assert_int_equal(passed, n);
	}
}

static void
empty_lines_need_not_be_kept(void **state)
{
	size_t skip, pass;

	(void)state;
	assert_int_equal(sniff(BYTES("\r\n\r\n\r"), &skip, &pass), SNIFF_MORE);
	assert_int_equal(skip, 5);
	assert_int_equal(sniff(BYTES("\r\nGE"), &skip, &pass), SNIFF_MORE);
	assert_int_equal(skip, 2);
	assert_int_equal(pass, 4);
	assert_int_equal(sniff(BYTES("\r\nGET" LINE), &skip, &pass),
	    SNIFF_HTTP);
	assert_int_equal(skip, 2);
	assert_int_equal(sniff("", 0, &skip, &pass), SNIFF_MORE);
	assert_int_equal(skip + pass, 0);
}

/* No length of method or target is a way past. */
static void
length_hides_nothing(void **state)
{
	static const size_t lengths[] = { 255, 256, 257, 300, 32767, 32768,
		32769, 100000 };
	static const size_t slices[] = { 1, 7, 1460, 1 << 20 };
	char *p = malloc(1 << 18);
	size_t i, k, n, passed;

	(void)state;
	assert_non_null(p);
	for (i = 0; i < COUNT(lengths); i++) {
		for (k = 0; k < COUNT(slices); k++) {
			if (slices[k] == 1 && lengths[i] > 40000)
				continue;
			n = lengths[i];
			memset(p, 'M', n);
			memcpy(p + n, LINE, sizeof(LINE) - 1);
			n += sizeof(LINE) - 1;
			assert_int_equal(show(p, n, slices[k], &passed),
			    SNIFF_HTTP);
			n = lengths[i];
			memset(p, 'p', n);
			memcpy(p, "GET /", 5);
			memcpy(p + n, " HTTP/1.1\r\n", 11);
			assert_int_equal(show(p, n + 11, slices[k], &passed),
			    SNIFF_HTTP);
			assert_true(passed <= 5);
		}
	}
	/* A word without end passes, and is not remembered. */
	memset(p, '0', 1 << 18);
	assert_int_equal(show(p, 1 << 18, 1460, &passed), SNIFF_MORE);
	assert_int_equal(passed, 1 << 18);
	free(p);
}

/* Noise is opaque after a few bytes, and never waits. */
static void
noise(void **state)
{
	unsigned seed = 1;
	size_t i, n, skip, pass, passed;
	char p[64];

	(void)state;
	for (i = 0; i < 20000; i++) {
		for (n = 0; n < sizeof(p); n++) {
			seed = seed * 1103515245u + 12345u;
			p[n] = (char)(seed >> 16);
		}
		assert_int_equal(show(p, sizeof(p), sizeof(p), &passed),
		    SNIFF_OPAQUE);
		for (n = 0; n < sizeof(p); n++)
			if (sniff(p, n, &skip, &pass) == SNIFF_MORE)
				assert_int_equal(pass, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_is_found),
		cmocka_unit_test(all_else_is_opaque),
		cmocka_unit_test(nothing_else_waits),
		cmocka_unit_test(a_request_waits_for_its_line),
		cmocka_unit_test(empty_lines_need_not_be_kept),
		cmocka_unit_test(length_hides_nothing),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
