/* ops.h - what one protocol implements; inbound.c has the table of them. */
#ifndef INBOUND_OPS_H
#define INBOUND_OPS_H

#include "inbound/inbound.h"

struct inbound_ops {
	const char *name;
	unsigned protocol;                   /* its LISTEN_* bit */
	enum request_protocol tunnel;        /* what a tunnel by it is */
	bool (*speaks)(unsigned char first); /* can a client start like this? */
	enum inbound_status (*step)(struct inbound *, struct buf *in,
	    struct buf *out); /* `in` may be empty */
	void (*reply)(struct inbound *, enum outcome, struct buf *out);
};

extern const struct inbound_ops inbound_socks5, inbound_socks4, inbound_http;

enum inbound_status inbound_fail(struct inbound *, enum outcome why);
enum inbound_status inbound_ready(struct inbound *, enum request_kind,
    const struct endpoint *target);
/*
 * A login nobody asked for: it says nothing about who it is, but tells apart
 * what a client wants to have apart, as tor's users do.
 */
void inbound_claim(struct inbound *, const char *user, const char *pass);
/* Around every write to `out`: it had room, or the caller broke the contract. */
void inbound_wrote(enum err);

#endif
