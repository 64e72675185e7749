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

#endif
