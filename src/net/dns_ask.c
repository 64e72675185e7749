/* dns_ask.c - c-ares channels in the loop. */
#include <ares.h>
#include <arpa/nameser.h>
#include <assert.h>
#include <netinet/in.h>

#include "dns_ask.h"
#include "dns_reply.h"

/* ares_query() and its parsers serve 1.18 as well as today's versions. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#define CHANNEL_QUESTIONS 64
#define CHANNEL_SOCKETS   (4 * RESOLVER_SERVERS) /* UDP and TCP, and twice */
#define TIMEOUT_MIN_MS    10
#define TIMEOUT_MAX_MS    60000
#define TRIES_MAX         10 /* each waits twice as long as the one before */

struct dns_socket {
	ev_io io;
	struct dns_channel *channel; /* NULL: free */
};

struct dns_channel {
	LIST_ENTRY(dns_channel) link;
	struct dns_asker *asker;
	ares_channel ares;
	struct timer timer;
	unsigned asked, under_way;
	struct dns_socket sockets[CHANNEL_SOCKETS];
};

struct dns_asker {
	struct loop *loop;
	LIST_HEAD(, dns_channel) channels;
	struct dns_channel *current; /* takes the next question, or NULL */
	struct timer sweep;
	unsigned under_way;
	int timeout, tries;
	unsigned nservers;
	struct ares_addr_port_node servers[RESOLVER_SERVERS];
};

/* -- a channel ------------------------------------------------------------ */

/*
 * After c-ares did something.  A channel is not freed here, with its own
 * callbacks on the stack, but by the sweep, which comes right afterwards.
 */
static void
settle(struct dns_channel *c)
{
	struct loop *loop = c->asker->loop;
	struct timeval tv;
	uint64_t ms;

	if (c->under_way == 0) {
		timer_stop(loop, &c->timer);
		if (c != c->asker->current)
			ev_feed_event(loop->ev, &c->asker->sweep.ev, EV_TIMER);
		return;
	}
	/* A scan, but of few questions. */
	if (ares_timeout(c->ares, NULL, &tv) == NULL)
		return;
	ms = (uint64_t)tv.tv_sec * 1000 + (uint64_t)tv.tv_usec / 1000;
	timer_start(loop, &c->timer, ms + 1);
}

static void
on_timeout(struct timer *t)
{
	struct dns_channel *c = (struct dns_channel *)((char *)t -
	    offsetof(struct dns_channel, timer));

	ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	settle(c);
}

static void
on_socket(struct ev_loop *ev, ev_io *w, int revents)
{
	struct dns_channel *c = ((struct dns_socket *)w)->channel;

	(void)ev;
	ares_process_fd(c->ares, revents & EV_READ ? w->fd : ARES_SOCKET_BAD,
	    revents & EV_WRITE ? w->fd : ARES_SOCKET_BAD);
	settle(c);
}

static struct dns_socket *
find_socket(struct dns_channel *c, int fd)
{
	struct dns_socket *spare = NULL, *s;
	size_t i;

	for (i = 0; i < CHANNEL_SOCKETS; i++) {
		s = &c->sockets[i];
		if (s->channel != NULL && s->io.fd == fd)
			return s;
		if (s->channel == NULL && spare == NULL)
			spare = s;
	}
	if (spare != NULL)
		ev_io_init(&spare->io, on_socket, fd, 0);
	return spare;
}

