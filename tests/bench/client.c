/* client.c - opens tunnels, drives them as the mode says, checks every byte. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#define LATENCIES_MAX (4 << 20) /* kept; of more, these are enough */
#define AT_A_TIME     64 /* tunnels being opened, of those that then rest */
#define NEVER_ENDING  (UINT64_C(1) << 60)

/* The first thing that went wrong is the one to tell. */
void
client_fail(struct client *c, enum outcome outcome, const char *fmt, ...)
{
	va_list ap;

	if (c->outcome != DONE)
		return;
	c->outcome = outcome;
	c->over = true;
	va_start(ap, fmt);
	fputs("load: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

bool
time_is_over(const struct client *c)
{
	return c->now - c->start >= c->plan->seconds;
}

/* -- what is done with an open tunnel ------------------------------------- */

static uint32_t
new_seed(struct client *c)
{
	c->seed = (c->seed + 7919) % PATTERN_SIZE;
	return c->seed;
}

static uint64_t
size_of_answer(const struct client *c)
{
	return c->plan->mode == MODE_BULK ? BLOCK_SIZE
	    : c->plan->web                ? WEB_SIZE
					  : ANSWER_SIZE;
}

/* What the origin is asked for, in its words; the length. */
static size_t
put_question(const struct client *c, char *out, uint32_t seed)
{
	unsigned flags = 0;

	if (!c->plan->web) {
		put_request((uint8_t *)out, OP_SEND, seed, size_of_answer(c));
		return REQUEST_SIZE;
	}
	if (c->plan->absolute)
		flags |= WEB_ABSOLUTE;
	if (c->plan->mode == MODE_CONN)
		flags |= WEB_LAST;
	return web_put_request(out, &c->plan->to, flags, seed,
	    size_of_answer(c));
}

static bool
ask(struct tunnel *t)
{
	struct client *c = t->client;
	char out[WEB_HEAD_MAX];
	uint32_t seed = new_seed(c);

	t->seeds[t->asked++] = seed;
	return tunnel_put(t, out, put_question(c, out, seed));
}

/* A message; with the first one goes the request to echo this and all later. */
static bool
message(struct tunnel *t, bool first)
{
	struct client *c = t->client;
	uint8_t out[REQUEST_SIZE + ANSWER_SIZE];
	size_t head = first ? REQUEST_SIZE : 0;

	if (c->plan->web) {
		t->since = seconds_now();
		return ask(t);
	}
	t->seeds[0] = new_seed(c);
	t->asked = 1;
	put_request(out, OP_ECHO, 0, NEVER_ENDING);
	memcpy(out + head, pattern_at(&c->pattern, t->seeds[0]), ANSWER_SIZE);
	t->since = seconds_now();
	return tunnel_put(t, out, head + ANSWER_SIZE);
}

static void
keep_latency(struct client *c, double seconds)
{
	if (c->nlatencies < LATENCIES_MAX)
		c->latencies[c->nlatencies++] = (uint32_t)(seconds * 1e9);
}

/* The next message, on a new connection when the old one ended. */
static void
message_again(struct tunnel *t)
{
	if (t->last || t->phase == CLOSED) {
		tunnel_close(t);
		tunnel_open(t);
	} else {
		message(t, false);
	}
}

/* No more is to come: see whether that is so. */
static void
finish(struct tunnel *t)
{
	if (t->client->plan->absolute) { /* a proxy may wait for more */
		tunnel_close(t);
		return;
	}
	t->phase = ENDING;
	shutdown(t->fd, SHUT_WR);
}

/* All tunnels are open: now the clock runs. */
static void
start_all(struct client *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };
	unsigned i;

	c->now = c->start = seconds_now();
	if (c->plan->mode == MODE_IDLE) {
		if (c->plan->on_ready != NULL)
			c->plan->on_ready();
		if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &ev) != 0)
			client_fail(c, FAILED, "standard input: %s",
			    strerror(errno));
	}
	for (i = 0; i < c->plan->n && !c->over; i++)
		if (c->plan->mode == MODE_BULK) {
			if (ask(&c->tunnel[i]))
				ask(&c->tunnel[i]);
		} else if (c->plan->mode == MODE_RR) {
			message_again(&c->tunnel[i]);
		}
}

