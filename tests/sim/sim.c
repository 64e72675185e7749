/* sim.c - net/ over plain memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/local.h"
#include "sim.h"

struct sim sim;

static struct {
	struct loop *loop;
	struct listener *listener;
	bool woken;
	struct dial *dials[SIM_ENDS]; /* not answered yet */
	int dial_end[SIM_ENDS];
	unsigned ndials;
	struct deadlines *classes[16];
	unsigned nclasses;
	struct timer *timers[32]; /* started, NULL: free */
	uint64_t due[32];
	struct srv_lookup *srv; /* not answered yet */
} net;

void
sim_init(void)
{
	unsigned i;

	for (i = 0; i < sim.nends; i++)
		free(sim.end[i]);
	memset(&sim, 0, sizeof(sim));
	memset(&net, 0, sizeof(net));
	sim.now = 1000;
}

/* Does the plan say that this call fails? */
static bool
must_fail(void)
{
	if (sim.fail_at == 0 || --sim.fail_at > 0)
		return false;
	sim.failed = true;
	errno = ECONNRESET;
	return true;
}

/* The ends are the simulator's: no allocation failure of a test hits them. */
static int
new_end(void)
{
	extern void *__real_calloc(size_t, size_t);

	if (sim.nends == SIM_ENDS)
		abort();
	sim.end[sim.nends] = __real_calloc(1, sizeof(struct sim_end));
	sim.end[sim.nends]->used = true;
	return (int)sim.nends++;
}

int
sim_connect(void)
{
	const uint8_t from[4] = { 127, 0, 0, 1 };
	struct ip peer = ip_v4(from);
	int e = new_end();

	net.listener->on_client(net.listener, e, &peer);
	return e;
}

int
sim_target(void)
{
	unsigned i;

	for (i = sim.nends; i > 0; i--)
		if (sim.end[i - 1]->dialled.port != 0)
			return (int)i - 1;
	return -1;
}

void
sim_send(int e, const void *data, size_t n)
{
	struct sim_end *end = sim.end[e];

	if (n == 0)
		return;
	if (end->to_len + n > SIM_MEM)
		abort();
	memcpy(end->to + end->to_len, data, n);
	end->to_len += n;
}

void
sim_finish(int e)
{
	sim.end[e]->fin_to = true;
}

void
sim_reset(int e)
{
	sim.end[e]->reset_to = true;
}

size_t
sim_take(int e, void *data, size_t n)
{
	struct sim_end *end = sim.end[e];

	if (n > end->from_len)
		n = end->from_len;
	memcpy(data, end->from, n);
	memmove(end->from, end->from + n, end->from_len - n);
	end->from_len -= n;
	return n;
}

unsigned
sim_open(void)
{
	unsigned i, n = 0;

	for (i = 0; i < sim.nends; i++)
		n += !sim.end[i]->closed;
	return n;
}

/* -- loop ----------------------------------------------------------------- */

struct loop *
loop_new(void (*on_wake)(struct loop *), void *data)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l != NULL) {
		l->on_wake = on_wake;
		l->data = data;
		net.loop = l;
	}
	return l;
}

void
loop_free(struct loop *l)
{
	free(l);
}

void
loop_run(struct loop *l)
{
	(void)l;
	abort(); /* the test is the loop */
}

void
loop_stop(struct loop *l)
{
	(void)l;
	sim.stopped = true;
}

void
loop_wake(struct loop *l)
{
	(void)l;
	net.woken = true;
}

uint64_t
loop_now(const struct loop *l)
{
	(void)l;
	return sim.now;
}

void
timer_init(struct timer *t, void (*fn)(struct timer *))
{
	t->fn = fn;
}

void
timer_stop(struct loop *l, struct timer *t)
{
	unsigned i;

	(void)l;
	for (i = 0; i < 32; i++)
		if (net.timers[i] == t)
			net.timers[i] = NULL;
}

void
timer_start(struct loop *l, struct timer *t, uint64_t ms)
{
	unsigned i = 0;

	timer_stop(l, t);
	while (net.timers[i] != NULL)
		if (++i == 32)
			abort();
	net.timers[i] = t;
	net.due[i] = sim.now + ms;
}

static void
fire_timers(void)
{
	struct timer *t;
	unsigned i;

	for (i = 0; i < 32; i++) {
		t = net.timers[i];
		if (t == NULL || net.due[i] > sim.now)
			continue;
		net.timers[i] = NULL;
		t->fn(t);
	}
}

void
deadlines_init(struct deadlines *c, struct loop *l, uint64_t ms,
    void (*expired)(struct deadline *))
{
	TAILQ_INIT(&c->queue);
	c->loop = l;
	c->ms = ms;
	c->expired = expired;
	net.classes[net.nclasses++] = c;
}

void
deadlines_deinit(struct deadlines *c)
{
	if (!TAILQ_EMPTY(&c->queue))
		abort();
}

