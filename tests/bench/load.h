/*
 * load.h - the load generator: an origin, and a client that drives it directly
 * or through a proxy and checks every byte.
 *
 * On a connection the client sends requests of REQUEST_SIZE bytes: what to do,
 * a seed and a count.  OP_SEND: the origin sends so many bytes of the pattern,
 * from the seed on; the next request may already be under way.  OP_ECHO: the
 * next so many bytes come back.  What begins with "GET " is HTTP instead.
 */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_SIZE 16
#define OP_SEND      'S'
#define OP_ECHO      'E'

#define ANSWER_SIZE 64         /* of a connection, and a message's */
#define WEB_SIZE    100        /* by HTTP, of either */
#define BLOCK_SIZE  (16 << 20) /* of a bulk transfer */
#define CHUNK_SIZE  (256 << 10)

/* Noise that repeats after a length no buffer has. */
#define PATTERN_SIZE 262147

struct pattern {
	uint8_t bytes[PATTERN_SIZE + CHUNK_SIZE];
};

void pattern_init(struct pattern *);
/* At least CHUNK_SIZE bytes of it from this place on. */
const uint8_t *pattern_at(const struct pattern *, uint64_t place);

void put_request(uint8_t *out, char op, uint32_t seed, uint64_t count);
bool get_request(const uint8_t *in, char *op, uint32_t *seed, uint64_t *count);

/* web.c */
#define WEB_HEAD_MAX 1024 /* with its NUL */

enum web { WEB_OK, WEB_SHORT, WEB_BAD };
enum { WEB_ABSOLUTE = 1, WEB_LAST = 2 };

size_t web_put_request(char *out, const struct sockaddr_in *origin,
    unsigned flags, uint32_t seed, uint64_t count);
size_t web_put_response(char *out, uint64_t count, bool last);
enum web web_get_request(const char *in, size_t *used, uint32_t *seed,
    uint64_t *count, bool *last);
enum web web_get_response(const char *in, size_t *used, uint64_t *count,
    bool *last);

enum damage { DAMAGE_NONE, DAMAGE_FLIP, DAMAGE_DROP, DAMAGE_EXTRA, DAMAGE_CUT };

/*
 * Serve on a listening socket for ever.  With socks it first speaks SOCKS5
 * itself, so that the client has somebody to talk to; damage is done to the
 * middle of every answer.  Returns, with errno, when it can not go on.
 */
void origin_run(int listener, bool socks, enum damage);

enum mode {
	MODE_BULK, /* n streams of blocks: bytes per second */
	MODE_CONN, /* n at a time: open, one request, close */
	MODE_RR,   /* n tunnels, in each a message there and back */
	MODE_IDLE, /* n tunnels, open until standard input ends */
};

struct plan {
	enum mode mode;
	struct sockaddr_in at; /* the proxy, or the origin itself */
	struct sockaddr_in to; /* with socks: what to ask the proxy for */
	bool socks;
	bool web;      /* ask the origin by HTTP */
	bool absolute; /* and the proxy at `at` too */
	unsigned n;
	double seconds;
	double patience;        /* so long nothing may happen at all */
	void (*on_ready)(void); /* MODE_IDLE: all are open; may be NULL */
};

enum outcome {
	DONE,
	FAILED,  /* the reason is said on standard error */
	DAMAGED, /* bytes are not what was sent: likewise */
};

struct result {
	uint64_t bytes, ops, errors;
	double seconds, p50_us, p99_us; /* 0 where it means nothing */
};

enum outcome client_run(const struct plan *, struct result *);

/* Of the generator itself, as TAP; the exit status. */
int selftest(void);

/* A listening socket; at gets the port.  -1 and errno. */
int listen_at(struct sockaddr_in *at);
double seconds_now(void);

#endif
