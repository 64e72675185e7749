/* What a SOCKS5 hop says, and what it makes of every answer. */
#include "talk.h"

#define SAID(t, s) talk_said((t), (s), sizeof(s) - 1)
#define HEAR(t, s) talk_hear((t), (s), sizeof(s) - 1)
#define FAILS(spec, s, why) \
	talk_fails((spec), &target, (s), sizeof(s) - 1, (why))

#define OPEN_OK  "\5\0"
#define LOGIN_OK "\5\2\1\0"
#define BOUND_V4 "\5\0\0\1\177\0\0\1\4\70"
#define BOUND_V6 "\5\0\0\4\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\4\70"

static const struct hop_spec open_hop = { .ops = &hop_socks5, .name = "n1" };
static const struct hop_spec login_hop = { .ops = &hop_socks5,
	.name = "n2",
	.user = "alice",
	.pass = "secret",
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
says_it_all(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, &login_hop, &target);
	assert_int_equal(talk_step(&t), HOP_MORE);
	SAID(&t, "\5\2\0\2");
	assert_int_equal(HEAR(&t, "\5\2"), HOP_MORE);
	SAID(&t, "\1\5alice\6secret");
	assert_int_equal(HEAR(&t, "\1\0"), HOP_MORE);
	SAID(&t, "\5\1\0\3\11a.example\1\273");
	assert_int_equal(HEAR(&t, BOUND_V4), HOP_READY);
	SAID(&t, "");
	talk_close(&t);
}

/* Without a login 02 is not offered, with one 00 is taken all the same. */
static void
goes_without_login(void **state)
{
	const struct endpoint v4 = talk_endpoint("192.0.2.7:80");
	const struct endpoint v6 = talk_endpoint("[2001:db8::1]:80");
	struct talk t;

	(void)state;
	talk_open(&t, &open_hop, &v4);
	assert_int_equal(talk_step(&t), HOP_MORE);
	SAID(&t, "\5\1\0");
	assert_int_equal(HEAR(&t, OPEN_OK), HOP_MORE);
	SAID(&t, "\5\1\0\1\300\0\2\7\0\120");
	talk_close(&t);
	talk_open(&t, &login_hop, &v6);
	assert_int_equal(talk_step(&t), HOP_MORE);
	SAID(&t, "\5\2\0\2");
	assert_int_equal(HEAR(&t, OPEN_OK), HOP_MORE);
	SAID(&t, "\5\1\0\4\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\0\120");
	talk_close(&t);
}

/* A name of any length, which is none for us to judge; and 0. */
static void
hears_every_prefix(void **state)
{
	uint8_t reply[4 + 1 + 255 + 2] = "\5\0\0\0\3";
	uint8_t all[2 + sizeof(reply)] = OPEN_OK;
	size_t len;

	(void)state;
	talk_every_prefix(&open_hop, &target, OPEN_OK BOUND_V4, 12);
	talk_every_prefix(&open_hop, &target, OPEN_OK BOUND_V6, 24);
	talk_every_prefix(&login_hop, &target, LOGIN_OK BOUND_V4, 14);
	for (len = 0; len <= 255; len += 51) {
		memset(reply, '.', sizeof(reply));
		memcpy(reply, "\5\0\0\3", 4);
		reply[4] = (uint8_t)len;
		memcpy(all + 2, reply, 5 + len + 2);
		talk_every_prefix(&open_hop, &target, all, 2 + 5 + len + 2);
	}
}

static void
understands_every_answer(void **state)
{
	static const enum outcome known[] = {
		[1] = OUTCOME_HOST_UNREACHABLE,
		[2] = OUTCOME_DENIED,
		[3] = OUTCOME_NET_UNREACHABLE,
		[4] = OUTCOME_HOST_UNREACHABLE,
		[5] = OUTCOME_REFUSED,
		[6] = OUTCOME_TIMEOUT,
	};
	char reply[] = OPEN_OK BOUND_V4;
	unsigned answer;

	(void)state;
	for (answer = 1; answer < 256; answer++) {
		reply[3] = (char)answer;
		talk_fails(&open_hop, &target, reply, sizeof(reply) - 1,
		    answer <= 6 ? known[answer] : OUTCOME_HOP_FAILED);
	}
}

static void
minds_what_was_offered(void **state)
{
	char reply[2] = "\5";
	unsigned method;

	(void)state;
	for (method = 1; method < 255; method++) {
		reply[1] = (char)method;
		talk_fails(&open_hop, &target, reply, 2, OUTCOME_HOP_FAILED);
		if (method != 2)
			talk_fails(&login_hop, &target, reply, 2,
			    OUTCOME_HOP_FAILED);
	}
	FAILS(&open_hop, "\5\377", OUTCOME_HOP_AUTH);
	FAILS(&login_hop, "\5\377", OUTCOME_HOP_AUTH);
	for (method = 1; method < 256; method++) {
		char status[] = "\5\2\1\0";

		status[3] = (char)method;
		talk_fails(&login_hop, &target, status, 4, OUTCOME_HOP_AUTH);
	}
}

