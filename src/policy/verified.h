/*
 * verified.h - logins that were verified not long ago.
 *
 * Keeps keyed digests, never a password, in locked memory: each for ten
 * minutes from its verification, at most VERIFIED_MAX of them, new ones in the
 * place of old ones.  Any thread may call.
 */
#ifndef POLICY_VERIFIED_H
#define POLICY_VERIFIED_H

#include <stdbool.h>
#include <stdint.h>

#define VERIFIED_MAX    1024 /* 40 KiB: little enough to be locked */
#define VERIFIED_FOR_MS (10 * 60 * 1000)

struct verified;

/* user and pass have at most USER_MAX bytes. */
struct verified *verified_new(void);   /* NULL: out of (locked) memory */
void verified_free(struct verified *); /* accepts NULL */
bool verified_has(struct verified *, const char *user, const char *pass);
void verified_add(struct verified *, const char *user, const char *pass);

/* For tests: the clock, in monotonic milliseconds. */
void verified_set_clock(struct verified *, uint64_t (*now)(void));

#endif
