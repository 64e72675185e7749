/* resolver.c - who is asked for a name, in which order, for how many. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "net/resolver.h"

#include "dns_ask.h"
#include "dns_cache.h"
#include "hosts.h"
#include "name_table.h"
#include "resolv_conf.h"
#include "resolver_files.h"
#include "special_names.h"
#include "srv.h"
#include "watched_file.h"

TAILQ_HEAD(halves, lookup_half);

/* One question to the name servers, and all who wait for its answer. */
struct dns_query {
	struct name_node node; /* first: the table hands it out */
	struct dns_question question;
	struct resolver *resolver;
	struct halves waiters; /* perhaps none any more: the cache is one */
	char name[];
};

struct resolver {
	struct loop *loop;
	struct dns_asker *asker;
	struct dns_cache *cache;
	struct name_table under_way; /* of struct dns_query */
	struct halves ready;
	struct timer deliver;
	struct srv_desk srv;
	bool read_hosts, read_servers;
	struct watched_file hosts_file, servers_file;
	struct hosts *hosts; /* or NULL */
};

/* -- what is read from files ---------------------------------------------- */

static void
refresh_hosts(struct resolver *r)
{
	bool cut;
	size_t n;
	char *text;

	if (!r->read_hosts ||
	    !watched_file_changed(&r->hosts_file, loop_now(r->loop)))
		return;
	hosts_free(r->hosts);
	r->hosts = NULL;
	text = file_lines(r->hosts_file.path, HOSTS_MAX, &n, &cut);
	if (text == NULL)
		return;
	if (cut)
		log_warn("hosts file is too long, its end is not read", "file",
		    r->hosts_file.path, NULL);
	r->hosts = hosts_parse(text, n);
	if (r->hosts == NULL)
		log_warn("no memory for the hosts file", NULL);
}

static void
refresh_servers(struct resolver *r)
{
	struct endpoint servers[RESOLVER_SERVERS];
	unsigned n;

	if (!r->read_servers ||
	    !watched_file_changed(&r->servers_file, loop_now(r->loop)))
		return;
	n = resolv_conf_read(r->servers_file.path, servers);
	if (n == 0)
		log_warn("no name servers are known", "file",
		    r->servers_file.path, NULL);
	dns_asker_servers(r->asker, servers, n);
}

void
resolver_describe(const struct resolver_conf *conf, char *out, size_t n)
{
	struct endpoint found[RESOLVER_SERVERS];
	const struct endpoint *servers = conf->servers;
	unsigned count = conf->nservers, i;
	char str[ENDPOINT_STR];
	size_t len, at = 0;

	if (n == 0)
		return;
	if (count == 0) {
		count = resolv_conf_read(RESOLV_CONF, found);
		servers = found;
	}
	out[0] = '\0';
	if (count == 0)
		strncat(out, "none", n - 1);
	for (i = 0; i < count; i++) {
		len = endpoint_str(&servers[i], str);
		if (at + (at > 0) + len >= n)
			return;
		if (at > 0)
			out[at++] = ' ';
		memcpy(out + at, str, len + 1);
		at += len;
	}
}

/* -- answers -------------------------------------------------------------- */

/*
 * Answers go out from here only: never from within resolver_lookup() or
 * c-ares.  A callback may cancel, free or begin any lookup.
 */
static void
on_deliver(struct timer *t)
{
	struct resolver *r = (struct resolver *)((char *)t -
	    offsetof(struct resolver, deliver));
	struct lookup_half *h;
	struct dns_answer *a;
	struct lookup *l;

	while ((h = TAILQ_FIRST(&r->ready)) != NULL) {
		l = h->lookup;
		a = h->answer;
		TAILQ_REMOVE(&r->ready, h, link);
		h->lookup = NULL;
		h->answer = NULL;
		l->on_answer(l, (enum host_type)(h - l->half), h->result,
		    a != NULL ? a->ips : NULL, a != NULL ? a->n : 0);
		dns_answer_unref(a);
	}
}

