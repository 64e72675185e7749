/* test_resolver.c - names, against a name server of the test's own. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/fake_dns.h"
#include "net/looping.h"
#include "net/resolver.h"

#include "../../../src/net/dns_ask.h"
#include "../../../src/net/resolver_files.h"
#include "unit.h"

#define V4 HOST_IPV4
#define V6 HOST_IPV6

/* A clock that a test may set forward: the cache believes loop_now(). */
static uint64_t ahead;

uint64_t __real_loop_now(const struct loop *);
uint64_t __wrap_loop_now(const struct loop *);

uint64_t
__wrap_loop_now(const struct loop *l)
{
	return __real_loop_now(l) + ahead;
}

/* How many channels of c-ares ended. */
static unsigned destroyed;

void __real_ares_destroy(void *);
void __wrap_ares_destroy(void *);

void
__wrap_ares_destroy(void *channel)
{
	destroyed++;
	__real_ares_destroy(channel);
}

struct asked {
	struct lookup lookup;
	struct loop *loop;
	enum lookup_result result[2];
	struct ip ips[2][LOOKUP_IPS];
	size_t n[2];
	unsigned calls[2];
	enum host_type first;
	bool cancel_after_one;
};

struct fixture {
	struct loop *loop;
	struct fake_dns dns, dns2;
	struct resolver *resolver;
	struct resolver_conf conf;
};

static void
on_answer(struct lookup *l, enum host_type family, enum lookup_result result,
    const struct ip *ips, size_t n)
{
	struct asked *a = (struct asked *)l;

	assert_true(n <= LOOKUP_IPS);
	assert_true((result == LOOKUP_FOUND) == (n > 0));
	if (a->calls[V4] + a->calls[V6] == 0)
		a->first = family;
	a->calls[family]++;
	a->result[family] = result;
	a->n[family] = n;
	if (n > 0)
		memcpy(a->ips[family], ips, n * sizeof(*ips));
	if (a->cancel_after_one) {
		lookup_cancel(l);
		loop_stop(a->loop);
	} else if (a->calls[V4] + a->calls[V6] == 2) {
		loop_stop(a->loop);
	}
}

static void
ask_as(struct fixture *f, struct asked *a, const char *name,
    const uint8_t *identity)
{
	memset(a, 0, sizeof(*a));
	a->lookup.on_answer = on_answer;
	a->loop = f->loop;
	resolver_lookup(f->resolver, &a->lookup, name, identity);
	/* The contract: never from within. */
	assert_int_equal(a->calls[V4] + a->calls[V6], 0);
}

static void
ask(struct fixture *f, struct asked *a, const char *name)
{
	ask_as(f, a, name, NULL);
}

static void
ask_and_wait(struct fixture *f, struct asked *a, const char *name)
{
	ask(f, a, name);
	assert_true(looping_run(f->loop));
	assert_int_equal(a->calls[V4], 1);
	assert_int_equal(a->calls[V6], 1);
}

/* However busy the machine is. */
static void
wait_for_both(struct fixture *f, const struct asked *a)
{
	while (a->calls[V4] == 0 || a->calls[V6] == 0)
		assert_true(looping_run(f->loop));
}

static bool
has(const struct asked *a, enum host_type family, size_t i, const char *ip)
{
	struct ip want;

	assert_int_equal(ip_parse(&want, ip, strlen(ip)), OK);
	return i < a->n[family] && ip_same(&a->ips[family][i], &want);
}

static unsigned
questions(const struct fake_dns *s)
{
	return s->a + s->aaaa;
}

/* -- what the server says, by the first label of the name ----------------- */

static void
say_aliases(const char *name, unsigned type, struct fake_reply *r)
{
	fake_cname(r, name, "b.example.org", 300);
	fake_cname(r, "b.example.org", "c.example.org", 2);
	if (type == DNS_A)
		fake_a(r, "c.example.org", "192.0.2.9", 300);
	/* Of a name that nobody asked for. */
	fake_a(r, "other.example.org", type == DNS_A ? "192.0.2.66" : "::66",
	    300);
}

static void
say_srv(const char *name, bool tcp, struct fake_reply *r)
{
	int i;

	if (strncmp(name, "_none", 5) == 0) {
		r->rcode = 3;
		fake_soa(r, 900, 40);
	} else if (strncmp(name, "_broken", 7) == 0) {
		r->rcode = 2;
	} else if (strncmp(name, "_nothere", 8) == 0) {
		fake_srv(r, name, 0, 0, 80, "", 60);
	} else if (strncmp(name, "_big", 4) == 0) {
		r->truncated = !tcp;
		for (i = 0; tcp && i < SRV_RECORDS + 8; i++)
			fake_srv(r, name, 1, 2, 1080, "n.example.org", 60);
	} else {
		fake_srv(r, name, 10, 60, 1080, "N1.example.org", 60);
		fake_srv(r, name, 20, 0, 1081, "n2.example.org", 20);
	}
}

