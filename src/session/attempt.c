/*
 * attempt.c - through a chain: a spare circuit or a new one; another one when
 * that fails before anything of the client's went into it, or beside it when
 * it takes longer than circuits usually do.  The first that is ready wins.
 *
 * With `optimistic yes` a client that wants a tunnel is told at once that it
 * has one.  What it says is sent behind the request where the last hop takes
 * that, and from then on there is no other try; a failure resets the client.
 */
#include "base/log.h"

#include "session.h"

static void
on_circuit(struct circuit *c)
{
	session_step(c->owner);
}

/* Somebody else could do it. */
static bool
has_others(const struct route *r)
{
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (r->step[i].pool != NULL)
			return true;
	return r->dynamic || r->otherwise != NULL;
}

/* What to do about it; hops have names of the configuration, not addresses. */
static void
blame(struct session *s, const struct circuit *c)
{
	const char *name = c->hops[c->at]->name, *why = outcome_str(c->cause);
	bool slow = c->cause == OUTCOME_TIMEOUT;

	s->setup->inbound.blame.hop = c->at + 1;
	s->setup->inbound.blame.cause = c->cause;
	if (has_others(s->setup->way.route)) {
		log_info("hop is down", "hop", name, "why", why, NULL);
		return;
	}
	if (!log_may(&s->worker->warned))
		return;
	log_warn(slow ? "chain is too slow" : "chain is down", "hop", name,
	    "why", why, "do",
	    c->cause == OUTCOME_HOP_AUTH
		? "check the user and password of this hop"
		: slow ? "check this hop, or raise `timeout { connect }`"
		: c->reached && c->at + 1 < c->path.n
		? "check that this hop and the one behind it run"
		: "check that this hop runs and its address is right",
	    NULL);
}

static void
nobody_is_up(struct session *s, const struct path *path)
{
	if (has_others(s->setup->way.route) && log_may(&s->worker->warned))
		log_warn("no way out", "through", path->lacks, "do",
		    "see what is wrong with: bautactl chain, bautactl pool",
		    NULL);
}

/* One more, by what is up and was not tried; false: there is none. */
static bool
begin(struct session *s, const struct route_tried *tried)
{
	struct worker *w = s->worker;
	struct setup *u = s->setup;
	struct circuit **slot = &u->circuit[u->circuit[0] != NULL];
	struct path path;
	struct circuit_plan plan = { .way = &u->way,
		.path = &path,
		.target = &u->inbound.request.target,
		.told = on_circuit,
		.owner = s };

	if (route_pick(w->health, u->way.route, &u->way.identity, tried,
		loop_now(w->loop), &path) != ROUTE_FOUND) {
		nobody_is_up(s, &path);
		return false;
	}
	/* Then it is not waited for until the end. */
	if (has_others(u->way.route))
		plan.limit = &w->attempt;
	*slot = circuit_open(w, &plan);
	if (*slot == NULL)
		u->why = OUTCOME_OVERLOADED;
	return *slot != NULL;
}

/* The first one is slow: another one beside it, by other members. */
static void
on_hedge(struct timer *t)
{
	struct setup *u = (struct setup *)(void *)((char *)t -
	    offsetof(struct setup, hedge));
	struct session *s = u->session;
	const struct circuit *c = u->circuit[0];
	struct route_tried tried = u->tried;
	unsigned i;

	if (s->state != S_CHAIN || c == NULL || u->circuit[1] != NULL ||
	    u->sent)
		return;
	for (i = 0; i < c->path.n; i++)
		route_avoid(&tried, &c->path, i);
	if (begin(s, &tried))
		session_step(s);
}

static void
hedge(struct session *s)
{
	uint64_t ms = route_hedge_ms(s->worker->health, s->setup->way.route);

	if (ms > 0)
		timer_start(s->worker->loop, &s->setup->hedge, ms);
}

/* false: the client is gone. */
static bool
answer_early(struct session *s)
{
	struct setup *u = s->setup;

	u->answered = u->way.route->optimistic &&
	    u->inbound.request.kind == REQUEST_TUNNEL;
	return !u->answered || session_answer(s);
}

