/*
 * socks5.h - SOCKS version 5 messages (RFC 1928, RFC 1929) as bytes.
 *
 * Pure functions: no sockets, no allocation, no clock, no logging.
 * Every socks5_read_*() returns OK and sets *used, or ERR_SHORT to ask for more
 * bytes, or another error when no further input can make the message valid:
 * ERR_PROTO for a wrong version or a forbidden byte, ERR_UNSUPPORTED for an
 * unknown address type, ERR_RANGE for a name that is none.  On any return but
 * OK the output arguments are untouched.  Every socks5_write_*() appends a
 * whole message or, with ERR_SPACE, nothing.
 */
#ifndef CODEC_SOCKS5_H
#define CODEC_SOCKS5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/endpoint.h"
#include "base/err.h"

#define SOCKS5_VERSION     5
#define SOCKS5_LOGIN_MAX   255 /* bytes of a user or a password */
#define SOCKS5_METHODS_MAX 255

enum socks5_method {
	SOCKS5_NO_LOGIN = 0x00,
	SOCKS5_LOGIN = 0x02, /* RFC 1929: user and password */
	SOCKS5_NO_METHOD = 0xff,
};

enum socks5_command {
	SOCKS5_CONNECT = 1,
	SOCKS5_BIND = 2,
	SOCKS5_UDP_ASSOCIATE = 3,
};

enum socks5_answer {
	SOCKS5_SUCCEEDED,
	SOCKS5_FAILURE,
	SOCKS5_DENIED,
	SOCKS5_NET_UNREACHABLE,
	SOCKS5_HOST_UNREACHABLE,
	SOCKS5_REFUSED,
	SOCKS5_TTL_EXPIRED,
	SOCKS5_BAD_COMMAND,
	SOCKS5_BAD_ADDRESS,
};

struct socks5_offer {
	uint8_t n;
	uint8_t method[SOCKS5_METHODS_MAX];
};

struct socks5_login {
	char user[SOCKS5_LOGIN_MAX + 1], pass[SOCKS5_LOGIN_MAX + 1];
};

struct socks5_request {
	uint8_t command; /* as it came, SOCKS5_CONNECT or anything else */
	struct endpoint dst;
};

struct socks5_reply {
	uint8_t answer; /* as it came; 0 is success */
	/* For information only, nothing is ever resolved or opened because of
	 * it.  A name nobody could use is read as 0.0.0.0. */
	struct endpoint bound;
};

/* -- what a server reads and writes -- */

enum err socks5_read_offer(const void *in, size_t len, size_t *used,
    struct socks5_offer *);
bool socks5_offers(const struct socks5_offer *, enum socks5_method);
enum err socks5_write_method(struct buf *out, enum socks5_method);
/* A NUL within user or password is ERR_PROTO; both may be empty. */
enum err socks5_read_login(const void *in, size_t len, size_t *used,
    struct socks5_login *);
enum err socks5_write_login_status(struct buf *out, bool good);
enum err socks5_read_request(const void *in, size_t len, size_t *used,
    struct socks5_request *);
/* bound NULL: 0.0.0.0:0 */
enum err socks5_write_reply(struct buf *out, enum socks5_answer,
    const struct endpoint *bound);

/* -- what a client writes and reads -- */

/* login: offer user and password as well. */
enum err socks5_write_offer(struct buf *out, bool login);
enum err socks5_write_only(struct buf *out, enum socks5_method); /* this one */
enum err socks5_read_method(const void *in, size_t len, size_t *used,
    uint8_t *method);
/* ERR_RANGE when one is longer than SOCKS5_LOGIN_MAX. */
enum err socks5_write_login(struct buf *out, const char *user,
    const char *pass);
enum err socks5_read_login_status(const void *in, size_t len, size_t *used,
    bool *good);
enum err socks5_write_request(struct buf *out, enum socks5_command,
    const struct endpoint *dst);
enum err socks5_read_reply(const void *in, size_t len, size_t *used,
    struct socks5_reply *);

#endif
