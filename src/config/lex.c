/* lex.c - bytes to words, braces, semicolons and line ends. */
#include <string.h>

#include "parts.h"

struct lexer
lexer_of(struct conf *c, struct source *s)
{
	struct lexer l = { .conf = c, .source = s, .line = 1 };

	if (s->len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
		l.pos = l.line_start = 3;
	return l;
}

/* The text is followed by a NUL, and a source has none within. */
static char
here(const struct lexer *l)
{
	return l->source->text[l->pos];
}

static bool
is_crlf(const struct lexer *l)
{
	const char *p = l->source->text + l->pos;

	return p[0] == '\r' && (p[1] == '\n' || p[1] == '\0');
}

static bool
ends_word(const struct lexer *l)
{
	char c = here(l);

	return c == '\0' || strchr(" \t\n;{}", c) != NULL || is_crlf(l);
}

static struct token
token_here(const struct lexer *l, enum token_type type)
{
	return (struct token){
		.type = type,
		.from = l->pos,
		.to = l->pos,
		.line = l->line,
		.column = (unsigned)(l->pos - l->line_start) + 1,
	};
}

static void
complain(struct lexer *l, const char *hint, const char *message)
{
	struct token t = token_here(l, T_WORD);

	mistake_at(l->conf, l->source, &t, hint, "%s", message);
}

static void
skip_white(struct lexer *l)
{
	size_t end;

	while (here(l) == ' ' || here(l) == '\t' || is_crlf(l))
		l->pos++;
	if (here(l) != '#')
		return;
	end = source_line_end(l->source, l->pos);
	source_hide(l->conf, l->source, l->pos, end, "");
	l->pos = end;
}

/* true: it was, and lies behind us. */
static bool
line_too_long(struct lexer *l)
{
	size_t end = source_line_end(l->source, l->pos);

	if (l->pos != l->line_start || end - l->pos <= LINE_LIMIT)
		return false;
	l->pos += LINE_LIMIT;
	complain(l, "write it on several lines",
	    "this line is longer than 4096 bytes");
	source_hide(l->conf, l->source, l->line_start, end, HIDDEN_TEXT);
	l->pos = end;
	return true;
}

/* Behind the opening quote; *out has room for the rest of the line. */
static void
read_quoted(struct lexer *l, char *out)
{
	char c;

	for (; (c = here(l)) != '\0' && c != '\n' && c != '"'; l->pos++) {
		if (c == '\\') {
			l->pos++;
			c = here(l);
			if (c != '"' && c != '\\') {
				l->pos--;
				complain(l, "write \\\\ for a backslash",
				    "only \\\" and \\\\ may follow a backslash "
				    "in quotes");
				c = '\\';
			}
		}
		*out++ = c;
	}
}

static bool
quoted(struct lexer *l, const struct token *t, char *out)
{
	l->pos++;
	read_quoted(l, out);
	if (here(l) != '"') {
		mistake_at(l->conf, l->source, t, NULL,
		    "this quote is never closed on its line");
		return false;
	}
	l->pos++;
	if (ends_word(l))
		return true;
	complain(l, "within quotes, write \\\" for a quote",
	    "white space must follow a closing quote");
	while (!ends_word(l))
		l->pos++;
	return false;
}

static bool
bare(struct lexer *l, char *out)
{
	bool good = true;

	for (; !ends_word(l); l->pos++) {
		if (good && here(l) == '"') {
			complain(l, "put the whole word in quotes",
			    "a quote in the middle of a word");
			good = false;
		} else if (good &&
		    ((unsigned char)here(l) < 0x20 || here(l) == 0x7f)) {
			complain(l, NULL, "a control character in a word");
			good = false;
		}
		*out++ = here(l);
	}
	return good;
}

/* How long the word that begins here is at most, unquoted. */
static size_t
word_room(const struct lexer *l)
{
	struct lexer probe = *l;
	bool in_quotes = here(l) == '"';

	if (in_quotes)
		probe.pos++;
	while (in_quotes ? here(&probe) != '\0' && here(&probe) != '\n' &&
		    here(&probe) != '"'
			 : !ends_word(&probe)) {
		if (in_quotes && here(&probe) == '\\' &&
		    (probe.source->text[probe.pos + 1] == '"' ||
			probe.source->text[probe.pos + 1] == '\\'))
			probe.pos++;
		probe.pos++;
	}
	return probe.pos - l->pos;
}

static struct token
word(struct lexer *l)
{
	struct token t = token_here(l, T_WORD);
	char *text = arena_alloc(&l->conf->arena, word_room(l) + 1);

	if (text == NULL)
		return token_here(l, T_END);
	/* A word with a mistake has no text: nothing is concluded from it. */
	t.text = text;
	if (here(l) == '"' ? !quoted(l, &t, text) : !bare(l, text))
		t.text = NULL;
	t.to = l->pos;
	return t;
}

struct token
lexer_next(struct lexer *l)
{
	struct token t;

	do {
		if (conf_gave_up(l->conf))
			return token_here(l, T_END);
	} while (line_too_long(l));
	skip_white(l);
	switch (here(l)) {
	case '\0':
		t = token_here(l, T_END);
		break;
	case '\n':
		t = token_here(l, T_NEWLINE);
		l->line_start = ++l->pos;
		l->line++;
		break;
	case ';':
		t = token_here(l, T_SEMICOLON);
		t.to = ++l->pos;
		break;
	case '{':
		t = token_here(l, T_OPEN);
		t.to = ++l->pos;
		break;
	case '}':
		t = token_here(l, T_CLOSE);
		t.to = ++l->pos;
		break;
	default:
		t = word(l);
	}
	return t;
}
