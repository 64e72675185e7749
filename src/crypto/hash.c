/* hash.c - SipHash and BLAKE2b by libsodium. */
#include <sodium.h>
#include <string.h>

#include "crypto/hash.h"

_Static_assert(crypto_shorthash_KEYBYTES == sizeof(struct hash_key), "a key");
_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "a hash");
_Static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof(struct hash_key),
    "the same key");
_Static_assert(crypto_shorthash_siphashx24_BYTES == HASH_WIDE_LEN, "its hash");
_Static_assert(DIGEST_LEN <= crypto_generichash_BYTES_MAX, "a digest");
_Static_assert(DIGEST_LEN <= crypto_generichash_KEYBYTES_MAX, "its key");

void
hash_key_new(struct hash_key *key)
{
	randombytes_buf(key->b, sizeof(key->b));
}

uint64_t
hash_keyed(const struct hash_key *key, const void *data, size_t n)
{
	uint8_t out[sizeof(uint64_t)];
	uint64_t h = 0;
	size_t i;

	crypto_shorthash(out, data, n, key->b);
	for (i = sizeof(out); i > 0; i--)
		h = h << 8 | out[i - 1];
	return h;
}

void
hash_keyed_wide(uint8_t out[HASH_WIDE_LEN], const struct hash_key *key,
    const void *data, size_t n)
{
	crypto_shorthash_siphashx24(out, data, n, key->b);
}

void
digest_keyed(uint8_t out[DIGEST_LEN], const uint8_t key[DIGEST_LEN],
    const void *data, size_t n)
{
	crypto_generichash(out, DIGEST_LEN, data, n, key, DIGEST_LEN);
}

bool
digest_same(const uint8_t a[DIGEST_LEN], const uint8_t b[DIGEST_LEN])
{
	return sodium_memcmp(a, b, DIGEST_LEN) == 0;
}
