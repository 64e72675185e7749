/* bauta.c - the daemon: options, configuration, workers, and their end. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "admin/control.h"
#include "base/log.h"
#include "config.h"
#include "crypto/crypto.h"
#include "net/listener.h"
#include "session/worker.h"

#include "banner.h"
#include "options.h"

#define WORKERS_MAX  256
#define WORKER_ENDED (SIGRTMIN)

struct thread {
	struct worker *worker;
	pthread_t id;
	bool runs;
};

struct bauta {
	struct snapshot *snapshot;
	const char *source;
	struct thread threads[WORKERS_MAX];
	unsigned n; /* workers made */
	struct worker *workers[WORKERS_MAX];
	struct control *control; /* or NULL */
};

/* What was typed is wrong or right; nothing runs. */
static int
load(struct bauta *b, const struct options *o)
{
	struct conf *c = conf_new(snapshot_tables);
	enum log_level level;
	int rc = 0;

	if (c == NULL)
		return EX_OSERR;
	options_load(o, c, &b->source);
	b->snapshot = snapshot_load(c);
	conf_report(c, stderr);
	if (b->snapshot == NULL) {
		rc = conf_ok(c) ? EX_OSERR : EX_CONFIG;
	} else {
		level = b->snapshot->settings.log;
		if (o->verbose > 0 && level < LOG_NORMAL + o->verbose)
			level = o->verbose > 1 ? LOG_DEBUG : LOG_VERBOSE;
		log_set_level(level);
		if (o->todo == DO_DUMP)
			conf_dump(c, stdout);
		else if (o->todo == DO_CHECK)
			printf("the configuration is right (%s)\n", b->source);
	}
	conf_free(c);
	return rc;
}

/* Nothing of a user in core files, and every descriptor there is. */
static void
prepare_process(void)
{
	struct rlimit r = { 0, 0 };

	setrlimit(RLIMIT_CORE, &r);
	prctl(PR_SET_DUMPABLE, 0);
	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
	signal(SIGPIPE, SIG_IGN);
}

static int
bind_failed(const struct endpoint *addr)
{
	char where[ENDPOINT_STR];
	int why = errno;

	endpoint_str(addr, where);
	log_error("cannot listen", "on", where, "why", strerror(why), "do",
	    why == EADDRINUSE
		? "stop the program that has it, or choose another with -l"
		: why == EACCES
		? "choose a port above 1023, or grant CAP_NET_BIND_SERVICE"
		: why == EADDRNOTAVAIL ? "choose an address of this machine"
				       : "choose another address",
	    NULL);
	return why == EACCES ? EX_NOPERM : EX_UNAVAILABLE;
}

static void
close_all(int *fds, size_t n)
{
	while (n > 0)
		close(fds[--n]);
}

/* One more worker, with a descriptor of its own for each listener. */
static int
add_worker(struct bauta *b)
{
	struct snapshot *s = b->snapshot;
	int *fds = calloc(s->nlisteners, sizeof(*fds)), rc = 0;
	struct worker *w = NULL;
	size_t i;

	if (fds == NULL)
		return EX_OSERR;
	for (i = 0; rc == 0 && i < s->nlisteners; i++) {
		fds[i] = listener_bind(&s->listeners[i].addr, b->n == 0);
		if (fds[i] < 0) {
			rc = bind_failed(&s->listeners[i].addr);
			close_all(fds, i);
		}
	}
	if (rc == 0) {
		w = worker_new(s, fds);
		if (w == NULL)
			rc = EX_OSERR;
		else
			b->threads[b->n++].worker = w;
	}
	free(fds);
	return rc;
}

static unsigned
cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* false: it was asked for and can not be had. */
static bool
open_control(struct bauta *b)
{
	const char *asked = b->snapshot->settings.control;
	char path[sizeof(b->snapshot->settings.control)];
	enum control_result rc;

	if (strcmp(asked, "none") == 0)
		return true;
	if (asked[0] != '\0')
		strcpy(path, asked);
	else if (!control_usual_path(0, path, sizeof(path)))
		return true;
	rc = control_open(&b->control, path);
	if (rc == CONTROL_OK)
		return true;
	if (asked[0] == '\0') { /* a convenience, which is not to be had */
		log_info("no control socket", "at", path, "why",
		    rc == CONTROL_TAKEN ? "another bauta has it"
					: strerror(errno),
		    NULL);
		return true;
	}
	log_error("cannot make the control socket", "at", path, "why",
	    rc == CONTROL_TAKEN ? "another bauta has it" : strerror(errno),
	    "do", "stop that one, or change `control` in the configuration",
	    NULL);
	return false;
}

