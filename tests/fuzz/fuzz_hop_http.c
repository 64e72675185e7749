/* fuzz_hop_http.c - what an HTTP proxy says to CONNECT, whole and sliced. */
#include "hop.h"

/* The last head of those that were consumed, which must end with them. */
static const uint8_t *
last_head(const uint8_t *p, size_t n)
{
	const uint8_t *end = p + n - 4, *at;

	assert(n >= 4 && memcmp(end, "\r\n\r\n", 4) == 0);
	while ((at = memmem(p, (size_t)(end - p), "\r\n\r\n", 4)) != NULL)
		p = at + 4;
	return p;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *head;
	struct hop_talk t;

	if (size == 0)
		return 0;
	hop_talk_both(&t, &hop_http, &data, &size);
	assert(t.heard <= HOP_IN_MAX);
	if (t.status == HOP_READY) {
		head = last_head(data, t.heard);
		assert(memcmp(head, "HTTP/1.", 7) == 0);
		assert(head[8] == ' ' && head[9] == '2');
	}
	if (size > HOP_IN_MAX)
		assert(t.status != HOP_MORE);
	return 0;
}
