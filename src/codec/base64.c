#include <stdint.h>
#include <string.h>

#include "codec/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum err
base64_encode(const void *in, size_t n, char *out, size_t cap)
{
	const uint8_t *p = in;
	uint32_t v;
	size_t i;

	if (cap == 0 || n > (cap - 1) / 4 * 3)
		return ERR_SPACE;
	for (i = 0; i < n; i += 3) {
		v = (uint32_t)p[i] << 16;
		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? p[i + 2] : 0;
		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? alphabet[v & 63] : '=';
	}
	*out = '\0';
	return OK;
}

/* 0..63, or -1 */
static int
digit(char c)
{
	const char *at = memchr(alphabet, c, sizeof(alphabet) - 1);

	return at == NULL ? -1 : (int)(at - alphabet);
}

/* Four characters, the last `pad` of them '='; the 24 bits, or -1. */
static int32_t
group(const char *s, size_t pad)
{
	int32_t v = 0;
	size_t i;
	int d;

	for (i = 0; i < 4; i++) {
		d = i < 4 - pad ? digit(s[i]) : 0;
		if (d < 0)
			return -1;
		v = v << 6 | d;
	}
	/* RFC 4648 section 3.5: what the padding covers must be zero. */
	return (v & ((1 << 8 * pad) - 1)) == 0 ? v : -1;
}

static size_t
padding(const char *in, size_t n)
{
	if (n == 0 || in[n - 1] != '=')
		return 0;
	return in[n - 2] == '=' ? 2 : 1;
}

enum err
base64_decode(const char *in, size_t n, void *out, size_t cap, size_t *len)
{
	uint8_t *p = out;
	size_t pad, size, i, k;
	int32_t v;

	if (n % 4 != 0)
		return ERR_PROTO;
	pad = padding(in, n);
	for (i = 0; i < n; i += 4)
		if (group(in + i, i + 4 == n ? pad : 0) < 0)
			return ERR_PROTO;
	size = n / 4 * 3 - pad;
	if (size > cap)
		return ERR_SPACE;
	for (i = k = 0; k < size; i += 4) {
		v = group(in + i, i + 4 == n ? pad : 0);
		p[k++] = (uint8_t)(v >> 16);
		if (k < size)
			p[k++] = (uint8_t)(v >> 8);
		if (k < size)
			p[k++] = (uint8_t)v;
	}
	*len = size;
	return OK;
}
