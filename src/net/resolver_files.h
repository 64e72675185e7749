/* resolver_files.h - a resolver with other files than those in /etc. */
#ifndef NET_RESOLVER_FILES_H
#define NET_RESOLVER_FILES_H

#include "net/resolver.h"

/* The paths are the caller's and stay. */
struct resolver *resolver_new_with(struct loop *, const struct resolver_conf *,
    const char *hosts, const char *resolv_conf);

#endif
