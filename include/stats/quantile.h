/*
 * quantile.h - below what nine of ten values are, in 132 bytes.
 *
 * Values are counted in ranges that grow with them (four for each doubling, so
 * an answer is at most a quarter too high).  Old values fade: whenever 512
 * are counted, all counts are halved.
 */
#ifndef STATS_QUANTILE_H
#define STATS_QUANTILE_H

#include <stdint.h>

#define QUANTILE_RANGES 64

struct quantile { /* all zero: no value yet */
	uint16_t count[QUANTILE_RANGES];
	uint32_t n; /* their sum */
};

void quantile_add(struct quantile *, uint32_t value); /* 131071 at most */
/* The value that so many of a hundred are not above; 0 without a value. */
uint32_t quantile_at(const struct quantile *, unsigned percent);

#endif
