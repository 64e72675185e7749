#include <stdio.h>
#include <string.h>

#include "http/exchange.h"

#include "run.h"
#include "unit.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

/* The usual question, what becomes of it, and the usual beginning. */
#define GET    "GET http://h/ HTTP/1.1\r\nHost: h\r\n"
#define GOT    "GET / HTTP/1.1\r\nHost: h\r\n"
#define GET10  "GET http://h/ HTTP/1.0\r\n"
#define HEAD   "HEAD http://h/ HTTP/1.1\r\nHost: h\r\n"
#define POST   "POST http://h/ HTTP/1.1\r\nHost: h\r\n"
#define POSTED "POST / HTTP/1.1\r\nHost: h\r\n"
#define YES    "HTTP/1.1 200 OK\r\n"
#define END    "\r\n"

static struct run want, got; /* too large for the stack */

static void
same_run(const char *what, const char *wire, size_t first)
{
	if (got.end != want.end || got.used != want.used || got.n != want.n ||
	    memcmp(got.out, want.out, want.n) != 0)
		fail_msg("%s, cut at %zu: status %d not %d, used %zu not %zu:\n"
			 "%.*s\nnot\n%.*s\nof\n%s",
		    what, first, got.end, want.end, got.used, want.used,
		    (int)got.n, got.out, (int)want.n, want.out, wire);
}

static void
expect_run(const char *wire, enum http_status end, const char *rest,
    const char *out)
{
	want.end = end;
	want.used = strlen(wire) - strlen(rest);
	want.n = strlen(out);
	memcpy(want.out, out, want.n);
}

/* -- requests ------------------------------------------------------------- */

