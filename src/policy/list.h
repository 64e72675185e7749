/*
 * list.h - a file of names and networks, as `to file:PATH` reads it.
 *
 *   # a comment, also behind a name
 *   example.org           the name itself
 *   *.example.org         all names below it
 *   .example.org          both
 *   192.0.2.0/24          a network or an address
 *   0.0.0.0 a.example b   a line of a hosts file: its names
 *
 * Of a hosts file, localhost and the other names that every one has are left
 * out.  Lines end with LF or CRLF and have at most LIST_LINE_MAX bytes.
 */
#ifndef POLICY_LIST_H
#define POLICY_LIST_H

#include "config/conf.h"

#include "names.h"
#include "nets.h"

#define LIST_LINE_MAX 4096

struct list {
	struct names names;
	struct nets nets;
	char *name;        /* as it is written */
	struct list *next; /* the rules' own */
};

struct list_mistake {
	unsigned long line; /* from 1 */
	size_t column;      /* from 1 */
	const char *what, *hint;
};

void list_init(struct list *);
void list_deinit(struct list *);

/*
 * Adds what whole lines say; the last may lack its LF.  at->line is counted on
 * from line to line; false: a mistake, which *at describes then.
 */
bool list_add(struct list *, const char *text, size_t n,
    struct list_mistake *at);
void list_ready(struct list *);
bool list_has_name(const struct list *, const char *name, size_t n);
bool list_has_ip(const struct list *, const struct ip *);
size_t list_bytes(const struct list *); /* of memory, all included */

/*
 * The whole file, ready; a relative path counts from the folder of the file
 * that names it.  NULL: a mistake, reported at the value, or out of memory.
 */
struct list *list_load(struct conf *, const struct conf_node *,
    const struct conf_value *, const char *path);
void list_free(struct list *); /* accepts NULL */

#endif
