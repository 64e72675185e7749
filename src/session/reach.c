/*
 * reach.c - the way out: straight to the target when a rule said `direct`, else
 * through a circuit (attempt.c).  Only this file and circuit.c, which dials the
 * first hop, open a connection.
 */
#include "session.h"

static struct setup *
setup_of(struct dial *d)
{
	char *mem = (char *)d - offsetof(struct setup, dial);

	return (struct setup *)(void *)mem;
}

static bool
permit(struct dial *d, const struct ip *ip, uint16_t port)
{
	return verdict_permits(setup_of(d)->session, ip, port);
}

enum outcome
reach_outcome(enum dial_result r)
{
	static const enum outcome map[] = {
		[DIAL_OK] = OUTCOME_OK,
		[DIAL_DENIED] = OUTCOME_DENIED,
		[DIAL_NO_SOURCE] = OUTCOME_NET_UNREACHABLE,
		[DIAL_REFUSED] = OUTCOME_REFUSED,
		[DIAL_HOST_UNREACHABLE] = OUTCOME_HOST_UNREACHABLE,
		[DIAL_NET_UNREACHABLE] = OUTCOME_NET_UNREACHABLE,
		[DIAL_TIMEOUT] = OUTCOME_TIMEOUT,
		[DIAL_NO_NAME] = OUTCOME_NO_NAME,
		[DIAL_NAME_FAILED] = OUTCOME_NAME_FAILED,
		[DIAL_NO_RESOURCES] = OUTCOME_OVERLOADED,
		[DIAL_FAILED] = OUTCOME_HOST_UNREACHABLE,
	};

	return map[r];
}

/* -- direct --------------------------------------------------------------- */

static enum state
dialled(struct session *s, int fd)
{
	session_target(s, fd);
	return S_ANSWER;
}

static void
on_dialled(struct dial *d, enum dial_result r, int fd)
{
	struct session *s = setup_of(d)->session;

	s->state = r == DIAL_OK ? dialled(s, fd)
				: session_fail(s, reach_outcome(r));
	session_step(s);
}

static enum state
dial_target(struct session *s)
{
	struct worker *w = s->worker;
	struct setup *u = s->setup;
	int fd;

	u->dial.permit = permit;
	u->dial.done = on_dialled;
	u->dial.source = &u->source;
	u->dial.identity = u->way.identity.key;
	fd = dial_start(&u->dial, w->loop, w->resolver,
	    &u->inbound.request.target);
	return fd >= 0 ? dialled(s, fd) : S_DIAL;
}

/* -- either way ----------------------------------------------------------- */

enum state
reach_dial(struct session *s)
{
	struct setup *u = s->setup;

	u->inbound.blame.hop = 0;
	deadline_start(&s->worker->connect, &s->deadline);
	return u->way.route->direct ? dial_target(s) : attempt_begin(s);
}

enum state
reach_expired(struct session *s)
{
	dial_cancel(&s->setup->dial);
	return s->setup->way.route->direct ? session_fail(s, OUTCOME_TIMEOUT)
					   : attempt_expired(s);
}
