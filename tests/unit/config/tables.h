/*
 * tables.h - directives of every kind there is, and ways to read with them.
 */
#ifndef TABLES_H
#define TABLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/conf.h"

#define ARGS(...)                    \
	(const struct conf_arg[])    \
	{                            \
		__VA_ARGS__,         \
		{                    \
			.word = NULL \
		}                    \
	}

static const struct conf_directive inner[] = {
	{ .name = "depth",
	    .args = ARGS({ .word = "N", .kind = CONF_NUMBER }),
	    .min_args = 1,
	    .dflt = "7" },
	{ .name = NULL },
};

static const struct conf_directive box[] = {
	{ .name = "colour",
	    .args = ARGS({ .word = "red|green|blue",
		.kind = CONF_CHOICE,
		.choices = "red|green|blue" }),
	    .min_args = 1,
	    .dflt = "red" },
	{ .name = "password",
	    .args = ARGS({ .word = "SECRET", .kind = CONF_SECRET }),
	    .min_args = 1 },
	{ .name = "inner", .block = inner },
	{ .name = NULL },
};

static const struct conf_directive set[] = {
	{ .name = "wait",
	    .args = ARGS({ .word = "TIME",
		.kind = CONF_DURATION,
		.min = 1000,
		.max = 60000 }),
	    .min_args = 1,
	    .dflt = "2s" },
	{ .name = "many",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME }),
	    .min_args = 1,
	    .many_args = true,
	    .dflt = "a b" },
	{ .name = NULL },
};

static const struct conf_directive kinds[] = {
	{ .name = "name",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME }),
	    .min_args = 1 },
	{ .name = "text",
	    .args = ARGS({ .word = "TEXT", .kind = CONF_TEXT }),
	    .min_args = 1,
	    .many = true },
	{ .name = "yesno",
	    .args = ARGS({ .word = "yes|no", .kind = CONF_YESNO }),
	    .min_args = 1,
	    .dflt = "yes" },
	{ .name = "number",
	    .args = ARGS(
		{ .word = "N", .kind = CONF_NUMBER, .min = 1, .max = 10 }),
	    .min_args = 1,
	    .dflt = "5",
	    .example = "number 3" },
	{ .name = "any-number",
	    .args = ARGS({ .word = "N", .kind = CONF_NUMBER, .min = 3 }),
	    .min_args = 1 },
	{ .name = "size",
	    .args = ARGS({ .word = "SIZE",
		.kind = CONF_SIZE,
		.min = 1024,
		.max = 1ull << 40 }),
	    .min_args = 1 },
	{ .name = "duration",
	    .args = ARGS({ .word = "TIME", .kind = CONF_DURATION }),
	    .min_args = 1 },
	{ .name = "addr",
	    .args = ARGS({ .word = "IP:PORT", .kind = CONF_ADDR }),
	    .min_args = 1,
	    .many = true,
	    .dflt = "127.0.0.1:1080",
	    .block = box },
	{ .name = NULL },
};

static const struct conf_directive more_kinds[] = {
	{ .name = "hostport",
	    .args = ARGS({ .word = "HOST:PORT", .kind = CONF_HOSTPORT }),
	    .min_args = 1 },
	{ .name = "url",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME },
		{ .word = "URL", .kind = CONF_URL }),
	    .min_args = 2,
	    .many = true },
	{ .name = "secret",
	    .args = ARGS({ .word = "SECRET", .kind = CONF_SECRET }),
	    .min_args = 1 },
	{ .name = "hash",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME },
		{ .word = "HASH", .kind = CONF_TEXT, .hidden = true }),
	    .min_args = 2,
	    .many = true },
	{ .name = "pair",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME },
		{ .word = "N", .kind = CONF_NUMBER }),
	    .min_args = 1,
	    .many = true },
	{ .name = "box",
	    .args = ARGS({ .word = "NAME", .kind = CONF_NAME }),
	    .min_args = 1,
	    .many = true,
	    .block = box },
	{ .name = "set", .block = set },
	{ .name = "bare" },
	{ .name = NULL },
};

static const struct conf_directive *const tables[] = {
	kinds,
	more_kinds,
	NULL,
};

/*
 * What was reported, or dumped, as malloc'd text.  (Inlined, gcc 12 takes the
 * text for the variable on the stack that open_memstream() writes it to.)
 */
static __attribute__((noinline)) char *
printed(struct conf *c, void (*print)(const struct conf *, FILE *))
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		abort();
	print(c, f);
	if (fclose(f) != 0 || text == NULL)
		abort();
	return text;
}

#endif
