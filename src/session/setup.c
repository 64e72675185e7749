/*
 * setup.c - what a session needs until it is relayed, and the memory for it.
 *
 * Setups come and go in bursts while sessions stay.  On the heap between them
 * they would leave holes that are never given back; so each has a page of its
 * own, and only a few pages are kept.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "session.h"

#ifndef SETUPS_KEPT /* 0 when sanitised: what is freed is unmapped at once */
#	define SETUPS_KEPT 32
#endif

static void *
page_new(struct setups *p)
{
	struct setup *u = p->idle;

	if (u == NULL) {
		u = mmap(NULL, sizeof(*u), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		return u == MAP_FAILED ? NULL : u;
	}
	p->idle = u->next;
	p->nidle--;
	return u;
}

static void
page_free(struct setups *p, struct setup *u)
{
	if (p->nidle + 1 > SETUPS_KEPT) {
		munmap(u, sizeof(*u));
		return;
	}
	u->next = p->idle;
	p->idle = u;
	p->nidle++;
}

void
setups_deinit(struct setups *p)
{
	struct setup *u;

	while ((u = p->idle) != NULL) {
		p->idle = u->next;
		munmap(u, sizeof(*u));
	}
	p->nidle = 0;
}

bool
setup_new(struct session *s)
{
	struct setup *u = page_new(&s->worker->setups);

	if (u == NULL)
		return false;
	memset(u, 0, offsetof(struct setup, in_mem));
	u->session = s;
	u->in = buf_on(u->in_mem, sizeof(u->in_mem));
	inbound_init(&u->inbound, s->spec);
	s->setup = u;
	return true;
}

void
setup_free(struct session *s)
{
	struct setup *u = s->setup;

	if (u == NULL)
		return;
	dial_cancel(&u->dial);
	attempt_end(u);
	login_forget(u);
	http_free(u);
	if (u->in.mem != u->in_mem)
		free(u->in.mem);
	free(u->hop_in.mem);
	explicit_bzero(u, sizeof(*u)); /* a target, perhaps a password */
	page_free(&s->worker->setups, u);
	s->setup = NULL;
}
