#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "inbound/page.h"

struct answer {
	const char *status, *text;
};

static const struct answer answers[OUTCOME_MAX] = {
	[OUTCOME_DENIED] = { "403 Forbidden",
	    "A rule of this proxy forbids this target: ask whoever runs it.\n" },
	[OUTCOME_REFUSED] = { "502 Bad Gateway",
	    "The target refused the connection: check the port, and that it "
	    "runs.\n" },
	[OUTCOME_HOST_UNREACHABLE] = { "502 Bad Gateway",
	    "The target can not be reached: check its address.\n" },
	[OUTCOME_NET_UNREACHABLE] = { "502 Bad Gateway",
	    "This proxy has no way to the target's network: check its "
	    "connection.\n" },
	[OUTCOME_TIMEOUT] = { "504 Gateway Timeout",
	    "The target did not answer in time: try again later.\n" },
	[OUTCOME_NO_NAME] = { "502 Bad Gateway",
	    "There is no host of this name: check the spelling.\n" },
	[OUTCOME_NAME_FAILED] = { "504 Gateway Timeout",
	    "No name server gave an answer: try again later.\n" },
	[OUTCOME_HOP_FAILED] = { "502 Bad Gateway",
	    "A proxy in the chain is down: try again later.\n" },
	[OUTCOME_HOP_AUTH] = { "502 Bad Gateway",
	    "A proxy in the chain refuses the login: correct it in the "
	    "configuration.\n" },
	[OUTCOME_BAD_REQUEST] = { "400 Bad Request",
	    "The request is malformed: check the program that sent it.\n" },
	[OUTCOME_BAD_COMMAND] = { "501 Not Implemented",
	    "This proxy can not do that: use another method.\n" },
	[OUTCOME_BAD_ADDRESS] = { "400 Bad Request",
	    "No such host or port can exist: check the URL.\n" },
	[OUTCOME_AUTH_NEEDED] = { "407 Proxy Authentication Required",
	    "Log in with a user and password of this proxy.\n" },
	[OUTCOME_AUTH_FAILED] = { "407 Proxy Authentication Required",
	    "Wrong user or password: try again.\n" },
	[OUTCOME_TOO_LARGE] = { "431 Request Header Fields Too Large",
	    "The head of the request is too large: shorten the URL or delete "
	    "cookies.\n" },
	[OUTCOME_OVERLOADED] = { "503 Service Unavailable",
	    "This proxy has too much to do: try again in a moment.\n" },
};

enum err
page_write(const struct page *p, struct buf *out)
{
	const char *body = p->text != NULL ? p->text : answers[p->why].text;
	bool login = p->why == OUTCOME_AUTH_NEEDED ||
	    p->why == OUTCOME_AUTH_FAILED;
	char text[PAGE_MAX];
	int n;

	n = snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\n%s"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: no-store\r\n"
	    "Connection: %s\r\n\r\n%s",
	    answers[p->why].status,
	    login ? "Proxy-Authenticate: Basic realm=\"bauta\"\r\n" : "",
	    strlen(body), p->keep ? "keep-alive" : "close",
	    p->head ? "" : body);
	assert(n > 0 && (size_t)n < sizeof(text));
	return buf_append(out, text, (size_t)n);
}
