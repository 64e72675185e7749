/* fake_dns.c - see fake_dns.h. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/fake_dns.h"

#include "unit.h"

/* Not the allocator that tests make fail. */
void *__real_malloc(size_t);

#define HEADER 12
#define CNAME  5
#define SOA    6

/* A reply on its way: by UDP to a peer, or into a TCP connection. */
struct delayed {
	struct timer timer; /* first */
	struct fake_dns *dns;
	struct sockaddr_storage peer;
	socklen_t peer_len;
	int fd;
	bool tcp;
	size_t len;
	uint8_t mem[2 + 65535];
};

struct conn {
	ev_io io; /* first */
	struct fake_dns *dns;
};

static void
put16(uint8_t *p, unsigned n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

static size_t
put_name(uint8_t *p, const char *name)
{
	size_t at = 0, len;

	while (*name != '\0') {
		len = strcspn(name, ".");
		p[at++] = (uint8_t)len;
		memcpy(p + at, name, len);
		at += len;
		name += len + (name[len] == '.');
	}
	p[at++] = 0;
	return at;
}

static void
put_record(struct fake_reply *r, const char *name, unsigned type, uint32_t ttl,
    const void *data, size_t n)
{
	uint8_t *p = r->mem + r->len;
	size_t at = put_name(p, name);

	put16(p + at, type);
	put16(p + at + 2, 1);
	put16(p + at + 4, ttl >> 16);
	put16(p + at + 6, ttl);
	put16(p + at + 8, (unsigned)n);
	memcpy(p + at + 10, data, n);
	r->len += at + 10 + n;
	assert_true(r->len < sizeof(r->mem));
}

void
fake_a(struct fake_reply *r, const char *name, const char *ip, uint32_t ttl)
{
	uint8_t b[16];
	bool v6 = strchr(ip, ':') != NULL;

	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, ip, b), 1);
	put_record(r, name, v6 ? DNS_AAAA : DNS_A, ttl, b, v6 ? 16 : 4);
	r->answers++;
}

void
fake_srv(struct fake_reply *r, const char *name, unsigned priority,
    unsigned weight, unsigned port, const char *target, uint32_t ttl)
{
	uint8_t b[6 + 256];

	put16(b, priority);
	put16(b + 2, weight);
	put16(b + 4, port);
	put_record(r, name, DNS_SRV, ttl, b, 6 + put_name(b + 6, target));
	r->answers++;
}

void
fake_cname(struct fake_reply *r, const char *name, const char *to, uint32_t ttl)
{
	uint8_t b[256];

	put_record(r, name, CNAME, ttl, b, put_name(b, to));
	r->answers++;
}

void
fake_soa(struct fake_reply *r, uint32_t ttl, uint32_t minimum)
{
	uint8_t b[512];
	size_t n = put_name(b, "ns.example.org");

	n += put_name(b + n, "root.example.org");
	memset(b + n, 0x11, 16);
	put16(b + n + 16, minimum >> 16);
	put16(b + n + 18, minimum);
	put_record(r, "example.org", SOA, ttl, b, n + 20);
	r->authorities++;
}

static void
send_it(struct delayed *d)
{
	if (d->tcp) {
		put16(d->mem, (unsigned)d->len);
		(void)!send(d->fd, d->mem, d->len + 2, MSG_NOSIGNAL);
	} else {
		(void)!sendto(d->fd, d->mem + 2, d->len, 0,
		    (struct sockaddr *)&d->peer, d->peer_len);
	}
	d->dns->under_way--;
	free(d);
}

static void
on_delay_over(struct timer *t)
{
	send_it((struct delayed *)t);
}

static size_t
read_question(const uint8_t *q, size_t n, char name[256], unsigned *type)
{
	size_t at = HEADER, out = 0, len;

	while (at < n && (len = q[at++]) != 0) {
		assert_true(len < 64 && at + len < n);
		if (out > 0)
			name[out++] = '.';
		memcpy(name + out, q + at, len);
		out += len;
		at += len;
	}
	name[out] = '\0';
	assert_true(at + 4 <= n);
	*type = (unsigned)q[at] << 8 | q[at + 1];
	return at + 4;
}

static void
make(struct delayed *d, const struct fake_reply *r, const uint8_t *q,
    size_t qlen)
{
	uint8_t *p = d->mem + 2;

	memcpy(p, q, qlen);
	p[0] ^= r->wrong_id;
	if (r->wrong_question)
		p[HEADER + 1] = 'q';
	p[2] = (uint8_t)(0x81 | (r->truncated ? 2 : 0));
	p[3] = (uint8_t)(0x80 | r->rcode);
	put16(p + 4, 1);
	put16(p + 6, r->answers);
	put16(p + 8, r->authorities);
	put16(p + 10, 0);
	memcpy(p + qlen, r->mem, r->len);
	d->len = qlen + r->len;
	if (r->cut > 0)
		d->len = r->cut;
}

