/* talk.h - a hop and both its buffers, for the tests of hops. */
#ifndef TALK_H
#define TALK_H

#include <string.h>

#include "outbound/hop.h"

#include "unit.h"

struct talk {
	const struct hop_ops *ops;
	struct hop *hop;
	const struct endpoint *to;
	struct buf in, out;
	bool prepared;
	enum outcome why;
	uint8_t in_mem[HOP_IN_MAX], out_mem[HOP_OUT_MAX];
};

static inline void
talk_open(struct talk *t, const struct hop_spec *spec,
    const struct endpoint *to)
{
	t->ops = spec->ops;
	t->to = to;
	t->in = buf_on(t->in_mem, sizeof(t->in_mem));
	t->out = buf_on(t->out_mem, sizeof(t->out_mem));
	t->prepared = false;
	t->why = OUTCOME_OK;
	t->hop = t->ops->open(spec);
	assert_non_null(t->hop);
}

static inline void
talk_close(struct talk *t)
{
	t->ops->close(t->hop);
}

static inline enum hop_status
talk_step(struct talk *t)
{
	enum hop_status st;

	if (!t->prepared) {
		st = t->ops->prepare(t->hop, &t->in, &t->out, &t->why);
		if (st != HOP_READY)
			return st;
		t->prepared = true;
	}
	return t->ops->connect(t->hop, t->to, &t->in, &t->out, &t->why);
}

/* The hop hears n bytes more. */
static inline enum hop_status
talk_hear(struct talk *t, const void *bytes, size_t n)
{
	assert_int_equal(buf_append(&t->in, bytes, n), OK);
	return talk_step(t);
}

/* What it said since the last time is exactly this. */
static inline void
talk_said(struct talk *t, const void *bytes, size_t n)
{
	assert_int_equal(buf_len(&t->out), n);
	if (n > 0)
		assert_memory_equal(buf_head(&t->out), bytes, n);
	buf_consume(&t->out, n);
}

/*
 * The whole of what the peer says, cut in two at every place and byte by byte,
 * with the target's first bytes behind it: READY with the last byte and not
 * before, and what is behind stays.
 */
static inline void
talk_every_prefix(const struct hop_spec *spec, const struct endpoint *to,
    const void *reply, size_t n)
{
	static const char behind[] = "SSH-2.0-behind\r\n";
	const uint8_t *p = reply;
	struct talk t;
	size_t i;

	for (i = 0; i < n; i++) {
		talk_open(&t, spec, to);
		assert_int_equal(talk_step(&t), HOP_MORE);
		assert_int_equal(talk_hear(&t, p, i), HOP_MORE);
		assert_int_equal(buf_append(&t.in, p + i, n - i), OK);
		assert_int_equal(talk_hear(&t, behind, sizeof(behind)),
		    HOP_READY);
		assert_int_equal(buf_len(&t.in), sizeof(behind));
		assert_memory_equal(buf_head(&t.in), behind, sizeof(behind));
		talk_close(&t);
	}
	talk_open(&t, spec, to);
	assert_int_equal(talk_step(&t), HOP_MORE);
	for (i = 0; i < n; i++)
		assert_int_equal(talk_hear(&t, p + i, 1),
		    i + 1 < n ? HOP_MORE : HOP_READY);
	assert_int_equal(buf_len(&t.in), 0);
	talk_close(&t);
}

/* Said in one piece and byte by byte, this fails for this reason. */
static inline void
talk_fails(const struct hop_spec *spec, const struct endpoint *to,
    const void *reply, size_t n, enum outcome why)
{
	const uint8_t *p = reply;
	enum hop_status st;
	struct talk t;
	size_t i;

	talk_open(&t, spec, to);
	assert_int_equal(talk_step(&t), HOP_MORE);
	assert_int_equal(talk_hear(&t, p, n), HOP_FAILED);
	assert_int_equal(t.why, why);
	talk_close(&t);
	talk_open(&t, spec, to);
	st = talk_step(&t);
	for (i = 0; i < n && st == HOP_MORE; i++)
		st = talk_hear(&t, p + i, 1);
	assert_int_equal(st, HOP_FAILED);
	assert_int_equal(t.why, why);
	talk_close(&t);
}

/*
 * In flight: all of it is said at once, or nothing as long as there is no room
 * for it, and once; then the hop hears the answers cut at every place.
 */
static inline void
talk_flies(const struct hop_spec *spec, const struct endpoint *to,
    const void *greeting, size_t ngreeting, const void *request,
    size_t nrequest, const void *reply, size_t n)
{
	const uint8_t *p = reply;
	struct talk t;
	size_t i, room;

	for (i = 0; i <= n; i++) {
		talk_open(&t, spec, to);
		for (room = 0; room < ngreeting; room++) {
			t.out.cap = room;
			assert_int_equal(t.ops->flight(t.hop, NULL, &t.out,
					     &t.why),
			    HOP_MORE);
			assert_int_equal(buf_len(&t.out), 0);
		}
		t.out.cap = sizeof(t.out_mem);
		assert_int_equal(t.ops->flight(t.hop, NULL, &t.out, &t.why),
		    HOP_READY);
		talk_said(&t, greeting, ngreeting);
		for (room = 0; room < nrequest; room++) {
			t.out.cap = room;
			assert_int_equal(t.ops->flight(t.hop, to, &t.out,
					     &t.why),
			    HOP_MORE);
		}
		t.out.cap = sizeof(t.out_mem);
		assert_int_equal(t.ops->flight(t.hop, to, &t.out, &t.why),
		    HOP_READY);
		talk_said(&t, request, nrequest);
		assert_int_equal(t.ops->flight(t.hop, to, &t.out, &t.why),
		    HOP_READY);
		assert_int_equal(talk_hear(&t, p, i),
		    i < n ? HOP_MORE : HOP_READY);
		if (i < n)
			assert_int_equal(talk_hear(&t, p + i, n - i),
			    HOP_READY);
		talk_said(&t, NULL, 0);
		assert_int_equal(buf_len(&t.in), 0);
		talk_close(&t);
	}
}

static inline struct endpoint
talk_endpoint(const char *text)
{
	struct endpoint ep;

	assert_int_equal(endpoint_parse(&ep, text, strlen(text), 0), OK);
	return ep;
}

/* A name of n bytes, as long as names get. */
static inline struct endpoint
talk_long_name(size_t n)
{
	struct endpoint ep;
	char name[HOST_MAX];
	size_t i;

	for (i = 0; i < n; i++)
		name[i] = i % 50 == 49 && i + 1 < n ? '.' : 'x';
	assert_int_equal(endpoint_from_host(&ep, name, n, 65535), OK);
	return ep;
}

/* The longest login there is. */
static inline void
talk_long_login(struct hop_spec *spec)
{
	memset(spec->user, 'u', 255);
	memset(spec->pass, 'p', 255);
	spec->login = true;
}

/* Neither said half nor forgotten when there is no room: said later. */
static inline void
talk_waits_for_room(const struct hop_spec *spec, const struct endpoint *to,
    const void *first, size_t n)
{
	struct talk t;
	size_t room;

	for (room = 0; room < n; room++) {
		talk_open(&t, spec, to);
		t.out.cap = room;
		assert_int_equal(talk_step(&t), HOP_MORE);
		assert_int_equal(buf_len(&t.out), 0);
		t.out.cap = sizeof(t.out_mem);
		assert_int_equal(talk_step(&t), HOP_MORE);
		talk_said(&t, first, n);
		assert_int_equal(talk_step(&t), HOP_MORE);
		talk_said(&t, NULL, 0); /* once is enough */
		talk_close(&t);
	}
}

#endif
