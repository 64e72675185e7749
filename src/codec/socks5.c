#include <string.h>

#include "base/reader.h"
#include "codec/socks5.h"

enum { ATYP_IPV4 = 1, ATYP_NAME = 3, ATYP_IPV6 = 4 };

#define LOGIN_VERSION 1 /* RFC 1929 section 2 */
#define MESSAGE_MAX   (4 + 1 + HOST_MAX + 2)

/* -- the shape requests and replies share (RFC 1928 sections 4 to 6) ------- */

static enum err
read_name(struct reader *r, struct endpoint *ep)
{
	char name[HOST_MAX];
	uint8_t len = reader_u8(r);
	uint16_t port;

	reader_bytes(r, name, len);
	port = reader_u16(r);
	if (r->err != OK)
		return r->err;
	/* What the resolver would read differently than the rules is refused,
	 * not repaired: NUL, an empty name, "127.1". */
	return endpoint_from_host(ep, name, len, port) == OK ? OK : ERR_RANGE;
}

static enum err
read_endpoint(struct reader *r, struct endpoint *ep)
{
	uint8_t b[16], type = reader_u8(r);
	struct ip ip;

	if (r->err != OK)
		return r->err;
	switch (type) {
	case ATYP_IPV4:
		reader_bytes(r, b, 4);
		ip = ip_v4(b);
		break;
	case ATYP_IPV6:
		reader_bytes(r, b, 16);
		ip = ip_v6(b);
		break;
	case ATYP_NAME:
		return read_name(r, ep);
	default:
		return ERR_UNSUPPORTED;
	}
	*ep = endpoint_from_ip(&ip, reader_u16(r));
	return r->err;
}

static enum err
write_endpoint(struct buf *out, uint8_t code, const struct endpoint *ep)
{
	uint8_t msg[MESSAGE_MAX] = { SOCKS5_VERSION, code, 0 };
	size_t n = 4, len = 16;

	switch (ep->type) {
	case HOST_IPV4:
		msg[3] = ATYP_IPV4;
		len = 4;
		break;
	case HOST_IPV6:
		msg[3] = ATYP_IPV6;
		break;
	case HOST_NAME:
		msg[3] = ATYP_NAME;
		len = strnlen(ep->host.name, HOST_MAX);
		msg[n++] = (uint8_t)len;
		break;
	}
	memcpy(msg + n, &ep->host, len);
	n += len;
	msg[n++] = (uint8_t)(ep->port >> 8);
	msg[n++] = (uint8_t)ep->port;
	return buf_append(out, msg, n);
}

/* Two bytes: a version and a value. */
static enum err
read_pair(const void *in, size_t len, uint8_t version, uint8_t *value)
{
	struct reader r = reader_of(in, len);
	uint8_t ver = reader_u8(&r);
	uint8_t v;

	if (r.err == OK && ver != version)
		return ERR_PROTO;
	v = reader_u8(&r);
	if (r.err != OK)
		return r.err;
	*value = v;
	return OK;
}

/* -- server --------------------------------------------------------------- */

enum err
socks5_read_offer(const void *in, size_t len, size_t *used,
    struct socks5_offer *offer)
{
	struct reader r = reader_of(in, len);
	struct socks5_offer got = { 0 };
	uint8_t ver = reader_u8(&r);

	if (r.err == OK && ver != SOCKS5_VERSION)
		return ERR_PROTO;
	got.n = reader_u8(&r);
	reader_bytes(&r, got.method, got.n);
	if (r.err != OK)
		return r.err;
	*used = reader_used(&r);
	*offer = got;
	return OK;
}

bool
socks5_offers(const struct socks5_offer *offer, enum socks5_method m)
{
	return memchr(offer->method, (int)m, offer->n) != NULL;
}

enum err
socks5_write_method(struct buf *out, enum socks5_method m)
{
	const uint8_t msg[] = { SOCKS5_VERSION, (uint8_t)m };

	return buf_append(out, msg, sizeof(msg));
}

enum err
socks5_read_login(const void *in, size_t len, size_t *used,
    struct socks5_login *login)
{
	struct reader r = reader_of(in, len);
	struct socks5_login got = { 0 };
	uint8_t ver = reader_u8(&r);
	uint8_t nuser, npass;

