/* probe.c - the exchange, and the origin that keeps what it receives. */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "codec/base64.h"

#include "probe_parts.h"

static const char body[] = "ok\n";

/* -- the origin ----------------------------------------------------------- */

static int
listen_on(const struct ip *ip, uint16_t port)
{
	int fd, yes = 1, no = 0;
	struct sockaddr_storage ss;
	socklen_t len = ip_sockaddr(ip, port, &ss);

	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (ip->type == HOST_IPV6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, (void *)&ss, len) == 0 && listen(fd, GUESTS) == 0)
		return fd;
	close(fd);
	return -1;
}

static int
open_origin(struct run *r)
{
	const struct ip any6 = { .type = HOST_IPV6 };
	const struct ip any4 = { .type = HOST_IPV4 };
	const struct ip here = { .type = HOST_IPV4, .b = { 127, 0, 0, 1 } };
	const struct endpoint *o = r->p->origin;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct ip ip;
	uint16_t port;

	r->origin = listen_on(o != NULL ? &any6 : &here,
	    o != NULL ? o->port : 0);
	if (r->origin < 0 && o != NULL && errno != EADDRINUSE)
		r->origin = listen_on(&any4, o->port);
	if (r->origin < 0 && o != NULL)
		return ctl_complain(errno == EACCES ? EX_NOPERM
						    : EX_UNAVAILABLE,
		    "cannot listen on port %u: %s; choose another one", o->port,
		    strerror(errno));
	if (r->origin < 0 || getsockname(r->origin, (void *)&ss, &len) != 0 ||
	    !sockaddr_ip((void *)&ss, &ip, &port))
		return ctl_complain(EX_OSERR, "cannot listen: %s",
		    strerror(errno));
	r->to = o != NULL ? *o : endpoint_from_ip(&here, port);
	endpoint_str(&r->to, r->where);
	return 0;
}

