/* verified.c - sets of digests, the oldest of a set gives way. */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "request/request.h"

#include "verified.h"

#define WAYS 8
#define SETS (VERIFIED_MAX / WAYS)

_Static_assert(SETS <= 256, "one byte of a digest chooses the set");

struct entry {
	uint8_t digest[DIGEST_LEN];
	uint64_t until; /* 0: empty */
};

struct verified {
	pthread_mutex_t lock;
	uint64_t (*now)(void);
	uint8_t key[DIGEST_LEN];
	struct entry set[SETS][WAYS];
};

static uint64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct verified *
verified_new(void)
{
	struct verified *v = secret_new(sizeof(*v));

	if (v == NULL)
		return NULL;
	pthread_mutex_init(&v->lock, NULL);
	crypto_random(v->key, sizeof(v->key));
	v->now = clock_ms;
	return v;
}

void
verified_free(struct verified *v)
{
	if (v == NULL)
		return;
	pthread_mutex_destroy(&v->lock);
	secret_free(v);
}

void
verified_set_clock(struct verified *v, uint64_t (*now)(void))
{
	v->now = now;
}

/* A NUL stands between the two: no other pair reads the same. */
static struct entry *
digest_login(struct verified *v, const char *user, const char *pass,
    uint8_t digest[DIGEST_LEN])
{
	char login[2 * (USER_MAX + 1)];
	size_t n = strlen(user) + 1, k = strlen(pass);

	memcpy(login, user, n);
	memcpy(login + n, pass, k);
	digest_keyed(digest, v->key, login, n + k);
	secret_wipe(login, sizeof(login));
	return v->set[digest[0] % SETS];
}

bool
verified_has(struct verified *v, const char *user, const char *pass)
{
	uint8_t digest[DIGEST_LEN];
	struct entry *set = digest_login(v, user, pass, digest);
	uint64_t now = v->now();
	bool found = false;
	int i;

	pthread_mutex_lock(&v->lock);
	for (i = 0; i < WAYS; i++)
		if (digest_same(set[i].digest, digest) && now < set[i].until)
			found = true;
	pthread_mutex_unlock(&v->lock);
	return found;
}

void
verified_add(struct verified *v, const char *user, const char *pass)
{
	uint8_t digest[DIGEST_LEN];
	struct entry *set = digest_login(v, user, pass, digest);
	struct entry *place = set;
	uint64_t now = v->now();
	int i;

	pthread_mutex_lock(&v->lock);
	for (i = 1; i < WAYS; i++)
		if (set[i].until < place->until)
			place = &set[i];
	for (i = 0; i < WAYS; i++)
		if (digest_same(set[i].digest, digest))
			place = &set[i];
	memcpy(place->digest, digest, DIGEST_LEN);
	place->until = now + VERIFIED_FOR_MS;
	pthread_mutex_unlock(&v->lock);
}