	if (r.err == OK && ver != LOGIN_VERSION)
		return ERR_PROTO;
	nuser = reader_u8(&r);
	reader_bytes(&r, got.user, nuser);
	npass = reader_u8(&r);
	reader_bytes(&r, got.pass, npass);
	if (r.err == OK &&
	    (strlen(got.user) != nuser || strlen(got.pass) != npass))
		r.err = ERR_PROTO;
	if (r.err == OK) {
		*used = reader_used(&r);
		*login = got;
	}
	explicit_bzero(&got, sizeof(got));
	return r.err;
}

enum err
socks5_write_login_status(struct buf *out, bool good)
{
	const uint8_t msg[] = { LOGIN_VERSION, good ? 0 : 1 };

	return buf_append(out, msg, sizeof(msg));
}

/* The version, a byte, one reserved (zero says RFC 1928, but clients vary). */
static enum err
read_message(const void *in, size_t len, size_t *used, uint8_t *code,
    struct endpoint *ep)
{
	struct reader r = reader_of(in, len);
	uint8_t ver = reader_u8(&r);
	uint8_t got;
	enum err e;

	if (r.err == OK && ver != SOCKS5_VERSION)
		return ERR_PROTO;
	got = reader_u8(&r);
	(void)reader_u8(&r);
	e = read_endpoint(&r, ep);
	if (r.err != OK)
		return r.err;
	*code = got;
	*used = reader_used(&r);
	return e;
}

enum err
socks5_read_request(const void *in, size_t len, size_t *used,
    struct socks5_request *req)
{
	struct socks5_request got;
	size_t n;
	enum err e = read_message(in, len, &n, &got.command, &got.dst);

	if (e != OK)
		return e;
	*used = n;
	*req = got;
	return OK;
}

enum err
socks5_write_reply(struct buf *out, enum socks5_answer answer,
    const struct endpoint *bound)
{
	static const struct endpoint none = { .type = HOST_IPV4 };

	return write_endpoint(out, (uint8_t)answer,
	    bound != NULL ? bound : &none);
}

/* -- client --------------------------------------------------------------- */

enum err
socks5_write_offer(struct buf *out, bool login)
{
	const uint8_t msg[] = { SOCKS5_VERSION, login ? 2 : 1, SOCKS5_NO_LOGIN,
		SOCKS5_LOGIN };

	return buf_append(out, msg, login ? 4 : 3);
}

enum err
socks5_write_only(struct buf *out, enum socks5_method m)
{
	const uint8_t msg[] = { SOCKS5_VERSION, 1, (uint8_t)m };

	return buf_append(out, msg, sizeof(msg));
}

enum err
socks5_read_method(const void *in, size_t len, size_t *used, uint8_t *method)
{
	enum err e = read_pair(in, len, SOCKS5_VERSION, method);

	if (e == OK)
		*used = 2;
	return e;
}

enum err
socks5_write_login(struct buf *out, const char *user, const char *pass)
{
	uint8_t msg[3 + 2 * SOCKS5_LOGIN_MAX] = { LOGIN_VERSION };
	size_t nuser = strlen(user), npass = strlen(pass), n = 1;
	enum err e;

	if (nuser > SOCKS5_LOGIN_MAX || npass > SOCKS5_LOGIN_MAX)
		return ERR_RANGE;
	msg[n++] = (uint8_t)nuser;
	memcpy(msg + n, user, nuser);
	n += nuser;
	msg[n++] = (uint8_t)npass;
	memcpy(msg + n, pass, npass);
	n += npass;
	e = buf_append(out, msg, n);
	explicit_bzero(msg, sizeof(msg));
	return e;
}

enum err
socks5_read_login_status(const void *in, size_t len, size_t *used, bool *good)
{
	uint8_t status;
	enum err e = read_pair(in, len, LOGIN_VERSION, &status);

	if (e != OK)
		return e;
	*used = 2;
	*good = status == 0;
	return OK;
}

enum err
socks5_write_request(struct buf *out, enum socks5_command command,
    const struct endpoint *dst)
{
	return write_endpoint(out, (uint8_t)command, dst);
}

enum err
socks5_read_reply(const void *in, size_t len, size_t *used,
    struct socks5_reply *reply)
{
	struct socks5_reply got = { .bound.type = HOST_IPV4 };
	size_t n;
	enum err e = read_message(in, len, &n, &got.answer, &got.bound);

	if (e != OK && e != ERR_RANGE)
		return e;
	*used = n;
	*reply = got;
	return OK;
}
