/*
 * private.h - addresses that are not of the public internet.
 *
 * Loopback, link-local (with the metadata services of clouds), private,
 * shared, benchmarking, documentation, multicast, reserved: what a stranger
 * who uses this proxy must not reach through it.  IPv6 is public only within
 * 2000::/3, less what is set aside there.  An address that carries an IPv4
 * one (NAT64, 6to4) is what that one is; Teredo, which hides one, is private.
 * RFC 6890, RFC 6052, RFC 8215, RFC 3056.
 */
#ifndef BASE_PRIVATE_H
#define BASE_PRIVATE_H

#include "base/endpoint.h"

bool ip_is_private(const struct ip *);
/* "localhost" and all names below it (RFC 6761 section 6.3). */
bool name_is_private(const char *name);

#endif
