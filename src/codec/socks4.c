#include <string.h>

#include "base/reader.h"
#include "codec/socks4.h"

#define REPLY_VERSION 0 /* a reply carries 0 where a request carries 4 */
#define REPLY_LEN     8

/* 0.0.0.x, x not 0: a name follows the user id (SOCKS4a). */
static bool
marks_name(const uint8_t ip[4])
{
	return ip[0] == 0 && ip[1] == 0 && ip[2] == 0 && ip[3] != 0;
}

static enum err
read_dst(struct reader *r, const uint8_t b[4], uint16_t port,
    struct endpoint *dst)
{
	struct ip ip = ip_v4(b);
	const char *name;
	size_t n;

	if (!marks_name(b)) {
		*dst = endpoint_from_ip(&ip, port);
		return OK;
	}
	name = reader_cstr(r, HOST_MAX, &n);
	if (r->err != OK)
		return r->err;
	return endpoint_from_host(dst, name, n, port) == OK ? OK : ERR_RANGE;
}

enum err
socks4_read_request(const void *in, size_t len, size_t *used,
    struct socks4_request *req)
{
	struct reader r = reader_of(in, len);
	struct socks4_request got = { 0 };
	uint8_t ver = reader_u8(&r), ip[4];
	const char *user;
	uint16_t port;
	size_t n;
	enum err e;

	if (r.err == OK && ver != SOCKS4_VERSION)
		return ERR_PROTO;
	got.command = reader_u8(&r);
	port = reader_u16(&r);
	reader_bytes(&r, ip, sizeof(ip));
	user = reader_cstr(&r, SOCKS4_USER_MAX, &n);
	if (r.err != OK)
		return r.err == ERR_RANGE ? ERR_PROTO : r.err;
	memcpy(got.user, user, n);
	e = read_dst(&r, ip, port, &got.dst);
	if (e != OK)
		return e;
	*used = reader_used(&r);
	*req = got;
	return OK;
}

enum err
socks4_write_reply(struct buf *out, enum socks4_answer answer)
{
	const uint8_t msg[REPLY_LEN] = { REPLY_VERSION, (uint8_t)answer };

	return buf_append(out, msg, sizeof(msg));
}

enum err
socks4_write_request(struct buf *out, enum socks4_command command,
    const struct endpoint *dst, const char *user)
{
	uint8_t msg[8 + SOCKS4_USER_MAX + 1 + HOST_MAX + 1] = { SOCKS4_VERSION,
		(uint8_t)command, (uint8_t)(dst->port >> 8), (uint8_t)dst->port,
		0, 0, 0, 1 };
	size_t n = strlen(user), len = 8;

	if (n > SOCKS4_USER_MAX)
		return ERR_RANGE;
	if (dst->type == HOST_IPV6 ||
	    (dst->type == HOST_IPV4 && marks_name(dst->host.ip)))
		return ERR_UNSUPPORTED;
	if (dst->type == HOST_IPV4)
		memcpy(msg + 4, dst->host.ip, 4);
	memcpy(msg + len, user, n + 1);
	len += n + 1;
	if (dst->type == HOST_NAME) {
		n = strnlen(dst->host.name, HOST_MAX);
		memcpy(msg + len, dst->host.name, n);
		len += n + 1; /* msg is zeroed */
	}
	return buf_append(out, msg, len);
}

enum err
socks4_read_reply(const void *in, size_t len, size_t *used, uint8_t *answer)
{
	struct reader r = reader_of(in, len);
	uint8_t ver = reader_u8(&r), rest[REPLY_LEN - 2];
	uint8_t got = reader_u8(&r);

	if (len > 0 && ver != REPLY_VERSION)
		return ERR_PROTO;
	reader_bytes(&r, rest, sizeof(rest)); /* of use to BIND only */
	if (r.err != OK)
		return r.err;
	*used = reader_used(&r);
	*answer = got;
	return OK;
}
