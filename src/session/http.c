/*
 * http.c - HTTP exchanges of one client, one after the other, each with an
 * origin that may be kept for the next.  http/exchange.h knows the bytes; this
 * file moves them and decides what a failure means.
 */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define ORIGIN_IN 4096 /* most heads of a response are smaller */

enum { TO_ORIGIN, TO_CLIENT }; /* directions, as in relay.flow[] */

static struct http *
http_new(void)
{
	struct http *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->in = buf_on(malloc(ORIGIN_IN), ORIGIN_IN);
	if (h->in.mem == NULL) {
		free(h);
		return NULL;
	}
	return h;
}

static void
forget_request(struct http *h)
{
	free(h->again);
	h->again = NULL;
	h->again_len = 0;
}

void
http_free(struct setup *u)
{
	if (u->http == NULL)
		return;
	forget_request(u->http);
	free(u->http->in.mem);
	free(u->http);
	u->http = NULL;
}

/* Safe to send twice (RFC 9110, 9.2.1), should the kept connection fail. */
static bool
is_safe(const struct buf *in)
{
	static const char *const safe[] = { "GET ", "HEAD ", "OPTIONS " };
	size_t i, n;

	for (i = 0; i < sizeof(safe) / sizeof(safe[0]); i++) {
		n = strlen(safe[i]);
		if (buf_len(in) > n && memcmp(buf_head(in), safe[i], n) == 0)
			return true;
	}
	return false;
}

/*
 * The origin of the last exchange serves this one too: it is the same target,
 * reached the same way for the same user, and still there.
 */
bool
http_may_reuse(struct session *s)
{
	struct setup *u = s->setup;
	struct http *h = u->http;
	const struct request *r = &u->inbound.request;

	if (h == NULL)
		return false;
	h->reused = r->kind == REQUEST_HTTP && stream_is_open(&s->target) &&
	    way_same(&h->way, &u->way) && endpoint_same(&h->target, &r->target) &&
	    strcmp(h->user, r->user) == 0 && is_safe(&u->in);
	return h->reused;
}

static void
start(struct http *h)
{
	h->at_head = true;
	h->told = h->readable = false;
	h->pass[TO_ORIGIN] = h->pass[TO_CLIENT] = 0;
	h->done[TO_ORIGIN] = h->done[TO_CLIENT] = false;
}

/* With the target of a tunnel: no other one, and no second try. */
static bool
start_tunnelled(struct session *s)
{
	struct setup *u = s->setup;

	u->http = http_new();
	if (u->http == NULL)
		return false;
	http_exchange_init_tunnelled(&u->http->x, s->profile);
	start(u->http);
	return true;
}

enum state
http_begin_tunnelled(struct session *s)
{
	if (start_tunnelled(s))
		return S_HTTP;
	session_reset_on_close(s);
	return S_DEAD;
}

enum state
http_begin(struct session *s)
{
	struct setup *u = s->setup;
	struct http *h = u->http;

	if (buf_len(&u->hop_in) > 0) /* an answer before the question */
		return session_fail(s, OUTCOME_BAD_RESPONSE);
	if (h == NULL)
		h = u->http = http_new();
	if (h == NULL)
		return session_fail(s, OUTCOME_OVERLOADED);
	buf_consume(&h->in, buf_len(&h->in));
	if (h->again != NULL) { /* on a new connection; once */
		h->reused = false;
		if (!flow_send(&s->relay.flow[TO_ORIGIN], h->again,
			h->again_len))
			return session_fail(s, OUTCOME_BAD_RESPONSE);
		forget_request(h);
		return S_HTTP;
	}
	http_exchange_init(&h->x,
	    snapshot_profile(s->worker->snapshot, s->spec,
		u->verdict.headers));
	start(h);
	h->target = u->inbound.request.target;
	memcpy(h->user, u->inbound.request.user, sizeof(h->user));
	h->way = u->way;
	return S_HTTP;
}

/* What goes wrong before the client has heard anything can be said to it. */
static enum state
failed(struct session *s, enum outcome why)
{
	struct http *h = s->setup->http;

	if (!h->told)
		return session_fail(s, why);
	session_reset_on_close(s);
	return S_DEAD;
}

/*
 * The connection to the origin ended or broke.  When nothing was answered yet,
 * another one may serve; in a tunnel only the client can make it, and does so
 * when it sees what it would see without us.
 */
