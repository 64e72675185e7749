/* Requests of strict: what one browser sends arrives as another's would. */
#include <stdio.h>
#include <string.h>

#include "http/exchange.h"

#include "run.h"
#include "unit.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

#define UA \
	"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) " \
	"Gecko/20100101 Firefox/153.0\r\n"
#define PAGE \
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9," \
	"*/*;q=0.8\r\n"
#define LANGUAGE "Accept-Language: en-US,en;q=0.5\r\n"
#define GZIP	 "Accept-Encoding: gzip, deflate\r\n"
#define ANYTHING UA "Accept: */*\r\n" LANGUAGE

static struct run got;

static void
request(const char *in)
{
	struct http_exchange x;

	http_exchange_init(&x, &http_profile_strict);
	run_request(&x, in, strlen(in), strlen(in), 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

static void
is_sent_as(const char *in, const char *out)
{
	request(in);
	assert_string_equal(got.out, out);
}

/* -- the same bytes ------------------------------------------------------- */

#define PAGE_URL "GET http://shop.example/a?b HTTP/1.1\r\n"

/* A page, asked for by address or by reloading; as these browsers do. */
static const char *const pages[] = {
	/* Chromium */
	PAGE_URL
	"Host: shop.example\r\nProxy-Connection: keep-alive\r\n"
	"Cache-Control: max-age=0\r\nUpgrade-Insecure-Requests: 1\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
	"(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
	"image/avif,image/webp,image/apng,*/*;q=0.8,"
	"application/signed-exchange;v=b3;q=0.7\r\n"
	"Accept-Encoding: gzip, deflate\r\n"
	"Accept-Language: de-CH,de;q=0.9,en;q=0.8\r\n"
	"Cookie: session=7d4f9c02\r\nIf-None-Match: \"a\"\r\n"
	"If-Modified-Since: Thu, 05 Mar 2026 07:00:00 GMT\r\n\r\n",
	/* Firefox */
	PAGE_URL
	"Host: shop.example\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) "
	"Gecko/20100101 Firefox/140.0\r\n"
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
	"*/*;q=0.8\r\n"
	"Accept-Language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3\r\n"
	"Accept-Encoding: gzip, deflate\r\nDNT: 1\r\nSec-GPC: 1\r\n"
	"Connection: keep-alive\r\nCookie: a=b; c=d\r\n"
	"Upgrade-Insecure-Requests: 1\r\nPriority: u=0, i\r\n\r\n",
	/* Safari */
	PAGE_URL
	"Host: shop.example\r\nUpgrade-Insecure-Requests: 1\r\n"
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,"
	"*/*;q=0.8\r\n"
	"User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
	"AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
	"Safari/605.1.15\r\nReferer: http://search.example/?q=secret\r\n"
	"Accept-Language: en-GB,en;q=0.9\r\n"
	"Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n",
	/* a program that wants pages, with what it has left out */
	"GET http://SHOP.example:80/a?b HTTP/1.0\r\n"
	"accept: Text/HTML\r\naccept-encoding: br, GZIP;q=0.5\r\n"
	"connection: x-id, close\r\nx-id: 7\r\n\r\n",
};

static void
pages_are_the_same_bytes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(pages); i++)
		is_sent_as(pages[i],
		    "GET /a?b HTTP/1.1\r\nHost: shop.example\r\n" UA PAGE
			LANGUAGE GZIP
		    "Upgrade-Insecure-Requests: 1\r\n\r\n");
}

#define PART_URL "GET http://shop.example/i.png HTTP/1.1\r\n"

/* What a page needs. */
static const char *const parts[] = {
	/* Chromium */
	PART_URL
	"Host: shop.example\r\nProxy-Connection: keep-alive\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 "
	"(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"
	"Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,"
	"*/*;q=0.8\r\nReferer: http://shop.example/a?b\r\n"
	"Accept-Encoding: gzip, deflate\r\nAccept-Language: de\r\n"
	"Cookie: session=7d4f9c02\r\n\r\n",
	/* Firefox */
	PART_URL
	"Host: shop.example\r\n"
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) "
	"Gecko/20100101 Firefox/140.0\r\n"
	"Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;"
	"q=0.8,*/*;q=0.5\r\nAccept-Language: fr\r\n"
	"Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
	"Referer: http://shop.example/a?b\r\nPriority: u=5, i\r\n\r\n",
	/* Safari */
	PART_URL
	"Host: shop.example\r\nAccept: image/webp,image/avif,image/*;q=0.8,"
	"video/*;q=0.8,*/*;q=0.5\r\nUser-Agent: Mozilla/5.0 (iPhone)\r\n"
	"Referer: http://shop.example/\r\nAccept-Language: en-GB\r\n"
	"Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n",
	/* curl --compressed -e */
	PART_URL
	"Host: shop.example\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
	"Accept-Encoding: deflate, gzip, br, zstd\r\n"
	"Referer: http://Shop.example:80/x\r\n"
	"Proxy-Connection: Keep-Alive\r\n\r\n",
};

