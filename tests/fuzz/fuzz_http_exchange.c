/*
 * fuzz_http_exchange.c - an exchange made of the input: one byte that says how
 * to slice, the request up to a NUL, the response; through each profile.
 *
 * Slices give what the whole gives; what goes out is read again as strictly as
 * it came in and is framed exactly.  Of the fields: none is for one connection
 * only; off keeps all others as they came and standard keeps none of those it
 * names; both add nothing.  Of a request through strict every name is on its
 * list, in its spelling, and what is constant is.
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "codec/http1.h"
#include "http/exchange.h"

#include "../unit/http/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OFF, STANDARD, STRICT, OWN, PROFILES };
static const struct http_profile *profiles[PROFILES];

struct both {
	const struct http_profile *profile;
	struct http1_head asked, answered; /* as they came, when they did */
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
	http_exchange_init(&b->x, b->profile);
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

static const char *const never[] = { "proxy-authorization",
	"proxy-authenticate", "proxy-authentication-info", "proxy-connection",
	"proxy-status", "keep-alive", "te", "trailer", "http2-settings",
	"close", NULL };
/* The exchange's own, or never there. */
static const char *const framing[] = { "connection", "upgrade",
	"content-length", "transfer-encoding", NULL };

static void
check_options(const struct http1_head *h)
{
	const struct http1_field *f;

	for (f = h->fields; f < h->fields + h->nfields; f++) {
		assert(!on_list(f->name, never));
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

static void
check_standard(const struct http1_head *h, bool request)
{
	static const char *const not_out[] = { "via", "forwarded*",
		"x-forwarded*", "x-real-ip", "client-ip", "true-client-ip",
		"x-client-ip", "cf-*", "x-original-*", "proxy-*", "from",
		"x-wap-*", "x-client-data", "sec-ch-*", "traceparent", "x-b3-*",
		NULL };
	static const char *const not_back[] = { "alt-svc", "nel", "report-to",
		"reporting-endpoints", "accept-ch", "critical-ch", NULL };
	const struct http1_field *f;

	for (f = h->fields; f < h->fields + h->nfields; f++)
		assert(!on_list(f->name, request ? not_out : not_back));
}

static bool
is_same(struct http1_str a, struct http1_str b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static bool
is_own(const struct http1_field *f, bool request)
{
	return on_list(f->name, framing) || on_list(f->name, never) ||
	    (request &&
		(matches(f->name, "host") || matches(f->name, "max-forwards") ||
		    matches(f->name, "expect")));
}

/*
 * What goes out came in, as it is but for the value of a Link, in its order;
 * and all of it does when nothing is to be left out.
 */
static void
check_unchanged(const struct http1_head *in, const struct http1_head *out,
    bool request, bool all)
{
	const struct http1_field *f = in->fields, *g;
	const struct http1_field *end = in->fields + in->nfields;

	for (g = out->fields; g < out->fields + out->nfields; g++) {
		if (is_own(g, request))
			continue;
		for (; f < end; f++) {
			if (is_same(f->name, g->name) &&
			    (is_same(f->value, g->value) ||
				(!all && matches(g->name, "link"))))
				break;
			assert(!all || is_own(f, request) ||
			    http1_nominated(in, f->name));
		}
		assert(f < end);
		f++;
	}
	for (; all && f < end; f++)
		assert(is_own(f, request) || http1_nominated(in, f->name));
}

/* With case, and the value of those that are constant. */
static void
check_strict(const struct http1_head *h, bool own)
{
	static const struct {
		const char *name, *value;
	} list[] = { { "Host", NULL }, { "User-Agent", "Mozilla/5.0 " },
		{ "Accept", NULL }, { "Accept-Language", "en-US,en;q=0.5" },
		{ "Accept-Encoding", NULL }, { "Range", "bytes=" },
		{ "Content-Type", NULL }, { "Content-Encoding", NULL },
		{ "Content-Range", NULL }, { "Origin", NULL },
		{ "Sec-WebSocket-Version", "13" },
		{ "Sec-WebSocket-Protocol", NULL },
		{ "Sec-WebSocket-Key", NULL }, { "Referer", "http://" },
		{ "Upgrade-Insecure-Requests", "1" },
		{ "Expect", "100-continue" }, { "Content-Length", NULL },
		{ "Transfer-Encoding", "chunked" }, { "Connection", "Upgrade" },
		{ "Upgrade", "websocket" }, { "Max-Forwards", NULL },
		{ "X-Set", "value" }, { "Cookie", NULL } };
	const size_t n = sizeof(list) / sizeof(list[0]) - (own ? 0 : 2);
	const struct http1_field *f;
	size_t i, k;

	for (f = h->fields; f < h->fields + h->nfields; f++) {
		if (own && matches(f->name, "x-keep*"))
			continue;
		for (i = 0; i < n; i++)
			if (f->name.n == strlen(list[i].name) &&
			    memcmp(f->name.p, list[i].name, f->name.n) == 0)
				break;
		assert(i < n);
		k = list[i].value == NULL ? 0 : strlen(list[i].value);
		assert(f->value.n >= k &&
		    (k == 0 || strncasecmp(f->value.p, list[i].value, k) == 0));
	}
}

static void
check_fields(const struct both *b, const struct http1_head *h, bool request)
{
	const struct http1_head *in = request ? &b->asked : &b->answered;

	check_options(h);
	if (b->profile != profiles[OFF])
		check_standard(h, request);
	if (b->profile == profiles[OFF] || b->profile == profiles[STANDARD]) {
		if (request || h->status == b->answered.status)
			check_unchanged(in, h, request,
			    b->profile == profiles[OFF]);
	} else if (request) {
		check_strict(h, b->profile == profiles[OWN]);
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
	check_fields(b, &h, true);
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
		check_fields(b, &h, false);
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

static const struct http_profile *
own_profile(void)
{
	static const struct conf_directive *const tables[] = {
		headers_directives, NULL
	};
	struct conf *c = conf_new(tables);
	static const struct http_profiles *all; /* as long as this runs */

	assert(c != NULL);
	conf_parse_text(c, "own",
	    "headers own { base strict; keep X-Keep* Cookie; "
	    "set X-Set value; remove Accept }");
	all = http_profiles_load(c);
	assert(all != NULL && conf_ok(c));
	conf_free(c);
	return http_profiles_find(all, "own");
}

static void
profiles_init(void)
{
	if (profiles[OFF] != NULL)
		return;
	profiles[OFF] = &http_profile_off;
	profiles[STANDARD] = &http_profile_standard;
	profiles[STRICT] = &http_profile_strict;
	profiles[OWN] = own_profile();
}

/* The last head of the response: those before it are interim. */
static void
read_heads(struct both *b, struct bytes request, struct bytes response)
{
	size_t used, at = 0;

	if (http1_read_request(request.p, request.n, &used, &b->asked) != OK)
		b->asked.nfields = 0;
	do {
		b->answered.status = 0;
		b->answered.nfields = 0;
		if (http1_read_response(response.p + at, response.n - at, &used,
			&b->answered) != OK)
			return;
		at += used;
	} while (b->answered.status < 200 && b->answered.status != 101);
}

static void
through(const struct http_profile *profile, struct bytes request,
    struct bytes response, uint8_t slices)
{
	size_t all = request.n + response.n + 1;

	whole.profile = sliced.profile = profile;
	read_heads(&whole, request, response);
	exchange(&whole, request, response, all, all);
	exchange(&sliced, request, response, slices + 1u, slices % 16 + 1u);
	same(&whole, &sliced);
	check_request(&whole);
	check_response(&whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes request, response;
	const char *nul;
	int i;

	if (size == 0 || size > HTTP_HEAD_MAX / 2)
		return 0;
	profiles_init();
	request.p = (const char *)data + 1;
	nul = memchr(request.p, '\0', size - 1);
	request.n = nul == NULL ? size - 1 : (size_t)(nul - request.p);
	response.p = nul == NULL ? "" : nul + 1;
	response.n = nul == NULL ? 0 : size - 2 - request.n;
	for (i = 0; i < PROFILES; i++)
		through(profiles[i], request, response, data[0]);
	return 0;
}