static enum state
lost_origin(struct session *s, bool at_end)
{
	struct http *h = s->setup->http;
	bool silent = !h->x.begun && buf_len(&h->in) == 0;

	if (silent && h->x.tunnelled && !at_end) {
		session_reset_on_close(s);
		return S_DEAD;
	}
	if (!silent || (h->again == NULL && !h->x.tunnelled))
		return failed(s, OUTCOME_BAD_RESPONSE);
	session_drop_target(s);
	return h->x.tunnelled ? session_hang_up(s) : S_DIAL;
}

/*
 * It said that it would send no more, and has not: closing can not cut off the
 * answer, as it would with bytes that nobody reads, and needs no lingering.
 */
static bool
client_is_done(struct session *s)
{
	const struct setup *u = s->setup;
	uint8_t more;

	return u->http->x.last && u->http->done[TO_ORIGIN] &&
	    buf_len(&u->in) == 0 &&
	    !flow_is_blocked(&s->relay.flow[TO_CLIENT]) &&
	    stream_read(&s->client, &more, 1) <= 0;
}

/* Once the response is delivered: will the client get no other one? */
static bool
is_last(const struct session *s)
{
	const struct setup *u = s->setup;
	const struct http *h = u->http;

	return !h->done[TO_ORIGIN] || h->x.client_close ||
	    s->worker->draining ||
	    (u->client_eof && (!h->x.tunnelled || buf_len(&u->in) == 0));
}

/* Can nothing be made of what the origin's connection is now? */
static bool
is_spent(struct session *s)
{
	struct http *h = s->setup->http;

	return h->x.origin_close || buf_len(&h->in) > 0 ||
	    flow_is_blocked(&s->relay.flow[TO_ORIGIN]);
}

/* A tunnel's target serves the next exchange, too, or there is none. */
static enum state
finish_tunnelled(struct session *s)
{
	struct setup *u = s->setup;

	if (is_last(s) || is_spent(s)) {
		session_drop_target(s);
		return session_hang_up(s);
	}
	s->between = true;
	http_free(u);
	return S_SNIFF;
}

/* The response is delivered: is there to be another exchange? */
static enum state
finish(struct session *s)
{
	struct setup *u = s->setup;
	struct http *h = u->http;
	bool last = is_last(s);

	if (h->x.tunnelled)
		return finish_tunnelled(s);
	forget_request(h);
	if (last || is_spent(s))
		session_drop_target(s);
	else
		stream_watch(&s->target, STREAM_READ); /* until it closes */
	if (last)
		return client_is_done(s) ? S_DEAD : session_hang_up(s);
	h->await = buf_len(&u->in) == 0;
	inbound_again(&u->inbound);
	deadline_start(&s->worker->idle, &s->deadline);
	return S_INBOUND;
}

/* After an exchange the client's next request is awaited, not asked for. */
bool
http_awaits(struct session *s)
{
	struct http *h = s->setup->http;
	bool await = h != NULL && h->await;

	if (await)
		h->await = false;
	return await;
}

/* 101 Switching Protocols: from here on it is a tunnel. */
static enum state
tunnel(struct session *s)
{
	struct setup *u = s->setup;
	struct http *h = u->http;
	struct flow *f = s->relay.flow;

	if (!flow_send(&f[TO_CLIENT], buf_head(&h->in), buf_len(&h->in)) ||
	    !flow_send(&f[TO_ORIGIN], buf_head(&u->in), buf_len(&u->in)))
		return S_DEAD;
	f[TO_ORIGIN].eof = u->client_eof;
	return S_RELAY;
}

static enum state
ended(struct session *s, int dir)
{
	struct http *h = s->setup->http;

	if (dir == TO_ORIGIN) { /* the request is cut short: so is ours */
		session_reset_on_close(s);
		return S_DEAD;
	}
	if (http_response_eof(&h->x) != HTTP_DONE)
		return lost_origin(s, true);
	h->done[TO_CLIENT] = true;
	return finish(s);
}

static void
passed(struct http *h, int dir, uint64_t n)
{
	if (h->pass[dir] != UINT64_MAX)
		h->pass[dir] -= n;
	if (dir == TO_ORIGIN)
		http_request_passed(&h->x, n);
	else
		http_response_passed(&h->x, n);
}

/*
 * What a direction does next.  GO_ON: it moved, ask again; WAIT: for an event;
 * all others say where the session goes.
 */
enum move { GO_ON, WAIT, ENDED, LOST, TUNNEL, FAILED };

