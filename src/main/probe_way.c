/* probe_way.c - from here to the proxy and, for tunnels, through it. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "outbound/chain.h"

#include "probe_parts.h"

/* -- time ----------------------------------------------------------------- */

long long
probe_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Something is ready; false when the time is over. */
bool
probe_wait(const struct run *r, struct pollfd *fds, size_t n)
{
	long long left;
	int got;

	do {
		left = r->end - probe_now();
		got = left > 0 ? poll(fds, n, (int)left) : 0;
	} while (got < 0 && errno == EINTR);
	return got > 0;
}

static bool
wait_one(const struct run *r, int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return probe_wait(r, &p, 1);
}

bool
probe_send(const struct run *r, int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = send(fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		} else if ((errno != EAGAIN && errno != EINTR) ||
		    !wait_one(r, fd, POLLOUT))
			return false;
	}
	return true;
}

/* -- the way to the proxy ------------------------------------------------- */

static int
dial(const struct run *r, const struct addrinfo *at)
{
	int fd = socket(at->ai_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int why = 0;
	socklen_t len = sizeof(why);

	if (fd < 0)
		return -1;
	if (connect(fd, at->ai_addr, at->ai_addrlen) == 0)
		return fd;
	if (errno != EINPROGRESS)
		why = errno;
	else if (!wait_one(r, fd, POLLOUT))
		why = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &len);
	if (why == 0)
		return fd;
	close(fd);
	errno = why;
	return -1;
}

/* Our loopback is the proxy's only when both are on one machine. */
static bool
is_here(int fd)
{
	struct sockaddr_storage ss[2];
	struct sockaddr *sa[2] = { (void *)&ss[0], (void *)&ss[1] };
	socklen_t len[2] = { sizeof(ss[0]), sizeof(ss[1]) };
	struct ip ip[2];
	uint16_t port;

	return getsockname(fd, sa[0], &len[0]) == 0 &&
	    getpeername(fd, sa[1], &len[1]) == 0 &&
	    sockaddr_ip(sa[0], &ip[0], &port) &&
	    sockaddr_ip(sa[1], &ip[1], &port) &&
	    (ip_same(&ip[0], &ip[1]) || ip_is_loopback(&ip[1]));
}

int
probe_dial(struct run *r)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const struct endpoint *ep = &r->p->proxy->addr;
	char host[HOST_MAX + 1], port[8], text[ENDPOINT_STR];
	struct addrinfo *list = NULL, *at;
	int e;

	endpoint_host_str(ep, host);
	endpoint_str(ep, text);
	snprintf(port, sizeof(port), "%u", ep->port);
	e = getaddrinfo(host, port, &hints, &list);
	if (e != 0)
		return ctl_complain(EX_NOHOST, "%s: %s", host, gai_strerror(e));
	for (at = list; at != NULL && r->proxy < 0; at = at->ai_next)
		r->proxy = dial(r, at);
	e = errno;
	freeaddrinfo(list);
	if (r->proxy < 0)
		return ctl_complain(EX_UNAVAILABLE,
		    "cannot connect to the proxy on %s: %s\n"
		    "Start bauta, or say where it listens: bautactl headers "
		    "URL",
		    text, strerror(e));
	if (r->p->origin == NULL && !is_here(r->proxy))
		return ctl_complain(EX_USAGE,
		    "the proxy is on another machine: name an address of this "
		    "one that it, or the\nlast hop of its chain, reaches: "
		    "bautactl headers --origin HOST:PORT URL");
	return 0;
}

int
probe_shake_hands(struct run *r)
{
	uint8_t mem_in[HOP_IN_MAX], mem_out[HOP_OUT_MAX];
	struct buf in = buf_on(mem_in, sizeof(mem_in)), out;
	struct chain *c = chain_open(&r->p->proxy, 1, &r->to);
	enum hop_status st = HOP_MORE;
	enum outcome why;
	size_t room;
	uint8_t *at;
	ssize_t n;
	int rc = 0;

	if (c == NULL)
		return probe_no_memory();
	while (rc == 0 && st == HOP_MORE) {
		out = buf_on(mem_out, sizeof(mem_out));
		st = chain_step(c, &in, &out, &why);
		if (!probe_send(r, r->proxy, buf_head(&out), buf_len(&out)))
			rc = probe_gone();
		if (rc != 0 || st != HOP_MORE)
			break;
		at = buf_tail(&in, &room);
		if (!wait_one(r, r->proxy, POLLIN))
			rc = probe_too_slow(r);
		else if ((n = recv(r->proxy, at, room, 0)) <= 0)
			rc = probe_gone();
		else
			buf_grew(&in, (size_t)n);
	}
	if (rc == 0 && st == HOP_FAILED)
		rc = probe_no_tunnel(r, why);
	else if (rc == 0 && (buf_len(&in) > 0 || !chain_is_plain(c)))
		rc = ctl_complain(EX_PROTOCOL,
		    "the proxy spoke before it was asked");
	chain_close(c);
	return rc;
}
