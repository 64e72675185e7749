/* Rules: what matches, and what decides. */
#include <time.h>

#include "ruling.h"

/* -- one rule and whom it matches ----------------------------------------- */

static const struct {
	const char *conditions, *client, *target, *user;
	bool matches;
} rows[] = {
	/* no condition */
	{ "", "192.0.2.1", "example.org:80", "", true },
	{ "", "::1", "[2001:db8::1]:1", "alice", true },
	/* from */
	{ "from 192.0.2.0/24", "192.0.2.255", "a:1", "", true },
	{ "from 192.0.2.0/24", "192.0.3.0", "a:1", "", false },
	{ "from 192.0.2.7", "192.0.2.7", "a:1", "", true },
	{ "from 192.0.2.7", "192.0.2.8", "a:1", "", false },
	{ "from 192.0.2.7 2001:db8::/32", "2001:db8:1::", "a:1", "", true },
	{ "from 192.0.2.7 2001:db8::/32", "2001:db9::", "a:1", "", false },
	{ "from 192.0.2.7", "::ffff:192.0.2.7", "a:1", "", true },
	{ "from ::ffff:192.0.2.0/120", "192.0.2.7", "a:1", "", true },
	{ "from 0.0.0.0/0", "::1", "a:1", "", false },
	{ "from ::/0", "127.0.0.1", "a:1", "", false },
	{ "from 192.0.2.1 from 192.0.2.2", "192.0.2.1", "a:1", "", true },
	{ "from 192.0.2.1 from 192.0.2.2", "192.0.2.2", "a:1", "", true },
	/* to a name */
	{ "to example.org", "::1", "example.org:80", "", true },
	{ "to example.org", "::1", "EXAMPLE.oRG:80", "", true },
	{ "to Example.ORG", "::1", "example.org:80", "", true },
	{ "to example.org", "::1", "example.org.:80", "", true },
	{ "to example.org.", "::1", "example.org:80", "", true },
	{ "to example.org", "::1", "www.example.org:80", "", false },
	{ "to example.org", "::1", "example.or:80", "", false },
	{ "to example.org", "::1", "example.org.uk:80", "", false },
	{ "to example.org", "::1", "192.0.2.1:80", "", false },
	{ "to localhost printer", "::1", "printer:80", "", true },
	{ "to \"example.org\"", "::1", "example.org:80", "", true },
	/* to all names below */
	{ "to *.example.org", "::1", "www.example.org:80", "", true },
	{ "to *.example.org", "::1", "a.b.example.org:80", "", true },
	{ "to *.example.org", "::1", "WWW.Example.Org.:80", "", true },
	{ "to *.example.org", "::1", "example.org:80", "", false },
	{ "to *.example.org", "::1", "badexample.org:80", "", false },
	{ "to *.example.org", "::1", "www.example.org.uk:80", "", false },
	{ "to *.Onion", "::1", "abc.onion:80", "", true },
	{ "to *.onion", "::1", "onion:80", "", false },
	{ "to *.onion.", "::1", "abc.onion:80", "", true },
	/* to an address */
	{ "to 10.0.0.0/8", "::1", "10.1.2.3:80", "", true },
	{ "to 10.0.0.0/8", "::1", "11.0.0.0:80", "", false },
	{ "to 10.0.0.0/8", "::1", "[::ffff:10.1.2.3]:80", "", true },
	{ "to 10.0.0.0/8", "::1", "example.org:80", "", false },
	{ "to ::1", "::1", "[::1]:80", "", true },
	{ "to ::1", "::1", "[::2]:80", "", false },
	{ "to 2001:db8::/32 *.example.org", "::1", "[2001:db8::1]:1", "",
	    true },
	{ "to 2001:db8::/32 *.example.org", "::1", "a.example.org:1", "",
	    true },
	{ "to 2001:db8::/32 *.example.org", "::1", "example.org:1", "", false },
	/* port */
	{ "port 25", "::1", "a:25", "", true },
	{ "port 25", "::1", "a:26", "", false },
	{ "port 25 465 587", "::1", "a:587", "", true },
	{ "port 8000-8999", "::1", "a:7999", "", false },
	{ "port 8000-8999", "::1", "a:8000", "", true },
	{ "port 8000-8999", "::1", "a:8999", "", true },
	{ "port 8000-8999", "::1", "a:9000", "", false },
	{ "port 1-65535", "::1", "a:1", "", true },
	{ "port 1-65535", "::1", "a:65535", "", true },
	{ "port 5-5", "::1", "a:5", "", true },
	/* user */
	{ "user alice", "::1", "a:1", "alice", true },
	{ "user alice", "::1", "a:1", "Alice", false },
	{ "user alice", "::1", "a:1", "bob", false },
	{ "user alice", "::1", "a:1", "", false },
	{ "user alice bob", "::1", "a:1", "bob", true },
	/* all kinds have to match */
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice", "192.0.2.1",
	    "www.example.org:443", "alice", true },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice", "192.0.3.1",
	    "www.example.org:443", "alice", false },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice", "192.0.2.1",
	    "example.org:443", "alice", false },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice", "192.0.2.1",
	    "www.example.org:80", "alice", false },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice", "192.0.2.1",
	    "www.example.org:443", "bob", false },
	{ "user alice port 443 to 192.0.2.1 from ::1", "::1", "192.0.2.1:443",
	    "alice", true },
	/* words that look like others */
	{ "to from.", "::1", "from:1", "", true },
	{ "to to.", "::1", "to:1", "", true },
	{ "to a usr.", "::1", "usr:1", "", true },
	{ "to usr", "::1", "usr:1", "", true },
	{ "to a prot.example", "::1", "prot.example:1", "", true },
	{ "to 1.example", "::1", "1.example:1", "", true },
	{ "to _srv.example.org", "::1", "_srv.example.org:1", "", true },
};

