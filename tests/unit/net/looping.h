/* looping.h - a loop that a test can wait on, but not for ever. */
#ifndef LOOPING_H
#define LOOPING_H

#include "net/loop.h"

struct loop *looping_new(void); /* asserts that it succeeds */

/*
 * Runs until a callback calls loop_stop(); false: nobody did for ten seconds.
 */
bool looping_run(struct loop *);
/* Runs for so long, whatever happens: for what must not happen. */
void looping_run_for(struct loop *, uint64_t ms);

uint64_t real_ms(void); /* monotonic, fine-grained */

/* Connected TCP sockets on the loopback, non-blocking. */
void tcp_pair(int fd[2]);

#endif
