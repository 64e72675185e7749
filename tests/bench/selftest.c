/* selftest.c - the generator finds damage, and finds none where none is. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "load.h"

static const struct test {
	const char *name;
	enum mode mode;
	unsigned n;
	bool socks;
	enum damage damage;
	enum outcome want;
	bool web;
} tests[] = {
	{ "bulk", MODE_BULK, 2, false, DAMAGE_NONE, DONE, false },
	{ "bulk by SOCKS5", MODE_BULK, 2, true, DAMAGE_NONE, DONE, false },
	{ "connections", MODE_CONN, 8, false, DAMAGE_NONE, DONE, false },
	{ "connections by SOCKS5", MODE_CONN, 8, true, DAMAGE_NONE,
	    DONE, false },
	{ "messages", MODE_RR, 4, false, DAMAGE_NONE, DONE, false },
	{ "messages by SOCKS5", MODE_RR, 4, true, DAMAGE_NONE, DONE, false },
	{ "bulk by HTTP", MODE_BULK, 2, false, DAMAGE_NONE, DONE, true },
	{ "bulk by HTTP by SOCKS5", MODE_BULK, 2, true, DAMAGE_NONE, DONE,
	    true },
	{ "connections by HTTP", MODE_CONN, 8, false, DAMAGE_NONE, DONE, true },
	{ "requests by HTTP", MODE_RR, 4, false, DAMAGE_NONE, DONE, true },
	{ "requests by HTTP, a bit is flipped", MODE_RR, 4, false, DAMAGE_FLIP,
	    DAMAGED, true },
	{ "requests by HTTP, a byte is added", MODE_RR, 4, false, DAMAGE_EXTRA,
	    DAMAGED, true },
	{ "idle tunnels", MODE_IDLE, 50, true, DAMAGE_NONE, DONE, false },
	{ "bulk, a bit is flipped", MODE_BULK, 2, true, DAMAGE_FLIP,
	    DAMAGED, false },
	{ "bulk, a byte is lost", MODE_BULK, 2, true, DAMAGE_DROP,
	    DAMAGED, false },
	{ "bulk, a byte is added", MODE_BULK, 2, true, DAMAGE_EXTRA,
	    DAMAGED, false },
	{ "bulk, it is cut off", MODE_BULK, 2, true, DAMAGE_CUT,
	    FAILED, false },
	{ "connections, a bit is flipped", MODE_CONN, 8, true, DAMAGE_FLIP,
	    DAMAGED, false },
	{ "connections, a byte is added", MODE_CONN, 8, true, DAMAGE_EXTRA,
	    DAMAGED, false },
	{ "connections, a byte is lost", MODE_CONN, 8, true, DAMAGE_DROP,
	    DAMAGED, false },
	{ "connections, all are cut off", MODE_CONN, 8, true, DAMAGE_CUT,
	    FAILED, false },
	{ "messages, a bit is flipped", MODE_RR, 4, true, DAMAGE_FLIP,
	    DAMAGED, false },
};

/* What was damaged is told on standard error: here that is as it should be. */
static enum outcome
run_quietly(const struct plan *plan, struct result *r)
{
	enum outcome outcome;
	int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	outcome = client_run(plan, r);
	dup2(err, STDERR_FILENO);
	close(err);
	close(null);
	return outcome;
}

/* Did the numbers come out as they must after a good run? */
static bool
plausible(const struct plan *plan, const struct result *r)
{
	if (r->errors > 0)
		return false;
	switch (plan->mode) {
	case MODE_BULK:
		return r->bytes >= plan->n * (uint64_t)BLOCK_SIZE * 2 &&
		    r->bytes % BLOCK_SIZE == 0 && r->seconds >= plan->seconds;
	case MODE_IDLE:
		return r->ops == plan->n;
	default:
		return r->ops >= plan->n && r->p50_us > 0 &&
		    r->p99_us >= r->p50_us && r->bytes >= r->ops * ANSWER_SIZE;
	}
}

static pid_t
start_origin(struct sockaddr_in *at, const struct test *t)
{
	int fd = listen_at(at);
	pid_t pid = fd < 0 ? -1 : fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		origin_run(fd, t->socks, t->damage);
		_exit(1);
	}
	if (fd >= 0)
		close(fd);
	return pid;
}

static bool
holds(const struct test *t)
{
	struct plan plan = { .mode = t->mode,
		.n = t->n,
		.socks = t->socks,
		.web = t->web,
		/* Long enough for a busy machine to get one connection cut. */
		.seconds = t->damage == DAMAGE_CUT ? 0.5 : 0.03,
		.patience = 10 };
	struct result r;
	enum outcome outcome;
	pid_t origin;

	plan.at.sin_family = AF_INET;
	plan.at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	origin = start_origin(&plan.at, t);
	if (origin < 0) {
		printf("# %s\n", strerror(errno));
		return false;
	}
	plan.to = plan.at;
	outcome = run_quietly(&plan, &r);
	kill(origin, SIGKILL);
	waitpid(origin, NULL, 0);
	if (outcome != t->want)
		printf("# outcome %d, not %d\n", outcome, t->want);
	return outcome == t->want && (outcome != DONE || plausible(&plan, &r));
}

int
selftest(void)
{
	unsigned i, bad = 0, n = sizeof(tests) / sizeof(*tests);
	int ended[2];
	bool ok;

	/* Idle tunnels rest until standard input ends: for ever so short. */
	if (pipe(ended) != 0)
		return 1;
	close(ended[1]);
	dup2(ended[0], STDIN_FILENO);
	printf("1..%u\n", n);
	for (i = 0; i < n; i++) {
		ok = holds(&tests[i]);
		bad += !ok;
		printf("%s %u - %s\n", ok ? "ok" : "not ok", i + 1,
		    tests[i].name);
		fflush(stdout);
	}
	return bad > 0;
}