/* Send what was gathered. */
static bool
send_out(struct session *s, int dir, struct buf *out)
{
	struct http *h = s->setup->http;
	struct flow *f = &s->relay.flow[dir];
	size_t n = buf_len(out);
	bool end = dir == TO_CLIENT && h->done[dir] && is_last(s);
	bool ok = end ? flow_send_last(f, buf_head(out), n)
		      : flow_send(f, buf_head(out), n);

	h->told |= dir == TO_CLIENT && n > 0 && h->x.begun;
	buf_consume(out, n);
	return ok;
}

/* Body bytes that are here already go with what was gathered, if they fit. */
static bool
pass_in(struct session *s, int dir, struct buf *in, size_t n, struct buf *out)
{
	if (buf_append(out, buf_head(in), n) != OK &&
	    (!send_out(s, dir, out) ||
		!flow_send(&s->relay.flow[dir], buf_head(in), n)))
		return false;
	buf_consume(in, n);
	passed(s->setup->http, dir, n);
	return true;
}

/* Body bytes: those in `in` first, then past us from stream to stream. */
static enum move
pass(struct session *s, int dir, struct buf *in, struct buf *out)
{
	struct http *h = s->setup->http;
	struct flow *f = &s->relay.flow[dir];
	uint64_t left = h->pass[dir];
	size_t n = buf_len(in) < left ? buf_len(in) : (size_t)left;
	enum flow_status st;

	if (n > 0)
		return pass_in(s, dir, in, n, out) ? GO_ON : LOST;
	if (!send_out(s, dir, out))
		return LOST;
	if (flow_is_blocked(f))
		return WAIT;
	if (dir == TO_ORIGIN && s->setup->client_eof)
		return ENDED;
	st = flow_move(f, &s->worker->pool, &left,
	    dir == TO_ORIGIN || h->readable);
	if (h->pass[dir] != UINT64_MAX)
		passed(h, dir, h->pass[dir] - left);
	switch (st) {
	case FLOW_LIMIT:
		return GO_ON;
	case FLOW_WAITS:
		return WAIT;
	case FLOW_EOF:
		return ENDED;
	default:
		return LOST;
	}
}

/* What was asked a moment ago is not answered yet: an event will tell. */
static enum move
fill(struct session *s, int dir, struct buf *in)
{
	struct setup *u = s->setup;
	ssize_t n;

	if (dir == TO_CLIENT && !u->http->readable)
		return WAIT;
	if (dir == TO_ORIGIN)
		n = u->client_eof
		    ? STREAM_EOF
		    : session_fill(in, &s->client, INBOUND_IN_MAX, u->in_mem);
	else
		n = session_fill(in, &s->target, HTTP_HEAD_MAX, NULL);
	return n > 0            ? GO_ON
	    : n == STREAM_AGAIN ? WAIT
	    : n == STREAM_EOF   ? ENDED
				: LOST;
}

/* A kept connection may fail just now: remember a request that is complete. */
static void
remember(struct http *h, enum http_status st, const struct buf *out)
{
	if (h->at_head && h->reused && st == HTTP_DONE) {
		h->again = malloc(buf_len(out));
		if (h->again != NULL) {
			memcpy(h->again, buf_head(out), buf_len(out));
			h->again_len = buf_len(out);
		}
	}
	h->at_head = false;
}

/*
 * In a tunnel a request may have begun before it was known to be one: of what
 * goes out, the target has the first bytes.  False: these are others.
 */
static bool
leave_out_passed(struct setup *u, const uint8_t *request, struct buf *out)
{
	size_t n = u->passed;

	if (n == 0 || buf_len(out) == 0)
		return true;
	if (buf_len(out) < n || memcmp(buf_head(out), request, n) != 0)
		return false;
	buf_consume(out, n);
	u->passed = 0;
	return true;
}

static enum move
step(struct session *s, int dir, struct buf *in, struct buf *out)
{
	struct http *h = s->setup->http;
	const uint8_t *begin = buf_head(in); /* there also when consumed */
	enum http_status st;

	if (out->cap - buf_len(out) < HTTP_OUT_MAX && !send_out(s, dir, out))
		return LOST;
	if (dir == TO_ORIGIN) {
		st = http_request_step(&h->x, in, out, &h->pass[dir]);
		remember(h, st, out);
		if (st != HTTP_FAILED &&
		    !leave_out_passed(s->setup, begin, out)) {
			h->x.why = OUTCOME_BAD_REQUEST;
			return FAILED;
		}
	} else {
		st = http_response_step(&h->x, in, out, &h->pass[dir]);
	}
	switch (st) {
	case HTTP_MORE:
		return fill(s, dir, in);
	case HTTP_PASS:
		return GO_ON;
	case HTTP_DONE:
		h->done[dir] = true;
		return WAIT;
	case HTTP_TUNNEL:
		return TUNNEL;
	default:
		return FAILED;
	}
}

