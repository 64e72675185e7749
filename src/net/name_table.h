/*
 * name_table.h - things found by an identity, a name and an address family.
 *
 * Names come from clients, so the hash is keyed: nobody can choose names that
 * share a bucket.  The things belong to the caller and embed a node.
 */
#ifndef NET_NAME_TABLE_H
#define NET_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/endpoint.h"
#include "crypto/hash.h"
#include "net/resolver.h"

struct name_node {
	struct name_node *next; /* in its bucket */
	const char *name;       /* canonical, the caller's */
	enum host_type family;
	uint8_t identity[LOOKUP_IDENTITY];
};

struct name_table {
	struct hash_key key;
	struct name_node **buckets;
	size_t mask;
};

/* For about `things` things.  false: out of memory. */
bool name_table_init(struct name_table *, size_t things);
void name_table_deinit(struct name_table *);
struct name_node *name_table_find(const struct name_table *,
    const uint8_t *identity, const char *name,
    enum host_type family); /* NULL: not there */
void name_table_add(struct name_table *, struct name_node *);
void name_table_remove(struct name_table *, struct name_node *);

#endif
