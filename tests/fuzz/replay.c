/*
 * replay.c - main() of a fuzz target without libFuzzer: feeds it every file
 * named, every file of every folder named, and each prefix of a short one.
 *
 * Prints how many files there were.  Fails when there was none, or when one
 * can not be read; what the target itself finds aborts.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIXES_MAX 1024       /* of files up to this size, every prefix */
#define FILE_MAX     (16 << 20) /* larger is a mistake */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long files;

static void
die(const char *what, const char *path)
{
	fprintf(stderr, "replay: %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

/* From memory of exactly this size, so that a sanitiser sees every overrun. */
static void
feed(const uint8_t *data, size_t n)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		die("copying", "an input");
	if (n > 0)
		memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void
feed_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(size + 1);
	size_t n, i;

	if (f == NULL || data == NULL)
		die("opening", path);
	n = fread(data, 1, size, f);
	if (ferror(f) || n != size)
		die("reading", path);
	fclose(f);
	for (i = n <= PREFIXES_MAX ? 0 : n; i <= n; i++)
		feed(data, i);
	free(data);
	files++;
}

static int
is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void
feed_path(const char *path)
{
	struct dirent **list;
	struct stat st;
	char *inner;
	int n, i;

	if (stat(path, &st) != 0)
		die("looking at", path);
	if (!S_ISDIR(st.st_mode)) {
		errno = EFBIG;
		if (st.st_size > FILE_MAX)
			die("reading", path);
		feed_file(path, (size_t)st.st_size);
		return;
	}
	n = scandir(path, &list, is_visible, alphasort);
	if (n < 0)
		die("listing", path);
	for (i = 0; i < n; i++) {
		if (asprintf(&inner, "%s/%s", path, list[i]->d_name) < 0)
			die("listing", path);
		feed_path(inner);
		free(inner);
		free(list[i]);
	}
	free(list);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		feed_path(argv[i]);
	if (files == 0) {
		fprintf(stderr, "replay: there is nothing to replay\n");
		return 1;
	}
	printf("%lu inputs\n", files);
	return 0;
}
