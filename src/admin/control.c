#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "admin/control.h"

#include "command.h"

#define BACKLOG	   8
#define PATIENCE_S 5 /* for a client to ask, and to take the answer */

struct control {
	struct sockaddr_un at;
	ino_t inode;
	int fd, stop; /* an eventfd */
	pthread_t thread;
	bool runs;
	time_t started;
	const struct snapshot *snapshot;
	struct worker *const *workers;
	unsigned nworkers;
};

/* -- where ---------------------------------------------------------------- */

bool
control_usual_path(unsigned i, char *path, size_t n)
{
	const char *own = getenv("XDG_RUNTIME_DIR"), *dir[3] = { NULL };
	unsigned k = 0;

	if (own != NULL && own[0] == '/')
		dir[k++] = own;
	if (geteuid() == 0)
		dir[k++] = "/run";
	return i < k && (size_t)snprintf(path, n, "%s/bauta.sock", dir[i]) < n;
}

/* Does anybody answer there? */
static bool
is_live(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool live;

	if (fd < 0)
		return true; /* nobody knows: better not replace it */
	live = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ||
	    errno != ECONNREFUSED;
	close(fd);
	return live;
}

/* What is there may be replaced: nothing, or a socket that nobody serves. */
static enum control_result
check_path(const struct sockaddr_un *at)
{
	struct stat st;

	if (lstat(at->sun_path, &st) != 0)
		return errno == ENOENT ? CONTROL_OK : CONTROL_FAILED;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return CONTROL_FAILED;
	}
	return is_live(at) ? CONTROL_TAKEN : CONTROL_OK;
}

/*
 * Made under another name and moved when it is private and answers, so that
 * nobody ever finds one at `at` that is not, and takes it for left over.
 */
