/*
 * resolv_conf.h - the name servers in the text of an /etc/resolv.conf.
 *
 * Nothing else in that file is obeyed: search domains would send a client's
 * names where it did not ask for, and options are bauta's own configuration.
 */
#ifndef NET_RESOLV_CONF_H
#define NET_RESOLV_CONF_H

#include "net/resolver.h"

#define RESOLV_CONF     "/etc/resolv.conf"
#define RESOLV_CONF_MAX 65536

/*
 * How many of its "nameserver ADDRESS" lines were put into servers, port 53.
 * Lines that are no address we can reach (a zone as in fe80::1%eth0) are
 * passed over.
 */
unsigned resolv_conf_parse(const char *text, size_t n,
    struct endpoint servers[RESOLVER_SERVERS]);
unsigned resolv_conf_read(const char *path,
    struct endpoint servers[RESOLVER_SERVERS]);

#endif
