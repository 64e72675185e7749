#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outbound/chain.h"

#include "tor.h"

/* Inside the seal of a hop: plain to it, the wire of the hops behind it. */
struct inside {
	struct buf in, out;
	uint8_t in_mem[HOP_IN_MAX], out_mem[CHAIN_OUT_MAX];
};

struct chain {
	const struct endpoint *target; /* NULL: not known yet */
	size_t n, at;                  /* hops before `at` are connected */
	size_t flown; /* and those before this one were asked in flight */
	bool begun;   /* something was said, perhaps */
	bool asked;   /* the last hop was told the target */
	/* Of hops, a bit for each: */
	unsigned prepared;   /* they have only their request left */
	unsigned pipeline;   /* they take their handshake in one flight */
	unsigned greeted;    /* they were said what comes before the request */
	unsigned words;      /* that was something: they had to take it early */
	unsigned behind;     /* so had they what came behind their request */
	unsigned suspects;   /* after a failure */
	enum outcome failed; /* OUTCOME_OK: not yet */
	bool next_is_down;   /* so the one at work said */
	const struct hop_spec *spec[CHAIN_MAX];
	struct hop_spec *own[CHAIN_MAX]; /* of hops with another login */
	struct hop *hop[CHAIN_MAX];
	struct inside *inside[CHAIN_MAX]; /* of hops that seal, or NULL */
};

static struct inside *
inside_new(void)
{
	struct inside *i = malloc(sizeof(*i));

	if (i == NULL)
		return NULL;
	i->in = buf_on(i->in_mem, sizeof(i->in_mem));
	i->out = buf_on(i->out_mem, sizeof(i->out_mem));
	return i;
}

static bool
open_hop(struct chain *c, size_t k)
{
	const struct hop_ops *ops = c->spec[k]->ops;

	assert((ops->seal == NULL) == (ops->unseal == NULL));
	c->hop[k] = ops->open(c->spec[k]);
	if (ops->seal != NULL)
		c->inside[k] = inside_new();
	return c->hop[k] != NULL && (ops->seal == NULL || c->inside[k] != NULL);
}

struct chain *
chain_open(const struct hop_spec *const *hops, size_t n,
    const struct endpoint *target)
{
	struct chain *c = calloc(1, sizeof(*c));
	size_t k;

	assert(n >= 1 && n <= CHAIN_MAX);
	if (c == NULL)
		return NULL;
	c->target = target;
	c->n = n;
	memcpy(c->spec, hops, n * sizeof(*hops));
	for (k = 0; k < n; k++)
		if (!open_hop(c, k)) {
			chain_close(c);
			return NULL;
		}
	return c;
}

static void
own_free(struct hop_spec *own)
{
	if (own == NULL)
		return;
	explicit_bzero(own, sizeof(*own));
	free(own);
}

void
chain_close(struct chain *c)
{
	size_t k;

	if (c == NULL)
		return;
	for (k = 0; k < c->n; k++) {
		if (c->inside[k] != NULL)
			explicit_bzero(c->inside[k], sizeof(*c->inside[k]));
		free(c->inside[k]);
		c->spec[k]->ops->close(c->hop[k]);
		own_free(c->own[k]);
	}
	free(c);
}

static unsigned
bit(size_t k)
{
	return 1u << k;
}

void
chain_pipeline(struct chain *c, size_t k, bool yes)
{
	const struct hop_ops *ops = c->spec[k]->ops;

	assert(k < c->n && !c->begun);
	if (yes && ops->flight != NULL && ops->seal == NULL)
		c->pipeline |= bit(k);
	else
		c->pipeline &= ~bit(k);
}

bool
chain_login(struct chain *c, size_t k, const char *user, const char *pass)
{
	struct hop_spec *own = malloc(sizeof(*own));
	const struct hop_ops *ops = c->spec[k]->ops;
	struct hop *hop;

	assert(k < c->n && !c->begun && c->own[k] == NULL);
	assert(strlen(user) < sizeof(own->user));
	assert(strlen(pass) < sizeof(own->pass));
	if (own == NULL)
		return false;
	*own = *c->spec[k];
	own->login = true;
	strcpy(own->user, user);
	strcpy(own->pass, pass);
	hop = ops->open(own);
	if (hop == NULL) {
		own_free(own);
		return false;
	}
	ops->close(c->hop[k]);
	c->hop[k] = hop;
	c->spec[k] = c->own[k] = own;
	return true;
}

bool
chain_isolate(struct chain *c, const uint8_t *key, const struct identity *id)
{
	char pass[TOR_PASSWORD];
	bool ok = true;
	size_t k;

	tor_password(pass, key, id);
	for (k = 0; k < c->n && ok; k++)
		if (c->spec[k]->tor)
			ok = chain_login(c, k, TOR_USER, pass);
	explicit_bzero(pass, sizeof(pass));
	return ok;
}

size_t
chain_at(const struct chain *c)
{
	return c->at < c->n ? c->at : c->n - 1;
}

bool
chain_asked(const struct chain *c)
{
	return c->asked || c->at == c->n;
}

