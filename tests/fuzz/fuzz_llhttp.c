/*
 * fuzz_llhttp.c - what we accept is for llhttp, made strict, the same message:
 * method, target, version or status, fields, and where its body ends.
 *
 * Where the two differ on purpose llhttp only refuses more; excused() has the
 * list.  All else that llhttp refuses, or reads otherwise, is a finding.
 */
#include <assert.h>
#include <llhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What llhttp said, in the caller's bytes: it gets them in one piece. */
struct seen {
	struct http1_str method, target, reason;
	struct http1_field fields[HTTP1_FIELDS_MAX];
	size_t nfields;
	uint64_t body;
	bool headed, complete, no_body;
};

static void
grow(struct http1_str *s, const char *at, size_t n)
{
	if (s->n == 0)
		s->p = at;
	assert(n == 0 || s->p + s->n == at);
	s->n += n;
}

static int
on_method(llhttp_t *p, const char *at, size_t n)
{
	grow(&((struct seen *)p->data)->method, at, n);
	return 0;
}

static int
on_url(llhttp_t *p, const char *at, size_t n)
{
	grow(&((struct seen *)p->data)->target, at, n);
	return 0;
}

static int
on_status(llhttp_t *p, const char *at, size_t n)
{
	grow(&((struct seen *)p->data)->reason, at, n);
	return 0;
}

/* Trailers come behind the head; we read them elsewhere. */
static int
on_name(llhttp_t *p, const char *at, size_t n)
{
	struct seen *s = p->data;

	if (!s->headed)
		grow(&s->fields[s->nfields].name, at, n);
	return 0;
}

static int
on_value(llhttp_t *p, const char *at, size_t n)
{
	struct seen *s = p->data;

	if (!s->headed)
		grow(&s->fields[s->nfields].value, at, n);
	return 0;
}

static int
on_field(llhttp_t *p)
{
	struct seen *s = p->data;

	if (!s->headed) {
		s->nfields++;
		assert(s->nfields <= HTTP1_FIELDS_MAX);
	}
	return 0;
}

static int
on_head(llhttp_t *p)
{
	struct seen *s = p->data;

	s->headed = true;
	return s->no_body ? 1 : 0;
}

static int
on_body(llhttp_t *p, const char *at, size_t n)
{
	(void)at;
	((struct seen *)p->data)->body += n;
	return 0;
}

static int
on_complete(llhttp_t *p)
{
	((struct seen *)p->data)->complete = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_method = on_method,
	.on_url = on_url,
	.on_status = on_status,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_header_value_complete = on_field,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

/* -- how we read it ------------------------------------------------------- */

struct message {
	struct http1_head head;
	size_t used;   /* head, body and trailers, as far as they are there */
	uint64_t body; /* bytes of it there */
	bool none;     /* there can be no body */
	bool complete; /* false: more is to come, or what is there is wrong */
	bool extended; /* a chunk has an extension */
	bool odd;      /* a trailer has the name of what frames a message */
};

/* llhttp reads it in a trailer, too; we drop those. */
static bool
frames(struct http1_str name)
{
	return http1_name_is(name, "content-length") ||
	    http1_name_is(name, "transfer-encoding") ||
	    http1_name_is(name, "connection") ||
	    http1_name_is(name, "proxy-connection") ||
	    http1_name_is(name, "upgrade");
}

static void
read_chunks(struct message *m, const uint8_t *data, size_t size)
{
	struct http1_field field = { { "", 1 }, { "", 0 } };
	uint64_t n = 1;
	size_t used;

	while (n > 0) {
		if (http1_read_chunk(data + m->used, size - m->used, &used,
			&n) != OK)
			return;
		m->extended |= memchr(data + m->used, ';', used) != NULL;
		if (size - m->used - used < 2 || size - m->used - used - 2 < n)
			return;
		if (n > 0 && memcmp(data + m->used + used + n, "\r\n", 2) != 0)
			return;
		m->used += used + (n > 0 ? (size_t)n + 2 : 0);
		m->body += n;
	}
	while (field.name.n > 0) {
		if (http1_read_trailer(data + m->used, size - m->used, &used,
			&field) != OK)
			return;
		m->odd |= frames(field.name);
		m->used += used;
	}
	m->complete = true;
}

static void
read_body(struct message *m, const uint8_t *data, size_t size)
{
	const struct http1_head *h = &m->head;
	uint64_t left = size - m->used;

	m->body = 0;
	m->extended = m->odd = false;
	m->complete = m->none || h->body == HTTP1_BODY_NONE;
	if (m->complete)
		return;
	if (h->body == HTTP1_BODY_CHUNKED) {
		read_chunks(m, data, size);
	} else if (h->body == HTTP1_BODY_LENGTH) {
		m->complete = left >= h->length;
		m->body = m->complete ? h->length : left;
		m->used += (size_t)m->body;
	}
}

/* -- both, side by side --------------------------------------------------- */

/* A blank that is a tab, behind the value of a field of this name. */
static bool
ends_in_tab(const struct http1_head *h, const char *lower)
{
	const struct http1_field *f = http1_find(h, lower);
	const char *p;

	if (f == NULL)
		return false;
	for (p = f->value.p + f->value.n; *p == ' '; p++)
		;
	return *p == '\t';
}

/*
 * What llhttp refuses though we, and RFC 9112, do not; nothing is read in two
 * ways by that: methods it has no name for, URLs of a form it does not expect
 * from them, tabs behind what frames a message, quoted chunk extensions.
 */
static bool
excused(const llhttp_t *p, const struct message *m)
{
	switch (llhttp_get_errno(p)) {
	case HPE_INVALID_METHOD:
	case HPE_INVALID_URL:
		return true;
	case HPE_INVALID_CONTENT_LENGTH:
		return ends_in_tab(&m->head, "content-length");
	case HPE_INVALID_TRANSFER_ENCODING:
		return ends_in_tab(&m->head, "transfer-encoding");
	case HPE_INVALID_CHUNK_SIZE:
	case HPE_STRICT:
		return m->extended;
	default:
		return false;
	}
}

static struct http1_str
trim(struct http1_str s)
{
	while (s.n > 0 && strchr(" \t", s.p[s.n - 1]) != NULL)
		s.n--;
	while (s.n > 0 && strchr(" \t", s.p[0]) != NULL) {
		s.p++;
		s.n--;
	}
	return s;
}

static void
same_str(struct http1_str a, struct http1_str b)
{
	assert(a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0));
}

