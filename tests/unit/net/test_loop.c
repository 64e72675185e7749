/* test_loop.c - wake-ups, timers and deadlines. */
#include <pthread.h>
#include <string.h>

#include "net/looping.h"

#include "unit.h"

struct waker {
	struct loop *loop;
	unsigned woken;
	pthread_t thread;
	pthread_t ran_on;
};

static void
on_wake(struct loop *l)
{
	struct waker *w = l->data;

	w->woken++;
	w->ran_on = pthread_self();
	loop_stop(l);
}

static void *
wake_it(void *arg)
{
	loop_wake(((struct waker *)arg)->loop);
	return NULL;
}

static void
wakes_from_another_thread(void **state)
{
	struct waker w = { 0 };

	(void)state;
	w.loop = loop_new(on_wake, &w);
	assert_non_null(w.loop);
	assert_int_equal(pthread_create(&w.thread, NULL, wake_it, &w), 0);
	assert_true(looping_run(w.loop));
	pthread_join(w.thread, NULL);
	assert_true(pthread_equal(w.ran_on, pthread_self()));
	assert_int_equal(w.woken, 1);
	/* One wake-up may stand for several, none is lost. */
	loop_wake(w.loop);
	loop_wake(w.loop);
	assert_true(looping_run(w.loop));
	assert_in_range(w.woken, 2, 3);
	loop_free(w.loop);
	loop_free(NULL);
}

static void
does_without_memory(void **state)
{
	(void)state;
	alloc_fail_at(1);
	assert_null(loop_new(NULL, NULL));
	alloc_fail_at(0);
}

/* -- timers --------------------------------------------------------------- */

struct alarm {
	struct timer timer; /* first */
	struct loop *loop;
	unsigned fired;
	uint64_t at;
	bool stops;
};

static void
on_alarm(struct timer *t)
{
	struct alarm *a = (struct alarm *)t;

	a->fired++;
	a->at = real_ms();
	if (a->stops)
		loop_stop(a->loop);
}

static void
a_timer_fires_once(void **state)
{
	struct loop *l = looping_new();
	struct alarm a = { .loop = l }, b = { .loop = l, .stops = true };
	uint64_t start = real_ms();

	(void)state;
	timer_init(&a.timer, on_alarm);
	timer_init(&b.timer, on_alarm);
	timer_stop(l, &a.timer); /* not started */
	timer_start(l, &a.timer, 20);
	timer_start(l, &b.timer, 60);
	assert_true(looping_run(l));
	assert_int_equal(a.fired, 1);
	assert_in_range(a.at - start, 18, b.at - start);
	assert_in_range(b.at - start, 58, 1000);

	/* Started again: only the last time counts.  Stopped: none does. */
	a.fired = b.fired = 0;
	start = real_ms();
	timer_start(l, &b.timer, 10);
	timer_start(l, &b.timer, 80);
	timer_start(l, &a.timer, 10);
	timer_stop(l, &a.timer);
	assert_true(looping_run(l));
	assert_true(b.at - start >= 78);
	assert_int_equal(b.fired, 1);
	assert_int_equal(a.fired, 0);
	loop_free(l);
}

/* -- deadlines ------------------------------------------------------------ */

#define N 5

struct waiting {
	struct deadline deadline; /* first */
	char name;
};

struct clocks {
	struct loop *loop;
	struct deadlines short_one, long_one, never;
	struct waiting w[N];
	char order[32];
};

/* expired() gets nothing but the deadline. */
static struct clocks *clocks;

static void
on_expired(struct deadline *d)
{
	const char name = ((struct waiting *)d)->name;
	const size_t n = strlen(clocks->order);

	assert_null(d->class);
	clocks->order[n] = name;
	clocks->order[n + 1] = '\0';
	switch (name) {
	case 'b': /* ends another one that is due as well, and one that is not */
		deadline_stop(&clocks->w[2].deadline);
		deadline_stop(&clocks->w[4].deadline);
		break;
	case 'd': /* starts again, in another class */
		((struct waiting *)d)->name = 'D';
		deadline_start(&clocks->long_one, d);
		break;
	case 'D':
		loop_stop(clocks->loop);
		break;
	default:
		break;
	}
}

