/*
 * names.h - a set of host names, made for millions of them.
 *
 * A name stands in one arena, behind a byte of its length and one of what is
 * meant; an open-addressing table of eight bytes a slot finds it by a keyed
 * hash, so that nobody who writes a list or asks for names can make them
 * collide.  That is some 25 bytes and the name, at the worst.
 */
#ifndef POLICY_NAMES_H
#define POLICY_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/hash.h"

#define NAMES_MAX (1u << 24)

#define NAMES_ITSELF 1u /* the name */
#define NAMES_BELOW  2u /* all names below it */

struct names_slot {
	uint32_t hash, at; /* at 0: empty; the arena's byte 0 is not used */
};

struct names {
	struct names_slot *slot;
	size_t slots, n; /* slots: 0 or a power of two */
	char *arena;
	size_t used, room;
	struct hash_key key;
};

void names_init(struct names *);
void names_deinit(struct names *);
/* name: lower case, 1 to 255 bytes.  ERR_RANGE: NAMES_MAX are there. */
enum err names_add(struct names *, const char *name, size_t n, unsigned what);
void names_ready(struct names *); /* after the last: gives back what is spare */
bool names_have(const struct names *, const char *name, size_t n);
size_t names_bytes(const struct names *); /* of memory, all included */

#endif
