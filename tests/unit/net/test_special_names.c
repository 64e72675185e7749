/* test_special_names.c - which names leave, and how they are written. */
#include <string.h>

#include "../../../src/net/special_names.h"
#include "unit.h"

static void
makes_names_canonical(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} rows[] = {
		{ "www.Example.ORG", "www.example.org" },
		{ "www.example.org.", "www.example.org" },
		{ "_sip._tcp.example", "_sip._tcp.example" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "a", "a" },
		{ "1.2.3.com", "1.2.3.com" },
		{ "3com", "3com" },
		{ "", NULL },
		{ ".", NULL },
		{ "..", NULL },
		{ ".a", NULL },
		{ "a..", NULL },
		{ "a..b", NULL },
		{ "1.2.3.4", NULL },
		{ "127.1", NULL },
		{ "2130706433", NULL },
		{ "a b", NULL },
		{ "a\\.b", NULL },
		{ "a/b", NULL },
		{ "a:1", NULL },
		{ "a%25b", NULL },
		{ "a@b", NULL },
		{ "*.example", NULL },
		{ "b\xc3\xbc"
		  "cher.example",
		    NULL },
		{ "a\nb", NULL },
	};
	char out[NAME_MAX_LEN + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(name_canonical(out, rows[i].in),
		    rows[i].out != NULL);
		if (rows[i].out != NULL)
			assert_string_equal(out, rows[i].out);
	}
}

static void
bounds_names_and_labels(void **state)
{
	char out[NAME_MAX_LEN + 1], name[300];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[63] = '\0';
	assert_true(name_canonical(out, name));
	name[63] = 'a';
	name[64] = '\0';
	assert_false(name_canonical(out, name));

	memset(name, 'a', sizeof(name));
	name[50] = name[100] = name[150] = name[200] = '.';
	name[253] = '\0';
	assert_true(name_canonical(out, name));
	assert_int_equal(strlen(out), 253);
	name[253] = '.';
	name[254] = '\0';
	assert_true(name_canonical(out, name));
	name[253] = 'a';
	assert_false(name_canonical(out, name));
}

static void
knows_special_names(void **state)
{
	static const struct {
		const char *name;
		enum special special;
	} rows[] = {
		{ "localhost", SPECIAL_LOOPBACK },
		{ "a.b.localhost", SPECIAL_LOOPBACK },
		{ "notlocalhost", SPECIAL_HOSTS },
		{ "localhost.example.org", SPECIAL_NOT },
		{ "onion", SPECIAL_NEVER },
		{ "x.onion", SPECIAL_NEVER },
		{ "xonion.org", SPECIAL_NOT },
		{ "onion.org", SPECIAL_NOT },
		{ "x.invalid", SPECIAL_NEVER },
		{ "x.alt", SPECIAL_NEVER },
		{ "x.test", SPECIAL_HOSTS },
		{ "x.local", SPECIAL_HOSTS },
		{ "x.internal", SPECIAL_HOSTS },
		{ "home.arpa", SPECIAL_HOSTS },
		{ "nas.home.arpa", SPECIAL_HOSTS },
		{ "nothome.arpa", SPECIAL_NOT },
		{ "printer", SPECIAL_HOSTS },
		{ "example.org", SPECIAL_NOT },
		{ "x.local.example.org", SPECIAL_NOT },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(special_name(rows[i].name), rows[i].special);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_names_canonical),
		cmocka_unit_test(bounds_names_and_labels),
		cmocka_unit_test(knows_special_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
