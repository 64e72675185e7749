/*
 * rule_read.h - one `rule` being read, word by word.
 *
 *   rule_read.c   the keywords, and which words belong to which
 *   rule_words.c  the words of conditions: from, to, port, ...
 *   rule_modes.c  the words that say how: headers, isolate, source, ...
 *   rule_hints.c  what was meant, when a word makes no sense
 */
#ifndef POLICY_RULE_READ_H
#define POLICY_RULE_READ_H

#include "rules.h"

struct reading {
	struct conf *conf;
	const struct conf_node *node;
	struct rule *rule;
	struct list **lists;
	bool first; /* the word at hand is the first behind its keyword */
	bool lost;  /* it may be a keyword: no telling what follows it */
};

/* Each takes one word; false: a mistake, reported, or out of memory. */
typedef bool read_word(struct reading *, const struct conf_value *);

/* rule_words.c */
read_word read_from, read_to, read_port, read_user, read_listener;
read_word read_protocol;
/* rule_modes.c */
read_word read_headers, read_isolate, read_source, read_interface, read_mark;
read_word read_private, read_limit;

bool no_memory(const struct reading *); /* reports; false */
/* Room for one more of size, behind the n that are there; false: reported. */
bool one_more(const struct reading *, void *list, size_t n, size_t size);

/* rule_read.c: the names of all keywords, as conf_did_you_mean() wants them */
const char *const *keywords(size_t *n);

bool is_isolate_word(const char *);

/* The same but for one letter, or two neighbours swapped. */
bool is_slip(const char *word, const char *meant);
const char *keyword_hint(const struct reading *, const char *word);
/* Why a word is not what its list holds: a slip in a keyword, a comma, or x. */
const char *hint_or(struct reading *, const char *word, const char *x);
/*
 * `to example.org usr alice` would be wider than what was meant: reports a
 * word that is nearly a keyword.
 */
bool is_slip_of_keyword(struct reading *, const struct conf_value *);

/* Is there a directive `what` at the top level whose first argument is name? */
bool is_named(const struct reading *, const char *what, const char *name);
/* Which of the names that these directives (NULL-ended) give was meant? */
const char *name_hint(const struct reading *, const char *const *whats,
    const char *word);

#endif
