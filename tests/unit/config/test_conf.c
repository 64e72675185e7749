/* What can be written, and what it is then. */
#include "tables.h"
#include "unit.h"

static struct conf *
good(const char *text)
{
	struct conf *c = conf_new(tables);

	assert_non_null(c);
	if (!conf_parse_text(c, "test", text))
		conf_report(c, stderr);
	assert_true(conf_ok(c));
	return c;
}

static const struct conf_value *
arg(const struct conf *c, const char *name, size_t i)
{
	const struct conf_node *n = conf_first(c, name);

	assert_non_null(n);
	assert_true(i < n->nargs);
	return &n->args[i];
}

/* -- words ---------------------------------------------------------------- */

static void
words_are_read(void **state)
{
	static const struct {
		const char *text, *want[4];
	} rows[] = {
		{ "text a#b # rest", { "a#b" } },
		{ "  text\ta;text b ; ;;\n\ntext c", { "a", "b", "c" } },
		{ "text \"a \\\"b\\\" \\\\ ; { } # c\"",
		    { "a \"b\" \\ ; { } # c" } },
		{ "text \"\"\n", { "" } },
		{ "text a\\b", { "a\\b" } },
		{ "text \xc3\xa4\xe2\x82\xac", { "\xc3\xa4\xe2\x82\xac" } },
		{ "text a\r\ntext b\r\n\r\ntext c\r", { "a", "b", "c" } },
		{ "\xef\xbb\xbftext a", { "a" } },
		{ "# text a\n#text b\ntext c #", { "c" } },
		{ "text \"\x01\x1f\"", { "\x01\x1f" } },
	};
	const struct conf_node *n;
	struct conf *c;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c = good(rows[i].text);
		n = conf_first(c, "text");
		for (k = 0; k < 4 && rows[i].want[k] != NULL; k++) {
			assert_non_null(n);
			assert_string_equal(n->args[0].text, rows[i].want[k]);
			n = conf_next(n);
		}
		assert_null(n);
		conf_free(c);
	}
}

static void
a_place_is_known(void **state)
{
	struct conf *c = good(
	    "\n  pair x 3;\n\tbox \"b\" {\n inner { depth 1 }}");
	const struct conf_node *n = conf_first(c, "pair");

	(void)state;
	assert_string_equal(n->file, "test");
	assert_int_equal(n->line, 2);
	assert_int_equal(n->column, 3);
	assert_int_equal(n->args[1].line, 2);
	assert_int_equal(n->args[1].column, 10);
	n = conf_first(c, "box");
	assert_int_equal(n->args[0].column, 6);
	n = conf_in(n, "inner");
	assert_int_equal(n->line, 4);
	assert_int_equal(n->column, 2);
	conf_free(c);
}

static void
blocks_end_in_every_way(void **state)
{
	static const char *const texts[] = {
		"box a { colour blue; inner { depth 9; } }",
		"box a { colour blue\n inner { depth 9 } }",
		"box a {colour blue;inner{depth 9}}bare",
		"box a {\n# {\ncolour blue\ninner {\ndepth 9\n}\n}\n",
		"box a {\r\n\tcolour blue\r\n\tinner {\r\n\tdepth 9 } ; }\r\n",
	};
	const struct conf_node *n;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		c = good(texts[i]);
		n = conf_first(c, "box");
		assert_int_equal(conf_get(c, n, "colour")->as.choice, 2);
		n = conf_in(n, "inner");
		assert_int_equal(conf_get(c, n, "depth")->as.number, 9);
		conf_free(c);
	}
}

/* -- values --------------------------------------------------------------- */

static void
numbers_are_scaled(void **state)
{
	static const struct {
		const char *text, *name;
		unsigned long long want;
	} rows[] = {
		{ "number 1", "number", 1 },
		{ "number 010", "number", 10 },
		{ "any-number 18446744073709551615", "any-number",
		    18446744073709551615ull },
		{ "size 1024", "size", 1024 },
		{ "size 1k", "size", 1024 },
		{ "size 3M", "size", 3145728 },
		{ "size 2g", "size", 2147483648 },
		{ "duration 0", "duration", 0 },
		{ "duration 15ms", "duration", 15 },
		{ "duration 15s", "duration", 15000 },
		{ "duration 2m", "duration", 120000 },
		{ "duration 3h", "duration", 10800000 },
		{ "duration 2d", "duration", 172800000 },
	};
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c = good(rows[i].text);
		assert_true(arg(c, rows[i].name, 0)->as.number == rows[i].want);
		conf_free(c);
	}
}

