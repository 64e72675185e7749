#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "http/exchange.h"

#include "run.h"
#include "unit.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

#define GET "GET http://h/ HTTP/1.1\r\n"
#define GOT "GET / HTTP/1.1\r\nHost: h\r\n"
#define YES "HTTP/1.1 200 OK\r\n"

static struct run got;

/* What an origin must never see: meant for us, or about the client. */
static const char *const not_for_origins[] = {
	"Proxy-Authorization",
	"Proxy-Authenticate",
	"Proxy-Authentication-Info",
	"Proxy-Connection",
	"Proxy-Status",
	"Keep-Alive",
	"TE",
	"Trailer",
	"Upgrade",
	"HTTP2-Settings",
	"Via",
	"Forwarded",
	"Forwarded-For",
	"X-Forwarded",
	"X-Forwarded-For",
	"X-Forwarded-Host",
	"X-Forwarded-Proto",
	"X-Forwarded-Anything",
	"X-Forwarded*",
	"X-Forwarded-*-For",
	"X-Real-IP",
	"X-Client-IP",
	"Client-IP",
	"True-Client-IP",
	"X-True-Client-IP",
	"X-Cluster-Client-IP",
	"X-Originating-IP",
	"X-Remote-IP",
	"X-Remote-Addr",
	"X-ProxyUser-Ip",
	"X-Host",
	"CF-Connecting-IP",
	"CF-Connecting-IPv6",
	"CF-IPCountry",
	"CF-Ray",
	"CDN-Loop",
	"Fastly-Client-IP",
	"Akamai-Origin-Hop",
	"X-Azure-ClientIP",
	"X-Appengine-User-IP",
	"X-Envoy-External-Address",
	"X-Original-URL",
	"X-Original-Forwarded-For",
	"X-Rewrite-URL",
	"WL-Proxy-Client-IP",
	"Proxy-Client-IP",
	"Device-Stock-Ua",
	"From",
	"Msisdn",
	"Profile",
	"Wap-Connection",
	"X-Acr",
	"X-ATT-DeviceId",
	"X-Chrome-UMA-Enabled",
	"X-Client-Data",
	"X-Device-User-Agent",
	"X-IMEI",
	"X-IMSI",
	"X-MSISDN",
	"X-Nokia-Bearer",
	"X-OperaMini-Phone-UA",
	"X-UCBrowser-Device-UA",
	"X-Uidh",
	"X-Up-Subno",
	"X-Wap-Profile",
	"Device-Memory",
	"Downlink",
	"DPR",
	"ECT",
	"RTT",
	"Sec-CH-UA-Platform",
	"Viewport-Width",
	"Width",
	"b3",
	"Baggage",
	"Sentry-Trace",
	"Traceparent",
	"Tracestate",
	"Uber-Trace-Id",
	"X-Amzn-Trace-Id",
	"X-B3-TraceId",
	"X-Cloud-Trace-Context",
	"X-Correlation-Id",
	"X-Datadog-Trace-Id",
	"X-Request-Id",
};

static const char *const not_for_clients[] = {
	"Proxy-Authenticate",
	"Proxy-Authentication-Info",
	"Proxy-Authorization",
	"Proxy-Connection",
	"Proxy-Status",
	"Keep-Alive",
	"TE",
	"Trailer",
	"Upgrade",
	"Alt-Svc",
	"Alternate-Protocol",
	"Accept-Ch",
	"Accept-Ch-Lifetime",
	"Critical-Ch",
	"NEL",
	"Report-To",
	"Reporting-Endpoints",
};

/* Neighbours of the above, and what sites need. */
static const char *const kept[] = {
	"Accept",
	"Accept-Encoding",
	"Accept-Language",
	"Age",
	"Authorization",
	"Cache-Control",
	"CF",
	"Client-IPs",
	"Content-Encoding",
	"Content-Type",
	"Cookie",
	"Date",
	"ETag",
	"Expires",
	"Froms",
	"If-Modified-Since",
	"If-None-Match",
	"Link",
	"Location",
	"My-Via",
	"Origin",
	"Range",
	"Referer",
	"Sec-WebSocket-Key",
	"Server",
	"Set-Cookie",
	"T",
	"Tea",
	"Upgrades",
	"User-Agent",
	"Vi",
	"Viaduct",
	"WWW-Authenticate",
	"X-Forward",
	"X-Origin",
	"X-Requested",
	"X-Unknown",
	"XForwarded-For",
};

