/*
 * reader.h - bounds-checked walk over bytes owned by someone else.
 *
 * Errors stick: once a read runs past the end every later read yields zero and
 * r->err stays ERR_SHORT.  Read a whole structure, then test r->err once.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct reader {
	const uint8_t *start, *pos, *end;
	enum err err;
};

struct reader reader_of(const void *data, size_t len);
uint8_t reader_u8(struct reader *);
uint16_t reader_u16(struct reader *); /* big-endian */
void reader_bytes(struct reader *, void *dst, size_t n);

/*
 * The bytes up to, not including, the next NUL, which is consumed; *len is
 * their number.  More than max bytes before it: ERR_RANGE.
 */
const char *reader_cstr(struct reader *, size_t max, size_t *len);
size_t reader_used(const struct reader *);

#endif
