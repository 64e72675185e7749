/* circuit.c - dial the first hop, then let the hops shake hands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define container(p, type, member) \
	((type *)(void *)((char *)(p)-offsetof(type, member)))

bool
way_same(const struct way *a, const struct way *b)
{
	return a->route == b->route &&
	    memcmp(&a->identity, &b->identity, sizeof(a->identity)) == 0 &&
	    source_same(&a->source, &b->source);
}

static uint64_t
now_of(const struct circuit *c)
{
	return loop_now(c->worker->loop);
}

/* Hops before this one did their work. */
static void
report_up(struct circuit *c, unsigned before)
{
	uint64_t now = now_of(c);

	for (; c->up < before; c->up++) {
		route_up(c->worker->health, &c->path, c->up, now - c->step,
		    now);
		c->step = now;
	}
}

/* It is the target that does not answer, or this hop does not say so. */
static bool
target_is_silent(const struct circuit *c)
{
	return c->cause == OUTCOME_TIMEOUT && c->aimed &&
	    c->at + 1 == c->path.n && chain_asked(c->chain);
}

bool
circuit_missed(const struct circuit *c)
{
	return c->status == CIRCUIT_FAILED && c->why != OUTCOME_OVERLOADED &&
	    !c->doubt && (!c->fault || target_is_silent(c));
}

/* Nothing in `cause` is the target's fault or ours: a hop's, which one? */
static void
report_down(struct circuit *c)
{
	report_up(c, c->at);
	/* Nor is one down that was ready and tired of waiting. */
	if (c->prepared == 0 && !target_is_silent(c))
		route_down(c->worker->health, &c->path, c->at, c->cause,
		    now_of(c));
}

/* These hops, bits by place, took all at once, or did not. */
static void
learn(struct circuit *c, unsigned hops, bool yes)
{
	unsigned k;

	for (k = 0; k < c->path.n; k++)
		if ((hops & 1u << k) != 0)
			early_learn(c->worker, c->path.hop[k], c->hops[k], yes);
}

static enum circuit_status
failed(struct circuit *c, enum outcome why, enum outcome cause, bool fault)
{
	unsigned suspects;

	deadline_stop(&c->deadline);
	stream_close(&c->stream);
	c->why = why;
	c->cause = cause;
	c->fault = fault;
	/* One that says that the next does not answer did its own part. */
	c->at = (unsigned)chain_at(c->chain) + chain_next_is_down(c->chain);
	suspects = fault && c->prepared == 0 ? chain_suspects(c->chain) : 0;
	learn(c, suspects, false);
	c->doubt = suspects != 0;
	if (fault && !c->doubt)
		report_down(c);
	else if (!fault && why != OUTCOME_OVERLOADED)
		report_up(c, c->path.n); /* the target's own trouble */
	c->status = CIRCUIT_FAILED;
	return c->status;
}

static enum circuit_status
hop_failed(struct circuit *c)
{
	return failed(c, OUTCOME_HOP_FAILED, OUTCOME_HOP_FAILED, true);
}

static enum circuit_status
settled(struct circuit *c)
{
	deadline_stop(&c->deadline);
	report_up(c, c->path.n);
	learn(c, c->early, true);
	if (c->aimed) {
		stream_watch(&c->stream, 0);
		return c->status = CIRCUIT_READY;
	}
	if (buf_len(&c->in) > 0) /* an answer before the question */
		return hop_failed(c);
	c->prepared = now_of(c);
	/* It may have to wait for long: without a buffer. */
	free(c->in.mem);
	c->in = buf_on(NULL, 0);
	stream_watch(&c->stream, STREAM_READ);
	return c->status = CIRCUIT_PREPARED;
}

static void
watch(struct circuit *c)
{
	bool blocked = flow_is_blocked(&c->out);

	stream_watch(&c->stream, STREAM_READ | (blocked ? STREAM_WRITE : 0));
}

static bool
flush(struct circuit *c)
{
	uint64_t none = 0;

	return flow_move(&c->out, &c->worker->pool, &none, false) !=
	    FLOW_BROKEN;
}

