/*
 * fuzz_chain.c - a chain against whatever its first hop sends.
 *
 * Four bytes choose how many hops, of which kinds, the slices, who takes its
 * handshake in one flight, who has a login, and whether the target is told
 * late; the rest is the wire.  Whole and sliced must come to the same, in flight
 * and not, and to what the hops come to when they are driven one after the
 * other by hand.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outbound/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM CHAIN_OUT_MAX

/* -- a hop that seals: one word, and then every byte by its own key ------ */

struct hop {
	bool asked;
	uint8_t sealed, unsealed;
};

static struct hop *
seal_open(const struct hop_spec *spec)
{
	(void)spec;
	return calloc(1, sizeof(struct hop));
}

static enum hop_status
seal_prepare(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	(void)h, (void)in, (void)out, (void)why;
	return HOP_READY;
}

static enum hop_status
seal_connect(struct hop *h, const struct endpoint *to, struct buf *in,
    struct buf *out, enum outcome *why)
{
	uint8_t heard;

	(void)to;
	if (!h->asked && buf_append_str(out, "C") != OK)
		return HOP_MORE;
	h->asked = true;
	if (buf_len(in) == 0)
		return HOP_MORE;
	heard = *buf_head(in);
	buf_consume(in, 1);
	*why = OUTCOME_REFUSED;
	return heard == 'c' ? HOP_READY : HOP_FAILED;
}

static enum err
turn(struct buf *from, struct buf *to, uint8_t *key)
{
	uint8_t b;

	while (buf_len(from) > 0) {
		b = *buf_head(from) ^ *key;
		if (buf_append(to, &b, 1) != OK)
			break;
		buf_consume(from, 1);
		(*key)++;
	}
	return OK;
}

static enum err
seal(struct hop *h, struct buf *plain, struct buf *wire)
{
	return turn(plain, wire, &h->sealed);
}

static enum err
unseal(struct hop *h, struct buf *wire, struct buf *plain)
{
	return turn(wire, plain, &h->unsealed);
}

static void
seal_close(struct hop *h)
{
	free(h);
}

static const struct hop_ops hop_seal = { .scheme = "seal",
	.open = seal_open,
	.prepare = seal_prepare,
	.connect = seal_connect,
	.seal = seal,
	.unseal = unseal,
	.close = seal_close };

/* -- runs --------------------------------------------------------------- */

struct run {
	size_t n;
	const struct endpoint *late; /* still to be told */
	enum hop_status status;
	enum outcome why;
	size_t at, said, left;
	uint8_t out[ROOM], rest[HOP_IN_MAX];
};

struct plan {
	size_t n, slice;
	unsigned pipeline;
	bool late, logins;
	struct hop_spec spec[CHAIN_MAX];
	const struct hop_spec *list[CHAIN_MAX];
	struct endpoint target;
};

static struct endpoint
name_of(size_t k)
{
	struct endpoint ep = { .type = HOST_NAME, .port = 1080 };

	memcpy(ep.host.name, "h0.example", 11);
	ep.host.name[1] = (char)('0' + k);
	return ep;
}

static void
plan(struct plan *p, const uint8_t *data)
{
	uint8_t a = data[0], b = data[1];
	static const struct hop_ops *const kinds[] = { &hop_socks5,
		&hop_socks4a, &hop_http, &hop_seal };
	size_t k;

	memset(p, 0, sizeof(*p));
	p->n = 1 + (a & 7);
	p->slice = 1 + (size_t)(a >> 3);
	p->pipeline = data[2];
	p->late = data[3] & 1;
	p->logins = (data[3] & 2) == 0;
	p->target = name_of(9);
	for (k = 0; k < p->n; k++) {
		p->spec[k].ops = kinds[b >> 2 * (k & 3) & 3];
		p->spec[k].addr = name_of(k);
		p->list[k] = &p->spec[k];
		p->spec[k].login = p->logins && (k & 1);
		memcpy(p->spec[k].user, "u", 2);
	}
}

static void
step(struct run *r, struct chain *c, struct buf *in)
{
	uint8_t mem[ROOM];
	struct buf out = buf_on(mem, sizeof(mem));

	r->status = chain_step(c, in, &out, &r->why);
	if (r->status == HOP_READY && r->late) {
		assert(chain_at(c) + 1 == r->n && !chain_asked(c));
		chain_target(c, r->late);
		r->late = NULL;
		r->status = chain_step(c, in, &out, &r->why);
	}
	assert(buf_len(&out) <= sizeof(r->out) - r->said);
	memcpy(r->out + r->said, buf_head(&out), buf_len(&out));
	r->said += buf_len(&out);
}

