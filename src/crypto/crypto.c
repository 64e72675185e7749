/* crypto.c - libsodium, made ready. */
#include <sodium.h>

#include "crypto/crypto.h"

bool
crypto_init(void)
{
	return sodium_init() >= 0;
}

void
crypto_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}