static void
say(struct fake_dns *s, const char *name, unsigned type, bool tcp,
    struct fake_reply *r)
{
	int i;

	(void)s;
	if (type == DNS_SRV) {
		say_srv(name, tcp, r);
	} else if (strncasecmp(name, "none", 4) == 0) {
		r->rcode = 3;
		fake_soa(r, 900, 40);
	} else if (strncmp(name, "empty", 5) == 0) {
		fake_soa(r, 30, 900);
	} else if (strncmp(name, "bare", 4) == 0) {
		r->rcode = 3;
	} else if (strncmp(name, "broken", 6) == 0) {
		r->rcode = 2;
	} else if (strncmp(name, "silent", 6) == 0) {
		r->drop = true;
	} else if (strncmp(name, "alias", 5) == 0) {
		say_aliases(name, type, r);
	} else if (strncmp(name, "big", 3) == 0) {
		r->truncated = !tcp;
		for (i = 0; tcp && i < 40; i++)
			fake_a(r, name,
			    type == DNS_A ? "192.0.2.40" : "2001::40", 60);
	} else if (strncmp(name, "slow", 4) == 0) {
		r->delay = 60;
		fake_a(r, name, type == DNS_A ? "192.0.2.1" : "2001:db8::1",
		    60);
	} else {
		fake_a(r, name, type == DNS_A ? "192.0.2.1" : "2001:db8::1",
		    60);
		fake_a(r, name, type == DNS_A ? "192.0.2.2" : "2001:db8::2",
		    20);
	}
}

static void
say_servfail(struct fake_dns *s, const char *name, unsigned type, bool tcp,
    struct fake_reply *r)
{
	(void)s, (void)name, (void)type, (void)tcp;
	r->rcode = 2;
}

static void
say_nothing(struct fake_dns *s, const char *name, unsigned type, bool tcp,
    struct fake_reply *r)
{
	(void)s, (void)name, (void)type, (void)tcp;
	r->drop = true;
}

static void
say_garbage(struct fake_dns *s, const char *name, unsigned type, bool tcp,
    struct fake_reply *r)
{
	(void)type, (void)tcp;
	fake_a(r, name, "192.0.2.1", 60);
	switch (s->a++ % 5) {
	case 0:
		r->wrong_id = true;
		break;
	case 1:
		r->wrong_question = true;
		break;
	case 2:
		r->cut = 1;
		break;
	case 3:
		r->cut = 13;
		break;
	default:
		r->answers = 60000; /* says more than there is */
		break;
	}
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->loop = looping_new();
	fake_dns_open(&f->dns, f->loop, say);
	fake_dns_open(&f->dns2, f->loop, say);
	f->conf = (struct resolver_conf){
		.servers = { f->dns.addr, f->dns2.addr },
		.nservers = 1,
		.timeout = 80,
		.tries = 2,
		.cache = 100,
	};
	f->resolver = resolver_new(f->loop, &f->conf);
	assert_non_null(f->resolver);
	ahead = 0;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	resolver_free(f->resolver);
	fake_dns_close(&f->dns);
	fake_dns_close(&f->dns2);
	loop_free(f->loop);
	free(f);
	return 0;
}

static void
again(struct fixture *f, const char *hosts, const char *resolv_conf)
{
	resolver_free(f->resolver);
	f->resolver = resolver_new_with(f->loop, &f->conf, hosts, resolv_conf);
	assert_non_null(f->resolver);
}

/* -- answers -------------------------------------------------------------- */

