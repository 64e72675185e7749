/* Identities: what tells two apart, and the source address of each. */
#include <string.h>

#include "crypto/crypto.h"
#include "policy/identity.h"

#include "unit.h"

#define ALL 15u

static struct identity_key key;

static struct ip
ip_of(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(&ip, text, strlen(text)), OK);
	return ip;
}

static struct endpoint
endpoint_of(const char *text)
{
	struct endpoint e;

	assert_int_equal(endpoint_parse(&e, text, strlen(text), 0), OK);
	return e;
}

struct who {
	const char *listener, *client, *user, *target;
	uint8_t claim;
};

static struct identity
identity(unsigned isolate, const struct who *w)
{
	struct request q = { .client = ip_of(w->client) };
	struct endpoint at = endpoint_of(w->listener);

	q.listener = &at;
	q.target = endpoint_of(w->target);
	q.claim[0] = w->claim;
	strcpy(q.user, w->user);
	return identity_of(&key, isolate, &q);
}

static bool
same(const struct identity *a, const struct identity *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Each differs from the first in one thing. */
static const struct {
	struct who who;
	unsigned differs; /* ISOLATE_* bit */
} others[] = {
	{ { "127.0.0.1:1080", "192.0.2.1", "alice", "a.example:80", 1 }, 0 },
	{ { "127.0.0.1:1080", "192.0.2.1", "alice", "A.Example:80", 1 }, 0 },
	{ { "127.0.0.1:1080", "192.0.2.1", "alice", "a.example:443", 1 }, 0 },
	{ { "127.0.0.1:1081", "192.0.2.1", "alice", "a.example:80", 1 },
	    ISOLATE_LISTENER },
	{ { "127.0.0.2:1080", "192.0.2.1", "alice", "a.example:80", 1 },
	    ISOLATE_LISTENER },
	{ { "127.0.0.1:1080", "192.0.2.2", "alice", "a.example:80", 1 },
	    ISOLATE_CLIENT },
	{ { "127.0.0.1:1080", "c000:201::", "alice", "a.example:80", 1 },
	    ISOLATE_CLIENT },
	{ { "127.0.0.1:1080", "192.0.2.1", "bob", "a.example:80", 1 },
	    ISOLATE_USER },
	{ { "127.0.0.1:1080", "192.0.2.1", "Alice", "a.example:80", 1 },
	    ISOLATE_USER },
	{ { "127.0.0.1:1080", "192.0.2.1", "", "a.example:80", 1 },
	    ISOLATE_USER },
	{ { "127.0.0.1:1080", "192.0.2.1", "alice", "a.example:80", 2 },
	    ISOLATE_USER },
	{ { "127.0.0.1:1080", "192.0.2.1", "alice", "b.example:80", 1 },
	    ISOLATE_TARGET },
	{ { "127.0.0.1:1080", "192.0.2.1", "alice", "192.0.2.9:80", 1 },
	    ISOLATE_TARGET },
};

static void
tells_apart(void **state)
{
	const size_t n = sizeof(others) / sizeof(others[0]);
	struct identity a, b;
	unsigned isolate;
	size_t i;

	(void)state;
	for (isolate = 0; isolate <= ALL; isolate++) {
		a = identity(isolate, &others[0].who);
		assert_int_equal(identity_is_zero(&a), isolate == 0);
		for (i = 0; i < n; i++) {
			b = identity(isolate, &others[i].who);
			if (same(&a, &b) !=
			    ((others[i].differs & isolate) == 0))
				fail_msg("row %zu, isolate %u", i, isolate);
		}
	}
}

/* The same bytes in other fields, and each set of bits, is another one. */
static void
fields_do_not_run_together(void **state)
{
	static const struct who x = { "127.0.0.1:1080", "127.0.0.1", "a", "b:1",
		0 };
	static const struct who y = { "127.0.0.1:1080", "127.0.0.1", "b", "a:1",
		0 };
	struct identity a, b;
	unsigned i, k;

	(void)state;
	a = identity(ISOLATE_USER | ISOLATE_TARGET, &x);
	b = identity(ISOLATE_USER | ISOLATE_TARGET, &y);
	assert_false(same(&a, &b));
	for (i = 0; i <= ALL; i++)
		for (k = 0; k < i; k++) {
			a = identity(i, &x);
			b = identity(k, &x);
			assert_false(same(&a, &b));
		}
}

static void
is_of_one_process(void **state)
{
	struct identity a = identity(ALL, &others[0].who), b;

	(void)state;
	identity_key_new(&key);
	b = identity(ALL, &others[0].who);
	assert_false(same(&a, &b));
}

static void
has_room_for_the_longest(void **state)
{
	struct request q = { .client = ip_of("2001:db8::1") };
	struct endpoint at = endpoint_of("[2001:db8::2]:65535");
	struct identity a, b;
	char name[HOST_MAX + 1];
	int i;

	(void)state;
	for (i = 0; i < HOST_MAX; i++)
		name[i] = i % 2 == 0 ? 'A' : '.';
	assert_int_equal(endpoint_from_host(&q.target, name, HOST_MAX, 1), OK);
	q.listener = &at;
	memset(q.user, 'u', USER_MAX);
	a = identity_of(&key, ALL, &q);
	q.user[USER_MAX - 1] = 'v';
	b = identity_of(&key, ALL, &q);
	assert_false(same(&a, &b));
	q.listener = NULL;
	a = identity_of(&key, ALL, &q);
	assert_false(same(&a, &b));
}

/* -- sources -------------------------------------------------------------- */

static struct source
source(const struct source_spec *s, const struct identity *id,
    const char *accepted)
{
	struct ip at = ip_of(accepted);
	struct source out;

	source_choose(&out, s, &key, id, &at);
	return out;
}

static void
says_what_is_written(void **state)
{
	struct source_spec s = { .has_v4 = true,
		.v4 = ip_of("192.0.2.1"),
		.iface = "wg0",
		.mark = 7 };
	struct source_spec none = { .mark = 0 };
	struct identity id = { { 0 } };
	struct source got = source(&s, &id, "127.0.0.1");
	struct ip ip = ip_of("192.0.2.1");

	(void)state;
	assert_true(source_is_set(&s));
	assert_false(source_is_set(&none));
	assert_true(got.has_v4 && !got.has_v6 && !got.free);
	assert_true(ip_same(&got.v4, &ip));
	assert_string_equal(got.iface, "wg0");
	assert_int_equal(got.mark, 7);
}

static void
leaves_where_it_came_in(void **state)
{
	struct source_spec s = { .accepted = true };
	struct identity id = { { 0 } };
	struct source got = source(&s, &id, "192.0.2.1");
	struct ip four = ip_of("192.0.2.1"), six = ip_of("2001:db8::1");

	(void)state;
	assert_true(got.has_v4 && !got.has_v6 && ip_same(&got.v4, &four));
	got = source(&s, &id, "2001:db8::1");
	assert_true(got.has_v6 && !got.has_v4 && ip_same(&got.v6, &six));
	assert_false(got.free);
}

static void
spreads_identities_over_a_prefix(void **state)
{
	struct source_spec s = { .has_v6 = true };
	struct identity id, zero = { { 0 } };
	struct source a, b;
	struct ip first = ip_of("2001:db8::20"), other = ip_of("2001:db8::21");
	unsigned seen = 0;
	int i;

	(void)state;
	assert_int_equal(cidr_parse(&s.v6, "2001:db8::/65", 13), OK);
	id = identity(ALL, &others[0].who);
	a = source(&s, &id, "::1");
	b = source(&s, &id, "::1");
	assert_true(a.free && a.has_v6 && !a.has_v4);
	assert_true(cidr_has(&s.v6, &a.v6) && ip_same(&a.v6, &b.v6));
	id = identity(ALL, &others[3].who);
	b = source(&s, &id, "::1");
	assert_true(cidr_has(&s.v6, &b.v6) && !ip_same(&a.v6, &b.v6));
	a = source(&s, &zero, "::1");
	b = source(&s, &zero, "::1");
	assert_false(ip_same(&a.v6, &b.v6));
	/* Of a tiny one all are used, but for the one of the routers. */
	assert_int_equal(cidr_parse(&s.v6, "2001:db8::20/126", 16), OK);
	for (i = 0; i < 1000; i++) {
		a = source(&s, &zero, "::1");
		assert_true(cidr_has(&s.v6, &a.v6));
		assert_false(ip_same(&a.v6, &first));
		seen |= 1u << (a.v6.b[15] & 3);
	}
	assert_int_equal(seen, 14);
	assert_int_equal(cidr_parse(&s.v6, "2001:db8::21", 12), OK);
	a = source(&s, &zero, "::1");
	assert_true(!a.free && ip_same(&a.v6, &other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_apart),
		cmocka_unit_test(fields_do_not_run_together),
		cmocka_unit_test(is_of_one_process),
		cmocka_unit_test(has_room_for_the_longest),
		cmocka_unit_test(says_what_is_written),
		cmocka_unit_test(leaves_where_it_came_in),
		cmocka_unit_test(spreads_identities_over_a_prefix),
	};

	if (!crypto_init())
		return 1;
	identity_key_new(&key);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
