/*
 * plain.h - what the hops without a seal share: a talk in steps.
 *
 * A step says something or reads something, whole or not at all, and sets
 * h->step to the next one.  HOP_READY means: done, go on with h->step.
 */
#ifndef PLAIN_H
#define PLAIN_H

#include "outbound/hop.h"

struct hop {
	const struct hop_spec *spec;
	const struct endpoint *to; /* known from connect on */
	unsigned step;
	bool ahead, asked; /* said in flight: what comes before, the request */
	size_t seen;       /* HTTP: bytes of heads so far */
};

struct plain_step {
	enum hop_status (*run)(struct hop *, struct buf *in, struct buf *out,
	    enum outcome *why);
};

struct hop *plain_open(const struct hop_spec *);
void plain_close(struct hop *);

/* Steps until h->step is `until`, or one waits or fails. */
enum hop_status plain_run(struct hop *, const struct plain_step *talk,
    unsigned until, struct buf *in, struct buf *out, enum outcome *why);

/*
 * For the kinds whose whole handshake is a request, said in step 0, and its
 * answer: prepare() and flight().
 */
enum hop_status plain_nothing(struct hop *, struct buf *in, struct buf *out,
    enum outcome *why);
enum hop_status plain_flight(struct hop *, const struct plain_step *talk,
    const struct endpoint *to, struct buf *out, enum outcome *why);

/* What a codec's answer means: not yet, go on, or HOP_FAILED. */
enum hop_status plain_status(enum err, enum outcome *why);
enum hop_status plain_fail(enum outcome *why, enum outcome);

#endif
