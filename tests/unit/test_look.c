/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The style sheet as it is sent against what it promises: its weight, every
 * pair of colours that meets on a page at the contrast WCAG 2 asks for, in both
 * themes, and the dark one whether the system or the person asked for it.
 * Computed from the sheet's own tokens, so that nobody drifts.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/text/sheet.h"

#include "server/base/base.h"

#define SHEET_MAX 14000

static struct arena *a;
static struct slice whole, sheet; /* as it is written, as it is sent */

static int setup(void **state UNUSED)
{
	static char buf[64 * 1024];
	static struct str lean;
	FILE *f = fopen(TEST_SRCDIR "/web/static/cabildo.css", "r");

	if (f == NULL)
		return -1;
	whole = slice_make(buf, fread(buf, 1, sizeof(buf), f));
	fclose(f);
	a = arena_new((size_t)1 << 20);
	str_init(&lean, a, sizeof(buf));
	sheet_lean(&lean, whole);
	sheet = str_slice(&lean);
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

enum theme { LIGHT, DARK };

/*
 * The relative luminance of a token: --t:#RRGGBB for both themes, else
 * --t:var(--l,#RRGGBB)var(--d,#RRGGBB), the light one and the dark one.
 */
static double luminance(struct slice tokens, enum theme theme, const char *token)
{
	const char *key = arena_fmt(a, "--%s:", token), *at = slice_find(tokens, slice_of(key));
	unsigned r, g, b;
	int n = 0;

	if (at == NULL)
		fail_msg("--%s is not in the sheet", token);
	at += strlen(key);
	if (*at == '#')
		n = sscanf(at, "#%2x%2x%2x", &r, &g, &b);
	else if (theme == LIGHT)
		n = sscanf(at, "var(--l,#%2x%2x%2x)", &r, &g, &b);
	else
		n = sscanf(at, "var(--l,#%*6x)var(--d,#%2x%2x%2x)", &r, &g, &b);
	if (n != 3)
		fail_msg("--%s is no colour: %.40s", token, at);
	return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}

static double contrast(struct slice tokens, enum theme theme, const char *one, const char *other)
{
	double x = luminance(tokens, theme, one), y = luminance(tokens, theme, other);

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

static void theme_is_readable(const char *name, enum theme theme)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		double is = contrast(block(":root{"), theme, pairs[i].front, pairs[i].back);

		if (is < pairs[i].least)
			fail_msg("%s: %s on %s is %.2f, not %.1f", name, pairs[i].front,
				 pairs[i].back, is, pairs[i].least);
	}
}

static void test_contrast(void **state UNUSED)
{
	theme_is_readable("light", LIGHT);
	theme_is_readable("dark", DARK);
}

/* The measure itself: black on white is 21, a colour on itself 1. */
static void test_measure(void **state UNUSED)
{
	struct slice t = SLICE("--k:#000000;--w:#ffffff;--g:#777777;"
			       "--t:var(--l,#ffffff)var(--d,#000000);");

	assert_true(fabs(contrast(t, LIGHT, "k", "w") - 21) < 0.001);
	assert_true(fabs(contrast(t, LIGHT, "w", "w") - 1) < 0.001);
	assert_true(contrast(t, LIGHT, "g", "w") < 4.5);
	assert_true(fabs(contrast(t, LIGHT, "t", "k") - 21) < 0.001);
	assert_true(fabs(contrast(t, DARK, "t", "k") - 1) < 0.001);
}

/*
 * Light unless something asks: --l is not there, so its colour stands, and --d
 * is empty, so nothing follows it. The system's wish and the person's turn both
 * round, on a screen only: paper is white.
 */
static void test_switch(void **state UNUSED)
{
	static const char dark[] = "color-scheme:dark;--l: ;--d:initial";

	assert_true(slice_starts(block(":root{"), "color-scheme:light;--d: ;"));
	assert_null(slice_find(block(":root{"), SLICE("--l:")));
	assert_true(slice_eqz(block("@media screen and (prefers-color-scheme:dark){"
				    ":root:not([data-theme=light]){"),
			      dark));
	assert_true(slice_eqz(block("@media screen{:root[data-theme=dark]{"), dark));
}

static void test_lean(void **state UNUSED)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "a{b:c}\n", "a{b:c}" },
		{ "/* why */\na{\n\tb:c;\n\td:e f;\n}\n\ni,\n  u{g:h}", "a{b:c;d:e f;}i,u{g:h}" },
		{ "a\nb{c:d\n e}", "a b{c:d e}" },
		{ "a b{c:d  e;--d: }", "a b{c:d  e;--d: }" },
		{ "a::before{content:\"/* \n \\\" */\"}", "a::before{content:\"/* \n \\\" */\"}" },
		{ "a{b:c}/* not closed", "a{b:c}" },
		{ "a{b:\"not closed", "a{b:\"not closed" },
		{ "a{b:'\\", "a{b:'\\" },
		{ "a /**/ b", "a b" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str s;

		str_init(&s, a, 1000);
		sheet_lean(&s, slice_of(cases[i].in));
		assert_string_equal(str_z(&s), cases[i].out);
	}
}

static void test_weight(void **state UNUSED)
{
	print_message("# the sheet has %zu bytes of %d as it is sent\n", sheet.n, SHEET_MAX);
	assert_in_range(sheet.n, 5000, SHEET_MAX);
	assert_true(sheet.n < whole.n);
	assert_null(slice_find(sheet, SLICE("\n")));
	assert_null(slice_find(sheet, SLICE("/*")));
}

/* Nothing is fetched, and no colour stands outside of the tokens but for print. */
static void test_alone(void **state UNUSED)
{
	struct slice rest = whole, line;
	bool print = false;

	assert_null(slice_find(sheet, SLICE("url(")));
	assert_null(slice_find(sheet, SLICE("@import")));
	assert_null(slice_find(sheet, SLICE("@font-face")));
	while (slice_line(&rest, &line)) {
		print = print || slice_starts(line, "@media print");
		if (print || slice_find(line, SLICE("--paper:")) != NULL)
			continue;
		for (size_t i = 1; i + 4 <= line.n; i++)
			if (line.p[i] == '#' && strchr(": ,", line.p[i - 1]) != NULL)
				fail_msg("a colour outside of the tokens: %.40s", line.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_switch),
		cmocka_unit_test(test_lean),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests_name("look", tests, setup, teardown);
}
