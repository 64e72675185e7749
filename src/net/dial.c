/* dial.c - Happy Eyeballs version 2 (RFC 8305), and what errors mean. */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dial.h"

#define GRACE_MS   50  /* Resolution Delay, RFC 8305 3 */
#define ATTEMPT_MS 250 /* Connection Attempt Delay, RFC 8305 5 */
#define FAMILIES   2

struct dial_attempt {
	ev_io io; /* first: libev hands it out */
	struct dial *dial;
	struct dial_attempt *next;
	enum host_type family;
};

/*
 * Which of two reasons is told.  A refusal proves that the host is there; no
 * route is what every IPv6 address yields on a machine that has none.
 */
static const unsigned char weight[] = {
	[DIAL_OK] = 0, /* nothing yet */
	[DIAL_NO_NAME] = 1,
	[DIAL_NAME_FAILED] = 2,
	[DIAL_DENIED] = 3,
	[DIAL_FAILED] = 4,
	[DIAL_NET_UNREACHABLE] = 5,
	[DIAL_NO_SOURCE] = 6,
	[DIAL_NO_RESOURCES] = 7,
	[DIAL_TIMEOUT] = 8,
	[DIAL_HOST_UNREACHABLE] = 9,
	[DIAL_REFUSED] = 10,
};

static void
blame(struct dial *d, enum dial_result why)
{
	if (weight[why] > weight[d->worst])
		d->worst = why;
}

static enum dial_result
meaning(int error, enum host_type family)
{
	switch (error) {
	case ECONNREFUSED:
		return DIAL_REFUSED;
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case EACCES: /* a rule of this machine's packet filter */
	case EPERM:
		return DIAL_HOST_UNREACHABLE;
	case ENETUNREACH:
	case ENETDOWN:
	case EAFNOSUPPORT:
		return DIAL_NET_UNREACHABLE;
	case ETIMEDOUT:
		return DIAL_TIMEOUT;
	case EADDRNOTAVAIL:
		/* IPv6 is switched off, or all ports are in use. */
		return family == HOST_IPV6 ? DIAL_NET_UNREACHABLE
					   : DIAL_NO_RESOURCES;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EAGAIN: /* tcp(7): no free local port */
		return DIAL_NO_RESOURCES;
	default:
		return DIAL_FAILED;
	}
}

/* -- attempts ------------------------------------------------------------- */

static void
attempt_unlink(struct dial_attempt *a)
{
	struct dial_attempt **at = &a->dial->attempts;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	ev_io_stop(a->dial->loop->ev, &a->io);
}

static void
stop_all(struct dial *d)
{
	struct dial_attempt *a;

	lookup_cancel(&d->lookup);
	timer_stop(d->loop, &d->timer);
	while ((a = d->attempts) != NULL) {
		attempt_unlink(a);
		close(a->io.fd);
		free(a);
	}
	d->loop = NULL; /* not under way any more */
}

static void
finish(struct dial *d, enum dial_result r, int fd)
{
	stop_all(d);
	d->done(d, r, fd); /* perhaps frees d */
}

static void go_on(struct dial *);

static void
on_writable(struct ev_loop *ev, ev_io *w, int revents)
{
	struct dial_attempt *a = (struct dial_attempt *)w;
	struct dial *d = a->dial;
	int error = 0, fd = w->fd;
	socklen_t n = sizeof(error);

	(void)ev, (void)revents;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
		error = errno;
	attempt_unlink(a);
	if (error == 0) {
		free(a);
		finish(d, DIAL_OK, fd);
		return;
	}
	close(fd);
	blame(d, meaning(error, a->family));
	free(a);
	timer_stop(d->loop, &d->timer);
	go_on(d);
}

/* The address to leave from, of the family of `to`; false: there is none. */
static bool
source_address(const struct source *s, const struct ip *to, struct ip *from)
{
	bool v6 = to->type == HOST_IPV6;

	if (v6 ? !s->has_v6 : !s->has_v4)
		return false;
	*from = v6 ? s->v6 : s->v4;
	return true;
}

