/*
 * identity.h - who is asking, as a key that says nothing about it.
 *
 * Requests of two identities share nothing that a third party could see: no
 * circuit, no login at a hop, no kept connection, no source address, no
 * cached name.  The key is a keyed hash of what the rule isolates by, so that
 * it can be compared and used as a seed, and nothing can be read from it.  All
 * zero: the rule isolates by nothing, and everybody is the same.
 */
#ifndef REQUEST_IDENTITY_H
#define REQUEST_IDENTITY_H

#include <stdint.h>

#define ISOLATE_LISTENER 1u /* where the client came in */
#define ISOLATE_CLIENT   2u /* its address */
#define ISOLATE_USER     4u /* its login, or what it claims as one */
#define ISOLATE_TARGET   8u /* the host it wants, not the port */

struct identity {
	uint8_t key[16];
};

#endif
