/*
 * fuzz_rules.c - any bytes as the words of rules.
 *
 * What is taken can be asked: the verdict is one of a rule that is there, a
 * chain has a name that is there, no private address is let through where it
 * must not be, and an address in the request is judged as it would be if a
 * name had led to it.  What is not taken was complained about.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/private.h"
#include "policy/auth.h"
#include "policy/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AROUND "proxy near x\nproxy tor x\nchain deep x\nheaders thin x\n"

static const struct conf_arg two_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = "X", .kind = CONF_TEXT },
	{ .word = NULL },
};

static const struct conf_arg addr_args[] = {
	{ .word = "IP:PORT", .kind = CONF_ADDR },
	{ .word = NULL },
};

static const struct conf_directive others[] = {
	{ .name = "proxy", .args = two_args, .min_args = 1, .many = true },
	{ .name = "chain", .args = two_args, .min_args = 1, .many = true },
	{ .name = "headers", .args = two_args, .min_args = 1, .many = true },
	{ .name = "listen", .args = addr_args, .min_args = 1, .many = true },
	{ .name = NULL },
};

static const struct conf_directive *const tables[] = { user_directives,
	rule_directives, others, NULL };

static struct verdict
ask(const struct rules *r, const char *target, bool private_ok)
{
	struct request q = { .private_ok = private_ok };
	struct verdict v, again;
	struct ip ip;

	assert(ip_parse(&q.client, "192.0.2.1", 9) == OK);
	assert(endpoint_parse(&q.target, target, strlen(target), 80) == OK);
	v = rules_ask(r, &q);
	if (!endpoint_ip(&q.target, &ip))
		return v;
	again = rules_ask_ip(r, &q, &ip);
	assert(v.action == again.action && v.line == again.line);
	if (ip_is_private(&ip) && !v.private_ok)
		assert(v.action == VERDICT_REJECT || v.action == VERDICT_DROP);
	return v;
}

static void
check(const struct rules *r)
{
	static const char *const targets[] = { "example.org", "www.example.org",
		"localhost", "10.0.0.1:25", "8.8.8.8", "[2001:db8::1]:8080",
		"[2a00::1]:443", "x.onion" };
	struct verdict v;
	size_t i;

	for (i = 0; i < 2 * sizeof(targets) / sizeof(targets[0]); i++) {
		v = ask(r, targets[i / 2], i % 2 != 0);
		assert((v.action == VERDICT_CHAIN || v.is_private) ||
		    v.chain == NULL);
		if (v.action == VERDICT_CHAIN)
			assert(strcmp(v.chain, "near") == 0 ||
			    strcmp(v.chain, "tor") == 0 ||
			    strcmp(v.chain, "deep") == 0);
		if (v.action == VERDICT_DIRECT)
			assert(rules_may_go_direct(r));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf *c = conf_new(tables);
	char *text = malloc(size + 1);
	struct rules *r;

	assert(c != NULL && text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	/* No file of this machine: what a list holds has its own target. */
	if (strstr(text, "file:") == NULL && strstr(text, "env:") == NULL) {
		conf_parse_text(c, "around", AROUND);
		conf_parse_text(c, "rules", text);
		r = rules_load(c);
		assert((r != NULL) <= conf_ok(c));
		if (r != NULL)
			check(r);
		else
			assert(!conf_ok(c));
		rules_free(r);
	}
	conf_free(c);
	free(text);
	return 0;
}
