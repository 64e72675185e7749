/* expiry.c - the deadlines of a session, and what happens when one passes. */
#include "session.h"

#define LINGER_MS 2000

static struct session *
owner(struct deadline *d)
{
	return (struct session *)(void *)((char *)d -
	    offsetof(struct session, deadline));
}

/* It has not said what it wants: there is nothing to answer. */
static void
on_handshake_over(struct deadline *d)
{
	session_free(owner(d));
}

static void
on_connect_over(struct deadline *d)
{
	struct session *s = owner(d);

	if (s->state == S_DROPPED) {
		session_break(s);
		return;
	}
	s->state = reach_expired(s);
	session_step(s);
}

static void
on_idle_over(struct deadline *d)
{
	struct session *s = owner(d);

	if (session_is_idle(s)) { /* between two requests: no harm done */
		session_free(s);
	} else if (s->state == S_HTTP && !s->setup->http->x.begun) {
		s->state = session_fail(s, OUTCOME_TIMEOUT);
		session_step(s);
	} else
		session_break(s);
}

static void
on_linger_over(struct deadline *d)
{
	session_free(owner(d));
}

void
expiry_init(struct worker *w)
{
	const struct settings *t = &w->snapshot->settings;

	deadlines_init(&w->handshake, w->loop, t->handshake_ms,
	    on_handshake_over);
	deadlines_init(&w->connect, w->loop, t->connect_ms, on_connect_over);
	deadlines_init(&w->attempt, w->loop, t->attempt_ms, circuit_expired);
	spares_init(w);
	deadlines_init(&w->idle, w->loop, t->idle_ms, on_idle_over);
	deadlines_init(&w->half_closed, w->loop, t->half_closed_ms,
	    on_idle_over);
	deadlines_init(&w->linger, w->loop, LINGER_MS, on_linger_over);
}

void
expiry_deinit(struct worker *w)
{
	deadlines_deinit(&w->handshake);
	deadlines_deinit(&w->connect);
	spares_deinit(w);
	deadlines_deinit(&w->attempt);
	deadlines_deinit(&w->idle);
	deadlines_deinit(&w->half_closed);
	deadlines_deinit(&w->linger);
}
