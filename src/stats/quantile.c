#include "stats/quantile.h"

#define FADE_AT 512

/* 0 to 3 have a range each; above, the top bit and the two behind it say it. */
static unsigned
range_of(uint32_t value)
{
	unsigned top, at;

	if (value < 4)
		return value;
	top = 31 - (unsigned)__builtin_clz(value);
	at = (top - 1) * 4 + ((value >> (top - 2)) & 3);
	return at < QUANTILE_RANGES ? at : QUANTILE_RANGES - 1;
}

static uint32_t
end_of(unsigned range)
{
	unsigned top = range / 4 + 1;

	if (range < 4)
		return range;
	return ((4 + range % 4 + 1) << (top - 2)) - 1;
}

void
quantile_add(struct quantile *q, uint32_t value)
{
	unsigned i;

	q->count[range_of(value)]++;
	if (++q->n < FADE_AT)
		return;
	q->n = 0;
	for (i = 0; i < QUANTILE_RANGES; i++)
		q->n += q->count[i] /= 2;
}

uint32_t
quantile_at(const struct quantile *q, unsigned percent)
{
	uint64_t want = ((uint64_t)q->n * percent + 99) / 100, seen = 0;
	unsigned i;

	if (q->n == 0)
		return 0;
	for (i = 0; i < QUANTILE_RANGES - 1; i++) {
		seen += q->count[i];
		if (seen >= want && seen > 0)
			break;
	}
	return end_of(i);
}
