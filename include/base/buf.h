/*
 * buf.h - fixed-capacity byte queue; append at the tail, consume at the head.
 *
 * The caller owns the storage; a buf never allocates.  Bytes between
 * buf_head() and buf_head() + buf_len() are what is queued.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct buf {
	uint8_t *mem;
	size_t cap, head, tail;
};

struct buf buf_on(void *mem, size_t cap);
const uint8_t *buf_head(const struct buf *);
size_t buf_len(const struct buf *);
void buf_consume(struct buf *, size_t n); /* n <= buf_len() */

/* All or nothing; ERR_SPACE leaves the buf as it was. */
enum err buf_append(struct buf *, const void *data, size_t n);
enum err buf_append_str(struct buf *, const char *);

/*
 * Room at the tail for a read(2): moves what is queued to the front first when
 * that gains room.  Returns where to write and sets *room; buf_grew() then
 * says how many bytes were put there.
 */
uint8_t *buf_tail(struct buf *, size_t *room);
void buf_grew(struct buf *, size_t n);

#endif
