/* Logins remembered: which, how long, and how many. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/secret.h"
#include "request/request.h"

#include "../../../src/policy/verified.h"
#include "unit.h"

#define MINUTE 60000

static uint64_t time_now = 1; /* a machine may have been up for 1 ms */

static uint64_t
now(void)
{
	return time_now;
}

static struct verified *
fresh(void)
{
	struct verified *v = verified_new();

	assert_non_null(v);
	verified_set_clock(v, now);
	return v;
}

static void
knows_what_it_was_told(void **state)
{
	struct verified *v = fresh();

	(void)state;
	assert_false(verified_has(v, "alice", "sesame"));
	assert_false(verified_has(v, "", ""));
	verified_add(v, "alice", "sesame");
	assert_true(verified_has(v, "alice", "sesame"));
	assert_false(verified_has(v, "alice", "sesam"));
	assert_false(verified_has(v, "alice", "sesamee"));
	assert_false(verified_has(v, "alice", "Sesame"));
	assert_false(verified_has(v, "alice", ""));
	assert_false(verified_has(v, "bob", "sesame"));
	assert_false(verified_has(v, "", "alicesesame"));
	assert_false(verified_has(v, "alices", "esame"));
	assert_false(verified_has(v, "alic", "esesame"));
	verified_free(v);
	verified_free(NULL);
}

static void
takes_the_longest(void **state)
{
	struct verified *v = fresh();
	char user[USER_MAX + 1], pass[USER_MAX + 1];

	(void)state;
	memset(user, 0xff, USER_MAX);
	memset(pass, 0xfe, USER_MAX);
	user[USER_MAX] = pass[USER_MAX] = '\0';
	verified_add(v, user, pass);
	assert_true(verified_has(v, user, pass));
	pass[USER_MAX - 1] = 'x';
	assert_false(verified_has(v, user, pass));
	verified_free(v);
}

static void
forgets_in_time(void **state)
{
	struct verified *v = fresh();
	uint64_t start = time_now;

	(void)state;
	verified_add(v, "alice", "sesame");
	time_now = start + 5 * MINUTE;
	verified_add(v, "bob", "hunter2");
	time_now = start + 10 * MINUTE - 1;
	/* Being asked for is no reason to be remembered longer. */
	assert_true(verified_has(v, "alice", "sesame"));
	time_now = start + 10 * MINUTE;
	assert_false(verified_has(v, "alice", "sesame"));
	assert_true(verified_has(v, "bob", "hunter2"));
	/* But being verified again is. */
	verified_add(v, "bob", "hunter2");
	time_now = start + 15 * MINUTE;
	assert_true(verified_has(v, "bob", "hunter2"));
	time_now = start + 20 * MINUTE;
	assert_false(verified_has(v, "bob", "hunter2"));
	verified_free(v);
}

static unsigned
count_known(struct verified *v, unsigned from, unsigned to)
{
	unsigned i, n = 0;
	char user[16];

	for (i = from; i < to; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		n += verified_has(v, user, "sesame");
	}
	return n;
}

/* The oldest give way: the last eight are there wherever they belong. */
static void
has_a_limit(void **state)
{
	enum { MANY = 8 * VERIFIED_MAX };
	struct verified *v = fresh();
	char user[16];
	unsigned i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		time_now++;
		snprintf(user, sizeof(user), "u%u", i);
		verified_add(v, user, "sesame");
		assert_true(verified_has(v, user, "sesame"));
		assert_int_equal(count_known(v, i < 8 ? 0 : i - 7, i + 1),
		    i < 8 ? i + 1 : 8);
	}
	/* With eight for each place all are taken, if hashing is even. */
	assert_int_equal(count_known(v, 0, MANY), VERIFIED_MAX);
	/* The early ones are gone: nobody stays by being first. */
	assert_int_equal(count_known(v, 0, MANY / 4), 0);
	verified_free(v);
}

static void
fill(struct verified *v, unsigned n)
{
	char user[16];
	unsigned i;

	for (i = 0; i < n; i++) {
		time_now++;
		snprintf(user, sizeof(user), "u%u", i);
		verified_add(v, user, "sesame");
	}
}

/* The same login again takes no second place, and nobody else's. */
static void
keeps_one_of_each(void **state)
{
	enum { MANY = 8 * VERIFIED_MAX };
	struct verified *v = fresh();
	unsigned i;

	(void)state;
	fill(v, MANY);
	for (i = 0; i < 100; i++) {
		time_now++;
		verified_add(v, "u8191", "sesame");
	}
	assert_int_equal(count_known(v, 0, MANY), VERIFIED_MAX);
	verified_free(v);
}

/*
 * Each has a key of its own: what one knows another does not, and which
 * logins push which others out nobody can work out.
 */
static void
shares_nothing(void **state)
{
	enum { MANY = 4 * VERIFIED_MAX };
	struct verified *v = fresh(), *other = fresh();
	unsigned i, same = 0;

	(void)state;
	verified_add(v, "alice", "sesame");
	assert_false(verified_has(other, "alice", "sesame"));
	fill(v, MANY);
	fill(other, MANY);
	for (i = 0; i < MANY; i++)
		same += count_known(v, i, i + 1) ==
		    count_known(other, i, i + 1);
	assert_true(same < MANY);
	verified_free(v);
	verified_free(other);
}

static void *
add_and_ask(void *arg)
{
	struct verified *v = arg;
	char user[16];
	int i;

	for (i = 0; i < 500; i++) {
		snprintf(user, sizeof(user), "u%d", i % 50);
		verified_add(v, user, "sesame");
		if (!verified_has(v, user, "sesame"))
			return v;
		if (verified_has(v, user, "wrong"))
			return v;
	}
	return NULL;
}

static void
serves_threads(void **state)
{
	struct verified *v = fresh();
	pthread_t t[4];
	void *failed;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, add_and_ask, v),
		    0);
	for (i = 0; i < 4; i++) {
		pthread_join(t[i], &failed);
		assert_null(failed);
	}
	verified_free(v);
}

/* The clock it comes with is one that goes on. */
static void
has_a_clock(void **state)
{
	struct verified *v = verified_new();

	(void)state;
	assert_non_null(v);
	verified_add(v, "alice", "sesame");
	assert_true(verified_has(v, "alice", "sesame"));
	verified_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_it_was_told),
		cmocka_unit_test(takes_the_longest),
		cmocka_unit_test(forgets_in_time),
		cmocka_unit_test(has_a_limit),
		cmocka_unit_test(keeps_one_of_each),
		cmocka_unit_test(shares_nothing),
		cmocka_unit_test(serves_threads),
		cmocka_unit_test(has_a_clock),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
