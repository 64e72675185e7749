/*
 * Hops in a row against a peer that plays all of them: every word each of them
 * is told, in its order and in its seal, and what the chain makes of answers.
 */
#include <stdio.h>
#include <string.h>

#include "crypto/hash.h"
#include "outbound/chain.h"

#include "unit.h"

#define FRAME_MAX 100
#define WIRE_MAX  32768

/* -- a hop that seals: "CK", and then xor in frames of 2 + n bytes ------ */

struct hop {
	const struct hop_spec *spec;
	int asked; /* of the two words */
};

static struct hop *
fake_open(const struct hop_spec *spec)
{
	struct hop *h = calloc(1, sizeof(*h));

	if (h != NULL)
		h->spec = spec;
	return h;
}

static enum hop_status
fake_word(struct hop *h, int nth, struct buf *in, struct buf *out,
    enum outcome *why)
{
	uint8_t heard;

	if (h->asked < nth) {
		if (buf_append(out, nth == 1 ? "K" : "C", 1) != OK)
			return HOP_MORE;
		h->asked = nth;
	}
	if (buf_len(in) == 0)
		return HOP_MORE;
	heard = *buf_head(in);
	buf_consume(in, 1);
	*why = OUTCOME_REFUSED;
	return heard == (nth == 1 ? 'k' : 'c') ? HOP_READY : HOP_FAILED;
}

static enum hop_status
fake_prepare(struct hop *h, struct buf *in, struct buf *out, enum outcome *why)
{
	return fake_word(h, 1, in, out, why);
}

static enum hop_status
fake_connect(struct hop *h, const struct endpoint *to, struct buf *in,
    struct buf *out, enum outcome *why)
{
	assert_true(to->port > 0);
	return fake_word(h, 2, in, out, why);
}

static void
put_frame(uint8_t *frame, const uint8_t *from, size_t n)
{
	size_t i;

	frame[0] = (uint8_t)(n >> 8);
	frame[1] = (uint8_t)n;
	for (i = 0; i < n; i++)
		frame[2 + i] = from[i] ^ 0x5a;
}

static enum err
fake_seal(struct hop *h, struct buf *plain, struct buf *wire)
{
	uint8_t frame[2 + FRAME_MAX];
	size_t room, n;

	if (strcmp(h->spec->user, "nomem") == 0)
		return ERR_MEMORY;
	while (buf_len(plain) > 0) {
		buf_tail(wire, &room);
		n = buf_len(plain) < FRAME_MAX ? buf_len(plain) : FRAME_MAX;
		if (room < 3)
			break;
		n = n + 2 < room ? n : room - 2;
		put_frame(frame, buf_head(plain), n);
		assert_int_equal(buf_append(wire, frame, n + 2), OK);
		buf_consume(plain, n);
	}
	return OK;
}

/* Of the first frame: its length, 0 when it is not there, -1 when broken. */
static int
frame_len(const uint8_t *p, size_t n)
{
	size_t len;

	if (n < 2)
		return 0;
	len = (size_t)p[0] << 8 | p[1];
	if (len == 0 || len > FRAME_MAX)
		return -1;
	return n < len + 2 ? 0 : (int)len;
}

static enum err
fake_unseal(struct hop *h, struct buf *wire, struct buf *plain)
{
	uint8_t body[FRAME_MAX];
	size_t room, i;
	int n;

	(void)h;
	while ((n = frame_len(buf_head(wire), buf_len(wire))) > 0) {
		buf_tail(plain, &room);
		if (room < (size_t)n)
			return OK;
		for (i = 0; i < (size_t)n; i++)
			body[i] = buf_head(wire)[2 + i] ^ 0x5a;
		buf_append(plain, body, (size_t)n);
		buf_consume(wire, (size_t)n + 2);
	}
	return n < 0 ? ERR_PROTO : OK;
}

static void
fake_close(struct hop *h)
{
	free(h);
}

static const struct hop_ops hop_fake = {
	.scheme = "fake",
	.open = fake_open,
	.prepare = fake_prepare,
	.connect = fake_connect,
	.seal = fake_seal,
	.unseal = fake_unseal,
	.close = fake_close,
};

/* -- the peer ---------------------------------------------------------- */

struct word {
	size_t hop;
	uint8_t say[2048], hear[64];
	size_t nsay, nhear;
};

struct world {
	size_t n, nwords;
	unsigned pipeline; /* bit k: hop k takes its handshake in one flight */
	struct hop_spec spec[CHAIN_MAX];
	const struct hop_spec *list[CHAIN_MAX];
	struct endpoint target;
	struct word word[3 * CHAIN_MAX];
	struct chain *chain;
	struct buf in, out;
	enum outcome why;
	uint8_t in_mem[HOP_IN_MAX], out_mem[CHAIN_OUT_MAX];
};

static void
add_word(struct world *w, size_t hop, const void *say, size_t nsay,
    const char *hear, size_t nhear)
{
	struct word *d = &w->word[w->nwords++];

	d->hop = hop;
	d->nsay = nsay;
	d->nhear = nhear;
	memcpy(d->say, say, nsay);
	memcpy(d->hear, hear, nhear);
}

