/* Rules: what matches, what decides, and every mistake one can make. */
#include "reading.h"

/* The lowest cost there is: nobody may use it, but it is quick. */
#define HASH                                                        \
	"\"$argon2id$v=19$m=8,t=1,p=1$d1SmyJgY8+IvVCYRXQFjUQ$Tj5p6" \
	"Gbrap0gEvtdxgR3EfLrkjv5bZ/wPVdr4Bml4Ig\""
#define USERS                              \
	"user alice { hash " HASH "; }\n" \
	"user bob { hash " HASH "; }\n"
#define WAYS                                 \
	"proxy near socks5://127.0.0.1:1\n" \
	"proxy tor socks5://127.0.0.1:9050\n" \
	"chain deep { hops near tor; }\n"

/* From text to rules; the configuration is gone afterwards. */
static struct rules *
load(const char *text, char report[REPORT_MAX])
{
	struct conf *c = reading(text);
	struct rules *r = rules_load(c);

	reported(c, report);
	assert_true((r != NULL) == conf_ok(c));
	conf_free(c);
	return r;
}

static struct rules *
must_load(const char *text)
{
	char report[REPORT_MAX];
	struct rules *r = load(text, report);

	assert_string_equal(report, "");
	assert_non_null(r);
	return r;
}

static struct request
request_of(const char *client, const char *target, const char *user)
{
	struct request q = { .kind = REQUEST_TUNNEL };

	assert_int_equal(ip_parse(&q.client, client, strlen(client)), OK);
	assert_int_equal(endpoint_parse(&q.target, target, strlen(target), 0),
	    OK);
	strcpy(q.user, user);
	return q;
}

