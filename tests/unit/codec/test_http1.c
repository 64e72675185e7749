#include <stdio.h>
#include <string.h>

#include "codec/http1.h"

#include "unit.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define WIRE(s)                  \
	{                        \
		s, sizeof(s) - 1 \
	}

struct wire {
	const char *p;
	size_t n;
};

typedef enum err read_head(const void *, size_t, size_t *, struct http1_head *);

/*
 * Refused means: with this error whole and with bytes behind it, with this
 * error or "more" at every prefix (once refused, refused), and nothing was
 * written.  The bytes sit at the end of their memory, so that a read past them
 * is seen.
 */
static void
refused(read_head *f, const void *in, size_t n, enum err want)
{
	struct http1_head h, before;
	size_t i, used = 77;
	char *copy;
	enum err e, last = ERR_SHORT;

	memset(&h, 0xa5, sizeof(h));
	before = h;
	for (i = 0; i <= n; i++) {
		copy = malloc(i);
		memcpy(copy, in, i);
		e = f(copy, i, &used, &h);
		free(copy);
		if (e != last && (last != ERR_SHORT || e != want))
			fail_msg("at %zu: %s: %.*s", i, err_str(e), (int)n,
			    (const char *)in);
		last = e;
	}
	if (last != want)
		fail_msg("%s: %.*s", err_str(last), (int)n, (const char *)in);
	assert_int_equal(used, 77);
	assert_memory_equal(&h, &before, sizeof(h));
}

/* Every proper prefix asks for more; what comes behind does not matter. */
static void
accepted(read_head *f, const void *in, size_t n, struct http1_head *h)
{
	static char more[HTTP1_HEAD_MAX + 4];
	size_t i, used = 0;

	for (i = 0; i < n; i++)
		if (f(in, i, &used, h) != ERR_SHORT)
			fail_msg("at %zu: %.*s", i, (int)n, (const char *)in);
	assert_int_equal(used, 0);
	memcpy(more, in, n);
	memcpy(more + n, "\n\0\r ", 4);
	assert_int_equal(f(more, n + 4, &used, h), OK);
	assert_int_equal(used, n);
	if (f(in, n, &used, h) != OK)
		fail_msg("refused: %.*s", (int)n, (const char *)in);
	assert_int_equal(used, n);
}

static size_t
join(char *out, const char *head, struct wire w, const char *tail)
{
	size_t a = strlen(head), b = strlen(tail);

	memcpy(out, head, a);
	memcpy(out + a, w.p, w.n);
	memcpy(out + a + w.n, tail, b);
	return a + w.n + b;
}

