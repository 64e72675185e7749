/*
 * request.h - who wants what: the noun every inbound produces.
 *
 * A request lives as long as its session sets up; the relay needs none of it.
 */
#ifndef REQUEST_REQUEST_H
#define REQUEST_REQUEST_H

#include "base/endpoint.h"

#define USER_MAX 255 /* RFC 1929 */

enum request_kind {
	REQUEST_TUNNEL, /* bytes both ways: SOCKS, CONNECT */
	REQUEST_HTTP,	/* one HTTP exchange in absolute-form */
};

struct request {
	enum request_kind kind;
	struct ip client;	 /* where the client connects from */
	struct endpoint target;
	char user[USER_MAX + 1]; /* verified login; "" when there was none */
};

#endif
