/*
 * srv.h - the resolver's questions for SRV records, and their answers.
 *
 * Nothing is kept or joined here: who asks does it once in a TTL.
 */
#ifndef NET_SRV_H
#define NET_SRV_H

#include "dns_ask.h"

TAILQ_HEAD(srv_lookups, srv_lookup);

struct srv_desk {
	struct loop *loop;
	struct dns_asker *asker;
	struct srv_lookups ready;
	struct timer deliver;
};

void srv_init(struct srv_desk *, struct loop *, struct dns_asker *);
void srv_deinit(struct srv_desk *);
void srv_ask(struct srv_desk *, struct srv_lookup *, const char *canonical);
void srv_answer_none(struct srv_desk *, struct srv_lookup *); /* unasked */

#endif
