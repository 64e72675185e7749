/* url.c - where something is: IP:PORT, NAME:PORT and URLs. */
#include <ctype.h>
#include <string.h>

#include "parts.h"

/* What is wrong, and what to do about it. */
struct reason {
	const char *message, *hint;
};

static struct reason
because(const char *message, const char *hint)
{
	return (struct reason){ message, hint };
}

static bool
is_ipv6(const char *s, size_t n)
{
	struct ip ip;

	return memchr(s, ':', n) != NULL && ip_parse(&ip, s, n) == OK;
}

static bool
all_digits(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static bool
is_port(const char *s)
{
	unsigned v = 0;

	if (!all_digits(s) || strlen(s) > 5)
		return false;
	for (; *s != '\0'; s++)
		v = v * 10 + (unsigned)(*s - '0');
	return v <= 65535;
}

static struct reason
on_brackets(const char *s)
{
	static const char example[] = "write [2001:db8::1]:1080";
	const char *close = strchr(s, ']');

	if (close == NULL)
		return because("the \"[\" is never closed", example);
	if (!is_ipv6(s + 1, (size_t)(close - s) - 1))
		return because("there is no IPv6 address in the brackets",
		    NULL);
	if (close[1] == '\0')
		return because("the port is missing", example);
	if (close[1] != ':')
		return because("only \":\" and the port may follow the \"]\"",
		    NULL);
	return because("the port is no number up to 65535", NULL);
}

static struct reason
on_one_word(struct arena *a, const char *s)
{
	if (all_digits(s))
		return because("the address is missing",
		    arena_printf(a, "write 127.0.0.1:%.5s", s));
	return because("the port is missing",
	    "write it behind a \":\", as in 127.0.0.1:1080");
}

/* Why endpoint_parse() did not take s. */
static struct reason
diagnose(struct arena *a, const char *s)
{
	const char *colon = strrchr(s, ':');

	if (s[0] == '\0')
		return because("the address is missing", NULL);
	if (s[0] == '[')
		return on_brackets(s);
	if (is_ipv6(s, strlen(s)) ||
	    (colon != NULL && is_ipv6(s, (size_t)(colon - s))))
		return because("an IPv6 address needs brackets",
		    "write [2001:db8::1]:1080");
	if (colon == NULL)
		return on_one_word(a, s);
	if (!is_port(colon + 1))
		return because("the port is no number up to 65535", NULL);
	if (colon == s || s[0] == '*')
		return because("the address is missing",
		    "127.0.0.1 is this machine only, 0.0.0.0 and [::] are all "
		    "addresses of it");
	return because("this is no address and no name", NULL);
}

bool
endpoint_value(struct conf *c, const struct source *s,
    const struct conf_arg *arg, const struct token *t, struct endpoint *ep)
{
	struct reason v;

	if (endpoint_parse(ep, t->text, strlen(t->text), 0) != OK) {
		v = diagnose(&c->arena, t->text);
		mistake_at(c, s, t, v.hint, "\"%s\" is no %s: %s",
		    harmless(t->text), arg->word, v.message);
		return false;
	}
	if (arg->kind == CONF_ADDR && ep->type == HOST_NAME) {
		mistake_at(c, s, t,
		    strncasecmp(t->text, "localhost:", 10) == 0
			? "127.0.0.1 or [::1] is localhost"
			: "names are not looked up here",
		    "\"%s\" has a name where an address must be",
		    harmless(t->text));
		return false;
	}
	if (arg->kind == CONF_HOSTPORT && ep->port == 0) {
		mistake_at(c, s, t, NULL, "nothing listens on port 0");
		return false;
	}
	return true;
}

/* -- URLs ----------------------------------------------------------------- */

static int
hex(char c)
{
	const char *digits = "0123456789abcdef", *at;

	at = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));
	return at == NULL ? -1 : (int)(at - digits);
}

