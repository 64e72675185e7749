#include <string.h>

#include "base/reader.h"

struct reader
reader_of(const void *data, size_t len)
{
	const uint8_t *p = data;

	return (struct reader){
		.start = p,
		.pos = p,
		.end = len == 0 ? p : p + len,
	};
}

static size_t
left(const struct reader *r)
{
	return (size_t)(r->end - r->pos);
}

void
reader_bytes(struct reader *r, void *dst, size_t n)
{
	if (n == 0)
		return;
	if (r->err == OK && n > left(r))
		r->err = ERR_SHORT;
	if (r->err != OK) {
		memset(dst, 0, n);
		return;
	}
	memcpy(dst, r->pos, n);
	r->pos += n;
}

uint8_t
reader_u8(struct reader *r)
{
	uint8_t v;

	reader_bytes(r, &v, 1);
	return v;
}

uint16_t
reader_u16(struct reader *r)
{
	uint8_t v[2];

	reader_bytes(r, v, sizeof(v));
	return (uint16_t)(v[0] << 8 | v[1]);
}

const char *
reader_cstr(struct reader *r, size_t max, size_t *len)
{
	const uint8_t *nul = NULL, *s = r->pos;
	size_t n = left(r);

	*len = 0;
	if (r->err != OK)
		return "";
	if (n > 0)
		nul = memchr(s, '\0', n > max ? max + 1 : n);
	if (nul == NULL) {
		r->err = n > max ? ERR_RANGE : ERR_SHORT;
		return "";
	}
	*len = (size_t)(nul - s);
	r->pos = nul + 1;
	return (const char *)s;
}

size_t
reader_used(const struct reader *r)
{
	return (size_t)(r->pos - r->start);
}
