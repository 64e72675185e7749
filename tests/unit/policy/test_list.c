/* A list of names and networks: its lines, its mistakes, its size and speed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypto/crypto.h"

#include "../../../src/policy/list.h"
#include "unit.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
add(struct list *l, const char *text, struct list_mistake *m)
{
	*m = (struct list_mistake){ .line = 0 };
	list_init(l);
	if (!list_add(l, text, strlen(text), m))
		return false;
	list_ready(l);
	return true;
}

static bool
has(const struct list *l, const char *what)
{
	struct ip ip;

	if (ip_parse(&ip, what, strlen(what)) == OK)
		return list_has_ip(l, &ip);
	return list_has_name(l, what, strlen(what));
}

static const struct {
	const char *text, *what;
	bool there;
} lines[] = {
	{ "", "a", false },
	{ "\n\n# a\n  # b\n", "a", false },
	{ "a.example", "a.example", true },
	{ "a.example\n", "b.a.example", false },
	{ "a.example\n", "example", false },
	{ "A.Example\n", "a.example", true },
	{ "a.example.\n", "a.example", true },
	{ "  a.example\t\r\n", "a.example", true },
	{ "\xef\xbb\xbf"
	  "a.example\n",
	    "a.example", true },
	{ "a.example # why\n", "a.example", true },
	{ "b\r\na.example\r\n", "a.example", true },
	{ "*.a.example\n", "a.example", false },
	{ "*.a.example\n", "b.a.example", true },
	{ "*.a.example\n", "c.b.a.example", true },
	{ "*.a.example\n", "ba.example", false },
	{ ".a.example\n", "a.example", true },
	{ ".a.example\n", "b.a.example", true },
	{ "*.a.example.\n", "b.a.example", true },
	{ "*.a\na\n", "a", true },
	{ "a\n*.a\n", "b.a", true },
	{ "*.onion\n", "x.onion", true },
	{ "192.0.2.1\n", "192.0.2.1", true },
	{ "192.0.2.0/24\n", "192.0.2.255", true },
	{ "192.0.2.0/24\n", "192.0.3.0", false },
	{ "2001:db8::/32\n10.0.0.0/8\n", "2001:db8::1", true },
	{ "2001:db8::/32\n10.0.0.0/8\n", "10.1.2.3", true },
	{ "::ffff:10.0.0.0/104\n", "10.1.2.3", true },
	/* hosts files */
	{ "0.0.0.0 a.example b.example\n", "b.example", true },
	{ "0.0.0.0 a.example b.example\n", "0.0.0.0", false },
	{ "127.0.0.1\ta.example\t# ads\n", "a.example", true },
	{ "::1 localhost a.example\n", "a.example", true },
	{ "127.0.0.1 localhost\n", "localhost", false },
	{ "fe80::1%lo0 localhost\n", "localhost", false },
	{ "255.255.255.255 broadcasthost\n", "broadcasthost", false },
	{ "0.0.0.0 0.0.0.0\n", "0.0.0.0", false },
	{ "localhost\n", "localhost", true },
};

static void
reads_lines(void **state)
{
	struct list_mistake m;
	struct list l;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		if (!add(&l, lines[i].text, &m))
			fail_msg("%s: %s", lines[i].text, m.what);
		if (has(&l, lines[i].what) != lines[i].there)
			fail_msg("%s: %s", lines[i].text, lines[i].what);
		list_deinit(&l);
	}
}

