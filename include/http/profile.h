/*
 * profile.h - which header fields pass, in both directions.
 *
 *   off       the rules every proxy has to keep, and nothing more
 *   standard  what names the client, its device or the way does not pass
 *   strict    only what is listed passes, in one order, with constant values
 *
 * A profile never changes; whoever uses one does not own it.
 */
#ifndef HTTP_PROFILE_H
#define HTTP_PROFILE_H

enum http_base { HTTP_OFF, HTTP_STANDARD, HTTP_STRICT };

struct http_profile {
	enum http_base base;
};

extern const struct http_profile http_profile_off, http_profile_standard,
    http_profile_strict;

#endif
