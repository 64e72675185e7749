#include <string.h>

#include "codec/base64.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* RFC 4648 section 10, and the two last digits of the alphabet. */
static const struct {
	const char *raw, *text;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
	{ "\xfb\xff\xbf", "+/+/" },
	{ "Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
};

static void
has_both_directions(void **state)
{
	char text[64], raw[64];
	size_t i, n, len;

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		n = strlen(vectors[i].raw);
		assert_int_equal(base64_encode(vectors[i].raw, n, text,
				     sizeof(text)),
		    OK);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(BASE64_LEN(n), strlen(text));
		assert_int_equal(base64_decode(text, strlen(text), raw,
				     sizeof(raw), &len),
		    OK);
		assert_int_equal(len, n);
		assert_memory_equal(raw, vectors[i].raw, n);
	}
}

static void
has_one_spelling(void **state)
{
	static const char *const bad[] = { "Z", "Zg",
		"Zg=", "Zg===", "====", "Z===", "=",
		"Zh==", "Zm9=", "Zm9v=", "Zg==Zg==", "Zm9v\n", "Zm9 ", " Zm9",
		"Zm-_", "Zm\xff\xff", "Z=g=", "Zg=A" };
	char raw[16] = "untouched";
	size_t i, len = 99;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (base64_decode(bad[i], strlen(bad[i]), raw, sizeof(raw),
			&len) != ERR_PROTO)
			fail_msg("accepted \"%s\"", bad[i]);
		assert_int_equal(len, 99);
		assert_string_equal(raw, "untouched");
	}
	assert_int_equal(base64_decode("Zm9\0", 4, raw, sizeof(raw), &len),
	    ERR_PROTO);
}

static void
stays_within_its_output(void **state)
{
	char text[9] = "untouch", raw[4] = "abc";
	size_t len = 99;

	(void)state;
	assert_int_equal(base64_encode("foob", 4, text, 8), ERR_SPACE);
	assert_int_equal(base64_encode("foob", 4, text, 0), ERR_SPACE);
	assert_string_equal(text, "untouch");
	assert_int_equal(base64_encode("foob", 4, text, 9), OK);
	assert_string_equal(text, "Zm9vYg==");
	assert_int_equal(base64_decode(text, 8, raw, 3, &len), ERR_SPACE);
	assert_int_equal(len, 99);
	assert_string_equal(raw, "abc");
	assert_int_equal(base64_decode(text, 8, raw, 4, &len), OK);
	assert_memory_equal(raw, "foob", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_both_directions),
		cmocka_unit_test(has_one_spelling),
		cmocka_unit_test(stays_within_its_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