static void
endpoints_are_read(void **state)
{
	struct conf *c = good("addr [::1]:0\nhostport Proxy.example:65535");
	char where[ENDPOINT_STR];

	(void)state;
	endpoint_str(&arg(c, "addr", 0)->as.endpoint, where);
	assert_string_equal(where, "[::1]:0");
	endpoint_str(&arg(c, "hostport", 0)->as.endpoint, where);
	assert_string_equal(where, "Proxy.example:65535");
	conf_free(c);
}

static void
urls_are_taken_apart(void **state)
{
	static const struct {
		const char *text, *scheme, *user, *pass, *where;
	} rows[] = {
		{ "socks5://h:1", "socks5", NULL, NULL, "h:1" },
		{ "SOCKS5://h:1", "socks5", NULL, NULL, "h:1" },
		{ "http://a@[2001:db8::1]:80", "http", "a", NULL,
		    "[2001:db8::1]:80" },
		{ "a+b-c.d://u:p@1.2.3.4:5", "a+b-c.d", "u", "p", "1.2.3.4:5" },
		{ "s://u:@h:1", "s", "u", "", "h:1" },
		{ "s://u:p:q@r@h:1", "s", "u", "p:q@r", "h:1" },
		{ "s://%41%3a%40:%2F%25%ff@h:1", "s", "A:@", "/%\xff", "h:1" },
	};
	const struct conf_url *url;
	char text[100], where[ENDPOINT_STR];
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text), "url x %s", rows[i].text);
		c = good(text);
		url = &arg(c, "url", 1)->as.url;
		assert_string_equal(url->scheme, rows[i].scheme);
		assert_int_equal(url->user != NULL, rows[i].user != NULL);
		assert_int_equal(url->pass != NULL, rows[i].pass != NULL);
		if (url->user != NULL)
			assert_string_equal(url->user, rows[i].user);
		if (url->pass != NULL)
			assert_string_equal(url->pass, rows[i].pass);
		endpoint_str(&url->endpoint, where);
		assert_string_equal(where, rows[i].where);
		conf_free(c);
	}
}

static void
words_of_choice(void **state)
{
	struct conf *c = good("yesno no\nbox a { colour green }\nname a.B-_9");

	(void)state;
	assert_false(arg(c, "yesno", 0)->as.yes);
	assert_int_equal(conf_get(c, conf_first(c, "box"), "colour")->as.choice,
	    1);
	assert_string_equal(arg(c, "name", 0)->text, "a.B-_9");
	conf_free(c);
}

static void
yes_has_two_words(void **state)
{
	static const char *const text[] = { "yesno no", "yesno yes",
		"yesno off", "yesno on" };
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		c = good(text[i]);
		assert_int_equal(arg(c, "yesno", 0)->as.yes, i % 2);
		conf_free(c);
	}
}

/* -- looking up ----------------------------------------------------------- */

static void
defaults_are_found(void **state)
{
	struct conf *c = good("box a\nbox b { colour green; inner { } }\naddr "
			      "[::]:1 { }");
	const struct conf_node *a = conf_first(c, "box"), *b = conf_next(a);

	(void)state;
	assert_int_equal(conf_get(c, NULL, "number")->as.number, 5);
	assert_true(conf_get(c, NULL, "yesno")->as.yes);
	assert_int_equal(conf_get(c, a, "colour")->as.choice, 0);
	assert_int_equal(conf_get(c, b, "colour")->as.choice, 1);
	assert_int_equal(conf_get(c, conf_in(b, "inner"), "depth")->as.number,
	    7);
	assert_null(conf_in(a, "inner"));
	assert_null(conf_next(b));
	/* What is there hides the default. */
	assert_int_equal(conf_get(c, NULL, "addr")->as.endpoint.port, 1);
	assert_int_equal(conf_get_in(c, "set", "wait")->as.number, 2000);
	conf_free(c);
	c = good("set { wait 3s }");
	assert_int_equal(conf_get_in(c, "set", "wait")->as.number, 3000);
	assert_string_equal(conf_get_in(c, "set", "many")->text, "a");
	conf_free(c);
}

