#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/explain.h"
#include "config.h"

#include "command.h"
#include "ways.h"

#define PATIENCE_S 5

/* -- asking workers ------------------------------------------------------- */

/* Held by the asker and by the worker; the last one frees it. */
struct errand {
	struct worker_job job;
	void (*what)(struct worker *, struct command *);
	struct command *command; /* NULL: nobody waits any more */
	bool answered;
	unsigned held;
	pthread_mutex_t lock;
	pthread_cond_t said;
};

static void
let_go(struct errand *q)
{
	bool last = --q->held == 0;

	pthread_mutex_unlock(&q->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->said);
	free(q);
}

static void
answer(struct worker *w, struct worker_job *job)
{
	struct errand *q = (struct errand *)(void *)job; /* its first */

	pthread_mutex_lock(&q->lock);
	if (q->command != NULL)
		q->what(w, q->command);
	q->answered = true;
	pthread_cond_signal(&q->said);
	let_go(q);
}

static bool
ask(struct command *c, struct worker *w,
    void (*what)(struct worker *, struct command *))
{
	struct errand *q = calloc(1, sizeof(*q));
	pthread_condattr_t attr;
	struct timespec until;
	bool answered;
	int rc = 0;

	if (q == NULL)
		return false;
	*q = (struct errand){ .job.run = answer, .what = what, .command = c,
		.held = 2 };
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->said, &attr);
	pthread_condattr_destroy(&attr);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	worker_ask(w, &q->job);
	pthread_mutex_lock(&q->lock);
	while (!q->answered && rc == 0)
		rc = pthread_cond_timedwait(&q->said, &q->lock, &until);
	answered = q->answered;
	q->command = NULL;
	let_go(q);
	return answered;
}

bool
command_ask(struct command *c, void (*what)(struct worker *, struct command *))
{
	unsigned i;

	for (i = 0; i < c->nworkers; i++) {
		if (ask(c, c->workers[i], what))
			continue;
		command_fail(c, "a worker did not answer; is it ending?");
		return false;
	}
	return true;
}

/* -- status --------------------------------------------------------------- */

static void
report_census(struct worker *w, struct command *c)
{
	struct report *r = &c->report;
	struct worker_census n;

	worker_count(w, &n);
	report_open(r, NULL, REPORT_OBJECT);
	report_number(r, "sessions", n.sessions);
	report_number(r, "tunnels", n.relayed);
	report_number(r, "exchanges", n.http);
	report_number(r, "spare-circuits", n.spares);
	report_close(r);
}

static void
status(struct command *c)
{
	const struct snapshot *s = c->snapshot;
	struct report *r = &c->report;
	char where[ENDPOINT_STR];
	size_t i;

	report_text(r, "version", PACKAGE_VERSION);
	report_number(r, "up-seconds",
	    (unsigned long long)(time(NULL) - c->started));
	report_open(r, "listeners", REPORT_LIST);
	for (i = 0; i < s->nlisteners; i++) {
		endpoint_str(&s->listeners[i].addr, where);
		report_text(r, NULL, where);
	}
	report_close(r);
	report_open(r, "workers", REPORT_LIST);
	command_ask(c, report_census);
	report_close(r);
}

static void
renew(struct worker *w, struct command *c)
{
	(void)c;
	worker_new_identity(w);
}

static void
new_identity(struct command *c)
{
	if (command_ask(c, renew))
		report_yes(&c->report, "renewed", true);
}

static void
explain_request(struct command *c)
{
	const struct question q = {
		.target = c->nwords > 1 ? c->word[1] : NULL,
		.user = command_get(c, "user"),
		.from = command_get(c, "from"),
		.listener = command_get(c, "listener"),
		.protocol = command_get(c, "protocol"),
	};
	const char *wrong = explain(c->snapshot, &q, &c->report);

	if (wrong != NULL)
		command_fail(c, "%s", wrong);
}

/* -- the table ------------------------------------------------------------ */

static const struct {
	const char *name;
	unsigned args; /* at most, besides key=value */
	void (*run)(struct command *);
} commands[] = {
	{ "chain", 1, command_chain },
	{ "explain", 1, explain_request },
	{ "new-identity", 0, new_identity },
	{ "pool", 1, command_pool },
	{ "status", 0, status },
};

void
command_fail(struct command *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->error, sizeof(c->error), fmt, ap);
	va_end(ap);
}

const char *
command_get(const struct command *c, const char *key)
{
	size_t n = strlen(key);
	unsigned i;

	for (i = 1; i < c->nwords; i++)
		if (strncmp(c->word[i], key, n) == 0 && c->word[i][n] == '=')
			return c->word[i] + n + 1;
	return NULL;
}

static bool
split(struct command *c, char *line, bool *json)
{
	char *save, *word;

	*json = false;
	for (word = strtok_r(line, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		if (strcmp(word, "--json") == 0)
			*json = true;
		else if (c->nwords == WORDS_MAX)
			return false;
		else
			c->word[c->nwords++] = word;
	}
	return true;
}

static unsigned
arguments(const struct command *c)
{
	unsigned i, n = 0;

	for (i = 1; i < c->nwords; i++)
		n += strchr(c->word[i], '=') == NULL;
	return n;
}

void
command_run(struct command *c, char *line)
{
	bool json, fits = split(c, line, &json);
	size_t i;

	report_init(&c->report, json);
	if (!fits || c->nwords == 0) {
		command_fail(c, "a command and at most %d words are understood",
		    WORDS_MAX - 1);
		return;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, c->word[0]) != 0)
			continue;
		if (arguments(c) > commands[i].args) {
			command_fail(c, "%s takes fewer arguments",
			    commands[i].name);
			return;
		}
		commands[i].run(c);
		if (!report_end(&c->report) && c->error[0] == '\0')
			command_fail(c, "out of memory");
		return;
	}
	command_fail(c, "no command is called so: is bautactl newer than the "
			"bauta that runs?");
}