/* The hops go on with what there is. */
static enum circuit_status
shake_hands(struct circuit *c)
{
	uint8_t mem[CHAIN_OUT_MAX];
	struct buf out;
	enum outcome why = OUTCOME_HOP_FAILED;
	enum hop_status st;
	bool drained = false;
	ssize_t n;

	for (;;) {
		out = buf_on(mem, sizeof(mem));
		st = chain_step(c->chain, &c->in, &out, &why);
		if (!flush(c) ||
		    !flow_send(&c->out, buf_head(&out), buf_len(&out)))
			return hop_failed(c);
		if (st == HOP_FAILED)
			return failed(c, why, why,
			    why == OUTCOME_HOP_FAILED ||
				why == OUTCOME_HOP_AUTH);
		if (st == HOP_READY)
			return settled(c);
		report_up(c, (unsigned)chain_at(c->chain));
		n = drained ? STREAM_AGAIN
			    : session_fill(&c->in, &c->stream, 0, NULL);
		if (n == STREAM_AGAIN) {
			watch(c);
			return CIRCUIT_WAITS;
		}
		if (n <= 0) /* gone, or it answers without end */
			return hop_failed(c);
		drained = c->in.tail < c->in.cap;
	}
}

static void
tell(struct circuit *c, enum circuit_status now)
{
	if (now != CIRCUIT_WAITS)
		c->told(c);
}

static void
on_event(struct stream *stream, int events)
{
	struct circuit *c = container(stream, struct circuit, stream);

	(void)events;
	if (c->status == CIRCUIT_PREPARED) /* it closed, or speaks unasked */
		tell(c, hop_failed(c));
	else
		tell(c, shake_hands(c));
}

static enum circuit_status
dialled(struct circuit *c, int fd)
{
	c->reached = true;
	stream_open(&c->stream, c->worker->loop, fd, on_event);
	return shake_hands(c);
}

/* What keeps us from the first hop is nothing about the target. */
static void
on_dialled(struct dial *d, enum dial_result r, int fd)
{
	struct circuit *c = container(d, struct circuit, dial);

	if (r == DIAL_OK) {
		tell(c, dialled(c, fd));
		return;
	}
	failed(c, r == DIAL_NO_RESOURCES ? OUTCOME_OVERLOADED
					 : OUTCOME_HOP_FAILED,
	    reach_outcome(r), r != DIAL_NO_RESOURCES);
	c->told(c);
}

static bool
permit(struct dial *d, const struct ip *ip, uint16_t port)
{
	const struct circuit *c = container(d, struct circuit, dial);

	return !verdict_is_own(c->worker, ip, port);
}

/* A member that DNS named: as its pool says, and where DNS says. */
static struct hop_spec *
srv_spec(const struct circuit *c, unsigned hop, const struct endpoint *at)
{
	const struct pool *pool = routes_srv_of(c->worker->snapshot->routes,
	    hop);
	struct hop_spec *spec = calloc(1, sizeof(*spec));

	if (spec == NULL)
		return NULL;
	spec->ops = hop_kind(pool->srv.scheme);
	spec->addr = *at;
	snprintf(spec->name, sizeof(spec->name), "%s", pool->name);
	return spec;
}

static bool
find_hops(struct circuit *c)
{
	const struct endpoint *at;
	unsigned i;

	for (i = 0; i < c->path.n; i++) {
		at = route_hop_addr(c->worker->health, c->path.hop[i]);
		if (at == NULL) {
			c->hops[i] =
			    &c->worker->snapshot->hops[c->path.hop[i]];
			continue;
		}
		c->hops[i] = c->own[i] = srv_spec(c, c->path.hop[i], at);
		if (c->own[i] == NULL)
			return false;
	}
	return true;
}

/*
 * Who is told all at once; true: of one of them it is not certain.  Of the last
 * hop of a circuit without a target there is nothing to find out: it would have
 * to be asked for something.
 */
static bool
be_early(struct circuit *c, bool trial)
{
	struct worker *w = c->worker;
	bool uncertain = false, yes;
	unsigned k, hop;

	for (k = 0; k < c->path.n; k++) {
		hop = c->path.hop[k];
		yes = early_may(w, hop, c->hops[k]);
		if (trial && !uncertain && k + 1 < c->path.n &&
		    early_unknown(w, hop, c->hops[k]))
			yes = true;
		uncertain |= yes && !early_certain(w, hop);
		chain_pipeline(c->chain, k, yes);
		c->early |= (unsigned)yes << k;
	}
	return uncertain;
}

/* Logins at tor end with an epoch, also that of nobody. */
static bool
isolate(struct circuit *c, const struct way *way)
{
	struct identity who = { .key = { 0 } };
	unsigned i;

	if (way != NULL)
		who = way->identity;
	for (i = 0; i < 4; i++)
		who.key[4 + i] ^= (uint8_t)(c->worker->epoch >> 8 * i);
	return chain_isolate(c->chain, c->worker->snapshot->identity_key.b,
	    &who);
}