static void
finds_both_families(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask_and_wait(f, &a, "www.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FOUND);
	assert_int_equal(a.n[V4], 2);
	assert_true(has(&a, V4, 0, "192.0.2.1") && has(&a, V4, 1, "192.0.2.2"));
	assert_int_equal(a.result[V6], LOOKUP_FOUND);
	assert_true(has(&a, V6, 0, "2001:db8::1"));
	assert_int_equal(f->dns.a, 1);
	assert_int_equal(f->dns.aaaa, 1);
}

static void
follows_aliases_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask_and_wait(f, &a, "alias.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FOUND);
	assert_int_equal(a.n[V4], 1);
	assert_true(has(&a, V4, 0, "192.0.2.9"));
	assert_int_equal(a.result[V6], LOOKUP_NONE);

	/* The shortest TTL of the chain counts: 2 seconds. */
	ahead += 1500;
	ask_and_wait(f, &a, "alias.example.org");
	assert_int_equal(f->dns.a, 1);
	ahead += 1000;
	ask_and_wait(f, &a, "alias.example.org");
	assert_int_equal(f->dns.a, 2);
}

static void
tells_none_from_failed(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask_and_wait(f, &a, "none.example.org");
	assert_int_equal(a.result[V4], LOOKUP_NONE);
	assert_int_equal(a.result[V6], LOOKUP_NONE);
	ask_and_wait(f, &a, "empty.example.org");
	assert_int_equal(a.result[V4], LOOKUP_NONE);
	ask_and_wait(f, &a, "broken.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FAILED);
	assert_int_equal(a.result[V6], LOOKUP_FAILED);
}

static void
gives_up_on_silence(void **state)
{
	struct fixture *f = *state;
	struct asked a;
	uint64_t start = real_ms();

	ask_and_wait(f, &a, "silent.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FAILED);
	assert_int_equal(f->dns.a, 2); /* two tries: 80 ms, then 160 ms */
	assert_in_range(real_ms() - start, 200, 2000);
}

static void
a_new_question_does_not_wait_for_an_old_one(void **state)
{
	struct fixture *f = *state;
	struct asked a, b;

	f->conf.timeout = 400;
	again(f, "/nonexistent", "/nonexistent");
	/* After 400 ms the first one waits 800 ms for its second try... */
	ask(f, &a, "silent1.example.org");
	looping_run_for(f->loop, 500);
	assert_int_equal(f->dns.a, 2);
	/* ...and the second one no more than 400 ms all the same. */
	ask(f, &b, "silent2.example.org");
	looping_run_for(f->loop, 550);
	assert_int_equal(f->dns.a, 4);
	lookup_cancel(&a.lookup);
	lookup_cancel(&b.lookup);
}

static void
asks_the_next_server(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	f->conf.nservers = 2;
	f->dns.answer = say_servfail;
	again(f, "/nonexistent", "/nonexistent");
	ask_and_wait(f, &a, "www.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FOUND);
	assert_int_equal(a.result[V6], LOOKUP_FOUND);
	assert_int_equal(f->dns.a, 1);
	assert_int_equal(f->dns2.a, 1);

	f->dns.answer = say_nothing;
	ask_and_wait(f, &a, "ftp.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FOUND);
	assert_int_equal(f->dns2.a, 2);
}

static void
turns_to_tcp_when_truncated(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask_and_wait(f, &a, "big.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FOUND);
	assert_int_equal(a.n[V4], LOOKUP_IPS);
	assert_int_equal(a.n[V6], LOOKUP_IPS);
	assert_true(f->dns.tcp_in >= 1);
}

static void
believes_no_garbage(void **state)
{
	struct fixture *f = *state;
	struct asked a;
	char name[64];
	int i;

	f->dns.answer = say_garbage;
	f->conf.timeout = 20;
	f->conf.tries = 3;
	again(f, "/nonexistent", "/nonexistent");
	for (i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "g%d.example.org", i);
		ask_and_wait(f, &a, name);
		assert_int_not_equal(a.result[V4], LOOKUP_FOUND);
		assert_int_not_equal(a.result[V6], LOOKUP_FOUND);
	}
}

/* -- the cache ------------------------------------------------------------ */

static void
remembers_for_the_ttl(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask_and_wait(f, &a, "www.example.org");
	ask_and_wait(f, &a, "WWW.Example.ORG.");
	assert_int_equal(questions(&f->dns), 2);
	assert_true(has(&a, V4, 1, "192.0.2.2"));
	ahead += 19000; /* the shorter TTL is 20 s */
	ask_and_wait(f, &a, "www.example.org");
	assert_int_equal(questions(&f->dns), 2);
	ahead += 2000;
	ask_and_wait(f, &a, "www.example.org");
	assert_int_equal(questions(&f->dns), 4);
}

static void
remembers_that_there_is_none(void **state)
{
	static const struct {
		const char *name;
		unsigned seconds;
	} rows[] = {
		{ "none.example.org", 40 },  /* MINIMUM of the SOA */
		{ "empty.example.org", 30 }, /* its TTL */
		{ "bare.example.org", 5 },   /* no SOA */
	};
	struct fixture *f = *state;
	struct asked a;
	unsigned before;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		before = questions(&f->dns);
		ask_and_wait(f, &a, rows[i].name);
		ahead += (uint64_t)rows[i].seconds * 1000 - 900;
		ask_and_wait(f, &a, rows[i].name);
		assert_int_equal(questions(&f->dns), before + 2);
		ahead += 1000;
		ask_and_wait(f, &a, rows[i].name);
		assert_int_equal(questions(&f->dns), before + 4);
	}
}

static void
does_not_remember_failures(void **state)
{
	struct fixture *f = *state;
	struct asked a;
	unsigned first;

	ask_and_wait(f, &a, "broken.example.org");
	first = questions(&f->dns);
	ask_and_wait(f, &a, "broken.example.org");
	assert_int_equal(questions(&f->dns), 2 * first);
}

static void
without_cache_asks_again(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	f->conf.cache = 0;
	again(f, "/nonexistent", "/nonexistent");
	ask_and_wait(f, &a, "www.example.org");
	ask_and_wait(f, &a, "www.example.org");
	assert_int_equal(questions(&f->dns), 4);
}

/* -- many, and gone ------------------------------------------------------- */

static void
joins_the_same_question(void **state)
{
	struct fixture *f = *state;
	struct asked a[20];
	size_t i;

	for (i = 0; i < 20; i++)
		ask(f, &a[i], i % 2 ? "slow.example.org" : "SLOW.example.org");
	lookup_cancel(&a[3].lookup);
	lookup_cancel(&a[19].lookup);
	for (i = 0; i < 19; i++)
		if (i != 3)
			wait_for_both(f, &a[i]);
	assert_int_equal(f->dns.a, 1);
	assert_int_equal(f->dns.aaaa, 1);
	for (i = 0; i < 20; i++) {
		assert_int_equal(a[i].calls[V4], i != 3 && i != 19);
		assert_int_equal(a[i].calls[V6], i != 3 && i != 19);
	}
}

static void
cancels_at_any_time(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	/* Before anything was sent; of a zeroed lookup; twice. */
	ask(f, &a, "slow.example.org");
	lookup_cancel(&a.lookup);
	lookup_cancel(&a.lookup);
	memset(&a, 0, sizeof(a));
	lookup_cancel(&a.lookup);

	/* With the question on its way: the answer is kept all the same. */
	ask(f, &a, "slow.example.org");
	looping_run_for(f->loop, 20);
	lookup_cancel(&a.lookup);
	looping_run_for(f->loop, 100);
	assert_int_equal(a.calls[V4] + a.calls[V6], 0);
	ask_and_wait(f, &a, "slow.example.org");
	assert_int_equal(questions(&f->dns), 2);

	/* With the answer on its way. */
	ask(f, &a, "slow.example.org");
	lookup_cancel(&a.lookup);
	looping_run_for(f->loop, 20);
	assert_int_equal(a.calls[V4] + a.calls[V6], 0);

	/* From within the first answer, be it of the network or the cache. */
	ask(f, &a, "other.example.org");
	a.cancel_after_one = true;
	assert_true(looping_run(f->loop));
	looping_run_for(f->loop, 20);
	assert_int_equal(a.calls[V4] + a.calls[V6], 1);
	ask(f, &a, "other.example.org");
	a.cancel_after_one = true;
	assert_true(looping_run(f->loop));
	looping_run_for(f->loop, 20);
	assert_int_equal(a.calls[V4] + a.calls[V6], 1);
}

static void
on_answer_free(struct lookup *l, enum host_type family,
    enum lookup_result result, const struct ip *ips, size_t n)
{
	struct asked *a = (struct asked *)l;

	(void)family, (void)result, (void)ips, (void)n;
	lookup_cancel(l);
	loop_stop(a->loop);
	free(a);
}

static void
may_be_freed_by_its_answer(void **state)
{
	static const char *const names[] = { "www.example.org", "localhost",
		"a.onion", "www.example.org", "broken.example.org" };
	struct fixture *f = *state;
	struct asked *a;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		a = malloc(sizeof(*a));
		ask(f, a, names[i]);
		a->lookup.on_answer = on_answer_free;
		assert_true(looping_run(f->loop));
	}
}

static void
frees_with_questions_under_way(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask(f, &a, "silent.example.org");
	looping_run_for(f->loop, 10);
	lookup_cancel(&a.lookup);
	again(f, "/nonexistent", "/nonexistent");
}

/* What c-ares 1.18 does not do by itself: see dns_ask.h. */
static void
asks_from_many_ports(void **state)
{
	static struct asked a[200];
	struct fixture *f = *state;
	unsigned i, j, ports = 0;
	char name[64];
	bool seen;

	f->conf.timeout = 2000;
	again(f, "/nonexistent", "/nonexistent");
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "slow%u.example.org", i);
		ask(f, &a[i], name);
		if (i % 20 == 19) /* let the server's queue drain */
			looping_run_for(f->loop, 1);
	}
	for (i = 0; i < 200; i++) {
		wait_for_both(f, &a[i]);
		assert_int_equal(a[i].result[V4], LOOKUP_FOUND);
		assert_int_equal(a[i].calls[V6], 1);
	}
	assert_int_equal(f->dns.nports, 400);
	for (i = 0; i < 400; i++) {
		seen = false;
		for (j = 0; j < i; j++)
			seen |= f->dns.ports[j] == f->dns.ports[i];
		ports += !seen;
	}
	/* 64 questions share one... */
	assert_in_range(ports, 7, 400);
	f->dns.nports = 0;
	ask_and_wait(f, &a[0], "one.example.org");
	j = f->dns.ports[0];
	f->dns.nports = 0;
	ask_and_wait(f, &a[0], "two.example.org");
	/* ...and when all were answered the next one has another. */
	assert_int_not_equal(f->dns.ports[0], j);
}

/* What was replaced is freed when its last question was answered. */
static void
frees_channels_as_it_goes(void **state)
{
	struct fixture *f = *state;
	struct asked a;
	char name[64];
	int i;

	destroyed = 0;
	for (i = 0; i < 200; i++) { /* 400 questions */
		snprintf(name, sizeof(name), "n%d.example.org", i);
		ask_and_wait(f, &a, name);
	}
	assert_int_equal(destroyed, 6);
}

static void
fails_at_once_when_too_many(void **state)
{
	struct fixture *f = *state;
	struct asked *a = calloc(DNS_QUESTIONS, sizeof(*a));
	unsigned i, failed = 0;
	char name[64];

	f->conf.timeout = 5000;
	again(f, "/nonexistent", "/nonexistent");
	f->dns.answer = say_nothing;
	for (i = 0; i < DNS_QUESTIONS; i++) {
		snprintf(name, sizeof(name), "n%u.example.org", i);
		ask(f, &a[i], name);
	}
	looping_run_for(f->loop, 1);
	for (i = 0; i < DNS_QUESTIONS; i++) {
		failed += a[i].calls[V4] + a[i].calls[V6];
		lookup_cancel(&a[i].lookup);
	}
	/* Two questions a name: half of them were too many. */
	assert_int_equal(failed, DNS_QUESTIONS);
	free(a);
}

/* Allocations made while asking, then those made when the answer comes. */
static void
say_and_run_out(struct fake_dns *s, const char *name, unsigned type, bool tcp,
    struct fake_reply *r)
{
	unsigned long *at = s->data;

	say(s, name, type, tcp, r);
	if (type == DNS_A)
		alloc_fail_at(*at);
}

static void
survives_lack_of_memory(void **state)
{
	struct fixture *f = *state;
	struct resolver *r;
	struct asked a;
	unsigned long n;
	char name[64];
	int failed;

	for (n = 1;; n++) {
		again(f, "/nonexistent", "/nonexistent");
		alloc_fail_at(n);
		ask(f, &a, "www.example.org");
		failed = alloc_failed();
		alloc_fail_at(0);
		assert_true(looping_run(f->loop));
		assert_int_equal(a.calls[V4] + a.calls[V6], 2);
		if (!failed)
			break;
		assert_int_equal(a.result[V4], LOOKUP_FAILED);
	}
	assert_int_equal(n, 4); /* two queries and a channel */

	f->dns.answer = say_and_run_out;
	f->dns.data = &n;
	for (n = 1;; n++) {
		snprintf(name, sizeof(name), "n%lu.example.org", n);
		ask_and_wait(f, &a, name);
		failed = alloc_failed();
		alloc_fail_at(0);
		if (!failed)
			break;
		/* Without the answer, then without an entry in the cache. */
		assert_int_equal(a.result[V4],
		    n == 1 ? LOOKUP_FAILED : LOOKUP_FOUND);
	}
	assert_true(n >= 3);
	f->dns.answer = say;

	for (n = 1;; n++) {
		alloc_fail_at(n);
		r = resolver_new(f->loop, &f->conf);
		failed = alloc_failed();
		alloc_fail_at(0);
		if (r != NULL)
			break;
		assert_true(failed);
	}
	resolver_free(r);
	assert_true(n > 3);
}

/* -- names that do not leave ---------------------------------------------- */

static void
keeps_special_names_here(void **state)
{
	static const char *const none[] = { "facebookcorewwwi.onion",
		"x.ONION.", "www.invalid", "a.test", "printer.local",
		"db.internal", "nas.home.arpa", "printer", "localhost.example",
		"a..org", "exa mple.org", "exa\\.mple.org", "1.2.3.4", "a.0",
		"-", "", ".",
		"b\xc3\xbc"
		"cher.example",
		"x.alt" };
	struct fixture *f = *state;
	struct asked a;
	char longest[300];
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		if (strcmp(none[i], "localhost.example") == 0)
			continue;
		ask_and_wait(f, &a, none[i]);
		assert_int_equal(a.result[V4], LOOKUP_NONE);
		assert_int_equal(a.result[V6], LOOKUP_NONE);
	}
	memset(longest, 'a', sizeof(longest));
	for (i = 50; i < sizeof(longest); i += 50)
		longest[i] = '.';
	longest[sizeof(longest) - 1] = '\0';
	ask_and_wait(f, &a, longest);
	assert_int_equal(a.result[V4], LOOKUP_NONE);
	assert_int_equal(questions(&f->dns), 0);
	ask_and_wait(f, &a, "localhost.example");
	assert_int_equal(questions(&f->dns), 2);
}

