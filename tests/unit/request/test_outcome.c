#include <string.h>

#include "request/outcome.h"

#include "unit.h"

static void
every_outcome_has_its_own_words(void **state)
{
	int a, b;

	(void)state;
	for (a = OUTCOME_OK; a < OUTCOME_MAX; a++) {
		assert_string_not_equal(outcome_str((enum outcome)a),
		    "unknown outcome");
		for (b = OUTCOME_OK; b < a; b++)
			assert_string_not_equal(outcome_str((enum outcome)a),
			    outcome_str((enum outcome)b));
	}
	assert_string_equal(outcome_str(OUTCOME_MAX), "unknown outcome");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_outcome_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
