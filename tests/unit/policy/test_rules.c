/* Rules: what matches, and what decides. */
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
	assert_true(rules_permit_ip(r, &q, &ip));
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
		if (rules_permit_ip(r, &q, &ip) != resolved[i].permitted)
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
	assert_false(rules_permit_ip(r, &q, &ip));
	rules_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(first_decides),
		cmocka_unit_test(says_which_headers),
		cmocka_unit_test(chain_may_be_called_to),
		cmocka_unit_test(nothing_is_said),
		cmocka_unit_test(knows_whether_anything_is_direct),
		cmocka_unit_test(judges_addresses_of_names),
		cmocka_unit_test(permits_nothing_by_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
