/*
 * outcome.h - how an attempt to reach a target ended, in one word.
 *
 * Everything that can go wrong between a request and its target maps to one of
 * these, and each inbound maps them to what its client understands.
 */
#ifndef REQUEST_OUTCOME_H
#define REQUEST_OUTCOME_H

enum outcome {
	OUTCOME_OK,
	OUTCOME_DENIED,		  /* a rule says no */
	OUTCOME_REFUSED,	  /* the target refused the connection */
	OUTCOME_HOST_UNREACHABLE,
	OUTCOME_NET_UNREACHABLE,
	OUTCOME_TIMEOUT,
	OUTCOME_NO_NAME,	  /* the name does not exist or has no address */
	OUTCOME_NAME_FAILED,	  /* no name server gave an answer */
	OUTCOME_HOP_FAILED,	  /* a hop is down, broken or refuses us */
	OUTCOME_HOP_AUTH,	  /* a hop refuses our login */
	OUTCOME_BAD_REQUEST,	  /* the client's bytes are malformed */
	OUTCOME_BAD_COMMAND,	  /* BIND, UDP: nothing we do */
	OUTCOME_BAD_ADDRESS,	  /* unknown address type, or no usable name */
	OUTCOME_AUTH_NEEDED,	  /* the client has to log in */
	OUTCOME_AUTH_FAILED,	  /* wrong user or password */
	OUTCOME_URI_TOO_LONG,	  /* the line a request begins with is */
	OUTCOME_TOO_LARGE,	  /* a head is over its limit */
	OUTCOME_BAD_RESPONSE,	  /* the origin's bytes are malformed, or end */
	OUTCOME_OVERLOADED,	  /* out of memory, descriptors or ports */
	OUTCOME_MAX
};

/* Which hop of a chain an attempt failed at, and what befell it there. */
struct blame {
	unsigned hop; /* counted from 1; 0: none is to blame */
	enum outcome cause;
};

const char *outcome_str(enum outcome); /* "timed out", for logs */

#endif
