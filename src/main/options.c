/* options.c - the command line, and the configuration it stands for. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "argument.h"
#include "options.h"

#define SYSTEM_FILE "/etc/bauta/bauta.conf"

static int __attribute__((format(printf, 1, 2)))
usage(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "bauta: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "; `bauta -h` lists the options\n");
	return EX_USAGE;
}

static bool
take(char **list, size_t *n, char *arg)
{
	list[*n] = argument_take(arg);
	return list[*n] != NULL && ++*n > 0;
}

static int
read_options(struct options *o, int argc, char **argv)
{
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, ":l:x:c:tTVvh")) != -1) {
		switch (c) {
		case 'l':
			if (!take(o->listen, &o->nlisten, optarg))
				return EX_OSERR;
			break;
		case 'x':
			if (!take(o->hops, &o->nhops, optarg))
				return EX_OSERR;
			break;
		case 'c':
			o->file = optarg;
			break;
		case 't':
			o->todo = DO_CHECK;
			break;
		case 'T':
			o->todo = DO_DUMP;
			break;
		case 'V':
			o->todo = DO_VERSION;
			break;
		case 'h':
			o->todo = DO_HELP;
			break;
		case 'v':
			o->verbose++;
			break;
		case ':':
			return usage("option -%c needs a value", optopt);
		default:
			return usage("there is no option -%c", optopt);
		}
	}
	if (optind < argc)
		return usage("only options are understood, not \"%s\"", argv[optind]);
	if (o->file != NULL && o->nlisten + o->nhops > 0)
		return usage("-c can not be combined with -l or -x: write "
			     "`listen` and `proxy` in the file");
	return 0;
}

int
options_parse(struct options *o, int argc, char **argv)
{
	int rc;

	memset(o, 0, sizeof(*o));
	o->listen = calloc((size_t)argc, sizeof(*o->listen));
	o->hops = calloc((size_t)argc, sizeof(*o->hops));
	rc = o->listen == NULL || o->hops == NULL ? EX_OSERR
						  : read_options(o, argc, argv);
	if (rc == EX_OSERR)
		fprintf(stderr, "bauta: out of memory\n");
	if (rc != 0)
		options_free(o);
	return rc;
}

static void
free_list(char **list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		argument_free(list[i]);
	free(list);
}

void
options_free(struct options *o)
{
	free_list(o->listen, o->nlisten);
	free_list(o->hops, o->nhops);
	memset(o, 0, sizeof(*o));
}

void
options_help(void)
{
	printf("usage: bauta [-tTv] [-c FILE | [-l ADDR]... [-x URL]...]\n"
	       "\n"
	       "An anonymity proxy: SOCKS5, SOCKS4, SOCKS4a and HTTP on one "
	       "port.\n"
	       "\n"
	       "  -l ADDR  listen on ADDR, an IP:PORT; repeatable "
	       "(127.0.0.1:1080)\n"
	       "  -x URL   reach everything through this proxy; repeated, "
	       "through each\n"
	       "           in order: socks5://[user:pass@]host:port, "
	       "socks4a://, http://\n"
	       "  -c FILE  read this configuration file\n"
	       "  -t       check the configuration and exit\n"
	       "  -T       print the configuration in effect and exit\n"
	       "  -v       say more; twice: everything, also who wants what\n"
	       "  -V       print the version and exit\n"
	       "  -h       print this and exit\n"
	       "\n"
	       "Without -c, -l or -x: ~/.config/bauta/bauta.conf or "
	       SYSTEM_FILE "\n"
	       "if there is one.  See bauta(8) and bauta.conf(5).\n");
}

/* A directive and one word that may hold anything, as the parser wants it. */
static void
add(struct conf *c, const char *name, const char *directive, const char *word)
{
	size_t room = strlen(directive) + 2 * strlen(word) + 8;
	char *text = malloc(room), *p;

	if (text == NULL) {
		conf_parse_text(c, name, NULL); /* counts as an error */
		return;
	}
	p = text + sprintf(text, "%s \"", directive);
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			*p++ = '\\';
		*p++ = *word;
	}
	memcpy(p, "\"\n", 3);
	conf_parse_text(c, name, text);
	explicit_bzero(text, room);
	free(text);
}

static void
load_options(const struct options *o, struct conf *c)
{
	char text[256] = "chain x { hops";
	size_t i, n = strlen(text);
	char directive[32];

	for (i = 0; i < o->nlisten; i++)
		add(c, "-l", "listen", o->listen[i]);
	for (i = 0; i < o->nhops; i++) {
		snprintf(directive, sizeof(directive), "proxy hop%zu", i + 1);
		add(c, "-x", directive, o->hops[i]);
		if (n < sizeof(text) - 32) /* too many is the chain's error */
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    " hop%zu", i + 1);
	}
	if (o->nhops == 0)
		return;
	snprintf(text + n, sizeof(text) - n, "; }\nrule chain x\n");
	conf_parse_text(c, "-x", text);
}

/* A file that is not there is no error; one that can not be read is. */
static bool
load_usual(struct conf *c, const char *path)
{
	if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return false;
	conf_parse_file(c, path);
	return true;
}

void
options_load(const struct options *o, struct conf *c, const char **source)
{
	const char *dir = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char path[4096] = "";

	if (o->file != NULL) {
		*source = o->file;
		conf_parse_file(c, o->file);
		return;
	}
	if (o->nlisten + o->nhops > 0) {
		*source = "from the command line";
		load_options(o, c);
		return;
	}
	if (dir != NULL && dir[0] == '/')
		snprintf(path, sizeof(path), "%s/bauta/bauta.conf", dir);
	else if (home != NULL && home[0] == '/')
		snprintf(path, sizeof(path), "%s/.config/bauta/bauta.conf",
		    home);
	*source = "~/.config/bauta/bauta.conf";
	if (path[0] != '\0' && load_usual(c, path))
		return;
	*source = SYSTEM_FILE;
	if (!load_usual(c, SYSTEM_FILE))
		*source = "built in";
}
