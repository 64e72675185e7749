#include <string.h>

#include "base/buf.h"
#include "codec/http1.h"
#include "http/exchange.h"

#include "body.h"
#include "changes.h"
#include "filter.h"
#include "put.h"

void
http_exchange_init(struct http_exchange *x, const struct http_profile *profile)
{
	*x = (struct http_exchange){ .why = OUTCOME_OK, .profile = profile };
}

void
http_exchange_init_tunnelled(struct http_exchange *x,
    const struct http_profile *profile)
{
	http_exchange_init(x, profile);
	x->tunnelled = true;
}

static enum http_status
fail(struct http_exchange *x, struct http_side *s, enum outcome why)
{
	s->state = SIDE_FAILED;
	x->why = why;
	x->client_close = x->origin_close = true;
	return HTTP_FAILED;
}

/* What a step answers to what its body said. */
static enum http_status
body_status(const struct http_side *s, enum err e)
{
	if (e == ERR_SHORT)
		return HTTP_MORE;
	return s->state == SIDE_DONE ? HTTP_DONE : HTTP_PASS;
}

/* -- writing -------------------------------------------------------------- */

static void
put_body_fields(struct buf *out, enum http1_body body, uint64_t length)
{
	if (body == HTTP1_BODY_LENGTH)
		put_field_number(out, "Content-Length", length);
	else if (body == HTTP1_BODY_CHUNKED)
		put_text(out, "Transfer-Encoding: chunked\r\n");
}

static void
put_all(struct buf *out, const struct http1_head *h, const char *lower)
{
	size_t i;

	for (i = 0; i < h->nfields; i++)
		if (http1_name_is(h->fields[i].name, lower))
			put_field(out, h->fields[i].name, h->fields[i].value);
}

static void
put_upgrade(struct buf *out)
{
	put_text(out, "Connection: Upgrade\r\nUpgrade: websocket\r\n");
}

/* -- the request ---------------------------------------------------------- */

/*
 * How much to look at: whole lines, or what is too long to become one.  A head
 * that comes byte by byte would else be read again for each.
 */
static size_t
worth_reading(const struct buf *in)
{
	const uint8_t *p = buf_head(in), *last;
	size_t n = buf_len(in), whole;

	last = n == 0 ? NULL : memrchr(p, '\n', n);
	whole = last == NULL ? 0 : (size_t)(last - p) + 1;
	return n < HTTP_HEAD_MAX && n - whole <= HTTP1_LINE_MAX ? whole : n;
}

/* The field's value when there is exactly one such field. */
static bool
sole_value(const struct http1_head *h, const char *lower, struct http1_str *v)
{
	const struct http1_field *first = http1_find(h, lower), *f;

	if (first == NULL)
		return false;
	for (f = first + 1; f < h->fields + h->nfields; f++)
		if (http1_name_is(f->name, lower))
			return false;
	*v = first->value;
	return true;
}

/*
 * Only websockets: other protocols (h2c) carry heads that nobody would filter
 * any more, and are fine without an upgrade.
 */
static bool
wants_websocket(const struct http1_head *h)
{
	struct http1_str v;

	return h->upgrade && h->minor > 0 && sole_value(h, "upgrade", &v) &&
	    http1_name_is(v, "websocket");
}

/*
 * RFC 9110 section 7.6.2.  *left is what is to be sent on, -1: nothing.  Only
 * OPTIONS has a use for it; we are no end to talk to, so zero is refused.  A
 * tunnel does not count.
 */
static enum outcome
count_forwards(const struct http1_head *h, bool tunnelled, long *left)
{
	struct http1_str v;
	size_t i;

	*left = -1;
	if (!http1_method_is(h, "OPTIONS") ||
	    http1_find(h, "max-forwards") == NULL)
		return OUTCOME_OK;
	if (!sole_value(h, "max-forwards", &v) || v.n == 0 || v.n > 6)
		return OUTCOME_BAD_REQUEST;
	*left = 0;
	for (i = 0; i < v.n; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return OUTCOME_BAD_REQUEST;
		*left = *left * 10 + (v.p[i] - '0');
	}
	*left -= tunnelled ? 0 : 1;
	return *left < 0 ? OUTCOME_BAD_COMMAND : OUTCOME_OK;
}

