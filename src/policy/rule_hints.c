/* rule_hints.c - what was meant by a word that makes no sense in a rule. */
#include <stdlib.h>
#include <string.h>

#include "rule_read.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
is_slip(const char *word, const char *meant)
{
	size_t n = strlen(word), m = strlen(meant);

	while (n > 0 && m > 0 && lower(*word) == *meant)
		word++, n--, meant++, m--;
	while (n > 0 && m > 0 && lower(word[n - 1]) == meant[m - 1])
		n--, m--;
	return (n <= 1 && m <= 1) ||
	    (n == 2 && m == 2 && word[0] == meant[1] && word[1] == meant[0]);
}

const char *
keyword_hint(const struct reading *r, const char *word)
{
	size_t n;
	const char *const *names = keywords(&n);

	return conf_did_you_mean(r->conf, word, names, n);
}

const char *
hint_or(struct reading *r, const char *word, const char *x)
{
	const char *near = r->first ? NULL : keyword_hint(r, word);

	r->lost = near != NULL;
	if (near != NULL)
		return near;
	if (strchr(word, ',') != NULL)
		return "put spaces between them, not commas";
	return x;
}

bool
is_slip_of_keyword(struct reading *r, const struct conf_value *v)
{
	size_t k, n;
	const char *const *names = keywords(&n);

	if (r->first || strchr(v->text, '.') != NULL)
		return false;
	for (k = 0; k < n; k++) {
		if (!is_slip(v->text, names[k]))
			continue;
		conf_error_at(r->conf, r->node, v, keyword_hint(r, v->text),
		    "\"%s\" would be a name here; if it is one, write \"%s.\"",
		    v->text, v->text);
		r->lost = true;
		return true;
	}
	return false;
}

bool
is_named(const struct reading *r, const char *what, const char *name)
{
	const struct conf_node *n = conf_first(r->conf, what);

	while (n != NULL && strcmp(n->args[0].text, name) != 0)
		n = conf_next(n);
	return n != NULL;
}

static size_t
count(const struct reading *r, const char *directive)
{
	const struct conf_node *n = conf_first(r->conf, directive);
	size_t i = 0;

	for (; n != NULL; n = conf_next(n))
		i++;
	return i;
}

const char *
name_hint(const struct reading *r, const char *const *whats, const char *word)
{
	const struct conf_node *node;
	const char *hint = NULL, **names;
	size_t all = 0, n = 0, i;

	for (i = 0; whats[i] != NULL; i++)
		all += count(r, whats[i]);
	names = all == 0 ? NULL : calloc(all, sizeof(*names));
	for (i = 0; names != NULL && whats[i] != NULL; i++) {
		node = conf_first(r->conf, whats[i]);
		for (; node != NULL; node = conf_next(node))
			names[n++] = node->args[0].text;
	}
	if (names != NULL)
		hint = conf_did_you_mean(r->conf, word, names, n);
	free(names);
	return hint;
}
