/* settings.c - directives about the process as a whole. */
#include <string.h>

#include "session/settings.h"

#define WORKERS_MAX  256
#define SECOND       1000ull
#define MINUTE       (60 * SECOND)
#define DAY          (24 * 60 * MINUTE)
#define DNS_PORT     53
#define SERVER_LIMIT "8"

_Static_assert(RESOLVER_SERVERS == 8, "SERVER_LIMIT says how many");

static const struct conf_arg workers_args[] = {
	{ .word = "N", .kind = CONF_NUMBER, .max = WORKERS_MAX },
	{ .word = NULL },
};
static const struct conf_arg log_args[] = {
	/* in the order of log_level */
	{ .word = "quiet|normal|verbose|debug",
	    .kind = CONF_CHOICE,
	    .choices = "quiet|normal|verbose|debug" },
	{ .word = NULL },
};
static const struct conf_arg handshake_args[] = {
	{ .word = "TIME",
	    .kind = CONF_DURATION,
	    .min = SECOND,
	    .max = 10 * MINUTE },
	{ .word = NULL },
};
static const struct conf_arg connect_args[] = {
	{ .word = "TIME",
	    .kind = CONF_DURATION,
	    .min = SECOND,
	    .max = 60 * MINUTE },
	{ .word = NULL },
};
static const struct conf_arg open_end_args[] = {
	{ .word = "TIME", .kind = CONF_DURATION, .max = 365 * DAY },
	{ .word = NULL },
};
static const struct conf_arg drain_args[] = {
	{ .word = "TIME", .kind = CONF_DURATION, .max = 30 * SECOND },
	{ .word = NULL },
};

static const struct conf_arg path_args[] = {
	{ .word = "PATH|none", .kind = CONF_TEXT },
	{ .word = NULL },
};

static const struct conf_directive timeouts[] = {
	{
	    .name = "handshake",
	    .args = handshake_args,
	    .min_args = 1,
	    .dflt = "10s",
	    .doc = "How long a client may take to say where it wants to go, "
		   "login included.",
	    .example = "handshake 10s;",
	},
	{
	    .name = "connect",
	    .args = connect_args,
	    .min_args = 1,
	    .dflt = "60s",
	    .doc = "How long it may take to reach the target, through all "
		   "hops of a chain and with the name looked up.",
	    .example = "connect 60s;",
	},
	{
	    .name = "attempt",
	    .args = connect_args,
	    .min_args = 1,
	    .dflt = "10s",
	    .doc = "How much of that one circuit may take when another "
		   "member of a pool or another chain could do it as well.",
	    .example = "attempt 10s;",
	},
	{
	    .name = "idle",
	    .args = open_end_args,
	    .min_args = 1,
	    .dflt = "3h",
	    .doc = "How long a connection may carry nothing before it is "
		   "broken off.  0 means for ever.",
	    .example = "idle 3h;",
	},
	{
	    .name = "half-closed",
	    .args = open_end_args,
	    .min_args = 1,
	    .dflt = "10m",
	    .doc = "The same for a connection of which one side has said "
		   "that it is done.",
	    .example = "half-closed 10m;",
	},
	{
	    .name = "drain",
	    .args = drain_args,
	    .min_args = 1,
	    .dflt = "30s",
	    .doc = "How long connections may go on after SIGTERM; 30s at "
		   "most.",
	    .example = "drain 30s;",
	},
	{ .name = NULL },
};

static const struct conf_arg server_args[] = {
	{ .word = "IP[:PORT]", .kind = CONF_TEXT },
	{ .word = NULL },
};
static const struct conf_arg dns_timeout_args[] = {
	{ .word = "TIME",
	    .kind = CONF_DURATION,
	    .min = 100,
	    .max = 30 * SECOND },
	{ .word = NULL },
};
static const struct conf_arg tries_args[] = {
	{ .word = "N", .kind = CONF_NUMBER, .min = 1, .max = 10 },
	{ .word = NULL },
};
static const struct conf_arg cache_args[] = {
	{ .word = "N", .kind = CONF_NUMBER, .max = 1000000 },
	{ .word = NULL },
};
static const struct conf_arg hosts_args[] = {
	{ .word = "yes|no", .kind = CONF_YESNO },
	{ .word = NULL },
};

static const struct conf_directive dns[] = {
	{
	    .name = "server",
	    .args = server_args,
	    .min_args = 1,
	    .many_args = true,
	    .doc = "The name servers to ask, at most " SERVER_LIMIT "; the "
		   "port is 53 unless it is written.  Without it those of "
		   "/etc/resolv.conf are asked.",
	    .example = "server 192.0.2.53 [2001:db8::53]:5353;",
	},
	{
	    .name = "timeout",
	    .args = dns_timeout_args,
	    .min_args = 1,
	    .dflt = "2s",
	    .doc = "How long to wait for a server before the next is asked.",
	    .example = "timeout 2s;",
	},
	{
	    .name = "tries",
	    .args = tries_args,
	    .min_args = 1,
	    .dflt = "2",
	    .doc = "How often each server is asked.",
	    .example = "tries 2;",
	},
	{
	    .name = "cache",
	    .args = cache_args,
	    .min_args = 1,
	    .dflt = "4096",
	    .doc = "How many names to remember, for as long as their records "
		   "say; 0 remembers none.",
	    .example = "cache 4096;",
	},
	{
	    .name = "hosts",
	    .args = hosts_args,
	    .min_args = 1,
	    .dflt = "yes",
	    .doc = "Whether /etc/hosts is looked at first.",
	    .example = "hosts yes;",
	},
	{ .name = NULL },
};

