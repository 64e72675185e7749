/*
 * worker.h - a thread's worth of bauta: a loop, its listeners, its sessions.
 *
 * Workers share the snapshot and nothing else that changes.
 */
#ifndef SESSION_WORKER_H
#define SESSION_WORKER_H

#include "session/snapshot.h"

struct worker;

/*
 * fds: a listening descriptor for each listener of the snapshot, owned by the
 * worker from here on, also on failure.  NULL: out of memory or descriptors.
 */
struct worker *worker_new(const struct snapshot *, const int *fds);
/* Accepts NULL.  The snapshot's auth must have been stopped before. */
void worker_free(struct worker *);
void worker_run(struct worker *); /* until drained or stopped */

/* From any thread.  Drain: take no new clients, end with the last session. */
void worker_drain(struct worker *);
void worker_stop(struct worker *);

/*
 * A question for a worker: run() is called once, on the worker's thread (or by
 * worker_free(), when it has none any more), between two events.  From any
 * thread; the job is the caller's and stays until then.
 */
struct worker_job {
	void (*run)(struct worker *, struct worker_job *);
	struct worker_job *next;
};

void worker_ask(struct worker *, struct worker_job *);

/* What follows only in a job. */
struct worker_census {
	unsigned sessions; /* all that are open, */
	unsigned relayed;  /* of these: tunnels, */
	unsigned http;	   /* and in the middle of an HTTP exchange */
	unsigned spares;   /* circuits that wait for a target */
};

/*
 * From now on nothing of an identity is what it was: circuits that wait are
 * closed, logins at tor hops, source addresses out of a prefix, members of
 * pools and cached names are chosen anew.  Connections go on.
 */
void worker_new_identity(struct worker *);
uint64_t worker_now(const struct worker *); /* its loop's milliseconds */
const struct route_state *worker_health(const struct worker *);
void worker_count(const struct worker *, struct worker_census *);

#endif
