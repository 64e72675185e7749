/* snapshot.c - every module's part of the configuration, put together. */
#include <stdlib.h>

#include "session/snapshot.h"

const struct conf_directive *const snapshot_tables[] = {
	listen_directives,
	user_directives,
	proxy_directives,
	chain_directives,
	rule_directives,
	settings_directives,
	NULL,
};

void
snapshot_free(struct snapshot *s)
{
	if (s == NULL)
		return;
	free(s->listeners);
	hop_specs_free(s->hops, s->nhops);
	rules_free(s->rules);
	routes_free(s->routes);
	auth_free(s->auth);
	free(s);
}

struct snapshot *
snapshot_load(struct conf *c)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	identity_key_new(&s->identity_key);
	/* All of them, whatever fails: every mistake is shown in one run. */
	s->nlisteners = listen_load(c, &s->listeners);
	s->nhops = hop_specs_load(c, &s->hops);
	s->auth = auth_load(c);
	s->routes = routes_load(c);
	s->rules = rules_load(c);
	if (!settings_load(c, &s->settings) || !conf_ok(c) ||
	    s->nlisteners == 0 || s->auth == NULL || s->routes == NULL ||
	    s->rules == NULL) {
		snapshot_free(s);
		return NULL;
	}
	return s;
}
