/*
 * relay.h - a tunnel: two flows between two streams until both have ended.
 *
 * The end of one direction is carried through (FIN); a reset resets the other
 * side.  The streams belong to the session.
 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

#include "relay/flow.h"

struct relay {
	struct flow flow[2]; /* 0: client to target, 1: target to client */
	bool ended[2];       /* that flow's end was passed on */
	bool fed;            /* the client is read by the session, which sends
				what it finds into flow 0 and marks its end */
};

enum relay_status {
	RELAY_GOING,
	RELAY_DONE,   /* both directions ended: close */
	RELAY_BROKEN, /* one side is gone: reset the other */
};

/*
 * Between init and start the session may flow_send() the bytes it read early
 * and mark a flow's eof it has seen.  From start on the relay watches both
 * streams.
 */
void relay_init(struct relay *, struct stream *client, struct stream *target);
enum relay_status relay_start(struct relay *, struct flow_pool *);
/* From the streams' on_event. */
enum relay_status relay_event(struct relay *, struct flow_pool *,
    struct stream *, int events);
bool relay_half_closed(const struct relay *);
void relay_deinit(struct relay *, struct flow_pool *);

#endif
