/* crypto.h - the library behind this layer, and random bytes. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Before threads and before anything else of this layer; again does no harm.
 * false: the system gives no random bytes.
 */
bool crypto_init(void);
void crypto_random(void *out, size_t n);

#endif
