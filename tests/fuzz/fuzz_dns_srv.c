/*
 * fuzz_dns_srv.c - any bytes as a DNS message with SRV records.
 *
 * What is read does not depend on what lies behind the message, every target
 * is a name that a resolver takes, and a message cut short is refused or has
 * no more records than the whole one.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/net/dns_srv.h"
#include "../../src/net/special_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	int n;
	uint32_t ttl;
	struct srv_record r[SRV_RECORDS];
};

static void
look(struct seen *s, const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	char canonical[NAME_MAX_LEN + 1];
	int i;

	assert(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	s->ttl = 0;
	s->n = dns_srv_read(copy, size, "_socks._tcp.example", s->r, &s->ttl);
	free(copy);
	assert(s->n >= -1 && s->n <= SRV_RECORDS);
	for (i = 0; i < s->n; i++) {
		assert(s->r[i].port != 0);
		assert(name_canonical(canonical, s->r[i].target));
		assert(strcmp(canonical, s->r[i].target) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen whole, part;
	size_t n;
	int i;

	look(&whole, data, size);
	for (n = 0; n < size && n < 512; n++) {
		look(&part, data, n);
		if (whole.n < 0 || part.n < 0)
			continue;
		assert(part.n == whole.n && part.ttl == whole.ttl);
		for (i = 0; i < part.n; i++) {
			assert(part.r[i].port == whole.r[i].port);
			assert(
			    strcmp(part.r[i].target, whole.r[i].target) == 0);
		}
	}
	return 0;
}
