/*
 * ctl_headers.c - `bautactl headers [URL]`: what of a browser's request arrives
 * at an origin, and what of its answer comes back.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "config/conf.h"
#include "outbound/hop.h"

#include "argument.h"
#include "columns.h"
#include "ctl.h"
#include "probe.h"

#define WIDTH_MIN 80
#define WIDTH_MAX 200

/*
 * What a browser sends, and what browsers, telephones, other proxies and
 * servers add on the way.  Addresses and names are those for examples.
 */
static const char request_fields[] =
    "Connection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, "
    "like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;"
    "q=0.8\r\n"
    "Accept-Encoding: gzip, deflate\r\n"
    "Accept-Language: rm-CH,rm;q=0.9,en;q=0.7\r\n"
    "Referer: http://search.example/?q=something+private\r\n"
    "Cookie: session=7d4f9c02\r\n"
    "Authorization: Basic YWxpY2U6c2VjcmV0\r\n"
    "If-None-Match: \"5f3c-alice\"\r\n"
    "If-Modified-Since: Thu, 05 Mar 2026 07:41:19 GMT\r\n"
    "DNT: 1\r\n"
    "Sec-GPC: 1\r\n"
    "X-App-Version: 7.3\r\n"
    /* the browser and the device */
    "Sec-CH-UA: \"Chromium\";v=\"126\"\r\n"
    "Sec-CH-UA-Platform: \"Linux\"\r\n"
    "Sec-CH-UA-Model: \"\"\r\n"
    "Device-Memory: 8\r\n"
    "DPR: 1.5\r\n"
    "Viewport-Width: 1280\r\n"
    "X-Client-Data: CIS2yQEIpLbJAQ==\r\n"
    /* the person */
    "From: alice@example.org\r\n"
    "X-UIDH: MTIzNDU2Nzg5MA\r\n"
    "X-MSISDN: 41790000000\r\n"
    "X-IMEI: 490154203237518\r\n"
    "X-Wap-Profile: \"http://device.example/model.xml\"\r\n"
    /* the path */
    "Via: 1.1 laptop.example\r\n"
    "Forwarded: for=192.0.2.77;host=laptop.example\r\n"
    "X-Forwarded-For: 192.0.2.77\r\n"
    "X_Forwarded_For: 192.0.2.77\r\n"
    "X-Real-IP: 192.0.2.77\r\n"
    "Client-IP: 192.0.2.77\r\n"
    "True-Client-IP: 192.0.2.77\r\n"
    "CF-Connecting-IP: 192.0.2.77\r\n"
    /* traces */
    "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"
    "01\r\n"
    "Tracestate: vendor=00f067aa0ba902b7\r\n"
    "Baggage: user=alice\r\n"
    "X-B3-TraceId: 463ac35c9f6413ad48485a3953bb6124\r\n"
    "X-Request-ID: 7c5e1f0a\r\n"
    "Proxy-Connection: keep-alive\r\n";

static const char response_fields[] =
    "Content-Type: text/plain\r\n"
    "Connection: keep-alive\r\n"
    "Keep-Alive: timeout=5\r\n"
    "Cache-Control: private, max-age=31536000\r\n"
    "ETag: \"5f3c-alice\"\r\n"
    "Last-Modified: Thu, 05 Mar 2026 07:41:19 GMT\r\n"
    "Set-Cookie: id=alice; Max-Age=31536000\r\n"
    "Server: origin\r\n"
    "X-App-Version: 7.3\r\n"
    /* another way than this one */
    "Alt-Svc: h3=\":443\"; ma=86400\r\n"
    "Link: <http://other.example>; rel=preconnect\r\n"
    /* reports to others */
    "NEL: {\"report_to\":\"x\",\"max_age\":86400}\r\n"
    "Report-To: {\"group\":\"x\",\"max_age\":86400,\"endpoints\":"
    "[{\"url\":\"http://other.example/\"}]}\r\n"
    "Reporting-Endpoints: x=\"http://other.example/\"\r\n"
    /* questions about the device */
    "Accept-CH: Sec-CH-UA-Model, Device-Memory\r\n"
    "Critical-CH: Sec-CH-UA-Model\r\n"
    "Proxy-Status: other.example; error=dns_error\r\n";

/* -- what is asked for ---------------------------------------------------- */

