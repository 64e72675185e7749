/*
 * probe.h - one HTTP exchange through a proxy, with an origin of our own that
 * keeps what it received.
 *
 * Blocking, with one deadline for all of it.  Whoever connects to the origin
 * and does not ask for this probe's path is turned away, so nobody else's
 * request is taken for ours.
 */
#ifndef MAIN_PROBE_H
#define MAIN_PROBE_H

#include "codec/http1.h"
#include "outbound/hop.h"

#define PROBE_SECONDS 20

/* A head, as bytes and as what they say. */
struct recorded {
	size_t n;
	struct http1_head head;
	char mem[HTTP1_HEAD_MAX];
};

struct probe {
	const struct hop_spec *proxy;
	/* What the proxy is to connect to: NULL for a port on 127.0.0.1, which
	   serves a proxy on this machine that goes direct.  Else this, and the
	   port is opened on all addresses of this machine. */
	const struct endpoint *origin;
	/* The fields to send, as lines that end in CRLF: the request's without
	   Host and the response's without Content-Length. */
	const char *request_fields, *response_fields;

	/* What happened, each as it was on the wire: */
	struct recorded request_sent, request_arrived;
	struct recorded response_sent, response_arrived;
};

/* 0, or an exit code; then what went wrong has been said. */
int probe_run(struct probe *);

#endif
