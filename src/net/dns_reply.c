/* dns_reply.c - walks a DNS message (RFC 1035 4.1) to its SOA record. */
#include <stdbool.h>

#include "base/reader.h"

#include "dns_reply.h"

#define TYPE_SOA 6
#define RECORDS  64 /* looked at: an honest negative answer has a few */

/* Never follows a compression pointer: the name itself is of no interest. */
static void
skip_name(struct reader *r)
{
	uint8_t label[63], len;

	while (r->err == OK) {
		len = reader_u8(r);
		if (len == 0)
			return;
		if (len >= 0xc0) {
			reader_u8(r);
			return;
		}
		if (len > sizeof(label)) {
			r->err = ERR_PROTO;
			return;
		}
		reader_bytes(r, label, len);
	}
}

static uint32_t
u32(struct reader *r)
{
	uint32_t high = reader_u16(r);

	return high << 16 | reader_u16(r);
}

static void
skip(struct reader *r, size_t n)
{
	while (n-- > 0 && r->err == OK)
		reader_u8(r);
}

/* A record; true when it was the SOA, whose negative TTL goes to *ttl. */
static bool
read_record(struct reader *r, uint32_t *ttl)
{
	uint32_t minimum;
	uint16_t type, len;

	skip_name(r);
	type = reader_u16(r);
	reader_u16(r); /* class */
	*ttl = u32(r);
	len = reader_u16(r);
	if (type != TYPE_SOA) {
		skip(r, len);
		return false;
	}
	skip_name(r); /* MNAME */
	skip_name(r); /* RNAME */
	skip(r, 16);  /* SERIAL, REFRESH, RETRY, EXPIRE */
	minimum = u32(r);
	if (minimum < *ttl)
		*ttl = minimum;
	return r->err == OK;
}

uint32_t
dns_negative_ttl(const uint8_t *reply, size_t n)
{
	struct reader r = reader_of(reply, n);
	unsigned questions, answers, authorities, i;
	uint32_t ttl;

	skip(&r, 4); /* ID, flags */
	questions = reader_u16(&r);
	answers = reader_u16(&r);
	authorities = reader_u16(&r);
	reader_u16(&r);
	for (i = 0; i < questions && i < RECORDS; i++) {
		skip_name(&r);
		skip(&r, 4); /* QTYPE, QCLASS */
	}
	for (i = 0; i < answers + authorities && i < RECORDS; i++) {
		if (read_record(&r, &ttl) && i >= answers)
			return ttl;
		if (r.err != OK)
			break;
	}
	return DNS_NEGATIVE_TTL;
}
