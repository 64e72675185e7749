/*
 * session.h - one client connection, from its first byte to its last.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <pthread.h>
#include <stdatomic.h>

#include "http/exchange.h"
#include "inbound/inbound.h"
#include "net/dial.h"
#include "net/listener.h"
#include "net/local.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "relay/relay.h"
#include "session/snapshot.h"
#include "session/worker.h"

#include "early.h"
#include "spares.h"

#define SETUP_IN 1024 /* what a SOCKS handshake or a small head needs */

enum state {
	S_INBOUND, /* the client says what it wants */
	S_LOGIN,   /* the helper thread verifies its password */
	S_VERDICT, /* the rules say whether and which way */
	S_DIAL,    /* the target or the first hop is being reached */
	S_CHAIN,   /* the hops shake hands, one through the other */
	S_ANSWER,  /* it is reached: tell the client */
	S_SNIFF,   /* bytes both ways, until the client's say what they are */
	S_RELAY,   /* bytes both ways */
	S_HTTP,    /* one HTTP exchange */
	S_CLOSING, /* the client was told why not, and may read it */
	S_DROPPED, /* a rule says to tell it nothing */
	S_DEAD,
};

#define HTTP_GATHER (HTTP_OUT_MAX + 16384) /* the last step, and those before */

/* What an HTTP session needs besides: an exchange, and an origin to keep. */
struct http {
	struct http_exchange x;
	struct buf in;    /* from the origin, not understood yet */
	uint64_t pass[2]; /* bytes to move unlooked, by direction */
	bool done[2];
	bool at_head;   /* nothing of the request was sent yet */
	bool told;      /* of the response something was sent */
	bool readable;  /* the origin has something, or may have */
	bool await;     /* the client has nothing now; asking would show that */
	bool reused;    /* the origin's connection served before */
	uint8_t *again; /* the request, should a reused connection fail */
	size_t again_len;
	/* What the open connection to an origin was made for: */
	struct endpoint target;
	char user[USER_MAX + 1];
	struct way way;
};

struct login {
	struct auth_job job;
	struct worker *worker;
	struct session *session; /* NULL: it is gone, nobody asks any more */
	struct login *next;
};

/* Needed while a session sets up, and by HTTP; a tunnel frees it. */
struct setup {
	struct setup *next; /* while it is idle */
	struct session *session;
	struct inbound inbound;
	struct dial dial;
	struct verdict verdict;
	struct source source; /* of the direct connection that is tried */
	struct way way;
	struct circuit *circuit[2]; /* being built for this session */
	struct route_tried tried;   /* by those that failed, */
	enum outcome why;	    /* the last one because of this */
	struct timer hedge;
	bool answered; /* the client, before the target was reached, */
	bool sent;     /* and what it said is on its way: no other try */
	struct login *login;
	struct http *http;
	struct buf in;     /* from the client */
	size_t passed;     /* of these, bytes the target has got already */
	bool opaque;       /* they are known to be no HTTP */
	struct buf hop_in; /* the target's first bytes, from a circuit */
	bool client_eof;
	uint8_t in_mem[SETUP_IN];
};

/* The setups of a worker that nobody needs now. */
struct setups {
	struct setup *idle;
	unsigned nidle;
};

struct session {
	struct stream client, target;
	struct relay relay;
	struct deadline deadline;
	TAILQ_ENTRY(session) link;
	struct worker *worker;
	struct setup *setup;
	const struct listen_spec *spec;
	struct ip peer;
	atomic_uint *counted; /* the rule's, while it has a limit */
	struct path path; /* of the circuit to the target; n 0: none */
	enum state state;
	/* Of a tunnel: */
	const struct http_profile *profile;
	bool spoke;   /* the target did, or it ended, before the client */
	bool between; /* two exchanges: the target has nothing to say */
};

