/*
 * fuzz_socks.c - the SOCKS codecs, both sides, and base64.
 *
 * A message that was read does not change when bytes follow it, asks for more
 * at each of its proper prefixes, and written out again reads back the same.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/socks4.h"
#include "codec/socks5.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

union message {
	struct socks5_offer offer;
	struct socks5_login login;
	struct socks5_request request5;
	struct socks5_reply reply5;
	struct socks4_request request4;
	uint8_t byte;
	bool good;
};

/* One reader each, all alike. */
static enum err
offer(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_offer(p, n, used, &m->offer);
}

static enum err
login(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_login(p, n, used, &m->login);
}

static enum err
request5(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_request(p, n, used, &m->request5);
}

static enum err
reply5(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_reply(p, n, used, &m->reply5);
}

static enum err
method(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_method(p, n, used, &m->byte);
}

static enum err
status(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks5_read_login_status(p, n, used, &m->good);
}

static enum err
request4(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks4_read_request(p, n, used, &m->request4);
}

static enum err
reply4(const uint8_t *p, size_t n, size_t *used, union message *m)
{
	return socks4_read_reply(p, n, used, &m->byte);
}

static enum err (*const readers[])(const uint8_t *, size_t, size_t *,
    union message *) = { offer, login, request5, reply5, method, status,
	request4, reply4 };

/* Untouched unless OK; the first error is final; the length is the message's. */
static enum err
check_reader(size_t k, const uint8_t *data, size_t size, union message *m)
{
	union message mark, got;
	size_t used = SIZE_MAX, n;
	enum err whole, e;

	memset(&mark, 0xa5, sizeof(mark));
	*m = mark;
	whole = readers[k](data, size, &used, m);
	if (whole != OK) {
		assert(used == SIZE_MAX);
		assert(memcmp(m, &mark, sizeof(mark)) == 0);
	} else {
		assert(used > 0 && used <= size);
	}
	for (n = 0; n < size && n < 600; n++) {
		got = mark;
		e = readers[k](data, n, &(size_t){ 0 }, &got);
		if (whole == OK)
			assert(e == (n < used ? ERR_SHORT : OK));
		else
			assert(e == ERR_SHORT || e == whole);
	}
	return whole;
}

static void
check_socks5_writers(size_t k, const union message *m)
{
	uint8_t mem[600];
	struct buf out = buf_on(mem, sizeof(mem));
	union message again;
	size_t used;

	if (readers[k] == login) {
		assert(socks5_write_login(&out, m->login.user, m->login.pass) ==
		    OK);
		assert(login(mem, buf_len(&out), &used, &again) == OK);
		assert(strcmp(again.login.user, m->login.user) == 0);
		assert(strcmp(again.login.pass, m->login.pass) == 0);
	} else if (readers[k] == request5) {
		assert(socks5_write_request(&out, m->request5.command,
			   &m->request5.dst) == OK);
		assert(request5(mem, buf_len(&out), &used, &again) == OK);
		assert(again.request5.command == m->request5.command);
		assert(endpoint_same(&again.request5.dst, &m->request5.dst));
	} else if (readers[k] == reply5) {
		assert(socks5_write_reply(&out, m->reply5.answer,
			   &m->reply5.bound) == OK);
		assert(reply5(mem, buf_len(&out), &used, &again) == OK);
		assert(again.reply5.answer == m->reply5.answer);
		assert(endpoint_same(&again.reply5.bound, &m->reply5.bound));
	} else {
		return;
	}
	assert(used == buf_len(&out));
}

static void
check_socks4_writer(const struct socks4_request *req)
{
	uint8_t mem[600];
	struct buf out = buf_on(mem, sizeof(mem));
	struct socks4_request again;
	enum err e;
	size_t used;

	e = socks4_write_request(&out, req->command, &req->dst, req->user);
	if (e != OK) { /* a name that spells what SOCKS4 has no room for */
		assert(e == ERR_UNSUPPORTED && req->dst.type != HOST_NAME);
		assert(buf_len(&out) == 0);
		return;
	}
	assert(socks4_read_request(mem, buf_len(&out), &used, &again) == OK);
	assert(used == buf_len(&out) && again.command == req->command);
	assert(endpoint_same(&again.dst, &req->dst));
	assert(strcmp(again.user, req->user) == 0);
}

/* One spelling: what decodes encodes to the same text, and the other way. */
static void
check_base64(const uint8_t *data, size_t size)
{
	char *text = malloc(BASE64_LEN(size) + 1);
	uint8_t *raw = malloc(size + 1);
	size_t n;

	if (text == NULL || raw == NULL)
		abort();
	if (base64_decode((const char *)data, size, raw, size, &n) == OK) {
		assert(base64_encode(raw, n, text, size + 1) == OK);
		assert(memcmp(text, data, size) == 0);
	}
	assert(base64_encode(data, size, text, BASE64_LEN(size) + 1) == OK);
	assert(base64_encode(data, size, text, BASE64_LEN(size)) == ERR_SPACE);
	assert(strlen(text) == BASE64_LEN(size));
	assert(base64_decode(text, strlen(text), raw, size, &n) == OK);
	assert(n == size && (n == 0 || memcmp(raw, data, n) == 0));
	free(raw);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	union message m;
	size_t k;

	for (k = 0; k < sizeof(readers) / sizeof(readers[0]); k++) {
		if (check_reader(k, data, size, &m) != OK)
			continue;
		if (readers[k] == request4)
			check_socks4_writer(&m.request4);
		else
			check_socks5_writers(k, &m);
	}
	check_base64(data, size);
	return 0;
}
