/*
 * fuzz_sniff.c - the first bytes of a tunnel: one byte that says how to slice,
 * then what the client sends.
 *
 * Slices give what the whole gives.  What passes before it is known is a
 * prefix of the input and grows only; nothing is kept back but behind a method
 * and a target's first byte, and never more than SNIFF_MAX bytes.  What the
 * strict parser takes for a request is one here as well.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "codec/http1.h"
#include "http/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct verdict {
	enum sniff is;
	size_t begin; /* of the request */
};

static void
check_wait(const char *p, size_t n, size_t pass)
{
	if (pass == n)
		return;
	assert(pass >= 4 && (p[pass - 1] == ' ' || p[pass - 1] == '\t'));
	assert(strchr("/*hH", p[pass]) != NULL);
	assert(memchr(p + pass, '\n', n - pass) == NULL);
}

static struct verdict
show(const char *p, size_t n, size_t each)
{
	struct verdict v = { SNIFF_MORE, 0 };
	size_t to = 0, passed = 0, skip, pass;

	while (to < n) {
		to = n - to < each ? n : to + each;
		v.is = sniff(p + v.begin, to - v.begin, &skip, &pass);
		assert(skip <= pass && pass <= to - v.begin);
		if (v.is == SNIFF_OPAQUE)
			break;
		if (v.is == SNIFF_HTTP) {
			assert(passed <= to);
			v.begin += skip;
			break;
		}
		check_wait(p + v.begin, to - v.begin, pass);
		assert(to - v.begin - skip < SNIFF_MAX);
		assert(v.begin + pass >= passed);
		passed = v.begin + pass;
		v.begin += skip;
	}
	return v;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http1_head h;
	const char *p = (const char *)data + 1;
	struct verdict whole, sliced;
	struct endpoint to;
	struct http1_str path;
	size_t used;
	bool request;

	if (size < 1)
		return 0;
	whole = show(p, size - 1, size);
	sliced = show(p, size - 1, data[0] % 32 + 1u);
	assert(whole.is == sliced.is || size > SNIFF_MAX);
	/* No word is too long to be remembered. */
	if (size < 128 && whole.is == SNIFF_HTTP)
		assert(whole.begin == sliced.begin);
	request = http1_read_request(p, size - 1, &used, &h) == OK &&
	    (h.target.p[0] == '/' || http1_target(&h, &to, &path) == OK) &&
	    !http1_method_is(&h, "CONNECT");
	assert(!request || whole.is == SNIFF_HTTP);
	return 0;
}
