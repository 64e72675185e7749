/*
 * fuzz_inbound.c - a client's bytes, whole and sliced.
 *
 * The first byte chooses the listener and what the login answers, the rest is
 * what the client sends.  However it is cut, the same comes of it: request,
 * reply, and the bytes left for the target.
 */
#include <assert.h>
#include <string.h>

#include "inbound/inbound.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEAMS_MAX 600 /* cuts tried: more would only be slow */

struct result {
	enum inbound_status status;
	struct request request;
	enum outcome why;
	size_t said, left;
	uint8_t out[4096], in[INBOUND_IN_MAX];
};

static void
say(struct result *r, const struct buf *out)
{
	assert(buf_len(out) <= INBOUND_OUT_MAX);
	assert(buf_len(out) <= sizeof(r->out) - r->said);
	memcpy(r->out + r->said, buf_head(out), buf_len(out));
	r->said += buf_len(out);
}

static void
check_ready(const struct inbound *ib, const struct buf *in)
{
	const struct request *q = &ib->request;

	assert(q->target.port != 0);
	assert(*inbound_name(ib) != '\0');
	assert(!ib->spec->auth || ib->logged_in);
	assert(ib->spec->auth || q->user[0] == '\0');
	if (q->kind == REQUEST_HTTP)
		assert(buf_len(in) > 0);
}

/* Steps until it wants more or is at its end. */
static void
drive(struct inbound *ib, struct buf *in, struct result *r, bool good)
{
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf out;

	do {
		out = buf_on(mem, sizeof(mem));
		r->status = inbound_step(ib, in, &out);
		say(r, &out);
		if (r->status == INBOUND_AUTH) {
			assert(ib->spec->auth && !ib->logged_in);
			assert(strlen(ib->user) <= USER_MAX);
			assert(strlen(ib->pass) <= USER_MAX);
			inbound_login(ib, good);
			assert(ib->pass[0] == '\0');
		}
	} while (r->status == INBOUND_AUTH);
}

/* Everything, in two parts cut at seam, or byte by byte with seam 0. */
static void
run(struct result *r, uint8_t mode, const uint8_t *data, size_t size,
    size_t seam)
{
	const struct listen_spec spec = {
		.protocols = mode & LISTEN_ALL,
		.auth = (mode & 8) != 0,
	};
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf in = buf_on(r->in, sizeof(r->in)), out;
	struct inbound ib;
	size_t at = 0, n;

	r->said = 0;
	inbound_init(&ib, &spec);
	r->status = INBOUND_MORE;
	while (at < size && r->status == INBOUND_MORE) {
		n = seam == 0 ? 1 : at < seam ? seam - at : size - at;
		assert(buf_append(&in, data + at, n) == OK);
		at += n;
		drive(&ib, &in, r, (mode & 16) != 0);
	}
	assert(buf_append(&in, data + at, size - at) == OK);
	out = buf_on(mem, sizeof(mem));
	if (r->status == INBOUND_READY)
		check_ready(&ib, &in);
	if (r->status != INBOUND_MORE)
		inbound_reply(&ib,
		    r->status == INBOUND_READY ? OUTCOME_OK : ib.why, &out);
	say(r, &out);
	r->request = ib.request;
	r->why = r->status == INBOUND_FAILED ? ib.why : OUTCOME_OK;
	r->left = buf_len(&in);
	memmove(r->in, buf_head(&in), r->left);
}

static void
check_same(const struct result *a, const struct result *b)
{
	assert(a->status == b->status && a->why == b->why);
	assert(a->said == b->said && memcmp(a->out, b->out, a->said) == 0);
	if (a->status == INBOUND_FAILED)
		return;
	assert(a->left == b->left && memcmp(a->in, b->in, a->left) == 0);
	if (a->status == INBOUND_MORE)
		return;
	assert(a->request.kind == b->request.kind);
	assert(endpoint_same(&a->request.target, &b->request.target));
	assert(strcmp(a->request.user, b->request.user) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct result whole, cut;
	size_t seam;

	if (size < 2 || size - 1 > INBOUND_IN_MAX)
		return 0;
	run(&whole, data[0], data + 1, size - 1, size - 1);
	for (seam = 0; seam < size - 1 && seam < SEAMS_MAX; seam++) {
		if (seam == 0 && size > 4096)
			continue; /* every step reads all of it again */
		run(&cut, data[0], data + 1, size - 1, seam);
		check_same(&whole, &cut);
	}
	return 0;
}