/*
 * One is open; the next takes its turn.  A burst of thousands would measure
 * how a proxy takes a burst.
 */
static void
wait_for_all(struct client *c)
{
	if (++c->ready == c->plan->n)
		start_all(c);
	else if (c->opened < c->plan->n)
		tunnel_open(&c->tunnel[c->opened++]);
}

void
tunnel_opened(struct tunnel *t)
{
	struct client *c = t->client;

	t->phase = OPEN;
	switch (c->plan->mode) {
	case MODE_CONN:
		ask(t);
		break;
	case MODE_BULK:
		wait_for_all(c);
		break;
	default:
		message(t, true);
	}
}

/* The oldest request is answered. */
static void
on_answer(struct tunnel *t)
{
	struct client *c = t->client;
	bool first = c->ready < c->plan->n;

	t->asked--;
	memmove(t->seeds, t->seeds + 1, sizeof(t->seeds) - sizeof(*t->seeds));
	t->pos = 0;
	t->headed = false;
	t->served = true;
	c->now = seconds_now();
	if (c->plan->mode == MODE_BULK) {
		c->result->seconds = c->now - c->start;
		if (!time_is_over(c))
			ask(t);
		else if (t->asked == 0)
			finish(t);
		return;
	}
	if (c->plan->mode != MODE_CONN && first) {
		wait_for_all(c);
		return;
	}
	c->result->ops++;
	keep_latency(c, c->now - t->since);
	c->result->seconds = c->now - c->start;
	if (c->plan->mode == MODE_CONN) {
		tunnel_close(t);
		if (!time_is_over(c))
			tunnel_open(t);
	} else if (c->plan->mode == MODE_RR && !time_is_over(c)) {
		message_again(t);
	} else {
		finish(t);
	}
}

/* An HTTP answer's head, of which n more bytes are here; how many it took. */
static size_t
take_head(struct tunnel *t, const uint8_t *data, size_t n)
{
	size_t used, before = t->have, room = sizeof(t->in) - 1 - before;
	uint64_t count = 0;
	enum web st;

	if (n > room)
		n = room;
	memcpy(t->in + before, data, n);
	t->in[before + n] = '\0';
	st = web_get_response((char *)t->in, &used, &count, &t->last);
	if (st == WEB_SHORT && n < room) {
		t->have += n;
		return n;
	}
	t->have = 0;
	t->headed = true;
	if (st != WEB_OK || count != size_of_answer(t->client)) {
		client_fail(t->client, FAILED, "the answer is %.*s",
		    (int)strcspn((char *)t->in, "\r\n"), t->in);
		return n;
	}
	return used - before;
}

static void
on_data(struct tunnel *t, const uint8_t *data, size_t n)
{
	struct client *c = t->client;
	size_t piece;

	while (n > 0 && t->phase == OPEN && !c->over) {
		if (t->asked == 0) {
			client_fail(c, DAMAGED, "more came than was asked for");
			return;
		}
		if (c->plan->web && !t->headed) {
			piece = take_head(t, data, n);
			data += piece;
			n -= piece;
			continue;
		}
		piece = size_of_answer(c) - t->pos;
		if (piece > n)
			piece = n;
		if (memcmp(data, pattern_at(&c->pattern, t->seeds[0] + t->pos),
			piece) != 0) {
			client_fail(c, DAMAGED,
			    "what came is not what was sent");
			return;
		}
		c->result->bytes += piece;
		t->pos += piece;
		data += piece;
		n -= piece;
		if (t->pos == size_of_answer(c))
			on_answer(t);
	}
	if (n > 0 && !c->over)
		client_fail(c, DAMAGED, "more came than was asked for");
}

