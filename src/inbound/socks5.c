/* socks5.c - SOCKS version 5 clients (RFC 1928, RFC 1929). */
#include <string.h>

#include "codec/socks5.h"

#include "ops.h"

enum state {
	OFFER,   /* its methods */
	LOGIN,   /* user and password */
	ASKED,   /* the session verifies them */
	REQUEST, /* where to; from here on a reply is understood */
};

static bool
speaks(unsigned char first)
{
	return first == SOCKS5_VERSION;
}

/* The codec's error for a message that can not become valid. */
static enum inbound_status
broken(struct inbound *ib, enum err e)
{
	switch (e) {
	case ERR_SHORT:
		return INBOUND_MORE;
	case ERR_UNSUPPORTED: /* address type */
	case ERR_RANGE:       /* name */
		return inbound_fail(ib, OUTCOME_BAD_ADDRESS);
	default:
		return inbound_fail(ib, OUTCOME_BAD_REQUEST);
	}
}

/*
 * A client that offers to log in has a login: it is taken where it is not
 * needed, too, as it says what to keep apart (and some offer nothing else).
 */
static enum inbound_status
take_offer(struct inbound *ib, struct buf *in, struct buf *out)
{
	enum socks5_method method = SOCKS5_NO_METHOD;
	struct socks5_offer offer;
	size_t used;
	enum err e;

	e = socks5_read_offer(buf_head(in), buf_len(in), &used, &offer);
	if (e != OK)
		return broken(ib, e);
	buf_consume(in, used);
	if (socks5_offers(&offer, SOCKS5_LOGIN))
		method = SOCKS5_LOGIN;
	else if (!ib->spec->auth && socks5_offers(&offer, SOCKS5_NO_LOGIN))
		method = SOCKS5_NO_LOGIN;
	inbound_wrote(socks5_write_method(out, method));
	if (method == SOCKS5_NO_METHOD)
		return inbound_fail(ib,
		    ib->spec->auth ? OUTCOME_AUTH_NEEDED : OUTCOME_BAD_REQUEST);
	ib->state = method == SOCKS5_LOGIN ? LOGIN : REQUEST;
	return INBOUND_MORE;
}

static enum inbound_status
take_login(struct inbound *ib, struct buf *in, struct buf *out)
{
	struct socks5_login login;
	size_t used;
	enum err e;

	e = socks5_read_login(buf_head(in), buf_len(in), &used, &login);
	if (e != OK)
		return broken(ib, e);
	buf_consume(in, used);
	if (ib->spec->auth) {
		memcpy(ib->user, login.user, sizeof(ib->user));
		memcpy(ib->pass, login.pass, sizeof(ib->pass));
		ib->state = ASKED;
	} else {
		inbound_claim(ib, login.user, login.pass);
		inbound_wrote(socks5_write_login_status(out, true));
		ib->state = REQUEST;
	}
	explicit_bzero(&login, sizeof(login));
	return ib->spec->auth ? INBOUND_AUTH : INBOUND_MORE;
}

static enum inbound_status
tell_login(struct inbound *ib, struct buf *out)
{
	inbound_wrote(socks5_write_login_status(out, ib->logged_in));
	if (!ib->logged_in)
		return inbound_fail(ib, OUTCOME_AUTH_FAILED);
	ib->state = REQUEST;
	return INBOUND_MORE;
}

static enum inbound_status
take_request(struct inbound *ib, struct buf *in)
{
	struct socks5_request req;
	size_t used;
	enum err e;

	e = socks5_read_request(buf_head(in), buf_len(in), &used, &req);
	if (e != OK)
		return broken(ib, e);
	buf_consume(in, used);
	if (req.command != SOCKS5_CONNECT)
		return inbound_fail(ib, OUTCOME_BAD_COMMAND);
	if (req.dst.port == 0)
		return inbound_fail(ib, OUTCOME_BAD_ADDRESS);
	return inbound_ready(ib, REQUEST_TUNNEL, &req.dst);
}

static enum inbound_status
step(struct inbound *ib, struct buf *in, struct buf *out)
{
	enum inbound_status st = INBOUND_MORE;
	unsigned char before;

	do {
		before = ib->state;
		switch ((enum state)ib->state) {
		case OFFER:
			st = take_offer(ib, in, out);
			break;
		case LOGIN:
			st = take_login(ib, in, out);
			break;
		case ASKED:
			st = tell_login(ib, out);
			break;
		case REQUEST:
			st = take_request(ib, in);
			break;
		}
	} while (st == INBOUND_MORE && ib->state != before);
	return st;
}

static enum socks5_answer
answer(enum outcome o)
{
	switch (o) {
	case OUTCOME_OK:
		return SOCKS5_SUCCEEDED;
	case OUTCOME_DENIED:
		return SOCKS5_DENIED;
	case OUTCOME_NET_UNREACHABLE:
		return SOCKS5_NET_UNREACHABLE;
	case OUTCOME_HOST_UNREACHABLE:
	case OUTCOME_NO_NAME:
	case OUTCOME_NAME_FAILED:
		return SOCKS5_HOST_UNREACHABLE;
	case OUTCOME_REFUSED:
		return SOCKS5_REFUSED;
	case OUTCOME_TIMEOUT:
		return SOCKS5_TTL_EXPIRED;
	case OUTCOME_BAD_COMMAND:
		return SOCKS5_BAD_COMMAND;
	case OUTCOME_BAD_ADDRESS:
		return SOCKS5_BAD_ADDRESS;
	default:
		return SOCKS5_FAILURE;
	}
}

/* Before the request a client would read a reply as something else. */
static void
reply(struct inbound *ib, enum outcome o, struct buf *out)
{
	if (ib->state == REQUEST)
		inbound_wrote(socks5_write_reply(out, answer(o), NULL));
}

const struct inbound_ops inbound_socks5 = {
	.name = "socks5",
	.protocol = LISTEN_SOCKS5,
	.tunnel = PROTOCOL_SOCKS5,
	.speaks = speaks,
	.step = step,
	.reply = reply,
};
