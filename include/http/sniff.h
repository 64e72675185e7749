/*
 * sniff.h - do the first bytes of a client in a tunnel begin an HTTP request?
 *
 * Pure, and asked again from the start with more bytes until it knows.  A line
 * of any method, then a path, "*" or a URL of http, then "HTTP/" is HTTP:
 * whether it is well-formed is not decided here but by who reads it
 * (codec/http1.h), so that nothing odd slips past.  Everything else is opaque:
 * TLS, SSH, requests without a version, other protocols of that form (RTSP,
 * SIP), the preface of HTTP/2, and CONNECT, behind which nobody can see.
 */
#ifndef HTTP_SNIFF_H
#define HTTP_SNIFF_H

#include <stddef.h>

/* A request line is found out about within so many bytes. */
#define SNIFF_MAX 32768

enum sniff {
	SNIFF_MORE,
	SNIFF_HTTP,   /* the next request is from byte *skip on */
	SNIFF_OPAQUE, /* and all that follows is */
};

/*
 * *pass: with MORE, how many of the bytes may go to the target now.  Only when
 * a method of HTTP and what can begin a target are there is anything kept back,
 * until the line ends: no other protocol begins so, and none waits.  Who passes
 * bytes of what turns out to be HTTP owes the target a head that begins with
 * just these.
 * *skip, at most *pass: with MORE, how many need not be shown again: empty
 * lines before a request, and all but the end of a word longer than methods
 * are.  Without these fewer than SNIFF_MAX are ever to be remembered.
 */
enum sniff sniff(const void *in, size_t len, size_t *skip, size_t *pass);

#endif
