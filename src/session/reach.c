/*
 * reach.c - the connection out: to the target, or to the first hop and through
 * each to the next.  Nothing else in session/ opens one.
 */
#include <stdlib.h>

#include "base/log.h"

#include "session.h"

#define HOP_BURST 8192 /* what all hops together may say at once */

static struct setup *
setup_of(struct dial *d)
{
	char *mem = (char *)d - offsetof(struct setup, dial);

	return (struct setup *)(void *)mem;
}

/* A connection to ourselves would only come back in: a loop. */
static bool
is_own(const struct snapshot *c, const struct ip *ip, uint16_t port)
{
	struct ip at;
	size_t i;

	for (i = 0; i < c->nlisteners; i++) {
		if (c->listeners[i].addr.port != port ||
		    !endpoint_ip(&c->listeners[i].addr, &at))
			continue;
		if (ip_same(&at, ip) || (ip_is_any(&at) && ip_is_loopback(ip)))
			return true;
	}
	return false;
}

static bool
permit(struct dial *d, const struct ip *ip, uint16_t port)
{
	struct setup *u = setup_of(d);
	const struct snapshot *c = u->session->worker->snapshot;

	if (is_own(c, ip, port))
		return false;
	return !u->route->direct ||
	    rules_permit_ip(c->rules, &u->inbound.request, ip);
}

static enum outcome
dial_outcome(enum dial_result r)
{
	static const enum outcome map[] = {
		[DIAL_OK] = OUTCOME_OK,
		[DIAL_DENIED] = OUTCOME_DENIED,
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

size_t
reach_blame(struct session *s, enum outcome cause)
{
	struct setup *u = s->setup;
	size_t at = u->chain != NULL ? chain_at(u->chain) : 0;

	u->inbound.blame.hop = (unsigned)at + 1;
	u->inbound.blame.cause = cause;
	return at;
}

static void
blame_hop(struct session *s, enum outcome why)
{
	struct setup *u = s->setup;
	size_t at = reach_blame(s, why);
	bool reached = stream_is_open(&s->target); /* it, or the one before */

	if (!log_may(&s->worker->warned))
		return;
	log_warn("chain is down", "hop", u->hops[at]->name, "why",
	    outcome_str(why), "do",
	    why == OUTCOME_HOP_AUTH ? "check the user and password of this hop"
		: reached && at + 1 < u->route->n
		? "check that this hop and the one behind it run"
		: "check that this hop runs and its address is right",
	    NULL);
}

/* Only a direct route lets the target's own reasons be told. */
static enum state
dial_failed(struct session *s, enum dial_result r)
{
	if (s->setup->route->direct || r == DIAL_NO_RESOURCES)
		return session_fail(s, dial_outcome(r));
	blame_hop(s, dial_outcome(r));
	return session_fail(s, OUTCOME_HOP_FAILED);
}

static enum state
dialled(struct session *s, int fd)
{
	session_target(s, fd);
	return s->setup->route->direct ? S_ANSWER : S_CHAIN;
}

static void
on_dialled(struct dial *d, enum dial_result r, int fd)
{
	struct session *s = setup_of(d)->session;

	s->state = r == DIAL_OK ? dialled(s, fd) : dial_failed(s, r);
	session_step(s);
}

static bool
open_chain(struct setup *u, const struct snapshot *c)
{
	size_t i;

	for (i = 0; i < u->route->n; i++)
		u->hops[i] = &c->hops[u->route->hop[i]];
	chain_close(u->chain);
	u->chain = chain_open(u->hops, u->route->n, &u->inbound.request.target);
	if (u->hop_in.mem == NULL)
		u->hop_in = buf_on(malloc(HOP_IN_MAX), HOP_IN_MAX);
	buf_consume(&u->hop_in, buf_len(&u->hop_in));
	return u->chain != NULL && u->hop_in.mem != NULL;
}

enum state
reach_dial(struct session *s)
{
	struct worker *w = s->worker;
	struct setup *u = s->setup;
	const struct endpoint *to = &u->inbound.request.target;
	int fd;

	u->inbound.blame.hop = 0;
	if (!u->route->direct) {
		if (!open_chain(u, w->snapshot))
			return session_fail(s, OUTCOME_OVERLOADED);
		to = &u->hops[0]->addr;
	}
	deadline_start(&w->connect, &s->deadline);
	u->dial.permit = permit;
	u->dial.done = on_dialled;
	fd = dial_start(&u->dial, w->loop, w->resolver, to);
	return fd >= 0 ? dialled(s, fd) : S_DIAL;
}

static void
watch_hop(struct session *s)
{
	bool blocked = flow_is_blocked(&s->relay.flow[0]);

	stream_watch(&s->target, STREAM_READ | (blocked ? STREAM_WRITE : 0));
}

enum state
reach_chain(struct session *s)
{
	struct setup *u = s->setup;
	uint8_t mem[HOP_BURST];
	struct buf out;
	enum outcome why;
	enum hop_status st;
	bool drained = false;
	ssize_t n;

	for (;;) {
		out = buf_on(mem, sizeof(mem));
		st = chain_step(u->chain, &u->hop_in, &out, &why);
		if (!session_flush(s, &s->relay.flow[0]) ||
		    !flow_send(&s->relay.flow[0], buf_head(&out),
			buf_len(&out)))
			st = HOP_FAILED, why = OUTCOME_HOP_FAILED;
		if (st != HOP_MORE)
			break;
		n = drained ? STREAM_AGAIN
			    : session_fill(&u->hop_in, &s->target, 0, NULL);
		if (n == STREAM_AGAIN) {
			watch_hop(s);
			return S_CHAIN;
		}
		if (n <= 0) { /* gone, or it answers without end */
			st = HOP_FAILED, why = OUTCOME_HOP_FAILED;
			break;
		}
		drained = u->hop_in.tail < u->hop_in.cap;
	}
	if (st == HOP_READY)
		return S_ANSWER;
	if (why == OUTCOME_HOP_FAILED || why == OUTCOME_HOP_AUTH)
		blame_hop(s, why);
	return session_fail(s, why);
}
