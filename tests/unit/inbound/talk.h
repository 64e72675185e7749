/*
 * talk.h - one client and our half of the conversation.
 *
 * What the client says is fed in slices; a login is good when it is alice with
 * the password secret.
 */
#ifndef TALK_H
#define TALK_H

#include <string.h>

#include "inbound/inbound.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WIRE(s)  (s), sizeof(s) - 1

struct talk {
	struct listen_spec spec;
	struct inbound ib;
	enum inbound_status status;
	unsigned logins; /* how often one was verified */
	struct buf in;
	size_t nsaid;
	char said[2048]; /* by us; NUL-terminated */
	uint8_t mem[INBOUND_IN_MAX];
};

static inline void
talk_start(struct talk *t, unsigned protocols, bool auth)
{
	t->spec = (struct listen_spec){ .protocols = protocols, .auth = auth };
	t->in = buf_on(t->mem, sizeof(t->mem));
	t->status = INBOUND_MORE;
	t->logins = 0;
	t->nsaid = 0;
	t->said[0] = '\0';
	inbound_init(&t->ib, &t->spec);
}

static inline void
talk_note(struct talk *t, const struct buf *out)
{
	assert_true(buf_len(out) < sizeof(t->said) - t->nsaid);
	memcpy(t->said + t->nsaid, buf_head(out), buf_len(out));
	t->nsaid += buf_len(out);
	t->said[t->nsaid] = '\0';
}

static inline void
talk_step(struct talk *t)
{
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf out;

	do {
		out = buf_on(mem, sizeof(mem));
		t->status = inbound_step(&t->ib, &t->in, &out);
		talk_note(t, &out);
		if (t->status == INBOUND_AUTH) {
			t->logins++;
			inbound_login(&t->ib,
			    strcmp(t->ib.user, "alice") == 0 &&
				strcmp(t->ib.pass, "secret") == 0);
		}
	} while (t->status == INBOUND_AUTH);
}

/* Fed slice by slice while more is wanted, the rest at once. */
static inline void
talk_hear(struct talk *t, const void *data, size_t n, size_t slice)
{
	const uint8_t *p = data;
	size_t part;

	for (; n > 0; p += part, n -= part) {
		part = t->status == INBOUND_MORE && n > slice ? slice : n;
		assert_int_equal(buf_append(&t->in, p, part), OK);
		if (t->status == INBOUND_MORE)
			talk_step(t);
	}
}

static inline void
talk_reply(struct talk *t, enum outcome o)
{
	uint8_t mem[INBOUND_OUT_MAX];
	struct buf out = buf_on(mem, sizeof(mem));

	inbound_reply(&t->ib, o, &out);
	talk_note(t, &out);
}

/* Exactly these bytes were said, and these were left for the target. */
static inline void
talk_is(struct talk *t, const char *said, size_t n, const char *left)
{
	assert_int_equal(t->nsaid, n);
	assert_memory_equal(t->said, said, n);
	assert_int_equal(buf_len(&t->in), strlen(left));
	assert_memory_equal(buf_head(&t->in), left, strlen(left));
}

static inline void
talk_target(const struct talk *t, const char *want)
{
	char text[ENDPOINT_STR];

	endpoint_str(&t->ib.request.target, text);
	assert_string_equal(text, want);
}

#endif
