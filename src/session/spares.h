/*
 * spares.h - circuits prepared before anybody asks for them.
 *
 * For each way that was used lately (a route for one identity) a worker keeps
 * a few circuits built up to their last hop, so that a request costs only the
 * rest.  How many follows what was taken in the last seconds; where nobody
 * asks any more there soon are none.  What was built for one identity is never
 * given to another.
 */
#ifndef SESSION_SPARES_H
#define SESSION_SPARES_H

#include "circuit.h"

TAILQ_HEAD(circuits, circuit);
TAILQ_HEAD(spare_sets, spare_set);

struct spares {
	struct spare_sets sets; /* the one used last is first */
	unsigned nsets, ncircuits;
	struct deadlines limit; /* of circuits that are built */
	struct deadlines age;	/* of circuits that wait */
	struct deadlines retry; /* of sets whose last try failed */
	bool closed;		/* no new ones: the worker drains */
};

void spares_init(struct worker *);
void spares_deinit(struct worker *);
/* A circuit that is PREPARED and from now on the caller's, or NULL. */
struct circuit *spares_take(struct worker *, const struct way *);
/* This way was just used, and well: have circuits ready for the next time. */
void spares_used(struct worker *, const struct way *);
void spares_drop(struct worker *); /* all of them; sets are forgotten */
unsigned spares_count(const struct worker *);

#endif
