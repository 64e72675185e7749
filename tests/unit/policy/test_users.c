/* The `user` directive, and every mistake one can make. */
#include "crypto/crypto.h"

#include "stage.h"

#define ARGON "$argon2id$v=19$m=8,t=1,p=1$"
#define HASH                                                                \
	"\"" ARGON "d1SmyJgY8+IvVCYRXQFjUQ$Tj5p6Gbrap0gEvtdxgR3EfLrkjv5bZ/" \
	"wPVdr4Bml4Ig\""
#define TAIL                                                         \
	"$d1SmyJgY8+IvVCYRXQFjUQ$Tj5p6Gbrap0gEvtdxgR3EfLrkjv5bZ/wPV" \
	"dr4Bml4Ig\""

static const struct {
	const char *text, *place, *message, *hint;
} mistakes[] = {
	{ "user alice\n", "test:1:1:", "this user has no hash",
	    "bautactl passwd NAME" },
	{ "user alice { }\n", "test:1:1:", "this user has no hash",
	    "bautactl passwd NAME" },
	{ "user alice { hash sesame; }\n", "test:1:19:", "no Argon2id hash",
	    "bautactl passwd NAME" },
	{ "user alice {\n\thash \"\"\n}\n", "test:2:7:", "no Argon2id hash",
	    "bautactl passwd NAME" },
	{ "user alice { hash \"$argon2id$v=19$m=262145,t=2,p=1" TAIL "; }\n",
	    "test:1:19:", "more than 256 MiB", "bautactl passwd NAME" },
	{ "user alice { hash \"$argon2id$v=19$m=8,t=17,p=1" TAIL "; }\n",
	    "test:1:19:", "16 passes", "bautactl passwd NAME" },
	{ "user \"\" { hash " HASH "; }\n", "test:1:6:", "1 to 255 bytes",
	    NULL },
	{ "user a:b { hash " HASH "; }\n", "test:1:6:", "none of them \":\"",
	    NULL },
	{ "user \"a\tb\" { hash " HASH "; }\n",
	    "test:1:6:", "a control character", NULL },
	{ "user alice { hash " HASH "; }\n"
	  "user bob { hash " HASH "; }\n"
	  "user alice { hash " HASH "; }\n",
	    "test:3:6:", "user \"alice\" already, on line 1", NULL },
	{ "user bob { hash " HASH "; }; user bob { hash " HASH "; }\n",
	    "test:1:122:", "user \"bob\" already, on line 1", NULL },
};

static void
shows_mistakes(void **state)
{
	char report[REPORT_MAX];
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mistakes); i++) {
		const char *const texts[] = { mistakes[i].place,
			mistakes[i].message, mistakes[i].hint };

		c = reading(mistakes[i].text);
		assert_null(auth_load(c));
		reported(c, report);
		conf_free(c);
		says(report, texts, COUNT(texts));
		if (occurrences(report, "error:") != 1)
			fail_msg("not one error:\n%s", report);
		/* A hash is a password for who has time. */
		assert_null(strstr(report, "Tj5p6"));
		assert_null(strstr(report, "sesame"));
	}
}

static void
shows_every_mistake(void **state)
{
	static const char *const texts[] = { "test:1:1:", "test:2:6:",
		"test:3:17:", "test:5:6:" };
	struct conf *c = reading("user alice\n"
				 "user a:b { hash " HASH "; }\n"
				 "user bob { hash x; }\n"
				 "user carol { hash " HASH "; }\n"
				 "user carol { hash " HASH "; }\n");
	char report[REPORT_MAX];

	(void)state;
	assert_null(auth_load(c));
	reported(c, report);
	conf_free(c);
	says(report, texts, COUNT(texts));
	assert_int_equal(occurrences(report, "error:"), COUNT(texts));
}

static void
names_have_a_length(void **state)
{
	char text[1024], name[USER_MAX + 2];
	struct conf *c;
	struct auth *a;
	size_t n;

	(void)state;
	for (n = USER_MAX; n <= USER_MAX + 1; n++) {
		memset(name, 'n', n);
		name[n] = '\0';
		snprintf(text, sizeof(text), "user %s { hash " HASH "; }\n",
		    name);
		c = reading(text);
		a = auth_load(c);
		assert_int_equal(a != NULL, n <= USER_MAX);
		assert_int_equal(conf_ok(c), n <= USER_MAX);
		auth_free(a);
		conf_free(c);
	}
}

/* What the manual shows is right. */
static void
example_is_right(void **state)
{
	struct conf *c = reading(user_directives[0].example);
	struct auth *a = auth_load(c);

	(void)state;
	assert_true(conf_ok(c));
	assert_non_null(a);
	assert_int_equal(auth_users(a), 1);
	auth_free(a);
	conf_free(c);
}

/* Nor is the effective configuration a place to find hashes. */
static void
hides_hashes(void **state)
{
	struct conf *c = reading("user alice { hash " HASH "; }\n");
	char out[REPORT_MAX] = "";
	FILE *f = fmemopen(out, sizeof(out), "w");

	(void)state;
	assert_non_null(f);
	conf_dump(c, f);
	fclose(f);
	assert_non_null(strstr(out, "alice"));
	assert_null(strstr(out, "Tj5p6"));
	conf_free(c);
}

static void
survives_lack_of_memory(void **state)
{
	struct conf *c;
	struct auth *a;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		c = reading("user alice { hash " HASH "; }\n"
			    "user bob { hash " HASH "; }\n");
		alloc_fail_at(n);
		a = auth_load(c);
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		assert_null(a);
		conf_free(c);
	}
	alloc_fail_at(0);
	assert_true(n > 6); /* itself, the users, two strings each */
	assert_non_null(a);
	auth_free(a);
	stage.no_secret = true;
	assert_null(auth_load(c));
	conf_free(c);
}

#define TEST(f) cmocka_unit_test_setup(f, stage_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(shows_mistakes),
		TEST(shows_every_mistake),
		TEST(names_have_a_length),
		TEST(example_is_right),
		TEST(hides_hashes),
		TEST(survives_lack_of_memory),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