static void
matches(void **state)
{
	struct request q;
	struct rules *r;
	struct verdict v;
	char text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(text, sizeof(text), USERS "rule direct %s\n",
		    rows[i].conditions);
		r = must_load(text);
		q = request_of(rows[i].client, rows[i].target, rows[i].user);
		v = rules_ask(r, &q);
		if ((v.action == VERDICT_DIRECT) != rows[i].matches)
			fail_msg("%s: from %s to %s user %s",
			    rows[i].conditions, rows[i].client, rows[i].target,
			    rows[i].user);
		assert_int_equal(v.line, rows[i].matches ? 3 : 0);
		if (!rows[i].matches)
			assert_int_equal(v.action, VERDICT_REJECT);
		rules_free(r);
	}
}

/* -- which rule decides --------------------------------------------------- */

static void
first_decides(void **state)
{
	static const struct {
		const char *target;
		enum verdict_action action;
		const char *chain;
		unsigned line;
	} asked[] = {
		{ "mail.example.org:25", VERDICT_REJECT, NULL, 4 },
		{ "abc.onion:25", VERDICT_REJECT, NULL, 4 },
		{ "abc.onion:80", VERDICT_CHAIN, "tor", 5 },
		{ "www.example.org:80", VERDICT_DIRECT, NULL, 6 },
		{ "10.0.0.1:80", VERDICT_REJECT, NULL, 7 },
		{ "example.org:80", VERDICT_CHAIN, "deep", 8 },
		{ "192.0.2.1:80", VERDICT_CHAIN, "deep", 8 },
	};
	struct rules *r = must_load(WAYS "rule reject port 25\n"
					 "rule chain tor to *.onion\n"
					 "rule direct to *.example.org\n"
					 "rule reject to 10.0.0.0/8\n"
					 "rule chain deep\n");
	struct request q;
	struct verdict v;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(asked); i++) {
		q = request_of("127.0.0.1", asked[i].target, "");
		v = rules_ask(r, &q);
		assert_int_equal(v.line, asked[i].line);
		assert_int_equal(v.action, asked[i].action);
		if (asked[i].chain != NULL)
			assert_string_equal(v.chain, asked[i].chain);
		else
			assert_null(v.chain);
	}
	rules_free(r);
	rules_free(NULL);
}

