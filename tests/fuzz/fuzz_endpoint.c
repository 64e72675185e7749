/*
 * fuzz_endpoint.c - hosts, endpoints and networks from text.
 *
 * What was read is sane, and written out it reads back as the same.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/cidr.h"
#include "base/endpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_sane(const struct endpoint *ep)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct ip ip;
	size_t n, i;

	if (ep->type == HOST_IPV6)
		assert(memcmp(ep->host.ip, mapped, sizeof(mapped)) != 0);
	if (ep->type != HOST_NAME)
		return;
	n = strnlen(ep->host.name, HOST_MAX + 1);
	assert(n >= 1 && n <= HOST_MAX);
	for (i = 0; i < n; i++)
		assert(isgraph((unsigned char)ep->host.name[i]) &&
		    strchr("/\\:@#?%[]<>\"'", ep->host.name[i]) == NULL);
	assert(ip_parse(&ip, ep->host.name, n) != OK);
	assert(ep->host.name[n - 1] != '.');
}

static void
check_round_trip(const struct endpoint *ep)
{
	char host[HOST_MAX + 1], text[ENDPOINT_STR];
	struct endpoint again;
	size_t n;

	check_sane(ep);
	n = endpoint_str(ep, text);
	assert(n == strlen(text) && n < sizeof(text));
	assert(endpoint_parse(&again, text, n, 0) == OK);
	assert(endpoint_same(ep, &again));
	n = endpoint_host_str(ep, host);
	assert(n == strlen(host));
	assert(endpoint_from_host(&again, host, n, ep->port) == OK);
	assert(endpoint_same(ep, &again));
}

static void
check_cidr(const char *text, size_t n)
{
	struct cidr c;
	struct ip ip;

	if (cidr_parse(&c, text, n) != OK)
		return;
	assert(c.bits <= (c.ip.type == HOST_IPV4 ? 32 : 128));
	assert(cidr_has(&c, &c.ip));
	if (c.bits > 0) { /* one bit off within the prefix is outside */
		ip = c.ip;
		ip.b[(c.bits - 1) / 8] ^= (uint8_t)(0x80 >> ((c.bits - 1) % 8));
		assert(!cidr_has(&c, &ip));
	}
	if (c.bits < (c.ip.type == HOST_IPV4 ? 32 : 128)) {
		ip = c.ip;
		ip.b[c.bits / 8] ^= (uint8_t)(0x80 >> (c.bits % 8));
		assert(cidr_has(&c, &ip));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct endpoint ep;

	if (endpoint_from_host(&ep, text, size, 443) == OK)
		check_round_trip(&ep);
	if (endpoint_parse(&ep, text, size, 0) == OK)
		check_round_trip(&ep);
	if (endpoint_parse(&ep, text, size, 80) == OK)
		check_round_trip(&ep);
	check_cidr(text, size);
	return 0;
}