/* What the origin is called: HTTP/1.0 needs no name for it, *to is 0.0.0.0. */
static enum err
read_host(const struct http1_head *h, struct endpoint *to)
{
	memset(to, 0, sizeof(*to));
	if (h->host.p == NULL)
		return OK;
	if (endpoint_parse(to, h->host.p, h->host.n, 80) != OK || to->port == 0)
		return ERR_PROTO;
	return OK;
}

/* RFC 9112 section 3.2; in a tunnel *path is the target as it came. */
static enum err
read_target(struct http_exchange *x, const struct http1_head *h,
    struct endpoint *to, struct http1_str *path)
{
	struct http1_str t = h->target;
	bool star = t.n == 1 && t.p[0] == '*';
	enum err e;

	if (x->tunnelled && (t.p[0] == '/' || star)) {
		*path = t;
		if (memchr(t.p, '#', t.n) != NULL ||
		    (star && !http1_method_is(h, "OPTIONS")))
			return ERR_PROTO;
		return read_host(h, to);
	}
	e = http1_target(h, to, path);
	x->to_proxy = x->tunnelled;
	if (x->tunnelled)
		*path = t;
	return e;
}

/*
 * TRACE would show the client's own fields to whoever made it ask, and CONNECT
 * is not an exchange.
 */
static enum outcome
check_request(struct http_exchange *x, const struct http1_head *h,
    struct endpoint *to, struct http1_str *path, long *forwards)
{
	if (http1_method_is(h, "TRACE") || http1_method_is(h, "CONNECT"))
		return OUTCOME_BAD_COMMAND;
	if (read_target(x, h, to, path) != OK)
		return OUTCOME_BAD_REQUEST;
	return count_forwards(h, x->tunnelled, forwards);
}

