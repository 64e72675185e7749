/*
 * reading.h - a configuration from text, and what was said about it.
 *
 * Of `proxy`, `chain`, `headers` and `listen` the rules know the names only; their tables belong to
 * layers beside this one.
 */
#ifndef READING_H
#define READING_H

#include <stdio.h>
#include <string.h>

#include "policy/auth.h"
#include "policy/rule.h"

#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct conf_arg proxy_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = "URL", .kind = CONF_URL },
	{ .word = NULL },
};

static const struct conf_arg names_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_directive hops_directives[] = {
	{ .name = "hops",
	    .args = names_args,
	    .min_args = 1,
	    .many_args = true },
	{ .name = NULL },
};

static const struct conf_arg listen_args[] = {
	{ .word = "IP:PORT", .kind = CONF_ADDR },
	{ .word = NULL },
};

static const struct conf_directive way_directives[] = {
	{ .name = "listen", .args = listen_args, .min_args = 1, .many = true },
	{ .name = "proxy", .args = proxy_args, .min_args = 2, .many = true },
	{ .name = "pool", .args = names_args, .min_args = 1, .many = true },
	{ .name = "chain",
	    .args = names_args,
	    .min_args = 1,
	    .many = true,
	    .block = hops_directives },
	{ .name = "headers",
	    .args = names_args,
	    .min_args = 1,
	    .many = true,
	    .block = hops_directives },
	{ .name = NULL },
};

static const struct conf_directive *const reading_tables[] = {
	user_directives,
	rule_directives,
	way_directives,
	NULL,
};

static inline struct conf *
reading(const char *text)
{
	struct conf *c = conf_new(reading_tables);

	assert_non_null(c);
	conf_parse_text(c, "test", text);
	return c;
}

#define REPORT_MAX 16384

static inline void
reported(const struct conf *c, char out[REPORT_MAX])
{
	FILE *f = fmemopen(out, REPORT_MAX, "w");

	assert_non_null(f);
	out[0] = '\0';
	conf_report(c, f);
	fclose(f);
}

/* Each of the texts (NULL: none) is in the report. */
static inline void
says(const char *report, const char *const *texts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (texts[i] == NULL || strstr(report, texts[i]) != NULL)
			continue;
		print_error("\"%s\" is not in:\n%s\n", texts[i], report);
		assert_non_null(strstr(report, texts[i]));
	}
}

static inline size_t
occurrences(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

#endif
