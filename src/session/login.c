/* login.c - a password to the helper thread, and its answer back. */
#include <stdlib.h>
#include <string.h>

#include "session.h"

static void
login_free(struct login *l)
{
	explicit_bzero(l, sizeof(*l)); /* a password */
	free(l);
}

/* On the helper thread: only post it. */
static void
on_verified(struct auth_job *job)
{
	struct login *l = job->arg;
	struct worker *w = l->worker;

	pthread_mutex_lock(&w->lock);
	l->next = w->logins;
	w->logins = l;
	pthread_mutex_unlock(&w->lock);
	loop_wake(w->loop);
}

bool
login_waits(struct session *s)
{
	struct setup *u = s->setup;
	struct login *l = calloc(1, sizeof(*l));
	enum auth_answer answer;

	if (l == NULL) {
		inbound_login(&u->inbound, false);
		return false;
	}
	memcpy(l->job.user, u->inbound.user, sizeof(l->job.user));
	memcpy(l->job.pass, u->inbound.pass, sizeof(l->job.pass));
	l->job.done = on_verified;
	l->job.arg = l;
	l->worker = s->worker;
	l->session = s;
	u->login = l; /* before asking: the answer may be there at once */
	answer = auth_ask(s->worker->snapshot->auth, &l->job);
	if (answer == AUTH_LATER)
		return true;
	u->login = NULL;
	login_free(l);
	inbound_login(&u->inbound, answer == AUTH_GOOD);
	return false;
}

void
login_forget(struct setup *u)
{
	if (u->login != NULL)
		u->login->session = NULL;
	u->login = NULL;
}

void
login_deliver(struct worker *w)
{
	struct login *l, *next;
	struct session *s;

	pthread_mutex_lock(&w->lock);
	l = w->logins;
	w->logins = NULL;
	pthread_mutex_unlock(&w->lock);
	for (; l != NULL; l = next) {
		next = l->next;
		s = l->session;
		if (s != NULL) {
			s->setup->login = NULL;
			inbound_login(&s->setup->inbound, l->job.good);
			s->state = S_INBOUND;
			session_step(s);
		}
		login_free(l);
	}
}
