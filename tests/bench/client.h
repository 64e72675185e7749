/*
 * client.h - what client.c and tunnel.c share: a client and its tunnels.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "load.h"

#define AHEAD 2 /* blocks asked for at a time */

enum phase { CLOSED, CONNECTING, METHOD, REPLY, OPEN, ENDING };

struct tunnel {
	struct client *client;
	int fd;
	enum phase phase;
	bool writing;
	uint8_t in[WEB_HEAD_MAX]; /* of the proxy's answers, and HTTP heads */
	size_t have;
	bool headed; /* an HTTP answer's head is here, */
	bool last;   /* and says that the connection ends with it */
	bool served; /* the connection gave an answer before */
	uint32_t seeds[AHEAD]; /* of what was asked for, oldest first */
	unsigned asked;
	uint64_t pos; /* in the oldest */
	double since; /* of the connection, or the message */
};

struct client {
	const struct plan *plan;
	struct result *result;
	enum outcome outcome;
	bool over;
	int epoll;
	unsigned live;   /* tunnels not CLOSED */
	unsigned opened; /* of all tunnels, so far */
	unsigned ready;  /* of those that wait for each other */
	uint32_t seed;
	double now, start, moved; /* the last when something last happened */
	uint32_t *latencies;      /* in ns */
	size_t nlatencies;
	struct pattern pattern;
	uint8_t scratch[CHUNK_SIZE];
	struct tunnel tunnel[];
};

/* tunnel.c: from a socket to an open tunnel, which is tunnel_opened()'s. */
void tunnel_open(struct tunnel *);
void tunnel_close(struct tunnel *);
void tunnel_failed(struct tunnel *, const char *why);
/* Its socket can be read, or written when t->writing. */
void tunnel_handshake(struct tunnel *);
/* Send so little that it always fits; false when it failed. */
bool tunnel_put(struct tunnel *, const void *, size_t);

/* client.c */
void tunnel_opened(struct tunnel *);
bool time_is_over(const struct client *);
__attribute__((format(printf, 3, 4))) void client_fail(struct client *,
    enum outcome, const char *fmt, ...);

#endif
