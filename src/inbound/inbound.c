#include <assert.h>
#include <string.h>

#include "crypto/hash.h"

#include "ops.h"

/* A new protocol is a file and a line here. */
static const struct inbound_ops *const protocols[] = {
	&inbound_socks5,
	&inbound_socks4,
	&inbound_http,
};

static void
forget_login(struct inbound *ib)
{
	ib->logged_in = false;
	explicit_bzero(ib->user, sizeof(ib->user));
	explicit_bzero(ib->pass, sizeof(ib->pass));
}

void
inbound_init(struct inbound *ib, const struct listen_spec *spec)
{
	memset(ib, 0, sizeof(*ib));
	ib->spec = spec;
}

/* What speaks like this and is switched on here, or NULL. */
static const struct inbound_ops *
find(const struct listen_spec *spec, unsigned char first)
{
	size_t i;

	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if ((spec->protocols & protocols[i]->protocol) != 0 &&
		    protocols[i]->speaks(first))
			return protocols[i];
	return NULL;
}

enum inbound_status
inbound_step(struct inbound *ib, struct buf *in, struct buf *out)
{
	enum inbound_status st;

	if (ib->ops == NULL && buf_len(in) == 0)
		return INBOUND_MORE;
	if (ib->ops == NULL)
		ib->ops = find(ib->spec, *buf_head(in));
	if (ib->ops == NULL) {
		ib->why = OUTCOME_BAD_REQUEST;
		return INBOUND_FAILED;
	}
	st = ib->ops->step(ib, in, out);
	if (st == INBOUND_READY)
		ib->request.protocol = ib->request.kind == REQUEST_HTTP
		    ? PROTOCOL_HTTP
		    : ib->ops->tunnel;
	return st;
}

void
inbound_login(struct inbound *ib, bool good)
{
	if (good)
		memcpy(ib->request.user, ib->user, sizeof(ib->user));
	forget_login(ib);
	ib->logged_in = good;
}

void
inbound_reply(struct inbound *ib, enum outcome outcome, struct buf *out)
{
	if (ib->ops != NULL)
		ib->ops->reply(ib, outcome, out);
}

void
inbound_again(struct inbound *ib)
{
	const struct inbound_ops *ops = ib->ops;
	const struct listen_spec *spec = ib->spec;

	forget_login(ib);
	inbound_init(ib, spec);
	ib->ops = ops;
}

const char *
inbound_name(const struct inbound *ib)
{
	return ib->ops != NULL ? ib->ops->name : "";
}

/* -- for the protocols ---------------------------------------------------- */

enum inbound_status
inbound_fail(struct inbound *ib, enum outcome why)
{
	ib->why = why;
	return INBOUND_FAILED;
}

enum inbound_status
inbound_ready(struct inbound *ib, enum request_kind kind,
    const struct endpoint *target)
{
	ib->request.kind = kind;
	ib->request.target = *target;
	return INBOUND_READY;
}

/* A NUL stands between the two: no other pair reads the same. */
void
inbound_claim(struct inbound *ib, const char *user, const char *pass)
{
	static const uint8_t key[DIGEST_LEN];
	char login[2 * (USER_MAX + 1)];
	size_t n = strlen(user) + 1, k = strlen(pass);
	uint8_t digest[DIGEST_LEN];

	memcpy(login, user, n);
	memcpy(login + n, pass, k);
	digest_keyed(digest, key, login, n + k);
	memcpy(ib->request.claim, digest, sizeof(ib->request.claim));
	explicit_bzero(login, sizeof(login));
}

void
inbound_wrote(enum err e)
{
	assert(e == OK); /* the contract: room for INBOUND_OUT_MAX bytes */
	(void)e;
}
