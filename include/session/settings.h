/* settings.h - what is set once for the whole process: `workers`, `log`, ... */
#ifndef SESSION_SETTINGS_H
#define SESSION_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "config/conf.h"
#include "net/resolver.h"

struct settings {
	unsigned workers; /* 0: one per core */
	enum log_level log;
	/* Milliseconds; 0: never, where the manual allows it. */
	uint64_t handshake_ms, connect_ms, attempt_ms, idle_ms,
	    half_closed_ms, drain_ms;
	struct resolver_conf dns;
	char control[108]; /* path of the socket, "none", "": not said */
};

extern const struct conf_directive settings_directives[];

/* false: something was wrong, and reported to conf. */
bool settings_load(struct conf *, struct settings *);

#endif
