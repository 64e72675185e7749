/*
 * test_tunnelled.c - exchanges inside a tunnel: what goes out begins with what
 * came in, and what else is unlike a proxy's.
 */
#include <string.h>

#include "http/exchange.h"

#include "run.h"
#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HOST	 "Host: x:81\r\n"
#define END	 "\r\n"
#define YES	 "HTTP/1.1 200 OK\r\n"
#define NONE	 "Content-Length: 0\r\n"

static struct run got;

static void
run(struct http_exchange *x, const struct http_profile *p, const char *in,
    size_t each)
{
	http_exchange_init_tunnelled(x, p);
	run_request(x, in, strlen(in), each, each, &got);
}

static void
must_be(const char *in, const char *out)
{
	if (got.n != strlen(out) || memcmp(got.out, out, got.n) != 0)
		fail_msg("%s gives %.*s", in, (int)got.n, got.out);
}

static const struct {
	const char *in, *out; /* out NULL: as it came */
	bool close;
} requests[] = {
	{ "GET / HTTP/1.1\r\n" HOST END, NULL, false },
	{ "GET /a?b=/c;%64 HTTP/1.1\r\n" HOST "Via: 1\r\naBc: d\r\n" END,
	    "GET /a?b=/c;%64 HTTP/1.1\r\n" HOST "aBc: d\r\n" END, false },
	{ "GET // HTTP/1.1\r\nhOST: EXAMPLE.org:80\r\n" END,
	    "GET // HTTP/1.1\r\nHost: EXAMPLE.org:80\r\n" END, false },
	{ "OPTIONS * HTTP/1.1\r\n" HOST END, NULL, false },
	{ "OPTIONS / HTTP/1.1\r\n" HOST "Max-Forwards: 0\r\n" END, NULL,
	    false },
	{ "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n" END, NULL, true },
	{ "GET / HTTP/1.1\r\n" HOST "Connection: keep-alive, a\r\nA: b\r\n" END,
	    "GET / HTTP/1.1\r\n" HOST END, false },
	{ "GET / HTTP/1.0\r\n" END, NULL, true },
	{ "GET / HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n" END,
	    "GET / HTTP/1.0\r\n" HOST END, true },
	{ "GET / HTTP/1.1\r\n" HOST "Proxy-Authorization: b\r\n" END,
	    "GET / HTTP/1.1\r\n" HOST END, false },
	{ "GET http://x:81 HTTP/1.1\r\n" HOST "Proxy-Authorization: b\r\n" END,
	    NULL, false },
	{ "GET http://X:81/?q HTTP/1.1\r\n" HOST "Proxy-Connection: a\r\n" END,
	    "GET http://X:81/?q HTTP/1.1\r\n" HOST END, false },
	{ "GET / HTTP/1.1\r\n" HOST
	  "Connection: Upgrade\r\nUpgrade: websocket\r\n" END,
	    NULL, false },
	{ "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade, HTTP2-Settings\r\n"
	  "Upgrade: h2c\r\nHTTP2-Settings: AA\r\n" END,
	    "GET / HTTP/1.1\r\n" HOST END, false },
	{ "PUT / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n" END "abc", NULL,
	    false },
};

static void
requests_go_on(void **state)
{
	struct http_exchange x;
	const char *out;
	size_t i, each;

	(void)state;
	for (i = 0; i < COUNT(requests); i++) {
		out = requests[i].out != NULL ? requests[i].out
					      : requests[i].in;
		for (each = 1; each <= strlen(requests[i].in); each++) {
			run(&x, &http_profile_standard, requests[i].in, each);
			assert_int_equal(got.end, HTTP_DONE);
			must_be(requests[i].in, out);
			assert_int_equal(x.client_close, requests[i].close);
		}
		/* Whatever was passed while it was not known to be HTTP. */
		run(&x, &http_profile_strict, requests[i].in, 1);
		assert_int_equal(got.end, HTTP_DONE);
		assert_memory_equal(got.out, requests[i].in,
		    strcspn(requests[i].in, "\r") + 2);
	}
}

/* The order of two browsers, and how they write Host, tells them apart. */
static void
strict_writes_host_its_own_way(void **state)
{
	struct http_exchange x;

	(void)state;
	run(&x, &http_profile_strict,
	    "GET / HTTP/1.1\r\nHost: EXAMPLE.org:80\r\n" END, 100);
	assert_memory_equal(got.out, "GET / HTTP/1.1\r\nHost: example.org\r\n",
	    35);
}

