/*
 * fake_dns.h - a name server on the loopback, in the test's own loop, that
 * says what the test wants it to say.
 */
#ifndef FAKE_DNS_H
#define FAKE_DNS_H

#include <netinet/in.h>

#include "base/endpoint.h"
#include "net/loop.h"

#define DNS_A    1
#define DNS_AAAA 28
#define DNS_SRV  33

struct fake_reply {
	unsigned rcode; /* 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED */
	bool drop;      /* say nothing */
	bool truncated; /* TC */
	bool wrong_id;  /* as a forger would guess it */
	bool wrong_question;
	uint64_t delay; /* milliseconds */
	unsigned answers, authorities;
	uint8_t mem[4096];
	size_t len;
	size_t cut; /* send only so many bytes of it; 0: all */
};

struct fake_dns {
	struct loop *loop;
	ev_io udp, tcp;
	struct endpoint addr;
	void (*answer)(struct fake_dns *, const char *name, unsigned type,
	    bool tcp, struct fake_reply *);
	void *data;                    /* the test's */
	unsigned a, aaaa, srv, tcp_in; /* questions; TCP connections */
	unsigned under_way;            /* delayed replies */
	uint16_t ports[512];           /* where questions came from by UDP */
	unsigned nports;
	char last[256]; /* name asked for, as it was spelt */
};

void fake_dns_open(struct fake_dns *, struct loop *,
    void (*answer)(struct fake_dns *, const char *name, unsigned type, bool tcp,
	struct fake_reply *));
void fake_dns_close(struct fake_dns *);

/* Records for the answer section; then perhaps one SOA. */
void fake_a(struct fake_reply *, const char *name, const char *ip,
    uint32_t ttl); /* A or AAAA, by how ip looks */
void fake_srv(struct fake_reply *, const char *name, unsigned priority,
    unsigned weight, unsigned port, const char *target, uint32_t ttl);
void fake_cname(struct fake_reply *, const char *name, const char *to,
    uint32_t ttl);
void fake_soa(struct fake_reply *, uint32_t ttl, uint32_t minimum);

#endif
