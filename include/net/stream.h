/*
 * stream.h - a connected TCP socket in a loop, and pipes to splice through.
 *
 * Everything is non-blocking.  A stream owns its descriptor from
 * stream_open() to stream_close() or stream_reset().
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/endpoint.h"
#include "net/loop.h"

#define STREAM_READ  EV_READ
#define STREAM_WRITE EV_WRITE

/* What a read, write or splice that moved nothing means. */
#define STREAM_EOF   0
#define STREAM_AGAIN (-1)
#define STREAM_ERROR (-2) /* errno says why */

struct stream {
	ev_io io;
	struct loop *loop;
	void (*on_event)(struct stream *, int events); /* STREAM_READ|WRITE */
	int wanted; /* what is watched, as far as anybody can tell */
};

void stream_open(struct stream *, struct loop *, int fd,
    void (*on_event)(struct stream *, int events));
bool stream_is_open(const struct stream *);
void stream_close(struct stream *); /* also when closed */
void stream_reset(struct stream *); /* closes so that the peer sees RST */
int stream_release(struct stream *); /* the descriptor is the caller's again */
void stream_watch(struct stream *, int events); /* exactly these; 0: none */
int stream_watched(const struct stream *);

/* > 0: bytes moved; else STREAM_*.  Writing never yields STREAM_EOF. */
ssize_t stream_read(struct stream *, void *, size_t);
ssize_t stream_write(struct stream *, const void *, size_t);
/*
 * The same, when stream_shutdown() or stream_close() follows at once: the end
 * goes with the bytes, which saves a packet and waking the peer twice.
 */
ssize_t stream_write_last(struct stream *, const void *, size_t);
void stream_shutdown(struct stream *); /* our direction ends: FIN */

/*
 * A pipe is borrowed from its pool while bytes are in it and given back empty,
 * or broken with bytes in it.
 */
struct pipe {
	SLIST_ENTRY(pipe) link;
	int fd[2];
	size_t len; /* bytes in it */
};

struct pipes {
	SLIST_HEAD(, pipe) idle;
	size_t nidle;
};

void pipes_init(struct pipes *);
void pipes_deinit(struct pipes *);
struct pipe *pipe_get(struct pipes *); /* NULL: no descriptors or memory */
void pipe_put(struct pipes *, struct pipe *);
ssize_t stream_splice_in(struct stream *from, struct pipe *, size_t max);
ssize_t stream_splice_out(struct stream *to, struct pipe *);

#endif
