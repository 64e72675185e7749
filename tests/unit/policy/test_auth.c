/*
 * Logins: who is let in, what it costs, and who is told when.
 *
 * password_verify() is wrapped by the linker: it counts, tells which hash it
 * was asked about, and waits at a gate when the test has shut it.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "crypto/password.h"
#include "crypto/secret.h"

#include "reading.h"

#define QUEUE 64

/* Of the lowest cost there is, to be quick. */
#define ARGON "$argon2id$v=19$m=8,t=1,p=1$"
static const struct {
	const char *name, *pass, *hash;
} users[] = {
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

static struct stage {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned verified;    /* passwords, since the last reset */
	char hash[PASSWORD_HASH_MAX]; /* the last one asked about */
	bool shut;	      /* the gate */
	bool at_gate;
	bool open_at_join;    /* the gate opens when auth_free() waits */
	bool no_thread, no_secret;
	int nice;	      /* of the helper */
	bool takes_signals;   /* the helper, any of them */
} stage = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER,
};

bool __real_password_verify(const char *, const char *, size_t);
bool __wrap_password_verify(const char *, const char *, size_t);
int __real_pthread_create(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
int __wrap_pthread_create(pthread_t *, const pthread_attr_t *,
    void *(*)(void *), void *);
int __real_pthread_join(pthread_t, void **);
int __wrap_pthread_join(pthread_t, void **);
void *__real_secret_new(size_t);
void *__wrap_secret_new(size_t);

static void
gate(bool shut)
{
	pthread_mutex_lock(&stage.lock);
	stage.shut = shut;
	pthread_cond_broadcast(&stage.changed);
	pthread_mutex_unlock(&stage.lock);
}

static void
await_helper_at_gate(void)
{
	pthread_mutex_lock(&stage.lock);
	while (!stage.at_gate)
		pthread_cond_wait(&stage.changed, &stage.lock);
	pthread_mutex_unlock(&stage.lock);
}

static unsigned
verifications(void)
{
	unsigned n;

	pthread_mutex_lock(&stage.lock);
	n = stage.verified;
	pthread_mutex_unlock(&stage.lock);
	return n;
}

/* Of the thread that calls. */
static bool
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
	return stage.no_thread ? EAGAIN
			       : __real_pthread_create(t, attr, run, arg);
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

static int
reset(void **state)
{
	(void)state;
	stage.verified = 0;
	stage.shut = stage.at_gate = stage.open_at_join = false;
	stage.no_thread = stage.no_secret = false;
	return 0;
}

/* -- logins --------------------------------------------------------------- */

struct login {
	struct auth_job job;
	unsigned answers; /* under the stage's lock, as is job.good then */
	pthread_t by;
};

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

static struct login
login_of(const char *user, const char *pass)
{
	struct login l = { .answers = 0 };

	strcpy(l.job.user, user);
	strcpy(l.job.pass, pass);
	l.job.done = on_done;
	return l;
}

static enum auth_answer
ask(struct auth *a, struct login *l)
{
	l->job.arg = l;
	return auth_ask(a, &l->job);
}

/* The answer, when it has come. */
static bool
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

static bool
is_wiped(const struct login *l)
{
	size_t i;

	for (i = 0; i < sizeof(l->job.pass); i++)
		if (l->job.pass[i] != '\0' || l->job.user[i] != '\0')
			return false;
	return true;
}

/* Verified by the helper, now. */
static bool
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

static void
known_at_once(struct auth *a, const char *user, const char *pass)
{
	struct login l = login_of(user, pass);
	unsigned before = verifications();

	assert_int_equal(ask(a, &l), AUTH_GOOD);
	assert_true(is_wiped(&l));
	assert_int_equal(verifications(), before);
	assert_int_equal(l.answers, 0);
}

static struct auth *
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

static struct auth *
start_first(size_t n)
{
	struct auth *a = load_first(n);

	assert_true(auth_start(a));
	return a;
}

/* -- who is let in -------------------------------------------------------- */

static void
knows_its_users(void **state)
{
	struct auth *a = start_first(COUNT(users));
	size_t i, k;

	(void)state;
	assert_int_equal(auth_users(a), COUNT(users));
	for (i = 0; i < COUNT(users); i++)
		for (k = 0; k < COUNT(users); k++)
			assert_int_equal(verified_good(a, users[i].name,
					     users[k].pass),
			    i == k);
	assert_false(verified_good(a, "alice", ""));
	assert_false(verified_good(a, "alice", "open sesam"));
	assert_false(verified_good(a, "Alice", "open sesame"));
	assert_false(verified_good(a, "", "open sesame"));
	auth_free(a);
}

static void
remembers_good_logins(void **state)
{
	struct auth *a = start_first(2);

	(void)state;
	assert_true(verified_good(a, "alice", "open sesame"));
	known_at_once(a, "alice", "open sesame");
	known_at_once(a, "alice", "open sesame");
	/* That says nothing about anybody else or any other password. */
	assert_false(verified_good(a, "bob", "open sesame"));
	assert_false(verified_good(a, "alice", "hunter2"));
	known_at_once(a, "alice", "open sesame");
	auth_free(a);
}

static void
remembers_no_bad_logins(void **state)
{
	struct auth *a = start_first(1);
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_false(verified_good(a, "alice", "wrong"));
	for (i = 0; i < 5; i++)
		assert_false(verified_good(a, "nobody", "wrong"));
	auth_free(a);
}

static void
nobody_is_known(void **state)
{
	struct auth *a = load_first(0);
	struct login l = login_of("alice", "open sesame");

	(void)state;
	assert_int_equal(auth_users(a), 0);
	assert_true(auth_start(a)); /* needs no thread */
	assert_int_equal(ask(a, &l), AUTH_BAD);
	assert_true(is_wiped(&l));
	assert_int_equal(l.answers, 0);
	auth_free(a);
	auth_free(NULL);
}

/* -- unknown users -------------------------------------------------------- */

/* One verification, as for a wrong password, and never a way in. */
static void
unknown_costs_the_same(void **state)
{
	struct auth *a = start_first(1);

	(void)state;
	/* The password of the one whose hash stands in. */
	assert_false(verified_good(a, "mallory", "open sesame"));
	assert_string_equal(stage.hash, users[0].hash);
	/* Nor is it taken for one that is known by now. */
	assert_true(verified_good(a, "alice", "open sesame"));
	assert_false(verified_good(a, "mallory", "open sesame"));
	auth_free(a);
}

/* Users' hashes may cost differently: so do unknown users, each always so. */
static void
unknown_is_like_one_of_all(void **state)
{
	struct auth *a = start_first(COUNT(users));
	unsigned seen[COUNT(users)] = { 0 };
	char name[16], hash[PASSWORD_HASH_MAX];
	size_t k;
	int i;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "nobody%d", i);
		assert_false(verified_good(a, name, "x"));
		strcpy(hash, stage.hash);
		assert_false(verified_good(a, name, "y"));
		assert_string_equal(hash, stage.hash);
		for (k = 0; k < COUNT(users); k++)
			seen[k] += strcmp(hash, users[k].hash) == 0;
	}
	for (k = 0; k < COUNT(users); k++)
		assert_true(seen[k] >= 10);
	auth_free(a);
}