static bool
has_bit(unsigned bits, size_t k)
{
	return (bits & bit(k)) != 0;
}

static unsigned
suspects(const struct chain *c)
{
	unsigned s = 0;

	if (c->at < c->n)
		s = (c->words | c->behind) & bit(c->at);
	if (c->at > 0 && c->at < c->n)
		s |= c->behind & bit(c->at - 1);
	return s;
}

unsigned
chain_suspects(const struct chain *c)
{
	return c->failed != OUTCOME_OK ? c->suspects : suspects(c);
}

bool
chain_next_is_down(const struct chain *c)
{
	return c->next_is_down;
}

bool
chain_is_plain(const struct chain *c)
{
	size_t k;

	for (k = 0; k < c->n; k++)
		if (c->inside[k] != NULL)
			return false;
	return true;
}

/* -- through the seals ---------------------------------------------------- */

/* The nearest seal that what is behind hop k - 1 travels in, or NULL. */
static struct inside *
around(const struct chain *c, size_t k)
{
	while (k-- > 0)
		if (c->inside[k] != NULL)
			return c->inside[k];
	return NULL;
}

static struct buf *
in_of(const struct chain *c, size_t k, struct buf *wire)
{
	struct inside *i = around(c, k);

	return i != NULL ? &i->in : wire;
}

static struct buf *
out_of(const struct chain *c, size_t k, struct buf *wire)
{
	struct inside *i = around(c, k);

	return i != NULL ? &i->out : wire;
}

/* Through the hops that are connected. */
static enum err
carry_in(struct chain *c, struct buf *wire)
{
	size_t k;
	enum err e;

	for (k = 0; k < c->at; k++) {
		if (c->inside[k] == NULL)
			continue;
		e = c->spec[k]->ops->unseal(c->hop[k], in_of(c, k, wire),
		    &c->inside[k]->in);
		if (e != OK) {
			c->at = k; /* the one to blame */
			return e;
		}
	}
	return OK;
}

static enum err
carry_out(struct chain *c, struct buf *wire)
{
	size_t k = c->at;
	enum err e;

	while (k-- > 0) {
		if (c->inside[k] == NULL)
			continue;
		e = c->spec[k]->ops->seal(c->hop[k], &c->inside[k]->out,
		    out_of(c, k, wire));
		if (e != OK) {
			c->at = k;
			return e;
		}
	}
	return OK;
}

static size_t
move(struct buf *from, struct buf *to)
{
	size_t room, n;
	uint8_t *at = buf_tail(to, &room);

	n = buf_len(from) < room ? buf_len(from) : room;
	if (n == 0)
		return 0;
	memcpy(at, buf_head(from), n);
	buf_grew(to, n);
	buf_consume(from, n);
	return n;
}

enum err
chain_seal(struct chain *c, struct buf *plain, struct buf *wire)
{
	enum err e;

	do
		e = carry_out(c, wire);
	while (e == OK && move(plain, out_of(c, c->n, wire)) > 0);
	return e;
}

enum err
chain_unseal(struct chain *c, struct buf *wire, struct buf *plain)
{
	enum err e;

	do
		e = carry_in(c, wire);
	while (e == OK && move(in_of(c, c->n, wire), plain) > 0);
	return e;
}

void
chain_target(struct chain *c, const struct endpoint *target)
{
	c->target = target;
}

/* -- hop after hop -------------------------------------------------------- */

static enum hop_status
fail(struct chain *c, enum outcome o)
{
	assert(o != OUTCOME_OK);
	c->failed = o;
	return HOP_FAILED;
}

static enum hop_status
broken(struct chain *c, enum err e)
{
	return fail(c,
	    e == ERR_MEMORY ? OUTCOME_OVERLOADED : OUTCOME_HOP_FAILED);
}

/*
 * Of the last hop's answer to the request every word is about the target;
 * anything else is about a hop, unless it is about us.
 */
static enum outcome
as_told(const struct chain *c, enum outcome o)
{
	if ((has_bit(c->prepared, c->at) && c->at + 1 == c->n) ||
	    o == OUTCOME_HOP_AUTH || o == OUTCOME_OVERLOADED)
		return o;
	return OUTCOME_HOP_FAILED;
}

static const struct endpoint *
destination(const struct chain *c, size_t k)
{
	return k + 1 < c->n ? &c->spec[k + 1]->addr : c->target;
}

/* What hop k says of its own accord, or as far as what it heard allows. */
static enum hop_status
talk_to(struct chain *c, size_t k, struct buf *in, struct buf *out,
    enum outcome *why)
{
	const struct hop_ops *ops = c->spec[k]->ops;
	size_t said = buf_len(out);
	enum hop_status st;

	if (!has_bit(c->prepared, k)) {
		st = ops->prepare(c->hop[k], in, out, why);
		if (st == HOP_READY)
			c->prepared |= bit(k);
		return st;
	}
	st = ops->connect(c->hop[k], destination(c, k), in, out, why);
	if (k + 1 == c->n && ops->seal == NULL && buf_len(out) > said)
		c->asked = true;
	return st;
}

