#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/endpoint.h"

static size_t
ip_size(enum host_type t)
{
	return t == HOST_IPV4 ? 4 : 16;
}

static int
family(enum host_type t)
{
	return t == HOST_IPV4 ? AF_INET : AF_INET6;
}

/* -- addresses ------------------------------------------------------------ */

struct ip
ip_v4(const uint8_t b[4])
{
	struct ip ip = { .type = HOST_IPV4 };

	memcpy(ip.b, b, 4);
	return ip;
}

struct ip
ip_v6(const uint8_t b[16])
{
	/* RFC 4291 section 2.5.5.2 */
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct ip ip = { .type = HOST_IPV6 };

	if (memcmp(b, mapped, sizeof(mapped)) == 0)
		return ip_v4(b + sizeof(mapped));
	memcpy(ip.b, b, 16);
	return ip;
}

enum err
ip_parse(struct ip *ip, const char *s, size_t n)
{
	char text[INET6_ADDRSTRLEN];
	uint8_t b[16];

	if (n == 0 || n >= sizeof(text) || memchr(s, '\0', n) != NULL)
		return ERR_PROTO;
	memcpy(text, s, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, b) == 1)
		*ip = ip_v4(b);
	else if (inet_pton(AF_INET6, text, b) == 1)
		*ip = ip_v6(b);
	else
		return ERR_PROTO;
	return OK;
}

bool
ip_same(const struct ip *a, const struct ip *b)
{
	return a->type == b->type && memcmp(a->b, b->b, ip_size(a->type)) == 0;
}

bool
ip_is_loopback(const struct ip *ip)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (ip->type == HOST_IPV4)
		return ip->b[0] == 127;
	return memcmp(ip->b, one, sizeof(one)) == 0;
}

bool
ip_is_any(const struct ip *ip)
{
	static const uint8_t zero[16];

	return memcmp(ip->b, zero, ip_size(ip->type)) == 0;
}

socklen_t
ip_sockaddr(const struct ip *ip, uint16_t port, struct sockaddr_storage *ss)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memset(ss, 0, sizeof(*ss));
	if (ip->type == HOST_IPV4) {
		in4.sin_port = htons(port);
		memcpy(&in4.sin_addr, ip->b, 4);
		memcpy(ss, &in4, sizeof(in4));
		return sizeof(in4);
	}
	in6.sin6_port = htons(port);
	memcpy(&in6.sin6_addr, ip->b, 16);
	memcpy(ss, &in6, sizeof(in6));
	return sizeof(in6);
}

bool
sockaddr_ip(const struct sockaddr *sa, struct ip *ip, uint16_t *port)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&in4, sa, sizeof(in4));
		*ip = ip_v4((const uint8_t *)&in4.sin_addr);
		*port = ntohs(in4.sin_port);
		return true;
	case AF_INET6:
		memcpy(&in6, sa, sizeof(in6));
		*ip = ip_v6(in6.sin6_addr.s6_addr);
		*port = ntohs(in6.sin6_port);
		return true;
	default:
		return false;
	}
}

/* -- names ---------------------------------------------------------------- */

/* "7", "0x7f", "0x": what inet_aton(3) and URL parsers may take for a number */
static bool
is_number(const char *s, size_t n)
{
	bool hex = n >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	size_t i;

	for (i = hex ? 2 : 0; i < n; i++)
		if (hex ? !isxdigit((unsigned char)s[i])
			: !isdigit((unsigned char)s[i]))
			return false;
	return true;
}

/* Labels of letters, digits, '-' and '_', none empty, the last no number */
static bool
is_name(const char *s, size_t n)
{
	size_t label = 0, i;
	unsigned char c;

	for (i = 0; i < n; i++) {
		c = (unsigned char)s[i];
		if (c == '.') {
			if (i == label)
				return false;
			label = i + 1;
		} else if (c >= 0x80 || (!isalnum(c) && c != '-' && c != '_')) {
			return false;
		}
	}
	return label < n && !is_number(s + label, n - label);
}

/* -- endpoints ------------------------------------------------------------ */