#define HEAR(s) s, sizeof(s) - 1

static bool
takes_flight(const struct world *w, size_t k)
{
	return (w->pipeline >> k & 1) != 0 && w->spec[k].ops->flight != NULL;
}

static void
add_login(struct world *w, size_t k)
{
	w->spec[k].login = true;
	strcpy(w->spec[k].user, "alice");
	strcpy(w->spec[k].pass, "secret");
	if (takes_flight(w, k))
		add_word(w, k, "\5\1\2", 3, HEAR("\5\2"));
	else
		add_word(w, k, "\5\2\0\2", 4, HEAR("\5\2"));
	add_word(w, k, "\1\5alice\6secret", 14, HEAR("\1\0"));
}

static void
add_socks5(struct world *w, size_t k, const struct endpoint *to, bool login)
{
	uint8_t say[300] = { 5, 1, 0, 3 };
	size_t n = strlen(to->host.name);

	if (login)
		add_login(w, k);
	else
		add_word(w, k, "\5\1\0", 3, HEAR("\5\0"));
	say[4] = (uint8_t)n;
	memcpy(say + 5, to->host.name, n);
	say[5 + n] = (uint8_t)(to->port >> 8);
	say[6 + n] = (uint8_t)to->port;
	add_word(w, k, say, 7 + n, HEAR("\5\0\0\1\0\0\0\0\0\0"));
}

static void
add_socks4a(struct world *w, size_t k, const struct endpoint *to)
{
	uint8_t say[300] = { 4, 1, 0, 0, 0, 0, 0, 1, 0 };
	size_t n = strlen(to->host.name) + 1;

	say[2] = (uint8_t)(to->port >> 8);
	say[3] = (uint8_t)to->port;
	memcpy(say + 9, to->host.name, n);
	add_word(w, k, say, 9 + n, HEAR("\0\132\0\0\0\0\0\0"));
}

static void
add_http(struct world *w, size_t k, const struct endpoint *to)
{
	char say[700];
	int n = snprintf(say, sizeof(say),
	    "CONNECT %s:%u HTTP/1.1\r\nHost: %s:%u\r\n\r\n", to->host.name,
	    to->port, to->host.name, to->port);

	add_word(w, k, say, (size_t)n, HEAR("HTTP/1.0 200 ok\r\nA: b\r\n\r\n"));
}

static struct endpoint
name_of(size_t k)
{
	struct endpoint ep = { .type = HOST_NAME };

	snprintf(ep.host.name, sizeof(ep.host.name), "h%zu.example", k);
	ep.port = (uint16_t)(1000 + k);
	return ep;
}

/* kinds: '5', 'l' with a login, '4', 'h', and 's' for the one that seals */
static void
world_with(struct world *w, const char *kinds, unsigned pipeline)
{
	const struct endpoint *to;
	size_t k;

	memset(w, 0, sizeof(*w));
	w->n = strlen(kinds);
	w->pipeline = pipeline;
	w->target = name_of(99);
	for (k = 0; k < w->n; k++) {
		w->list[k] = &w->spec[k];
		w->spec[k].addr = name_of(k);
	}
	for (k = 0; k < w->n; k++) {
		to = k + 1 < w->n ? &w->spec[k + 1].addr : &w->target;
		switch (kinds[k]) {
		case '5':
		case 'l':
			w->spec[k].ops = &hop_socks5;
			add_socks5(w, k, to, kinds[k] == 'l');
			break;
		case '4':
			w->spec[k].ops = &hop_socks4a;
			add_socks4a(w, k, to);
			break;
		case 'h':
			w->spec[k].ops = &hop_http;
			add_http(w, k, to);
			break;
		default:
			w->spec[k].ops = &hop_fake;
			add_word(w, k, "K", 1, HEAR("k"));
			add_word(w, k, "C", 1, HEAR("c"));
		}
	}
	w->in = buf_on(w->in_mem, sizeof(w->in_mem));
	w->out = buf_on(w->out_mem, sizeof(w->out_mem));
	w->chain = chain_open(w->list, w->n, &w->target);
	for (k = 0; k < w->n && w->chain != NULL; k++)
		chain_pipeline(w->chain, k, (pipeline >> k & 1) != 0);
}

static void
world_new(struct world *w, const char *kinds)
{
	world_with(w, kinds, 0);
}

/* Again, without a target. */
static void
world_untarget(struct world *w)
{
	size_t k;

	chain_close(w->chain);
	w->chain = chain_open(w->list, w->n, NULL);
	for (k = 0; k < w->n; k++)
		chain_pipeline(w->chain, k, (w->pipeline >> k & 1) != 0);
}

static void
world_free(struct world *w)
{
	chain_close(w->chain);
}

/* Through the seals of the hops before `hop`, the innermost first. */
static size_t
wrap(const struct world *w, size_t hop, const uint8_t *plain, size_t n,
    uint8_t *wire)
{
	static uint8_t layer[WIRE_MAX];
	size_t at, part;

	memcpy(wire, plain, n);
	while (hop-- > 0) {
		if (w->spec[hop].ops != &hop_fake)
			continue;
		memcpy(layer, wire, n);
		for (at = part = 0; part < n; part += FRAME_MAX) {
			size_t take = n - part < FRAME_MAX ? n - part
							   : FRAME_MAX;

			put_frame(wire + at, layer + part, take);
			at += take + 2;
		}
		n = at;
	}
	return n;
}

