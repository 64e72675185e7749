/*
 * hop.h - what the fuzz targets of the single hops share.
 *
 * The first byte of an input chooses the login, the target and the size of the
 * slices; the rest is what the proxy says.  However it is cut, the same must
 * come of it.
 */
#ifndef FUZZ_HOP_H
#define FUZZ_HOP_H

#include <assert.h>
#include <string.h>

#include "outbound/hop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HOP_SAYS_MAX 4 /* more than any kind of hop ever has to say */

struct hop_talk {
	enum hop_status status;
	enum outcome why;
	size_t heard; /* bytes consumed */
	size_t said;
	uint8_t out[HOP_SAYS_MAX * HOP_OUT_MAX];
};

static inline struct hop_spec
hop_spec_for(const struct hop_ops *ops, uint8_t choice)
{
	struct hop_spec spec = { .ops = ops, .name = "n1" };

	spec.login = choice & 1;
	if (spec.login) {
		strcpy(spec.user, "alice");
		if (ops->takes_pass)
			strcpy(spec.pass, "open sesame");
	}
	return spec;
}

static inline struct endpoint
hop_target_for(uint8_t choice)
{
	static const char *const targets[] = { "a.example:443", "192.0.2.1:80",
		"[2001:db8::1]:65535", "0.0.0.9:1" };
	const char *s = targets[choice >> 1 & 3];
	struct endpoint to;

	assert(endpoint_parse(&to, s, strlen(s), 0) == OK);
	return to;
}

/* Steps once; what it says at once is bounded, as is what it says in all. */
static inline void
hop_talk_step(struct hop_talk *t, struct hop *h, const struct hop_ops *ops,
    const struct endpoint *to, bool *prepared, struct buf *in)
{
	uint8_t mem[2 * HOP_OUT_MAX];
	struct buf out = buf_on(mem, sizeof(mem));

	t->status = HOP_READY;
	if (!*prepared)
		t->status = ops->prepare(h, in, &out, &t->why);
	assert(buf_len(&out) <= HOP_OUT_MAX);
	if (t->status == HOP_READY) {
		*prepared = true;
		t->status = ops->connect(h, to, in, &out, &t->why);
	}
	assert(buf_len(&out) <= sizeof(t->out) - t->said);
	memcpy(t->out + t->said, buf_head(&out), buf_len(&out));
	t->said += buf_len(&out);
}

static inline void
hop_talk_run(struct hop_talk *t, const struct hop_spec *spec,
    const struct endpoint *to, const uint8_t *data, size_t size, size_t slice)
{
	uint8_t mem[HOP_IN_MAX];
	struct buf in = buf_on(mem, sizeof(mem));
	struct hop *h = spec->ops->open(spec);
	bool prepared = false;
	size_t fed = 0, room, n;

	assert(h != NULL);
	memset(t, 0, offsetof(struct hop_talk, out));
	hop_talk_step(t, h, spec->ops, to, &prepared, &in);
	assert(t->status == HOP_MORE && t->said > 0); /* it has to ask */
	while (t->status == HOP_MORE && fed < size) {
		buf_tail(&in, &room);
		assert(room > 0); /* rather than wait it would have failed */
		n = size - fed < slice ? size - fed : slice;
		n = n < room ? n : room;
		assert(buf_append(&in, data + fed, n) == OK);
		fed += n;
		hop_talk_step(t, h, spec->ops, to, &prepared, &in);
	}
	t->heard = fed - buf_len(&in);
	spec->ops->close(h);
}

/* Whole and in slices: the same; *t is what came of it. */
static inline void
hop_talk_both(struct hop_talk *t, const struct hop_ops *ops,
    const uint8_t **data, size_t *size)
{
	struct hop_spec spec = hop_spec_for(ops, **data);
	struct endpoint to = hop_target_for(**data);
	size_t slice = 1 + (size_t)(**data >> 3);
	struct hop_talk sliced;

	(*data)++;
	(*size)--;
	hop_talk_run(t, &spec, &to, *data, *size, HOP_IN_MAX);
	hop_talk_run(&sliced, &spec, &to, *data, *size, slice);
	assert(sliced.status == t->status && sliced.why == t->why);
	assert(sliced.said == t->said);
	assert(memcmp(sliced.out, t->out, t->said) == 0);
	if (t->status != HOP_FAILED)
		assert(sliced.heard == t->heard);
	else
		assert(t->why != OUTCOME_OK);
}

#endif