static void
welcome(struct run *r)
{
	size_t i;
	int fd = accept4(r->origin, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	for (i = 0; fd >= 0 && i < GUESTS; i++)
		if (r->guest[i].fd < 0) {
			r->guest[i].fd = fd;
			r->guest[i].got.n = 0;
			return;
		}
	if (fd >= 0)
		close(fd);
}

static void
turn_away(struct guest *g)
{
	close(g->fd);
	g->fd = -1;
}

/* More of a head.  ERR_SHORT: of no whole one yet. */
static enum err
hear(int fd, struct recorded *got,
    enum err (*read)(const void *, size_t, size_t *, struct http1_head *))
{
	size_t room = sizeof(got->mem) - got->n, used;
	ssize_t n = recv(fd, got->mem + got->n, room, 0);
	enum err e;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return ERR_SHORT;
	if (n <= 0)
		return ERR_SYSTEM;
	got->n += (size_t)n;
	e = read(got->mem, got->n, &used, &got->head);
	return e == ERR_SHORT && got->n == sizeof(got->mem) ? ERR_RANGE : e;
}

/* Parsed again where it is kept: a head points into its bytes. */
static bool
keep(struct recorded *to, const struct recorded *from,
    enum err (*read)(const void *, size_t, size_t *, struct http1_head *))
{
	size_t used;

	memcpy(to->mem, from->mem, from->n);
	to->n = from->n;
	return read(to->mem, to->n, &used, &to->head) == OK;
}

static void
serve(struct run *r, struct guest *g)
{
	struct probe *p = r->p;
	enum err e = hear(g->fd, &g->got, http1_read_request);
	const struct http1_head *h = &g->got.head;

	if (e == ERR_SHORT)
		return;
	r->garbled |= e == ERR_PROTO || e == ERR_RANGE;
	if (e != OK || r->arrived ||
	    memmem(h->target.p, h->target.n, r->path, strlen(r->path)) ==
		NULL ||
	    !probe_send(r, g->fd, p->response_sent.mem, p->response_sent.n) ||
	    !probe_send(r, g->fd, body, strlen(body))) {
		turn_away(g);
		return;
	}
	r->arrived = keep(&p->request_arrived, &g->got, http1_read_request);
}

/* -- the exchange --------------------------------------------------------- */

static bool __attribute__((format(printf, 2, 3)))
add(struct recorded *to, const char *fmt, ...)
{
	size_t room = sizeof(to->mem) - to->n;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(to->mem + to->n, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		return false;
	to->n += (size_t)n;
	return true;
}

static bool
add_login(struct recorded *to, const struct hop_spec *spec)
{
	char plain[sizeof(spec->user) + sizeof(spec->pass)];
	char text[BASE64_LEN(sizeof(plain)) + 1];
	int n = snprintf(plain, sizeof(plain), "%s:%s", spec->user, spec->pass);
	bool ok = base64_encode(plain, (size_t)n, text, sizeof(text)) == OK &&
	    add(to, "Proxy-Authorization: Basic %s\r\n", text);

	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(text, sizeof(text));
	return ok;
}

/* Both heads, and what they say: as strict as with what arrives. */
static bool
write_heads(struct run *r)
{
	struct probe *p = r->p;
	struct recorded *q = &p->request_sent, *a = &p->response_sent;
	bool plain = p->proxy->ops == &hop_http;
	size_t n = strlen(r->where), used;

	if (r->to.port == 80)
		n -= strlen(":80");
	q->n = a->n = 0;
	return add(q, "GET %s%s%s HTTP/1.1\r\nHost: %.*s\r\n",
		   plain ? "http://" : "", plain ? r->where : "", r->path,
		   (int)n, r->where) &&
	    (!plain || !p->proxy->login || add_login(q, p->proxy)) &&
	    add(q, "%s\r\n", p->request_fields) &&
	    add(a, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n",
		strlen(body), p->response_fields) &&
	    http1_read_request(q->mem, q->n, &used, &q->head) == OK &&
	    http1_read_response(a->mem, a->n, &used, &a->head) == OK;
}

/* Interim responses are read over. */
static int
hear_proxy(struct run *r)
{
	struct recorded *got = &r->p->response_arrived;
	enum err e = hear(r->proxy, got, http1_read_response);
	size_t used;

	while (e == OK && got->head.status < 200 &&
	    http1_read_response(got->mem, got->n, &used, &got->head) == OK) {
		got->n -= used;
		memmove(got->mem, got->mem + used, got->n);
		e = http1_read_response(got->mem, got->n, &used, &got->head);
	}
	if (e == ERR_SYSTEM)
		return probe_gone();
	if (e == ERR_PROTO || e == ERR_RANGE)
		return ctl_complain(EX_PROTOCOL,
		    "the answer of the proxy is no HTTP/1.1: check the scheme "
		    "of the URL");
	r->answered = e == OK;
	if (r->answered && !r->arrived)
		return probe_refused(r, got->head.status);
	return 0;
}

/* Until the request is here and the answer there. */
static int
exchange(struct run *r)
{
	struct pollfd fds[2 + GUESTS];
	size_t i;
	int rc = 0;

	while (rc == 0 && !(r->arrived && r->answered)) {
		fds[0] = (struct pollfd){ .fd = r->origin, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = r->proxy, .events = POLLIN };
		for (i = 0; i < GUESTS; i++)
			fds[2 + i] = (struct pollfd){ .fd = r->guest[i].fd,
				.events = POLLIN };
		if (!probe_wait(r, fds, 2 + GUESTS))
			return probe_too_slow(r);
		for (i = 0; i < GUESTS; i++)
			if (fds[2 + i].revents != 0)
				serve(r, &r->guest[i]);
		if (fds[0].revents != 0)
			welcome(r);
		if (fds[1].revents != 0)
			rc = hear_proxy(r);
	}
	return rc;
}

static bool
choose_path(struct run *r)
{
	uint8_t b[8];
	size_t i;

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		return false;
	r->path[0] = '/';
	for (i = 0; i < sizeof(b); i++)
		snprintf(r->path + 1 + 2 * i, 3, "%02x", b[i]);
	return true;
}

static int
run(struct run *r)
{
	struct recorded *q = &r->p->request_sent;
	int rc;

	r->p->response_arrived.n = 0;
	if (!choose_path(r))
		return ctl_complain(EX_OSERR, "no random bytes");
	rc = open_origin(r);
	if (rc == 0)
		rc = probe_dial(r);
	if (rc == 0 && !write_heads(r))
		rc = ctl_complain(EX_SOFTWARE, "the example is malformed");
	if (rc == 0 && r->p->proxy->ops != &hop_http)
		rc = probe_shake_hands(r);
	if (rc == 0 && !probe_send(r, r->proxy, q->mem, q->n))
		rc = probe_gone();
	return rc == 0 ? exchange(r) : rc;
}

int
probe_run(struct probe *p)
{
	struct run *r = calloc(1, sizeof(*r));
	size_t i;
	int rc;

	if (r == NULL)
		return probe_no_memory();
	r->p = p;
	r->end = probe_now() + PROBE_SECONDS * 1000LL;
	r->proxy = r->origin = -1;
	for (i = 0; i < GUESTS; i++)
		r->guest[i].fd = -1;
	rc = run(r);
	for (i = 0; i < GUESTS; i++)
		if (r->guest[i].fd >= 0)
			close(r->guest[i].fd);
	if (r->origin >= 0)
		close(r->origin);
	if (r->proxy >= 0)
		close(r->proxy);
	free(r);
	return rc;
}
