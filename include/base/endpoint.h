/*
 * endpoint.h - where something is: an address or a name, and a port.
 *
 * A name is kept as it came (letter case included), resolved late or never.
 * Every endpoint made by these functions is sane: an address is never
 * IPv4-mapped IPv6 (::ffff:1.2.3.4 becomes 1.2.3.4 so that no rule can be
 * walked around), a name is 1 to 255 bytes of printable ASCII that no URL,
 * log or resolver reads differently, and a name that spells an address is an
 * address.
 */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

#define HOST_MAX     255
#define ENDPOINT_STR (HOST_MAX + 2 + 1 + 5 + 1) /* "[...]:65535" and NUL */

enum host_type { HOST_IPV4, HOST_IPV6, HOST_NAME };

struct ip {
	enum host_type type; /* HOST_IPV4 or HOST_IPV6 */
	uint8_t b[16];	     /* network order; 4 bytes used for IPv4 */
};

struct endpoint {
	enum host_type type;
	uint16_t port; /* host byte order */
	union {
		uint8_t ip[16]; /* network order; 4 bytes used for IPv4 */
		char name[HOST_MAX + 1];
	} host;
};

/*
 * host of n bytes, no brackets, not NUL-terminated: an address in its usual
 * spelling or a name.  One trailing dot of a name is dropped.  ERR_RANGE for a
 * length of 0 or over 255; ERR_PROTO for bytes no name has, and for names
 * whose last label is a number or 0x... ("127.1", "0x7f000001"): some
 * resolvers read those as addresses, so rules could be walked around.
 */
enum err endpoint_from_host(struct endpoint *, const char *host, size_t n,
    uint16_t port);

/*
 * "host:port", "[v6]:port"; with dflt > 0 the port may be missing.  Port 0 is
 * allowed here (a listener may ask for any).  ERR_PROTO when malformed.
 */
enum err endpoint_parse(struct endpoint *, const char *s, size_t n,
    uint16_t dflt);

struct endpoint endpoint_from_ip(const struct ip *, uint16_t port);
bool endpoint_ip(const struct endpoint *, struct ip *); /* false: a name */

/* Without and with the port; IPv6 in brackets only when the port is there. */
size_t endpoint_host_str(const struct endpoint *, char out[HOST_MAX + 1]);
size_t endpoint_str(const struct endpoint *, char out[ENDPOINT_STR]);

/* Names compare without letter case. */
bool endpoint_same(const struct endpoint *, const struct endpoint *);

/* Big-endian bytes, normalised (IPv4-mapped becomes IPv4). */
struct ip ip_v4(const uint8_t b[4]);
struct ip ip_v6(const uint8_t b[16]);
enum err ip_parse(struct ip *, const char *s, size_t n);
bool ip_same(const struct ip *, const struct ip *);
bool ip_is_loopback(const struct ip *);
bool ip_is_any(const struct ip *);

/* To and from the kernel's form; sockaddr_ip() yields false for AF_UNIX etc. */
socklen_t ip_sockaddr(const struct ip *, uint16_t port,
    struct sockaddr_storage *);
bool sockaddr_ip(const struct sockaddr *, struct ip *, uint16_t *port);

#endif