static void
localhost_is_here(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	ask_and_wait(f, &a, "LocalHost");
	assert_true(a.n[V4] == 1 && has(&a, V4, 0, "127.0.0.1"));
	assert_true(a.n[V6] == 1 && has(&a, V6, 0, "::1"));
	ask_and_wait(f, &a, "a.b.localhost.");
	assert_true(has(&a, V4, 0, "127.0.0.1"));
	assert_int_equal(questions(&f->dns), 0);
}

static void
ignores_the_environment(void **state)
{
	struct fixture *f = *state;
	struct asked a;
	uint64_t start;

	setenv("LOCALDOMAIN", "leak.example", 1);
	setenv("RES_OPTIONS", "ndots:9 retrans:9000 retry:9 rotate", 1);
	setenv("HOSTALIASES", "/etc/hosts", 1);
	again(f, "/nonexistent", "/nonexistent");
	ask_and_wait(f, &a, "none.example.org");
	assert_string_equal(f->dns.last, "none.example.org");
	assert_int_equal(questions(&f->dns), 2);
	start = real_ms();
	ask_and_wait(f, &a, "silent.example.org");
	assert_in_range(real_ms() - start, 200, 2000);
	unsetenv("LOCALDOMAIN");
	unsetenv("RES_OPTIONS");
	unsetenv("HOSTALIASES");
}

