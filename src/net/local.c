/* local.c - asks the kernel's routes, as `ip route get` does (rtnetlink(7)). */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/local.h"

struct question {
	struct nlmsghdr head;
	struct rtmsg route;
	struct rtattr attr;
	uint8_t ip[16];
};

union answer {
	struct nlmsghdr head;
	uint8_t b[4096]; /* a route is some 100 bytes */
};

void
local_init(struct local *l)
{
	*l = (struct local){ .fd = -1 };
}

void
local_deinit(struct local *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static bool
ask(struct local *l, const struct ip *ip)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	bool v4 = ip->type == HOST_IPV4;
	size_t n = v4 ? 4 : 16;
	struct question q = {
		.head = {
			.nlmsg_len = (uint32_t)(offsetof(struct question, ip) +
			    n),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST,
			.nlmsg_seq = ++l->seq,
		},
		.route = {
			.rtm_family = v4 ? AF_INET : AF_INET6,
			.rtm_dst_len = (unsigned char)(n * 8),
		},
		.attr = {
			.rta_len = (unsigned short)(sizeof(q.attr) + n),
			.rta_type = RTA_DST,
		},
	};

	memcpy(q.ip, ip->b, n);
	return sendto(l->fd, &q, q.head.nlmsg_len, 0,
		   (struct sockaddr *)&kernel,
		   sizeof(kernel)) == (ssize_t)q.head.nlmsg_len;
}

/* No way there is an answer, too: then nothing of ours is there. */
static bool
is_no_route(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH ||
	    error == EACCES || error == EINVAL || error == ENETDOWN;
}

/* An answer to an earlier question may still be there. */
static bool
read_answer(struct local *l, union answer *a)
{
	ssize_t n;

	do {
		do
			n = recv(l->fd, a, sizeof(*a), MSG_DONTWAIT);
		while (n < 0 && errno == EINTR);
		if (n < (ssize_t)sizeof(a->head) ||
		    a->head.nlmsg_len > (size_t)n)
			return false;
	} while (a->head.nlmsg_seq != l->seq);
	return true;
}

bool
local_has(struct local *l, const struct ip *ip)
{
	const struct rtmsg *route;
	const struct nlmsgerr *error;
	union answer a;

	if (l->fd < 0)
		l->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
		    NETLINK_ROUTE);
	/* The kernel answers within the call that asks. */
	if (l->fd < 0 || !ask(l, ip) || !read_answer(l, &a))
		return true;
	if (a.head.nlmsg_type == NLMSG_ERROR) {
		error = NLMSG_DATA(&a.head);
		return a.head.nlmsg_len < NLMSG_LENGTH(sizeof(*error)) ||
		    !is_no_route(-error->error);
	}
	route = NLMSG_DATA(&a.head);
	return a.head.nlmsg_type != RTM_NEWROUTE ||
	    a.head.nlmsg_len < NLMSG_LENGTH(sizeof(*route)) ||
	    route->rtm_type != RTN_UNICAST;
}

bool
local_end(int fd, struct ip *ip, uint16_t *port)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);

	return getsockname(fd, (struct sockaddr *)&ss, &n) == 0 &&
	    sockaddr_ip((struct sockaddr *)&ss, ip, port);
}