/* a: the caller's reference. */
static void
make_ready(struct resolver *r, struct lookup_half *h, enum lookup_result result,
    struct dns_answer *a)
{
	h->query = NULL;
	h->result = result;
	h->answer = a;
	TAILQ_INSERT_TAIL(&r->ready, h, link);
	/* Still in this turn of the loop, but with a stack of its own. */
	ev_feed_event(r->loop->ev, &r->deliver.ev, EV_TIMER);
}

static void
answer_ips(struct resolver *r, struct lookup_half *h, const struct ip *ips,
    size_t n)
{
	struct dns_answer *a = n > 0 ? dns_answer_new(ips, n) : NULL;

	if (n == 0)
		make_ready(r, h, LOOKUP_NONE, NULL);
	else
		make_ready(r, h, a != NULL ? LOOKUP_FOUND : LOOKUP_FAILED, a);
}

static void
answer_both(struct resolver *r, struct lookup *l, enum lookup_result result)
{
	make_ready(r, &l->half[HOST_IPV4], result, NULL);
	make_ready(r, &l->half[HOST_IPV6], result, NULL);
}

static void
on_answered(struct dns_question *question, enum lookup_result result,
    struct dns_answer *a, uint32_t ttl)
{
	struct dns_query *q = (struct dns_query *)((char *)question -
	    offsetof(struct dns_query, question));
	struct resolver *r = q->resolver;
	struct lookup_half *h;

	if (result != LOOKUP_FAILED)
		dns_cache_put(r->cache, q->node.identity, q->name,
		    q->node.family, loop_now(r->loop), a, ttl);
	name_table_remove(&r->under_way, &q->node);
	while ((h = TAILQ_FIRST(&q->waiters)) != NULL) {
		TAILQ_REMOVE(&q->waiters, h, link);
		make_ready(r, h, result, dns_answer_ref(a));
	}
	dns_answer_unref(a);
	free(q);
}

/* -- questions ------------------------------------------------------------ */

static struct dns_query *
query_new(struct resolver *r, const uint8_t *identity, const char *name,
    enum host_type family)
{
	size_t n = strlen(name) + 1;
	struct dns_query *q = malloc(sizeof(*q) + n);

	if (q == NULL)
		return NULL;
	memcpy(q->name, name, n);
	q->resolver = r;
	q->node.name = q->question.name = q->name;
	q->node.family = q->question.family = family;
	memcpy(q->node.identity, identity, LOOKUP_IDENTITY);
	q->question.heard = NULL;
	q->question.answered = on_answered;
	TAILQ_INIT(&q->waiters);
	name_table_add(&r->under_way, &q->node);
	return q;
}

static void
ask(struct resolver *r, struct lookup_half *h, const uint8_t *identity,
    const char *name, enum host_type family)
{
	struct dns_answer *a;
	struct dns_query *q;
	bool is_new;

	if (dns_cache_find(r->cache, identity, name, family, loop_now(r->loop),
		&a)) {
		make_ready(r, h, a != NULL ? LOOKUP_FOUND : LOOKUP_NONE, a);
		return;
	}
	q = (struct dns_query *)name_table_find(&r->under_way, identity, name,
	    family);
	is_new = q == NULL;
	if (is_new)
		q = query_new(r, identity, name, family);
	if (q == NULL) {
		make_ready(r, h, LOOKUP_FAILED, NULL);
		return;
	}
	h->query = q;
	TAILQ_INSERT_TAIL(&q->waiters, h, link);
	if (is_new) {
		refresh_servers(r);
		dns_ask(r->asker, &q->question);
	}
}

static void
answer_loopback(struct resolver *r, struct lookup *l)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };
	const struct ip ip4 = ip_v4(v4), ip6 = ip_v6(v6);

	answer_ips(r, &l->half[HOST_IPV4], &ip4, 1);
	answer_ips(r, &l->half[HOST_IPV6], &ip6, 1);
}

static bool
answer_hosts(struct resolver *r, struct lookup *l, const char *name)
{
	struct ip ips[LOOKUP_IPS];
	size_t n;

	refresh_hosts(r);
	if (r->hosts == NULL ||
	    !hosts_find(r->hosts, name, HOST_IPV4, ips, LOOKUP_IPS, &n))
		return false;
	answer_ips(r, &l->half[HOST_IPV4], ips, n);
	hosts_find(r->hosts, name, HOST_IPV6, ips, LOOKUP_IPS, &n);
	answer_ips(r, &l->half[HOST_IPV6], ips, n);
	return true;
}

