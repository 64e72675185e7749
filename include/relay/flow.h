/*
 * flow.h - bytes from one stream to another, in one direction.
 *
 * Bytes are copied through the thread's scratch buffer while transfers are
 * small and spliced through a borrowed pipe while they are large.  Nothing is
 * kept while `to` takes what it is sent; what it does not take is kept, and
 * `from` is not read until it is gone: back-pressure is end to end.
 *
 * The streams belong to the caller, who watches them: for reading while
 * flow_wants_input(), for writing while flow_is_blocked().
 */
#ifndef RELAY_FLOW_H
#define RELAY_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "net/stream.h"

/* What the flows of one thread share. */
struct flow_pool {
	struct pipes pipes;
	uint8_t *scratch;
};

bool flow_pool_init(struct flow_pool *); /* false: out of memory */
void flow_pool_deinit(struct flow_pool *);

struct flow {
	struct stream *from, *to;
	struct pipe *pipe; /* bytes on the way, or NULL */
	uint8_t *held;     /* bytes `to` did not take, or NULL */
	uint32_t held_at, held_len;
	bool bulk; /* splice rather than copy */
	bool eof;  /* `from` has ended; all it sent may not be delivered yet */
};

enum flow_status {
	FLOW_WAITS,  /* for `from` to send or for `to` to take */
	FLOW_LIMIT,  /* *left is 0 and everything was delivered */
	FLOW_EOF,    /* `from` ended and everything was delivered */
	FLOW_BROKEN, /* a stream failed, or out of memory */
};

void flow_init(struct flow *, struct stream *from, struct stream *to);
void flow_deinit(struct flow *, struct flow_pool *); /* drops what is kept */

/*
 * Move bytes until *left of them were read, `from` has no more or `to` takes no
 * more; *left shrinks by what was read (UINT64_MAX stays: no limit).  With
 * `readable` false `from` is known to have nothing and only what is kept moves.
 */
enum flow_status flow_move(struct flow *, struct flow_pool *, uint64_t *left,
    bool readable);
/*
 * Read some for the caller to look at: > 0, and *data is theirs until the next
 * use of the pool; else STREAM_*.
 */
ssize_t flow_take(struct flow *, struct flow_pool *, const uint8_t **data);
/* Put bytes of the caller's behind what is kept, or send them at once. */
bool flow_send(struct flow *, const void *data, size_t n); /* false: broken */
/* The same, when the caller then shuts `to` down or closes it at once. */
bool flow_send_last(struct flow *, const void *data, size_t n);
void flow_adopt(struct flow *, struct flow *from); /* what that one keeps */
bool flow_is_blocked(const struct flow *);
bool flow_wants_input(const struct flow *);

#endif
