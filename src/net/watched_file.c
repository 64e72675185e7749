/* watched_file.c - stat now and then, read when something is new. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watched_file.h"

#define LOOK_MS 1000

bool
watched_file_changed(struct watched_file *f, uint64_t now)
{
	struct stat st;
	bool first = f->looked == 0, same;

	if (!first && now - f->looked < LOOK_MS)
		return false;
	f->looked = now > 0 ? now : 1;
	if (stat(f->path, &st) != 0)
		memset(&st, 0, sizeof(st));
	/* ctime: an edit within the mtime's grain that keeps the size. */
	same = st.st_ino == f->seen.st_ino && st.st_dev == f->seen.st_dev &&
	    st.st_size == f->seen.st_size &&
	    st.st_mtim.tv_sec == f->seen.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == f->seen.st_mtim.tv_nsec &&
	    st.st_ctim.tv_sec == f->seen.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == f->seen.st_ctim.tv_nsec;
	f->seen = st;
	return first || !same;
}

static bool
read_all(int fd, char *mem, size_t max, size_t *n)
{
	ssize_t got;

	*n = 0;
	while (*n < max) {
		got = read(fd, mem + *n, max - *n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	return true;
}

char *
file_lines(const char *path, size_t max, size_t *n, bool *cut)
{
	struct stat st;
	char *mem = NULL;
	size_t size;
	int fd;

	/* NONBLOCK: a FIFO put there must not stop the loop. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		goto out;
	*cut = (size_t)st.st_size > max;
	size = *cut ? max : (size_t)st.st_size;
	mem = malloc(size + 1);
	if (mem == NULL || !read_all(fd, mem, size, n)) {
		free(mem);
		mem = NULL;
		goto out;
	}
	while (*cut && *n > 0 && mem[*n - 1] != '\n')
		--*n;
	mem[*n] = '\0';
out:
	close(fd);
	return mem;
}