/* -- files ---------------------------------------------------------------- */

static void
put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
reads_hosts_when_it_changes(void **state)
{
	struct fixture *f = *state;
	char path[] = "/tmp/test_resolver.XXXXXX";
	struct asked a;

	close(mkstemp(path));
	put_file(path,
	    "192.0.2.7 www.example.org printer\n"
	    "2001:db8::7 six.example.org\n"
	    "0.0.0.0 ads.example.org\n"
	    "192.0.2.8 localhost evil.onion db.internal\n");
	f->conf.hosts = true;
	again(f, path, "/nonexistent");
	ask_and_wait(f, &a, "www.example.org");
	assert_true(a.n[V4] == 1 && has(&a, V4, 0, "192.0.2.7"));
	assert_int_equal(a.result[V6], LOOKUP_NONE);
	ask_and_wait(f, &a, "Printer");
	assert_true(has(&a, V4, 0, "192.0.2.7"));
	ask_and_wait(f, &a, "six.example.org");
	assert_int_equal(a.result[V4], LOOKUP_NONE);
	assert_true(has(&a, V6, 0, "2001:db8::7"));
	ask_and_wait(f, &a, "ads.example.org");
	assert_int_equal(a.result[V4], LOOKUP_NONE);
	assert_int_equal(a.result[V6], LOOKUP_NONE);
	ask_and_wait(f, &a, "db.internal");
	assert_true(has(&a, V4, 0, "192.0.2.8"));
	ask_and_wait(f, &a, "localhost");
	assert_true(has(&a, V4, 0, "127.0.0.1"));
	ask_and_wait(f, &a, "evil.onion");
	assert_int_equal(a.result[V4], LOOKUP_NONE);
	assert_int_equal(questions(&f->dns), 0);

	put_file(path, "192.0.2.77 www.example.org\n");
	ahead += 1100;
	ask_and_wait(f, &a, "www.example.org");
	assert_true(a.n[V4] == 1 && has(&a, V4, 0, "192.0.2.77"));
	unlink(path);
	ahead += 1100;
	ask_and_wait(f, &a, "www.example.org");
	assert_true(has(&a, V4, 0, "192.0.2.1"));
	assert_int_equal(questions(&f->dns), 2);
}

