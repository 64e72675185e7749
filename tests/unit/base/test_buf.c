#include <string.h>

#include "base/buf.h"

#include "unit.h"

static void
is_all_or_nothing(void **state)
{
	uint8_t mem[8];
	struct buf b = buf_on(mem, sizeof(mem));

	(void)state;
	assert_int_equal(buf_append(&b, "123456789", 9), ERR_SPACE);
	assert_int_equal(buf_len(&b), 0);
	assert_int_equal(buf_append(&b, "12345", 5), OK);
	assert_int_equal(buf_append_str(&b, "6789"), ERR_SPACE);
	assert_int_equal(buf_len(&b), 5);
	assert_memory_equal(buf_head(&b), "12345", 5);
	assert_int_equal(buf_append_str(&b, "678"), OK);
	assert_memory_equal(buf_head(&b), "12345678", 8);
}

static void
uses_the_room_before_its_head(void **state)
{
	uint8_t mem[8];
	struct buf b = buf_on(mem, sizeof(mem));

	(void)state;
	assert_int_equal(buf_append_str(&b, "12345678"), OK);
	buf_consume(&b, 6);
	assert_int_equal(buf_append_str(&b, "abcdef"), OK);
	assert_int_equal(buf_len(&b), 8);
	assert_memory_equal(buf_head(&b), "78abcdef", 8);
	buf_consume(&b, 8);
	assert_int_equal(b.head, 0);
	assert_int_equal(b.tail, 0);
}

static void
offers_all_room_to_read_into(void **state)
{
	uint8_t mem[8];
	struct buf b = buf_on(mem, sizeof(mem));
	uint8_t *at;
	size_t room;

	(void)state;
	at = buf_tail(&b, &room);
	assert_ptr_equal(at, mem);
	assert_int_equal(room, 8);
	memcpy(at, "1234567", 7);
	buf_grew(&b, 7);
	buf_consume(&b, 5);
	at = buf_tail(&b, &room);
	assert_ptr_equal(at, mem + 2);
	assert_int_equal(room, 6);
	assert_memory_equal(buf_head(&b), "67", 2);
	memcpy(at, "abcdef", 6);
	buf_grew(&b, 6);
	buf_tail(&b, &room);
	assert_int_equal(room, 0);
	assert_memory_equal(buf_head(&b), "67abcdef", 8);
}

static void
may_be_without_storage(void **state)
{
	struct buf b = buf_on(NULL, 0);
	size_t room;

	(void)state;
	assert_int_equal(buf_len(&b), 0);
	assert_null(buf_head(&b));
	assert_int_equal(buf_append(&b, NULL, 0), OK);
	assert_int_equal(buf_append(&b, "x", 1), ERR_SPACE);
	assert_null(buf_tail(&b, &room));
	assert_int_equal(room, 0);
	buf_consume(&b, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_all_or_nothing),
		cmocka_unit_test(uses_the_room_before_its_head),
		cmocka_unit_test(offers_all_room_to_read_into),
		cmocka_unit_test(may_be_without_storage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
