/* The `headers` directive: what is a mistake, and what a profile then does. */
#include <stdio.h>
#include <string.h>

#include "http/exchange.h"

#include "run.h"
#include "unit.h"

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

static const struct conf_directive *const tables[] = { headers_directives,
	NULL };

static struct run got;
static char said[8192];

static struct http_profiles *
load(const char *text)
{
	struct conf *c = conf_new(tables);
	struct http_profiles *all;
	FILE *f;

	assert_non_null(c);
	memset(said, 0, sizeof(said));
	f = fmemopen(said, sizeof(said) - 1, "w");
	assert_non_null(f);
	conf_parse_text(c, "t", text);
	all = http_profiles_load(c);
	conf_report(c, f);
	fclose(f);
	conf_free(c);
	return all;
}

static const struct http_profile *
profile(const struct http_profiles *all, const char *name)
{
	const struct http_profile *p = http_profiles_find(all, name);

	if (said[0] != '\0')
		fail_msg("%s", said);
	assert_non_null(p);
	return p;
}

static void
request(const struct http_profile *p, const char *url, const char *fields)
{
	struct http_exchange x;
	char in[2048];

	snprintf(in, sizeof(in), "GET http://%s/ HTTP/1.1\r\nHost: %s\r\n%s\r\n",
	    url, url, fields);
	http_exchange_init(&x, p);
	run_request(&x, in, strlen(in), 999, 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

static void
answer(const struct http_profile *p, const char *url, const char *fields)
{
	struct http_exchange x;
	char in[2048];

	snprintf(in, sizeof(in), "GET http://%s/ HTTP/1.1\r\nHost: %s\r\n\r\n",
	    url, url);
	http_exchange_init(&x, p);
	run_request(&x, in, strlen(in), 999, 1, &got);
	snprintf(in, sizeof(in),
	    "HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n\r\n", fields);
	run_response(&x, in, strlen(in), 999, 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	got.out[got.n] = '\0';
}

static bool
has(const char *s)
{
	return strstr(got.out, s) != NULL;
}

/* -- what it does --------------------------------------------------------- */

static void
standard_is_changed_where_it_says(void **state)
{
	struct http_profiles *all = load(
	    "headers a {\n remove X-Track* x_session\n set User-Agent me\n"
	    " set X-New \"a b\"\n keep Via X-Track-Me x-b3-*\n}");
	const struct http_profile *p = profile(all, "a");

	(void)state;
	request(p, "h",
	    "A: 1\r\nuser_agent: x\r\nX-Tracked: 1\r\nVIA: 1\r\n"
	    "User-Agent: y\r\nx-track-me: 1\r\nX-Session: 1\r\n"
	    "X-B3-TraceId: 1\r\nB3: 1\r\nForwarded: 1\r\nB: 2\r\n");
	assert_string_equal(got.out,
	    "GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nUser-Agent: me\r\n"
	    "VIA: 1\r\nx-track-me: 1\r\nX-B3-TraceId: 1\r\nB: 2\r\n"
	    "X-New: a b\r\n\r\n");
	/* remove and keep in both directions, set in requests */
	answer(p, "h", "X-Tracked: 1\r\nX-Track-Me: 1\r\nUser-Agent: x\r\n"
		       "Via: 1\r\nNEL: 1\r\n");
	assert_string_equal(got.out,
	    "HTTP/1.1 200 OK\r\nX-Track-Me: 1\r\nUser-Agent: x\r\nVia: 1\r\n"
	    "Content-Length: 0\r\n\r\n");
	http_profiles_free(all);
}

static void
strict_is_changed_in_its_places(void **state)
{
	struct http_profiles *all = load(
	    "headers s { base strict; remove Accept-Language; keep Referer "
	    "X-Z x-a*; set User-Agent me; set X-New 1 }");
	const struct http_profile *p = profile(all, "s");

	(void)state;
	request(p, "h", "X-A2: 1\r\nx-z: 2\r\nAccept-Language: de\r\n"
			"X-a1: 3\r\nREFERER: http://a/b\r\nVia: 1\r\n");
	assert_string_equal(got.out,
	    "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: me\r\nAccept: */*\r\n"
	    "Accept-Encoding: identity\r\nReferer: http://a/b\r\nX-Z: 2\r\n"
	    "X-A2: 1\r\nX-a1: 3\r\nX-New: 1\r\n\r\n");
	http_profiles_free(all);
}

/* keep gives a constant's place back to the client. */
static void
strict_keeps_what_was_constant(void **state)
{
	struct http_profiles *all = load(
	    "headers s { base strict; keep User-Agent Accept "
	    "X-DNS-Prefetch-Control ETag; }");
	const struct http_profile *p = profile(all, "s");

	(void)state;
	request(p, "h", "user-agent: mine\r\n");
	assert_string_equal(got.out,
	    "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: mine\r\n"
	    "Accept-Language: en-US,en;q=0.5\r\n"
	    "Accept-Encoding: identity\r\n\r\n");
	answer(p, "h", "X-DNS-Prefetch-Control: on\r\nETag: x\r\n");
	assert_string_equal(got.out,
	    "HTTP/1.1 200 OK\r\nX-DNS-Prefetch-Control: on\r\nETag: x\r\n"
	    "Content-Length: 0\r\n\r\n");
	http_profiles_free(all);
}

/* What Connection names goes, whatever is kept or set. */
static void
hop_by_hop_is_outside_of_profiles(void **state)
{
	struct http_profiles *all = load(
	    "headers a { base off; keep Proxy-* X-*; set X-New ours }");
	const struct http_profile *p = profile(all, "a");

	(void)state;
	request(p, "h", "Proxy-Authorization: SECRET\r\nProxy-X: 1\r\n"
			"X-A: SECRET\r\nX-New: SECRET\r\n"
			"Connection: x-a, x-new, proxy-authorization\r\n");
	assert_string_equal(got.out, "GET / HTTP/1.1\r\nHost: h\r\n"
				     "Proxy-X: 1\r\nX-New: ours\r\n\r\n");
	http_profiles_free(all);
}

static const struct {
	const char *url;
	bool passes;
} origins[] = {
	{ "shop.example", true },
	{ "SHOP.example:8080", true },
	{ "a.shop.example", false },
	{ "a.net.example", true },
	{ "b.a.NET.example", true },
	{ "net.example", false },
	{ "xnet.example", false },
	{ "shop.example.org", false },
	{ "192.0.2.7:81", true },
	{ "192.0.2.8", false },
	{ "[2001:db8::1]", true },
	{ "[2001:db8::2]", false },
};

static void
logins_pass_where_it_says(void **state)
{
	struct http_profiles *all = load(
	    "headers s { base strict; credentials Shop.example *.net.example "
	    "192.0.2.7; credentials 2001:db8:0::1; }");
	const struct http_profile *p = profile(all, "s");
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(origins); i++) {
		request(p, origins[i].url,
		    "cookie: a\r\nAuthorization: b\r\nCookie: c\r\n"
		    "Cookie2: d\r\n");
		assert_int_equal(has("Authorization: b\r\nCookie: a\r\n"
				     "Cookie: c\r\n"),
		    origins[i].passes);
		assert_int_equal(has("ookie"), origins[i].passes);
		assert_false(has("ookie2"));
		answer(p, origins[i].url, "Set-Cookie: a\r\n");
		assert_int_equal(has("Set-Cookie: a\r\n"), origins[i].passes);
	}
	http_profiles_free(all);
}

static void
built_in_ones_are_found(void **state)
{
	struct http_profiles *all = load("");

	(void)state;
	assert_ptr_equal(http_profiles_find(all, "off"), &http_profile_off);
	assert_ptr_equal(http_profiles_find(all, "standard"),
	    &http_profile_standard);
	assert_ptr_equal(http_profiles_find(all, "strict"),
	    &http_profile_strict);
	assert_null(http_profiles_find(all, "Strict"));
	http_profiles_free(all);
}

static void
the_nearest_name_is_the_hint(void **state)
{
	struct http_profiles *all = load("headers shopping { }");
	struct conf *c = conf_new(tables);

	(void)state;
	assert_string_equal(http_profiles_hint(c, all, "shoping"),
	    "did you mean \"shopping\"?");
	assert_string_equal(http_profiles_hint(c, all, "stict"),
	    "did you mean \"strict\"?");
	assert_null(http_profiles_hint(c, all, "quux"));
	conf_free(c);
	http_profiles_free(all);
}

/* -- mistakes ------------------------------------------------------------- */

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "headers off { }", "t:1:9: error: the profile off is built in" },
	{ "headers a { }\nheaders a { }", "t:2:9: error: there is a profile" },
	{ "headers a { keep Host; }", "t:1:18: error: Host is for one" },
	{ "headers a { keep content_length; }", "no profile can keep it" },
	{ "headers a { remove upgrade; }", "no profile can remove it" },
	{ "headers a { set Proxy-Authorization x; }", "no profile can set it" },
	{ "headers a { set TE x; }", "TE is for one connection only" },
	{ "headers a { keep \"\"; }", "\"\" is no name of a header field" },
	{ "headers a { keep *; }", "choose another base" },
	{ "headers a { keep X*y; }", "is no name of a header field" },
	{ "headers a { keep X-A: ; }", "leave out the colon" },
	{ "headers a { keep X-A,X-B; }", "not commas" },
	{ "headers a { keep \"X A\"; }", "is no name of a header field" },
	{ "headers a { remove X-A; keep x_a; }", "named twice" },
	{ "headers a { set X-A 1; set X-A 2; }", "named twice" },
	{ "headers a { set X-* 1; }", "write the whole name" },
	{ "headers a { set X-A \"a\tb\"; }", "control characters" },
	{ "headers a { set X-A; }", "error:" },
	{ "headers a { base strct; }", "did you mean \"strict\"?" },
	{ "headers a { kep X-A; }", "did you mean \"keep\"?" },
	{ "headers a { credentials a.example; }", "only with base strict" },
	{ "headers a { base strict; credentials *.1.2.3.4; }",
	    "is no name and no address of an origin" },
	{ "headers a { base strict; credentials http://a; }",
	    "is no name and no address of an origin" },
};

