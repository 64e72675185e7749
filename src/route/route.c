/* route.c - all proxies, pools and chains, put together. */
#include <stdlib.h>
#include <string.h>

#include "routes.h"

/* -- loading -------------------------------------------------------------- */

static bool
hops_fit(struct conf *c, struct routes *r)
{
	const struct conf_node *n = conf_first(c, "pool"), *last;
	unsigned long all = r->nproxies;

	for (last = conf_first(c, "proxy"); n != NULL; n = conf_next(n)) {
		if (conf_in(n, "srv") == NULL)
			continue;
		all += SRV_SLOTS;
		last = n;
	}
	if (all <= HOPS_MAX)
		return true;
	conf_error_at(c, last, NULL, NULL,
	    "%lu proxies, with %d for each srv, are more than %d", all,
	    SRV_SLOTS, HOPS_MAX);
	return false;
}

static void
init_proxy(struct routes *r, struct entry *e)
{
	e->route.n = 1;
	e->route.step[0] = (struct route_step){ .hop = e->index, .pick = 1 };
	e->state = DONE;
	r->salt[e->index] = name_salt(e->route.name, strlen(e->route.name));
}

static bool
read_all(struct conf *c, struct routes *r)
{
	struct entry *e, *end = r->entries + r->n;
	bool good = true;

	for (e = r->entries; e < end; e++) {
		e->route.id = (unsigned)(e - r->entries);
		if (e->is == A_PROXY)
			init_proxy(r, e);
		else if (e->is == A_POOL)
			e->state = pool_read(c, r, e) ? DONE : BROKEN;
	}
	for (e = r->entries; e < end; e++)
		if (e->state == NOT_YET)
			chain_write_out(c, r, e, 1);
	for (e = r->entries; e < end; e++)
		good &= e->state == DONE;
	return chains_link(c, r) && good;
}

/* The way to a pool's members, as far as it is not direct. */
static void
find_ways(struct conf *c, struct routes *r)
{
	const struct conf_node *n;
	const struct route *chain;
	struct pool *p;
	unsigned i;

	for (n = conf_first(c, "chain"); n != NULL; n = conf_next(n)) {
		chain = routes_find(r, n->args[0].text);
		for (i = 1; i < chain->n; i++) {
			if (chain->step[i].pool == NULL)
				continue;
			p = &r->pools[chain->step[i].pool->id];
			if (p->via_steps == 0) {
				p->via = chain;
				p->via_steps = i;
			}
		}
	}
}

struct routes *
routes_load(struct conf *c)
{
	struct routes *r = calloc(1, sizeof(*r));
	bool good;

	if (r == NULL || !names_collect(c, r)) {
		conf_error_at(c, conf_first(c, "chain"), NULL, NULL,
		    "out of memory");
		routes_free(r);
		return NULL;
	}
	r->nhops = r->nproxies;
	good = names_drop_doubles(c, r);
	if (!hops_fit(c, r) || !read_all(c, r) || !good) {
		routes_free(r);
		return NULL;
	}
	find_ways(c, r);
	return r;
}

void
routes_free(struct routes *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++)
		free((char *)r->entries[i].route.name);
	for (i = 0; r->pools != NULL && i < r->npools; i++) {
		free((uint16_t *)r->pools[i].member);
		free((char *)r->pools[i].srv.name);
	}
	free(r->entries);
	free(r->pools);
	free(r->srv);
	free(r->salt);
	free(r);
}

/* -- asking --------------------------------------------------------------- */

const struct route *
routes_find(const struct routes *r, const char *name)
{
	const struct entry *e = names_find(r, name);

	return e != NULL ? &e->route : NULL;
}

const struct route *
routes_at(const struct routes *r, size_t i)
{
	return i < r->n ? &r->entries[i].route : NULL;
}

const struct pool *
routes_pool(const struct routes *r, size_t id)
{
	return id < r->npools ? &r->pools[id] : NULL;
}

unsigned
routes_proxies(const struct routes *r)
{
	return r->nproxies;
}

unsigned
routes_hops(const struct routes *r)
{
	return r->nhops;
}

const struct pool *
routes_srv_of(const struct routes *r, unsigned hop)
{
	return hop < r->nproxies ? NULL
				 : r->srv[(hop - r->nproxies) / SRV_SLOTS];
}