/* Neither the cache nor a question under way is shared by two identities. */
static void
keeps_identities_apart(void **state)
{
	static const uint8_t nobody[LOOKUP_IDENTITY];
	static const uint8_t one[LOOKUP_IDENTITY] = { 1 };
	static const uint8_t two[LOOKUP_IDENTITY] = { 2 };
	static const uint8_t *const who[] = { NULL, one, two };
	struct fixture *f = *state;
	struct asked a[3];
	size_t i;

	for (i = 0; i < 3; i++)
		ask_as(f, &a[i], "slow.example.org", who[i]);
	for (i = 0; i < 3; i++)
		wait_for_both(f, &a[i]);
	assert_int_equal(questions(&f->dns), 6);
	for (i = 0; i < 3; i++) {
		ask_as(f, &a[i], "slow.example.org", who[i]);
		wait_for_both(f, &a[i]);
	}
	assert_int_equal(questions(&f->dns), 6);
	ask_as(f, &a[0], "slow.example.org", nobody); /* those who share */
	wait_for_both(f, &a[0]);
	assert_int_equal(questions(&f->dns), 6);
	ask_as(f, &a[0], "www.example.org", one);
	wait_for_both(f, &a[0]);
	ask_as(f, &a[1], "www.example.org", two);
	wait_for_both(f, &a[1]);
	assert_int_equal(questions(&f->dns), 10);
}

