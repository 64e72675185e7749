/* The table itself: what finding a field in it rests on. */
#include <stdio.h>
#include <string.h>

#include "../../../src/http/fields.h"
#include "unit.h"

static struct http1_str
str(const char *s)
{
	return (struct http1_str){ s, strlen(s) };
}

/* By name without its '*', letter case and '_': that is the order. */
static int
compare(const char *a, const char *b)
{
	for (; field_fold(*a) == field_fold(*b) && *a != '\0'; a++, b++)
		;
	return (*a == '*' ? '\0' : field_fold(*a)) -
	    (*b == '*' ? '\0' : field_fold(*b));
}

static void
it_is_sorted(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < nfields; i++) {
		assert_true(strlen(fields[i].name) < FIELD_NAME_MAX);
		if (strchr(fields[i].name, '*') != NULL)
			assert_true(strlen(fields[i].name) > FIELD_PATTERN_MIN);
	}
	for (i = 1; i < nfields; i++)
		if (compare(fields[i - 1].name, fields[i].name) >= 0)
			fail_msg("%s before %s", fields[i - 1].name,
			    fields[i].name);
}

/* As it is, in capitals, and with something behind a pattern. */
static void
each_is_found(void **state)
{
	char name[80];
	size_t i, k, n;

	(void)state;
	for (i = 0; i < nfields; i++) {
		n = (size_t)snprintf(name, sizeof(name), "%s", fields[i].name);
		for (k = 0; k < n; k++)
			if (name[k] >= 'a' && name[k] <= 'z')
				name[k] = (char)(name[k] - 'a' + 'A');
			else if (name[k] == '-')
				name[k] = '_';
		assert_ptr_equal(field_find(str(name)), &fields[i]);
		if (name[n - 1] != '*')
			continue;
		strcpy(name + n - 1, "~zz");
		assert_ptr_equal(field_find(str(name)), &fields[i]);
		name[n - 1] = '\0'; /* nothing behind it */
		assert_ptr_equal(field_find(str(name)), &fields[i]);
	}
}

/* field_find() says what looking at every pattern says. */
static const struct field *
search(struct http1_str name)
{
	const struct field *f, *best = NULL;

	for (f = fields; f < fields + nfields; f++) {
		if (!field_matches(f->name, name))
			continue;
		if (strchr(f->name, '*') == NULL)
			return f;
		if (best == NULL || strlen(f->name) > strlen(best->name))
			best = f;
	}
	return best;
}

/* Near misses: of each name all beginnings, and one character too many. */
static void
neighbours_are_told_apart(void **state)
{
	static const char more[] = "!*-_0~aAzZ.";
	char name[80];
	size_t i, n, k;

	(void)state;
	for (i = 0; i < nfields; i++)
		for (n = 1; n <= strlen(fields[i].name); n++)
			for (k = 0; k < sizeof(more); k++) {
				memcpy(name, fields[i].name, n);
				name[n] = more[k]; /* or nothing */
				name[n + 1] = '\0';
				assert_ptr_equal(field_find(str(name)),
				    search(str(name)));
			}
}

static void
each_place_is_taken_once(void **state)
{
	const struct field *at[FIELD_PLACES];
	size_t taken[FIELD_PLACES] = { 0 }, i;

	(void)state;
	for (i = 0; i < nfields; i++)
		if (fields[i].place >= 0) {
			assert_true(fields[i].place < FIELD_PLACES);
			taken[fields[i].place]++;
			assert_null(strchr(fields[i].name, '*'));
		}
	fields_in_place(at);
	for (i = 0; i < FIELD_PLACES; i++) {
		assert_int_equal(taken[i], 1);
		assert_int_equal(at[i]->place, i);
	}
}

/* What strict lets pass in requests has a place, what is fixed a value. */
static void
what_passes_has_a_place(void **state)
{
	const struct field *f;
	enum field_act act;

	(void)state;
	for (f = fields; f < fields + nfields; f++) {
		act = f->act[FIELD_REQUEST][2];
		assert_int_equal(f->place >= 0,
		    act != ACT_DROP && act != ACT_OWN);
		if (act == ACT_FIXED || act == ACT_CODING || act == ACT_PAGE ||
		    f->act[FIELD_RESPONSE][2] == ACT_FIXED)
			assert_non_null(f->value);
	}
}

/* Nothing a profile does is undone by a stricter one. */
static void
stricter_is_stricter(void **state)
{
	const struct field *f;
	int way;

	(void)state;
	for (f = fields; f < fields + nfields; f++)
		for (way = 0; way < 2; way++) {
			if (f->act[way][0] == ACT_OWN)
				assert_int_equal(f->act[way][1], ACT_OWN);
			if (f->act[way][0] == ACT_OWN)
				assert_int_equal(f->act[way][2], ACT_OWN);
			if (f->act[way][1] == ACT_DROP)
				assert_int_equal(f->act[way][2], ACT_DROP);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_sorted),
		cmocka_unit_test(each_is_found),
		cmocka_unit_test(neighbours_are_told_apart),
		cmocka_unit_test(each_place_is_taken_once),
		cmocka_unit_test(what_passes_has_a_place),
		cmocka_unit_test(stricter_is_stricter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
