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

/* For one connection only, whatever the profile. */
static const char *const never[] = {
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
	"Close",
};

/* What standard and strict keep from an origin: it is about the client. */
static const char *const not_for_origins[] = {
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
	"Proxy-Anything",
	"CDN-Src-IP",
	"Ali-CDN-Real-IP",
	"DO-Connecting-IP",
	"Fly-Client-IP",
	"HTTP-Client-IP",
	"HTTP-X-Forwarded-For",
	"Incap-Client-IP",
	"Remote-Addr",
	"X-Azure-SocketIP",
	"X-Bluecoat-Via",
	"X-Proxy-User-IP",
	"X-Vercel-Forwarded-For",
	"X-Forward-For",
	"X-Original-Host",
	"X-Real_IP",
	"CF-*",
	"IMEI",
	"IMSI",
	"X-H3G-MSISDN",
	"X-DCMGUID",
	"X-Up-Calling-Line-Id",
	"Wap-Profile",
	"Sec-CH-UA",
	"Sec-CH-Prefers-Color-Scheme",
	"X-Trace-Id",
	"Request-Id",
	"NewRelic",
};

static const char *const not_for_clients[] = {
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
	"Viatique",
	"Via-X",
	"Viaduct",
	"WWW-Authenticate",
	"X-Forward",
	"X-Host-Name",
	"X-Updated",
	"X-Wapiti",
	"Proxy",
	"Proxyless",
	"Profiles",
	"RTTs",
	"Widths",
	"Max-Forwards",
	"X-Vercel-Protection-Bypass",
	"Sec-CHX",
	"Sec-GPC",
	"Sec-Fetch-Mode",
	"DNT",
	"Upgrade-Insecure-Requests",
	"X-Requested-With",
	"Content-Security-Policy",
	"Content-Security-Policy-Report-Only",
	"Strict-Transport-Security",
	"If-Range",
	"Origin",
	"Pragma",
	"Speculation-Rules",
	"Server-Timing",
	"X-Origin",
	"X-Requested",
	"X-Unknown",
	"XForwarded-For",
};

static const struct http_profile *const profiles[] = {
	&http_profile_off,
	&http_profile_standard,
	&http_profile_strict,
};
enum { OFF, STANDARD, STRICT };