/* c-ares: fd is to be watched for this, or, with neither, to be closed. */
static void
on_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct dns_channel *c = data;
	struct ev_loop *ev = c->asker->loop->ev;
	struct dns_socket *s = find_socket(c, fd);

	if (s == NULL) /* more than there are servers: it will time out */
		return;
	ev_io_stop(ev, &s->io);
	s->channel = NULL;
	if (!readable && !writable)
		return;
	ev_io_set(&s->io, fd,
	    (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
	ev_io_start(ev, &s->io);
	s->channel = c;
}

/*
 * c-ares from 1.23 on has a cache of its own, on by default; ours is the one
 * that knows what may be shared.
 */
#ifdef ARES_OPT_QUERY_CACHE
static int
no_cache(struct ares_options *o)
{
	o->qcache_max_ttl = 0;
	return ARES_OPT_QUERY_CACHE;
}
#else
static int
no_cache(struct ares_options *o)
{
	(void)o;
	return 0;
}
#endif

/*
 * Every option that a file or the environment (RES_OPTIONS, LOCALDOMAIN,
 * HOSTALIASES) could set is set here, so that they do not matter.
 */
static bool
open_ares(struct dns_channel *c)
{
	static char lookups[] = "b", nowhere[] = "/dev/null";
	struct ares_options o = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = c->asker->timeout,
		.tries = c->asker->tries,
		.ndots = 1,
		.lookups = lookups,
		.resolvconf_path = nowhere,
		.sock_state_cb = on_state,
		.sock_state_cb_data = c,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
	    ARES_OPT_NDOTS | ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF |
	    ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS | ARES_OPT_NOROTATE;

	mask |= no_cache(&o);
	if (ares_init_options(&c->ares, &o, mask) != ARES_SUCCESS)
		return false;
	if (ares_set_servers_ports(c->ares, c->asker->servers) == ARES_SUCCESS)
		return true;
	ares_destroy(c->ares);
	return false;
}

static struct dns_channel *
channel_new(struct dns_asker *a)
{
	struct dns_channel *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->asker = a;
	timer_init(&c->timer, on_timeout);
	if (!open_ares(c)) {
		free(c);
		return NULL;
	}
	LIST_INSERT_HEAD(&a->channels, c, link);
	return c;
}

static void
channel_free(struct dns_channel *c)
{
	/* Answers what is under way, and closes its sockets. */
	ares_destroy(c->ares);
	timer_stop(c->asker->loop, &c->timer);
	LIST_REMOVE(c, link);
	free(c);
}

/* -- answers -------------------------------------------------------------- */

/* RFC 2181 8: a TTL with the highest bit set counts as 0. */
static uint32_t
ttl_of(int ttl)
{
	return ttl > 0 ? (uint32_t)ttl : 0;
}

/* How many addresses; -1: the message makes no sense. */
static int
read_ipv4(const uint8_t *msg, int len, struct ip *ips, uint32_t *ttl)
{
	struct ares_addrttl a[LOOKUP_IPS];
	int n = LOOKUP_IPS, i, st;

	st = ares_parse_a_reply(msg, len, NULL, a, &n);
	if (st != ARES_SUCCESS)
		return st == ARES_ENODATA ? 0 : -1;
	for (i = 0; i < n; i++) {
		ips[i] = ip_v4((const uint8_t *)&a[i].ipaddr);
		if (ttl_of(a[i].ttl) < *ttl)
			*ttl = ttl_of(a[i].ttl);
	}
	return n;
}

static int
read_ipv6(const uint8_t *msg, int len, struct ip *ips, uint32_t *ttl)
{
	struct ares_addr6ttl a[LOOKUP_IPS];
	int n = LOOKUP_IPS, i, st;

	st = ares_parse_aaaa_reply(msg, len, NULL, a, &n);
	if (st != ARES_SUCCESS)
		return st == ARES_ENODATA ? 0 : -1;
	for (i = 0; i < n; i++) {
		ips[i] = ip_v6((const uint8_t *)&a[i].ip6addr);
		if (ttl_of(a[i].ttl) < *ttl)
			*ttl = ttl_of(a[i].ttl);
	}
	return n;
}

static enum lookup_result
understand(const struct dns_question *q, const uint8_t *msg, int len,
    struct dns_answer **answer, uint32_t *ttl)
{
	struct ip ips[LOOKUP_IPS];
	int n;

	*ttl = UINT32_MAX;
	n = q->family == HOST_IPV4 ? read_ipv4(msg, len, ips, ttl)
				   : read_ipv6(msg, len, ips, ttl);
	if (n < 0)
		return LOOKUP_FAILED;
	if (n == 0) {
		*ttl = dns_negative_ttl(msg, (size_t)len);
		return LOOKUP_NONE;
	}
	*answer = dns_answer_new(ips, (size_t)n);
	return *answer != NULL ? LOOKUP_FOUND : LOOKUP_FAILED;
}

static enum lookup_result
result_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
		return LOOKUP_FOUND;
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
		return LOOKUP_NONE;
	default: /* no server answered, or none that makes sense */
		return LOOKUP_FAILED;
	}
}

