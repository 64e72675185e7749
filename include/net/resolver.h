/*
 * resolver.h - names to addresses, without blocking: the only place where a
 * name is looked up, and the only user of c-ares.
 *
 * One resolver belongs to one loop.  It answers from, in this order: RFC 6761
 * (localhost is this machine; .onion, .invalid and .alt do not exist),
 * /etc/hosts (which alone knows .test, .local, .internal, .home.arpa and names
 * without a dot), its cache (TTL, negative answers, size limit), the name
 * servers.  What one identity asked for is not answered to another out of the
 * cache, nor with an answer the other waits for already: how fast a name is
 * found, and who asks for it when, would tell that somebody was there before.
 * Search domains and the environment are not looked at.  /etc/hosts
 * and /etc/resolv.conf are read again when they change.
 */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/endpoint.h"
#include "net/loop.h"

#define RESOLVER_SERVERS 8
#define LOOKUP_IPS       16
#define LOOKUP_IDENTITY  16 /* bytes */

struct resolver_conf {
	struct endpoint servers[RESOLVER_SERVERS]; /* addresses with port */
	unsigned nservers; /* 0: those of /etc/resolv.conf, if any */
	uint64_t timeout;  /* milliseconds for the first try of a server */
	unsigned tries;    /* of each server */
	unsigned cache;    /* names kept, 0: no cache */
	bool hosts;        /* read /etc/hosts */
};

enum lookup_result {
	LOOKUP_FOUND,
	LOOKUP_NONE,   /* no such name, or no address of this family */
	LOOKUP_FAILED, /* no server answered, or out of memory */
};

/*
 * One question, both families.  Owned by the caller, embedded.  on_answer is
 * called once for each family as it arrives (ips valid during the call), in
 * any order, never from within resolver_lookup().  After the second call, or
 * after lookup_cancel(), the resolver knows nothing of it any more.
 */
struct lookup {
	void (*on_answer)(struct lookup *, enum host_type family,
	    enum lookup_result, const struct ip *ips, size_t n);
	/* the resolver's own: */
	struct resolver *resolver;
	struct lookup_half {
		TAILQ_ENTRY(lookup_half) link;
		struct lookup *lookup;   /* NULL: not waiting */
		struct dns_query *query; /* or NULL: the answer is there */
		struct dns_answer *answer;
		enum lookup_result result;
	} half[2]; /* by family */
};

#define SRV_RECORDS 32 /* of one answer; more are left out */

struct srv_record { /* RFC 2782 */
	uint16_t priority, weight, port;
	char target[HOST_MAX + 1]; /* a name, lower case */
};

/*
 * Where a service is.  Owned by the caller, embedded; on_answer is called once,
 * never from within resolver_lookup_srv() (records valid during the call, in
 * the order of the answer).  ttl in seconds is how long it is good for, be it
 * FOUND or NONE: the resolver does not keep it.  A target that is to be
 * connected to is looked up like any other name.
 */
struct srv_lookup {
	void (*on_answer)(struct srv_lookup *, enum lookup_result,
	    const struct srv_record *, size_t n, uint32_t ttl);
	/* the resolver's own: */
	TAILQ_ENTRY(srv_lookup) link;
	struct srv_desk *desk;   /* NULL: not under way */
	struct srv_query *query; /* or NULL: the answer is there */
	struct srv_answer *answer;
	enum lookup_result result;
	uint32_t ttl;
};

struct resolver;

struct resolver *resolver_new(struct loop *, const struct resolver_conf *);
void resolver_free(struct resolver *); /* no lookups may be under way */
/*
 * name is copied, and so is the identity: LOOKUP_IDENTITY bytes.  NULL, or all
 * of them 0: those who share.
 */
void resolver_lookup(struct resolver *, struct lookup *, const char *name,
    const uint8_t *identity);
void lookup_cancel(struct lookup *); /* also when not under way */

/* name is copied: "_socks._tcp.example.net". */
void resolver_lookup_srv(struct resolver *, struct srv_lookup *,
    const char *name);
void srv_cancel(struct srv_lookup *); /* also when not under way */

/* The name servers in use, "192.0.2.53 ...", for the banner. */
void resolver_describe(const struct resolver_conf *, char *out, size_t n);

#endif
