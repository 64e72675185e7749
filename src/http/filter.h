/*
 * filter.h - writes the fields of a head as its profile lets them pass.
 *
 * off and standard keep what passes in its order and spelling.  A request of
 * strict has an order and a spelling of its own: what the table has a place
 * for, then what the profile keeps besides.  What Connection names does not
 * pass, and nothing that announces a proxy is ever added.
 */
#ifndef HTTP_FILTER_H
#define HTTP_FILTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/endpoint.h"
#include "codec/http1.h"
#include "http/profile.h"

struct filter {
	const struct http_profile *profile;
	const struct http1_head *head;
	const struct endpoint *origin; /* of a request */
	bool trusted;                  /* by the profile, with logins */
	bool http10;                   /* the client speaks HTTP/1.0 */
	bool websocket;                /* this head opens one */
};

void filter_request(const struct filter *, struct buf *out);
void filter_response(const struct filter *, struct buf *out);

#endif
