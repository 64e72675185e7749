/* wire.c - what the client and the origin agree on. */
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

void
pattern_init(struct pattern *p)
{
	uint64_t x = 0x9e3779b97f4a7c15;
	size_t i;

	for (i = 0; i < PATTERN_SIZE; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p->bytes[i] = (uint8_t)(x >> 32);
	}
	memcpy(p->bytes + PATTERN_SIZE, p->bytes, CHUNK_SIZE);
}

const uint8_t *
pattern_at(const struct pattern *p, uint64_t place)
{
	return p->bytes + place % PATTERN_SIZE;
}

void
put_request(uint8_t *out, char op, uint32_t seed, uint64_t count)
{
	uint32_t s = htobe32(seed);
	uint64_t c = htobe64(count);

	memset(out, 0, REQUEST_SIZE);
	out[0] = (uint8_t)op;
	memcpy(out + 4, &s, sizeof(s));
	memcpy(out + 8, &c, sizeof(c));
}

bool
get_request(const uint8_t *in, char *op, uint32_t *seed, uint64_t *count)
{
	uint32_t s;
	uint64_t c;

	memcpy(&s, in + 4, sizeof(s));
	memcpy(&c, in + 8, sizeof(c));
	*op = (char)in[0];
	*seed = be32toh(s);
	*count = be64toh(c);
	return (*op == OP_SEND || *op == OP_ECHO) && in[1] == 0 && in[2] == 0 &&
	    in[3] == 0 && *count > 0;
}

int
listen_at(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int one = 1, saved;

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(fd, (struct sockaddr *)at, len) == 0 &&
	    listen(fd, 4096) == 0 &&
	    getsockname(fd, (struct sockaddr *)at, &len) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

double
seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