static void
texts_add_up(void **state)
{
	struct conf *c = good("text a");

	(void)state;
	assert_true(conf_parse_text(c, "two", "text b\nnumber 3"));
	assert_string_equal(conf_next(conf_first(c, "text"))->file, "two");
	assert_int_equal(conf_get(c, NULL, "number")->as.number, 3);
	assert_false(conf_parse_text(c, "three", "number 4"));
	assert_false(conf_ok(c));
	/* Whether this text is right, not whether all are. */
	assert_true(conf_parse_text(c, "four", "text c"));
	assert_false(conf_ok(c));
	conf_free(c);
}

static void
what_is_wrong_is_left_out(void **state)
{
	struct conf *c = conf_new(tables);
	const struct conf_node *n;

	(void)state;
	assert_false(conf_parse_text(c, "t",
	    "number 11; pair a b; pair b 1; nonsense 1; box c { colour x; }"));
	assert_null(conf_first(c, "number"));
	n = conf_first(c, "pair");
	assert_string_equal(n->args[0].text, "b");
	assert_null(conf_next(n));
	n = conf_first(c, "box");
	assert_non_null(n);
	assert_null(conf_in(n, "colour"));
	assert_int_equal(conf_get(c, n, "colour")->as.choice, 0);
	conf_free(c);
}

/* -- out of memory -------------------------------------------------------- */

static const char *const everything =
    "name n\ntext \"t t\"\nyesno no\nsize 4k\nduration 5s\n"
    "addr 127.0.0.1:1 { colour blue; inner { depth 3 } }\n"
    "url u socks5://a%41:b@h:1\nsecret s\nhash h \"$argon2id$x\"\n"
    "pair a 1\npair b\nbox c { password p }\nset { many a b c d e f }\n"
    "# wrong\nnumer 3; name x y; url z s://:@; text \"; yesno on; { }\n"
    "size 1; duration 7; addr 1; box { inner { inner { inner { } } } }\n";

static void
out_of_memory_is_said(void **state)
{
	unsigned long n;
	struct conf *c;
	char *text;
	FILE *sink = fopen("/dev/null", "w");
	int failed;

	(void)state;
	assert_non_null(sink);
	for (n = 1;; n++) {
		alloc_fail_at(n);
		c = conf_new(tables);
		failed = alloc_failed();
		if (c != NULL) {
			assert_false(conf_parse_text(c, "t", everything));
			conf_error_at(c, conf_first(c, "pair"), NULL, "why",
			    "not so");
			failed = alloc_failed();
			alloc_fail_at(0);
			assert_false(conf_ok(c));
			text = printed(c, conf_report);
			assert_int_equal(strstr(text, "out of memory") != NULL,
			    failed);
			free(text);
			conf_dump(c, sink);
		}
		alloc_fail_at(0);
		conf_free(c);
		if (!failed)
			break;
	}
	assert_true(n > 5);
	fclose(sink);
}

static void
no_text_is_no_memory(void **state)
{
	struct conf *c = conf_new(tables);
	char *text;

	(void)state;
	assert_false(conf_parse_text(c, "t", NULL));
	assert_false(conf_ok(c));
	text = printed(c, conf_report);
	assert_string_equal(text, "error: out of memory\n");
	free(text);
	conf_free(c);
	conf_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_read),
		cmocka_unit_test(a_place_is_known),
		cmocka_unit_test(blocks_end_in_every_way),
		cmocka_unit_test(numbers_are_scaled),
		cmocka_unit_test(endpoints_are_read),
		cmocka_unit_test(urls_are_taken_apart),
		cmocka_unit_test(words_of_choice),
		cmocka_unit_test(yes_has_two_words),
		cmocka_unit_test(defaults_are_found),
		cmocka_unit_test(texts_add_up),
		cmocka_unit_test(what_is_wrong_is_left_out),
		cmocka_unit_test(out_of_memory_is_said),
		cmocka_unit_test(no_text_is_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
