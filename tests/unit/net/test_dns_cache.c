/* test_dns_cache.c - what is kept, how long, and what makes room. */
#include <stdio.h>

#include "../../../src/net/dns_cache.h"
#include "unit.h"

static const uint8_t shared[LOOKUP_IDENTITY];

static struct dns_answer *
answer(uint8_t last)
{
	const uint8_t b[4] = { 192, 0, 2, last };
	const struct ip ip = ip_v4(b);
	struct dns_answer *a = dns_answer_new(&ip, 1);

	assert_non_null(a);
	return a;
}

static void
put(struct dns_cache *c, const char *name, uint64_t now, uint8_t last,
    uint32_t ttl)
{
	struct dns_answer *a = last > 0 ? answer(last) : NULL;

	dns_cache_put(c, shared, name, HOST_IPV4, now, a, ttl);
	dns_answer_unref(a);
}

/* The last byte of the address; 0: known to have none; -1: not known. */
static int
get(struct dns_cache *c, const char *name, enum host_type family, uint64_t now)
{
	struct dns_answer *a;
	int last;

	if (!dns_cache_find(c, shared, name, family, now, &a))
		return -1;
	if (a == NULL)
		return 0;
	last = a->ips[0].b[3];
	dns_answer_unref(a);
	return last;
}

static void
keeps_answers_for_their_time(void **state)
{
	static const struct {
		uint8_t last;
		uint32_t ttl;
		uint64_t ms;
	} rows[] = {
		{ 1, 60, 60000 },
		{ 1, 0, DNS_TTL_MIN * 1000 },
		{ 1, 86400, DNS_TTL_MAX * 1000 },
		{ 1, UINT32_MAX, DNS_TTL_MAX * 1000 },
		{ 0, 60, 60000 },
		{ 0, 0, DNS_TTL_MIN * 1000 },
		{ 0, 86400, DNS_NEGATIVE_TTL_MAX * 1000 },
	};
	struct dns_cache *c = dns_cache_new(4);
	const uint64_t now = 5000;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(c, "a", now, rows[i].last, rows[i].ttl);
		assert_int_equal(get(c, "a", HOST_IPV4, now), rows[i].last);
		assert_int_equal(get(c, "a", HOST_IPV6, now), -1);
		assert_int_equal(get(c, "b", HOST_IPV4, now), -1);
		assert_int_equal(get(c, "a", HOST_IPV4, now + rows[i].ms - 1),
		    rows[i].last);
		assert_int_equal(get(c, "a", HOST_IPV4, now + rows[i].ms), -1);
		/* It is gone, not hidden. */
		assert_int_equal(get(c, "a", HOST_IPV4, now), -1);
	}
	dns_cache_free(c);
	dns_cache_free(NULL);
}

static void
the_last_answer_counts(void **state)
{
	struct dns_cache *c = dns_cache_new(4);

	(void)state;
	put(c, "a", 1, 1, 60);
	put(c, "a", 1, 2, 60);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), 2);
	put(c, "a", 1, 0, 60);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), 0);
	dns_cache_free(c);
}

static void
drops_the_least_recently_used(void **state)
{
	struct dns_cache *c = dns_cache_new(3);

	(void)state;
	put(c, "a", 1, 1, 60);
	put(c, "b", 1, 2, 60);
	put(c, "c", 1, 3, 60);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), 1);
	put(c, "d", 1, 4, 60);
	assert_int_equal(get(c, "b", HOST_IPV4, 1), -1);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), 1);
	assert_int_equal(get(c, "c", HOST_IPV4, 1), 3);
	assert_int_equal(get(c, "d", HOST_IPV4, 1), 4);
	dns_cache_free(c);
}

static void
never_grows_over_its_size(void **state)
{
	struct dns_cache *c = dns_cache_new(64);
	unsigned i, found = 0;
	char name[32];

	(void)state;
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		put(c, name, 1, 1, 60);
	}
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "n%u.example", i);
		found += get(c, name, HOST_IPV4, 1) == 1;
	}
	assert_int_equal(found, 64);
	dns_cache_free(c);
}

static void
an_answer_outlives_its_entry(void **state)
{
	struct dns_cache *c = dns_cache_new(1);
	struct dns_answer *a;

	(void)state;
	put(c, "a", 1, 9, 60);
	assert_true(dns_cache_find(c, shared, "a", HOST_IPV4, 1, &a));
	put(c, "b", 1, 1, 60);
	dns_cache_free(c);
	assert_int_equal(a->ips[0].b[3], 9);
	dns_answer_unref(a);
}

static void
does_without_memory(void **state)
{
	struct dns_cache *c;
	unsigned long n;
	int failed;

	(void)state;
	for (n = 1;; n++) {
		alloc_fail_at(n);
		c = dns_cache_new(10);
		failed = alloc_failed();
		alloc_fail_at(0);
		if (!failed)
			break;
		assert_null(c);
	}
	assert_int_equal(n, 3);
	put(c, "a", 1, 1, 60);
	alloc_fail_at(1);
	put(c, "b", 1, 0, 60);
	alloc_fail_at(0);
	assert_int_equal(get(c, "b", HOST_IPV4, 1), -1);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), 1);
	dns_cache_free(c);

	c = dns_cache_new(0);
	put(c, "a", 1, 1, 60);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), -1);
	dns_cache_free(c);
}

/* Who asks is part of what is asked for. */
static void
keeps_identities_apart(void **state)
{
	static const uint8_t one[LOOKUP_IDENTITY] = { 1 };
	static const uint8_t two[LOOKUP_IDENTITY] = { [LOOKUP_IDENTITY -
							  1] = 1 };
	struct dns_cache *c = dns_cache_new(4);
	struct dns_answer *a = answer(1), *got;

	(void)state;
	dns_cache_put(c, one, "a", HOST_IPV4, 0, a, 60);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), -1);
	assert_false(dns_cache_find(c, two, "a", HOST_IPV4, 1, &got));
	put(c, "a", 0, 3, 60);
	dns_cache_put(c, two, "a", HOST_IPV4, 0, NULL, 60);
	assert_int_equal(get(c, "a", HOST_IPV4, 1), 3);
	assert_true(dns_cache_find(c, two, "a", HOST_IPV4, 1, &got));
	assert_null(got);
	assert_true(dns_cache_find(c, one, "a", HOST_IPV4, 1, &got));
	assert_ptr_equal(got, a);
	dns_answer_unref(got);
	dns_answer_unref(a);
	dns_cache_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_answers_for_their_time),
		cmocka_unit_test(keeps_identities_apart),
		cmocka_unit_test(the_last_answer_counts),
		cmocka_unit_test(drops_the_least_recently_used),
		cmocka_unit_test(never_grows_over_its_size),
		cmocka_unit_test(an_answer_outlives_its_entry),
		cmocka_unit_test(does_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
