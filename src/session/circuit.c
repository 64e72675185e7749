/* circuit.c - dial the first hop, then let the hops shake hands. */
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

/*
 * A hop that was ready and then tired of waiting is not down, nor is one that
 * was asked for a target which does not answer, or for the next hop and says
 * that this one does not.
 */
static void
report_down(struct circuit *c)
{
	bool target = c->cause == OUTCOME_TIMEOUT && c->aimed && c->reached &&
	    c->at + 1 == c->path.n;
	unsigned at = c->at + chain_next_is_down(c->chain);

	if (c->prepared == 0 && !target)
		route_down(c->worker->routes, &c->path, at, c->cause,
		    loop_now(c->worker->loop));
}

static void
report_up(struct circuit *c, uint64_t now)
{
	unsigned i;

	for (i = 0; i < c->path.n; i++)
		route_up(c->worker->routes, &c->path, i, now - c->began, now);
	route_took(c->worker->routes, &c->path, now - c->began);
}

static enum circuit_status
failed(struct circuit *c, enum outcome why, enum outcome cause)
{
	deadline_stop(&c->deadline);
	stream_close(&c->stream);
	c->why = why;
	c->cause = cause;
	c->fault = cause == OUTCOME_HOP_FAILED || cause == OUTCOME_HOP_AUTH;
	c->at = (unsigned)chain_at(c->chain);
	c->status = CIRCUIT_FAILED;
	if (c->fault)
		report_down(c);
	return c->status;
}

/* The same, but it is the hop's whatever the cause is called. */
static void
hop_failed(struct circuit *c, enum outcome why, enum outcome cause)
{
	failed(c, why, cause);
	if (!c->fault)
		report_down(c);
	c->fault = true;
}

static enum circuit_status
settled(struct circuit *c)
{
	deadline_stop(&c->deadline);
	if (c->prepared == 0) {
		c->prepared = loop_now(c->worker->loop);
		report_up(c, c->prepared);
	}
	if (c->aimed) {
		stream_watch(&c->stream, 0);
		return c->status = CIRCUIT_READY;
	}
	/* It may have to wait for long: without a buffer. */
	if (buf_len(&c->in) > 0) /* an answer before the question */
		return failed(c, OUTCOME_HOP_FAILED, OUTCOME_HOP_FAILED);
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
			return failed(c, OUTCOME_HOP_FAILED,
			    OUTCOME_HOP_FAILED);
		if (st == HOP_FAILED)
			return failed(c, why, why);
		if (st == HOP_READY)
			return settled(c);
		n = drained ? STREAM_AGAIN
			    : session_fill(&c->in, &c->stream, 0, NULL);
		if (n == STREAM_AGAIN) {
			watch(c);
			return CIRCUIT_WAITS;
		}
		if (n <= 0) /* gone, or it answers without end */
			return failed(c, OUTCOME_HOP_FAILED,
			    OUTCOME_HOP_FAILED);
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
		tell(c, failed(c, OUTCOME_HOP_FAILED, OUTCOME_HOP_FAILED));
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
	if (r == DIAL_NO_RESOURCES)
		failed(c, OUTCOME_OVERLOADED, OUTCOME_OVERLOADED);
	else
		hop_failed(c, OUTCOME_HOP_FAILED, reach_outcome(r));
	c->told(c);
}

static bool
permit(struct dial *d, const struct ip *ip, uint16_t port)
{
	const struct circuit *c = container(d, struct circuit, dial);

	return !verdict_is_own(c->worker, ip, port);
}

/* What the hops of the chain are told of the way, and how. */
static bool
instruct(struct circuit *c, const struct way *way)
{
	unsigned i;

	for (i = 0; i < c->path.n; i++)
		chain_pipeline(c->chain, i,
		    c->hops[i]->pipeline == HOP_PIPELINE_YES);
	return chain_isolate(c->chain, c->worker->snapshot->identity_key.b,
	    &way->identity);
}

static bool
init(struct circuit *c, const struct way *way)
{
	unsigned i;

	for (i = 0; i < c->path.n; i++)
		c->hops[i] = &c->worker->snapshot->hops[c->path.hop[i]];
	c->chain = chain_open(c->hops, c->path.n,
	    c->aimed ? &c->target : NULL);
	c->in = buf_on(malloc(HOP_IN_MAX), HOP_IN_MAX);
	flow_init(&c->out, NULL, &c->stream);
	return c->chain != NULL && c->in.mem != NULL && instruct(c, way);
}

struct circuit *
circuit_open(struct worker *w, const struct way *way,
    const struct endpoint *target, void (*told)(struct circuit *), void *owner)
{
	struct circuit *c = calloc(1, sizeof(*c));
	int fd;

	if (c == NULL)
		return NULL;
	c->worker = w;
	c->told = told;
	c->owner = owner;
	c->aimed = target != NULL;
	if (c->aimed)
		c->target = *target;
	c->began = loop_now(w->loop);
	if (route_pick(w->routes, way->route, &way->identity, NULL, c->began,
		&c->path) != ROUTE_FOUND) {
		c->why = c->cause = OUTCOME_HOP_FAILED;
		c->fault = true;
		c->status = CIRCUIT_FAILED;
		return c;
	}
	if (!init(c, way)) {
		circuit_close(c);
		return NULL;
	}
	deadline_start(&w->attempt, &c->deadline);
	c->source = way->source;
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
	c->status = CIRCUIT_WAITS;
	c->in = buf_on(malloc(HOP_IN_MAX), HOP_IN_MAX);
	deadline_start(&c->worker->attempt, &c->deadline);
	chain_target(c->chain, &c->target);
	if (c->in.mem == NULL)
		failed(c, OUTCOME_OVERLOADED, OUTCOME_OVERLOADED);
	else
		shake_hands(c);
}

int
circuit_take(struct circuit *c, struct buf *in, struct flow *out)
{
	int fd = stream_release(&c->stream);

	*in = c->in;
	c->in = buf_on(NULL, 0);
	flow_adopt(out, &c->out);
	circuit_close(c);
	return fd;
}

void
circuit_give_up(struct circuit *c)
{
	dial_cancel(&c->dial);
	hop_failed(c, OUTCOME_TIMEOUT, OUTCOME_TIMEOUT);
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
	if (c == NULL)
		return;
	deadline_stop(&c->deadline);
	dial_cancel(&c->dial);
	stream_close(&c->stream);
	flow_deinit(&c->out, &c->worker->pool);
	chain_close(c->chain);
	free(c->in.mem);
	route_done(c->worker->routes, &c->path);
	explicit_bzero(c, sizeof(*c)); /* a target */
	free(c);
}