enum state
attempt_begin(struct session *s)
{
	struct setup *u = s->setup;
	struct circuit *spare = spares_take(s->worker, &u->way);

	u->why = OUTCOME_OK;
	u->tried = (struct route_tried){ 0 };
	timer_init(&u->hedge, on_hedge);
	if (spare != NULL) {
		u->circuit[0] = spare;
		circuit_aim(spare, on_circuit, s, &u->inbound.request.target);
		if (spare->status == CIRCUIT_WAITS &&
		    has_others(u->way.route))
			deadline_start(&s->worker->attempt, &spare->deadline);
	}
	hedge(s);
	return answer_early(s) ? S_CHAIN : S_DEAD;
}

/* false: what it said is the answer, or it is too late for another one. */
static bool
lost(struct session *s, struct circuit **slot)
{
	struct setup *u = s->setup;
	struct circuit *c = *slot;
	bool more = c->fault && !u->sent;
	/* Of a hop: it tired of waiting, or it was told too much at once. */
	bool again = more &&
	    (c->doubt || (c->spare && c->why != OUTCOME_TIMEOUT));

	if (!again)
		u->why = c->why;
	if (c->fault && !again) {
		blame(s, c);
		more = route_avoid(&u->tried, &c->path, c->at) && more;
	}
	*slot = NULL;
	circuit_close(c);
	return more;
}

static enum state
won(struct session *s, struct circuit **slot)
{
	struct setup *u = s->setup;
	struct circuit *c = *slot, *other = u->circuit[slot == u->circuit];
	struct worker *w = s->worker;
	int fd;

	route_took(w->health, &c->path, loop_now(w->loop) - c->began);
	if (other != NULL && other->began < c->began)
		circuit_beaten(other, &c->path);
	fd = circuit_take(c, &s->path, &u->hop_in, &s->relay.flow[0]);
	*slot = NULL;
	attempt_end(u);
	session_target(s, fd);
	spares_used(w, &u->way);
	return S_ANSWER;
}

enum state
attempt_step(struct session *s)
{
	struct setup *u = s->setup;
	struct circuit **slot;

	do {
		for (slot = u->circuit; slot < u->circuit + 2; slot++) {
			if (*slot == NULL)
				continue;
			if ((*slot)->status == CIRCUIT_READY)
				return won(s, slot);
			if ((*slot)->status == CIRCUIT_FAILED &&
			    !lost(s, slot))
				return session_fail(s, u->why);
		}
		if (u->circuit[0] != NULL || u->circuit[1] != NULL)
			return attempt_push(s) ? S_CHAIN : S_DEAD;
	} while (begin(s, &u->tried));
	return session_fail(s,
	    u->why != OUTCOME_OK ? u->why : OUTCOME_HOP_FAILED);
}

/* What was sent would be sent twice if there were two. */
static void
keep_only(struct setup *u, struct circuit *c)
{
	unsigned i;

	timer_stop(u->session->worker->loop, &u->hedge);
	for (i = 0; i < 2; i++) {
		if (u->circuit[i] == c)
			continue;
		circuit_close(u->circuit[i]);
		u->circuit[i] = NULL;
	}
}

bool
attempt_push(struct session *s)
{
	struct setup *u = s->setup;
	struct circuit *c;
	struct buf out;
	unsigned i;

	if (!u->answered || buf_len(&u->in) == 0)
		return true;
	for (i = 0; i < 2; i++) {
		c = u->circuit[i];
		if (c == NULL || !circuit_takes_early(c))
			continue;
		if (!sniff_early(s, &out))
			return false;
		if (buf_len(&out) == 0)
			return true;
		keep_only(u, c);
		u->sent = true;
		return circuit_send(c, buf_head(&out), buf_len(&out)) &&
		    session_hear(s);
	}
	return true;
}

enum state
attempt_expired(struct session *s)
{
	struct setup *u = s->setup;
	struct circuit *c =
	    u->circuit[0] != NULL ? u->circuit[0] : u->circuit[1];

	if (c != NULL) {
		circuit_give_up(c);
		blame(s, c);
	}
	return session_fail(s, OUTCOME_TIMEOUT);
}

void
attempt_end(struct setup *u)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		circuit_close(u->circuit[i]);
		u->circuit[i] = NULL;
	}
	if (u->hedge.fn != NULL)
		timer_stop(u->session->worker->loop, &u->hedge);
}
