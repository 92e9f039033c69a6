/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The style sheet against what it promises: its weight, every pair of colours
 * that meets on a page at the contrast WCAG 2 asks for, in both themes, and
 * the same dark theme whether the system or the person asked for it. Computed
 * from the sheet's own tokens, so that nobody drifts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/str.h"

#include "server/base/base.h"

#define SHEET_MAX 14000

static struct arena *a;
static struct slice sheet;

static int setup(void **state UNUSED)
{
	static char buf[64 * 1024];
	FILE *f = fopen(TEST_SRCDIR "/web/static/cabildo.css", "r");

	if (f == NULL)
		return -1;
	sheet = slice_make(buf, fread(buf, 1, sizeof(buf), f));
	fclose(f);
	a = arena_new((size_t)1 << 20);
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

/* What stands between the braces after head. */
static struct slice block(const char *head)
{
	const char *at = slice_find(sheet, slice_of(head));
	struct slice s, in;

	assert_non_null(at);
	s = slice_make(at + strlen(head), (size_t)(sheet.p + sheet.n - at) - strlen(head));
	assert_true(slice_cut(&s, '}', &in));
	return in;
}

static double channel(unsigned v)
{
	double c = v / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* The relative luminance of a token. */
static double luminance(struct slice theme, const char *token)
{
	const char *key = arena_fmt(a, "--%s:#", token);
	unsigned r, g, b;
	const char *at = slice_find(theme, slice_of(key));

	/* what the dark theme does not name stays as it is */
	if (at == NULL)
		at = slice_find(block(":root{"), slice_of(key));
	if (at == NULL)
		fail_msg("--%s is not in the theme", token);
	assert_int_equal(sscanf(at + strlen(key), "%2x%2x%2x", &r, &g, &b), 3);
	return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}

static double contrast(struct slice theme, const char *one, const char *other)
{
	double x = luminance(theme, one), y = luminance(theme, other);

	return x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
}

static const struct {
	const char *front, *back;
	double least;
} pairs[] = {
	{ "ink", "paper", 7 }, { "ink", "sheet", 7 }, { "ink", "sand", 7 }, { "ink", "veil", 7 },
	{ "ink", "teja-v", 7 }, { "ink", "maiz-v", 7 }, { "ink", "cafe-v", 7 },
	{ "smoke", "paper", 4.5 }, { "smoke", "sheet", 4.5 }, { "smoke", "sand", 4.5 },
	{ "anil", "paper", 4.5 }, { "anil", "sheet", 4.5 }, { "anil", "veil", 4.5 },
	{ "anil", "teja-v", 4.5 }, { "anil", "maiz-v", 4.5 }, { "anil", "cafe-v", 4.5 },
	{ "anil-hi", "paper", 4.5 }, { "anil-hi", "sheet", 4.5 }, { "anil-hi", "veil", 4.5 },
	{ "on-anil", "anil", 4.5 }, { "on-anil", "anil-hi", 4.5 },
	{ "on-band", "band", 7 }, { "on-band", "frieze", 4.5 }, { "lamp", "band", 4.5 },
	{ "seen", "paper", 4.5 }, { "seen", "sheet", 4.5 },
	{ "teja", "paper", 4.5 }, { "teja", "sheet", 4.5 }, { "teja", "teja-v", 4.5 },
	{ "maiz", "paper", 4.5 }, { "maiz", "maiz-v", 4.5 },
	{ "cafe", "paper", 4.5 }, { "cafe", "cafe-v", 4.5 },
	{ "edge", "paper", 3 }, { "edge", "sheet", 3 },
};

static void theme_is_readable(const char *name, struct slice theme)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		double is = contrast(theme, pairs[i].front, pairs[i].back);

		if (is < pairs[i].least)
			fail_msg("%s: %s on %s is %.2f, not %.1f", name, pairs[i].front,
				 pairs[i].back, is, pairs[i].least);
	}
}

static void test_contrast(void **state UNUSED)
{
	theme_is_readable("light", block(":root{"));
	theme_is_readable("dark", block(":root:not([data-theme=light]){"));
}

/* The measure itself: black on white is 21, a colour on itself 1. */
static void test_measure(void **state UNUSED)
{
	struct slice t = SLICE("--k:#000000;--w:#ffffff;--g:#777777");

	assert_true(fabs(contrast(t, "k", "w") - 21) < 0.001);
	assert_true(fabs(contrast(t, "w", "w") - 1) < 0.001);
	assert_true(contrast(t, "g", "w") < 4.5);
}

static void test_dark_twice(void **state UNUSED)
{
	assert_true(slice_eq(block(":root:not([data-theme=light]){"), block(":root[data-theme=dark]{")));
}

static void test_weight(void **state UNUSED)
{
	assert_in_range(sheet.n, 5000, SHEET_MAX);
}

/* Nothing is fetched, and no colour stands outside of the tokens but for print. */
static void test_alone(void **state UNUSED)
{
	struct slice rest = sheet, line;
	bool print = false;

	assert_null(slice_find(sheet, SLICE("url(")));
	assert_null(slice_find(sheet, SLICE("@import")));
	assert_null(slice_find(sheet, SLICE("@font-face")));
	while (slice_line(&rest, &line)) {
		print = print || slice_starts(line, "@media print");
		if (print || slice_find(line, SLICE("--paper:")) != NULL)
			continue;
		for (size_t i = 1; i + 4 <= line.n; i++)
			if (line.p[i] == '#' && (line.p[i - 1] == ':' || line.p[i - 1] == ' '))
				fail_msg("a colour outside of the tokens: %.40s", line.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_dark_twice),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests_name("look", tests, setup, teardown);
}
