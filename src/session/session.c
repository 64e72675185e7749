/*
 * session.c - the whole story of a connection: inbound, rules, route, hops,
 * relay.  A step does what it can and names the next state; its own name
 * means that it waits for an event.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "inbound/page.h"

#include "session.h"

#define container(p, type, member) \
	((type *)(void *)((char *)(p)-offsetof(type, member)))

#define DISCARD_MAX (1 << 20) /* read and dropped of a client told off */

static void on_client_event(struct stream *, int);
static void on_target_event(struct stream *, int);

static void
watch_client(struct session *s, bool input)
{
	stream_watch(&s->client,
	    (input ? STREAM_READ : 0) |
		(flow_is_blocked(&s->relay.flow[1]) ? STREAM_WRITE : 0));
}

/* Its hops serve one session less. */
static void
leave_path(struct session *s)
{
	if (s->path.n > 0)
		route_done(s->worker->health, &s->path);
	s->path.n = 0;
}

void
session_free(struct session *s)
{
	struct worker *w = s->worker;

	setup_free(s);
	deadline_stop(&s->deadline);
	relay_deinit(&s->relay, &w->pool);
	stream_close(&s->client);
	stream_close(&s->target);
	leave_path(s);
	verdict_release(s);
	TAILQ_REMOVE(&w->sessions, s, link);
	free(s);
	if (w->draining && TAILQ_EMPTY(&w->sessions))
		loop_stop(w->loop);
}

bool
session_is_idle(const struct session *s)
{
	return s->state == S_INBOUND ||
	    (s->state == S_SNIFF && s->between && s->setup == NULL);
}

/* Closing will then tell both sides that it did not end as it should. */
void
session_reset_on_close(struct session *s)
{
	stream_reset(&s->client);
	stream_reset(&s->target);
}

void
session_break(struct session *s)
{
	session_reset_on_close(s);
	session_free(s);
}

void
session_drop_target(struct session *s)
{
	struct flow *f = s->relay.flow;

	stream_close(&s->target);
	leave_path(s);
	flow_deinit(&f[0], &s->worker->pool);
	flow_init(&f[0], &s->client, &s->target);
	f[1].eof = f[1].bulk = false; /* what it holds is for the client */
}

ssize_t
session_fill(struct buf *in, struct stream *from, size_t max,
    const uint8_t *inline_mem)
{
	size_t room, cap;
	uint8_t *at = buf_tail(in, &room), *mem;
	ssize_t n;

	if (room == 0) {
		cap = in->cap * 4 < max ? in->cap * 4 : max;
		if (cap <= in->cap)
			return STREAM_ERROR;
		mem = malloc(cap);
		if (mem == NULL)
			return STREAM_ERROR;
		memcpy(mem, buf_head(in), buf_len(in));
		if (in->mem != inline_mem)
			free(in->mem);
		*in = (struct buf){ .mem = mem,
			.cap = cap,
			.tail = buf_len(in) };
		at = buf_tail(in, &room);
	}
	n = stream_read(from, at, room);
	if (n > 0)
		buf_grew(in, (size_t)n);
	return n;
}

void
session_target(struct session *s, int fd)
{
	stream_open(&s->target, s->worker->loop, fd, on_target_event);
}

bool
session_flush(struct session *s, struct flow *f)
{
	uint64_t none = 0;

	return flow_move(f, &s->worker->pool, &none, false) != FLOW_BROKEN;
}

static bool
say(struct session *s, const struct buf *out)
{
	return flow_send(&s->relay.flow[1], buf_head(out), buf_len(out));
}

/* In a tunnel the inbound has said all it has to say. */
static void
write_reply(const struct session *s, enum outcome why, struct buf *out)
{
	struct setup *u = s->setup;
	const struct page page = {
		.why = why,
		.head = u->http != NULL && u->http->x.head,
		.status = s->spec->proxy_status,
	};
	enum err e;

	if (u->http == NULL || !u->http->x.tunnelled) {
		inbound_reply(&u->inbound, why, out);
		return;
	}
	e = page_write(&page, out);
	assert(e == OK);
	(void)e;
}

enum state
session_fail(struct session *s, enum outcome why)
{
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf out = buf_on(mem, sizeof(mem));

	log_debug("request failed", "why", outcome_str(why), NULL);
	stream_close(&s->target);
	/* It was told otherwise: only a reset is true. */
	if (s->setup->answered) {
		session_reset_on_close(s);
		return S_DEAD;
	}
	write_reply(s, why, &out);
	return say(s, &out) ? session_hang_up(s) : S_DEAD;
}

