/*
 * http.c - an HTTP proxy as a hop: CONNECT (RFC 9110 section 9.3.6).
 *
 * The request holds what the proxy must know and nothing that tells one client
 * program from another.  The reply is read line by line and not as a head: the
 * length and the coding of a 2xx must be ignored, however they contradict each
 * other, while a reader of heads has to refuse those.
 */
#include <stdio.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/http1.h"
#include "outbound/hop.h"

#include "plain.h"

enum step { REQUEST, STATUS, FIELDS, INTERIM, CONNECTED };

#define LOGIN_MAX  (255 + 1 + 255) /* "user:password" */
#define REASON_MAX 1024            /* a status line of more is no reply */

/* Proxy-Authorization: Basic (RFC 7617), or nothing. */
static size_t
credentials(const struct hop_spec *spec, char *out, size_t cap)
{
	char login[LOGIN_MAX + 1], text[BASE64_LEN(LOGIN_MAX) + 1];
	int n = snprintf(login, sizeof(login), "%s:%s", spec->user, spec->pass);
	size_t len = 0;

	if (spec->login &&
	    base64_encode(login, (size_t)n, text, sizeof(text)) == OK)
		len = (size_t)snprintf(out, cap,
		    "Proxy-Authorization: Basic %s\r\n", text);
	explicit_bzero(login, sizeof(login));
	explicit_bzero(text, sizeof(text));
	return len;
}

static enum hop_status
say_request(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	char msg[HOP_OUT_MAX], to[ENDPOINT_STR];
	size_t n;
	enum err e;

	(void)in;
	endpoint_str(h->to, to);
	n = (size_t)snprintf(msg, sizeof(msg),
	    "CONNECT %s HTTP/1.1\r\nHost: %s\r\n", to, to);
	n += credentials(h->spec, msg + n, sizeof(msg) - n);
	n += (size_t)snprintf(msg + n, sizeof(msg) - n, "\r\n");
	e = buf_append(out, msg, n);
	explicit_bzero(msg, sizeof(msg));
	if (e == OK)
		h->step = STATUS;
	return plain_status(e, why);
}

/*
 * Measured: for a target that refuses or does not exist tinyproxy says 500,
 * squid 503 and 500.  Those and what a gateway says of the next one (RFC 9110
 * section 15.6) are about the target, the rest about the hop.  A wrong login is
 * 401 with tinyproxy, where the rest of the world says 407.
 */
static enum outcome
meaning(unsigned status)
{
	switch (status) {
	case 403:
		return OUTCOME_DENIED;
	case 401:
	case 407:
		return OUTCOME_HOP_AUTH;
	case 404:
	case 500:
	case 502:
	case 503:
		return OUTCOME_HOST_UNREACHABLE;
	case 504:
		return OUTCOME_TIMEOUT;
	default:
		return OUTCOME_HOP_FAILED;
	}
}

/* The first line alone, as a head without fields. */
static enum err
read_status(const struct buf *in, size_t *used, unsigned *status)
{
	const uint8_t *line = buf_head(in);
	size_t len = buf_len(in), n;
	const uint8_t *end = len == 0 ? NULL : memmem(line, len, "\r\n", 2);
	char head[REASON_MAX + 4];
	struct http1_head h;
	enum err e;

	n = end != NULL ? (size_t)(end - line) + 2 : len;
	if (n > REASON_MAX)
		return ERR_RANGE;
	if (n > 0)
		memcpy(head, line, n);
	if (end != NULL)
		memcpy(head + n, "\r\n", 2);
	e = http1_read_response(head, end != NULL ? n + 2 : n, used, &h);
	if (e != OK)
		return e;
	*used = n;
	*status = h.status;
	return OK;
}

/* All heads together, so that 1xx without end come to one. */
static enum hop_status
take(struct hop *h, struct buf *in, size_t used, enum outcome *why)
{
	if (h->seen + used > HOP_IN_MAX)
		return plain_fail(why, OUTCOME_HOP_FAILED);
	buf_consume(in, used);
	h->seen += used;
	return HOP_READY;
}

static enum hop_status
hear_status(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	unsigned status;
	size_t used;
	enum err e = read_status(in, &used, &status);

	(void)out;
	if (e != OK)
		return plain_status(e, why);
	if (status / 100 == 2)
		h->step = FIELDS;
	else if (status / 100 == 1 && status != 101) /* nobody asked for 101 */
		h->step = INTERIM;
	else
		return plain_fail(why, meaning(status));
	return take(h, in, used, why);
}

static enum hop_status
hear_field(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	struct http1_field f;
	size_t used;
	enum err e = http1_read_trailer(buf_head(in), buf_len(in), &used, &f);

	(void)out;
	if (e == ERR_SHORT && h->seen + buf_len(in) > HOP_IN_MAX)
		e = ERR_RANGE;
	if (e != OK)
		return plain_status(e, why);
	if (f.name.n == 0)
		h->step = h->step == FIELDS ? CONNECTED : STATUS;
	return take(h, in, used, why);
}

static const struct plain_step talk[] = {
	[REQUEST] = { say_request },
	[STATUS] = { hear_status },
	[FIELDS] = { hear_field },
	[INTERIM] = { hear_field },
};

static enum hop_status
flight(struct hop *h, const struct endpoint *to, struct buf *out,
    enum outcome *why)
{
	return plain_flight(h, talk, to, out, why);
}

static enum hop_status
ask(struct hop *h, const struct endpoint *to, struct buf *in, struct buf *out,
    enum outcome *why)
{
	h->to = to;
	return plain_run(h, talk, CONNECTED, in, out, why);
}

const struct hop_ops hop_http = {
	.scheme = "http",
	.takes_pass = true,
	.open = plain_open,
	.prepare = plain_nothing,
	.connect = ask,
	.flight = flight,
	.close = plain_close,
};
