/*
 * ewma.h - what a figure usually is: an average that forgets.
 *
 * Each new value counts for an eighth, the first one for all.
 */
#ifndef STATS_EWMA_H
#define STATS_EWMA_H

#include <stdbool.h>
#include <stdint.h>

struct ewma {
	uint64_t eighths; /* 8 times the average */
	bool known;       /* there was a value; all zero is one without */
};

void ewma_add(struct ewma *, uint32_t value);
uint32_t ewma_get(const struct ewma *); /* 0 without a value */

#endif
