/* listen.h - the `listen` directive: where clients may come in, and how. */
#ifndef INBOUND_LISTEN_H
#define INBOUND_LISTEN_H

#include "base/endpoint.h"
#include "config/conf.h"

#define LISTEN_SOCKS5 1u
#define LISTEN_SOCKS4 2u /* and SOCKS4a */
#define LISTEN_HTTP   4u
#define LISTEN_ALL    7u

#define HEADERS_NAME 64 /* bytes of a profile's name, with its NUL */

struct listen_spec {
	struct endpoint addr; /* an address; port 0 asks for any free one */
	struct endpoint name; /* what rules call it: addr as it is written */
	unsigned protocols;   /* LISTEN_* */
	bool auth;	      /* a login is required */
	bool private_ok;      /* private addresses may be reached */
	bool proxy_status;    /* HTTP errors say more (RFC 9209) */
	bool http_in_tunnel;  /* is filtered as it is outside */
	char headers[HEADERS_NAME]; /* a profile; whether there is one is for
				       the snapshot to check */
};

extern const struct conf_directive listen_directives[];

/*
 * All `listen` nodes, or 127.0.0.1:1080 when there are none.  Reports an open
 * listener others can reach (not loopback, no auth, no `open yes`), auth with
 * SOCKS4 as the only protocol, auth without any `user`, and the same address
 * twice.  *list is malloc'd, the caller frees it; n 0 after an error.
 */
size_t listen_load(struct conf *, struct listen_spec **list);

#endif
