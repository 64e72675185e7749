/* work.h - a head between its fields and what is written of them. */
#ifndef HTTP_WORK_H
#define HTTP_WORK_H

#include "changes.h"
#include "fields.h"
#include "filter.h"

struct work {
	const struct filter *f;
	enum field_way way;
	struct buf *out;
	/* Of each field of the head: */
	const struct field *known[HTTP1_FIELDS_MAX];   /* NULL: unknown */
	const struct change *change[HTTP1_FIELDS_MAX]; /* NULL: none */
	/* Of each change of the profile: it is made */
	bool made[CHANGES_MAX];
};

/* filter.c */
/* It is for this connection, whatever the profile says. */
bool work_stays(const struct work *, size_t field);
enum field_act work_act(const struct work *, const struct field *,
    const struct change *);
/* Does a field pass as it is? */
bool work_passes(const struct work *, enum field_act, struct http1_str name,
    struct http1_str value);
void work_set(struct work *, const struct change *); /* once */

/* strict.c: a whole request of strict, but for what is set besides */
void work_strict(struct work *);

#endif
