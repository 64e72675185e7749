#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

#define LINE_MAX_BYTES 1024 /* under PIPE_BUF: threads do not mix lines */

static enum log_level level = LOG_NORMAL;

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
	bool full;
};

void
log_set_level(enum log_level l)
{
	level = l;
}

bool
log_is_debug(void)
{
	return level == LOG_DEBUG;
}

/* All or nothing, and always room for what says that something is missing. */
static void
put(struct line *l, const char *s, size_t n)
{
	static const char cut[] = "...\n";

	if (l->full || n > sizeof(l->text) - l->len - (sizeof(cut) - 1)) {
		l->full = true;
		return;
	}
	memcpy(l->text + l->len, s, n);
	l->len += n;
}

static bool
is_plain(const char *s)
{
	const char *p;

	for (p = s; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '\\' ||
		    *p == '=')
			return false;
	return p > s;
}

static void
put_value(struct line *l, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c;
	char esc[4];

	if (is_plain(s)) {
		put(l, s, strlen(s));
		return;
	}
	put(l, "\"", 1);
	for (; *s != '\0' && !l->full; s++) {
		c = (unsigned char)*s;
		memcpy(esc, "\\x", 2);
		if (c == '"' || c == '\\') {
			esc[1] = *s;
			put(l, esc, 2);
		} else if (c >= ' ' && c <= '~') {
			put(l, s, 1);
		} else {
			esc[2] = hex[c >> 4];
			esc[3] = hex[c & 15];
			put(l, esc, 4);
		}
	}
	put(l, "\"", 1);
}

static void
log_line(const char *kind, const char *event, va_list ap)
{
	int keep = errno;
	struct line l = { .len = 0 };
	const char *key, *value, *sep = "  ";
	ssize_t n;

	put(&l, kind, strlen(kind));
	put(&l, event, strlen(event));
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (value == NULL) /* may be the end of the list: stop here */
			break;
		put(&l, sep, strlen(sep));
		put(&l, key, strlen(key));
		put(&l, "=", 1);
		put_value(&l, value);
		sep = " ";
	}
	if (l.full) {
		memcpy(l.text + l.len, "...", 3);
		l.len += 3;
	}
	l.text[l.len++] = '\n';
	n = write(STDERR_FILENO, l.text, l.len);
	(void)n; /* there is nowhere else to say it */
	errno = keep;
}

void
log_error(const char *event, ...)
{
	va_list ap;

	va_start(ap, event);
	log_line("error: ", event, ap);
	va_end(ap);
}

void
log_warn(const char *event, ...)
{
	va_list ap;

	if (level < LOG_NORMAL)
		return;
	va_start(ap, event);
	log_line("warning: ", event, ap);
	va_end(ap);
}

void
log_info(const char *event, ...)
{
	va_list ap;

	if (level < LOG_VERBOSE)
		return;
	va_start(ap, event);
	log_line("info: ", event, ap);
	va_end(ap);
}

void
log_debug(const char *event, ...)
{
	va_list ap;

	if (level < LOG_DEBUG)
		return;
	va_start(ap, event);
	log_line("debug: ", event, ap);
	va_end(ap);
}

bool
log_may(unsigned long long *last)
{
	unsigned long long now;
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (unsigned long long)ts.tv_sec * 1000 +
	    (unsigned long long)ts.tv_nsec / 1000000;
	if (*last != 0 && now - *last < 1000)
		return false;
	*last = now != 0 ? now : 1;
	return true;
}
