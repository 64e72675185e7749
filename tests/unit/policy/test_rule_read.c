/* The `rule` directive: every mistake one can make, and lack of memory. */
#include "ruling.h"

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
	{ "rule reject port 25 user\n",
	    "test:1:21:", "nothing follows \"user\"", NULL },
	{ "rule reject to port 25\n", "test:1:13:", "nothing follows \"to\"",
	    NULL },
	/* from */
	{ "rule reject from example.org\n", "test:1:18:",
	    "\"example.org\" is no address and no network", "for example" },
	{ "rule reject from 10.0.0.1/8\n", "test:1:18:", "no network",
	    "must be 0" },
	{ "rule reject from 10.0.0.0/33\n", "test:1:18:", "no network", NULL },
	{ "rule reject from [::1]\n", "test:1:18:", "no network",
	    "leave out the brackets" },
	{ "rule reject from ::1 too example.org\n",
	    "test:1:22:", "\"too\" is no address", "did you mean \"to\"?" },
	{ "rule reject from 10.0.0.1,10.0.0.2\n", "test:1:18:", "no network",
	    "spaces" },
	/* to */
	{ "rule reject to 127.1\n",
	    "test:1:16:", "\"127.1\" is no name and no network", NULL },
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
	{ "rule direct to a.example prot 25\n", "test:1:26:", "write \"prot.\"",
	    "did you mean \"port\"?" },
	{ "rule direct to a.example FROM ::1\n",
	    "test:1:26:", "would be a name here", "did you mean \"from\"?" },
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
	{ "rule direct user alice\n",
	    "test:1:18:", "there is no user \"alice\"", NULL },
	{ USERS "rule direct user alice prot 25\n", "test:3:24:",
	    "there is no user \"prot\"", "did you mean \"port\"?" },
	/* chain */
	{ WAYS "rule chain\n", "test:4:6:", "name of the chain is missing",
	    "rule chain NAME" },
	{ WAYS "rule chain to *.onion\n",
	    "test:4:6:", "name of the chain is missing", "rule chain NAME" },
	{ WAYS "rule chain depe\n",
	    "test:4:12:", "no proxy, pool or chain is called \"depe\"",
	    "did you mean \"deep\"?" },
	{ WAYS "rule chain nera\n", "test:4:12:", "no proxy, pool or chain",
	    "did you mean \"near\"?" },
	{ "pool exits\nrule chain exist\n", "test:2:12:",
	    "no proxy, pool or chain", "did you mean \"exits\"?" },
	{ "pool exits\n", "test:1:1:", "through this pool",
	    "rule chain NAME" },
	{ "rule chain deep\n", "test:1:12:", "no proxy, pool or chain", NULL },
	/* headers */
	{ "rule direct headers\n", "test:1:13:", "nothing follows", NULL },
	{ "rule direct headers strcit\n",
	    "test:1:21:", "no profile of headers is called \"strcit\"",
	    "did you mean \"strict\"?" },
	{ "rule direct headers off strict\n",
	    "test:1:25:", "\"strict\" is none of: from, to", NULL },
	{ "rule direct headers off headers off\n",
	    "test:1:25:", "\"headers\" is there already", "delete" },
	{ "headers thin { }\nrule direct headers tihn\n",
	    "test:2:21:", "no profile", "did you mean \"thin\"?" },
	/* listener */
	{ "listen 127.0.0.1:1081\nrule direct listener 127.0.0.1:1080\n",
	    "test:2:22:", "nothing listens on \"127.0.0.1:1080\"",
	    "did you mean \"127.0.0.1:1081\"?" },
	{ "rule direct listener ::1\n", "test:1:22:", "nothing listens",
	    "as it is written there" },
	/* protocol */
	{ "rule direct protocol sokcs5\n", "test:1:22:",
	    "none of: socks5, socks4, http, connect", "did you mean" },
	{ "rule direct protocol http prot 1\n", "test:1:27:", "none of: socks5",
	    "did you mean \"port\"?" },
	/* isolate */
	{ "rule direct isolate usr\n",
	    "test:1:21:", "none of: listener, client, user, target, none",
	    "did you mean \"user\"?" },
	{ "rule direct isolate none user\n", "test:1:26:", "stands alone",
	    NULL },
	{ "rule direct isolate user none\n", "test:1:26:", "stands alone",
	    NULL },
	/* source, interface, mark */
	{ "rule direct source eth0\n", "test:1:20:", "no address to connect",
	    "accepted" },
	{ "rule direct source 10.0.0.0/8\n", "test:1:20:", "no address",
	    "IPv6" },
	{ "rule direct source 0.0.0.0\n", "test:1:20:", "no address",
	    "leave it out" },
	{ "rule direct source 10.0.0.1 10.0.0.2\n", "test:1:29:", "this family",
	    NULL },
	{ "rule direct source ::1 2001:db8::/64\n", "test:1:24:", "this family",
	    NULL },
	{ "rule direct interface aaaaaaaaaaaaaaaa\n",
	    "test:1:23:", "no name of an interface", "eth0" },
	{ "rule direct interface a/b\n", "test:1:23:", "no name", NULL },
	{ "rule direct interface \"\"\n", "test:1:23:", "no name", NULL },
	{ "rule direct mark 0\n", "test:1:18:", "no mark", "0x51" },
	{ "rule direct mark 4294967296\n", "test:1:18:", "no mark", NULL },
	{ "rule direct mark 7x\n", "test:1:18:", "no mark", NULL },
	{ "rule direct mark -7\n", "test:1:18:", "no mark", NULL },
	/* limit */
	{ "rule direct limit 0\n", "test:1:19:", "no number of conn", "100" },
	{ "rule direct limit 5x\n", "test:1:19:", "no number of conn", NULL },
	{ "rule direct limit 1 limit 2\n", "test:1:21:", "there already",
	    "delete one" },
	/* allow-private */
	{ "rule direct allow-private maybe\n",
	    "test:1:27:", "neither yes nor no", NULL },
	{ "rule direct alow-private no\n", "test:1:13:", "none of: from",
	    "did you mean \"allow-private\"?" },
	/* lists */
	{ "rule reject to file:/no/such\n",
	    "test:1:16:", "/no/such: No such file", NULL },
	/* what they mean together */
	{ "rule direct\nrule reject port 25\n", "test:2:1:",
	    "never reached, as line 1 matches everything", "last" },
	{ WAYS, "test:3:1:", "there is no rule", "rule chain NAME" },
	{ "proxy near socks5://127.0.0.1:1\n", "test:1:1:", "there is no rule",
	    "rule chain NAME" },
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
		/* The last allocation of all is each kind of word once. */
		WAYS "rule chain deep\n",
		"rule direct from ::1\n",
		"rule direct to a.example\n",
		"rule direct to ::1\n",
		"rule direct port 1\n",
		USERS "rule direct user alice\n",
		"rule direct headers strict\n",
		"rule direct listener 127.0.0.1:1080 protocol http isolate user "
		"source ::1 interface lo mark 7 allow-private no\n",
		"rule direct listener 127.0.0.1:1080\n",
		"rule direct to private\n",
		"rule direct to file:/dev/null\n",
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
		assert_true(n > 2); /* the rules and the list of them */
		assert_true((r != NULL) == conf_ok(c));
		rules_free(r);
		conf_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_mistakes),
		cmocka_unit_test(shows_every_mistake),
		cmocka_unit_test(shows_no_consequences),
		cmocka_unit_test(knows_many_users),
		cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