static const struct {
	const char *in, *rest; /* rest is no part of the request: it stays */
	const char *out;
	enum http_status end;
} requests[] = {
	{ GET END, "", GOT END, HTTP_DONE },
	{ GET END, GET END, GOT END, HTTP_DONE }, /* pipelined */
	{ GET END, "\0", GOT END, HTTP_DONE },
	{ GET10 END, "", GOT END, HTTP_DONE },
	{ HEAD END, "", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", HTTP_DONE },
	{ "x HTTP://A.b:8080/c?d HTTP/1.1\r\nHost: a.B:8080\r\n\r\n", "",
	    "x /c?d HTTP/1.1\r\nHost: A.b:8080\r\n\r\n", HTTP_DONE },
	{ "GET http://h?q HTTP/1.1\r\nHost:h\r\n\r\n", "",
	    "GET /?q HTTP/1.1\r\nHost: h\r\n\r\n", HTTP_DONE },
	{ "GET http://h:80 HTTP/1.1\r\nHost: h\r\n\r\n", "", GOT END,
	    HTTP_DONE },
	{ "GET http://[::1]/ HTTP/1.1\r\nHost: [0:0::1]\r\n\r\n", "",
	    "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", HTTP_DONE },
	{ "GET http://[::1]:81/ HTTP/1.1\r\nHost: [::1]:81\r\n\r\n", "",
	    "GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n", HTTP_DONE },
	{ "OPTIONS http://h:81 HTTP/1.1\r\nHost: h:81\r\n\r\n", "",
	    "OPTIONS * HTTP/1.1\r\nHost: h:81\r\n\r\n", HTTP_DONE },
	/* values pass as they are, space around them is written anew */
	{ GET "A:b\r\nB: \t c  d\t \r\nC:\r\na: \xff:;\"\r\n" END, "",
	    GOT "A: b\r\nB: c  d\r\nC: \r\na: \xff:;\"\r\n" END, HTTP_DONE },
	{ GET "Connection: close\r\n" END, "", GOT END, HTTP_DONE },
	/* T18 */
	{ GET "Connection: Connection, Host, x-A\r\nX-a: 1\r\nX-B: 2\r\n" END,
	    "", GOT "X-B: 2\r\n" END, HTTP_DONE },
	{ POST "Connection: Content-Length\r\nContent-Length: 2\r\n" END "ab",
	    "c", POSTED "Content-Length: 2\r\n" END "ab", HTTP_DONE },
	{ POST "Connection: Transfer-Encoding\r\n"
	       "Transfer-Encoding: Chunked\r\n" END "0\r\n\r\n",
	    "c", POSTED "Transfer-Encoding: chunked\r\n" END "0\r\n\r\n",
	    HTTP_DONE },
	/* lengths */
	{ POST "Content-Length: 0\r\n" END, "x",
	    POSTED "Content-Length: 0\r\n" END, HTTP_DONE },
	{ POST "content-length: 005\r\nA: b\r\n" END "a\r\n\r\n", "GET",
	    POSTED "A: b\r\nContent-Length: 5\r\n" END "a\r\n\r\n", HTTP_DONE },
	{ GET "Content-Length: 1\r\n" END "x", "",
	    GOT "Content-Length: 1\r\n" END "x", HTTP_DONE },
	{ POST "Content-Length: 3\r\n" END "ab", "",
	    POSTED "Content-Length: 3\r\n" END "ab", HTTP_PASS },
	{ "POST http://h/ HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", "",
	    POSTED "Content-Length: 3\r\n" END "abc", HTTP_DONE },
	/* chunks: lines are written anew, trailers dropped */
	{ POST "Transfer-Encoding: chunked\r\n" END
	       "0003;e=\"x\"\r\nabc\r\nA\r\n0123456789\r\n000\r\n\r\n",
	    "0\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END
		   "3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n",
	    HTTP_DONE },
	{ POST
	    "Transfer-Encoding: chunked\r\nTrailer: Via\r\nTE: trailers\r\n" END
	    "2;x\r\n\r\n\r\n0;y\r\nVia: me\r\nX-Forwarded-For: 1\r\n\r\n",
	    "",
	    POSTED "Transfer-Encoding: chunked\r\n" END
		   "2\r\n\r\n\r\n0\r\n\r\n",
	    HTTP_DONE },
	{ POST "Transfer-Encoding: chunked\r\n" END "1\r\na\r\n0\r\n", "\r",
	    POSTED "Transfer-Encoding: chunked\r\n" END "1\r\na\r\n",
	    HTTP_MORE },
	/* expectations are the origin's to meet; HTTP/1.0 has none */
	{ POST "Expect: 100-continue\r\nContent-Length: 1\r\n" END "x", "",
	    POSTED "Expect: 100-continue\r\nContent-Length: 1\r\n" END "x",
	    HTTP_DONE },
	{ GET10 "EXPECT: 100-continue\r\n" END, "", GOT END, HTTP_DONE },
	/* upgrades: to websockets, by GET, of HTTP/1.1, without a body */
	{ GET "Connection: a, upgrade\r\nUpgrade: WebSocket\r\n"
	      "Sec-WebSocket-Key: k\r\n" END,
	    "\x81",
	    GOT "Sec-WebSocket-Key: k\r\n"
		"Connection: Upgrade\r\nUpgrade: websocket\r\n" END,
	    HTTP_DONE },
	{ GET "Upgrade: websocket\r\n" END, "", GOT END, HTTP_DONE },
	{ GET "Connection: upgrade\r\n" END, "", GOT END, HTTP_DONE },
	{ GET "Connection: upgrade\r\nUpgrade: websocket, x\r\n" END, "",
	    GOT END, HTTP_DONE },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n"
	      "Upgrade: h2c\r\n" END,
	    "", GOT END, HTTP_DONE },
	{ GET "Connection: upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
	      "HTTP2-Settings: AAMAAABkAAQAAP__\r\n" END,
	    "", GOT END, HTTP_DONE },
	{ GET10 "Connection: upgrade\r\nUpgrade: websocket\r\n" END, "",
	    GOT END, HTTP_DONE },
	{ HEAD "Connection: upgrade\r\nUpgrade: websocket\r\n" END, "",
	    "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", HTTP_DONE },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n"
	      "Content-Length: 1\r\n" END "x",
	    "", GOT "Content-Length: 1\r\n" END "x", HTTP_DONE },
	/* it counts proxies, so only those who need it see it */
	{ "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 10\r\n\r\n",
	    "", "OPTIONS / HTTP/1.1\r\nHost: h\r\nMax-Forwards: 9\r\n\r\n",
	    HTTP_DONE },
	{ GET "Max-Forwards: 0\r\n" END, "", GOT "Max-Forwards: 0\r\n" END,
	    HTTP_DONE },
	{ "", "GET http", "", HTTP_MORE },
};

static void
requests_go_out(void **state)
{
	struct http_exchange x;
	char in[1024];
	size_t i, first, n;

	(void)state;
	for (i = 0; i < ROWS(requests); i++) {
		n = (size_t)sprintf(in, "%s%s", requests[i].in,
		    requests[i].rest);
		expect_run(in, requests[i].end, requests[i].rest,
		    requests[i].out);
		for (first = 1; first <= n; first++) {
			http_exchange_init(&x, &http_profile_standard);
			run_request(&x, in, n, first, n, &got);
			same_run("request", in, first);
		}
		http_exchange_init(&x, &http_profile_standard);
		run_request(&x, in, n, 1, 1, &got);
		same_run("request, by bytes", in, 1);
	}
}

