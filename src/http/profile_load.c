/* profile_load.c - the `headers` directives, checked and made profiles. */
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "fields.h"

#define TOKEN                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
	"!#$%&'+-.^_`|~"

struct http_profiles {
	size_t n;
	struct http_profile *all;
};

static const char *const built_in[] = { "off", "standard", "strict" };
#define BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

/* -- directives ----------------------------------------------------------- */

static const struct conf_arg base_args[] = {
	/* in the order of enum http_base */
	{ .word = "off|standard|strict",
	    .kind = CONF_CHOICE,
	    .choices = "off|standard|strict" },
	{ .word = NULL },
};
static const struct conf_arg field_args[] = {
	{ .word = "FIELD", .kind = CONF_TEXT },
	{ .word = NULL },
};
static const struct conf_arg set_args[] = {
	{ .word = "FIELD", .kind = CONF_TEXT },
	{ .word = "VALUE", .kind = CONF_TEXT },
	{ .word = NULL },
};
static const struct conf_arg host_args[] = {
	{ .word = "NAME|*.SUFFIX|IP", .kind = CONF_TEXT },
	{ .word = NULL },
};
static const struct conf_arg name_args[] = {
	{ .word = "NAME", .kind = CONF_NAME },
	{ .word = NULL },
};

static const struct conf_directive in_block[] = {
	{
	    .name = "base",
	    .args = base_args,
	    .min_args = 1,
	    .dflt = "standard",
	    .doc = "What it does with fields that are not named here.",
	    .example = "base strict;",
	},
	{
	    .name = "remove",
	    .args = field_args,
	    .min_args = 1,
	    .many_args = true,
	    .many = true,
	    .doc = "These do not pass, in neither direction.  A final * "
		   "stands for any rest.  Letter case does not count, and _ "
		   "is the same as -.",
	    .example = "remove X-Tracker* X-Session;",
	},
	{
	    .name = "set",
	    .args = set_args,
	    .min_args = 2,
	    .many = true,
	    .doc = "Requests have this field with this value, whatever the "
		   "client sent.",
	    .example = "set Accept-Language \"en-US,en;q=0.5\";",
	},
	{
	    .name = "keep",
	    .args = field_args,
	    .min_args = 1,
	    .many_args = true,
	    .many = true,
	    .doc = "These pass as they came, in both directions, whatever "
		   "the base says.  Of remove, set and keep that name the "
		   "same field, the longest name counts.",
	    .example = "keep X-CSRF-Token;",
	},
	{
	    .name = "credentials",
	    .args = host_args,
	    .min_args = 1,
	    .many_args = true,
	    .many = true,
	    .doc = "With base strict: the origins to and from which cookies "
		   "and logins pass.",
	    .example = "credentials example.org *.example.org;",
	},
	{ .name = NULL },
};

const struct conf_directive headers_directives[] = {
	{
	    .name = "headers",
	    .args = name_args,
	    .min_args = 1,
	    .many = true,
	    .block = in_block,
	    .doc = "A profile of header fields, for `headers` of a listener "
		   "or a rule, next to those that are built in: off, "
		   "standard, strict.  bauta-headers(7) tells what they do.",
	    .example =
		"headers shop { base strict; credentials shop.example; }",
	},
	{ .name = NULL },
};

/* -- fields --------------------------------------------------------------- */

struct loading {
	struct conf *conf;
	const struct conf_node *node; /* the line at work */
	struct http_profile *profile;
	size_t set_bytes;
};

static bool
no_memory(const struct loading *l)
{
	conf_error_at(l->conf, l->node, NULL, NULL, "out of memory");
	return false;
}

static bool
is_field(const struct loading *l, const struct conf_value *v)
{
	size_t n = strspn(v->text, TOKEN);
	bool star = n > 0 && strcmp(v->text + n, "*") == 0;
	const char *hint = "for example X-Session, or X-Session* for all that "
			   "begin so";

	if (strcmp(v->text, "*") == 0)
		hint = "that would be all of them: choose another base";
	else if (n > 0 && v->text[n] == ':')
		hint = "leave out the colon";
	else if (strchr(v->text, ',') != NULL)
		hint = "put spaces between them, not commas";
	if (n > 0 && (v->text[n] == '\0' || star))
		return true;
	conf_error_at(l->conf, l->node, v, hint,
	    "\"%s\" is no name of a header field", v->text);
	return false;
}

