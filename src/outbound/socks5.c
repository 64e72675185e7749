/* socks5.c - a SOCKS5 proxy as a hop (RFC 1928, RFC 1929). */
#include <string.h>

#include "codec/socks5.h"
#include "outbound/hop.h"

#include "plain.h"

enum step { OFFER, METHOD, LOGIN, STATUS, PREPARED, REPLY, CONNECTED };

#define LOGIN_MSG (3 + 2 * SOCKS5_LOGIN_MAX)

static enum hop_status
say_offer(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	enum err e = socks5_write_offer(out, h->spec->login);

	(void)in;
	if (e == OK)
		h->step = METHOD;
	return plain_status(e, why);
}

/*
 * The login is on its way.  A hop that wants none, or does not take the offer
 * of one alone, may well take both: this says nothing about the login.
 */
static enum hop_status
flown(struct hop *h, uint8_t method, enum outcome *why)
{
	if (method != SOCKS5_LOGIN)
		return plain_fail(why, OUTCOME_HOP_FAILED);
	h->step = STATUS;
	return HOP_READY;
}

/*
 * To an offer and a login in one segment tor (0.4.9) answers with the status
 * of the login alone: it begins with the 1 of RFC 1929, a method with 5.
 */
static bool
is_status(const struct hop *h, const struct buf *in)
{
	return h->ahead && h->spec->login && buf_len(in) > 0 &&
	    *buf_head(in) == 1;
}

static enum hop_status
hear_method(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	uint8_t method;
	size_t used;
	enum err e;

	(void)out;
	if (is_status(h, in)) {
		h->step = STATUS;
		return HOP_READY;
	}
	e = socks5_read_method(buf_head(in), buf_len(in), &used, &method);
	if (e != OK)
		return plain_status(e, why);
	buf_consume(in, used);
	if (h->ahead && h->spec->login) /* nothing else was offered */
		return flown(h, method, why);
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
	enum err e = OK;

	(void)in;
	if (!h->asked)
		e = socks5_write_request(out, SOCKS5_CONNECT, h->to);
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

/* The offer of the one method that is meant, and the login right behind it. */
static enum err
say_ahead(struct hop *h, struct buf *out)
{
	const struct hop_spec *spec = h->spec;
	uint8_t mem[3 + LOGIN_MSG];
	struct buf msg = buf_on(mem, sizeof(mem));
	enum err e = socks5_write_only(&msg,
	    spec->login ? SOCKS5_LOGIN : SOCKS5_NO_LOGIN);

	if (e == OK && spec->login)
		e = socks5_write_login(&msg, spec->user, spec->pass);
	if (e == OK)
		e = buf_append(out, buf_head(&msg), buf_len(&msg));
	explicit_bzero(mem, sizeof(mem));
	return e;
}

static enum hop_status
flight(struct hop *h, const struct endpoint *to, struct buf *out,
    enum outcome *why)
{
	enum err e = OK;

	if (!h->ahead && h->step == OFFER) {
		e = say_ahead(h, out);
		h->ahead = e == OK;
		h->step = h->ahead ? METHOD : OFFER;
	}
	if (e == OK && to != NULL && !h->asked && h->step <= PREPARED) {
		h->to = to;
		e = socks5_write_request(out, SOCKS5_CONNECT, to);
		h->asked = e == OK;
	}
	return plain_status(e, why);
}

const struct hop_ops hop_socks5 = {
	.scheme = "socks5",
	.takes_pass = true,
	.open = plain_open,
	.prepare = prepare,
	.connect = ask,
	.flight = flight,
	.close = plain_close,
};
