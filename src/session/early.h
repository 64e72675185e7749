/*
 * early.h - which hops take a handshake all at once, and bytes behind a
 * request before they answered it.
 *
 * Some do, and then a row of them costs one round trip each; some take one read
 * for one message and lose the rest (microsocks).  `pipeline yes` and `no` in a
 * `proxy` say; else a worker finds out with a spare circuit, where it can harm
 * nobody, one hop at a time.  A hop that failed so is spoken to step by step.
 */
#ifndef SESSION_EARLY_H
#define SESSION_EARLY_H

#include <stdbool.h>

#include "outbound/hop.h"

struct worker;

bool early_init(struct worker *); /* false: out of memory */
void early_deinit(struct worker *);
/* It takes what comes early, as far as anybody knows. */
bool early_may(const struct worker *, unsigned hop, const struct hop_spec *);
bool early_certain(const struct worker *, unsigned hop); /* it has done so */
/* Nobody knows: it is worth a trial. */
bool early_unknown(const struct worker *, unsigned hop,
    const struct hop_spec *);
/* It did, or it did not. */
void early_learn(struct worker *, unsigned hop, const struct hop_spec *,
    bool yes);

#endif
