/* What an HTTP hop says, and what it makes of every answer. */
#include <stdio.h>

#include "talk.h"

#define OK_LINE "HTTP/1.1 200 Connection established\r\n"

static const struct hop_spec open_hop = { .ops = &hop_http, .name = "n1" };
static const struct hop_spec login_hop = { .ops = &hop_http,
	.name = "n2",
	.user = "alice",
	.pass = "open:sesame",
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
asks(const struct hop_spec *spec, const char *to, const char *request)
{
	const struct endpoint ep = talk_endpoint(to);
	struct talk t;

	talk_open(&t, spec, &ep);
	assert_int_equal(talk_step(&t), HOP_MORE);
	assert_true(t.prepared);
	talk_said(&t, request, strlen(request));
	talk_close(&t);
}

static void
every_prefix(const char *head)
{
	talk_every_prefix(&open_hop, &target, head, strlen(head));
}

static void
fails(const char *head, enum outcome why)
{
	talk_fails(&open_hop, &target, head, strlen(head), why);
}

/* To the byte: nothing more is said, so nothing tells who asks. */
static void
asks_for_everything(void **state)
{
	(void)state;
	asks(&open_hop, "a.example:443",
	    "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n");
	asks(&open_hop, "192.0.2.7:80",
	    "CONNECT 192.0.2.7:80 HTTP/1.1\r\nHost: 192.0.2.7:80\r\n\r\n");
	asks(&open_hop, "[2001:db8::1]:80",
	    "CONNECT [2001:db8::1]:80 HTTP/1.1\r\n"
	    "Host: [2001:db8::1]:80\r\n\r\n");
	asks(&login_hop, "a.example:443",
	    "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n"
	    "Proxy-Authorization: Basic YWxpY2U6b3BlbjpzZXNhbWU=\r\n\r\n");
}

static void
hears_every_prefix(void **state)
{
	(void)state;
	every_prefix(OK_LINE "\r\n");
	every_prefix("HTTP/1.0 200 Connection established\r\n"
		     "Proxy-agent: tinyproxy/1.11.1\r\n\r\n");
	every_prefix("HTTP/1.1 200\r\n\r\n");
	every_prefix("HTTP/1.1 299 x\r\nA: b\r\nC:\r\n\r\n");
	every_prefix(
	    "HTTP/1.1 100 Continue\r\n\r\n"
	    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" OK_LINE "\r\n");
}

/* RFC 9110 section 9.3.6: ignored in a 2xx, even where they contradict. */
static void
ignores_what_a_body_would_need(void **state)
{
	(void)state;
	every_prefix(OK_LINE "Content-Length: 10\r\n\r\n");
	every_prefix(OK_LINE "Transfer-Encoding: chunked\r\n\r\n");
	every_prefix(OK_LINE "Transfer-Encoding: gzip, chunked\r\n"
			     "Content-Length: 1\r\nContent-Length: 2\r\n\r\n");
	every_prefix("HTTP/1.0 200 ok\r\nTransfer-Encoding: chunked\r\n"
		     "Content-Length: -1\r\nConnection: close\r\n\r\n");
}

static enum outcome
expected(unsigned status)
{
	switch (status) {
	case 403:
		return OUTCOME_DENIED;
	case 404:
	case 500:
	case 502:
	case 503:
		return OUTCOME_HOST_UNREACHABLE;
	case 401:
	case 407:
		return OUTCOME_HOP_AUTH;
	case 504:
		return OUTCOME_TIMEOUT;
	default:
		return OUTCOME_HOP_FAILED;
	}
}

static void
understands_every_status(void **state)
{
	char head[64];
	unsigned status;

	(void)state;
	for (status = 0; status < 1000; status++) {
		snprintf(head, sizeof(head),
		    "HTTP/1.%u %03u why\r\nContent-Length: 9\r\n\r\n",
		    status & 1, status);
		if (status / 100 != 2 && (status / 100 != 1 || status == 101))
			fails(head, expected(status));
	}
}

static void
refuses_nonsense(void **state)
{
	(void)state;
	fails("SSH-2.0-OpenSSH_9.2\r\n", OUTCOME_HOP_FAILED);
	fails("\5\0", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1 200 OK\n\n", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1 200 OK\r \r\n\r\n", OUTCOME_HOP_FAILED);
	fails("HTTP/2 200\r\n\r\n", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1 2000 OK\r\n\r\n", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1 +20 OK\r\n\r\n", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1  200 OK\r\n\r\n", OUTCOME_HOP_FAILED);
	fails("\r\nHTTP/1.1 200 OK\r\n\r\n", OUTCOME_HOP_FAILED);
	fails(OK_LINE "no colon\r\n\r\n", OUTCOME_HOP_FAILED);
	fails(OK_LINE "A: b\r\n folded\r\n\r\n", OUTCOME_HOP_FAILED);
	fails(OK_LINE "A: b\nC: d\r\n\r\n", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1 101 Switching Protocols\r\n\r\n", OUTCOME_HOP_FAILED);
	fails("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 No\r\n\r\n",
	    OUTCOME_DENIED);
	talk_fails(&open_hop, &target, "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 24,
	    OUTCOME_HOP_FAILED);
}

/* A head with so many bytes in all; one field of them or many. */
static size_t
big_head(char *out, size_t n, bool one_field)
{
	const char *start = OK_LINE;
	size_t len = strlen(start), k;

	memcpy(out, start, len);
	while (len + 2 < n) {
		k = n - len - 2; /* left for fields */
		if (!one_field && k >= 16)
			k = 8;
		memset(out + len, 'v', k);
		memcpy(out + len, "F:", 2);
		memcpy(out + len + k - 2, "\r\n", 2);
		len += k;
	}
	memcpy(out + len, "\r\n", 2);
	return len + 2;
}

static void
limits_the_head(void **state)
{
	static char head[2 * HOP_IN_MAX];
	struct talk t;
	size_t n, i, sent;
	enum hop_status st;
	int one;

	(void)state;
	for (one = 0; one < 2; one++) {
		n = big_head(head, HOP_IN_MAX, one);
		assert_int_equal(n, HOP_IN_MAX);
		talk_open(&t, &open_hop, &target);
		assert_int_equal(talk_step(&t), HOP_MORE);
		assert_int_equal(talk_hear(&t, head, n), HOP_READY);
		talk_close(&t);
		n = big_head(head, HOP_IN_MAX + 1, one);
		talk_open(&t, &open_hop, &target);
		assert_int_equal(st = talk_step(&t), HOP_MORE);
		for (i = 0; i < n && st == HOP_MORE; i += sent) {
			sent = n - i < 7 ? n - i : 7;
			st = talk_hear(&t, head + i, sent);
		}
		assert_int_equal(st, HOP_FAILED);
		assert_int_equal(t.why, OUTCOME_HOP_FAILED);
		talk_close(&t);
	}
}

/* Interim answers for ever; a status line and a field without an end. */
static void
limits_what_comes_before(void **state)
{
	static const char interim[] = "HTTP/1.1 102 Processing\r\n\r\n";
	enum hop_status st = HOP_MORE;
	struct talk t;
	size_t n;

	(void)state;
	talk_open(&t, &open_hop, &target);
	for (n = 0; st == HOP_MORE && n <= HOP_IN_MAX; n += strlen(interim))
		st = talk_hear(&t, interim, strlen(interim));
	assert_int_equal(st, HOP_FAILED);
	assert_true(n > HOP_IN_MAX);
	talk_close(&t);
	talk_open(&t, &open_hop, &target);
	st = talk_hear(&t, "HTTP/1.1 200 ", 13);
	for (n = 13; st == HOP_MORE && n < HOP_IN_MAX; n++)
		st = talk_hear(&t, "x", 1);
	assert_int_equal(st, HOP_FAILED);
	assert_true(n < 2000);
	talk_close(&t);
	talk_open(&t, &open_hop, &target);
	st = talk_hear(&t, OK_LINE "F: ", sizeof(OK_LINE) - 1 + 3);
	for (n = sizeof(OK_LINE) - 1 + 3; st == HOP_MORE; n += 5)
		st = talk_hear(&t, "vvvvv", 5);
	assert_int_equal(st, HOP_FAILED);
	assert_in_range(n, HOP_IN_MAX + 1, HOP_IN_MAX + 5);
	talk_close(&t);
}

static void
says_at_most_its_share(void **state)
{
	static const char request[] =
	    "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n";
	const struct endpoint to = talk_long_name(255);
	struct hop_spec spec = login_hop;
	struct talk t;

	(void)state;
	talk_long_login(&spec);
	talk_open(&t, &spec, &to);
	assert_int_equal(talk_step(&t), HOP_MORE);
	assert_int_equal(buf_len(&t.out),
	    19 + 8 + 2 * (255 + 6) + 29 + 684 + 2);
	assert_memory_equal(buf_head(&t.out) + buf_len(&t.out) - 4, "\r\n\r\n",
	    4);
	talk_close(&t);
	talk_waits_for_room(&open_hop, &target, request, strlen(request));
	talk_flies(&open_hop, &target, NULL, 0, request, strlen(request),
	    "HTTP/1.0 200 ok\r\nA: b\r\n\r\n", 25);
}

static void
survives_no_memory(void **state)
{
	struct hop *h;

	(void)state;
	alloc_fail_at(1);
	h = hop_http.open(&open_hop);
	assert_true(alloc_failed());
	alloc_fail_at(0);
	assert_null(h);
	hop_http.close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_everything),
		cmocka_unit_test(hears_every_prefix),
		cmocka_unit_test(ignores_what_a_body_would_need),
		cmocka_unit_test(understands_every_status),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(limits_the_head),
		cmocka_unit_test(limits_what_comes_before),
		cmocka_unit_test(says_at_most_its_share),
		cmocka_unit_test(survives_no_memory),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
