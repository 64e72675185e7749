/* name_table.c - buckets of chains. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "name_table.h"
#include "special_names.h"

bool
name_table_init(struct name_table *t, size_t things)
{
	size_t size = 16;

	while (size < things)
		size *= 2;
	t->buckets = calloc(size, sizeof(struct name_node *));
	t->mask = size - 1;
	hash_key_new(&t->key);
	return t->buckets != NULL;
}

void
name_table_deinit(struct name_table *t)
{
	free(t->buckets);
	t->buckets = NULL;
}

static struct name_node **
bucket(const struct name_table *t, const uint8_t *identity, const char *name)
{
	uint8_t key[LOOKUP_IDENTITY + NAME_MAX_LEN];
	size_t n = strlen(name);

	assert(n <= NAME_MAX_LEN);
	memcpy(key, identity, LOOKUP_IDENTITY);
	memcpy(key + LOOKUP_IDENTITY, name, n);
	return &t->buckets[hash_keyed(&t->key, key, LOOKUP_IDENTITY + n) &
	    t->mask];
}

struct name_node *
name_table_find(const struct name_table *t, const uint8_t *identity,
    const char *name, enum host_type family)
{
	struct name_node *n;

	for (n = *bucket(t, identity, name); n != NULL; n = n->next)
		if (n->family == family && strcmp(n->name, name) == 0 &&
		    memcmp(n->identity, identity, LOOKUP_IDENTITY) == 0)
			break;
	return n;
}

void
name_table_add(struct name_table *t, struct name_node *n)
{
	struct name_node **b = bucket(t, n->identity, n->name);

	n->next = *b;
	*b = n;
}

void
name_table_remove(struct name_table *t, struct name_node *n)
{
	struct name_node **at = bucket(t, n->identity, n->name);

	while (*at != n) {
		assert(*at != NULL);
		at = &(*at)->next;
	}
	*at = n->next;
}