enum state
session_hang_up(struct session *s)
{
	s->relay.flow[1].eof = false; /* tell_off() ends it */
	deadline_start(&s->worker->linger, &s->deadline);
	return S_CLOSING;
}

/* -- S_INBOUND ------------------------------------------------------------ */

static enum state
wait_for_client(struct session *s)
{
	struct setup *u = s->setup;

	/* A client that said nothing yet costs no more than its struct. */
	if (u->inbound.ops == NULL && buf_len(&u->in) == 0 && u->http == NULL)
		setup_free(s);
	else if (buf_len(&u->in) > 0 &&
	    s->deadline.class != &s->worker->handshake) /* the next request */
		deadline_start(&s->worker->handshake, &s->deadline);
	watch_client(s, true);
	return S_INBOUND;
}

static enum state
read_request(struct session *s)
{
	enum inbound_status st;
	uint8_t mem[INBOUND_OUT_MAX];
	struct setup *u;
	struct buf out;
	bool drained;
	ssize_t n;

	if (s->setup == NULL && !setup_new(s))
		return S_DEAD;
	u = s->setup;
	drained = http_awaits(s);
	for (;;) {
		out = buf_on(mem, sizeof(mem));
		st = inbound_step(&u->inbound, &u->in, &out);
		if (!say(s, &out))
			return S_DEAD;
		if (st == INBOUND_AUTH) {
			if (login_waits(s))
				return S_LOGIN;
			continue;
		}
		if (st != INBOUND_MORE)
			break;
		if (drained) /* asking again would find nothing */
			return wait_for_client(s);
		n = session_fill(&u->in, &s->client, INBOUND_IN_MAX, u->in_mem);
		if (n == STREAM_AGAIN)
			return wait_for_client(s);
		if (n <= 0)
			return S_DEAD;
		drained = u->in.tail < u->in.cap;
	}
	return st == INBOUND_READY ? S_VERDICT
				   : session_fail(s, u->inbound.why);
}

/* Somebody else has to move first. */
static enum state
wait(struct session *s)
{
	return s->state;
}

/* Meanwhile the client may talk on, or say that it has no more to say. */
bool
session_hear(struct session *s)
{
	struct setup *u = s->setup;
	size_t room;
	ssize_t n;

	buf_tail(&u->in, &room);
	if (room > 0 && !u->client_eof) {
		n = session_fill(&u->in, &s->client, 0, u->in_mem);
		if (n == STREAM_ERROR)
			return false;
		u->client_eof = n == STREAM_EOF;
		buf_tail(&u->in, &room);
	}
	watch_client(s, room > 0 && !u->client_eof);
	return true;
}

/* -- S_ANSWER, S_RELAY, S_CLOSING, S_DROPPED ------------------------------ */

bool
session_answer(struct session *s)
{
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf out = buf_on(mem, sizeof(mem));

	inbound_reply(&s->setup->inbound, OUTCOME_OK, &out);
	return say(s, &out);
}

static enum state
answer(struct session *s)
{
	struct setup *u = s->setup;

	if (u->inbound.request.kind == REQUEST_HTTP)
		return http_begin(s);
	/* What came too early follows: of the target, of the client. */
	if (!u->answered && !session_answer(s))
		return S_DEAD;
	u->answered = false; /* early: now it is true */
	if (s->spec->http_in_tunnel && !u->opaque)
		return sniff_begin(s);
	if (!say(s, &u->hop_in) ||
	    !flow_send(&s->relay.flow[0], buf_head(&u->in), buf_len(&u->in)))
		return S_DEAD;
	s->relay.flow[0].eof = u->client_eof;
	return S_RELAY;
}

void
session_touch(struct session *s)
{
	struct worker *w = s->worker;

	deadline_start(relay_half_closed(&s->relay) ? &w->half_closed
						    : &w->idle,
	    &s->deadline);
}

static void
relay_went(struct session *s, enum relay_status st)
{
	switch (st) {
	case RELAY_GOING:
		session_touch(s);
		break;
	case RELAY_DONE:
		session_free(s);
		break;
	case RELAY_BROKEN:
		session_break(s);
		break;
	}
}

/*
 * Closing with bytes unread would reset the connection, and the client could
 * lose the answer: read on until it closes.  False: it did, or it broke.
 */
