/* fields_manual.c - the table of fields as the tables of a manual page. */
#include <string.h>

#include "http/profile.h"

#include "fields.h"

static const char *const words[FIELD_ACTS] = {
	[ACT_KEEP] = "kept",
	[ACT_DROP] = "removed",
	[ACT_OWN] = "own",
	[ACT_COUNT] = "counted",
	[ACT_EXPECT] = "kept",
	[ACT_LISTED] = "credentials",
	[ACT_BODY] = "with a body",
	[ACT_RANGE] = "bytes",
	[ACT_SITE] = "not by GET",
	[ACT_SOCKET] = "websocket",
	[ACT_PREFETCH] = "unless on",
	[ACT_FIXED] = "constant",
	[ACT_ACCEPT] = "constant",
	[ACT_CODING] = "constant",
	[ACT_PAGE] = "constant",
	[ACT_TRIM] = "trimmed",
	[ACT_LINKS] = "trimmed",
	[ACT_FEW_LINKS] = "trimmed",
	[ACT_POLICY] = "trimmed",
	[ACT_CACHE] = "trimmed",
	[ACT_CHALLENGE] = "trimmed",
};

static const char *const reasons[FIELD_WHYS] = {
	[WHY_HOP] = "For one connection only",
	[WHY_FRAME] = "Where a message ends and where it goes",
	[WHY_PATH] = "The client's address, and the way a request came",
	[WHY_WHO] = "The person and the device",
	[WHY_HINT] = "Client hints",
	[WHY_TRACE] = "What ties requests together",
	[WHY_AROUND] = "What sends the client another way",
	[WHY_REPORT] = "Reports to others",
	[WHY_UNIQUE] = "What can number a visitor",
	[WHY_LOGIN] = "Logins",
	[WHY_TASTE] = "What differs from browser to browser",
	[WHY_CONTENT] = "What is asked for or sent",
	[WHY_SOCKET] = "Websockets",
};

/* As a field is that the table does not have? */
static bool
is_as_unknown(const struct field *k, enum field_way way)
{
	const enum field_act *act = k->act[way];

	return act[HTTP_OFF] == ACT_KEEP && act[HTTP_STANDARD] == ACT_KEEP &&
	    act[HTTP_STRICT] == (way == FIELD_REQUEST ? ACT_DROP : ACT_KEEP);
}

/* A field that only requests have is no news among those of responses. */
static bool
is_shown(const struct field *k, enum field_way way)
{
	return !is_as_unknown(k, way) ||
	    (way == FIELD_REQUEST && is_as_unknown(k, FIELD_RESPONSE));
}

static bool
any_shown(enum field_why why, enum field_way way)
{
	const struct field *k;

	for (k = fields; k < fields + nfields; k++)
		if (k->why == why && is_shown(k, way))
			return true;
	return false;
}

static void
put_group(enum field_why why, enum field_way way, FILE *f)
{
	const struct field *k;
	const enum field_act *act;

	fprintf(f, ".Ss %s\n", reasons[why]);
	fputs(".Bl -column \"Content-Security-Policy-Report-Only\" \"removed\" "
	      "\"unless on\" \"credentials\"\n"
	      ".It Sy field Ta Sy off Ta Sy standard Ta Sy strict\n",
	    f);
	for (k = fields; k < fields + nfields; k++) {
		if (k->why != why || !is_shown(k, way))
			continue;
		act = k->act[way];
		fprintf(f, ".It \\&%s Ta %s Ta %s Ta %s\n", k->name,
		    words[act[HTTP_OFF]], words[act[HTTP_STANDARD]],
		    act[HTTP_STRICT] == ACT_EXPECT ? words[ACT_FIXED]
						   : words[act[HTTP_STRICT]]);
	}
	fputs(".El\n", f);
}

static void
put_direction(enum field_way way, FILE *f)
{
	int why;

	for (why = 0; why < FIELD_WHYS; why++)
		if (any_shown((enum field_why)why, way))
			put_group((enum field_why)why, way, f);
}

static void
put_order(FILE *f)
{
	const struct field *at[FIELD_PLACES];
	size_t i;

	fields_in_place(at);
	fputs(".Bl -bullet -compact\n", f);
	for (i = 0; i < FIELD_PLACES; i++) {
		fprintf(f, ".It\n.Li %s\n", at[i]->name);
		if (at[i]->value != NULL)
			fprintf(f, ".Dl %s\n", at[i]->value);
	}
	fputs(".El\n", f);
}

void
http_fields_manual(FILE *f)
{
	fputs(".Sh REQUESTS\n", f);
	put_direction(FIELD_REQUEST, f);
	fputs(".Sh RESPONSES\n", f);
	put_direction(FIELD_RESPONSE, f);
	fputs(".Sh ORDER OF STRICT\n"
	      "A request of\n.Cm strict\n"
	      "has, behind\n.Li Host ,\n"
	      "of these fields those that apply, in this order and spelling,\n"
	      "and where there is a constant, this value:\n.Pp\n",
	    f);
	put_order(f);
}
