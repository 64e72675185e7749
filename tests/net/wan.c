/*
 * wan.c - a wide area between network namespaces of one machine.
 *
 * usage: wan [-d MS] [-t SECONDS] NAMESPACE...
 *
 * Every namespace (see ip-netns(8)) gets an interface wan0 with the address
 * 10.77.0.K/24, K its place from 1, and a route to all others; a packet takes
 * MS milliseconds (25) each way.  "ready" is printed when all are up.  Lines on
 * standard input change it at run time:
 *
 *   down NAMESPACE     it is a black hole: nothing reaches or leaves it
 *   up NAMESPACE
 *   delay NAMESPACE MS what is sent to it takes so long
 *   loss NAMESPACE PERCENT of what is sent to it is lost
 *
 * It ends at the end of standard input, or after SECONDS (600), and the
 * interfaces with it.  It has to be root.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HOSTS_MAX 32
#define MTU	  1500
#define QUEUE_MAX 32768 /* packets under way; further ones are lost */
#define BURST	  64

struct host {
	const char *name;
	int tun;
	uint64_t delay; /* of what is sent to it, ns */
	double loss;	/* the part of what is sent to it that is lost */
	bool down;
};

struct packet {
	uint64_t due, order;
	unsigned to;
	size_t len;
	uint8_t bytes[MTU];
};

static struct wan {
	struct host host[HOSTS_MAX];
	unsigned nhosts;
	struct packet *heap[QUEUE_MAX + 1]; /* from 1, the next one first */
	unsigned n;
	uint64_t order;
} wan;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *fmt, ...)
{
	int why = errno;
	va_list ap;

	fprintf(stderr, "wan: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(why));
	exit(1);
}

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* -- interfaces ----------------------------------------------------------- */

static void
enter(const char *namespace)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		die("namespace %s", namespace);
	close(fd);
}

static void
set_address(int fd, struct ifreq *r, unsigned long request, uint32_t value)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(value) };

	memcpy(&r->ifr_addr, &in, sizeof(in));
	if (ioctl(fd, request, r) != 0)
		die("address of %s", r->ifr_name);
}

static void
bring_up(int fd, struct ifreq *r, const char *name)
{
	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", name);
	r->ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, r) != 0)
		die("interface %s", name);
}

static void
attach(struct host *h, unsigned k)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	enter(h->name);
	h->tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "wan0");
	if (h->tun < 0 || ioctl(h->tun, TUNSETIFF, &r) != 0)
		die("tun in %s", h->name);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket in %s", h->name);
	set_address(fd, &r, SIOCSIFADDR, 0x0a4d0000u + k);
	set_address(fd, &r, SIOCSIFNETMASK, 0xffffff00u);
	bring_up(fd, &r, "wan0");
	bring_up(fd, &r, "lo");
	close(fd);
}

/* -- packets under way ---------------------------------------------------- */

