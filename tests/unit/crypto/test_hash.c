/* Keyed hashes against the answers of others. */
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/hash.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
count_up(uint8_t *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = (uint8_t)i;
}

/* SipHash-2-4, key 00..0f, message 00, 01, 02, ... of the length given. */
static void
is_siphash(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd },
		{ 2, 0x0d6c8009d9a94f5a },
		{ 15, 0xa129ca6149be45e5 }, /* the example of the paper */
	};
	struct hash_key key;
	uint8_t message[15];
	size_t i;

	(void)state;
	count_up(key.b, sizeof(key.b));
	count_up(message, sizeof(message));
	for (i = 0; i < COUNT(vectors); i++)
		assert_true(hash_keyed(&key, message, vectors[i].len) ==
		    vectors[i].hash);
}

static void
keys_are_random(void **state)
{
	struct hash_key a, b;

	(void)state;
	hash_key_new(&a);
	hash_key_new(&b);
	assert_memory_not_equal(a.b, b.b, sizeof(a.b));
	assert_true(hash_keyed(&a, "x", 1) != hash_keyed(&b, "x", 1));
}

/* BLAKE2b-256, key 00..1f; the answers are those of Python's hashlib. */
static void
is_blake2b(void **state)
{
	static const uint8_t answers[][DIGEST_LEN] = {
		{ 0x4e, 0x51, 0xe7, 0xa9, 0x13, 0xfc, 0x80, 0x13, 0x7d, 0xa5,
		    0x28, 0x80, 0xfe, 0xcc, 0xa1, 0x75, 0xbf, 0x81, 0xe1, 0x17,
		    0xd5, 0xc6, 0x81, 0x26, 0xdc, 0x27, 0x74, 0x03, 0x35, 0x17,
		    0xea, 0x0d },
		{ 0xd6, 0x3a, 0x32, 0xd3, 0xe4, 0x47, 0x38, 0xd7, 0x90, 0x7f,
		    0x96, 0x43, 0x16, 0xc2, 0x41, 0xad, 0xab, 0xa0, 0xab, 0xfe,
		    0xab, 0xc3, 0x23, 0x49, 0x67, 0x75, 0x78, 0xa1, 0x5a, 0x20,
		    0x3f, 0x7f },
		{ 0xa3, 0x9f, 0xf6, 0xe7, 0xe8, 0x38, 0x22, 0x6f, 0xd5, 0x0e,
		    0x24, 0xa5, 0x53, 0x75, 0xff, 0x3a, 0x39, 0x41, 0x9f, 0xd9,
		    0x3e, 0x32, 0xcc, 0x46, 0x3f, 0x3f, 0x74, 0x32, 0x32, 0x91,
		    0xc4, 0x25 },
	};
	uint8_t key[DIGEST_LEN], message[200], digest[DIGEST_LEN];

	(void)state;
	count_up(key, sizeof(key));
	count_up(message, sizeof(message));
	digest_keyed(digest, key, "", 0);
	assert_memory_equal(digest, answers[0], DIGEST_LEN);
	digest_keyed(digest, key, "abc", 3);
	assert_memory_equal(digest, answers[1], DIGEST_LEN);
	digest_keyed(digest, key, message, sizeof(message));
	assert_memory_equal(digest, answers[2], DIGEST_LEN);
}

/* The first vectors of SipHash-2-4 with 128 bits, of its authors. */
static void
hashes_wide(void **state)
{
	static const uint8_t answers[][HASH_WIDE_LEN] = {
		{ 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6,
		    0x72, 0x14, 0xc7, 0x55, 0x02, 0x93 },
		{ 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76,
		    0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45 },
		{ 0x81, 0x77, 0x22, 0x8d, 0xa4, 0xa4, 0x5d, 0xc7, 0xfc, 0xa3,
		    0x8b, 0xde, 0xf6, 0x0a, 0xff, 0xe4 },
	};
	uint8_t message[2], out[HASH_WIDE_LEN];
	struct hash_key key;
	size_t n;

	(void)state;
	count_up(key.b, sizeof(key.b));
	count_up(message, sizeof(message));
	for (n = 0; n < 3; n++) {
		hash_keyed_wide(out, &key, message, n);
		assert_memory_equal(out, answers[n], sizeof(out));
	}
}

static void
every_bit_counts(void **state)
{
	uint8_t a[DIGEST_LEN], b[DIGEST_LEN];
	size_t i;

	(void)state;
	crypto_random(a, sizeof(a));
	memcpy(b, a, sizeof(b));
	assert_true(digest_same(a, b));
	for (i = 0; i < sizeof(a) * 8; i++) {
		b[i / 8] ^= (uint8_t)(1u << (i % 8));
		assert_false(digest_same(a, b));
		b[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
}

static void
starts_twice(void **state)
{
	(void)state;
	assert_true(crypto_init());
	assert_true(crypto_init());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_twice),
		cmocka_unit_test(is_siphash),
		cmocka_unit_test(keys_are_random),
		cmocka_unit_test(is_blake2b),
		cmocka_unit_test(hashes_wide),
		cmocka_unit_test(every_bit_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
