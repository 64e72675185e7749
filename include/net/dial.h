/*
 * dial.h - the one function that opens outgoing connections.
 *
 * An endpoint that is a name is looked up and its addresses are raced (Happy
 * Eyeballs, RFC 8305: families alternate, IPv6 first, 250 ms apart, 50 ms of
 * grace for AAAA).  Every address passes permit() before a packet is sent to
 * it: addresses it refuses do not exist for the dial.  0.0.0.0 and :: are
 * always refused: the kernel takes them for this machine.  With a source no
 * packet leaves from anywhere else: an address of a family that the source has
 * none of is passed over, and a source that can not be had is a failure.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include "base/endpoint.h"
#include "base/source.h"
#include "net/loop.h"
#include "net/resolver.h"

/* Why it failed: the best word for all attempts together. */
enum dial_result {
	DIAL_OK,
	DIAL_DENIED,	       /* permit() refused every address */
	DIAL_NO_SOURCE,	       /* it can not leave from where it must */
	DIAL_REFUSED,
	DIAL_HOST_UNREACHABLE,
	DIAL_NET_UNREACHABLE,
	DIAL_TIMEOUT,	       /* from the kernel; deadlines are the caller's */
	DIAL_NO_NAME,
	DIAL_NAME_FAILED,
	DIAL_NO_RESOURCES,     /* descriptors, ports, memory */
	DIAL_FAILED,
};

/*
 * Embedded in the caller's setup state, all 0 but for what it sets; used
 * again only after done() or dial_cancel().  done() is called exactly once (fd is
 * the caller's on DIAL_OK, else -1) unless dial_cancel() came first, and never
 * from within dial_start().
 * Exception, for speed: dial_start() itself returns a connected descriptor
 * (>= 0) when the kernel connected at once; then done() is not called.
 */
struct dial_attempt;

struct dial {
	bool (*permit)(struct dial *, const struct ip *, uint16_t port);
	void (*done)(struct dial *, enum dial_result, int fd);
	/* NULL: the kernel chooses.  Outlives it; permit() may change it. */
	const struct source *source;
	/* Who looks a name up (LOOKUP_IDENTITY bytes), NULL: all who share;
	 * read by dial_start(). */
	const uint8_t *identity;
	/* dial's own: */
	struct loop *loop;
	struct lookup lookup;
	uint16_t port;
	enum dial_result worst;
	unsigned char waiting; /* families not answered yet */
	unsigned char nips, next; /* ips before next were tried */
	struct ip ips[LOOKUP_IPS];
	struct dial_attempt *attempts; /* under way */
	struct timer timer;
};

int dial_start(struct dial *, struct loop *, struct resolver *,
    const struct endpoint *);
void dial_cancel(struct dial *); /* also when not under way */

#endif
