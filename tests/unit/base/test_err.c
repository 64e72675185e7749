#include <string.h>

#include "base/err.h"

#include "unit.h"

static void
every_error_has_its_own_words(void **state)
{
	int a, b;

	(void)state;
	for (a = OK; a <= ERR_SYSTEM; a++) {
		assert_string_not_equal(err_str((enum err)a), "unknown error");
		for (b = OK; b < a; b++)
			assert_string_not_equal(err_str((enum err)a),
			    err_str((enum err)b));
	}
	assert_string_equal(err_str((enum err)(ERR_SYSTEM + 1)),
	    "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