static void
on_reply(void *arg, int status, int timeouts, unsigned char *msg, int len)
{
	struct dns_question *q = arg;
	struct dns_answer *answer = NULL;
	enum lookup_result r = result_of(status);
	uint32_t ttl = 0;

	(void)timeouts;
	q->channel->under_way--;
	q->channel->asker->under_way--;
	if (q->heard != NULL) {
		q->heard(q, r, r != LOOKUP_FAILED ? msg : NULL, (size_t)len);
		return;
	}
	if (r == LOOKUP_FOUND)
		r = understand(q, msg, len, &answer, &ttl);
	else if (r == LOOKUP_NONE)
		ttl = msg != NULL ? dns_negative_ttl(msg, (size_t)len)
				  : DNS_NEGATIVE_TTL;
	q->answered(q, r, answer, ttl);
}

static int
type_of(const struct dns_question *q)
{
	if (q->heard != NULL)
		return ns_t_srv;
	return q->family == HOST_IPV4 ? ns_t_a : ns_t_aaaa;
}

/* -- the asker ------------------------------------------------------------ */

static void
on_sweep(struct timer *t)
{
	struct dns_asker *a = (struct dns_asker *)((char *)t -
	    offsetof(struct dns_asker, sweep));
	struct dns_channel *c, *next;

	for (c = LIST_FIRST(&a->channels); c != NULL; c = next) {
		next = LIST_NEXT(c, link);
		if (c != a->current && c->under_way == 0)
			channel_free(c);
	}
}

static int
within(uint64_t n, int min, int max)
{
	if (n < (uint64_t)min)
		return min;
	return n < (uint64_t)max ? (int)n : max;
}

struct dns_asker *
dns_asker_new(struct loop *loop, uint64_t timeout, unsigned tries)
{
	struct dns_asker *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->loop = loop;
	LIST_INIT(&a->channels);
	timer_init(&a->sweep, on_sweep);
	a->timeout = within(timeout, TIMEOUT_MIN_MS, TIMEOUT_MAX_MS);
	a->tries = within(tries, 1, TRIES_MAX);
	return a;
}

void
dns_asker_free(struct dns_asker *a)
{
	struct dns_channel *c;

	if (a == NULL)
		return;
	while ((c = LIST_FIRST(&a->channels)) != NULL)
		channel_free(c);
	timer_stop(a->loop, &a->sweep);
	free(a);
}

/* Nothing more is asked through the current channel. */
static void
retire(struct dns_asker *a)
{
	struct dns_channel *c = a->current;

	a->current = NULL;
	if (c != NULL)
		settle(c);
}

void
dns_asker_servers(struct dns_asker *a, const struct endpoint *servers,
    unsigned n)
{
	struct ares_addr_port_node *node;
	bool is_v4;
	unsigned i;

	assert(n <= RESOLVER_SERVERS);
	retire(a);
	a->nservers = n;
	for (i = 0; i < n; i++) {
		node = &a->servers[i];
		node->next = i + 1 < n ? node + 1 : NULL;
		node->udp_port = node->tcp_port = servers[i].port;
		is_v4 = servers[i].type == HOST_IPV4;
		node->family = is_v4 ? AF_INET : AF_INET6;
		memcpy(&node->addr, servers[i].host.ip, is_v4 ? 4 : 16);
	}
}

void
dns_ask(struct dns_asker *a, struct dns_question *q)
{
	struct dns_channel *c;

	if (a->current != NULL && a->current->asked == CHANNEL_QUESTIONS)
		retire(a);
	if (a->nservers == 0 || a->under_way >= DNS_QUESTIONS)
		goto fail;
	if (a->current == NULL)
		a->current = channel_new(a);
	c = q->channel = a->current;
	if (c == NULL)
		goto fail;
	c->asked++;
	c->under_way++;
	a->under_way++;
	ares_query(c->ares, q->name, ns_c_in, type_of(q), on_reply, q);
	settle(c);
	return;
fail:
	if (q->heard != NULL)
		q->heard(q, LOOKUP_FAILED, NULL, 0);
	else
		q->answered(q, LOOKUP_FAILED, NULL, 0);
}
