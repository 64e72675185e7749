/* Averages and quantiles: what they say of values that are known. */
#include "stats/ewma.h"
#include "stats/quantile.h"

#include "unit.h"

static void
the_first_value_is_the_average(void **state)
{
	struct ewma e = { 0 };

	(void)state;
	assert_false(e.known);
	assert_int_equal(ewma_get(&e), 0);
	ewma_add(&e, 40);
	assert_true(e.known);
	assert_int_equal(ewma_get(&e), 40);
	ewma_add(&e, 120); /* an eighth of the way */
	assert_int_equal(ewma_get(&e), 50);
}

static void
an_average_comes_to_what_is(void **state)
{
	static const uint32_t values[] = { 0, 1, 7, 1000, UINT32_MAX };
	struct ewma e = { 0 };
	unsigned i, k;

	(void)state;
	for (k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
		for (i = 0; i < 300; i++)
			ewma_add(&e, values[k]);
		assert_in_range(ewma_get(&e),
		    values[k] - (k == 0 ? 0 : values[k] / 1000),
		    (uint64_t)values[k] + 1);
	}
}

static void
quantiles_are_near(void **state)
{
	static const unsigned percents[] = { 1, 50, 90, 95, 99, 100 };
	struct quantile q = { 0 };
	unsigned i, want, got;

	(void)state;
	assert_int_equal(quantile_at(&q, 95), 0);
	for (i = 1; i <= 500; i++)
		quantile_add(&q, i);
	for (i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		want = percents[i] * 5;
		got = quantile_at(&q, percents[i]);
		assert_in_range(got, want, want + want / 4);
	}
}

static void
every_value_has_a_range(void **state)
{
	struct quantile q;
	uint32_t v;

	(void)state;
	for (v = 0; v <= 131071; v += v < 5000 ? 1 : 97) {
		q = (struct quantile){ 0 };
		quantile_add(&q, v);
		assert_in_range(quantile_at(&q, 50), v, v + v / 4);
		assert_int_equal(quantile_at(&q, 1), quantile_at(&q, 100));
	}
	q = (struct quantile){ 0 };
	quantile_add(&q, UINT32_MAX);
	assert_int_equal(quantile_at(&q, 50), 131071);
}

static void
old_values_fade(void **state)
{
	struct quantile q = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < 100000; i++)
		quantile_add(&q, 1000);
	for (i = 0; i < 3000; i++)
		quantile_add(&q, 10);
	assert_in_range(quantile_at(&q, 95), 10, 12);
	assert_in_range(q.n, 1, 512);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_value_is_the_average),
		cmocka_unit_test(an_average_comes_to_what_is),
		cmocka_unit_test(quantiles_are_near),
		cmocka_unit_test(every_value_has_a_range),
		cmocka_unit_test(old_values_fade),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
