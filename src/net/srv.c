#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dns_reply.h"
#include "dns_srv.h"
#include "srv.h"

struct srv_query {
	struct dns_question question;
	struct srv_desk *desk;
	struct srv_lookup *lookup; /* NULL: nobody waits for it any more */
	char name[];
};

struct srv_answer {
	size_t n;
	struct srv_record records[SRV_RECORDS];
};

/* Answers go out from here only: never from within a question. */
static void
on_deliver(struct timer *t)
{
	struct srv_desk *d = (struct srv_desk *)((char *)t -
	    offsetof(struct srv_desk, deliver));
	struct srv_lookup *l;
	struct srv_answer *a;

	while ((l = TAILQ_FIRST(&d->ready)) != NULL) {
		TAILQ_REMOVE(&d->ready, l, link);
		a = l->answer;
		l->answer = NULL;
		l->desk = NULL;
		l->on_answer(l, l->result, a != NULL ? a->records : NULL,
		    a != NULL ? a->n : 0, l->ttl);
		free(a);
	}
}

static void
make_ready(struct srv_desk *d, struct srv_lookup *l, enum lookup_result result,
    struct srv_answer *a, uint32_t ttl)
{
	l->query = NULL;
	l->result = result;
	l->answer = a;
	l->ttl = ttl;
	TAILQ_INSERT_TAIL(&d->ready, l, link);
	ev_feed_event(d->loop->ev, &d->deliver.ev, EV_TIMER);
}

static enum lookup_result
understand(const struct srv_query *q, const uint8_t *msg, size_t len,
    struct srv_answer **answer, uint32_t *ttl)
{
	struct srv_answer *a = malloc(sizeof(*a));
	int n;

	if (a == NULL)
		return LOOKUP_FAILED;
	n = dns_srv_read(msg, len, q->name, a->records, ttl);
	if (n > 0) {
		a->n = (size_t)n;
		*answer = a;
		return LOOKUP_FOUND;
	}
	free(a);
	*ttl = dns_negative_ttl(msg, len);
	return n == 0 ? LOOKUP_NONE : LOOKUP_FAILED;
}

static void
on_heard(struct dns_question *question, enum lookup_result result,
    const uint8_t *msg, size_t len)
{
	struct srv_query *q = (struct srv_query *)((char *)question -
	    offsetof(struct srv_query, question));
	struct srv_answer *a = NULL;
	uint32_t ttl = 0;

	if (q->lookup != NULL) {
		if (result == LOOKUP_FOUND)
			result = understand(q, msg, len, &a, &ttl);
		else if (result == LOOKUP_NONE)
			ttl = msg != NULL ? dns_negative_ttl(msg, len)
					  : DNS_NEGATIVE_TTL;
		make_ready(q->desk, q->lookup, result, a,
		    result == LOOKUP_FAILED ? 0 : ttl);
	}
	free(q);
}

void
srv_init(struct srv_desk *d, struct loop *loop, struct dns_asker *asker)
{
	d->loop = loop;
	d->asker = asker;
	TAILQ_INIT(&d->ready);
	timer_init(&d->deliver, on_deliver);
}

void
srv_deinit(struct srv_desk *d)
{
	assert(TAILQ_EMPTY(&d->ready));
	timer_stop(d->loop, &d->deliver);
}

void
srv_answer_none(struct srv_desk *d, struct srv_lookup *l)
{
	l->desk = d;
	make_ready(d, l, LOOKUP_NONE, NULL, DNS_NEGATIVE_TTL);
}

void
srv_ask(struct srv_desk *d, struct srv_lookup *l, const char *canonical)
{
	size_t n = strlen(canonical) + 1;
	struct srv_query *q = calloc(1, sizeof(*q) + n);

	l->desk = d;
	l->answer = NULL;
	if (q == NULL) {
		make_ready(d, l, LOOKUP_FAILED, NULL, 0);
		return;
	}
	memcpy(q->name, canonical, n);
	q->desk = d;
	q->lookup = l;
	q->question.name = q->name;
	q->question.heard = on_heard;
	l->query = q;
	dns_ask(d->asker, &q->question);
}

void
srv_cancel(struct srv_lookup *l)
{
	if (l->desk == NULL)
		return;
	if (l->query != NULL)
		l->query->lookup = NULL;
	else
		TAILQ_REMOVE(&l->desk->ready, l, link);
	free(l->answer);
	l->answer = NULL;
	l->desk = NULL;
}
