/*
 * http.c - HTTP/1.x clients that know they talk to a proxy (RFC 9110, 9112).
 *
 * CONNECT opens a tunnel; a request in absolute-form stays in `in` as it is.
 * Replies are constant text: nothing of the request comes back.
 */
#include <string.h>
#include <strings.h>

#include "codec/base64.h"
#include "codec/http1.h"
#include "inbound/page.h"

#include "ops.h"

/* ib->state: how many 407 were answered on this connection, and bits */
enum {
	REFUSALS = 0x03,
	ASKED = 0x04,     /* the session was asked about a login */
	IS_HEAD = 0x08,   /* a reply has no body */
	ORIGIN = 0x10,    /* asked us for a page, as if we were an origin */
	HTTPS_URL = 0x20, /* wants us to speak TLS to the origin */
};

/* A head that fills `in` is one the codec calls too large. */
_Static_assert(INBOUND_IN_MAX >= HTTP1_HEAD_MAX, "a head may not fit");

/* After so many 407 the connection closes. */
#define REFUSALS_MAX 2

_Static_assert(INBOUND_OUT_MAX >= REFUSALS_MAX * PAGE_MAX, "one `out` is full");

#define LOGIN_MAX (USER_MAX + 1 + USER_MAX) /* "user:pass" */

static const char origin_text[] =
    "This is a proxy, not a web site: enter it in the proxy settings of your "
    "program.\n";
static const char https_text[] =
    "This proxy does not speak TLS for you: use CONNECT for https.\n";

static bool
speaks(unsigned char first)
{
	return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
}

/* -- replies -------------------------------------------------------------- */

static const char *
text_of(const struct inbound *ib, enum outcome o)
{
	if (o == OUTCOME_BAD_REQUEST && (ib->state & ORIGIN) != 0)
		return origin_text;
	if (o == OUTCOME_BAD_REQUEST && (ib->state & HTTPS_URL) != 0)
		return https_text;
	return NULL;
}

static void
write_page(const struct inbound *ib, enum outcome o, bool keep, struct buf *out)
{
	const struct page page = {
		.why = o,
		.text = text_of(ib, o),
		.head = (ib->state & IS_HEAD) != 0,
		.keep = keep,
		.status = ib->spec->proxy_status,
		.blame = ib->blame,
	};

	inbound_wrote(page_write(&page, out));
}

static void
reply(struct inbound *ib, enum outcome o, struct buf *out)
{
	ib->close = o != OUTCOME_OK;
	if (ib->close)
		write_page(ib, o, false, out);
	else if (ib->request.kind == REQUEST_TUNNEL)
		inbound_wrote(buf_append_str(out,
		    "HTTP/1.1 200 Connection established\r\n\r\n"));
}

/* -- what a head says ----------------------------------------------------- */

static bool
has_body(const struct http1_head *h)
{
	return h->body == HTTP1_BODY_LENGTH ? h->length > 0
					    : h->body != HTTP1_BODY_NONE;
}

static bool
target_starts(const struct http1_head *h, const char *with)
{
	size_t n = strlen(with);

	return h->target.n >= n && strncasecmp(h->target.p, with, n) == 0;
}

/* -- logins (RFC 7617) ---------------------------------------------------- */

/* The only field of its name: of two, another reader may take the other. */
static const struct http1_field *
credentials(const struct http1_head *h)
{
	const struct http1_field *f = NULL;
	size_t i;

	for (i = 0; i < h->nfields; i++) {
		if (!http1_name_is(h->fields[i].name, "proxy-authorization"))
			continue;
		if (f != NULL)
			return NULL;
		f = &h->fields[i];
	}
	return f;
}

/* ERR_AUTH: there are none, or none we can read. */
static enum err
read_login(struct inbound *ib, const struct http1_head *h)
{
	static const char scheme[] = "basic ";
	const struct http1_field *f = credentials(h);
	char text[LOGIN_MAX + 1], *colon;
	const char *p;
	enum err e = ERR_AUTH;
	size_t n, len;

	if (f == NULL || f->value.n < sizeof(scheme) - 1 ||
	    strncasecmp(f->value.p, scheme, sizeof(scheme) - 1) != 0)
		return ERR_AUTH;
	p = f->value.p + sizeof(scheme) - 1;
	n = f->value.n - (sizeof(scheme) - 1);
	for (; n > 0 && *p == ' '; n--)
		p++;
	if (base64_decode(p, n, text, LOGIN_MAX, &len) != OK)
		return ERR_AUTH;
	text[len] = '\0';
	colon = strchr(text, ':');
	if (strlen(text) == len && colon != NULL && colon - text <= USER_MAX &&
	    strlen(colon + 1) <= USER_MAX) {
		*colon = '\0';
		memcpy(ib->user, text, strlen(text) + 1);
		memcpy(ib->pass, colon + 1, strlen(colon + 1) + 1);
		e = OK;
	}
	explicit_bzero(text, sizeof(text));
	return e;
}

/* Browsers ask their user and try again, best on the same connection. */
static enum inbound_status
refuse_login(struct inbound *ib, const struct http1_head *h, enum outcome why,
    struct buf *out)
{
	bool keep = h->minor == 0 ? h->keep_alive : !h->close;

