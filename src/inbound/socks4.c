/* socks4.c - SOCKS version 4 and 4a clients. */
#include "codec/socks4.h"

#include "ops.h"

static bool
speaks(unsigned char first)
{
	return first == SOCKS4_VERSION;
}

static enum inbound_status
broken(struct inbound *ib, enum err e)
{
	if (e == ERR_SHORT)
		return INBOUND_MORE;
	return inbound_fail(ib,
	    e == ERR_RANGE ? OUTCOME_BAD_ADDRESS : OUTCOME_BAD_REQUEST);
}

/* The user id is a claim without a password: nobody is let in for it. */
static enum inbound_status
step(struct inbound *ib, struct buf *in, struct buf *out)
{
	struct socks4_request req;
	size_t used;
	enum err e;

	(void)out;
	e = socks4_read_request(buf_head(in), buf_len(in), &used, &req);
	if (e != OK)
		return broken(ib, e);
	buf_consume(in, used);
	if (ib->spec->auth)
		return inbound_fail(ib, OUTCOME_AUTH_NEEDED);
	if (req.user[0] != '\0')
		inbound_claim(ib, req.user, "");
	if (req.command != SOCKS4_CONNECT)
		return inbound_fail(ib, OUTCOME_BAD_COMMAND);
	if (req.dst.port == 0)
		return inbound_fail(ib, OUTCOME_BAD_ADDRESS);
	return inbound_ready(ib, REQUEST_TUNNEL, &req.dst);
}

static void
reply(struct inbound *ib, enum outcome o, struct buf *out)
{
	(void)ib;
	inbound_wrote(socks4_write_reply(out,
	    o == OUTCOME_OK ? SOCKS4_GRANTED : SOCKS4_REJECTED));
}

const struct inbound_ops inbound_socks4 = {
	.name = "socks4",
	.protocol = LISTEN_SOCKS4,
	.tunnel = PROTOCOL_SOCKS4,
	.speaks = speaks,
	.step = step,
	.reply = reply,
};