struct worker {
	struct loop *loop;
	const struct snapshot *snapshot;
	struct resolver *resolver;
	struct route_state *health; /* of hops, and whose turn it is */
	unsigned char *early; /* by hop: early.c */
	uint32_t epoch;	      /* of identities: worker_new_identity() */
	struct timer check_timer;
	struct circuits checks; /* under way */
	struct services *services; /* NULL: no pool has members by DNS */
	struct flow_pool pool;
	struct setups setups;
	struct spares spares;
	uint8_t *http_out; /* HTTP_GATHER bytes, to be sent at once */
	struct listener *listeners;
	struct endpoint *at; /* where each listens, its port filled in */
	struct local local;
	TAILQ_HEAD(, session) sessions;
	struct deadlines handshake, connect, attempt, idle, half_closed,
	    linger;
	atomic_bool drain, stop;
	bool draining;
	pthread_mutex_t lock;      /* for what other threads hand over: */
	struct login *logins;      /* answered, by the helper thread */
	struct worker_job *jobs;   /* asked, the last one first */
	unsigned long long warned; /* when a hop's failure was last logged */
};

void session_new(struct worker *, const struct listen_spec *, int fd,
    const struct ip *peer);
void session_free(struct session *);
void session_break(struct session *); /* frees it; both sides see a reset */
void session_step(struct session *);  /* may free it */

/* The client has asked for something once and asks for nothing now. */
bool session_is_idle(const struct session *);

/* For session's other files: tell the client why not, then close. */
enum state session_fail(struct session *, enum outcome);
enum state session_hang_up(struct session *); /* nothing more to tell it */
void session_drop_target(struct session *);   /* for another one */
void session_reset_on_close(struct session *);
void session_touch(struct session *); /* the relay's deadline begins anew */
/* More bytes from s into *in, which grows up to max when it is full. */
ssize_t session_fill(struct buf *in, struct stream *s, size_t max,
    const uint8_t *inline_mem);

void session_target(struct session *, int fd); /* it is connected */
bool session_answer(struct session *); /* the way is open; false: it is gone */
bool session_hear(struct session *); /* into setup.in; false: it is gone */
/* Send what f keeps; false: a stream broke. */
bool session_flush(struct session *, struct flow *f);

/* verdict.c */
enum state verdict_ask(struct session *);
void verdict_release(struct session *); /* its rule counts it no more */
/* May an address of a direct target be connected to?  Sets setup->source. */
bool verdict_permits(struct session *, const struct ip *, uint16_t port);
/* A connection to one of our listeners would only come back in: a loop. */
bool verdict_is_own(struct worker *, const struct ip *, uint16_t port);

/* reach.c */
enum state reach_dial(struct session *);
enum state reach_expired(struct session *);
enum outcome reach_outcome(enum dial_result);

/* attempt.c */
enum state attempt_begin(struct session *);
enum state attempt_step(struct session *);
enum state attempt_expired(struct session *);
void attempt_end(struct setup *); /* also when nothing was begun */
/* Of what the client said already, send on what may be sent; false: broken. */
bool attempt_push(struct session *);

/* checks.c */
void checks_begin(struct worker *);
void checks_end(struct worker *); /* also when they were not begun */

/* services.c */
bool services_begin(struct worker *); /* false: out of memory */
void services_end(struct worker *); /* also when they were not begun */

/* setup.c; setup_free() also when there is none */
bool setup_new(struct session *);
void setup_free(struct session *);
void setups_deinit(struct setups *);

/* expiry.c: what runs out, and what then */
void expiry_init(struct worker *);
void expiry_deinit(struct worker *);

/* login.c */
bool login_waits(struct session *); /* false: inbound has the answer */
void login_forget(struct setup *);
void login_deliver(struct worker *);

/* sniff.c */
enum state sniff_begin(struct session *); /* its target is reached */
enum state sniff_run(struct session *);   /* what there is, once */
enum state sniff_event(struct session *, struct stream *, int events);
/*
 * Of what the client said, *out may go to a target that is being reached, and
 * is taken to be sent.  Valid until the next use of the worker's memory; false:
 * out of memory.
 */
bool sniff_early(struct session *, struct buf *out);

/* http.c */
bool http_may_reuse(struct session *);
enum state http_begin(struct session *);
enum state http_begin_tunnelled(struct session *);
/* A whole head ahead of time, in *out, or nothing of it; then go on. */
bool http_early(struct session *, struct buf *out);
enum state http_go_on(struct session *);
enum state http_run(struct session *);
void http_heard_origin(struct session *); /* then run it */
bool http_hear_client(struct session *);  /* likewise; false: it broke */
bool http_awaits(struct session *); /* once: a next request has to come */
void http_free(struct setup *); /* also when there is none */

#endif
