/* loop.c - libev, one loop per thread. */
#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "net/loop.h"

static void
on_async(struct ev_loop *ev, ev_async *w, int revents)
{
	struct loop *l = ev_userdata(ev);

	(void)w, (void)revents;
	if (l->on_wake != NULL)
		l->on_wake(l);
}

struct loop *
loop_new(void (*on_wake)(struct loop *), void *data)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	/* NOENV: no environment variable chooses another backend. */
	l->ev = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	if (l->ev == NULL) {
		free(l);
		return NULL;
	}
	l->on_wake = on_wake;
	l->data = data;
	ev_set_userdata(l->ev, l);
	ev_async_init(&l->wake, on_async);
	ev_async_start(l->ev, &l->wake);
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	ev_async_stop(l->ev, &l->wake);
	ev_loop_destroy(l->ev);
	free(l);
}

void
loop_run(struct loop *l)
{
	ev_run(l->ev, 0);
}

void
loop_stop(struct loop *l)
{
	ev_break(l->ev, EVBREAK_ALL);
}

void
loop_wake(struct loop *l)
{
	ev_async_send(l->ev, &l->wake);
}

uint64_t
loop_now(const struct loop *l)
{
	struct timespec t;

	/*
	 * Not ev_now(): that follows the wall clock, and a clock set forward
	 * would expire everything at once.
	 */
	(void)l;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void
on_timer(struct ev_loop *ev, ev_timer *w, int revents)
{
	struct timer *t = (struct timer *)w; /* its first member */

	(void)ev, (void)revents;
	t->fn(t);
}

void
timer_init(struct timer *t, void (*fn)(struct timer *))
{
	ev_init(&t->ev, on_timer);
	t->fn = fn;
}

void
timer_start(struct loop *l, struct timer *t, uint64_t ms)
{
	ev_timer_stop(l->ev, &t->ev);
	ev_timer_set(&t->ev, (double)ms / 1000, 0);
	ev_timer_start(l->ev, &t->ev);
}

void
timer_stop(struct loop *l, struct timer *t)
{
	ev_timer_stop(l->ev, &t->ev);
}

static void
arm(struct deadlines *c, uint64_t now)
{
	const struct deadline *first = TAILQ_FIRST(&c->queue);

	if (first != NULL)
		timer_start(c->loop, &c->timer,
		    first->due > now ? first->due - now : 0);
}

static void
on_due(struct timer *t)
{
	struct deadlines *c = (struct deadlines *)((char *)t -
	    offsetof(struct deadlines, timer));
	uint64_t now = loop_now(c->loop);
	struct deadline *d;

	while ((d = TAILQ_FIRST(&c->queue)) != NULL && d->due <= now) {
		deadline_stop(d);
		c->expired(d);
	}
	arm(c, now);
}

void
deadlines_init(struct deadlines *c, struct loop *l, uint64_t ms,
    void (*expired)(struct deadline *))
{
	TAILQ_INIT(&c->queue);
	c->loop = l;
	c->ms = ms;
	c->expired = expired;
	timer_init(&c->timer, on_due);
}

void
deadlines_deinit(struct deadlines *c)
{
	if (c->loop == NULL) /* all 0: never begun */
		return;
	assert(TAILQ_EMPTY(&c->queue));
	timer_stop(c->loop, &c->timer);
}

void
deadline_start(struct deadlines *c, struct deadline *d)
{
	uint64_t now;

	deadline_stop(d);
	if (c->ms == 0)
		return;
	now = loop_now(c->loop);
	d->class = c;
	d->due = now + c->ms;
	TAILQ_INSERT_TAIL(&c->queue, d, link);
	if (!ev_is_active(&c->timer.ev))
		arm(c, now);
}

void
deadline_stop(struct deadline *d)
{
	/* The timer runs on: finding nothing due is cheaper than stopping. */
	if (d->class != NULL)
		TAILQ_REMOVE(&d->class->queue, d, link);
	d->class = NULL;
}
