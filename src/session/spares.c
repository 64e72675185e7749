/* spares.c - sets of prepared circuits, and how many each should have. */
#include <stdlib.h>
#include <string.h>

#include "session.h"

#define SETS_MAX     256   /* ways remembered; the one unused longest goes */
#define CIRCUITS_MAX 256   /* of all sets together */
#define SPARES_MAX   4     /* of one set */
#define AGE_MS	     8000  /* hops give a client 10 s or more to say what */
#define LIMIT_MS     60000 /* to prepare one */
#define RETRY_MS     1000
#define IDLE_MS	     30000 /* unused for so long: no more of it */
#define WINDOW_MS    2000  /* demand is counted in */

#define container(p, type, member) \
	((type *)(void *)((char *)(p)-offsetof(type, member)))

struct spare_set {
	TAILQ_ENTRY(spare_set) link;
	struct worker *worker;
	struct way way;
	struct circuits ready, building;
	unsigned nready, nbuilding;
	bool trial; /* one of those that are built is one, and may never end */
	uint64_t used;		/* when one was last asked for */
	uint64_t window;	/* number of the window of taken[0] */
	unsigned taken[2];	/* in this window and in the one before */
	struct deadline retry;	/* running: nothing is built until then */
};

static void
note_demand(struct spare_set *s, uint64_t now, unsigned n)
{
	uint64_t window = now / WINDOW_MS;

	if (window != s->window) {
		s->taken[1] = window == s->window + 1 ? s->taken[0] : 0;
		s->taken[0] = 0;
		s->window = window;
	}
	s->taken[0] += n;
}

/* As many as were taken in a window lately, one at least, while it is used. */
static unsigned
wanted(struct spare_set *s, uint64_t now)
{
	unsigned n;

	if (s->worker->spares.closed || now - s->used > IDLE_MS)
		return 0;
	note_demand(s, now, 0);
	n = s->taken[0] > s->taken[1] ? s->taken[0] : s->taken[1];
	return n < 1 ? 1 : n < SPARES_MAX ? n : SPARES_MAX;
}

static void
drop(struct spare_set *s, struct circuit *c, bool ready)
{
	if (ready) {
		TAILQ_REMOVE(&s->ready, c, link);
		s->nready--;
	} else {
		TAILQ_REMOVE(&s->building, c, link);
		s->nbuilding--;
	}
	s->worker->spares.ncircuits--;
}

static void
forget(struct spare_set *s)
{
	struct spares *all = &s->worker->spares;
	struct circuit *c;

	while ((c = TAILQ_FIRST(&s->ready)) != NULL) {
		drop(s, c, true);
		circuit_close(c);
	}
	while ((c = TAILQ_FIRST(&s->building)) != NULL) {
		drop(s, c, false);
		circuit_close(c);
	}
	deadline_stop(&s->retry);
	TAILQ_REMOVE(&all->sets, s, link);
	all->nsets--;
	explicit_bzero(s, sizeof(*s)); /* an identity */
	free(s);
}

static void refill(struct spare_set *);

/* One of ours is prepared, or it failed, or it was and the hop hung up. */
static void
on_told(struct circuit *c)
{
	struct spare_set *s = c->owner;
	struct spares *all = &s->worker->spares;

	if (c->trial)
		s->trial = false;
	if (c->status == CIRCUIT_PREPARED) {
		drop(s, c, false);
		TAILQ_INSERT_TAIL(&s->ready, c, link);
		s->nready++;
		all->ncircuits++;
		deadline_start(&all->age, &c->deadline);
		refill(s);
		return;
	}
	drop(s, c, c->prepared != 0);
	circuit_close(c);
	deadline_start(&all->retry, &s->retry);
}

static void
on_aged(struct deadline *d)
{
	struct circuit *c = container(d, struct circuit, deadline);
	struct spare_set *s = c->owner;

	drop(s, c, true);
	circuit_close(c);
	refill(s); /* may free it */
}

static void
on_retry(struct deadline *d)
{
	refill(container(d, struct spare_set, retry));
}

