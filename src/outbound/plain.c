#include <stdlib.h>

#include "plain.h"

struct hop *
plain_open(const struct hop_spec *spec)
{
	struct hop *h = calloc(1, sizeof(*h));

	if (h != NULL)
		h->spec = spec;
	return h;
}

void
plain_close(struct hop *h)
{
	free(h);
}

enum hop_status
plain_run(struct hop *h, const struct plain_step *talk, unsigned until,
    struct buf *in, struct buf *out, enum outcome *why)
{
	enum hop_status st = HOP_READY;

	while (st == HOP_READY && h->step != until)
		st = talk[h->step].run(h, in, out, why);
	return st;
}

enum hop_status
plain_nothing(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	(void)h, (void)in, (void)out, (void)why;
	return HOP_READY;
}

enum hop_status
plain_flight(struct hop *h, const struct plain_step *talk,
    const struct endpoint *to, struct buf *out, enum outcome *why)
{
	struct buf nothing = buf_on(NULL, 0);

	if (to == NULL || h->step != 0)
		return HOP_READY;
	h->to = to;
	return talk[0].run(h, &nothing, out, why);
}

enum hop_status
plain_status(enum err e, enum outcome *why)
{
	if (e == OK)
		return HOP_READY;
	if (e == ERR_SHORT || e == ERR_SPACE)
		return HOP_MORE;
	return plain_fail(why, OUTCOME_HOP_FAILED);
}

enum hop_status
plain_fail(enum outcome *why, enum outcome o)
{
	*why = o;
	return HOP_FAILED;
}
