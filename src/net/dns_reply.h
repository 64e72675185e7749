/*
 * dns_reply.h - the one number c-ares does not give: how long a negative
 * answer may be kept.
 */
#ifndef NET_DNS_REPLY_H
#define NET_DNS_REPLY_H

#include <stddef.h>
#include <stdint.h>

/* Seconds, for an answer without (readable) SOA record. */
#define DNS_NEGATIVE_TTL 5

/*
 * RFC 2308 5: the smaller of the TTL and the MINIMUM field of the SOA record
 * in the authority section of reply.
 */
uint32_t dns_negative_ttl(const uint8_t *reply, size_t n);

#endif
