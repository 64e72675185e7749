/* Logins: who is let in, and what it costs. */
#include "crypto/crypto.h"

#include "stage.h"

/* -- who is let in -------------------------------------------------------- */

static void
knows_its_users(void **state)
{
	struct auth *a = start_first(USERS);
	size_t i, k;

	(void)state;
	assert_int_equal(auth_users(a), USERS);
	for (i = 0; i < USERS; i++)
		for (k = 0; k < USERS; k++)
			assert_int_equal(verified_good(a, users[i].name,
					     users[k].pass),
			    i == k);
	assert_false(verified_good(a, "alice", ""));
	assert_false(verified_good(a, "alice", "open sesam"));
	assert_false(verified_good(a, "Alice", "open sesame"));
	assert_false(verified_good(a, "", "open sesame"));
	auth_free(a);
}

static void
remembers_good_logins(void **state)
{
	struct auth *a = start_first(2);

	(void)state;
	assert_true(verified_good(a, "alice", "open sesame"));
	known_at_once(a, "alice", "open sesame");
	known_at_once(a, "alice", "open sesame");
	/* That says nothing about anybody else or any other password. */
	assert_false(verified_good(a, "bob", "open sesame"));
	assert_false(verified_good(a, "alice", "hunter2"));
	known_at_once(a, "alice", "open sesame");
	auth_free(a);
}

static void
remembers_no_bad_logins(void **state)
{
	struct auth *a = start_first(1);
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_false(verified_good(a, "alice", "wrong"));
	for (i = 0; i < 5; i++)
		assert_false(verified_good(a, "nobody", "wrong"));
	auth_free(a);
}

static void
nobody_is_known(void **state)
{
	struct auth *a = load_first(0);
	struct login l = login_of("alice", "open sesame");

	(void)state;
	assert_int_equal(auth_users(a), 0);
	assert_true(auth_start(a)); /* needs no thread */
	assert_int_equal(ask(a, &l), AUTH_BAD);
	assert_true(is_wiped(&l));
	assert_int_equal(l.answers, 0);
	auth_free(a);
	auth_free(NULL);
}

/* -- unknown users -------------------------------------------------------- */

/* One verification, as for a wrong password, and never a way in. */
static void
unknown_costs_the_same(void **state)
{
	struct auth *a = start_first(1);

	(void)state;
	/* The password of the one whose hash stands in. */
	assert_false(verified_good(a, "mallory", "open sesame"));
	assert_string_equal(stage.hash, users[0].hash);
	/* Nor is it taken for one that is known by now. */
	assert_true(verified_good(a, "alice", "open sesame"));
	assert_false(verified_good(a, "mallory", "open sesame"));
	auth_free(a);
}

/* Users' hashes may cost differently: so do unknown users, each always so. */
static void
unknown_is_like_one_of_all(void **state)
{
	struct auth *a = start_first(USERS);
	unsigned seen[USERS] = { 0 };
	char name[16], hash[PASSWORD_HASH_MAX];
	size_t k;
	int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "nobody%d", i);
		assert_false(verified_good(a, name, "x"));
		strcpy(hash, stage.hash);
		assert_false(verified_good(a, name, "y"));
		assert_string_equal(hash, stage.hash);
		for (k = 0; k < USERS; k++)
			seen[k] += strcmp(hash, users[k].hash) == 0;
	}
	for (k = 0; k < USERS; k++)
		assert_true(seen[k] >= 10);
	auth_free(a);
}

#define TEST(f) cmocka_unit_test_setup(f, stage_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(knows_its_users),
		TEST(remembers_good_logins),
		TEST(remembers_no_bad_logins),
		TEST(nobody_is_known),
		TEST(unknown_costs_the_same),
		TEST(unknown_is_like_one_of_all),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