static size_t
unwrap(const struct world *w, size_t hop, const uint8_t *wire, size_t n,
    uint8_t *plain)
{
	size_t k, at, got, i;
	int len;

	memcpy(plain, wire, n);
	for (k = 0; k < hop; k++) {
		if (w->spec[k].ops != &hop_fake)
			continue;
		for (at = got = 0; at < n; at += (size_t)len + 2) {
			len = frame_len(plain + at, n - at);
			assert_true(len > 0);
			for (i = 0; i < (size_t)len; i++)
				plain[got++] = plain[at + 2 + i] ^ 0x5a;
		}
		n = got;
	}
	return n;
}

/* The chain says exactly this word, through however little room. */
static void
expect_said(struct world *w, const struct word *d)
{
	static uint8_t wire[WIRE_MAX], plain[WIRE_MAX];
	size_t n = 0, got;

	while (buf_len(&w->out) > 0) {
		memcpy(wire + n, buf_head(&w->out), buf_len(&w->out));
		n += buf_len(&w->out);
		buf_consume(&w->out, buf_len(&w->out));
		assert_int_equal(chain_step(w->chain, &w->in, &w->out, &w->why),
		    HOP_MORE);
	}
	got = unwrap(w, d->hop, wire, n, plain);
	assert_int_equal(got, d->nsay);
	assert_memory_equal(plain, d->say, got);
}

static enum hop_status
hear(struct world *w, const uint8_t *bytes, size_t n, size_t slice)
{
	enum hop_status st = HOP_MORE;
	size_t i, part;

	for (i = 0; i < n; i += part) {
		assert_int_equal(st, HOP_MORE);
		part = n - i < slice ? n - i : slice;
		assert_int_equal(buf_append(&w->in, bytes + i, part), OK);
		st = chain_step(w->chain, &w->in, &w->out, &w->why);
	}
	return st;
}

/* All the words up to the one with this number; the last answer may differ. */
static enum hop_status
talk(struct world *w, size_t upto, size_t slice)
{
	static uint8_t wire[WIRE_MAX];
	enum hop_status st;
	size_t i, n;

	st = chain_step(w->chain, &w->in, &w->out, &w->why);
	for (i = 0; i < upto; i++) {
		assert_int_equal(st, HOP_MORE);
		assert_int_equal(chain_at(w->chain), w->word[i].hop);
		expect_said(w, &w->word[i]);
		n = wrap(w, w->word[i].hop, w->word[i].hear, w->word[i].nhear,
		    wire);
		st = hear(w, wire, n, slice);
	}
	return st;
}

static void
builds(const char *kinds, size_t slice, size_t out_cap)
{
	struct world w;
	bool plain = strchr(kinds, 's') == NULL;

	world_new(&w, kinds);
	assert_non_null(w.chain);
	w.out.cap = out_cap;
	assert_int_equal(chain_is_plain(w.chain), plain);
	assert_int_equal(talk(&w, w.nwords, slice), HOP_READY);
	assert_int_equal(buf_len(&w.out), 0);
	assert_int_equal(buf_len(&w.in), 0);
	assert_int_equal(chain_at(w.chain), w.n - 1);
	/* Asked again it says the same and does nothing. */
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_READY);
	world_free(&w);
}

/* A target that becomes known only when everything else is done. */
static void
prepares(const char *kinds, size_t slice)
{
	static uint8_t wire[WIRE_MAX];
	const struct word *last;
	struct world w;
	size_t n;

	world_new(&w, kinds);
	world_untarget(&w);
	last = &w.word[w.nwords - 1];
	assert_int_equal(talk(&w, w.nwords - 1, slice), HOP_READY);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_READY);
	assert_int_equal(buf_len(&w.out), 0);
	assert_int_equal(chain_at(w.chain), w.n - 1);
	chain_target(w.chain, &w.target);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	expect_said(&w, last);
	n = wrap(&w, last->hop, last->hear, last->nhear, wire);
	assert_int_equal(hear(&w, wire, n, slice), HOP_READY);
	assert_int_equal(buf_len(&w.out), 0);
	world_free(&w);
}

/* -- in flight ----------------------------------------------------------- */

/*
 * How many words were said when `heard` of them are answered: those of all
 * hops in a row that take it, and the first of the one behind.
 */
static size_t
said_by(const struct world *w, size_t heard, bool target)
{
	size_t i = heard, most = w->nwords - !target;

	if (i >= most)
		return most;
	if (!takes_flight(w, w->word[i].hop))
		return i + 1;
	while (i < most && takes_flight(w, w->word[i].hop))
		i++;
	return i < most ? i + 1 : i;
}

static void
expect_words(struct world *w, size_t from, size_t to)
{
	static struct word all;
	size_t i;

	all.hop = from < to ? w->word[from].hop : 0;
	all.nsay = 0;
	for (i = from; i < to; i++) {
		assert_true(all.nsay + w->word[i].nsay <= sizeof(all.say));
		memcpy(all.say + all.nsay, w->word[i].say, w->word[i].nsay);
		all.nsay += w->word[i].nsay;
	}
	if (from < to)
		expect_said(w, &all);
	assert_int_equal(buf_len(&w->out), 0);
}