static bool
init(struct circuit *c, const struct way *way)
{
	flow_init(&c->out, NULL, &c->stream);
	if (!find_hops(c))
		return false;
	c->chain = chain_open(c->hops, c->path.n,
	    c->aimed ? &c->target : NULL);
	c->in = buf_on(malloc(HOP_IN_MAX), HOP_IN_MAX);
	return c->chain != NULL && c->in.mem != NULL &&
	    isolate(c, way);
}

struct circuit *
circuit_open(struct worker *w, const struct circuit_plan *plan)
{
	struct circuit *c = calloc(1, sizeof(*c));
	struct path path = *plan->path;
	struct deadlines *limit;
	int fd;

	if (c == NULL) {
		route_done(w->health, &path);
		return NULL;
	}
	c->worker = w;
	c->told = plan->told;
	c->owner = plan->owner;
	c->trial = plan->trial;
	c->path = path;
	c->aimed = plan->target != NULL;
	if (c->aimed)
		c->target = *plan->target;
	if (!init(c, plan->way)) {
		circuit_close(c);
		return NULL;
	}
	c->began = c->step = loop_now(w->loop);
	limit = plan->limit;
	if (be_early(c, plan->trial) && limit == NULL)
		limit = &w->attempt; /* it may never say that it is lost */
	if (limit != NULL)
		deadline_start(limit, &c->deadline);
	if (plan->way != NULL)
		c->source = plan->way->source;
	c->dial.source = &c->source;
	c->dial.identity = NULL; /* a hop's name says nothing of who goes there */
	c->dial.permit = permit;
	c->dial.done = on_dialled;
	fd = dial_start(&c->dial, w->loop, w->resolver, &c->hops[0]->addr);
	if (fd >= 0)
		dialled(c, fd);
	return c;
}

void
circuit_aim(struct circuit *c, void (*told)(struct circuit *), void *owner,
    const struct endpoint *target)
{
	c->told = told;
	c->owner = owner;
	c->target = *target;
	c->aimed = c->spare = true;
	c->began = now_of(c);
	c->status = CIRCUIT_WAITS;
	c->in = buf_on(malloc(HOP_IN_MAX), HOP_IN_MAX);
	chain_target(c->chain, &c->target);
	if (c->in.mem == NULL)
		failed(c, OUTCOME_OVERLOADED, OUTCOME_OVERLOADED, false);
	else
		shake_hands(c);
}

int
circuit_take(struct circuit *c, struct path *path, struct buf *in,
    struct flow *out)
{
	int fd = stream_release(&c->stream);

	*path = c->path;
	c->path.n = 0;
	*in = c->in;
	c->in = buf_on(NULL, 0);
	flow_adopt(out, &c->out);
	circuit_close(c);
	return fd;
}

bool
circuit_takes_early(const struct circuit *c)
{
	unsigned last = c->path.n - 1u;

	return c->status == CIRCUIT_WAITS && c->aimed && c->reached &&
	    chain_asked(c->chain) && chain_is_plain(c->chain) &&
	    !flow_is_blocked(&c->out) &&
	    early_may(c->worker, c->path.hop[last], c->hops[last]);
}

bool
circuit_send(struct circuit *c, const void *data, size_t n)
{
	if (!flow_send(&c->out, data, n))
		return false;
	watch(c);
	return true;
}

void
circuit_give_up(struct circuit *c)
{
	dial_cancel(&c->dial);
	failed(c, OUTCOME_TIMEOUT, OUTCOME_TIMEOUT, true);
}

void
circuit_beaten(struct circuit *c, const struct path *by)
{
	unsigned i;

	c->at = (unsigned)chain_at(c->chain);
	for (i = 0; i < by->n; i++)
		if (by->hop[i] == c->path.hop[c->at])
			return;
	c->cause = OUTCOME_TIMEOUT;
	if (chain_suspects(c->chain) == 0)
		report_down(c);
}

void
circuit_expired(struct deadline *d)
{
	struct circuit *c = container(d, struct circuit, deadline);

	circuit_give_up(c);
	c->told(c);
}

void
circuit_close(struct circuit *c)
{
	unsigned i;

	if (c == NULL)
		return;
	deadline_stop(&c->deadline);
	dial_cancel(&c->dial);
	stream_close(&c->stream);
	flow_deinit(&c->out, &c->worker->pool);
	chain_close(c->chain);
	for (i = 0; i < CHAIN_MAX; i++)
		free(c->own[i]);
	if (c->path.n > 0)
		route_done(c->worker->health, &c->path);
	free(c->in.mem);
	explicit_bzero(c, sizeof(*c)); /* a target */
	free(c);
}
