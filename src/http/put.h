/*
 * put.h - appending to an exchange's output, which has room: whoever steps an
 * exchange owes it HTTP_OUT_MAX bytes, and no step writes more.
 */
#ifndef HTTP_PUT_H
#define HTTP_PUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/endpoint.h"
#include "codec/http1.h"

void put(struct buf *, const char *, size_t n);
void put_text(struct buf *, const char *);
void put_str(struct buf *, struct http1_str);
void put_field(struct buf *, struct http1_str name, struct http1_str value);
void put_number(struct buf *, uint64_t); /* decimal */
void put_field_number(struct buf *, const char *name, uint64_t);
/* host, or host:port when the port is not the scheme's (RFC 9110, 7.2) */
void put_authority(struct buf *, const struct endpoint *);
void put_chunk_line(struct buf *, uint64_t size);

#endif