/* -- services -------------------------------------------------------------- */

struct service {
	struct srv_lookup lookup; /* first */
	struct loop *loop;
	unsigned calls;
	enum lookup_result result;
	struct srv_record record[SRV_RECORDS];
	size_t n;
	uint32_t ttl;
};

static void
on_service(struct srv_lookup *l, enum lookup_result result,
    const struct srv_record *records, size_t n, uint32_t ttl)
{
	struct service *s = (struct service *)l;

	assert_true((result == LOOKUP_FOUND) == (n > 0));
	assert_true(n <= SRV_RECORDS);
	s->calls++;
	s->result = result;
	s->n = n;
	s->ttl = ttl;
	if (n > 0)
		memcpy(s->record, records, n * sizeof(*records));
	loop_stop(s->loop);
}

static void
ask_service(struct fixture *f, struct service *s, const char *name)
{
	memset(s, 0, sizeof(*s));
	s->lookup.on_answer = on_service;
	s->loop = f->loop;
	resolver_lookup_srv(f->resolver, &s->lookup, name);
	assert_int_equal(s->calls, 0);
}

static void
finds_services(void **state)
{
	struct fixture *f = *state;
	struct service s;

	ask_service(f, &s, "_Socks._tcp.Example.org.");
	assert_true(looping_run(f->loop));
	assert_int_equal(s.result, LOOKUP_FOUND);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.ttl, 20);
	assert_int_equal(s.record[0].priority, 10);
	assert_int_equal(s.record[0].weight, 60);
	assert_int_equal(s.record[0].port, 1080);
	assert_string_equal(s.record[0].target, "n1.example.org");
	assert_string_equal(s.record[1].target, "n2.example.org");
	/* Nothing of it is kept: that is for the caller. */
	ask_service(f, &s, "_socks._tcp.example.org");
	assert_true(looping_run(f->loop));
	assert_int_equal(f->dns.srv, 2);
	ask_service(f, &s, "_big._tcp.example.org");
	assert_true(looping_run(f->loop));
	assert_int_equal(s.n, SRV_RECORDS);
	assert_int_equal(f->dns.tcp_in, 1);
}

static void
tells_no_service_from_failed(void **state)
{
	static const struct {
		const char *name;
		enum lookup_result result;
		uint32_t ttl;
		unsigned asked;
	} rows[] = {
		{ "_none._tcp.example.org", LOOKUP_NONE, 40, 1 },
		{ "_nothere._tcp.example.org", LOOKUP_NONE, 5, 1 },
		{ "_broken._tcp.example.org", LOOKUP_FAILED, 0, 2 },
		/* Nobody is asked for these. */
		{ "_socks._tcp.hidden.onion", LOOKUP_NONE, 5, 0 },
		{ "_socks._tcp.localhost", LOOKUP_NONE, 5, 0 },
		{ "_socks", LOOKUP_NONE, 5, 0 },
		{ "", LOOKUP_NONE, 5, 0 },
		{ "_socks._tcp.b\304d.org", LOOKUP_NONE, 5, 0 },
	};
	struct fixture *f = *state;
	struct service s;
	unsigned before;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		before = f->dns.srv;
		ask_service(f, &s, rows[i].name);
		assert_true(looping_run(f->loop));
		assert_int_equal(s.calls, 1);
		assert_int_equal(s.result, rows[i].result);
		assert_int_equal(s.ttl, rows[i].ttl);
		assert_int_equal(f->dns.srv - before, rows[i].asked);
	}
	f->dns.answer = say_nothing;
	ask_service(f, &s, "_socks._tcp.example.org");
	while (s.calls == 0)
		assert_true(looping_run(f->loop));
	assert_int_equal(s.result, LOOKUP_FAILED);
}

