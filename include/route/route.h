/*
 * route.h - the `chain` directive, and which hops a verdict means.
 *
 *   proxy n1 socks5://127.0.0.1:9050
 *   chain deep { hops n1 n2 n3; }
 *
 * A member of a chain is a proxy or another chain (written out in place);
 * loops and more than CHAIN_HOPS hops are refused at load.  A proxy's name
 * alone is a chain of one.
 */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H

#include "config/conf.h"

#define CHAIN_HOPS 8

struct routes;

struct route {
	/*
	 * true: connect to the target itself.  Only a rule's `direct` sets it;
	 * a route that is neither direct nor has hops goes nowhere.
	 */
	bool direct;
	unsigned n;
	unsigned hop[CHAIN_HOPS]; /* index of the `proxy` node, in file order */
};

extern const struct conf_directive chain_directives[];

struct routes *routes_load(struct conf *); /* NULL: reported, or no memory */
void routes_free(struct routes *);
/* The hops of the chain or proxy called name; NULL when there is none. */
const struct route *routes_find(const struct routes *, const char *name);

#endif
