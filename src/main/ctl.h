/*
 * ctl.h - the commands of bautactl: a file each, and a line in bautactl.c.
 */
#ifndef MAIN_CTL_H
#define MAIN_CTL_H

struct ctl_command {
	const char *name, *args;
	const char *doc; /* for -h; lines of 70 characters at most */
	/* argv[0] is the command's name; returns an exit code (sysexits(3)). */
	int (*run)(int argc, char **argv);
};

extern const struct ctl_command ctl_chain, ctl_check, ctl_explain,
    ctl_headers, ctl_new_identity, ctl_passwd, ctl_pool, ctl_status;

/* "bautactl: ..." to standard error; returns rc. */
int ctl_complain(int rc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* How the command is used; returns EX_USAGE. */
int ctl_usage(const struct ctl_command *);

/*
 * Ask the running bauta and print its answer; returns an exit code.  Options
 * are --KEY VALUE, handed over as key=value; --json; and -s PATH, the socket.
 * keys: those this command knows, ended by NULL; nargs: how many other words.
 */
int ctl_ask(const struct ctl_command *, const char *const *keys, int nargs,
    int argc, char **argv);

#endif
