/*
 * circuit.h - a connection through the hops of a path, one through the other.
 *
 * A circuit is made for a target, or prepared: built up to its last hop, which
 * waits to be told a target.  It serves one session and is never used again.
 * Nothing here decides which hops; that was done when the path was picked.
 */
#ifndef SESSION_CIRCUIT_H
#define SESSION_CIRCUIT_H

#include <sys/queue.h>

#include "base/source.h"
#include "net/dial.h"
#include "net/stream.h"
#include "outbound/chain.h"
#include "relay/flow.h"
#include "request/identity.h"
#include "route/state.h"

struct worker;

/* Which way out, and for whom: those of two identities have nothing shared. */
struct way {
	const struct route *route;
	struct identity identity;
	struct source source; /* all 0: the kernel chooses */
};

bool way_same(const struct way *, const struct way *);

enum circuit_status {
	CIRCUIT_WAITS,	  /* for the network */
	CIRCUIT_PREPARED, /* for a target */
	CIRCUIT_READY,	  /* the target is reached: take it */
	CIRCUIT_FAILED,	  /* why, and at which hop; close it */
};

struct circuit {
	TAILQ_ENTRY(circuit) link; /* the owner's */
	struct worker *worker;
	void (*told)(struct circuit *); /* its status changed; may close it */
	void *owner;
	enum circuit_status status;
	enum outcome why, cause; /* with FAILED: what to say, what happened */
	bool fault;	  /* a hop's, that is, and not the target's or ours: */
	unsigned at;	  /* this one's, from 0 */
	bool reached;	  /* the first hop was connected to */
	uint64_t began, prepared; /* loop_now() */
	struct path path; /* without hops: path.lacks is down, nothing is open */
	const struct hop_spec *hops[CHAIN_MAX];
	bool aimed; /* there is a target, */
	bool spare; /* which came when it was prepared already */
	struct endpoint target;
	struct chain *chain;
	struct dial dial;
	struct source source;
	struct stream stream;
	struct flow out; /* to the first hop: what it does not take yet */
	struct buf in;	 /* from the hop at work; no memory while prepared */
	struct deadline deadline;
};

/*
 * target NULL: only prepare it.  told() is called later, never from here: look
 * at the status.  NULL: out of memory.
 */
struct circuit *circuit_open(struct worker *, const struct way *,
    const struct endpoint *target, void (*told)(struct circuit *), void *owner);
/* One that is PREPARED gets a target, and another owner. */
void circuit_aim(struct circuit *, void (*told)(struct circuit *), void *owner,
    const struct endpoint *target);
/*
 * Of one that is READY: its descriptor is the caller's, and so is *in with the
 * target's first bytes (in->mem is malloc'd or NULL); what was not sent yet
 * goes to *out.  The circuit is freed.
 */
int circuit_take(struct circuit *, struct buf *in, struct flow *out);
void circuit_give_up(struct circuit *); /* it fails: too slow */
void circuit_close(struct circuit *); /* accepts NULL */

void circuit_expired(struct deadline *); /* of the class worker.attempt */

#endif