static void
parts_of_pages_are_the_same_bytes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(parts); i++)
		is_sent_as(parts[i],
		    "GET /i.png HTTP/1.1\r\nHost: shop.example\r\n" ANYTHING
			GZIP
		    "Referer: http://shop.example/\r\n\r\n");
}

static const char *const forms[] = {
	"POST http://h:81/f HTTP/1.1\r\nHost: h:81\r\nContent-Length: 3\r\n"
	"Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n"
	"Origin: http://h:81\r\nContent-Type: text/plain\r\n"
	"Referer: http://h:81/page\r\nSec-Fetch-Mode: cors\r\n"
	"X-Requested-With: org.example.app\r\n\r\nabc",
	"POST http://H:81/f HTTP/1.1\r\nUser-Agent: x\r\nReferer: "
	"http://h:81\r\ncontent-type: text/plain\r\nHost: h:81\r\n"
	"Content-MD5: x\r\nContent-Language: rm\r\norigin: http://h:81\r\n"
	"Accept-Encoding: gzip\r\ncontent-length: 3\r\n\r\nabc",
};

static void
forms_are_the_same_bytes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(forms); i++)
		is_sent_as(forms[i],
		    "POST /f HTTP/1.1\r\nHost: h:81\r\n" ANYTHING GZIP
		    "Content-Type: text/plain\r\nOrigin: http://h:81\r\n"
		    "Referer: http://h:81/\r\nContent-Length: 3\r\n\r\nabc");
}

#define SOCKET_URL "GET http://h/s HTTP/1.1\r\n"

static const char *const sockets[] = {
	/* Chromium */
	SOCKET_URL
	"Host: h\r\nConnection: Upgrade\r\nPragma: no-cache\r\n"
	"Cache-Control: no-cache\r\nUser-Agent: Chrome\r\n"
	"Upgrade: websocket\r\nOrigin: http://h\r\n"
	"Sec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate\r\n"
	"Accept-Language: de\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	"Sec-WebSocket-Extensions: permessage-deflate; "
	"client_max_window_bits\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
	/* Firefox */
	SOCKET_URL
	"Host: h\r\nUser-Agent: Firefox\r\nAccept: */*\r\n"
	"Accept-Language: fr\r\nAccept-Encoding: gzip, deflate\r\n"
	"Sec-WebSocket-Version: 13\r\nOrigin: http://h\r\n"
	"Sec-WebSocket-Protocol: chat\r\n"
	"Sec-WebSocket-Extensions: permessage-deflate\r\n"
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
};

