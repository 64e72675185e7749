/*
 * dns_ask.h - questions to name servers: c-ares and nothing else.
 *
 * c-ares 1.18 asks all concurrent questions from one UDP port, so only the 16
 * bits of an id would have to be guessed to forge an answer.  Here a c-ares
 * channel takes few questions and is then replaced: ports change, the scan for
 * the next time-out stays short, and new servers are just a new channel.
 */
#ifndef NET_DNS_ASK_H
#define NET_DNS_ASK_H

#include "dns_answer.h"

#define DNS_QUESTIONS 4096 /* under way at once; more fail at once */

/*
 * The caller's, embedded; name and family stay until answered() was called,
 * exactly once, perhaps from within dns_ask().  It must not call dns_ask(), it
 * may free the question.  *answer is the caller's reference, NULL but for
 * LOOKUP_FOUND; ttl in seconds is for FOUND and NONE.
 *
 * With heard() instead, the question is for SRV records, and it gets the
 * message (NULL for FAILED, perhaps for NONE): FOUND says that there is an
 * answer section in it.
 */
struct dns_question {
	const char *name;
	enum host_type family;
	void (*heard)(struct dns_question *, enum lookup_result,
	    const uint8_t *msg, size_t len);
	void (*answered)(struct dns_question *, enum lookup_result,
	    struct dns_answer *answer, uint32_t ttl);
	struct dns_channel *channel; /* dns_ask's own */
};

struct dns_asker;

/* timeout in milliseconds and tries per server.  NULL: out of memory. */
struct dns_asker *dns_asker_new(struct loop *, uint64_t timeout,
    unsigned tries);
/* Questions under way are answered with LOOKUP_FAILED.  Accepts NULL. */
void dns_asker_free(struct dns_asker *);
/* Whom to ask from now on; without servers every question fails. */
void dns_asker_servers(struct dns_asker *, const struct endpoint *, unsigned n);
void dns_ask(struct dns_asker *, struct dns_question *);

#endif
