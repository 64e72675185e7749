/*
 * inbound.h - what a client speaks, until it has said where it wants to go.
 *
 * A pure acceptor: the session feeds what arrived in `in`, sends what is left
 * in `out`, and calls again while it answers INBOUND_MORE.  The protocol is
 * told by the first byte.  Bytes behind the request stay in `in`: they are the
 * client's first bytes to the target.
 *
 *   struct inbound ib;
 *   inbound_init(&ib, spec);
 *   inbound_step(&ib, &in, &out)  -> MORE | AUTH | READY | FAILED
 *   inbound_reply(&ib, outcome, &out)   once, after READY or FAILED
 *
 * AUTH: the client gave user and pass; verify them, call inbound_login() with
 * the answer, then step again.  `out` must always be sent, also after FAILED.
 * `out` needs room for INBOUND_OUT_MAX bytes at each call.
 *
 * HTTP: for CONNECT the head is consumed and the request is a tunnel.  For any
 * other method READY leaves the whole head in `in` (it is complete there, and
 * well-formed), with request.kind REQUEST_HTTP; http/exchange.h takes it from
 * there.  For the next request on the same connection call inbound_again() and
 * step as before; a login is remembered only by what each request carries.
 */
#ifndef INBOUND_INBOUND_H
#define INBOUND_INBOUND_H

#include "base/buf.h"
#include "inbound/listen.h"
#include "request/outcome.h"
#include "request/request.h"

#define INBOUND_OUT_MAX 1024
#define INBOUND_IN_MAX  65536 /* a buffer this large never fills with MORE */

enum inbound_status {
	INBOUND_MORE,
	INBOUND_AUTH,
	INBOUND_READY,
	INBOUND_FAILED, /* why in ib->why; reply, then close */
};

struct inbound_ops;

struct inbound {
	const struct inbound_ops *ops; /* NULL until the first byte */
	const struct listen_spec *spec;
	struct request request; /* user set by inbound_login(); client,
				listener and private_ok are not set */
	enum outcome why;
	unsigned char state; /* the protocol's own, */
	size_t seen;         /* as is this */
	bool logged_in;
	bool close;         /* HTTP: this reply ends the connection */
	struct blame blame; /* set by the session, for the reply */
	char user[USER_MAX + 1], pass[USER_MAX + 1]; /* with AUTH */
};

void inbound_init(struct inbound *, const struct listen_spec *);
enum inbound_status inbound_step(struct inbound *, struct buf *in,
    struct buf *out);
void inbound_login(struct inbound *, bool good);
void inbound_reply(struct inbound *, enum outcome, struct buf *out);
void inbound_again(struct inbound *);
const char *inbound_name(const struct inbound *); /* "socks5"; "" unknown */

#endif
