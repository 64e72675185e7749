/*
 * run.h - drives one direction of an exchange over given bytes, as a session
 * would, in slices, and keeps what came out.
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "http/exchange.h"

#define RUN_MAX (4 * HTTP_HEAD_MAX)

struct run {
	enum http_status end; /* MORE and PASS: the bytes ran out */
	size_t used;          /* input bytes consumed or passed on */
	size_t n;
	char out[RUN_MAX];
};

/* first bytes come at once, then each at a time */
void run_request(struct http_exchange *, const char *, size_t n, size_t first,
    size_t each, struct run *);
void run_response(struct http_exchange *, const char *, size_t n, size_t first,
    size_t each, struct run *);

#endif
