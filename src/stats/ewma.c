#include "stats/ewma.h"

void
ewma_add(struct ewma *e, uint32_t value)
{
	if (e->known)
		e->eighths = e->eighths - e->eighths / 8 + value;
	else
		e->eighths = (uint64_t)value * 8;
	e->known = true;
}

uint32_t
ewma_get(const struct ewma *e)
{
	return (uint32_t)(e->eighths / 8);
}
