/* origin.c - the far end: sends what is asked for, or echoes. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

#define TURN (1 << 20) /* bytes after which it is another connection's turn */

enum state { GREETING, SOCKS_REQUEST, REQUEST, WEB, SENDING, ECHOING };

struct conn {
	int fd;
	enum state state;
	bool writing;   /* waits for EPOLLOUT, not for EPOLLIN */
	bool web, last; /* it speaks HTTP, and this is its last request */
	uint8_t head[WEB_HEAD_MAX];
	size_t have; /* of the greeting or request */
	uint64_t place, left;
	uint64_t spoilt_at; /* SENDING: the value of left at which it happens */
	uint8_t echo[4096];
	size_t held; /* of echo, not sent yet */
};

struct origin {
	int epoll, listener;
	bool socks;
	enum damage damage;
	struct pattern pattern;
};

enum next { AGAIN, WAIT_IN, WAIT_OUT, CLOSE };

static enum next
blocked(enum next wait)
{
	return errno == EAGAIN ? wait : errno == EINTR ? AGAIN : CLOSE;
}

/* Up to n bytes of head: true when they are there. */
static bool
collect(struct conn *c, size_t n, enum next *next)
{
	ssize_t got = recv(c->fd, c->head + c->have, n - c->have, 0);

	*next = got > 0 ? WAIT_IN : got == 0 ? CLOSE : blocked(WAIT_IN);
	if (got > 0)
		c->have += (size_t)got;
	if (c->have < n)
		return false;
	c->have = 0;
	*next = AGAIN;
	return true;
}

static enum next
greeting(struct origin *o, struct conn *c)
{
	enum next next;

	(void)o;
	if (!collect(c, 3, &next))
		return next;
	c->state = SOCKS_REQUEST;
	return memcmp(c->head, "\5\1", 3) == 0 && send(c->fd, "\5", 2, 0) == 2
	    ? AGAIN
	    : CLOSE;
}

static enum next
socks_request(struct origin *o, struct conn *c)
{
	enum next next;

	(void)o;
	if (!collect(c, 10, &next))
		return next;
	c->state = REQUEST;
	if (memcmp(c->head, "\5\1\0\1", 4) != 0)
		return CLOSE;
	c->head[1] = 0;
	return send(c->fd, c->head, 10, 0) == 10 ? AGAIN : CLOSE;
}

static enum next
request(struct origin *o, struct conn *c)
{
	enum next next;
	uint32_t seed;
	char op;

	if (!collect(c, REQUEST_SIZE, &next))
		return next;
	if (memcmp(c->head, "GET ", 4) == 0) {
		c->have = REQUEST_SIZE;
		c->web = true;
		c->state = WEB;
		return AGAIN;
	}
	if (!get_request(c->head, &op, &seed, &c->left))
		return CLOSE;
	c->state = op == OP_SEND ? SENDING : ECHOING;
	c->place = seed;
	c->spoilt_at = o->damage == DAMAGE_NONE ? 0 : c->left / 2 + 1;
	return AGAIN;
}

/* A head by HTTP; what was read of the next stays. */
static enum next
web(struct origin *o, struct conn *c)
{
	size_t room = sizeof(c->head) - 1 - c->have, used, n;
	char out[WEB_HEAD_MAX];
	uint32_t seed;
	ssize_t got;

	c->head[c->have] = '\0';
	switch (web_get_request((char *)c->head, &used, &seed, &c->left,
	    &c->last)) {
	case WEB_SHORT:
		got = recv(c->fd, c->head + c->have, room, 0);
		if (got <= 0)
			return got < 0 && room > 0 ? blocked(WAIT_IN) : CLOSE;
		c->have += (size_t)got;
		return AGAIN;
	case WEB_BAD:
		return CLOSE;
	default:
		break;
	}
	c->have -= used;
	memmove(c->head, c->head + used, c->have);
	n = web_put_response(out, c->left, c->last);
	if (send(c->fd, out, n, MSG_MORE) != (ssize_t)n)
		return CLOSE;
	c->state = SENDING;
	c->place = seed;
	c->spoilt_at = o->damage == DAMAGE_NONE ? 0 : c->left / 2 + 1;
	return AGAIN;
}

