/*
 * arena.h - memory that is given back all at once, wiped.
 *
 * Everything a struct conf holds lives here, passwords too, so nothing of it
 * may stay behind in freed memory.
 */
#ifndef CONFIG_ARENA_H
#define CONFIG_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena {
	struct chunk *chunks;
	bool failed; /* memory ran out at some point */
};

/* n zero bytes, aligned for anything; NULL when out of memory. */
void *arena_alloc(struct arena *, size_t n);
/* A NUL-terminated copy. */
char *arena_copy(struct arena *, const char *s, size_t n);
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void arena_deinit(struct arena *);

#endif
