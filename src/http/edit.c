#include <string.h>
#include <strings.h>

#include "edit.h"
#include "put.h"

#define HOUR_TEXT  "3600"
#define RANGES_MAX 256

/* -- reading -------------------------------------------------------------- */

static struct http1_str
text(const char *s)
{
	return (struct http1_str){ .p = s, .n = strlen(s) };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct http1_str
trim(struct http1_str s)
{
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	return s;
}

/* How far it is to the next of these, outside of quotes and <>. */
static size_t
span(struct http1_str s, const char *separators)
{
	bool quoted = false, url = false;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"' && !url)
			quoted = !quoted;
		else if (s.p[i] == '<' && !quoted)
			url = true;
		else if (s.p[i] == '>' && !quoted)
			url = false;
		else if (!quoted && !url && strchr(separators, s.p[i]) != NULL)
			break;
	}
	return i < s.n ? i : s.n;
}

/* The next part of *rest, maybe empty; false: there was none. */
static bool
next_part(struct http1_str *rest, const char *separators,
    struct http1_str *part)
{
	size_t n;

	if (rest->p == NULL)
		return false;
	n = span(*rest, separators);
	*part = trim((struct http1_str){ .p = rest->p, .n = n });
	if (n == rest->n)
		rest->p = NULL;
	else
		*rest = (struct http1_str){ .p = rest->p + n + 1,
			.n = rest->n - n - 1 };
	return true;
}

/* What stands before the first of these, or all. */
static struct http1_str
before(struct http1_str s, const char *separators)
{
	size_t i = 0;

	while (i < s.n && strchr(separators, s.p[i]) == NULL)
		i++;
	return trim((struct http1_str){ .p = s.p, .n = i });
}

static bool
is_one_of(struct http1_str s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (http1_name_is(s, *words))
			return true;
	return false;
}

/* -- rewriting ------------------------------------------------------------ */

/* What is to be there in a part's place; nothing: n 0. */
typedef struct http1_str replace_fn(struct http1_str part, bool *state);

static bool
same(struct http1_str a, struct http1_str b)
{
	return a.p == b.p && a.n == b.n;
}

static void
put_list(struct buf *out, const struct http1_field *f, replace_fn *replace)
{
	struct http1_str rest = f->value, part, put_part;
	bool state = false, any = false, all = true;

	while (next_part(&rest, ",", &part))
		all &= part.n == 0 || same(part, replace(part, &state));
	if (all) {
		put_field(out, f->name, f->value);
		return;
	}
	rest = f->value;
	state = false;
	while (next_part(&rest, ",", &part)) {
		put_part = part.n == 0 ? part : replace(part, &state);
		if (put_part.n == 0)
			continue;
		put_str(out, any ? text(", ") : f->name);
		put_text(out, any ? "" : ": ");
		put_str(out, put_part);
		any = true;
	}
	if (any)
		put_text(out, "\r\n");
}

static const struct http1_str nothing = { "", 0 };

/* -- Link ----------------------------------------------------------------- */

static const char *const ahead[] = { "preconnect", "dns-prefetch", NULL };
static const char *const requested[] = { "preconnect", "dns-prefetch",
	"preload", "modulepreload", "prefetch", "prerender", NULL };

/*
 * "preconnect", "pre\connect": one relation of a quoted or bare list, also of
 * one whose quote does not end.
 */
static bool
next_relation(struct http1_str *list, char word[32], size_t *n)
{
	bool any = false;

	for (*n = 0; list->n > 0; list->p++, list->n--) {
		if (list->p[0] == '"' || list->p[0] == '\\')
			continue;
		if (strchr(" \t,;", list->p[0]) != NULL) {
			if (any)
				return true;
			continue;
		}
		any = true;
		if (*n < 32)
			word[(*n)++] = list->p[0];
	}
	return any;
}

static bool
relates(struct http1_str link, const char *const *words)
{
	struct http1_str param, value;
	char word[32];
	size_t n;

	while (next_part(&link, ";", &param)) {
		if (!http1_name_is(before(param, "="), "rel"))
			continue;
		value = param;
		while (value.n > 0 && value.p[0] != '=')
			value.p++, value.n--;
		if (value.n > 0)
			value.p++, value.n--;
		while (next_relation(&value, word, &n))
			if (is_one_of((struct http1_str){ word, n }, words))
				return true;
	}
	return false;
}

static struct http1_str
link_not_ahead(struct http1_str link, bool *state)
{
	(void)state;
	return relates(link, ahead) ? nothing : link;
}

static struct http1_str
link_not_requested(struct http1_str link, bool *state)
{
	(void)state;
	return relates(link, requested) ? nothing : link;
}

void
edit_links(struct buf *out, const struct http1_field *f)
{
	put_list(out, f, link_not_ahead);
}

void
edit_few_links(struct buf *out, const struct http1_field *f)
{
	put_list(out, f, link_not_requested);
}

/* -- Cache-Control -------------------------------------------------------- */

