/*
 * fuzz_http_exchange.c - an exchange made of the input: one byte that says how
 * to slice, the request up to a NUL, the response.
 *
 * Slices give what the whole gives; what goes out is read again as strictly as
 * it came in, is framed exactly, and holds none of the fields that must not
 * pass.
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "codec/http1.h"
#include "http/exchange.h"

#include "../unit/http/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct both {
	struct http_exchange x;
	struct run request, response;
	enum http_status eof;
};

static struct both whole, sliced;

struct bytes {
	const char *p;
	size_t n;
};

static void
exchange(struct both *b, struct bytes request, struct bytes response,
    size_t first, size_t each)
{
	http_exchange_init(&b->x, &http_profile_standard);
	run_request(&b->x, request.p, request.n, first, each, &b->request);
	run_response(&b->x, response.p, response.n, first, each, &b->response);
	b->eof = HTTP_MORE;
	if (b->response.end == HTTP_MORE || b->response.end == HTTP_PASS)
		b->eof = http_response_eof(&b->x);
}

static void
same_run(const struct run *a, const struct run *b)
{
	assert(a->end == b->end && a->n == b->n);
	assert(memcmp(a->out, b->out, a->n) == 0);
	if (a->end != HTTP_FAILED)
		assert(a->used == b->used);
}

static void
same(const struct both *a, const struct both *b)
{
	same_run(&a->request, &b->request);
	same_run(&a->response, &b->response);
	assert(a->eof == b->eof && a->x.why == b->x.why);
	assert(a->x.client_close == b->x.client_close);
	assert(a->x.origin_close == b->x.origin_close);
	assert(a->x.begun == b->x.begun);
}

/* -- what goes out -------------------------------------------------------- */

/* Without case, '_' for '-'; a final '*' stands for any rest. */
static bool
matches(struct http1_str name, const char *pattern)
{
	size_t i;
	char c;

	for (i = 0; pattern[i] != '*'; i++) {
		if (i == name.n || pattern[i] == '\0')
			return i == name.n && pattern[i] == '\0';
		c = name.p[i] == '_' ? '-' : name.p[i];
		if (strncasecmp(&c, pattern + i, 1) != 0)
			return false;
	}
	return true;
}

static bool
on_list(struct http1_str name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (matches(name, *list))
			return true;
	return false;
}

static void
check_fields(const struct http1_head *h, bool request)
{
	static const char *const never[] = { "proxy-authorization",
		"proxy-authenticate", "proxy-connection", "keep-alive", "te",
		"trailer", "http2-settings", NULL };
	static const char *const not_out[] = { "via", "forwarded*",
		"x-forwarded*", "x-real-ip", "client-ip", "true-client-ip",
		"x-client-ip", "cf-*", "x-original-*", NULL };
	static const char *const not_back[] = { "alt-svc", NULL };
	const struct http1_field *f;

	for (f = h->fields; f < h->fields + h->nfields; f++) {
		assert(!on_list(f->name, never));
		assert(!on_list(f->name, request ? not_out : not_back));
		if (http1_name_is(f->name, "connection"))
			assert(http1_name_is(f->value, "upgrade") ||
			    http1_name_is(f->value, "close"));
		else
			assert(!http1_nominated(h, f->name) ||
			    http1_name_is(f->name, "upgrade"));
		if (http1_name_is(f->name, "upgrade"))
			assert(http1_name_is(f->value, "websocket"));
	}
}

/* The chunks of p are whole, plain, and nothing follows them. */
static void
check_chunks(const char *p, size_t n, bool done)
{
	size_t used, digits;
	uint64_t size;
	enum err e;

	for (;;) {
		e = http1_read_chunk(p, n, &used, &size);
		assert(e == OK || (e == ERR_SHORT && !done));
		if (e != OK)
			return;
		digits = strspn(p, "0123456789abcdef");
		assert(used == digits + 2);
		p += used;
		n -= used;
		if (n < 2 || n - 2 < size) {
			assert(!done);
			return;
		}
		assert(memcmp(p + size, "\r\n", 2) == 0);
		p += size + 2;
		n -= (size_t)size + 2;
		if (size == 0) {
			assert(done && n == 0);
			return;
		}
	}
}

static void
check_body(const struct run *r, size_t at, const struct http1_head *h,
    enum http1_body body)
{
	bool done = r->end == HTTP_DONE;
	size_t n = r->n - at;

	switch (body) {
	case HTTP1_BODY_NONE:
		assert(n == 0);
		break;
	case HTTP1_BODY_LENGTH:
		assert(done ? n == h->length : n <= h->length);
		break;
	case HTTP1_BODY_CHUNKED:
		check_chunks(r->out + at, n, done);
		break;
	case HTTP1_BODY_CLOSE:
		break;
	}
}

static void
check_request(const struct both *b)
{
	const struct run *r = &b->request;
	static struct http1_head h;
	size_t at;

	if (r->n == 0) {
		assert(r->end == HTTP_MORE || r->end == HTTP_FAILED);
		return;
	}
	assert(http1_read_request(r->out, r->n, &at, &h) == OK);
	assert(h.minor == 1 && strchr("/*", h.target.p[0]) != NULL);
	assert(http1_name_is(h.fields[0].name, "host"));
	assert(h.upgrade == b->x.upgrade && !h.close);
	check_fields(&h, true);
	check_body(r, at, &h, h.body);
}

static void
check_response(const struct both *b)
{
	const struct run *r = &b->response;
	static struct http1_head h;
	size_t at = 0, used;
	bool empty;

	for (h.status = 100; h.status < 200 && h.status != 101; at += used) {
		if (at == r->n) {
			assert(!b->x.begun && r->end != HTTP_DONE);
			return;
		}
		assert(http1_read_response(r->out + at, r->n - at, &used, &h) ==
		    OK);
		check_fields(&h, false);
		assert(h.minor == 1 && (h.status >= 200 || !b->x.http10));
	}
	assert(b->x.begun);
	if (h.status == 101) {
		assert(r->end == HTTP_TUNNEL && at == r->n && b->x.upgrade);
		return;
	}
	empty = b->x.head || h.status == 204 || h.status == 304;
	check_body(r, at, &h, empty ? HTTP1_BODY_NONE : h.body);
	/* a failure behind the head closes too, but could not be foreseen */
	assert(h.close == b->x.client_close || r->end == HTTP_FAILED);
	assert(h.close || empty || h.body != HTTP1_BODY_CLOSE);
	assert(!b->x.http10 || (h.close && h.body != HTTP1_BODY_CHUNKED));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes request, response;
	const char *nul;
	size_t first, each;

	if (size == 0 || size > HTTP_HEAD_MAX / 2)
		return 0;
	first = data[0] + 1u;
	each = data[0] % 16 + 1u;
	request.p = (const char *)data + 1;
	nul = memchr(request.p, '\0', size - 1);
	request.n = nul == NULL ? size - 1 : (size_t)(nul - request.p);
	response.p = nul == NULL ? "" : nul + 1;
	response.n = nul == NULL ? 0 : size - 2 - request.n;
	exchange(&whole, request, response, size, size);
	exchange(&sliced, request, response, first, each);
	same(&whole, &sliced);
	check_request(&whole);
	check_response(&whole);
	return 0;
}
