/* Networks in a set: found by halving what a plain look at all finds. */
#include <string.h>

#include "../../../src/policy/nets.h"
#include "unit.h"

static uint64_t seed = 7;

static unsigned
roll(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* Near each other, so that they touch, lie within and cover. */
static struct ip
some_ip(void)
{
	uint8_t b[16] = { 0x20, 1 };
	bool v4 = roll(2) == 0;

	b[v4 ? 2 : 14] = (uint8_t)roll(3);
	b[v4 ? 3 : 15] = (uint8_t)roll(256);
	return v4 ? ip_v4(b) : ip_v6(b);
}

static struct cidr
some_net(void)
{
	struct cidr c = { .ip = some_ip() };
	unsigned max = c.ip.type == HOST_IPV4 ? 32 : 128, i;

	c.bits = (uint8_t)(max - roll(roll(20) == 0 ? max + 1 : 10));
	for (i = c.bits; i < max; i++)
		c.ip.b[i / 8] &= (uint8_t) ~(0x80u >> (i % 8));
	return c;
}

static bool
plain(const struct cidr *c, size_t n, const struct ip *ip)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (cidr_has(&c[i], ip))
			return true;
	return false;
}

static void
finds_what_is_there(void **state)
{
	struct cidr all[30];
	struct nets s;
	struct ip ip;
	size_t i, n;
	int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		s = (struct nets){ .net = NULL };
		n = roll(30);
		for (i = 0; i < n; i++) {
			all[i] = some_net();
			assert_true(nets_add(&s, &all[i]));
		}
		nets_ready(&s);
		assert_true(s.n <= n);
		for (i = 0; i < 100; i++) {
			ip = some_ip();
			assert_int_equal(nets_have(&s, &ip),
			    plain(all, n, &ip));
		}
		nets_deinit(&s);
	}
}

static void
survives_lack_of_memory(void **state)
{
	struct nets s = { .net = NULL };
	struct cidr c = some_net();

	(void)state;
	alloc_fail_at(1);
	assert_false(nets_add(&s, &c));
	alloc_fail_at(0);
	assert_false(nets_have(&s, &c.ip));
	assert_true(nets_add(&s, &c));
	nets_ready(&s);
	assert_true(nets_have(&s, &c.ip));
	nets_deinit(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_there),
		cmocka_unit_test(survives_lack_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
