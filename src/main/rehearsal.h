/*
 * rehearsal.h - a configuration at work inside this process, where it can do
 * no harm and be watched: the same code as in the daemon, one worker, its
 * listeners on free ports of the loopback and without logins.
 */
#ifndef MAIN_REHEARSAL_H
#define MAIN_REHEARSAL_H

#include <pthread.h>

#include "session/worker.h"

#define REHEARSAL_DIRECT "127.0.0.77" /* what goes direct comes from here */

struct rehearsal {
	struct snapshot *snapshot; /* the caller's, changed by the start */
	struct worker *worker;
	pthread_t thread;
};

/*
 * Names are asked of `names` only.  dead: every proxy is where nobody
 * listens.  false: out of memory or descriptors.
 */
bool rehearsal_start(struct rehearsal *, struct snapshot *,
    const struct endpoint *names, bool dead);
void rehearsal_stop(struct rehearsal *);
/* Where clients of this protocol (LISTEN_*) come in; NULL: nowhere. */
const struct listen_spec *rehearsal_way_in(const struct rehearsal *,
    unsigned protocol);

#endif