static const struct {
	const char *in;
	enum outcome why;
} bad[] = {
	{ "GET / HTTP/1.1\r\n" END, OUTCOME_BAD_REQUEST },
	{ "GET / HTTP/1.1\r\nHost:\r\n" END, OUTCOME_BAD_REQUEST },
	{ "GET / HTTP/1.1\r\nHost: x:0\r\n" END, OUTCOME_BAD_REQUEST },
	{ "GET / HTTP/1.1\r\nHost: x:y\r\n" END, OUTCOME_BAD_REQUEST },
	{ "GET / HTTP/1.1\r\nHost: 127.1\r\n" END, OUTCOME_BAD_REQUEST },
	{ "GET / HTTP/1.1\r\n" HOST HOST END, OUTCOME_BAD_REQUEST },
	{ "GET /#a HTTP/1.1\r\n" HOST END, OUTCOME_BAD_REQUEST },
	{ "GET * HTTP/1.1\r\n" HOST END, OUTCOME_BAD_REQUEST },
	{ "GET *a HTTP/1.1\r\n" HOST END, OUTCOME_BAD_REQUEST },
	{ "GET a HTTP/1.1\r\n" HOST END, OUTCOME_BAD_REQUEST },
	{ "GET http://y/ HTTP/1.1\r\n" HOST END, OUTCOME_BAD_REQUEST },
	{ "GET https://x:81/ HTTP/1.1\r\n" HOST END, OUTCOME_BAD_REQUEST },
	{ "TRACE / HTTP/1.1\r\n" HOST END, OUTCOME_BAD_COMMAND },
	{ "CONNECT / HTTP/1.1\r\n" HOST END, OUTCOME_BAD_COMMAND },
};

static void
bad_requests_end_it(void **state)
{
	struct http_exchange x;
	size_t i, each;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		for (each = 1; each <= strlen(bad[i].in); each++) {
			run(&x, &http_profile_standard, bad[i].in, each);
			assert_int_equal(got.end, HTTP_FAILED);
			if (x.why != bad[i].why)
				fail_msg("%s", bad[i].in);
			must_be(bad[i].in, "");
		}
}

static const struct {
	const char *request, *in, *out;
	bool close;
} responses[] = {
	{ "GET / HTTP/1.1\r\n" HOST END, YES NONE END, YES NONE END, false },
	/* The client's connection ends with the origin's, and it is told. */
	{ "GET / HTTP/1.1\r\n" HOST END, YES "Connection: close\r\n" NONE END,
	    YES NONE "Connection: close\r\n" END, true },
	{ "GET / HTTP/1.1\r\n" HOST END, "HTTP/1.0 200 OK\r\n" NONE END,
	    YES NONE "Connection: close\r\n" END, true },
	{ "GET / HTTP/1.1\r\n" HOST END,
	    YES "Proxy-Authenticate: a\r\n" NONE END, YES NONE END, false },
	{ "GET http://x:81/ HTTP/1.1\r\n" HOST END,
	    YES "Proxy-Authenticate: a\r\nProxy-Authentication-Info: b\r\n" NONE
		END,
	    YES "Proxy-Authenticate: a\r\nProxy-Authentication-Info: b\r\n" NONE
		END,
	    false },
	{ "GET / HTTP/1.1\r\n" HOST END, YES "Alt-Svc: h3\r\n" NONE END,
	    YES NONE END, false },
};

static void
responses_come_back(void **state)
{
	struct http_exchange x;
	size_t i, each, n;

	(void)state;
	for (i = 0; i < COUNT(responses); i++) {
		n = strlen(responses[i].in);
		for (each = 1; each <= n; each++) {
			run(&x, &http_profile_standard, responses[i].request,
			    1);
			run_response(&x, responses[i].in, n, each, each, &got);
			assert_int_equal(got.end, HTTP_DONE);
			must_be(responses[i].in, responses[i].out);
			assert_int_equal(x.client_close, responses[i].close);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_go_on),
		cmocka_unit_test(strict_writes_host_its_own_way),
		cmocka_unit_test(bad_requests_end_it),
		cmocka_unit_test(responses_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
