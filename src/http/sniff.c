#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "codec/http1.h"
#include "http/sniff.h"

#define METHOD_MAX 256 /* longer words are not remembered whole */

/* A line over the parser's limit is its to refuse, not ours to let pass. */
_Static_assert(SNIFF_MAX >= HTTP1_LINE_MAX, "refused before it is too long");

struct text {
	const char *p;
	size_t n;
};

static void
drop(struct text *t, size_t n)
{
	t->p += n;
	t->n -= n;
}

/* What HTTP itself knows (RFC 9110 section 9, RFC 5789). */
static bool
is_known(struct text method)
{
	static const char *const known[] = { "GET", "HEAD", "POST", "PUT",
		"DELETE", "OPTIONS", "PATCH", "TRACE" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (method.n == strlen(known[i]) &&
		    memcmp(method.p, known[i], method.n) == 0)
			return true;
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without case; HTTP also when more has to come before it is that. */
static enum sniff
begins_url(struct text t)
{
	static const char *const schemes[] = { "http://", "https://" };
	enum sniff is = SNIFF_OPAQUE;
	size_t i, n;

	for (i = 0; i < 2; i++) {
		n = strlen(schemes[i]);
		if (strncasecmp(t.p, schemes[i], t.n < n ? t.n : n) != 0)
			continue;
		if (t.n >= n)
			return SNIFF_HTTP;
		is = SNIFF_MORE;
	}
	return is;
}

static enum sniff
begins_target(struct text method, struct text t)
{
	bool preface = method.n == 3 && memcmp(method.p, "PRI", 3) == 0;

	if (t.n == 0)
		return SNIFF_MORE;
	if (t.p[0] == '/')
		return SNIFF_HTTP;
	if (t.p[0] == '*') /* RFC 9113 section 3.4: only HTTP/2 begins so */
		return preface ? SNIFF_OPAQUE : SNIFF_HTTP;
	return begins_url(t);
}

/* As the most lenient server would find it. */
static bool
has_version(struct text line)
{
	static const char name[] = "HTTP/";

	for (; line.n > strlen(name); drop(&line, 1))
		if (is_blank(line.p[0]) &&
		    strncasecmp(line.p + 1, name, strlen(name)) == 0)
			return true;
	return false;
}

/* What comes behind the method and blanks, up to the end of the line. */
static enum sniff
read_rest(struct text method, struct text t, bool *held)
{
	enum sniff is = begins_target(method, t);
	const char *end;

	*held = is != SNIFF_OPAQUE && t.n > 0 && is_known(method);
	if (is == SNIFF_OPAQUE)
		return is;
	end = t.n == 0 ? NULL : memchr(t.p, '\n', t.n);
	if (end == NULL)
		return SNIFF_MORE;
	t.n = (size_t)(end - t.p);
	return is == SNIFF_HTTP && has_version(t) ? SNIFF_HTTP : SNIFF_OPAQUE;
}

static struct text
cut_method(struct text *t)
{
	struct text method = { t->p, 0 };

	while (t->n > 0 && http1_is_tchar((unsigned char)t->p[0])) {
		drop(t, 1);
		method.n++;
	}
	return method;
}

enum sniff
sniff(const void *in, size_t len, size_t *skip, size_t *pass)
{
	struct text t = { in, len }, method;
	enum sniff is;
	bool held;

	*skip = 0;
	*pass = len;
	while (t.n > 0 && (t.p[0] == '\r' || t.p[0] == '\n'))
		drop(&t, 1);
	*skip = len - t.n;
	if (t.n == 0)
		return SNIFF_MORE;
	method = cut_method(&t);
	if (t.n == 0) {
		/* The rest of a long word begins a request as well as it. */
		if (method.n > METHOD_MAX)
			*skip = len - METHOD_MAX / 2;
		return SNIFF_MORE;
	}
	if (method.n == 0 || !is_blank(t.p[0]))
		return SNIFF_OPAQUE;
	while (t.n > 0 && is_blank(t.p[0]))
		drop(&t, 1);
	is = read_rest(method, t, &held);
	if (is == SNIFF_MORE && len - *skip >= SNIFF_MAX)
		return SNIFF_HTTP;
	if (is == SNIFF_MORE && held)
		*pass = len - t.n;
	return is;
}
