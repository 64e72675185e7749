#include <string.h>

#include "base/source.h"

bool
source_is_any(const struct source *s)
{
	return !s->has_v4 && !s->has_v6 && s->iface[0] == '\0' && s->mark == 0;
}

bool
source_same(const struct source *a, const struct source *b)
{
	return a->has_v4 == b->has_v4 && a->has_v6 == b->has_v6 &&
	    (!a->has_v4 || ip_same(&a->v4, &b->v4)) &&
	    (!a->has_v6 || ip_same(&a->v6, &b->v6)) && a->free == b->free &&
	    strcmp(a->iface, b->iface) == 0 && a->mark == b->mark;
}
