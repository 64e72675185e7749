#include <string.h>
#include <strings.h>

#include "changes.h"
#include "fields.h"

const struct http_profile http_profile_off = { .base = HTTP_OFF };
const struct http_profile http_profile_standard = { .base = HTTP_STANDARD };
const struct http_profile http_profile_strict = { .base = HTTP_STRICT };

const struct change *
profile_change(const struct http_profile *p, struct http1_str name)
{
	size_t i;

	for (i = 0; i < p->nchanges; i++)
		if (field_matches(p->changes[i].name, name))
			return &p->changes[i];
	return NULL;
}

static bool
is_below(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n > k + 1 && name[n - k - 1] == '.' &&
	    strcasecmp(name + n - k, suffix) == 0;
}

bool
profile_trusts(const struct http_profile *p, const struct endpoint *origin)
{
	const struct trusted *t;
	struct endpoint host;
	size_t i;

	if (p->ntrusted == 0)
		return false;
	host = *origin;
	host.port = 0;
	for (i = 0; i < p->ntrusted; i++) {
		t = &p->trusted[i];
		if (!t->below && endpoint_same(&t->host, &host))
			return true;
		if (t->below && host.type == HOST_NAME &&
		    is_below(host.host.name, t->host.host.name))
			return true;
	}
	return false;
}