static void
to_origin(int profile, const char *in)
{
	struct http_exchange x;

	http_exchange_init(&x, profiles[profile]);
	run_request(&x, in, strlen(in), strlen(in), 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

static void
to_client(int profile, const char *in)
{
	static const char request[] = GET "Host: h\r\n\r\n";
	struct http_exchange x;

	http_exchange_init(&x, profiles[profile]);
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

/* Three of that name, between others. */
static void
request_with(char *in, const char *name)
{
	sprintf(in,
	    GET "%s: SECRET\r\nHost: h\r\nA: b\r\n%s:\r\n"
		"%s: SECRET, SECRET\r\n\r\n",
	    name, name, name);
}

static void
response_with(char *in, const char *name)
{
	sprintf(in,
	    YES "%s: SECRET\r\nA: b\r\n%s: SECRET\r\n"
		"Content-Length: 0\r\n\r\n",
	    name, name);
}

static void
gone_from_request(int profile, const char *name)
{
	char in[512];

	request_with(in, name);
	to_origin(profile, in);
	if (strstr(got.out, "SECRET") != NULL ||
	    (profile != STRICT && strcmp(got.out, GOT "A: b\r\n\r\n") != 0))
		fail_msg("%d, %s: %s", profile, name, got.out);
}

static void
there_in_request(int profile, const char *name)
{
	char in[512], out[512];

	request_with(in, name);
	sprintf(out,
	    GOT "%s: SECRET\r\nA: b\r\n%s: \r\n"
		"%s: SECRET, SECRET\r\n\r\n",
	    name, name, name);
	to_origin(profile, in);
	if (strcmp(got.out, out) != 0)
		fail_msg("%d, %s: %s", profile, name, got.out);
}

static void
gone_from_response(int profile, const char *name)
{
	char in[512];

	response_with(in, name);
	to_client(profile, in);
	if (strstr(got.out, "SECRET") != NULL ||
	    strstr(got.out, "A: b\r\n") == NULL)
		fail_msg("%d, %s: %s", profile, name, got.out);
}

static void
there_in_response(int profile, const char *name)
{
	char in[512];

	response_with(in, name);
	to_client(profile, in);
	if (strcmp(got.out, in) != 0)
		fail_msg("%d, %s: %s", profile, name, got.out);
}

typedef void check(int profile, const char *name);

/* Each spelling of each name. */
static void
each(const char *const *names, size_t n, int profile, check *says)
{
	char name[64];
	size_t i;
	int how;

	for (i = 0; i < n; i++)
		for (how = 0; how < 5; how++) {
			respell(name, names[i], how);
			says(profile, name);
		}
}

static void
hop_by_hop_never_passes(void **state)
{
	int p;

	(void)state;
	for (p = OFF; p <= STRICT; p++) {
		each(never, ROWS(never), p, gone_from_request);
		each(never, ROWS(never), p, gone_from_response);
	}
}

static void
off_changes_nothing_else(void **state)
{
	(void)state;
	each(not_for_origins, ROWS(not_for_origins), OFF, there_in_request);
	each(not_for_origins, ROWS(not_for_origins), OFF, there_in_response);
	each(not_for_clients, ROWS(not_for_clients), OFF, there_in_request);
	each(not_for_clients, ROWS(not_for_clients), OFF, there_in_response);
	each(kept, ROWS(kept), OFF, there_in_request);
	each(kept, ROWS(kept), OFF, there_in_response);
}

static void
standard_removes_from_requests(void **state)
{
	(void)state;
	each(not_for_origins, ROWS(not_for_origins), STANDARD,
	    gone_from_request);
}

static void
standard_removes_from_responses(void **state)
{
	(void)state;
	each(not_for_clients, ROWS(not_for_clients), STANDARD,
	    gone_from_response);
}

/* Each way is for its own fields: an origin may well say Via. */
static void
standard_changes_nothing_else(void **state)
{
	(void)state;
	each(kept, ROWS(kept), STANDARD, there_in_request);
	each(kept, ROWS(kept), STANDARD, there_in_response);
	each(not_for_origins, ROWS(not_for_origins), STANDARD,
	    there_in_response);
	each(not_for_clients, ROWS(not_for_clients), STANDARD,
	    there_in_request);
}

static void
strict_removes_all_that(void **state)
{
	(void)state;
	each(not_for_origins, ROWS(not_for_origins), STRICT, gone_from_request);
	each(not_for_clients, ROWS(not_for_clients), STRICT, gone_from_request);
	each(kept, ROWS(kept), STRICT, gone_from_request);
	each(not_for_clients, ROWS(not_for_clients), STRICT,
	    gone_from_response);
}

/* Names that CGI reads as framing or as the host do not pass either. */
static void
what_reads_as_framing_never_passes(void **state)
{
	int p;

	(void)state;
	for (p = OFF; p <= STRICT; p++) {
		to_origin(p, GET "Host: h\r\nContent_Length: 5\r\n"
				 "transfer_ENCODING: chunked\r\n\r\n");
		assert_null(strstr(got.out, "ent_L"));
		assert_null(strstr(got.out, "ENCOD"));
		to_client(p,
		    YES "Content_Length: 5\r\nTransfer_Encoding: chunked\r\n"
			"Content-Length: 0\r\n\r\n");
		assert_null(strchr(got.out, '_'));
	}
}

/* Values byte by byte, both ways; unless Connection names the field. */
static void
kept_byte_by_byte(void **state)
{
	char name[64], in[512], out[512];
	size_t i;
	int p;

	(void)state;
	for (p = OFF; p <= STANDARD; p++)
		for (i = 0; i < ROWS(kept); i++) {
			respell(name, kept[i], 3);
			sprintf(in,
			    GET "Host: h\r\n%s: a  \xe9,b;\"c\"\r\n\r\n", name);
			sprintf(out, GOT "%s: a  \xe9,b;\"c\"\r\n\r\n", name);
			to_origin(p, in);
			assert_string_equal(got.out, out);
		}
}

static void
nominated_never_passes(void **state)
{
	char in[512];
	size_t i;
	int p;

	(void)state;
	for (p = OFF; p <= STRICT; p++)
		for (i = 0; i < ROWS(kept); i++) {
			sprintf(in,
			    GET "Host: h\r\n%s: SECRET\r\n"
				"Connection: close,%s\r\n\r\n",
			    kept[i], kept[i]);
			to_origin(p, in);
			assert_null(strstr(got.out, "SECRET"));
			if (p != STRICT)
				assert_string_equal(got.out, GOT "\r\n");
			sprintf(in,
			    YES "Connection: %s\r\nContent-Length: 0\r\n"
				"%s: SECRET\r\n\r\n",
			    kept[i], kept[i]);
			to_client(p, in);
			assert_null(strstr(got.out, "SECRET"));
		}
}

static const struct {
	const char *in, *standard, *strict; /* NULL: the field goes */
} links[] = {
	{ "<a>; rel=next", "<a>; rel=next", "<a>; rel=next" },
	{ "<a>; rel=preconnect", NULL, NULL },
	{ "<a>;rel=\"DNS-Prefetch\"", NULL, NULL },
	{ "<a>; x=1; REL = \"foo preconnect\"", NULL, NULL },
	{ "<a>; rel=\"pre\\connect\"", NULL, NULL },
	{ "<a>; rel=\"preconnect, <b>; rel=next", NULL, NULL },
	{ "<a>; rel=preload; as=style,<b>;rel=preconnect, <c>;rel=next",
	    "<a>; rel=preload; as=style, <c>;rel=next", "<c>;rel=next" },
	{ "<a,b>; title=\"rel=preconnect, c\"; rel=up",
	    "<a,b>; title=\"rel=preconnect, c\"; rel=up",
	    "<a,b>; title=\"rel=preconnect, c\"; rel=up" },
	{ "<a?rel=preconnect>;rel=preconnects", "<a?rel=preconnect>;rel=preconnects",
	    "<a?rel=preconnect>;rel=preconnects" },
	{ "<a>;rel=prefetch , <b>", "<a>;rel=prefetch , <b>", "<b>" },
	{ "<a>; rel=modulepreload", "<a>; rel=modulepreload", NULL },
	{ ", ,", ", ,", ", ," },
	{ "", "", "" },
};

static void
shows_link(int profile, const char *in, const char *value)
{
	char head[512], line[512];

	sprintf(head,
	    "HTTP/1.1 103 Early Hints\r\nLink: %s\r\n\r\n"
	    YES "A: b\r\nLink: %s\r\nContent-Length: 0\r\n\r\n",
	    in, in);
	to_client(profile, head);
	sprintf(line, "\r\nLink: %s\r\n", value == NULL ? "" : value);
	if (value == NULL ? strstr(got.out, "Link") != NULL
			  : strstr(strstr(got.out, "A: b"), line) == NULL)
		fail_msg("%d, %s: %s", profile, in, got.out);
	if ((strstr(got.out, " 103 ") == NULL) != (profile == STRICT))
		fail_msg("%d, early hints: %s", profile, got.out);
}

static void
links_that_connect_ahead_of_time_go(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(links); i++) {
		shows_link(OFF, links[i].in, links[i].in);
		shows_link(STANDARD, links[i].in, links[i].standard);
		shows_link(STRICT, links[i].in, links[i].strict);
	}
}

static void
prefetching_is_not_turned_on(void **state)
{
	(void)state;
	to_client(OFF, YES "X-DNS-Prefetch-Control: on\r\n"
			   "Content-Length: 0\r\n\r\n");
	assert_non_null(strstr(got.out, ": on\r\n"));
	to_client(STANDARD, YES "X-DNS-Prefetch-Control: On\r\n"
				"Content-Length: 0\r\n\r\n");
	assert_string_equal(got.out, YES "Content-Length: 0\r\n\r\n");
	to_client(STANDARD, YES "X-DNS-Prefetch-Control: off\r\n"
				"Content-Length: 0\r\n\r\n");
	assert_non_null(strstr(got.out, ": off\r\n"));
	to_client(STRICT, YES "X-DNS-Prefetch-Control: on\r\n"
			      "Content-Length: 0\r\n\r\n");
	assert_string_equal(got.out,
	    YES "X-DNS-Prefetch-Control: off\r\nContent-Length: 0\r\n\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hop_by_hop_never_passes),
		cmocka_unit_test(off_changes_nothing_else),
		cmocka_unit_test(standard_removes_from_requests),
		cmocka_unit_test(standard_removes_from_responses),
		cmocka_unit_test(standard_changes_nothing_else),
		cmocka_unit_test(strict_removes_all_that),
		cmocka_unit_test(what_reads_as_framing_never_passes),
		cmocka_unit_test(kept_byte_by_byte),
		cmocka_unit_test(nominated_never_passes),
		cmocka_unit_test(links_that_connect_ahead_of_time_go),
		cmocka_unit_test(prefetching_is_not_turned_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
