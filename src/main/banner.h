/* banner.h - what a person sees when bauta has started. */
#ifndef MAIN_BANNER_H
#define MAIN_BANNER_H

#include "session/snapshot.h"

/* To standard error, unless the log is quiet; the listeners are bound. */
void banner_print(const struct snapshot *, const char *source);

#endif
