/*
 * parts.h - what the files of config/ share: the struct conf, the sources its
 * text came from, what was wrong, and the steps from bytes to values.
 *
 *   source.c  bytes of a file -> struct source
 *   lex.c     bytes -> tokens
 *   parse.c   tokens -> tree of nodes, by the tables
 *   value.c   word -> value of its kind; secret.c, url.c: two large kinds
 *   error.c   what was wrong, kept; report.c prints it
 *   dump.c, manual.c   the tree and the tables, written out
 */
#ifndef CONFIG_PARTS_H
#define CONFIG_PARTS_H

#include "config/conf.h"

#include "arena.h"

#define FILE_LIMIT   (1024 * 1024)
#define LINE_LIMIT   4096
#define DEPTH_LIMIT  8
#define NAME_LIMIT   63
#define ERROR_LIMIT  100
#define SECRET_LIMIT 1024
#define HIDDEN_TEXT  "***"

/* Bytes of a source that must not be shown, and what is shown instead. */
struct hidden {
	size_t from, to;
	const char *shown;
	struct hidden *next;
};

struct source {
	const char *name; /* nodes hold this very pointer */
	char *text;       /* NUL behind it; own memory, wiped */
	size_t len;
	size_t parsed; /* what lies behind is not known to be harmless */
	bool open_to_others, told; /* a file others may read; and said so */
	struct hidden *hidden;
	struct source *next;
};

struct mistake {
	const struct source *source; /* NULL: has no place */
	unsigned line, column;
	const char *message, *hint;
	struct mistake *next;
};

/* Written with a mistake and so not in the tree, or not whole. */
struct broken {
	const char *name;
	const struct conf_node *node;
	struct broken *next;
};

struct dflt {
	const struct conf_directive *directive;
	struct conf_node *node;
	struct dflt *next;
};

struct conf {
	struct arena arena;
	const struct conf_directive *const *tables;
	struct source *sources;
	struct conf_node *nodes;
	struct dflt *dflts;
	struct mistake *mistakes; /* in order of place */
	unsigned nmistakes;
	struct broken *broken;
	bool bad;
};

enum token_type { T_WORD, T_OPEN, T_CLOSE, T_SEMICOLON, T_NEWLINE, T_END };

struct token {
	enum token_type type;
	const char *text; /* T_WORD: unquoted */
	size_t from, to;  /* where in the source */
	unsigned line, column;
};

struct lexer {
	struct conf *conf;
	struct source *source;
	size_t pos, line_start;
	unsigned line;
};

/* lex.c: T_END at the end, when memory or patience (ERROR_LIMIT) ran out. */
struct lexer lexer_of(struct conf *, struct source *);
struct token lexer_next(struct lexer *);

/* parse.c */
void parse_source(struct conf *, struct source *);
struct conf_node *parse_default(struct conf *, const struct conf_directive *);
/* The one called name of these tables, or NULL; NULL tables hold nothing. */
const struct conf_directive *table_find(const struct conf_directive *const *t,
    const char *name);
/* Its first argument that must not be shown; -1: all may be. */
int directive_secret(const struct conf_directive *);

/* value.c: source NULL for a default.  Errors are reported. */
bool value_parse(struct conf *, struct source *, const struct conf_arg *,
    const struct token *, struct conf_value *);
/* url.c */
bool url_parse(struct conf *, struct source *, const struct token *,
    struct conf_value *);
bool endpoint_value(struct conf *, const struct source *,
    const struct conf_arg *, const struct token *, struct endpoint *);
/* secret.c */
bool secret_is_reference(const char *text);
bool secret_parse(struct conf *, struct source *, const struct conf_arg *,
    const struct token *, struct conf_value *);
/* There is a secret in clear here: an error when others may read the file. */
bool secret_in_clear(struct conf *, struct source *, const struct token *);

/* source.c: NULL when it could not be read, which was reported. */
struct source *source_open(struct conf *, const char *path);
struct source *source_of_text(struct conf *, const char *name,
    const char *text);
void source_hide(struct conf *, struct source *, size_t from, size_t to,
    const char *shown);
size_t source_line_end(const struct source *, size_t pos);

/* error.c */
void mistake_add(struct conf *, const struct source *, unsigned line,
    unsigned column, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));
void mistake_at(struct conf *, const struct source *, const struct token *,
    const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The word, to be quoted in a message: "***" when it may hold a password. */
const char *harmless(const char *word);
/* The candidate nearest to word, or NULL when none is near. */
const char *nearest(const char *word, const char *const *candidates, size_t n);
bool conf_gave_up(const struct conf *); /* no memory, or too many mistakes */
/* Later complaints about this name or node are consequences: not shown. */
void broken_add(struct conf *, const char *name, const struct conf_node *);

#endif