static int
same(struct http1_str s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

/* -- start lines ---------------------------------------------------------- */

static const struct wire bad_request_lines[] = {
	WIRE(" GET http://h/ HTTP/1.1\r\n"),
	WIRE("GET  http://h/ HTTP/1.1\r\n"),
	WIRE("GET http://h/  HTTP/1.1\r\n"),
	WIRE("GET http://h/ HTTP/1.1 \r\n"),
	WIRE("GET\thttp://h/ HTTP/1.1\r\n"),
	WIRE("GET http://h/\tHTTP/1.1\r\n"),
	WIRE("GET http://h/ x HTTP/1.1\r\n"),
	WIRE("GET http://h/\r\n"), /* HTTP/0.9 */
	WIRE("GET\r\n"), WIRE("GET  HTTP/1.1\r\n"),
	WIRE("G(T http://h/ HTTP/1.1\r\n"), WIRE("G\0T http://h/ HTTP/1.1\r\n"),
	WIRE("G\xc3\xa9T http://h/ HTTP/1.1\r\n"),
	WIRE("GET http://h/\x7f HTTP/1.1\r\n"),
	WIRE("GET http://h/\0 HTTP/1.1\r\n"),
	WIRE("GET http://h/\x01 HTTP/1.1\r\n"),
	WIRE("GET http://h/\xc3\xa9 HTTP/1.1\r\n"),
	WIRE("GET http://h/ HTTP/1.2\r\n"), WIRE("GET http://h/ HTTP/1.10\r\n"),
	WIRE("GET http://h/ HTTP/0.9\r\n"), WIRE("GET http://h/ HTTP/2.0\r\n"),
	WIRE("GET http://h/ HTTP/11\r\n"), WIRE("GET http://h/ HTTP/1.\r\n"),
	WIRE("GET http://h/ http/1.1\r\n"), WIRE("GET http://h/ HTTP /1.1\r\n"),
	WIRE("GET http://h/ HTTP/1.1\n"), WIRE("GET http://h/ HTTP/1.1\r\r\n"),
	WIRE("GET http://h/ HTTP/1.1\r"), WIRE("\nGET http://h/ HTTP/1.1\r\n"),
	WIRE("\r\n\r\nGET http://h/ HTTP/1.1\r\n"),
	WIRE("\r\rGET http://h/ HTTP/1.1\r\n"), WIRE("PRI * HTTP/2.0\r\n"),
	WIRE("PRI http://h/ HTTP/1.1\r\n"),
	WIRE("\x16\x03\x01\x02\r\n"), /* TLS */
};

static void
request_lines_are_strict(void **state)
{
	char in[256];
	size_t i, n;

	(void)state;
	for (i = 0; i < ROWS(bad_request_lines); i++) {
		n = join(in, "", bad_request_lines[i], "Host: h\r\n\r\n");
		refused(http1_read_request, in, n, ERR_PROTO);
	}
}

static const struct wire bad_status_lines[] = {
	WIRE("HTTP/1.1 20 OK\r\n"),
	WIRE("HTTP/1.1 2000 OK\r\n"),
	WIRE("HTTP/1.1 +20 OK\r\n"),
	WIRE("HTTP/1.1 2x0 OK\r\n"),
	WIRE("HTTP/1.1 099 OK\r\n"),
	WIRE("HTTP/1.1 600 OK\r\n"),
	WIRE("HTTP/1.1  200 OK\r\n"),
	WIRE("HTTP/1.1\t200 OK\r\n"),
	WIRE("HTTP/1.1 200\tOK\r\n"),
	WIRE(" HTTP/1.1 200 OK\r\n"),
	WIRE("\r\nHTTP/1.1 200 OK\r\n"),
	WIRE("HTTP/1.1 200 O\0K\r\n"),
	WIRE("HTTP/1.1 200 O\rK\r\n"),
	WIRE("HTTP/1.1 200 OK\n"),
	WIRE("HTTP/1.2 200 OK\r\n"),
	WIRE("HTTP/2 200 OK\r\n"),
	WIRE("http/1.1 200 OK\r\n"),
	WIRE("ICY 200 OK\r\n"),
	WIRE("HTTP/1.1\r\n"),
	WIRE("HTTP/1.1 \r\n"),
	WIRE("SSH-2.0-OpenSSH_9.2\r\n"),
};

static void
status_lines_are_strict(void **state)
{
	char in[256];
	size_t i, n;

	(void)state;
	for (i = 0; i < ROWS(bad_status_lines); i++) {
		n = join(in, "", bad_status_lines[i], "A: b\r\n\r\n");
		refused(http1_read_response, in, n, ERR_PROTO);
	}
}

/* -- fields --------------------------------------------------------------- */

/* No message may hold these, whichever way it goes. */
static const struct wire bad_fields[] = {
	/* T25: an empty name */
	WIRE(": value\r\n"),
	WIRE("A: b\r\n: value\r\n"),
	WIRE(" : value\r\n"),
	WIRE("nocolon\r\n"),
	/* white space before the colon, folding */
	WIRE("A : b\r\n"),
	WIRE("A\t: b\r\n"),
	WIRE("A: b\r\n c\r\n"),
	WIRE("A: b\r\n\tc\r\n"),
	WIRE(" A: b\r\n"),
	WIRE("A b: c\r\n"),
	/* bytes no name or value has */
	WIRE("A\0: b\r\n"),
	WIRE("A: \0\r\n"),
	WIRE("A: b\x01\r\n"),
	WIRE("A: b\x7f\r\n"),
	WIRE("A: b\x0b\r\n"),
	WIRE("\xc3\xa9: b\r\n"),
	WIRE("A@: b\r\n"),
	WIRE("\"A\": b\r\n"),
	/* line ends */
	WIRE("A: b\n"),
	WIRE("A: b\nB: c\r\n"),
	WIRE("A: b\rB: c\r\n"),
	WIRE("A: b\r\r\n"),
	/* T26: lengths */
	WIRE("Content-Length:\r\n"),
	WIRE("Content-Length: \t \r\n"),
	WIRE("Content-Length: 1,1\r\n"),
	WIRE("Content-Length: 1, 1\r\n"),
	WIRE("Content-Length: +1\r\n"),
	WIRE("Content-Length: -1\r\n"),
	WIRE("Content-Length: 1 1\r\n"),
	WIRE("Content-Length: 0x1\r\n"),
	WIRE("Content-Length: 1e1\r\n"),
	WIRE("Content-Length: 1.0\r\n"),
	WIRE("Content-Length: \xd9\xa1\r\n"), /* an Arabic 1 */
	WIRE("Content-Length: 9223372036854775808\r\n"),
	WIRE("Content-Length: 18446744073709551615\r\n"),
	WIRE("Content-Length: 18446744073709551617\r\n"),
	WIRE("Content-Length: 00000000000000000001\r\n"),
	WIRE("Content-Length: 1\r\nContent-Length: 1\r\n"),
	WIRE("Content-Length: 1\r\ncontent-length: 2\r\n"),
	/* T20: codings */
	WIRE("Transfer-Encoding:\r\n"),
	WIRE("Transfer-Encoding: chunked,\r\n"),
	WIRE("Transfer-Encoding: chunked ,\r\n"),
	WIRE("Transfer-Encoding: ,chunked\r\n"),
	WIRE("Transfer-Encoding: identity\r\n"),
	WIRE("Transfer-Encoding: identity, chunked\r\n"),
	WIRE("Transfer-Encoding: gzip, chunked\r\n"),
	WIRE("Transfer-Encoding: chunked, identity\r\n"),
	WIRE("Transfer-Encoding: chunked, chunked\r\n"),
	WIRE("Transfer-Encoding: chunked;q=1\r\n"),
	WIRE("Transfer-Encoding: \"chunked\"\r\n"),
	WIRE("Transfer-Encoding: xchunked\r\n"),
	WIRE("Transfer-Encoding: chunked\0\r\n"),
	WIRE("Transfer-Encoding: \x0b"
	     "chunked\r\n"),
	WIRE("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
	WIRE("Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n"),
	WIRE("Transfer-Encoding : chunked\r\n"),
	WIRE("Transfer-Encoding\r\n: chunked\r\n"),
	WIRE("Transfer-Encoding: chunked\r\n\r: x\r\n"),
	/* both */
	WIRE("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
	WIRE("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
	WIRE("Transfer-Encoding: CHUNKED\r\nContent-Length: 0\r\n"),
	/* what Connection lists are tokens */
	WIRE("Connection: a b\r\n"),
	WIRE("Connection: close;x\r\n"),
	WIRE("Connection: \"close\"\r\n"),
};

static void
fields_are_strict_in_both_ways(void **state)
{
	char in[256];
	size_t i, n;

	(void)state;
	for (i = 0; i < ROWS(bad_fields); i++) {
		n = join(in, "GET http://h/ HTTP/1.1\r\nHost: h\r\n",
		    bad_fields[i], "Z: z\r\n\r\n");
		refused(http1_read_request, in, n, ERR_PROTO);
		n = join(in, "HTTP/1.1 200 OK\r\n", bad_fields[i],
		    "Z: z\r\n\r\n");
		refused(http1_read_response, in, n, ERR_PROTO);
	}
}

/* A control is one at each place of a line, whatever is beside it. */
static void
every_byte_is_judged_everywhere(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nA: ";
	char in[64];
	struct http1_head h;
	size_t used, n, at;
	unsigned c;
	enum err want;

	(void)state;
	n = sizeof(head) - 1 + 20;
	for (at = sizeof(head) - 1; at < n; at++)
		for (c = 0; c < 256; c++) {
			memcpy(in, head, sizeof(head) - 1);
			memset(in + sizeof(head) - 1, c & 1 ? 0x80 : ' ', 20);
			memcpy(in + n, "\r\n\r\n", 4);
			in[at] = (char)c;
			want = c == '\t' || (c >= ' ' && c != 0x7f) ? OK
								   : ERR_PROTO;
			if (http1_read_response(in, n + 4, &used, &h) != want)
				fail_msg("byte %u at %zu", c, at);
		}
}

/* In requests only; T20: no coding in HTTP/1.0. */
static const struct wire bad_requests[] = {
	WIRE("GET http://h/ HTTP/1.1\r\n\r\n"), /* no Host */
	WIRE("GET http://h/ HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"),
	WIRE("GET http://h/ HTTP/1.0\r\nHost: h\r\nhost: i\r\n\r\n"),
	WIRE("GET http://h/ HTTP/1.1\r\nHost: a b\r\n\r\n"),
	WIRE("GET http://h/ HTTP/1.1\r\nHost: u@h\r\n\r\n"),
	WIRE("GET http://h/ HTTP/1.1\r\nHost: h/x\r\n\r\n"),
	WIRE("GET http://h/ HTTP/1.1\r\nHost: h, i\r\n\r\n"),
	WIRE("GET http://h/ HTTP/1.1\r\nHost : h\r\n\r\n"),
	WIRE("POST http://h/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
};

static void
requests_need_one_host_and_no_old_coding(void **state)
{
	static const char old[] =
	    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(bad_requests); i++)
		refused(http1_read_request, bad_requests[i].p,
		    bad_requests[i].n, ERR_PROTO);
	refused(http1_read_response, old, sizeof(old) - 1, ERR_PROTO);
}

/* -- what is accepted, and how it reads ----------------------------------- */

enum { CLOSE = 1, KEEP = 2, UP = 4, EXPECT = 8 };

static const struct {
	const char *wire, *method, *target;
	unsigned minor;
	enum http1_body body;
	uint64_t length;
	unsigned flags;
	size_t fields;
} requests[] = {
	{ "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "http://h/", 1,
	    HTTP1_BODY_NONE, 0, 0, 1 },
	{ "\r\nGET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "GET", "http://h/",
	    1, HTTP1_BODY_NONE, 0, 0, 1 },
	{ "GET http://h/ HTTP/1.0\r\n\r\n", "GET", "http://h/", 0,
	    HTTP1_BODY_NONE, 0, 0, 0 },
	{ "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", "CONNECT", "h:443",
	    1, HTTP1_BODY_NONE, 0, 0, 1 },
	{ "x-Z!#$%&'*+.^_`|~9 * HTTP/1.1\r\nHost:\r\n\r\n",
	    "x-Z!#$%&'*+.^_`|~9", "*", 1, HTTP1_BODY_NONE, 0, 0, 1 },
	{ "POST /a HTTP/1.1\r\nHost: [::1]:8080\r\ncontent-LENGTH:0\r\n\r\n",
	    "POST", "/a", 1, HTTP1_BODY_LENGTH, 0, 0, 2 },
	{ "POST /a HTTP/1.0\r\nContent-Length: \t9223372036854775807\t\r\n\r\n",
	    "POST", "/a", 0, HTTP1_BODY_LENGTH, INT64_MAX, 0, 1 },
	{ "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 010\r\n\r\n", "POST",
	    "/a", 1, HTTP1_BODY_LENGTH, 10, 0, 2 },
	{ "PUT /a HTTP/1.1\r\nHost: h\r\nTRANSFER-encoding: ChUnKeD\r\n\r\n",
	    "PUT", "/a", 1, HTTP1_BODY_CHUNKED, 0, 0, 2 },
	/* a name that only looks like framing is not */
	{ "PUT /a HTTP/1.1\r\nHost: h\r\nContent_Length: 5\r\n"
	  "XTransfer-Encoding: chunked\r\n\r\n",
	    "PUT", "/a", 1, HTTP1_BODY_NONE, 0, 0, 3 },
	{ "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET",
	    "/a", 1, HTTP1_BODY_NONE, 0, CLOSE, 2 },
	{ "GET /a HTTP/1.1\r\nHost: h\r\nConnection: , a,Keep-Alive\t,\r\n"
	  "CONNECTION: UPGRADE ,,\r\n\r\n",
	    "GET", "/a", 1, HTTP1_BODY_NONE, 0, KEEP | UP, 3 },
	{ "GET /a HTTP/1.1\r\nHost: h\r\nConnection: closed, xkeep-alive\r\n"
	  "EXPECT: 100-Continue\r\n\r\n",
	    "GET", "/a", 1, HTTP1_BODY_NONE, 0, EXPECT, 3 },
	/* T18 */
	{ "GET /a HTTP/1.1\r\nHost: h\r\nConnection: Connection, Host\r\n"
	  "Connection: Content-Length\r\nContent-Length: 3\r\n\r\n",
	    "GET", "/a", 1, HTTP1_BODY_LENGTH, 3, 0, 4 },
	/* obs-text, colons, tabs and no value at all */
	{ "GET /a HTTP/1.1\r\nHost: h\r\nA:\r\nB: \xff\xfe\tx: y\r\n"
	  "C::\r\n\r\n",
	    "GET", "/a", 1, HTTP1_BODY_NONE, 0, 0, 4 },
};

static void
requests_read(void **state)
{
	struct http1_head h;
	unsigned flags;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(requests); i++) {
		accepted(http1_read_request, requests[i].wire,
		    strlen(requests[i].wire), &h);
		flags = (h.close ? CLOSE : 0) | (h.keep_alive ? KEEP : 0) |
		    (h.upgrade ? UP : 0) | (h.expect_continue ? EXPECT : 0);
		if (!same(h.method, requests[i].method) ||
		    !same(h.target, requests[i].target) ||
		    h.minor != requests[i].minor ||
		    h.body != requests[i].body ||
		    h.length != requests[i].length ||
		    flags != requests[i].flags ||
		    h.nfields != requests[i].fields)
			fail_msg("read otherwise: %s", requests[i].wire);
	}
	assert_true(same(h.fields[1].value, ""));
	assert_true(same(h.fields[2].value, "\xff\xfe\tx: y"));
	assert_true(same(h.fields[3].name, "C"));
	assert_true(same(h.fields[3].value, ":"));
}

static const struct {
	const char *wire, *reason;
	unsigned status, minor;
	enum http1_body body;
	uint64_t length;
	unsigned flags;
} responses[] = {
	{ "HTTP/1.1 200 OK\r\n\r\n", "OK", 200, 1, HTTP1_BODY_CLOSE, 0, 0 },
	{ "HTTP/1.0 200\r\n\r\n", "", 200, 0, HTTP1_BODY_CLOSE, 0, 0 },
	{ "HTTP/1.1 599 \r\n\r\n", "", 599, 1, HTTP1_BODY_CLOSE, 0, 0 },
	{ "HTTP/1.1 100 Go  on\t\xe9\r\n\r\n", "Go  on\t\xe9", 100, 1,
	    HTTP1_BODY_CLOSE, 0, 0 },
	{ "HTTP/1.1 404  x \r\ncontent-length: 7\r\n\r\n", " x ", 404, 1,
	    HTTP1_BODY_LENGTH, 7, 0 },
	{ "HTTP/1.1 206 P\r\nTransfer-Encoding: chunked\r\n"
	  "Connection: close\r\n\r\n",
	    "P", 206, 1, HTTP1_BODY_CHUNKED, 0, CLOSE },
	{ "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", "S",
	    101, 1, HTTP1_BODY_CLOSE, 0, UP },
	{ "HTTP/1.0 200 O\r\nConnection: keep-alive\r\n\r\n", "O", 200, 0,
	    HTTP1_BODY_CLOSE, 0, KEEP },
	/* what a Host may be is not asked here */
	{ "HTTP/1.1 200 O\r\nHost: a b\r\nHost: c\r\n\r\n", "O", 200, 1,
	    HTTP1_BODY_CLOSE, 0, 0 },
};

static void
responses_read(void **state)
{
	struct http1_head h;
	unsigned flags;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(responses); i++) {
		accepted(http1_read_response, responses[i].wire,
		    strlen(responses[i].wire), &h);
		flags = (h.close ? CLOSE : 0) | (h.keep_alive ? KEEP : 0) |
		    (h.upgrade ? UP : 0) | (h.expect_continue ? EXPECT : 0);
		if (!same(h.reason, responses[i].reason) ||
		    h.status != responses[i].status ||
		    h.minor != responses[i].minor ||
		    h.body != responses[i].body ||
		    h.length != responses[i].length ||
		    flags != responses[i].flags)
			fail_msg("read otherwise: %s", responses[i].wire);
	}
}

/* -- limits --------------------------------------------------------------- */

static char big[2 * HTTP1_HEAD_MAX];

/* A request with this many fields in all, or a field value this long. */
static size_t
make_request(size_t fields, size_t value)
{
	size_t i, n;

	n = (size_t)sprintf(big, "GET http://h/ HTTP/1.1\r\nHost: h\r\n");
	for (i = 1; i < fields; i++)
		n += (size_t)sprintf(big + n, "A: b\r\n");
	if (value > 0) {
		memcpy(big + n, "V: ", 3);
		memset(big + n + 3, 'v', value);
		memcpy(big + n + 3 + value, "\r\n", 2);
		n += 5 + value;
	}
	memcpy(big + n, "\r\n", 2);
	return n + 2;
}

static void
counts_fields(void **state)
{
	struct http1_head h;
	size_t n;

	(void)state;
	n = make_request(HTTP1_FIELDS_MAX, 0);
	accepted(http1_read_request, big, n, &h);
	assert_int_equal(h.nfields, HTTP1_FIELDS_MAX);
	n = make_request(HTTP1_FIELDS_MAX + 1, 0);
	refused(http1_read_request, big, n, ERR_RANGE);
}

/* A head of n bytes, in three long lines. */
static size_t
make_head(size_t n)
{
	size_t at = make_request(1, 0) - 2, line;
	char *p = big + at;

	for (n -= at + 2; n > 0; n -= line, p += line) {
		line = n < HTTP1_HEAD_MAX / 3 ? n : HTTP1_HEAD_MAX / 3;
		memset(p, 'v', line);
		memcpy(p, "V:", 2);
		memcpy(p + line - 2, "\r\n", 2);
	}
	memcpy(p, "\r\n", 2);
	return (size_t)(p + 2 - big);
}

/* T24, T34: no head is longer than HTTP1_HEAD_MAX, whatever fills it. */
static void
measures_heads(void **state)
{
	struct http1_head h;
	size_t n, used;

	(void)state;
	n = make_head(HTTP1_HEAD_MAX);
	assert_int_equal(n, HTTP1_HEAD_MAX);
	assert_int_equal(http1_read_request(big, n, &used, &h), OK);
	assert_int_equal(used, n);
	assert_int_equal(http1_read_request(big, n + 9, &used, &h), OK);
	assert_int_equal(http1_read_request(big, n - 1, &used, &h), ERR_SHORT);
	n = make_head(HTTP1_HEAD_MAX + 1);
	assert_int_equal(http1_read_request(big, n, &used, &h), ERR_RANGE);
	assert_int_equal(http1_read_request(big, n - 1, &used, &h), ERR_RANGE);
	assert_int_equal(http1_read_request(big, n - 2, &used, &h), ERR_SHORT);
	memset(big, 'A', sizeof(big));
	assert_int_equal(http1_read_request(big, sizeof(big), &used, &h),
	    ERR_RANGE);
	assert_int_equal(http1_read_response(big, sizeof(big), &used, &h),
	    ERR_RANGE);
	n = (size_t)sprintf(big, "GET / HTTP/1.1\r\nHost: h\r\n");
	memset(big + n, 'A', sizeof(big) - n);
	assert_int_equal(http1_read_request(big, sizeof(big), &used, &h),
	    ERR_RANGE);
}

/* "GET http://h/aaa HTTP/1.1": a line of n bytes; its fields follow. */
static size_t
make_line(size_t n)
{
	static const char end[] = " HTTP/1.1\r\nHost: h\r\n\r\n";
	size_t at = (size_t)sprintf(big, "GET http://h/");

	n -= strlen(" HTTP/1.1");
	memset(big + at, 'a', n - at);
	memcpy(big + n, end, sizeof(end));
	return n + strlen(end);
}

/* A request line and a field's are as long as HTTP1_LINE_MAX, no longer. */
static void
measures_lines(void **state)
{
	struct http1_head h;
	size_t n, used;

	(void)state;
	n = make_line(HTTP1_LINE_MAX);
	assert_int_equal(http1_read_request(big, n, &used, &h), OK);
	assert_int_equal(used, n);
	n = make_line(HTTP1_LINE_MAX + 1);
	assert_int_equal(http1_read_request(big, n, &used, &h), ERR_RANGE);
	assert_true(http1_line_is_over(big, n));
	assert_int_equal(http1_read_request(big, HTTP1_LINE_MAX + 1, &used, &h),
	    ERR_RANGE);
	assert_int_equal(http1_read_request(big, HTTP1_LINE_MAX, &used, &h),
	    ERR_SHORT);
	n = make_request(1, HTTP1_LINE_MAX - 3);
	assert_int_equal(http1_read_request(big, n, &used, &h), OK);
	n = make_request(1, HTTP1_LINE_MAX - 2);
	assert_int_equal(http1_read_request(big, n, &used, &h), ERR_RANGE);
	assert_false(http1_line_is_over(big, n));
	memmove(big + 2, big, make_line(HTTP1_LINE_MAX + 1));
	memcpy(big, "\r\n", 2);
	assert_true(http1_line_is_over(big, HTTP1_LINE_MAX + 9));
}

/* T24: names longer than any 8 or 15 bit count are whole, and no other name. */
static void
keeps_long_names_apart(void **state)
{
	static const size_t lengths[] = { 255, 256, 257, 270, 8192, 32765 };
	struct http1_head h;
	size_t i, n, used;

	(void)state;
	for (i = 0; i < ROWS(lengths); i++) {
		n = (size_t)sprintf(big, "GET / HTTP/1.1\r\nHost: h\r\n");
		memset(big + n, 'A', lengths[i]);
		memcpy(big + n, "Content-Length", 14);
		strcpy(big + n + lengths[i], ": 5\r\n\r\n");
		n += lengths[i] + 7;
		assert_int_equal(http1_read_request(big, n, &used, &h), OK);
		assert_int_equal(h.fields[1].name.n, lengths[i]);
		assert_true(same(h.fields[1].value, "5"));
		assert_int_equal(h.body, HTTP1_BODY_NONE);
	}
}

/* T29: a number of a hundred thousand digits is refused at once. */
static void
refuses_endless_numbers(void **state)
{
	struct http1_head h;
	uint64_t size;
	size_t n, used;

	(void)state;
	n = (size_t)sprintf(big,
	    "GET / HTTP/1.1\r\nHost: h\r\n"
	    "Content-Length: ");
	memset(big + n, '0', 30000);
	strcpy(big + n + 30000, "\r\n\r\n");
	assert_int_equal(http1_read_request(big, n + 30004, &used, &h),
	    ERR_PROTO);
	memset(big, '0', sizeof(big));
	assert_int_equal(http1_read_chunk(big, sizeof(big), &used, &size),
	    ERR_PROTO);
}

/* T18: lists without end would make every field's look-up slow. */
static void
counts_connection_options(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n";
	struct http1_head h;
	size_t i, n, used;

	(void)state;
	n = (size_t)sprintf(big, "%s", request);
	for (i = 0; i < 42; i++)
		n += (size_t)sprintf(big + n,
		    "Connection: close, keep-alive, X\r\n");
	n += (size_t)sprintf(big + n, "\r\n");
	assert_int_equal(http1_read_request(big, n, &used, &h), OK);
	assert_true(h.close && h.keep_alive);
	n = (size_t)sprintf(big, "%sConnection: ", request);
	memset(big + n, ',', 127);
	strcpy(big + n + 127, "\r\n\r\n");
	assert_int_equal(http1_read_request(big, n + 131, &used, &h), OK);
	memset(big + n, ',', 128);
	strcpy(big + n + 128, "\r\n\r\n");
	refused(http1_read_request, big, n + 132, ERR_RANGE);
}

/* -- chunks and trailers -------------------------------------------------- */

static const struct {
	const char *line;
	enum err err;
	uint64_t size;
} chunks[] = {
	{ "0\r\n", OK, 0 },
	{ "00000\r\n", OK, 0 },
	{ "1a2B\r\n", OK, 0x1a2b },
	{ "000000000000000F\r\n", OK, 15 },
	{ "7fffffffffffffff\r\n", OK, INT64_MAX },
	{ "5;a\r\n", OK, 5 },
	{ "5;a=b;c;d=\"e;\\\" \\\\\xff\t\"\r\n", OK, 5 },
	{ "5;a=\"\"\r\n", OK, 5 },
	/* T19 */
	{ "8000000000000000\r\n", ERR_PROTO, 0 },
	{ "ffffffffffffffff\r\n", ERR_PROTO, 0 },
	{ "10000000000000000\r\n", ERR_PROTO, 0 },
	{ "00000000000000000\r\n", ERR_PROTO, 0 },
	{ "-1\r\n", ERR_PROTO, 0 },
	{ "+5\r\n", ERR_PROTO, 0 },
	{ "0x5\r\n", ERR_PROTO, 0 },
	{ "5_\r\n", ERR_PROTO, 0 },
	{ " 5\r\n", ERR_PROTO, 0 },
	{ "5 \r\n", ERR_PROTO, 0 },
	{ "5 ;a\r\n", ERR_PROTO, 0 },
	{ "5\t\r\n", ERR_PROTO, 0 },
	{ "5,5\r\n", ERR_PROTO, 0 },
	{ "g\r\n", ERR_PROTO, 0 },
	{ "\r\n", ERR_PROTO, 0 },
	{ ";a\r\n", ERR_PROTO, 0 },
	/* extensions: tokens, quoted strings, no white space beside them */
	{ "5;\r\n", ERR_PROTO, 0 },
	{ "5;;a\r\n", ERR_PROTO, 0 },
	{ "5;a;\r\n", ERR_PROTO, 0 },
	{ "5;a=\r\n", ERR_PROTO, 0 },
	{ "5;=a\r\n", ERR_PROTO, 0 },
	{ "5;a==b\r\n", ERR_PROTO, 0 },
	{ "5;a=b=c\r\n", ERR_PROTO, 0 },
	{ "5; a\r\n", ERR_PROTO, 0 },
	{ "5;a =b\r\n", ERR_PROTO, 0 },
	{ "5;a= b\r\n", ERR_PROTO, 0 },
	{ "5;a \r\n", ERR_PROTO, 0 },
	{ "5;a=\"b\r\n", ERR_PROTO, 0 },
	{ "5;a=\"b\\\"\r\n", ERR_PROTO, 0 },
	{ "5;a=\"b\\\r\n", ERR_PROTO, 0 },
	{ "5;a=\"b\"c\r\n", ERR_PROTO, 0 },
	{ "5;a=b\"c\"\r\n", ERR_PROTO, 0 },
	{ "5;\"a\"=b\r\n", ERR_PROTO, 0 },
	{ "5;\xff\r\n", ERR_PROTO, 0 },
	{ "5;a,b\r\n", ERR_PROTO, 0 },
	/* T35: line ends that others repair */
	{ "5\n", ERR_PROTO, 0 },
	{ "5\r5\n", ERR_PROTO, 0 },
	{ "5\r\r\n", ERR_PROTO, 0 },
	{ "5;a\n", ERR_PROTO, 0 },
	{ "5;a\rb\r\n", ERR_PROTO, 0 },
	{ "5;\x01\r\n", ERR_PROTO, 0 },
};

static void
chunk_lines_are_strict(void **state)
{
	size_t i, j, n, used;
	uint64_t size;
	enum err e, last;
	char *in;

	(void)state;
	for (i = 0; i < ROWS(chunks); i++) {
		n = strlen(chunks[i].line);
		last = ERR_SHORT;
		for (j = 0; j <= n; j++) {
			in = malloc(j);
			memcpy(in, chunks[i].line, j);
			used = 77;
			size = 88;
			e = http1_read_chunk(in, j, &used, &size);
			free(in);
			if (e != ERR_SHORT && e != chunks[i].err)
				fail_msg("at %zu: %s", j, chunks[i].line);
			if (last != ERR_SHORT)
				assert_int_equal(e, last);
			assert_int_equal(used, e == OK ? n : 77);
			assert_int_equal(size, e == OK ? chunks[i].size : 88);
			last = e;
		}
		if (last != chunks[i].err)
			fail_msg("%s: %s", err_str(last), chunks[i].line);
	}
}

static void
chunk_extensions_are_bounded(void **state)
{
	uint64_t size;
	size_t used;

	(void)state;
	memset(big, 'e', sizeof(big));
	memcpy(big, "5;", 2);
	memcpy(big + 254, "\r\n5\r\n", 5);
	assert_int_equal(http1_read_chunk(big, 999, &used, &size), OK);
	assert_int_equal(used, 256);
	memcpy(big + 254, "e\r\n", 3);
	assert_int_equal(http1_read_chunk(big, 255, &used, &size), ERR_SHORT);
	assert_int_equal(http1_read_chunk(big, 256, &used, &size), ERR_RANGE);
	assert_int_equal(http1_read_chunk(big, 999, &used, &size), ERR_RANGE);
}

static void
trailers_are_fields(void **state)
{
	static const char *const bad[] = { "A : b\r\n", " A: b\r\n", ": b\r\n",
		"A: b\n", "A\r\n", "\rA: b\r\n", "\n", "A: \x01\r\n" };
	static const char good[] = "Some-Sum:  1 2\t\r\nB: c\r\n\r\n";
	struct http1_field f;
	size_t i, used;

	(void)state;
	for (i = 0; i < 16; i++)
		assert_int_equal(http1_read_trailer(good, i, &used, &f),
		    ERR_SHORT);
	assert_int_equal(http1_read_trailer(good, 17, &used, &f), OK);
	assert_int_equal(http1_read_trailer(good, sizeof(good), &used, &f), OK);
	assert_int_equal(used, 17);
	assert_true(same(f.name, "Some-Sum"));
	assert_true(same(f.value, "1 2"));
	assert_int_equal(http1_read_trailer("\r", 1, &used, &f), ERR_SHORT);
	assert_int_equal(http1_read_trailer("\r\n", 2, &used, &f), OK);
	assert_int_equal(used, 2);
	assert_int_equal(f.name.n, 0);
	for (i = 0; i < ROWS(bad); i++)
		assert_int_equal(http1_read_trailer(bad[i], strlen(bad[i]),
				     &used, &f),
		    ERR_PROTO);
	memset(big, 'A', sizeof(big));
	assert_int_equal(http1_read_trailer(big, sizeof(big), &used, &f),
	    ERR_RANGE);
}

/* -- where to ------------------------------------------------------------- */

static const struct {
	const char *method, *target;
	enum err err;
	const char *to, *path;
} targets[] = {
	{ "GET", "http://h", OK, "h:80", "/" },
	{ "GET", "http://h/", OK, "h:80", "/" },
	{ "GET", "HTTP://H.example:8080/a/b?c=d&e", OK, "H.example:8080",
	    "/a/b?c=d&e" },
	{ "GET", "http://h?q=/x", OK, "h:80", "?q=/x" },
	{ "GET", "http://1.2.3.4:80//a/../b\\c%00", OK, "1.2.3.4:80",
	    "//a/../b\\c%00" },
	{ "GET", "http://[2001:DB8::1]/", OK, "[2001:db8::1]:80", "/" },
	{ "GET", "http://[::ffff:1.2.3.4]:81/", OK, "1.2.3.4:81", "/" },
	{ "GET", "http://h/http://i/@x:y", OK, "h:80", "/http://i/@x:y" },
	{ "GET", "http://h/?u@v", OK, "h:80", "/?u@v" },
	{ "OPTIONS", "http://h:81", OK, "h:81", "*" },
	{ "OPTIONS", "http://h/", OK, "h:80", "/" },
	{ "OPTIONS", "http://h?q", OK, "h:80", "?q" },
	{ "options", "http://h", OK, "h:80", "/" }, /* another method */
	{ "CONNECT", "h:443", OK, "h:443", "" },
	{ "CONNECT", "[::1]:22", OK, "[::1]:22", "" },
	/* T27 */
	{ "GET", "http://h/a#.png", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h/a#@evil", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h#/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://u@h/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://u:p@h/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://u:80@h/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h:80@i/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://@h/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h\\@evil/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h%00/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h%2fevil/", ERR_PROTO, NULL, NULL },
	{ "GET", "http:///etc", ERR_PROTO, NULL, NULL },
	{ "GET", "http://?q", ERR_PROTO, NULL, NULL },
	{ "GET", "http://", ERR_PROTO, NULL, NULL },
	{ "GET", "http:/h/", ERR_PROTO, NULL, NULL },
	{ "GET", "http:h", ERR_PROTO, NULL, NULL },
	{ "GET", "//h/", ERR_PROTO, NULL, NULL },
	{ "GET", "/", ERR_PROTO, NULL, NULL },
	{ "GET", "*", ERR_PROTO, NULL, NULL },
	{ "OPTIONS", "*", ERR_PROTO, NULL, NULL },
	{ "GET", "h:80", ERR_PROTO, NULL, NULL },
	{ "GET", "https://h/", ERR_PROTO, NULL, NULL },
	{ "GET", "httpx://h/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h:/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h:0/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h:65536/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h:80:80/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://h:+80/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://::1/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://[::1/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://[1.2.3.4]/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://127.1/", ERR_PROTO, NULL, NULL },
	{ "GET", "http://0x7f000001/", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "h", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "h:", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "h:0", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "http://h:80", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "h:80/", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "h:80?", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "u@h:80", ERR_PROTO, NULL, NULL },
	{ "CONNECT", "h:80#", ERR_PROTO, NULL, NULL },
	{ "connect", "h:443", ERR_PROTO, NULL, NULL },
};

static void
targets_name_one_place(void **state)
{
	char text[ENDPOINT_STR];
	struct endpoint ep, before;
	struct http1_head h = { 0 };
	struct http1_str path;
	size_t i;
	enum err e;

	(void)state;
	memset(&before, 0xa5, sizeof(before));
	for (i = 0; i < ROWS(targets); i++) {
		h.method.p = targets[i].method;
		h.method.n = strlen(h.method.p);
		h.target.p = targets[i].target;
		h.target.n = strlen(h.target.p);
		ep = before;
		path.p = NULL;
		e = http1_target(&h, &ep, &path);
		if (e != targets[i].err)
			fail_msg("%s: %s", targets[i].target, err_str(e));
		if (e != OK) {
			assert_memory_equal(&ep, &before, sizeof(ep));
			assert_null(path.p);
			continue;
		}
		endpoint_str(&ep, text);
		assert_string_equal(text, targets[i].to);
		if (!same(path, targets[i].path))
			fail_msg("%s: path %.*s", targets[i].target,
			    (int)path.n, path.p);
	}
}

/* RFC 9112 section 3.2.2: Host is the URL's authority, in any spelling. */
static const struct {
	const char *target, *host;
	enum err err;
} hosts[] = {
	{ "http://h/", "h", OK },
	{ "http://h/", "H:80", OK },
	{ "http://h:80/", "h", OK },
	{ "http://h/", "h.", OK }, /* the root is nobody else */
	{ "http://h:081/", "h:81", OK },
	{ "http://[::1]/", "[0::1]:80", OK },
	{ "http://1.2.3.4/", "[::ffff:1.2.3.4]", OK },
	{ "http://h/", NULL, OK }, /* HTTP/1.0 */
	{ "http://h/", "", ERR_PROTO },
	{ "http://h/", "i", ERR_PROTO },
	{ "http://h/", "h..", ERR_PROTO },
	{ "http://h/", "h:", ERR_PROTO },
	{ "http://h/", "h:81", ERR_PROTO },
	{ "http://h:81/", "h", ERR_PROTO },
	{ "http://h/", "h:80:80", ERR_PROTO },
	{ "http://h/", "hh", ERR_PROTO },
	{ "http://[::1]/", "::1", ERR_PROTO },
	{ "http://127.0.0.1/", "localhost", ERR_PROTO },
};

static void
hosts_say_what_the_target_says(void **state)
{
	struct http1_head h = { .method = { "GET", 3 } };
	struct http1_str path;
	struct endpoint ep;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(hosts); i++) {
		h.target.p = hosts[i].target;
		h.target.n = strlen(h.target.p);
		h.host.p = hosts[i].host;
		h.host.n = h.host.p == NULL ? 0 : strlen(h.host.p);
		if (http1_target(&h, &ep, &path) != hosts[i].err)
			fail_msg("%s, Host: %s", h.target.p, h.host.p);
	}
}

/* T1: the lengths of names that went wrong elsewhere. */
static void
names_are_at_most_255_bytes(void **state)
{
	static const size_t lengths[] = { 253, 254, 255, 256, 257, 511, 65000 };
	struct http1_head h = { .method = { "GET", 3 } };
	struct http1_str path;
	struct endpoint ep;
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(lengths); i++) {
		memset(big, 'a', sizeof(big));
		memcpy(big, "http://", 7);
		big[7 + lengths[i]] = '/';
		h.target = (struct http1_str){ big, lengths[i] + 8 };
		assert_int_equal(http1_target(&h, &ep, &path),
		    lengths[i] <= 255 ? OK : ERR_RANGE);
	}
}

/* -- questions ------------------------------------------------------------ */

static void
finds_fields(void **state)
{
	static const char wire[] =
	    "GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\n"
	    "Connection: close, X-A,,\tX-B\r\nCONNECTION: x-c\r\n\r\n";
	struct http1_head h;
	size_t used;

	(void)state;
	assert_int_equal(http1_read_request(wire, sizeof(wire) - 1, &used, &h),
	    OK);
	assert_true(same(http1_find(&h, "x-a")->value, "1"));
	assert_null(http1_find(&h, "x-"));
	assert_null(http1_find(&h, "x-ab"));
	assert_true(http1_nominated(&h, (struct http1_str){ "x-A", 3 }));
	assert_true(http1_nominated(&h, (struct http1_str){ "X-b", 3 }));
	assert_true(http1_nominated(&h, (struct http1_str){ "X-C", 3 }));
	assert_true(http1_nominated(&h, (struct http1_str){ "close", 5 }));
	assert_false(http1_nominated(&h, (struct http1_str){ "x", 1 }));
	assert_false(http1_nominated(&h, (struct http1_str){ "x-d", 3 }));
	assert_false(http1_nominated(&h, (struct http1_str){ "Host", 4 }));
	assert_true(http1_name_is(h.fields[0].name, "host"));
	assert_false(http1_name_is(h.fields[0].name, "hos"));
	assert_false(http1_name_is(h.fields[0].name, "hosts"));
	assert_true(http1_method_is(&h, "GET"));
	assert_false(http1_method_is(&h, "get"));
	assert_false(http1_method_is(&h, "GE"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_lines_are_strict),
		cmocka_unit_test(status_lines_are_strict),
		cmocka_unit_test(fields_are_strict_in_both_ways),
		cmocka_unit_test(every_byte_is_judged_everywhere),
		cmocka_unit_test(requests_need_one_host_and_no_old_coding),
		cmocka_unit_test(requests_read),
		cmocka_unit_test(responses_read),
		cmocka_unit_test(counts_fields),
		cmocka_unit_test(measures_heads),
		cmocka_unit_test(measures_lines),
		cmocka_unit_test(keeps_long_names_apart),
		cmocka_unit_test(refuses_endless_numbers),
		cmocka_unit_test(counts_connection_options),
		cmocka_unit_test(chunk_lines_are_strict),
		cmocka_unit_test(chunk_extensions_are_bounded),
		cmocka_unit_test(trailers_are_fields),
		cmocka_unit_test(targets_name_one_place),
		cmocka_unit_test(hosts_say_what_the_target_says),
		cmocka_unit_test(names_are_at_most_255_bytes),
		cmocka_unit_test(finds_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
