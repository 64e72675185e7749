/*
 * filter.h - which fields of a head go on to the other side.
 *
 * One table decides.  What it removes is either meant for this connection
 * only, or written anew by the exchange, or says who the client is, on what
 * device, or which way the message came.  Nothing that announces a proxy is ever added.
 */
#ifndef HTTP_FILTER_H
#define HTTP_FILTER_H

#include <stdbool.h>

#include "codec/http1.h"

enum filter_way { FILTER_REQUEST, FILTER_RESPONSE };

/* A field the head's Connection names does not pass either. */
bool filter_keeps(enum filter_way, const struct http1_head *,
    const struct http1_field *);

#endif