/* -- the queue ------------------------------------------------------------ */

static void
one_verification_for_the_same(void **state)
{
	struct auth *a = start_first(1);
	struct login l[10];
	size_t i;

	(void)state;
	gate(true);
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	await_helper_at_gate();
	gate(false);
	for (i = 0; i < COUNT(l); i++) {
		assert_true(await(&l[i]));
		assert_true(is_wiped(&l[i]));
	}
	assert_int_equal(verifications(), 1);
	auth_free(a);
}

static void
queue_has_an_end(void **state)
{
	struct auth *a = start_first(1);
	struct login at_work = login_of("alice", "x");
	struct login l[QUEUE], over;
	size_t i;

	(void)state;
	gate(true);
	assert_int_equal(ask(a, &at_work), AUTH_LATER);
	await_helper_at_gate(); /* and out of the queue */
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", i % 2 ? "y" : "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	for (i = 0; i < 3; i++) {
		over = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &over), AUTH_BUSY);
		assert_true(is_wiped(&over));
		assert_int_equal(over.answers, 0);
	}
	gate(false);
	assert_false(await(&at_work));
	for (i = 0; i < COUNT(l); i++)
		assert_int_equal(await(&l[i]), i % 2 == 0);
	/* There is room again, and who is known did not need it. */
	assert_false(verified_good(a, "alice", "z"));
	known_at_once(a, "alice", "open sesame");
	auth_free(a);
	/* Each was told exactly once, by the helper. */
	for (i = 0; i < COUNT(l); i++) {
		assert_int_equal(l[i].answers, 1);
		assert_false(pthread_equal(l[i].by, pthread_self()));
	}
}

