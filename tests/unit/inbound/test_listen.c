#include <stdio.h>
#include <string.h>

#include "inbound/listen.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Just enough of a user for `auth required`. */
static const struct conf_arg user_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = NULL },
};
static const struct conf_directive users[] = {
	{
	    .name = "user",
	    .args = user_args,
	    .min_args = 1,
	    .many = true,
	    .doc = "A user.",
	    .example = "user alice",
	},
	{ .name = NULL },
};
static const struct conf_directive *const tables[] = { listen_directives, users,
	NULL };

/* conf_report() as a string. */
static const char *
report(const struct conf *c)
{
	static char text[8192];
	FILE *f = fmemopen(text, sizeof(text), "w");

	assert_non_null(f);
	conf_report(c, f);
	fclose(f);
	return text;
}

static struct conf *
parse(const char *text)
{
	struct conf *c = conf_new(tables);

	assert_non_null(c);
	if (!conf_parse_text(c, "test", text))
		fail_msg("%s", report(c));
	return c;
}

static const struct {
	const char *text, *addr;
	unsigned protocols;
	bool auth;
} good[] = {
	{ "", "127.0.0.1:1080", LISTEN_ALL, false },
	{ "user alice", "127.0.0.1:1080", LISTEN_ALL, false },
	{ "listen 127.0.0.1:9050", "127.0.0.1:9050", LISTEN_ALL, false },
	{ "listen [::1]:9050;", "[::1]:9050", LISTEN_ALL, false },
	{ "listen 127.9.9.9:0", "127.9.9.9:0", LISTEN_ALL, false },
	{ "listen [::ffff:127.0.0.1]:1", "127.0.0.1:1", LISTEN_ALL, false },
	{ "listen 127.0.0.1:1 { protocols socks5; }", "127.0.0.1:1",
	    LISTEN_SOCKS5, false },
	{ "listen 127.0.0.1:1 { protocols http socks4; auth none; }",
	    "127.0.0.1:1", LISTEN_SOCKS4 | LISTEN_HTTP, false },
	{ "listen 127.0.0.1:1 { protocols socks4; }", "127.0.0.1:1",
	    LISTEN_SOCKS4, false },
	{ "listen 0.0.0.0:1 { open yes; }", "0.0.0.0:1", LISTEN_ALL, false },
	{ "listen [::]:1 { auth required; }\nuser alice", "[::]:1", LISTEN_ALL,
	    true },
	{ "user alice\nlisten 127.0.0.1:1 { auth required; protocols socks4 "
	  "http; }",
	    "127.0.0.1:1", LISTEN_SOCKS4 | LISTEN_HTTP, true },
};

static void
loads_one(void **state)
{
	char text[ENDPOINT_STR];
	struct listen_spec *list;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++) {
		c = parse(good[i].text);
		if (listen_load(c, &list) != 1)
			fail_msg("%s\n%s", good[i].text, report(c));
		assert_true(conf_ok(c));
		endpoint_str(&list->addr, text);
		assert_string_equal(text, good[i].addr);
		assert_int_equal(list->protocols, good[i].protocols);
		assert_int_equal(list->auth, good[i].auth);
		free(list);
		conf_free(c);
	}
}

/* Without a word: where only this machine comes in. */
static void
private_addresses_are_for_loopback(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} asked[] = {
		{ "", true },
		{ "listen 127.0.0.1:1", true },
		{ "listen [::1]:1", true },
		{ "listen [::ffff:127.0.0.1]:1", true },
		{ "listen 127.0.0.1:1 { allow-private no; }", false },
		{ "listen 0.0.0.0:1 { open yes; }", false },
		{ "listen [::]:1 { open yes; }", false },
		{ "listen 192.0.2.1:1 { open yes; }", false },
		{ "listen 10.0.0.1:1 { open yes; allow-private no; }", false },
		{ "listen 10.0.0.1:1 { open yes; allow-private yes; }", true },
	};
	struct listen_spec *list;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(asked); i++) {
		c = parse(asked[i].text);
		assert_int_equal(listen_load(c, &list), 1);
		if (list->private_ok != asked[i].ok)
			fail_msg("%s", asked[i].text);
		free(list);
		conf_free(c);
	}
}

static void
proxy_status_is_off_unless_asked_for(void **state)
{
	struct conf *c = parse("listen 127.0.0.1:1\n"
			       "listen 127.0.0.1:2 { proxy-status on; }\n"
			       "listen 127.0.0.1:3 { proxy-status off; }\n");
	struct listen_spec *list;

	(void)state;
	assert_int_equal(listen_load(c, &list), 3);
	assert_false(list[0].proxy_status);
	assert_true(list[1].proxy_status);
	assert_false(list[2].proxy_status);
	free(list);
	conf_free(c);
}