static const struct {
	const char *in, *out; /* what was right before it went wrong */
	enum outcome why;
} bad_requests[] = {
	{ "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "", OUTCOME_BAD_REQUEST },
	{ "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", "",
	    OUTCOME_BAD_REQUEST },
	{ "GET http://h/#f HTTP/1.1\r\nHost: h\r\n\r\n", "",
	    OUTCOME_BAD_REQUEST },
	{ "GET http://h/ HTTP/1.1\r\nHost: i\r\n\r\n", "",
	    OUTCOME_BAD_REQUEST },
	{ "GET http://h/ HTTP/2.0\r\n\r\n", "", OUTCOME_BAD_REQUEST },
	{ GET "Via : x\r\n" END, "", OUTCOME_BAD_REQUEST },
	{ POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n" END, "",
	    OUTCOME_BAD_REQUEST },
	{ "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", "", OUTCOME_BAD_COMMAND },
	{ "TRACE http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "",
	    OUTCOME_BAD_COMMAND },
	{ "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n\r\n",
	    "", OUTCOME_BAD_COMMAND },
	{ "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: -1\r\n\r\n",
	    "", OUTCOME_BAD_REQUEST },
	{ "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards: 5\r\n"
	  "Max-Forwards: 6\r\n\r\n",
	    "", OUTCOME_BAD_REQUEST },
	{ "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\nMax-Forwards:\r\n\r\n", "",
	    OUTCOME_BAD_REQUEST },
	/* T19, T35: once a head is out, nothing wrong follows it */
	{ POST "Transfer-Encoding: chunked\r\n" END
	       "1\r\na\r\nffffffffffffffff\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END "1\r\na\r\n",
	    OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "1\r\nab\r\n0\r\n\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END "1\r\na",
	    OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "1\r\nab",
	    POSTED "Transfer-Encoding: chunked\r\n" END "1\r\na",
	    OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "1\r\na\n0\r\n\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END "1\r\na",
	    OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "1\r\na\r0\r\n\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END "1\r\na",
	    OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "1 \r\na\r\n0\r\n\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END, OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "0\r\n: x\r\n\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END, OUTCOME_BAD_REQUEST },
	{ POST "Transfer-Encoding: chunked\r\n" END "0\r\nA: b\n\r\n\r\n",
	    POSTED "Transfer-Encoding: chunked\r\n" END, OUTCOME_BAD_REQUEST },
};

static void
bad_requests_end_it(void **state)
{
	struct http_exchange x;
	size_t i, first, n;

	(void)state;
	for (i = 0; i < ROWS(bad_requests); i++) {
		n = strlen(bad_requests[i].in);
		for (first = 0; first <= n; first++) {
			http_exchange_init(&x, &http_profile_standard);
			run_request(&x, bad_requests[i].in, n,
			    first > 0 ? first : 1, first > 0 ? n : 1, &got);
			expect_run(bad_requests[i].in, HTTP_FAILED, "",
			    bad_requests[i].out);
			want.used = got.used;
			same_run("bad request", bad_requests[i].in, first);
			assert_int_equal(x.why, bad_requests[i].why);
			assert_true(x.client_close && x.origin_close);
			run_request(&x, "", 0, 1, 1, &got); /* and stays bad */
			assert_int_equal(got.end, HTTP_FAILED);
		}
	}
}

/* -- responses ------------------------------------------------------------ */

enum {
	CLIENT = 1,   /* its connection ends */
	ORIGIN = 2,   /* its connection ends */
	EOF_ENDS = 4, /* the origin closes, and that is the end of the body */
	EOF_CUTS = 8, /* it closes, and something is missing */
};

static const struct {
	const char *request, *in, *rest, *out;
	enum http_status end;
	unsigned flags;
} responses[] = {
	{ GET END, YES "Content-Length: 3\r\nA:b\r\n" END "abc", "HTTP",
	    YES "A: b\r\nContent-Length: 3\r\n" END "abc", HTTP_DONE, 0 },
	{ GET END, YES "Content-Length: 0\r\n" END, "x",
	    YES "Content-Length: 0\r\n" END, HTTP_DONE, 0 },
	{ GET END, YES "Content-Length: 3\r\n" END "ab", "",
	    YES "Content-Length: 3\r\n" END "ab", HTTP_PASS, EOF_CUTS },
	{ GET END, "HTTP/1.1 404\r\nContent-Length: 0\r\n" END, "",
	    "HTTP/1.1 404 \r\nContent-Length: 0\r\n" END, HTTP_DONE, 0 },
	{ GET END, YES "Connection: close\r\nContent-Length: 1\r\n" END "a", "",
	    YES "Content-Length: 1\r\n" END "a", HTTP_DONE, ORIGIN },
	{ GET "Connection: close\r\n" END,
	    YES "Connection: keep-alive\r\nContent-Length: 1\r\n" END "a", "",
	    YES "Content-Length: 1\r\nConnection: close\r\n" END "a", HTTP_DONE,
	    CLIENT },
	/* HTTP/1.0 on the far side */
	{ GET END, "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n" END "a", "",
	    YES "Content-Length: 1\r\n" END "a", HTTP_DONE, ORIGIN },
	{ GET END,
	    "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
	    "Keep-Alive: timeout=5\r\nContent-Length: 1\r\n" END "a",
	    "", YES "Content-Length: 1\r\n" END "a", HTTP_DONE, 0 },
	/* until close */
	{ GET END, YES END "abc\r\n\r\n", "",
	    YES "Connection: close\r\n" END "abc\r\n\r\n", HTTP_PASS,
	    CLIENT | ORIGIN | EOF_ENDS },
	{ GET END, "HTTP/1.0 200 OK\r\n" END, "",
	    YES "Connection: close\r\n" END, HTTP_PASS,
	    CLIENT | ORIGIN | EOF_ENDS },
	/* chunks */
	{ GET END,
	    YES "Transfer-Encoding: chunked\r\n" END
		"003;x=y\r\nabc\r\n10\r\n0123456789abcdef\r\n0;z\r\n\r\n",
	    "HTTP/1.1",
	    YES "Transfer-Encoding: chunked\r\n" END
		"3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n",
	    HTTP_DONE, 0 },
	{ GET END,
	    YES "Transfer-Encoding: chunked\r\nTrailer: Sum\r\n" END
		"0\r\nSum: 1\r\n\r\n",
	    "", YES "Transfer-Encoding: chunked\r\n" END "0\r\n\r\n", HTTP_DONE,
	    0 },
	{ GET END, YES "Transfer-Encoding: chunked\r\n" END "3\r\nab", "",
	    YES "Transfer-Encoding: chunked\r\n" END "3\r\nab", HTTP_PASS,
	    EOF_CUTS },
	{ GET END, YES "Transfer-Encoding: chunked\r\n" END "1\r\na\r\n", "",
	    YES "Transfer-Encoding: chunked\r\n" END "1\r\na\r\n", HTTP_MORE,
	    EOF_CUTS },
	{ GET END, YES "Transfer-Encoding: chunked\r\n" END "0\r\n", "",
	    YES "Transfer-Encoding: chunked\r\n" END, HTTP_MORE, EOF_CUTS },
	/* no body, whatever is said about it */
	{ HEAD END, YES "Content-Length: 3\r\n" END, "HTTP/1.1",
	    YES "Content-Length: 3\r\n" END, HTTP_DONE, 0 },
	{ HEAD END, YES "Transfer-Encoding: chunked\r\n" END, "0", YES END,
	    HTTP_DONE, 0 },
	{ HEAD END, YES END, "x", YES END, HTTP_DONE, 0 },
	{ GET END, "HTTP/1.1 304 N\r\nETag: e\r\nContent-Length: 9\r\n" END,
	    "x", "HTTP/1.1 304 N\r\nETag: e\r\nContent-Length: 9\r\n" END,
	    HTTP_DONE, 0 },
	{ GET END, "HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\n" END, "",
	    "HTTP/1.1 304 N\r\n" END, HTTP_DONE, 0 },
	{ GET END, "HTTP/1.1 204 N\r\n" END, "x", "HTTP/1.1 204 N\r\n" END,
	    HTTP_DONE, 0 },
	{ GET END, "HTTP/1.1 204 N\r\nContent-Length: 0\r\n" END, "",
	    "HTTP/1.1 204 N\r\n" END, HTTP_DONE, 0 },
	{ GET END, "HTTP/1.1 204 N\r\nContent-Length: 5\r\n" END, "HTTP/",
	    "HTTP/1.1 204 N\r\n" END, HTTP_DONE, ORIGIN },
	{ GET END, "HTTP/1.1 204 N\r\nTransfer-Encoding: chunked\r\n" END, "",
	    "HTTP/1.1 204 N\r\n" END, HTTP_DONE, ORIGIN },
	{ GET END, "HTTP/1.1 205 R\r\nContent-Length: 0\r\n" END, "x",
	    "HTTP/1.1 205 R\r\nContent-Length: 0\r\n" END, HTTP_DONE, 0 },
	/* interim */
	{ GET END,
	    "HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Early\r\nLink: l\r\n"
	    "Connection: Link2\r\nLink2: x\r\n\r\n" YES
	    "Content-Length: 1\r\n" END "a",
	    "b",
	    "HTTP/1.1 100 \r\n\r\nHTTP/1.1 103 Early\r\nLink: l\r\n\r\n" YES
	    "Content-Length: 1\r\n" END "a",
	    HTTP_DONE, 0 },
	{ HEAD END, "HTTP/1.1 100 C\r\n\r\n", "", "HTTP/1.1 100 C\r\n\r\n",
	    HTTP_MORE, EOF_CUTS },
	/* HTTP/1.0 on the near side: no interim, no chunks, no second */
	{ GET10 "Connection: keep-alive\r\n" END,
	    "HTTP/1.1 100 C\r\n\r\n" YES "Content-Length: 1\r\n" END "a", "",
	    YES "Content-Length: 1\r\nConnection: close\r\n" END "a", HTTP_DONE,
	    CLIENT },
	{ GET10 END,
	    YES "Transfer-Encoding: chunked\r\n" END
		"3;x\r\nabc\r\n2\r\n\r\n\r\n0\r\nA: b\r\n\r\n",
	    "x", YES "Connection: close\r\n" END "abc\r\n", HTTP_DONE, CLIENT },
	{ GET10 END, YES "Transfer-Encoding: chunked\r\n" END "3\r\nabc", "",
	    YES "Connection: close\r\n" END "abc", HTTP_MORE,
	    CLIENT | EOF_CUTS },
	{ GET10 END, YES END "a", "", YES "Connection: close\r\n" END "a",
	    HTTP_PASS, CLIENT | ORIGIN | EOF_ENDS },
	/* the request is not all there: both connections end */
	{ POST "Content-Length: 5\r\nExpect: 100-continue\r\n" END,
	    "HTTP/1.1 401 N\r\nContent-Length: 0\r\n" END, "",
	    "HTTP/1.1 401 N\r\nContent-Length: 0\r\n"
	    "Connection: close\r\n" END,
	    HTTP_DONE, CLIENT | ORIGIN },
	{ POST "Transfer-Encoding: chunked\r\n" END "1\r\na\r\n",
	    YES "Content-Length: 0\r\n" END, "",
	    YES "Content-Length: 0\r\nConnection: close\r\n" END, HTTP_DONE,
	    CLIENT | ORIGIN },
	{ POST "Content-Length: 5\r\n" END "abcde",
	    YES "Content-Length: 0\r\n" END, "",
	    YES "Content-Length: 0\r\n" END, HTTP_DONE, 0 },
	/* upgrades */
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    "HTTP/1.1 101 S\r\nUPGRADE: WebSocket\r\nConnection: Upgrade\r\n"
	    "Sec-WebSocket-Accept: k\r\n" END,
	    "\x81\x01x",
	    "HTTP/1.1 101 S\r\nSec-WebSocket-Accept: k\r\n"
	    "Connection: Upgrade\r\nUpgrade: websocket\r\n" END,
	    HTTP_TUNNEL, CLIENT | ORIGIN },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    YES "Content-Length: 0\r\n" END, "",
	    YES "Content-Length: 0\r\n" END, HTTP_DONE, 0 },
	{ GET END,
	    "HTTP/1.1 426 U\r\nConnection: upgrade\r\nUpgrade: TLS/1.0\r\n"
	    "Content-Length: 0\r\n" END,
	    "", "HTTP/1.1 426 U\r\nContent-Length: 0\r\n" END, HTTP_DONE, 0 },
	/* T18 backwards */
	{ GET END,
	    YES "Connection: Set-Cookie, content-length\r\nSet-Cookie: a\r\n"
		"Content-Length: 1\r\n" END "a",
	    "", YES "Content-Length: 1\r\n" END "a", HTTP_DONE, 0 },
	{ GET END, "", "", "", HTTP_MORE, EOF_CUTS },
	{ GET END, "", "HTTP/1.1 2", "", HTTP_MORE, EOF_CUTS },
};