static bool
make(struct control *c)
{
	struct sockaddr_un new = { .sun_family = AF_UNIX };
	struct stat st;

	if ((size_t)snprintf(new.sun_path, sizeof(new.sun_path), "%s.%ld",
		c->at.sun_path, (long)getpid()) >= sizeof(new.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	unlink(new.sun_path);
	if (bind(c->fd, (struct sockaddr *)&new, sizeof(new)) != 0)
		return false;
	if (chmod(new.sun_path, 0600) == 0 && listen(c->fd, BACKLOG) == 0 &&
	    rename(new.sun_path, c->at.sun_path) == 0 &&
	    lstat(c->at.sun_path, &st) == 0) {
		c->inode = st.st_ino;
		return true;
	}
	unlink(new.sun_path);
	return false;
}

static enum control_result
try_open(struct control *c, const char *path)
{
	enum control_result rc;

	c->at.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(c->at.sun_path)) {
		errno = ENAMETOOLONG;
		return CONTROL_FAILED;
	}
	strcpy(c->at.sun_path, path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	c->stop = eventfd(0, EFD_CLOEXEC);
	if (c->fd < 0 || c->stop < 0)
		return CONTROL_FAILED;
	rc = check_path(&c->at);
	if (rc == CONTROL_OK && !make(c))
		rc = CONTROL_FAILED;
	return rc;
}

enum control_result
control_open(struct control **out, const char *path)
{
	struct control *c = calloc(1, sizeof(*c));
	enum control_result rc;
	int why;

	*out = NULL;
	if (c == NULL)
		return CONTROL_FAILED;
	c->fd = c->stop = -1;
	rc = try_open(c, path);
	if (rc == CONTROL_OK) {
		*out = c;
		return rc;
	}
	why = errno;
	if (c->fd >= 0)
		close(c->fd);
	if (c->stop >= 0)
		close(c->stop);
	free(c);
	errno = why;
	return rc;
}

/* -- one client ----------------------------------------------------------- */

static bool
may_ask(int fd)
{
	struct ucred who;
	socklen_t n = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
	    (who.uid == 0 || who.uid == geteuid());
}

static long
ms_until(const struct timespec *end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (end->tv_sec - now.tv_sec) * 1000 +
	    (end->tv_nsec - now.tv_nsec) / 1000000;
}

/* Ready for it before the end, and before bauta stops? */
static bool
wait_for(const struct control *c, int fd, short events,
    const struct timespec *end)
{
	struct pollfd p[2] = { { .fd = fd, .events = events },
		{ .fd = c->stop, .events = POLLIN } };
	long ms = ms_until(end);

	if (ms <= 0)
		return false;
	return poll(p, 2, (int)ms) > 0 && p[1].revents == 0;
}

/* A line, without its end; false: there is none in time, or it is too long. */
static bool
read_line(const struct control *c, int fd, char line[CONTROL_LINE],
    const struct timespec *end)
{
	size_t len = 0;
	char *nl;
	ssize_t n;

	while (len < CONTROL_LINE - 1 && wait_for(c, fd, POLLIN, end)) {
		n = recv(fd, line + len, CONTROL_LINE - 1 - len, 0);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n <= 0)
			return false;
		len += (size_t)n;
		nl = memchr(line, '\n', len);
		if (nl == NULL)
			continue;
		*nl = '\0';
		return strlen(line) == (size_t)(nl - line);
	}
	return false;
}

static bool
write_all(const struct control *c, int fd, const char *text, size_t n,
    const struct timespec *end)
{
	ssize_t sent;

	while (n > 0) {
		if (!wait_for(c, fd, POLLOUT, end))
			return false;
		sent = send(fd, text, n, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			return false;
		if (sent > 0) {
			text += sent;
			n -= (size_t)sent;
		}
	}
	return true;
}

static void
serve_one(const struct control *c, int fd)
{
	struct command cmd = { .snapshot = c->snapshot,
		.workers = c->workers,
		.nworkers = c->nworkers,
		.started = c->started };
	char line[CONTROL_LINE], head[sizeof(cmd.error) + 16];
	struct timespec end;
	int n;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	if (!may_ask(fd) || !read_line(c, fd, line, &end))
		return;
	command_run(&cmd, line);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += PATIENCE_S;
	n = cmd.error[0] == '\0'
	    ? snprintf(head, sizeof(head), "ok\n")
	    : snprintf(head, sizeof(head), "error: %s\n", cmd.error);
	if (write_all(c, fd, head, (size_t)n, &end) && cmd.error[0] == '\0')
		write_all(c, fd, cmd.report.text, cmd.report.len, &end);
	report_deinit(&cmd.report);
}

/* -- the thread ----------------------------------------------------------- */

static void *
run(void *arg)
{
	struct control *c = arg;
	struct pollfd p[2] = { { .fd = c->fd, .events = POLLIN },
		{ .fd = c->stop, .events = POLLIN } };
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
	int fd;

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (p[1].revents != 0)
			return NULL;
		fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			serve_one(c, fd);
			close(fd);
		} else if (errno == EMFILE || errno == ENFILE ||
		    errno == ENOBUFS || errno == ENOMEM)
			nanosleep(&pause, NULL); /* others need them more */
	}
}

bool
control_start(struct control *c, const struct snapshot *s,
    struct worker *const *workers, unsigned n)
{
	c->started = time(NULL);
	c->snapshot = s;
	c->workers = workers;
	c->nworkers = n;
	c->runs = pthread_create(&c->thread, NULL, run, c) == 0;
	return c->runs;
}

void
control_close(struct control *c)
{
	const uint64_t one = 1;
	struct stat st;

	if (c == NULL)
		return;
	/* It can not fail: the counter is 0. */
	if (c->runs && write(c->stop, &one, sizeof(one)) == sizeof(one))
		pthread_join(c->thread, NULL);
	/* Somebody may have put another one there. */
	if (lstat(c->at.sun_path, &st) == 0 && st.st_ino == c->inode)
		unlink(c->at.sun_path);
	close(c->fd);
	close(c->stop);
	free(c);
}
