#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbound/page.h"

#include "unit.h"

static char text[PAGE_MAX + 1];

static void
write_page(const struct page *p)
{
	struct buf out = buf_on(text, PAGE_MAX);

	assert_int_equal(page_write(p, &out), OK);
	assert_ptr_equal(buf_head(&out), text);
	text[buf_len(&out)] = '\0';
}

static const char *
body(void)
{
	const char *end = strstr(text, "\r\n\r\n");

	assert_non_null(end);
	return end + 4;
}

static bool
has(const char *line)
{
	const char *at = strstr(text, line);

	return at != NULL && at < body() && strncmp(at - 2, "\r\n", 2) == 0 &&
	    strncmp(at + strlen(line), "\r\n", 2) == 0;
}

/* Whatever is asked of it: it fits, its length is right, status is opt-in. */
static void
every_page_is_whole(void **state)
{
	const char *length;
	unsigned bits;
	int o;

	(void)state;
	for (o = OUTCOME_OK + 1; o < OUTCOME_MAX; o++)
		for (bits = 0; bits < 16; bits++) {
			write_page(&(struct page){ .why = (enum outcome)o,
			    .head = bits & 1,
			    .keep = bits & 2,
			    .status = bits & 4,
			    .blame = { .hop = bits & 8 ? 8 : 0,
				.cause = OUTCOME_HOP_AUTH } });
			assert_int_equal(has("Connection: keep-alive"),
			    (bits & 2) != 0);
			assert_int_equal(strstr(text, "\r\nProxy-Status: ") !=
				NULL,
			    (bits & 4) != 0);
			length = strstr(text, "\r\nContent-Length: ");
			assert_non_null(length);
			if (bits & 1)
				assert_string_equal(body(), "");
			else
				assert_int_equal(atoi(length + 18),
				    strlen(body()));
		}
}

static const struct {
	enum outcome why;
	struct blame blame;
	const char *error;
} said[] = {
	{ OUTCOME_DENIED, { 0 }, "http_request_denied" },
	{ OUTCOME_REFUSED, { 0 }, "connection_refused" },
	{ OUTCOME_HOST_UNREACHABLE, { 0 }, "destination_unavailable" },
	{ OUTCOME_NET_UNREACHABLE, { 0 }, "destination_ip_unroutable" },
	{ OUTCOME_TIMEOUT, { 0 }, "connection_timeout" },
	{ OUTCOME_NO_NAME, { 0 }, "dns_error" },
	{ OUTCOME_NAME_FAILED, { 0 }, "dns_timeout" },
	{ OUTCOME_AUTH_NEEDED, { 0 }, "http_request_denied" },
	{ OUTCOME_OVERLOADED, { 0 }, "proxy_internal_error" },
	/* A hop: what befell it, and which it is. */
	{ OUTCOME_HOP_FAILED, { 1, OUTCOME_REFUSED },
	    "connection_refused; details=\"hop 1\"" },
	{ OUTCOME_HOP_FAILED, { 2, OUTCOME_HOP_FAILED },
	    "destination_unavailable; details=\"hop 2\"" },
	{ OUTCOME_HOP_AUTH, { 3, OUTCOME_HOP_AUTH },
	    "proxy_configuration_error; details=\"hop 3\"" },
	{ OUTCOME_TIMEOUT, { 8, OUTCOME_TIMEOUT },
	    "connection_timeout; details=\"hop 8\"" },
};

static void
proxy_status_says_what_failed(void **state)
{
	char line[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		write_page(&(struct page){ .why = said[i].why,
		    .status = true,
		    .blame = said[i].blame });
		snprintf(line, sizeof(line), "Proxy-Status: bauta; error=%s",
		    said[i].error);
		if (!has(line))
			fail_msg("no line %s in %s", line, text);
		/* without it the same page */
		write_page(&(
		    struct page){ .why = said[i].why, .blame = said[i].blame });
		assert_null(strstr(text, "hop "));
		assert_null(strstr(text, "error="));
	}
}

static void
another_text_replaces_the_usual(void **state)
{
	(void)state;
	write_page(&(struct page){ .why = OUTCOME_BAD_REQUEST,
	    .text = "Try otherwise.\n" });
	assert_true(strncmp(text, "HTTP/1.1 400 ", 13) == 0);
	assert_string_equal(body(), "Try otherwise.\n");
}

static void
what_does_not_fit_is_not_begun(void **state)
{
	char mem[64];
	struct buf out = buf_on(mem, sizeof(mem));

	(void)state;
	assert_int_equal(page_write(&(struct page){ .why = OUTCOME_DENIED },
			     &out),
	    ERR_SPACE);
	assert_int_equal(buf_len(&out), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_page_is_whole),
		cmocka_unit_test(proxy_status_says_what_failed),
		cmocka_unit_test(another_text_replaces_the_usual),
		cmocka_unit_test(what_does_not_fit_is_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
