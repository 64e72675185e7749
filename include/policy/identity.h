/*
 * identity.h - what a rule isolates by, as a key; and the source address
 * chosen for it.
 *
 * The hash is keyed with a random key of the process, so that identities of
 * two runs have nothing in common and nobody can work out whose one is.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include "base/cidr.h"
#include "base/source.h"
#include "crypto/hash.h"
#include "request/identity.h"
#include "request/request.h"

/* When a rule says nothing: what tor does. */
#define ISOLATE_DEFAULT (ISOLATE_LISTENER | ISOLATE_CLIENT | ISOLATE_USER)

struct identity_key {
	uint8_t b[DIGEST_LEN]; /* for what is made of an identity elsewhere */
	struct hash_key hash;
};

void identity_key_new(struct identity_key *); /* random */

/* isolate: ISOLATE_* bits.  0: all zero, everybody is the same. */
struct identity identity_of(const struct identity_key *, unsigned isolate,
    const struct request *);
bool identity_is_zero(const struct identity *);

/* Where connections of a rule leave from, as it is written. */
struct source_spec {
	bool accepted; /* where the client came in */
	bool has_v4, has_v6;
	struct ip v4;
	struct cidr v6; /* less than 128 bits: any address within */
	char iface[SOURCE_IFACE];
	uint32_t mark;
};

bool source_is_set(const struct source_spec *);
/*
 * The source to use.  Within an IPv6 prefix it is the same address for the
 * same identity, and another one each time when the identity is zero.
 * accepted: the address of ours that the client connected to.
 */
void source_choose(struct source *, const struct source_spec *,
    const struct identity_key *, const struct identity *,
    const struct ip *accepted);

#endif
