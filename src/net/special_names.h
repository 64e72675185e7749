/*
 * special_names.h - names that no name server is ever asked for.
 *
 * localhost, *.localhost: this machine, both families, whatever /etc/hosts
 * says (RFC 6761 6.3).
 *
 * *.onion, *.invalid, *.alt: do not exist, whatever /etc/hosts says (RFC 7686
 * 2, RFC 6761 6.4, RFC 9476).  To ask for an onion service is to tell a name
 * server who is visited.
 *
 * *.test, *.local, *.internal, *.home.arpa: exist only in /etc/hosts (RFC 6761
 * 6.2, RFC 6762, ICANN's private-use name, RFC 8375).
 *
 * A single label ("printer"): exists only in /etc/hosts.  It is meant for a
 * search domain, and we have none; asked as it is it would reach the root.
 *
 * What must reach such a name through a hop is not resolved here at all: the
 * last hop gets the name.
 */
#ifndef NET_SPECIAL_NAMES_H
#define NET_SPECIAL_NAMES_H

#include <stdbool.h>

#define NAME_MAX_LEN 253 /* RFC 1035 2.3.4: 255 bytes on the wire */

enum special {
	SPECIAL_NOT,      /* an ordinary name: name servers may be asked */
	SPECIAL_LOOPBACK, /* 127.0.0.1 and ::1 */
	SPECIAL_NEVER,    /* does not exist */
	SPECIAL_HOSTS,    /* exists only in /etc/hosts */
};

/*
 * The one form in which names are compared here: lower case, no trailing dot.
 * false for what no name server could be asked for: other characters than
 * letters, digits, '-', '_' and '.', labels of 0 or over 63 bytes, over 253
 * bytes in all, or a last label that is a number.
 */
bool name_canonical(char out[NAME_MAX_LEN + 1], const char *name);

enum special special_name(const char *canonical);

#endif
