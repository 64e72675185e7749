/* listener.c - accept, and what to do when descriptors run out. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "net/listener.h"

#define BACKLOG   65535 /* the kernel cuts it to net.core.somaxconn */
#define BURST_MAX 64    /* clients a wake-up takes before others have a turn */
#define PAUSE_MS  100

static int
try_bind(int fd, const struct endpoint *addr, bool first)
{
	const int one = 1;
	struct sockaddr_storage ss;
	struct ip ip;
	socklen_t n;

	endpoint_ip(addr, &ip);
	n = ip_sockaddr(&ip, addr->port, &ss);
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0)
		return -1;
	if (addr->type == HOST_IPV6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0)
		return -1;
	/*
	 * The first bind is exclusive, so that a second daemon on the same
	 * address is refused; sharing is switched on only afterwards.
	 */
	if (!first &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) != 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&ss, n) != 0)
		return -1;
	if (first &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) != 0)
		return -1;
	/* Inherited by every accepted socket. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	return listen(fd, BACKLOG);
}

int
listener_bind(struct endpoint *addr, bool first)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	struct ip ip;
	int fd, saved;

	fd = socket(addr->type == HOST_IPV6 ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (try_bind(fd, addr, first) != 0 ||
	    getsockname(fd, (struct sockaddr *)&ss, &n) != 0) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	sockaddr_ip((struct sockaddr *)&ss, &ip, &addr->port);
	return fd;
}

static void
on_pause_over(struct timer *t)
{
	struct listener *l = (struct listener *)((char *)t -
	    offsetof(struct listener, pause));

	ev_io_start(l->loop->ev, &l->io);
}

static void
accept_failed(struct listener *l)
{
	switch (errno) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		/* Clients wait in the kernel's queue; spinning helps nobody. */
		ev_io_stop(l->loop->ev, &l->io);
		timer_start(l->loop, &l->pause, PAUSE_MS);
		if (log_may(&l->warned))
			log_warn("accepting pauses", "why", strerror(errno),
			    "do", "raise the descriptor limit (ulimit -n)",
			    NULL);
		break;
	default: /* the client went away, or nobody is there */
		break;
	}
}

static void
on_connection(struct ev_loop *ev, ev_io *w, int revents)
{
	struct listener *l = (struct listener *)w; /* its first member */
	struct sockaddr_storage ss;
	unsigned turn = ev_iteration(ev), left;
	struct ip peer;
	uint16_t port;
	socklen_t n;
	int fd;

	(void)revents;
	/*
	 * One client per wake-up saves the call that would find nobody; when
	 * there is one at every turn of the loop, take ever more at once.
	 */
	l->burst = turn == l->turn + 1 ? l->burst * 2 : 1;
	if (l->burst > BURST_MAX)
		l->burst = BURST_MAX;
	l->turn = turn;
	for (left = l->burst; left > 0 && ev_is_active(&l->io); left--) {
		n = sizeof(ss);
		fd = accept4(w->fd, (struct sockaddr *)&ss, &n,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			accept_failed(l);
			l->burst = 1;
			break;
		}
		if (sockaddr_ip((struct sockaddr *)&ss, &peer, &port))
			l->on_client(l, fd, &peer);
		else
			close(fd);
	}
}

void
listener_open(struct listener *l, struct loop *loop, int fd,
    void (*on_client)(struct listener *, int fd, const struct ip *peer))
{
	ev_io_init(&l->io, on_connection, fd, EV_READ);
	timer_init(&l->pause, on_pause_over);
	l->loop = loop;
	l->on_client = on_client;
	l->burst = 1;
	l->turn = 0;
	l->warned = 0;
	ev_io_start(loop->ev, &l->io);
}

void
listener_close(struct listener *l)
{
	if (l->loop == NULL)
		return;
	timer_stop(l->loop, &l->pause);
	ev_io_stop(l->loop->ev, &l->io);
	close(l->io.fd);
	l->loop = NULL;
}
