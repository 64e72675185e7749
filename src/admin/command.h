/* command.h - what the control socket understands: a line in command.c each. */
#ifndef ADMIN_COMMAND_H
#define ADMIN_COMMAND_H

#include "admin/report.h"
#include "session/worker.h"

#define WORDS_MAX 16

struct command {
	const struct snapshot *snapshot;
	struct worker *const *workers;
	unsigned nworkers;
	time_t started;
	char *word[WORDS_MAX]; /* word[0] is its name */
	unsigned nwords;
	struct report report;
	void *data; /* of the command at work */
	char error[256]; /* "": it went well */
};

/* The line is taken apart in place. */
void command_run(struct command *, char *line);
void command_fail(struct command *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The value of key=value among the words, or NULL. */
const char *command_get(const struct command *, const char *key);

/*
 * Run what on each worker's thread, one after the other; false: one did not
 * answer in time, which was noted as the error.
 */
bool command_ask(struct command *,
    void (*what)(struct worker *, struct command *));

#endif