struct endpoint
endpoint_from_ip(const struct ip *ip, uint16_t port)
{
	struct endpoint ep = { .type = ip->type, .port = port };

	memcpy(ep.host.ip, ip->b, ip_size(ip->type));
	return ep;
}

bool
endpoint_ip(const struct endpoint *ep, struct ip *ip)
{
	if (ep->type == HOST_NAME)
		return false;
	*ip = ep->type == HOST_IPV4 ? ip_v4(ep->host.ip) : ip_v6(ep->host.ip);
	return true;
}

enum err
endpoint_from_host(struct endpoint *ep, const char *host, size_t n,
    uint16_t port)
{
	struct endpoint got = { .type = HOST_NAME, .port = port };
	struct ip ip;

	if (n == 0 || n > HOST_MAX)
		return ERR_RANGE;
	if (host[n - 1] == '.' && memchr(host, ':', n) == NULL)
		n--;
	if (ip_parse(&ip, host, n) == OK) {
		*ep = endpoint_from_ip(&ip, port);
		return OK;
	}
	if (!is_name(host, n))
		return ERR_PROTO;
	memcpy(got.host.name, host, n);
	*ep = got;
	return OK;
}

static bool
parse_port(const char *s, size_t n, uint16_t *port)
{
	unsigned v = 0;
	size_t i;

	if (n == 0 || n > 5)
		return false;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (unsigned)(s[i] - '0');
	}
	*port = (uint16_t)v;
	return v <= UINT16_MAX;
}

enum err
endpoint_parse(struct endpoint *ep, const char *s, size_t n, uint16_t dflt)
{
	const char *host = s, *end;
	size_t len, rest;
	struct ip ip;
	uint16_t port = dflt;

	if (n == 0)
		return ERR_PROTO;
	end = memchr(s, s[0] == '[' ? ']' : ':', n);
	if (s[0] == '[') {
		if (end == NULL)
			return ERR_PROTO;
		host++;
		len = (size_t)(end - host);
		if (memchr(host, ':', len) == NULL ||
		    ip_parse(&ip, host, len) != OK)
			return ERR_PROTO;
		end++;
	} else {
		if (end == NULL)
			end = s + n;
		len = (size_t)(end - s);
	}
	rest = n - (size_t)(end - s);
	if (rest == 0 ? dflt == 0
		      : *end != ':' || !parse_port(end + 1, rest - 1, &port))
		return ERR_PROTO;
	return len == 0 ? ERR_PROTO : endpoint_from_host(ep, host, len, port);
}

/* A request's Host is written for each: printf() takes ten times as long. */
static void
ipv4_str(const uint8_t ip[4], char *out)
{
	unsigned i;

	for (i = 0; i < 4; i++) {
		if (ip[i] >= 100)
			*out++ = (char)('0' + ip[i] / 100);
		if (ip[i] >= 10)
			*out++ = (char)('0' + ip[i] / 10 % 10);
		*out++ = (char)('0' + ip[i] % 10);
		*out++ = i < 3 ? '.' : '\0';
	}
}

size_t
endpoint_host_str(const struct endpoint *ep, char out[HOST_MAX + 1])
{
	if (ep->type == HOST_NAME)
		memcpy(out, ep->host.name, HOST_MAX + 1);
	else if (ep->type == HOST_IPV4)
		ipv4_str(ep->host.ip, out);
	else
		inet_ntop(family(ep->type), ep->host.ip, out, HOST_MAX + 1);
	return strlen(out);
}

size_t
endpoint_str(const struct endpoint *ep, char out[ENDPOINT_STR])
{
	const char *form = ep->type == HOST_IPV6 ? "[%s]:%u" : "%s:%u";
	char host[HOST_MAX + 1];

	endpoint_host_str(ep, host);
	return (
	    size_t)snprintf(out, ENDPOINT_STR, form, host, (unsigned)ep->port);
}

bool
endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	if (a->type != b->type || a->port != b->port)
		return false;
	if (a->type == HOST_NAME)
		return strcasecmp(a->host.name, b->host.name) == 0;
	return memcmp(a->host.ip, b->host.ip, ip_size(a->type)) == 0;
}