/*
 * A peer may end a connection it kept so far, whatever was just asked
 * (RFC 9112 section 9.5); tinyproxy does it without saying so before.
 */
static bool
ask_anew(struct tunnel *t)
{
	const struct plan *plan = t->client->plan;

	if (!plan->web || plan->mode != MODE_RR || !t->served || t->headed ||
	    t->have > 0)
		return false;
	tunnel_close(t);
	if (t->asked > 0)
		tunnel_open(t);
	return true;
}

/* -- the loop ------------------------------------------------------------- */

static void
on_event(struct tunnel *t)
{
	struct client *c = t->client;
	ssize_t n;

	if (t->phase < OPEN) {
		tunnel_handshake(t);
		return;
	}
	n = recv(t->fd, c->scratch, sizeof(c->scratch), 0);
	if (n > 0)
		on_data(t, c->scratch, (size_t)n);
	else if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	else if (t->phase == ENDING)
		tunnel_close(t);
	else if (!ask_anew(t))
		tunnel_failed(t, n == 0 ? "it closed" : strerror(errno));
}

/* Does every idle tunnel still work?  Asked when standard input ends. */
static void
wake_idle(struct client *c)
{
	unsigned i;

	epoll_ctl(c->epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
	for (i = 0; i < c->plan->n && !c->over; i++)
		message(&c->tunnel[i], false);
}

static void
loop(struct client *c)
{
	struct epoll_event ev[256];
	bool waiting;
	int i, n;

	while (c->live > 0 && !c->over) {
		n = epoll_wait(c->epoll, ev, 256, 100);
		c->now = seconds_now();
		if (n > 0)
			c->moved = c->now;
		for (i = 0; i < n && !c->over; i++)
			if (ev[i].data.ptr == c)
				wake_idle(c);
			else
				on_event(ev[i].data.ptr);
		waiting = c->plan->mode == MODE_IDLE &&
		    c->ready == c->plan->n && !time_is_over(c);
		if (c->now - c->moved > c->plan->patience && !waiting)
			client_fail(c, FAILED, "nothing came for %.0f s",
			    c->plan->patience);
	}
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
count_up(struct client *c)
{
	size_t n = c->nlatencies;

	if (n == 0)
		return;
	qsort(c->latencies, n, sizeof(*c->latencies), by_size);
	c->result->p50_us = c->latencies[n / 2] / 1e3;
	c->result->p99_us = c->latencies[n - 1 - n / 100] / 1e3;
}

static bool
client_init(struct client *c, const struct plan *plan, struct result *result)
{
	c->plan = plan;
	c->result = result;
	pattern_init(&c->pattern);
	c->start = c->moved = c->now = seconds_now();
	c->latencies = malloc(LATENCIES_MAX * sizeof(*c->latencies));
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	return c->latencies != NULL && c->epoll >= 0;
}

enum outcome
client_run(const struct plan *plan, struct result *result)
{
	struct client *c = calloc(1,
	    sizeof(*c) + plan->n * sizeof(struct tunnel));
	enum outcome outcome;
	unsigned i, opened;
	bool waits;

	memset(result, 0, sizeof(*result));
	if (c == NULL || !client_init(c, plan, result)) {
		fprintf(stderr, "load: starting: %s\n", strerror(errno));
		exit(1);
	}
	for (i = 0; i < plan->n; i++)
		c->tunnel[i].client = c;
	waits = plan->mode == MODE_IDLE || plan->mode == MODE_RR;
	opened = c->opened = waits && plan->n > AT_A_TIME ? AT_A_TIME : plan->n;
	for (i = 0; i < opened && !c->over; i++)
		tunnel_open(&c->tunnel[i]);
	loop(c);
	for (i = 0; i < plan->n; i++)
		tunnel_close(&c->tunnel[i]);
	count_up(c);
	outcome = c->outcome;
	close(c->epoll);
	free(c->latencies);
	free(c);
	return outcome;
}
