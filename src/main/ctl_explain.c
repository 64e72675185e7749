/*
 * ctl_explain.c - `bautactl explain HOST:PORT`: which way it would go, asked of
 * the running bauta, or with -c of a configuration file.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "admin/explain.h"
#include "crypto/crypto.h"

#include "ctl.h"
#include "options.h"

static const char *const keys[] = { "user", "from", "listener", "protocol",
	NULL };

static int
print(const struct snapshot *s, const struct question *q, bool json)
{
	struct report r;
	const char *wrong;
	int rc = 0;

	report_init(&r, json);
	wrong = explain(s, q, &r);
	if (wrong != NULL)
		rc = ctl_complain(EX_USAGE, "%s", wrong);
	else if (!report_end(&r))
		rc = ctl_complain(EX_OSERR, "out of memory");
	else
		fputs(r.text, stdout);
	report_deinit(&r);
	return rc;
}

static int
of_file(const char *file, const struct question *q, bool json)
{
	struct options o = { .file = file };
	struct conf *c = conf_new(snapshot_tables);
	struct snapshot *s;
	const char *source;
	int rc;

	if (c == NULL || !crypto_init())
		return ctl_complain(EX_OSERR, "out of memory");
	options_load(&o, c, &source);
	s = snapshot_load(c);
	conf_report(c, stderr);
	rc = s != NULL ? print(s, q, json) : conf_ok(c) ? EX_OSERR : EX_CONFIG;
	snapshot_free(s);
	conf_free(c);
	return rc;
}

/* Where the value of --KEY goes; NULL: no such option. */
static const char **
value_of(struct question *q, const char *option)
{
	const char **values[] = { &q->user, &q->from, &q->listener,
		&q->protocol };
	size_t i;

	for (i = 0; keys[i] != NULL; i++)
		if (strncmp(option, "--", 2) == 0 &&
		    strcmp(option + 2, keys[i]) == 0)
			return values[i];
	return NULL;
}

static int
run(int argc, char **argv)
{
	struct question q = { NULL };
	const char *file = NULL, **value;
	bool json = false;
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
			file = argv[i + 1];
	if (file == NULL)
		return ctl_ask(&ctl_explain, keys, 1, argc, argv);
	for (i = 1; i < argc; i++) {
		value = value_of(&q, argv[i]);
		if (strcmp(argv[i], "--json") == 0)
			json = true;
		else if (strcmp(argv[i], "-c") == 0)
			i++;
		else if (value != NULL && i + 1 < argc)
			*value = argv[++i];
		else if (argv[i][0] == '-' || q.target != NULL)
			return ctl_usage(&ctl_explain);
		else
			q.target = argv[i];
	}
	return of_file(file, &q, json);
}

const struct ctl_command ctl_explain = {
	.name = "explain",
	.args = "[-c FILE | -s PATH] [--json] [--user USER] [--from IP]\n"
		"        [--listener IP:PORT] [--protocol PROTOCOL] HOST:PORT",
	.doc = "which rule decides about a request and which way it would go,\n"
	       "who looks the name up and where it leaves from; of the running\n"
	       "bauta, or of a configuration file",
	.run = run,
};