/* A known login passes while the helper is busy and the queue is full. */
static void
known_passes_a_full_queue(void **state)
{
	struct auth *a = start_first(1);
	struct login l[QUEUE + 1];
	size_t i;

	(void)state;
	assert_true(verified_good(a, "alice", "open sesame"));
	gate(true);
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("mallory", "x");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
		if (i == 0)
			await_helper_at_gate();
	}
	known_at_once(a, "alice", "open sesame");
	gate(false);
	for (i = 0; i < COUNT(l); i++)
		assert_false(await(&l[i]));
	auth_free(a);
}

/* In the order they were asked. */
static void
first_come_first_served(void **state)
{
	struct auth *a = load_first(COUNT(users));
	struct login l[COUNT(users)];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(l); i++) { /* nobody is there yet */
		l[i] = login_of(users[i].name, users[i].pass);
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	gate(true);
	assert_true(auth_start(a));
	await_helper_at_gate();
	assert_string_equal(stage.hash, users[0].hash);
	gate(false);
	for (i = 0; i < COUNT(l); i++)
		assert_true(await(&l[i]));
	auth_free(a);
}

/* -- the helper, and the end ---------------------------------------------- */

static void
helper_is_polite(void **state)
{
	int nice = getpriority(PRIO_PROCESS, 0);
	sigset_t before, after;
	struct auth *a;

	(void)state;
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	a = start_first(1);
	assert_true(auth_start(a)); /* there is one: there is no second */
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	assert_false(verified_good(a, "alice", "x"));
	assert_false(stage.takes_signals);
	assert_int_equal(stage.nice, nice + 5 > 19 ? 19 : nice + 5);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), nice);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_true(takes_a_signal());
	auth_free(a);
}

static void
freed_before_it_started(void **state)
{
	struct auth *a = load_first(1);
	struct login l[5];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	auth_free(a);
	for (i = 0; i < COUNT(l); i++) {
		assert_int_equal(l[i].answers, 1);
		assert_false(l[i].job.good);
		assert_true(is_wiped(&l[i]));
	}
	assert_int_equal(verifications(), 0);
}

/* What is being verified has its answer; what waits is told no. */
static void
freed_at_work(void **state)
{
	struct auth *a = start_first(1);
	struct login at_work = login_of("alice", "open sesame"), l[5];
	size_t i;

	(void)state;
	gate(true);
	assert_int_equal(ask(a, &at_work), AUTH_LATER);
	await_helper_at_gate();
	for (i = 0; i < COUNT(l); i++) {
		l[i] = login_of("alice", "open sesame");
		assert_int_equal(ask(a, &l[i]), AUTH_LATER);
	}
	stage.open_at_join = true;
	auth_free(a);
	assert_int_equal(at_work.answers, 1);
	assert_true(at_work.job.good);
	for (i = 0; i < COUNT(l); i++) {
		assert_int_equal(l[i].answers, 1);
		assert_false(l[i].job.good);
		assert_true(is_wiped(&l[i]));
	}
	assert_int_equal(verifications(), 1);
}

