/* stage.h - one worker on the simulated network, with a configuration. */
#ifndef STAGE_H
#define STAGE_H

#include "session/worker.h"

extern struct worker *worker;
extern struct snapshot *snapshot;

/* NULL: everything is direct.  False: the worker could not be made. */
bool setup(const char *conf);
void teardown(void); /* nothing may be held open then */

#endif