static void
serve(struct fake_dns *s, const uint8_t *q, size_t n, struct delayed *d)
{
	struct fake_reply r;
	char name[256];
	unsigned type;
	size_t qlen = read_question(q, n, name, &type);

	memset(&r, 0, sizeof(r));
	type == DNS_A ? s->a++ : type == DNS_AAAA ? s->aaaa++ : s->srv++;
	strcpy(s->last, name);
	s->answer(s, name, type, d->tcp, &r);
	if (r.drop) {
		free(d);
		return;
	}
	make(d, &r, q, qlen);
	d->dns = s;
	s->under_way++;
	timer_init(&d->timer, on_delay_over);
	if (r.delay > 0)
		timer_start(s->loop, &d->timer, r.delay);
	else
		send_it(d);
}

static struct delayed *
delayed_new(void)
{
	struct delayed *d = __real_malloc(sizeof(*d));

	assert_non_null(d);
	d->peer_len = sizeof(d->peer);
	return d;
}

static void
on_udp(struct ev_loop *ev, ev_io *w, int revents)
{
	struct fake_dns *s = (struct fake_dns *)(void *)((char *)w -
	    offsetof(struct fake_dns, udp));
	struct delayed *d = delayed_new();
	uint8_t q[512];
	ssize_t n;

	(void)ev, (void)revents;
	n = recvfrom(w->fd, q, sizeof(q), 0, (struct sockaddr *)&d->peer,
	    &d->peer_len);
	if (n < HEADER) {
		free(d);
		return;
	}
	if (s->nports < sizeof(s->ports) / sizeof(s->ports[0]))
		s->ports[s->nports++] = ntohs(
		    ((struct sockaddr_in *)&d->peer)->sin_port);
	d->fd = w->fd;
	d->tcp = false;
	serve(s, q, (size_t)n, d);
}

static void
on_conn(struct ev_loop *ev, ev_io *w, int revents)
{
	struct conn *c = (struct conn *)w;
	struct delayed *d;
	uint8_t q[514];
	ssize_t n;

	(void)revents;
	/* Questions are small: each comes in one piece. */
	n = recv(w->fd, q, sizeof(q), 0);
	if (n < 2 + HEADER) {
		ev_io_stop(ev, w);
		close(w->fd);
		c->dns->under_way--;
		free(c);
		return;
	}
	d = delayed_new();
	d->fd = w->fd;
	d->tcp = true;
	serve(c->dns, q + 2, (size_t)n - 2, d);
}

static void
on_tcp(struct ev_loop *ev, ev_io *w, int revents)
{
	struct fake_dns *s = (struct fake_dns *)(void *)((char *)w -
	    offsetof(struct fake_dns, tcp));
	struct conn *c = __real_malloc(sizeof(*c));
	int fd = accept(w->fd, NULL, NULL);

	(void)revents;
	assert_non_null(c);
	assert_true(fd >= 0);
	s->tcp_in++;
	s->under_way++;
	c->dns = s;
	ev_io_init(&c->io, on_conn, fd, EV_READ);
	ev_io_start(ev, &c->io);
}

/* The same port for both; some other program may have one of them. */
static bool
bind_both(struct fake_dns *s, int *udp, int *tcp)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	struct ip ip;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	*tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*udp, (struct sockaddr *)&a, n), 0);
	assert_int_equal(getsockname(*udp, (struct sockaddr *)&a, &n), 0);
	if (bind(*tcp, (struct sockaddr *)&a, n) != 0 ||
	    listen(*tcp, 16) != 0) {
		close(*udp);
		close(*tcp);
		return false;
	}
	ip = ip_v4((const uint8_t *)&a.sin_addr);
	s->addr = endpoint_from_ip(&ip, ntohs(a.sin_port));
	return true;
}

void
fake_dns_open(struct fake_dns *s, struct loop *l,
    void (*answer)(struct fake_dns *, const char *name, unsigned type, bool tcp,
	struct fake_reply *))
{
	int udp, tcp, tries = 0;

	memset(s, 0, sizeof(*s));
	while (!bind_both(s, &udp, &tcp))
		assert_true(tries++ < 20);
	s->loop = l;
	s->answer = answer;
	ev_io_init(&s->udp, on_udp, udp, EV_READ);
	ev_io_init(&s->tcp, on_tcp, tcp, EV_READ);
	ev_io_start(l->ev, &s->udp);
	ev_io_start(l->ev, &s->tcp);
}

void
fake_dns_close(struct fake_dns *s)
{
	/* Clients close their connections first; replies still go out. */
	while (s->under_way > 0)
		ev_run(s->loop->ev, EVRUN_ONCE);
	ev_io_stop(s->loop->ev, &s->udp);
	ev_io_stop(s->loop->ev, &s->tcp);
	close(s->udp.fd);
	close(s->tcp.fd);
}