static void
refuses_nonsense(void **state)
{
	(void)state;
	FAILS(&open_hop, "\4\0", OUTCOME_HOP_FAILED);
	FAILS(&open_hop, "HTTP/1.0 400 Bad Request\r\n", OUTCOME_HOP_FAILED);
	FAILS(&login_hop, "\5\2\5\0", OUTCOME_HOP_FAILED);
	FAILS(&open_hop, OPEN_OK "\4\0\0\1\0\0\0\0\0\0", OUTCOME_HOP_FAILED);
	FAILS(&open_hop, OPEN_OK "\5\0\0\0\0\0\0\0\0\0", OUTCOME_HOP_FAILED);
	FAILS(&open_hop, OPEN_OK "\5\0\0\11\0\0\0\0\0\0", OUTCOME_HOP_FAILED);
	FAILS(&open_hop, OPEN_OK "\5\0\0\377\0\0\0\0\0\0", OUTCOME_HOP_FAILED);
}

/* The longest of everything fits HOP_OUT_MAX; without room it waits. */
static void
says_at_most_its_share(void **state)
{
	const struct endpoint to = talk_long_name(255);
	struct hop_spec spec = login_hop;
	struct talk t;

	(void)state;
	talk_long_login(&spec);
	talk_open(&t, &spec, &to);
	assert_int_equal(talk_step(&t), HOP_MORE);
	SAID(&t, "\5\2\0\2");
	assert_int_equal(HEAR(&t, "\5\2"), HOP_MORE);
	assert_int_equal(buf_len(&t.out), 3 + 255 + 255);
	buf_consume(&t.out, buf_len(&t.out));
	assert_int_equal(HEAR(&t, "\1\0"), HOP_MORE);
	assert_int_equal(buf_len(&t.out), 4 + 1 + 255 + 2);
	talk_close(&t);
	talk_waits_for_room(&login_hop, &target, "\5\2\0\2", 4);
}

/* What is offered is what is meant, so that the rest may follow at once. */
static void
says_it_in_one_flight(void **state)
{
	static const char request[] = "\5\1\0\3\11a.example\1\273";
	static const char login[] = "\5\1\2\1\5alice\6secret";

	(void)state;
	talk_flies(&open_hop, &target, "\5\1\0", 3, request, 16,
	    OPEN_OK BOUND_V4, 12);
	talk_flies(&login_hop, &target, login, 17, request, 16,
	    LOGIN_OK BOUND_V4, 14);
	/* As tor answers it. */
	talk_flies(&login_hop, &target, login, 17, request, 16, "\1\0" BOUND_V4,
	    12);
}

/* A request after the answers: said by connect() as ever, or ahead of it. */
static void
says_the_rest_later(void **state)
{
	struct talk t;

	(void)state;
	talk_open(&t, &login_hop, &target);
	assert_int_equal(hop_socks5.flight(t.hop, NULL, &t.out, &t.why),
	    HOP_READY);
	talk_said(&t, "\5\1\2\1\5alice\6secret", 17);
	assert_int_equal(HEAR(&t, LOGIN_OK), HOP_MORE);
	SAID(&t, "\5\1\0\3\11a.example\1\273");
	assert_int_equal(hop_socks5.flight(t.hop, &target, &t.out, &t.why),
	    HOP_READY);
	SAID(&t, "");
	assert_int_equal(HEAR(&t, BOUND_V4), HOP_READY);
	talk_close(&t);
}

/* Whatever else the hop chooses was not offered, or is no matter of flight. */
static void
minds_what_flew(void **state)
{
	static const struct {
		const struct hop_spec *spec;
		char reply[3];
		enum outcome why;
	} wrong[] = {
		{ &open_hop, "\5\2", OUTCOME_HOP_FAILED },
		{ &open_hop, "\5\377", OUTCOME_HOP_AUTH },
		{ &open_hop, "\1\0", OUTCOME_HOP_FAILED },
		{ &login_hop, "\5\0", OUTCOME_HOP_FAILED },
		{ &login_hop, "\5\377", OUTCOME_HOP_FAILED },
		{ &login_hop, "\1\1", OUTCOME_HOP_AUTH },
		{ &login_hop, "\2\0", OUTCOME_HOP_FAILED },
	};
	struct talk t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		talk_open(&t, wrong[i].spec, &target);
		hop_socks5.flight(t.hop, NULL, &t.out, &t.why);
		hop_socks5.flight(t.hop, &target, &t.out, &t.why);
		assert_int_equal(talk_hear(&t, wrong[i].reply, 2), HOP_FAILED);
		assert_int_equal(t.why, wrong[i].why);
		talk_close(&t);
	}
}

static void
survives_no_memory(void **state)
{
	struct hop *h;

	(void)state;
	alloc_fail_at(1);
	h = hop_socks5.open(&open_hop);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_null(h);
	hop_socks5.close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_all),
		cmocka_unit_test(goes_without_login),
		cmocka_unit_test(hears_every_prefix),
		cmocka_unit_test(understands_every_answer),
		cmocka_unit_test(minds_what_was_offered),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(says_at_most_its_share),
		cmocka_unit_test(says_it_in_one_flight),
		cmocka_unit_test(says_the_rest_later),
		cmocka_unit_test(minds_what_flew),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
