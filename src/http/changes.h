/* changes.h - what a profile of one's own changes, as its module shares it. */
#ifndef HTTP_CHANGES_H
#define HTTP_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/endpoint.h"
#include "codec/http1.h"
#include "http/profile.h"

#define CHANGES_MAX     256
#define CREDENTIALS_MAX 256
#define SET_BYTES_MAX   4096 /* of all fields that are set, as sent */

enum change_what { CHANGE_REMOVE, CHANGE_SET, CHANGE_KEEP };

struct change {
	enum change_what what;
	char *name;  /* as written; a final '*' of REMOVE and KEEP: any rest */
	char *value; /* CHANGE_SET */
};

/* An origin whose logins pass, or all whose names end so. */
struct trusted {
	bool below;
	struct endpoint host;
};

struct http_profile {
	char *name; /* of `headers NAME`; NULL: built in */
	enum http_base base;
	struct change *changes; /* the first that matches a name holds */
	size_t nchanges;
	struct trusted *trusted;
	size_t ntrusted;
};

/* NULL: none. */
const struct change *profile_change(const struct http_profile *,
    struct http1_str name);
/* Do cookies and logins pass to and from there? */
bool profile_trusts(const struct http_profile *, const struct endpoint *);

#endif