static void
cancels_services(void **state)
{
	struct fixture *f = *state;
	struct service s, t;

	memset(&s, 0, sizeof(s));
	srv_cancel(&s.lookup); /* not under way */
	ask_service(f, &s, "_socks._tcp.example.org");
	srv_cancel(&s.lookup);
	srv_cancel(&s.lookup);
	ask_service(f, &t, "_socks._tcp.example.org");
	assert_true(looping_run(f->loop));
	assert_int_equal(t.calls, 1);
	assert_int_equal(s.calls, 0);
	ask_service(f, &s, "_socks"); /* answered already, but not told */
	srv_cancel(&s.lookup);
	ask_service(f, &s, "_socks._tcp.example.org");
	srv_cancel(&s.lookup); /* freed with the question under way */
}

static void
services_survive_lack_of_memory(void **state)
{
	struct fixture *f = *state;
	struct service s;
	unsigned long n;
	int failed;

	for (n = 1;; n++) {
		again(f, "/nonexistent", "/nonexistent");
		alloc_fail_at(n);
		ask_service(f, &s, "_socks._tcp.example.org");
		failed = alloc_failed();
		alloc_fail_at(0);
		assert_true(looping_run(f->loop));
		assert_int_equal(s.calls, 1);
		if (!failed)
			break;
		assert_int_equal(s.result, LOOKUP_FAILED);
	}
	assert_int_equal(n, 3); /* the query and a channel */
}

static void
without_servers_fails(void **state)
{
	struct fixture *f = *state;
	struct asked a;

	f->conf.nservers = 0;
	again(f, "/nonexistent", "/nonexistent");
	ask_and_wait(f, &a, "www.example.org");
	assert_int_equal(a.result[V4], LOOKUP_FAILED);
	assert_int_equal(a.result[V6], LOOKUP_FAILED);
}

static void
describes_its_servers(void **state)
{
	struct fixture *f = *state;
	struct resolver_conf c = { .nservers = 2 };
	char out[64];

	(void)f;
	assert_int_equal(endpoint_parse(&c.servers[0], "192.0.2.53:53", 13, 0),
	    OK);
	assert_int_equal(endpoint_parse(&c.servers[1], "[::1]:5353", 10, 0),
	    OK);
	resolver_describe(&c, out, sizeof(out));
	assert_string_equal(out, "192.0.2.53:53 [::1]:5353");
	resolver_describe(&c, out, 20); /* no half addresses */
	assert_string_equal(out, "192.0.2.53:53");
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_identities_apart),
		TEST(finds_services),
		TEST(tells_no_service_from_failed),
		TEST(cancels_services),
		TEST(services_survive_lack_of_memory),
		TEST(finds_both_families),
		TEST(follows_aliases_and_nothing_else),
		TEST(tells_none_from_failed),
		TEST(gives_up_on_silence),
		TEST(a_new_question_does_not_wait_for_an_old_one),
		TEST(asks_the_next_server),
		TEST(turns_to_tcp_when_truncated),
		TEST(believes_no_garbage),
		TEST(remembers_for_the_ttl),
		TEST(remembers_that_there_is_none),
		TEST(does_not_remember_failures),
		TEST(without_cache_asks_again),
		TEST(joins_the_same_question),
		TEST(cancels_at_any_time),
		TEST(may_be_freed_by_its_answer),
		TEST(frees_with_questions_under_way),
		TEST(asks_from_many_ports),
		TEST(frees_channels_as_it_goes),
		TEST(fails_at_once_when_too_many),
		TEST(survives_lack_of_memory),
		TEST(keeps_special_names_here),
		TEST(localhost_is_here),
		TEST(ignores_the_environment),
		TEST(reads_hosts_when_it_changes),
		TEST(without_servers_fails),
		TEST(describes_its_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