	ib->state &= (unsigned char)~ASKED;
	if (!keep || has_body(h) || (ib->state & REFUSALS) == REFUSALS_MAX)
		return inbound_fail(ib, why);
	write_page(ib, why, true, out);
	ib->state = (ib->state & REFUSALS) + 1;
	return INBOUND_MORE;
}

static enum inbound_status
log_in(struct inbound *ib, const struct http1_head *h, struct buf *out)
{
	if (!ib->spec->auth && read_login(ib, h) == OK) {
		inbound_claim(ib, ib->user, ib->pass);
		explicit_bzero(ib->user, sizeof(ib->user));
		explicit_bzero(ib->pass, sizeof(ib->pass));
	}
	if (!ib->spec->auth || ib->logged_in)
		return INBOUND_READY;
	if ((ib->state & ASKED) != 0)
		return refuse_login(ib, h, OUTCOME_AUTH_FAILED, out);
	if (read_login(ib, h) != OK)
		return refuse_login(ib, h, OUTCOME_AUTH_NEEDED, out);
	ib->state |= ASKED;
	return INBOUND_AUTH;
}

/* -- requests ------------------------------------------------------------- */

/*
 * Where to.  The codec saw to it that there is one Host and that it says the
 * same: the URL's authority is what the rules see, what is connected to and
 * what the origin gets as Host (RFC 9112 section 3.2.2).
 */
static enum outcome
check(struct inbound *ib, const struct http1_head *h)
{
	struct http1_str path;
	enum err e;

	ib->state &= (unsigned char)~(ORIGIN | HTTPS_URL);
	ib->request.kind = http1_method_is(h, "CONNECT") ? REQUEST_TUNNEL
							 : REQUEST_HTTP;
	if (ib->request.kind == REQUEST_TUNNEL && has_body(h))
		return OUTCOME_BAD_REQUEST; /* RFC 9110 section 9.3.6 */
	if (ib->request.kind == REQUEST_HTTP &&
	    (target_starts(h, "/") || target_starts(h, "*")))
		ib->state |= ORIGIN;
	else if (ib->request.kind == REQUEST_HTTP && target_starts(h, "https:"))
		ib->state |= HTTPS_URL;
	if ((ib->state & (ORIGIN | HTTPS_URL)) != 0)
		return OUTCOME_BAD_REQUEST;
	e = http1_target(h, &ib->request.target, &path);
	if (e == ERR_RANGE) /* a name too long */
		return OUTCOME_BAD_ADDRESS;
	return e == OK ? OUTCOME_OK : OUTCOME_BAD_REQUEST;
}

/*
 * The head, of what is there.  Only whole lines are looked at, and only when
 * there is a new one: else each byte of a client that sends them one by one
 * would cost a walk over all that came before.  One that will be too long is
 * looked at before it ends.  ib->seen is what was too short.
 */
static enum err
read_head(struct inbound *ib, const struct buf *in, size_t *used,
    struct http1_head *h)
{
	const uint8_t *p = buf_head(in), *last;
	size_t n = buf_len(in), whole;
	enum err e;

	last = n == 0 ? NULL : memrchr(p, '\n', n);
	whole = last == NULL ? 0 : (size_t)(last - p) + 1;
	if (n < INBOUND_IN_MAX && n - whole <= HTTP1_LINE_MAX)
		n = whole;
	if (n == ib->seen)
		return ERR_SHORT;
	e = http1_read_request(p, n, used, h);
	ib->seen = e == ERR_SHORT ? n : 0;
	return e;
}

static enum inbound_status
take_request(struct inbound *ib, struct buf *in, struct buf *out)
{
	enum inbound_status st;
	struct http1_head h;
	enum outcome o;
	size_t used;
	enum err e;

	e = read_head(ib, in, &used, &h);
	if (e == ERR_SHORT)
		return INBOUND_MORE;
	if (e == ERR_RANGE)
		return inbound_fail(ib,
		    http1_line_is_over(buf_head(in), buf_len(in))
			? OUTCOME_URI_TOO_LONG
			: OUTCOME_TOO_LARGE);
	if (e != OK)
		return inbound_fail(ib, OUTCOME_BAD_REQUEST);
	if (http1_method_is(&h, "HEAD"))
		ib->state |= IS_HEAD;
	o = check(ib, &h);
	if (o != OUTCOME_OK)
		return inbound_fail(ib, o);
	st = log_in(ib, &h, out);
	if (st == INBOUND_MORE ||
	    (st == INBOUND_READY && ib->request.kind == REQUEST_TUNNEL))
		buf_consume(in, used);
	return st;
}

/* A 407 was answered, and the next request may be there already. */
static enum inbound_status
step(struct inbound *ib, struct buf *in, struct buf *out)
{
	enum inbound_status st;
	unsigned before;

	do {
		before = ib->state & REFUSALS;
		st = take_request(ib, in, out);
	} while (st == INBOUND_MORE && (ib->state & REFUSALS) != before);
	return st;
}

const struct inbound_ops inbound_http = {
	.name = "http",
	.protocol = LISTEN_HTTP,
	.tunnel = PROTOCOL_CONNECT,
	.speaks = speaks,
	.step = step,
	.reply = reply,
};