static const struct {
	const char *text;
	unsigned line;
	size_t column;
	const char *what, *hint;
} mistakes[] = {
	{ "a..b\n", 1, 1, "no name", "for example" },
	{ "a\n\n  b/c\n", 3, 3, "no name", "for example" },
	{ "a b\n", 1, 3, "one name", "hosts file" },
	{ "1.example b\n", 1, 11, "one name", "hosts file" },
	{ "10.0.0.1/8\n", 1, 1, "no network", "must be 0" },
	{ "127.1\n", 1, 1, "no name", "for example" },
	{ "||ads.example^\n", 1, 1, "no name", "ad blockers" },
	{ "! Title\n", 1, 3, "one name", "hosts file" },
	{ "!Title\n", 1, 1, "no name", "ad blockers" },
	{ "*ads.example\n", 1, 1, "no name", "*.example.org" },
	{ "*\n", 1, 1, "no name", "*.example.org" },
	{ "*.\n", 1, 1, "no name", "*.example.org" },
	{ ".\n", 1, 1, "no name", "for example" },
	{ "*.10.0.0.1\n", 1, 1, "no name", NULL },
	{ "b\303\274cher.example\n", 1, 1, "no name", "xn--" },
	{ "http://a.example/\n", 1, 1, "no name", "no URL" },
	{ "a#b\n", 1, 1, "no name", NULL },
	{ "0.0.0.0 a ||b\n", 1, 11, "no name", NULL },
	{ "a\nb\x01\n", 2, 1, "no name", NULL },
};

static void
shows_mistakes(void **state)
{
	struct list_mistake m;
	struct list l;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(mistakes); i++) {
		if (add(&l, mistakes[i].text, &m))
			fail_msg("no mistake: %s", mistakes[i].text);
		if (m.line != mistakes[i].line ||
		    m.column != mistakes[i].column ||
		    strstr(m.what, mistakes[i].what) == NULL)
			fail_msg("%s: %lu:%zu: %s", mistakes[i].text, m.line,
			    m.column, m.what);
		if (mistakes[i].hint != NULL &&
		    (m.hint == NULL ||
			strstr(m.hint, mistakes[i].hint) == NULL))
			fail_msg("%s: %s", mistakes[i].text, m.hint);
		list_deinit(&l);
	}
}

static void
knows_its_limits(void **state)
{
	static char text[LIST_LINE_MAX + 3];
	struct list_mistake m;
	struct list l;

	(void)state;
	memset(text, ' ', sizeof(text) - 1);
	text[0] = 'a';
	text[LIST_LINE_MAX] = '\n';
	text[LIST_LINE_MAX + 1] = '\0';
	assert_true(add(&l, text, &m));
	assert_true(has(&l, "a"));
	list_deinit(&l);
	text[LIST_LINE_MAX] = ' ';
	text[LIST_LINE_MAX + 1] = '\n';
	assert_false(add(&l, text, &m));
	assert_non_null(strstr(m.what, "too long"));
	list_deinit(&l);
}

/* 300 names and networks, and each allocation fails once. */
static void
survives_lack_of_memory(void **state)
{
	char text[8192], *p = text;
	struct list_mistake m;
	struct list l;
	unsigned long n;
	bool good;
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		p += sprintf(p, i % 10 == 0 ? "10.0.%d.1\n" : "n%d.example\n",
		    i % 256);
	for (n = 1;; n++) {
		alloc_fail_at(n);
		good = add(&l, text, &m);
		if (!alloc_failed())
			break;
		alloc_fail_at(0);
		if (!good)
			assert_string_equal(m.what, "out of memory");
		list_deinit(&l);
	}
	alloc_fail_at(0);
	assert_true(n > 5);
	assert_true(good && has(&l, "n255.example"));
	list_deinit(&l);
}

/* -- files ---------------------------------------------------------------- */

static const struct conf_arg args[] = {
	{ .word = "WORD", .kind = CONF_TEXT },
	{ .word = NULL },
};

static const struct conf_directive use[] = {
	{ .name = "use", .args = args, .min_args = 1, .many = true },
	{ .name = NULL },
};

static const struct conf_directive *const tables[] = { use, NULL };

/* Loads what `use NAME` names, from a file called conf. */
static struct list *
load(const char *conf, const char *name, char *report, size_t size)
{
	struct conf *c = conf_new(tables);
	const struct conf_node *n;
	struct list *l;
	char text[512];
	FILE *f;

	snprintf(text, sizeof(text), "use %s\n", name);
	assert_non_null(c);
	assert_true(conf_parse_text(c, conf, text));
	n = conf_first(c, "use");
	l = list_load(c, n, &n->args[0], n->args[0].text);
	assert_true((l != NULL) == conf_ok(c));
	f = fmemopen(report, size, "w");
	assert_non_null(f);
	report[0] = '\0';
	conf_report(c, f);
	fclose(f);
	conf_free(c);
	return l;
}

