#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

struct way {
	enum http_status (*step)(struct http_exchange *, struct buf *,
	    struct buf *, uint64_t *);
	void (*passed)(struct http_exchange *, uint64_t);
};

struct feed {
	const char *p;
	size_t left, next, each;
	struct buf in;
};

static bool
feed(struct feed *f)
{
	size_t n = f->next < f->left ? f->next : f->left;
	enum err e;

	if (f->left == 0)
		return false;
	e = buf_append(&f->in, f->p, n); /* it holds all there is */
	assert(e == OK);
	(void)e;
	f->p += n;
	f->left -= n;
	f->next = f->each;
	return true;
}

static void
take(struct run *r, const void *p, size_t n)
{
	assert(n <= RUN_MAX - r->n);
	if (n > 0)
		memcpy(r->out + r->n, p, n);
	r->n += n;
}

/* False: the bytes ran out first. */
static bool
pass(const struct way *w, struct http_exchange *x, struct feed *f,
    struct run *r, uint64_t left)
{
	size_t n;

	while (left > 0) {
		n = buf_len(&f->in) < left ? buf_len(&f->in) : (size_t)left;
		if (n == 0) {
			if (!feed(f))
				return false;
			continue;
		}
		take(r, buf_head(&f->in), n);
		buf_consume(&f->in, n);
		w->passed(x, n);
		if (left != UINT64_MAX)
			left -= n;
	}
	return true;
}

static void
run(const struct way *w, struct http_exchange *x, struct feed *f, struct run *r)
{
	uint8_t *mem = malloc(HTTP_OUT_MAX);
	bool more = true;
	struct buf out;
	uint64_t n;

	r->n = 0;
	while (more) {
		out = buf_on(mem, HTTP_OUT_MAX);
		r->end = w->step(x, &f->in, &out, &n);
		take(r, buf_head(&out), buf_len(&out));
		if (r->end == HTTP_PASS)
			more = pass(w, x, f, r, n);
		else
			more = r->end == HTTP_MORE && feed(f);
	}
	free(mem);
}

static void
run_way(const struct way *w, struct http_exchange *x, const char *p, size_t n,
    size_t first, size_t each, struct run *r)
{
	struct feed f = { .p = p, .left = n, .next = first, .each = each };
	void *mem = malloc(n + 1);

	f.in = buf_on(mem, n + 1);
	run(w, x, &f, r);
	r->used = n - f.left - buf_len(&f.in);
	free(mem);
}

void
run_request(struct http_exchange *x, const char *p, size_t n, size_t first,
    size_t each, struct run *r)
{
	static const struct way way = { http_request_step,
		http_request_passed };

	run_way(&way, x, p, n, first, each, r);
}

void
run_response(struct http_exchange *x, const char *p, size_t n, size_t first,
    size_t each, struct run *r)
{
	static const struct way way = { http_response_step,
		http_response_passed };

	run_way(&way, x, p, n, first, each, r);
}
