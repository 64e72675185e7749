/*
 * fields.h - the one table: what each profile does with each header field, in
 * both directions (fields.c).  The filter obeys it, bauta-headers(7) is made
 * from it.
 */
#ifndef HTTP_FIELDS_H
#define HTTP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "codec/http1.h"

enum field_way { FIELD_REQUEST, FIELD_RESPONSE };

/* What happens to a field. */
enum field_act {
	ACT_KEEP,
	ACT_DROP,
	ACT_OWN, /* never passes; the exchange writes what is needed */
	/* Kept, but not always: */
	ACT_COUNT,    /* written anew for OPTIONS */
	ACT_EXPECT,   /* not of an HTTP/1.0 client; strict: a constant */
	ACT_LISTED,   /* only where the profile has the origin's name */
	ACT_BODY,     /* with a body only */
	ACT_RANGE,    /* ranges of bytes, without If-Range */
	ACT_SITE,     /* the origin of a page; not with GET or HEAD */
	ACT_SOCKET,   /* for a websocket only; the value when there is one */
	ACT_PREFETCH, /* unless it is "on" */
	/* Always there, whatever the client sent: */
	ACT_FIXED,  /* the value */
	ACT_ACCEPT, /* the value for a page, else anything */
	ACT_CODING, /* the value if the client takes gzip, else identity */
	ACT_PAGE,   /* the value, when a page is asked for */
	/* Shortened: */
	ACT_TRIM,      /* Referer: the origin, if it is the same */
	ACT_LINKS,     /* Link: no connections ahead of time */
	ACT_FEW_LINKS, /* nor requests */
	ACT_POLICY,    /* Content-Security-Policy: no reports */
	ACT_CACHE,     /* Cache-Control: an hour at most */
	ACT_CHALLENGE, /* WWW-Authenticate: no Negotiate, no NTLM */
};
#define FIELD_ACTS (ACT_CHALLENGE + 1)

/* Why a field is in the table. */
enum field_why {
	WHY_HOP,     /* for this connection only (RFC 9110 section 7.6.1) */
	WHY_FRAME,   /* says where a message ends and where it goes */
	WHY_PATH,    /* names the client or the way the request came */
	WHY_WHO,     /* names the person or the device */
	WHY_HINT,    /* describes the device, or asks for that (RFC 8942) */
	WHY_TRACE,   /* ties requests together across servers */
	WHY_AROUND,  /* asks the client to go another way than this one */
	WHY_REPORT,  /* asks the client to report to others */
	WHY_UNIQUE,  /* can hold a number that comes back with each visit */
	WHY_LOGIN,   /* says who asks, to a site */
	WHY_TASTE,   /* differs from browser to browser */
	WHY_CONTENT, /* says what is asked for or sent */
	WHY_SOCKET,  /* opens a websocket (RFC 6455) */
};
#define FIELD_WHYS (WHY_SOCKET + 1)

#define FIELD_PROFILES 3  /* by enum http_base */
#define FIELD_PLACES   17 /* fields that strict has a place for */

/* No name is as long, no pattern shorter without its *. */
#define FIELD_NAME_MAX    48
#define FIELD_PATTERN_MIN 3

struct field {
	const char *name; /* as strict spells it; '*': any rest */
	enum field_why why;
	enum field_act act[2][FIELD_PROFILES]; /* by enum field_way */
	int place;         /* in a strict request; -1: none */
	const char *value; /* of ACT_FIXED and its like, or NULL */
};

extern const struct field fields[]; /* sorted by name */
extern const size_t nfields;

/* Letter case does not count, and '_' counts as '-': CGI can not tell. */
char field_fold(char);
/* The field of that name, or the longest pattern for it; NULL: unknown. */
const struct field *field_find(struct http1_str name);
/* Is this name the pattern's, whose final '*' stands for any rest? */
bool field_matches(const char *pattern, struct http1_str name);
/* Those with a place, each at its place. */
void fields_in_place(const struct field *at[FIELD_PLACES]);

#endif
