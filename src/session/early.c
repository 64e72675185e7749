#include <stdlib.h>

#include "base/log.h"

#include "session.h"

enum { UNKNOWN, TAKES, FAILED };

bool
early_init(struct worker *w)
{
	w->early = calloc(routes_hops(w->snapshot->routes) + 1, 1);
	return w->early != NULL;
}

void
early_deinit(struct worker *w)
{
	free(w->early);
}

bool
early_may(const struct worker *w, unsigned hop, const struct hop_spec *spec)
{
	switch (spec->pipeline) {
	case HOP_PIPELINE_NO:
		return false;
	case HOP_PIPELINE_YES:
		return w->early[hop] != FAILED;
	default:
		return w->early[hop] == TAKES;
	}
}

bool
early_certain(const struct worker *w, unsigned hop)
{
	return w->early[hop] == TAKES;
}

bool
early_unknown(const struct worker *w, unsigned hop,
    const struct hop_spec *spec)
{
	return spec->pipeline == HOP_PIPELINE_AUTO && w->early[hop] == UNKNOWN;
}

/*
 * One that took it before may only have been away for a moment: next time it
 * is spoken to step by step, and then tried again.
 */
void
early_learn(struct worker *w, unsigned hop, const struct hop_spec *spec,
    bool yes)
{
	unsigned char *known = &w->early[hop];

	if (!yes && *known != FAILED && spec->pipeline == HOP_PIPELINE_YES)
		log_info("hop does not take a pipelined handshake", "hop",
		    spec->name, "do", "remove `pipeline yes`", NULL);
	if (yes)
		*known = TAKES;
	else
		*known = *known == TAKES && spec->pipeline == HOP_PIPELINE_AUTO
		    ? UNKNOWN
		    : FAILED;
}
