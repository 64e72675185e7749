/* The `proxy` directive: what it yields, and every mistake one can make. */
#include <stdio.h>
#include <string.h>

#include "outbound/hop.h"

#include "unit.h"

static const struct conf_directive *const tables[] = { proxy_directives, NULL };

#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static size_t
load(const char *text, struct hop_spec **list, char *report, size_t cap)
{
	struct conf *c = conf_new(tables);
	FILE *f = fmemopen(report, cap, "w");
	size_t n;

	assert_non_null(c);
	assert_non_null(f);
	*list = NULL;
	conf_parse_text(c, "-x", text);
	n = hop_specs_load(c, list);
	conf_report(c, f);
	fclose(f);
	if (n == 0)
		assert_null(*list);
	assert_true(conf_ok(c) == (strlen(report) == 0));
	conf_free(c);
	return n;
}

/* Refused, with this in the report; a password never is in it. */
static void
refused(const char *text, const char *says)
{
	struct hop_spec *list;
	char report[4096] = "";

	assert_int_equal(load(text, &list, report, sizeof(report)), 0);
	if (strstr(report, says) == NULL)
		print_error("\"%s\" is not in: %s\n", says, report);
	assert_non_null(strstr(report, says));
	assert_null(strstr(report, "sesame"));
}

static void
reads_every_kind(void **state)
{
	static const char text[] =
	    "proxy a socks5://127.0.0.1:9050\n"
	    "proxy b socks5h://alice:sesame@b.example:1080\n"
	    "proxy c socks4a://carol@[2001:db8::1]:1081\n"
	    "proxy d socks4://d.example:1\n"
	    "proxy e http://e.example:8080 { user dave; password sesame; }\n"
	    "proxy f socks5://eve@f.example:2 { password sesame }\n"
	    "proxy g socks4a://a%3ab@f.example:2\n";
	static const struct {
		const char *name, *addr;
		const struct hop_ops *ops;
		bool login;
		const char *user, *pass;
	} want[] = {
		{ "a", "127.0.0.1:9050", &hop_socks5, false, "", "" },
		{ "b", "b.example:1080", &hop_socks5, true, "alice", "sesame" },
		{ "c", "[2001:db8::1]:1081", &hop_socks4a, true, "carol", "" },
		{ "d", "d.example:1", &hop_socks4a, false, "", "" },
		{ "e", "e.example:8080", &hop_http, true, "dave", "sesame" },
		{ "f", "f.example:2", &hop_socks5, true, "eve", "sesame" },
		{ "g", "f.example:2", &hop_socks4a, true, "a:b", "" },
	};
	char report[4096] = "", addr[ENDPOINT_STR];
	struct hop_spec *list;
	size_t i, n = load(text, &list, report, sizeof(report));

	(void)state;
	assert_string_equal(report, "");
	assert_int_equal(n, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < n; i++) {
		endpoint_str(&list[i].addr, addr);
		assert_string_equal(list[i].name, want[i].name);
		assert_string_equal(addr, want[i].addr);
		assert_ptr_equal(list[i].ops, want[i].ops);
		assert_int_equal(list[i].login, want[i].login);
		assert_string_equal(list[i].user, want[i].user);
		assert_string_equal(list[i].pass, want[i].pass);
	}
	hop_specs_free(list, n);
	hop_specs_free(NULL, 0);
}

static void
none_is_no_mistake(void **state)
{
	char report[256] = "";
	struct hop_spec *list;

	(void)state;
	assert_int_equal(load("", &list, report, sizeof(report)), 0);
	assert_string_equal(report, "");
}

static void
refuses_kinds(void **state)
{
	(void)state;
	refused("proxy a sock5://h.example:1\n",
	    "no kind of proxy is called \"sock5\"");
	refused("proxy a sock5://h.example:1\n", "did you mean \"socks5\"?");
	refused("proxy a sokcs4a://h.example:1\n", "did you mean \"socks4a\"?");
	refused("proxy a vmess://h.example:1\n", "socks5, socks4a or http");
	refused("proxy a socks5://h.example\n", "port");
	refused("proxy a socks5://h.example:0\n", "port");
}

static void
refuses_names(void **state)
{
	(void)state;
	refused("proxy a socks5://h.example:1\n"
		"proxy b socks5://h.example:1\n"
		"proxy a http://h.example:1\n",
	    "-x:3:7: error: there is a proxy \"a\" already, in line 1 of -x");
	refused("proxy b http://h.example:1\n"
		"proxy a http://h.example:2\n"
		"proxy b http://h.example:3\n",
	    "-x:3:7: error: there is a proxy \"b\" already, in line 1 of -x");
	/* The third of a name is told of the first as well. */
	refused("proxy a http://h.example:1\n"
		"proxy a http://h.example:2\n"
		"proxy a http://h.example:3\n",
	    "-x:3:7: error: there is a proxy \"a\" already, in line 1 of -x");
	refused("proxy " X64 " http://h.example:1\n", "longer than 63");
}

