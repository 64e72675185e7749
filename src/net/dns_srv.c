/* dns_srv.c - walks the answer section (RFC 1035 4.1). */
#include <string.h>

#include "base/reader.h"

#include "dns_srv.h"
#include "special_names.h"

#define TYPE_CNAME 5
#define TYPE_SRV   33
#define RECORDS    256 /* looked at */
#define POINTERS   32  /* followed in one name */

struct walk {
	const uint8_t *msg;
	size_t len;
	struct reader r;
	char owner[NAME_MAX_LEN + 1]; /* whose records count */
	struct srv_record *out;
	int n;
	uint32_t ttl;
};

/* One label behind `text`; false: a byte that no name has, or too long. */
static bool
add_label(char *text, size_t *n, const uint8_t *label, size_t len)
{
	size_t i;

	if (*n + (*n > 0) + len > NAME_MAX_LEN)
		return false;
	if (*n > 0)
		text[(*n)++] = '.';
	for (i = 0; i < len; i++) {
		if (label[i] <= ' ' || label[i] > '~' || label[i] == '.')
			return false;
		text[(*n)++] = (char)label[i];
	}
	return true;
}

/*
 * The name at the reader, through compression pointers (RFC 1035 4.1.4); ""
 * for the root.  Whatever they point at, it ends: pointers are counted, and
 * labels add up.
 */
static void
read_name(struct walk *w, char out[NAME_MAX_LEN + 1])
{
	size_t pos = (size_t)(w->r.pos - w->r.start), back = 0, n = 0;
	unsigned pointers = 0;
	uint8_t len;

	out[0] = '\0';
	while (w->r.err == OK && pos < w->len) {
		len = w->msg[pos++];
		if (len == 0) {
			out[n] = '\0';
			w->r.pos = w->msg + (pointers > 0 ? back : pos);
			return;
		}
		if (len >= 0xc0 && pos < w->len && pointers < POINTERS) {
			if (pointers++ == 0)
				back = pos + 1;
			pos = (size_t)(len & 0x3f) << 8 | w->msg[pos];
			continue;
		}
		if (len > 63 || len > w->len - pos ||
		    !add_label(out, &n, w->msg + pos, len))
			break;
		pos += len;
	}
	if (w->r.err == OK)
		w->r.err = ERR_PROTO;
}

/* RFC 2181 8: a TTL with the highest bit set counts as 0. */
static void
note_ttl(struct walk *w, uint32_t ttl)
{
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < w->ttl)
		w->ttl = ttl;
}

static void
read_srv(struct walk *w, bool wanted)
{
	struct srv_record s;
	char target[NAME_MAX_LEN + 1];

	s.priority = reader_u16(&w->r);
	s.weight = reader_u16(&w->r);
	s.port = reader_u16(&w->r);
	read_name(w, target);
	if (w->r.err == OK && wanted && w->n < SRV_RECORDS && s.port != 0 &&
	    name_canonical(s.target, target))
		w->out[w->n++] = s;
}

static void
read_alias(struct walk *w)
{
	char to[NAME_MAX_LEN + 1];

	read_name(w, to);
	if (w->r.err == OK && !name_canonical(w->owner, to))
		w->owner[0] = '\0'; /* nobody's records */
}

static void
read_record(struct walk *w)
{
	char name[NAME_MAX_LEN + 1], owner[NAME_MAX_LEN + 1];
	const uint8_t *end;
	uint16_t type, len;
	uint32_t ttl;
	bool wanted;

	read_name(w, name);
	type = reader_u16(&w->r);
	wanted = reader_u16(&w->r) == 1 && name_canonical(owner, name) &&
	    strcmp(owner, w->owner) == 0; /* class IN */
	ttl = (uint32_t)reader_u16(&w->r) << 16;
	ttl |= reader_u16(&w->r);
	len = reader_u16(&w->r);
	if (w->r.err == OK && len > w->r.end - w->r.pos)
		w->r.err = ERR_SHORT;
	if (w->r.err != OK)
		return;
	end = w->r.pos + len;
	if (wanted && (type == TYPE_SRV || type == TYPE_CNAME))
		note_ttl(w, ttl);
	if (type == TYPE_SRV)
		read_srv(w, wanted);
	else if (type == TYPE_CNAME && wanted)
		read_alias(w);
	else
		w->r.pos = end;
	if (w->r.err == OK && w->r.pos != end)
		w->r.err = ERR_PROTO;
}

int
dns_srv_read(const uint8_t *reply, size_t n, const char *name,
    struct srv_record *out, uint32_t *ttl)
{
	struct walk w = { .msg = reply,
		.len = n,
		.r = reader_of(reply, n),
		.out = out,
		.ttl = UINT32_MAX };
	char question[NAME_MAX_LEN + 1];
	unsigned questions, answers, i;

	reader_u16(&w.r); /* ID */
	reader_u16(&w.r); /* flags */
	questions = reader_u16(&w.r);
	answers = reader_u16(&w.r);
	reader_u16(&w.r);
	reader_u16(&w.r);
	if (w.r.err != OK || questions > 1)
		return -1;
	if (questions == 1) {
		read_name(&w, question);
		reader_u16(&w.r);
		reader_u16(&w.r);
	}
	strcpy(w.owner, name);
	for (i = 0; i < answers && i < RECORDS && w.r.err == OK; i++)
		read_record(&w);
	if (w.r.err != OK)
		return -1;
	*ttl = w.ttl;
	return w.n;
}
