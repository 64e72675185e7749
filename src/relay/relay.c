/* relay.c - both directions of a tunnel, and how they end. */
#include "relay/relay.h"

void
relay_init(struct relay *r, struct stream *client, struct stream *target)
{
	flow_init(&r->flow[0], client, target);
	flow_init(&r->flow[1], target, client);
	r->ended[0] = r->ended[1] = r->fed = false;
}

void
relay_deinit(struct relay *r, struct flow_pool *p)
{
	flow_deinit(&r->flow[0], p);
	flow_deinit(&r->flow[1], p);
}

bool
relay_half_closed(const struct relay *r)
{
	return r->ended[0] || r->ended[1];
}

static bool
move(struct relay *r, struct flow_pool *p, int i, bool readable)
{
	struct flow *f = &r->flow[i];
	uint64_t all = UINT64_MAX;

	if (r->ended[i])
		return true;
	switch (flow_move(f, p, &all, readable && !(i == 0 && r->fed))) {
	case FLOW_BROKEN:
		return false;
	case FLOW_EOF:
		r->ended[i] = true;
		/* When this was the last one, closing says the same. */
		if (!r->ended[1 - i])
			stream_shutdown(f->to);
		return true;
	default:
		return true;
	}
}

static int
interest(const struct relay *r, int side)
{
	const struct flow *in = &r->flow[side], *out = &r->flow[1 - side];

	return (flow_wants_input(in) ? STREAM_READ : 0) |
	    (flow_is_blocked(out) ? STREAM_WRITE : 0);
}

static enum relay_status
settle(struct relay *r)
{
	if (r->ended[0] && r->ended[1])
		return RELAY_DONE;
	stream_watch(r->flow[0].from, interest(r, 0));
	stream_watch(r->flow[1].from, interest(r, 1));
	return RELAY_GOING;
}

enum relay_status
relay_start(struct relay *r, struct flow_pool *p)
{
	if (!move(r, p, 0, false) || !move(r, p, 1, false))
		return RELAY_BROKEN;
	return settle(r);
}

enum relay_status
relay_event(struct relay *r, struct flow_pool *p, struct stream *s, int events)
{
	int side = s == r->flow[0].from ? 0 : 1;

	/* What this stream sent goes to the other one. */
	if ((events & STREAM_READ) && !move(r, p, side, true))
		return RELAY_BROKEN;
	/* This stream takes bytes again: those the other one sent. */
	if ((events & STREAM_WRITE) && !move(r, p, 1 - side, true))
		return RELAY_BROKEN;
	return settle(r);
}
