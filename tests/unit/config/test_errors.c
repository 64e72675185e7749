/* What is said about what is wrong: the words, the place, the caret. */
#include "tables.h"
#include "unit.h"

struct row {
	const char *text; /* "@" stands where the caret must be */
	const char *message, *hint;
};

#define BUT_UNITS "a whole number and ms, s, m, h or d"

static const struct row rows[] = {
	/* words */
	{ "text @\"abc", "this quote is never closed on its line", NULL },
	{ "text \"abc\"@d", "white space must follow a closing quote",
	    "within quotes, write \\\" for a quote" },
	{ "text \"a@\\nb\"",
	    "only \\\" and \\\\ may follow a backslash in quotes",
	    "write \\\\ for a backslash" },
	{ "text ab@\"cd\"", "a quote in the middle of a word",
	    "put the whole word in quotes" },
	{ "text ab@\x01"
	  "cd",
	    "a control character in a word", NULL },
	{ "text a@\rb", "a control character in a word", NULL },
	/* directives */
	{ "@numbr 3", "unknown directive \"numbr\"",
	    "did you mean \"number\"?" },
	{ "@NUMBER 3", "unknown directive \"NUMBER\"",
	    "did you mean \"number\"?" },
	{ "@colour red", "unknown directive \"colour\"", NULL },
	{ "box a { @colr red }", "unknown directive \"colr\" in \"box\"",
	    "did you mean \"colour\"?" },
	{ "box a {\n @number 3; }", "unknown directive \"number\" in \"box\"",
	    "is a \"}\" missing before it?" },
	{ "box a @{ colour red\nnumber 3", "this \"{\" is never closed",
	    "a \"}\" is missing before \"number\" on line 2" },
	{ "number 3\n@number 4", "\"number\" was given already, on line 1",
	    "keep one of them" },
	{ "box a { colour red; @colour red }",
	    "\"colour\" was given already, on line 1", "keep one of them" },
	{ "@number", "\"number\" needs N", "for example: number 3" },
	{ "@url", "\"url\" needs NAME URL", NULL },
	{ "@url x", "\"url\" needs URL", NULL },
	{ "number 3 @4", "nothing may follow \"number N\"", NULL },
	{ "bare @x", "nothing may follow \"bare\"", NULL },
	/* blocks */
	{ "box a @{ colour red", "this \"{\" is never closed", NULL },
	{ "bare; @}", "this \"}\" ends nothing", NULL },
	{ "bare @{ }", "\"bare\" has no block", NULL },
	{ "box a\n@{ colour red }",
	    "a block must begin on the line of its directive",
	    "move the \"{\" to the end of its directive's line" },
	/* names and choices */
	{ "name @a/b",
	    "\"a/b\" is no name: it may have letters, digits, \".\", \"_\" and "
	    "\"-\"",
	    NULL },
	{ "name @\"\"", "a name can not be empty", NULL },
	{ "name @"
	  "0123456789012345678901234567890123456789012345678901234567890123",
	    "a name can not be longer than 63 characters", NULL },
	{ "yesno @TRUE", "\"TRUE\" is neither \"yes\" nor \"no\"",
	    "did you mean \"yes\"?" },
	{ "yesno @offf", "\"offf\" is neither \"yes\" nor \"no\"",
	    "did you mean \"off\"?" },
	{ "yesno @False", "\"False\" is neither \"yes\" nor \"no\"",
	    "did you mean \"no\"?" },
	{ "yesno @yess", "\"yess\" is neither \"yes\" nor \"no\"",
	    "did you mean \"yes\"?" },
	{ "box a { colour @gren }", "\"gren\" is none of: red, green, blue",
	    "did you mean \"green\"?" },
	{ "box a { colour @mauve }", "\"mauve\" is none of: red, green, blue",
	    NULL },
	/* numbers */
	{ "number @0", "0 must be from 1 to 10", NULL },
	{ "number @11", "11 must be from 1 to 10", NULL },
	{ "number @-1", "\"-1\" is no whole number", NULL },
	{ "number @1.5", "\"1.5\" is no whole number", NULL },
	{ "number @\"\"", "\"\" is no whole number", NULL },
	{ "number @1k", "\"1k\" is no whole number", NULL },
	{ "any-number @2", "2 must be at least 3", NULL },
	{ "any-number @18446744073709551616",
	    "18446744073709551616 is too large", NULL },
	{ "size @1023", "1023 must be from 1k to 1024g", NULL },
	{ "size @99999999999g", "99999999999g must be from 1k to 1024g", NULL },
	{ "size @1kb",
	    "\"1kb\" is no size: a whole number and nothing, k, m or g", NULL },
	{ "duration @10", "\"10\" is no duration: " BUT_UNITS,
	    "did you mean \"10s\"?" },
	{ "duration @999999999999999999d", "999999999999999999d is too large",
	    NULL },
	{ "duration @10M", "\"10M\" is no duration: " BUT_UNITS, NULL },
	{ "set { wait @61s }", "61s must be from 1s to 1m", NULL },
	/* where something is */
	{ "addr @1080", "\"1080\" is no IP:PORT: the address is missing",
	    "write 127.0.0.1:1080" },
	{ "addr @\"\"", "\"\" is no IP:PORT: the address is missing", NULL },
	{ "addr @1.2.3.4", "\"1.2.3.4\" is no IP:PORT: the port is missing",
	    "write it behind a \":\", as in 127.0.0.1:1080" },
	{ "addr @*:80", "\"*:80\" is no IP:PORT: the address is missing",
	    "127.0.0.1 is this machine only, 0.0.0.0 and [::] are all "
	    "addresses of it" },
	{ "addr @:80", "\":80\" is no IP:PORT: the address is missing",
	    "127.0.0.1 is this machine only, 0.0.0.0 and [::] are all "
	    "addresses of it" },
	{ "addr @::1:80",
	    "\"::1:80\" is no IP:PORT: an IPv6 address needs brackets",
	    "write [2001:db8::1]:1080" },
	{ "addr @::1", "\"::1\" is no IP:PORT: an IPv6 address needs brackets",
	    "write [2001:db8::1]:1080" },
	{ "addr @[::1:80",
	    "\"[::1:80\" is no IP:PORT: the \"[\" is never "
	    "closed",
	    "write [2001:db8::1]:1080" },
	{ "addr @[1.2.3.4]:80",
	    "\"[1.2.3.4]:80\" is no IP:PORT: there is no IPv6 address in the "
	    "brackets",
	    NULL },
	{ "addr @[::1]", "\"[::1]\" is no IP:PORT: the port is missing",
	    "write [2001:db8::1]:1080" },
	{ "addr @[::1]x80",
	    "\"[::1]x80\" is no IP:PORT: only \":\" and the port may follow "
	    "the \"]\"",
	    NULL },
	{ "addr @[::1]:x",
	    "\"[::1]:x\" is no IP:PORT: the port is no number up to 65535",
	    NULL },
	{ "addr @1.2.3.4:65536",
	    "\"1.2.3.4:65536\" is no IP:PORT: the port is no number up to "
	    "65535",
	    NULL },
	{ "addr @1.2.3:80",
	    "\"1.2.3:80\" is no IP:PORT: this is no address and no name",
	    NULL },
	{ "addr @localhost:80",
	    "\"localhost:80\" has a name where an address must be",
	    "127.0.0.1 or [::1] is localhost" },
	{ "addr @a.example:80",
	    "\"a.example:80\" has a name where an address must be",
	    "names are not looked up here" },
	{ "hostport @h:0", "nothing listens on port 0", NULL },
	{ "hostport @h", "\"h\" is no HOST:PORT: the port is missing",
	    "write it behind a \":\", as in 127.0.0.1:1080" },
	/* URLs */
	{ "url x @h:1", "a URL begins with its scheme and \"://\"",
	    "write socks5://HOST:PORT" },
	{ "url x @://h:1", "a URL begins with its scheme and \"://\"",
	    "write socks5://HOST:PORT" },
	{ "url x @so_cks://h:1", "a scheme has letters and digits only",
	    "write socks5://HOST:PORT" },
	{ "url x @s://h", "the port is missing",
	    "write it behind a \":\", as in 127.0.0.1:1080" },
	{ "url x @s://", "the address is missing", NULL },
	{ "url x @s://h:x", "the port is no number up to 65535", NULL },
	{ "url x @s://h:0", "nothing listens on port 0", NULL },
	{ "url x @s://h:1/", "nothing may follow the port of a URL",
	    "a \"/\" in a password is written %2F" },
	{ "url x @s://:p@h:1", "the user in front of the \"@\" is missing",
	    NULL },
	{ "url x @s://@h:1", "the user in front of the \"@\" is missing",
	    NULL },
	{ "url x @s://u:%4@h:1",
	    "the user or the password has a \"%\" that two hexadecimal digits "
	    "do not follow",
	    "write %25 for a % and %40 for a @" },
	{ "url x @s://u%00@h:1",
	    "the user or the password has a \"%\" that two hexadecimal digits "
	    "do not follow",
	    "write %25 for a % and %40 for a @" },
};