/* The profile is the rule's that decided; none said: the listener's. */
static void
says_which_headers(void **state)
{
	struct rules *r = must_load("headers thin { }\n"
				    "rule direct port 1 headers off to a\n"
				    "rule direct headers strict port 2\n"
				    "rule direct headers thin port 3\n"
				    "rule direct headers standard port 4\n"
				    "rule direct\n");
	static const char *const profiles[] = { "off", "strict", "thin",
		"standard" };
	struct request q = request_of("::1", "a:1", "");
	uint16_t i;

	(void)state;
	for (i = 0; i < COUNT(profiles); i++) {
		q.target.port = (uint16_t)(i + 1);
		assert_string_equal(rules_ask(r, &q).headers, profiles[i]);
	}
	q.target.port = 5;
	assert_null(rules_ask(r, &q).headers);
	assert_int_equal(rules_ask(r, &q).action, VERDICT_DIRECT);
	rules_free(r);
}

/* By where it came in and how it is said. */
static void
asks_where_and_how(void **state)
{
	struct rules *r = must_load(
	    "listen 127.0.0.1:1081\nlisten [::1]:1081\n"
	    "rule drop listener [::1]:1081 protocol socks4\n"
	    "rule direct listener 127.0.0.1:1081 protocol http connect\n"
	    "rule direct protocol socks5\n");
	static const struct {
		const char *listener;
		enum request_protocol protocol;
		enum verdict_action action;
		unsigned line;
	} asked[] = {
		{ "[::1]:1081", PROTOCOL_SOCKS4, VERDICT_DROP, 3 },
		{ "127.0.0.1:1081", PROTOCOL_SOCKS4, VERDICT_REJECT, 0 },
		{ "127.0.0.1:1081", PROTOCOL_HTTP, VERDICT_DIRECT, 4 },
		{ "127.0.0.1:1081", PROTOCOL_CONNECT, VERDICT_DIRECT, 4 },
		{ "127.0.0.1:1081", PROTOCOL_SOCKS5, VERDICT_DIRECT, 5 },
		{ "[::1]:1081", PROTOCOL_SOCKS5, VERDICT_DIRECT, 5 },
		{ "[::1]:1081", PROTOCOL_HTTP, VERDICT_REJECT, 0 },
		{ "[::1]:1080", PROTOCOL_HTTP, VERDICT_REJECT, 0 },
		{ NULL, PROTOCOL_HTTP, VERDICT_REJECT, 0 },
	};
	struct request q = request_of("::1", "a:1", "");
	struct endpoint at;
	struct verdict v;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(asked); i++) {
		q.listener = NULL;
		if (asked[i].listener != NULL) {
			assert_int_equal(endpoint_parse(&at, asked[i].listener,
					     strlen(asked[i].listener), 0),
			    OK);
			q.listener = &at;
		}
		q.protocol = asked[i].protocol;
		v = rules_ask(r, &q);
		assert_int_equal(v.action, asked[i].action);
		assert_int_equal(v.line, asked[i].line);
	}
	rules_free(r);
	/* With no `listen` there is the one that is built in. */
	r = must_load("rule direct listener 127.0.0.1:1080\n");
	assert_int_equal(endpoint_parse(&at, "127.0.0.1:1080", 14, 0), OK);
	q.listener = &at;
	assert_int_equal(rules_ask(r, &q).action, VERDICT_DIRECT);
	rules_free(r);
}

/* How: isolation, where from, which rule it was. */
static void
says_how(void **state)
{
	struct rules *r = must_load(
	    "rule direct port 1\n"
	    "rule direct port 2 isolate none\n"
	    "rule direct port 3 isolate target user\n"
	    "rule direct port 4 source 192.0.2.1 2001:db8::/64 interface lo "
	    "mark 0x51\n"
	    "rule direct source accepted\n");
	static const unsigned isolate[] = { ISOLATE_DEFAULT, 0,
		ISOLATE_TARGET | ISOLATE_USER, ISOLATE_DEFAULT };
	struct request q = request_of("::1", "a:1", "");
	struct verdict v;
	uint16_t i;

	(void)state;
	for (i = 0; i < COUNT(isolate); i++) {
		q.target.port = (uint16_t)(i + 1);
		v = rules_ask(r, &q);
		assert_int_equal(v.isolate, isolate[i]);
		assert_int_equal(v.line, i + 1);
		assert_string_equal(v.file, "test");
		assert_int_equal(v.source != NULL, i == 3);
	}
	assert_true(v.source->has_v4 && v.source->has_v6);
	assert_int_equal(v.source->v6.bits, 64);
	assert_string_equal(v.source->iface, "lo");
	assert_int_equal(v.source->mark, 0x51);
	assert_false(v.source->accepted);
	q.target.port = 5;
	v = rules_ask(r, &q);
	assert_true(v.source->accepted);
	rules_free(r);
}

