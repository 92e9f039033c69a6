/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template compiler: the sample compiled into this program writes the
 * expected page; wrong templates are refused at the right line; a misspelt
 * field does not compile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/text/view.h"
#include "tests/unit/htc_sample.h"

#include "server/base/base.h"

void view_htc_sample(struct out *o, const struct view_htc_sample *v);

static struct arena *a;
static char dir[] = "/tmp/test_htc.XXXXXX";

static int setup(void **state)
{
	(void)state;
	a = arena_new((size_t)64 << 20);
	return mkdtemp(dir) == NULL;
}

static int teardown(void **state)
{
	(void)state;
	unlink(arena_fmt(a, "%s/t.ht", dir));
	unlink(arena_fmt(a, "%s/t.c", dir));
	rmdir(dir);
	arena_free(&a);
	return 0;
}

static void test_page(void **state)
{
	static const struct sample_post posts[] = {
		{ .name = "<a&b>", .url = "javascript:x", .id = 7, .fresh = true },
		{ .name = "c/d", .url = "https://x.org/?a=1&b=2", .id = 8 },
	};
	struct view_htc_sample v = {
		.title = "T<\"'", .user = { .name = "Ana & co" }, .posts = posts, .nposts = 2,
		.tags = { "x<", "y" }, .ntags = 2, .body = { "<hr>", 4 }, .foot = { "site" },
	};
	struct str s;
	struct out o = { &s };

	(void)state;
	str_init(&s, a, (size_t)1 << 20);
	view_htc_sample(&o, &v);
	assert_string_equal(str_z(&s),
		"<!doctype html>\n<html lang=\"es\">\n<head>\n<title>T&lt;\"'</title>\n</head>\n<body>\n"
		"<h1 title='T&lt;&#34;&#39;'>Hello &amp; welcome</h1>\n<i>many</i>\n<ul>\n\n"
		"<li class=\"new\"><a href=\"#\">&lt;a&amp;b&gt;</a> "
		"<a href=\"/p/7?n=%3Ca%26b%3E&amp;x=1\">{7}</a></li>\n\n"
		"<li><a href=\"https://x.org/?a=1&amp;b=2\">c/d</a> "
		"<a href=\"/p/8?n=c%2Fd&amp;x=1\">{8}</a></li>\n</ul>\n"
		"<p><b>x&lt;</b> <b>y</b> </p>\n<p>2 posts: by Ana &amp; co, post 2</p>\n"
		"<pre>\n  kept   as\n     it is\n</pre>\n<textarea name=\"t\"></textarea>\n"
		"<input value=\"Say &#34;so&#34;\" >\n"
		"<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg>\n<hr>\n<footer>site</footer>\n\n"
		"</body>\n</html>\n");
	v.role = ROLE_OWNER;
	v.nposts = 0;
	str_init(&s, a, (size_t)1 << 20);
	view_htc_sample(&o, &v);
	assert_non_null(strstr(str_z(&s), "<b>owner</b>"));
	assert_non_null(strstr(str_z(&s), "0 posts"));
	v.note = "\"n\"";
	str_init(&s, a, (size_t)1 << 20);
	view_htc_sample(&o, &v);
	assert_non_null(strstr(str_z(&s), "<html lang=\"es\" data-note=\"&#34;n&#34;\">"));
	assert_non_null(strstr(str_z(&s), "<u>other</u>"));
	assert_non_null(strstr(str_z(&s), " disabled>"));
}

#define HEAD "{view t \"tests/unit/htc_sample.h\"}\n"

/* The first line of what cmd says, and its status. */
static const char *run(const char *cmd, int *status_r)
{
	char line[1024] = "";
	FILE *f = popen(cmd, "r");

	assert_non_null(f);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	while (fgetc(f) != EOF)
		;
	*status_r = pclose(f);
	return arena_strdup(a, line);
}

static const char *compile(const char *template, int *status_r)
{
	FILE *f = fopen(arena_fmt(a, "%s/t.ht", dir), "w");

	assert_non_null(f);
	fputs(template, f);
	assert_int_equal(fclose(f), 0);
	return run(arena_fmt(a, "cd %s && " TEST_HTC " -o t.c t.ht 2>&1", dir), status_r);
}

