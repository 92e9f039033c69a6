/* SPDX-License-Identifier: Apache-2.0 */
/* Excerpts of what a search found: which words are marked, and which pieces are drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>
#include <cmocka.h>

#include "server/base/utf8.h"
#include "server/text/excerpt.h"

#include "server/base/base.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new((size_t)1 << 30);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

/* A dictionary of our own: no accents, and a plural is what it is the plural of. */
static const char *stem(struct slice w)
{
	char *s = utf8_fold(a, w);
	size_t n = strlen(s);

	if (n > 4 && strcmp(s + n - 2, "es") == 0)
		s[n - 2] = '\0';
	else if (n > 3 && s[n - 1] == 's')
		s[n - 1] = '\0';
	return s;
}

/* As PostgreSQL: with hyphens the whole and its parts, with other signs the whole alone. */
static void ask(struct excerpts *e, size_t i, struct slice w)
{
	struct slice part;

	excerpts_know(e, i, stem(w));
	if (memchr(w.p, '-', w.n) != NULL)
		while (slice_cut(&w, '-', &part) || part.n > 0) {
			excerpts_know(e, i, stem(part));
			if (w.n == 0)
				break;
		}
}

static size_t asked; /* words, of the last excerpt */

static const char *drawn(const char *query, const char *text, bool whole)
{
	struct excerpts *e = excerpts_new(a, query);
	const struct excerpt_word *w;

	excerpts_add(e, "es", slice_of(text));
	asked = excerpts_words(e, &w);
	for (size_t i = 0; i < asked; i++) {
		assert_string_equal(w[i].lang, "es");
		ask(e, i, slice_of(w[i].text));
	}
	return excerpt_draw(e, 0, whole);
}

/* The marks as brackets. */
static const char *shown(const char *query, const char *text, bool whole)
{
	char *s = arena_strdup(a, drawn(query, text, whole));

	for (char *c = s; *c != '\0'; c++)
		*c = *c == '\x01' ? '[' : *c == '\x02' ? ']' : *c;
	return s;
}

#define MARKED(query, text) shown(query, text, true)

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(MARKED("'agua'", "Agua y más aguas; AGUA. Paraguas."), "[Agua] y más [aguas]; [AGUA]. Paraguas.");
	assert_string_equal(MARKED("'delegacion'", "La delegación y las Delegaciones."), "La [delegación] y las [Delegaciones].");
	assert_string_equal(MARKED("'agua' & 'rio' | 'agua' & !'mar'", "El río, el agua y el mar."), "El [río], el [agua] y el mar.");
	assert_string_equal(MARKED("!( 'mar' | 'rio' ) & 'agua'", "El río, el agua y el mar."), "El río, el [agua] y el mar.");
	assert_string_equal(MARKED("!!'mar'", "El mar."), "El [mar].");
	assert_string_equal(MARKED("", "El mar."), "El mar.");
	assert_string_equal(MARKED("'it''s' | 'mar'", "El mar."), "El [mar].");
	/* only what could be one is asked about, and once */
	drawn("'agua'", "agua agua aguas rio agosto de agudo", true);
	assert_int_equal(asked, 3);
	/* a stemmer's last letter */
	assert_string_equal(MARKED("'di'", "Dying."), "Dying.");
	assert_true(asked == 1);
}

static void test_joined(void **state)
{
	(void)state;
	assert_string_equal(MARKED("'gobierno'", "El e-gobierno y el gobierno/estado."),
			    "El e-[gobierno] y el gobierno/estado.");
	assert_string_equal(MARKED("'gobierno/estado'", "El gobierno/estado."), "El [gobierno/estado].");
	assert_string_equal(MARKED("'foro'", "Vea https://foro.example/foro o foro@foro.example: foro."),
			    "Vea https://foro.example/foro o foro@foro.example: [foro].");
	/* of an address the part that is the lexeme, where the search knows it as one */
	assert_string_equal(MARKED("'foro-x.example'", "Vea foro-x.example."), "Vea [foro-x.example].");
	assert_string_equal(MARKED("'gobierno/estado'", "El GOBIERNO/Estado, sí."), "El [GOBIERNO/Estado], sí.");
	assert_string_equal(MARKED("'ana@foro.example'", "De ana@foro.example."), "De [ana@foro.example].");
	assert_string_equal(MARKED("'ana'", "l'ana «ana» (ana), ana..."), "l'[ana] «[ana]» ([ana]), [ana]...");
}

