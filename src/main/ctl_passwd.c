/* ctl_passwd.c - `bautactl passwd NAME`: a password as a `user` block. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "crypto/password.h"
#include "crypto/secret.h"

#include "ctl.h"

#define PASS_MAX    255 /* RFC 1929 */
#define INTERRUPTED (-1)

/* -- reading a password --------------------------------------------------- */

enum got { GOT_BYTE, GOT_END, GOT_SIGNAL, GOT_ERROR };

/* signals: from signalfd(2), or -1. */
static enum got
next_byte(int fd, int signals, char *c)
{
	struct pollfd p[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	ssize_t n;

	do
		n = poll(p, 2, -1);
	while (n < 0 && errno == EINTR);
	if (n >= 0 && p[1].revents != 0)
		return GOT_SIGNAL;
	do
		n = read(fd, c, 1);
	while (n < 0 && errno == EINTR);
	return n > 0 ? GOT_BYTE : n == 0 ? GOT_END : GOT_ERROR;
}

/*
 * One line of fd without its end, byte by byte so that nothing behind it is
 * taken.  0, an exit code, or INTERRUPTED.
 */
static int
read_line(int fd, int signals, char out[PASS_MAX + 1])
{
	size_t n = 0;
	enum got got;
	char c;

	while ((got = next_byte(fd, signals, &c)) == GOT_BYTE && c != '\n') {
		if (c == '\0')
			return ctl_complain(EX_DATAERR,
			    "a password can not have a NUL byte");
		if (n == PASS_MAX)
			return ctl_complain(EX_DATAERR,
			    "a password has at most 255 bytes");
		out[n++] = c;
	}
	if (got == GOT_SIGNAL)
		return INTERRUPTED;
	if (got == GOT_ERROR)
		return ctl_complain(EX_IOERR, "cannot read the password");
	if (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	return n > 0 ? 0 : ctl_complain(EX_DATAERR, "the password is empty");
}

/*
 * With the echo off, and on again whatever happens.  What is left of a line
 * that was too long is thrown away: no shell must read it as a command.
 */
static int
read_quietly(int tty, int signals, const char *prompt, char out[PASS_MAX + 1])
{
	struct termios was, quiet;
	int rc;

	if (tcgetattr(tty, &was) != 0)
		return ctl_complain(EX_IOERR, "cannot set the terminal up");
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ECHONL;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) != 0)
		return ctl_complain(EX_IOERR, "cannot set the terminal up");
	if (write(tty, prompt, strlen(prompt)) < 0)
		rc = ctl_complain(EX_IOERR, "cannot write to the terminal");
	else
		rc = read_line(tty, signals, out);
	tcsetattr(tty, TCSAFLUSH, &was);
	return rc;
}

/*
 * Signals wait until the terminal is as it was.  Then they do what they always
 * do; after ^Z and fg the question is asked again.
 */
static int
ask(int tty, const char *prompt, char out[PASS_MAX + 1])
{
	static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM,
		SIGTSTP };
	sigset_t set;
	int signals, rc;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&set, caught[i]);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		return ctl_complain(EX_OSERR, "cannot wait for signals");
	do {
		sigprocmask(SIG_BLOCK, &set, NULL);
		rc = read_quietly(tty, signals, prompt, out);
		if (rc != 0)
			secret_wipe(out, PASS_MAX + 1);
		if (rc == INTERRUPTED && write(tty, "\n", 1) < 0)
			rc = ctl_complain(EX_IOERR,
			    "cannot write to the terminal");
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	} while (rc == INTERRUPTED);
	close(signals);
	return rc;
}

static int
read_password(char out[PASS_MAX + 1])
{
	char again[PASS_MAX + 1] = "";
	int tty, rc;

	if (!isatty(STDIN_FILENO))
		return read_line(STDIN_FILENO, -1, out);
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tty < 0)
		return ctl_complain(EX_IOERR, "cannot open the terminal");
	rc = ask(tty, "Password: ", out);
	if (rc == 0)
		rc = ask(tty, "The same again: ", again);
	if (rc == 0 && strcmp(out, again) != 0)
		rc = ctl_complain(EX_DATAERR, "the two are not the same");
	secret_wipe(again, sizeof(again));
	close(tty);
	return rc;
}

/* -- the command ---------------------------------------------------------- */

/* What the configuration file holds without quotes, and a login at all. */
static bool
is_name(const char *s)
{
	const unsigned char *p;

	for (p = (const unsigned char *)s; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || strchr(":\"\\{};#", *p) != NULL)
			return false;
	return s[0] != '\0' && strlen(s) <= 255;
}

static int
passwd(int argc, char **argv)
{
	char pass[PASS_MAX + 1] = "", hash[PASSWORD_HASH_MAX];
	const char *name = argv[1];
	int rc;

	if (argc != 2)
		return ctl_usage(&ctl_passwd);
	if (!is_name(name))
		return ctl_complain(EX_USAGE,
		    "a user's name has 1 to 255 bytes, no space and none of "
		    ": \" \\ { } ; #");
	if (!crypto_init())
		return ctl_complain(EX_OSERR,
		    "cannot start the random generator");
	rc = read_password(pass);
	if (rc == 0 && !password_hash(hash, pass, strlen(pass)))
		rc = ctl_complain(EX_OSERR, "out of memory: 19 MiB are needed");
	secret_wipe(pass, sizeof(pass));
	if (rc == 0)
		printf("user %s {\n\thash \"%s\"\n}\n", name, hash);
	return rc;
}

const struct ctl_command ctl_passwd = {
	.name = "passwd",
	.args = "NAME",
	.doc =
	    "ask for a password, or read it from standard input when that is\n"
	    "no terminal, and print the block to paste into bauta.conf",
	.run = passwd,
};