static void
refuses_logins(void **state)
{
	char text[1024], x[257];

	(void)state;
	memset(x, 'x', 256);
	x[256] = '\0';
	refused("proxy a socks4a://alice:sesame@h.example:1\n",
	    "a socks4a proxy takes a user, but no password");
	refused("proxy a socks4a://h.example:1 { password sesame; }\n",
	    "a socks4a proxy takes a user, but no password");
	refused("proxy a socks5://h.example:1 { password sesame; }\n",
	    "the login has no user");
	refused("proxy a socks5://h.example:1 { user \"\"; }\n",
	    "the login has no user");
	refused("proxy a socks5://bob@h.example:1 { user alice; }\n",
	    "the URL has a user already");
	refused("proxy a socks5://b:sesame@h.example:1 { password sesame; }\n",
	    "the URL has a password already");
	refused("proxy a http://h.example:1 { user a:b; password sesame; }\n",
	    "can not have ':' in it");
	snprintf(text, sizeof(text),
	    "proxy a socks5://h.example:1 { user %s; password b; }", x);
	refused(text, "the user has 256 bytes");
	snprintf(text, sizeof(text),
	    "proxy a socks5://h.example:1 { user b; password %s; }", x);
	refused(text, "the password has 256 bytes");
	snprintf(text, sizeof(text), "proxy a socks5://%s:b@h.example:1", x);
	refused(text, "the user has 256 bytes");
}

static void
reads_how_to_talk(void **state)
{
	static const char text[] =
	    "proxy a socks5://h.example:1\n"
	    "proxy b http://h.example:1 { pipeline yes }\n"
	    "proxy c socks4a://h.example:1 { pipeline no; tor no }\n"
	    "proxy d socks5h://h.example:1 { tor yes; pipeline auto }\n";
	char report[4096] = "";
	struct hop_spec *list;

	(void)state;
	assert_int_equal(load(text, &list, report, sizeof(report)), 4);
	assert_int_equal(list[0].pipeline, HOP_PIPELINE_AUTO);
	assert_int_equal(list[1].pipeline, HOP_PIPELINE_YES);
	assert_int_equal(list[2].pipeline, HOP_PIPELINE_NO);
	assert_int_equal(list[3].pipeline, HOP_PIPELINE_AUTO);
	assert_false(list[0].tor || list[1].tor || list[2].tor);
	assert_true(list[3].tor && !list[3].login);
	hop_specs_free(list, 4);
}

static void
refuses_what_tor_is_not(void **state)
{
	(void)state;
	refused("proxy a http://h.example:1 { tor yes }\n",
	    "-x:1:34: error: tor is a socks5 proxy, this one is http");
	refused("proxy a socks5://alice:sesame@h.example:1 { tor yes }\n",
	    "the login of a tor proxy says who shares a circuit");
	refused("proxy a socks5://h.example:1 { user bob; tor yes }\n",
	    "remove the user and the password");
	refused("proxy a socks5://h.example:1 { pipeline maybe }\n", "auto");
}

/* 255 bytes of each are taken whole. */
static void
takes_the_longest(void **state)
{
	char text[1024], x[256], name[64], report[256] = "";
	struct hop_spec *list;

	(void)state;
	memset(x, 'x', 255);
	x[255] = '\0';
	memset(name, 'n', 63);
	name[63] = '\0';
	snprintf(text, sizeof(text), "proxy %s http://%s:%s@h.example:1", name,
	    x, x);
	assert_int_equal(load(text, &list, report, sizeof(report)), 1);
	assert_string_equal(list[0].name, name);
	assert_string_equal(list[0].user, x);
	assert_string_equal(list[0].pass, x);
	hop_specs_free(list, 1);
}

/* All mistakes in one run. */
static void
reports_them_all(void **state)
{
	static const char text[] = "proxy a sock5://h.example:1\n"
				   "proxy b socks4a://x:sesame@h.example:1\n"
				   "proxy a http://h.example:1\n"
				   "proxy c http://a%3ab@h.example:1\n";
	char report[4096] = "";
	struct hop_spec *list;

	(void)state;
	assert_int_equal(load(text, &list, report, sizeof(report)), 0);
	assert_non_null(strstr(report, "-x:1:9: error: no kind"));
	assert_non_null(strstr(report, "-x:2:9: error: a socks4a"));
	assert_non_null(strstr(report, "-x:3:7: error: there is"));
	assert_non_null(strstr(report, "-x:4:9: error: a user of"));
}

static void
survives_no_memory(void **state)
{
	struct hop_spec *list;
	struct conf *c;
	unsigned long at;
	size_t n;

	(void)state;
	for (at = 1;; at++) {
		c = conf_new(tables);
		assert_non_null(c);
		assert_true(conf_parse_text(c, "-x",
		    "proxy a socks5://h.example:1\n"
		    "proxy b http://u:p@h.example:1\n"));
		alloc_fail_at(at);
		n = hop_specs_load(c, &list);
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		assert_int_equal(n, 0);
		assert_null(list);
		assert_false(conf_ok(c));
		conf_free(c);
	}
	alloc_fail_at(0);
	assert_int_equal(n, 2);
	assert_true(at > 1);
	hop_specs_free(list, n);
	conf_free(c);
}

/* What the manual says is written like this must be read. */
static void
examples_are_right(void **state)
{
	struct hop_spec *list;
	char report[256] = "", text[256];

	(void)state;
	snprintf(text, sizeof(text), "%s { %s; password x }",
	    proxy_directives[0].example, proxy_directives[0].block[0].example);
	assert_int_equal(load(text, &list, report, sizeof(report)), 1);
	assert_string_equal(list[0].user, "alice");
	hop_specs_free(list, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(none_is_no_mistake),
		cmocka_unit_test(refuses_kinds),
		cmocka_unit_test(refuses_names),
		cmocka_unit_test(refuses_logins),
		cmocka_unit_test(reads_how_to_talk),
		cmocka_unit_test(refuses_what_tor_is_not),
		cmocka_unit_test(takes_the_longest),
		cmocka_unit_test(reports_them_all),
		cmocka_unit_test(survives_no_memory),
		cmocka_unit_test(examples_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
