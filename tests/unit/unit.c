/* unit.c - malloc and friends, wrapped by the linker, failing on cue. */
#include <string.h>
#include <sys/mman.h>

#include "unit.h"

static unsigned long countdown;
static int failed;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__wrap_mmap(void *, size_t, int, int, int, off_t);
char *__wrap_strdup(const char *);
char *__wrap_strndup(const char *, size_t);

void
alloc_fail_at(unsigned long n)
{
	countdown = n;
	failed = 0;
}

int
alloc_failed(void)
{
	return failed;
}

static int
must_fail(void)
{
	if (countdown == 0)
		return 0;
	if (countdown > 1) {
		countdown--;
		return 0;
	}
	failed = 1;
	return 1;
}

void *
__wrap_malloc(size_t n)
{
	return must_fail() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return must_fail() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return must_fail() ? NULL : __real_realloc(p, n);
}

void *
__wrap_mmap(void *at, size_t n, int prot, int flags, int fd, off_t off)
{
	return must_fail() ? MAP_FAILED
			   : __real_mmap(at, n, prot, flags, fd, off);
}

char *
__wrap_strndup(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	char *copy = __wrap_malloc(n + 1);

	if (copy != NULL) {
		memcpy(copy, s, n);
		copy[n] = '\0';
	}
	return copy;
}

char *
__wrap_strdup(const char *s)
{
	return __wrap_strndup(s, strlen(s));
}