/* Private targets: the listener's word, the rule's, and conditions on them. */
static const struct {
	const char *rules, *target, *ip; /* ip: what the name resolved to */
	bool listener, direct;
} privates[] = {
	{ "rule direct\n", "10.0.0.1:1", NULL, true, true },
	{ "rule direct\n", "10.0.0.1:1", NULL, false, false },
	{ "rule direct\n", "[::ffff:10.0.0.1]:1", NULL, false, false },
	{ "rule direct\n", "[64:ff9b::7f00:1]:1", NULL, false, false },
	{ "rule direct\n", "8.8.8.8:1", NULL, false, true },
	{ "rule direct\n", "localhost:1", NULL, false, false },
	{ "rule direct\n", "x.localhost:1", NULL, false, false },
	{ "rule direct\n", "localhost:1", NULL, true, true },
	{ "rule direct\n", "a.example:1", NULL, false, true },
	{ "rule direct\n", "a.example:1", "10.0.0.1", false, false },
	{ "rule direct\n", "a.example:1", "169.254.169.254", false, false },
	{ "rule direct\n", "a.example:1", "8.8.8.8", false, true },
	{ "rule direct\n", "a.example:1", "10.0.0.1", true, true },
	{ "rule direct allow-private yes\n", "10.0.0.1:1", NULL, false, true },
	{ "rule direct allow-private no\n", "10.0.0.1:1", NULL, true, false },
	{ "rule direct allow-private no\n", "a.example:1", "::1", true, false },
	{ "rule direct to 10.0.0.0/8 allow-private yes\nrule direct\n",
	    "a.example:1", "10.0.0.1", false, true },
	{ "rule direct to 10.0.0.0/8 allow-private yes\nrule direct\n",
	    "a.example:1", "127.0.0.1", false, false },
	{ "rule reject to private\nrule direct\n", "127.0.0.1:1", NULL, true,
	    false },
	{ "rule reject to private\nrule direct\n", "localhost:1", NULL, true,
	    false },
	{ "rule reject to private\nrule direct\n", "a.example:1", "fe80::1",
	    true, false },
	{ "rule reject to private\nrule direct\n", "a.example:1", "8.8.8.8",
	    true, true },
	{ "rule direct to private\n", "8.8.8.8:1", NULL, true, false },
	{ "rule direct to private\n", "10.0.0.1:1", NULL, true, true },
};

static void
keeps_private_addresses(void **state)
{
	struct request q;
	struct rules *r;
	struct verdict v;
	struct ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(privates); i++) {
		r = must_load(privates[i].rules);
		q = request_of("192.0.2.1", privates[i].target, "");
		q.private_ok = privates[i].listener;
		if (privates[i].ip != NULL) {
			ip = ip_of(privates[i].ip);
			v = rules_ask_ip(r, &q, &ip);
		} else
			v = rules_ask(r, &q);
		if ((v.action == VERDICT_DIRECT) != privates[i].direct)
			fail_msg("row %zu: %s%s", i, privates[i].rules,
			    privates[i].target);
		rules_free(r);
	}
}

/* Through a chain a name passes, as its last hop resolves it. */
static void
keeps_private_addresses_of_chains(void **state)
{
	struct rules *r = must_load(WAYS "rule chain deep\n");
	struct request q = request_of("192.0.2.1", "a.example:1", "");

	(void)state;
	q.private_ok = false;
	assert_int_equal(rules_ask(r, &q).action, VERDICT_CHAIN);
	assert_false(rules_ask(r, &q).is_private);
	q = request_of("192.0.2.1", "10.0.0.1:1", "");
	q.private_ok = false;
	assert_int_equal(rules_ask(r, &q).action, VERDICT_REJECT);
	assert_true(rules_ask(r, &q).is_private);
	assert_int_equal(rules_ask(r, &q).line, 4);
	q.private_ok = true;
	assert_int_equal(rules_ask(r, &q).action, VERDICT_CHAIN);
	assert_true(rules_ask(r, &q).private_ok);
	rules_free(r);
}

