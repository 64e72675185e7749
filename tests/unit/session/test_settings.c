/* What holds for the process: as written, or as the manual says. */
#include <stdio.h>
#include <string.h>

#include "session/settings.h"

#include "unit.h"

static const struct conf_directive *const tables[] = {
	settings_directives,
	NULL,
};

static struct settings
loaded(const char *text)
{
	struct conf *c = conf_new(tables);
	struct settings s;

	assert_non_null(c);
	conf_parse_text(c, "t", text);
	conf_report(c, stderr);
	assert_true(settings_load(c, &s));
	assert_true(conf_ok(c));
	conf_free(c);
	return s;
}

static void
everything_has_a_default(void **state)
{
	static const char *const texts[] = { "", "timeout {}\ndns {}\n" };
	struct settings s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		s = loaded(texts[i]);
		assert_int_equal(s.workers, 0);
		assert_int_equal(s.log, LOG_NORMAL);
		assert_int_equal(s.handshake_ms, 10000);
		assert_int_equal(s.connect_ms, 60000);
		assert_int_equal(s.idle_ms, 3 * 3600 * 1000);
		assert_int_equal(s.half_closed_ms, 10 * 60 * 1000);
		assert_int_equal(s.drain_ms, 30000);
		assert_int_equal(s.dns.nservers, 0);
		assert_int_equal(s.dns.timeout, 2000);
		assert_int_equal(s.dns.tries, 2);
		assert_int_equal(s.dns.cache, 4096);
		assert_true(s.dns.hosts);
	}
}

static void
everything_can_be_set(void **state)
{
	struct settings s = loaded("workers 3\nlog debug\n"
				   "timeout { handshake 1s; connect 2s; "
				   "idle 0; half-closed 0; drain 0; }\n"
				   "dns { timeout 500ms; tries 5; cache 0; "
				   "hosts no; }\n");

	(void)state;
	assert_int_equal(s.workers, 3);
	assert_int_equal(s.log, LOG_DEBUG);
	assert_int_equal(s.handshake_ms, 1000);
	assert_int_equal(s.connect_ms, 2000);
	assert_int_equal(s.idle_ms, 0);
	assert_int_equal(s.half_closed_ms, 0);
	assert_int_equal(s.drain_ms, 0);
	assert_int_equal(s.dns.timeout, 500);
	assert_int_equal(s.dns.tries, 5);
	assert_int_equal(s.dns.cache, 0);
	assert_false(s.dns.hosts);
}

static void
log_levels_are_what_they_say(void **state)
{
	(void)state;
	assert_int_equal(loaded("log quiet").log, LOG_QUIET);
	assert_int_equal(loaded("log normal").log, LOG_NORMAL);
	assert_int_equal(loaded("log verbose").log, LOG_VERBOSE);
	assert_int_equal(loaded("log debug").log, LOG_DEBUG);
}

static void
name_servers_are_read(void **state)
{
	static const char *const want[] = {
		"192.0.2.53:53",
		"192.0.2.54:5353",
		"[2001:db8::53]:53",
		"[2001:db8::54]:54",
		"[::1]:53",
		"127.0.0.1:53",
		"127.0.0.1:54",
		"127.0.0.1:55",
	};
	struct settings s = loaded(
	    "dns { server 192.0.2.53 192.0.2.54:5353 2001:db8::53 "
	    "[2001:db8::54]:54 [::1] 127.0.0.1 127.0.0.1:54 127.0.0.1:55 }");
	char where[ENDPOINT_STR];
	unsigned i;

	(void)state;
	assert_int_equal(s.dns.nservers, 8);
	for (i = 0; i < 8; i++) {
		endpoint_str(&s.dns.servers[i], where);
		assert_string_equal(where, want[i]);
	}
}

static void
what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "workers 257", "t:1:9: error: 257 must be from 0 to 256\n" },
		{ "timeout { handshake 0 }",
		    "t:1:21: error: 0 must be from 1s to 10m\n" },
		{ "timeout { connect 0 }",
		    "t:1:19: error: 0 must be from 1s to 1h\n" },
		{ "timeout { drain 31s }",
		    "t:1:17: error: 31s must be from 0 to 30s\n" },
		{ "dns { timeout 99ms }",
		    "t:1:15: error: 99ms must be from 100ms to 30s\n" },
		{ "dns { tries 0 }",
		    "t:1:13: error: 0 must be from 1 to 10\n" },
		{ "dns { server a.example }",
		    "t:1:14: error: \"a.example\" is a name: a name server "
		    "needs an address\n" },
		{ "dns { server 192.0.2.1 192.0.2.999 }",
		    "t:1:24: error: \"192.0.2.999\" is no address of a name "
		    "server\n" },
		{ "dns { server 192.0.2.1:0 }",
		    "t:1:14: error: nothing listens on port 0\n" },
		{ "dns { server ::1 ::2 ::3 ::4 ::5 ::6 ::7 ::8 ::9 }",
		    "t:1:46: error: more than 8 name servers\n" },
	};
	struct settings s;
	char *report;
	struct conf *c;
	size_t i, n;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c = conf_new(tables);
		conf_parse_text(c, "t", rows[i].text);
		assert_false(settings_load(c, &s) && conf_ok(c));
		f = open_memstream(&report, &n);
		conf_report(c, f);
		assert_int_equal(fclose(f), 0);
		assert_true(strlen(report) > strlen(rows[i].want));
		report[strlen(rows[i].want)] = '\0';
		assert_string_equal(report, rows[i].want);
		free(report);
		conf_free(c);
	}
}

/* The parser must take what the manual shows. */
static void
check_examples(const struct conf_directive *d, const char *block)
{
	char text[256];

	for (; d->name != NULL; d++) {
		assert_non_null(d->doc);
		assert_non_null(d->example);
		snprintf(text, sizeof(text), "%s%s%s", block, d->example,
		    block[0] != '\0' ? " }" : "");
		loaded(text);
	}
}

static void
examples_are_right(void **state)
{
	const struct conf_directive *d;
	char block[32];

	(void)state;
	check_examples(settings_directives, "");
	for (d = settings_directives; d->name != NULL; d++) {
		if (d->block == NULL)
			continue;
		snprintf(block, sizeof(block), "%s { ", d->name);
		check_examples(d->block, block);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_has_a_default),
		cmocka_unit_test(everything_can_be_set),
		cmocka_unit_test(log_levels_are_what_they_say),
		cmocka_unit_test(name_servers_are_read),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(examples_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
