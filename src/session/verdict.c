/*
 * verdict.c - what the rules say about a request, and again about each address
 * its name resolved to.
 */
#include "base/log.h"

#include "session.h"

static const char *
said(const struct verdict *v)
{
	return v->is_private ? "private" : "by rule";
}

/* Silence tells least: a target that does not answer is silent as well. */
static enum state
drop(struct session *s)
{
	deadline_start(&s->worker->connect, &s->deadline);
	return S_DROPPED;
}

/* Where what v is about leaves from; all 0 when v does not say. */
static struct source
source_of(struct session *s, const struct verdict *v)
{
	struct source out = { .mark = 0 };
	struct ip at = s->peer; /* a family, at least */
	uint16_t port;

	if (v->source == NULL)
		return out;
	local_end(s->client.io.fd, &at, &port);
	source_choose(&out, v->source, &s->worker->snapshot->identity_key,
	    &s->setup->way.identity, &at);
	return out;
}

static const struct route *
route_of(const struct snapshot *c, const struct verdict *v)
{
	static const struct route direct = { .direct = true };
	const struct route *r = NULL;

	if (v->action == VERDICT_DIRECT)
		return &direct;
	if (v->action == VERDICT_CHAIN)
		r = routes_find(c->routes, v->chain);
	return r != NULL && r->n > 0 ? r : NULL;
}

/* After `new-identity` everybody is somebody else; nobody stays nobody. */
static void
renew(struct identity *id, uint32_t epoch)
{
	unsigned i;

	for (i = 0; i < 4 && !identity_is_zero(id); i++)
		id->key[i] ^= (uint8_t)(epoch >> 8 * i);
}

void
verdict_release(struct session *s)
{
	if (s->counted != NULL)
		atomic_fetch_sub(s->counted, 1);
	s->counted = NULL;
}

/* One more of this rule; false: there are as many as it lets through. */
static bool
count(struct session *s, const struct verdict *v)
{
	verdict_release(s); /* another rule's, of the request before */
	if (v->open == NULL)
		return true;
	if (atomic_fetch_add(v->open, 1) >= v->limit) {
		atomic_fetch_sub(v->open, 1);
		return false;
	}
	s->counted = v->open;
	return true;
}

enum state
verdict_ask(struct session *s)
{
	const struct snapshot *c = s->worker->snapshot;
	struct setup *u = s->setup;
	struct request *q = &u->inbound.request;
	struct verdict *v = &u->verdict;

	q->client = s->peer;
	q->listener = &s->spec->name;
	q->private_ok = s->spec->private_ok;
	*v = rules_ask(c->rules, q);
	if (v->action == VERDICT_DROP)
		return drop(s);
	u->way.route = route_of(c, v);
	if (u->way.route == NULL) {
		log_debug("request denied", "why", said(v), NULL);
		return session_fail(s, OUTCOME_DENIED);
	}
	if (!count(s, v)) {
		log_debug("request denied", "why", "limit of the rule", NULL);
		return session_fail(s, OUTCOME_OVERLOADED);
	}
	u->way.identity = identity_of(&c->identity_key, v->isolate, q);
	renew(&u->way.identity, s->worker->epoch);
	u->way.source = source_of(s, v);
	if (http_may_reuse(s))
		return S_ANSWER;
	session_drop_target(s);
	return S_DIAL;
}

/* One that listens on all addresses is reached by any of this machine. */
bool
verdict_is_own(struct worker *w, const struct ip *ip, uint16_t port)
{
	const struct endpoint *e;
	struct ip at;
	size_t i;

	for (i = 0; i < w->snapshot->nlisteners; i++) {
		e = &w->at[i];
		if (e->port != port || !endpoint_ip(e, &at))
			continue;
		if (ip_same(&at, ip) ||
		    (ip_is_any(&at) && at.type == ip->type &&
			local_has(&w->local, ip)))
			return true;
	}
	return false;
}

/*
 * What the address leads to may be another rule than the name did, with
 * another source.  A leak test marks what goes direct, whatever rules say.
 */
bool
verdict_permits(struct session *s, const struct ip *ip, uint16_t port)
{
	struct worker *w = s->worker;
	struct setup *u = s->setup;
	struct verdict v;

	if (verdict_is_own(w, ip, port) || !u->way.route->direct)
		return false;
	v = rules_ask_ip(w->snapshot->rules, &u->inbound.request, ip);
	if (v.action != VERDICT_DIRECT ||
	    (!v.private_ok && local_has(&w->local, ip)))
		return false;
	u->source = source_is_any(&w->snapshot->direct) ? source_of(s, &v)
							: w->snapshot->direct;
	return true;
}