/* The target is told when so many words are answered. */
static void
flies(const char *kinds, unsigned pipeline, size_t slice, size_t when)
{
	static uint8_t wire[WIRE_MAX];
	enum hop_status st = HOP_MORE;
	size_t i, n, said = 0, now;
	struct world w;
	bool seals;

	world_with(&w, kinds, pipeline);
	seals = w.spec[w.n - 1].ops->seal != NULL;
	when = when < w.nwords - 1 ? when : w.nwords - 1;
	if (when > 0)
		world_untarget(&w);
	for (i = 0; i <= w.nwords; i++) {
		if (i == when && i > 0) {
			st = chain_step(w.chain, &w.in, &w.out, &w.why);
			assert_int_equal(st,
			    i + 1 == w.nwords ? HOP_READY : HOP_MORE);
			chain_target(w.chain, &w.target);
		}
		if (i == when || i == 0)
			st = chain_step(w.chain, &w.in, &w.out, &w.why);
		now = said_by(&w, i, i >= when);
		if (now > said) {
			expect_words(&w, said, now);
			said = now;
		}
		assert_int_equal(chain_asked(w.chain),
		    seals ? i == w.nwords : said == w.nwords);
		assert_int_equal(st, i == w.nwords ? HOP_READY : HOP_MORE);
		if (i == w.nwords)
			break;
		n = wrap(&w, w.word[i].hop, w.word[i].hear, w.word[i].nhear,
		    wire);
		st = hear(&w, wire, n, slice);
	}
	assert_int_equal(chain_suspects(w.chain), 0);
	world_free(&w);
}

/* -- tests -------------------------------------------------------------- */

static void
builds_every_kind(void **state)
{
	static const char *const kinds[] = { "5", "4", "h", "s", "55", "5h",
		"h4", "s5", "5s", "ss", "4s5", "54h54h54", "hhhhhhhh", "5s4s",
		"ssss", "sssss5h4" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		builds(kinds[i], 1, 8192);
		builds(kinds[i], 3, 8192);
		builds(kinds[i], 8192, 8192);
	}
	/* A seal takes what fits; the hop within waits for room. */
	builds("ss5", 1, 9);
	builds("s4s", 8192, 5);
}

static void
prepares_every_kind(void **state)
{
	static const char *const kinds[] = { "5", "4", "h", "s", "55", "5h",
		"h4", "s5", "5s", "4s5", "54h54h54", "hhhhhhhh", "sssss5h4" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		prepares(kinds[i], 1);
		prepares(kinds[i], 8192);
	}
}

/* The target comes while the hops are still shaking hands. */
static void
takes_a_target_any_time(void **state)
{
	enum hop_status st;
	struct world w;
	size_t when, i;

	(void)state;
	for (when = 0; when < 6; when++) {
		world_new(&w, "5h54");
		world_untarget(&w);
		assert_int_equal(w.nwords, 6);
		st = talk(&w, when, 1);
		assert_int_equal(st, when < 5 ? HOP_MORE : HOP_READY);
		chain_target(w.chain, &w.target);
		st = chain_step(w.chain, &w.in, &w.out, &w.why);
		for (i = when; i < w.nwords; i++) {
			assert_int_equal(st, HOP_MORE);
			expect_said(&w, &w.word[i]);
			st = hear(&w, w.word[i].hear, w.word[i].nhear, 1);
		}
		assert_int_equal(st, HOP_READY);
		world_free(&w);
	}
}

/* After the target was told late, the last hop speaks about it. */
static void
tells_of_a_late_target(void **state)
{
	struct world w;

	(void)state;
	world_new(&w, "55");
	world_untarget(&w);
	assert_int_equal(talk(&w, 3, 1), HOP_READY);
	chain_target(w.chain, &w.target);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	assert_int_equal(hear(&w, (const uint8_t *)"\5\5\0\1\0\0\0\0\0\0", 10,
			     10),
	    HOP_FAILED);
	assert_int_equal(w.why, OUTCOME_REFUSED);
	world_free(&w);
}

/* One hop of three is told a login of its own; the specs stay as they were. */
static void
tells_another_login(void **state)
{
	char user[] = "<torS0X>0", pass[] = "0123";
	struct world w;

	(void)state;
	world_new(&w, "555");
	w.spec[1].login = true;
	strcpy(w.spec[1].user, "from the spec");
	assert_true(chain_login(w.chain, 1, user, pass));
	memset(user, 'x', 9);
	memset(pass, 'x', 4);
	assert_int_equal(talk(&w, 2, 1), HOP_MORE);
	assert_int_equal(buf_len(&w.out), 4);
	assert_memory_equal(buf_head(&w.out), "\5\2\0\2", 4);
	buf_consume(&w.out, 4);
	assert_int_equal(hear(&w, (const uint8_t *)"\5\2", 2, 1), HOP_MORE);
	assert_int_equal(buf_len(&w.out), 16);
	assert_memory_equal(buf_head(&w.out), "\1\11<torS0X>0\0040123", 16);
	assert_string_equal(w.spec[1].user, "from the spec");
	world_free(&w);
}

