/* Argon2id strings: made, verified, and refused when they could stop us. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "crypto/crypto.h"
#include "crypto/password.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define SALT "$c29tZXNhbHQ" /* "somesalt" */

/* Of "password", by the reference implementation of Argon2. */
static const char *const known[] = {
	"$argon2id$v=19$m=256,t=2,p=1" SALT
	"$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	"$argon2id$v=19$m=256,t=2,p=2" SALT
	"$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
	"$argon2id$v=19$m=65536,t=2,p=1" SALT
	"$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
};

static void
verifies_what_others_made(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(known); i++) {
		assert_true(password_is_hash(known[i]));
		assert_true(password_verify(known[i], "password", 8));
		assert_false(password_verify(known[i], "Password", 8));
		assert_false(password_verify(known[i], "password", 7));
		assert_false(password_verify(known[i], "", 0));
	}
}

static void
verifies_what_it_made(void **state)
{
	char a[PASSWORD_HASH_MAX], b[PASSWORD_HASH_MAX];
	char longest[255];

	(void)state;
	memset(longest, 0xff, sizeof(longest));
	assert_true(password_hash(a, longest, sizeof(longest)));
	assert_true(password_hash(b, longest, sizeof(longest)));
	assert_int_equal(strncmp(a, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_true(password_is_hash(a));
	assert_string_not_equal(a, b); /* the salt */
	assert_true(password_verify(a, longest, sizeof(longest)));
	assert_false(password_verify(a, longest, sizeof(longest) - 1));
	longest[254] = 'x';
	assert_false(password_verify(b, longest, sizeof(longest)));
}

#define TAG "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

static void
takes_what_it_can_afford(void **state)
{
	static const char *const good[] = {
		"$argon2id$v=19$m=8,t=1,p=1" SALT TAG,
		"$argon2id$v=19$m=262144,t=16,p=1" SALT TAG,
		"$argon2id$v=19$m=128,t=1,p=16" SALT TAG,
		"$argon2id$v=19$m=8,t=1,p=1" SALT "$c29tZXNhbHRzb21lc2FsdA",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		if (!password_is_hash(good[i]))
			fail_msg("refused %s", good[i]);
}

static void
refuses_what_is_no_hash(void **state)
{
	static const char *const bad[] = {
		"",
		"$",
		"password",
		"$argon2id$",
		/* other kinds and versions */
		"$argon2i$v=19$m=256,t=2,p=1" SALT TAG,
		"$argon2d$v=19$m=256,t=2,p=1" SALT TAG,
		"$argon2id$v=16$m=256,t=2,p=1" SALT TAG,
		"$argon2id$m=256,t=2,p=1" SALT TAG,
		"$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
		"$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS",
		/* costs */
		"$argon2id$v=19$m=262145,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=4294967296,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=18446744073709551872,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=17,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=2,p=17" SALT TAG,
		"$argon2id$v=19$m=7,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=15,t=2,p=2" SALT TAG,
		"$argon2id$v=19$m=0,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=0,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=2,p=0" SALT TAG,
		/* numbers */
		"$argon2id$v=19$m=+256,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m= 256,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=-256,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=0256,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=0x100,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=2,p=" SALT TAG,
		/* order, white space, what is missing and what is too much */
		"$argon2id$v=19$t=2,m=256,p=1" SALT TAG,
		"$argon2id$v=19$m=256, t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=2,p=1,keyid=1" SALT TAG,
		"$argon2id$v=19$m=256,t=2" SALT TAG,
		" $argon2id$v=19$m=256,t=2,p=1" SALT TAG,
		"$argon2id$v=19$m=256,t=2,p=1" SALT TAG " ",
		"$argon2id$v=19$m=256,t=2,p=1" SALT TAG "\n",
		"$argon2id$v=19$m=256,t=2,p=1" SALT TAG "$",
		"$argon2id$v=19$m=256,t=2,p=1" SALT,
		"$argon2id$v=19$m=256,t=2,p=1" SALT "$",
		"$argon2id$v=19$m=256,t=2,p=1$" TAG,
		/* base64: 7 bytes of salt, 15 of hash, padding, bits behind */
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbA" TAG,
		"$argon2id$v=19$m=256,t=2,p=1" SALT "$c29tZXNhbHRzb21lc2Fs",
		"$argon2id$v=19$m=256,t=2,p=1" SALT "=" TAG,
		"$argon2id$v=19$m=256,t=2,p=1" SALT TAG "=",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHR" TAG,
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbH-" TAG,
	};
	char longest[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		if (password_is_hash(bad[i]))
			fail_msg("accepted %s", bad[i]);
	/* Right in every part, but longer than libsodium's own. */
	strcpy(longest, "$argon2id$v=19$m=256,t=2,p=1" SALT "$");
	memset(longest + strlen(longest), 'A', 128 - strlen(longest));
	longest[128] = '\0';
	assert_false(password_is_hash(longest));
	longest[127] = '\0';
	assert_true(password_is_hash(longest));
	assert_false(password_verify(longest, "password", 8));
}

/* Whatever is cut off a hash, it is none any more. */
static void
refuses_every_prefix(void **state)
{
	char text[PASSWORD_HASH_MAX];
	size_t n;

	(void)state;
	/* The hash itself may be shorter: from 16 bytes on. */
	for (n = 0; n < strlen(known[0]) - 22; n++) {
		memcpy(text, known[0], n);
		text[n] = '\0';
		assert_false(password_is_hash(text));
	}
}

/* What this process has written to or may write to, in bytes. */
static unsigned long long
data_size(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	unsigned long long kib = 0;
	char line[256];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmData: %llu kB", &kib) == 1)
			break;
	fclose(f);
	assert_true(kib > 0);
	return kib * 1024;
}

/* Room for small things, not for 19 MiB: an answer, not the end. */
static void
lacks_memory(void **state)
{
	char hash[PASSWORD_HASH_MAX], other[PASSWORD_HASH_MAX];
	struct rlimit was, tight;
	bool made, verified;

	(void)state;
	assert_true(password_hash(hash, "x", 1));
	assert_int_equal(getrlimit(RLIMIT_DATA, &was), 0);
	tight = was;
	tight.rlim_cur = data_size() + 8 * 1024 * 1024;
	assert_int_equal(setrlimit(RLIMIT_DATA, &tight), 0);
	made = password_hash(other, "x", 1);
	verified = password_verify(hash, "x", 1);
	assert_int_equal(setrlimit(RLIMIT_DATA, &was), 0);
	assert_false(made);
	assert_false(verified);
	assert_true(password_verify(hash, "x", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verifies_what_others_made),
		cmocka_unit_test(verifies_what_it_made),
		cmocka_unit_test(takes_what_it_can_afford),
		cmocka_unit_test(refuses_what_is_no_hash),
		cmocka_unit_test(refuses_every_prefix),
		cmocka_unit_test(lacks_memory),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
