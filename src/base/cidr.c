#include <string.h>

#include "base/cidr.h"

#define MAPPED_BITS 96 /* ::ffff:0:0/96 is all of IPv4 */

static bool
parse_bits(const char *s, size_t n, unsigned *bits)
{
	size_t i;

	if (n == 0 || n > 3)
		return false;
	for (*bits = 0, i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*bits = *bits * 10 + (unsigned)(s[i] - '0');
	}
	return true;
}

/* Are the first `bits` bits the same? */
static bool
prefix_same(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned mask = 0xff00u >> (bits % 8);

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 ||
	    ((a[bits / 8] ^ b[bits / 8]) & mask & 0xff) == 0;
}

enum err
cidr_parse(struct cidr *out, const char *s, size_t n)
{
	const char *slash = n == 0 ? NULL : memchr(s, '/', n);
	size_t len = slash == NULL ? n : (size_t)(slash - s);
	unsigned max, bits, i;
	struct ip ip;

	if (ip_parse(&ip, s, len) != OK)
		return ERR_PROTO;
	max = bits = ip.type == HOST_IPV4 ? 32 : 128;
	if (slash != NULL) {
		if (!parse_bits(slash + 1, n - len - 1, &bits))
			return ERR_PROTO;
		if (ip.type == HOST_IPV4 && memchr(s, ':', len) != NULL) {
			if (bits < MAPPED_BITS)
				return ERR_RANGE;
			bits -= MAPPED_BITS;
		}
		if (bits > max)
			return ERR_RANGE;
	}
	for (i = bits; i < max; i++)
		if (ip.b[i / 8] & (0x80u >> (i % 8)))
			return ERR_RANGE;
	*out = (struct cidr){ .ip = ip, .bits = (uint8_t)bits };
	return OK;
}

bool
cidr_has(const struct cidr *c, const struct ip *ip)
{
	return c->ip.type == ip->type && prefix_same(c->ip.b, ip->b, c->bits);
}