static bool
has_addresses(const struct source *s)
{
	return s->has_v4 || s->has_v6;
}

static bool
serves(const struct source *s, const struct ip *to)
{
	struct ip from;

	return s == NULL || !has_addresses(s) || source_address(s, to, &from);
}

/* Before connect(), so that no packet leaves from elsewhere. */
static bool
leave_from(int fd, const struct source *s, const struct ip *to)
{
	const int one = 1;
	struct sockaddr_storage ss;
	struct ip from;
	socklen_t n;

	if (s->iface[0] != '\0' &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, s->iface,
		(socklen_t)strlen(s->iface)) != 0)
		return false;
	if (s->mark != 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &s->mark, sizeof(s->mark)) != 0)
		return false;
	if (!has_addresses(s))
		return true;
	/* The port is chosen by connect(), which knows what is in use. */
	if (!source_address(s, to, &from) ||
	    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
		sizeof(one)) != 0 ||
	    (s->free &&
		setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) !=
		    0))
		return false;
	n = ip_sockaddr(&from, 0, &ss);
	return bind(fd, (struct sockaddr *)&ss, n) == 0;
}

/* 0, EINPROGRESS, or why not. */
static int
start_connect(int fd, const struct ip *ip, uint16_t port)
{
	struct sockaddr_storage ss;
	socklen_t n = ip_sockaddr(ip, port, &ss);

	if (connect(fd, (struct sockaddr *)&ss, n) == 0)
		return 0;
	/*
	 * On this machine the peer has answered before connect() returned, but
	 * only a second call tells.  It is cheaper than a turn of the loop.
	 */
	if (errno == EINPROGRESS && ip_is_loopback(ip) &&
	    connect(fd, (struct sockaddr *)&ss, n) == 0)
		return 0;
	return errno == EALREADY || errno == EINTR ? EINPROGRESS : errno;
}

/*
 * A socket that connects, or has done so already; or why not.  No keep-alive:
 * the session's idle time and its client's end end it, so it would only cost a
 * system call per connection.
 */
static enum dial_result
open_socket(const struct dial *d, const struct ip *ip, int *fd, bool *connected)
{
	const int one = 1;
	enum dial_result r = DIAL_OK;
	int error = 0;

	*fd = socket(ip->type == HOST_IPV6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return meaning(errno, ip->type);
	if (d->source != NULL && !leave_from(*fd, d->source, ip))
		r = DIAL_NO_SOURCE;
	else if (setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) !=
	    0)
		r = meaning(errno, ip->type);
	else
		error = start_connect(*fd, ip, d->port);
	if (error != 0 && error != EINPROGRESS)
		r = meaning(error, ip->type);
	*connected = error == 0;
	if (r != DIAL_OK)
		close(*fd);
	return r;
}

static bool
attempt_new(struct dial *d, enum host_type family, int fd)
{
	struct dial_attempt *a = malloc(sizeof(*a));

	if (a == NULL)
		return false;
	a->dial = d;
	a->family = family;
	a->next = d->attempts;
	d->attempts = a;
	ev_io_init(&a->io, on_writable, fd, EV_WRITE);
	ev_io_start(d->loop->ev, &a->io);
	/* Its time alone, when another one may follow. */
	if (d->next < d->nips || d->waiting > 0)
		timer_start(d->loop, &d->timer, ATTEMPT_MS);
	return true;
}

/*
 * Begin with the next address that can be begun with: a descriptor when that
 * connected at once, else -1.
 */
static int
try_next(struct dial *d)
{
	const struct ip *ip;
	enum dial_result r;
	bool connected = false;
	int fd;

	while (d->next < d->nips) {
		ip = &d->ips[d->next++];
		if (ip_is_any(ip) || !d->permit(d, ip, d->port)) {
			blame(d, DIAL_DENIED);
			continue;
		}
		if (!serves(d->source, ip)) {
			blame(d, DIAL_NO_SOURCE);
			continue;
		}
		r = open_socket(d, ip, &fd, &connected);
		if (r != DIAL_OK) {
			blame(d, r);
			continue;
		}
		if (connected)
			return fd;
		if (attempt_new(d, ip->type, fd))
			break;
		close(fd);
		blame(d, DIAL_NO_RESOURCES);
	}
	return -1;
}

