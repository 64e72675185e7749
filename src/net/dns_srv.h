/*
 * dns_srv.h - the SRV records of a DNS message (RFC 2782), which c-ares reads
 * without their TTL.
 */
#ifndef NET_DNS_SRV_H
#define NET_DNS_SRV_H

#include "net/resolver.h"

/*
 * How many records of name (canonical), or of the name that its CNAMEs lead
 * to, at most SRV_RECORDS; *ttl is the smallest on the way.  Records nobody
 * could connect to (port 0, a target that is no name or ".") are left out.
 * -1: the message makes no sense.
 */
int dns_srv_read(const uint8_t *reply, size_t n, const char *name,
    struct srv_record *, uint32_t *ttl);

#endif
