/* The helper thread: who waits, who is told when, and how it ends. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "crypto/crypto.h"

#include "stage.h"

#define QUEUE 64

/* -- the queue ------------------------------------------------------------ */

static void
one_verification_for_the_same(void **state)
{
	struct auth *a = start_first(1);
	struct login l[10];
	size_t i;

	(void)state;
	gate(true);
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	await_helper_at_gate();
	gate(false);
	for (i = 0; i < COUNT(l); i++) {
		assert_true(await(&l[i]));
		assert_true(is_wiped(&l[i]));
	}
	assert_int_equal(verifications(), 1);
	auth_free(a);
}

static void
queue_has_an_end(void **state)
{
	struct auth *a = start_first(1);
	struct login at_work = login_of("alice", "x");
	struct login l[QUEUE], over;
	size_t i;

	(void)state;
	gate(true);
	assert_int_equal(ask(a, &at_work), AUTH_LATER);
	await_helper_at_gate(); /* and out of the queue */
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", i % 2 ? "y" : "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	for (i = 0; i < 3; i++) {
		over = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &over), AUTH_BUSY);
		assert_true(is_wiped(&over));
		assert_int_equal(over.answers, 0);
	}
	gate(false);
	assert_false(await(&at_work));
	for (i = 0; i < COUNT(l); i++)
		assert_int_equal(await(&l[i]), i % 2 == 0);
	/* There is room again, and who is known did not need it. */
	assert_false(verified_good(a, "alice", "z"));
	known_at_once(a, "alice", "open sesame");
	auth_free(a);
	/* Each was told exactly once, by the helper. */
	for (i = 0; i < COUNT(l); i++) {
		assert_int_equal(l[i].answers, 1);
		assert_false(pthread_equal(l[i].by, pthread_self()));
	}
}

/* A known login passes while the helper is busy and the queue is full. */
static void
known_passes_a_full_queue(void **state)
{
	struct auth *a = start_first(1);
	struct login l[QUEUE + 1];
	size_t i;

	(void)state;
	assert_true(verified_good(a, "alice", "open sesame"));
	gate(true);
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("mallory", "x");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
		if (i == 0)
			await_helper_at_gate();
	}
	known_at_once(a, "alice", "open sesame");
	gate(false);
	for (i = 0; i < COUNT(l); i++)
		assert_false(await(&l[i]));
	auth_free(a);
}

/* In the order they were asked. */
static void
first_come_first_served(void **state)
{
	struct auth *a = load_first(USERS);
	struct login l[USERS];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(l); i++) { /* nobody is there yet */
		l[i] = login_of(users[i].name, users[i].pass);
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	gate(true);
	assert_true(auth_start(a));
	await_helper_at_gate();
	assert_string_equal(stage.hash, users[0].hash);
	gate(false);
	for (i = 0; i < COUNT(l); i++)
		assert_true(await(&l[i]));
	auth_free(a);
}

/* -- the helper, and the end ---------------------------------------------- */

static void
helper_is_polite(void **state)
{
	int nice = getpriority(PRIO_PROCESS, 0), sig;
	sigset_t before, after;
	struct auth *a;

	(void)state;
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	a = start_first(1);
	assert_true(auth_start(a)); /* there is one: there is no second */
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	assert_false(verified_good(a, "alice", "x"));
	assert_false(stage.takes_signals);
	assert_int_equal(stage.nice, nice + 5 > 19 ? 19 : nice + 5);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), nice);
	assert_int_equal(stage.threads, 1);
	assert_true(takes_a_signal());
	for (sig = 1; sig < SIGRTMAX; sig++)
		assert_int_equal(sigismember(&before, sig),
		    sigismember(&after, sig));
	auth_free(a);
}

static void
freed_before_it_started(void **state)
{
	struct auth *a = load_first(1);
	struct login l[5];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	auth_free(a);
	for (i = 0; i < COUNT(l); i++) {
		assert_int_equal(l[i].answers, 1);
		assert_false(l[i].job.good);
		assert_true(is_wiped(&l[i]));
	}
	assert_int_equal(verifications(), 0);
}

/* What is being verified has its answer; what waits is told no. */
static void
freed_at_work(void **state)
{
	struct auth *a = start_first(1);
	struct login at_work = login_of("alice", "open sesame"), l[5];
	size_t i;

	(void)state;
	gate(true);
	assert_int_equal(ask(a, &at_work), AUTH_LATER);
	await_helper_at_gate();
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	stage.open_at_join = true;
	auth_free(a);
	assert_int_equal(at_work.answers, 1);
	assert_true(at_work.job.good);
	for (i = 0; i < COUNT(l); i++) {
		assert_int_equal(l[i].answers, 1);
		assert_false(l[i].job.good);
		assert_true(is_wiped(&l[i]));
	}
	assert_int_equal(verifications(), 1);
}

static void
there_is_no_thread(void **state)
{
	struct auth *a = load_first(1);
	struct login l = login_of("alice", "open sesame");

	(void)state;
	stage.no_thread = true;
	errno = 0;
	assert_false(auth_start(a));
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(ask(a, &l), AUTH_LATER);
	auth_free(a);
	assert_int_equal(l.answers, 1);
	assert_false(l.job.good);
}

struct client {
	struct auth *auth;
	pthread_t thread;
	unsigned wrong;
};

static void *
log_in_often(void *arg)
{
	struct client *c = arg;
	enum auth_answer answer;
	struct login l;
	bool good;
	int i;

	for (i = 0; i < 300; i++) {
		good = i % 3 != 0;
		l = login_of(users[i % 4].name, good ? users[i % 4].pass : "x");
		answer = ask(c->auth, &l);
		if (answer == AUTH_LATER)
			c->wrong += await(&l) != good || l.answers != 1;
		else
			c->wrong += answer != AUTH_GOOD || !good;
	}
	return NULL;
}

/* Few enough that the queue is never full. */
static void
serves_many_threads(void **state)
{
	struct auth *a = start_first(USERS);
	struct client c[8];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(c); i++) {
		c[i] = (struct client){ .auth = a };
		assert_int_equal(__real_pthread_create(&c[i].thread, NULL,
				     log_in_often, &c[i]),
		    0);
	}
	for (i = 0; i < COUNT(c); i++) {
		__real_pthread_join(c[i].thread, NULL);
		assert_int_equal(c[i].wrong, 0);
	}
	auth_free(a);
}

#define TEST(f) cmocka_unit_test_setup(f, stage_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_verification_for_the_same),
		TEST(queue_has_an_end),
		TEST(known_passes_a_full_queue),
		TEST(first_come_first_served),
		TEST(helper_is_polite),
		TEST(freed_before_it_started),
		TEST(freed_at_work),
		TEST(there_is_no_thread),
		TEST(serves_many_threads),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
