/* Who may read what: files, redaction, and where secrets come from. */
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tables.h"
#include "unit.h"

#define SECRET "hunter2"

struct dir {
	char path[64];
};

static void
write_file(const char *dir, const char *name, mode_t mode, const void *data,
    size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int
make_dir(void **state)
{
	static struct dir d;

	strcpy(d.path, "/tmp/test_secrets.XXXXXX");
	*state = mkdtemp(d.path);
	return *state == NULL;
}

static int
remove_dir(void **state)
{
	static const char *const names[] = { "conf", "secret", "fifo" };
	char path[128];
	size_t i;

	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/folder", (char *)*state);
	rmdir(path);
	return rmdir(*state);
}

/* The file of this content and mode, read; *report is malloc'd. */
static struct conf *
read_conf(const char *dir, mode_t mode, const char *text, char **report)
{
	char path[128];
	struct conf *c = conf_new(tables);

	write_file(dir, "conf", mode, text, strlen(text));
	snprintf(path, sizeof(path), "%s/conf", dir);
	conf_parse_file(c, path);
	*report = printed(c, conf_report);
	return c;
}

/* -- nothing leaks -------------------------------------------------------- */

/* Each has the secret, wrongly or beside something wrong. */
static const char *const leaky[] = {
	"number 11; secret hunter2",
	"secret hunter2; number 11",
	"secret \"hunter2; number 11",
	"secret \"x\"hunter2",
	"secret x\"hunter2",
	"secret hunter2 x",
	"secret x hunter2",
	"secret x;hunter2",
	"secret x{hunter2",
	"secret x{hunter2}",
	"secret x}hunter2",
	"secret x#y\nsecret hunter2",
	"secret\nhunter2",
	"secret #hunter2",
	"sercet hunter2",
	"passphrase hunter2",
	"\"secret\"x hunter2",
	"box b { password hunter2; colour x }",
	"box b { colour x; password hunter2 }",
	"box b { pasword hunter2 }",
	"box b { pass hunter2 }",
	"bxo b { password hunter2 }",
	"nothing b { password hunter2 }",
	"nothing b { x { y hunter2 } }",
	"box b\n{ password hunter2 }",
	"box b c { password hunter2 }",
	"x{x{x{x{x{x{x{x{x{x hunter2",
	"hash a hunter2; number 11",
	"hash a hunter2 hunter2",
	"hash a \"$argon2id$hunter2\"; number 11",
	"text $argon2id$hunter2; number 11",
	"hahs a $argon2id$hunter2",
	"number $argon2id$hunter2",
	"$argon2id$hunter2",
	"url x s://u:hunter2@h:1; number 11",
	"url x s://u:hunter2@h",
	"url x s://u:hunter2@:1",
	"url x s://u:a@hunter2@h:99999",
	"url x s:/u:hunter2@h:1",
	"url x u:hunter2@h:1",
	"url x s_://u:hunter2@h:1",
	"url x ://u:hunter2@h:1",
	"url x s://u:hunter2",
	"url x s://u:hunter2/x@h:x",
	"url x s://u:x/hunter2",
	"url x s://:hunter2@h:1",
	"url x s://u:hunter2%@h:1",
	"url x s://u:hunter2 x@h:1",
	"url x s://u:x hunter2@h:1",
	"url x s://u:1;hunter2@h:1",
	"url x s://u:1{hunter2@h:1",
	"url s://u:hunter2@h:1",
	"ulr x s://u:hunter2@h:1",
	"addr u:hunter2@1.2.3.4:1",
	"hostport u:hunter2@h:1",
	"name u:hunter2@h:1",
	"number u:hunter2@h:1",
	"yesno u:hunter2@h",
	"box a { colour u:hunter2@h }",
	"u:hunter2@h",
	"number 11 # was hunter2",
	"# hunter2\nnumber 11 #hunter2",
};

static void
no_message_shows_a_secret(void **state)
{
	struct conf *c;
	char *report, text[256];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(leaky) / sizeof(*leaky); i++) {
		/* Also where something else is wrong on its line. */
		for (k = 0; k < 2; k++) {
			c = conf_new(tables);
			snprintf(text, sizeof(text), "%s%s",
			    k == 1 ? "number 11;" : "", leaky[i]);
			if (conf_parse_text(c, "t", text))
				fail_msg("%s is no mistake", text);
			report = printed(c, conf_report);
			assert_non_null(strstr(report, "error:"));
			if (strstr(report, SECRET) != NULL)
				print_error("%s", report);
			assert_null(strstr(report, SECRET));
			free(report);
			conf_free(c);
		}
	}
}

static void
what_was_not_read_is_not_shown(void **state)
{
	struct conf *c = conf_new(tables);
	char text[2048] = "", *report;
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		strcat(text, "wrong;");
	strcat(text, "secret hunter2");
	assert_false(conf_parse_text(c, "t", text));
	report = printed(c, conf_report);
	assert_non_null(strstr(report, "wrong;wrong"));
	assert_null(strstr(report, SECRET));
	free(report);
	conf_free(c);
}