/* text without its first "@", and where that was; the column is of bytes. */
static void
place(const char *text, char *out, unsigned *line, unsigned *column)
{
	const char *at = strchr(text, '@'), *p;

	*line = *column = 1;
	for (p = text; p < at; p++) {
		(*column)++;
		if (*p == '\n') {
			(*line)++;
			*column = 1;
		}
	}
	memcpy(out, text, (size_t)(at - text));
	strcpy(out + (at - text), at + 1);
}

static void
every_mistake_has_its_words(void **state)
{
	char text[256], want[512], first[512], *got;
	unsigned line, column;
	struct conf *c;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		place(rows[i].text, text, &line, &column);
		c = conf_new(tables);
		assert_false(conf_parse_text(c, "t", text));
		got = printed(c, conf_report);
		snprintf(want, sizeof(want), "t:%u:%u: error: %s", line, column,
		    rows[i].message);
		n = strcspn(got, "\n");
		assert_true(n < sizeof(first));
		memcpy(first, got, n);
		first[n] = '\0';
		assert_string_equal(first, want);
		/* The caret stands below the byte it is about. */
		snprintf(want, sizeof(want), "\n%*s^\n", (int)(4 + column - 1),
		    "");
		if (strchr(text, '\t') == NULL)
			assert_non_null(strstr(got, want));
		if (rows[i].hint != NULL) {
			snprintf(want, sizeof(want), "^\n    hint: %s\n",
			    rows[i].hint);
			assert_non_null(strstr(got, want));
		} else {
			assert_null(strstr(got, "hint"));
		}
		/* One mistake, one message. */
		assert_null(strstr(strstr(got, "error:") + 1, "error:"));
		free(got);
		conf_free(c);
	}
}