static void test_refused(void **state)
{
	static const struct { const char *template, *says; } cases[] = {
		{ "<p>", "t.ht:1: error: the first line must be {view" },
		{ HEAD "<p>\n<b>x</p>", "t.ht:3: error: </p> where <b> of line 3" },
		{ HEAD "\n<p>", "t.ht:3: error: <p> is not closed" },
		{ HEAD "</p>", "t.ht:2: error: </p> closes nothing" },
		{ HEAD "<a href={v.x}>", "t.ht:2: error: an expression in an unquoted value" },
		{ HEAD "<a href=x{v.x}>", "t.ht:2: error: an expression in an unquoted value" },
		{ HEAD "<{v.x}>", "t.ht:2: error: an expression in a tag" },
		{ HEAD "<a {v.x}>", "t.ht:2: error: an expression in a tag" },
		{ HEAD "<b onclick=\"{v.x}\">", "t.ht:2: error: an expression in the attribute onclick" },
		{ HEAD "<b ONclick=\"f('{v.x}')\">", "t.ht:2: error: an expression in the attribute onclick" },
		{ HEAD "<b style=\"{v.x}\">", "t.ht:2: error: an expression in the attribute style" },
		{ HEAD "<img srcset=\"{v.x}\">", "t.ht:2: error: an expression in the attribute srcset" },
		{ HEAD "<script>{v.x}</script>", "t.ht:2: error: an expression in a script" },
		{ HEAD "<style>{v.x}</style>", "t.ht:2: error: an expression in a script or style" },
		{ HEAD "<!-- {v.x} -->", "t.ht:2: error: a brace in an HTML comment" },
		{ HEAD "<a href=\"javascript:{v.x}\">", "t.ht:2: error: a javascript: URL" },
		{ HEAD "<a href=\"{_(\"x\")}\">", "t.ht:2: error: a text in a URL" },
		{ HEAD "<b id=\"a\" id=\"b\">", "t.ht:2: error: attribute id is there twice" },
		{ HEAD "<b id=\"a\"></b>\n<b id=\"a\"></b>", "t.ht:3: error: id=\"a\" is there twice" },
		{ HEAD "{each p in v.a n v.n}<b id=\"a\"></b>{end}", "t.ht:2: error: id=\"a\" is the same in" },
		{ HEAD "<div/>", "t.ht:2: error: <div/> does not close itself" },
		{ HEAD "<p><div></div></p>", "t.ht:2: error: <div> inside <p>" },
		{ HEAD "<a href=\"/\"><a href=\"/\"></a></a>", "t.ht:2: error: <a> inside <a>" },
		{ HEAD "a < b", "t.ht:2: error: a '<' that begins no tag" },
		{ HEAD "{if v.x}<b>{end}", "t.ht:2: error: <b> is not closed before {end}" },
		{ HEAD "<b>{if v.x}</b>{end}", "t.ht:2: error: </b> closes a tag opened outside" },
		{ HEAD "<b {if v.x}title=\"{end}\">", "t.ht:2: error: the branches" },
		{ HEAD "\n{if v.x}", "t.ht:3: error: this block has no {end}" },
		{ HEAD "{end}", "t.ht:2: error: {end} without a block" },
		{ HEAD "{else}", "t.ht:2: error: {else} without a block" },
		{ HEAD "{if v.x}{else}{else}{end}", "t.ht:2: error: a second {else}" },
		{ HEAD "{x.y}", "t.ht:2: error: x is neither v nor the variable" },
		{ HEAD "{if v.x || v.y}{end}", "t.ht:2: error: only && joins" },
		{ HEAD "{if v.x == \"a\"}{end}", "t.ht:2: error: a name expected" },
		{ HEAD "{v.x; system(1)}", "t.ht:2: error: '; system(1)' is too much" },
		{ HEAD "{v.x", "t.ht:2: error: '{' is not closed" },
		{ HEAD "{# x", "t.ht:2: error: {# is not closed" },
		{ HEAD "{_(\"x)}", "t.ht:2: error: '{' is not closed" },
		{ HEAD "{_f(\"x\")}", "t.ht:2: error: a number or value is missing" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int status;
		const char *line = compile(cases[i].template, &status);

		if (strncmp(line, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s\nsaid: %s\nnot:  %s", cases[i].template, line, cases[i].says);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	}
}

/* What only the C compiler can know is reported at the template's line too. */
static void test_types(void **state)
{
	static const struct { const char *template, *says; } cases[] = {
		{ "\n<p>{v.titel}</p>", "t.ht:3:" },             /* no such field */
		{ "\n<p title=\"{v.body}\"></p>", "t.ht:3:" },   /* markup in an attribute */
		{ "\n<textarea>{v.body}</textarea>", "t.ht:3:" },
		{ "<a href=\"{v.nposts}\"></a>", "t.ht:2:" },    /* a number as a whole URL */
		{ "{_f(\"%s\", v.nposts)}", "t.ht:2:" },
		{ "{include htc_foot v.title}", "t.ht:2:" },
	};
	int status;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *cc = TEST_CC " -std=gnu11 -Werror=format -fsyntax-only -I" TEST_SRCDIR;
		const char *line;

		compile(arena_fmt(a, "{view htc_sample \"tests/unit/htc_sample.h\"}\n%s",
				  cases[i].template), &status);
		assert_int_equal(status, 0);
		/* inside one of view.h's choices the place is in the note that follows */
		run(arena_fmt(a, "cd %s && %s t.c >/dev/null 2>&1", dir, cc), &status);
		assert_int_not_equal(status, 0);
		line = run(arena_fmt(a, "cd %s && %s t.c 2>&1 | grep '^t.ht:[0-9]'", dir, cc), &status);
		if (strncmp(line, cases[i].says, strlen(cases[i].says)) != 0)
			fail_msg("%s\nsaid: %s", cases[i].template, line);
	}
	compile("{view htc_sample \"tests/unit/htc_sample.h\"}\n{v.title}", &status);
	run(arena_fmt(a, "cd %s && " TEST_CC " -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I"
		      TEST_SRCDIR " t.c 2>&1", dir), &status);
	assert_int_equal(status, 0);
}

static void test_pot(void **state)
{
	int status;
	const char *line;

	(void)state;
	compile(HEAD "\n{_(\"a\")}{_n(\"1 x\", \"%lld x\", v.n)}", &status);
	assert_int_equal(status, 0);
	line = run(arena_fmt(a, "cd %s && " TEST_HTC " --pot t.ht | tr '\\n' '~'", dir), &status);
	assert_string_equal(line, "#: t.ht:3~msgid \"a\"~msgstr \"\"~~#: t.ht:3~#, c-format~"
			    "msgid \"1 x\"~msgid_plural \"%lld x\"~msgstr[0] \"\"~msgstr[1] \"\"~~");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_types), cmocka_unit_test(test_pot),
	};

	return cmocka_run_group_tests_name("htc", tests, setup, teardown);
}