static void
check_flags(struct http_exchange *x, unsigned flags, const char *in)
{
	bool eof = flags & (EOF_ENDS | EOF_CUTS);

	if (x->client_close != !!(flags & CLIENT) ||
	    x->origin_close != !!(flags & ORIGIN))
		fail_msg("close: client %d, origin %d: %s", x->client_close,
		    x->origin_close, in);
	if (eof &&
	    http_response_eof(x) !=
		(flags & EOF_ENDS ? HTTP_DONE : HTTP_FAILED))
		fail_msg("the origin's end: %s", in);
	if (flags & EOF_CUTS)
		assert_int_equal(x->why, OUTCOME_BAD_RESPONSE);
	if (eof)
		assert_true(x->origin_close);
}

static void
responses_come_back(void **state)
{
	struct http_exchange x;
	char in[1024];
	size_t i, first, n, len;

	(void)state;
	for (i = 0; i < ROWS(responses); i++) {
		n = (size_t)sprintf(in, "%s%s", responses[i].in,
		    responses[i].rest);
		for (first = 0; first <= n; first++) {
			http_exchange_init(&x, &http_profile_standard);
			len = strlen(responses[i].request);
			run_request(&x, responses[i].request, len, len, len,
			    &got);
			run_response(&x, in, n, first > 0 ? first : 1,
			    first > 0 ? n : 1, &got);
			expect_run(in, responses[i].end, responses[i].rest,
			    responses[i].out);
			same_run(responses[i].request, in, first);
			if (got.end != HTTP_MORE)
				assert_true(x.begun);
			check_flags(&x, responses[i].flags, in);
		}
	}
}

