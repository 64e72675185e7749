/* secret.c - libsodium's guarded allocations. */
#include <sodium.h>
#include <string.h>

#include "crypto/secret.h"

void *
secret_new(size_t n)
{
	void *p = sodium_malloc(n);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

void
secret_free(void *p)
{
	sodium_free(p); /* wipes it */
}

void
secret_wipe(void *p, size_t n)
{
	sodium_memzero(p, n);
}
