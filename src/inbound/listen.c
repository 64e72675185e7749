#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbound/listen.h"

static const char protocol_words[] = "socks5|socks4|http"; /* bits in order */

static const struct conf_arg auth_args[] = {
	{ .word = "required|none",
	    .kind = CONF_CHOICE,
	    .choices = "required|none" },
	{ .word = NULL },
};
static const struct conf_arg protocol_args[] = {
	{ .word = "PROTOCOL", .kind = CONF_CHOICE, .choices = protocol_words },
	{ .word = NULL },
};
static const struct conf_arg open_args[] = {
	{ .word = "yes|no", .kind = CONF_YESNO },
	{ .word = NULL },
};
static const struct conf_arg tunnel_args[] = {
	{ .word = "on|off", .kind = CONF_YESNO },
	{ .word = NULL },
};
static const struct conf_arg status_args[] = {
	{ .word = "on|off", .kind = CONF_YESNO },
	{ .word = NULL },
};
static const struct conf_arg private_args[] = {
	{ .word = "yes|no", .kind = CONF_YESNO },
	{ .word = NULL },
};
static const struct conf_arg headers_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = NULL },
};
static const struct conf_arg listen_args[] = {
	{ .word = "IP:PORT", .kind = CONF_ADDR },
	{ .word = NULL },
};

static const struct conf_directive in_block[] = {
	{
	    .name = "auth",
	    .args = auth_args,
	    .min_args = 1,
	    .dflt = "none",
	    .doc = "Whether clients have to log in as a user.  SOCKS4 has no "
		   "passwords and is refused then.",
	    .example = "auth required;",
	},
	{
	    .name = "protocols",
	    .args = protocol_args,
	    .min_args = 1,
	    .many_args = true,
	    .dflt = "socks5 socks4 http",
	    .doc = "What clients may speak here; the first byte tells which.  "
		   "socks4 includes SOCKS4a.",
	    .example = "protocols socks5 http;",
	},
	{
	    .name = "open",
	    .args = open_args,
	    .min_args = 1,
	    .dflt = "no",
	    .doc = "Let everybody who can reach this address use it without a "
		   "login.  An open proxy is found and abused within hours.",
	    .example = "open yes;",
	},
	{
	    .name = "allow-private",
	    .args = private_args,
	    .min_args = 1,
	    .doc = "Whether clients may reach loopback, private, link-local "
		   "(the metadata services of clouds), multicast, reserved and "
		   "this machine's own addresses.  Without it they may where "
		   "the listener is on loopback, and may not where others can "
		   "reach it.  A rule can say otherwise.",
	    .example = "allow-private no;",
	},
	{
	    .name = "http-in-tunnel",
	    .args = tunnel_args,
	    .min_args = 1,
	    .dflt = "on",
	    .doc = "Whether plain HTTP inside the tunnels of SOCKS and CONNECT "
		   "is told by its first bytes and has its headers filtered "
		   "as well.  Whatever else a tunnel carries passes as it "
		   "is, without waiting.",
	    .example = "http-in-tunnel off;",
	},
	{
	    .name = "proxy-status",
	    .args = status_args,
	    .min_args = 1,
	    .dflt = "off",
	    .doc = "Tell HTTP clients in a Proxy-Status field (RFC 9209) what "
		   "kind of error it was and, when a chain is down, which of "
		   "its hops failed: by its number counted from 1, never by "
		   "name or address.",
	    .example = "proxy-status on;",
	},
	{
	    .name = "headers",
	    .args = headers_args,
	    .min_args = 1,
	    .dflt = "standard",
	    .doc = "Which profile of header fields HTTP requests get when "
		   "their rule names none: off, standard, strict, or one "
		   "that a `headers` directive makes.",
	    .example = "headers strict;",
	},
	{ .name = NULL },
};

const struct conf_directive listen_directives[] = {
	{
	    .name = "listen",
	    .args = listen_args,
	    .min_args = 1,
	    .many = true,
	    .dflt = "127.0.0.1:1080",
	    .block = in_block,
	    .doc = "Where clients may come in.  Port 0 takes any free one.",
	    .example = "listen 127.0.0.1:1080;",
	},
	{ .name = NULL },
};