void
resolver_lookup(struct resolver *r, struct lookup *l, const char *name,
    const uint8_t *identity)
{
	static const uint8_t shared[LOOKUP_IDENTITY];
	char canonical[NAME_MAX_LEN + 1];
	enum special special;

	l->resolver = r;
	l->half[HOST_IPV4] = (struct lookup_half){ .lookup = l };
	l->half[HOST_IPV6] = (struct lookup_half){ .lookup = l };
	if (!name_canonical(canonical, name)) {
		answer_both(r, l, LOOKUP_NONE);
		return;
	}
	special = special_name(canonical);
	if (special == SPECIAL_LOOPBACK) {
		answer_loopback(r, l);
	} else if (special == SPECIAL_NEVER) {
		answer_both(r, l, LOOKUP_NONE);
	} else if (answer_hosts(r, l, canonical)) {
		return;
	} else if (special == SPECIAL_HOSTS) {
		answer_both(r, l, LOOKUP_NONE);
	} else {
		if (identity == NULL)
			identity = shared;
		ask(r, &l->half[HOST_IPV6], identity, canonical, HOST_IPV6);
		ask(r, &l->half[HOST_IPV4], identity, canonical, HOST_IPV4);
	}
}

void
resolver_lookup_srv(struct resolver *r, struct srv_lookup *l, const char *name)
{
	char canonical[NAME_MAX_LEN + 1];

	if (!name_canonical(canonical, name) ||
	    special_name(canonical) != SPECIAL_NOT) {
		srv_answer_none(&r->srv, l);
		return;
	}
	refresh_servers(r);
	srv_ask(&r->srv, l, canonical);
}

void
lookup_cancel(struct lookup *l)
{
	struct lookup_half *h;
	size_t i;

	for (i = 0; i < 2; i++) {
		h = &l->half[i];
		if (h->lookup == NULL)
			continue;
		/* The question stays: its answer is for the cache. */
		if (h->query != NULL)
			TAILQ_REMOVE(&h->query->waiters, h, link);
		else
			TAILQ_REMOVE(&l->resolver->ready, h, link);
		dns_answer_unref(h->answer);
		h->answer = NULL;
		h->lookup = NULL;
	}
}

/* -- the resolver --------------------------------------------------------- */

struct resolver *
resolver_new_with(struct loop *loop, const struct resolver_conf *conf,
    const char *hosts, const char *resolv_conf)
{
	struct resolver *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->loop = loop;
	TAILQ_INIT(&r->ready);
	timer_init(&r->deliver, on_deliver);
	r->read_hosts = conf->hosts;
	r->hosts_file.path = hosts;
	r->read_servers = conf->nservers == 0;
	r->servers_file.path = resolv_conf;
	r->asker = dns_asker_new(loop, conf->timeout, conf->tries);
	srv_init(&r->srv, loop, r->asker);
	r->cache = dns_cache_new((size_t)conf->cache * 2); /* both families */
	if (!name_table_init(&r->under_way, DNS_QUESTIONS) ||
	    r->asker == NULL || r->cache == NULL) {
		resolver_free(r);
		return NULL;
	}
	if (conf->nservers > 0)
		dns_asker_servers(r->asker, conf->servers, conf->nservers);
	return r;
}

struct resolver *
resolver_new(struct loop *loop, const struct resolver_conf *conf)
{
	return resolver_new_with(loop, conf, HOSTS, RESOLV_CONF);
}

void
resolver_free(struct resolver *r)
{
	if (r == NULL)
		return;
	dns_asker_free(r->asker); /* ends what is still under way */
	assert(TAILQ_EMPTY(&r->ready));
	srv_deinit(&r->srv);
	dns_cache_free(r->cache);
	name_table_deinit(&r->under_way);
	hosts_free(r->hosts);
	timer_stop(r->loop, &r->deliver);
	free(r);
}
