/*
 * services.c - pools whose members DNS names (RFC 2782): looked up when a
 * worker begins and again when the records are due.  A failure leaves the
 * members that were known.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#include "session.h"

#define AGAIN_MIN_MS 5000	 /* however short the records live */
#define AGAIN_MAX_MS 3600000
#define FAILED_MS    30000	 /* after a look-up that failed */

struct service {
	struct srv_lookup lookup; /* first */
	struct worker *worker;
	const struct pool *pool;
	struct timer again;
};

struct services {
	size_t n;
	struct service service[];
};

static size_t
to_members(struct route_srv *out, const struct srv_record *records, size_t n)
{
	const struct srv_record *r;
	size_t i, k = 0;

	for (i = 0; i < n && k < SRV_SLOTS; i++) {
		r = &records[i];
		if (endpoint_from_host(&out[k].at, r->target,
			strlen(r->target), r->port) != OK || r->port == 0)
			continue;
		out[k].priority = r->priority;
		out[k++].weight = r->weight;
	}
	return k;
}

static uint64_t
due_in(enum lookup_result result, uint32_t ttl)
{
	uint64_t ms = (uint64_t)ttl * 1000;

	if (result == LOOKUP_FAILED)
		return FAILED_MS;
	return ms < AGAIN_MIN_MS   ? AGAIN_MIN_MS
	    : ms > AGAIN_MAX_MS ? AGAIN_MAX_MS
				: ms;
}

static void
on_answer(struct srv_lookup *l, enum lookup_result result,
    const struct srv_record *records, size_t n, uint32_t ttl)
{
	struct service *s = (struct service *)l;
	struct route_srv members[SRV_SLOTS];

	if (result == LOOKUP_FOUND)
		n = to_members(members, records, n);
	else
		n = 0; /* what was known stays */
	if (n > 0)
		route_set_srv(s->worker->health, s->pool, members, n);
	else if (log_may(&s->worker->warned))
		log_warn("pool has no news of its members", "pool",
		    s->pool->name, "do",
		    "check its srv name and the name servers", NULL);
	timer_start(s->worker->loop, &s->again, due_in(result, ttl));
}

static void
look_up(struct service *s)
{
	resolver_lookup_srv(s->worker->resolver, &s->lookup, s->pool->srv.name);
}

static void
on_due(struct timer *t)
{
	look_up((struct service *)(void *)((char *)t -
	    offsetof(struct service, again)));
}

static size_t
count(const struct routes *r)
{
	const struct pool *p;
	size_t i, n = 0;

	for (i = 0; (p = routes_pool(r, i)) != NULL; i++)
		n += p->srv.name != NULL;
	return n;
}

bool
services_begin(struct worker *w)
{
	const struct routes *routes = w->snapshot->routes;
	size_t i, n = count(routes);
	const struct pool *p;
	struct service *s;

	if (n == 0)
		return true;
	w->services = calloc(1, sizeof(*w->services) + n * sizeof(*s));
	if (w->services == NULL)
		return false;
	for (i = 0; (p = routes_pool(routes, i)) != NULL; i++) {
		if (p->srv.name == NULL)
			continue;
		s = &w->services->service[w->services->n++];
		s->lookup.on_answer = on_answer;
		s->worker = w;
		s->pool = p;
		timer_init(&s->again, on_due);
		look_up(s);
	}
	return true;
}

void
services_end(struct worker *w)
{
	size_t i;

	for (i = 0; w->services != NULL && i < w->services->n; i++) {
		srv_cancel(&w->services->service[i].lookup);
		timer_stop(w->loop, &w->services->service[i].again);
	}
	free(w->services);
	w->services = NULL;
}
