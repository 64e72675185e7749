/* names.c - proxies, pools and chains by their names, each of which is once. */
#include <stdlib.h>
#include <string.h>

#include "routes.h"

const char *
named_word(enum named is)
{
	static const char *const words[] = { "proxy", "pool", "chain" };

	return words[is];
}

/* FNV-1a, and a finish that spreads it over all bits. */
uint64_t
name_salt(const void *name, size_t n)
{
	const uint8_t *p = name;
	uint64_t h = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9;
	h = (h ^ h >> 27) * 0x94d049bb133111eb;
	return h ^ h >> 31;
}

/* Proxies come before pools and chains, then what is written first. */
static int
by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->route.name, y->route.name);

	if (order == 0)
		order = (int)x->is - (int)y->is;
	if (order != 0)
		return order;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int
name_to_entry(const void *name, const void *entry)
{
	return strcmp(name, ((const struct entry *)entry)->route.name);
}

struct entry *
names_find(const struct routes *r, const char *name)
{
	if (r->n == 0)
		return NULL;
	return bsearch(name, r->entries, r->n, sizeof(*r->entries),
	    name_to_entry);
}

static unsigned
count(struct conf *c, enum named is)
{
	const struct conf_node *n = conf_first(c, named_word(is));
	unsigned i = 0;

	for (; n != NULL; n = conf_next(n))
		i++;
	return i;
}

static bool
add_all(struct conf *c, struct routes *r, enum named is)
{
	const struct conf_node *n = conf_first(c, named_word(is));
	struct entry *e;
	unsigned i = 0;

	for (; n != NULL; n = conf_next(n)) {
		e = &r->entries[r->n];
		e->route.name = strdup(n->args[0].text);
		if (e->route.name == NULL)
			return false;
		e->node = n;
		e->is = is;
		e->index = i++;
		r->n++;
	}
	return true;
}

bool
names_collect(struct conf *c, struct routes *r)
{
	unsigned all;

	r->nproxies = count(c, A_PROXY);
	r->npools = count(c, A_POOL);
	all = r->nproxies + r->npools + count(c, A_CHAIN);
	if (all == 0)
		return true;
	r->entries = calloc(all, sizeof(*r->entries));
	r->pools = calloc(r->npools + 1, sizeof(*r->pools));
	r->srv = calloc(r->npools + 1, sizeof(*r->srv));
	r->salt = calloc(r->nproxies + 1, sizeof(*r->salt));
	if (r->entries == NULL || r->pools == NULL || r->srv == NULL ||
	    r->salt == NULL || !add_all(c, r, A_PROXY) ||
	    !add_all(c, r, A_POOL) || !add_all(c, r, A_CHAIN))
		return false;
	qsort(r->entries, r->n, sizeof(*r->entries), by_name);
	return true;
}

/* A proxy named twice is reported by the owner of that directive. */
bool
names_drop_doubles(struct conf *c, struct routes *r)
{
	const struct entry *first;
	struct entry *e;
	size_t i, kept = 0, all = r->n;

	for (i = 0; i < all; i++) {
		e = &r->entries[i];
		first = kept > 0 ? &r->entries[kept - 1] : NULL;
		if (first == NULL ||
		    strcmp(first->route.name, e->route.name) != 0) {
			r->entries[kept++] = *e;
			continue;
		}
		if (e->is != A_PROXY)
			conf_error_at(c, e->node, &e->node->args[0], NULL,
			    "there is a %s \"%s\" already, in line %u of %s",
			    named_word(first->is), e->route.name,
			    first->node->line, first->node->file);
		free((char *)e->route.name);
	}
	r->n = kept;
	return kept == all;
}

void
names_report_unknown(struct conf *c, const struct routes *r,
    const struct conf_node *n, const struct conf_value *v,
    const enum named *only)
{
	const char **names = calloc(r->n + 1, sizeof(*names));
	const char *hint = NULL;
	size_t i, k = 0;

	for (i = 0; names != NULL && i < r->n; i++)
		if (only == NULL || r->entries[i].is == *only)
			names[k++] = r->entries[i].route.name;
	if (names != NULL)
		hint = conf_did_you_mean(c, v->text, names, k);
	free(names);
	conf_error_at(c, n, v, hint, "no %s is called \"%s\"",
	    only != NULL ? named_word(*only) : "proxy, pool or chain", v->text);
}
