/* hosts.c - a text, its names in place, and chains of them by hash. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"

#include "hosts.h"
#include "special_names.h"

#define NONE UINT32_MAX

struct entry {
	uint32_t name; /* where in text */
	uint32_t next; /* of the same bucket, or NONE */
	struct ip ip;
};

struct hosts {
	struct hash_key key;
	char *text;
	struct entry *entries;
	uint32_t *buckets;
	size_t n, room, mask;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The next word of a line, cut out of it; NULL: none is left. */
static char *
next_word(char **line)
{
	char *s = *line, *word;

	while (is_blank(*s))
		s++;
	word = s;
	while (*s != '\0' && !is_blank(*s))
		s++;
	if (*s != '\0')
		*s++ = '\0';
	*line = s;
	return *word != '\0' ? word : NULL;
}

static bool
add(struct hosts *h, const char *name, const struct ip *ip)
{
	size_t room = h->room > 0 ? h->room * 2 : 16;
	struct entry *mem;

	if (h->n == h->room) {
		mem = realloc(h->entries, room * sizeof(*mem));
		if (mem == NULL)
			return false;
		h->entries = mem;
		h->room = room;
	}
	h->entries[h->n++] = (struct entry){
		.name = (uint32_t)(name - h->text),
		.next = NONE,
		.ip = *ip,
	};
	return true;
}

static bool
parse_line(struct hosts *h, char *line)
{
	char *word, name[NAME_MAX_LEN + 1];
	struct ip ip;

	line[strcspn(line, "#")] = '\0';
	word = next_word(&line);
	if (word == NULL || ip_parse(&ip, word, strlen(word)) != OK)
		return true;
	while ((word = next_word(&line)) != NULL) {
		if (!name_canonical(name, word))
			continue;
		strcpy(word, name); /* the same length, or a dot shorter */
		if (!add(h, word, &ip))
			return false;
	}
	return true;
}

static bool
parse(struct hosts *h, size_t n)
{
	char *line = h->text, *end = h->text + n, *eol;

	while (line < end) {
		eol = memchr(line, '\n', (size_t)(end - line));
		if (eol == NULL)
			eol = end;
		*eol = '\0';
		if (!parse_line(h, line))
			return false;
		line = eol + 1;
	}
	return true;
}

static uint32_t *
bucket(const struct hosts *h, const char *name)
{
	return &h->buckets[hash_keyed(&h->key, name, strlen(name)) & h->mask];
}

static bool
chain(struct hosts *h)
{
	size_t size = 1, i;
	uint32_t *b;

	while (size < h->n)
		size *= 2;
	h->buckets = malloc(size * sizeof(*h->buckets));
	if (h->buckets == NULL)
		return false;
	h->mask = size - 1;
	memset(h->buckets, 0xff, size * sizeof(*h->buckets)); /* NONE */
	/* From the last to the first, so that chains keep the file's order. */
	for (i = h->n; i-- > 0;) {
		b = bucket(h, h->text + h->entries[i].name);
		h->entries[i].next = *b;
		*b = (uint32_t)i;
	}
	return true;
}

struct hosts *
hosts_parse(char *text, size_t n)
{
	struct hosts *h = calloc(1, sizeof(*h));

	assert(n < UINT32_MAX);
	if (h == NULL) {
		free(text);
		return NULL;
	}
	h->text = text;
	hash_key_new(&h->key);
	if (!parse(h, n) || !chain(h)) {
		hosts_free(h);
		return NULL;
	}
	return h;
}

void
hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	free(h->text);
	free(h->entries);
	free(h->buckets);
	free(h);
}

bool
hosts_find(const struct hosts *h, const char *canonical, enum host_type family,
    struct ip *ips, size_t max, size_t *n)
{
	const struct entry *e;
	bool found = false;
	uint32_t i;

	*n = 0;
	for (i = *bucket(h, canonical); i != NONE; i = e->next) {
		e = &h->entries[i];
		if (strcmp(h->text + e->name, canonical) != 0)
			continue;
		found = true;
		if (e->ip.type == family && !ip_is_any(&e->ip) && *n < max)
			ips[(*n)++] = e->ip;
	}
	return found;
}
