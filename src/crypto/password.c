/* password.c - Argon2id by libsodium. */
#include <sodium.h>
#include <string.h>

#include "crypto/password.h"

#define MEMORY    (19456ull * 1024) /* with PASSES: OWASP's first choice */
#define PASSES    2
#define KIB_MAX   (256ul * 1024)
#define PASS_MAX  16ul
#define LANES_MAX 16ul
#define KIB_LANE  8 /* RFC 9106 section 3.1: of each lane, at least */
#define SALT_MIN  8
#define TAG_MIN   16

bool
password_hash(char out[PASSWORD_HASH_MAX], const char *pass, size_t n)
{
	_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "room");
	int alg = crypto_pwhash_ALG_ARGON2ID13;

	return crypto_pwhash_str_alg(out, pass, n, PASSES, MEMORY, alg) == 0;
}

bool
password_verify(const char *hash, const char *pass, size_t n)
{
	return crypto_pwhash_str_verify(hash, pass, n) == 0;
}

/* *s moves behind the word; false, with *s anywhere, when it is not there. */
static bool
skip(const char **s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*s, word, n) != 0)
		return false;
	*s += n;
	return true;
}

/* A decimal from 1 to max, as libsodium reads it: nothing in front of it. */
static bool
number(const char **s, unsigned long max, unsigned long *v)
{
	if (**s == '0')
		return false;
	for (*v = 0; **s >= '0' && **s <= '9'; (*s)++) {
		*v = *v * 10 + (unsigned long)(**s - '0');
		if (*v > max)
			return false;
	}
	return *v > 0;
}

/* Base64 without padding, of at least min bytes. */
static bool
base64(const char **s, size_t min)
{
	int variant = sodium_base64_VARIANT_ORIGINAL_NO_PADDING;
	unsigned char bytes[PASSWORD_HASH_MAX];
	size_t n = 0;
	int rc;

	rc = sodium_base642bin(bytes, sizeof(bytes), *s, strlen(*s), NULL, &n,
	    s, variant);
	return rc == 0 && n >= min;
}

bool
password_is_hash(const char *s)
{
	unsigned long kib, passes, lanes;

	return strlen(s) < PASSWORD_HASH_MAX && skip(&s, "$argon2id$v=19$m=") &&
	    number(&s, KIB_MAX, &kib) && skip(&s, ",t=") &&
	    number(&s, PASS_MAX, &passes) && skip(&s, ",p=") &&
	    number(&s, LANES_MAX, &lanes) && kib >= KIB_LANE * lanes &&
	    skip(&s, "$") && base64(&s, SALT_MIN) && skip(&s, "$") &&
	    base64(&s, TAG_MIN) && *s == '\0';
}
