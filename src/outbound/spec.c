/* spec.c - the `proxy` directive: what kinds of hops there are, and which. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "outbound/hop.h"

const struct hop_ops *const hop_kinds[] = {
	&hop_socks5,
	&hop_socks4a,
	&hop_http,
	NULL,
};

/* Spellings people know; a name always goes to the hop unresolved here. */
static const struct {
	const char *spelling, *scheme;
} spellings[] = {
	{ "socks5h", "socks5" },
	{ "socks4", "socks4a" },
};

#define N_SPELLINGS (sizeof(spellings) / sizeof(spellings[0]))
#define SCHEMES_MAX 32 /* kinds and spellings, for the "did you mean" */

static const struct conf_arg name_and_url[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = "URL", .kind = CONF_URL },
	{ .word = NULL },
};

static const struct conf_arg user_arg[] = {
	{ .word = "USER", .kind = CONF_TEXT },
	{ .word = NULL },
};

static const struct conf_arg password_arg[] = {
	{ .word = "SECRET", .kind = CONF_SECRET },
	{ .word = NULL },
};

static const struct conf_arg pipeline_args[] = {
	/* in the order of hop_pipeline */
	{ .word = "auto|yes|no",
	    .kind = CONF_CHOICE,
	    .choices = "auto|yes|no" },
	{ .word = NULL },
};

static const struct conf_arg yes_no[] = {
	{ .word = "yes|no", .kind = CONF_YESNO },
	{ .word = NULL },
};

static const struct conf_directive block_directives[] = {
	{
	    .name = "user",
	    .args = user_arg,
	    .min_args = 1,
	    .doc = "The user to log in with; of a socks4a proxy, the user id "
		   "it is told.",
	    .example = "user alice",
	},
	{
	    .name = "password",
	    .args = password_arg,
	    .min_args = 1,
	    .doc = "The password of that user: file:PATH, env:NAME or the "
		   "text itself.",
	    .example = "password file:/etc/bauta/n1.password",
	},
	{
	    .name = "pipeline",
	    .args = pipeline_args,
	    .min_args = 1,
	    .dflt = "auto",
	    .doc = "Whether the proxy is told all at once, greeting, login and "
		   "request, which saves one or two round trips: dante, tor, "
		   "ss-local and HTTP proxies take that, microsocks does not. "
		   " With auto it is found out.",
	    .example = "pipeline yes",
	},
	{
	    .name = "tor",
	    .args = yes_no,
	    .min_args = 1,
	    .dflt = "no",
	    .doc = "Whether the proxy is tor.  Then each identity of a rule's "
		   "isolate is told to it by a login, and gets circuits of its "
		   "own there.  Only for socks5, and without user and "
		   "password.",
	    .example = "tor yes",
	},
	{ .name = NULL },
};

const struct conf_directive proxy_directives[] = {
	{
	    .name = "proxy",
	    .args = name_and_url,
	    .min_args = 2,
	    .many = true,
	    .block = block_directives,
	    .doc = "A proxy that connections may be sent through, named in a "
		   "chain or a rule.  The scheme of the URL is socks5, socks4a "
		   "or http.  Names of targets are never looked up here: the "
		   "proxy is given the name.",
	    .example = "proxy n1 socks5://127.0.0.1:9050",
	},
	{ .name = NULL },
};

/* -- kinds ---------------------------------------------------------------- */

const struct hop_ops *
hop_kind(const char *scheme)
{
	size_t i;

	for (i = 0; i < N_SPELLINGS; i++)
		if (strcmp(spellings[i].spelling, scheme) == 0)
			scheme = spellings[i].scheme;
	for (i = 0; hop_kinds[i] != NULL; i++)
		if (strcmp(hop_kinds[i]->scheme, scheme) == 0)
			return hop_kinds[i];
	return NULL;
}

static const char *
nearest_scheme(struct conf *c, const char *scheme)
{
	const char *known[SCHEMES_MAX];
	size_t i, n = 0;

	for (i = 0; hop_kinds[i] != NULL && n < SCHEMES_MAX; i++)
		known[n++] = hop_kinds[i]->scheme;
	for (i = 0; i < N_SPELLINGS && n < SCHEMES_MAX; i++)
		known[n++] = spellings[i].spelling;
	return conf_did_you_mean(c, scheme, known, n);
}

/* -- one proxy ------------------------------------------------------------ */

/* A login as it was written, in the URL or in the block. */
struct written {
	const char *text;             /* NULL: nowhere */
	const struct conf_node *node; /* where to point at */
	const struct conf_value *value;
};

static struct written
find_login(struct conf *c, const struct conf_node *n, const char *in_url,
    const char *name, bool secret)
{
	const struct conf_node *inner = conf_in(n, name);
	struct written w = { in_url, n, &n->args[1] };

	if (inner == NULL)
		return w;
	if (in_url != NULL)
		conf_error_at(c, inner, NULL, NULL, "the URL has a %s already",
		    name);
	w.node = inner;
	w.value = &inner->args[0];
	w.text = secret ? inner->args[0].as.secret : inner->args[0].text;
	return w;
}