static char dir[] = "/tmp/test-list-XXXXXX";

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
remove_dir(void **state)
{
	char cmd[64];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	return system(cmd);
}

static FILE *
create(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	return f;
}

static void
reads_files(void **state)
{
	char conf[128], report[2048];
	struct list *l;
	FILE *f;
	int i;

	(void)state;
	snprintf(conf, sizeof(conf), "%s/bauta.conf", dir);
	f = create("good"); /* several blocks, and no LF at the end */
	for (i = 0; i < 20000; i++)
		fprintf(f, "n%d.example\n", i);
	fprintf(f, "last.example");
	fclose(f);
	l = load(conf, "good", report, sizeof(report));
	assert_string_equal(report, "");
	assert_non_null(l);
	for (i = 0; i < 20000; i++) {
		snprintf(report, sizeof(report), "n%d.example", i);
		assert_true(has(l, report));
	}
	assert_true(has(l, "last.example"));
	assert_false(has(l, "n20000.example"));
	list_free(l);
}

static void
says_what_is_wrong_with_a_file(void **state)
{
	char conf[128], report[2048], where[160];
	FILE *f;
	int i;

	(void)state;
	snprintf(conf, sizeof(conf), "%s/bauta.conf", dir);
	f = create("bad");
	for (i = 0; i < 20000; i++)
		fprintf(f, "n%d.example\n", i);
	fprintf(f, " a..b\n");
	fclose(f);
	assert_null(load(conf, "bad", report, sizeof(report)));
	snprintf(where, sizeof(where), "%s/bad:20001:2: this is no name", dir);
	if (strstr(report, where) == NULL)
		fail_msg("%s", report);
	f = create("long");
	for (i = 0; i < 200000; i++)
		fputc('a', f);
	fclose(f);
	assert_null(load(conf, "long", report, sizeof(report)));
	assert_non_null(strstr(report, "long:1:1: this line is too long"));
	assert_null(load(conf, "none", report, sizeof(report)));
	assert_non_null(strstr(report, strerror(ENOENT)));
	assert_null(load(conf, "/", report, sizeof(report)));
	assert_non_null(strstr(report, "a directory"));
	assert_null(load(conf, "/dev/null", report, sizeof(report)));
	assert_non_null(strstr(report, "no regular file"));
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A million names of the length they have in block lists, 22 bytes. */
static void
holds_a_million(void **state)
{
	enum { MANY = 1000000, ASKED = 100000 };
	char conf[128], report[2048], name[64];
	unsigned i, found = 0;
	struct list *l;
	double t, asked;
	FILE *f;

	(void)state;
	snprintf(conf, sizeof(conf), "%s/bauta.conf", dir);
	f = create("million");
	for (i = 0; i < MANY; i++)
		fprintf(f, "0.0.0.0 ads%08x.example.com\n", i * 2654435761u);
	fclose(f);
	t = now();
	l = load(conf, "million", report, sizeof(report));
	t = now() - t;
	assert_string_equal(report, "");
	assert_non_null(l);
	asked = now();
	for (i = 0; i < ASKED; i++) {
		sprintf(name, "ads%08x.example.com", i * 2654435761u);
		found += list_has_name(l, name, strlen(name));
		sprintf(name, "ads%08x.example.com", i * 2654435761u + 1);
		found += list_has_name(l, name, strlen(name));
	}
	asked = (now() - asked) / ASKED / 2;
	print_message("a million names: %.2f s, %.1f bytes each, %.0f ns to "
		      "look for one\n",
	    t, (double)list_bytes(l) / MANY, asked * 1e9);
	assert_in_range(found, ASKED, ASKED + 100);
	assert_in_range(list_bytes(l) / MANY, 22, 99);
	list_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(shows_mistakes),
		cmocka_unit_test(knows_its_limits),
		cmocka_unit_test(survives_lack_of_memory),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(says_what_is_wrong_with_a_file),
		cmocka_unit_test(holds_a_million),
	};

	if (!crypto_init())
		return 1;
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
