/*
 * tor.h - the login that keeps identities apart at a tor proxy.
 *
 * Streams with different logins never share a circuit of tor
 * (IsolateSOCKSAuth).  Proposal 351 gives the user this form, so that nothing
 * in it is taken for something else, and leaves the password to us.
 */
#ifndef TOR_H
#define TOR_H

#include <stdint.h>

#include "crypto/hash.h"
#include "request/identity.h"

#define TOR_USER     "<torS0X>0"
#define TOR_PASSWORD (2 * DIGEST_LEN + 1) /* with its NUL */

/* The same for the same identity and key; key: DIGEST_LEN bytes. */
void tor_password(char out[TOR_PASSWORD], const uint8_t *key,
    const struct identity *);

#endif
