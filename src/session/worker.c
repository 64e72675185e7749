/* worker.c - one thread: its loop, what its sessions share, how it ends. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"

#include "session.h"

static void
on_client(struct listener *l, int fd, const struct ip *peer)
{
	struct worker *w = l->loop->data;

	session_new(w, &w->snapshot->listeners[l - w->listeners], fd, peer);
}

static void
close_listeners(struct worker *w)
{
	size_t i;

	for (i = 0; i < w->snapshot->nlisteners; i++)
		listener_close(&w->listeners[i]);
}

/* Sessions under way go on; clients that ask for nothing have to leave. */
static void
drain(struct worker *w)
{
	struct session *s, *next;

	w->draining = w->spares.closed = true;
	close_listeners(w);
	services_end(w);
	checks_end(w);
	spares_drop(w);
	for (s = TAILQ_FIRST(&w->sessions); s != NULL; s = next) {
		next = TAILQ_NEXT(s, link);
		if (session_is_idle(s))
			session_free(s);
	}
	if (TAILQ_EMPTY(&w->sessions))
		loop_stop(w->loop);
}

static void
do_jobs(struct worker *w)
{
	struct worker_job *job, *next;

	pthread_mutex_lock(&w->lock);
	job = w->jobs;
	w->jobs = NULL;
	pthread_mutex_unlock(&w->lock);
	for (; job != NULL; job = next) {
		next = job->next;
		job->run(w, job); /* the job may be gone then */
	}
}

void
worker_ask(struct worker *w, struct worker_job *job)
{
	pthread_mutex_lock(&w->lock);
	job->next = w->jobs;
	w->jobs = job;
	pthread_mutex_unlock(&w->lock);
	loop_wake(w->loop);
}

void
worker_new_identity(struct worker *w)
{
	w->epoch++;
	spares_drop(w);
}

uint64_t
worker_now(const struct worker *w)
{
	return loop_now(w->loop);
}

const struct route_state *
worker_health(const struct worker *w)
{
	return w->health;
}

void
worker_count(const struct worker *w, struct worker_census *n)
{
	const struct session *s;

	*n = (struct worker_census){ .spares = spares_count(w) };
	TAILQ_FOREACH(s, &w->sessions, link) {
		n->sessions++;
		n->relayed += s->state == S_RELAY || s->state == S_SNIFF;
		n->http += s->state == S_HTTP;
	}
}

static void
on_wake(struct loop *l)
{
	struct worker *w = l->data;

	login_deliver(w);
	do_jobs(w);
	if (atomic_load(&w->drain) && !w->draining)
		drain(w);
	if (atomic_load(&w->stop))
		loop_stop(l);
}

static bool
init(struct worker *w, const int *fds)
{
	size_t i, n = w->snapshot->nlisteners;
	uint64_t seed;
	uint16_t port;
	struct ip ip;

	w->loop = loop_new(on_wake, w);
	w->listeners = calloc(n, sizeof(*w->listeners));
	w->at = calloc(n, sizeof(*w->at));
	w->http_out = malloc(HTTP_GATHER);
	local_init(&w->local);
	if (w->loop == NULL || w->listeners == NULL || w->at == NULL ||
	    w->http_out == NULL)
		return false;
	expiry_init(w);
	w->resolver = resolver_new(w->loop, &w->snapshot->settings.dns);
	crypto_random(&seed, sizeof(seed));
	w->health = route_state_new(w->snapshot->routes, seed);
	if (!flow_pool_init(&w->pool) || w->resolver == NULL ||
	    w->health == NULL || !early_init(w))
		return false;
	checks_begin(w);
	if (!services_begin(w))
		return false;
	for (i = 0; i < n; i++) {
		w->at[i] = w->snapshot->listeners[i].addr;
		if (local_end(fds[i], &ip, &port))
			w->at[i] = endpoint_from_ip(&ip, port);
		listener_open(&w->listeners[i], w->loop, fds[i], on_client);
	}
	return true;
}

struct worker *
worker_new(const struct snapshot *snapshot, const int *fds)
{
	struct worker *w = calloc(1, sizeof(*w));
	size_t i;

	if (w != NULL) {
		w->snapshot = snapshot;
		TAILQ_INIT(&w->sessions);
		pthread_mutex_init(&w->lock, NULL);
		if (init(w, fds))
			return w;
	}
	for (i = 0; i < snapshot->nlisteners; i++)
		close(fds[i]);
	worker_free(w);
	return NULL;
}

void
worker_free(struct worker *w)
{
	struct session *s;

	if (w == NULL)
		return;
	w->draining = false; /* the loop is over already */
	while ((s = TAILQ_FIRST(&w->sessions)) != NULL)
		session_free(s);
	services_end(w);
	checks_end(w);
	spares_drop(w);
	login_deliver(w);
	do_jobs(w);
	setups_deinit(&w->setups);
	if (w->listeners != NULL)
		close_listeners(w);
	free(w->listeners);
	free(w->at);
	local_deinit(&w->local);
	if (w->resolver != NULL)
		resolver_free(w->resolver);
	route_state_free(w->health);
	early_deinit(w);
	flow_pool_deinit(&w->pool);
	free(w->http_out);
	if (w->loop != NULL)
		expiry_deinit(w);
	loop_free(w->loop);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void
worker_run(struct worker *w)
{
	loop_run(w->loop);
}

void
worker_drain(struct worker *w)
{
	atomic_store(&w->drain, true);
	loop_wake(w->loop);
}

void
worker_stop(struct worker *w)
{
	atomic_store(&w->stop, true);
	loop_wake(w->loop);
}