/* A list counts like the words in it, and is read once. */
static void
reads_lists(void **state)
{
	static const char list[] = "/tmp/test-rules-list";
	struct request q = request_of("::1", "x.ads.example:1", "");
	struct ip ip = ip_of("8.8.8.8");
	char text[256];
	struct rules *r;
	FILE *f = fopen(list, "w");

	(void)state;
	assert_non_null(f);
	fprintf(f, "*.Ads.example\n0.0.0.0 bad.example\n8.8.8.0/24\n");
	fclose(f);
	snprintf(text, sizeof(text),
	    "rule drop to file:%s port 2\nrule reject to file:%s b.example\n"
	    "rule direct\n",
	    list, list);
	r = must_load(text);
	remove(list);
	assert_int_equal(rules_ask(r, &q).line, 2);
	q = request_of("::1", "bad.example.:2", "");
	assert_int_equal(rules_ask(r, &q).line, 1);
	q = request_of("::1", "b.example:2", "");
	assert_int_equal(rules_ask(r, &q).line, 2);
	q = request_of("::1", "ads.example:1", "");
	assert_int_equal(rules_ask(r, &q).line, 3);
	assert_int_equal(rules_ask_ip(r, &q, &ip).line, 2);
	q = request_of("::1", "8.8.8.9:1", "");
	assert_int_equal(rules_ask(r, &q).line, 2);
	rules_free(r);
}

/* A thousand rules of each kind of word, none of which matches. */
static void
decides_quickly(void **state)
{
	enum { RULES = 1000, ASKED = 2000 };
	char *text = malloc(RULES * 64), *p = text;
	struct request q = request_of("192.0.2.1", "www.example.org:80", "");
	struct rules *r;
	struct timespec a, b;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < RULES; i++)
		p += sprintf(p,
		    i % 4 == 0       ? "rule reject to h%d.example.org\n"
			: i % 4 == 1 ? "rule reject to *.d%d.example.org\n"
			: i % 4 == 2 ? "rule reject to 10.1.%d.0/24\n"
				     : "rule reject port %d\n",
		    i % 4 == 2 ? i % 256 : i + 1000);
	strcpy(p, "rule direct\n");
	r = must_load(text);
	free(text);
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (i = 0; i < ASKED; i++)
		assert_int_equal(rules_ask(r, &q).action, VERDICT_DIRECT);
	clock_gettime(CLOCK_MONOTONIC, &b);
	print_message("%d rules: %.2f us\n", RULES,
	    ((double)(b.tv_sec - a.tv_sec) * 1e9 +
		(double)(b.tv_nsec - a.tv_nsec)) /
		ASKED / 1e3);
	rules_free(r);
}

/* A chain may be called like a keyword; then its name is its name. */
static void
chain_may_be_called_to(void **state)
{
	struct rules *r = must_load("proxy to socks5://127.0.0.1:1\n"
				    "rule chain to to example.org\n");
	struct request q = request_of("::1", "example.org:1", "");

	(void)state;
	assert_string_equal(rules_ask(r, &q).chain, "to");
	q = request_of("::1", "example.com:1", "");
	assert_int_equal(rules_ask(r, &q).action, VERDICT_REJECT);
	rules_free(r);
}

static void
nothing_is_said(void **state)
{
	struct rules *r = must_load("");
	struct request q = request_of("::1", "example.org:1", "");
	struct ip ip = ip_of("10.0.0.1");

	(void)state;
	assert_int_equal(rules_ask(r, &q).action, VERDICT_DIRECT);
	assert_int_equal(rules_ask(r, &q).line, 0);
	assert_true(permits(r, &q, &ip));
	assert_true(rules_may_go_direct(r));
	rules_free(r);
}

static void
knows_whether_anything_is_direct(void **state)
{
	static const struct {
		const char *text;
		bool direct;
	} asked[] = {
		{ "rule reject\n", false },
		{ "rule direct\n", true },
		{ WAYS "rule chain deep\n", false },
		{ WAYS "rule reject port 25\nrule chain tor\n", false },
		{ WAYS "rule direct to localhost\nrule chain tor\n", true },
		{ WAYS "rule chain tor to *.onion\nrule direct\n", true },
	};
	struct rules *r;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(asked); i++) {
		r = must_load(asked[i].text);
		assert_int_equal(rules_may_go_direct(r), asked[i].direct);
		rules_free(r);
	}
}

