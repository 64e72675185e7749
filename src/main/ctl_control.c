/* ctl_control.c - the commands that a running bauta answers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/control.h"

#include "ctl.h"

#define PATIENCE_S 30

static int
no_daemon(const char *path)
{
	int why = errno;

	if (why == EACCES || why == EPERM)
		return ctl_complain(EX_NOPERM,
		    "%s belongs to somebody else: run bautactl as the user "
		    "bauta runs as",
		    path);
	return ctl_complain(EX_UNAVAILABLE,
	    "no bauta answers at %s (%s): start it, or say where with -s PATH",
	    path, strerror(why));
}

static int
dial(const char *path)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(at.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The first line says how it went; what follows is the answer. */
static int
show_answer(int fd)
{
	FILE *from = fdopen(fd, "r");
	char line[512];
	int c, rc = EX_UNAVAILABLE;

	if (from == NULL) {
		close(fd);
		return ctl_complain(EX_OSERR, "out of memory");
	}
	if (fgets(line, sizeof(line), from) == NULL)
		ctl_complain(rc, "bauta hung up without an answer");
	else if (strcmp(line, "ok\n") == 0)
		rc = 0;
	else
		fprintf(stderr, "bautactl: %s",
		    strncmp(line, "error: ", 7) == 0 ? line + 7 : line);
	while (rc == 0 && (c = getc(from)) != EOF)
		putchar(c);
	fclose(from);
	return rc;
}

/* A word the line protocol can carry. */
static bool
is_word(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static bool
add_word(char line[CONTROL_LINE], const char *key, const char *word)
{
	size_t n = strlen(line);

	return is_word(word) &&
	    (size_t)snprintf(line + n, CONTROL_LINE - n, "%s%s%s%s",
		n > 0 ? " " : "", key, key[0] != '\0' ? "=" : "", word) <
	    CONTROL_LINE - n - 1;
}

static int
ask(const char *path, char line[CONTROL_LINE])
{
	char usual[sizeof(((struct sockaddr_un *)0)->sun_path)];
	size_t n = strlen(line);
	unsigned i = 0;
	int fd = -1;

	if (path != NULL) {
		fd = dial(path);
	} else if (!control_usual_path(0, usual, sizeof(usual))) {
		return ctl_complain(EX_USAGE,
		    "XDG_RUNTIME_DIR is not set: say where bauta listens with "
		    "-s PATH");
	} else {
		path = usual;
		while (fd < 0 && control_usual_path(i++, usual, sizeof(usual)))
			fd = dial(usual);
	}
	if (fd < 0)
		return no_daemon(path);
	line[n] = '\n';
	if (send(fd, line, n + 1, MSG_NOSIGNAL) != (ssize_t)(n + 1)) {
		close(fd);
		return ctl_complain(EX_UNAVAILABLE, "bauta hung up");
	}
	return show_answer(fd);
}

int
ctl_ask(const struct ctl_command *c, const char *const *keys, int nargs, int argc,
    char **argv)
{
	char line[CONTROL_LINE] = "";
	const char *path = NULL;
	const char *const *k;
	int i, n = 0;

	add_word(line, "", c->name);
	for (i = 1; i < argc; i++) {
		for (k = keys; *k != NULL; k++)
			if (strncmp(argv[i], "--", 2) == 0 &&
			    strcmp(argv[i] + 2, *k) == 0)
				break;
		if (strcmp(argv[i], "--json") == 0) {
			add_word(line, "", "--json");
		} else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc) {
			path = argv[++i];
		} else if (*k != NULL && i + 1 < argc) {
			if (!add_word(line, *k, argv[++i]))
				return ctl_usage(c);
		} else if (argv[i][0] == '-' || n++ == nargs ||
		    !add_word(line, "", argv[i])) {
			return ctl_usage(c);
		}
	}
	return ask(path, line);
}

static const char *const no_keys[] = { NULL };

static int
chain(int argc, char **argv)
{
	return ctl_ask(&ctl_chain, no_keys, 1, argc, argv);
}

const struct ctl_command ctl_chain = {
	.name = "chain",
	.args = "[--json] [-s PATH] [NAME]",
	.doc = "the chains of the running bauta: which of their hops are up,\n"
	       "how long they take, and what went wrong last",
	.run = chain,
};

static int
new_identity(int argc, char **argv)
{
	return ctl_ask(&ctl_new_identity, no_keys, 0, argc, argv);
}

const struct ctl_command ctl_new_identity = {
	.name = "new-identity",
	.args = "[--json] [-s PATH]",
	.doc = "from now on be somebody else to everybody: new circuits, new\n"
	       "logins at tor, new source addresses; connections go on",
	.run = new_identity,
};

static int
pool(int argc, char **argv)
{
	return ctl_ask(&ctl_pool, no_keys, 1, argc, argv);
}

const struct ctl_command ctl_pool = {
	.name = "pool",
	.args = "[--json] [-s PATH] [NAME]",
	.doc = "the same of pools and their members",
	.run = pool,
};

static int
status(int argc, char **argv)
{
	return ctl_ask(&ctl_status, no_keys, 0, argc, argv);
}

const struct ctl_command ctl_status = {
	.name = "status",
	.args = "[--json] [-s PATH]",
	.doc = "what the running bauta does: how long it is up, where it\n"
	       "listens, how many connections each of its threads has",
	.run = status,
};
