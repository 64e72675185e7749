/* auth.c - users, the helper thread that verifies, the logins it remembers. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "policy/auth.h"

#include "verified.h"

#define QUEUE_MAX 64 /* logins waiting: under a second of work */
#define NICE      5  /* of the helper: the loops come first */

struct user {
	char *name, *hash;
	const struct conf_node *node; /* while loading */
};

struct auth {
	struct user *users; /* sorted by name, which is there once */
	size_t n;
	struct hash_key key;
	struct verified *verified;
	pthread_t thread;
	bool runs;
	/* Under the lock: */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct auth_job *first, **last;
	unsigned queued;
	bool stop;
};

static const struct conf_arg name_arg[] = {
	{ .word = "NAME", .kind = CONF_TEXT },
	{ .word = NULL },
};

static const struct conf_arg hash_arg[] = {
	{ .word = "HASH", .kind = CONF_TEXT, .hidden = true },
	{ .word = NULL },
};

static const struct conf_directive user_block[] = {
	{
	    .name = "hash",
	    .args = hash_arg,
	    .min_args = 1,
	    .doc = "The Argon2id hash of the user's password, as printed by "
		   "bautactl passwd NAME.",
	    .example = "hash \"$argon2id$v=19$m=19456,t=2,p=1$"
		       "c29tZXNhbHRzb21lc2FsdA$"
		       "dGhpcyBpcyBub3QgYSByZWFsIGhhc2ggYXQgYWxsISE\"",
	},
	{ .name = NULL },
};

const struct conf_directive user_directives[] = {
	{
	    .name = "user",
	    .args = name_arg,
	    .min_args = 1,
	    .many = true,
	    .block = user_block,
	    .doc = "A user who may log in where a listener says auth "
		   "required.",
	    .example = "user alice { hash \"$argon2id$v=19$m=19456,t=2,p=1$"
		       "c29tZXNhbHRzb21lc2FsdA$"
		       "dGhpcyBpcyBub3QgYSByZWFsIGhhc2ggYXQgYWxsISE\"; }",
	},
	{ .name = NULL },
};

/* -- loading -------------------------------------------------------------- */

/* The same name twice: first what was written first. */
static int
by_name(const void *a, const void *b)
{
	const struct user *x = a, *y = b;
	const struct conf_node *n = x->node, *m = y->node;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	if (n->line != m->line)
		return n->line < m->line ? -1 : 1;
	return n->column < m->column ? -1 : n->column > m->column;
}

static int
name_to_user(const void *name, const void *user)
{
	return strcmp(name, ((const struct user *)user)->name);
}

static const struct user *
find_user(const struct auth *a, const char *name)
{
	return bsearch(name, a->users, a->n, sizeof(*a->users), name_to_user);
}

/* What HTTP's "user:password" and a log's line can hold. */
static bool
is_name(const char *s)
{
	const unsigned char *p;

	for (p = (const unsigned char *)s; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f || *p == ':')
			return false;
	return s[0] != '\0' && (size_t)((const char *)p - s) <= USER_MAX;
}

static bool
is_right(struct conf *c, const struct conf_node *n)
{
	static const char hint[] = "`bautactl passwd NAME` prints the block";
	const struct conf_node *hash = conf_in(n, "hash");
	const struct conf_value *name = &n->args[0];
	bool good = true;

	if (!is_name(name->text)) {
		conf_error_at(c, n, name, NULL,
		    "a user's name has 1 to 255 bytes, none of them \":\" "
		    "or a control character");
		good = false;
	}
	if (hash == NULL) {
		conf_error_at(c, n, NULL, hint, "this user has no hash");
		good = false;
	} else if (!password_is_hash(hash->args[0].text)) {
		conf_error_at(c, hash, &hash->args[0], hint,
		    "this is no Argon2id hash, or one that takes more than "
		    "256 MiB or 16 passes");
		good = false;
	}
	return good;
}

static bool
add_user(struct auth *a, const struct conf_node *n)
{
	struct user *u = &a->users[a->n++];

	u->node = n;
	u->name = strdup(n->args[0].text);
	u->hash = strdup(conf_in(n, "hash")->args[0].text);
	return u->name != NULL && u->hash != NULL;
}

static bool
has_doubles(const struct auth *a, struct conf *c)
{
	const struct user *u, *first = a->users;
	bool found = false;

	for (u = first + 1; u < a->users + a->n; u++) {
		if (strcmp(u->name, first->name) != 0) {
			first = u;
			continue;
		}
		conf_error_at(c, u->node, &u->node->args[0], NULL,
		    "there is a user \"%s\" already, on line %u", u->name,
		    first->node->line);
		found = true;
	}
	return found;
}

