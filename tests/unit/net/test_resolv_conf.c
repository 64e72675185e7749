/* test_resolv_conf.c - name servers in a file, and files that change. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../src/net/resolv_conf.h"
#include "../../../src/net/watched_file.h"
#include "unit.h"

static void
reads_name_servers_only(void **state)
{
	static const char text[] = "# nameserver 192.0.2.9\n"
				   "search example.org\n"
				   "nameserver 192.0.2.1\n"
				   "nameserver\t2001:db8::1  # home\r\n"
				   " nameserver 192.0.2.2\n"
				   "nameserver192.0.2.3\n"
				   "nameserver\n"
				   "nameserver fe80::1%eth0\n"
				   "nameserver dns.example.org\n"
				   "options rotate\n"
				   ";nameserver 192.0.2.8\n"
				   "nameserver 192.0.2.4";
	static const char *const want[] = { "192.0.2.1:53", "[2001:db8::1]:53",
		"192.0.2.4:53" };
	struct endpoint servers[RESOLVER_SERVERS];
	char str[ENDPOINT_STR];
	unsigned n, i;

	(void)state;
	n = resolv_conf_parse(text, sizeof(text) - 1, servers);
	assert_int_equal(n, 3);
	for (i = 0; i < n; i++) {
		endpoint_str(&servers[i], str);
		assert_string_equal(str, want[i]);
	}
	assert_int_equal(resolv_conf_parse("", 0, servers), 0);
}

static void
stops_at_eight(void **state)
{
	struct endpoint servers[RESOLVER_SERVERS];
	char text[1000] = "";
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		strcat(text, "nameserver 192.0.2.1\n");
	assert_int_equal(resolv_conf_parse(text, strlen(text), servers),
	    RESOLVER_SERVERS);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
notices_a_change(void **state)
{
	char path[] = "/tmp/test_resolv_conf.XXXXXX", other[64];
	struct watched_file w = { .path = path };

	(void)state;
	close(mkstemp(path));
	write_file(path, "one");
	assert_true(watched_file_changed(&w, 0)); /* the first look */
	assert_false(watched_file_changed(&w, 5000));
	write_file(path, "three");
	assert_false(watched_file_changed(&w, 5900)); /* not so often */
	assert_true(watched_file_changed(&w, 6000));
	assert_false(watched_file_changed(&w, 7000));
	/* Another file of the same size put in its place. */
	snprintf(other, sizeof(other), "%s.new", path);
	write_file(other, "seven");
	rename(other, path);
	assert_true(watched_file_changed(&w, 8000));
	unlink(path);
	assert_true(watched_file_changed(&w, 9000));
	assert_false(watched_file_changed(&w, 10000));
	write_file(path, "back");
	assert_true(watched_file_changed(&w, 11000));
	unlink(path);
}

static void
reads_whole_lines(void **state)
{
	char path[] = "/tmp/test_resolv_conf.XXXXXX";
	size_t n;
	char *text;
	bool cut;

	(void)state;
	close(mkstemp(path));
	write_file(path, "one\ntwo\nthree");
	text = file_lines(path, 100, &n, &cut);
	assert_string_equal(text, "one\ntwo\nthree");
	assert_int_equal(n, 13);
	assert_false(cut);
	free(text);
	text = file_lines(path, 10, &n, &cut);
	assert_string_equal(text, "one\ntwo\n");
	assert_true(cut);
	free(text);
	text = file_lines(path, 2, &n, &cut);
	assert_int_equal(n, 0);
	free(text);
	alloc_fail_at(1);
	assert_null(file_lines(path, 100, &n, &cut));
	alloc_fail_at(0);
	unlink(path);
	assert_null(file_lines(path, 100, &n, &cut));
	assert_null(file_lines("/tmp", 100, &n, &cut));
	/* Nobody writes into this one: opening it must not wait. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(file_lines(path, 100, &n, &cut));
	unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_name_servers_only),
		cmocka_unit_test(stops_at_eight),
		cmocka_unit_test(notices_a_change),
		cmocka_unit_test(reads_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
