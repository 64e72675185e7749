#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/reader.h"

#include "witness.h"

#define ANSWER_TTL 1
#define MESSAGE    512 /* RFC 1035 section 2.3.4 */

/* -- names ---------------------------------------------------------------- */

/* The question's name as text, lower case; false: no such thing. */
static bool
read_name(struct reader *r, char name[HOST_MAX + 1])
{
	size_t len = 0, n;

	while ((n = reader_u8(r)) != 0) {
		if (n > 63 || len + n + 1 > HOST_MAX)
			return false;
		if (len > 0)
			name[len++] = '.';
		reader_bytes(r, name + len, n);
		len += n;
	}
	name[len] = '\0';
	return r->err == OK && strlen(name) == len;
}

static bool
is_ours(const char *name)
{
	size_t n = strlen(name), k = strlen(WITNESS_DOMAIN);

	return n >= k && strcasecmp(name + n - k, WITNESS_DOMAIN) == 0;
}

static bool
is_hop(const struct witness *w, const char *name)
{
	unsigned i;

	for (i = 0; i < w->nhops; i++)
		if (strcasecmp(w->hop[i], name) == 0)
			return true;
	return false;
}

/* What this machine's own resolver says of a hop. */
static bool
look_up(const char *name, int family, struct ip *ip)
{
	const struct addrinfo hints = { .ai_family = family,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	uint16_t port;
	bool found;

	if (getaddrinfo(name, NULL, &hints, &list) != 0)
		return false;
	found = sockaddr_ip(list->ai_addr, ip, &port);
	freeaddrinfo(list);
	return found;
}

static bool
know(struct witness *w, const char *name, unsigned type, struct ip *ip)
{
	if (is_hop(w, name))
		return look_up(name, type == ns_t_a ? AF_INET : AF_INET6, ip);
	pthread_mutex_lock(&w->lock);
	if (w->nasked < WITNESS_SEEN)
		snprintf(w->asked[w->nasked++], HOST_MAX + 1, "%s", name);
	pthread_mutex_unlock(&w->lock);
	return is_ours(name) && type == ns_t_a && endpoint_ip(&w->origin, ip);
}

/* The question again, and an address when there is one (RFC 1035 section 4). */
static size_t
answer(uint8_t *m, size_t question, unsigned type, bool known, bool exists,
    const struct ip *ip)
{
	size_t n = type == ns_t_a ? 4 : 16;
	const uint8_t record[] = { 0xc0, 12, 0, (uint8_t)type, 0, 1, 0, 0, 0,
		ANSWER_TTL, 0, (uint8_t)n };

	m[2] = 0x81; /* a response, recursion desired */
	m[3] = exists ? 0x80 : 0x80 | ns_r_nxdomain;
	memset(m + 6, 0, 6);
	if (!known)
		return question;
	m[7] = 1;
	memcpy(m + question, record, sizeof(record));
	memcpy(m + question + sizeof(record), ip->b, n);
	return question + sizeof(record) + n;
}

static void
on_question(struct witness *w)
{
	struct sockaddr_storage from;
	socklen_t fromlen = sizeof(from);
	uint8_t m[MESSAGE + 64];
	char name[HOST_MAX + 1];
	struct reader r;
	unsigned type;
	struct ip ip;
	bool known;
	ssize_t n;

	n = recvfrom(w->fd_names, m, MESSAGE, 0, (struct sockaddr *)&from,
	    &fromlen);
	if (n < 12 || (m[2] & 0x80) != 0)
		return;
	r = reader_of(m + 12, (size_t)n - 12);
	if (!read_name(&r, name))
		return;
	type = reader_u16(&r);
	reader_u16(&r);
	if (r.err != OK)
		return;
	known = (type == ns_t_a || type == ns_t_aaaa) &&
	    know(w, name, type, &ip);
	n = (ssize_t)answer(m, 12 + reader_used(&r), type, known,
	    known || is_ours(name) || is_hop(w, name), &ip);
	sendto(w->fd_names, m, (size_t)n, 0, (struct sockaddr *)&from, fromlen);
}

/* -- the origin ----------------------------------------------------------- */

static void
on_guest(struct witness *w)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);
	uint16_t port;
	unsigned i;
	int fd;

	fd = accept4(w->fd_origin, (struct sockaddr *)&ss, &n,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	for (i = 0; i < WITNESS_GUESTS && w->guest[i].fd >= 0; i++)
		;
	pthread_mutex_lock(&w->lock);
	if (i < WITNESS_GUESTS && w->ncame < WITNESS_SEEN) {
		w->guest[i].fd = fd;
		w->guest[i].came = w->ncame;
		memset(&w->came[w->ncame], 0, sizeof(w->came[0]));
		sockaddr_ip((struct sockaddr *)&ss, &w->came[w->ncame++].from,
		    &port);
		fd = -1;
	}
	pthread_mutex_unlock(&w->lock);
	if (fd >= 0)
		close(fd);
}