static const struct {
	const char *request, *in, *out;
} bad_responses[] = {
	{ GET END, "HTTP/1.1 200 OK\n\n", "" },
	{ GET END, "ICY 200 OK\r\n\r\n", "" },
	{ GET END, "\r\n" YES END, "" },
	{ GET END, YES "A : b\r\n" END, "" },
	{ GET END, YES "A: b\r\n c\r\n" END, "" },
	{ GET END, YES "Content-Length: 1\r\nContent-Length: 1\r\n" END, "" },
	{ GET END,
	    YES "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n" END, "" },
	{ GET END, YES "Transfer-Encoding: gzip, chunked\r\n" END, "" },
	{ GET END, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n" END,
	    "" },
	/* interim responses have no body to hide another response in */
	{ GET END, "HTTP/1.1 100 C\r\nContent-Length: 5\r\n" END, "" },
	{ GET END, "HTTP/1.1 103 C\r\nTransfer-Encoding: chunked\r\n" END, "" },
	{ GET END, "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 2000 OK\r\n\r\n",
	    "HTTP/1.1 100 C\r\n\r\n" },
	/* nobody asked for it, or for this */
	{ GET END,
	    "HTTP/1.1 101 S\r\nConnection: upgrade\r\n"
	    "Upgrade: websocket\r\n" END,
	    "" },
	{ GET "Connection: upgrade\r\nUpgrade: h2c\r\n" END,
	    "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: h2c\r\n" END,
	    "" },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    "HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: h2c\r\n" END,
	    "" },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    "HTTP/1.1 101 S\r\nUpgrade: websocket\r\n" END, "" },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    "HTTP/1.1 101 S\r\nConnection: upgrade\r\n" END, "" },
	{ GET "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    "HTTP/1.0 101 S\r\nConnection: upgrade\r\n"
	    "Upgrade: websocket\r\n" END,
	    "" },
	{ GET10 "Connection: upgrade\r\nUpgrade: websocket\r\n" END,
	    "HTTP/1.1 101 S\r\nConnection: upgrade\r\n"
	    "Upgrade: websocket\r\n" END,
	    "" },
	{ GET END, YES "Transfer-Encoding: chunked\r\n" END "-1\r\n",
	    YES "Transfer-Encoding: chunked\r\n" END },
	{ GET END, YES "Transfer-Encoding: chunked\r\n" END "1\r\nab\r\n",
	    YES "Transfer-Encoding: chunked\r\n" END "1\r\na" },
	{ GET10 END, YES "Transfer-Encoding: chunked\r\n" END "1\r\nab\r\n",
	    YES "Connection: close\r\n" END "a" },
	{ "", YES END, "" }, /* before the request */
	{ "GET http://h/ HTTP/1.1\r\n", YES END, "" },
};