/* Hears the offer, the login, and keeps its password. */
static void
isolates_as(struct world *w, uint8_t k, uint8_t secret, char pass[65])
{
	uint8_t key[DIGEST_LEN] = { secret };
	struct identity id = { { k } };

	world_new(w, "5l");
	w->spec[0].tor = true;
	assert_true(chain_isolate(w->chain, key, &id));
	assert_int_equal(chain_step(w->chain, &w->in, &w->out, &w->why),
	    HOP_MORE);
	assert_memory_equal(buf_head(&w->out), "\5\2\0\2", 4);
	buf_consume(&w->out, 4);
	assert_int_equal(hear(w, (const uint8_t *)"\5\2", 2, 1), HOP_MORE);
	assert_int_equal(buf_len(&w->out), 2 + 9 + 1 + 64);
	assert_memory_equal(buf_head(&w->out), "\1\11<torS0X>0\100", 12);
	memcpy(pass, buf_head(&w->out) + 12, 64);
	pass[64] = '\0';
	assert_int_equal(strspn(pass, "0123456789abcdef"), 64);
	world_free(w);
}

/* As many logins at tor as identities; with another key they are new ones. */
static void
tells_tor_the_identity(void **state)
{
	char a[65], again[65], b[65], other[65];
	struct world w;

	(void)state;
	isolates_as(&w, 1, 7, a);
	isolates_as(&w, 1, 7, again);
	isolates_as(&w, 2, 7, b);
	isolates_as(&w, 1, 8, other);
	assert_string_equal(a, again);
	assert_string_not_equal(a, b);
	assert_string_not_equal(a, other);
}

static void
survives_no_memory_for_a_login(void **state)
{
	struct world w;
	unsigned long n;
	bool ok;

	(void)state;
	for (n = 1;; n++) {
		world_new(&w, "5");
		alloc_fail_at(n);
		ok = chain_login(w.chain, 0, "u", "p");
		alloc_fail_at(0);
		if (ok)
			break;
		world_free(&w);
	}
	assert_int_equal(n, 3);
	world_free(&w);
}

/* Every mix of hops that take it and hops that do not, at every depth. */
static void
flies_where_it_may(void **state)
{
	static const char *const kinds[] = { "54hl5lh4", "llllllll", "hhhh4444",
		"5s5ls4h5", "s5l5", "5ss5", "lh4s" };
	unsigned mask;
	char some[CHAIN_MAX + 1];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (n = 1; n <= strlen(kinds[i]); n++) {
			memcpy(some, kinds[i], n);
			some[n] = '\0';
			for (mask = 0; mask < 1u << n; mask++) {
				flies(some, mask, 1, 0);
				flies(some, mask, 4096, 0);
				flies(some, mask, 4096, 1 + mask % 7);
				flies(some, mask, 3, 99);
			}
		}
}

/* As leaves_what_is_behind(), in one flight that takes one answer. */
static void
flies_in_one_segment(void **state)
{
	static const char behind[] = "220 smtp.example ESMTP\r\n";
	uint8_t wire[2048];
	size_t i, n = 0;
	struct world w;

	(void)state;
	world_with(&w, "5lh45lh4", 255);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	expect_words(&w, 0, w.nwords);
	assert_true(chain_asked(w.chain));
	for (i = 0; i < w.nwords; i++) {
		memcpy(wire + n, w.word[i].hear, w.word[i].nhear);
		n += w.word[i].nhear;
	}
	memcpy(wire + n, behind, sizeof(behind));
	n += sizeof(behind);
	assert_int_equal(hear(&w, wire, n, sizeof(wire)), HOP_READY);
	assert_int_equal(buf_len(&w.out), 0);
	assert_int_equal(buf_len(&w.in), sizeof(behind));
	assert_memory_equal(buf_head(&w.in), behind, sizeof(behind));
	world_free(&w);
}

/* With the longest words there are, the room that is promised is enough. */
static void
flies_with_long_words(void **state)
{
	struct world w;
	size_t k, most = 0;
	char kinds[2][9] = { "llllllll", "shhhhhhh" };

	(void)state;
	for (k = 0; k < 2; k++) {
		size_t i;

		world_with(&w, kinds[k], 255);
		chain_close(w.chain);
		for (i = 0; i < w.n; i++) {
			w.spec[i].login = true;
			memset(w.spec[i].user, 'u', 255);
			memset(w.spec[i].pass, 'p', 255);
			memset(w.spec[i].addr.host.name, 'x', HOST_MAX);
		}
		memset(w.target.host.name, 'x', HOST_MAX);
		w.chain = chain_open(w.list, w.n, &w.target);
		for (i = 0; i < w.n; i++)
			chain_pipeline(w.chain, i, true);
		assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why),
		    HOP_MORE);
		if (k == 1) {
			assert_int_equal(hear(&w, (const uint8_t *)"k", 1, 1),
			    HOP_MORE);
			assert_int_equal(hear(&w, (const uint8_t *)"c", 1, 1),
			    HOP_MORE);
		}
		assert_true(chain_asked(w.chain));
		most = buf_len(&w.out) > most ? buf_len(&w.out) : most;
		world_free(&w);
	}
	assert_true(most > 7 * 1200);
}