/* One segment is enough: we sent it. */
static void
on_request(struct witness *w, struct guest *g)
{
	static const char said[] = "HTTP/1.1 204 No Content\r\n"
				   "Connection: close\r\n\r\n";
	char text[2048];
	ssize_t n = recv(g->fd, text, sizeof(text) - 1, 0);

	if (n > 0) {
		text[n] = '\0';
		pthread_mutex_lock(&w->lock);
		if (g->came < w->ncame &&
		    sscanf(text, "GET /%63s ", w->came[g->came].path) == 1)
			send(g->fd, said, sizeof(said) - 1, MSG_NOSIGNAL);
		pthread_mutex_unlock(&w->lock);
	}
	shutdown(g->fd, SHUT_WR);
	close(g->fd);
	g->fd = -1;
}

/* -- both ----------------------------------------------------------------- */

static void *
run(void *arg)
{
	struct witness *w = arg;
	struct pollfd p[3 + WITNESS_GUESTS];
	unsigned i;

	for (;;) {
		p[0] = (struct pollfd){ .fd = w->fd_stop, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = w->fd_origin, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = w->fd_names, .events = POLLIN };
		for (i = 0; i < WITNESS_GUESTS; i++)
			p[3 + i] = (struct pollfd){ .fd = w->guest[i].fd,
				.events = POLLIN };
		if (poll(p, 3 + WITNESS_GUESTS, -1) < 0 && errno != EINTR)
			return NULL;
		if (p[0].revents != 0)
			return NULL;
		for (i = 0; i < WITNESS_GUESTS; i++)
			if (w->guest[i].fd >= 0 && p[3 + i].revents != 0)
				on_request(w, &w->guest[i]);
		if (p[1].revents != 0)
			on_guest(w);
		if (p[2].revents != 0)
			on_question(w);
	}
}

/* A socket of this type on a free port of 127.0.0.1, or -1. */
static int
open_socket(int type, struct endpoint *at)
{
	const uint8_t here[4] = { 127, 0, 0, 1 };
	struct ip ip = ip_v4(here);
	struct sockaddr_storage ss;
	socklen_t n = ip_sockaddr(&ip, 0, &ss);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	uint16_t port;

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&ss, n) != 0 ||
	    (type == SOCK_STREAM && listen(fd, WITNESS_GUESTS) != 0) ||
	    getsockname(fd, (struct sockaddr *)&ss, &n) != 0) {
		close(fd);
		return -1;
	}
	sockaddr_ip((struct sockaddr *)&ss, &ip, &port);
	*at = endpoint_from_ip(&ip, port);
	return fd;
}

static void
close_all(struct witness *w)
{
	unsigned i;

	for (i = 0; i < WITNESS_GUESTS; i++)
		if (w->guest[i].fd >= 0)
			close(w->guest[i].fd);
	if (w->fd_origin >= 0)
		close(w->fd_origin);
	if (w->fd_names >= 0)
		close(w->fd_names);
	if (w->fd_stop >= 0)
		close(w->fd_stop);
	pthread_mutex_destroy(&w->lock);
}

bool
witness_start(struct witness *w)
{
	unsigned i;

	pthread_mutex_init(&w->lock, NULL);
	for (i = 0; i < WITNESS_GUESTS; i++)
		w->guest[i].fd = -1;
	w->fd_origin = open_socket(SOCK_STREAM, &w->origin);
	w->fd_names = open_socket(SOCK_DGRAM, &w->names);
	w->fd_stop = eventfd(0, EFD_CLOEXEC);
	if (w->fd_origin >= 0 && w->fd_names >= 0 && w->fd_stop >= 0 &&
	    pthread_create(&w->thread, NULL, run, w) == 0)
		return true;
	close_all(w);
	return false;
}

void
witness_stop(struct witness *w)
{
	const uint64_t one = 1;

	if (write(w->fd_stop, &one, sizeof(one)) == sizeof(one))
		pthread_join(w->thread, NULL);
	close_all(w);
}
