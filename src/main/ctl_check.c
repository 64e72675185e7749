/*
 * ctl_check.c - `bautactl check`: does a configuration leak?  It is put to work
 * in this process, asked for an origin of ours in every way there is, and then
 * once more with every proxy down; witnesses tell what came past the chain.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "codec/socks5.h"
#include "crypto/crypto.h"
#include "outbound/chain.h"

#include "ctl.h"
#include "options.h"
#include "rehearsal.h"
#include "witness.h"

#define PROBE_MS 20000
#define LEAK     1 /* exit code */

struct check {
	const char *source; /* of the configuration */
	struct snapshot *snapshot;
	struct witness witness;
	struct rehearsal rehearsal;
	unsigned tag; /* of this run, in names and paths */
	unsigned leaks, probes;
};

/* -- one visit, as a client ----------------------------------------------- */

static const struct way_in {
	const char *name;
	unsigned protocol;
	const struct hop_ops *speaks; /* NULL: a request in absolute-form */
	enum request_protocol is;
	bool by_name;
} ways[] = {
	{ "SOCKS5, address", LISTEN_SOCKS5, &hop_socks5, PROTOCOL_SOCKS5, false },
	{ "SOCKS5, name", LISTEN_SOCKS5, &hop_socks5, PROTOCOL_SOCKS5, true },
	{ "SOCKS4, address", LISTEN_SOCKS4, &hop_socks4a, PROTOCOL_SOCKS4, false },
	{ "SOCKS4a, name", LISTEN_SOCKS4, &hop_socks4a, PROTOCOL_SOCKS4, true },
	{ "CONNECT, address", LISTEN_HTTP, &hop_http, PROTOCOL_CONNECT, false },
	{ "CONNECT, name", LISTEN_HTTP, &hop_http, PROTOCOL_CONNECT, true },
	{ "HTTP, address", LISTEN_HTTP, NULL, PROTOCOL_HTTP, false },
	{ "HTTP, name", LISTEN_HTTP, NULL, PROTOCOL_HTTP, true },
};
#define NWAYS (sizeof(ways) / sizeof(ways[0]))

static int
dial(const struct endpoint *to)
{
	const struct timeval patience = { .tv_sec = PROBE_MS / 1000 };
	struct sockaddr_storage ss;
	struct ip ip;
	socklen_t n;
	int fd;

	endpoint_ip(to, &ip);
	n = ip_sockaddr(&ip, to->port, &ss);
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&ss, n) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
hear(int fd, struct buf *in)
{
	size_t room;
	uint8_t *at = buf_tail(in, &room);
	ssize_t n = recv(fd, at, room, 0);

	if (n > 0)
		buf_grew(in, (size_t)n);
	return n > 0;
}

/* Through the listener as through a hop: its own words say why not. */
static enum outcome
shake_hands(int fd, const struct way_in *way, const struct endpoint *target)
{
	const struct hop_spec spec = { .ops = way->speaks };
	const struct hop_spec *hops[1] = { &spec };
	uint8_t in_mem[HOP_IN_MAX], out_mem[HOP_OUT_MAX];
	struct buf in = buf_on(in_mem, sizeof(in_mem)), out;
	struct chain *c = chain_open(hops, 1, target);
	enum outcome why = OUTCOME_OVERLOADED;
	enum hop_status st = HOP_FAILED;

	while (c != NULL) {
		out = buf_on(out_mem, sizeof(out_mem));
		st = chain_step(c, &in, &out, &why);
		send(fd, buf_head(&out), buf_len(&out), MSG_NOSIGNAL);
		if (st != HOP_MORE)
			break;
		if (!hear(fd, &in)) {
			st = HOP_FAILED;
			why = OUTCOME_TIMEOUT;
			break;
		}
	}
	chain_close(c);
	return st == HOP_READY ? OUTCOME_OK : why;
}

