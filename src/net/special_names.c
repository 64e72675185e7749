/* special_names.c - RFC 6761 and its successors. */
#include <stddef.h>
#include <string.h>

#include "special_names.h"

#define LABEL_MAX 63

static const struct {
	const char *domain;
	enum special special;
} table[] = {
	{ "localhost", SPECIAL_LOOPBACK },
	{ "onion", SPECIAL_NEVER },
	{ "invalid", SPECIAL_NEVER },
	{ "alt", SPECIAL_NEVER },
	{ "test", SPECIAL_HOSTS },
	{ "local", SPECIAL_HOSTS },
	{ "internal", SPECIAL_HOSTS },
	{ "home.arpa", SPECIAL_HOSTS },
};

/* '\0': no name has it.  Not <ctype.h>: that one obeys the locale. */
static char
canonical_char(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_' || c == '.')
		return c;
	return '\0';
}

/* RFC 3696 2: a top-level domain is not all digits. */
static bool
is_number(const char *label)
{
	return label[strspn(label, "0123456789")] == '\0';
}

bool
name_canonical(char out[NAME_MAX_LEN + 1], const char *name)
{
	size_t n = strlen(name), i, label = 0;

	if (n > 0 && name[n - 1] == '.')
		n--;
	if (n == 0 || n > NAME_MAX_LEN)
		return false;
	for (i = 0; i < n; i++) {
		out[i] = canonical_char(name[i]);
		if (out[i] == '\0')
			return false;
		if (out[i] == '.') {
			if (i == label)
				return false;
			label = i + 1;
		} else if (i - label >= LABEL_MAX) {
			return false;
		}
	}
	out[n] = '\0';
	return label < n && !is_number(out + label);
}

static bool
is_in(const char *name, size_t n, const char *domain)
{
	size_t len = strlen(domain);

	if (n < len || memcmp(name + n - len, domain, len) != 0)
		return false;
	return n == len || name[n - len - 1] == '.';
}

enum special
special_name(const char *canonical)
{
	size_t n = strlen(canonical), i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (is_in(canonical, n, table[i].domain))
			return table[i].special;
	return strchr(canonical, '.') == NULL ? SPECIAL_HOSTS : SPECIAL_NOT;
}
