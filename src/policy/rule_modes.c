/* rule_modes.c - the words of a rule that say how: headers. */
#include <stdlib.h>
#include <string.h>

#include "rule_read.h"

bool
no_memory(const struct reading *r)
{
	conf_error_at(r->conf, r->node, NULL, NULL, "out of memory");
	return false;
}

/* A profile that is built in, or one that a `headers` directive makes. */
bool
read_headers(struct reading *r, const struct conf_value *v)
{
	static const char *const built_in[] = { "off", "standard", "strict" };
	const size_t n = sizeof(built_in) / sizeof(built_in[0]);
	bool known = is_named(r, "headers", v->text);
	const char *hint;
	size_t i;

	for (i = 0; i < n; i++)
		known = known || strcmp(built_in[i], v->text) == 0;
	if (!known) {
		hint = name_hint(r, "headers", "", v->text);
		if (hint == NULL)
			hint = conf_did_you_mean(r->conf, v->text, built_in, n);
		conf_error_at(r->conf, r->node, v, hint,
		    "no profile of headers is called \"%s\"; there are off, "
		    "standard, strict, and those a `headers` directive makes",
		    v->text);
		return false;
	}
	free(r->rule->headers); /* said twice: reported */
	r->rule->headers = strdup(v->text);
	return r->rule->headers != NULL || no_memory(r);
}
