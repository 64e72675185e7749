/* banner.c - where bauta listens, who resolves names, and a line to try. */
#include <stdio.h>

#include "config.h"
#include "net/resolver.h"

#include "banner.h"

static void
print_listener(const struct listen_spec *l)
{
	char where[ENDPOINT_STR];

	endpoint_str(&l->addr, where);
	fprintf(stderr, "listening   %s  (%s%s%s%s)\n", where,
	    l->protocols & LISTEN_SOCKS5 ? "socks5" : "",
	    l->protocols & LISTEN_SOCKS4 ? " socks4 socks4a" : "",
	    l->protocols & LISTEN_HTTP ? " http" : "",
	    l->auth ? "; login required" : "");
}

/* What a client on this machine dials: 0.0.0.0 is no address to connect to. */
static void
print_try(const struct listen_spec *l)
{
	const char *scheme = l->protocols & LISTEN_SOCKS5 ? "socks5h"
	    : l->protocols & LISTEN_HTTP		  ? "http"
							  : "socks4a";
	struct endpoint at = l->addr;
	char where[ENDPOINT_STR];
	struct ip ip;

	if (endpoint_ip(&at, &ip) && ip_is_any(&ip)) {
		ip_parse(&ip, ip.type == HOST_IPV4 ? "127.0.0.1" : "::1",
		    ip.type == HOST_IPV4 ? 9 : 3);
		at = endpoint_from_ip(&ip, at.port);
	}
	endpoint_str(&at, where);
	fprintf(stderr, "try         curl -x %s://%s%s http://example.org/\n",
	    scheme, l->auth ? "USER:PASSWORD@" : "", where);
}

static void
print_names(const struct snapshot *s)
{
	char servers[512];

	resolver_describe(&s->settings.dns, servers, sizeof(servers));
	if (s->nhops == 0)
		fprintf(stderr, "names       asked of %s\n", servers);
	else if (!rules_may_go_direct(s->rules))
		fprintf(stderr, "names       travel unresolved to the last hop "
				"of the chain\n");
	else
		fprintf(stderr, "names       travel unresolved through chains; "
				"for direct connections asked of %s\n",
		    servers);
}

void
banner_print(const struct snapshot *s, const char *source)
{
	size_t i;

	if (s->settings.log == LOG_QUIET)
		return;
	fprintf(stderr, "bauta " PACKAGE_VERSION "  configuration: %s\n",
	    source);
	for (i = 0; i < s->nlisteners; i++)
		print_listener(&s->listeners[i]);
	print_names(s);
	print_try(&s->listeners[0]);
}
