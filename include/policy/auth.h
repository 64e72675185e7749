/*
 * auth.h - who may come in: users, their Argon2id hashes, and logins.
 *
 *   user alice { hash "$argon2id$v=19$m=19456,t=2,p=1$..."; }
 *
 * SOCKS clients log in on every connection and one Argon2id costs 12 ms, so a
 * good login is remembered for ten minutes (keyed hash, locked memory), and a
 * login not remembered is verified on a helper thread with a bounded queue.
 * One struct auth serves all workers; every function may be called from any
 * thread.  An unknown user costs what a wrong password costs.
 */
#ifndef POLICY_AUTH_H
#define POLICY_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "config/conf.h"
#include "request/request.h"

struct auth;

/*
 * One login being verified.  Owned by the caller; between AUTH_LATER and the
 * call of done() it belongs to the helper.  user and pass are copied in by
 * the caller and wiped by auth_ask() or the helper.
 */
struct auth_job {
	char user[USER_MAX + 1], pass[USER_MAX + 1];
	bool good;				 /* the answer */
	void (*done)(struct auth_job *);	 /* runs on the helper thread */
	void *arg;
	struct auth_job *next;			 /* auth's own, then done()'s */
};

enum auth_answer {
	AUTH_GOOD,
	AUTH_BAD,
	AUTH_LATER, /* done() will be called, exactly once */
	AUTH_BUSY,  /* the queue is full: refuse the client */
};

extern const struct conf_directive user_directives[];

/* All `user` nodes.  NULL after an error (reported) or out of memory. */
struct auth *auth_load(struct conf *);
/* Stops the helper; jobs still queued get done() with good = false. */
void auth_free(struct auth *);
bool auth_start(struct auth *); /* the helper thread; false: no thread */
size_t auth_users(const struct auth *);

enum auth_answer auth_ask(struct auth *, struct auth_job *);

#endif
