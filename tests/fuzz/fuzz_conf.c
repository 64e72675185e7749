/*
 * fuzz_conf.c - any text is read or refused with words, the same each time;
 * what was read is written so that it reads back; no secret comes out.
 */
#include <assert.h>
#include <stdint.h>

#include "../unit/config/tables.h"

#define MARK "hunter2" /* in the corpus, a part of secrets */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct conf *
parsed(const char *text)
{
	struct conf *c = conf_new(tables);
	bool good;

	assert(c != NULL);
	good = conf_parse_text(c, "t", text);
	assert(good == conf_ok(c));
	return c;
}

/* What a module says that quotes everything it was given. */
static void
complain_of_all(struct conf *c)
{
	const struct conf_directive *const *t, *d;
	const struct conf_node *n;
	size_t i;

	for (t = tables; *t != NULL; t++)
		for (d = *t; d->name != NULL; d++)
			for (n = conf_first(c, d->name); n != NULL;
			     n = conf_next(n))
				for (i = 0; i < n->nargs; i++)
					conf_error_at(c, n, &n->args[i], NULL,
					    "not %s", n->args[i].text);
}

/* Is the mark where it is secret, and nowhere else? */
static bool
is_secret(struct conf *c, const char *text)
{
	const struct conf_node *n = conf_first(c, "secret");
	const char *at = strstr(text, MARK);

	return at != NULL && strstr(at + 1, MARK) == NULL && n != NULL &&
	    strstr(n->args[0].text, MARK) != NULL;
}

static void
check_good(struct conf *c, const char *text)
{
	char *dump = printed(c, conf_dump), *again, *report;
	struct conf *back = parsed(dump);

	assert(conf_ok(back));
	again = printed(back, conf_dump);
	assert(strcmp(dump, again) == 0);
	if (is_secret(c, text)) {
		assert(strstr(dump, MARK) == NULL);
		complain_of_all(c);
		report = printed(c, conf_report);
		assert(strstr(report, MARK) == NULL);
		free(report);
	}
	conf_free(back);
	free(dump);
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *first, *second;
	struct conf *c, *twin;

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	/* Not the files and the environment of this machine. */
	if (strstr(text, "file:") == NULL && strstr(text, "env:") == NULL) {
		c = parsed(text);
		twin = parsed(text);
		first = printed(c, conf_report);
		second = printed(twin, conf_report);
		assert(strcmp(first, second) == 0);
		assert((first[0] == '\0') == conf_ok(c));
		if (conf_ok(c))
			check_good(c, text);
		free(first);
		free(second);
		conf_free(twin);
		conf_free(c);
	}
	free(text);
	return 0;
}