static void
same_head(const llhttp_t *p, const struct seen *s, const struct http1_head *h,
    bool request)
{
	size_t i;

	assert(p->http_major == 1 && p->http_minor == h->minor);
	if (request) {
		same_str(s->method, h->method);
		same_str(s->target, h->target);
	} else {
		assert(p->status_code == h->status);
		same_str(s->reason, h->reason);
	}
	assert(s->nfields == h->nfields);
	for (i = 0; i < h->nfields; i++) {
		same_str(s->fields[i].name, h->fields[i].name);
		same_str(trim(s->fields[i].value), h->fields[i].value);
	}
}

/* Where llhttp stopped: behind the message, or behind all there is. */
static size_t
ended(const llhttp_t *p, llhttp_errno_t e, const uint8_t *data, size_t size)
{
	if (e == HPE_OK)
		return size;
	return (size_t)(llhttp_get_error_pos(p) - (const char *)data);
}

static void
compare(const struct message *m, const uint8_t *data, bool request)
{
	static struct seen s;
	llhttp_errno_t e;
	llhttp_t p;

	memset(&s, 0, sizeof(s));
	s.no_body = m->none;
	llhttp_init(&p, request ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
	p.data = &s;
	e = llhttp_execute(&p, (const char *)data, m->used);
	if (m->odd || excused(&p, m))
		return;
	if (e != HPE_OK && e != HPE_PAUSED && e != HPE_PAUSED_UPGRADE) {
		fprintf(stderr, "llhttp: %s: %s\n", llhttp_errno_name(e),
		    llhttp_get_error_reason(&p));
		abort();
	}
	assert(s.headed);
	same_head(&p, &s, &m->head, request);
	/* In an answer it would not know the coding by a tab behind it. */
	if (ends_in_tab(&m->head, "transfer-encoding"))
		return;
	assert(s.complete == m->complete);
	assert(s.body == m->body);
	if (m->complete)
		assert(ended(&p, e, data, m->used) == m->used);
}

static void
one_way(const uint8_t *data, size_t size, bool request)
{
	static struct message m;
	unsigned status;
	enum err e;

	e = request ? http1_read_request(data, size, &m.used, &m.head)
		    : http1_read_response(data, size, &m.used, &m.head);
	if (e != OK)
		return;
	status = request ? 200 : m.head.status;
	/* RFC 9112 section 6.3; llhttp has to be told of chunks in these. */
	m.none = status < 200 || status == 204 || status == 304 ||
	    (request && http1_method_is(&m.head, "CONNECT"));
	read_body(&m, data, size);
	compare(&m, data, request);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	one_way(data, size, true);
	one_way(data, size, false);
	return 0;
}