static struct ip
ip_of(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(&ip, text, strlen(text)), OK);
	return ip;
}

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
	{ "to 2001:db8::/32 *.example.org", "::1", "example.org:1", "",
	    false },
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
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice",
	    "192.0.2.1", "www.example.org:443", "alice", true },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice",
	    "192.0.3.1", "www.example.org:443", "alice", false },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice",
	    "192.0.2.1", "example.org:443", "alice", false },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice",
	    "192.0.2.1", "www.example.org:80", "alice", false },
	{ "from 192.0.2.0/24 to *.example.org port 443 user alice",
	    "192.0.2.1", "www.example.org:443", "bob", false },
	{ "user alice port 443 to 192.0.2.1 from ::1", "::1",
	    "192.0.2.1:443", "alice", true },
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
			    rows[i].conditions, rows[i].client,
			    rows[i].target, rows[i].user);
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
	{ "rule reject to 10.0.0.0/8 port 22\nrule direct\n",
	    "in.example:22", "10.1.2.3", false },
	{ "rule reject to 10.0.0.0/8 port 22\nrule direct\n",
	    "in.example:80", "10.1.2.3", true },
	{ "rule reject to 10.0.0.0/8 from ::2\nrule direct\n",
	    "in.example:80", "10.1.2.3", true },
	{ "rule reject to 10.0.0.0/8 from ::1\nrule direct\n",
	    "in.example:80", "10.1.2.3", false },
	/* an exception within the network */
	{ "rule direct to 10.9.0.0/16\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "in.example:80", "10.9.2.3", true },
	{ "rule direct to 10.9.0.0/16\nrule reject to 10.0.0.0/8\n"
	  "rule direct\n",
	    "in.example:80", "10.8.2.3", false },
	/* what should have gone another way does not go this one */
	{ WAYS "rule chain tor to 10.0.0.0/8\nrule direct\n",
	    "in.example:80", "10.1.2.3", false },
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

/* -- mistakes ------------------------------------------------------------- */

static const struct {
	const char *text, *place, *message, *hint;
} mistakes[] = {
	{ "rule deny\n", "test:1:6:", "none of: reject, direct, chain", NULL },
	{ "rule rejcet\n", "test:1:6:", "none of", "did you mean \"reject\"?" },
	{ "rule\n", "test:1:1:", "needs", NULL },
	/* where a keyword must be */
	{ "rule reject 10.0.0.0/8\n", "test:1:13:", "none of: from, to, port",
	    NULL },
	{ "rule reject prot 25\n", "test:1:13:", "none of: from, to, port",
	    "did you mean \"port\"?" },
	{ "rule reject To a\n", "test:1:13:", "none of: from, to, port",
	    "did you mean \"to\"?" },
	/* nothing follows */
	{ "rule reject to\n", "test:1:13:", "nothing follows \"to\"", NULL },
	{ "rule reject port 25 user\n", "test:1:21:",
	    "nothing follows \"user\"", NULL },
	{ "rule reject to port 25\n", "test:1:13:", "nothing follows \"to\"",
	    NULL },
	/* from */
	{ "rule reject from example.org\n", "test:1:18:",
	    "\"example.org\" is no address and no network", "for example" },
	{ "rule reject from 10.0.0.1/8\n", "test:1:18:", "no network",
	    "must be 0" },
	{ "rule reject from 10.0.0.0/33\n", "test:1:18:", "no network",
	    NULL },
	{ "rule reject from [::1]\n", "test:1:18:", "no network",
	    "leave out the brackets" },
	{ "rule reject from ::1 too example.org\n", "test:1:22:",
	    "\"too\" is no address", "did you mean \"to\"?" },
	{ "rule reject from 10.0.0.1,10.0.0.2\n", "test:1:18:", "no network",
	    "spaces" },
	/* to */
	{ "rule reject to 127.1\n", "test:1:16:",
	    "\"127.1\" is no name and no network", NULL },
	{ "rule reject to 10.0.0.1/8\n", "test:1:16:", "no network",
	    "must be 0" },
	{ "rule reject to *\n", "test:1:16:", "no name",
	    "without \"to\" a rule matches" },
	{ "rule reject to *example.org\n", "test:1:16:", "no name",
	    "*.example.org" },
	{ "rule reject to .example.org\n", "test:1:16:", "no name",
	    "*.example.org" },
	{ "rule reject to *.*.org\n", "test:1:16:", "no name",
	    "*.example.org" },
	{ "rule reject to *.10.0.0.1\n", "test:1:16:", "no name",
	    "*.example.org" },
	{ "rule reject to *.\n", "test:1:16:", "no name", "*.example.org" },
	{ "rule reject to \"\"\n", "test:1:16:", "no name", "for example" },
	{ "rule reject to example.org:80\n", "test:1:16:", "no name",
	    "condition of its own" },
	{ "rule reject to [::1]\n", "test:1:16:", "no name",
	    "leave out the brackets" },
	{ "rule reject to b\303\274cher.example\n", "test:1:16:", "no name",
	    "xn--" },
	{ "rule reject to a.example,b.example\n", "test:1:16:", "no name",
	    "spaces" },
	{ "rule reject to example.org/24\n", "test:1:16:", "no name", NULL },
	/* a slip that would make a rule wider */
	{ "rule direct to a.example usr alice\n", "test:1:26:",
	    "\"usr\" would be a name here", "did you mean \"user\"?" },
	{ "rule direct to a.example prot 25\n", "test:1:26:",
	    "write \"prot.\"", "did you mean \"port\"?" },
	{ "rule direct to a.example FROM ::1\n", "test:1:26:",
	    "would be a name here", "did you mean \"from\"?" },
	/* port */
	{ "rule reject port smtp\n", "test:1:18:", "\"smtp\" is no port",
	    "8000-8999" },
	{ "rule reject port 0\n", "test:1:18:", "no port", NULL },
	{ "rule reject port 65536\n", "test:1:18:", "no port", NULL },
	{ "rule reject port 4294967297\n", "test:1:18:", "no port", NULL },
	{ "rule reject port 9-8\n", "test:1:18:", "no port", NULL },
	{ "rule reject port -8\n", "test:1:18:", "no port", NULL },
	{ "rule reject port 8-\n", "test:1:18:", "no port", NULL },
	{ "rule reject port 8-9-10\n", "test:1:18:", "no port", NULL },
	{ "rule reject port +8\n", "test:1:18:", "no port", NULL },
	{ "rule reject port \"\"\n", "test:1:18:", "no port", NULL },
	{ "rule reject port 80,443\n", "test:1:18:", "no port", "spaces" },
	{ "rule reject port 25 form ::1\n", "test:1:21:", "no port",
	    "did you mean \"from\"?" },
	/* user */
	{ USERS "rule direct user alcie\n", "test:3:18:",
	    "there is no user \"alcie\"", "did you mean \"alice\"?" },
	{ "rule direct user alice\n", "test:1:18:",
	    "there is no user \"alice\"", NULL },
	{ USERS "rule direct user alice prot 25\n", "test:3:24:",
	    "there is no user \"prot\"", "did you mean \"port\"?" },
	/* chain */
	{ WAYS "rule chain\n", "test:4:6:", "name of the chain is missing",
	    "rule chain NAME" },
	{ WAYS "rule chain to *.onion\n", "test:4:6:",
	    "name of the chain is missing", "rule chain NAME" },
	{ WAYS "rule chain depe\n", "test:4:12:",
	    "no proxy and no chain is called \"depe\"",
	    "did you mean \"deep\"?" },
	{ WAYS "rule chain nera\n", "test:4:12:", "no proxy and no chain",
	    "did you mean \"near\"?" },
	{ "rule chain deep\n", "test:1:12:", "no proxy and no chain", NULL },
	/* what they mean together */
	{ "rule direct\nrule reject port 25\n", "test:2:1:",
	    "never reached, as line 1 matches everything", "last" },
	{ WAYS, "test:3:1:", "there is no rule", "rule chain NAME" },
	{ "proxy near socks5://127.0.0.1:1\n", "test:1:1:",
	    "there is no rule", "rule chain NAME" },
};

static void
shows_mistakes(void **state)
{
	char report[REPORT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mistakes); i++) {
		const char *const texts[] = { mistakes[i].place,
			mistakes[i].message, mistakes[i].hint };

		assert_null(load(mistakes[i].text, report));
		says(report, texts, COUNT(texts));
		if (occurrences(report, "error:") != 1)
			fail_msg("not one error:\n%s", report);
	}
}

