/*
 * http1.h - HTTP/1.x heads, chunk lines and trailers as bytes (RFC 9112).
 *
 * Pure functions.  Strict: where two readers could disagree about framing the
 * answer is ERR_PROTO, and what was accepted has exactly one reading.  Nothing
 * is repaired.  Every pointer in a head points into the caller's bytes.
 */
#ifndef CODEC_HTTP1_H
#define CODEC_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/endpoint.h"
#include "base/err.h"

#define HTTP1_FIELDS_MAX 128
#define HTTP1_LINE_MAX	 32768 /* of a head or a trailer, without its CRLF */
#define HTTP1_HEAD_MAX	 65536

struct http1_str {
	const char *p;
	size_t n;
};

struct http1_field {
	struct http1_str name, value; /* value without white space around it */
};

enum http1_body {
	HTTP1_BODY_NONE,
	HTTP1_BODY_LENGTH,
	HTTP1_BODY_CHUNKED,
	HTTP1_BODY_CLOSE, /* responses only: until the sender closes */
};

struct http1_head {
	struct http1_str method, target; /* requests */
	struct http1_str host;		 /* requests; p NULL: without Host */
	unsigned status;		 /* responses: 100..599 */
	struct http1_str reason;
	unsigned minor; /* HTTP/1.minor: 0 or 1 */
	/* From the fields: */
	enum http1_body body; /* as the fields say; no field: NONE in requests,
				 CLOSE in responses (the reader knows about
				 HEAD, 1xx, 204, 304) */
	uint64_t length;
	bool close, keep_alive, upgrade; /* Connection options */
	bool nominates; /* Connection names fields, too */
	bool expect_continue;
	size_t nfields;
	struct http1_field fields[HTTP1_FIELDS_MAX];
};

/* ERR_SHORT, ERR_PROTO, or ERR_RANGE: over one of the limits above. */
enum err http1_read_request(const void *in, size_t len, size_t *used,
    struct http1_head *);
enum err http1_read_response(const void *in, size_t len, size_t *used,
    struct http1_head *);
/* Of a request that is ERR_RANGE: is it the request line (414) or a field? */
bool http1_line_is_over(const void *in, size_t len);
/*
 * "1a2b;name=value\r\n": the size of the chunk that follows.  Extensions are
 * read strictly, without white space, and mean nothing.
 */
enum err http1_read_chunk(const void *in, size_t len, size_t *used,
    uint64_t *size);
/*
 * One line of a trailer section; name.n is 0 for the empty line that ends it.
 * ERR_RANGE: a line over HTTP1_LINE_MAX.
 */
enum err http1_read_trailer(const void *in, size_t len, size_t *used,
    struct http1_field *);

bool http1_is_tchar(unsigned char); /* a byte of a token or method */
bool http1_name_is(struct http1_str, const char *lower); /* without case */
const struct http1_field *http1_find(const struct http1_head *,
    const char *lower); /* the first, or NULL */
/* Does the head's Connection field name this one? */
bool http1_nominated(const struct http1_head *, struct http1_str name);
bool http1_method_is(const struct http1_head *, const char *); /* with case */

/*
 * Where a proxy request goes: "http://host[:port]/path?query" or, for CONNECT,
 * "host:port".  *path points at the origin-form ("/" when empty, "*" for
 * OPTIONS without a path, empty for CONNECT); of "http://host?query" it is
 * "?query", and whoever writes it puts the missing "/" before it.  A fragment,
 * userinfo or another scheme is ERR_PROTO, a host over 255 bytes ERR_RANGE.
 * So is, as ERR_PROTO, a Host that is not the authority of the URL (RFC 9112
 * section 3.2.2); that of CONNECT goes nowhere and is not asked.
 */
enum err http1_target(const struct http1_head *, struct endpoint *,
    struct http1_str *path);

#endif
