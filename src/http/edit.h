/*
 * edit.h - values of which only a part passes, and values that must be well
 * formed to pass at all.
 *
 * What reads a value in its parts is careful with quotes: a separator in one
 * separates nothing.  A quote that does not end makes one part of the rest.
 */
#ifndef HTTP_EDIT_H
#define HTTP_EDIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/endpoint.h"
#include "codec/http1.h"

/*
 * The field with what may stay of its value; as it came when that is all, and
 * not at all when it is nothing.
 */
void edit_links(struct buf *out, const struct http1_field *); /* RFC 8288 */
void edit_few_links(struct buf *out, const struct http1_field *);
void edit_policy(struct buf *out, const struct http1_field *); /* CSP */
void edit_cache(struct buf *out, const struct http1_field *);  /* RFC 9111 */
void edit_challenge(struct buf *out, const struct http1_field *);

/* Does the list have this element, whatever its parameters but q=0? */
bool edit_has(struct http1_str list, const char *lower);
bool edit_is_ranges(struct http1_str); /* bytes=0-99,-5 */
bool edit_is_origin(struct http1_str); /* null, http://a:81 */
bool edit_is_key(struct http1_str);    /* of a websocket */
/* Is it a URL of this plain HTTP origin? */
bool edit_is_of(struct http1_str url, const struct endpoint *origin);

#endif
