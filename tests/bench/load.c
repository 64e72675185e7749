/*
 * load.c - load generator of tools/bench: options in, one line of JSON out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "load.h"

static const char usage_text[] =
    "usage: load serve ADDR:PORT\n"
    "       load bulk|conn|rr|idle ADDR:PORT [-x ADDR:PORT | -X ADDR:PORT] [-w]\n"
    "            [-n N] [-s SECONDS]\n"
    "       load selftest\n"
    "\n"
    "serve is the origin: it prints where it listens (port 0: any).  The others\n"
    "ask the origin at ADDR:PORT, with -x through this SOCKS5 proxy, with -X this\n"
    "HTTP proxy, over N connections at a time, check every byte, and print JSON;\n"
    "with -w or -X they ask by HTTP.  bulk: bytes; conn:\n"
    "open, ask, close; rr: messages there and back; idle: prints \"ready\" when\n"
    "all are open and lets them rest until standard input ends.\n"
    "Exit status: 0 all well, 1 it did not work, 3 bytes were damaged.\n";

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(64);
}

static struct sockaddr_in
address(const char *text)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	const char *colon = strrchr(text, ':');
	char host[INET_ADDRSTRLEN];
	size_t n = colon == NULL ? 0 : (size_t)(colon - text);
	char *end;
	long port;

	if (n == 0 || n >= sizeof(host))
		usage();
	memcpy(host, text, n);
	host[n] = '\0';
	port = strtol(colon + 1, &end, 10);
	if (inet_pton(AF_INET, host, &at.sin_addr) != 1 || end == colon + 1 ||
	    *end != '\0' || port < 0 || port > 65535)
		usage();
	at.sin_port = htons((uint16_t)port);
	return at;
}

static double
number(const char *text, double least, double most)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end != '\0' || !(x >= least && x <= most))
		usage();
	return x;
}

static int
serve(const char *where)
{
	struct sockaddr_in at = address(where);
	int fd = listen_at(&at);

	if (fd >= 0) {
		printf("listening 127.0.0.1:%u\n", ntohs(at.sin_port));
		fflush(stdout);
		origin_run(fd, false, DAMAGE_NONE);
	}
	fprintf(stderr, "load: %s: %s\n", where, strerror(errno));
	return 1;
}

static int
run(const struct plan *plan)
{
	struct result r;
	enum outcome outcome = client_run(plan, &r);

	if (outcome != DONE)
		return outcome == DAMAGED ? 3 : 1;
	printf("{\"bytes\": %llu, \"ops\": %llu, \"errors\": %llu, "
	       "\"seconds\": %.6f, \"p50_us\": %.2f, \"p99_us\": %.2f}\n",
	    (unsigned long long)r.bytes, (unsigned long long)r.ops,
	    (unsigned long long)r.errors, r.seconds, r.p50_us, r.p99_us);
	return 0;
}

static void
say_ready(void)
{
	puts("ready");
	fflush(stdout);
}

static int
drive(enum mode mode, int argc, char **argv)
{
	struct plan plan = {
		.mode = mode,
		.n = 1,
		.seconds = 1,
		.patience = 10,
		.on_ready = say_ready,
	};
	int opt;

	plan.at = plan.to = address(argv[0]);
	while ((opt = getopt(argc, argv, "x:X:wn:s:")) != -1)
		switch (opt) {
		case 'x':
			plan.at = address(optarg);
			plan.socks = true;
			break;
		case 'X':
			plan.at = address(optarg);
			plan.web = plan.absolute = true;
			break;
		case 'w':
			plan.web = true;
			break;
		case 'n':
			plan.n = (unsigned)number(optarg, 1, 100000);
			break;
		case 's':
			plan.seconds = number(optarg, 0.01, 3600);
			break;
		default:
			usage();
		}
	if (optind != argc || (plan.socks && plan.absolute) ||
	    (plan.web && mode == MODE_IDLE))
		usage();
	return run(&plan);
}

int
main(int argc, char **argv)
{
	static const char *const modes[] = {
		[MODE_BULK] = "bulk",
		[MODE_CONN] = "conn",
		[MODE_RR] = "rr",
		[MODE_IDLE] = "idle",
	};
	struct rlimit files;
	unsigned i;

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (argc == 2 && strcmp(argv[1], "selftest") == 0)
		return selftest();
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	for (i = 0; i < sizeof(modes) / sizeof(*modes) && argc > 2; i++)
		if (strcmp(argv[1], modes[i]) == 0)
			return drive((enum mode)i, argc - 2, argv + 2);
	usage();
}
