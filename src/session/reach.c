/*
 * reach.c - the way out: straight to the target when a rule said `direct`, else
 * through a circuit.  Only this file and circuit.c, which dials the first hop,
 * open a connection.
 */
#include "base/log.h"

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

/* -- through a circuit ---------------------------------------------------- */

static void
blame(struct session *s, const struct circuit *c)
{
	bool slow = c->cause == OUTCOME_TIMEOUT;

	if (c->path.n == 0) {
		if (log_may(&s->worker->warned))
			log_warn("nobody is up", "in", c->path.lacks, "do",
			    "check that the proxies of this pool or chain run",
			    NULL);
		return;
	}
	s->setup->inbound.blame.hop = c->at + 1;
	s->setup->inbound.blame.cause = c->cause;
	if (!log_may(&s->worker->warned))
		return;
	log_warn(slow ? "chain is too slow" : "chain is down", "hop",
	    c->hops[c->at]->name, "why", outcome_str(c->cause), "do",
	    c->cause == OUTCOME_HOP_AUTH
		? "check the user and password of this hop"
		: slow ? "check this hop, or raise `timeout { connect }`"
		: c->reached && c->at + 1 < c->path.n
		? "check that this hop and the one behind it run"
		: "check that this hop runs and its address is right",
	    NULL);
}

static void
on_circuit(struct circuit *c)
{
	session_step(c->owner);
}

static enum state
open_circuit(struct session *s, struct circuit *spare)
{
	struct setup *u = s->setup;
	const struct endpoint *to = &u->inbound.request.target;

	u->circuit = spare;
	if (spare != NULL)
		circuit_aim(spare, on_circuit, s, to);
	else
		u->circuit = circuit_open(s->worker, &u->way, to, on_circuit, s);
	return u->circuit != NULL ? S_CHAIN
				  : session_fail(s, OUTCOME_OVERLOADED);
}

static enum state
circuit_failed(struct session *s)
{
	struct circuit *c = s->setup->circuit;
	enum outcome why = c->why;
	/* A hop may be tired of waiting: what it says of that is no news. */
	bool stale = c->spare && c->fault && why != OUTCOME_TIMEOUT;

	if (c->fault && !stale)
		blame(s, c);
	circuit_close(c);
	s->setup->circuit = NULL;
	return stale ? open_circuit(s, NULL) : session_fail(s, why);
}

enum state
reach_chain(struct session *s)
{
	struct setup *u = s->setup;
	int fd;

	switch (u->circuit->status) {
	case CIRCUIT_READY:
		fd = circuit_take(u->circuit, &u->hop_in, &s->relay.flow[0]);
		u->circuit = NULL;
		session_target(s, fd);
		spares_used(s->worker, &u->way);
		return S_ANSWER;
	case CIRCUIT_FAILED:
		return circuit_failed(s);
	default:
		return S_CHAIN;
	}
}

enum state
reach_dial(struct session *s)
{
	struct setup *u = s->setup;

	u->inbound.blame.hop = 0;
	deadline_start(&s->worker->connect, &s->deadline);
	return u->way.route->direct ? dial_target(s)
				: open_circuit(s, spares_take(s->worker, &u->way));
}

/* It took too long altogether. */
enum state
reach_expired(struct session *s)
{
	struct setup *u = s->setup;

	dial_cancel(&u->dial);
	if (u->circuit == NULL)
		return session_fail(s, OUTCOME_TIMEOUT);
	circuit_give_up(u->circuit);
	return circuit_failed(s);
}