/* What a message's end rests on is no profile's business. */
static bool
is_free(const struct loading *l, const struct conf_value *v)
{
	struct http1_str name = { v->text, strlen(v->text) };
	const struct field *k = field_find(name);

	if (k == NULL || k->act[FIELD_REQUEST][HTTP_OFF] != ACT_OWN)
		return true;
	conf_error_at(l->conf, l->node, v, NULL,
	    "%s is for one connection only or frames a message: bauta writes "
	    "its own, and no profile can %s it",
	    k->name, l->node->directive->name);
	return false;
}

static bool
same_name(const char *a, const char *b)
{
	while (*a != '\0' && field_fold(*a) == field_fold(*b))
		a++, b++;
	return *a == *b;
}

static bool
is_new(const struct loading *l, const struct conf_value *v)
{
	const struct http_profile *p = l->profile;
	size_t i;

	for (i = 0; i < p->nchanges; i++)
		if (same_name(p->changes[i].name, v->text)) {
			conf_error_at(l->conf, l->node, v, "delete one of them",
			    "%s is named twice in this profile", v->text);
			return false;
		}
	if (i < CHANGES_MAX)
		return true;
	conf_error_at(l->conf, l->node, v, NULL,
	    "a profile can not name more than %d fields", CHANGES_MAX);
	return false;
}

/* Whole names first, then what begins with the longest. */
static size_t
rank(const struct change *c)
{
	return strchr(c->name, '*') == NULL ? SIZE_MAX : strlen(c->name);
}

static void
insert(struct http_profile *p, struct change c)
{
	size_t i = p->nchanges++;

	for (; i > 0 && rank(&p->changes[i - 1]) < rank(&c); i--)
		p->changes[i] = p->changes[i - 1];
	p->changes[i] = c;
}

static bool
add_change(struct loading *l, enum change_what what, const struct conf_value *v)
{
	struct http_profile *p = l->profile;
	struct change c = { .what = what }, *more;

	if (!is_field(l, v) || !is_free(l, v) || !is_new(l, v))
		return false;
	more = realloc(p->changes, (p->nchanges + 1) * sizeof(*more));
	if (more == NULL)
		return no_memory(l);
	p->changes = more;
	c.name = strdup(v->text);
	if (what == CHANGE_SET)
		c.value = strdup(v[1].text);
	if (c.name == NULL || (what == CHANGE_SET && c.value == NULL)) {
		free(c.name);
		free(c.value);
		return no_memory(l);
	}
	insert(p, c);
	return true;
}

static bool
is_value(struct loading *l, const struct conf_value *name,
    const struct conf_value *v)
{
	const unsigned char *p = (const unsigned char *)v->text;

	while (*p >= 0x20 && *p != 0x7f)
		p++;
	if (*p != '\0') {
		conf_error_at(l->conf, l->node, v, NULL,
		    "a value can not hold control characters");
		return false;
	}
	l->set_bytes += strlen(name->text) + strlen(v->text) + strlen(": \r\n");
	if (l->set_bytes <= SET_BYTES_MAX)
		return true;
	conf_error_at(l->conf, l->node, v, NULL,
	    "a profile can not set more than %d bytes", SET_BYTES_MAX);
	return false;
}

static bool
set_field(struct loading *l)
{
	const struct conf_value *v = l->node->args;

	if (strchr(v->text, '*') != NULL) {
		conf_error_at(l->conf, l->node, v, "write the whole name",
		    "\"%s\" is no field to set", v->text);
		return false;
	}
	return is_value(l, v, v + 1) && add_change(l, CHANGE_SET, v);
}

/* -- credentials ---------------------------------------------------------- */

static bool
add_trusted(struct loading *l, const struct conf_value *v)
{
	struct http_profile *p = l->profile;
	struct trusted t = { .below = strncmp(v->text, "*.", 2) == 0 }, *more;
	const char *host = v->text + (t.below ? 2 : 0);

	if (endpoint_from_host(&t.host, host, strlen(host), 0) != OK ||
	    (t.below && t.host.type != HOST_NAME)) {
		conf_error_at(l->conf, l->node, v,
		    "for example example.org, *.example.org or 192.0.2.7",
		    "\"%s\" is no name and no address of an origin", v->text);
		return false;
	}
	if (p->ntrusted == CREDENTIALS_MAX) {
		conf_error_at(l->conf, l->node, v, NULL,
		    "a profile can not name more than %d origins",
		    CREDENTIALS_MAX);
		return false;
	}
	more = realloc(p->trusted, (p->ntrusted + 1) * sizeof(*more));
	if (more == NULL)
		return no_memory(l);
	p->trusted = more;
	more[p->ntrusted++] = t;
	return true;
}

