/*
 * report.h - an answer to a person or a program: the same calls write lines of
 * "key: value", indented where things belong together, or one JSON object.
 *
 *   report_open(r, "hops", REPORT_LIST);
 *   report_open(r, NULL, REPORT_OBJECT);    hops:
 *   report_text(r, "name", "near");           - name: near
 *   report_close(r);
 *   report_close(r);
 *
 * Keys are our own words; values may be anything and are escaped.  The first
 * failure (out of memory, larger than REPORT_MAX) sticks.
 */
#ifndef ADMIN_REPORT_H
#define ADMIN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#define REPORT_MAX   (4 << 20)
#define REPORT_DEPTH 8

enum report_kind { REPORT_OBJECT, REPORT_LIST };

struct report {
	bool json, failed;
	char *text; /* NUL behind it; malloc'd */
	size_t len, room;
	unsigned depth;
	struct {
		enum report_kind kind;
		bool filled; /* something is in it already */
	} level[REPORT_DEPTH];
};

void report_init(struct report *, bool json);
void report_deinit(struct report *);
/* key: NULL in a list. */
void report_open(struct report *, const char *key, enum report_kind);
void report_close(struct report *);
void report_text(struct report *, const char *key, const char *value);
void report_number(struct report *, const char *key, unsigned long long);
void report_yes(struct report *, const char *key, bool);
bool report_end(struct report *); /* false: it failed, there is no text */

#endif
