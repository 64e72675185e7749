/* list_file.c - the file of a list, read line by line. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "list.h"

#define BLOCK 65536

_Static_assert(BLOCK > 2 * LIST_LINE_MAX, "a block has a whole line");

struct reading {
	struct conf *conf;
	const struct conf_node *node;
	const struct conf_value *value;
	const char *path;
};

static bool
report(const struct reading *r, const char *why)
{
	conf_error_at(r->conf, r->node, r->value, NULL, "%s: %s", r->path, why);
	return false;
}

static bool
report_line(const struct reading *r, const struct list_mistake *m)
{
	conf_error_at(r->conf, r->node, r->value, m->hint, "%s:%lu:%zu: %s",
	    r->path, m->line, m->column, m->what);
	return false;
}

/* A FIFO must not hold us up. */
static int
open_file(const struct reading *r)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		report(r, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		report(r, "it is a directory");
	else if (!S_ISREG(st.st_mode))
		report(r, "it is no regular file");
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Whole lines of what is there, the rest to the front; all at the end. */
static bool
take_lines(struct list *l, char *block, size_t *n, bool end,
    struct list_mistake *m)
{
	const char *lf = memrchr(block, '\n', *n);
	size_t whole = lf == NULL ? 0 : (size_t)(lf - block) + 1;

	/* A line that fills the block is too long, and is said to be. */
	if (end || (lf == NULL && *n == BLOCK))
		whole = *n;
	if (!list_add(l, block, whole, m))
		return false;
	*n -= whole;
	memmove(block, block + whole, *n);
	return true;
}

static bool
read_blocks(const struct reading *r, struct list *l, int fd, char *block)
{
	struct list_mistake m = { .line = 0 };
	size_t n = 0;
	ssize_t got = 1;

	while (got > 0) {
		got = read(fd, block + n, BLOCK - n);
		if (got < 0)
			return report(r, strerror(errno));
		n += (size_t)got;
		if (!take_lines(l, block, &n, got == 0, &m))
			return report_line(r, &m);
	}
	list_ready(l);
	return true;
}

static bool
read_file(const struct reading *r, struct list *l)
{
	char *block = malloc(BLOCK);
	int fd = block == NULL ? -1 : open_file(r);
	bool good = false;

	if (block == NULL)
		report(r, "out of memory");
	if (fd >= 0) {
		good = read_blocks(r, l, fd, block);
		close(fd);
	}
	free(block);
	return good;
}

/* A relative path counts from the folder of the file that names it. */
static char *
path_from(const char *file, const char *path)
{
	const char *slash = file == NULL ? NULL : strrchr(file, '/');
	size_t dir = path[0] == '/' || slash == NULL
	    ? 0
	    : (size_t)(slash + 1 - file);
	size_t n = strlen(path) + 1;
	char *out = malloc(dir + n);

	if (out != NULL) {
		memcpy(out, file, dir);
		memcpy(out + dir, path, n);
	}
	return out;
}

struct list *
list_load(struct conf *c, const struct conf_node *node,
    const struct conf_value *v, const char *path)
{
	struct reading r = { .conf = c, .node = node, .value = v };
	struct list *l = malloc(sizeof(*l));
	bool good = false;
	char *full;

	if (l == NULL) {
		conf_error_at(c, node, v, NULL, "out of memory");
		return NULL;
	}
	list_init(l);
	l->name = strdup(path);
	r.path = full = path_from(node->file, path);
	if (l->name == NULL || full == NULL)
		conf_error_at(c, node, v, NULL, "out of memory");
	else
		good = read_file(&r, l);
	free(full);
	if (good)
		return l;
	list_free(l);
	return NULL;
}

void
list_free(struct list *l)
{
	if (l == NULL)
		return;
	list_deinit(l);
	free(l->name);
	free(l);
}