static bool
before(const struct packet *a, const struct packet *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void
push(struct packet *p)
{
	unsigned at = ++wan.n;

	for (; at > 1 && before(p, wan.heap[at / 2]); at /= 2)
		wan.heap[at] = wan.heap[at / 2];
	wan.heap[at] = p;
}

static struct packet *
pop(void)
{
	struct packet *first = wan.heap[1], *last = wan.heap[wan.n--];
	unsigned at = 1, child;

	while ((child = at * 2) <= wan.n) {
		if (child < wan.n &&
		    before(wan.heap[child + 1], wan.heap[child]))
			child++;
		if (!before(wan.heap[child], last))
			break;
		wan.heap[at] = wan.heap[child];
		at = child;
	}
	wan.heap[at] = last;
	return first;
}

static void
deliver(uint64_t t)
{
	struct packet *p;

	while (wan.n > 0 && wan.heap[1]->due <= t) {
		p = pop();
		/* A queue that is full loses it, as queues do. */
		if (!wan.host[p->to].down &&
		    write(wan.host[p->to].tun, p->bytes, p->len) < 0 &&
		    errno != EAGAIN && errno != EINVAL && errno != EIO)
			die("packet to %s", wan.host[p->to].name);
		free(p);
	}
}

/* Its destination's place; false: it is none of ours. */
static bool
route(const struct packet *p, unsigned *to)
{
	const uint8_t *dst = p->bytes + 16; /* RFC 791 section 3.1 */

	if (p->len < 20 || p->bytes[0] >> 4 != 4 || dst[0] != 10 ||
	    dst[1] != 77 || dst[2] != 0)
		return false;
	*to = dst[3] - 1u;
	return *to < wan.nhosts;
}

static bool
is_lost(const struct host *to)
{
	return to->loss > 0 && (double)random() < to->loss * RAND_MAX;
}

static void
take(struct host *from)
{
	struct packet *p;
	ssize_t n;
	int i;

	for (i = 0; i < BURST; i++) {
		p = malloc(sizeof(*p));
		if (p == NULL)
			die("packet");
		n = read(from->tun, p->bytes, sizeof(p->bytes));
		p->len = n > 0 ? (size_t)n : 0;
		if (n <= 0 || from->down || wan.n == QUEUE_MAX ||
		    !route(p, &p->to) || is_lost(&wan.host[p->to])) {
			free(p);
			if (n <= 0)
				return;
			continue;
		}
		p->due = now() + wan.host[p->to].delay;
		p->order = wan.order++;
		push(p);
	}
}

/* -- commands ------------------------------------------------------------- */

static void
obey(const char *line)
{
	char word[16], name[256];
	double x;
	unsigned i;
	int n = sscanf(line, "%15s %255s %lf", word, name, &x);

	for (i = 0; n >= 2 && i < wan.nhosts; i++) {
		if (strcmp(wan.host[i].name, name) != 0)
			continue;
		if (strcmp(word, "down") == 0)
			wan.host[i].down = true;
		else if (strcmp(word, "up") == 0)
			wan.host[i].down = false;
		else if (strcmp(word, "delay") == 0 && n == 3)
			wan.host[i].delay = (uint64_t)(x * 1e6);
		else if (strcmp(word, "loss") == 0 && n == 3)
			wan.host[i].loss = x / 100;
		else
			break;
		printf("ok\n");
		return;
	}
	printf("what?\n");
}

/* false: standard input has ended. */
static bool
hear(void)
{
	static char text[512];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, text + len, sizeof(text) - 1 - len);
	char *end;

	if (n <= 0)
		return false;
	len += (size_t)n;
	text[len] = '\0';
	while ((end = strchr(text, '\n')) != NULL) {
		*end = '\0';
		obey(text);
		len -= (size_t)(end + 1 - text);
		memmove(text, end + 1, len + 1);
	}
	fflush(stdout);
	return len < sizeof(text) - 1;
}

static void
run(uint64_t end)
{
	struct pollfd p[HOSTS_MAX + 1];
	struct timespec wait;
	uint64_t t, until;
	unsigned i;

	for (i = 0; i < wan.nhosts; i++)
		p[i] = (struct pollfd){ .fd = wan.host[i].tun,
			.events = POLLIN };
	p[i] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
	for (t = now(); t < end; t = now()) {
		deliver(t);
		until = wan.n > 0 ? wan.heap[1]->due : end;
		t = now();
		t = until > t ? until - t : 0;
		wait.tv_sec = (time_t)(t / 1000000000u);
		wait.tv_nsec = (long)(t % 1000000000u);
		if (ppoll(p, wan.nhosts + 1, &wait, NULL) <= 0)
			continue;
		for (i = 0; i < wan.nhosts; i++)
			if (p[i].revents != 0)
				take(&wan.host[i]);
		if (p[i].revents != 0 && !hear())
			return;
	}
}

/* A packet that waits for a processor is late: ask to be the first. */
static void
be_punctual(void)
{
	struct sched_param first = { .sched_priority = 1 };

	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	if (sched_setscheduler(0, SCHED_RR, &first) != 0)
		fprintf(stderr,
		    "wan: no real-time priority: "
		    "on a busy machine packets are late\n");
}

int
main(int argc, char **argv)
{
	double ms = 25, seconds = 600;
	unsigned i;
	int c;

	while ((c = getopt(argc, argv, "d:t:h")) != -1) {
		if (c == 'd')
			ms = atof(optarg);
		else if (c == 't')
			seconds = atof(optarg);
		else
			break;
	}
	if (c != -1 || argc - optind < 2 || argc - optind > HOSTS_MAX) {
		fprintf(c == 'h' ? stdout : stderr,
		    "usage: wan [-d MS] [-t SECONDS] NAMESPACE...\n"
		    "Joins network namespaces (10.77.0.1, 10.77.0.2, ...) by "
		    "links that take MS\none way; reads \"down NAMESPACE\", "
		    "\"up NAMESPACE\", \"delay NAMESPACE MS\" and "
		    "\"loss NAMESPACE PERCENT\".\n");
		return c == 'h' ? 0 : 64;
	}
	wan.nhosts = (unsigned)(argc - optind);
	for (i = 0; i < wan.nhosts; i++) {
		wan.host[i].name = argv[optind + (int)i];
		wan.host[i].delay = (uint64_t)(ms * 1e6);
		attach(&wan.host[i], i + 1);
	}
	be_punctual();
	printf("ready\n");
	fflush(stdout);
	run(now() + (uint64_t)(seconds * 1e9));
	return 0;
}
