/*
 * sniff.c - a tunnel of which is not known yet what the client speaks in it.
 * HTTP is filtered, exchange by exchange, and between two of them it is asked
 * again; all else is relayed.  http/sniff.h knows the bytes.
 *
 * What the target says passes at once.  But a target that speaks before it was
 * asked can not have the client's requests go unfiltered by that: when they
 * come after all, the tunnel ends.
 */
#include <stdlib.h>
#include <string.h>

#include "http/sniff.h"

#include "session.h"

static enum state
broken(struct session *s)
{
	session_reset_on_close(s);
	return S_DEAD;
}

static enum state
went(struct session *s, enum relay_status st)
{
	switch (st) {
	case RELAY_GOING:
		session_touch(s);
		return S_SNIFF;
	case RELAY_DONE:
		return S_DEAD;
	default:
		return broken(s);
	}
}

/* The first n of what is there go on, unless they have gone. */
static bool
pass(struct session *s, size_t n)
{
	struct setup *u = s->setup;
	const uint8_t *p = buf_head(&u->in);

	if (n > u->passed &&
	    !flow_send(&s->relay.flow[0], p + u->passed, n - u->passed))
		return false;
	u->passed = n > u->passed ? n : u->passed;
	return true;
}

static void
skip(struct setup *u, size_t n)
{
	buf_consume(&u->in, n);
	u->passed -= n < u->passed ? n : u->passed;
}

static enum state
begin_exchange(struct session *s, size_t at)
{
	/* An answer before the question, or none to come any more. */
	if (s->spoke || s->relay.ended[1] || s->relay.flow[1].eof)
		return broken(s);
	skip(s->setup, at);
	return http_begin_tunnelled(s);
}

/* What the client has said so far. */
static enum state
look(struct session *s)
{
	struct setup *u = s->setup;
	size_t n = buf_len(&u->in), skipped, passed;
	enum sniff is = sniff(buf_head(&u->in), n, &skipped, &passed);

	if (is == SNIFF_HTTP)
		return begin_exchange(s, skipped);
	if (is == SNIFF_OPAQUE || u->client_eof) {
		s->relay.flow[0].eof = u->client_eof;
		return pass(s, n) ? S_RELAY : broken(s);
	}
	if (!pass(s, passed))
		return broken(s);
	skip(u, skipped);
	if (buf_len(&u->in) == 0) /* nothing to remember */
		setup_free(s);
	return S_SNIFF;
}

static bool
keep(struct session *s, const uint8_t *p, size_t n)
{
	struct setup *u;
	uint8_t *mem;

	if (!setup_new(s))
		return false;
	u = s->setup;
	if (n > u->in.cap) {
		mem = malloc(n);
		if (mem == NULL)
			return false;
		u->in = buf_on(mem, n);
	}
	return buf_append(&u->in, p, n) == OK;
}

/* Most of what is no HTTP is told by its first bytes, and never kept. */
static enum state
hear_first(struct session *s)
{
	struct flow *f = &s->relay.flow[0];
	size_t skipped, passed;
	const uint8_t *p;
	ssize_t n = flow_take(f, &s->worker->pool, &p);

	if (n == STREAM_ERROR)
		return broken(s);
	if (n <= 0)
		return S_SNIFF;
	if (sniff(p, (size_t)n, &skipped, &passed) == SNIFF_OPAQUE)
		return flow_send(f, p, (size_t)n) ? S_RELAY : broken(s);
	return keep(s, p, (size_t)n) ? look(s) : broken(s);
}

static enum state
hear_client(struct session *s)
{
	struct setup *u = s->setup;
	ssize_t n;

	if (u == NULL)
		return hear_first(s);
	n = session_fill(&u->in, &s->client, INBOUND_IN_MAX, u->in_mem);
	if (n == STREAM_ERROR)
		return broken(s);
	u->client_eof = n == STREAM_EOF;
	return n == STREAM_AGAIN ? S_SNIFF : look(s);
}

/* Between two exchanges a target may end, and nothing else. */
static enum state
hear_target(struct session *s)
{
	uint8_t byte;
	ssize_t n;

	if (!s->between) {
		s->spoke = true;
		return S_SNIFF;
	}
	n = stream_read(&s->target, &byte, 1);
	s->relay.flow[1].eof = n == STREAM_EOF;
	if (n == STREAM_ERROR)
		return broken(s);
	return n > 0 ? S_DEAD : S_SNIFF;
}

enum state
sniff_begin(struct session *s)
{
	struct setup *u = s->setup;
	const struct buf *early = &u->hop_in;

	s->profile = snapshot_profile(s->worker->snapshot, s->spec,
	    u->verdict.headers);
	if (u->http != NULL)
		return http_go_on(s);
	s->spoke = buf_len(early) > 0;
	if (!flow_send(&s->relay.flow[1], buf_head(early), buf_len(early)))
		return S_DEAD;
	return S_SNIFF;
}

bool
sniff_early(struct session *s, struct buf *out)
{
	struct setup *u = s->setup;
	size_t n = buf_len(&u->in), skipped = 0, passed = n;
	enum sniff is = SNIFF_OPAQUE;

	*out = buf_on(NULL, 0);
	if (u->http != NULL) /* a body is not that urgent */
		return true;
	if (s->spec->http_in_tunnel && !u->opaque)
		is = sniff(buf_head(&u->in), n, &skipped, &passed);
	if (is == SNIFF_HTTP) {
		s->profile = snapshot_profile(s->worker->snapshot, s->spec,
		    u->verdict.headers);
		skip(u, skipped);
		return http_early(s, out);
	}
	if (passed > u->passed) {
		*out = buf_on(u->in.mem + u->in.head + u->passed,
		    passed - u->passed);
		buf_grew(out, passed - u->passed);
		u->passed = passed;
	}
	u->opaque = is == SNIFF_OPAQUE;
	skip(u, u->opaque ? n : skipped);
	return true;
}

enum state
sniff_event(struct session *s, struct stream *from, int events)
{
	enum state next = S_SNIFF;

	if (events & STREAM_READ)
		next = from == &s->client ? hear_client(s) : hear_target(s);
	if (next != S_SNIFF)
		return next;
	if (from == &s->target && s->between && !s->relay.flow[1].eof)
		events &= ~STREAM_READ; /* it was read */
	return went(s, relay_event(&s->relay, &s->worker->pool, from, events));
}

enum state
sniff_run(struct session *s)
{
	enum state next = s->setup != NULL ? look(s) : S_SNIFF;

	if (next != S_SNIFF)
		return next;
	s->relay.fed = true;
	return went(s, relay_start(&s->relay, &s->worker->pool));
}
