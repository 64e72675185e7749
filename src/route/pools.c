/* pools.c - a `pool` directive: its members and how they are used. */
#include <stdlib.h>
#include <string.h>

#include "routes.h"

#define CHECK_EVERY 30000

struct reading {
	struct conf *conf;
	struct routes *routes;
	struct entry *entry;
	struct pool *pool;
	uint16_t *member;
	unsigned n; /* members read */
};

static bool
is_member(const struct reading *r, unsigned hop)
{
	unsigned i;

	for (i = 0; i < r->n; i++)
		if (r->member[i] == hop)
			return true;
	return false;
}

static bool
add_member(struct reading *r, const struct conf_node *n,
    const struct conf_value *v)
{
	static const enum named proxy = A_PROXY;
	const struct entry *e = names_find(r->routes, v->text);

	if (e == NULL)
		names_report_unknown(r->conf, r->routes, n, v, &proxy);
	else if (e->is != A_PROXY)
		conf_error_at(r->conf, n, v, NULL,
		    "\"%s\" is a %s; what a pool has are proxies", v->text,
		    named_word(e->is));
	else if (is_member(r, e->index))
		conf_error_at(r->conf, n, v, NULL,
		    "\"%s\" is in this pool already", v->text);
	else if (r->n == POOL_MEMBERS)
		conf_error_at(r->conf, n, v, NULL,
		    "pool \"%s\" has more than %d members",
		    r->entry->route.name, POOL_MEMBERS);
	else {
		r->member[r->n++] = (uint16_t)e->index;
		return true;
	}
	return false;
}

/* Every one is looked at, whatever was wrong before. */
static bool
add_members(struct reading *r, const struct conf_node *n)
{
	bool good = true;
	size_t i;

	for (i = 0; n != NULL && i < n->nargs && r->n < POOL_MEMBERS; i++)
		good &= add_member(r, n, &n->args[i]);
	if (n != NULL && i < n->nargs)
		good = add_member(r, n, &n->args[i]); /* one too many */
	return good;
}

static bool
no_memory(const struct reading *r)
{
	conf_error_at(r->conf, r->entry->node, NULL, NULL, "out of memory");
	return false;
}

/* -- by SRV --------------------------------------------------------------- */

static bool
read_srv(struct reading *r, const struct conf_node *n)
{
	static const char *const schemes[] = { "socks5", "socks4a", "http" };
	const struct conf_value *v = &n->args[0];
	struct routes *all = r->routes;
	struct endpoint name;
	unsigned i;

	if (endpoint_from_host(&name, v->text, strlen(v->text), 0) != OK ||
	    name.type != HOST_NAME) {
		conf_error_at(r->conf, n, v,
		    "for example _socks._tcp.example.net",
		    "\"%s\" is no name that could have SRV records", v->text);
		return false;
	}
	r->pool->srv.name = strdup(name.host.name);
	if (r->pool->srv.name == NULL)
		return no_memory(r);
	r->pool->srv.scheme = schemes[n->nargs > 1 ? n->args[1].as.choice : 0];
	for (i = 0; i < SRV_SLOTS; i++)
		r->member[r->n++] = (uint16_t)(all->nhops + i);
	all->srv[(all->nhops - all->nproxies) / SRV_SLOTS] = r->pool;
	all->nhops += SRV_SLOTS;
	return true;
}

/* -- all of it ------------------------------------------------------------ */

static bool
read_members(struct reading *r)
{
	const struct conf_node *node = r->entry->node;
	const struct conf_node *members = conf_in(node, "members");
	const struct conf_node *srv = conf_in(node, "srv");
	const char *name = r->entry->route.name;
	bool good;

	if (members != NULL && srv != NULL) {
		conf_error_at(r->conf, srv, NULL, "make it two pools",
		    "a pool has either members or srv");
		return false;
	}
	if (members == NULL && srv == NULL) {
		conf_error_at(r->conf, node, &node->args[0], NULL,
		    "pool \"%s\" has no members: write \"pool %s { members "
		    "NAME...; }\"",
		    name, name);
		return false;
	}
	good = srv != NULL ? read_srv(r, srv) : add_members(r, members);
	r->pool->n = r->n;
	good &= add_members(r, conf_in(node, "backup"));
	r->pool->nbackup = r->n - r->pool->n;
	return good;
}

static bool
read_check(struct reading *r)
{
	const struct conf_node *node = r->entry->node;
	const struct conf_node *check = conf_in(node, "check");
	const struct conf_node *every = conf_in(node, "check-every");

	if (check == NULL && every != NULL) {
		conf_error_at(r->conf, every, NULL, "add a line \"check\"",
		    "nothing is checked in this pool");
		return false;
	}
	if (check == NULL)
		return true;
	r->pool->check_ms = every != NULL ? every->args[0].as.number
					  : CHECK_EVERY;
	r->pool->check_target = check->nargs > 0;
	if (check->nargs > 0)
		r->pool->target = check->args[0].as.endpoint;
	return true;
}

bool
pool_read(struct conf *c, struct routes *routes, struct entry *e)
{
	struct pool *pool = &routes->pools[e->index];
	const struct conf_node *balance = conf_in(e->node, "balance");
	struct reading r = { c, routes, e, pool, NULL, 0 };

	r.member = calloc(POOL_MEMBERS, sizeof(*r.member));
	if (r.member == NULL)
		return no_memory(&r);
	pool->name = e->route.name;
	pool->id = e->index;
	pool->via = &e->route;
	pool->member = r.member;
	pool->balance = conf_in(e->node, "srv") != NULL ? BALANCE_RANDOM
							: BALANCE_ROUND_ROBIN;
	if (balance != NULL)
		pool->balance = (enum balance)balance->args[0].as.choice;
	e->route.n = 1;
	e->route.step[0] = (struct route_step){ .pool = pool, .pick = 1 };
	return read_members(&r) & read_check(&r);
}
