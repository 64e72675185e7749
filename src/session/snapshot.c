/* snapshot.c - every module's part of the configuration, put together. */
#include <stdlib.h>

#include "session/snapshot.h"

const struct conf_directive *const snapshot_tables[] = {
	listen_directives,
	user_directives,
	proxy_directives,
	route_directives,
	rule_directives,
	headers_directives,
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
	http_profiles_free(s->profiles);
	auth_free(s->auth);
	free(s);
}

/* The name that a listener has for its headers is that of a profile. */
static void
check_headers(struct conf *c, const struct http_profiles *profiles)
{
	const struct conf_node *listen, *n;
	const char *name;

	for (listen = conf_first(c, "listen"); listen != NULL;
	     listen = conf_next(listen)) {
		n = conf_in(listen, "headers");
		if (n == NULL)
			continue;
		name = n->args[0].text;
		if (http_profiles_find(profiles, name) == NULL)
			conf_error_at(c, n, &n->args[0],
			    http_profiles_hint(c, profiles, name),
			    "no profile of headers is called \"%s\"; there are "
			    "off, standard, strict, and those a `headers` "
			    "directive makes",
			    name);
	}
}

const struct http_profile *
snapshot_profile(const struct snapshot *s, const struct listen_spec *spec,
    const char *headers)
{
	const struct http_profile *p = http_profiles_find(s->profiles,
	    headers != NULL ? headers : spec->headers);

	return p != NULL ? p : &http_profile_strict; /* loading saw to it */
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
	s->profiles = http_profiles_load(c);
	if (s->profiles != NULL)
		check_headers(c, s->profiles);
	if (!settings_load(c, &s->settings) || !conf_ok(c) ||
	    s->nlisteners == 0 || s->auth == NULL || s->routes == NULL ||
	    s->rules == NULL || s->profiles == NULL) {
		snapshot_free(s);
		return NULL;
	}
	return s;
}
