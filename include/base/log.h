/*
 * log.h - one line per event on standard error.
 *
 *   log_warn("cannot reach hop", "hop", name, "why", outcome_str(o), NULL);
 *   -> warning: cannot reach hop  hop=n1 why="timed out"
 *
 * The event first, then pairs of key and value (all strings), ended by NULL.
 * Values are escaped: a peer's bytes can not forge a line.  At every level but
 * debug a line must name no client, no target and no user.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE, LOG_DEBUG };

/* Set once, before threads start. */
void log_set_level(enum log_level);
bool log_is_debug(void); /* guards costly arguments */

void log_error(const char *event, ...) __attribute__((sentinel));
void log_warn(const char *event, ...) __attribute__((sentinel));
void log_info(const char *event, ...) __attribute__((sentinel));
void log_debug(const char *event, ...) __attribute__((sentinel));

/*
 * true at most once per second for each *last (monotonic milliseconds, starts
 * at 0), so that a flood of one problem is one line.
 */
bool log_may(unsigned long long *last);

#endif
