/* manual.c - the tables as the directive list of a manual page, in mdoc. */
#include <string.h>

#include "config/conf.h"

#define WIDTH 72

/* -- text ----------------------------------------------------------------- */

static void
put_escaped(const char *s, size_t n, FILE *f)
{
	for (; n > 0; s++, n--) {
		if (*s == '\\')
			fputs("\\e", f);
		else
			putc(*s, f);
	}
}

static bool
ends_sentence(const char *word, size_t n)
{
	return n > 1 && strchr(".?!", word[n - 1]) != NULL;
}

/* Filled lines; a sentence begins a line, so that its space is right. */
static void
put_text(const char *s, FILE *f)
{
	size_t column = 0, n;

	while (*(s += strspn(s, " ")) != '\0') {
		n = strcspn(s, " ");
		if (column > 0 && column + 1 + n > WIDTH) {
			putc('\n', f);
			column = 0;
		}
		if (column > 0)
			putc(' ', f);
		else if (*s == '.' || *s == '\'')
			fputs("\\&", f);
		put_escaped(s, n, f);
		column += n + 1;
		if (ends_sentence(s, n)) {
			putc('\n', f);
			column = 0;
		}
		s += n;
	}
	if (column > 0)
		putc('\n', f);
}

/* As the argument of a macro: one word, whatever it has in it. */
static void
put_quoted(const char *s, FILE *f)
{
	putc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputs("\\(dq", f);
		else
			put_escaped(s, 1, f);
	}
	putc('"', f);
}

/* -- directives ----------------------------------------------------------- */

/* Are the choices what the manual shows in the argument's place? */
static bool
shows_choices(const struct conf_arg *a)
{
	return a->kind == CONF_YESNO ||
	    (a->kind == CONF_CHOICE && strcmp(a->word, a->choices) == 0);
}

static void
put_choices(const char *choices, const char *between, FILE *f)
{
	size_t n;

	for (;; choices += n + 1) {
		n = strcspn(choices, "|");
		fprintf(f, " Cm %.*s", (int)n, choices);
		if (choices[n] == '\0')
			return;
		fputs(between, f);
	}
}

static void
put_head(const struct conf_directive *d, FILE *f)
{
	const struct conf_arg *a;
	unsigned i = 0;

	fprintf(f, ".It Ic %s", d->name);
	for (a = d->args; a != NULL && a->word != NULL; a++, i++) {
		if (i >= d->min_args)
			fputs(" Oo", f);
		if (shows_choices(a)) {
			put_choices(a->word, " |", f);
		} else {
			fputs(" Ar ", f);
			put_quoted(a->word, f);
		}
		if (d->many_args && a[1].word == NULL)
			fputs(" ...", f);
		if (i >= d->min_args)
			fputs(" Oc", f);
	}
	if (d->block != NULL)
		fprintf(f, " Brq ...");
	putc('\n', f);
}

/* ".Cm a ,", ".Cm b ." */
static void
put_choice_lines(const char *choices, FILE *f)
{
	size_t n;

	for (;; choices += n + 1) {
		n = strcspn(choices, "|");
		fprintf(f, ".Cm %.*s %c\n", (int)n, choices,
		    choices[n] == '\0' ? '.' : ',');
		if (choices[n] == '\0')
			return;
	}
}

/* What the words of the head leave open. */
static void
put_kinds(const struct conf_directive *d, FILE *f)
{
	const struct conf_arg *a;

	for (a = d->args; a != NULL && a->word != NULL; a++) {
		if (a->kind != CONF_CHOICE || shows_choices(a))
			continue;
		fputs(".Ar ", f);
		put_quoted(a->word, f);
		fputs("\nis one of\n", f);
		put_choice_lines(a->choices, f);
	}
}

static void
put_example(const char *example, FILE *f)
{
	fputs(".Bd -literal -offset indent\n", f);
	if (*example == '.' || *example == '\'')
		fputs("\\&", f);
	put_escaped(example, strlen(example), f);
	fputs("\n.Ed\n", f);
}

static void
put_list(const struct conf_directive *d, FILE *f)
{
	for (; d->name != NULL; d++) {
		put_head(d, f);
		if (d->doc != NULL)
			put_text(d->doc, f);
		put_kinds(d, f);
		if (d->many)
			fputs("May be given more than once.\n", f);
		if (d->dflt != NULL) {
			fputs("The default is\n.Dq ", f);
			put_quoted(d->dflt, f);
			fputs(" .\n", f);
		}
		if (d->example != NULL)
			put_example(d->example, f);
		if (d->block != NULL) {
			fputs(".Pp\nIn its block:\n.Bl -tag -width Ds\n", f);
			put_list(d->block, f);
			fputs(".El\n", f);
		}
	}
}

void
conf_manual(const struct conf_directive *const *tables, FILE *f)
{
	fputs(".Bl -tag -width Ds\n", f);
	for (; *tables != NULL; tables++)
		put_list(*tables, f);
	fputs(".El\n", f);
}
