/* secret.h - memory that is not swapped, not dumped, and wiped at the end. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stddef.h>

void *secret_new(size_t n); /* all zero; NULL when out of (locked) memory */
void secret_free(void *);   /* accepts NULL */
void secret_wipe(void *, size_t n);

#endif