/*
 * What a message gives in one go is sent in one go, and nothing of it when it
 * turns out to be malformed.
 */
static enum state
drive(struct session *s, int dir)
{
	struct buf out = buf_on(s->worker->http_out, HTTP_GATHER);
	struct http *h = s->setup->http;
	struct flow *f = &s->relay.flow[dir];
	struct buf *in = dir == TO_ORIGIN ? &s->setup->in : &h->in;
	enum move m = GO_ON;
	uint64_t none = 0;

	if (flow_move(f, &s->worker->pool, &none, false) == FLOW_BROKEN)
		return lost_origin(s, false);
	while (m == GO_ON && !h->done[dir] && !flow_is_blocked(f))
		m = h->pass[dir] > 0 ? pass(s, dir, in, &out)
				     : step(s, dir, in, &out);
	if ((m == GO_ON || m == WAIT || m == TUNNEL) && !send_out(s, dir, &out))
		m = LOST;
	switch (m) {
	case ENDED:
		return ended(s, dir);
	case LOST:
		return lost_origin(s, false);
	case TUNNEL:
		return tunnel(s);
	case FAILED:
		return failed(s, h->x.why);
	default:
		return S_HTTP;
	}
}

/* In a tunnel the client may talk on, or end, while it waits. */
static bool
listens(const struct setup *u)
{
	return !u->client_eof && buf_len(&u->in) < u->in.cap;
}

static int
interest(const struct session *s, int dir)
{
	const struct http *h = s->setup->http;
	const struct flow *to = &s->relay.flow[dir];
	const struct flow *back = &s->relay.flow[1 - dir];

	if (dir == TO_ORIGIN && h->done[dir] && h->x.tunnelled)
		return (listens(s->setup) ? STREAM_READ : 0) |
		    (flow_is_blocked(back) ? STREAM_WRITE : 0);
	return (!h->done[dir] && !flow_is_blocked(to) ? STREAM_READ : 0) |
	    (flow_is_blocked(back) ? STREAM_WRITE : 0);
}

enum state
http_run(struct session *s)
{
	enum state next;

	deadline_start(&s->worker->idle, &s->deadline);
	next = drive(s, TO_ORIGIN);
	if (next == S_HTTP)
		next = drive(s, TO_CLIENT);
	if (next != S_HTTP)
		return next;
	s->setup->http->readable = false;
	if (s->setup->http->done[TO_CLIENT])
		return finish(s);
	stream_watch(&s->client, interest(s, TO_ORIGIN));
	stream_watch(&s->target, interest(s, TO_CLIENT));
	return S_HTTP;
}

void
http_heard_origin(struct session *s)
{
	s->setup->http->readable = true;
}

bool
http_hear_client(struct session *s)
{
	struct setup *u = s->setup;
	struct http *h = u->http;
	ssize_t n;

	if (!h->x.tunnelled || !h->done[TO_ORIGIN] || !listens(u))
		return true;
	n = session_fill(&u->in, &s->client, 0, u->in_mem);
	u->client_eof = n == STREAM_EOF;
	/* As without us; when it has asked for more, that is still to go. */
	if (u->client_eof && buf_len(&u->in) == 0 &&
	    !flow_is_blocked(&s->relay.flow[TO_ORIGIN]))
		stream_shutdown(&s->target);
	return n != STREAM_ERROR;
}

bool
http_early(struct session *s, struct buf *out)
{
	struct setup *u = s->setup;
	const uint8_t *begin = buf_head(&u->in);
	enum http_status st;
	struct http *h;

	if (!start_tunnelled(s))
		return false;
	h = u->http;
	*out = buf_on(s->worker->http_out, HTTP_GATHER);
	st = http_request_step(&h->x, &u->in, out, &h->pass[TO_ORIGIN]);
	if (st == HTTP_FAILED) /* it is told when there is a tunnel */
		buf_consume(out, buf_len(out));
	else if (buf_len(out) == 0)
		http_free(u);
	else if (!leave_out_passed(u, begin, out))
		return false;
	else
		h->done[TO_ORIGIN] = st == HTTP_DONE;
	return true;
}

enum state
http_go_on(struct session *s)
{
	struct setup *u = s->setup;
	struct http *h = u->http;

	if (buf_len(&u->hop_in) > 0) {
		free(h->in.mem);
		h->in = u->hop_in;
		u->hop_in = buf_on(NULL, 0);
	}
	h->readable = true;
	return S_HTTP;
}