static void
bad_responses_end_it(void **state)
{
	struct http_exchange x;
	size_t i, first, n, len;

	(void)state;
	for (i = 0; i < ROWS(bad_responses); i++) {
		n = strlen(bad_responses[i].in);
		for (first = 0; first <= n; first++) {
			http_exchange_init(&x, &http_profile_standard);
			len = strlen(bad_responses[i].request);
			run_request(&x, bad_responses[i].request, len, len, len,
			    &got);
			run_response(&x, bad_responses[i].in, n,
			    first > 0 ? first : 1, first > 0 ? n : 1, &got);
			expect_run(bad_responses[i].in, HTTP_FAILED, "",
			    bad_responses[i].out);
			want.used = got.used;
			same_run("bad response", bad_responses[i].in, first);
			assert_int_equal(x.why, OUTCOME_BAD_RESPONSE);
			assert_true(x.client_close && x.origin_close);
			/* while nothing final is out, the client can be told */
			assert_int_equal(x.begun,
			    strstr(bad_responses[i].out, "200") != NULL);
			run_response(&x, "", 0, 1, 1, &got);
			assert_int_equal(got.end, HTTP_FAILED);
		}
	}
}

/* A kept connection that ends unused: the request may go to another one. */
static void
an_unanswered_request_can_be_sent_again(void **state)
{
	static const char request[] = GET END;
	static const char answer[] = YES "Content-Length: 0\r\n" END;
	struct http_exchange x;

	(void)state;
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, request, sizeof(request) - 1, 99, 99, &got);
	assert_int_equal(http_response_eof(&x), HTTP_FAILED);
	assert_false(x.begun || x.client_close);
	run_response(&x, answer, sizeof(answer) - 1, 99, 99, &got);
	assert_int_equal(got.end, HTTP_DONE);
	assert_true(x.begun);
	assert_false(x.client_close || x.origin_close);
}

