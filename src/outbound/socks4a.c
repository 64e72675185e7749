/*
 * socks4a.c - a SOCKS4a proxy as a hop.
 *
 * Names go as 4a, IPv4 addresses as version 4 has them.  What neither can
 * carry (IPv6, and 0.0.0.x, the mark of a name) goes as text in the place of
 * the name: a proxy that resolves names reads addresses as well.
 */
#include "codec/socks4.h"
#include "outbound/hop.h"

#include "plain.h"

enum step { REQUEST, REPLY, CONNECTED };

/* Behind SOCKS4_GRANTED and SOCKS4_REJECTED: the user id was not believed. */
enum { NO_IDENTD = 0x5c, OTHER_USER = 0x5d };

static enum hop_status
say_request(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	struct endpoint text = { .type = HOST_NAME, .port = h->to->port };
	enum err e = socks4_write_request(out, SOCKS4_CONNECT, h->to,
	    h->spec->user);

	(void)in;
	if (e == ERR_UNSUPPORTED) {
		endpoint_host_str(h->to, text.host.name);
		e = socks4_write_request(out, SOCKS4_CONNECT, &text,
		    h->spec->user);
	}
	if (e == OK)
		h->step = REPLY;
	return plain_status(e, why);
}

static enum outcome
meaning(uint8_t answer)
{
	switch (answer) {
	case SOCKS4_REJECTED: /* "or failed": it has no word for why */
		return OUTCOME_REFUSED;
	case NO_IDENTD:
	case OTHER_USER:
		return OUTCOME_HOP_AUTH;
	default:
		return OUTCOME_HOP_FAILED;
	}
}

static enum hop_status
hear_reply(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	uint8_t answer;
	size_t used;
	enum err e = socks4_read_reply(buf_head(in), buf_len(in), &used,
	    &answer);

	(void)out;
	if (e != OK)
		return plain_status(e, why);
	buf_consume(in, used);
	if (answer != SOCKS4_GRANTED)
		return plain_fail(why, meaning(answer));
	h->step = CONNECTED;
	return HOP_READY;
}

static const struct plain_step talk[] = {
	[REQUEST] = { say_request },
	[REPLY] = { hear_reply },
};

static enum hop_status
flight(struct hop *h, const struct endpoint *to, struct buf *out,
    enum outcome *why)
{
	return plain_flight(h, talk, to, out, why);
}

static enum hop_status
ask(struct hop *h, const struct endpoint *to, struct buf *in, struct buf *out,
    enum outcome *why)
{
	h->to = to;
	return plain_run(h, talk, CONNECTED, in, out, why);
}

const struct hop_ops hop_socks4a = {
	.scheme = "socks4a",
	.takes_pass = false,
	.open = plain_open,
	.prepare = plain_nothing,
	.connect = ask,
	.flight = flight,
	.close = plain_close,
};