/* RFC 3986 section 2.1.  NULL: a bad escape, or %00, which nobody can send. */
static const char *
decode(struct arena *a, const char *s, size_t n, bool *bad)
{
	char *out = arena_alloc(a, n + 1), *p = out;
	size_t i;
	int v;

	for (i = 0; out != NULL && i < n; i++) {
		if (s[i] != '%') {
			*p++ = s[i];
			continue;
		}
		v = i + 2 < n && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0
		    ? hex(s[i + 1]) * 16 + hex(s[i + 2])
		    : 0;
		if (v == 0) {
			*bad = true;
			return NULL;
		}
		*p++ = (char)v;
		i += 2;
	}
	return out;
}

static bool
refuse(struct conf *c, struct source *s, const struct token *t,
    const char *hint, const char *message)
{
	const char *rest = strstr(t->text, "://");
	size_t skip = rest == NULL ? 0 : (size_t)(rest - t->text) + 3;

	/* It may be a password with something in it that ends a user name. */
	if (s != NULL && strchr(t->text, ':') != NULL &&
	    (rest == NULL || strpbrk(rest + 3, ":@/?#") != NULL))
		source_hide(c, s,
		    t->from + skip < t->to ? t->from + skip : t->from, t->to,
		    HIDDEN_TEXT);
	mistake_at(c, s, t, hint, "%s", message);
	return false;
}

/* [user[:pass]@]: *host is set behind it. */
static bool
read_login(struct conf *c, struct source *s, const struct token *t,
    struct conf_url *url, const char **host)
{
	const char *at = strrchr(*host, '@'), *colon, *user = *host;
	bool bad = false;

	if (at == NULL)
		return true;
	*host = at + 1;
	colon = memchr(user, ':', (size_t)(at - user));
	if ((colon == NULL ? at : colon) == user)
		return refuse(c, s, t, NULL,
		    "the user in front of the \"@\" "
		    "is missing");
	url->user = decode(&c->arena, user,
	    (size_t)((colon == NULL ? at : colon) - user), &bad);
	if (colon != NULL)
		url->pass = decode(&c->arena, colon + 1,
		    (size_t)(at - colon) - 1, &bad);
	if (bad)
		return refuse(c, s, t, "write %25 for a % and %40 for a @",
		    "the user or the password has a \"%\" that two "
		    "hexadecimal digits do not follow");
	return url->user != NULL && (colon == NULL || url->pass != NULL);
}

static bool
read_scheme(struct conf *c, struct source *s, const struct token *t,
    struct conf_url *url, const char **behind)
{
	const char *end = strstr(t->text, "://"), *p;
	char *scheme, *q;

	if (end == NULL || end == t->text)
		return refuse(c, s, t, "write socks5://HOST:PORT",
		    "a URL begins with its scheme and \"://\"");
	for (p = t->text; p < end; p++)
		if (!isalnum((unsigned char)*p) && strchr("+-.", *p) == NULL)
			return refuse(c, s, t, "write socks5://HOST:PORT",
			    "a scheme has letters and digits only");
	scheme = arena_copy(&c->arena, t->text, (size_t)(end - t->text));
	if (scheme == NULL)
		return false;
	for (q = scheme; *q != '\0'; q++)
		*q = (char)tolower((unsigned char)*q);
	url->scheme = scheme;
	*behind = end + 3;
	return true;
}

bool
url_parse(struct conf *c, struct source *s, const struct token *t,
    struct conf_value *v)
{
	struct conf_url *url = &v->as.url;
	const char *host = t->text;
	struct reason no;
	size_t n;

	if (!read_scheme(c, s, t, url, &host) ||
	    !read_login(c, s, t, url, &host))
		return false;
	n = strlen(host);
	if (strpbrk(host, "/?#") != NULL)
		return refuse(c, s, t, "a \"/\" in a password is written %2F",
		    "nothing may follow the port of a URL");
	if (endpoint_parse(&url->endpoint, host, n, 0) != OK) {
		no = diagnose(&c->arena, host);
		return refuse(c, s, t, no.hint, no.message);
	}
	if (url->endpoint.port == 0)
		return refuse(c, s, t, NULL, "nothing listens on port 0");
	return url->pass == NULL || secret_in_clear(c, s, t);
}