static void
to_origin(const char *in)
{
	struct http_exchange x;

	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, in, strlen(in), strlen(in), 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

static void
to_client(const char *in)
{
	static const char request[] = GET "Host: h\r\n\r\n";
	struct http_exchange x;

	http_exchange_init(&x, &http_profile_standard);
	run_request(&x, request, strlen(request), 99, 1, &got);
	run_response(&x, in, strlen(in), strlen(in), 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

/* The way people write it, and the ways that slip past a careless check. */
static void
respell(char *out, const char *name, int how)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		out[i] = name[i];
		if (how == 1 || (how == 3 && i % 2 == 0))
			out[i] = (char)tolower((unsigned char)name[i]);
		if (how == 2 || (how == 3 && i % 2 == 1))
			out[i] = (char)toupper((unsigned char)name[i]);
		if (how == 4 && name[i] == '-')
			out[i] = '_';
	}
	out[i] = '\0';
}

static void
removed_from_requests(void **state)
{
	char name[64], in[512];
	size_t i;
	int how;

	(void)state;
	for (i = 0; i < ROWS(not_for_origins); i++)
		for (how = 0; how < 5; how++) {
			respell(name, not_for_origins[i], how);
			sprintf(in,
			    GET "%s: SECRET\r\nHost: h\r\nA: b\r\n%s:\r\n"
				"%s: SECRET, SECRET\r\n\r\n",
			    name, name, name);
			to_origin(in);
			if (strcmp(got.out, GOT "A: b\r\n\r\n") != 0)
				fail_msg("%s: %s", name, got.out);
		}
}

static void
removed_from_responses(void **state)
{
	char name[64], in[512];
	size_t i;
	int how;

	(void)state;
	for (i = 0; i < ROWS(not_for_clients); i++)
		for (how = 0; how < 5; how++) {
			respell(name, not_for_clients[i], how);
			sprintf(in,
			    YES "%s: SECRET\r\nA: b\r\nContent-Length: 0\r\n"
				"%s: SECRET\r\n\r\n",
			    name, name);
			to_client(in);
			if (strcmp(got.out,
				YES "A: b\r\nContent-Length: 0\r\n\r\n") != 0)
				fail_msg("%s: %s", name, got.out);
		}
}

/* Names that CGI reads as framing or as the host do not pass either. */
static void
removes_what_reads_as_framing(void **state)
{
	(void)state;
	to_origin(GET "Host: h\r\nContent_Length: 5\r\n"
		      "transfer_ENCODING: chunked\r\n\r\n");
	assert_string_equal(got.out, GOT "\r\n");
	to_client(YES "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n"
		      "Content-Length: 0\r\n\r\n");
	assert_string_equal(got.out, YES "Content-Length: 0\r\n\r\n");
}

/* Spelled as they came, values byte by byte, both ways; unless nominated. */
static void
kept_as_they_came(void **state)
{
	char name[64], in[512], out[512];
	size_t i;
	int how;

	(void)state;
	for (i = 0; i < ROWS(kept); i++)
		for (how = 0; how < 4; how++) {
			respell(name, kept[i], how);
			sprintf(in,
			    GET "Host: h\r\n%s: a  \xe9,b;\"c\"\r\n\r\n", name);
			sprintf(out, GOT "%s: a  \xe9,b;\"c\"\r\n\r\n", name);
			to_origin(in);
			assert_string_equal(got.out, out);
			sprintf(in, YES "%s: a\r\nContent-Length: 0\r\n\r\n",
			    name);
			to_client(in);
			assert_string_equal(got.out, in);
			sprintf(in,
			    GET "Host: h\r\n%s: a\r\nConnection: x,%s\r\n\r\n",
			    name, kept[i]);
			to_origin(in);
			assert_string_equal(got.out, GOT "\r\n");
			sprintf(in,
			    YES "Connection: %s\r\nContent-Length: 0\r\n"
				"%s: a\r\n\r\n",
			    kept[i], name);
			to_client(in);
			assert_string_equal(got.out,
			    YES "Content-Length: 0\r\n\r\n");
		}
}

/* The origin may say how a request came to it; we add nothing ourselves. */
static void
responses_keep_their_own_path(void **state)
{
	(void)state;
	to_client(YES "Via: 1.1 x\r\nContent-Length: 0\r\n\r\n");
	assert_string_equal(got.out,
	    YES "Via: 1.1 x\r\nContent-Length: 0\r\n\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removed_from_requests),
		cmocka_unit_test(removed_from_responses),
		cmocka_unit_test(removes_what_reads_as_framing),
		cmocka_unit_test(kept_as_they_came),
		cmocka_unit_test(responses_keep_their_own_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
