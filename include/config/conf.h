/*
 * conf.h - the configuration file: directives, blocks, and what is wrong.
 *
 *   listen 127.0.0.1:1080;
 *   listen [::]:1443 { auth required; }
 *   proxy n1 socks5://127.0.0.1:9050
 *   # comment
 *
 * A directive is a word, its arguments, and a block in braces, a semicolon or
 * the end of the line.  Arguments are bare words or "quoted" ones ("\" escapes
 * '"' and itself); a bare word ends at white space, ';', '{', '}' and a
 * comment starts at '#' where a word could start.
 *
 * Each module describes its directives in a table of struct conf_directive,
 * once; the same table makes the parser, the effective configuration (-T),
 * the list in bauta.conf(5) and the "did you mean".  The parser yields a tree
 * of struct conf_node that is right in form: names known, arguments counted,
 * each of its kind, repeated only where allowed.  What words mean together
 * (does that chain exist?) is for the module to check; it reports with
 * conf_error_at(), so every mistake of a file is shown in one run.
 *
 * Ownership: everything belongs to the struct conf and dies with it.
 */
#ifndef CONFIG_CONF_H
#define CONFIG_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cidr.h"
#include "base/endpoint.h"

enum conf_kind {
	CONF_NAME,     /* a word of letters, digits, '.', '_', '-' */
	CONF_TEXT,     /* any bytes but NUL */
	CONF_YESNO,    /* yes or on, no or off; word: "yes|no" or "on|off" */
	CONF_CHOICE,   /* one of arg->choices */
	CONF_NUMBER,   /* decimal, within arg->min..max */
	CONF_SIZE,     /* number with optional k, m, g (powers of 1024) */
	CONF_DURATION, /* number with ms, s, m, h, d; kept in milliseconds */
	CONF_ADDR,     /* IP:PORT or [IP]:PORT */
	CONF_HOSTPORT, /* as CONF_ADDR, or NAME:PORT */
	CONF_URL,      /* scheme://[user[:pass]@]host:port */
	CONF_SECRET,   /* file:PATH, env:NAME, or the text itself */
};

struct conf_arg {
	const char *word;	  /* as the manual shows it: "NAME" */
	enum conf_kind kind;
	const char *choices;	  /* CONF_CHOICE: "required|none" */
	unsigned long long min, max; /* NUMBER, SIZE, DURATION; max 0: none */
	bool hidden; /* kept out of messages and -T, as CONF_SECRET always is */
};

struct conf_directive {
	const char *name;
	const struct conf_arg *args; /* ended by { .word = NULL } */
	unsigned min_args;	     /* of these, how many must be there */
	bool many_args;		     /* the last one may repeat */
	bool many;		     /* the directive may appear again */
	const char *dflt;	     /* its arguments when absent, or NULL */
	const struct conf_directive *block; /* ended by { .name = NULL } */
	const char *doc;	     /* a sentence or two, plain text */
	const char *example;	     /* one line that the parser accepts */
};

struct conf_value {
	const char *text; /* as written, unquoted, NUL-terminated */
	unsigned column;  /* from 1 */
	unsigned line;
	union {
		bool yes;
		unsigned choice; /* index into choices */
		unsigned long long number; /* bytes, milliseconds or plain */
		struct endpoint endpoint;
		struct conf_url {
			const char *scheme, *user, *pass; /* NULL: not given */
			struct endpoint endpoint;
		} url;
		const char *secret; /* its content, trailing newline dropped */
	} as;
};

struct conf_node {
	const struct conf_directive *directive;
	const char *file;
	unsigned line, column;
	size_t nargs;
	struct conf_value *args;
	struct conf_node *block; /* first in the block, or NULL */
	struct conf_node *next;
};

struct conf;

/* tables: NULL-ended list of directive tables, together the top level. */
struct conf *conf_new(const struct conf_directive *const *tables);
void conf_free(struct conf *);

/*
 * Parse a file, or text under a name to call it by in messages ("-x").  May be
 * called again to add more.  false when something was wrong; the rest was
 * still read, and conf_ok() stays false.  A file that others may read and that
 * holds a secret in clear is an error, as is a file:PATH others may read.
 */
bool conf_parse_file(struct conf *, const char *path);
bool conf_parse_text(struct conf *, const char *name, const char *text);
bool conf_ok(const struct conf *); /* nothing reported so far */

const struct conf_node *conf_first(const struct conf *, const char *name);
const struct conf_node *conf_next(const struct conf_node *); /* same name */
/* In n's block: the directive called name, or NULL. */
const struct conf_node *conf_in(const struct conf_node *n, const char *name);
/*
 * The one argument of a directive that has a default: as written in block n
 * (NULL n: at the top level), or as the table's default says.  Never NULL.
 */
const struct conf_value *conf_get(struct conf *, const struct conf_node *n,
    const char *name);
/*
 * The same for a block at the top level that may not be there at all:
 * conf_get_in(c, "timeout", "idle").
 */
const struct conf_value *conf_get_in(struct conf *, const char *block,
    const char *name);

/*
 * file:line:column: error: message, the line, a caret, and when hint is not
 * NULL the hint ("did you mean \"n2\"?").  Printed by conf_report().
 */
void conf_error_at(struct conf *, const struct conf_node *,
    const struct conf_value *, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The candidate nearest to word, as a hint in conf's own memory, or NULL. */
const char *conf_did_you_mean(struct conf *, const char *word,
    const char *const *candidates, size_t n);
void conf_report(const struct conf *, FILE *);

/* -T: what is in force, defaults included, secrets as "***". */
void conf_dump(const struct conf *, FILE *);
/* The directive list of bauta.conf(5), as mdoc. */
void conf_manual(const struct conf_directive *const *tables, FILE *);

#endif