/* The next attempt; when there is nothing left to wait for, the end. */
static void
go_on(struct dial *d)
{
	int fd = try_next(d);

	if (fd >= 0)
		finish(d, DIAL_OK, fd);
	else if (d->attempts == NULL && d->waiting == 0)
		finish(d, d->worst, -1); /* try_next() found no more */
}

static void
on_timer(struct timer *t)
{
	go_on((struct dial *)((char *)t - offsetof(struct dial, timer)));
}

/* -- names ---------------------------------------------------------------- */

static enum host_type
other_family(enum host_type family)
{
	return family == HOST_IPV4 ? HOST_IPV6 : HOST_IPV4;
}

/*
 * RFC 8305 4: the addresses of the two families by turns, IPv6 first, or after
 * an attempt the family that had none.  What is there already and was not
 * tried is all of the other family.
 */
static void
interleave(struct dial *d, enum host_type family, const struct ip *ips,
    size_t n)
{
	struct ip old[LOOKUP_IPS];
	const struct ip *from[FAMILIES];
	size_t left[FAMILIES], nold = d->nips - d->next;
	enum host_type turn = HOST_IPV6, other = other_family(family);

	if (d->next > 0 && d->ips[d->next - 1].type == HOST_IPV6)
		turn = HOST_IPV4;
	memcpy(old, d->ips + d->next, nold * sizeof(*old));
	from[family] = ips, left[family] = n;
	from[other] = old, left[other] = nold;
	for (d->nips = d->next; d->nips < LOOKUP_IPS; d->nips++) {
		if (left[turn] == 0)
			turn = other_family(turn);
		if (left[turn] == 0)
			break;
		d->ips[d->nips] = *from[turn]++;
		left[turn]--;
		turn = other_family(turn);
	}
}

static void
on_answer(struct lookup *l, enum host_type family, enum lookup_result result,
    const struct ip *ips, size_t n)
{
	struct dial *d = (struct dial *)((char *)l -
	    offsetof(struct dial, lookup));

	d->waiting--;
	if (result == LOOKUP_FOUND)
		interleave(d, family, ips, n);
	else if (result == LOOKUP_NONE)
		blame(d, DIAL_NO_NAME);
	else
		blame(d, DIAL_NAME_FAILED);
	if (d->next == 0 && d->nips > 0 && d->waiting > 0 &&
	    family == HOST_IPV4) {
		timer_start(d->loop, &d->timer, GRACE_MS);
		return;
	}
	if (d->attempts != NULL && ev_is_active(&d->timer.ev))
		return; /* the last attempt has its 250 ms still */
	timer_stop(d->loop, &d->timer);
	go_on(d);
}

int
dial_start(struct dial *d, struct loop *loop, struct resolver *resolver,
    const struct endpoint *to)
{
	int fd;

	assert(d->loop == NULL);
	d->loop = loop;
	d->port = to->port;
	d->worst = DIAL_OK;
	d->waiting = d->nips = d->next = 0;
	d->attempts = NULL;
	timer_init(&d->timer, on_timer);
	if (!endpoint_ip(to, &d->ips[0])) {
		d->lookup.on_answer = on_answer;
		d->waiting = FAMILIES;
		resolver_lookup(resolver, &d->lookup, to->host.name,
		    d->identity);
		return -1;
	}
	d->nips = 1;
	fd = try_next(d);
	if (fd >= 0)
		d->loop = NULL;
	else if (d->attempts == NULL) /* done() comes from go_on() */
		ev_feed_event(loop->ev, &d->timer.ev, EV_TIMER);
	return fd;
}

void
dial_cancel(struct dial *d)
{
	if (d->loop != NULL)
		stop_all(d);
}
