#include <string.h>
#include <strings.h>

#include "codec/http1.h"

#define CHUNK_LINE_MAX 256 /* with extensions, which nobody uses */
#define OPTIONS_MAX    128 /* of all Connection fields; bounds nominated() */

/* -- characters and lines ------------------------------------------------- */

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 9110 section 5.6.2, a bit for each byte */
bool
http1_is_tchar(unsigned char c)
{
	static const uint32_t bits[4] = {
		0, 0x03ff6cfa, /* !#$%&'*+-. 0-9 */
		0xc7fffffe,    /* A-Z ^_ */
		0x57ffffff,    /* ` a-z | ~ */
	};

	return c < 128 && (bits[c / 32] >> c % 32 & 1) != 0;
}

/* What a field value may hold (RFC 9110 section 5.5): no control but HTAB. */
static bool
is_text(unsigned char c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

/* Eight bytes with no control among them, not even HTAB? */
static bool
are_text(const char *p)
{
	const uint64_t ones = UINT64_MAX / 0xff, tops = ones * 0x80;
	uint64_t v, below, del;

	/* A byte less than what is taken from it leaves its top bit set. */
	memcpy(&v, p, sizeof(v));
	below = v - ones * ' ';
	del = (v ^ ones * 0x7f) - ones;
	return ((below | del) & ~v & tops) == 0;
}

static const char *
skip_text(const char *p, const char *stop)
{
	while (p < stop)
		if (stop - p >= 8 && are_text(p))
			p += 8;
		else if (is_text((unsigned char)*p))
			p++;
		else
			break;
	return p;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_token(struct http1_str s)
{
	size_t i = 0;

	while (i < s.n && http1_is_tchar((unsigned char)s.p[i]))
		i++;
	return s.n > 0 && i == s.n;
}

static struct http1_str
trim(struct http1_str s)
{
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

struct text {
	const char *pos, *end;
};

static struct text
text_of(const void *in, size_t len, size_t max)
{
	const char *p = in;

	if (len > max)
		len = max;
	return (struct text){ .pos = p, .end = len == 0 ? p : p + len };
}

/*
 * A line without its CRLF.  A bare LF, a bare CR (RFC 9112 section 2.2) and
 * every other control are refused as soon as they are there, so that a longer
 * input never gets another error.
 */
static enum err
read_line(struct text *t, struct http1_str *line)
{
	const char *p = t->pos, *stop = t->end;

	if (stop - p > HTTP1_LINE_MAX + 1)
		stop = p + HTTP1_LINE_MAX + 1;
	p = skip_text(p, stop);
	if (p - t->pos > HTTP1_LINE_MAX)
		return ERR_RANGE;
	if (p == t->end || (*p == '\r' && p + 1 == t->end))
		return ERR_SHORT;
	if (p[0] != '\r' || p[1] != '\n')
		return ERR_PROTO;
	*line = (struct http1_str){ .p = t->pos, .n = (size_t)(p - t->pos) };
	t->pos = p + 2;
	return OK;
}

/* The part of s before the first c, which is dropped; false: there is none. */
static bool
cut(struct http1_str *s, char c, struct http1_str *part)
{
	const char *at = s->n == 0 ? NULL : memchr(s->p, c, s->n);

	if (at == NULL)
		return false;
	*part = (struct http1_str){ .p = s->p, .n = (size_t)(at - s->p) };
	s->p = at + 1;
	s->n -= part->n + 1;
	return true;
}

/* The next element of a comma list (RFC 9110 section 5.6.1), maybe empty. */
static bool
next_element(struct http1_str *list, struct http1_str *element)
{
	if (list->p == NULL)
		return false;
	if (!cut(list, ',', element)) {
		*element = *list;
		list->p = NULL;
	}
	*element = trim(*element);
	return true;
}

bool
http1_name_is(struct http1_str s, const char *lower)
{
	return s.n == strlen(lower) && strncasecmp(s.p, lower, s.n) == 0;
}

/* -- fields --------------------------------------------------------------- */

/* What framing and routing rest on must be there once. */
struct seen {
	unsigned lengths, codings, hosts, options;
	bool no_host; /* a Host is not one */
};

static enum err
read_field(struct http1_str line, struct http1_field *f)
{
	/* No space before the colon, no folding (RFC 9112 sections 5.1, 5.2);
	   an empty name is refused too. */
	if (!cut(&line, ':', &f->name) || !is_token(f->name))
		return ERR_PROTO;
	f->value = trim(line);
	return OK;
}

/* Digits only, and never so many that a sum with it could wrap. */
static enum err
read_length(struct http1_str s, uint64_t *length)
{
	uint64_t v = 0;
	size_t i;

	if (s.n == 0 || s.n > 19)
		return ERR_PROTO;
	for (i = 0; i < s.n; i++) {
		if (!is_digit((unsigned char)s.p[i]))
			return ERR_PROTO;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (v > INT64_MAX)
		return ERR_PROTO;
	*length = v;
	return OK;
}

static enum err
read_options(struct http1_str list, struct http1_head *h, struct seen *seen)
{
	struct http1_str option;

	while (next_element(&list, &option)) {
		if (++seen->options > OPTIONS_MAX)
			return ERR_RANGE;
		if (option.n == 0)
			continue;
		if (!is_token(option))
			return ERR_PROTO;
		if (http1_name_is(option, "close"))
			h->close = true;
		else if (http1_name_is(option, "keep-alive"))
			h->keep_alive = true;
		else if (http1_name_is(option, "upgrade"))
			h->upgrade = true;
		else
			h->nominates = true;
	}
	return OK;
}

/* A value no host has is an attempt at something. */
static bool
is_host(struct http1_str s)
{
	size_t i = 0;

	while (i < s.n &&
	    (http1_is_tchar((unsigned char)s.p[i]) ||
		strchr(":[]", s.p[i]) != NULL))
		i++;
	return i == s.n;
}

static enum err
note_field(const struct http1_field *f, struct http1_head *h, struct seen *seen)
{
	/* Most fields are none of these, and their length shows it. */
	if ((1u << (f->name.n & 31) &
		(1u << 4 | 1u << 6 | 1u << 10 | 1u << 14 | 1u << 17)) == 0)
		return OK;
	if (http1_name_is(f->name, "content-length")) {
		seen->lengths++;
		return read_length(f->value, &h->length);
	}
	if (http1_name_is(f->name, "transfer-encoding")) {
		seen->codings++;
		return http1_name_is(f->value, "chunked") ? OK : ERR_PROTO;
	}
	if (http1_name_is(f->name, "connection"))
		return read_options(f->value, h, seen);
	if (http1_name_is(f->name, "host")) {
		seen->hosts++;
		seen->no_host |= !is_host(f->value);
		h->host = f->value;
	}
	if (http1_name_is(f->name, "expect"))
		h->expect_continue |= http1_name_is(f->value, "100-continue");
	return OK;
}

/*
 * One length or one coding, never both; no coding in HTTP/1.0 (RFC 9112
 * sections 6.1 to 6.3).  The same length twice is legal to repair, but another
 * reader may see it otherwise.
 */
static enum err
settle_body(struct http1_head *h, const struct seen *seen)
{
	if (seen->lengths + seen->codings > 1 ||
	    (seen->codings > 0 && h->minor == 0))
		return ERR_PROTO;
	if (seen->codings > 0)
		h->body = HTTP1_BODY_CHUNKED;
	else if (seen->lengths > 0)
		h->body = HTTP1_BODY_LENGTH;
	return OK;
}

/* One Host (RFC 9112 section 3.2); HTTP/1.0 may go without. */
static bool
host_is_clear(const struct seen *seen, unsigned minor)
{
	return !seen->no_host && seen->hosts <= 1 && seen->hosts >= minor;
}

static enum err
read_fields(struct text *t, struct http1_head *h, struct seen *seen)
{
	struct http1_field *f;
	struct http1_str line;
	enum err e;

	for (;;) {
		e = read_line(t, &line);
		if (e != OK)
			return e;
		if (line.n == 0)
			return settle_body(h, seen);
		if (h->nfields == HTTP1_FIELDS_MAX)
			return ERR_RANGE;
		f = &h->fields[h->nfields++];
		e = read_field(line, f);
		if (e == OK)
			e = note_field(f, h, seen);
		if (e != OK)
			return e;
	}
}

/* -- start lines ---------------------------------------------------------- */

/* Case counts; HTTP/1.0 and HTTP/1.1 and nothing else. */
static enum err
read_version(struct http1_str s, unsigned *minor)
{
	if (s.n != 8 || memcmp(s.p, "HTTP/1.", 7) != 0 ||
	    (s.p[7] != '0' && s.p[7] != '1'))
		return ERR_PROTO;
	*minor = s.p[7] == '1';
	return OK;
}

/*
 * RFC 9112 section 3, with single spaces.  PRI is nobody's method: who reads
 * it may take what follows for HTTP/2 (RFC 9113 section 11.6).
 */
static enum err
read_request_line(struct http1_str line, struct http1_head *h)
{
	size_t i;

	if (!cut(&line, ' ', &h->method) || !is_token(h->method) ||
	    http1_method_is(h, "PRI") ||
	    !cut(&line, ' ', &h->target) || h->target.n == 0)
		return ERR_PROTO;
	for (i = 0; i < h->target.n; i++)
		if (h->target.p[i] <= ' ' || h->target.p[i] > '~')
			return ERR_PROTO;
	return read_version(line, &h->minor);
}

/* RFC 9112 section 4; the space before no reason at all may be missing. */
static enum err
read_status_line(struct http1_str line, struct http1_head *h)
{
	struct http1_str version, status;
	size_t i;

	if (!cut(&line, ' ', &version) ||
	    read_version(version, &h->minor) != OK)
		return ERR_PROTO;
	h->reason = (struct http1_str){ .p = "", .n = 0 };
	if (cut(&line, ' ', &status))
		h->reason = line;
	else
		status = line;
	if (status.n != 3)
		return ERR_PROTO;
	for (i = 0; i < 3; i++) {
		if (!is_digit((unsigned char)status.p[i]))
			return ERR_PROTO;
		h->status = h->status * 10 + (unsigned)(status.p[i] - '0');
	}
	return h->status >= 100 && h->status <= 599 ? OK : ERR_PROTO;
}

/* -- heads ---------------------------------------------------------------- */

static enum err
not_over(enum err e, size_t len, size_t max)
{
	return e == ERR_SHORT && len >= max ? ERR_RANGE : e;
}

/* An empty line before it is read over, one, as RFC 9112 section 2.2 asks. */
static enum err
read_start_line(struct text *t, bool request, struct http1_str *line)
{
	enum err e = read_line(t, line);

	return e == OK && request && line->n == 0 ? read_line(t, line) : e;
}

static enum err
read_head(const void *in, size_t len, size_t *used, struct http1_head *head,
    bool request)
{
	const size_t without_fields = offsetof(struct http1_head, fields);
	struct text t = text_of(in, len, HTTP1_HEAD_MAX);
	struct seen seen = { 0 };
	struct http1_str line;
	struct http1_head h;
	enum err e;

	memset(&h, 0, without_fields);
	h.body = request ? HTTP1_BODY_NONE : HTTP1_BODY_CLOSE;
	e = read_start_line(&t, request, &line);
	if (e == OK)
		e = request ? read_request_line(line, &h)
			    : read_status_line(line, &h);
	if (e == OK)
		e = read_fields(&t, &h, &seen);
	if (e == OK && request && !host_is_clear(&seen, h.minor))
		e = ERR_PROTO;
	if (e != OK)
		return not_over(e, len, HTTP1_HEAD_MAX);
	*used = (size_t)(t.pos - (const char *)in);
	memcpy(head, &h, without_fields);
	memcpy(head->fields, h.fields, h.nfields * sizeof(h.fields[0]));
	return OK;
}

enum err
http1_read_request(const void *in, size_t len, size_t *used,
    struct http1_head *head)
{
	return read_head(in, len, used, head, true);
}

enum err
http1_read_response(const void *in, size_t len, size_t *used,
    struct http1_head *head)
{
	return read_head(in, len, used, head, false);
}

bool
http1_line_is_over(const void *in, size_t len)
{
	struct text t = text_of(in, len, HTTP1_HEAD_MAX);
	struct http1_str line;

	return read_start_line(&t, true, &line) == ERR_RANGE;
}

/* -- bodies --------------------------------------------------------------- */

static int
hex_value(char c)
{
	if (is_digit((unsigned char)c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Past a token or, between quotes, anything; NULL: it is none of these. */
static const char *
skip_value(const char *p, const char *end)
{
	const char *from = p;

	if (p < end && *p == '"') {
		for (p++; p < end && *p != '"'; p++)
			if (*p == '\\' && ++p == end)
				return NULL;
		return p < end ? p + 1 : NULL;
	}
	while (p < end && http1_is_tchar((unsigned char)*p))
		p++;
	return p > from ? p : NULL;
}

/*
 * Any number of ";name" and ";name=value" (RFC 9112 section 7.1.1).  White
 * space beside ';' and '=' is allowed to be refused, and nobody sends it.
 */
static bool
are_extensions(const char *p, const char *end)
{
	while (p < end) {
		if (*p++ != ';' || p == end || *p == '"')
			return false;
		p = skip_value(p, end);
		if (p != NULL && p < end && *p == '=')
			p = skip_value(p + 1, end);
		if (p == NULL)
			return false;
	}
	return true;
}

/*
 * RFC 9112 section 7.1.  No white space around the size: readers disagree
 * about it.
 */
enum err
http1_read_chunk(const void *in, size_t len, size_t *used, uint64_t *size)
{
	struct text t = text_of(in, len, CHUNK_LINE_MAX);
	const char *p = t.pos;
	struct http1_str line;
	uint64_t v = 0;
	enum err e;

	while (p < t.end && hex_value(*p) >= 0) {
		if (p - t.pos == 16)
			return ERR_PROTO;
		v = v << 4 | (uint64_t)hex_value(*p++);
	}
	if (p == t.end)
		return ERR_SHORT;
	if (p == t.pos || v > INT64_MAX || (*p != '\r' && *p != ';'))
		return ERR_PROTO;
	e = read_line(&t, &line);
	if (e != OK)
		return not_over(e, len, CHUNK_LINE_MAX);
	if (!are_extensions(p, line.p + line.n))
		return ERR_PROTO;
	*used = (size_t)(t.pos - (const char *)in);
	*size = v;
	return OK;
}

enum err
http1_read_trailer(const void *in, size_t len, size_t *used,
    struct http1_field *field)
{
	struct text t = text_of(in, len, HTTP1_HEAD_MAX);
	struct http1_field f = { { NULL, 0 }, { NULL, 0 } };
	struct http1_str line;
	enum err e;

	e = read_line(&t, &line);
	if (e == OK && line.n > 0)
		e = read_field(line, &f);
	if (e != OK)
		return not_over(e, len, HTTP1_HEAD_MAX);
	*used = (size_t)(t.pos - (const char *)in);
	*field = f;
	return OK;
}

/* -- questions about a head ----------------------------------------------- */

const struct http1_field *
http1_find(const struct http1_head *h, const char *lower)
{
	size_t i;

	for (i = 0; i < h->nfields; i++)
		if (http1_name_is(h->fields[i].name, lower))
			return &h->fields[i];
	return NULL;
}

bool
http1_nominated(const struct http1_head *h, struct http1_str name)
{
	struct http1_str list, option;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		if (!http1_name_is(h->fields[i].name, "connection"))
			continue;
		list = h->fields[i].value;
		while (next_element(&list, &option))
			if (option.n == name.n &&
			    strncasecmp(option.p, name.p, name.n) == 0)
				return true;
	}
	return false;
}

bool
http1_method_is(const struct http1_head *h, const char *method)
{
	return h->method.n == strlen(method) &&
	    memcmp(h->method.p, method, h->method.n) == 0;
}

/* As what the URL says between "http://" and the path, or the same as that. */
static bool
host_agrees(const struct http1_head *h, struct http1_str authority,
    const struct endpoint *to)
{
	struct endpoint host;

	if (h->host.p == NULL) /* HTTP/1.0 */
		return true;
	if (h->host.n == authority.n &&
	    memcmp(h->host.p, authority.p, authority.n) == 0)
		return true;
	return endpoint_parse(&host, h->host.p, h->host.n, 80) == OK &&
	    endpoint_same(&host, to);
}

enum err
http1_target(const struct http1_head *h, struct endpoint *to,
    struct http1_str *path)
{
	static const char scheme[] = "http://";
	struct http1_str rest = h->target, host = h->target;
	bool connect = http1_method_is(h, "CONNECT");
	struct endpoint ep;
	enum err e;

	if (memchr(rest.p, '#', rest.n) != NULL)
		return ERR_PROTO;
	if (!connect) {
		if (rest.n < strlen(scheme) ||
		    strncasecmp(rest.p, scheme, strlen(scheme)) != 0)
			return ERR_PROTO;
		host.p += strlen(scheme);
		host.n -= strlen(scheme);
	}
	rest = host;
	for (host.n = 0; host.n < rest.n; host.n++)
		if (rest.p[host.n] == '/' || rest.p[host.n] == '?')
			break;
	rest.p += host.n;
	rest.n -= host.n;
	if (connect && rest.n > 0)
		return ERR_PROTO;
	/* Port 0 is none; userinfo can not pass, '@' is in no name. */
	e = endpoint_parse(&ep, host.p, host.n, connect ? 0 : 80);
	if (e != OK || ep.port == 0)
		return e != OK ? e : ERR_PROTO;
	if (!connect && !host_agrees(h, host, &ep))
		return ERR_PROTO;
	if (rest.n == 0 && !connect)
		rest = http1_method_is(h, "OPTIONS")
		    ? (struct http1_str){ .p = "*", .n = 1 }
		    : (struct http1_str){ .p = "/", .n = 1 };
	*to = ep;
	*path = rest;
	return OK;
}
