/*
 * watched_file.h - a small text file that is read again when it changes.
 *
 * The file is looked at when asked and at most once a second: a name server or
 * a host put into /etc counts without a restart, and nothing needs inotify.
 */
#ifndef NET_WATCHED_FILE_H
#define NET_WATCHED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct watched_file {
	const char *path; /* the caller's, stays */
	uint64_t looked;  /* when, in the loop's milliseconds; 0: never */
	struct stat seen; /* all 0 while the file is not there */
};

/* true at the first call and when the file is another one since the last. */
bool watched_file_changed(struct watched_file *, uint64_t now);

/*
 * The file's whole lines, at most max bytes of them, NUL-terminated; *n is
 * their length and *cut says that there was more.  NULL: not there, not
 * readable, not a regular file, or out of memory.  The caller frees it.
 */
char *file_lines(const char *path, size_t max, size_t *n, bool *cut);

#endif
