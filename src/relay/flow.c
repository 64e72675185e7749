/* flow.c - one direction: copy while small, splice while large. */
#include <stdlib.h>
#include <string.h>

#include "relay/flow.h"

/*
 * A read that fills COPY_SIZE says that more is coming, and splicing pays
 * from there on; a splice that yields less than BULK_MIN says that it ended.
 */
#define COPY_SIZE   16384
#define SPLICE_SIZE 65536
#define BULK_MIN    4096
#define ROUNDS      8 /* moves per event, so that others have a turn */

bool
flow_pool_init(struct flow_pool *p)
{
	pipes_init(&p->pipes);
	p->scratch = malloc(COPY_SIZE);
	return p->scratch != NULL;
}

void
flow_pool_deinit(struct flow_pool *p)
{
	pipes_deinit(&p->pipes);
	free(p->scratch);
	p->scratch = NULL;
}

void
flow_init(struct flow *f, struct stream *from, struct stream *to)
{
	*f = (struct flow){ .from = from, .to = to };
}

static void
drop_held(struct flow *f)
{
	free(f->held);
	f->held = NULL;
	f->held_at = f->held_len = 0;
}

void
flow_deinit(struct flow *f, struct flow_pool *p)
{
	drop_held(f);
	if (f->pipe != NULL)
		pipe_put(&p->pipes, f->pipe);
	f->pipe = NULL;
}

void
flow_adopt(struct flow *f, struct flow *from)
{
	f->held = from->held;
	f->held_at = from->held_at;
	f->held_len = from->held_len;
	from->held = NULL;
	drop_held(from);
}

bool
flow_is_blocked(const struct flow *f)
{
	return f->pipe != NULL || f->held != NULL;
}

bool
flow_wants_input(const struct flow *f)
{
	return !f->eof && !flow_is_blocked(f);
}

static bool
hold(struct flow *f, const uint8_t *data, size_t n)
{
	uint8_t *mem;

	if (f->held_at + (size_t)f->held_len + n > UINT32_MAX)
		return false;
	mem = realloc(f->held, f->held_at + f->held_len + n);
	if (mem == NULL)
		return false;
	memcpy(mem + f->held_at + f->held_len, data, n);
	f->held = mem;
	f->held_len += (uint32_t)n;
	return true;
}

static bool
send_some(struct flow *f, const void *data, size_t n,
    ssize_t (*write)(struct stream *, const void *, size_t))
{
	const uint8_t *p = data;
	ssize_t sent = 0;

	if (n == 0)
		return true;
	if (!flow_is_blocked(f)) {
		sent = write(f->to, p, n);
		if (sent == STREAM_ERROR)
			return false;
		if (sent == STREAM_AGAIN)
			sent = 0;
	}
	return (size_t)sent == n || hold(f, p + sent, n - (size_t)sent);
}

bool
flow_send(struct flow *f, const void *data, size_t n)
{
	return send_some(f, data, n, stream_write);
}

bool
flow_send_last(struct flow *f, const void *data, size_t n)
{
	return send_some(f, data, n, stream_write_last);
}

/* FLOW_LIMIT: nothing is kept any more. */
static enum flow_status
flush(struct flow *f, struct flow_pool *p)
{
	ssize_t n;

	while (f->pipe != NULL) {
		n = stream_splice_out(f->to, f->pipe);
		if (n <= 0)
			return n == STREAM_AGAIN ? FLOW_WAITS : FLOW_BROKEN;
		if (f->pipe->len == 0) {
			pipe_put(&p->pipes, f->pipe);
			f->pipe = NULL;
		}
	}
	while (f->held != NULL) {
		n = stream_write(f->to, f->held + f->held_at, f->held_len);
		if (n <= 0)
			return n == STREAM_AGAIN ? FLOW_WAITS : FLOW_BROKEN;
		f->held_at += (uint32_t)n;
		f->held_len -= (uint32_t)n;
		if (f->held_len == 0)
			drop_held(f);
	}
	return FLOW_LIMIT;
}

ssize_t
flow_take(struct flow *f, struct flow_pool *p, const uint8_t **data)
{
	ssize_t n = stream_read(f->from, p->scratch, COPY_SIZE);

	*data = p->scratch;
	f->bulk = n == COPY_SIZE;
	f->eof |= n == STREAM_EOF;
	return n;
}

static ssize_t
copy_some(struct flow *f, struct flow_pool *p, size_t max)
{
	ssize_t n = stream_read(f->from, p->scratch, max);

	if (n > 0 && !flow_send(f, p->scratch, (size_t)n))
		return STREAM_ERROR;
	f->bulk = n == COPY_SIZE;
	return n;
}

static ssize_t
splice_some(struct flow *f, struct flow_pool *p, size_t max)
{
	ssize_t n;

	f->pipe = pipe_get(&p->pipes);
	if (f->pipe == NULL) /* no descriptors: copying needs none */
		return copy_some(f, p, max < COPY_SIZE ? max : COPY_SIZE);
	n = stream_splice_in(f->from, f->pipe, max);
	f->bulk = n >= BULK_MIN;
	if (n > 0 && flush(f, p) == FLOW_BROKEN)
		return STREAM_ERROR;
	if (n <= 0) {
		pipe_put(&p->pipes, f->pipe);
		f->pipe = NULL;
	}
	return n;
}

static size_t
at_most(uint64_t left, size_t max)
{
	return left < max ? (size_t)left : max;
}

enum flow_status
flow_move(struct flow *f, struct flow_pool *p, uint64_t *left, bool readable)
{
	enum flow_status st;
	size_t max;
	ssize_t n;
	int round;

	st = flush(f, p);
	if (st != FLOW_LIMIT)
		return st;
	for (round = 0; round < ROUNDS && readable; round++) {
		if (*left == 0 || f->eof)
			break;
		max = at_most(*left, f->bulk ? SPLICE_SIZE : COPY_SIZE);
		n = f->bulk ? splice_some(f, p, max) : copy_some(f, p, max);
		if (n == STREAM_ERROR)
			return FLOW_BROKEN;
		if (n == STREAM_AGAIN)
			return FLOW_WAITS;
		f->eof = n == STREAM_EOF;
		if (*left != UINT64_MAX)
			*left -= (uint64_t)n;
		if (flow_is_blocked(f))
			return FLOW_WAITS;
		/* Less than asked for: nothing more is there now. */
		readable = (size_t)n == max;
	}
	if (*left == 0)
		return FLOW_LIMIT;
	/* Also when it came in the last round: no event tells it again. */
	return f->eof ? FLOW_EOF : FLOW_WAITS;
}
