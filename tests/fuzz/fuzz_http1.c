/*
 * fuzz_http1.c - heads, chunk lines and trailers from bytes.
 *
 * A head is read the same way twice, however it comes: every prefix asks for
 * more or is refused as the whole is; what was accepted, written anew and read
 * again is the same; what was refused left nothing behind.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec/http1.h"

#define ALL_PREFIXES 300 /* of longer inputs only some are tried */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef enum err read_head(const void *, size_t, size_t *, struct http1_head *);

static char anew[2 * HTTP1_HEAD_MAX];

static size_t
put(size_t at, const char *p, size_t n)
{
	assert(n <= sizeof(anew) - at);
	memcpy(anew + at, p, n);
	return at + n;
}

static size_t
put_str(size_t at, struct http1_str s)
{
	return put(at, s.p, s.n);
}

static size_t
write_head(const struct http1_head *h, bool request)
{
	const char *version = h->minor ? "HTTP/1.1" : "HTTP/1.0";
	char status[5] = { ' ', (char)('0' + h->status / 100),
		(char)('0' + h->status / 10 % 10), (char)('0' + h->status % 10),
		' ' };
	size_t i, n = 0;

	if (request) {
		n = put_str(n, h->method);
		n = put(n, " ", 1);
		n = put_str(n, h->target);
		n = put(n, " ", 1);
	}
	n = put(n, version, 8);
	if (!request) {
		n = put(n, status, 5);
		n = put_str(n, h->reason);
	}
	n = put(n, "\r\n", 2);
	for (i = 0; i < h->nfields; i++) {
		n = put_str(n, h->fields[i].name);
		n = put(n, ":", 1);
		n = put_str(n, h->fields[i].value);
		n = put(n, "\r\n", 2);
	}
	return put(n, "\r\n", 2);
}

static void
same_str(struct http1_str a, struct http1_str b)
{
	assert(a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0));
}

static void
same_head(const struct http1_head *a, const struct http1_head *b)
{
	size_t i;

	same_str(a->method, b->method);
	same_str(a->target, b->target);
	same_str(a->reason, b->reason);
	assert(a->status == b->status && a->minor == b->minor);
	assert(a->body == b->body && a->length == b->length);
	assert(a->close == b->close && a->keep_alive == b->keep_alive);
	assert(a->upgrade == b->upgrade);
	assert(a->expect_continue == b->expect_continue);
	assert(a->nfields == b->nfields);
	for (i = 0; i < a->nfields; i++) {
		same_str(a->fields[i].name, b->fields[i].name);
		same_str(a->fields[i].value, b->fields[i].value);
	}
}

/* What framing may rest on, asked of the fields once more. */
static void
check_framing(const struct http1_head *h)
{
	size_t i, lengths = 0, codings = 0;

	for (i = 0; i < h->nfields; i++) {
		assert(h->fields[i].name.n > 0);
		lengths += http1_name_is(h->fields[i].name, "content-length");
		codings += http1_name_is(h->fields[i].name,
		    "transfer-encoding");
	}
	assert(lengths + codings <= 1);
	assert((h->body == HTTP1_BODY_LENGTH) == (lengths == 1));
	assert((h->body == HTTP1_BODY_CHUNKED) == (codings == 1));
	assert(h->length <= INT64_MAX);
	assert(codings == 0 || h->minor == 1);
}

static void
check_target(const struct http1_head *h)
{
	struct endpoint ep;
	struct http1_str path = { NULL, 0 };
	size_t i;

	if (http1_target(h, &ep, &path) != OK)
		return;
	assert(ep.port > 0);
	for (i = 0; i < path.n; i++)
		assert(path.p[i] > ' ' && path.p[i] <= '~' && path.p[i] != '#');
	if (path.n > 0)
		assert(strchr("/?*", path.p[0]) != NULL);
	else
		assert(http1_method_is(h, "CONNECT"));
}

static void
check_prefixes(read_head *f, const uint8_t *data, size_t size, enum err whole,
    size_t used)
{
	size_t i, got, step = 1 + size / ALL_PREFIXES;
	static struct http1_head h;
	enum err e;

	for (i = 0; i < size; i += step) {
		got = SIZE_MAX;
		e = f(data, i, &got, &h);
		if (whole == OK && i >= used)
			assert(e == OK && got == used);
		else if (whole == OK)
			assert(e == ERR_SHORT);
		else
			assert(e == ERR_SHORT || e == whole);
		if (e != OK)
			assert(got == SIZE_MAX);
	}
}

static void
check_head(read_head *f, const uint8_t *data, size_t size, bool request)
{
	static struct http1_head h, again, before;
	size_t n, used = SIZE_MAX;
	enum err e;

	memset(&h, 0xa5, sizeof(h));
	memset(&before, 0xa5, sizeof(before));
	e = f(data, size, &used, &h);
	assert(e == OK || e == ERR_SHORT || e == ERR_PROTO || e == ERR_RANGE);
	check_prefixes(f, data, size, e, used);
	if (e != OK) {
		assert(used == SIZE_MAX);
		assert(memcmp(&h, &before, sizeof(h)) == 0);
		return;
	}
	assert(used <= size && used <= HTTP1_HEAD_MAX);
	for (n = 0; n + 1 < used; n++) /* lines end in one way only */
		assert((data[n] == '\r') == (data[n + 1] == '\n'));
	check_framing(&h);
	if (request)
		check_target(&h);
	n = write_head(&h, request);
	if (n > HTTP1_HEAD_MAX)
		return;
	assert(f(anew, n, &used, &again) == OK && used == n);
	same_head(&h, &again);
}

static void
check_chunk(const uint8_t *data, size_t size)
{
	uint64_t v = 0, w = 0;
	size_t i, used = 0, got;
	enum err e, whole = http1_read_chunk(data, size, &used, &v);

	for (i = 0; i < size && i < ALL_PREFIXES; i++) {
		e = http1_read_chunk(data, i, &got, &w);
		if (whole == OK && i >= used)
			assert(e == OK && got == used && v == w);
		else if (whole == OK)
			assert(e == ERR_SHORT);
		else
			assert(e == ERR_SHORT || e == whole);
	}
	if (whole == OK)
		assert(v <= INT64_MAX &&
		    v == strtoull((const char *)data, NULL, 16));
}

static void
check_trailer(const uint8_t *data, size_t size)
{
	struct http1_field f, g;
	size_t i, used = 0, got;
	enum err e, whole = http1_read_trailer(data, size, &used, &f);

	for (i = 0; i < size && i < ALL_PREFIXES; i++) {
		e = http1_read_trailer(data, i, &got, &g);
		if (whole == OK && i >= used) {
			assert(e == OK && got == used);
			same_str(f.name, g.name);
			same_str(f.value, g.value);
		} else {
			assert(e == ERR_SHORT || (e == whole && e != OK));
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_head(http1_read_request, data, size, true);
	check_head(http1_read_response, data, size, false);
	check_chunk(data, size);
	check_trailer(data, size);
	return 0;
}