static bool
load_users(struct auth *a, struct conf *c)
{
	const struct conf_node *n;
	size_t count = 0;
	bool good = true;

	for (n = conf_first(c, "user"); n != NULL; n = conf_next(n))
		count++;
	if (count == 0)
		return true;
	hash_key_new(&a->key);
	a->users = calloc(count, sizeof(*a->users));
	a->verified = verified_new();
	if (a->users == NULL || a->verified == NULL)
		return false;
	for (n = conf_first(c, "user"); n != NULL; n = conf_next(n)) {
		if (!is_right(c, n))
			good = false;
		else if (!add_user(a, n))
			return false;
	}
	qsort(a->users, a->n, sizeof(*a->users), by_name);
	return !has_doubles(a, c) && good;
}

struct auth *
auth_load(struct conf *c)
{
	struct auth *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->last = &a->first;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->more, NULL);
	if (load_users(a, c))
		return a;
	auth_free(a);
	return NULL;
}

size_t
auth_users(const struct auth *a)
{
	return a->n;
}

/* -- the helper ----------------------------------------------------------- */

static void
wipe(struct auth_job *j)
{
	secret_wipe(j->user, sizeof(j->user));
	secret_wipe(j->pass, sizeof(j->pass));
}

static void
finish(struct auth_job *j, bool good)
{
	wipe(j);
	j->good = good;
	j->done(j);
}

/*
 * Who stands in for an unknown user: always the same one for the same name, and
 * chosen among all.  So names that exist and names that do not cost the same,
 * also where users' hashes differ in cost.
 */
static const struct user *
stand_in(const struct auth *a, const char *name)
{
	return &a->users[hash_keyed(&a->key, name, strlen(name)) % a->n];
}

static bool
verify(struct auth *a, const struct auth_job *j)
{
	const struct user *u = find_user(a, j->user);
	const struct user *by = u != NULL ? u : stand_in(a, j->user);
	bool good;

	/* The same login may have been verified while this one waited. */
	if (verified_has(a->verified, j->user, j->pass))
		return true;
	good = password_verify(by->hash, j->pass, strlen(j->pass));
	if (u == NULL || !good)
		return false;
	verified_add(a->verified, j->user, j->pass);
	return true;
}

static struct auth_job *
next_job(struct auth *a)
{
	struct auth_job *j;

	pthread_mutex_lock(&a->lock);
	while (a->first == NULL && !a->stop)
		pthread_cond_wait(&a->more, &a->lock);
	j = a->stop ? NULL : a->first;
	if (j != NULL) {
		a->first = j->next;
		if (a->first == NULL)
			a->last = &a->first;
		a->queued--;
	}
	pthread_mutex_unlock(&a->lock);
	return j;
}

static void *
help(void *arg)
{
	struct auth *a = arg;
	struct auth_job *j;

	/* Linux: of this thread only */
	setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICE);
	while ((j = next_job(a)) != NULL)
		finish(j, verify(a, j));
	return NULL;
}

bool
auth_start(struct auth *a)
{
	sigset_t all, old;

	if (a->n == 0 || a->runs)
		return true;
	/* Signals are for others; a thread inherits the mask. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	errno = pthread_create(&a->thread, NULL, help, a);
	a->runs = errno == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return a->runs;
}

void
auth_free(struct auth *a)
{
	struct auth_job *j;
	size_t i;

	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->more);
	pthread_mutex_unlock(&a->lock);
	if (a->runs)
		pthread_join(a->thread, NULL);
	while ((j = a->first) != NULL) {
		a->first = j->next;
		finish(j, false);
	}
	for (i = 0; i < a->n; i++) {
		free(a->users[i].name);
		free(a->users[i].hash);
	}
	free(a->users);
	verified_free(a->verified);
	pthread_cond_destroy(&a->more);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

static enum auth_answer
enqueue(struct auth *a, struct auth_job *j)
{
	enum auth_answer answer = AUTH_BUSY;

	pthread_mutex_lock(&a->lock);
	if (a->queued < QUEUE_MAX && !a->stop) {
		j->next = NULL;
		*a->last = j;
		a->last = &j->next;
		a->queued++;
		pthread_cond_signal(&a->more);
		answer = AUTH_LATER;
	}
	pthread_mutex_unlock(&a->lock);
	return answer;
}

enum auth_answer
auth_ask(struct auth *a, struct auth_job *j)
{
	enum auth_answer answer;

	if (a->n == 0)
		answer = AUTH_BAD;
	else if (verified_has(a->verified, j->user, j->pass))
		answer = AUTH_GOOD;
	else
		answer = enqueue(a, j);
	if (answer != AUTH_LATER)
		wipe(j);
	return answer;
}