static void
run(struct run *r, const struct plan *p, const uint8_t *data, size_t size,
    size_t slice, unsigned pipeline)
{
	struct chain *c = chain_open(p->list, p->n,
	    p->late ? NULL : &p->target);
	uint8_t mem[HOP_IN_MAX];
	struct buf in = buf_on(mem, sizeof(mem));
	struct buf rest = buf_on(r->rest, sizeof(r->rest));
	size_t fed = 0, room, n, k;

	assert(c != NULL);
	memset(r, 0, offsetof(struct run, out));
	r->n = p->n;
	r->late = p->late ? &p->target : NULL;
	for (k = 0; k < p->n; k++)
		chain_pipeline(c, k, (pipeline >> k & 1) != 0);
	step(r, c, &in);
	assert(r->status == HOP_MORE && r->said > 0);
	while (r->status == HOP_MORE && fed < size) {
		buf_tail(&in, &room);
		assert(room > 0);
		n = size - fed < slice ? size - fed : slice;
		n = n < room ? n : room;
		assert(buf_append(&in, data + fed, n) == OK);
		fed += n;
		step(r, c, &in);
	}
	r->at = chain_at(c);
	assert(r->at < p->n);
	assert(r->status != HOP_READY || chain_suspects(c) == 0);
	assert((chain_suspects(c) & ~pipeline) == 0);
	if (r->status == HOP_READY) {
		/* The rest of the input belongs to the target. */
		assert(r->at == p->n - 1);
		buf_tail(&in, &room);
		n = size - fed < room ? size - fed : room;
		assert(buf_append(&in, data + fed, n) == OK);
		assert(chain_unseal(c, &in, &rest) == OK);
		r->left = buf_len(&rest);
	}
	chain_close(c);
}

/* -- by hand ------------------------------------------------------------ */

/* Hop after hop on one buffer that holds it all; only for hops with no seal. */
static void
by_hand(struct run *r, const struct plan *p, const uint8_t *data, size_t size)
{
	uint8_t mem[HOP_IN_MAX];
	struct buf in = buf_on(mem, sizeof(mem));
	struct buf out = buf_on(r->out, sizeof(r->out));
	const struct hop_ops *ops;
	struct hop *h;
	bool asked;

	assert(buf_append(&in, data, size) == OK);
	memset(r, 0, offsetof(struct run, out));
	for (r->at = 0; r->at < p->n; r->at++) {
		ops = p->spec[r->at].ops;
		h = ops->open(&p->spec[r->at]);
		assert(h != NULL);
		r->status = ops->prepare(h, &in, &out, &r->why);
		asked = r->status == HOP_READY;
		if (asked)
			r->status = ops->connect(h,
			    r->at + 1 < p->n ? &p->spec[r->at + 1].addr
					     : &p->target,
			    &in, &out, &r->why);
		ops->close(h);
		if (r->status == HOP_FAILED && r->why != OUTCOME_HOP_AUTH &&
		    (!asked || r->at + 1 < p->n))
			r->why = OUTCOME_HOP_FAILED;
		if (r->status != HOP_READY)
			break;
	}
	if (r->status == HOP_READY)
		r->at--;
	r->said = buf_len(&out);
	r->left = buf_len(&in);
	memcpy(r->rest, buf_head(&in), r->left);
}

static void
same(const struct run *a, const struct run *b)
{
	assert(a->status == b->status && a->at == b->at && a->why == b->why);
	if (a->status == HOP_FAILED)
		return; /* what was still to be said is said or not */
	assert(a->said == b->said);
	assert(memcmp(a->out, b->out, a->said) == 0);
	if (a->status == HOP_MORE)
		return;
	assert(a->left == b->left);
	assert(memcmp(a->rest, b->rest, a->left) == 0);
}

static bool
seals(const struct plan *p)
{
	size_t k;

	for (k = 0; k < p->n; k++)
		if (p->spec[k].ops->seal != NULL)
			return true;
	return false;
}

/* What is said early is the same, only early; without logins, that is. */
static void
same_but_early(const struct run *early, const struct run *r)
{
	assert(early->status == r->status && early->at == r->at);
	assert(early->why == r->why);
	if (r->status == HOP_FAILED)
		return;
	assert(early->said >= r->said);
	assert(memcmp(early->out, r->out, r->said) == 0);
	if (r->status == HOP_READY)
		same(early, r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run whole, sliced, hand, early;
	struct plan p;

	if (size < 4 || size > HOP_IN_MAX)
		return 0;
	plan(&p, data);
	data += 4;
	size -= 4;
	run(&whole, &p, data, size, HOP_IN_MAX, 0);
	run(&sliced, &p, data, size, p.slice, 0);
	same(&whole, &sliced);
	run(&early, &p, data, size, HOP_IN_MAX, p.pipeline);
	run(&sliced, &p, data, size, p.slice, p.pipeline);
	same(&early, &sliced);
	if (seals(&p))
		return 0;
	by_hand(&hand, &p, data, size);
	same(&whole, &hand);
	if (!p.logins)
		same_but_early(&early, &whole);
	return 0;
}