static void
a_head_says_what_it_is(void **state)
{
	static const char up[] = GET
	    "Connection: upgrade\r\nUpgrade: websocket\r\n" END;
	static const char old[] = "HEAD http://h/ HTTP/1.0\r\n"
				  "Expect: 100-continue\r\n\r\n";
	static const char wait[] = POST
	    "Expect: 100-continue\r\nContent-Length: 1\r\n" END;
	struct http_exchange x;

	(void)state;
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, up, sizeof(up) - 1, 999, 1, &got);
	assert_true(x.upgrade);
	assert_false(x.head || x.expect || x.http10 || x.client_close);
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, old, sizeof(old) - 1, 999, 1, &got);
	assert_true(x.head && x.http10 && x.client_close);
	assert_false(x.upgrade || x.expect);
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, wait, sizeof(wait) - 1, 999, 1, &got);
	assert_true(x.expect);
	assert_false(x.head || x.http10 || x.client_close || x.begun);
}

/* -- limits --------------------------------------------------------------- */

static char big[3 * HTTP_HEAD_MAX];

/* Fields without space after the colon grow: HTTP_OUT_MAX has room for them. */
static void
the_largest_head_fits(void **state)
{
	struct http_exchange x;
	size_t i, n, value;

	(void)state;
	n = (size_t)sprintf(big,
	    "GET http://h?q HTTP/1.1\r\nHost:h\r\n"
	    "Connection:upgrade\r\nUpgrade:websocket\r\n");
	for (i = 3; i < 126; i++)
		n += (size_t)sprintf(big + n, "A:\r\n");
	memcpy(big + n, "B:", 2);
	memset(big + n + 2, 'b', HTTP_HEAD_MAX / 2 - 2);
	n += HTTP_HEAD_MAX / 2;
	n += (size_t)sprintf(big + n, "\r\n");
	value = HTTP_HEAD_MAX - n - strlen("B:\r\n\r\n");
	memcpy(big + n, "B:", 2);
	memset(big + n + 2, 'b', value);
	strcpy(big + n + 2 + value, "\r\n\r\n");
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, big, HTTP_HEAD_MAX, HTTP_HEAD_MAX, 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	assert_int_equal(got.used, HTTP_HEAD_MAX);
	assert_true(got.n > HTTP_HEAD_MAX && got.n <= HTTP_OUT_MAX);
	http_exchange_init(&x, &http_profile_standard);
	memset(big + n + 2 + value, 'b', 9);
	run_request(&x, big, sizeof(big), sizeof(big), 1, &got);
	assert_int_equal(got.end, HTTP_FAILED);
	assert_int_equal(x.why, OUTCOME_TOO_LARGE);
}

static void
too_many_fields_are_too_large(void **state)
{
	struct http_exchange x;
	size_t i, n;

	(void)state;
	n = (size_t)sprintf(big, GET);
	for (i = 1; i < 129; i++)
		n += (size_t)sprintf(big + n, "A: b\r\n");
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, big, n, n, 1, &got);
	assert_int_equal(got.end, HTTP_FAILED);
	assert_int_equal(x.why, OUTCOME_TOO_LARGE);
}

