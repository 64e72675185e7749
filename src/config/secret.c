/* secret.c - passwords and keys, and who could read them where they are. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parts.h"

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool
secret_is_reference(const char *text)
{
	return begins(text, "file:") || begins(text, "env:");
}

bool
secret_in_clear(struct conf *c, struct source *s, const struct token *t)
{
	const char *hint;

	if (s == NULL || !s->open_to_others)
		return true;
	if (s->told)
		return false;
	s->told = true;
	hint = arena_printf(&c->arena,
	    "chmod 600 %s, or keep the secret in a file of its own "
	    "(file:PATH)",
	    s->name);
	mistake_at(c, s, t, hint,
	    "others can read this file, and here is a secret");
	return false;
}

/* A relative path counts from the folder of the file that names it. */
static const char *
path_from(struct conf *c, const struct source *s, const char *path)
{
	const char *slash = s == NULL ? NULL : strrchr(s->name, '/');

	if (path[0] == '/' || slash == NULL)
		return path;
	return arena_printf(&c->arena, "%.*s%s", (int)(slash + 1 - s->name),
	    s->name, path);
}

static const char *
why_unfit(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return "it is a directory";
	if (!S_ISREG(st->st_mode))
		return "it is no regular file";
	if ((st->st_mode & 077) != 0)
		return "others can read it";
	if (st->st_size == 0)
		return "it is empty";
	return NULL;
}

/* Its content, or why not. */
static ssize_t
slurp(const char *path, char *out, size_t room, const char **why)
{
	/* A FIFO must not hold us up. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	*why = NULL;
	if (fd < 0 || fstat(fd, &st) != 0)
		*why = strerror(errno);
	else
		*why = why_unfit(&st);
	if (*why == NULL) {
		n = read(fd, out, room);
		if (n < 0)
			*why = strerror(errno);
	}
	if (fd >= 0)
		close(fd);
	return *why == NULL ? n : -1;
}

/* One line of n bytes, without its end; NULL and *why when it is not. */
static const char *
one_line(struct conf *c, const char *s, size_t n, const char **why)
{
	if (n > SECRET_LIMIT) {
		*why = "it is longer than 1024 bytes";
		return NULL;
	}
	if (n > 0 && s[n - 1] == '\n')
		n--;
	if (n > 0 && s[n - 1] == '\r')
		n--;
	if (n == 0)
		*why = "it is empty";
	else if (memchr(s, '\n', n) != NULL)
		*why = "it has more than one line";
	else if (memchr(s, '\0', n) != NULL)
		*why = "it has a NUL byte";
	else
		return arena_copy(&c->arena, s, n);
	return NULL;
}

static const char *
from_file(struct conf *c, const struct source *s, const struct token *t)
{
	const char *path = path_from(c, s, t->text + strlen("file:"));
	char content[SECRET_LIMIT + 1];
	const char *why = NULL, *hint = NULL, *secret = NULL;
	ssize_t n;

	if (path == NULL)
		return NULL;
	n = slurp(path, content, sizeof(content), &why);
	if (n >= 0)
		secret = one_line(c, content, (size_t)n, &why);
	explicit_bzero(content, sizeof(content));
	if (why == NULL)
		return secret;
	if (strcmp(why, "others can read it") == 0)
		hint = arena_printf(&c->arena, "chmod 600 %s", path);
	mistake_at(c, s, t, hint, "cannot take a secret from %s: %s", path,
	    why);
	return NULL;
}

static const char *
from_env(struct conf *c, const struct source *s, const struct token *t)
{
	const char *name = t->text + strlen("env:");
	const char *value = getenv(name), *why = NULL, *secret;

	if (value == NULL) {
		mistake_at(c, s, t, NULL,
		    "there is no environment variable \"%s\"", name);
		return NULL;
	}
	secret = one_line(c, value, strlen(value), &why);
	if (why != NULL)
		mistake_at(c, s, t, NULL,
		    "cannot take a secret from the environment variable "
		    "\"%s\": %s",
		    name, why);
	return secret;
}

bool
secret_parse(struct conf *c, struct source *s, const struct conf_arg *arg,
    const struct token *t, struct conf_value *v)
{
	const char *why = NULL;

	if (begins(t->text, "file:")) {
		v->as.secret = from_file(c, s, t);
	} else if (begins(t->text, "env:")) {
		v->as.secret = from_env(c, s, t);
	} else {
		v->as.secret = one_line(c, t->text, strlen(t->text), &why);
		if (why != NULL)
			mistake_at(c, s, t, NULL, "%s can not be used: %s",
			    arg->word, why);
		else if (!secret_in_clear(c, s, t))
			return false;
	}
	return v->as.secret != NULL;
}