const struct conf_directive settings_directives[] = {
	{
	    .name = "workers",
	    .args = workers_args,
	    .min_args = 1,
	    .dflt = "0",
	    .doc = "How many threads serve connections.  0 means one for "
		   "each processor core.",
	    .example = "workers 2;",
	},
	{
	    .name = "log",
	    .args = log_args,
	    .min_args = 1,
	    .dflt = "normal",
	    .doc = "How much is told on standard error.  Only debug names "
		   "clients, targets and users.",
	    .example = "log verbose;",
	},
	{
	    .name = "control",
	    .args = path_args,
	    .min_args = 1,
	    .doc = "The UNIX socket at which bautactl(1) asks and steers, or "
		   "none.  Without it that is $XDG_RUNTIME_DIR/bauta.sock, or "
		   "for root /run/bauta.sock, unless another bauta is there.  "
		   "Only the user bauta runs as, and root, are listened to.",
	    .example = "control /run/bauta/control;",
	},
	{
	    .name = "timeout",
	    .block = timeouts,
	    .doc = "When waiting ends.",
	    .example = "timeout { handshake 10s; connect 30s; }",
	},
	{
	    .name = "dns",
	    .block = dns,
	    .doc = "How names are looked up for direct connections and to "
		   "reach the first hop of a chain.  The name of a target "
		   "that is reached through a chain is never looked up here.",
	    .example = "dns { server 192.0.2.53; }",
	},
	{ .name = NULL },
};

static bool
read_server(struct conf *c, const struct conf_node *n,
    const struct conf_value *v, struct endpoint *server)
{
	const char *hint = "write 192.0.2.53, 192.0.2.53:5353 or "
			   "[2001:db8::53]:5353";
	size_t len = strlen(v->text);
	struct ip ip;

	if (ip_parse(&ip, v->text, len) == OK) {
		*server = endpoint_from_ip(&ip, DNS_PORT);
		return true;
	}
	if (endpoint_parse(server, v->text, len, DNS_PORT) != OK)
		conf_error_at(c, n, v, hint,
		    "\"%s\" is no address of a name server", v->text);
	else if (server->type == HOST_NAME)
		conf_error_at(c, n, v, hint,
		    "\"%s\" is a name: a name server needs an address",
		    v->text);
	else if (server->port == 0)
		conf_error_at(c, n, v, hint, "nothing listens on port 0");
	else
		return true;
	return false;
}

static bool
read_servers(struct conf *c, struct resolver_conf *dns_conf)
{
	const struct conf_node *block = conf_first(c, "dns"), *n = NULL;
	size_t i;

	if (block != NULL)
		n = conf_in(block, "server");
	for (i = 0; n != NULL && i < n->nargs; i++) {
		if (i == RESOLVER_SERVERS) {
			conf_error_at(c, n, &n->args[i], NULL,
			    "more than " SERVER_LIMIT " name servers");
			return false;
		}
		if (!read_server(c, n, &n->args[i], &dns_conf->servers[i]))
			return false;
		dns_conf->nservers++;
	}
	return true;
}

static bool
read_control(struct conf *c, struct settings *s)
{
	const struct conf_node *n = conf_first(c, "control");
	const char *path = n != NULL ? n->args[0].text : "";

	if (strlen(path) >= sizeof(s->control)) {
		conf_error_at(c, n, &n->args[0], NULL,
		    "a UNIX socket's path has %zu bytes at most",
		    sizeof(s->control) - 1);
		return false;
	}
	strcpy(s->control, path);
	return true;
}

static unsigned long long
number(struct conf *c, const char *block, const char *name)
{
	return conf_get_in(c, block, name)->as.number;
}

bool
settings_load(struct conf *c, struct settings *s)
{
	*s = (struct settings){
		.workers = (unsigned)conf_get(c, NULL, "workers")->as.number,
		.log = (enum log_level)conf_get(c, NULL, "log")->as.choice,
		.handshake_ms = number(c, "timeout", "handshake"),
		.connect_ms = number(c, "timeout", "connect"),
		.attempt_ms = number(c, "timeout", "attempt"),
		.idle_ms = number(c, "timeout", "idle"),
		.half_closed_ms = number(c, "timeout", "half-closed"),
		.drain_ms = number(c, "timeout", "drain"),
	};
	s->dns.timeout = number(c, "dns", "timeout");
	s->dns.tries = (unsigned)number(c, "dns", "tries");
	s->dns.cache = (unsigned)number(c, "dns", "cache");
	s->dns.hosts = conf_get_in(c, "dns", "hosts")->as.yes;
	return read_control(c, s) & read_servers(c, &s->dns);
}
