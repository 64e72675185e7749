/*
 * page.h - our own HTTP answers: constant text that says what to do.
 *
 * A page has no version and repeats nothing of the request, so it tells nobody
 * more than what went wrong.
 */
#ifndef INBOUND_PAGE_H
#define INBOUND_PAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "request/outcome.h"

#define PAGE_MAX 448 /* bytes of one, its head included */

struct page {
	enum outcome why;
	const char *text; /* NULL: what this outcome's page says */
	bool head;	  /* the method is HEAD: no body */
	bool keep;	  /* the connection goes on */
};

/* All of it, or ERR_SPACE and nothing. */
enum err page_write(const struct page *, struct buf *out);

#endif