/* A module that quotes what it was given. */
static void
modules_can_not_leak_either(void **state)
{
	struct conf *c = conf_new(tables);
	const struct conf_node *n;
	char *report;

	(void)state;
	assert_true(conf_parse_text(c, "t",
	    "secret hunter2\nhash a hunter2\nurl x s://u:hunter2@h:1\n"
	    "text $argon2id$hunter2"));
	n = conf_first(c, "secret");
	conf_error_at(c, n, &n->args[0], NULL, "\"%s\" is weak",
	    n->args[0].text);
	n = conf_first(c, "hash");
	conf_error_at(c, n, &n->args[1], NULL, "%s: %s, no hash",
	    n->args[0].text, n->args[1].text);
	n = conf_first(c, "url");
	conf_error_at(c, n, &n->args[1], NULL, "%s is down", n->args[1].text);
	n = conf_first(c, "text");
	conf_error_at(c, n, &n->args[0], NULL, "what is %s", n->args[0].text);
	report = printed(c, conf_report);
	assert_null(strstr(report, SECRET));
	assert_non_null(strstr(report, "\"***\" is weak"));
	assert_non_null(strstr(report, "a: ***, no hash"));
	free(report);
	conf_free(c);
}

static void
a_dump_shows_no_secret(void **state)
{
	struct conf *c = conf_new(tables);
	char *dump;

	(void)state;
	setenv("TEST_SECRETS", SECRET, 1);
	assert_true(conf_parse_text(c, "t",
	    "secret env:TEST_SECRETS\nhash a hunter2\n"
	    "url x \"s://u:hunter2@h:1\"\nurl y s://u@h:1\n"
	    "url z s://u:a:hunter2@b@h:1\ntext $argon2id$hunter2\n"
	    "box b { password hunter2 }"));
	dump = printed(c, conf_dump);
	assert_null(strstr(dump, SECRET));
	assert_non_null(strstr(dump, "secret env:TEST_SECRETS\n"));
	assert_non_null(strstr(dump, "hash a ***\n"));
	assert_non_null(strstr(dump, "url x s://u:***@h:1\n"));
	assert_non_null(strstr(dump, "url y s://u@h:1\n"));
	assert_non_null(strstr(dump, "url z s://u:***@h:1\n"));
	assert_non_null(strstr(dump, "text ***\n"));
	assert_non_null(strstr(dump, "password ***\n"));
	free(dump);
	conf_free(c);
}

/* -- files ---------------------------------------------------------------- */

static void
a_file_with_a_secret_is_private(void **state)
{
	static const char *const secret[] = {
		"bare\nsecret hunter2",
		"bare\nurl x s://u:hunter2@h:1",
		"bare\nbox b { password hunter2 }",
		"bare\nsecret hunter2\nurl x s://u:hunter2@h:1",
	};
	static const mode_t others[] = { 0640, 0604, 0644, 0660, 0602, 0610 };
	struct conf *c;
	char *report;
	size_t i, k;

	for (i = 0; i < 4; i++) {
		for (k = 0; k < 6; k++) {
			c = read_conf(*state, others[k], secret[i], &report);
			assert_false(conf_ok(c));
			assert_non_null(strstr(report, "/conf:2:"));
			assert_non_null(strstr(report,
			    "error: others can read this file, and here is a "
			    "secret\n"));
			assert_non_null(strstr(report, "hint: chmod 600 /"));
			assert_null(strstr(report, SECRET));
			/* Said once, not for each. */
			assert_null(
			    strstr(strstr(report, "others") + 1, "others"));
			free(report);
			conf_free(c);
		}
		c = read_conf(*state, i % 2 ? 0600 : 0400, secret[i], &report);
		assert_true(conf_ok(c));
		free(report);
		conf_free(c);
	}
	/* Nothing in clear, so anybody may read it. */
	c = read_conf(*state, 0644, "url x s://u@h:1\nhash a b", &report);
	assert_true(conf_ok(c));
	free(report);
	conf_free(c);
}

static void
check_file(const char *dir, mode_t mode, const char *data, size_t n,
    const char *want)
{
	struct conf *c;
	char *report;

	write_file(dir, "secret", mode, data, n);
	c = read_conf(dir, 0644, "secret file:secret", &report);
	if (want != NULL) {
		assert_false(conf_ok(c));
		assert_non_null(strstr(report,
		    "/conf:1:8: error: cannot take "
		    "a secret from /"));
		assert_non_null(strstr(report, want));
	} else {
		assert_string_equal(report, "");
		assert_string_equal(conf_first(c, "secret")->args[0].as.secret,
		    SECRET);
	}
	free(report);
	conf_free(c);
}