static void
copy_login(struct conf *c, const struct written *w, const char *name,
    char out[256])
{
	size_t n = w->text != NULL ? strlen(w->text) : 0;

	if (n > 255)
		conf_error_at(c, w->node, w->value, NULL,
		    "the %s has %zu bytes, no proxy takes more than 255", name,
		    n);
	else if (n > 0)
		memcpy(out, w->text, n + 1);
}

static void
read_login(struct conf *c, const struct conf_node *n, struct hop_spec *spec)
{
	const struct conf_url *url = &n->args[1].as.url;
	struct written user = find_login(c, n, url->user, "user", false);
	struct written pass = find_login(c, n, url->pass, "password", true);

	spec->login = user.text != NULL || pass.text != NULL;
	if (!spec->login)
		return;
	copy_login(c, &user, "user", spec->user);
	copy_login(c, &pass, "password", spec->pass);
	if (pass.text != NULL && !spec->ops->takes_pass)
		conf_error_at(c, pass.node, pass.value, NULL,
		    "a %s proxy takes a user, but no password",
		    spec->ops->scheme);
	else if (user.text == NULL || user.text[0] == '\0')
		conf_error_at(c, n, &n->args[1], NULL, "the login has no user");
	/* RFC 7617 section 2: the first colon ends the user */
	else if (spec->ops == &hop_http && strchr(user.text, ':') != NULL)
		conf_error_at(c, user.node, user.value, NULL,
		    "a user of an http proxy can not have ':' in it");
}

static void
read_block(struct conf *c, const struct conf_node *n, struct hop_spec *spec)
{
	const struct conf_node *tor = conf_in(n, "tor");

	spec->pipeline = (enum hop_pipeline)conf_get(c, n, "pipeline")
			     ->as.choice;
	spec->tor = conf_get(c, n, "tor")->as.yes;
	if (!spec->tor)
		return;
	if (spec->ops != &hop_socks5)
		conf_error_at(c, tor, &tor->args[0], NULL,
		    "tor is a socks5 proxy, this one is %s", spec->ops->scheme);
	else if (spec->login)
		conf_error_at(c, tor, &tor->args[0],
		    "remove the user and the password",
		    "the login of a tor proxy says who shares a circuit, it "
		    "is made for each identity");
}

static void
read_proxy(struct conf *c, const struct conf_node *n, struct hop_spec *spec)
{
	const struct conf_value *name = &n->args[0], *url = &n->args[1];

	assert(strlen(name->text) < sizeof(spec->name)); /* CONF_NAME */
	strcpy(spec->name, name->text);
	spec->addr = url->as.url.endpoint;
	spec->ops = hop_kind(url->as.url.scheme);
	if (spec->ops == NULL) {
		conf_error_at(c, n, url, nearest_scheme(c, url->as.url.scheme),
		    "no kind of proxy is called \"%s\": socks5, socks4a or "
		    "http",
		    url->as.url.scheme);
		return;
	}
	read_login(c, n, spec);
	read_block(c, n, spec);
}

/* -- all of them ---------------------------------------------------------- */

struct named {
	const char *name;
	const struct conf_node *node;
	size_t order;
};

static int
by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* false: no memory */
static bool
check_names(struct conf *c, size_t n)
{
	struct named *all = calloc(n, sizeof(*all));
	const struct conf_node *p = conf_first(c, "proxy");
	size_t i, first = 0;

	if (all == NULL)
		return false;
	for (i = 0; i < n; i++, p = conf_next(p))
		all[i] = (struct named){ p->args[0].text, p, i };
	qsort(all, n, sizeof(*all), by_name);
	for (i = 1; i < n; i++) {
		if (strcmp(all[first].name, all[i].name) != 0)
			first = i;
		else
			conf_error_at(c, all[i].node, &all[i].node->args[0],
			    NULL,
			    "there is a proxy \"%s\" already, in line %u of %s",
			    all[i].name, all[first].node->line,
			    all[first].node->file);
	}
	free(all);
	return true;
}

size_t
hop_specs_load(struct conf *c, struct hop_spec **list)
{
	const struct conf_node *first = conf_first(c, "proxy"), *p;
	struct hop_spec *specs;
	size_t n = 0, i = 0;

	*list = NULL;
	for (p = first; p != NULL; p = conf_next(p))
		n++;
	if (n == 0)
		return 0;
	specs = calloc(n, sizeof(*specs));
	if (specs == NULL || !check_names(c, n)) {
		conf_error_at(c, first, NULL, NULL, "out of memory");
		free(specs);
		return 0;
	}
	for (p = first; p != NULL; p = conf_next(p))
		read_proxy(c, p, &specs[i++]);
	if (!conf_ok(c)) {
		hop_specs_free(specs, n);
		return 0;
	}
	*list = specs;
	return n;
}

void
hop_specs_free(struct hop_spec *list, size_t n)
{
	if (list == NULL)
		return;
	explicit_bzero(list, n * sizeof(*list));
	free(list);
}
