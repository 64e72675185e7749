/* fuzz_hop_socks4a.c - what a SOCKS4a proxy says, whole and sliced. */
#include "hop.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hop_talk t;

	if (size == 0)
		return 0;
	hop_talk_both(&t, &hop_socks4a, &data, &size);
	if (t.status == HOP_READY)
		assert(t.heard == 8 && data[0] == 0 && data[1] == 90);
	if (size >= 8)
		assert(t.status != HOP_MORE);
	return 0;
}
