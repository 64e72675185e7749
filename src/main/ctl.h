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

extern const struct ctl_command ctl_check, ctl_headers, ctl_passwd,
    ctl_status;

/* "bautactl: ..." to standard error; returns rc. */
int ctl_complain(int rc, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* How the command is used; returns EX_USAGE. */
int ctl_usage(const struct ctl_command *);

#endif
