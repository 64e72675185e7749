/* socks5.c - a SOCKS5 proxy as a hop (RFC 1928, RFC 1929). */
#include "codec/socks5.h"
#include "outbound/hop.h"

#include "plain.h"

enum step { OFFER, METHOD, LOGIN, STATUS, PREPARED, REPLY, CONNECTED };

static enum hop_status
say_offer(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	enum err e = socks5_write_offer(out, h->spec->login);

	(void)in;
	if (e == OK)
		h->step = METHOD;
	return plain_status(e, why);
}

static enum hop_status
hear_method(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	uint8_t method;
	size_t used;
	enum err e = socks5_read_method(buf_head(in), buf_len(in), &used,
	    &method);

	(void)out;
	if (e != OK)
		return plain_status(e, why);
	buf_consume(in, used);
	if (method == SOCKS5_NO_METHOD)
		return plain_fail(why, OUTCOME_HOP_AUTH);
	if (method == SOCKS5_NO_LOGIN)
		h->step = PREPARED;
	else if (method == SOCKS5_LOGIN && h->spec->login)
		h->step = LOGIN;
	else /* never offered */
		return plain_fail(why, OUTCOME_HOP_FAILED);
	return HOP_READY;
}

static enum hop_status
say_login(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	enum err e = socks5_write_login(out, h->spec->user, h->spec->pass);

	(void)in;
	if (e == OK)
		h->step = STATUS;
	return plain_status(e, why);
}

static enum hop_status
hear_status(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	size_t used;
	bool good;
	enum err e = socks5_read_login_status(buf_head(in), buf_len(in), &used,
	    &good);

	(void)out;
	if (e != OK)
		return plain_status(e, why);
	buf_consume(in, used);
	if (!good)
		return plain_fail(why, OUTCOME_HOP_AUTH);
	h->step = PREPARED;
	return HOP_READY;
}

static enum hop_status
say_request(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	enum err e = socks5_write_request(out, SOCKS5_CONNECT, h->to);

	(void)in;
	if (e == OK)
		h->step = REPLY;
	return plain_status(e, why);
}

static enum outcome
meaning(uint8_t answer)
{
	switch (answer) {
	case SOCKS5_DENIED:
		return OUTCOME_DENIED;
	case SOCKS5_NET_UNREACHABLE:
		return OUTCOME_NET_UNREACHABLE;
	case SOCKS5_HOST_UNREACHABLE:
	case SOCKS5_FAILURE: /* microsocks and tor say so of unknown names */
		return OUTCOME_HOST_UNREACHABLE;
	case SOCKS5_REFUSED:
		return OUTCOME_REFUSED;
	case SOCKS5_TTL_EXPIRED:
		return OUTCOME_TIMEOUT;
	default: /* its own trouble, or nothing RFC 1928 knows */
		return OUTCOME_HOP_FAILED;
	}
}

/* Where the hop is bound is of no use to anyone: any address will do. */
static enum hop_status
hear_reply(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	struct socks5_reply reply;
	size_t used;
	enum err e = socks5_read_reply(buf_head(in), buf_len(in), &used,
	    &reply);

	(void)out;
	if (e != OK)
		return plain_status(e, why);
	buf_consume(in, used);
	if (reply.answer != SOCKS5_SUCCEEDED)
		return plain_fail(why, meaning(reply.answer));
	h->step = CONNECTED;
	return HOP_READY;
}

static const struct plain_step talk[] = {
	[OFFER] = { say_offer },
	[METHOD] = { hear_method },
	[LOGIN] = { say_login },
	[STATUS] = { hear_status },
	[PREPARED] = { say_request },
	[REPLY] = { hear_reply },
};

static enum hop_status
prepare(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	return plain_run(h, talk, PREPARED, in, out, why);
}

static enum hop_status
ask(struct hop *h, const struct endpoint *to, struct buf *in, struct buf *out,
    enum outcome *why)
{
	h->to = to;
	return plain_run(h, talk, CONNECTED, in, out, why);
}

const struct hop_ops hop_socks5 = {
	.scheme = "socks5",
	.takes_pass = true,
	.open = plain_open,
	.prepare = prepare,
	.connect = ask,
	.close = plain_close,
};
