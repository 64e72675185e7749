/*
 * request.h - who wants what: the noun every inbound produces.
 *
 * A request lives as long as its session sets up; the relay needs none of it.
 */
#ifndef REQUEST_REQUEST_H
#define REQUEST_REQUEST_H

#include "base/endpoint.h"

#define USER_MAX  255 /* RFC 1929 */
#define CLAIM_LEN 16

enum request_kind {
	REQUEST_TUNNEL, /* bytes both ways: SOCKS, CONNECT */
	REQUEST_HTTP,   /* one HTTP exchange in absolute-form */
};

/* How the client says it; a tunnel by HTTP is a CONNECT. */
enum request_protocol {
	PROTOCOL_SOCKS5,
	PROTOCOL_SOCKS4,
	PROTOCOL_HTTP,
	PROTOCOL_CONNECT,
};

struct request {
	enum request_kind kind;
	enum request_protocol protocol;
	const struct endpoint *listener; /* as configured; NULL: none */
	bool private_ok;  /* the listener lets private addresses be reached */
	struct ip client; /* where the client connects from */
	struct endpoint target;
	char user[USER_MAX + 1]; /* verified login; "" when there was none */
	/* Of a login nobody asked for, a digest; all 0: there was none. */
	uint8_t claim[CLAIM_LEN];
};

#endif