static void test_phrase(void **state)
{
	(void)state;
	assert_string_equal(MARKED("'gobierno' <-> 'abierto'", "Gobierno abierto. Abierto el gobierno."),
			    "[Gobierno] [abierto]. Abierto el gobierno.");
	assert_string_equal(MARKED("'plan' <2> 'accion' | 'plan' <2> 'accion'", "El plan de acción y otro plan."),
			    "El [plan] de [acción] y otro plan.");
	assert_string_equal(MARKED("'plan' <2> 'accion' | 'plan'", "El plan de acción y otro plan."),
			    "El [plan] de [acción] y otro [plan].");
	assert_string_equal(MARKED("'e-gobierno' <-> 'e' <-> 'gobierno'", "El e-gobierno."), "El [e-gobierno].");
	assert_string_equal(MARKED("'a' <999999999999> 'b'", "a b"), "[a] [b]");
}

static void test_whole_characters(void **state)
{
	(void)state;
	/* a combining accent belongs to its letter, a joiner to what stands before it */
	assert_string_equal(MARKED("'reunion'", "reunio\xcc\x81n"), "[reunio\xcc\x81n]");
	assert_string_equal(MARKED("'casa'", "casa\xe2\x80\x8d, x"), "[casa\xe2\x80\x8d], x");
	assert_string_equal(MARKED("'casa'", "\xcc\x81" "casa casa"), "\xcc\x81[casa] [casa]");
	/* a word without an end is cut between characters, never inside one */
	for (size_t lead = 0; lead < 8; lead++) {
		struct str s;
		const char *x;

		str_init(&s, a, STR_CAP_DEFAULT);
		str_add(&s, "xxxxxxxx", lead);
		for (int i = 0; i < 500; i++)
			str_addz(&s, "e\xcc\x81\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
		x = drawn("'casa'", str_z(&s), false);
		assert_true(utf8_valid(slice_of(x)) && strlen(x) < 300 && strlen(x) > 100);
		assert_true(slice_ends(slice_of(x), "\xcc\x81") || slice_ends(slice_of(x), "\xf0\x9f\x92\xbb"));
	}
}

static void test_line(void **state)
{
	(void)state;
	assert_string_equal(shown("'agua'", "Hola:\n\n> > falta agua\n>aquí\nHay  agua\tya > 3\n", false),
			    "Hola: falta [agua] aquí Hay [agua] ya > 3");
	assert_string_equal(shown("'agua'", "", false), "");
	assert_string_equal(shown("'agua'", "> lo citado\n> y más\n\nLo propio.", false), "Lo propio.");
	assert_string_equal(shown("'agua'", "> lo citado", false), "lo citado");
	assert_string_equal(shown("'agua'", "\x01" "agua\x02\x1b", false), "[agua]");
}

static void test_pieces(void **state)
{
	struct str s;
	const char *x;

	(void)state;
	str_init(&s, a, STR_CAP_DEFAULT);
	str_addz(&s, "> aquí el agua citada\n");
	for (int i = 0; i < 200; i++)
		str_fmt(&s, "palabra%d ", i);
	str_addz(&s, "agua propia ");
	for (int i = 200; i < 400; i++)
		str_fmt(&s, "palabra%d ", i);
	str_addz(&s, "el río y el agua");
	x = shown("'agua' & 'rio'", str_z(&s), false);
	/* both words first; then more of what is the author's own, in the order of the text */
	assert_non_null(strstr(x, "[agua] propia palabra200"));
	assert_non_null(strstr(x, " … "));
	assert_non_null(strstr(x, "palabra399 el [río] y el [agua]"));
	assert_null(strstr(x, "citada"));
	assert_true(strlen(x) < 700);
	/* one word: in the author's own words first */
	x = shown("'citada' | 'propia'", str_z(&s), false);
	assert_non_null(strstr(x, "citada"));
	assert_non_null(strstr(x, "[propia]"));
	/* nothing marked: how it begins, without the quotation */
	x = shown("'nada'", str_z(&s), false);
	assert_true(slice_starts(slice_of(x), "palabra0 palabra1 "));
}

static double seconds(const char *unit, size_t n)
{
	struct timespec from, to;
	struct str s;

	str_init(&s, a, (size_t)64 << 20);
	while (s.n < n)
		str_addz(&s, unit);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	drawn("'agua' <-> 'aguas' | 'rio' & 'a-b'", str_z(&s), false);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static void test_linear(void **state)
{
	static const char *const units[] = { "agua ", "x", "a-", "a......", "> ", "agua/", "@", "\n>", "é", "\xcc\x81", "x.y " };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		double one = seconds(units[i], 400000), two = seconds(units[i], 800000);

		if (one > 0.01 && two > one * 3.5)
			fail_msg("\"%s\": %.3f s, then %.3f", units[i], one, two);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),  cmocka_unit_test(test_joined),
		cmocka_unit_test(test_phrase), cmocka_unit_test(test_whole_characters),
		cmocka_unit_test(test_line),   cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_linear),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
