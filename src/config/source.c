/* source.c - where configuration text comes from. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parts.h"

static struct source *
source_new(struct conf *c, const char *name)
{
	struct source *s = arena_alloc(&c->arena, sizeof(*s)), **at;

	if (s == NULL)
		return NULL;
	s->name = arena_copy(&c->arena, name, strlen(name));
	if (s->name == NULL)
		return NULL;
	for (at = &c->sources; *at != NULL; at = &(*at)->next)
		;
	*at = s;
	return s;
}

/* At most one byte more than allowed, so that too much is noticed. */
static bool
read_all(struct source *s, int fd)
{
	ssize_t n;

	while (s->len <= FILE_LIMIT) {
		n = read(fd, s->text + s->len, FILE_LIMIT + 1 - s->len);
		if (n == 0)
			break;
		if (n > 0)
			s->len += (size_t)n;
		else if (errno != EINTR)
			return false;
	}
	return true;
}

static void
no_file(struct conf *c, const struct source *s)
{
	int why = errno;

	mistake_add(c, s, 0, 0,
	    why == ENOENT ? "name another one with -c, or none: everything has "
			    "a default"
		: why == EACCES ? "who runs bauta must be allowed to read it"
				: NULL,
	    "cannot read this file: %s", strerror(why));
}

/* The n-th line and its column for a byte of a source that can not be lexed. */
static void
mistake_at_byte(struct conf *c, const struct source *s, size_t pos,
    const char *message)
{
	size_t i, start = 0;
	unsigned line = 1;

	for (i = 0; i < pos; i++) {
		if (s->text[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	mistake_add(c, s, line, (unsigned)(pos - start) + 1, NULL, "%s",
	    message);
}

static bool
is_text(struct conf *c, const struct source *s)
{
	const char *nul;

	if (s->len > FILE_LIMIT) {
		mistake_add(c, s, 0, 0, NULL, "this file is larger than 1 MiB");
		return false;
	}
	if (s->len >= 2 &&
	    (memcmp(s->text, "\xff\xfe", 2) == 0 ||
		memcmp(s->text, "\xfe\xff", 2) == 0)) {
		mistake_add(c, s, 0, 0, "save it as UTF-8",
		    "this file is UTF-16");
		return false;
	}
	nul = memchr(s->text, '\0', s->len);
	if (nul == NULL)
		return true;
	mistake_at_byte(c, s, (size_t)(nul - s->text),
	    "a NUL byte: this is no text file");
	return false;
}

static bool
read_source(struct conf *c, struct source *s, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		no_file(c, s);
		return false;
	}
	s->open_to_others = S_ISREG(st.st_mode) && (st.st_mode & 077) != 0;
	s->text = calloc(1, FILE_LIMIT + 2);
	if (s->text == NULL) {
		c->arena.failed = true;
		return false;
	}
	if (!read_all(s, fd)) {
		no_file(c, s);
		return false;
	}
	return is_text(c, s);
}

struct source *
source_open(struct conf *c, const char *path)
{
	struct source *s = source_new(c, path);
	bool good;
	int fd;

	if (s == NULL)
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0) {
		no_file(c, s);
		return NULL;
	}
	good = read_source(c, s, fd);
	close(fd);
	return good ? s : NULL;
}

struct source *
source_of_text(struct conf *c, const char *name, const char *text)
{
	struct source *s = source_new(c, name);
	size_t n = strlen(text);

	if (s == NULL)
		return NULL;
	s->text = malloc(n + 1);
	if (s->text == NULL) {
		c->arena.failed = true;
		return NULL;
	}
	memcpy(s->text, text, n + 1);
	s->len = n;
	return is_text(c, s) ? s : NULL;
}

void
source_hide(struct conf *c, struct source *s, size_t from, size_t to,
    const char *shown)
{
	struct hidden *h;

	if (s == NULL || from >= to)
		return;
	h = arena_alloc(&c->arena, sizeof(*h));
	if (h == NULL)
		return;
	*h = (struct hidden){ from, to, shown, s->hidden };
	s->hidden = h;
}

size_t
source_line_end(const struct source *s, size_t pos)
{
	const char *end = memchr(s->text + pos, '\n', s->len - pos);

	return end == NULL ? s->len : (size_t)(end - s->text);
}
