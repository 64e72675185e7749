/*
 * dns_cache.h - answers of name servers, until their time is over.
 *
 * One entry per identity (LOOKUP_IDENTITY bytes), name and family; the least recently used one makes room.
 * That there is no such name or address is an answer too (RFC 2308).  That
 * nobody answered is none: it is never kept.
 */
#ifndef NET_DNS_CACHE_H
#define NET_DNS_CACHE_H

#include "dns_answer.h"

/* Seconds an answer is kept, whatever it says of itself. */
#define DNS_TTL_MIN          1
#define DNS_TTL_MAX          3600
#define DNS_NEGATIVE_TTL_MAX 300

struct dns_cache;

/* Room for `entries` answers; 0: it keeps nothing.  NULL: out of memory. */
struct dns_cache *dns_cache_new(size_t entries);
void dns_cache_free(struct dns_cache *); /* accepts NULL */

/*
 * true: known.  *answer is NULL when the answer is that there is none; else a
 * reference of the caller's.
 */
bool dns_cache_find(struct dns_cache *, const uint8_t *identity,
    const char *canonical, enum host_type family, uint64_t now_ms,
    struct dns_answer **answer);

/* answer NULL: there is none.  Takes a reference of its own. */
void dns_cache_put(struct dns_cache *, const uint8_t *identity,
    const char *canonical, enum host_type family, uint64_t now_ms,
    struct dns_answer *answer, uint32_t ttl);

#endif
