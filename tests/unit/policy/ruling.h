/* ruling.h - rules from text, and requests to ask them about. */
#ifndef RULING_H
#define RULING_H

#include "reading.h"

/* The lowest cost there is: nobody may use it, but it is quick. */
#define HASH                                                        \
	"\"$argon2id$v=19$m=8,t=1,p=1$d1SmyJgY8+IvVCYRXQFjUQ$Tj5p6" \
	"Gbrap0gEvtdxgR3EfLrkjv5bZ/wPVdr4Bml4Ig\""
#define USERS                             \
	"user alice { hash " HASH "; }\n" \
	"user bob { hash " HASH "; }\n"
#define WAYS                                  \
	"proxy near socks5://127.0.0.1:1\n"   \
	"proxy tor socks5://127.0.0.1:9050\n" \
	"chain deep { hops near tor; }\n"

/* From text to rules; the configuration is gone afterwards. */
static inline struct rules *
load(const char *text, char report[REPORT_MAX])
{
	struct conf *c = reading(text);
	struct rules *r = rules_load(c);

	reported(c, report);
	assert_true((r != NULL) == conf_ok(c));
	conf_free(c);
	return r;
}

static inline struct rules *
must_load(const char *text)
{
	char report[REPORT_MAX];
	struct rules *r = load(text, report);

	assert_string_equal(report, "");
	assert_non_null(r);
	return r;
}

static inline struct request
request_of(const char *client, const char *target, const char *user)
{
	struct request q = { .kind = REQUEST_TUNNEL, .private_ok = true };

	assert_int_equal(ip_parse(&q.client, client, strlen(client)), OK);
	assert_int_equal(endpoint_parse(&q.target, target, strlen(target), 0),
	    OK);
	strcpy(q.user, user);
	return q;
}

/* May this request, judged direct, connect to ip? */
static inline bool
permits(const struct rules *r, const struct request *q, const struct ip *ip)
{
	return rules_ask_ip(r, q, ip).action == VERDICT_DIRECT;
}

static inline struct ip
ip_of(const char *text)
{
	struct ip ip;

	assert_int_equal(ip_parse(&ip, text, strlen(text)), OK);
	return ip;
}

#endif
