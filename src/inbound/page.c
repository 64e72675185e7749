#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "inbound/page.h"

#define STATUS_MAX 96 /* bytes of a Proxy-Status line */

struct answer {
	const char *status, *error, *text; /* error: RFC 9209 section 2.3 */
};

static const struct answer answers[OUTCOME_MAX] = {
	[OUTCOME_DENIED] = { "403 Forbidden", "http_request_denied",
	    "A rule of this proxy forbids this target: ask whoever runs it.\n" },
	[OUTCOME_REFUSED] = { "502 Bad Gateway", "connection_refused",
	    "The target refused the connection: check the port, and that it "
	    "runs.\n" },
	[OUTCOME_HOST_UNREACHABLE] = { "502 Bad Gateway",
	    "destination_unavailable",
	    "The target can not be reached: check its address.\n" },
	[OUTCOME_NET_UNREACHABLE] = { "502 Bad Gateway",
	    "destination_ip_unroutable",
	    "This proxy has no way to the target's network: check its "
	    "connection.\n" },
	[OUTCOME_TIMEOUT] = { "504 Gateway Timeout", "connection_timeout",
	    "The target did not answer in time: try again later.\n" },
	[OUTCOME_NO_NAME] = { "502 Bad Gateway", "dns_error",
	    "There is no host of this name: check the spelling.\n" },
	[OUTCOME_NAME_FAILED] = { "504 Gateway Timeout", "dns_timeout",
	    "No name server gave an answer: try again later.\n" },
	[OUTCOME_HOP_FAILED] = { "502 Bad Gateway", "destination_unavailable",
	    "A proxy in the chain is down: try again later.\n" },
	[OUTCOME_HOP_AUTH] = { "502 Bad Gateway", "proxy_configuration_error",
	    "A proxy in the chain refuses the login: correct it in the "
	    "configuration.\n" },
	[OUTCOME_BAD_REQUEST] = { "400 Bad Request", "http_request_error",
	    "The request is malformed: check the program that sent it.\n" },
	[OUTCOME_BAD_COMMAND] = { "501 Not Implemented", "http_request_error",
	    "This proxy can not do that: use another method.\n" },
	[OUTCOME_BAD_ADDRESS] = { "400 Bad Request", "http_request_error",
	    "No such host or port can exist: check the URL.\n" },
	[OUTCOME_AUTH_NEEDED] = { "407 Proxy Authentication Required",
	    "http_request_denied",
	    "Log in with a user and password of this proxy.\n" },
	[OUTCOME_AUTH_FAILED] = { "407 Proxy Authentication Required",
	    "http_request_denied", "Wrong user or password: try again.\n" },
	[OUTCOME_TOO_LARGE] = { "431 Request Header Fields Too Large",
	    "http_request_error",
	    "The head of the request is too large: delete this site's "
	    "cookies.\n" },
	[OUTCOME_URI_TOO_LONG] = { "414 URI Too Long", "http_request_error",
	    "The URL is too long: shorten it.\n" },
	[OUTCOME_BAD_RESPONSE] = { "502 Bad Gateway", "http_protocol_error",
	    "The target's answer is cut short or malformed: tell whoever runs "
	    "it.\n" },
	[OUTCOME_OVERLOADED] = { "503 Service Unavailable",
	    "proxy_internal_error",
	    "This proxy has too much to do: try again in a moment.\n" },
};

/* Of a hop, what befell it is nearer than what the client's status says. */
static void
proxy_status(const struct page *p, char *out, size_t cap)
{
	unsigned hop = p->blame.hop;
	int n;

	out[0] = '\0';
	if (!p->status)
		return;
	n = snprintf(out, cap, "Proxy-Status: bauta; error=%s",
	    answers[hop > 0 ? p->blame.cause : p->why].error);
	if (hop > 0)
		n += snprintf(out + n, cap - (size_t)n, "; details=\"hop %u\"",
		    hop);
	n += snprintf(out + n, cap - (size_t)n, "\r\n");
	assert((size_t)n < cap);
}

enum err
page_write(const struct page *p, struct buf *out)
{
	const struct answer *a = &answers[p->why];
	const char *body = p->text != NULL ? p->text : a->text;
	bool login = p->why == OUTCOME_AUTH_NEEDED ||
	    p->why == OUTCOME_AUTH_FAILED;
	char text[PAGE_MAX], status[STATUS_MAX];
	int n;

	proxy_status(p, status, sizeof(status));
	n = snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\n%s%s"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "Connection: %s\r\n\r\n%s",
	    a->status,
	    login ? "Proxy-Authenticate: Basic realm=\"bauta\"\r\n" : "",
	    status, strlen(body), p->keep ? "keep-alive" : "close",
	    p->head ? "" : body);
	assert(n > 0 && (size_t)n < sizeof(text));
	return buf_append(out, text, (size_t)n);
}
