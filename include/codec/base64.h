/*
 * base64.h - the base64 of RFC 4648 section 4, with padding, strictly.
 *
 * Every text has one reading and every value one spelling: no white space, no
 * missing padding, no bits set behind the last byte.
 */
#ifndef CODEC_BASE64_H
#define CODEC_BASE64_H

#include <stddef.h>

#include "base/err.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4) /* without the NUL */

/* NUL-terminated.  ERR_SPACE, with out untouched, when it does not fit cap. */
enum err base64_encode(const void *in, size_t n, char *out, size_t cap);
/*
 * ERR_PROTO when malformed, ERR_SPACE when the value is longer than cap; then
 * *len and out are untouched.  Not NUL-terminated.
 */
enum err base64_decode(const char *in, size_t n, void *out, size_t cap,
    size_t *len);

#endif
