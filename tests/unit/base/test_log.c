#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#include "unit.h"

static char text[4096];
static int pipe_fd[2], old_fd;

/* Standard error becomes a pipe of packets: what is read is one write(2). */
static void catch (void)
{
	assert_int_equal(pipe2(pipe_fd, O_NONBLOCK | O_DIRECT), 0);
	old_fd = dup(STDERR_FILENO);
	assert_int_equal(dup2(pipe_fd[1], STDERR_FILENO), STDERR_FILENO);
}

/* The first write, "" if there was none; a second one is an error. */
static const char *
caught(void)
{
	char more[16];
	ssize_t n = read(pipe_fd[0], text, sizeof(text) - 1);
	ssize_t second = read(pipe_fd[0], more, sizeof(more));

	dup2(old_fd, STDERR_FILENO);
	close(old_fd);
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	assert_true(second <= 0);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
writes_one_line_per_event(void **state)
{
	(void)state;
	log_set_level(LOG_NORMAL);
	catch ();
	log_warn("cannot reach hop", "hop", "n1", "why", "timed out", NULL);
	assert_string_equal(caught(),
	    "warning: cannot reach hop  hop=n1 why=\"timed out\"\n");
	catch ();
	log_error("out of descriptors", NULL);
	assert_string_equal(caught(), "error: out of descriptors\n");
}

static void
keeps_to_its_level(void **state)
{
	static const char *const want[] = { [LOG_QUIET] = "e",
		[LOG_NORMAL] = "ew",
		[LOG_VERBOSE] = "ewi",
		[LOG_DEBUG] = "ewid" };
	char got[8];
	size_t level, n;

	(void)state;
	for (level = LOG_QUIET; level <= LOG_DEBUG; level++) {
		log_set_level((enum log_level)level);
		assert_int_equal(log_is_debug(), level == LOG_DEBUG);
		n = 0;
		catch ();
		log_error("x", NULL);
		if (*caught() != '\0')
			got[n++] = *text;
		catch ();
		log_warn("x", NULL);
		if (*caught() != '\0')
			got[n++] = *text;
		catch ();
		log_info("x", NULL);
		if (*caught() != '\0')
			got[n++] = *text;
		catch ();
		log_debug("x", NULL);
		if (*caught() != '\0')
			got[n++] = *text;
		got[n] = '\0';
		assert_string_equal(got, want[level]);
	}
	log_set_level(LOG_NORMAL);
}

static void
can_not_be_forged(void **state)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{ "a\nerror: b", "\"a\\x0aerror: b\"" },
		{ "a\" b=\"c", "\"a\\\" b=\\\"c\"" },
		{ "\\x0a", "\"\\\\x0a\"" },
		{ "a=b", "\"a=b\"" },
		{ "\x1b[31m", "\"\\x1b[31m\"" },
		{ "\xff\x7f", "\"\\xff\\x7f\"" },
		{ "%n%s", "%n%s" },
		{ "", "\"\"" },
	};
	char want[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(want, sizeof(want), "warning: x  k=%s\n",
		    rows[i].want);
		catch ();
		log_warn("x", "k", rows[i].value, NULL);
		assert_string_equal(caught(), want);
	}
}

static void
cuts_what_is_too_long(void **state)
{
	static char value[70000];
	size_t n;

	(void)state;
	for (n = 0; n < 2; n++) { /* plain, then escaped */
		memset(value, n == 0 ? 'a' : '\n', sizeof(value) - 1);
		catch ();
		log_warn("x", "k", value, "l", "m", NULL);
		assert_true(strlen(caught()) <= 1024);
		assert_string_equal(text + strlen(text) - 4, "...\n");
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	}
}

static void
keeps_errno(void **state)
{
	(void)state;
	catch ();
	close(STDERR_FILENO);
	errno = ENOENT;
	log_error("x", NULL);
	assert_int_equal(errno, ENOENT);
	caught();
}

static void
says_a_thing_once_per_second(void **state)
{
	unsigned long long last = 0, other = 0;

	(void)state;
	assert_true(log_may(&last));
	assert_false(log_may(&last));
	assert_true(log_may(&other));
	last -= 500; /* as if it had been half a second ago */
	assert_false(log_may(&last));
	last -= 500; /* as if it had been a second ago */
	assert_true(log_may(&last));
	assert_false(log_may(&last));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_one_line_per_event),
		cmocka_unit_test(keeps_to_its_level),
		cmocka_unit_test(can_not_be_forged),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(keeps_errno),
		cmocka_unit_test(says_a_thing_once_per_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
