/* fuzz_hop_socks5.c - what a SOCKS5 proxy says, whole and sliced. */
#include "hop.h"

/* RFC 1928 and 1929 read once more, of an exchange that went well. */
static size_t
length_when_good(const uint8_t *p, bool login)
{
	size_t at = 2;

	assert(p[0] == 5);
	if (p[1] == 2) {
		assert(login && p[2] == 1 && p[3] == 0);
		at = 4;
	} else {
		assert(p[1] == 0);
	}
	assert(p[at] == 5 && p[at + 1] == 0);
	switch (p[at + 3]) {
	case 1:
		return at + 10;
	case 4:
		return at + 22;
	default:
		assert(p[at + 3] == 3);
		return at + 7 + p[at + 4];
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hop_talk t;
	bool login;

	if (size == 0)
		return 0;
	login = *data & 1;
	hop_talk_both(&t, &hop_socks5, &data, &size);
	if (t.status == HOP_READY)
		assert(t.heard == length_when_good(data, login));
	return 0;
}