static void
secrets_come_from_files(void **state)
{
	char large[1026];

	memset(large, 'x', sizeof(large));
	check_file(*state, 0600, SECRET, 7, NULL);
	check_file(*state, 0400, SECRET "\n", 8, NULL);
	check_file(*state, 0600, SECRET "\r\n", 9, NULL);
	check_file(*state, 0644, SECRET, 7, "/secret: others can read it\n");
	check_file(*state, 0640, SECRET, 7, "hint: chmod 600 /");
	check_file(*state, 0600, "", 0, "/secret: it is empty\n");
	check_file(*state, 0600, "\n", 1, "/secret: it is empty\n");
	check_file(*state, 0600, "a\nb\n", 4, "it has more than one line\n");
	check_file(*state, 0600, "a\0b", 3, "it has a NUL byte\n");
	check_file(*state, 0600, large, 1025, "it is longer than 1024 bytes\n");
}

static void
check_secret(const char *dir, const char *text, const char *want)
{
	struct conf *c;
	char *report;

	c = read_conf(dir, 0600, text, &report);
	assert_false(conf_ok(c));
	if (strstr(report, want) == NULL)
		print_error("%s", report);
	assert_non_null(strstr(report, want));
	free(report);
	conf_free(c);
}

static void
what_is_no_secret_is_refused(void **state)
{
	char path[128], text[200];

	snprintf(path, sizeof(path), "%s/folder", (char *)*state);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/fifo", (char *)*state);
	assert_int_equal(mkfifo(path, 0600), 0);
	check_secret(*state, "secret file:folder", "it is a directory\n");
	/* And nobody waits for its writer. */
	check_secret(*state, "secret file:fifo", "it is no regular file\n");
	snprintf(text, sizeof(text), "secret file:%s/none", (char *)*state);
	check_secret(*state, text, "/none: No such file or directory\n");
	unsetenv("TEST_SECRETS");
	check_secret(*state, "secret env:TEST_SECRETS",
	    ":1:8: error: there is no environment variable "
	    "\"TEST_SECRETS\"\n    secret env:TEST_SECRETS\n           ^\n");
	setenv("TEST_SECRETS", "", 1);
	check_secret(*state, "secret env:TEST_SECRETS",
	    "variable \"TEST_SECRETS\": it is empty\n");
	check_secret(*state, "secret \"\"",
	    "SECRET can not be used: it is empty\n");
}

static void
secrets_come_from_elsewhere(void **state)
{
	struct conf *c = conf_new(tables);

	(void)state;
	setenv("TEST_SECRETS", SECRET, 1);
	assert_true(conf_parse_text(c, "t", "secret env:TEST_SECRETS"));
	assert_string_equal(conf_first(c, "secret")->args[0].as.secret, SECRET);
	conf_free(c);
	/* Given on the command line: nobody can chmod that. */
	c = conf_new(tables);
	assert_true(conf_parse_text(c, "-x", "secret hunter2"));
	assert_string_equal(conf_first(c, "secret")->args[0].as.secret, SECRET);
	conf_free(c);
}

static void
check_bytes(const char *dir, const void *data, size_t n, const char *want)
{
	struct conf *c = conf_new(tables);
	char path[128], *report;

	write_file(dir, "conf", 0600, data, n);
	snprintf(path, sizeof(path), "%s/conf", dir);
	assert_false(conf_parse_file(c, path));
	report = printed(c, conf_report);
	assert_non_null(strstr(report, want));
	assert_null(strstr(report, SECRET));
	free(report);
	conf_free(c);
}

static void
what_is_no_text_is_refused(void **state)
{
	char *large = malloc(1048577);
	struct conf *c = conf_new(tables);
	char path[128], *report;

	check_bytes(*state, "bare\nsecret hunter2\0", 20,
	    "/conf:2:15: error: a NUL byte: this is no text file\n");
	check_bytes(*state,
	    "\xff\xfe"
	    "b\0",
	    4,
	    "/conf: error: this file is UTF-16\n    hint: save it as UTF-8\n");
	memset(large, '\n', 1048577);
	check_bytes(*state, large, 1048577,
	    "/conf: error: this file is larger than 1 MiB\n");
	write_file(*state, "conf", 0600, large, 1048576);
	snprintf(path, sizeof(path), "%s/conf", (char *)*state);
	assert_true(conf_parse_file(c, path));
	free(large);

	assert_false(conf_parse_file(c, *state));
	snprintf(path, sizeof(path), "%s/none", (char *)*state);
	assert_false(conf_parse_file(c, path));
	report = printed(c, conf_report);
	assert_non_null(
	    strstr(report, ": error: cannot read this file: Is a directory\n"));
	assert_non_null(strstr(report,
	    "/none: error: cannot read this file: No such file or "
	    "directory\n"));
	free(report);
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_message_shows_a_secret),
		cmocka_unit_test(what_was_not_read_is_not_shown),
		cmocka_unit_test(modules_can_not_leak_either),
		cmocka_unit_test(a_dump_shows_no_secret),
		cmocka_unit_test(a_file_with_a_secret_is_private),
		cmocka_unit_test(secrets_come_from_files),
		cmocka_unit_test(what_is_no_secret_is_refused),
		cmocka_unit_test(secrets_come_from_elsewhere),
		cmocka_unit_test(what_is_no_text_is_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
