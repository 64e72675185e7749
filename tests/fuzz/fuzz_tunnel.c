/*
 * fuzz_tunnel.c - what a client says in a tunnel: one byte that says how to
 * slice, then its bytes.  As session/sniff.c and session/http.c have it, with
 * responses left out.
 *
 * What is no HTTP from the start comes out as it went in, all of it.  A head
 * that goes out begins with what was passed before it was known to be one, is
 * strictly well-formed, and names nobody.  Of a malformed one no more goes out
 * than that.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http1.h"
#include "http/exchange.h"
#include "http/sniff.h"

#define INPUT_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tunnel {
	const char *p; /* the input, */
	size_t n, to;  /* and how much of it was shown */
	size_t each;
	struct buf in;
	size_t passed;
	bool opaque, ended;
	unsigned exchanges;
	char out[2 * INPUT_MAX];
	size_t nout;
};

static uint8_t in_mem[INPUT_MAX], out_mem[HTTP_OUT_MAX];

static bool
feed(struct tunnel *t)
{
	size_t n = t->n - t->to < t->each ? t->n - t->to : t->each;
	enum err e = buf_append(&t->in, t->p + t->to, n);

	assert(e == OK);
	(void)e;
	t->to += n;
	return n > 0;
}

static void
send_out(struct tunnel *t, const void *p, size_t n)
{
	assert(n <= sizeof(t->out) - t->nout);
	if (n > 0)
		memcpy(t->out + t->nout, p, n);
	t->nout += n;
}

static void
pass(struct tunnel *t, size_t n)
{
	if (n <= t->passed)
		return;
	send_out(t, buf_head(&t->in) + t->passed, n - t->passed);
	t->passed = n;
}

static void
skip(struct tunnel *t, size_t n)
{
	buf_consume(&t->in, n);
	t->passed -= n < t->passed ? n : t->passed;
}

static void
check_head(const struct buf *out)
{
	static const char *const never[] = { "via", "forwarded", "x-real-ip",
		"x_forwarded_for", "proxy-connection", "te", NULL };
	static struct http1_head h;
	size_t used, i;

	assert(http1_read_request(buf_head(out), buf_len(out), &used, &h) ==
	    OK);
	for (i = 0; never[i] != NULL; i++)
		assert(http1_find(&h, never[i]) == NULL);
}

/* Body bytes; false: the input ran out. */
static bool
move(struct tunnel *t, struct http_exchange *x, uint64_t left)
{
	size_t n;

	while (left > 0) {
		n = buf_len(&t->in) < left ? buf_len(&t->in) : (size_t)left;
		if (n == 0 && !feed(t))
			return false;
		send_out(t, buf_head(&t->in), n);
		buf_consume(&t->in, n);
		http_request_passed(x, n);
		left -= n;
	}
	return true;
}

static void
exchange(struct tunnel *t)
{
	const uint8_t *begin = buf_head(&t->in);
	enum http_status st = HTTP_PASS;
	struct http_exchange x;
	bool head = true;
	struct buf out;
	uint64_t left;

	http_exchange_init_tunnelled(&x, &http_profile_standard);
	while (st != HTTP_DONE) {
		out = buf_on(out_mem, sizeof(out_mem));
		begin = buf_head(&t->in);
		st = http_request_step(&x, &t->in, &out, &left);
		if (st == HTTP_FAILED)
			break;
		if (head && buf_len(&out) > 0) {
			assert(buf_len(&out) >= t->passed);
			if (t->passed > 0)
				assert(memcmp(buf_head(&out), begin,
					   t->passed) == 0);
			check_head(&out);
			buf_consume(&out, t->passed);
			t->passed = 0;
			head = false;
		}
		send_out(t, buf_head(&out), buf_len(&out));
		if ((st == HTTP_PASS && !move(t, &x, left)) ||
		    (st == HTTP_MORE && !feed(t)))
			break;
	}
	t->exchanges++;
	t->ended = st != HTTP_DONE || x.client_close;
}

static void
look(struct tunnel *t)
{
	size_t skipped, passed;

	switch (sniff(buf_head(&t->in), buf_len(&t->in), &skipped, &passed)) {
	case SNIFF_HTTP:
		skip(t, skipped);
		exchange(t);
		return;
	case SNIFF_OPAQUE:
		t->opaque = true;
		pass(t, buf_len(&t->in));
		return;
	case SNIFF_MORE:
		pass(t, passed);
		skip(t, skipped);
		assert(buf_len(&t->in) < SNIFF_MAX);
		if (!feed(t)) {
			t->ended = true;
			pass(t, buf_len(&t->in));
		}
		return;
	}
}

static void
run(struct tunnel *t, const char *p, size_t n, size_t each)
{
	memset(t, 0, offsetof(struct tunnel, out));
	t->p = p;
	t->n = n;
	t->each = each;
	t->nout = 0;
	t->in = buf_on(in_mem, sizeof(in_mem));
	while (!t->opaque && !t->ended)
		look(t);
	if (t->opaque)
		send_out(t, p + t->to, n - t->to);
	if (t->exchanges == 0) {
		assert(t->nout == n);
		assert(n == 0 || memcmp(t->out, p, n) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tunnel whole, sliced;
	const char *p = (const char *)data + 1;

	if (size < 1 || size > INPUT_MAX / 2)
		return 0;
	run(&whole, p, size - 1, size);
	run(&sliced, p, size - 1, data[0] % 32 + 1u);
	if (size < 256) { /* no word is too long to be remembered */
		assert(whole.exchanges == sliced.exchanges);
		assert(whole.opaque == sliced.opaque);
	}
	return 0;
}