/* All of them in one run. */
static void
shows_every_mistake(void **state)
{
	static const char *const texts[] = { "test:4:18:", "test:4:28:",
		"test:5:6:", "test:6:12:", "test:8:1:" };
	char report[REPORT_MAX];

	(void)state;
	assert_null(load(WAYS "rule reject from nobody to [::1]\n"
			      "rule deny\n"
			      "rule chain sideways\n"
			      "rule direct\n"
			      "rule direct port 1\n"
			      "rule direct port 2\n",
	    report));
	says(report, texts, COUNT(texts));
	assert_int_equal(occurrences(report, "error:"), COUNT(texts));
}

/* What a broken line would have brought is not missed as well. */
static void
shows_no_consequences(void **state)
{
	static const char *const broken[] = {
		"proxy tor socks9:/\nrule chain tor\n",
		WAYS "rule dierct\n",
		"user alice { hsah x; }\nrule direct user alice\n",
	};
	char report[REPORT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(broken); i++) {
		assert_null(load(broken[i], report));
		if (occurrences(report, "error:") != 1)
			fail_msg("not one error:\n%s", report);
	}
}

/* More users than any fixed list holds. */
static void
knows_many_users(void **state)
{
	enum { MANY = 1000 };
	char *text = malloc(MANY * 160), *p = text;
	struct request q = request_of("::1", "a:1", "user999");
	struct rules *r;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < MANY; i++)
		p += sprintf(p, "user user%d { hash " HASH "; }\n", i);
	strcpy(p, "rule direct user user999 user0 user500\n");
	r = must_load(text);
	assert_int_equal(rules_ask(r, &q).action, VERDICT_DIRECT);
	strcpy(q.user, "user1");
	assert_int_equal(rules_ask(r, &q).action, VERDICT_REJECT);
	rules_free(r);
	free(text);
}

/* -- memory --------------------------------------------------------------- */

static void
survives_lack_of_memory(void **state)
{
	static const char *const texts[] = {
		USERS WAYS "rule reject from ::1 10.0.0.0/8 to a.example b "
			   "*.example ::2 port 1 2 user alice bob\n"
			   "rule chain deep to *.onion x.example\n"
			   "rule direct\n",
		"",
		WAYS,
		USERS WAYS "rule chain depe\n",
		USERS "rule direct user alcie to [::1] from x port y\n",
	};
	unsigned long n;
	struct rules *r;
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		for (n = 1;; n++) {
			c = reading(texts[i]);
			alloc_fail_at(n);
			r = rules_load(c);
			if (!alloc_failed())
				break;
			alloc_fail_at(0);
			assert_null(r);
			conf_free(c);
		}
		alloc_fail_at(0);
		assert_true(n > 2);
		assert_true((r != NULL) == conf_ok(c));
		rules_free(r);
		conf_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(first_decides),
		cmocka_unit_test(chain_may_be_called_to),
		cmocka_unit_test(nothing_is_said),
		cmocka_unit_test(knows_whether_anything_is_direct),
		cmocka_unit_test(judges_addresses_of_names),
		cmocka_unit_test(permits_nothing_by_default),
		cmocka_unit_test(shows_mistakes),
		cmocka_unit_test(shows_every_mistake),
		cmocka_unit_test(shows_no_consequences),
		cmocka_unit_test(knows_many_users),
		cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
