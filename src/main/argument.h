/* argument.h - words of a command line that may hold a password. */
#ifndef MAIN_ARGUMENT_H
#define MAIN_ARGUMENT_H

/*
 * A copy, and what stands in the process list loses its user and password.
 * NULL when out of memory.
 */
char *argument_take(char *arg);
void argument_free(char *copy); /* wipes it; accepts NULL */

#endif
