/* ops.h - what one protocol implements; inbound.c has the table of them. */
#ifndef INBOUND_OPS_H
#define INBOUND_OPS_H

#include "inbound/inbound.h"

struct inbound_ops {
	const char *name;
	unsigned protocol;                   /* its LISTEN_* bit */
	bool (*speaks)(unsigned char first); /* can a client start like this? */
	enum inbound_status (*step)(struct inbound *, struct buf *in,
	    struct buf *out); /* `in` may be empty */
	void (*reply)(struct inbound *, enum outcome, struct buf *out);
};

extern const struct inbound_ops inbound_socks5, inbound_socks4, inbound_http;

enum inbound_status inbound_fail(struct inbound *, enum outcome why);
enum inbound_status inbound_ready(struct inbound *, enum request_kind,
    const struct endpoint *target);
/* Around every write to `out`: it had room, or the caller broke the contract. */
void inbound_wrote(enum err);

#endif
