/* The same calls make lines for a person and an object for a program. */
#include "admin/report.h"

#include "unit.h"

static void
tell(struct report *r)
{
	report_text(r, "version", "1.0");
	report_open(r, "hops", REPORT_LIST);
	report_open(r, NULL, REPORT_OBJECT);
	report_text(r, "name", "near");
	report_number(r, "failures", 2);
	report_open(r, "seen", REPORT_LIST);
	report_text(r, NULL, "a");
	report_text(r, NULL, "b");
	report_close(r);
	report_close(r);
	report_open(r, NULL, REPORT_OBJECT);
	report_yes(r, "up", true);
	report_close(r);
	report_close(r);
	report_open(r, "none", REPORT_LIST);
	report_close(r);
	report_open(r, "more", REPORT_OBJECT);
	report_yes(r, "udp", false);
	report_close(r);
}

static void
lines_for_a_person(void **state)
{
	struct report r;

	(void)state;
	report_init(&r, false);
	tell(&r);
	assert_true(report_end(&r));
	assert_string_equal(r.text,
	    "version: 1.0\n"
	    "hops:\n"
	    "  - name: near\n"
	    "    failures: 2\n"
	    "    seen:\n"
	    "      - a\n"
	    "      - b\n"
	    "  - up: yes\n"
	    "none:\n"
	    "more:\n"
	    "  udp: no\n");
	report_deinit(&r);
}

static void
an_object_for_a_program(void **state)
{
	struct report r;

	(void)state;
	report_init(&r, true);
	tell(&r);
	assert_true(report_end(&r));
	assert_string_equal(r.text,
	    "{\"version\":\"1.0\",\"hops\":[{\"name\":\"near\",\"failures\":2,"
	    "\"seen\":[\"a\",\"b\"]},{\"up\":true}],\"none\":[],"
	    "\"more\":{\"udp\":false}}\n");
	report_deinit(&r);
}

static void
values_can_not_break_out(void **state)
{
	struct report r;

	(void)state;
	report_init(&r, true);
	report_text(&r, "a", "\"},{\\\n\t\177\303\244");
	assert_true(report_end(&r));
	assert_string_equal(r.text,
	    "{\"a\":\"\\u0022},{\\u005c\\u000a\\u0009\\u007f\\u00c3\\u00a4\"}"
	    "\n");
	report_deinit(&r);
	report_init(&r, false);
	report_text(&r, "a", "b\nc: d");
	assert_true(report_end(&r));
	assert_string_equal(r.text, "a: \"b\\u000ac: d\"\n");
	report_deinit(&r);
}

static void
no_memory_is_told_once(void **state)
{
	struct report r;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		report_init(&r, true);
		tell(&r);
		if (!alloc_failed())
			break;
		assert_false(report_end(&r));
		report_deinit(&r);
	}
	alloc_fail_at(0);
	assert_true(n > 2);
	assert_true(report_end(&r));
	report_deinit(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_for_a_person),
		cmocka_unit_test(an_object_for_a_program),
		cmocka_unit_test(values_can_not_break_out),
		cmocka_unit_test(no_memory_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
