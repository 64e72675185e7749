/* probe_error.c - why a probe failed, and what to do about it. */
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "probe_parts.h"

/* The proxy gave no way to the origin. */
static int __attribute__((format(printf, 2, 3)))
unreachable(const struct run *r, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	if (r->garbled)
		return ctl_complain(EX_PROTOCOL,
		    "what arrived at the origin is no strict HTTP/1.1 request");
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (r->p->origin != NULL)
		return ctl_complain(EX_UNAVAILABLE,
		    "%s\n"
		    "The proxy, or the last hop of its chain, has to reach %s: "
		    "check that this\nis an address of this machine and that "
		    "no firewall is before it.",
		    what, r->where);
	return ctl_complain(EX_UNAVAILABLE,
	    "%s\n"
	    "The origin of this test is on %s, for a proxy on this machine "
	    "that goes\ndirect.  Through a chain, name an address of this "
	    "machine that the last hop\nreaches: bautactl headers --origin "
	    "HOST:PORT URL",
	    what, r->where);
}

static int
no_login(const struct run *r)
{
	return ctl_complain(EX_NOPERM,
	    r->p->proxy->login
		? "the proxy refuses the login: check user and password"
		: "the proxy wants a login: write it into the URL, as in "
		  "socks5://USER:PASSWORD@HOST:PORT");
}

int
probe_no_memory(void)
{
	return ctl_complain(EX_OSERR, "out of memory");
}

int
probe_gone(void)
{
	return ctl_complain(EX_PROTOCOL,
	    "the proxy closed the connection without an answer: check the "
	    "port and the scheme\nof the URL, and the log of the proxy");
}

int
probe_too_slow(const struct run *r)
{
	if (r->arrived)
		return ctl_complain(EX_UNAVAILABLE,
		    "the request arrived, but its answer did not come back "
		    "within %d seconds",
		    PROBE_SECONDS);
	return unreachable(r, "nothing arrived within %d seconds",
	    PROBE_SECONDS);
}

/* The proxy answered a request that never arrived. */
int
probe_refused(const struct run *r, unsigned status)
{
	if (status == 407)
		return no_login(r);
	if (status == 403)
		return ctl_complain(EX_NOPERM,
		    "the proxy forbids its clients to reach %s: add a rule "
		    "that allows it, or name\nanother address of this machine "
		    "with --origin HOST:PORT",
		    r->where);
	return unreachable(r, "the proxy answered %u instead of the origin",
	    status);
}

int
probe_no_tunnel(const struct run *r, enum outcome why)
{
	switch (why) {
	case OUTCOME_HOP_AUTH:
		return no_login(r);
	case OUTCOME_DENIED:
		return probe_refused(r, 403);
	case OUTCOME_OVERLOADED:
		return probe_no_memory();
	default:
		return unreachable(r, "the proxy made no tunnel: %s",
		    why == OUTCOME_HOP_FAILED ? "its answer means failure, or "
						"is not of this protocol"
					      : outcome_str(why));
	}
}