/* All words up to i are answered as they should be, i like this. */
static void
crashes(const char *kinds, unsigned pipeline, size_t i, const char *bytes,
    size_t nbytes, enum outcome why, size_t hop, unsigned suspects)
{
	static uint8_t wire[WIRE_MAX];
	struct world w;
	size_t k, n = 0;

	world_with(&w, kinds, pipeline);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	for (k = 0; k < i; k++) {
		memcpy(wire + n, w.word[k].hear, w.word[k].nhear);
		n += w.word[k].nhear;
	}
	memcpy(wire + n, bytes, nbytes);
	n += nbytes;
	assert_int_equal(buf_append(&w.in, wire, n), OK);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why),
	    HOP_FAILED);
	assert_int_equal(w.why, why);
	assert_int_equal(chain_at(w.chain), hop);
	assert_int_equal(chain_suspects(w.chain), suspects);
	world_free(&w);
}

static void
suspects_who_does_not_take_it(void **state)
{
	(void)state;
	/* It wants no login, or another method: both were not offered. */
	crashes("l", 1, 0, HEAR("\5\0"), OUTCOME_HOP_FAILED, 0, 1);
	crashes("l", 1, 0, HEAR("\5\377"), OUTCOME_HOP_FAILED, 0, 1);
	crashes("5l5", 7, 2, HEAR("\5\0"), OUTCOME_HOP_FAILED, 1, 3);
	crashes("5", 1, 0, HEAR("\5\2"), OUTCOME_HOP_FAILED, 0, 1);
	/* Nonsense: the second one's or the first one's, who sees it first. */
	crashes("555", 7, 2, HEAR("HT"), OUTCOME_HOP_FAILED, 1, 3);
	crashes("h5", 3, 1, HEAR("HT"), OUTCOME_HOP_FAILED, 1, 3);
	crashes("h5", 1, 0, HEAR("HTTP/1.1 400 no\r\n\r\n"), OUTCOME_HOP_FAILED,
	    0, 1);
	/* Alone a CONNECT is no flight, and neither is anything unmarked. */
	crashes("h", 1, 0, HEAR("HTTP/1.1 400 no\r\n\r\n"), OUTCOME_HOP_FAILED,
	    0, 0);
	crashes("5", 0, 0, HEAR("HT"), OUTCOME_HOP_FAILED, 0, 0);
	crashes("l5", 2, 0, HEAR("HT"), OUTCOME_HOP_FAILED, 0, 0);
}

/* Who understands and says no would say so in any case. */
static void
believes_an_answer(void **state)
{
	(void)state;
	crashes("5", 1, 0, HEAR("\5\377"), OUTCOME_HOP_AUTH, 0, 0);
	crashes("ll", 3, 1, HEAR("\1\1"), OUTCOME_HOP_AUTH, 0, 0);
	crashes("5ll", 7, 3, HEAR("\1\1"), OUTCOME_HOP_AUTH, 1, 0);
	crashes("55", 3, 1, HEAR("\5\5\0\1\0\0\0\0\0\0"), OUTCOME_HOP_FAILED, 0,
	    0);
	crashes("55", 3, 3, HEAR("\5\5\0\1\0\0\0\0\0\0"), OUTCOME_REFUSED, 1,
	    0);
	crashes("hh", 3, 0, HEAR("HTTP/1.1 407 no\r\n\r\n"), OUTCOME_HOP_AUTH,
	    0, 0);
}

/* The connection ends, or nothing comes: the caller asks whom to suspect. */
static void
suspects_the_silent(void **state)
{
	struct world w;

	(void)state;
	world_with(&w, "55h5", 7);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	assert_int_equal(chain_suspects(w.chain), 1);
	assert_int_equal(hear(&w, w.word[0].hear, 2, 2), HOP_MORE);
	assert_int_equal(chain_suspects(w.chain), 1);
	assert_int_equal(hear(&w, w.word[1].hear, 10, 10), HOP_MORE);
	assert_int_equal(chain_suspects(w.chain), 3);
	assert_int_equal(hear(&w, w.word[2].hear, 2, 2), HOP_MORE);
	assert_int_equal(hear(&w, w.word[3].hear, 10, 10), HOP_MORE);
	assert_int_equal(chain_suspects(w.chain), 6);
	assert_int_equal(hear(&w, w.word[4].hear, w.word[4].nhear, 99),
	    HOP_MORE);
	assert_int_equal(chain_suspects(w.chain), 4); /* the last: greeted */
	world_free(&w);
	/* A request to a hop that took all before it is nothing special. */
	world_with(&w, "l", 1);
	world_untarget(&w);
	chain_step(w.chain, &w.in, &w.out, &w.why);
	assert_int_equal(chain_suspects(w.chain), 1);
	assert_int_equal(hear(&w, (const uint8_t *)"\5\2\1\0", 4, 4),
	    HOP_READY);
	chain_target(w.chain, &w.target);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	assert_int_equal(chain_suspects(w.chain), 0);
	assert_true(chain_asked(w.chain));
	world_free(&w);
}

