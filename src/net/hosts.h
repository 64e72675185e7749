/*
 * hosts.h - the names in the text of an /etc/hosts.
 *
 * "address name alias..." lines; '#' starts a comment; what is not understood
 * is passed over.  A name's addresses keep the order of the file.  A name that
 * is given the address 0.0.0.0 or :: is known and has no address: that is how
 * block lists are written, and connecting there would reach this machine.
 */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/endpoint.h"

#define HOSTS     "/etc/hosts"
#define HOSTS_MAX (16 << 20) /* bytes of it that are read: 500000 names */

struct hosts;

/*
 * Owns text (n bytes and a NUL, writable, from malloc) from here, whatever is
 * returned.  NULL: out of memory.
 */
struct hosts *hosts_parse(char *text, size_t n);
void hosts_free(struct hosts *); /* accepts NULL */

/*
 * canonical as name_canonical() makes it.  false: not in the file.  Else the
 * addresses of that family, at most max of them, possibly none.
 */
bool hosts_find(const struct hosts *, const char *canonical,
    enum host_type family, struct ip *ips, size_t max, size_t *n);

#endif
