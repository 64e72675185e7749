/*
 * routing.h - routes from text, and what was said about it.
 *
 * Of `proxy` a route knows the name only; the table is not this layer's.
 */
#ifndef ROUTING_H
#define ROUTING_H

#include <stdio.h>
#include <string.h>

#include "route/route.h"

#include "unit.h"

static const struct conf_arg proxy_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = "URL", .kind = CONF_URL },
	{ .word = NULL },
};
static const struct conf_directive proxies[] = {
	{ .name = "proxy",
	    .args = proxy_args,
	    .min_args = 2,
	    .many = true,
	    .doc = "A proxy.",
	    .example = "proxy a socks5://127.0.0.1:1" },
	{ .name = NULL },
};
static const struct conf_directive *const tables[] = { proxies,
	route_directives, NULL };

#define P(name) "proxy " name " socks5://127.0.0.1:1080\n"

static inline struct routes *
load(const char *text, char *report, size_t cap)
{
	struct conf *c = conf_new(tables);
	FILE *f = fmemopen(report, cap, "w");
	struct routes *r;

	assert_non_null(c);
	assert_non_null(f);
	conf_parse_text(c, "-x", text);
	r = routes_load(c);
	assert_true(r != NULL || !conf_ok(c));
	conf_report(c, f);
	fclose(f);
	conf_free(c);
	return r;
}

static inline struct routes *
loaded(const char *text)
{
	char report[4096] = "";
	struct routes *r = load(text, report, sizeof(report));

	assert_string_equal(report, "");
	assert_non_null(r);
	return r;
}

static inline void
refused(const char *text, const char *says)
{
	char report[8192] = "";
	struct routes *r = load(text, report, sizeof(report));

	if (strstr(report, says) == NULL)
		print_error("\"%s\" is not in: %s\n", says, report);
	assert_non_null(strstr(report, says));
	assert_true(r == NULL);
}

#endif
