/*
 * checks.c - members of pools with `check` are tried from time to time, through
 * the hops before them, so that a request need not find out who is down.
 */
#include "session.h"

#define TICK_MS 1000

static struct worker *
worker_of(struct timer *t)
{
	return (struct worker *)(void *)((char *)t -
	    offsetof(struct worker, check_timer));
}

/* What it found out about hops the circuit has reported. */
static void
on_checked(struct circuit *c)
{
	struct worker *w = c->worker;
	bool reached = c->status == CIRCUIT_READY;

	if (reached || circuit_missed(c))
		route_checked(w->health, c->owner, &c->path,
		    reached ? OUTCOME_OK : c->why, loop_now(w->loop));
	TAILQ_REMOVE(&w->checks, c, link);
	circuit_close(c);
}

static void
check(struct worker *w, const struct path *path, const struct pool *pool)
{
	const struct circuit_plan plan = { .path = path,
		.target = pool->check_target ? &pool->target : NULL,
		.limit = &w->attempt,
		.told = on_checked,
		.owner = (void *)(uintptr_t)pool };
	struct circuit *c = circuit_open(w, &plan);

	if (c == NULL)
		return;
	TAILQ_INSERT_TAIL(&w->checks, c, link);
	if (c->status != CIRCUIT_WAITS)
		on_checked(c);
}

static void
on_tick(struct timer *t)
{
	struct worker *w = worker_of(t);
	const struct pool *pool;
	struct path path;

	while (route_next_check(w->health, loop_now(w->loop), &path, &pool))
		check(w, &path, pool);
	timer_start(w->loop, t, TICK_MS);
}

void
checks_begin(struct worker *w)
{
	const struct pool *p;
	size_t i;

	TAILQ_INIT(&w->checks);
	timer_init(&w->check_timer, on_tick);
	for (i = 0; (p = routes_pool(w->snapshot->routes, i)) != NULL; i++)
		if (p->check_ms > 0) {
			timer_start(w->loop, &w->check_timer, TICK_MS);
			return;
		}
}

void
checks_end(struct worker *w)
{
	struct circuit *c, *next;

	if (w->check_timer.fn == NULL) /* never begun */
		return;
	timer_stop(w->loop, &w->check_timer);
	for (c = TAILQ_FIRST(&w->checks); c != NULL; c = next) {
		next = TAILQ_NEXT(c, link);
		circuit_close(c);
	}
	TAILQ_INIT(&w->checks);
}