/* The byte whose turn it is goes wrong. */
static enum next
spoil(struct origin *o, struct conn *c)
{
	uint8_t byte = *pattern_at(&o->pattern, c->place);

	c->spoilt_at = 0;
	switch (o->damage) {
	case DAMAGE_CUT:
		return CLOSE;
	case DAMAGE_EXTRA:
		return send(c->fd, &byte, 1, 0) == 1 ? AGAIN : CLOSE;
	case DAMAGE_FLIP:
		byte ^= 0x10;
		if (send(c->fd, &byte, 1, 0) != 1)
			return CLOSE;
		break;
	default:
		break;
	}
	c->place++;
	c->left--;
	return AGAIN;
}

static enum next
sending(struct origin *o, struct conn *c)
{
	size_t turn = 0, n;
	ssize_t sent;

	while (c->left > 0) {
		if (c->left == c->spoilt_at)
			return spoil(o, c);
		n = c->left - c->spoilt_at;
		if (n > CHUNK_SIZE)
			n = CHUNK_SIZE;
		sent = send(c->fd, pattern_at(&o->pattern, c->place), n, 0);
		if (sent < 0)
			return blocked(WAIT_OUT);
		c->place += (size_t)sent;
		c->left -= (size_t)sent;
		turn += (size_t)sent;
		if (turn >= TURN)
			return WAIT_OUT;
	}
	c->state = c->web ? WEB : REQUEST;
	if (c->web && c->last)
		return CLOSE;
	return turn > WEB_SIZE || c->have > 0 ? AGAIN : WAIT_IN;
}

static enum next
echoing(struct origin *o, struct conn *c)
{
	ssize_t n;

	if (c->held == 0) {
		n = recv(c->fd, c->echo,
		    c->left < sizeof(c->echo) ? c->left : sizeof(c->echo), 0);
		if (n <= 0)
			return n == 0 ? CLOSE : blocked(WAIT_IN);
		c->held = (size_t)n;
		c->left -= (size_t)n;
		if (o->damage == DAMAGE_FLIP)
			c->echo[n / 2] ^= 1;
	}
	n = send(c->fd, c->echo, c->held, 0);
	if (n < 0)
		return blocked(WAIT_OUT);
	c->held -= (size_t)n;
	memmove(c->echo, c->echo + n, c->held);
	if (c->held == 0 && c->left == 0)
		c->state = REQUEST;
	return c->held > 0 ? AGAIN : WAIT_IN;
}

static void
serve(struct origin *o, struct conn *c)
{
	static enum next (*const step[])(struct origin *, struct conn *) = {
		[GREETING] = greeting,
		[SOCKS_REQUEST] = socks_request,
		[REQUEST] = request,
		[WEB] = web,
		[SENDING] = sending,
		[ECHOING] = echoing,
	};
	struct epoll_event ev = { .data.ptr = c };
	enum next next;

	do
		next = step[c->state](o, c);
	while (next == AGAIN);
	if (next == CLOSE) {
		close(c->fd);
		free(c);
	} else if (c->writing != (next == WAIT_OUT)) {
		c->writing = next == WAIT_OUT;
		ev.events = c->writing ? EPOLLOUT : EPOLLIN;
		epoll_ctl(o->epoll, EPOLL_CTL_MOD, c->fd, &ev);
	}
}

static void
welcome(struct origin *o)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct conn *c;
	int fd, one = 1;

	while ((fd = accept4(o->listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		c = malloc(sizeof(*c));
		if (c == NULL) {
			close(fd);
			return;
		}
		memset(c, 0, offsetof(struct conn, echo));
		c->held = 0;
		c->fd = fd;
		c->state = o->socks ? GREETING : REQUEST;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		ev.data.ptr = c;
		if (epoll_ctl(o->epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
			close(fd);
			free(c);
		}
	}
}

void
origin_run(int listener, bool socks, enum damage damage)
{
	struct epoll_event ev[256] = { { .events = EPOLLIN } };
	struct origin *o = calloc(1, sizeof(*o));
	int i, n;

	if (o == NULL)
		return;
	pattern_init(&o->pattern);
	o->listener = listener;
	o->socks = socks;
	o->damage = damage;
	o->epoll = epoll_create1(EPOLL_CLOEXEC);
	ev[0].data.ptr = NULL;
	if (o->epoll >= 0 &&
	    epoll_ctl(o->epoll, EPOLL_CTL_ADD, listener, &ev[0]) == 0) {
		while ((n = epoll_wait(o->epoll, ev, 256, -1)) >= 0 ||
		    errno == EINTR)
			for (i = 0; i < n; i++)
				if (ev[i].data.ptr == NULL)
					welcome(o);
				else
					serve(o, ev[i].data.ptr);
	}
	free(o);
}
