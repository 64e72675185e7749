#include <string.h>

#include "tor.h"

void
tor_password(char out[TOR_PASSWORD], const uint8_t *key,
    const struct identity *id)
{
	static const char hex[] = "0123456789abcdef", what[] = "tor";
	uint8_t text[sizeof(what) + sizeof(id->key)], digest[DIGEST_LEN];
	size_t i;

	memcpy(text, what, sizeof(what));
	memcpy(text + sizeof(what), id->key, sizeof(id->key));
	digest_keyed(digest, key, text, sizeof(text));
	for (i = 0; i < DIGEST_LEN; i++) {
		out[2 * i] = hex[digest[i] >> 4];
		out[2 * i + 1] = hex[digest[i] & 15];
	}
	out[2 * DIGEST_LEN] = '\0';
	explicit_bzero(text, sizeof(text));
	explicit_bzero(digest, sizeof(digest));
}