static int
setup(void **state)
{
	struct clocks *c = calloc(1, sizeof(*c));
	int i;

	c->loop = looping_new();
	deadlines_init(&c->short_one, c->loop, 30, on_expired);
	deadlines_init(&c->long_one, c->loop, 60, on_expired);
	deadlines_init(&c->never, c->loop, 0, on_expired);
	for (i = 0; i < N; i++)
		c->w[i].name = (char)('a' + i);
	clocks = c;
	*state = c;
	return 0;
}

static int
teardown(void **state)
{
	struct clocks *c = *state;

	deadlines_deinit(&c->short_one);
	deadlines_deinit(&c->long_one);
	deadlines_deinit(&c->never);
	loop_free(c->loop);
	free(c);
	return 0;
}

static void
deadlines_expire_in_order(void **state)
{
	struct clocks *c = *state;
	uint64_t start = real_ms();

	deadline_start(&c->short_one, &c->w[0].deadline); /* a */
	deadline_start(&c->short_one, &c->w[1].deadline); /* b stops c and e */
	deadline_start(&c->short_one, &c->w[2].deadline); /* c */
	deadline_start(&c->long_one, &c->w[4].deadline);  /* e */
	deadline_start(&c->short_one, &c->w[3].deadline); /* d, then D */
	assert_true(looping_run(c->loop));
	assert_string_equal(c->order, "abdD");
	assert_in_range(real_ms() - start, 30 + 60 - 8, 300);
}

static void
a_deadline_can_be_moved(void **state)
{
	struct clocks *c = *state;

	/* Within its class: it is last then. */
	deadline_start(&c->short_one, &c->w[0].deadline);
	deadline_start(&c->short_one, &c->w[2].deadline);
	deadline_start(&c->short_one, &c->w[0].deadline);
	looping_run_for(c->loop, 150);
	assert_string_equal(c->order, "ca");
	/* To a longer one, and to one that never ends. */
	deadline_start(&c->short_one, &c->w[0].deadline);
	deadline_start(&c->short_one, &c->w[2].deadline);
	deadline_start(&c->short_one, &c->w[4].deadline);
	deadline_start(&c->long_one, &c->w[0].deadline);
	deadline_start(&c->never, &c->w[2].deadline);
	assert_null(c->w[2].deadline.class);
	looping_run_for(c->loop, 200);
	assert_string_equal(c->order, "caea");
}

static void
a_deadline_can_be_pushed_on(void **state)
{
	struct clocks *c = *state;
	uint64_t start = real_ms();

	/* What an active session does: it never expires. */
	while (real_ms() - start < 200) {
		deadline_start(&c->long_one, &c->w[0].deadline);
		looping_run_for(c->loop, 10);
	}
	assert_string_equal(c->order, "");
	looping_run_for(c->loop, 150);
	assert_string_equal(c->order, "a");
	/* Stopped, also twice, also when it is over. */
	deadline_start(&c->short_one, &c->w[0].deadline);
	deadline_stop(&c->w[0].deadline);
	deadline_stop(&c->w[0].deadline);
	looping_run_for(c->loop, 50);
	assert_string_equal(c->order, "a");
}

static void
a_class_that_was_never_begun_ends(void **state)
{
	struct deadlines c;

	(void)state;
	memset(&c, 0, sizeof(c));
	deadlines_deinit(&c);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wakes_from_another_thread),
		cmocka_unit_test(does_without_memory),
		cmocka_unit_test(a_timer_fires_once),
		TEST(deadlines_expire_in_order),
		TEST(a_deadline_can_be_moved),
		TEST(a_deadline_can_be_pushed_on),
		cmocka_unit_test(a_class_that_was_never_begun_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
