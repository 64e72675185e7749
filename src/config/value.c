/* value.c - a word as a value of its kind. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "parts.h"

#define CHOICES_MAX 16

static bool
name_value(struct conf *c, const struct source *s, const struct token *t)
{
	size_t n = strlen(t->text);
	const char *p;

	if (n == 0) {
		mistake_at(c, s, t, NULL, "a name can not be empty");
		return false;
	}
	if (n > NAME_LIMIT) {
		mistake_at(c, s, t, NULL,
		    "a name can not be longer than %d characters", NAME_LIMIT);
		return false;
	}
	for (p = t->text; *p != '\0'; p++) {
		if (isalnum((unsigned char)*p) || strchr("._-", *p) != NULL)
			continue;
		mistake_at(c, s, t, NULL,
		    "\"%s\" is no name: it may have letters, digits, \".\", "
		    "\"_\" and \"-\"",
		    harmless(t->text));
		return false;
	}
	return true;
}

static bool
yesno_value(struct conf *c, const struct source *s, const struct token *t,
    bool *yes)
{
	static const char *const words[4] = { "no", "off", "yes", "on" };
	const char *hint = NULL;
	size_t i;

	for (i = 0; i < 4; i++) {
		*yes = i >= 2;
		if (strcmp(t->text, words[i]) == 0)
			return true;
	}
	if (strcasecmp(t->text, "true") == 0)
		hint = "did you mean \"yes\"?";
	else if (strcasecmp(t->text, "false") == 0)
		hint = "did you mean \"no\"?";
	else
		hint = conf_did_you_mean(c, t->text, words, 4);
	mistake_at(c, s, t, hint, "\"%s\" is neither \"yes\" nor \"no\"",
	    harmless(t->text));
	return false;
}

static bool
choice_value(struct conf *c, const struct source *s, const struct conf_arg *arg,
    const struct token *t, unsigned *choice)
{
	const char *words[CHOICES_MAX], *p = arg->choices, *end;
	char *list;
	size_t n = 0, i, len;

	list = arena_alloc(&c->arena, 2 * strlen(arg->choices) + 1);
	while (list != NULL && n < CHOICES_MAX) {
		end = strchrnul(p, '|');
		len = (size_t)(end - p);
		words[n] = arena_copy(&c->arena, p, len);
		if (words[n] == NULL)
			return false;
		strcat(strcat(list, n == 0 ? "" : ", "), words[n]);
		n++;
		if (*end == '\0')
			break;
		p = end + 1;
	}
	for (i = 0; i < n; i++) {
		*choice = (unsigned)i;
		if (strcmp(words[i], t->text) == 0)
			return true;
	}
	if (list != NULL)
		mistake_at(c, s, t, conf_did_you_mean(c, t->text, words, n),
		    "\"%s\" is none of: %s", harmless(t->text), list);
	return false;
}

/* -- numbers -------------------------------------------------------------- */

struct unit {
	const char *name;
	unsigned long long times;
};

/* From large to small, so that a number is written with the largest. */
static const struct unit plain_units[] = { { "", 1 }, { NULL, 0 } };
static const struct unit size_units[] = {
	{ "g", 1ull << 30 },
	{ "G", 1ull << 30 },
	{ "m", 1ull << 20 },
	{ "M", 1ull << 20 },
	{ "k", 1ull << 10 },
	{ "K", 1ull << 10 },
	{ "", 1 },
	{ NULL, 0 },
};
static const struct unit duration_units[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
	{ NULL, 0 },
};

static const struct unit *
units_of(enum conf_kind kind)
{
	return kind == CONF_SIZE    ? size_units
	    : kind == CONF_DURATION ? duration_units
				    : plain_units;
}

static const char *
written(struct arena *a, const struct unit *u, unsigned long long v)
{
	const char *text;

	while (v % u->times != 0)
		u++;
	text = v == 0 ? "0" : arena_printf(a, "%llu%s", v / u->times, u->name);
	return text == NULL ? "" : text;
}

static bool
scale(const char *s, const struct unit *u, unsigned long long *v,
    bool *overflow)
{
	size_t digits = strspn(s, "0123456789"), i;
	unsigned long long n = 0;

	*overflow = false;
	if (digits == 0)
		return false;
	for (i = 0; i < digits; i++)
		*overflow |= __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, s[i] - '0', &n);
	/* Nothing needs no unit. */
	while (u->name != NULL && strcmp(u->name, s + digits) != 0 &&
	    !(n == 0 && !*overflow && s[digits] == '\0'))
		u++;
	if (u->name == NULL)
		return false;
	*overflow |= __builtin_mul_overflow(n, u->times, v);
	return true;
}

static void
no_number(struct conf *c, const struct source *s, const struct conf_arg *arg,
    const struct token *t)
{
	const char *hint = NULL;
	bool digits = strspn(t->text, "0123456789") == strlen(t->text);

	if (arg->kind == CONF_DURATION && digits && t->text[0] != '\0')
		hint = arena_printf(&c->arena, "did you mean \"%ss\"?",
		    t->text);
	mistake_at(c, s, t, hint,
	    arg->kind == CONF_DURATION
		? "\"%s\" is no duration: a whole number and ms, s, m, h or d"
		: arg->kind == CONF_SIZE
		? "\"%s\" is no size: a whole number and nothing, k, m or g"
		: "\"%s\" is no whole number",
	    harmless(t->text));
}

static bool
number_value(struct conf *c, const struct source *s, const struct conf_arg *arg,
    const struct token *t, unsigned long long *v)
{
	const struct unit *units = units_of(arg->kind);
	struct arena *a = &c->arena;
	bool overflow;

	if (!scale(t->text, units, v, &overflow)) {
		no_number(c, s, arg, t);
		return false;
	}
	if (!overflow && *v >= arg->min && (arg->max == 0 || *v <= arg->max))
		return true;
	if (arg->max != 0)
		mistake_at(c, s, t, NULL, "%s must be from %s to %s", t->text,
		    written(a, units, arg->min), written(a, units, arg->max));
	else if (overflow)
		mistake_at(c, s, t, NULL, "%s is too large", t->text);
	else
		mistake_at(c, s, t, NULL, "%s must be at least %s", t->text,
		    written(a, units, arg->min));
	return false;
}

bool
value_parse(struct conf *c, struct source *s, const struct conf_arg *arg,
    const struct token *t, struct conf_value *v)
{
	*v = (struct conf_value){
		.text = t->text,
		.line = t->line,
		.column = t->column,
	};
	if (t->text == NULL)
		return false;
	switch (arg->kind) {
	case CONF_NAME:
		return name_value(c, s, t);
	case CONF_TEXT:
		return true;
	case CONF_YESNO:
		return yesno_value(c, s, t, &v->as.yes);
	case CONF_CHOICE:
		return choice_value(c, s, arg, t, &v->as.choice);
	case CONF_NUMBER:
	case CONF_SIZE:
	case CONF_DURATION:
		return number_value(c, s, arg, t, &v->as.number);
	case CONF_ADDR:
	case CONF_HOSTPORT:
		return endpoint_value(c, s, arg, t, &v->as.endpoint);
	case CONF_URL:
		return url_parse(c, s, t, v);
	case CONF_SECRET:
		return secret_parse(c, s, arg, t, v);
	}
	return false;
}
