#include <string.h>

#include "base/reader.h"

#include "unit.h"

static void
reads_in_order(void **state)
{
	struct reader r = reader_of("\x01\x02\x03"
				    "abc"
				    "\xff",
	    7);
	char text[3];

	(void)state;
	assert_int_equal(reader_u8(&r), 1);
	assert_int_equal(reader_u16(&r), 0x0203);
	reader_bytes(&r, text, sizeof(text));
	assert_memory_equal(text, "abc", 3);
	assert_int_equal(reader_used(&r), 6);
	assert_int_equal(r.err, OK);
}

static void
errors_stick(void **state)
{
	struct reader r = reader_of("\x01\x02\x03", 3);
	uint8_t b[2] = { 7, 7 }, b3[3];
	size_t len;

	(void)state;
	assert_int_equal(reader_u16(&r), 0x0102);
	assert_int_equal(reader_u16(&r), 0);
	assert_int_equal(r.err, ERR_SHORT);
	assert_int_equal(reader_u8(&r), 0); /* it was there, but too late */
	reader_bytes(&r, b, 2);
	assert_memory_equal(b, "\0\0", 2);
	assert_int_equal(reader_used(&r), 2);
	assert_int_equal(r.err, ERR_SHORT);

	r = reader_of("a\0", 2);
	reader_bytes(&r, b3, 3);
	assert_string_equal(reader_cstr(&r, 9, &len), "");
	assert_int_equal(len, 0);
	assert_int_equal(reader_used(&r), 0);
}

static void
reads_nothing_from_nothing(void **state)
{
	struct reader r = reader_of(NULL, 0);
	size_t len = 9;

	(void)state;
	reader_bytes(&r, NULL, 0);
	assert_int_equal(r.err, OK);
	reader_cstr(&r, 10, &len);
	assert_int_equal(r.err, ERR_SHORT);
	assert_int_equal(len, 0);
}

static void
reads_strings_up_to_a_limit(void **state)
{
	static const struct {
		const char *in;
		size_t len, max;
		enum err want;
		size_t got, used;
	} rows[] = {
		{ "abc\0def", 7, 3, OK, 3, 4 },
		{ "abc\0def", 7, 255, OK, 3, 4 },
		{ "\0", 1, 0, OK, 0, 1 },
		{ "abc\0", 4, 2, ERR_RANGE, 0, 0 },
		{ "abc", 3, 2, ERR_RANGE, 0, 0 },
		{ "abc", 3, 3, ERR_SHORT, 0, 0 },
	};
	struct reader r;
	const char *s;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = reader_of(rows[i].in, rows[i].len);
		s = reader_cstr(&r, rows[i].max, &len);
		assert_int_equal(r.err, rows[i].want);
		assert_int_equal(len, rows[i].got);
		assert_int_equal(reader_used(&r), rows[i].used);
		if (r.err == OK)
			assert_ptr_equal(s, rows[i].in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_in_order),
		cmocka_unit_test(errors_stick),
		cmocka_unit_test(reads_nothing_from_nothing),
		cmocka_unit_test(reads_strings_up_to_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
