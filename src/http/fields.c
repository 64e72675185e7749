#include <endian.h>
#include <string.h>
#include <threads.h>

#include "fields.h"

/* That of the current Firefox ESR on the most common system. */
#define USER_AGENT \
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) " \
	"Gecko/20100101 Firefox/153.0"

/* clang-format off */
#define PAGE_TYPES \
	"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

#define ACTS(off, standard, strict) \
	{ ACT_##off, ACT_##standard, ACT_##strict }
#define UNKNOWN ACTS(KEEP, KEEP, DROP) /* in requests; */
#define KEPT	ACTS(KEEP, KEEP, KEEP) /* in responses */

/* What off, standard and strict do with a request's field; a response's. */
#define REQUEST(name, why, off, standard, strict) \
	{ name, WHY_##why, { ACTS(off, standard, strict), KEPT }, -1, NULL }
#define RESPONSE(name, why, off, standard, strict) \
	{ name, WHY_##why, { UNKNOWN, ACTS(off, standard, strict) }, -1, NULL }
#define BOTH(name, why, off, standard, strict) \
	{ name, WHY_##why, \
	  { ACTS(off, standard, strict), ACTS(off, standard, strict) }, -1, \
	  NULL }
#define TRACING(name) \
	{ name, WHY_TRACE, \
	  { ACTS(KEEP, DROP, DROP), ACTS(KEEP, KEEP, DROP) }, -1, NULL }
#define PREFETCH(name, value) \
	{ name, WHY_AROUND, \
	  { UNKNOWN, ACTS(KEEP, PREFETCH, FIXED) }, -1, value }
/* What strict lets pass in requests, in its order; the others keep it. */
#define STRICT(place, name, why, act, value) \
	{ name, WHY_##why, { ACTS(KEEP, KEEP, act), KEPT }, place, value }
#define EXPECT(place, name, value) \
	{ name, WHY_CONTENT, \
	  { ACTS(EXPECT, EXPECT, EXPECT), KEPT }, place, value }

/*
 * Sorted, as field_find() needs it.  What is not here passes in both
 * directions, but for the requests of strict.
 */
const struct field fields[] = {
	STRICT(1, "Accept", TASTE, ACCEPT, PAGE_TYPES),
	RESPONSE("Accept-CH", HINT, KEEP, DROP, DROP),
	RESPONSE("Accept-CH-Lifetime", HINT, KEEP, DROP, DROP),
	STRICT(3, "Accept-Encoding", TASTE, CODING, "gzip, deflate"),
	STRICT(2, "Accept-Language", TASTE, FIXED, "en-US,en;q=0.5"),
	REQUEST("Akamai-*", PATH, KEEP, DROP, DROP),
	REQUEST("Ali-CDN-*", PATH, KEEP, DROP, DROP),
	RESPONSE("Alt-Svc", AROUND, KEEP, DROP, DROP),
	RESPONSE("Alternate-Protocol", AROUND, KEEP, DROP, DROP),
	RESPONSE("Attribution-Reporting-*", REPORT, KEEP, KEEP, DROP),
	STRICT(12, "Authorization", LOGIN, LISTED, NULL),
	TRACING("B3"),
	TRACING("Baggage"),
	RESPONSE("Cache-Control", UNIQUE, KEEP, KEEP, CACHE),
	REQUEST("CDN-*", PATH, KEEP, DROP, DROP),
	REQUEST("CDN-Loop*", PATH, KEEP, DROP, DROP),
	REQUEST("CF-*", PATH, KEEP, DROP, DROP),
	REQUEST("Client-IP", PATH, KEEP, DROP, DROP),
	REQUEST("Client-Number", WHO, KEEP, DROP, DROP),
	BOTH("Close", HOP, OWN, OWN, OWN),
	REQUEST("Cluster-Client-IP", PATH, KEEP, DROP, DROP),
	REQUEST("Coming-From", PATH, KEEP, DROP, DROP),
	BOTH("Connection", HOP, OWN, OWN, OWN),
	STRICT(6, "Content-Encoding", CONTENT, BODY, NULL),
	BOTH("Content-Length", FRAME, OWN, OWN, OWN),
	STRICT(7, "Content-Range", CONTENT, BODY, NULL),
	RESPONSE("Content-Security-Policy", REPORT, KEEP, KEEP, POLICY),
	RESPONSE("Content-Security-Policy-Report-Only", REPORT, KEEP, KEEP, DROP),
	STRICT(5, "Content-Type", CONTENT, BODY, NULL),
	STRICT(14, "Cookie", LOGIN, LISTED, NULL),
	TRACING("Correlation-Id"),
	RESPONSE("Critical-CH", HINT, KEEP, DROP, DROP),
	REQUEST("Device-Memory", HINT, KEEP, DROP, DROP),
	REQUEST("Device-Stock-UA", WHO, KEEP, DROP, DROP),
	REQUEST("DO-Connecting-IP", PATH, KEEP, DROP, DROP),
	REQUEST("Downlink", HINT, KEEP, DROP, DROP),
	REQUEST("DPR", HINT, KEEP, DROP, DROP),
	REQUEST("ECT", HINT, KEEP, DROP, DROP),
	TRACING("Elastic-APM-Traceparent"),
	RESPONSE("ETag", UNIQUE, KEEP, KEEP, DROP),
	EXPECT(16, "Expect", "100-continue"),
	RESPONSE("Expect-CT", REPORT, KEEP, KEEP, DROP),
	RESPONSE("Expect-Staple", REPORT, KEEP, KEEP, DROP),
	RESPONSE("Expires", UNIQUE, KEEP, KEEP, DROP),
	REQUEST("Fastly-Client*", PATH, KEEP, DROP, DROP),
	REQUEST("Fastly-FF", PATH, KEEP, DROP, DROP),
	REQUEST("Fastly-SSL", PATH, KEEP, DROP, DROP),
	REQUEST("Fly-Client-IP", PATH, KEEP, DROP, DROP),
	REQUEST("Fly-Forwarded-*", PATH, KEEP, DROP, DROP),
	REQUEST("Forward-For", PATH, KEEP, DROP, DROP),
	REQUEST("Forwarded*", PATH, KEEP, DROP, DROP),
	REQUEST("From", WHO, KEEP, DROP, DROP),
	TRACING("Grpc-Trace-Bin"),
	REQUEST("Host", FRAME, OWN, OWN, OWN),
	REQUEST("HTTP-Client-IP", PATH, KEEP, DROP, DROP),
	REQUEST("HTTP-Forwarded*", PATH, KEEP, DROP, DROP),
	REQUEST("HTTP-Via", PATH, KEEP, DROP, DROP),
	REQUEST("HTTP-X-Forwarded*", PATH, KEEP, DROP, DROP),
	BOTH("HTTP2-Settings", HOP, OWN, OWN, OWN),
	REQUEST("If-Match", UNIQUE, KEEP, KEEP, DROP),
	REQUEST("If-Modified-Since", UNIQUE, KEEP, KEEP, DROP),
	REQUEST("If-None-Match", UNIQUE, KEEP, KEEP, DROP),
	REQUEST("If-Range", UNIQUE, KEEP, KEEP, DROP),
	REQUEST("If-Unmodified-Since", UNIQUE, KEEP, KEEP, DROP),
	REQUEST("IMEI*", WHO, KEEP, DROP, DROP),
	REQUEST("IMSI*", WHO, KEEP, DROP, DROP),
	REQUEST("Incap-*", PATH, KEEP, DROP, DROP),
	TRACING("Jaeger-*"),
	BOTH("Keep-Alive", HOP, OWN, OWN, OWN),
	RESPONSE("Last-Modified", UNIQUE, KEEP, KEEP, DROP),
	RESPONSE("Link", AROUND, KEEP, LINKS, FEW_LINKS),
	REQUEST("Max-Forwards", FRAME, COUNT, COUNT, DROP),
	REQUEST("MSISDN*", WHO, KEEP, DROP, DROP),
	RESPONSE("NEL", REPORT, KEEP, DROP, DROP),
	TRACING("NewRelic"),
	RESPONSE("Observe-Browsing-Topics", REPORT, KEEP, KEEP, DROP),
	STRICT(8, "Origin", CONTENT, SITE, NULL),
	RESPONSE("Origin-Policy", REPORT, KEEP, KEEP, DROP),
	REQUEST("Profile", WHO, KEEP, DROP, DROP),
	REQUEST("Proxy-*", PATH, KEEP, DROP, DROP),
	BOTH("Proxy-Authenticate", HOP, OWN, OWN, OWN),
	BOTH("Proxy-Authentication-Info", HOP, OWN, OWN, OWN),
	BOTH("Proxy-Authorization", HOP, OWN, OWN, OWN),
	BOTH("Proxy-Connection", HOP, OWN, OWN, OWN),
	BOTH("Proxy-Status", HOP, OWN, OWN, OWN),
	STRICT(4, "Range", CONTENT, RANGE, NULL),
	REQUEST("Real-IP", PATH, KEEP, DROP, DROP),
	STRICT(13, "Referer", CONTENT, TRIM, NULL),
	REQUEST("Remote-Addr", PATH, KEEP, DROP, DROP),
	REQUEST("Remote-Host", PATH, KEEP, DROP, DROP),
	RESPONSE("Report-To", REPORT, KEEP, DROP, DROP),
	RESPONSE("Reporting-Endpoints", REPORT, KEEP, DROP, DROP),
	TRACING("Request-Id"),
	REQUEST("RTT", HINT, KEEP, DROP, DROP),
	REQUEST("Sec-CH-*", HINT, KEEP, DROP, DROP),
	REQUEST("Sec-WebSocket-Extensions", SOCKET, KEEP, KEEP, DROP),
	STRICT(11, "Sec-WebSocket-Key", SOCKET, SOCKET, NULL),
	STRICT(10, "Sec-WebSocket-Protocol", SOCKET, SOCKET, NULL),
	STRICT(9, "Sec-WebSocket-Version", SOCKET, SOCKET, "13"),
	TRACING("Sentry-Trace"),
	RESPONSE("Server-Timing", TRACE, KEEP, KEEP, DROP),
	RESPONSE("Set-Cookie", LOGIN, KEEP, KEEP, LISTED),
	RESPONSE("Set-Cookie2", LOGIN, KEEP, KEEP, LISTED),
	REQUEST("Source-IP", PATH, KEEP, DROP, DROP),
	RESPONSE("SourceMap", AROUND, KEEP, KEEP, DROP),
	RESPONSE("Speculation-Rules", AROUND, KEEP, KEEP, DROP),
	BOTH("TE", HOP, OWN, OWN, OWN),
	TRACING("Traceparent"),
	RESPONSE("Traceresponse", TRACE, KEEP, KEEP, DROP),
	TRACING("Tracestate"),
	BOTH("Trailer", HOP, OWN, OWN, OWN),
	BOTH("Transfer-Encoding", FRAME, OWN, OWN, OWN),
	REQUEST("True-Client-IP", PATH, KEEP, DROP, DROP),
	TRACING("Uber-Trace-Id"),
	TRACING("Uberctx-*"),
	BOTH("Upgrade", HOP, OWN, OWN, OWN),
	STRICT(15, "Upgrade-Insecure-Requests", TASTE, PAGE, "1"),
	STRICT(0, "User-Agent", TASTE, FIXED, USER_AGENT),
	REQUEST("Via", PATH, KEEP, DROP, DROP),
	REQUEST("Viewport-Width", HINT, KEEP, DROP, DROP),
	REQUEST("Wap-Connection", WHO, KEEP, DROP, DROP),
	REQUEST("Wap-Profile*", WHO, KEEP, DROP, DROP),
	REQUEST("Width", HINT, KEEP, DROP, DROP),
	REQUEST("WL-Proxy-*", PATH, KEEP, DROP, DROP),
	RESPONSE("WWW-Authenticate", LOGIN, KEEP, KEEP, CHALLENGE),
	REQUEST("X-ACR*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Amz-Cf-Id", PATH, KEEP, DROP, DROP),
	TRACING("X-Amzn-Trace-Id"),
	REQUEST("X-Appengine-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-ARR-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-ATT-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Azure-ClientIP", PATH, KEEP, DROP, DROP),
	REQUEST("X-Azure-FDID", PATH, KEEP, DROP, DROP),
	REQUEST("X-Azure-Ref", PATH, KEEP, DROP, DROP),
	REQUEST("X-Azure-SocketIP", PATH, KEEP, DROP, DROP),
	TRACING("X-B3-*"),
	REQUEST("X-Bearer-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Bluecoat-Via", PATH, KEEP, DROP, DROP),
	REQUEST("X-Chrome-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Client-Data", WHO, KEEP, DROP, DROP),
	REQUEST("X-Client-IP*", PATH, KEEP, DROP, DROP),
	TRACING("X-Cloud-Trace-Context"),
	REQUEST("X-Cluster-Client-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-Coming-From", PATH, KEEP, DROP, DROP),
	REQUEST("X-Connecting-IP", PATH, KEEP, DROP, DROP),
	TRACING("X-Correlation-Id"),
	TRACING("X-Datadog-*"),
	REQUEST("X-DCMGUID", WHO, KEEP, DROP, DROP),
	REQUEST("X-Device-*", WHO, KEEP, DROP, DROP),
	PREFETCH("X-DNS-Prefetch-Control", "off"),
	REQUEST("X-EM-UID", WHO, KEEP, DROP, DROP),
	REQUEST("X-Envoy-Downstream-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Envoy-External-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Envoy-Original-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Envoy-Peer-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Forward-For", PATH, KEEP, DROP, DROP),
	REQUEST("X-Forwarded*", PATH, KEEP, DROP, DROP),
	REQUEST("X-From-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-GGSN-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-H3G-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Host", PATH, KEEP, DROP, DROP),
	REQUEST("X-Http-Host-Override", PATH, KEEP, DROP, DROP),
	REQUEST("X-Huawei-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-IMEI*", WHO, KEEP, DROP, DROP),
	REQUEST("X-IMSI*", WHO, KEEP, DROP, DROP),
	TRACING("X-Instana-*"),
	REQUEST("X-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-JPhone-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-MS-Forwarded-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-MS-Proxy", PATH, KEEP, DROP, DROP),
	REQUEST("X-MSISDN*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Network-Info", WHO, KEEP, DROP, DROP),
	TRACING("X-NewRelic-*"),
	REQUEST("X-NF-Client-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Nokia-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-OperaMini-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Orange-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Original-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Originally-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Originating-IP", PATH, KEEP, DROP, DROP),
	TRACING("X-OT-Span-Context"),
	REQUEST("X-Peer-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-Proxy-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-ProxyUser-Ip", PATH, KEEP, DROP, DROP),
	REQUEST("X-Real-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-Remote-Addr", PATH, KEEP, DROP, DROP),
	REQUEST("X-Remote-Host", PATH, KEEP, DROP, DROP),
	REQUEST("X-Remote-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-Remote-Port", PATH, KEEP, DROP, DROP),
	TRACING("X-Request-Id"),
	REQUEST("X-Rewrite-URL", PATH, KEEP, DROP, DROP),
	REQUEST("X-SDP-MSISDN", WHO, KEEP, DROP, DROP),
	REQUEST("X-Source-IP", PATH, KEEP, DROP, DROP),
	RESPONSE("X-SourceMap", AROUND, KEEP, KEEP, DROP),
	TRACING("X-Span-Id"),
	REQUEST("X-Subscriber-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Sucuri-*", PATH, KEEP, DROP, DROP),
	TRACING("X-Trace-Id"),
	REQUEST("X-True-Client-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-True-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-UCBrowser-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-UIDH", WHO, KEEP, DROP, DROP),
	REQUEST("X-Up-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-User-IP", PATH, KEEP, DROP, DROP),
	REQUEST("X-Vercel-Forwarded-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Vercel-Id", PATH, KEEP, DROP, DROP),
	REQUEST("X-Vercel-IP-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-Vercel-Proxied-*", PATH, KEEP, DROP, DROP),
	REQUEST("X-VF-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Vodafone-*", WHO, KEEP, DROP, DROP),
	REQUEST("X-Wap-*", WHO, KEEP, DROP, DROP),
	REQUEST("Xproxy-Connection", PATH, KEEP, DROP, DROP),
	REQUEST("Xroxy-Connection", PATH, KEEP, DROP, DROP),
};
/* clang-format on */
const size_t nfields = sizeof(fields) / sizeof(fields[0]);

char
field_fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

/*
 * The beginning of a name, folded, with zeros behind it; more than any name in
 * the table has.
 */
struct key {
	char p[FIELD_NAME_MAX];
	size_t n;
};

static struct key
key_of(struct http1_str name)
{
	struct key k = { .n = 0 };

	for (; k.n < name.n && k.n < sizeof(k.p); k.n++)
		k.p[k.n] = field_fold(name.p[k.n]);
	return k;
}

/*
 * The first eight characters as a number that sorts as they do: most of a
 * search compares nothing else.
 */
static uint64_t
beginning(const struct key *k)
{
	uint64_t v;

	memcpy(&v, k->p, sizeof(v));
	return be64toh(v);
}

/* Those of the table, without a final '*'. */
static struct key keys[sizeof(fields) / sizeof(fields[0])];
static once_flag made = ONCE_FLAG_INIT;

static void
make_keys(void)
{
	struct http1_str name;
	size_t i;

	for (i = 0; i < nfields; i++) {
		name.p = fields[i].name;
		name.n = strcspn(name.p, "*");
		keys[i] = key_of(name);
	}
}

/* How much of both is the same, from the beginning. */
static size_t
common(const struct key *a, const struct key *b)
{
	size_t i = 0;

	while (i < a->n && i < b->n && a->p[i] == b->p[i])
		i++;
	return i;
}

/*
 * Negative, 0 or positive, as the name comes before what has the pattern, is
 * it, or comes behind.  What a '*' stands for comes behind.
 */
static int
order(const struct key *k, size_t pattern)
{
	const struct key *p = &keys[pattern];
	uint64_t a = beginning(k), b = beginning(p);
	size_t i;

	if (a != b)
		return a < b ? -1 : 1;
	i = common(k, p);
	if (i == p->n)
		return k->n > i || fields[pattern].name[i] == '*';
	return i == k->n ? -1 : (unsigned char)k->p[i] - (unsigned char)p->p[i];
}

bool
field_matches(const char *pattern, struct http1_str name)
{
	size_t i = 0;

	while (pattern[i] != '*' && i < name.n &&
	    field_fold(pattern[i]) == field_fold(name.p[i]))
		i++;
	return pattern[i] == '*' || (pattern[i] == '\0' && i == name.n);
}

/*
 * The last one that does not come behind the name is it, or stands between the
 * pattern that is looked for and the name.  What does begins as the pattern
 * does; so the search is over with the first that has too little in common
 * with the name.
 */
const struct field *
field_find(struct http1_str name)
{
	size_t from = 0, to = nfields, middle, n;
	struct key k = key_of(name);
	int o;

	call_once(&made, make_keys);
	while (from < to) {
		middle = (from + to) / 2;
		o = order(&k, middle);
		if (o == 0)
			return &fields[middle];
		if (o < 0)
			to = middle;
		else
			from = middle + 1;
	}
	while (from-- > 0) {
		n = common(&k, &keys[from]);
		if (fields[from].name[n] == '*')
			return &fields[from];
		if (n < FIELD_PATTERN_MIN)
			break;
	}
	return NULL;
}

void
fields_in_place(const struct field *at[FIELD_PLACES])
{
	const struct field *f;

	for (f = fields; f < fields + nfields; f++)
		if (f->place >= 0)
			at[f->place] = f;
}
