/* hash.h - keyed hashes: of names for tables, of secrets for comparison. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint8_t b[16];
};

void hash_key_new(struct hash_key *); /* random */
/* SipHash-2-4: who does not know the key can not make two names collide. */
uint64_t hash_keyed(const struct hash_key *, const void *data, size_t n);

#define HASH_WIDE_LEN 16

/* The same with so many bits that no two inputs meet by chance either. */
void hash_keyed_wide(uint8_t out[HASH_WIDE_LEN], const struct hash_key *,
    const void *data, size_t n);

#define DIGEST_LEN 32

/* BLAKE2b with a key of DIGEST_LEN bytes (RFC 7693). */
void digest_keyed(uint8_t out[DIGEST_LEN], const uint8_t key[DIGEST_LEN],
    const void *data, size_t n);
/* In constant time. */
bool digest_same(const uint8_t a[DIGEST_LEN], const uint8_t b[DIGEST_LEN]);

#endif