/* Letter case is nothing to tell one client from another by. */
static struct endpoint
lower(const struct endpoint *to)
{
	struct endpoint low = *to;
	char *p;

	if (low.type == HOST_NAME)
		for (p = low.host.name; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p = (char)(*p - 'A' + 'a');
	return low;
}

static void
put_host(struct buf *out, const struct http_exchange *x,
    const struct http1_head *h, const struct endpoint *origin)
{
	bool as_it_came = x->tunnelled && x->profile->base != HTTP_STRICT;

	if (x->tunnelled && h->host.p == NULL)
		return;
	put_text(out, "Host: ");
	if (as_it_came)
		put_str(out, h->host);
	else
		put_authority(out, origin);
	put_text(out, "\r\n");
}

static void
put_request(struct buf *out, const struct http_exchange *x,
    const struct http1_head *h, const struct endpoint *to,
    struct http1_str path)
{
	struct filter f = {
		.profile = x->profile,
		.head = h,
		.origin = to,
		.trusted = x->trusted,
		.http10 = x->http10,
		.websocket = x->upgrade,
	};
	struct endpoint low;

	if (x->profile->base == HTTP_STRICT) {
		low = lower(to);
		f.origin = &low;
	}
	put_str(out, h->method);
	put_text(out, path.p[0] == '?' ? " /" : " ");
	put_str(out, path);
	put_text(out, x->tunnelled && x->http10 ? " HTTP/1.0" : " HTTP/1.1");
	put_text(out, "\r\n");
	put_host(out, x, h, f.origin);
	filter_request(&f, out);
	if (x->to_proxy)
		put_all(out, h, "proxy-authorization");
	put_body_fields(out, h->body, h->length);
	if (x->upgrade)
		put_upgrade(out);
	else if (x->tunnelled && h->close)
		put_text(out, "Connection: close\r\n");
}

static enum outcome
bad_request(enum err e)
{
	return e == ERR_RANGE ? OUTCOME_TOO_LARGE : OUTCOME_BAD_REQUEST;
}

static enum outcome
bad_head(enum err e, const void *head, size_t n)
{
	if (e == ERR_RANGE && http1_line_is_over(head, n))
		return OUTCOME_URI_TOO_LONG;
	return bad_request(e);
}

static enum http_status
request_head(struct http_exchange *x, struct buf *in, struct buf *out)
{
	struct http1_head h;
	struct endpoint to;
	struct http1_str path;
	enum outcome why;
	size_t n = worth_reading(in), used;
	long forwards;
	enum err e;

	if (n == x->request.seen)
		return HTTP_MORE;
	x->request.seen = n;
	e = http1_read_request(buf_head(in), n, &used, &h);
	if (e == ERR_SHORT)
		return HTTP_MORE;
	if (e != OK)
		return fail(x, &x->request, bad_head(e, buf_head(in), n));
	x->head = http1_method_is(&h, "HEAD"); /* also of our own page */
	why = check_request(x, &h, &to, &path, &forwards);
	if (why != OUTCOME_OK)
		return fail(x, &x->request, why);
	x->http10 = h.minor == 0;
	x->expect = h.expect_continue && !x->http10;
	x->upgrade = http1_method_is(&h, "GET") && h.body == HTTP1_BODY_NONE &&
	    wants_websocket(&h);
	/* A proxy keeps no HTTP/1.0 client (RFC 9112 section 9.3). */
	x->client_close = x->last = x->http10 || h.close;
	x->trusted = profile_trusts(x->profile, &to);
	put_request(out, x, &h, &to, path);
	if (forwards >= 0)
		put_field_number(out, "Max-Forwards", (uint64_t)forwards);
	put_text(out, "\r\n");
	body_begin(&x->request, h.body, h.length);
	buf_consume(in, used);
	return HTTP_DONE;
}

enum http_status
http_request_step(struct http_exchange *x, struct buf *in, struct buf *out,
    uint64_t *pass)
{
	struct http_side *s = &x->request;
	enum http_status st;
	enum err e;

	*pass = 0;
	if (s->state == SIDE_FAILED)
		return HTTP_FAILED;
	if (s->state == SIDE_HEAD) {
		st = request_head(x, in, out);
		if (st != HTTP_DONE)
			return st;
	}
	e = body_step(s, in, out, pass, false);
	if (e != OK && e != ERR_SHORT)
		return fail(x, s, bad_request(e));
	return body_status(s, e);
}

void
http_request_passed(struct http_exchange *x, uint64_t n)
{
	body_passed(&x->request, n);
}

/* -- the response --------------------------------------------------------- */

static void
put_response(struct buf *out, const struct http_exchange *x,
    const struct http1_head *h)
{
	const struct filter f = {
		.profile = x->profile,
		.head = h,
		.trusted = x->trusted,
		.websocket = h->status == 101,
	};

	put_text(out, "HTTP/1.1 ");
	put_number(out, h->status);
	put_text(out, " ");
	put_str(out, h->reason);
	put_text(out, "\r\n");
	filter_response(&f, out);
	if (x->to_proxy) {
		put_all(out, h, "proxy-authenticate");
		put_all(out, h, "proxy-authentication-info");
	}
}

static bool
claims_body(const struct http1_head *h)
{
	return h->body == HTTP1_BODY_CHUNKED ||
	    (h->body == HTTP1_BODY_LENGTH && h->length > 0);
}

static bool
may_switch(const struct http_exchange *x, const struct http1_head *h)
{
	return x->upgrade && body_is_over(&x->request) && wants_websocket(h);
}

/* Early hints (RFC 8297) have the client make requests and connections. */
static bool
is_ahead_of_time(const struct http_exchange *x, const struct http1_head *h)
{
	return h->status == 103 && x->profile->base == HTTP_STRICT;
}

/* 1xx (RFC 9110 section 15.2); not for HTTP/1.0, which does not know it. */
static enum http_status
interim(struct http_exchange *x, const struct http1_head *h, struct buf *out)
{
	bool over = h->status == 101;

	if (claims_body(h) || (over && !may_switch(x, h)))
		return fail(x, &x->response, OUTCOME_BAD_RESPONSE);
	if (!x->http10 && !is_ahead_of_time(x, h)) {
		put_response(out, x, h);
		if (over)
			put_upgrade(out);
		put_text(out, "\r\n");
	}
	if (!over)
		return HTTP_PASS; /* nothing: only to have it sent now */
	x->response.state = SIDE_TUNNEL;
	x->begun = x->client_close = x->origin_close = true;
	return HTTP_TUNNEL;
}

static void
final(struct http_exchange *x, const struct http1_head *h, struct buf *out)
{
	bool empty = x->head || h->status == 204 || h->status == 304;
	enum http1_body body = empty ? HTTP1_BODY_NONE : h->body;

	/* A 204 that claims a body may be about to send one. */
	x->origin_close = h->close || (h->minor == 0 && !h->keep_alive) ||
	    body == HTTP1_BODY_CLOSE || !body_is_over(&x->request) ||
	    (h->status == 204 && claims_body(h));
	/* The client may or may not go on to send what it announced. */
	x->client_close |= body == HTTP1_BODY_CLOSE ||
	    !body_is_over(&x->request);
	x->client_close |= x->tunnelled && x->origin_close;
	put_response(out, x, h);
	/* A length without its body is news (RFC 9110 section 8.6), but a 204
	   has none (section 15.3.5), and chunks are for this connection. */
	if (h->status == 204 ||
	    (h->body == HTTP1_BODY_CHUNKED && (empty || x->http10)))
		put_body_fields(out, HTTP1_BODY_NONE, 0);
	else
		put_body_fields(out, h->body, h->length);
	if (x->client_close)
		put_text(out, "Connection: close\r\n");
	put_text(out, "\r\n");
	x->begun = true;
	body_begin(&x->response, body, h->length);
}

static enum http_status
response_head(struct http_exchange *x, struct buf *in, struct buf *out)
{
	struct http_side *s = &x->response;
	enum http_status st = HTTP_DONE;
	struct http1_head h;
	size_t used;
	enum err e;

	if (buf_len(in) == 0)
		return HTTP_MORE;
	if (x->request.state == SIDE_HEAD) /* an answer before the question */
		return fail(x, s, OUTCOME_BAD_RESPONSE);
	e = http1_read_response(buf_head(in), buf_len(in), &used, &h);
	if (e == ERR_SHORT)
		return HTTP_MORE;
	if (e == OK && h.status < 200)
		s->line += used; /* not for ever */
	if (e != OK || s->line > HTTP_HEAD_MAX)
		return fail(x, s, OUTCOME_BAD_RESPONSE);
	if (h.status < 200)
		st = interim(x, &h, out);
	else
		final(x, &h, out);
	if (st != HTTP_FAILED)
		buf_consume(in, used);
	return st;
}

enum http_status
http_response_step(struct http_exchange *x, struct buf *in, struct buf *out,
    uint64_t *pass)
{
	struct http_side *s = &x->response;
	enum http_status st;
	enum err e;

	*pass = 0;
	if (s->state == SIDE_FAILED)
		return HTTP_FAILED;
	if (s->state == SIDE_TUNNEL)
		return HTTP_TUNNEL;
	if (s->state == SIDE_HEAD) {
		st = response_head(x, in, out);
		if (st != HTTP_DONE)
			return st;
	}
	e = body_step(s, in, out, pass, x->http10);
	if (e != OK && e != ERR_SHORT)
		return fail(x, s, OUTCOME_BAD_RESPONSE);
	return body_status(s, e);
}

void
http_response_passed(struct http_exchange *x, uint64_t n)
{
	body_passed(&x->response, n);
}

enum http_status
http_response_eof(struct http_exchange *x)
{
	struct http_side *s = &x->response;

	x->origin_close = true;
	if (s->state == SIDE_UNTIL_CLOSE || body_is_over(s)) {
		s->state = SIDE_DONE;
		return HTTP_DONE;
	}
	x->why = OUTCOME_BAD_RESPONSE;
	return HTTP_FAILED;
}