/* Neither goes on for ever: trailers, and responses before the response. */
static void
trailers_and_interim_heads_are_bounded(void **state)
{
	struct http_exchange x;
	size_t n, from;

	(void)state;
	from = n = (size_t)sprintf(big,
	    POST "Transfer-Encoding: chunked\r\n\r\n0\r\n");
	n += (size_t)sprintf(big + n, "A: bbbbb\r\n");
	while (n - from < HTTP_HEAD_MAX)
		n += (size_t)sprintf(big + n, "A: b\r\n");
	assert_int_equal(n - from, HTTP_HEAD_MAX);
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, big, n, n, 1, &got);
	assert_int_equal(got.end, HTTP_MORE);
	n += (size_t)sprintf(big + n, "A: b\r\n");
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, big, n, n, 1, &got);
	assert_int_equal(got.end, HTTP_FAILED);
	assert_int_equal(x.why, OUTCOME_TOO_LARGE);

	for (n = 0; n + 16 <= HTTP_HEAD_MAX; n += 16)
		memcpy(big + n, "HTTP/1.1 102\r\n\r\n", 16);
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, GET END, strlen(GET END), 99, 1, &got);
	run_response(&x, big, n, n, 1, &got);
	assert_int_equal(got.end, HTTP_MORE);
	memcpy(big + n, "HTTP/1.1 102\r\n\r\n", 16);
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, GET END, strlen(GET END), 99, 1, &got);
	run_response(&x, big, n + 16, n, 1, &got);
	assert_int_equal(got.end, HTTP_FAILED);
	assert_false(x.begun);
}

/* Each has its own bound. */
static void
interim_heads_do_not_count_as_trailers(void **state)
{
	const size_t each = HTTP_HEAD_MAX / 3 * 2;
	struct http_exchange x;
	size_t n, from;

	(void)state;
	for (n = 0; n < each; n += 16)
		memcpy(big + n, "HTTP/1.1 102\r\n\r\n", 16);
	n += (size_t)sprintf(big + n,
	    YES "Transfer-Encoding: chunked\r\n\r\n0\r\n");
	for (from = n; n - from < each;)
		n += (size_t)sprintf(big + n, "A: b\r\n");
	n += (size_t)sprintf(big + n, "\r\n");
	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, GET END, strlen(GET END), 99, 1, &got);
	run_response(&x, big, n, n, 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
}

/* All its bytes have passed, though nobody stepped since. */
static void
a_body_is_over_with_its_last_byte(void **state)
{
	static const char request[] = POST "Content-Length: 5\r\n" END;
	static const char answer[] = YES "Content-Length: 3\r\n" END;
	static uint8_t mem[HTTP_OUT_MAX];
	struct buf in = buf_on(big, sizeof(big)), out;
	struct http_exchange x;
	uint64_t pass;

	(void)state;
	http_exchange_init(&x, &http_profile_standard);
	out = buf_on(mem, sizeof(mem));
	assert_int_equal(buf_append_str(&in, request), OK);
	assert_int_equal(http_request_step(&x, &in, &out, &pass), HTTP_PASS);
	assert_int_equal(pass, 5);
	http_request_passed(&x, 2);
	assert_int_equal(http_request_step(&x, &in, &out, &pass), HTTP_PASS);
	assert_int_equal(pass, 3);
	http_request_passed(&x, 3);

	out = buf_on(mem, sizeof(mem));
	assert_int_equal(buf_append_str(&in, answer), OK);
	assert_int_equal(http_response_step(&x, &in, &out, &pass), HTTP_PASS);
	assert_int_equal(pass, 3);
	assert_false(x.client_close || x.origin_close);
	http_response_passed(&x, 3);
	assert_int_equal(http_response_eof(&x), HTTP_DONE);
	assert_int_equal(http_response_step(&x, &in, &out, &pass), HTTP_DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_go_out),
		cmocka_unit_test(bad_requests_end_it),
		cmocka_unit_test(responses_come_back),
		cmocka_unit_test(bad_responses_end_it),
		cmocka_unit_test(an_unanswered_request_can_be_sent_again),
		cmocka_unit_test(a_head_says_what_it_is),
		cmocka_unit_test(the_largest_head_fits),
		cmocka_unit_test(too_many_fields_are_too_large),
		cmocka_unit_test(trailers_and_interim_heads_are_bounded),
		cmocka_unit_test(interim_heads_do_not_count_as_trailers),
		cmocka_unit_test(a_body_is_over_with_its_last_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
