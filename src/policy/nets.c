/* nets.c - sorted networks, found by halving. */
#include <stdlib.h>
#include <string.h>

#include "nets.h"

bool
nets_add(struct nets *s, const struct cidr *net)
{
	size_t room = s->room == 0 ? 4 : s->room * 2;
	struct cidr *more;

	if (s->n == s->room) {
		more = realloc(s->net, room * sizeof(*more));
		if (more == NULL)
			return false;
		s->net = more;
		s->room = room;
	}
	s->net[s->n++] = *net;
	return true;
}

static int
compare_ips(const struct ip *a, const struct ip *b)
{
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return memcmp(a->b, b->b, a->type == HOST_IPV4 ? 4 : 16);
}

/* The wider one first, so that what is within it follows. */
static int
compare(const void *a, const void *b)
{
	const struct cidr *x = a, *y = b;
	int c = compare_ips(&x->ip, &y->ip);

	return c != 0 ? c : (int)x->bits - (int)y->bits;
}

void
nets_ready(struct nets *s)
{
	size_t i, kept = 0;

	if (s->n == 0)
		return;
	qsort(s->net, s->n, sizeof(*s->net), compare);
	for (i = 1; i < s->n; i++)
		if (!cidr_has(&s->net[kept], &s->net[i].ip))
			s->net[++kept] = s->net[i];
	s->n = kept + 1;
}

bool
nets_have(const struct nets *s, const struct ip *ip)
{
	size_t from = 0, to = s->n, mid;

	/* The last network that does not start behind ip is between them. */
	while (to - from > 1) {
		mid = from + (to - from) / 2;
		if (compare_ips(&s->net[mid].ip, ip) <= 0)
			from = mid;
		else
			to = mid;
	}
	return s->n > 0 && cidr_has(&s->net[from], ip);
}

void
nets_deinit(struct nets *s)
{
	free(s->net);
	*s = (struct nets){ .net = NULL };
}
