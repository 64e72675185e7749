#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "put.h"

void
put(struct buf *out, const char *p, size_t n)
{
	enum err e = buf_append(out, p, n);

	assert(e == OK);
	(void)e;
}

void
put_text(struct buf *out, const char *s)
{
	put(out, s, strlen(s));
}

void
put_str(struct buf *out, struct http1_str s)
{
	put(out, s.p, s.n);
}

void
put_field(struct buf *out, struct http1_str name, struct http1_str value)
{
	put_str(out, name);
	put(out, ": ", 2);
	put_str(out, value);
	put(out, "\r\n", 2);
}

/* printf() takes longer than all the rest of a head. */
void
put_number(struct buf *out, uint64_t v)
{
	char digits[20], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	put(out, p, (size_t)(digits + sizeof(digits) - p));
}

void
put_field_number(struct buf *out, const char *name, uint64_t v)
{
	put_text(out, name);
	put_text(out, ": ");
	put_number(out, v);
	put_text(out, "\r\n");
}

void
put_authority(struct buf *out, const struct endpoint *to)
{
	bool v6 = to->type == HOST_IPV6;
	char host[HOST_MAX + 1];

	endpoint_host_str(to, host);
	put_text(out, v6 ? "[" : "");
	put_text(out, host);
	put_text(out, v6 ? "]" : "");
	if (to->port != 80) {
		put_text(out, ":");
		put_number(out, to->port);
	}
}

void
put_chunk_line(struct buf *out, uint64_t size)
{
	char line[24];

	snprintf(line, sizeof(line), "%" PRIx64 "\r\n", size);
	put_text(out, line);
}
