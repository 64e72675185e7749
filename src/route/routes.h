/*
 * routes.h - all routes as the files of this layer share them.
 *
 *   tables.c  the directives
 *   names.c   what is called how
 *   pools.c   a `pool` node -> struct pool
 *   chains.c  a `chain` node -> struct route
 *   route.c   all of them
 */
#ifndef ROUTE_ROUTES_H
#define ROUTE_ROUTES_H

#include "route/route.h"

enum named { A_PROXY, A_POOL, A_CHAIN };
enum progress { NOT_YET, AT_WORK, DONE, BROKEN };

struct entry {
	struct route route; /* owns its name */
	enum named is;
	unsigned index; /* among its kind, in file order */
	/* While loading: */
	const struct conf_node *node;
	unsigned height; /* of chains within it, itself included */
	enum progress state;
	const struct entry *within; /* the chain being written out */
};

struct routes {
	size_t n;
	struct entry *entries; /* sorted by name, which is there once */
	struct pool *pools;    /* by id */
	unsigned npools, nproxies, nhops;
	const struct pool **srv; /* whose the slots are, in their order */
	uint64_t *salt;          /* of proxies: a hash of the name */
};

/* names.c; false: out of memory */
bool names_collect(struct conf *, struct routes *);
bool names_drop_doubles(struct conf *, struct routes *); /* false: reported */
struct entry *names_find(const struct routes *, const char *name);
const char *named_word(enum named); /* "pool" */
/* "no proxy, pool or chain is called ..."; `only` restricts what was wanted. */
void names_report_unknown(struct conf *, const struct routes *,
    const struct conf_node *, const struct conf_value *,
    const enum named *only);

/* pools.c: into its entry and pool; false: reported */
bool pool_read(struct conf *, struct routes *, struct entry *);

/* chains.c */
void chain_write_out(struct conf *, struct routes *, struct entry *,
    unsigned depth); /* the entry is DONE or BROKEN then */
bool chains_link(struct conf *, struct routes *); /* every `otherwise` */

/* To be the same in every worker and after every restart. */
uint64_t name_salt(const void *name, size_t n);

#endif
