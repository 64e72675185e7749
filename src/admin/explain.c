#include <stdio.h>
#include <string.h>

#include "admin/explain.h"

/* -- the question --------------------------------------------------------- */

static const struct listen_spec *
find_listener(const struct snapshot *s, const char *text)
{
	struct endpoint at;
	size_t i;

	if (text == NULL)
		return &s->listeners[0];
	if (endpoint_parse(&at, text, strlen(text), 0) != OK)
		return NULL;
	for (i = 0; i < s->nlisteners; i++)
		if (endpoint_same(&s->listeners[i].name, &at))
			return &s->listeners[i];
	return NULL;
}

static bool
read_protocol(const char *text, struct request *r)
{
	static const char *const words[] = { [PROTOCOL_SOCKS5] = "socks5",
		[PROTOCOL_SOCKS4] = "socks4",
		[PROTOCOL_HTTP] = "http",
		[PROTOCOL_CONNECT] = "connect" };
	unsigned i;

	if (text == NULL)
		text = words[PROTOCOL_SOCKS5];
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], text) != 0)
			continue;
		r->protocol = (enum request_protocol)i;
		r->kind = i == PROTOCOL_HTTP ? REQUEST_HTTP : REQUEST_TUNNEL;
		return true;
	}
	return false;
}

static const char *
read_question(const struct snapshot *s, const struct question *q,
    struct request *r)
{
	const char *from = q->from != NULL ? q->from : "127.0.0.1";
	const struct listen_spec *in = find_listener(s, q->listener);

	memset(r, 0, sizeof(*r));
	if (q->target == NULL ||
	    endpoint_parse(&r->target, q->target, strlen(q->target), 0) != OK ||
	    r->target.port == 0)
		return "the target is HOST:PORT or [IPV6]:PORT";
	if (ip_parse(&r->client, from, strlen(from)) != OK)
		return "--from is an address";
	if (q->user != NULL && strlen(q->user) > USER_MAX)
		return "no user's name is so long";
	if (!read_protocol(q->protocol, r))
		return "--protocol is socks5, socks4, http or connect";
	if (in == NULL)
		return "--listener is the IP:PORT of a listener, as configured";
	if (q->user != NULL)
		strcpy(r->user, q->user);
	r->listener = &in->name;
	r->private_ok = in->private_ok;
	return NULL;
}

/* -- the answer ----------------------------------------------------------- */

static void
report_rule(struct report *r, const struct verdict *v)
{
	char text[512];

	snprintf(text, sizeof(text), "%s:%u", v->file != NULL ? v->file : "",
	    v->line);
	if (v->line > 0)
		report_text(r, "rule", text);
	else
		report_text(r, "rule",
		    v->action == VERDICT_REJECT && !v->is_private
			? "none matches, so it is rejected"
			: "built in");
}

static void
report_action(struct report *r, const struct verdict *v)
{
	static const char *const words[] = { [VERDICT_REJECT] = "reject",
		[VERDICT_DIRECT] = "direct",
		[VERDICT_CHAIN] = "chain",
		[VERDICT_DROP] = "drop" };

	report_text(r, "action", words[v->action]);
	if (v->is_private)
		report_text(r, "because",
		    "the address is private; `allow-private yes` would let it");
	if (v->action == VERDICT_CHAIN)
		report_text(r, "chain", v->chain);
}

static void
report_pool(const struct snapshot *s, struct report *r, const struct pool *p)
{
	unsigned i;

	report_text(r, "pool", p->name);
	report_open(r, "one-of", REPORT_LIST);
	if (p->srv.name != NULL)
		report_text(r, NULL, p->srv.name);
	for (i = 0; i < p->n + p->nbackup; i++)
		if (routes_srv_of(s->routes, p->member[i]) == NULL)
			report_text(r, NULL, s->hops[p->member[i]].name);
	report_close(r);
}

static void
report_hops(const struct snapshot *s, struct report *r, const struct route *way)
{
	const struct route_step *step = way->step;

	report_open(r, "hops", REPORT_LIST);
	for (; step < way->step + way->n; step++) {
		report_open(r, NULL, REPORT_OBJECT);
		if (step->pool != NULL)
			report_pool(s, r, step->pool);
		else
			report_text(r, "proxy", s->hops[step->hop].name);
		report_close(r);
	}
	report_close(r);
	if (way->otherwise != NULL)
		report_text(r, "otherwise", way->otherwise->name);
}

static void
report_names(struct report *r, const struct request *q, const struct verdict *v)
{
	struct ip ip;

	report_text(r, "name",
	    endpoint_ip(&q->target, &ip) ? "none: it is an address"
		: v->action == VERDICT_CHAIN
		? "looked up by the last hop, never here"
		: "looked up here; each address has to pass the rules again");
}

static void
report_source(struct report *r, const struct source_spec *s)
{
	char text[ENDPOINT_STR + 8];
	struct endpoint e;
	size_t n;

	if (s == NULL || !source_is_set(s)) {
		report_text(r, "source", "as the kernel chooses");
		return;
	}
	if (s->accepted)
		report_text(r, "source", "the address the client came in on");
	if (s->has_v4) {
		e = endpoint_from_ip(&s->v4, 0);
		endpoint_host_str(&e, text);
		report_text(r, "source-ipv4", text);
	}
	if (s->has_v6) {
		e = endpoint_from_ip(&s->v6.ip, 0);
		n = endpoint_host_str(&e, text);
		snprintf(text + n, sizeof(text) - n, "/%u", s->v6.bits);
		report_text(r, "source-ipv6", text);
	}
	if (s->iface[0] != '\0')
		report_text(r, "interface", s->iface);
	if (s->mark != 0)
		report_number(r, "mark", s->mark);
}

static void
report_isolation(struct report *r, unsigned isolate)
{
	static const struct {
		unsigned bit;
		const char *word;
	} words[] = { { ISOLATE_LISTENER, "listener" },
		{ ISOLATE_CLIENT, "client" }, { ISOLATE_USER, "user" },
		{ ISOLATE_TARGET, "target" } };
	unsigned i;

	report_open(r, "isolated-by", REPORT_LIST);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if ((isolate & words[i].bit) != 0)
			report_text(r, NULL, words[i].word);
	report_close(r);
}

const char *
explain(const struct snapshot *s, const struct question *q, struct report *r)
{
	const struct route *way = NULL;
	struct request ask;
	struct verdict v;
	char text[ENDPOINT_STR];
	const char *wrong = read_question(s, q, &ask);

	if (wrong != NULL)
		return wrong;
	v = rules_ask(s->rules, &ask);
	endpoint_str(&ask.target, text);
	report_text(r, "target", text);
	report_rule(r, &v);
	report_action(r, &v);
	if (v.action == VERDICT_CHAIN)
		way = routes_find(s->routes, v.chain);
	if (way != NULL)
		report_hops(s, r, way);
	if (way != NULL || v.action == VERDICT_DIRECT) {
		report_names(r, &ask, &v);
		report_source(r, v.source);
		report_text(r, "headers",
		    v.headers != NULL ? v.headers : "the listener's");
		report_isolation(r, v.isolate);
		if (v.open != NULL)
			report_number(r, "limit", v.limit);
	}
	report_text(r, "udp", "refused: no datagram leaves");
	return NULL;
}
