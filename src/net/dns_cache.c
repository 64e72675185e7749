/* dns_cache.c - a table of names, and a list in order of use. */
#include <sys/queue.h>

#include "dns_cache.h"
#include "name_table.h"

struct entry {
	struct name_node node; /* first: the table hands it out */
	TAILQ_ENTRY(entry) used;
	uint64_t until;
	struct dns_answer *answer; /* NULL: there is none */
	char name[];
};

struct dns_cache {
	struct name_table table;
	TAILQ_HEAD(entries, entry) by_use; /* the most recently used first */
	size_t n, max;
};

struct dns_cache *
dns_cache_new(size_t entries)
{
	struct dns_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	TAILQ_INIT(&c->by_use);
	c->max = entries;
	if (!name_table_init(&c->table, entries)) {
		free(c);
		return NULL;
	}
	return c;
}

static void
drop(struct dns_cache *c, struct entry *e)
{
	name_table_remove(&c->table, &e->node);
	TAILQ_REMOVE(&c->by_use, e, used);
	c->n--;
	dns_answer_unref(e->answer);
	free(e);
}

void
dns_cache_free(struct dns_cache *c)
{
	struct entry *e;

	if (c == NULL)
		return;
	while ((e = TAILQ_FIRST(&c->by_use)) != NULL)
		drop(c, e);
	name_table_deinit(&c->table);
	free(c);
}

static struct entry *
find(struct dns_cache *c, const uint8_t *identity, const char *name,
    enum host_type family)
{
	return (
	    struct entry *)name_table_find(&c->table, identity, name, family);
}

bool
dns_cache_find(struct dns_cache *c, const uint8_t *identity,
    const char *canonical, enum host_type family, uint64_t now_ms,
    struct dns_answer **answer)
{
	struct entry *e = find(c, identity, canonical, family);

	if (e == NULL)
		return false;
	if (e->until <= now_ms) {
		drop(c, e);
		return false;
	}
	TAILQ_REMOVE(&c->by_use, e, used);
	TAILQ_INSERT_HEAD(&c->by_use, e, used);
	*answer = dns_answer_ref(e->answer);
	return true;
}

static uint64_t
kept_ms(const struct dns_answer *answer, uint32_t ttl)
{
	uint32_t most = answer != NULL ? DNS_TTL_MAX : DNS_NEGATIVE_TTL_MAX;

	if (ttl > most)
		ttl = most;
	if (ttl < DNS_TTL_MIN)
		ttl = DNS_TTL_MIN;
	return (uint64_t)ttl * 1000;
}

void
dns_cache_put(struct dns_cache *c, const uint8_t *identity,
    const char *canonical, enum host_type family, uint64_t now_ms,
    struct dns_answer *answer, uint32_t ttl)
{
	size_t n = strlen(canonical) + 1;
	struct entry *e;

	if (c->max == 0)
		return;
	e = find(c, identity, canonical, family);
	if (e != NULL)
		drop(c, e);
	else if (c->n == c->max)
		drop(c, TAILQ_LAST(&c->by_use, entries));
	e = malloc(sizeof(*e) + n);
	if (e == NULL)
		return;
	memcpy(e->name, canonical, n);
	e->node.name = e->name;
	e->node.family = family;
	memcpy(e->node.identity, identity, LOOKUP_IDENTITY);
	e->answer = dns_answer_ref(answer);
	e->until = now_ms + kept_ms(answer, ttl);
	name_table_add(&c->table, &e->node);
	TAILQ_INSERT_HEAD(&c->by_use, e, used);
	c->n++;
}
