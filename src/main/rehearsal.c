#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/listener.h"

#include "rehearsal.h"

#define CONNECT_MS  15000
#define NOBODY_PORT 1 /* tcpmux, which nobody has run for decades */

static struct ip
here(void)
{
	const uint8_t b[4] = { 127, 0, 0, 1 };

	return ip_v4(b);
}

static void
tame(struct snapshot *s, const struct endpoint *names, bool dead)
{
	const struct ip lo = here();
	size_t i;

	for (i = 0; i < s->nlisteners; i++) {
		s->listeners[i].addr = endpoint_from_ip(&lo, 0);
		s->listeners[i].auth = false;
		s->listeners[i].private_ok = true; /* our origin is */
	}
	for (i = 0; dead && i < s->nhops; i++)
		s->hops[i].addr = endpoint_from_ip(&lo, NOBODY_PORT);
	/* A person waits for it. */
	if (s->settings.connect_ms > CONNECT_MS)
		s->settings.connect_ms = CONNECT_MS;
	s->settings.dns.servers[0] = *names;
	s->settings.dns.nservers = 1;
	ip_parse(&s->direct.v4, REHEARSAL_DIRECT, strlen(REHEARSAL_DIRECT));
	s->direct.has_v4 = true;
}

static struct worker *
make_worker(struct snapshot *s)
{
	int *fds = calloc(s->nlisteners, sizeof(*fds));
	struct worker *w = NULL;
	size_t i;

	if (fds == NULL)
		return NULL;
	for (i = 0; i < s->nlisteners; i++) {
		fds[i] = listener_bind(&s->listeners[i].addr, true);
		if (fds[i] < 0)
			break;
	}
	if (i == s->nlisteners)
		w = worker_new(s, fds);
	else
		while (i > 0)
			close(fds[--i]);
	free(fds);
	return w;
}

static void *
run(void *worker)
{
	worker_run(worker);
	return NULL;
}

bool
rehearsal_start(struct rehearsal *r, struct snapshot *s,
    const struct endpoint *names, bool dead)
{
	tame(s, names, dead);
	r->snapshot = s;
	r->worker = make_worker(s);
	if (r->worker == NULL)
		return false;
	if (pthread_create(&r->thread, NULL, run, r->worker) == 0)
		return true;
	worker_free(r->worker);
	return false;
}

void
rehearsal_stop(struct rehearsal *r)
{
	worker_stop(r->worker);
	pthread_join(r->thread, NULL);
	worker_free(r->worker);
}

const struct listen_spec *
rehearsal_way_in(const struct rehearsal *r, unsigned protocol)
{
	const struct snapshot *s = r->snapshot;
	size_t i;

	for (i = 0; i < s->nlisteners; i++)
		if ((s->listeners[i].protocols & protocol) != 0)
			return &s->listeners[i];
	return NULL;
}
