/* stream.c - sockets and pipes; nothing here waits. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/stream.h"

#define PIPES_KEPT 32 /* idle pipes a pool holds on to */

static int
active_events(const struct stream *s)
{
	return ev_is_active(&s->io) ? s->io.events & (EV_READ | EV_WRITE) : 0;
}

static void
set_events(struct stream *s, int events)
{
	ev_io_stop(s->loop->ev, &s->io);
	if (events == 0)
		return;
	ev_io_modify(&s->io, events);
	ev_io_start(s->loop->ev, &s->io);
}

static void
on_io(struct ev_loop *ev, ev_io *w, int revents)
{
	struct stream *s = (struct stream *)w; /* its first member */

	(void)ev;
	if ((revents & ~s->wanted) != 0)
		set_events(s, s->wanted);
	if ((revents & s->wanted) != 0)
		s->on_event(s, revents & s->wanted);
}

void
stream_open(struct stream *s, struct loop *l, int fd,
    void (*on_event)(struct stream *, int events))
{
	ev_io_init(&s->io, on_io, fd, 0);
	s->loop = l;
	s->on_event = on_event;
	s->wanted = 0;
}

bool
stream_is_open(const struct stream *s)
{
	return s->loop != NULL;
}

void
stream_close(struct stream *s)
{
	if (s->loop == NULL)
		return;
	ev_io_stop(s->loop->ev, &s->io);
	close(s->io.fd);
	s->loop = NULL;
	s->wanted = 0;
}

int
stream_release(struct stream *s)
{
	ev_io_stop(s->loop->ev, &s->io);
	s->loop = NULL;
	s->wanted = 0;
	return s->io.fd;
}

void
stream_reset(struct stream *s)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (s->loop != NULL)
		setsockopt(s->io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	stream_close(s);
}

int
stream_watched(const struct stream *s)
{
	return s->wanted;
}

/*
 * Who is not to be read for a moment is mostly silent for that moment: the
 * kernel is told when something comes nevertheless, which costs less than to
 * tell it each time.
 */
void
stream_watch(struct stream *s, int events)
{
	s->wanted = events;
	if ((events | EV_READ) != active_events(s) &&
	    events != active_events(s))
		set_events(s, events);
}

static ssize_t
result(ssize_t n)
{
	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
	    ? STREAM_AGAIN
	    : STREAM_ERROR;
}

ssize_t
stream_read(struct stream *s, void *mem, size_t n)
{
	return result(recv(s->io.fd, mem, n, 0));
}

ssize_t
stream_write(struct stream *s, const void *mem, size_t n)
{
	return result(send(s->io.fd, mem, n, MSG_NOSIGNAL));
}

ssize_t
stream_write_last(struct stream *s, const void *mem, size_t n)
{
	return result(send(s->io.fd, mem, n, MSG_NOSIGNAL | MSG_MORE));
}

void
stream_shutdown(struct stream *s)
{
	shutdown(s->io.fd, SHUT_WR);
}

void
pipes_init(struct pipes *p)
{
	SLIST_INIT(&p->idle);
	p->nidle = 0;
}

static void
pipe_free(struct pipe *p)
{
	close(p->fd[0]);
	close(p->fd[1]);
	free(p);
}

void
pipes_deinit(struct pipes *ps)
{
	struct pipe *p;

	while ((p = SLIST_FIRST(&ps->idle)) != NULL) {
		SLIST_REMOVE_HEAD(&ps->idle, link);
		pipe_free(p);
	}
	ps->nidle = 0;
}

struct pipe *
pipe_get(struct pipes *ps)
{
	struct pipe *p = SLIST_FIRST(&ps->idle);

	if (p != NULL) {
		SLIST_REMOVE_HEAD(&ps->idle, link);
		ps->nidle--;
		return p;
	}
	p = malloc(sizeof(*p));
	if (p == NULL)
		return NULL;
	if (pipe2(p->fd, O_NONBLOCK | O_CLOEXEC) != 0) {
		free(p);
		return NULL;
	}
	p->len = 0;
	return p;
}

void
pipe_put(struct pipes *ps, struct pipe *p)
{
	/* One with bytes in it would give them to the next borrower. */
	if (p->len > 0 || ps->nidle >= PIPES_KEPT) {
		pipe_free(p);
		return;
	}
	SLIST_INSERT_HEAD(&ps->idle, p, link);
	ps->nidle++;
}

ssize_t
stream_splice_in(struct stream *from, struct pipe *p, size_t max)
{
	ssize_t n = result(splice(from->io.fd, NULL, p->fd[1], NULL, max,
	    SPLICE_F_MOVE | SPLICE_F_NONBLOCK));

	if (n > 0)
		p->len += (size_t)n;
	return n;
}

ssize_t
stream_splice_out(struct stream *to, struct pipe *p)
{
	ssize_t n = result(splice(p->fd[0], NULL, to->io.fd, NULL, p->len,
	    SPLICE_F_MOVE | SPLICE_F_NONBLOCK));

	if (n > 0)
		p->len -= (size_t)n;
	return n;
}
