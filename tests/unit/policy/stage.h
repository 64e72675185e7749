/*
 * stage.h - what tests of logins share: users, logins, and a helper thread
 * that is watched and can be held up.
 *
 * The linker wraps password_verify(), which counts, tells which hash it was
 * asked about, and waits at a gate when the test has shut it; and secret_new(),
 * pthread_create() and pthread_join().
 */
#ifndef STAGE_H
#define STAGE_H

#include <pthread.h>

#include "crypto/password.h"

#include "reading.h"

#define USERS 4

struct stage_user {
	const char *name, *pass, *hash;
};

extern const struct stage_user users[USERS];

/* Under the lock while a helper runs. */
struct stage {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned verified;            /* passwords, since the last reset */
	char hash[PASSWORD_HASH_MAX]; /* the last one asked about */
	bool shut;                    /* the gate */
	bool at_gate;
	bool open_at_join; /* the gate opens when auth_free() waits */
	bool no_thread, no_secret;
	unsigned threads;   /* started, since the last reset */
	int nice;           /* of the helper */
	bool takes_signals; /* the helper, any of them */
};

extern struct stage stage;

struct login {
	struct auth_job job;
	unsigned answers;
	pthread_t by;
};

int stage_reset(void **state); /* cmocka's, before each test */

void gate(bool shut);
void await_helper_at_gate(void);
unsigned verifications(void);
bool takes_a_signal(void); /* the thread that calls */

struct login login_of(const char *user, const char *pass);
enum auth_answer ask(struct auth *, struct login *);
bool await(struct login *); /* the answer, when it has come */
bool is_wiped(const struct login *);

/* Verified by the helper now, or known without it. */
bool verified_good(struct auth *, const char *user, const char *pass);
void known_at_once(struct auth *, const char *user, const char *pass);

/* With the first n of the users. */
struct auth *load_first(size_t n);
struct auth *start_first(size_t n);

/* pthread_create(), not wrapped. */
int __real_pthread_create(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
int __real_pthread_join(pthread_t, void **);

#endif