void
deadline_start(struct deadlines *c, struct deadline *d)
{
	deadline_stop(d);
	if (c->ms == 0)
		return;
	d->class = c;
	d->due = sim.now + c->ms;
	TAILQ_INSERT_TAIL(&c->queue, d, link);
}

void
deadline_stop(struct deadline *d)
{
	if (d->class != NULL)
		TAILQ_REMOVE(&d->class->queue, d, link);
	d->class = NULL;
}

void
sim_wait(uint64_t ms)
{
	struct deadline *d;
	unsigned i;

	sim.now += ms;
	for (i = 0; i < net.nclasses; i++)
		while ((d = TAILQ_FIRST(&net.classes[i]->queue)) != NULL &&
		    d->due <= sim.now) {
			deadline_stop(d);
			net.classes[i]->expired(d);
		}
	fire_timers();
	sim_turn();
}

/* -- streams -------------------------------------------------------------- */

static struct sim_end *
end_of(const struct stream *s)
{
	return sim.end[s->io.fd];
}

void
stream_open(struct stream *s, struct loop *l, int fd,
    void (*on_event)(struct stream *, int events))
{
	memset(s, 0, sizeof(*s));
	s->io.fd = fd;
	s->loop = l;
	s->on_event = on_event;
	end_of(s)->stream = s;
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
	end_of(s)->closed = true;
	end_of(s)->owes_end = false;
	end_of(s)->stream = NULL;
	s->loop = NULL;
}

int
stream_release(struct stream *s)
{
	end_of(s)->stream = NULL;
	s->loop = NULL;
	return s->io.fd;
}

void
stream_reset(struct stream *s)
{
	if (s->loop != NULL)
		end_of(s)->reset_from = true;
	stream_close(s);
}

void
stream_watch(struct stream *s, int events)
{
	s->io.events = events;
}

int
stream_watched(const struct stream *s)
{
	return s->io.events;
}

static size_t
sliced(size_t n)
{
	return sim.slice > 0 && n > sim.slice ? sim.slice : n;
}

static size_t
writable(const struct sim_end *e)
{
	size_t max = sim.window > 0 ? sim.window : SIM_MEM;

	return e->from_len < max ? max - e->from_len : 0;
}

ssize_t
stream_read(struct stream *s, void *mem, size_t n)
{
	struct sim_end *e = end_of(s);

	if (must_fail() || e->reset_to)
		return STREAM_ERROR;
	if (e->to_len == 0)
		return e->fin_to ? STREAM_EOF : STREAM_AGAIN;
	n = sliced(n < e->to_len ? n : e->to_len);
	memcpy(mem, e->to, n);
	memmove(e->to, e->to + n, e->to_len - n);
	e->to_len -= n;
	return (ssize_t)n;
}

ssize_t
stream_write(struct stream *s, const void *mem, size_t n)
{
	struct sim_end *e = end_of(s);

	if (must_fail() || e->reset_to || e->fin_from)
		return STREAM_ERROR;
	if (n > writable(e))
		n = writable(e);
	n = sliced(n);
	if (n == 0)
		return STREAM_AGAIN;
	memcpy(e->from + e->from_len, mem, n);
	e->from_len += n;
	return (ssize_t)n;
}

ssize_t
stream_write_last(struct stream *s, const void *mem, size_t n)
{
	ssize_t written = stream_write(s, mem, n);

	end_of(s)->owes_end = written == (ssize_t)n;
	return written;
}

void
stream_shutdown(struct stream *s)
{
	end_of(s)->fin_from = true;
	end_of(s)->owes_end = false;
}

struct sim_pipe {
	struct pipe pipe;
	uint8_t mem[65536];
};

void
pipes_init(struct pipes *p)
{
	SLIST_INIT(&p->idle);
	p->nidle = 0;
}

void
pipes_deinit(struct pipes *p)
{
	(void)p;
}

struct pipe *
pipe_get(struct pipes *ps)
{
	(void)ps;
	return must_fail() ? NULL : calloc(1, sizeof(struct sim_pipe));
}

void
pipe_put(struct pipes *ps, struct pipe *p)
{
	(void)ps;
	free(p);
}

ssize_t
stream_splice_in(struct stream *from, struct pipe *p, size_t max)
{
	struct sim_pipe *sp = (struct sim_pipe *)p;
	ssize_t n;

	if (max > sizeof(sp->mem) - p->len)
		max = sizeof(sp->mem) - p->len;
	n = stream_read(from, sp->mem + p->len, max);
	if (n > 0)
		p->len += (size_t)n;
	return n;
}

ssize_t
stream_splice_out(struct stream *to, struct pipe *p)
{
	struct sim_pipe *sp = (struct sim_pipe *)p;
	ssize_t n = stream_write(to, sp->mem, p->len);

	if (n > 0) {
		p->len -= (size_t)n;
		memmove(sp->mem, sp->mem + n, p->len);
	}
	return n;
}

