/* names.c - the arena, the table, and the walk over the labels of a name. */
#include <stdlib.h>
#include <string.h>

#include "names.h"

#define ARENA_FIRST 4096
#define SLOTS_FIRST 64
#define HEAD        2 /* length and what is meant */

void
names_init(struct names *s)
{
	*s = (struct names){ .used = 1 };
	hash_key_new(&s->key);
}

void
names_deinit(struct names *s)
{
	free(s->slot);
	free(s->arena);
	names_init(s);
}

static uint32_t
hash(const struct names *s, const char *name, size_t n)
{
	return (uint32_t)hash_keyed(&s->key, name, n);
}

/* Where the name is, or the empty slot where it would be. */
static struct names_slot *
find(const struct names *s, const char *name, size_t n, uint32_t h)
{
	size_t mask = s->slots - 1, i = h & mask;
	const char *there;

	for (; s->slot[i].at != 0; i = (i + 1) & mask) {
		there = s->arena + s->slot[i].at;
		if (s->slot[i].hash == h && (unsigned char)there[0] == n &&
		    memcmp(there + HEAD, name, n) == 0)
			break;
	}
	return &s->slot[i];
}

static bool
grow_table(struct names *s)
{
	size_t slots = s->slots == 0 ? SLOTS_FIRST : s->slots * 2, i, k;
	struct names_slot *more = calloc(slots, sizeof(*more));

	if (more == NULL)
		return false;
	for (i = 0; i < s->slots; i++) {
		if (s->slot[i].at == 0)
			continue;
		k = s->slot[i].hash & (slots - 1);
		while (more[k].at != 0)
			k = (k + 1) & (slots - 1);
		more[k] = s->slot[i];
	}
	free(s->slot);
	s->slot = more;
	s->slots = slots;
	return true;
}

static bool
grow_arena(struct names *s, size_t n)
{
	size_t room = s->room == 0 ? ARENA_FIRST : s->room + s->room / 2;
	char *more;

	if (s->room - s->used >= n && s->room > 0)
		return true;
	more = realloc(s->arena, room);
	if (more == NULL)
		return false;
	s->arena = more;
	s->room = room;
	return true;
}

enum err
names_add(struct names *s, const char *name, size_t n, unsigned what)
{
	uint32_t h = hash(s, name, n);
	struct names_slot *slot;
	char *at;

	if (s->n * 4 >= s->slots * 3 && !grow_table(s))
		return ERR_MEMORY;
	slot = find(s, name, n, h);
	if (slot->at != 0) {
		s->arena[slot->at + 1] |= (char)what;
		return OK;
	}
	if (s->n == NAMES_MAX)
		return ERR_RANGE;
	if (!grow_arena(s, n + HEAD))
		return ERR_MEMORY;
	*slot = (struct names_slot){ h, (uint32_t)s->used };
	at = s->arena + s->used;
	at[0] = (char)n;
	at[1] = (char)what;
	memcpy(at + HEAD, name, n);
	s->used += n + HEAD;
	s->n++;
	return OK;
}

void
names_ready(struct names *s)
{
	char *less = s->n == 0 ? NULL : realloc(s->arena, s->used);

	if (less != NULL) {
		s->arena = less;
		s->room = s->used;
	}
}

static bool
means(const struct names *s, const char *name, size_t n, unsigned what)
{
	const struct names_slot *slot = find(s, name, n, hash(s, name, n));

	return slot->at != 0 &&
	    ((unsigned char)s->arena[slot->at + 1] & what) != 0;
}

/* The name itself, and each name it is below of. */
bool
names_have(const struct names *s, const char *name, size_t n)
{
	const char *end = name + n, *dot;

	if (s->n == 0)
		return false;
	if (means(s, name, n, NAMES_ITSELF))
		return true;
	while ((dot = memchr(name, '.', (size_t)(end - name))) != NULL) {
		name = dot + 1;
		if (means(s, name, (size_t)(end - name), NAMES_BELOW))
			return true;
	}
	return false;
}

size_t
names_bytes(const struct names *s)
{
	return sizeof(*s) + s->room + s->slots * sizeof(*s->slot);
}