static void
websockets_are_the_same_bytes(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(sockets); i++)
		is_sent_as(sockets[i],
		    "GET /s HTTP/1.1\r\nHost: h\r\n" ANYTHING GZIP
		    "Origin: http://h\r\nSec-WebSocket-Version: 13\r\n"
		    "Sec-WebSocket-Protocol: chat\r\n"
		    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		    "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

/* -- one field ------------------------------------------------------------ */

static const struct {
	const char *method, *in, *out;
} single[] = {
	/* who does not take gzip could not read it */
	{ "GET", "Accept-Encoding: gzip;q=0", "Accept-Encoding: identity" },
	{ "GET", "Accept-Encoding: br", "Accept-Encoding: identity" },
	{ "GET", "Accept: text/htmlx, x; y=\"text/html\"", "Accept: */*" },
	{ "GET", "Range: bytes=0-99", "Range: bytes=0-99" },
	{ "GET", "RANGE: bytes=0-99,-5", "Range: bytes=0-99,-5" },
	{ "GET", "Range: lines=0-99", NULL },
	{ "GET", "Range: bytes=0-99;id", NULL },
	{ "GET", "Range: bytes=0-99\r\nIf-Range: \"x\"", NULL },
	{ "GET", "Origin: http://h", NULL },
	{ "HEAD", "Origin: http://h", NULL },
	{ "DELETE", "Origin: null", "Origin: null" },
	{ "DELETE", "Origin: https://a.example:1",
	    "Origin: https://a.example:1" },
	{ "DELETE", "Origin: http://a/path", NULL },
	{ "DELETE", "Origin: moz-extension://7d4f9c02", NULL },
	{ "GET", "Referer: http://h.example/", NULL },
	{ "GET", "Referer: https://h/", NULL },
	{ "GET", "Referer: http://h:81/", NULL },
	{ "GET", "Referer: http://h?q", "Referer: http://h/" },
	{ "GET", "Referer: http://a@h/", NULL },
	{ "GET", "Content-Type: text/x-mine", NULL },
	{ "GET", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", NULL },
	{ "GET", "Expect: 100-continue", "Expect: 100-continue" },
	{ "GET", "Expect: something", NULL },
	{ "GET", "Max-Forwards: 7", NULL },
	{ "GET", "Cookie: a=b", NULL },
	{ "GET", "Authorization: Basic eDp5", NULL },
};

static void
single_fields(void **state)
{
	char in[512], line[128];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(single); i++) {
		snprintf(in, sizeof(in),
		    "%s http://h/ HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n",
		    single[i].method, single[i].in);
		request(in);
		snprintf(line, sizeof(line), "\r\n%s\r\n",
		    single[i].out == NULL ? "" : single[i].out);
		snprintf(in, sizeof(in), "\r\n%.6s", single[i].in);
		if (single[i].out != NULL
			? strstr(got.out, line) == NULL
			: strcasestr(got.out, in) != NULL)
			fail_msg("%s: %s", single[i].in, got.out);
	}
}

/* A key is 16 random bytes, and nothing else. */
static void
a_websocket_key_is_one(void **state)
{
	(void)state;
	request(SOCKET_URL "Host: h\r\nConnection: Upgrade\r\n"
			   "Upgrade: websocket\r\n"
			   "Sec-WebSocket-Key: alice@example.org\r\n\r\n");
	assert_null(strstr(got.out, "alice"));
}

/* -- responses ------------------------------------------------------------ */

#define END_OF_ALL \
	"X-DNS-Prefetch-Control: off\r\nContent-Length: 0\r\n\r\n"

static const struct {
	const char *in, *out;
} answers[] = {
	{ "ETag: \"x\"", NULL },
	{ "Last-Modified: Thu, 05 Mar 2026 07:00:00 GMT", NULL },
	{ "Expires: Thu, 05 Mar 2037 07:00:00 GMT", NULL },
	{ "Set-Cookie: a=b", NULL },
	{ "Server-Timing: x", NULL },
	{ "X-Request-Id: x", NULL },
	{ "Server: x", "Server: x" },
	{ "X-Mine: y", "X-Mine: y" },
	{ "Cache-Control: no-store", "Cache-Control: no-store" },
	{ "Cache-Control: private, max-age=3600",
	    "Cache-Control: private, max-age=3600" },
	{ "cache-control: Max-Age=3601,x-id=\"a,b\" , immutable",
	    "cache-control: max-age=3600" },
	{ "Cache-Control: max-age=31536000, s-maxage=99999, public",
	    "Cache-Control: max-age=3600, s-maxage=3600, public" },
	{ "Cache-Control: max-age=x, stale-while-revalidate=9", NULL },
	{ "WWW-Authenticate: Basic realm=\"a, NTLM\"",
	    "WWW-Authenticate: Basic realm=\"a, NTLM\"" },
	{ "WWW-Authenticate: NTLM", NULL },
	{ "WWW-Authenticate: negotiate YII=, Basic realm=a, charset=b, NTLM",
	    "WWW-Authenticate: Basic realm=a, charset=b" },
	{ "Content-Security-Policy: default-src 'self'; report-uri /r; a b",
	    "Content-Security-Policy: default-src 'self'; a b" },
	{ "Content-Security-Policy: report-to g, img-src x; Report-URI y",
	    "Content-Security-Policy: img-src x" },
	{ "Content-Security-Policy: report-to g", NULL },
	{ "Content-Security-Policy: a b;c",
	    "Content-Security-Policy: a b;c" },
};

static void
answer(const char *in)
{
	static const char ask[] = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
	struct http_exchange x;

	http_exchange_init(&x, &http_profile_strict);
	run_request(&x, ask, strlen(ask), 999, 1, &got);
	run_response(&x, in, strlen(in), strlen(in), 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

static void
answers_are_no_marks(void **state)
{
	char in[512], out[512];
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(answers); i++) {
		snprintf(in, sizeof(in),
		    "HTTP/1.1 200 OK\r\n%s\r\nContent-Length: 0\r\n\r\n",
		    answers[i].in);
		snprintf(out, sizeof(out), "HTTP/1.1 200 OK\r\n%s%s" END_OF_ALL,
		    answers[i].out == NULL ? "" : answers[i].out,
		    answers[i].out == NULL ? "" : "\r\n");
		answer(in);
		assert_string_equal(got.out, out);
	}
}

/* Else the browser goes to the other place for ever: a mark of its visit. */
static void
redirects_are_not_for_ever(void **state)
{
	(void)state;
	answer("HTTP/1.1 308 Permanent Redirect\r\nLocation: /a\r\n"
	       "Cache-Control: max-age=9\r\nContent-Length: 0\r\n\r\n");
	assert_string_equal(got.out,
	    "HTTP/1.1 308 Permanent Redirect\r\nLocation: /a\r\n"
	    "X-DNS-Prefetch-Control: off\r\nCache-Control: no-store\r\n"
	    "Content-Length: 0\r\n\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_the_same_bytes),
		cmocka_unit_test(parts_of_pages_are_the_same_bytes),
		cmocka_unit_test(forms_are_the_same_bytes),
		cmocka_unit_test(websockets_are_the_same_bytes),
		cmocka_unit_test(single_fields),
		cmocka_unit_test(a_websocket_key_is_one),
		cmocka_unit_test(answers_are_no_marks),
		cmocka_unit_test(redirects_are_not_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