static enum hop_status
step_hop(struct chain *c, struct buf *in, struct buf *out)
{
	enum outcome o = OUTCOME_HOP_FAILED;
	enum hop_status st;

	if (has_bit(c->pipeline, c->at) && !has_bit(c->greeted, c->at))
		return HOP_MORE; /* room */
	st = talk_to(c, c->at, in, out, &o);
	if (st != HOP_FAILED)
		return st;
	c->next_is_down = has_bit(c->prepared, c->at) && c->at + 1 < c->n &&
	    (o == OUTCOME_REFUSED || o == OUTCOME_HOST_UNREACHABLE ||
		o == OUTCOME_NET_UNREACHABLE || o == OUTCOME_TIMEOUT ||
		o == OUTCOME_NO_NAME || o == OUTCOME_NAME_FAILED);
	/* Any other word is an answer to something it understood. */
	c->suspects = o == OUTCOME_HOP_FAILED ? suspects(c) : 0;
	return fail(c, as_told(c, o));
}

/* -- without waiting ------------------------------------------------------ */

static enum hop_status
fly(struct chain *c, size_t k, struct buf *out, enum outcome *why)
{
	const struct hop_ops *ops = c->spec[k]->ops;
	const struct endpoint *to = destination(c, k);
	enum hop_status st;
	size_t said = buf_len(out);

	if (!has_bit(c->greeted, k)) {
		st = ops->flight(c->hop[k], NULL, out, why);
		if (st != HOP_READY)
			return st;
		c->greeted |= bit(k);
		if (buf_len(out) > said)
			c->words |= bit(k);
	}
	if (to == NULL)
		return HOP_MORE;
	if (has_bit(c->prepared, k)) /* it has taken what came before */
		c->words &= ~bit(k);
	st = ops->flight(c->hop[k], to, out, why);
	if (st == HOP_READY && k + 1 == c->n)
		c->asked = true;
	return st;
}

/*
 * Hop k has to hear before it goes on, but may be greeted, and asked when that
 * is all there is to say.
 */
static enum hop_status
greet(struct chain *c, size_t k, struct buf *out, enum outcome *why)
{
	struct buf nothing = buf_on(NULL, 0);
	enum hop_status st = HOP_READY;

	if (!has_bit(c->prepared, k))
		st = talk_to(c, k, &nothing, out, why);
	if (st == HOP_READY && c->spec[k]->ops->seal == NULL &&
	    destination(c, k) != NULL)
		st = talk_to(c, k, &nothing, out, why);
	return st == HOP_FAILED ? st : HOP_MORE;
}

/*
 * All that may be said now to hops that take it early, the hop at work among
 * them, and to the first that does not.  None of them seals but that last one,
 * which has no bytes behind it, so they all say it within the same seal.
 */
static enum hop_status
say_ahead(struct chain *c, struct buf *out)
{
	enum outcome o = OUTCOME_HOP_FAILED;
	enum hop_status st = HOP_READY;
	size_t said;

	if (c->flown < c->at)
		c->flown = c->at;
	while (st == HOP_READY && c->flown < c->n) {
		said = buf_len(out);
		if (has_bit(c->pipeline, c->flown))
			st = fly(c, c->flown, out, &o);
		else if (c->flown > c->at)
			st = greet(c, c->flown, out, &o);
		else
			return HOP_READY;
		if (c->flown > c->at && buf_len(out) > said)
			c->behind |= bit(c->flown - 1);
		if (st == HOP_READY)
			c->flown++;
	}
	if (st == HOP_FAILED) {
		c->at = c->flown;
		return fail(c,
		    o == OUTCOME_OVERLOADED ? o : OUTCOME_HOP_FAILED);
	}
	return HOP_READY;
}

/* -- step by step --------------------------------------------------------- */

/* All is done that needs no target. */
static bool
waits(const struct chain *c)
{
	return c->target == NULL && c->at + 1 == c->n &&
	    has_bit(c->prepared, c->at);
}

/* One step of the hop at work, and the bytes to it and from it. */
static enum hop_status
advance(struct chain *c, struct buf *in, struct buf *out)
{
	bool asked = has_bit(c->prepared, c->at);
	struct buf *to_hop = out_of(c, c->at, out);
	enum hop_status st;
	enum err e = carry_in(c, in);

	if (e != OK)
		return broken(c, e);
	st = say_ahead(c, to_hop);
	if (st == HOP_READY)
		st = step_hop(c, in_of(c, c->at, in), to_hop);
	if (st == HOP_FAILED)
		return st;
	e = carry_out(c, out);
	if (e != OK)
		return broken(c, e);
	if (st == HOP_READY && asked)
		c->at++;
	return st;
}

enum hop_status
chain_step(struct chain *c, struct buf *in, struct buf *out, enum outcome *why)
{
	enum hop_status st = c->failed != OUTCOME_OK ? HOP_FAILED : HOP_READY;

	c->begun = true;
	while (c->at < c->n && st == HOP_READY && !waits(c))
		st = advance(c, in, out);
	if (st == HOP_FAILED)
		*why = c->failed;
	return st;
}