static void
mistakes_are_told_with_their_place(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS(wrong); i++) {
		http_profiles_free(load(wrong[i].text));
		if (strstr(said, wrong[i].says) == NULL)
			fail_msg("%s: %s", wrong[i].text, said);
	}
}

static void
there_are_limits(void **state)
{
	static char text[65536];
	size_t n = 0;
	int i;

	(void)state;
	n += (size_t)sprintf(text + n, "headers a {\n");
	for (i = 0; i < 257; i++)
		n += (size_t)sprintf(text + n, " remove X-%d\n", i);
	sprintf(text + n, "}\n");
	http_profiles_free(load(text));
	assert_non_null(strstr(said, "t:258:9: error: a profile can not name"));
	n = (size_t)sprintf(text, "headers a {\n");
	for (i = 0; i < 5; i++)
		n += (size_t)sprintf(text + n, " set X-%d %01000d\n", i, 0);
	sprintf(text + n, "}\n");
	http_profiles_free(load(text));
	assert_non_null(strstr(said, "can not set more than 4096 bytes"));
	n = (size_t)sprintf(text, "headers a {\n base strict\n");
	for (i = 0; i < 257; i++)
		n += (size_t)sprintf(text + n, " credentials a%d.example\n", i);
	sprintf(text + n, "}\n");
	http_profiles_free(load(text));
	assert_non_null(strstr(said, "can not name more than 256 origins"));
}

