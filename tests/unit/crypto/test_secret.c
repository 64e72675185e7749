/* Locked memory: all zero, writable to its end and not behind it. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "crypto/secret.h"

#include "unit.h"

static void
begins_as_zeros(void **state)
{
	static const size_t sizes[] = { 1, 31, 32, 4096, 50000 };
	unsigned char *p;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p = secret_new(sizes[i]);
		assert_non_null(p);
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xaa, sizes[i]);
		secret_free(p);
	}
	secret_free(NULL);
}

/* A structure that holds pointers and numbers can live there. */
static void
is_aligned(void **state)
{
	void *p = secret_new(8 * sizeof(uint64_t));

	(void)state;
	assert_non_null(p);
	assert_int_equal((uintptr_t)p % sizeof(uint64_t), 0);
	secret_free(p);
}

static void
has_an_end(void **state)
{
	volatile unsigned char *p = secret_new(64);
	int status;
	pid_t child;

	(void)state;
	assert_non_null((void *)(uintptr_t)p);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		p[63] = 1;
		p[64] = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	secret_free((void *)(uintptr_t)p);
}

static void
has_no_room_for_everything(void **state)
{
	(void)state;
	assert_null(secret_new(SIZE_MAX / 2));
	assert_null(secret_new(SIZE_MAX));
}

static void
wipes(void **state)
{
	char secret[] = "sesame";

	(void)state;
	secret_wipe(secret, 3);
	assert_memory_equal(secret, "\0\0\0ame", sizeof(secret));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_as_zeros),
		cmocka_unit_test(is_aligned),
		cmocka_unit_test(has_an_end),
		cmocka_unit_test(has_no_room_for_everything),
		cmocka_unit_test(wipes),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