static void *
run_worker(void *arg)
{
	worker_run(arg);
	kill(getpid(), WORKER_ENDED);
	return NULL;
}

static int
start(struct bauta *b)
{
	unsigned n = b->snapshot->settings.workers;
	struct thread *t;
	int rc;

	if (n == 0)
		n = cores();
	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	while (b->n < n)
		if ((rc = add_worker(b)) != 0)
			return rc;
	if (!open_control(b))
		return EX_UNAVAILABLE;
	if (!auth_start(b->snapshot->auth))
		return EX_OSERR;
	for (t = b->threads; t < b->threads + b->n; t++) {
		t->runs = pthread_create(&t->id, NULL, run_worker,
		    t->worker) == 0;
		if (!t->runs)
			return EX_OSERR;
		b->workers[t - b->threads] = t->worker;
	}
	if (b->control != NULL &&
	    !control_start(b->control, b->snapshot, b->workers, b->n))
		return EX_OSERR;
	return 0;
}

static void
tell_workers(struct bauta *b, void (*what)(struct worker *))
{
	unsigned i;

	for (i = 0; i < b->n; i++)
		what(b->threads[i].worker);
}

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The next signal of the set, or 0 when `until` (0: never) has come. */
static int
next_signal(const sigset_t *set, uint64_t until)
{
	struct timespec t;
	uint64_t now = now_ms(), left = until > now ? until - now : 0;
	int sig;

	if (until == 0)
		return sigwaitinfo(set, NULL);
	t.tv_sec = (time_t)(left / 1000);
	t.tv_nsec = (long)(left % 1000) * 1000000;
	sig = sigtimedwait(set, NULL, &t);
	return sig < 0 && errno == EAGAIN ? 0 : sig;
}

/* TERM: finish what is under way; INT, a second TERM or too long: stop. */
static void
serve(struct bauta *b, const sigset_t *signals)
{
	unsigned ended = 0;
	bool stopping = false;
	uint64_t until = 0;
	int sig;

	while (ended < b->n) {
		sig = next_signal(signals, until);
		if (sig == WORKER_ENDED) {
			ended++;
		} else if (sig == SIGTERM && until == 0 && !stopping) {
			log_info("draining", NULL);
			until = now_ms() + b->snapshot->settings.drain_ms;
			tell_workers(b, worker_drain);
		} else if (sig >= 0 && !stopping) {
			stopping = true;
			until = 0;
			tell_workers(b, worker_stop);
		}
	}
}

static void
finish(struct bauta *b)
{
	unsigned i;

	control_close(b->control);
	for (i = 0; i < b->n; i++) {
		if (!b->threads[i].runs)
			continue;
		worker_stop(b->threads[i].worker);
		pthread_join(b->threads[i].id, NULL);
	}
	/* First what still may call back into a worker. */
	auth_free(b->snapshot->auth);
	b->snapshot->auth = NULL;
	for (i = 0; i < b->n; i++)
		worker_free(b->threads[i].worker);
	snapshot_free(b->snapshot);
}

static int
run(struct bauta *b)
{
	sigset_t signals;
	int rc;

	/* Blocked here, so in every thread: only serve() takes them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, WORKER_ENDED);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	prepare_process();
	rc = start(b);
	if (rc == EX_OSERR)
		log_error("cannot start", "why", strerror(errno), "do",
		    "free some memory or raise the limits (ulimit -a)", NULL);
	if (rc == 0) {
		banner_print(b->snapshot, b->source);
		serve(b, &signals);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct bauta b = { 0 };
	struct options o;
	int rc;

	rc = options_parse(&o, argc, argv);
	if (rc != 0)
		return rc;
	if (o.todo == DO_HELP)
		options_help();
	else if (o.todo == DO_VERSION)
		printf("bauta %s\n", PACKAGE_VERSION);
	else if (!crypto_init())
		rc = EX_OSERR;
	else
		rc = load(&b, &o);
	if (b.snapshot != NULL && o.todo == DO_RUN)
		rc = run(&b);
	if (b.snapshot != NULL)
		finish(&b);
	options_free(&o);
	if (fflush(stdout) != 0 && rc == 0)
		rc = EX_IOERR;
	return rc;
}
