#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define CHUNK 4000

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) char mem[];
};

static struct chunk *
add_chunk(struct arena *a, size_t n)
{
	size_t size = n > CHUNK ? n : CHUNK;
	struct chunk *c = calloc(1, sizeof(*c) + size);

	if (c == NULL) {
		a->failed = true;
		return NULL;
	}
	c->size = size;
	c->next = a->chunks;
	a->chunks = c;
	return c;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	size_t align = alignof(max_align_t);
	struct chunk *c = a->chunks;
	void *p;

	n = (n + align - 1) / align * align;
	if (c == NULL || c->size - c->used < n)
		c = add_chunk(a, n);
	if (c == NULL)
		return NULL;
	p = c->mem + c->used;
	c->used += n;
	return p;
}

char *
arena_copy(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (p != NULL && n > 0)
		memcpy(p, s, n);
	return p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	char *p = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n >= 0)
		p = arena_alloc(a, (size_t)n + 1);
	if (p == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_deinit(struct arena *a)
{
	struct chunk *c, *next;

	for (c = a->chunks; c != NULL; c = next) {
		next = c->next;
		explicit_bzero(c->mem, c->used);
		free(c);
	}
	a->chunks = NULL;
}
