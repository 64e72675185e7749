/*
 * loop.h - one thread's event loop: descriptors, time, wake-ups.
 *
 * net/ is the only user of libev.  One loop belongs to one thread; only
 * loop_wake() may be called from another.  Callbacks never run nested.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct loop {
	struct ev_loop *ev;
	ev_async wake;
	void (*on_wake)(struct loop *);
	void *data; /* the owner's */
};

/* NULL on failure.  on_wake may be NULL. */
struct loop *loop_new(void (*on_wake)(struct loop *), void *data);
void loop_free(struct loop *); /* accepts NULL */
void loop_run(struct loop *);  /* until loop_stop() */
void loop_stop(struct loop *);
void loop_wake(struct loop *); /* from any thread: on_wake() will run */
uint64_t loop_now(const struct loop *); /* monotonic milliseconds, cached */

/* One callback, once, after a while. */
struct timer {
	ev_timer ev;
	void (*fn)(struct timer *);
};

void timer_init(struct timer *, void (*fn)(struct timer *));
void timer_start(struct loop *, struct timer *, uint64_t ms); /* restarts */
void timer_stop(struct loop *, struct timer *); /* also when not started */

/*
 * Deadlines: everything in one class waits equally long, so the class is a
 * queue with one timer, and starting, moving and stopping one costs nothing.
 */
struct deadline {
	TAILQ_ENTRY(deadline) link;
	struct deadlines *class; /* NULL: not running */
	uint64_t due;
};

struct deadlines {
	TAILQ_HEAD(, deadline) queue;
	struct loop *loop;
	struct timer timer;
	uint64_t ms; /* 0: never */
	void (*expired)(struct deadline *); /* not running any more */
};

void deadlines_init(struct deadlines *, struct loop *, uint64_t ms,
    void (*expired)(struct deadline *));
void deadlines_deinit(struct deadlines *);
/* From now; moves it when it runs already, in this class or another. */
void deadline_start(struct deadlines *, struct deadline *);
void deadline_stop(struct deadline *);

#endif