static void
there_is_no_thread(void **state)
{
	struct auth *a = load_first(1);
	struct login l = login_of("alice", "open sesame");

	(void)state;
	stage.no_thread = true;
	errno = 0;
	assert_false(auth_start(a));
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(ask(a, &l), AUTH_LATER);
	auth_free(a);
	assert_int_equal(l.answers, 1);
	assert_false(l.job.good);
}

struct client {
	struct auth *auth;
	pthread_t thread;
	unsigned wrong;
};

static void *
log_in_often(void *arg)
{
	struct client *c = arg;
	enum auth_answer answer;
	struct login l;
	bool good;
	int i;

	for (i = 0; i < 300; i++) {
		good = i % 3 != 0;
		l = login_of(users[i % 4].name, good ? users[i % 4].pass : "x");
		answer = ask(c->auth, &l);
		if (answer == AUTH_LATER)
			c->wrong += await(&l) != good || l.answers != 1;
		else
			c->wrong += answer != AUTH_GOOD || !good;
	}
	return NULL;
}

/* Few enough that the queue is never full. */
static void
serves_many_threads(void **state)
{
	struct auth *a = start_first(COUNT(users));
	struct client c[8];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(c); i++) {
		c[i] = (struct client){ .auth = a };
		assert_int_equal(__real_pthread_create(&c[i].thread, NULL,
				     log_in_often, &c[i]),
		    0);
	}
	for (i = 0; i < COUNT(c); i++) {
		__real_pthread_join(c[i].thread, NULL);
		assert_int_equal(c[i].wrong, 0);
	}
	auth_free(a);
}

/* -- loading -------------------------------------------------------------- */

#define HASH "\"" ARGON \
	"d1SmyJgY8+IvVCYRXQFjUQ$Tj5p6Gbrap0gEvtdxgR3EfLrkjv5bZ/" \
	"wPVdr4Bml4Ig\""
#define TAIL "$d1SmyJgY8+IvVCYRXQFjUQ$Tj5p6Gbrap0gEvtdxgR3EfLrkjv5bZ/wPV" \
	"dr4Bml4Ig\""

static const struct {
	const char *text, *place, *message, *hint;
} mistakes[] = {
	{ "user alice\n", "test:1:1:", "this user has no hash",
	    "bautactl passwd NAME" },
	{ "user alice { }\n", "test:1:1:", "this user has no hash",
	    "bautactl passwd NAME" },
	{ "user alice { hash sesame; }\n", "test:1:19:",
	    "no Argon2id hash", "bautactl passwd NAME" },
	{ "user alice {\n\thash \"\"\n}\n", "test:2:7:", "no Argon2id hash",
	    "bautactl passwd NAME" },
	{ "user alice { hash \"$argon2id$v=19$m=262145,t=2,p=1" TAIL "; }\n",
	    "test:1:19:", "more than 256 MiB", "bautactl passwd NAME" },
	{ "user alice { hash \"$argon2id$v=19$m=8,t=17,p=1" TAIL "; }\n",
	    "test:1:19:", "16 passes", "bautactl passwd NAME" },
	{ "user \"\" { hash " HASH "; }\n", "test:1:6:", "1 to 255 bytes",
	    NULL },
	{ "user a:b { hash " HASH "; }\n", "test:1:6:", "none of them \":\"",
	    NULL },
	{ "user \"a\tb\" { hash " HASH "; }\n", "test:1:6:",
	    "a control character", NULL },
	{ "user alice { hash " HASH "; }\n"
	  "user bob { hash " HASH "; }\n"
	  "user alice { hash " HASH "; }\n",
	    "test:3:6:", "user \"alice\" already, on line 1", NULL },
	{ "user bob { hash " HASH "; }; user bob { hash " HASH "; }\n",
	    "test:1:108:", "user \"bob\" already, on line 1", NULL },
};

