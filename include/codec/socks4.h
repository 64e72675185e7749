/*
 * socks4.h - SOCKS version 4 and 4a messages as bytes.
 *
 * Pure functions, with the promises of codec/socks5.h.  SOCKS4 carries IPv4
 * addresses, 4a also names; there is no password, and the user id is a claim
 * nobody checks.
 */
#ifndef CODEC_SOCKS4_H
#define CODEC_SOCKS4_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/endpoint.h"
#include "base/err.h"

#define SOCKS4_VERSION  4
#define SOCKS4_USER_MAX 255

enum socks4_command { SOCKS4_CONNECT = 1, SOCKS4_BIND = 2 };

enum socks4_answer { SOCKS4_GRANTED = 0x5a, SOCKS4_REJECTED = 0x5b };

struct socks4_request {
	uint8_t command; /* as it came */
	struct endpoint dst;
	char user[SOCKS4_USER_MAX + 1];
};

/*
 * ERR_PROTO: a wrong version, or a user id over SOCKS4_USER_MAX bytes.
 * ERR_RANGE: a name (4a) that is none.
 */
enum err socks4_read_request(const void *in, size_t len, size_t *used,
    struct socks4_request *);
enum err socks4_write_reply(struct buf *out, enum socks4_answer);

/*
 * A name is written as 4a.  ERR_UNSUPPORTED for IPv6, and for 0.0.0.1 to
 * 0.0.0.255, which 4a would take for the mark of a name; ERR_RANGE for a user
 * id over SOCKS4_USER_MAX bytes.
 */
enum err socks4_write_request(struct buf *out, enum socks4_command,
    const struct endpoint *dst, const char *user);
/* *answer as it came: SOCKS4_GRANTED is success. */
enum err socks4_read_reply(const void *in, size_t len, size_t *used,
    uint8_t *answer);

#endif
