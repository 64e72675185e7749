/*
 * control.h - the control socket: a running bauta answers who may ask.
 *
 * A UNIX socket of mode 0600.  A client sends one line, a command and its
 * arguments, and gets "ok" or "error: why" in a line and then the answer; the
 * connection ends with it.  With the argument "--json" the answer is one JSON
 * object, else lines to read.  Only the user bauta runs as, and root, are
 * listened to.  Clients are served one after the other by a thread of its own,
 * each for a few seconds at most; workers are asked, and never wait.
 */
#ifndef ADMIN_CONTROL_H
#define ADMIN_CONTROL_H

#include "session/worker.h"

#define CONTROL_LINE 2048 /* a command with its arguments */

struct control;

/*
 * Where it is when the configuration does not say: $XDG_RUNTIME_DIR/bauta.sock,
 * and /run/bauta.sock for root without one.  i: from 0, which of the places to
 * look at; false: there are no more.
 */
bool control_usual_path(unsigned i, char *path, size_t n);

enum control_result {
	CONTROL_OK,
	CONTROL_TAKEN,	/* another bauta answers there */
	CONTROL_FAILED, /* errno says why */
};

/* A socket left by a bauta that is gone is replaced. */
enum control_result control_open(struct control **, const char *path);
/* From then on it answers; workers and snapshot outlive it. */
bool control_start(struct control *, const struct snapshot *,
    struct worker *const *, unsigned n);
void control_close(struct control *); /* accepts NULL */

#endif
