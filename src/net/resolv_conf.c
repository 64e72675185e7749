/* resolv_conf.c - "nameserver" lines, and no others. */
#include <stdlib.h>
#include <string.h>

#include "resolv_conf.h"
#include "watched_file.h"

#define DNS_PORT 53

static size_t
skip_blanks(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	return i;
}

static size_t
word(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
		i++;
	return i;
}

static bool
nameserver(const char *line, size_t n, struct endpoint *out)
{
	static const char key[] = "nameserver";
	size_t at = sizeof(key) - 1, gap;
	struct ip ip;

	/* As resolv.conf(5): in the first column, then blanks. */
	if (n <= at || memcmp(line, key, at) != 0)
		return false;
	gap = skip_blanks(line + at, n - at);
	if (gap == 0)
		return false;
	at += gap;
	if (ip_parse(&ip, line + at, word(line + at, n - at)) != OK)
		return false;
	*out = endpoint_from_ip(&ip, DNS_PORT);
	return true;
}

unsigned
resolv_conf_parse(const char *text, size_t n,
    struct endpoint servers[RESOLVER_SERVERS])
{
	const char *end;
	unsigned found = 0;
	size_t len;

	while (n > 0 && found < RESOLVER_SERVERS) {
		end = memchr(text, '\n', n);
		len = end != NULL ? (size_t)(end - text) : n;
		if (nameserver(text, len, &servers[found]))
			found++;
		if (end != NULL)
			len++;
		text += len;
		n -= len;
	}
	return found;
}

unsigned
resolv_conf_read(const char *path, struct endpoint servers[RESOLVER_SERVERS])
{
	unsigned found;
	bool cut;
	size_t n;
	char *text = file_lines(path, RESOLV_CONF_MAX, &n, &cut);

	if (text == NULL)
		return 0;
	found = resolv_conf_parse(text, n, servers);
	free(text);
	return found;
}
