/* options.h - the command line. */
#ifndef MAIN_OPTIONS_H
#define MAIN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/conf.h"

enum todo { DO_RUN, DO_CHECK, DO_DUMP, DO_HELP, DO_VERSION };

struct options {
	enum todo todo;
	unsigned verbose;
	const char *file;
	/* -l and -x as given; they point into argv until options_hide(). */
	char **listen, **hops;
	size_t nlisten, nhops;
};

/*
 * 0, or EX_USAGE after saying on standard error what is wrong.  The lists are
 * malloc'd; options_free() wipes and frees them.
 */
int options_parse(struct options *, int argc, char **argv);
void options_free(struct options *);
void options_help(void); /* to standard output */

/*
 * Read what the options stand for into conf: -l and -x, or the file, or the
 * first that exists of the usual files, or nothing (everything built in).
 * *source says which, for people; it lives as long as the options.
 */
void options_load(const struct options *, struct conf *, const char **source);

#endif
