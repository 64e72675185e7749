/*
 * put.h - appending to an exchange's output, which has room: whoever steps an
 * exchange owes it HTTP_OUT_MAX bytes, and no step writes more.
 */
#ifndef HTTP_PUT_H
#define HTTP_PUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "codec/http1.h"

void put(struct buf *, const char *, size_t n);
void put_text(struct buf *, const char *);
void put_str(struct buf *, struct http1_str);
void put_number(struct buf *, uint64_t); /* decimal */
void put_field_number(struct buf *, const char *name, uint64_t);
void put_chunk_line(struct buf *, uint64_t size);

#endif