/* Longer than an hour, what is kept could serve to know a visitor again. */
static struct http1_str
cache_an_hour(struct http1_str directive, bool *state)
{
	static const char *const known[] = { "no-store", "no-cache", "private",
		"public", "must-revalidate", "proxy-revalidate", "no-transform",
		"must-understand", NULL };
	struct http1_str name = before(directive, "="), v = directive;
	size_t digits = 0;

	(void)state;
	if (!http1_name_is(name, "max-age") && !http1_name_is(name, "s-maxage"))
		return is_one_of(name, known) ? directive : nothing;
	while (digits < v.n && v.p[v.n - 1 - digits] >= '0' &&
	    v.p[v.n - 1 - digits] <= '9')
		digits++;
	if (digits == 0 || v.p[v.n - 1 - digits] != '=')
		return nothing;
	v.p += v.n - digits;
	if (digits < strlen(HOUR_TEXT) ||
	    (digits == strlen(HOUR_TEXT) &&
		memcmp(v.p, HOUR_TEXT, digits) <= 0))
		return directive;
	return http1_name_is(name, "max-age") ? text("max-age=" HOUR_TEXT)
					      : text("s-maxage=" HOUR_TEXT);
}

void
edit_cache(struct buf *out, const struct http1_field *f)
{
	put_list(out, f, cache_an_hour);
}

/* -- WWW-Authenticate ----------------------------------------------------- */

/*
 * A challenge is a scheme and what follows it up to the next one: "Negotiate,
 * Basic realm=a, charset=b" has three parts and two challenges.  *bad: those
 * parts belong to one that answers with names of this machine and its domain.
 */
static struct http1_str
challenge_not_named(struct http1_str part, bool *bad)
{
	static const char *const schemes[] = { "negotiate", "ntlm", "kerberos",
		NULL };
	struct http1_str word = before(part, " \t=");
	struct http1_str rest = { part.p + word.n, part.n - word.n };

	rest = trim(rest);
	if (rest.n == 0 || rest.p[0] != '=')
		*bad = is_one_of(word, schemes);
	return *bad ? nothing : part;
}

void
edit_challenge(struct buf *out, const struct http1_field *f)
{
	put_list(out, f, challenge_not_named);
}

/* -- Content-Security-Policy ---------------------------------------------- */

static bool
is_report(struct http1_str directive)
{
	static const char *const reports[] = { "report-uri", "report-to",
		NULL };

	return is_one_of(before(directive, " \t"), reports);
}

/* Policies are separated by commas, their directives by semicolons. */
void
edit_policy(struct buf *out, const struct http1_field *f)
{
	struct http1_str rest = f->value, policy, part;
	const char *between = NULL;
	bool all = true;

	while (next_part(&rest, ",;", &part))
		all &= !is_report(part);
	if (all) {
		put_field(out, f->name, f->value);
		return;
	}
	rest = f->value;
	while (next_part(&rest, ",", &policy)) {
		while (next_part(&policy, ";", &part)) {
			if (part.n == 0 || is_report(part))
				continue;
			if (between == NULL) {
				put_str(out, f->name);
				between = ": ";
			}
			put_text(out, between);
			put_str(out, part);
			between = "; ";
		}
		if (between != NULL)
			between = ", ";
	}
	if (between != NULL)
		put_text(out, "\r\n");
}

/* -- well-formed values --------------------------------------------------- */

/* "gzip;q=0.000" is none. */
static bool
is_refused(struct http1_str element)
{
	struct http1_str param;
	size_t i;

	while (next_part(&element, ";", &param)) {
		if (param.n < 3 || (param.p[0] | 0x20) != 'q' ||
		    param.p[1] != '=')
			continue;
		for (i = 2; i < param.n; i++)
			if (param.p[i] != '0' && param.p[i] != '.')
				return false;
		return true;
	}
	return false;
}

bool
edit_has(struct http1_str list, const char *lower)
{
	struct http1_str element;

	while (next_part(&list, ",", &element))
		if (http1_name_is(before(element, ";"), lower) &&
		    !is_refused(element))
			return true;
	return false;
}

bool
edit_is_ranges(struct http1_str s)
{
	static const char unit[] = "bytes=";
	size_t n = strlen(unit);

	if (s.n <= n || s.n > RANGES_MAX || strncasecmp(s.p, unit, n) != 0)
		return false;
	for (; n < s.n; n++)
		if (strchr("0123456789-, ", s.p[n]) == NULL)
			return false;
	return true;
}

/* A scheme and what a host and a port are made of, and nothing behind. */
bool
edit_is_origin(struct http1_str s)
{
	static const char *const schemes[] = { "http://", "https://", NULL };
	struct endpoint e;
	size_t i, n;

	if (s.n == 4 && memcmp(s.p, "null", 4) == 0)
		return true;
	for (i = 0; schemes[i] != NULL; i++) {
		n = strlen(schemes[i]);
		if (s.n > n && strncasecmp(s.p, schemes[i], n) == 0)
			return endpoint_parse(&e, s.p + n, s.n - n, 80) == OK;
	}
	return false;
}

/* 16 bytes in base64 (RFC 6455 section 4.1). */
bool
edit_is_key(struct http1_str s)
{
	size_t i;
	char c;

	if (s.n != 24 || memcmp(s.p + 22, "==", 2) != 0)
		return false;
	for (i = 0; i < 22; i++) {
		c = s.p[i];
		if (!((c >= '0' && c <= '9') ||
			((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '+' ||
			c == '/'))
			return false;
	}
	return true;
}

bool
edit_is_of(struct http1_str url, const struct endpoint *origin)
{
	static const char scheme[] = "http://";
	size_t n = strlen(scheme), end;
	struct endpoint e;

	if (url.n <= n || strncasecmp(url.p, scheme, n) != 0)
		return false;
	for (end = n; end < url.n; end++)
		if (strchr("/?#", url.p[end]) != NULL)
			break;
	return endpoint_parse(&e, url.p + n, end - n, 80) == OK &&
	    endpoint_same(&e, origin);
}
