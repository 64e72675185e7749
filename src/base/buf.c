#include <assert.h>
#include <string.h>

#include "base/buf.h"

struct buf
buf_on(void *mem, size_t cap)
{
	return (struct buf){ .mem = mem, .cap = cap };
}

const uint8_t *
buf_head(const struct buf *b)
{
	/* A buf without storage is an empty one: no arithmetic on NULL. */
	return b->head == 0 ? b->mem : b->mem + b->head;
}

size_t
buf_len(const struct buf *b)
{
	return b->tail - b->head;
}

void
buf_consume(struct buf *b, size_t n)
{
	assert(n <= buf_len(b));
	b->head += n;
	if (b->head == b->tail)
		b->head = b->tail = 0;
}

static void
move_to_front(struct buf *b)
{
	size_t len = buf_len(b);

	if (b->head == 0)
		return;
	memmove(b->mem, buf_head(b), len);
	b->head = 0;
	b->tail = len;
}

enum err
buf_append(struct buf *b, const void *data, size_t n)
{
	if (n > b->cap - buf_len(b))
		return ERR_SPACE;
	if (n == 0)
		return OK;
	if (n > b->cap - b->tail)
		move_to_front(b);
	memcpy(b->mem + b->tail, data, n);
	b->tail += n;
	return OK;
}

enum err
buf_append_str(struct buf *b, const char *s)
{
	return buf_append(b, s, strlen(s));
}

uint8_t *
buf_tail(struct buf *b, size_t *room)
{
	move_to_front(b);
	*room = b->cap - b->tail;
	return b->tail == 0 ? b->mem : b->mem + b->tail;
}

void
buf_grew(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->tail);
	b->tail += n;
}