static bool
build(struct spare_set *s, bool trial)
{
	struct worker *w = s->worker;
	struct path path;
	struct circuit_plan plan = { .way = &s->way,
		.path = &path,
		.limit = trial ? &w->attempt : &w->spares.limit,
		.trial = trial,
		.told = on_told,
		.owner = s };
	struct circuit *c = NULL;

	if (route_pick(w->health, s->way.route, &s->way.identity, NULL,
		loop_now(w->loop), &path) == ROUTE_FOUND)
		c = circuit_open(w, &plan);
	if (c == NULL) {
		deadline_start(&w->spares.retry, &s->retry);
		return false;
	}
	TAILQ_INSERT_TAIL(&s->building, c, link);
	s->nbuilding++;
	s->trial |= trial;
	s->worker->spares.ncircuits++;
	if (c->status != CIRCUIT_WAITS)
		on_told(c);
	return s->retry.class == NULL;
}

/* There is a hop of which nobody knows whether it takes all at once. */
static bool
is_new(const struct spare_set *s)
{
	const struct circuit *c = TAILQ_FIRST(&s->ready);
	unsigned k;

	for (k = 0; k + 1 < c->path.n; k++)
		if (early_unknown(s->worker, c->path.hop[k], c->hops[k]))
			return true;
	return false;
}

static void
refill(struct spare_set *s)
{
	struct spares *all = &s->worker->spares;
	unsigned want = wanted(s, loop_now(s->worker->loop));

	if (want == 0 && s->nready + s->nbuilding == 0) {
		forget(s);
		return;
	}
	while (s->nready + s->nbuilding - s->trial < want &&
	    s->retry.class == NULL &&
	    all->ncircuits < CIRCUITS_MAX)
		if (!build(s, false))
			return;
	/* Beside one that is ready, so that nobody waits for the trial. */
	if (s->nready > 0 && !s->trial && want > 0 && is_new(s) &&
	    s->retry.class == NULL)
		build(s, true);
}

static struct spare_set *
find(struct worker *w, const struct way *way)
{
	struct spare_set *s;

	TAILQ_FOREACH(s, &w->spares.sets, link)
		if (way_same(&s->way, way))
			return s;
	return NULL;
}

static struct spare_set *
add(struct worker *w, const struct way *way)
{
	struct spares *all = &w->spares;
	struct spare_set *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (all->nsets == SETS_MAX)
		forget(TAILQ_LAST(&all->sets, spare_sets));
	s->worker = w;
	s->way = *way;
	TAILQ_INIT(&s->ready);
	TAILQ_INIT(&s->building);
	TAILQ_INSERT_HEAD(&all->sets, s, link);
	all->nsets++;
	return s;
}

struct circuit *
spares_take(struct worker *w, const struct way *way)
{
	struct spare_set *s = find(w, way);
	struct circuit *c = s != NULL ? TAILQ_FIRST(&s->ready) : NULL;

	if (c != NULL) {
		drop(s, c, true);
		deadline_stop(&c->deadline);
	}
	return c;
}

void
spares_used(struct worker *w, const struct way *way)
{
	struct spares *all = &w->spares;
	struct spare_set *s;

	if (all->closed)
		return;
	s = find(w, way);
	if (s == NULL)
		s = add(w, way);
	if (s == NULL)
		return;
	TAILQ_REMOVE(&all->sets, s, link);
	TAILQ_INSERT_HEAD(&all->sets, s, link);
	s->used = loop_now(w->loop);
	note_demand(s, s->used, 1);
	refill(s);
}

void
spares_drop(struct worker *w)
{
	struct spare_set *s;

	while ((s = TAILQ_FIRST(&w->spares.sets)) != NULL)
		forget(s);
}

unsigned
spares_count(const struct worker *w)
{
	const struct spare_set *s;
	unsigned n = 0;

	TAILQ_FOREACH(s, &w->spares.sets, link)
		n += s->nready;
	return n;
}

void
spares_init(struct worker *w)
{
	struct spares *all = &w->spares;

	TAILQ_INIT(&all->sets);
	deadlines_init(&all->limit, w->loop, LIMIT_MS, circuit_expired);
	deadlines_init(&all->age, w->loop, AGE_MS, on_aged);
	deadlines_init(&all->retry, w->loop, RETRY_MS, on_retry);
}

void
spares_deinit(struct worker *w)
{
	spares_drop(w);
	deadlines_deinit(&w->spares.limit);
	deadlines_deinit(&w->spares.age);
	deadlines_deinit(&w->spares.retry);
}
