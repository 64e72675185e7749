/*
 * web.c - just enough HTTP/1.1 for the client and the origin to ask each other
 * for bytes of the pattern through an HTTP proxy: GET /SEED/COUNT.
 *
 * Heads are text that ends in NUL.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"

size_t
web_put_request(char *out, const struct sockaddr_in *origin, unsigned flags,
    uint32_t seed, uint64_t count)
{
	char host[INET_ADDRSTRLEN + 8];
	size_t n;

	inet_ntop(AF_INET, &origin->sin_addr, host, INET_ADDRSTRLEN);
	n = strlen(host);
	snprintf(host + n, sizeof(host) - n, ":%u", ntohs(origin->sin_port));
	return (size_t)snprintf(out, WEB_HEAD_MAX,
	    "GET %s%s/%" PRIu32 "/%" PRIu64 " HTTP/1.1\r\n"
	    "Host: %s\r\n"
	    "User-Agent: load\r\n"
	    "Accept: */*\r\n%s\r\n",
	    (flags & WEB_ABSOLUTE) != 0 ? "http://" : "",
	    (flags & WEB_ABSOLUTE) != 0 ? host : "", seed, count, host,
	    (flags & WEB_LAST) != 0 ? "Connection: close\r\n" : "");
}

size_t
web_put_response(char *out, uint64_t count, bool last)
{
	return (size_t)snprintf(out, WEB_HEAD_MAX,
	    "HTTP/1.1 200 OK\r\n"
	    "Content-Type: text/plain\r\n"
	    "Cache-Control: no-store\r\n"
	    "Content-Length: %" PRIu64 "\r\n%s\r\n",
	    count, last ? "Connection: close\r\n" : "");
}

/* Bytes of the head, 0: it has no end yet. */
static size_t
head_length(const char *in)
{
	const char *end = strstr(in, "\r\n\r\n");

	return end == NULL ? 0 : (size_t)(end + 4 - in);
}

/* The field's value, or NULL; it may be that of a later message. */
static const char *
field(const char *head, size_t len, const char *name)
{
	const char *p = strcasestr(head, name);

	return p != NULL && p < head + len ? p + strlen(name) : NULL;
}

static bool
is_last(const char *head, size_t len)
{
	const char *v = field(head, len, "\r\nConnection: ");

	return strncmp(head, "HTTP/1.0", 8) == 0 ||
	    field(head, len, " HTTP/1.0\r\n") != NULL ||
	    (v != NULL && strncasecmp(v, "close", 5) == 0);
}

enum web
web_get_request(const char *in, size_t *used, uint32_t *seed, uint64_t *count,
    bool *last)
{
	char *end;

	*used = head_length(in);
	if (*used == 0)
		return WEB_SHORT;
	if (strncmp(in, "GET /", 5) != 0)
		return WEB_BAD;
	*seed = (uint32_t)strtoul(in + 5, &end, 10);
	if (*end != '/')
		return WEB_BAD;
	*count = strtoull(end + 1, &end, 10);
	*last = is_last(in, *used);
	return *end == ' ' && *count > 0 ? WEB_OK : WEB_BAD;
}

enum web
web_get_response(const char *in, size_t *used, uint64_t *count, bool *last)
{
	const char *length;

	*used = head_length(in);
	if (*used == 0)
		return WEB_SHORT;
	length = field(in, *used, "\r\nContent-Length: ");
	if (strncmp(in, "HTTP/1.", 7) != 0 ||
	    strncmp(in + 8, " 200 ", 5) != 0 || length == NULL)
		return WEB_BAD;
	*count = strtoull(length, NULL, 10);
	*last = is_last(in, *used);
	return WEB_OK;
}
