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
	const struct change *c;

	for (c = p->changes; c < p->changes + p->nchanges; c++)
		if (field_matches(c->name, name))
			return c;
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
	struct endpoint host = *origin;
	const struct trusted *t;

	host.port = 0;
	for (t = p->trusted; t < p->trusted + p->ntrusted; t++)
		if (t->below ? host.type == HOST_NAME &&
			    is_below(host.host.name, t->host.host.name)
			     : endpoint_same(&t->host, &host))
			return true;
	return false;
}
