/* stage.c - the wrapped functions, and logins. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "crypto/secret.h"

#include "stage.h"

#define ARGON "$argon2id$v=19$m=8,t=1,p=1$"

/* Hashes of the lowest cost there is, to be quick. */
const struct stage_user users[USERS] = {
	{ "alice", "open sesame",
	    ARGON "d1SmyJgY8+IvVCYRXQFjUQ$"
		  "Tj5p6Gbrap0gEvtdxgR3EfLrkjv5bZ/wPVdr4Bml4Ig" },
	{ "bob", "hunter2",
	    ARGON "6DaeoGzlpNFCoP0c54oXtw$"
		  "HSc+683cligxfVboYnpu1EvCemhYKl1kdITX91ZtmPo" },
	{ "carol", "third",
	    ARGON "FFxVcJRp4pXbrqTPazxV6A$"
		  "dgaJnyjHjKQITDPoR6gvsjGlLu4GuLRqI1lNdzCpwBA" },
	{ "dave@example.org", "fourth",
	    ARGON "yjYpET1///5XG9s7ch0Nhw$"
		  "a6/mCfSGuakMXUW4N51WS63PgFWT0zs2g3I/UsMD0P0" },
};

/* -- what the test sees and does ------------------------------------------ */

struct stage stage = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
};

bool __real_password_verify(const char *, const char *, size_t);
bool __wrap_password_verify(const char *, const char *, size_t);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
int __wrap_pthread_join(pthread_t, void **);
void *__real_secret_new(size_t);
void *__wrap_secret_new(size_t);

void
gate(bool shut)
{
	pthread_mutex_lock(&stage.lock);
	stage.shut = shut;
	pthread_cond_broadcast(&stage.changed);
	pthread_mutex_unlock(&stage.lock);
}

void
await_helper_at_gate(void)
{
	pthread_mutex_lock(&stage.lock);
	while (!stage.at_gate)
		pthread_cond_wait(&stage.changed, &stage.lock);
	pthread_mutex_unlock(&stage.lock);
}

unsigned
verifications(void)
{
	unsigned n;

	pthread_mutex_lock(&stage.lock);
	n = stage.verified;
	pthread_mutex_unlock(&stage.lock);
	return n;
}

bool
takes_a_signal(void)
{
	static const int some[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE,
		SIGCHLD, SIGALRM };
	sigset_t set;
	size_t i;

	pthread_sigmask(SIG_BLOCK, NULL, &set);
	for (i = 0; i < COUNT(some); i++)
		if (!sigismember(&set, some[i]))
			return true;
	return false;
}

bool
__wrap_password_verify(const char *hash, const char *pass, size_t n)
{
	pthread_mutex_lock(&stage.lock);
	stage.verified++;
	snprintf(stage.hash, sizeof(stage.hash), "%s", hash);
	stage.nice = getpriority(PRIO_PROCESS, 0);
	stage.takes_signals = takes_a_signal();
	stage.at_gate = true;
	pthread_cond_broadcast(&stage.changed);
	while (stage.shut)
		pthread_cond_wait(&stage.changed, &stage.lock);
	stage.at_gate = false;
	pthread_mutex_unlock(&stage.lock);
	return __real_password_verify(hash, pass, n);
}

int
__wrap_pthread_create(pthread_t *t, const pthread_attr_t *attr,
    void *(*run)(void *), void *arg)
{
	if (stage.no_thread)
		return EAGAIN;
	stage.threads++;
	return __real_pthread_create(t, attr, run, arg);
}

int
__wrap_pthread_join(pthread_t t, void **result)
{
	if (stage.open_at_join)
		gate(false);
	return __real_pthread_join(t, result);
}

void *
__wrap_secret_new(size_t n)
{
	return stage.no_secret ? NULL : __real_secret_new(n);
}

int
stage_reset(void **state)
{
	(void)state;
	stage.verified = 0;
	stage.shut = stage.at_gate = stage.open_at_join = false;
	stage.no_thread = stage.no_secret = false;
	stage.threads = 0;
	return 0;
}

/* -- logins --------------------------------------------------------------- */

static void
on_done(struct auth_job *j)
{
	struct login *l = j->arg;

	pthread_mutex_lock(&stage.lock);
	l->answers++;
	l->by = pthread_self();
	pthread_cond_broadcast(&stage.changed);
	pthread_mutex_unlock(&stage.lock);
}

struct login
login_of(const char *user, const char *pass)
{
	struct login l = { .answers = 0 };

	strcpy(l.job.user, user);
	strcpy(l.job.pass, pass);
	l.job.done = on_done;
	return l;
}

enum auth_answer
ask(struct auth *a, struct login *l)
{
	l->job.arg = l;
	return auth_ask(a, &l->job);
}

bool
await(struct login *l)
{
	bool good;

	pthread_mutex_lock(&stage.lock);
	while (l->answers == 0)
		pthread_cond_wait(&stage.changed, &stage.lock);
	good = l->job.good;
	pthread_mutex_unlock(&stage.lock);
	return good;
}

bool
is_wiped(const struct login *l)
{
	size_t i;

	for (i = 0; i < sizeof(l->job.pass); i++)
		if (l->job.pass[i] != '\0' || l->job.user[i] != '\0')
			return false;
	return true;
}

bool
verified_good(struct auth *a, const char *user, const char *pass)
{
	struct login l = login_of(user, pass);
	unsigned before = verifications();
	bool good;

	assert_int_equal(ask(a, &l), AUTH_LATER);
	good = await(&l);
	assert_true(is_wiped(&l));
	assert_int_equal(verifications(), before + 1);
	return good;
}

void
known_at_once(struct auth *a, const char *user, const char *pass)
{
	struct login l = login_of(user, pass);
	unsigned before = verifications();

	assert_int_equal(ask(a, &l), AUTH_GOOD);
	assert_true(is_wiped(&l));
	assert_int_equal(verifications(), before);
	assert_int_equal(l.answers, 0);
}

struct auth *
load_first(size_t n)
{
	char text[2048], *p = text;
	struct conf *c;
	struct auth *a;

	text[0] = '\0';
	while (n-- > 0) /* in no order */
		p += sprintf(p, "user \"%s\" {\n\thash \"%s\"\n}\n",
		    users[n].name, users[n].hash);
	c = reading(text);
	a = auth_load(c);
	assert_true(conf_ok(c));
	conf_free(c); /* it is not needed any more */
	assert_non_null(a);
	return a;
}

struct auth *
start_first(size_t n)
{
	struct auth *a = load_first(n);

	assert_true(auth_start(a));
	return a;
}
