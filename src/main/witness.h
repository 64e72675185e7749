/*
 * witness.h - an origin and a name server on the loopback that tell what came
 * to them.
 *
 * The name server knows the names below WITNESS_DOMAIN, which are all the
 * origin's address, and those it was told of (the first hops'), which it
 * passes on to this machine's resolver.  Both have one thread, of their own.
 */
#ifndef MAIN_WITNESS_H
#define MAIN_WITNESS_H

#include <pthread.h>
#include <stdbool.h>

#include "base/endpoint.h"

#define WITNESS_DOMAIN "witness.example" /* RFC 6761: nobody's */
#define WITNESS_SEEN   64
#define WITNESS_NAMES  32
#define WITNESS_GUESTS 16

struct witness {
	struct endpoint origin, names; /* where they are */
	const char *hop[WITNESS_NAMES]; /* set before the start */
	unsigned nhops;
	/* Under the lock: */
	pthread_mutex_t lock;
	struct {
		struct ip from;
		char path[64]; /* of its request, "" before there is one */
	} came[WITNESS_SEEN];
	unsigned ncame;
	char asked[WITNESS_SEEN][HOST_MAX + 1]; /* but for hops' names */
	unsigned nasked;
	/* Its own: */
	pthread_t thread;
	int fd_origin, fd_names, fd_stop;
	struct guest {
		int fd;
		unsigned came; /* its index */
	} guest[WITNESS_GUESTS];
};

bool witness_start(struct witness *); /* false: errno says why */
void witness_stop(struct witness *);

#endif