static bool
discard(struct session *s)
{
	struct setup *u = s->setup;
	uint64_t some = DISCARD_MAX;
	uint8_t mem[4096];
	ssize_t n = u->client_eof ? STREAM_EOF : 1;

	while (n > 0 && some > sizeof(mem)) {
		n = stream_read(&s->client, mem, sizeof(mem));
		some -= n > 0 ? (uint64_t)n : 0;
	}
	u->client_eof |= n == STREAM_EOF;
	return n == STREAM_AGAIN;
}

static enum state
tell_off(struct session *s)
{
	struct flow *f = &s->relay.flow[1];
	bool more;

	if (!session_flush(s, f))
		return S_DEAD;
	if (!flow_is_blocked(f) && !f->eof) {
		f->eof = true;
		stream_shutdown(&s->client);
	}
	more = discard(s);
	if (!more && !(s->setup->client_eof && flow_is_blocked(f)))
		return S_DEAD;
	watch_client(s, more);
	return S_CLOSING;
}

/* Until it gives up, or the time to connect is over. */
static enum state
ignore(struct session *s)
{
	if (!discard(s))
		return S_DEAD;
	watch_client(s, true);
	return S_DROPPED;
}

/* -- driving -------------------------------------------------------------- */

static enum state (*const path[])(struct session *) = {
	[S_INBOUND] = read_request,
	[S_LOGIN] = wait,
	[S_VERDICT] = verdict_ask,
	[S_DIAL] = reach_dial,
	[S_CHAIN] = attempt_step,
	[S_ANSWER] = answer,
	[S_SNIFF] = sniff_run,
	[S_HTTP] = http_run,
	[S_DROPPED] = ignore,
	[S_CLOSING] = tell_off,
};

void
session_step(struct session *s)
{
	enum state next;

	while (s->state != S_DEAD && s->state != S_RELAY) {
		next = path[s->state](s);
		if (next == s->state)
			return;
		s->state = next;
	}
	if (s->state == S_DEAD) {
		session_free(s);
		return;
	}
	setup_free(s);
	s->relay.fed = false;
	relay_went(s, relay_start(&s->relay, &s->worker->pool));
}

static bool
hear_early(struct session *s)
{
	return session_hear(s) && (s->state != S_CHAIN || attempt_push(s));
}

static void
sniff_on(struct session *s, struct stream *stream, int events)
{
	s->state = sniff_event(s, stream, events);
	if (s->state != S_SNIFF)
		session_step(s);
}

static void
on_client_event(struct stream *stream, int events)
{
	struct session *s = container(stream, struct session, client);

	if (s->state == S_RELAY) {
		relay_went(s,
		    relay_event(&s->relay, &s->worker->pool, stream, events));
		return;
	}
	if (s->state == S_SNIFF) {
		sniff_on(s, stream, events);
		return;
	}
	if ((events & STREAM_WRITE) && !session_flush(s, &s->relay.flow[1]))
		session_free(s);
	else if (s->state == S_HTTP && (events & STREAM_READ) &&
	    !http_hear_client(s))
		session_break(s);
	else if (s->state != S_LOGIN && s->state != S_DIAL &&
	    s->state != S_CHAIN)
		session_step(s);
	else if (!hear_early(s))
		session_free(s);
}

static void
on_target_event(struct stream *stream, int events)
{
	struct session *s = container(stream, struct session, target);

	switch (s->state) {
	case S_RELAY:
		relay_went(s,
		    relay_event(&s->relay, &s->worker->pool, stream, events));
		break;
	case S_SNIFF:
		sniff_on(s, stream, events);
		break;
	case S_HTTP:
		if (events & STREAM_READ)
			http_heard_origin(s);
		session_step(s);
		break;
	case S_CHAIN:
		session_step(s);
		break;
	default: /* an origin between two requests: it closed */
		stream_close(stream);
		break;
	}
}

void
session_new(struct worker *w, const struct listen_spec *spec, int fd,
    const struct ip *peer)
{
	struct session *s = calloc(1, sizeof(*s));
	struct stream unwanted;

	if (s == NULL) {
		stream_open(&unwanted, w->loop, fd, NULL);
		stream_close(&unwanted);
		return;
	}
	s->worker = w;
	s->spec = spec;
	s->peer = *peer;
	stream_open(&s->client, w->loop, fd, on_client_event);
	relay_init(&s->relay, &s->client, &s->target);
	TAILQ_INSERT_TAIL(&w->sessions, s, link);
	deadline_start(&w->handshake, &s->deadline);
	session_step(s); /* clients speak first: often the bytes are there */
}
