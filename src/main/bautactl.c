/* bautactl.c - what a person does besides running bauta: one command each. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "ctl.h"

static const struct ctl_command *const commands[] = {
	&ctl_chain,
	&ctl_check,
	&ctl_explain,
	&ctl_headers,
	&ctl_new_identity,
	&ctl_passwd,
	&ctl_pool,
	&ctl_status,
	NULL,
};

int
ctl_complain(int rc, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "bautactl: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	return rc;
}

int
ctl_usage(const struct ctl_command *c)
{
	fprintf(stderr,
	    "usage: bautactl %s %s\nSee `bautactl -h` and bautactl(1).\n",
	    c->name, c->args);
	return EX_USAGE;
}

/* A text of several lines, each indented. */
static void
put_indented(FILE *to, const char *text)
{
	const char *end;

	for (; *text != '\0'; text = *end == '\0' ? end : end + 1) {
		end = strchrnul(text, '\n');
		fprintf(to, "    %.*s\n", (int)(end - text), text);
	}
}

static void
help(FILE *to)
{
	size_t i;

	fprintf(to,
	    "usage: bautactl COMMAND ...\n"
	    "       bautactl -h | -V\n");
	for (i = 0; commands[i] != NULL; i++) {
		fprintf(to, "\n%s %s\n", commands[i]->name, commands[i]->args);
		put_indented(to, commands[i]->doc);
	}
}

static int
run(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && strcmp(argv[1], "-h") == 0) {
		help(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "-V") == 0) {
		printf("bautactl %s\n", PACKAGE_VERSION);
		return 0;
	}
	for (i = 0; argc > 1 && commands[i] != NULL; i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	help(stderr);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	const struct rlimit none = { 0, 0 };
	int rc;

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	rc = run(argc, argv);
	if (fflush(stdout) != 0 && rc == 0)
		rc = ctl_complain(EX_IOERR, "cannot write to standard output");
	return rc;
}
