/* identity.c - the fields that isolate, hashed; an address out of the hash. */
#include <string.h>

#include "crypto/crypto.h"
#include "policy/identity.h"

/* Each field: what it is, how long, its bytes.  So no two inputs are alike. */
struct fields {
	uint8_t b[4 * 3 + 2 * 18 + USER_MAX + CLAIM_LEN + HOST_MAX + 64];
	size_t n;
};

enum field {
	FIELD_LISTENER = 1,
	FIELD_CLIENT,
	FIELD_USER,
	FIELD_CLAIM,
	FIELD_HOST,
	FIELD_SOURCE
};

static void
put(struct fields *f, enum field what, const void *data, size_t n)
{
	f->b[f->n++] = (uint8_t)what;
	f->b[f->n++] = (uint8_t)(n >> 8);
	f->b[f->n++] = (uint8_t)n;
	memcpy(f->b + f->n, data, n);
	f->n += n;
}

static void
put_ip(struct fields *f, enum field what, const struct ip *ip, uint16_t port)
{
	uint8_t b[2 + 16] = { (uint8_t)(port >> 8), (uint8_t)port };
	size_t n = ip->type == HOST_IPV4 ? 4 : 16;

	memcpy(b + 2, ip->b, n);
	put(f, what, b, 2 + n);
}

/* Names without letter case; the port does not count. */
static void
put_host(struct fields *f, const struct endpoint *target)
{
	char name[HOST_MAX + 1];
	size_t n, i;
	struct ip ip;

	if (endpoint_ip(target, &ip)) {
		put_ip(f, FIELD_HOST, &ip, 0);
		return;
	}
	n = strlen(target->host.name);
	for (i = 0; i < n; i++) {
		name[i] = target->host.name[i];
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
	}
	put(f, FIELD_HOST, name, n);
}

void
identity_key_new(struct identity_key *key)
{
	crypto_random(key->b, sizeof(key->b));
	hash_key_new(&key->hash);
}

bool
identity_is_zero(const struct identity *id)
{
	static const struct identity zero;

	return memcmp(id, &zero, sizeof(zero)) == 0;
}

struct identity
identity_of(const struct identity_key *key, unsigned isolate,
    const struct request *q)
{
	struct fields f = { .n = 0 };
	struct identity id = { { 0 } };
	struct ip ip;

	if (isolate == 0)
		return id;
	if ((isolate & ISOLATE_LISTENER) && q->listener != NULL &&
	    endpoint_ip(q->listener, &ip))
		put_ip(&f, FIELD_LISTENER, &ip, q->listener->port);
	if (isolate & ISOLATE_CLIENT)
		put_ip(&f, FIELD_CLIENT, &q->client, 0);
	if (isolate & ISOLATE_USER) {
		put(&f, FIELD_USER, q->user, strlen(q->user));
		put(&f, FIELD_CLAIM, q->claim, sizeof(q->claim));
	}
	if (isolate & ISOLATE_TARGET)
		put_host(&f, &q->target);
	hash_keyed_wide(id.key, &key->hash, f.b, f.n);
	return id;
}

bool
source_is_set(const struct source_spec *s)
{
	return s->accepted || s->has_v4 || s->has_v6 || s->iface[0] != '\0' ||
	    s->mark != 0;
}

/* The bits behind the prefix from random ones; never all of them 0. */
static struct ip
fill(const struct cidr *net, const uint8_t random[16])
{
	struct ip ip = net->ip;
	bool zero = true;
	unsigned i;

	for (i = net->bits; i < 128; i++) {
		ip.b[i / 8] |= random[i / 8] & (0x80u >> (i % 8));
		zero = zero && (ip.b[i / 8] & (0x80u >> (i % 8))) == 0;
	}
	if (zero) /* RFC 4291 section 2.6.1: that one is the routers' */
		ip.b[15] |= 1;
	return ip;
}

static struct ip
within(const struct cidr *net, const struct identity_key *key,
    const struct identity *id)
{
	struct fields f = { .n = 0 };
	uint8_t random[HASH_WIDE_LEN];

	if (net->bits == 128)
		return net->ip;
	if (identity_is_zero(id)) {
		crypto_random(random, sizeof(random));
	} else {
		put(&f, FIELD_SOURCE, id->key, sizeof(id->key));
		put_ip(&f, FIELD_SOURCE, &net->ip, net->bits);
		hash_keyed_wide(random, &key->hash, f.b, f.n);
	}
	return fill(net, random);
}

void
source_choose(struct source *out, const struct source_spec *s,
    const struct identity_key *key, const struct identity *id,
    const struct ip *accepted)
{
	*out = (struct source){ .mark = s->mark };
	memcpy(out->iface, s->iface, sizeof(out->iface));
	if (s->has_v4) {
		out->has_v4 = true;
		out->v4 = s->v4;
	}
	if (s->has_v6) {
		out->has_v6 = true;
		out->v6 = within(&s->v6, key, id);
		out->free = s->v6.bits < 128;
	}
	if (s->accepted && accepted->type == HOST_IPV4) {
		out->has_v4 = true;
		out->v4 = *accepted;
	} else if (s->accepted) {
		out->has_v6 = true;
		out->v6 = *accepted;
	}
}
