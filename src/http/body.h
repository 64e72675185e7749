/*
 * body.h - the body of a message, in either direction (RFC 9112 sections 6, 7).
 *
 * Sizes are followed exactly.  Chunk lines are read strictly and written anew
 * without extensions, so that nobody behind us reads another body than we did.
 * Trailers are read strictly and dropped, as RFC 9110 section 6.5.1 allows:
 * hardly anybody uses them, and no field can slip past the filter there.
 */
#ifndef HTTP_BODY_H
#define HTTP_BODY_H

#include "base/buf.h"
#include "codec/http1.h"
#include "http/exchange.h"

/* Of a struct http_side. */
enum side_state {
	SIDE_HEAD, /* of a response also after interim ones */
	SIDE_BODY, /* left bytes of it */
	SIDE_UNTIL_CLOSE,
	SIDE_CHUNK_LINE,
	SIDE_CHUNK_DATA, /* left bytes of it */
	SIDE_CHUNK_END,  /* the CRLF behind it */
	SIDE_TRAILER,
	SIDE_DONE,
	SIDE_TUNNEL,
	SIDE_FAILED,
};

void body_begin(struct http_side *, enum http1_body, uint64_t length);

/*
 * OK: *pass bytes go through, none when the side is SIDE_DONE.  ERR_SHORT:
 * more input is needed.  plain: chunks lose their framing.
 */
enum err body_step(struct http_side *, struct buf *in, struct buf *out,
    uint64_t *pass, bool plain);
void body_passed(struct http_side *, uint64_t n);

/* Nothing of it is still to come. */
bool body_is_over(const struct http_side *);

#endif
