/* What a SOCKS4a hop says, and what it makes of every answer. */
#include "talk.h"

#define GRANTED "\0\132\0\0\0\0\0\0"

static const struct hop_spec plain_hop = { .ops = &hop_socks4a, .name = "n1" };
static const struct hop_spec user_hop = { .ops = &hop_socks4a,
	.name = "n2",
	.user = "alice",
	.login = true };
static struct endpoint target;

static int
setup(void **state)
{
	(void)state;
	target = talk_endpoint("a.example:443");
	return 0;
}

static void
asks(const struct hop_spec *spec, const char *to, const void *bytes, size_t n)
{
	const struct endpoint ep = talk_endpoint(to);
	struct talk t;

	talk_open(&t, spec, &ep);
	assert_int_equal(talk_step(&t), HOP_MORE);
	assert_true(t.prepared); /* nothing to agree on before */
	talk_said(&t, bytes, n);
	talk_close(&t);
}

static void
asks_for_everything(void **state)
{
	(void)state;
	asks(&plain_hop, "a.example:443", "\4\1\1\273\0\0\0\1\0a.example", 19);
	asks(&user_hop, "a.example:443", "\4\1\1\273\0\0\0\1alice\0a.example",
	    24);
	asks(&user_hop, "192.0.2.7:80", "\4\1\0\120\300\0\2\7alice", 14);
	/* What version 4 can not carry goes as text. */
	asks(&plain_hop, "[2001:db8::1]:80",
	    "\4\1\0\120\0\0\0\1\0"
	    "2001:db8::1",
	    21);
	asks(&user_hop, "[::1]:80",
	    "\4\1\0\120\0\0\0\1alice\0"
	    "::1",
	    18);
	asks(&plain_hop, "0.0.0.5:80",
	    "\4\1\0\120\0\0\0\1\0"
	    "0.0.0.5",
	    17);
}

static void
hears_every_prefix(void **state)
{
	(void)state;
	talk_every_prefix(&plain_hop, &target, GRANTED, 8);
	talk_every_prefix(&user_hop, &target, "\0\132\4\70\300\0\2\7", 8);
}

static void
understands_every_answer(void **state)
{
	char reply[] = GRANTED;
	unsigned a;

	(void)state;
	for (a = 0; a < 256; a++) {
		reply[1] = (char)a;
		if (a != 90)
			talk_fails(&plain_hop, &target, reply, 8,
			    a == 91                  ? OUTCOME_REFUSED
				: a == 92 || a == 93 ? OUTCOME_HOP_AUTH
						     : OUTCOME_HOP_FAILED);
	}
	for (a = 1; a < 256; a++) {
		reply[0] = (char)a;
		reply[1] = 90;
		talk_fails(&plain_hop, &target, reply, 8, OUTCOME_HOP_FAILED);
	}
}

static void
says_at_most_its_share(void **state)
{
	const struct endpoint to = talk_long_name(255);
	struct hop_spec spec = user_hop;
	struct talk t;

	(void)state;
	talk_long_login(&spec);
	talk_open(&t, &spec, &to);
	assert_int_equal(talk_step(&t), HOP_MORE);
	assert_int_equal(buf_len(&t.out), 8 + 255 + 1 + 255 + 1);
	talk_close(&t);
	talk_waits_for_room(&plain_hop, &target,
	    "\4\1\1\273\0\0\0\1\0a.example", 19);
	talk_flies(&plain_hop, &target, NULL, 0,
	    "\4\1\1\273\0\0\0\1\0a.example", 19, GRANTED, 8);
}

static void
survives_no_memory(void **state)
{
	struct hop *h;

	(void)state;
	alloc_fail_at(1);
	h = hop_socks4a.open(&plain_hop);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_null(h);
	hop_socks4a.close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_everything),
		cmocka_unit_test(hears_every_prefix),
		cmocka_unit_test(understands_every_answer),
		cmocka_unit_test(says_at_most_its_share),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
