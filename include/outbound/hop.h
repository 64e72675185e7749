/*
 * hop.h - one proxy on the way to the target.
 *
 * A hop turns bytes into bytes; it never owns a socket.  The chain feeds it
 * what arrived in `in`, sends what it leaves in `out`, and calls again until it
 * answers something other than HOP_MORE.  prepare is what needs no target
 * (greeting, login, key exchange); connect is the request itself.  A hop
 * consumes exactly its own reply: bytes behind it belong to the next layer.
 *
 * flight is the same talk without waiting: all a hop has to say leaves before
 * it hears anything.  Such a hop assumes the one answer that makes what it said
 * right, and fails when another one comes.
 *
 * Ownership: open() returns a hop owned by the caller, NULL when out of memory;
 * close() frees it and accepts NULL.  `spec` outlives the hop (it belongs to
 * the snapshot the session holds).
 */
#ifndef OUTBOUND_HOP_H
#define OUTBOUND_HOP_H

#include "base/buf.h"
#include "base/endpoint.h"
#include "base/err.h"
#include "config/conf.h"
#include "request/outcome.h"

#define HOP_OUT_MAX 1536 /* a hop never has more than this to say at once */
#define HOP_IN_MAX  8192 /* and fails rather than wait for a longer reply */

struct hop;

enum hop_status {
	HOP_MORE,  /* wants more input, or its output flushed */
	HOP_READY, /* prepared, or: the target is reachable through this hop */
	HOP_FAILED /* reason in *why */
};

/* Does the proxy take its handshake in one flight? */
enum hop_pipeline {
	HOP_PIPELINE_AUTO, /* to be found out */
	HOP_PIPELINE_YES,
	HOP_PIPELINE_NO,
};

struct hop_spec {
	const struct hop_ops *ops;
	char name[64]; /* as in the configuration, for logs */
	struct endpoint addr;
	char user[256], pass[256]; /* "" when there is no login */
	bool login;
	enum hop_pipeline pipeline;
	bool
	    tor; /* each identity has a login of its own, see chain_isolate() */
};

struct hop_ops {
	const char *scheme; /* as written in the configuration: "socks5" */
	bool takes_pass;    /* false: a password in the URL is an error */
	struct hop *(*open)(const struct hop_spec *);
	enum hop_status (*prepare)(struct hop *, struct buf *in,
	    struct buf *out, enum outcome *why);
	enum hop_status (*connect)(struct hop *, const struct endpoint *to,
	    struct buf *in, struct buf *out, enum outcome *why);
	/*
	 * NULL: this kind has to hear before it can go on.  Before prepare(),
	 * with `to` NULL, it says what needs no target; then, once, at any
	 * time up to connect(), the request.  READY: said; MORE: no room, it
	 * said nothing, call again.  prepare() and connect() then only listen.
	 */
	enum hop_status (*flight)(struct hop *, const struct endpoint *to,
	    struct buf *out, enum outcome *why);
	/*
	 * NULL: bytes pass unchanged once READY, so the relay may splice.
	 * They move what they can: OK also when part of it has to wait for
	 * room or for the rest of a frame.
	 */
	enum err (*seal)(struct hop *, struct buf *plain, struct buf *wire);
	enum err (*unseal)(struct hop *, struct buf *wire, struct buf *plain);
	void (*close)(struct hop *);
};

/* Every kind of hop, ended by NULL: a new one is a file and a line here. */
extern const struct hop_ops *const hop_kinds[];
extern const struct hop_ops hop_socks5, hop_socks4a, hop_http;
/* By its scheme, in any spelling that people know; or NULL. */
const struct hop_ops *hop_kind(const char *scheme);

extern const struct conf_directive proxy_directives[];

/* All `proxy` nodes; *list is malloc'd (free with hop_specs_free, which wipes
 * the passwords).  n is 0 when there are none or after an error. */
size_t hop_specs_load(struct conf *, struct hop_spec **list);
void hop_specs_free(struct hop_spec *list, size_t n);

#endif