/* -- names and what they resolve to --------------------------------------- */

static const struct {
	const char *rules, *target, *ip;
	bool permitted;
} resolved[] = {
	/* a network that is refused is refused by name, too */
	{ "rule reject to 10.0.0.0/8\nrule direct\n", "in.example:80",
	    "10.1.2.3", false },
	{ "rule reject to 10.0.0.0/8\nrule direct\n", "out.example:80",
	    "192.0.2.1", true },
	{ "rule reject to 10.0.0.0/8\nrule direct\n", "in.example:80",
	    "::ffff:10.1.2.3", false },
	{ "rule reject to ::1 127.0.0.0/8\nrule direct\n", "me.example:80",
	    "::1", false },
	/* an exception by name, above */
	{ "rule direct to example.org\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "example.org:80", "10.1.2.3", true },
	{ "rule direct to *.example.org\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "www.example.org:80", "10.1.2.3", true },
	{ "rule direct to *.example.org\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "www.example.com:80", "10.1.2.3", false },
	/* not below: the order counts */
	{ "rule reject to 10.0.0.0/8\nrule direct to example.org\n",
	    "example.org:80", "10.1.2.3", false },
	/* other conditions still count */
	{ "rule reject to 10.0.0.0/8 port 22\nrule direct\n", "in.example:22",
	    "10.1.2.3", false },
	{ "rule reject to 10.0.0.0/8 port 22\nrule direct\n", "in.example:80",
	    "10.1.2.3", true },
	{ "rule reject to 10.0.0.0/8 from ::2\nrule direct\n", "in.example:80",
	    "10.1.2.3", true },
	{ "rule reject to 10.0.0.0/8 from ::1\nrule direct\n", "in.example:80",
	    "10.1.2.3", false },
	/* an exception within the network */
	{ "rule direct to 10.9.0.0/16\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "in.example:80", "10.9.2.3", true },
	{ "rule direct to 10.9.0.0/16\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "in.example:80", "10.8.2.3", false },
	/* what should have gone another way does not go this one */
	{ WAYS "rule chain tor to 10.0.0.0/8\nrule direct\n", "in.example:80",
	    "10.1.2.3", false },
	/* addresses as such */
	{ "rule reject to 10.0.0.0/8\nrule direct\n", "192.0.2.1:80",
	    "192.0.2.1", true },
};

static void
judges_addresses_of_names(void **state)
{
	struct request q;
	struct rules *r;
	struct ip ip;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(resolved); i++) {
		r = must_load(resolved[i].rules);
		q = request_of("::1", resolved[i].target, "");
		ip = ip_of(resolved[i].ip);
		/* That is what was asked before. */
		assert_int_equal(rules_ask(r, &q).action, VERDICT_DIRECT);
		if (permits(r, &q, &ip) != resolved[i].permitted)
			fail_msg("%s%s at %s", resolved[i].rules,
			    resolved[i].target, resolved[i].ip);
		rules_free(r);
	}
}

/* What no rule matches is not permitted, whatever it was before. */
static void
permits_nothing_by_default(void **state)
{
	struct rules *r = must_load("rule direct to example.org\n");
	struct request q = request_of("::1", "example.com:80", "");
	struct ip ip = ip_of("192.0.2.1");

	(void)state;
	assert_int_equal(rules_ask(r, &q).action, VERDICT_REJECT);
	assert_false(permits(r, &q, &ip));
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(first_decides),
		cmocka_unit_test(says_which_headers),
		cmocka_unit_test(asks_where_and_how),
		cmocka_unit_test(says_how),
		cmocka_unit_test(keeps_private_addresses),
		cmocka_unit_test(keeps_private_addresses_of_chains),
		cmocka_unit_test(reads_lists),
		cmocka_unit_test(decides_quickly),
		cmocka_unit_test(chain_may_be_called_to),
		cmocka_unit_test(nothing_is_said),
		cmocka_unit_test(knows_whether_anything_is_direct),
		cmocka_unit_test(judges_addresses_of_names),
		cmocka_unit_test(permits_nothing_by_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
