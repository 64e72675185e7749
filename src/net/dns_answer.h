/*
 * dns_answer.h - the addresses found for one name, shared by those who wait
 * for them and the cache: each holds a reference.
 */
#ifndef NET_DNS_ANSWER_H
#define NET_DNS_ANSWER_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "net/resolver.h"

struct dns_answer {
	unsigned refs;
	size_t n; /* 1..LOOKUP_IPS */
	struct ip ips[];
};

/* One reference.  NULL: out of memory. */
static inline struct dns_answer *
dns_answer_new(const struct ip *ips, size_t n)
{
	struct dns_answer *a = malloc(sizeof(*a) + n * sizeof(*ips));

	if (a == NULL)
		return NULL;
	a->refs = 1;
	a->n = n;
	memcpy(a->ips, ips, n * sizeof(*ips));
	return a;
}

static inline struct dns_answer *
dns_answer_ref(struct dns_answer *a) /* accepts NULL */
{
	if (a != NULL)
		a->refs++;
	return a;
}

static inline void
dns_answer_unref(struct dns_answer *a) /* accepts NULL */
{
	if (a != NULL && --a->refs == 0)
		free(a);
}

#endif
