/*
 * password.h - passwords as Argon2id strings (RFC 9106):
 * "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
 */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#define PASSWORD_HASH_MAX 128 /* with its NUL */

/* 19 MiB, two passes, one lane.  false when out of memory. */
bool password_hash(char out[PASSWORD_HASH_MAX], const char *pass, size_t n);
/* false also when out of memory. */
bool password_verify(const char *hash, const char *pass, size_t n);
/*
 * Is this a string password_verify() understands, and one whose cost nobody
 * could use to stop us: at most 256 MiB, 16 passes and 16 lanes?
 */
bool password_is_hash(const char *);

#endif
