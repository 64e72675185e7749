/*
 * explain.h - what would become of a request, without making it: by the same
 * rules and routes that requests go by.
 */
#ifndef ADMIN_EXPLAIN_H
#define ADMIN_EXPLAIN_H

#include "admin/report.h"
#include "session/snapshot.h"

/* As written by whoever asks; NULL: not said. */
struct question {
	const char *target;   /* "host:port" */
	const char *user;     /* none */
	const char *from;     /* 127.0.0.1 */
	const char *listener; /* the first one; "IP:PORT" */
	const char *protocol; /* "socks5", "socks4", "http", "connect" */
};

/* NULL, or what of the question is not understood. */
const char *explain(const struct snapshot *, const struct question *,
    struct report *);

#endif
