/*
 * fuzz_list.c - any bytes as a list of names and networks.
 *
 * What a list takes it also finds: each name and each network that stands
 * alone on a line, in any letter case; read in two pieces cut at a line it
 * holds the same; and a mistake has a place within the text.
 */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/policy/list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_name(const struct list *l, const char *word, size_t n)
{
	char name[HOST_MAX + 3];
	size_t i, k = 0;

	if (n > 2 && word[0] == '*')
		name[k++] = 'x', word++, n--; /* one below it */
	else if (n > 1 && word[0] == '.')
		word++, n--;
	if (n > 0 && word[n - 1] == '.')
		n--;
	for (i = 0; i < n; i++)
		name[k++] = (char)tolower((unsigned char)word[i]);
	assert(list_has_name(l, name, k));
}

/* A line that has one word only. */
static void
check_line(const struct list *l, const char *p, const char *end)
{
	const char *word;
	struct cidr net;

	if (end > p && end[-1] == '\r')
		end--;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	word = p;
	while (p < end && *p != ' ' && *p != '\t')
		p++;
	if (p == word || *word == '#' || p < end)
		return;
	if (cidr_parse(&net, word, (size_t)(p - word)) == OK)
		assert(list_has_ip(l, &net.ip));
	else
		check_name(l, word, (size_t)(p - word));
}

static void
check_lines(const struct list *l, const char *text, size_t n)
{
	const char *end = text + n, *lf;

	if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	for (; text < end; text = lf + 1) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL)
			lf = end;
		check_line(l, text, lf);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct list_mistake m = { .line = 0 }, again = { .line = 0 };
	struct list whole, parts;
	char *text = malloc(size + 1);
	const char *cut;
	size_t first;
	bool good;

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	list_init(&whole);
	list_init(&parts);
	good = list_add(&whole, text, size, &m);
	if (!good)
		assert(m.line > 0 && m.column > 0 && m.column <= size + 1 &&
		    m.what != NULL);
	cut = size > 0 ? memchr(text + size / 2, '\n', size - size / 2) : NULL;
	first = cut == NULL ? 0 : (size_t)(cut - text) + 1;
	if (list_add(&parts, text, first, &again))
		assert(list_add(&parts, text + first, size - first, &again) ==
		    good);
	else
		assert(!good);
	assert(again.line == m.line && (good || again.column == m.column));
	assert(whole.names.n == parts.names.n && whole.nets.n == parts.nets.n);
	list_ready(&whole);
	list_ready(&parts);
	if (good) {
		check_lines(&whole, text, size);
		check_lines(&parts, text, size);
	}
	list_deinit(&whole);
	list_deinit(&parts);
	free(text);
	return 0;
}
