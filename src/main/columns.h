/* columns.h - two lists of header fields side by side: what became of each. */
#ifndef MAIN_COLUMNS_H
#define MAIN_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#include "codec/http1.h"

struct tally {
	size_t sent, arrived; /* of those sent, changed ones included */
	size_t changed, added;
	bool moved; /* what arrived did so in another order */
};

/*
 * A line for each field sent, in that order, marked "-" when it did not arrive
 * and "~" when it arrived changed, then the added ones, marked "+".  No line
 * is longer than width; the value of a Proxy-Authorization is not shown.
 */
struct tally columns_print(FILE *, size_t width, const char *left,
    const struct http1_head *sent, const char *right,
    const struct http1_head *arrived);

#endif
