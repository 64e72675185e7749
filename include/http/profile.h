/*
 * profile.h - which header fields pass, in both directions.
 *
 *   off       the rules every proxy has to keep, and nothing more
 *   standard  what names the client, its device or the way does not pass
 *   strict    only what is listed passes, in one order, with constant values
 *
 * and what is made of them by
 *
 *   headers NAME {
 *           base strict
 *           remove X-Tracker*
 *           set User-Agent "Mozilla/5.0"
 *           keep X-CSRF-Token
 *           credentials example.org *.example.org
 *   }
 *
 * What each does with each field is one table, src/http/fields.c.  Fields for
 * one connection only, and those a message's framing rests on, are outside of
 * all profiles: an exchange writes its own.
 *
 * A profile never changes and has no owner but the struct http_profiles.
 */
#ifndef HTTP_PROFILE_H
#define HTTP_PROFILE_H

#include <stdio.h>

#include "config/conf.h"

enum http_base { HTTP_OFF, HTTP_STANDARD, HTTP_STRICT };

struct http_profile;
struct http_profiles; /* all that `headers` directives make */

extern const struct http_profile http_profile_off, http_profile_standard,
    http_profile_strict;

extern const struct conf_directive headers_directives[];

/* NULL: out of memory.  Mistakes are reported, and their profile is no use. */
struct http_profiles *http_profiles_load(struct conf *);
void http_profiles_free(struct http_profiles *); /* accepts NULL */
/* Built in or made; NULL: there is none of that name. */
const struct http_profile *http_profiles_find(const struct http_profiles *,
    const char *name);
/* What a misspelled name may have meant, as a hint, or NULL. */
const char *http_profiles_hint(struct conf *, const struct http_profiles *,
    const char *name);

/* The tables of bauta-headers(7), as mdoc. */
void http_fields_manual(FILE *);

#endif