static void
check_credentials(const struct loading *l, const struct conf_node *n)
{
	if (n != NULL && l->profile->base != HTTP_STRICT)
		conf_error_at(l->conf, n, NULL,
		    "add `base strict`, or leave the credentials out",
		    "only with base strict are cookies and logins removed");
}

/* -- profiles ------------------------------------------------------------- */

static void
read_changes(struct loading *l, const struct conf_node *profile)
{
	static const struct {
		const char *name;
		enum change_what what;
	} lists[] = { { "remove", CHANGE_REMOVE }, { "keep", CHANGE_KEEP } };
	const struct conf_node *n;
	size_t i, k;

	for (k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
		for (n = conf_in(profile, lists[k].name); n != NULL;
		     n = conf_next(n))
			for (l->node = n, i = 0; i < n->nargs; i++)
				add_change(l, lists[k].what, &n->args[i]);
	for (n = conf_in(profile, "set"); n != NULL; n = conf_next(n)) {
		l->node = n;
		set_field(l);
	}
	for (n = conf_in(profile, "credentials"); n != NULL; n = conf_next(n))
		for (l->node = n, i = 0; i < n->nargs; i++)
			add_trusted(l, &n->args[i]);
}

static bool
is_taken(struct conf *c, const struct http_profiles *all,
    const struct conf_node *n)
{
	const struct conf_value *v = &n->args[0];
	size_t i;

	for (i = 0; i < BUILT_IN; i++)
		if (strcmp(built_in[i], v->text) == 0) {
			conf_error_at(c, n, v,
			    "choose another name, and say `base` in the block",
			    "the profile %s is built in", v->text);
			return true;
		}
	if (http_profiles_find(all, v->text) == NULL)
		return false;
	conf_error_at(c, n, v, "delete one of them",
	    "there is a profile \"%s\" already", v->text);
	return true;
}

static bool
read_profile(struct conf *c, struct http_profiles *all,
    const struct conf_node *n)
{
	struct loading l = { .conf = c, .node = n };

	if (is_taken(c, all, n))
		return true; /* reported */
	l.profile = &all->all[all->n++];
	l.profile->name = strdup(n->args[0].text);
	if (l.profile->name == NULL)
		return no_memory(&l);
	l.profile->base = (enum http_base)conf_get(c, n, "base")->as.choice;
	check_credentials(&l, conf_in(n, "credentials"));
	read_changes(&l, n);
	return true;
}

struct http_profiles *
http_profiles_load(struct conf *c)
{
	struct http_profiles *all = calloc(1, sizeof(*all));
	const struct conf_node *n;
	size_t count = 1;
	bool good;

	if (all == NULL)
		return NULL;
	for (n = conf_first(c, "headers"); n != NULL; n = conf_next(n))
		count++;
	all->all = calloc(count, sizeof(*all->all));
	good = all->all != NULL;
	for (n = conf_first(c, "headers"); good && n != NULL; n = conf_next(n))
		good = read_profile(c, all, n);
	if (good)
		return all; /* with mistakes, too: names are known */
	http_profiles_free(all);
	return NULL;
}

void
http_profiles_free(struct http_profiles *all)
{
	struct http_profile *p;
	size_t i, k;

	if (all == NULL)
		return;
	for (i = 0; i < all->n; i++) {
		p = &all->all[i];
		for (k = 0; k < p->nchanges; k++) {
			free(p->changes[k].name);
			free(p->changes[k].value);
		}
		free(p->changes);
		free(p->trusted);
		free(p->name);
	}
	free(all->all);
	free(all);
}

const struct http_profile *
http_profiles_find(const struct http_profiles *all, const char *name)
{
	static const struct http_profile *const ours[] = {
		&http_profile_off,
		&http_profile_standard,
		&http_profile_strict,
	};
	size_t i;

	for (i = 0; i < BUILT_IN; i++)
		if (strcmp(built_in[i], name) == 0)
			return ours[i];
	for (i = 0; i < all->n; i++)
		if (strcmp(all->all[i].name, name) == 0)
			return &all->all[i];
	return NULL;
}

const char *
http_profiles_hint(struct conf *c, const struct http_profiles *all,
    const char *name)
{
	const char **names = calloc(BUILT_IN + all->n, sizeof(*names));
	const char *hint = NULL;
	size_t i;

	if (names == NULL)
		return NULL;
	for (i = 0; i < BUILT_IN + all->n; i++)
		names[i] = i < BUILT_IN ? built_in[i]
					: all->all[i - BUILT_IN].name;
	hint = conf_did_you_mean(c, name, names, BUILT_IN + all->n);
	free(names);
	return hint;
}