/* The answers of all hops and the target's first bytes in one segment. */
static void
leaves_what_is_behind(void **state)
{
	static const char behind[] = "220 smtp.example ESMTP\r\n";
	uint8_t wire[2048];
	size_t i, n = 0;
	struct world w;

	(void)state;
	world_new(&w, "54h54h54");
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &w.why), HOP_MORE);
	for (i = 0; i < w.nwords; i++) {
		memcpy(wire + n, w.word[i].hear, w.word[i].nhear);
		n += w.word[i].nhear;
	}
	memcpy(wire + n, behind, sizeof(behind));
	n += sizeof(behind);
	assert_int_equal(hear(&w, wire, n, sizeof(wire)), HOP_READY);
	assert_int_equal(buf_len(&w.in), sizeof(behind));
	assert_memory_equal(buf_head(&w.in), behind, sizeof(behind));
	for (i = 0; i < w.nwords; i++) {
		assert_memory_equal(buf_head(&w.out), w.word[i].say,
		    w.word[i].nsay);
		buf_consume(&w.out, w.word[i].nsay);
	}
	assert_int_equal(buf_len(&w.out), 0);
	world_free(&w);
}

/* Both ways through every seal after READY, more than any buffer holds. */
static void
carries(const char *kinds, size_t room)
{
	static uint8_t sent[20000], got[20000], wire[WIRE_MAX], raw[WIRE_MAX];
	struct buf plain = buf_on(sent, sizeof(sent)), out, in;
	size_t i, n = 0, nraw = 0, k;
	struct world w;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7);
	world_new(&w, kinds);
	assert_int_equal(talk(&w, w.nwords, 5), HOP_READY);
	buf_grew(&plain, sizeof(sent));
	do {
		out = buf_on(raw, room);
		assert_int_equal(chain_seal(w.chain, &plain, &out), OK);
		k = buf_len(&out);
		memcpy(wire + nraw, buf_head(&out), k);
		nraw += k;
	} while (k > 0);
	assert_int_equal(buf_len(&plain), 0);
	assert_int_equal(unwrap(&w, w.n, wire, nraw, raw), sizeof(sent));
	assert_memory_equal(raw, sent, sizeof(sent));
	nraw = wrap(&w, w.n, sent, sizeof(sent), wire);
	in = buf_on(raw, 8192);
	for (i = 0; n < sizeof(sent);) {
		k = nraw - i < 1000 ? nraw - i : 1000;
		if (buf_append(&in, wire + i, k) == OK)
			i += k;
		out = buf_on(got + n,
		    room < sizeof(got) - n ? room : sizeof(got) - n);
		assert_int_equal(chain_unseal(w.chain, &in, &out), OK);
		n += buf_len(&out);
	}
	assert_memory_equal(got, sent, sizeof(sent));
	assert_int_equal(buf_len(&in), 0);
	world_free(&w);
}

static void
carries_through_seals(void **state)
{
	(void)state;
	carries("s", 8192);
	carries("5s4s", 8192);
	carries("s5", 333);
	carries("ss", 120);
	carries("5h", 500);
}

/* The first bytes of the target come right behind the last sealed answer. */
static void
keeps_sealed_first_bytes(void **state)
{
	uint8_t wire[512], got[64];
	struct buf plain = buf_on(got, sizeof(got));
	struct world w;
	size_t n;

	(void)state;
	world_new(&w, "s4");
	assert_int_equal(talk(&w, 2, 1), HOP_MORE);
	expect_said(&w, &w.word[2]);
	n = wrap(&w, 1, (const uint8_t *)"\0\132\0\0\0\0\0\0hello", 13, wire);
	n += wrap(&w, 1, (const uint8_t *)", again", 7, wire + n);
	assert_int_equal(hear(&w, wire, n, sizeof(wire)), HOP_READY);
	assert_int_equal(chain_unseal(w.chain, &w.in, &plain), OK);
	assert_int_equal(buf_len(&plain), 12);
	assert_memory_equal(got, "hello, again", 12);
	world_free(&w);
}

/* -- failures ------------------------------------------------------------ */

/* The answer to word i is this one instead. */
static enum hop_status
answers(struct world *w, size_t i, const char *hear_bytes, size_t n,
    size_t slice)
{
	w->word[i].nhear = n;
	memcpy(w->word[i].hear, hear_bytes, n);
	return talk(w, i + 1, slice);
}

static void
blames(const char *kinds, size_t i, const char *bytes, size_t n, size_t hop,
    enum outcome why)
{
	struct world w;
	enum outcome again = OUTCOME_OK;

	world_new(&w, kinds);
	assert_int_equal(answers(&w, i, bytes, n, 512), HOP_FAILED);
	assert_int_equal(w.why, why);
	assert_int_equal(chain_at(w.chain), hop);
	assert_int_equal(chain_step(w.chain, &w.in, &w.out, &again),
	    HOP_FAILED);
	assert_int_equal(again, why);
	assert_int_equal(buf_len(&w.out), 0);
	world_free(&w);
}