struct request {
	struct hop_spec *proxy; /* one, or NULL */
	struct endpoint origin;
	bool has_origin;
};

/* The configuration's own parser reads the URL, and says what is wrong. */
static int
read_url(struct request *q, const char *url)
{
	static const struct conf_directive *const tables[] = { proxy_directives,
		NULL };
	struct conf *c = conf_new(tables);
	size_t room = 2 * strlen(url) + 16;
	char *text = malloc(room), *p;
	int rc = EX_USAGE;

	if (c == NULL || text == NULL) {
		conf_free(c);
		free(text);
		return ctl_complain(EX_OSERR, "out of memory");
	}
	p = text + sprintf(text, "proxy p \"");
	for (; *url != '\0'; url++) {
		if (*url == '"' || *url == '\\')
			*p++ = '\\';
		*p++ = *url;
	}
	memcpy(p, "\"\n", 3);
	if (conf_parse_text(c, "URL", text) &&
	    hop_specs_load(c, &q->proxy) == 1)
		rc = 0;
	conf_report(c, stderr);
	explicit_bzero(text, room);
	free(text);
	conf_free(c);
	return rc;
}

static int
read_origin(struct request *q, const char *s)
{
	if (endpoint_parse(&q->origin, s, strlen(s), 0) != OK ||
	    q->origin.port == 0)
		return ctl_complain(EX_USAGE,
		    "--origin takes an address of this machine and a free "
		    "port, as in 198.51.100.7:8080");
	q->has_origin = true;
	return 0;
}

static int
read_arguments(struct request *q, int argc, char **argv)
{
	static const struct option options[] = {
		{ "origin", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	char *url;
	int c, rc = 0;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (c != 'o')
			return ctl_usage(&ctl_headers);
		rc = read_origin(q, optarg);
		if (rc != 0)
			return rc;
	}
	if (argc - optind > 1)
		return ctl_usage(&ctl_headers);
	if (argc == optind)
		return read_url(q, "http://127.0.0.1:1080");
	url = argument_take(argv[optind]);
	if (url == NULL)
		return ctl_complain(EX_OSERR, "out of memory");
	rc = read_url(q, url);
	argument_free(url);
	return rc;
}

/* -- what came of it ------------------------------------------------------ */

static size_t
width_of(int fd)
{
	struct winsize w;

	if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &w) != 0 ||
	    w.ws_col < WIDTH_MIN)
		return WIDTH_MIN;
	return w.ws_col < WIDTH_MAX ? w.ws_col : WIDTH_MAX;
}

static void
show(const struct probe *p)
{
	size_t width = width_of(STDOUT_FILENO);
	struct tally q, a;

	q = columns_print(stdout, width, "sent by the client",
	    &p->request_sent.head, "received by the origin",
	    &p->request_arrived.head);
	putchar('\n');
	a = columns_print(stdout, width, "sent by the origin",
	    &p->response_sent.head, "received by the client",
	    &p->response_arrived.head);
	printf("\n- removed   ~ changed   + added\n");
	if (q.moved)
		printf("The request's fields arrived in another order.\n");
	printf("%zu of %zu request fields arrived, %zu changed, %zu added; "
	       "response: %zu of %zu.\n",
	    q.arrived, q.sent, q.changed, q.added, a.arrived, a.sent);
}

static int
run_probe(const struct request *q)
{
	struct probe *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return ctl_complain(EX_OSERR, "out of memory");
	p->proxy = q->proxy;
	p->origin = q->has_origin ? &q->origin : NULL;
	p->request_fields = request_fields;
	p->response_fields = response_fields;
	rc = probe_run(p);
	if (rc == 0)
		show(p);
	explicit_bzero(p, sizeof(*p)); /* it may hold a login */
	free(p);
	return rc;
}

static int
headers(int argc, char **argv)
{
	struct request q = { .proxy = NULL };
	int rc = read_arguments(&q, argc, argv);

	if (rc == 0)
		rc = run_probe(&q);
	hop_specs_free(q.proxy, 1);
	return rc;
}

const struct ctl_command ctl_headers = {
	.name = "headers",
	.args = "[--origin HOST:PORT] [URL]",
	.doc =
	    "send a browser's request through the proxy at URL and show, side by\n"
	    "side, what was sent and what an origin received; URL is as with\n"
	    "bauta -x (http://127.0.0.1:1080)",
	.run = headers,
};
