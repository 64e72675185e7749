/* What is in force can be read again, and the manual has it all. */
#include "tables.h"
#include "unit.h"

static struct conf *
parsed(const char *text)
{
	struct conf *c = conf_new(tables);

	assert_true(conf_parse_text(c, "t", text));
	return c;
}

static void
check_dump(const char *text, const char *want)
{
	struct conf *c = parsed(text);
	char *got = printed(c, conf_dump), *again;

	assert_string_equal(got, want);
	conf_free(c);
	c = parsed(got);
	again = printed(c, conf_dump);
	assert_string_equal(again, got);
	conf_free(c);
	free(got);
	free(again);
}

#define DEFAULT_SET "set {\n\twait 2s\n\tmany a b\n}\n"

static void
defaults_are_shown(void **state)
{
	(void)state;
	check_dump("",
	    "yesno yes\n"
	    "number 5\n"
	    "addr 127.0.0.1:1080 {\n"
	    "\tcolour red\n"
	    "\tinner {\n"
	    "\t\tdepth 7\n"
	    "\t}\n"
	    "}\n" DEFAULT_SET);
}

static void
what_is_written_is_shown(void **state)
{
	(void)state;
	/* In the order of the tables; among themselves as they were. */
	check_dump("bare;pair b; pair a 2; set { many x y z }\n"
		   "addr [::1]:1 { inner {} colour blue; }\n"
		   "number 6; yesno no\n"
		   "addr 1.2.3.4:5\nurl u s://h:1; duration 90s\n",
	    "yesno no\n"
	    "number 6\n"
	    "duration 90s\n"
	    "addr [::1]:1 {\n"
	    "\tcolour blue\n"
	    "\tinner {\n"
	    "\t\tdepth 7\n"
	    "\t}\n"
	    "}\n"
	    "addr 1.2.3.4:5 {\n"
	    "\tcolour red\n"
	    "\tinner {\n"
	    "\t\tdepth 7\n"
	    "\t}\n"
	    "}\n"
	    "url u s://h:1\n"
	    "pair b\n"
	    "pair a 2\n"
	    "set {\n"
	    "\twait 2s\n"
	    "\tmany x y z\n"
	    "}\n"
	    "bare\n");
}

static void
words_are_quoted_when_they_must(void **state)
{
	static const char *const words[] = {
		"a",
		"a b",
		"",
		"#",
		"a#",
		"a;",
		"{",
		"}",
		"\"",
		"a\"b",
		"\\",
		"\\\"",
		"a\\b c",
		"\t",
		"\x01",
		"\x7f",
		"\xc3\xa4",
		"file:x",
	};
	char text[64], *p, *dump;
	const struct conf_node *n;
	const char *w;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		p = text + sprintf(text, "text \"");
		for (w = words[i]; *w != '\0'; w++) {
			if (*w == '"' || *w == '\\')
				*p++ = '\\';
			*p++ = *w;
		}
		strcpy(p, "\"");
		c = parsed(text);
		dump = printed(c, conf_dump);
		conf_free(c);
		c = parsed(dump);
		n = conf_first(c, "text");
		assert_string_equal(n->args[0].text, words[i]);
		assert_null(conf_next(n));
		conf_free(c);
		free(dump);
	}
}

static void
examples_are_right(void **state)
{
	struct conf *c = parsed(kinds[3].example);

	(void)state;
	assert_string_equal(kinds[3].name, "number");
	assert_int_equal(conf_get(c, NULL, "number")->as.number, 3);
	conf_free(c);
}

/* -- the manual ----------------------------------------------------------- */

static const struct conf_directive in_page[] = {
	{ .name = "within",
	    .args = ARGS({ .word = "N", .kind = CONF_NUMBER }),
	    .min_args = 1,
	    .dflt = "1",
	    .doc = "Inside." },
	{ .name = NULL },
};

static const struct conf_directive page[] = {
	{ .name = "first",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME },
		{ .word = "yes|no", .kind = CONF_YESNO },
		{ .word = "WORD", .kind = CONF_CHOICE, .choices = "one|two" }),
	    .min_args = 1,
	    .many_args = true,
	    .many = true,
	    .dflt = "a \"b\"",
	    .block = in_page,
	    .doc = "One sentence.  .dots and a \\ that are not macros.  A "
		   "third one, which is so long that it has to be broken into "
		   "several lines; here.",
	    .example = ".first \\" },
	{ .name = "second",
	    .args = ARGS(
		{ .word = "on|off", .kind = CONF_CHOICE, .choices = "on|off" }),
	    .min_args = 1 },
	{ .name = NULL },
};

static void
a_manual_is_made(void **state)
{
	const struct conf_directive *const book[] = { page, NULL };
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	assert_non_null(f);
	conf_manual(book, f);
	assert_int_equal(fclose(f), 0);
	assert_string_equal(text,
	    ".Bl -tag -width Ds\n"
	    ".It Ic first Ar \"NAME\" Oo Cm yes | Cm no Oc Oo Ar \"WORD\" ... "
	    "Oc Brq ...\n"
	    "One sentence.\n"
	    "\\&.dots and a \\e that are not macros.\n"
	    "A third one, which is so long that it has to be broken into "
	    "several\n"
	    "lines; here.\n"
	    ".Ar \"WORD\"\n"
	    "is one of\n"
	    ".Cm one ,\n"
	    ".Cm two .\n"
	    "May be given more than once.\n"
	    "The default is\n"
	    ".Dq \"a \\(dqb\\(dq\" .\n"
	    ".Bd -literal -offset indent\n"
	    "\\&.first \\e\n"
	    ".Ed\n"
	    ".Pp\n"
	    "In its block:\n"
	    ".Bl -tag -width Ds\n"
	    ".It Ic within Ar \"N\"\n"
	    "Inside.\n"
	    "The default is\n"
	    ".Dq \"1\" .\n"
	    ".El\n"
	    ".It Ic second Cm on | Cm off\n"
	    ".El\n");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_shown),
		cmocka_unit_test(what_is_written_is_shown),
		cmocka_unit_test(words_are_quoted_when_they_must),
		cmocka_unit_test(examples_are_right),
		cmocka_unit_test(a_manual_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
