#include <string.h>
#include <strings.h>

#include "base/private.h"

struct net4 {
	uint8_t b[4];
	uint8_t bits;
};

struct net6 {
	uint8_t b[8];
	uint8_t bits; /* at most 64 */
};

static const struct net4 private4[] = {
	{ { 0 }, 8 },
	{ { 10 }, 8 },
	{ { 100, 64 }, 10 },
	{ { 127 }, 8 },
	{ { 169, 254 }, 16 },
	{ { 172, 16 }, 12 },
	{ { 192, 0, 0 }, 24 },
	{ { 192, 0, 2 }, 24 },
	{ { 192, 88, 99 }, 24 },
	{ { 192, 168 }, 16 },
	{ { 198, 18 }, 15 },
	{ { 198, 51, 100 }, 24 },
	{ { 203, 0, 113 }, 24 },
	{ { 224 }, 4 },
	{ { 240 }, 4 },
};

static const struct net6 public6 = { { 0x20 }, 3 };

/* Within that: */
static const struct net6 private6[] = {
	{ { 0x20, 0x01, 0, 0 }, 23 },       /* IETF protocols, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x3f, 0xff }, 20 },             /* documentation */
};

static const struct net6 sixtofour = { { 0x20, 0x02 }, 16 };
static const struct net6 nat64 = { { 0, 0x64, 0xff, 0x9b }, 64 };
static const struct net6 nat64_local = { { 0, 0x64, 0xff, 0x9b, 0, 1 }, 48 };

static bool
has(const uint8_t *net, unsigned bits, const uint8_t *b)
{
	unsigned n = bits / 8, mask = 0xff00u >> (bits % 8) & 0xff;

	return memcmp(net, b, n) == 0 && ((net[n] ^ b[n]) & mask) == 0;
}

static bool
has6(const struct net6 *net, const uint8_t b[16])
{
	if (net->bits == 64)
		return memcmp(net->b, b, 8) == 0;
	return has(net->b, net->bits, b);
}

static bool
is_private4(const uint8_t b[4])
{
	size_t i;

	for (i = 0; i < sizeof(private4) / sizeof(private4[0]); i++)
		if (has(private4[i].b, private4[i].bits, b))
			return true;
	return false;
}

static bool
is_zero(const uint8_t *b, size_t n)
{
	while (n > 0 && *b == 0)
		b++, n--;
	return n == 0;
}

/*
 * RFC 6052 section 2.2: where an IPv4 address may stand in an address of a
 * network of our own, depending on the length of the prefix, which only that
 * network knows.  Private when any reading is.
 */
static bool
is_private_local_nat64(const uint8_t b[16])
{
	uint8_t at48[4] = { b[6], b[7], b[9], b[10] };
	uint8_t at56[4] = { b[7], b[9], b[10], b[11] };

	return is_private4(b + 12) || b[8] != 0 ||
	    (is_zero(b + 11, 5) && is_private4(at48)) ||
	    (is_zero(b + 12, 4) && is_private4(at56)) ||
	    (is_zero(b + 13, 3) && is_private4(b + 9));
}

static bool
is_private6(const uint8_t b[16])
{
	size_t i;

	if (has6(&sixtofour, b))
		return is_private4(b + 2);
	if (has6(&nat64, b) && is_zero(b + 8, 4))
		return is_private4(b + 12);
	if (has6(&nat64_local, b))
		return is_private_local_nat64(b);
	for (i = 0; i < sizeof(private6) / sizeof(private6[0]); i++)
		if (has6(&private6[i], b))
			return true;
	return !has6(&public6, b);
}

bool
ip_is_private(const struct ip *ip)
{
	return ip->type == HOST_IPV4 ? is_private4(ip->b) : is_private6(ip->b);
}

bool
name_is_private(const char *name)
{
	static const char local[] = "localhost";
	size_t n = strlen(name), k = sizeof(local) - 1;

	return n >= k && strcasecmp(name + n - k, local) == 0 &&
	    (n == k || name[n - k - 1] == '.');
}
