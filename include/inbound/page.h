/*
 * page.h - our own HTTP answers: constant text that says what to do.
 *
 * A page has no version and repeats nothing of the request, so it tells nobody
 * more than what went wrong.  With `proxy-status on` it says that to programs,
 * too (RFC 9209): the kind of error and the number of the hop that failed, but
 * neither its name nor its address.
 */
#ifndef INBOUND_PAGE_H
#define INBOUND_PAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "request/outcome.h"

#define PAGE_MAX 512 /* bytes of one, its head included */

struct page {
	enum outcome why;
	const char *text; /* NULL: what this outcome's page says */
	bool head;	  /* the method is HEAD: no body */
	bool keep;	  /* the connection goes on */
	bool status;	  /* with a Proxy-Status field, which */
	struct blame blame; /* names this hop by its number */
};

/* All of it, or ERR_SPACE and nothing. */
enum err page_write(const struct page *, struct buf *out);

#endif