static void
check_report(const char *text, const char *want)
{
	struct conf *c = conf_new(tables);
	char *got;

	assert_false(conf_parse_text(c, "t", text));
	got = printed(c, conf_report);
	assert_string_equal(got, want);
	free(got);
	conf_free(c);
}

static void
the_caret_follows_what_is_printed(void **state)
{
	(void)state;
	/* Tabs as wide as they are, and letters of several bytes as one. */
	check_report("\tnumber\t11\t# x",
	    "t:1:9: error: 11 must be from 1 to 10\n"
	    "            number  11\n"
	    "                    ^\n");
	check_report("text \"\xc3\xa4\xe2\x82\xac\"; number 11\r\n",
	    "t:1:22: error: 11 must be from 1 to 10\n"
	    "    text \"\xc3\xa4\xe2\x82\xac\"; number 11\n"
	    "                      ^\n");
	check_report("\xef\xbb\xbfnumber 11",
	    "t:1:8: error: 11 must be from 1 to 10\n"
	    "    number 11\n"
	    "           ^\n");
	/* Nothing that would speak to the terminal. */
	check_report("text \"\x1b[2J\" \x1b[",
	    "t:1:13: error: a control character in a word\n"
	    "    text \"?[2J\" ?[\n"
	    "                ^\n"
	    "t:1:13: error: nothing may follow \"text TEXT\"\n"
	    "    text \"?[2J\" ?[\n"
	    "                ^\n");
}

static void
a_long_line_is_cut_around_the_caret(void **state)
{
	char text[4000], *got;
	struct conf *c = conf_new(tables);
	const char *caret, *line;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "text \"a", 7);
	memcpy(text + 2000, "\"; number 11;", 13);
	strcpy(text + sizeof(text) - 6, "bare");
	assert_false(conf_parse_text(c, "t", text));
	got = printed(c, conf_report);
	line = strstr(got, "\n    ...");
	assert_non_null(line);
	caret = strchr(line, '^');
	assert_non_null(caret);
	assert_true(strlen(got) < 500);
	assert_memory_equal(line + 1 + (caret - strchr(line + 1, '\n') - 1),
	    "11", 2);
	free(got);
	conf_free(c);
}

static void
all_mistakes_come_in_the_order_of_the_text(void **state)
{
	struct conf *c = conf_new(tables);
	const struct conf_node *n;
	char *got;

	(void)state;
	assert_false(conf_parse_text(c, "a", "pair a 1\npair b x\nnumber 0"));
	assert_false(conf_parse_text(c, "b", "pair c 1\nyesno x"));
	n = conf_first(c, "pair");
	conf_error_at(c, conf_next(n), &conf_next(n)->args[1], NULL, "late");
	conf_error_at(c, n, &n->args[0], "do %s", "early %d", 7);
	conf_error_at(c, n, NULL, NULL, "first");
	conf_error_at(c, NULL, NULL, NULL, "nowhere");
	conf_error_at(c, n, &n->args[0], "again", "early %d", 7);
	got = printed(c, conf_report);
	assert_string_equal(got,
	    "a:1:1: error: first\n    pair a 1\n    ^\n"
	    "a:1:6: error: early 7\n    pair a 1\n         ^\n"
	    "    hint: do %s\n"
	    "a:2:8: error: \"x\" is no whole number\n    pair b x\n"
	    "           ^\n"
	    "a:3:8: error: 0 must be from 1 to 10\n    number 0\n"
	    "           ^\n"
	    "b:1:8: error: late\n    pair c 1\n           ^\n"
	    "b:2:7: error: \"x\" is neither \"yes\" nor \"no\"\n    yesno x\n"
	    "          ^\n"
	    "error: nowhere\n");
	free(got);
	conf_free(c);
}

