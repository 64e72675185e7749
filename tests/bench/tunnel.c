/* tunnel.c - connects, and speaks SOCKS5 with the proxy. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define ERRORS_MAX 100

void
tunnel_close(struct tunnel *t)
{
	if (t->phase == CLOSED)
		return;
	close(t->fd);
	t->phase = CLOSED;
	t->client->live--;
}

/* One of many short connections may fail; of the others none may. */
void
tunnel_failed(struct tunnel *t, const char *why)
{
	static const char *const when[] = { "closed", "connecting",
		"the method", "the reply", "the transfer", "the end" };
	struct client *c = t->client;

	if (c->plan->mode != MODE_CONN || c->result->errors == ERRORS_MAX) {
		client_fail(c, FAILED, "%s: %s", when[t->phase], why);
		return;
	}
	if (c->result->errors++ == 0)
		fprintf(stderr, "load: %s: %s\n", when[t->phase], why);
	tunnel_close(t);
	if (!time_is_over(c))
		tunnel_open(t);
}

/* So little always fits: there is nothing else on its way. */
bool
tunnel_put(struct tunnel *t, const void *data, size_t n)
{
	ssize_t sent = send(t->fd, data, n, MSG_NOSIGNAL);

	if (sent == (ssize_t)n)
		return true;
	tunnel_failed(t, sent < 0 ? strerror(errno) : "sent only a part");
	return false;
}

static void
watch(struct tunnel *t, int how, bool writing)
{
	struct epoll_event ev = { .data.ptr = t };

	t->writing = writing;
	ev.events = writing ? EPOLLOUT : EPOLLIN;
	if (epoll_ctl(t->client->epoll, how, t->fd, &ev) != 0)
		client_fail(t->client, FAILED, "epoll: %s", strerror(errno));
}

static void
greet(struct tunnel *t)
{
	if (!t->client->plan->socks)
		tunnel_opened(t);
	else if (tunnel_put(t, "\5\1", 3))
		t->phase = METHOD;
}

void
tunnel_open(struct tunnel *t)
{
	struct client *c = t->client;
	const struct sockaddr *at = (const struct sockaddr *)&c->plan->at;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int one = 1;

	t->since = seconds_now();
	t->asked = 0;
	t->have = 0;
	t->pos = 0;
	t->headed = t->last = t->served = false;
	t->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (t->fd < 0) {
		client_fail(c, FAILED, "socket: %s", strerror(errno));
		return;
	}
	c->live++;
	t->phase = CONNECTING;
	setsockopt(t->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(t->fd, at, sizeof(c->plan->at)) != 0 &&
	    errno != EINPROGRESS) {
		tunnel_failed(t, strerror(errno));
		return;
	}
	/* On loopback it is done already, whatever connect() said. */
	if (getsockopt(t->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	    info.tcpi_state == TCP_ESTABLISHED) {
		watch(t, EPOLL_CTL_ADD, false);
		greet(t);
	} else {
		watch(t, EPOLL_CTL_ADD, true);
	}
}

static void
on_connected(struct tunnel *t)
{
	int error = 0;
	socklen_t len = sizeof(error);

	getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error != 0) {
		tunnel_failed(t, strerror(error));
		return;
	}
	watch(t, EPOLL_CTL_MOD, false);
	greet(t);
}

static void
on_method(struct tunnel *t)
{
	const struct sockaddr_in *to = &t->client->plan->to;
	uint8_t out[10] = { 5, 1, 0, 1 };

	if (t->have < 2)
		return;
	if (t->have > 2 || memcmp(t->in, "\5", 2) != 0) {
		tunnel_failed(t, "no login should be needed");
		return;
	}
	memcpy(out + 4, &to->sin_addr, 4);
	memcpy(out + 8, &to->sin_port, 2);
	t->have = 0;
	t->phase = REPLY;
	tunnel_put(t, out, sizeof(out));
}

static void
on_reply(struct tunnel *t)
{
	size_t n = 0;

	if (t->have < 5)
		return;
	if (t->in[3] == 1)
		n = 10;
	else if (t->in[3] == 4)
		n = 22;
	else if (t->in[3] == 3)
		n = 7 + (size_t)t->in[4];
	if (t->in[0] != 5 || t->in[1] != 0)
		tunnel_failed(t, "the proxy refuses");
	else if (n == 0 || t->have > n)
		tunnel_failed(t, "this is no SOCKS5 reply");
	else if (t->have == n) {
		t->have = 0;
		tunnel_opened(t);
	}
}

void
tunnel_handshake(struct tunnel *t)
{
	ssize_t n;

	if (t->phase == CONNECTING) {
		on_connected(t);
		return;
	}
	n = recv(t->fd, t->in + t->have, sizeof(t->in) - t->have, 0);
	if (n > 0) {
		t->have += (size_t)n;
		if (t->phase == METHOD)
			on_method(t);
		else
			on_reply(t);
	} else if (n == 0) {
		tunnel_failed(t, "it closed");
	} else if (errno != EAGAIN && errno != EINTR) {
		tunnel_failed(t, strerror(errno));
	}
}