/* Only the last answer is about the target, whatever a hop before says. */
static void
tells_target_from_hops(void **state)
{
	static const struct {
		char answer;
		enum outcome last;
	} answer[] = {
		{ 1, OUTCOME_HOST_UNREACHABLE },
		{ 2, OUTCOME_DENIED },
		{ 3, OUTCOME_NET_UNREACHABLE },
		{ 4, OUTCOME_HOST_UNREACHABLE },
		{ 5, OUTCOME_REFUSED },
		{ 6, OUTCOME_TIMEOUT },
	};
	char reply[] = "\5\0\0\1\0\0\0\0\0\0";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(answer) / sizeof(answer[0]); i++) {
		reply[1] = answer[i].answer;
		blames("555", 1, reply, 10, 0, OUTCOME_HOP_FAILED);
		blames("555", 3, reply, 10, 1, OUTCOME_HOP_FAILED);
		blames("555", 5, reply, 10, 2, answer[i].last);
		blames("5s5", 5, reply, 10, 2, answer[i].last);
	}
	blames("5s5", 0, HEAR("\5\377"), 0, OUTCOME_HOP_AUTH);
	blames("5s5", 4, HEAR("\5\377"), 2, OUTCOME_HOP_AUTH);
	blames("h5", 0, HEAR("HTTP/1.1 407 No\r\n\r\n"), 0, OUTCOME_HOP_AUTH);
	blames("h5", 0, HEAR("HTTP/1.1 504 No\r\n\r\n"), 0, OUTCOME_HOP_FAILED);
	blames("5h", 2, HEAR("HTTP/1.1 504 No\r\n\r\n"), 1, OUTCOME_TIMEOUT);
	/* What it says before the request can not be about the target. */
	blames("5s", 2, HEAR("x"), 1, OUTCOME_HOP_FAILED);
	blames("5s", 3, HEAR("x"), 1, OUTCOME_REFUSED);
}

/* The hop at work did its part, and says who did not: the next one. */
static bool
blames_next(const char *kinds, size_t i, const char *bytes, size_t n)
{
	struct world w;
	bool next;

	world_new(&w, kinds);
	assert_int_equal(answers(&w, i, bytes, n, 512), HOP_FAILED);
	next = chain_next_is_down(w.chain);
	world_free(&w);
	return next;
}

static void
tells_hops_that_are_down(void **state)
{
	(void)state;
	assert_true(blames_next("55", 1, HEAR("\5\5\0\1\0\0\0\0\0\0")));
	assert_true(blames_next("h5", 0, HEAR("HTTP/1.1 504 No\r\n\r\n")));
	/* It may not go there, is broken, or it was the target. */
	assert_false(blames_next("55", 1, HEAR("\5\2\0\1\0\0\0\0\0\0")));
	assert_false(blames_next("h5", 0, HEAR("HTTP/1.1 407 No\r\n\r\n")));
	assert_false(blames_next("55", 0, HEAR("HT")));
	assert_false(blames_next("55", 3, HEAR("\5\5\0\1\0\0\0\0\0\0")));
}

/* A broken seal is the fault of the hop that sealed. */
static void
blames_a_broken_seal(void **state)
{
	struct world w;

	(void)state;
	world_new(&w, "5s44");
	assert_int_equal(talk(&w, 5, 1), HOP_MORE);
	assert_int_equal(chain_at(w.chain), 3);
	assert_int_equal(hear(&w, (const uint8_t *)"\377\377", 2, 2),
	    HOP_FAILED);
	assert_int_equal(w.why, OUTCOME_HOP_FAILED);
	assert_int_equal(chain_at(w.chain), 1);
	world_free(&w);
	world_new(&w, "s4");
	strcpy(w.spec[0].user, "nomem");
	assert_int_equal(talk(&w, 2, 1), HOP_FAILED);
	assert_int_equal(w.why, OUTCOME_OVERLOADED);
	world_free(&w);
}

static void
survives_no_memory(void **state)
{
	struct world w;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		world_new(&w, "54hs54hs");
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		assert_null(w.chain);
	}
	alloc_fail_at(0);
	assert_int_equal(n, 1 + 8 + 2 + 1); /* and buffers where one seals */
	world_free(&w);
	chain_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_every_kind),
		cmocka_unit_test(prepares_every_kind),
		cmocka_unit_test(takes_a_target_any_time),
		cmocka_unit_test(tells_of_a_late_target),
		cmocka_unit_test(tells_another_login),
		cmocka_unit_test(tells_tor_the_identity),
		cmocka_unit_test(survives_no_memory_for_a_login),
		cmocka_unit_test(flies_where_it_may),
		cmocka_unit_test(flies_in_one_segment),
		cmocka_unit_test(flies_with_long_words),
		cmocka_unit_test(suspects_who_does_not_take_it),
		cmocka_unit_test(believes_an_answer),
		cmocka_unit_test(suspects_the_silent),
		cmocka_unit_test(leaves_what_is_behind),
		cmocka_unit_test(carries_through_seals),
		cmocka_unit_test(keeps_sealed_first_bytes),
		cmocka_unit_test(tells_target_from_hops),
		cmocka_unit_test(tells_hops_that_are_down),
		cmocka_unit_test(blames_a_broken_seal),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