static unsigned
protocols_of(const struct conf_node *listen)
{
	const struct conf_node *n = conf_in(listen, "protocols");
	unsigned bits = 0;
	size_t i;

	if (n == NULL)
		return LISTEN_ALL;
	for (i = 0; i < n->nargs; i++)
		bits |= 1u << n->args[i].as.choice;
	return bits;
}

static bool
is_loopback(const struct endpoint *ep)
{
	struct ip ip;

	return endpoint_ip(ep, &ip) && ip_is_loopback(&ip);
}

static bool
private_ok(const struct conf_node *listen)
{
	const struct conf_node *n = conf_in(listen, "allow-private");

	return n != NULL ? n->args[0].as.yes
			 : is_loopback(&listen->args[0].as.endpoint);
}

static struct listen_spec
read_spec(struct conf *c, const struct conf_node *n)
{
	const char *headers = conf_get(c, n, "headers")->text;
	struct listen_spec spec = {
		.addr = n->args[0].as.endpoint,
		.name = n->args[0].as.endpoint,
		.protocols = protocols_of(n),
		.auth = conf_get(c, n, "auth")->as.choice == 0,
		.private_ok = private_ok(n),
		.http_in_tunnel = conf_get(c, n, "http-in-tunnel")->as.yes,
		.proxy_status = conf_get(c, n, "proxy-status")->as.yes,
	};

	snprintf(spec.headers, sizeof(spec.headers), "%s", headers);
	return spec;
}

static void
check_login(struct conf *c, const struct conf_node *n,
    const struct listen_spec *spec)
{
	const struct conf_node *auth = conf_in(n, "auth");

	if (spec->protocols == LISTEN_SOCKS4)
		conf_error_at(c, auth, &auth->args[0],
		    "add socks5 or http to its protocols, or say `auth none`",
		    "nobody could come in: SOCKS4 has no passwords");
	if (conf_first(c, "user") == NULL)
		conf_error_at(c, auth, &auth->args[0],
		    "add a `user`: `bautactl passwd NAME` prints one",
		    "nobody could come in: there is no user");
}

static bool
is_twice(const struct listen_spec *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[n].addr.port != 0 &&
		    endpoint_same(&list[i].addr, &list[n].addr))
			return true;
	return false;
}

/* The last of the list against what stands before it and what is wise. */
static void
check(struct conf *c, const struct conf_node *node,
    const struct listen_spec *list, size_t n)
{
	const struct listen_spec *spec = &list[n];

	if (spec->auth)
		check_login(c, node, spec);
	else if (!is_loopback(&spec->addr) &&
	    !conf_get(c, node, "open")->as.yes)
		conf_error_at(c, node, &node->args[0],
		    "say `auth required` and add a `user`, listen on "
		    "127.0.0.1, or say `open yes` if that is what you want",
		    "everybody who can reach %s could use this proxy",
		    node->args[0].text);
	if (is_twice(list, n))
		conf_error_at(c, node, &node->args[0], "delete one of them",
		    "there is a `listen` for %s already", node->args[0].text);
}

static size_t
load_default(struct conf *c, struct listen_spec **list)
{
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };
	struct ip ip = ip_v4(loopback);
	struct listen_spec *spec = calloc(1, sizeof(*spec));

	*list = spec;
	if (spec == NULL) {
		conf_error_at(c, NULL, NULL, NULL, "out of memory");
		return 0;
	}
	spec->addr = spec->name = endpoint_from_ip(&ip, 1080);
	spec->protocols = LISTEN_ALL;
	strcpy(spec->headers, "standard");
	spec->private_ok = true;
	spec->http_in_tunnel = true;
	return 1;
}

size_t
listen_load(struct conf *c, struct listen_spec **list)
{
	const struct conf_node *first = conf_first(c, "listen"), *node;
	struct listen_spec *specs;
	size_t n = 0;

	*list = NULL;
	if (first == NULL)
		return load_default(c, list);
	for (node = first; node != NULL; node = conf_next(node))
		n++;
	specs = calloc(n, sizeof(*specs));
	if (specs == NULL) {
		conf_error_at(c, first, NULL, NULL, "out of memory");
		return 0;
	}
	for (n = 0, node = first; node != NULL; node = conf_next(node), n++) {
		specs[n] = read_spec(c, node);
		check(c, node, specs, n);
	}
	if (!conf_ok(c)) {
		free(specs);
		return 0;
	}
	*list = specs;
	return n;
}
