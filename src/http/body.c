#include <assert.h>
#include <string.h>

#include "body.h"
#include "put.h"

void
body_begin(struct http_side *s, enum http1_body body, uint64_t length)
{
	static const unsigned char first[] = {
		[HTTP1_BODY_NONE] = SIDE_DONE,
		[HTTP1_BODY_LENGTH] = SIDE_BODY,
		[HTTP1_BODY_CHUNKED] = SIDE_CHUNK_LINE,
		[HTTP1_BODY_CLOSE] = SIDE_UNTIL_CLOSE,
	};

	s->state = first[body];
	s->left = length;
	s->line = 0;
}

bool
body_is_over(const struct http_side *s)
{
	return s->state == SIDE_DONE || (s->state == SIDE_BODY && s->left == 0);
}

static enum err
chunk_line(struct http_side *s, struct buf *in, struct buf *out, bool plain)
{
	size_t used;
	enum err e;

	e = http1_read_chunk(buf_head(in), buf_len(in), &used, &s->left);
	if (e != OK)
		return e;
	buf_consume(in, used);
	s->state = s->left > 0 ? SIDE_CHUNK_DATA : SIDE_TRAILER;
	if (s->left > 0 && !plain)
		put_chunk_line(out, s->left);
	return OK;
}

static enum err
chunk_end(struct http_side *s, struct buf *in, struct buf *out, bool plain)
{
	size_t n = buf_len(in) < 2 ? buf_len(in) : 2;

	if (n > 0 && memcmp(buf_head(in), "\r\n", n) != 0)
		return ERR_PROTO;
	if (n < 2)
		return ERR_SHORT;
	buf_consume(in, n);
	if (!plain)
		put_text(out, "\r\n");
	s->state = SIDE_CHUNK_LINE;
	return OK;
}

static enum err
trailer(struct http_side *s, struct buf *in, struct buf *out, bool plain)
{
	struct http1_field field;
	size_t used;
	enum err e;

	e = http1_read_trailer(buf_head(in), buf_len(in), &used, &field);
	if (e != OK)
		return e;
	s->line += used;
	if (s->line > HTTP_HEAD_MAX)
		return ERR_RANGE;
	buf_consume(in, used);
	if (field.name.n > 0)
		return OK;
	if (!plain)
		put_text(out, "0\r\n\r\n");
	s->state = SIDE_DONE;
	return OK;
}

/* What follows when nothing is to pass in this state. */
static enum err
next(struct http_side *s, struct buf *in, struct buf *out, bool plain)
{
	switch (s->state) {
	case SIDE_BODY:
		s->state = SIDE_DONE;
		return OK;
	case SIDE_CHUNK_LINE:
		return chunk_line(s, in, out, plain);
	case SIDE_CHUNK_DATA:
		s->state = SIDE_CHUNK_END;
		return OK;
	case SIDE_CHUNK_END:
		return chunk_end(s, in, out, plain);
	default:
		assert(s->state == SIDE_TRAILER);
		return trailer(s, in, out, plain);
	}
}

enum err
body_step(struct http_side *s, struct buf *in, struct buf *out, uint64_t *pass,
    bool plain)
{
	enum err e = OK;

	*pass = 0;
	while (e == OK && s->state != SIDE_DONE) {
		if (s->state == SIDE_UNTIL_CLOSE)
			*pass = UINT64_MAX;
		else if (s->state == SIDE_BODY || s->state == SIDE_CHUNK_DATA)
			*pass = s->left;
		if (*pass > 0)
			return OK;
		e = next(s, in, out, plain);
	}
	return e;
}

void
body_passed(struct http_side *s, uint64_t n)
{
	if (s->state == SIDE_UNTIL_CLOSE)
		return;
	assert(n <= s->left);
	s->left -= n;
}