/* A chain that names a proxy with a typo in its URL is no second mistake. */
static void
consequences_are_not_told(void **state)
{
	struct conf *c = conf_new(tables);
	const struct conf_node *n;
	char *before, *after;

	(void)state;
	assert_false(conf_parse_text(c, "t",
	    "url lost h:1\npiar gone 1\nbox b { colour x }\n"
	    "text lost\ntext gone\ntext other"));
	before = printed(c, conf_report);
	n = conf_first(c, "text");
	conf_error_at(c, n, &n->args[0], NULL, "unknown");
	n = conf_next(n);
	conf_error_at(c, n, &n->args[0], NULL, "unknown");
	conf_error_at(c, conf_first(c, "box"), NULL, NULL, "no colour");
	after = printed(c, conf_report);
	assert_string_equal(before, after);
	free(after);
	n = conf_next(n);
	conf_error_at(c, n, &n->args[0], NULL, "unknown");
	after = printed(c, conf_report);
	assert_non_null(strstr(after, "t:6:6: error: unknown"));
	free(before);
	free(after);
	conf_free(c);
}

static void
there_are_limits(void **state)
{
	struct conf *c = conf_new(tables);
	char *text = calloc(1, 2000000), *got;
	size_t i;

	(void)state;
	for (i = 0; i < 300; i++)
		strcat(text, "wrong\n");
	assert_false(conf_parse_text(c, "t", text));
	got = printed(c, conf_report);
	assert_non_null(strstr(got, "t:100:1:"));
	assert_null(strstr(got, "t:101:1:"));
	assert_non_null(strstr(got, "\nerror: more than 100 mistakes"));
	free(got);
	conf_free(c);

	c = conf_new(tables);
	assert_false(conf_parse_text(c, "t",
	    "x {x{x{x{x{x{x{x{x{x{}}}}}}}}}}\nnumber 11"));
	got = printed(c, conf_report);
	assert_non_null(strstr(got, "t:1:19: error: blocks can not be nested"));
	assert_non_null(strstr(got, "t:2:8: error: 11 must be"));
	free(got);
	conf_free(c);

	c = conf_new(tables);
	memset(text, 'x', 5000);
	strcpy(text + 5000, "\nnumber 11");
	assert_false(conf_parse_text(c, "t", text));
	got = printed(c, conf_report);
	assert_non_null(strstr(got, "t:1:4097: error: this line is longer"));
	assert_non_null(strstr(got, "t:2:8: error: 11 must be"));
	assert_null(strstr(got, "xxx"));
	free(got);
	conf_free(c);

	c = conf_new(tables);
	memset(text, '\n', 1048577);
	text[1048577] = '\0';
	assert_false(conf_parse_text(c, "t", text));
	got = printed(c, conf_report);
	assert_string_equal(got, "t: error: this file is larger than 1 MiB\n");
	free(got);
	conf_free(c);
	free(text);
}

static void
the_nearest_is_meant(void **state)
{
	static const char *const words[] = { "listen", "log", "rule", "user",
		"n1", "n2", "deep" };
	static const struct {
		const char *word, *want;
	} near[] = {
		{ "lisen", "did you mean \"listen\"?" },
		{ "listne", "did you mean \"listen\"?" },
		{ "LOG", "did you mean \"log\"?" },
		{ "lgo", "did you mean \"log\"?" },
		{ "rules", "did you mean \"rule\"?" },
		{ "n3", NULL },
		{ "nn1", "did you mean \"n1\"?" },
		{ "x", NULL },
		{ "", NULL },
		{ "listening-on", NULL },
		{ "dep", "did you mean \"deep\"?" },
		{ "0123456789012345678901234567890123456789012345678", NULL },
	};
	struct conf *c = conf_new(tables);
	const char *got;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(near) / sizeof(*near); i++) {
		got = conf_did_you_mean(c, near[i].word, words, 7);
		if (near[i].want == NULL)
			assert_null(got);
		else
			assert_string_equal(got, near[i].want);
	}
	assert_null(conf_did_you_mean(c, "listen", words, 0));
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mistake_has_its_words),
		cmocka_unit_test(the_caret_follows_what_is_printed),
		cmocka_unit_test(a_long_line_is_cut_around_the_caret),
		cmocka_unit_test(all_mistakes_come_in_the_order_of_the_text),
		cmocka_unit_test(consequences_are_not_told),
		cmocka_unit_test(there_are_limits),
		cmocka_unit_test(the_nearest_is_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