static void
shows_mistakes(void **state)
{
	char report[REPORT_MAX];
	struct conf *c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mistakes); i++) {
		const char *const texts[] = { mistakes[i].place,
			mistakes[i].message, mistakes[i].hint };

		c = reading(mistakes[i].text);
		assert_null(auth_load(c));
		reported(c, report);
		conf_free(c);
		says(report, texts, COUNT(texts));
		if (occurrences(report, "error:") != 1)
			fail_msg("not one error:\n%s", report);
		/* A hash is a password for who has time. */
		assert_null(strstr(report, "Tj5p6"));
		assert_null(strstr(report, "sesame"));
	}
}

static void
shows_every_mistake(void **state)
{
	static const char *const texts[] = { "test:1:1:", "test:2:6:",
		"test:3:17:", "test:5:6:" };
	struct conf *c = reading("user alice\n"
				 "user a:b { hash " HASH "; }\n"
				 "user bob { hash x; }\n"
				 "user carol { hash " HASH "; }\n"
				 "user carol { hash " HASH "; }\n");
	char report[REPORT_MAX];

	(void)state;
	assert_null(auth_load(c));
	reported(c, report);
	conf_free(c);
	says(report, texts, COUNT(texts));
	assert_int_equal(occurrences(report, "error:"), COUNT(texts));
}

static void
names_have_a_length(void **state)
{
	char text[1024], name[USER_MAX + 2];
	struct conf *c;
	struct auth *a;
	size_t n;

	(void)state;
	for (n = USER_MAX; n <= USER_MAX + 1; n++) {
		memset(name, 'n', n);
		name[n] = '\0';
		snprintf(text, sizeof(text), "user %s { hash " HASH "; }\n",
		    name);
		c = reading(text);
		a = auth_load(c);
		assert_int_equal(a != NULL, n <= USER_MAX);
		assert_int_equal(conf_ok(c), n <= USER_MAX);
		auth_free(a);
		conf_free(c);
	}
}

/* What the manual shows is right. */
static void
example_is_right(void **state)
{
	struct conf *c = reading(user_directives[0].example);
	struct auth *a = auth_load(c);

	(void)state;
	assert_true(conf_ok(c));
	assert_non_null(a);
	assert_int_equal(auth_users(a), 1);
	auth_free(a);
	conf_free(c);
}

/* Nor is the effective configuration a place to find hashes. */
static void
hides_hashes(void **state)
{
	struct conf *c = reading("user alice { hash " HASH "; }\n");
	char out[REPORT_MAX] = "";
	FILE *f = fmemopen(out, sizeof(out), "w");

	(void)state;
	assert_non_null(f);
	conf_dump(c, f);
	fclose(f);
	assert_non_null(strstr(out, "alice"));
	assert_null(strstr(out, "Tj5p6"));
	conf_free(c);
}

static void
survives_lack_of_memory(void **state)
{
	struct conf *c;
	struct auth *a;
	unsigned long n;

	(void)state;
	for (n = 1;; n++) {
		c = reading("user alice { hash " HASH "; }\n"
			    "user bob { hash " HASH "; }\n");
		alloc_fail_at(n);
		a = auth_load(c);
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		assert_null(a);
		conf_free(c);
	}
	alloc_fail_at(0);
	assert_true(n > 6); /* itself, the users, two strings each */
	assert_non_null(a);
	auth_free(a);
	stage.no_secret = true;
	assert_null(auth_load(c));
	conf_free(c);
}

#define TEST(f) cmocka_unit_test_setup(f, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(knows_its_users),
		TEST(remembers_good_logins),
		TEST(remembers_no_bad_logins),
		TEST(nobody_is_known),
		TEST(unknown_costs_the_same),
		TEST(unknown_is_like_one_of_all),
		TEST(one_verification_for_the_same),
		TEST(queue_has_an_end),
		TEST(known_passes_a_full_queue),
		TEST(first_come_first_served),
		TEST(helper_is_polite),
		TEST(freed_before_it_started),
		TEST(freed_at_work),
		TEST(there_is_no_thread),
		TEST(serves_many_threads),
		TEST(shows_mistakes),
		TEST(shows_every_mistake),
		TEST(names_have_a_length),
		TEST(example_is_right),
		TEST(hides_hashes),
		TEST(survives_lack_of_memory),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