/* The longest head, and all that a profile may set, fit. */
static void
what_is_set_fits(void **state)
{
	static char text[8192], in[HTTP_HEAD_MAX + 1];
	struct http_profiles *all;
	struct http_exchange x;
	size_t n = 0, room;
	int i;

	(void)state;
	n += (size_t)sprintf(text + n, "headers a {\n");
	for (i = 0; i < 4; i++)
		n += (size_t)sprintf(text + n, " set X-%d %01000d\n", i, 0);
	sprintf(text + n, "}\n");
	all = load(text);
	n = (size_t)sprintf(in, "GET http://h/ HTTP/1.1\r\nHost:h\r\n");
	for (i = 0; i < 120; i++)
		n += (size_t)sprintf(in + n, "a:b\r\n");
	while ((room = HTTP_HEAD_MAX - 2 - n) > 4) {
		room = room < 30000 ? room : 30000;
		n += (size_t)sprintf(in + n, "b:%0*d\r\n", (int)room - 4, 0);
	}
	memcpy(in + n, "\r\n", 2);
	http_exchange_init(&x, profile(all, "a"));
	run_request(&x, in, n + 2, n + 2, 1, &got);
	assert_int_equal(got.end, HTTP_DONE);
	assert_true(got.n > HTTP_HEAD_MAX);
	http_profiles_free(all);
}

static void
out_of_memory_is_no_crash(void **state)
{
	unsigned long n;
	struct conf *c;

	(void)state;
	for (n = 1;; n++) {
		c = conf_new(tables);
		conf_parse_text(c, "t",
		    "headers a { remove A; set B b; keep C*; }\n"
		    "headers b { base strict; credentials a *.b; }");
		alloc_fail_at(n);
		http_profiles_free(http_profiles_load(c));
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		conf_free(c);
	}
	alloc_fail_at(0);
	conf_free(c);
	assert_true(n > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_is_changed_where_it_says),
		cmocka_unit_test(strict_is_changed_in_its_places),
		cmocka_unit_test(strict_keeps_what_was_constant),
		cmocka_unit_test(hop_by_hop_is_outside_of_profiles),
		cmocka_unit_test(logins_pass_where_it_says),
		cmocka_unit_test(built_in_ones_are_found),
		cmocka_unit_test(the_nearest_name_is_the_hint),
		cmocka_unit_test(mistakes_are_told_with_their_place),
		cmocka_unit_test(there_are_limits),
		cmocka_unit_test(what_is_set_fits),
		cmocka_unit_test(out_of_memory_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
