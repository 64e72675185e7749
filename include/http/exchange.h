/*
 * exchange.h - one HTTP/1.1 exchange: the request on its way to the origin and
 * the response on its way back (RFC 9110, RFC 9112).
 *
 * Pure: bytes in, bytes out.  Heads are parsed strictly and written anew, never
 * copied; bodies are framed exactly.  What passes unchanged is only counted,
 * so that whoever drives this can move it without looking.
 *
 *   http_exchange_init(&x, profile);
 *   request direction, until HTTP_DONE:
 *       http_request_step(&x, &in, &out, &pass)
 *   response direction, until HTTP_DONE, at the same time:
 *       http_response_step(&x, &in, &out, &pass)
 *
 * A step consumes from `in` what it understood and appends to `out` what is to
 * be sent.  HTTP_PASS means: send `out`, then move the next `pass` bytes
 * (UINT64_MAX: all until the sender closes) unchanged, those still in `in`
 * first, tell http_passed(), and step again.  `out` needs room for
 * HTTP_OUT_MAX bytes at each call.  After an interim response (1xx) pass is 0:
 * send it and step again.
 *
 * What an exchange does besides framing:
 *  - fields for one connection only do not pass, of the others those that its
 *    profile lets pass (http/profile.h);
 *  - trailers and chunk extensions are dropped;
 *  - a GET may upgrade to "websocket" and nothing else;
 *  - TRACE, CONNECT and OPTIONS with Max-Forwards 0 are OUTCOME_BAD_COMMAND;
 *  - an HTTP/1.0 client gets no 1xx and no chunks and is closed at the end;
 *  - a final response that comes before the whole request ends both
 *    connections with it.
 * A response nobody can read, or cut short, is OUTCOME_BAD_RESPONSE.
 *
 * Inside a tunnel, http_exchange_init_tunnelled(), nobody asked for a proxy.
 * Then target, HTTP version and Host go on as they came, as does the client's
 * wish to close, Max-Forwards is not counted, and the client's connection can
 * not outlive the origin's.  A URL as target means that a further proxy is at
 * the tunnel's end: what logs in to that one passes, both ways.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/endpoint.h"
#include "http/profile.h"
#include "request/outcome.h"

#define HTTP_HEAD_MAX 65536 /* one head; over it: OUTCOME_TOO_LARGE */
#define HTTP_OUT_MAX  (HTTP_HEAD_MAX + 8192) /* with what a profile sets */

enum http_status {
	HTTP_MORE,   /* wants more input */
	HTTP_PASS,   /* *pass bytes go through unchanged */
	HTTP_DONE,   /* this direction is complete; later bytes are not ours */
	HTTP_TUNNEL, /* response only: after 101 both ways are opaque bytes */
	HTTP_FAILED, /* why in x->why; nothing of what was wrong is in `out` */
};

struct http_exchange {
	const struct http_profile *profile;
	struct http_side {
		unsigned char state;
		uint64_t left; /* of a body or a chunk, still to pass */
		size_t line;   /* bytes of trailers or interim heads seen */
		size_t seen;   /* bytes that were no whole head */
	} request, response;
	enum outcome why;
	bool head;         /* the method is HEAD */
	bool tunnelled;    /* the origin is at the end of a tunnel */
	bool to_proxy;     /* and is a proxy itself */
	bool upgrade;      /* the client asked for an upgrade */
	bool expect;       /* the client waits for 100-continue */
	bool http10;       /* the client speaks HTTP/1.0 */
	bool last;         /* the client sends nothing after this request */
	bool trusted;      /* logins pass to and from this origin */
	bool client_close; /* the client's connection ends with this exchange */
	bool origin_close; /* and the origin's can not be used again */
	bool begun;        /* of the final response, or a 101, bytes went out */
};

/* The profile outlives the exchange. */
void http_exchange_init(struct http_exchange *, const struct http_profile *);
void http_exchange_init_tunnelled(struct http_exchange *,
    const struct http_profile *);
enum http_status http_request_step(struct http_exchange *, struct buf *in,
    struct buf *out, uint64_t *pass);
enum http_status http_response_step(struct http_exchange *, struct buf *in,
    struct buf *out, uint64_t *pass);
void http_request_passed(struct http_exchange *, uint64_t n);
void http_response_passed(struct http_exchange *, uint64_t n);
/*
 * The origin closed.  HTTP_DONE when that ends the response as it should
 * (a body until close), HTTP_FAILED when it cuts it short; the exchange then
 * stays as it is, and a request that was not answered at all may be sent to
 * another connection.
 */
enum http_status http_response_eof(struct http_exchange *);

#endif