/* -- listener, resolver, dial --------------------------------------------- */

int
listener_bind(struct endpoint *addr, bool first)
{
	(void)addr, (void)first;
	return 0;
}

void
listener_open(struct listener *l, struct loop *loop, int fd,
    void (*on_client)(struct listener *, int fd, const struct ip *peer))
{
	(void)fd;
	l->loop = loop;
	l->on_client = on_client;
	net.listener = l;
}

void
listener_close(struct listener *l)
{
	l->loop = NULL;
}

struct resolver {
	int nothing;
};

struct resolver *
resolver_new(struct loop *l, const struct resolver_conf *c)
{
	(void)l, (void)c;
	return calloc(1, sizeof(struct resolver));
}

void
resolver_free(struct resolver *r)
{
	free(r);
}

void
local_init(struct local *l)
{
	(void)l;
}

void
local_deinit(struct local *l)
{
	(void)l;
}

/* 192.0.2.99 is ours. */
bool
local_has(struct local *l, const struct ip *ip)
{
	static const uint8_t ours[4] = { 192, 0, 2, 99 };
	struct ip own = ip_v4(ours);

	(void)l;
	return ip_is_loopback(ip) || ip_same(ip, &own);
}

bool
local_end(int fd, struct ip *ip, uint16_t *port)
{
	(void)fd, (void)ip, (void)port;
	return false;
}

int
dial_start(struct dial *d, struct loop *l, struct resolver *r,
    const struct endpoint *to)
{
	int e = new_end();

	(void)r;
	sim.ndials++;
	sim.end[e]->dialled = *to;
	if (!sim.dial_later && !sim.dial_never && sim.dial == DIAL_OK &&
	    to->port != sim.dead && to->port != sim.hole && !must_fail())
		return e;
	d->loop = l;
	net.dials[net.ndials] = d;
	net.dial_end[net.ndials++] = e;
	return -1;
}

void
dial_cancel(struct dial *d)
{
	unsigned i;

	for (i = 0; i < net.ndials; i++)
		if (net.dials[i] == d) {
			sim.end[net.dial_end[i]]->closed = true;
			net.dials[i] = NULL;
		}
}

/* -- services --------------------------------------------------------------- */

void
resolver_lookup_srv(struct resolver *r, struct srv_lookup *l, const char *name)
{
	(void)r, (void)name;
	net.srv = l;
	sim.nsrv_lookups++;
}

void
srv_cancel(struct srv_lookup *l)
{
	if (net.srv == l)
		net.srv = NULL;
}

void
sim_services(enum lookup_result result, const struct srv_record *records,
    size_t n, uint32_t ttl)
{
	struct srv_lookup *l = net.srv;

	if (l == NULL)
		abort(); /* nobody asked */
	net.srv = NULL;
	l->on_answer(l, result, records, n, ttl);
	sim_turn();
}

/* -- the loop a test turns ------------------------------------------------ */

static bool
answer_dials(void)
{
	bool moved = false;
	struct dial *d;
	uint16_t port;
	unsigned i;

	for (i = 0; i < net.ndials && !sim.dial_never; i++) {
		d = net.dials[i];
		port = sim.end[net.dial_end[i]]->dialled.port;
		if (d == NULL || port == sim.hole)
			continue;
		net.dials[i] = NULL;
		moved = true;
		if (sim.dial == DIAL_OK && port != sim.dead && !sim.failed &&
		    !must_fail()) {
			d->done(d, DIAL_OK, net.dial_end[i]);
			continue;
		}
		sim.end[net.dial_end[i]]->closed = true;
		d->done(d, sim.dial == DIAL_OK ? DIAL_REFUSED : sim.dial, -1);
	}
	return moved;
}

static int
ready(const struct sim_end *e)
{
	int is = 0;

	if (e->to_len > 0 || e->fin_to || e->reset_to)
		is |= STREAM_READ;
	if (writable(e) > 0 || e->reset_to)
		is |= STREAM_WRITE;
	return is & e->stream->io.events;
}

void
sim_turn(void)
{
	bool moved = true;
	unsigned i, turns;
	int events;

	for (turns = 0; moved; turns++) {
		if (turns > 1000000)
			abort(); /* it spins */
		moved = answer_dials();
		if (net.woken) {
			net.woken = false;
			net.loop->on_wake(net.loop);
			moved = true;
		}
		for (i = 0; i < sim.nends; i++) {
			if (sim.end[i]->stream == NULL)
				continue;
			events = ready(sim.end[i]);
			if (events == 0)
				continue;
			sim.end[i]->stream->on_event(sim.end[i]->stream,
			    events);
			moved = true;
		}
	}
	for (i = 0; i < sim.nends; i++)
		if (sim.end[i]->owes_end)
			abort(); /* bytes that the kernel would hold back */
}
