#include "filter.h"

/* What happens to a field, and for all but KEEP why it does not pass. */
enum fate {
	KEEP,
	HOP,    /* for this connection only (RFC 9110 section 7.6.1) */
	FRAME,  /* the exchange writes its own */
	PATH,   /* names the client or the way the request came */
	WHO,    /* names the person or the device */
	HINT,   /* describes the device, or asks for that (RFC 8942) */
	TRACE,  /* ties requests together across servers */
	AROUND, /* asks the client to go another way than this one */
	REPORT, /* asks the client to report on its network to others */
};

/*
 * Names in lower case; a final '*' stands for the rest of the name.  '_' in a
 * field's name counts as '-', since CGI and its kin can not tell them apart.
 * What is not here is kept.
 */
static const struct {
	const char *name;
	enum fate fate[2]; /* by enum filter_way */
} table[] = {
	{ "close", { HOP, HOP } }, /* RFC 9110 section 18.4 reserves it */
	{ "connection", { HOP, HOP } },
	{ "http2-settings", { HOP, HOP } },
	{ "keep-alive", { HOP, HOP } },
	{ "proxy-authenticate", { HOP, HOP } },
	{ "proxy-authentication-info", { HOP, HOP } },
	{ "proxy-authorization", { HOP, HOP } },
	{ "proxy-connection", { HOP, HOP } },
	{ "proxy-status", { HOP, HOP } },
	{ "te", { HOP, HOP } },
	{ "trailer", { HOP, HOP } }, /* trailers are dropped */
	{ "upgrade", { HOP, HOP } }, /* unless it is a websocket: exchange.c */

	{ "content-length", { FRAME, FRAME } },
	{ "host", { FRAME, KEEP } },
	{ "max-forwards", { FRAME, KEEP } }, /* it counts proxies */
	{ "transfer-encoding", { FRAME, FRAME } },

	{ "akamai-*", { PATH, KEEP } },
	{ "ali-cdn-real-ip", { PATH, KEEP } },
	{ "cdn-loop*", { PATH, KEEP } },
	{ "cdn-src-ip", { PATH, KEEP } },
	{ "cf-*", { PATH, KEEP } },
	{ "client-ip", { PATH, KEEP } },
	{ "do-connecting-ip", { PATH, KEEP } },
	{ "fastly-client-ip", { PATH, KEEP } },
	{ "fly-client-ip", { PATH, KEEP } },
	{ "forwarded*", { PATH, KEEP } },
	{ "http-client-ip", { PATH, KEEP } },
	{ "http-x-forwarded*", { PATH, KEEP } },
	{ "incap-client-ip", { PATH, KEEP } },
	{ "proxy-client-ip", { PATH, KEEP } },
	{ "remote-addr", { PATH, KEEP } },
	{ "true-client-ip", { PATH, KEEP } },
	{ "via", { PATH, KEEP } },
	{ "wl-proxy-client-ip", { PATH, KEEP } },
	{ "x-appengine-*", { PATH, KEEP } },
	{ "x-azure-clientip", { PATH, KEEP } },
	{ "x-azure-socketip", { PATH, KEEP } },
	{ "x-bluecoat-via", { PATH, KEEP } },
	{ "x-client-ip", { PATH, KEEP } },
	{ "x-cluster-client-ip", { PATH, KEEP } },
	{ "x-envoy-external-address", { PATH, KEEP } },
	{ "x-forwarded*", { PATH, KEEP } },
	{ "x-host", { PATH, KEEP } },
	{ "x-original-*", { PATH, KEEP } },
	{ "x-originating-ip", { PATH, KEEP } },
	{ "x-proxy-user-ip", { PATH, KEEP } },
	{ "x-proxyuser-ip", { PATH, KEEP } },
	{ "x-real-ip", { PATH, KEEP } },
	{ "x-remote-addr", { PATH, KEEP } },
	{ "x-remote-ip", { PATH, KEEP } },
	{ "x-rewrite-url", { PATH, KEEP } },
	{ "x-true-client-ip", { PATH, KEEP } },

	{ "device-stock-ua", { WHO, KEEP } },
	{ "from", { WHO, KEEP } },
	{ "msisdn", { WHO, KEEP } },
	{ "profile", { WHO, KEEP } },
	{ "wap-connection", { WHO, KEEP } },
	{ "x-acr", { WHO, KEEP } },
	{ "x-att-*", { WHO, KEEP } },
	{ "x-chrome-*", { WHO, KEEP } },
	{ "x-client-data", { WHO, KEEP } },
	{ "x-device-*", { WHO, KEEP } },
	{ "x-imei*", { WHO, KEEP } },
	{ "x-imsi*", { WHO, KEEP } },
	{ "x-msisdn*", { WHO, KEEP } },
	{ "x-nokia-*", { WHO, KEEP } },
	{ "x-operamini-*", { WHO, KEEP } },
	{ "x-ucbrowser-*", { WHO, KEEP } },
	{ "x-uidh", { WHO, KEEP } },
	{ "x-up-*", { WHO, KEEP } },
	{ "x-wap-*", { WHO, KEEP } },

	{ "device-memory", { HINT, KEEP } },
	{ "downlink", { HINT, KEEP } },
	{ "dpr", { HINT, KEEP } },
	{ "ect", { HINT, KEEP } },
	{ "rtt", { HINT, KEEP } },
	{ "sec-ch-*", { HINT, KEEP } },
	{ "viewport-width", { HINT, KEEP } },
	{ "width", { HINT, KEEP } },
	{ "accept-ch", { KEEP, HINT } },
	{ "accept-ch-lifetime", { KEEP, HINT } },
	{ "critical-ch", { KEEP, HINT } },

	{ "b3", { TRACE, KEEP } },
	{ "baggage", { TRACE, KEEP } },
	{ "sentry-trace", { TRACE, KEEP } },
	{ "traceparent", { TRACE, KEEP } },
	{ "tracestate", { TRACE, KEEP } },
	{ "uber-trace-id", { TRACE, KEEP } },
	{ "x-amzn-trace-id", { TRACE, KEEP } },
	{ "x-b3-*", { TRACE, KEEP } },
	{ "x-cloud-trace-context", { TRACE, KEEP } },
	{ "x-correlation-id", { TRACE, KEEP } },
	{ "x-datadog-*", { TRACE, KEEP } },
	{ "x-request-id", { TRACE, KEEP } },

	{ "alt-svc", { KEEP, AROUND } }, /* RFC 7838 */
	{ "alternate-protocol", { KEEP, AROUND } },
	{ "nel", { KEEP, REPORT } },
	{ "report-to", { KEEP, REPORT } },
	{ "reporting-endpoints", { KEEP, REPORT } },
};

static char
fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '_' ? '-' : c;
}

static bool
matches(const char *pattern, struct http1_str name)
{
	size_t i;

	for (i = 0; i < name.n && fold(name.p[i]) == pattern[i]; i++)
		if (pattern[i] == '*')
			return true;
	return pattern[i] == '*' || (i == name.n && pattern[i] == '\0');
}

bool
filter_keeps(enum filter_way way, const struct http1_head *head,
    const struct http1_field *field)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (matches(table[i].name, field->name))
			return table[i].fate[way] == KEEP;
	return !http1_nominated(head, field->name);
}