static void
http_in_tunnels_is_filtered_unless_told_otherwise(void **state)
{
	static const char *const texts[] = { "", "listen 127.0.0.1:1",
		"listen 127.0.0.1:1 { http-in-tunnel on; }",
		"listen 127.0.0.1:1 { http-in-tunnel off; }" };
	struct listen_spec *list;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		c = parse(texts[i]);
		assert_int_equal(listen_load(c, &list), 1);
		assert_int_equal(list->http_in_tunnel, i < 3);
		free(list);
		conf_free(c);
	}
}

static void
loads_many_in_order(void **state)
{
	struct conf *c = parse("listen 127.0.0.1:1\nlisten 127.0.0.1:2\n"
			       "listen [::1]:1\nlisten 127.0.0.1:0\n"
			       "listen 127.0.0.1:0\n");
	static const uint16_t ports[] = { 1, 2, 1, 0, 0 };
	struct listen_spec *list;
	size_t i;

	(void)state;
	assert_int_equal(listen_load(c, &list), COUNT(ports));
	for (i = 0; i < COUNT(ports); i++)
		assert_int_equal(list[i].addr.port, ports[i]);
	free(list);
	conf_free(c);
}

/* Every mistake of a file, each with its place and a way out. */
static const struct {
	const char *text, *what, *way_out;
} bad[] = {
	{ "listen 0.0.0.0:1080", "test:1:8", "auth required" },
	{ "listen 192.0.2.7:1080;", "192.0.2.7:1080 could use", "open yes" },
	{ "listen [::]:1080 { open no; }", "everybody", "127.0.0.1" },
	{ "listen [::ffff:0.0.0.0]:1 {}", "everybody", "open yes" },
	{ "user alice\nlisten 127.0.0.1:1 { auth required; protocols socks4; }",
	    "test:2:27", "socks5 or http" },
	{ "listen 127.0.0.1:1 { auth required; }", "there is no user",
	    "bautactl passwd" },
	{ "listen 127.0.0.1:1\n\nlisten 127.0.0.1:1", "test:3:8", "delete" },
	{ "listen 127.0.0.1:1\nlisten [::ffff:127.0.0.1]:1", "test:2:8",
	    "delete" },
	{ "listen 0.0.0.0:1\nlisten 192.0.2.7:1", "test:2:8", "open yes" },
};

static void
reports_mistakes(void **state)
{
	struct listen_spec *list;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		c = parse(bad[i].text);
		list = (void *)1;
		assert_int_equal(listen_load(c, &list), 0);
		assert_null(list);
		assert_false(conf_ok(c));
		if (strstr(report(c), bad[i].what) == NULL ||
		    strstr(report(c), bad[i].way_out) == NULL)
			fail_msg("%s", report(c));
		conf_free(c);
	}
}

static void
the_table_is_in_order(void **state)
{
	static char text[8192];
	struct listen_spec *list;
	struct conf *c;
	FILE *f;

	(void)state;
	/* What -T prints loads as the same. */
	c = parse("listen [::1]:1 { protocols http; }");
	f = fmemopen(text, sizeof(text), "w");
	assert_non_null(f);
	conf_dump(c, f);
	fclose(f);
	conf_free(c);
	c = parse(text);
	assert_int_equal(listen_load(c, &list), 1);
	assert_int_equal(list->addr.port, 1);
	assert_int_equal(list->protocols, LISTEN_HTTP);
	assert_false(list->auth);
	free(list);
	conf_free(c);
	c = parse(listen_directives[0].example);
	conf_free(c);
}

static void
survives_without_memory(void **state)
{
	static const char *const texts[] = { "", "listen 127.0.0.1:1",
		"listen 0.0.0.0:1" };
	struct listen_spec *list;
	struct conf *c;
	unsigned long n;
	size_t i;
	int failed;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		for (n = 1, failed = 1; failed; n++) {
			c = parse(texts[i]);
			alloc_fail_at(n);
			listen_load(c, &list);
			failed = alloc_failed();
			alloc_fail_at(0);
			if (failed)
				assert_null(list);
			assert_int_equal(list != NULL, conf_ok(c));
			free(list);
			conf_free(c);
		}
		assert_true(n > 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_one),
		cmocka_unit_test(loads_many_in_order),
		cmocka_unit_test(private_addresses_are_for_loopback),
		cmocka_unit_test(proxy_status_is_off_unless_asked_for),
		cmocka_unit_test(
		    http_in_tunnels_is_filtered_unless_told_otherwise),
		cmocka_unit_test(reports_mistakes),
		cmocka_unit_test(the_table_is_in_order),
		cmocka_unit_test(survives_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
