/*
 * fuzz_hosts.c - any bytes as an /etc/hosts.
 *
 * Every name that a plain reading of the lines finds is found by the parser,
 * with the address of its first line that has one of that family; a name is
 * not found that no line has; and the same text parses to the same again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/net/hosts.h"
#include "../../src/net/special_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char blanks[] = " \t\r\f\v";

static struct hosts *
parse(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct hosts *h;

	assert(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	h = hosts_parse(text, size);
	assert(h != NULL);
	return h;
}

/* Found in both, the same in both, and ip among it. */
static void
check(const struct hosts *a, const struct hosts *b, const char *name,
    const struct ip *ip)
{
	struct ip in_a[4096], in_b[4096];
	size_t na, nb, i;
	bool has = ip_is_any(ip);

	assert(hosts_find(a, name, ip->type, in_a, 4096, &na));
	assert(hosts_find(b, name, ip->type, in_b, 4096, &nb));
	assert(na == nb);
	for (i = 0; i < na; i++) {
		assert(in_a[i].type == ip->type);
		assert(ip_same(&in_a[i], &in_b[i]));
		assert(!ip_is_any(&in_a[i]));
		has |= ip_same(&in_a[i], ip);
	}
	assert(has || na == 4096);
}

static void
check_line(const struct hosts *a, const struct hosts *b, char *line)
{
	char name[NAME_MAX_LEN + 1], *word, *rest;
	struct ip ip;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, blanks, &rest);
	if (word == NULL || ip_parse(&ip, word, strlen(word)) != OK)
		return;
	while ((word = strtok_r(NULL, blanks, &rest)) != NULL)
		if (name_canonical(name, word))
			check(a, b, name, &ip);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hosts *a, *b;
	const uint8_t *at = data, *end = data + size, *eol;
	char *line;
	size_t n;

	if (size > 8192)
		return 0;
	a = parse(data, size);
	b = parse(data, size);
	while (at < end) {
		eol = memchr(at, '\n', (size_t)(end - at));
		n = (size_t)((eol != NULL ? eol : end) - at);
		line = malloc(n + 1);
		assert(line != NULL);
		memcpy(line, at, n);
		line[n] = '\0';
		check_line(a, b, line);
		free(line);
		at += n + 1;
	}
	assert(!hosts_find(a, "no..such", HOST_IPV4, NULL, 0, &n));
	assert(!hosts_find(a, "Upper", HOST_IPV4, NULL, 0, &n));
	hosts_free(a);
	hosts_free(b);
	return 0;
}
