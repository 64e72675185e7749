/*
 * snapshot.h - one loaded configuration, complete and consistent, unchanging.
 *
 * Everything the workers need to know, shared by all of them without locks.
 */
#ifndef SESSION_SNAPSHOT_H
#define SESSION_SNAPSHOT_H

#include "base/source.h"
#include "config/conf.h"
#include "http/profile.h"
#include "inbound/listen.h"
#include "outbound/hop.h"
#include "policy/auth.h"
#include "policy/identity.h"
#include "policy/rule.h"
#include "route/route.h"
#include "session/settings.h"

struct snapshot {
	struct listen_spec *listeners;
	size_t nlisteners;
	struct hop_spec *hops;
	size_t nhops;
	struct auth *auth;
	struct rules *rules;
	struct identity_key identity_key;
	struct routes *routes;
	struct http_profiles *profiles;
	struct settings settings;
	/* Where what goes direct leaves from: all 0 but in a leak test. */
	struct source direct;
};

/* Every directive there is: for conf_new(), and for the manual. */
extern const struct conf_directive *const snapshot_tables[];

/*
 * From a parsed configuration, which may be freed afterwards.  NULL when
 * something is wrong: it was reported to conf, or memory ran out.
 */
struct snapshot *snapshot_load(struct conf *);
void snapshot_free(struct snapshot *); /* accepts NULL */
/* That of a rule, by its name, or that of the listener; never NULL. */
const struct http_profile *snapshot_profile(const struct snapshot *,
    const struct listen_spec *, const char *headers);

#endif