/* OUTCOME_OK: the origin, or somebody in its place, answered 204. */
static enum outcome
visit(const struct endpoint *listener, const struct way_in *way,
    const struct endpoint *target, const char *path)
{
	char text[1024], where[ENDPOINT_STR];
	enum outcome why = OUTCOME_OK;
	ssize_t n;
	int fd = dial(listener);

	if (fd < 0)
		return OUTCOME_OVERLOADED;
	if (way->speaks != NULL)
		why = shake_hands(fd, way, target);
	if (why == OUTCOME_OK) {
		endpoint_str(target, where);
		n = snprintf(text, sizeof(text),
		    "GET %s%s/%s HTTP/1.1\r\nHost: %s\r\n"
		    "Connection: close\r\n\r\n",
		    way->speaks == NULL ? "http://" : "",
		    way->speaks == NULL ? where : "", path, where);
		send(fd, text, (size_t)n, MSG_NOSIGNAL);
		n = recv(fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		if (strncmp(text, "HTTP/1.1 204 ", 13) != 0)
			why = OUTCOME_HOST_UNREACHABLE;
	}
	close(fd);
	return why;
}

/* -- what came of it ------------------------------------------------------ */

struct seen {
	bool asked;   /* its name was looked up here */
	bool direct;  /* it came straight from us, not through a hop */
	bool arrived; /* it came at all */
};

static struct seen
look(struct witness *w, const char *path, const char *name)
{
	struct seen seen = { 0 };
	struct ip direct;
	unsigned i;

	ip_parse(&direct, REHEARSAL_DIRECT, strlen(REHEARSAL_DIRECT));
	pthread_mutex_lock(&w->lock);
	for (i = 0; i < w->nasked; i++)
		seen.asked |= strcmp(w->asked[i], name) == 0;
	for (i = 0; i < w->ncame; i++) {
		if (strcmp(w->came[i].path, path) != 0)
			continue;
		seen.direct |= ip_same(&w->came[i].from, &direct);
		seen.arrived = true;
	}
	pthread_mutex_unlock(&w->lock);
	return seen;
}

/* Connections that came straight from us and did not say for which try. */
static unsigned
strays(struct witness *w)
{
	struct ip direct;
	unsigned i, n = 0;

	ip_parse(&direct, REHEARSAL_DIRECT, strlen(REHEARSAL_DIRECT));
	pthread_mutex_lock(&w->lock);
	for (i = 0; i < w->ncame; i++)
		n += ip_same(&w->came[i].from, &direct) &&
		    w->came[i].path[0] == '\0';
	pthread_mutex_unlock(&w->lock);
	return n;
}

static const char *
judge(enum verdict_action a, const struct seen *s, bool dead, bool *leak)
{
	*leak = true;
	if (a == VERDICT_DIRECT) {
		*leak = false;
		return s->arrived ? "went direct, as the rule says"
				  : "did not get through";
	}
	if (s->direct)
		return "LEAK: it went direct";
	if (s->asked)
		return "LEAK: its name was looked up here";
	if (a != VERDICT_CHAIN || dead) {
		*leak = s->arrived;
		return s->arrived ? "LEAK: it arrived"
		    : dead        ? "stopped: nothing left"
				  : "rejected: nothing left";
	}
	*leak = false;
	return s->arrived ? "went through the chain"
			  : "did not get through; nothing leaked";
}

static const char *
word_of(const struct verdict *v, char *out, size_t n)
{
	const char *what = v->action == VERDICT_DIRECT ? "direct"
	    : v->action == VERDICT_CHAIN ? v->chain
	    : v->action == VERDICT_DROP	 ? "drop"
					 : "reject";

	if (v->line > 0)
		snprintf(out, n, "line %u: %s", v->line, what);
	else
		snprintf(out, n, "%s", what);
	return out;
}

/* One try: what is asked for, and by whom. */
struct try {
	const struct way_in *way;
	const struct listen_spec *in;
	struct request request;
	struct verdict verdict;
	char name[HOST_MAX + 1], path[64];
	pthread_t thread;
	bool runs;
};

static void *
run_try(void *arg)
{
	struct try *t = arg;

	visit(&t->in->addr, t->way, &t->request.target, t->path);
	return NULL;
}

/* false: no listener takes it, or with proxies down there is nothing to see. */
static bool
begin(struct check *c, struct try *t, const struct way_in *way, bool dead)
{
	struct request *r = &t->request;

	t->way = way;
	t->in = rehearsal_way_in(&c->rehearsal, way->protocol);
	if (t->in == NULL)
		return false;
	r->target = c->witness.origin;
	r->protocol = way->is;
	r->listener = &t->in->name;
	r->private_ok = t->in->private_ok;
	endpoint_ip(&t->in->addr, &r->client);
	snprintf(t->path, sizeof(t->path), "%x-%zu%s", c->tag,
	    (size_t)(way - ways), dead ? "-dead" : "");
	snprintf(t->name, sizeof(t->name), "%s." WITNESS_DOMAIN, t->path);
	if (way->by_name)
		endpoint_from_host(&r->target, t->name, strlen(t->name),
		    c->witness.origin.port);
	t->verdict = rules_ask(c->snapshot->rules, r);
	if (dead && t->verdict.action != VERDICT_CHAIN)
		return false;
	t->runs = pthread_create(&t->thread, NULL, run_try, t) == 0;
	return t->runs;
}

static void
tell(struct check *c, const struct try *t, bool dead)
{
	struct seen seen = look(&c->witness, t->path, t->name);
	char rule[64];
	const char *said;
	bool leak;

	said = judge(t->verdict.action, &seen, dead, &leak);
	printf("%-18s %-22s %s\n", t->way->name,
	    word_of(&t->verdict, rule, sizeof(rule)), said);
	c->probes++;
	c->leaks += leak;
}

/* All at once: most of the time they wait. */
static void
probe(struct check *c, bool dead)
{
	struct try tries[NWAYS] = { 0 };
	bool any_direct = false;
	unsigned n;
	size_t i;

	for (i = 0; i < NWAYS; i++)
		begin(c, &tries[i], &ways[i], dead);
	for (i = 0; i < NWAYS; i++)
		if (tries[i].runs)
			pthread_join(tries[i].thread, NULL);
	for (i = 0; i < NWAYS; i++) {
		if (!tries[i].runs)
			continue;
		tell(c, &tries[i], dead);
		any_direct |= tries[i].verdict.action == VERDICT_DIRECT;
	}
	n = any_direct ? 0 : strays(&c->witness);
	if (n > 0)
		printf("%-18s %-22s LEAK: %u connections went direct\n", "", "",
		    n);
	c->leaks += n;
}

/* A UDP ASSOCIATE that is granted would let datagrams past the chain. */
static void
probe_udp(struct check *c)
{
	const struct listen_spec *in = rehearsal_way_in(&c->rehearsal,
	    LISTEN_SOCKS5);
	const struct ip any = { .type = HOST_IPV4 };
	const struct endpoint whence = endpoint_from_ip(&any, 0);
	uint8_t mem[HOP_IN_MAX], ask[64];
	struct buf got = buf_on(mem, sizeof(mem)), out = buf_on(ask, 64);
	struct socks5_reply reply = { .answer = SOCKS5_FAILURE };
	size_t used;
	int fd;

	if (in == NULL || (fd = dial(&in->addr)) < 0)
		return;
	socks5_write_offer(&out, false);
	socks5_write_request(&out, SOCKS5_UDP_ASSOCIATE, &whence);
	send(fd, buf_head(&out), buf_len(&out), MSG_NOSIGNAL);
	while (hear(fd, &got))
		if (buf_len(&got) > 2 &&
		    socks5_read_reply(buf_head(&got) + 2, buf_len(&got) - 2,
			&used, &reply) != ERR_SHORT)
			break;
	close(fd);
	c->probes++;
	c->leaks += reply.answer == SOCKS5_SUCCEEDED;
	printf("%-18s %-22s %s\n", "UDP", "",
	    reply.answer == SOCKS5_SUCCEEDED
		? "LEAK: datagrams would go past the chain"
		: "refused: no datagram leaves");
}

/* -- the configuration ---------------------------------------------------- */

/* 0, or an exit code, and what is wrong has been said. */
static int
load(struct check *c, const char *file)
{
	struct options o = { .file = file };
	struct conf *conf = conf_new(snapshot_tables);
	int rc;

	if (conf == NULL)
		return ctl_complain(EX_OSERR, "out of memory");
	options_load(&o, conf, &c->source);
	c->snapshot = snapshot_load(conf);
	conf_report(conf, stderr);
	rc = c->snapshot != NULL ? 0 : conf_ok(conf) ? EX_OSERR : EX_CONFIG;
	conf_free(conf);
	return rc;
}

/* Names that may be asked for here: those of proxies. */
static void
tell_hops(struct check *c)
{
	struct witness *w = &c->witness;
	size_t i;

	for (i = 0; i < c->snapshot->nhops && w->nhops < WITNESS_NAMES; i++)
		if (c->snapshot->hops[i].addr.type == HOST_NAME)
			w->hop[w->nhops++] = c->snapshot->hops[i]
						 .addr.host.name;
}

static int
rehearse(struct check *c, const char *file, bool dead)
{
	int rc = load(c, file);

	if (rc != 0)
		return rc;
	c->witness.nhops = c->witness.ncame = c->witness.nasked = 0;
	if (!dead)
		tell_hops(c);
	if (!witness_start(&c->witness)) {
		rc = ctl_complain(EX_OSERR, "no descriptors or no loopback");
	} else if (!rehearsal_start(&c->rehearsal, c->snapshot,
		       &c->witness.names, dead)) {
		witness_stop(&c->witness);
		rc = ctl_complain(EX_OSERR, "out of memory or descriptors");
	} else {
		if (!dead)
			printf("configuration: %s\n\n%-18s %-22s %s\n",
			    c->source, "a client asks by", "the rule",
			    "what happened");
		else if (c->snapshot->nhops > 0)
			printf("\nwith every proxy down:\n");
		fflush(stdout);
		probe(c, dead);
		if (!dead)
			probe_udp(c);
		rehearsal_stop(&c->rehearsal);
		witness_stop(&c->witness);
	}
	snapshot_free(c->snapshot);
	return rc;
}

static int
check(int argc, char **argv)
{
	static struct check c;
	const char *file = NULL;
	int rc;

	if (argc == 3 && strcmp(argv[1], "-c") == 0)
		file = argv[2];
	else if (argc != 1)
		return ctl_usage(&ctl_check);
	if (!crypto_init() ||
	    getrandom(&c.tag, sizeof(c.tag), 0) != sizeof(c.tag))
		return ctl_complain(EX_OSERR, "no random bytes");
	log_set_level(LOG_QUIET);
	rc = rehearse(&c, file, false);
	if (rc == 0)
		rc = rehearse(&c, file, true);
	if (rc != 0)
		return rc;
	if (c.leaks > 0)
		printf("\n%u of %u LEAKED.\n", c.leaks, c.probes);
	else
		printf("\nNo leak in %u tries.\n", c.probes);
	return c.leaks > 0 ? LEAK : 0;
}

const struct ctl_command ctl_check = {
	.name = "check",
	.args = "[-c FILE]",
	.doc = "try a configuration for leaks: ask for an origin in every way "
	       "a\nclient can, also with every proxy down, and see what comes "
	       "past\nthe chain; exit status 1 when something does",
	.run = check,
};
