/*
 * fuzz_dns_reply.c - any bytes as a DNS message.
 *
 * The negative TTL does not depend on what lies behind the message, and a
 * message cut short never yields another number than the whole one or the
 * default.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/net/dns_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t
exactly(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	uint32_t ttl;

	assert(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	ttl = dns_negative_ttl(copy, size);
	free(copy);
	return ttl;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t whole = exactly(data, size), part;
	size_t n;

	assert(whole == dns_negative_ttl(data, size));
	for (n = 0; n < size && n < 512; n++) {
		part = exactly(data, n);
		assert(part == whole || part == DNS_NEGATIVE_TTL);
	}
	return 0;
}
