/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer to a digest taken apart where the digest has other words by now: posts
 * hidden, edited and come since. And what a digest takes out of posts: their own
 * text and its words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mailer/accept/digest_parts.h"
#include "mailer/parse/mail.h"
#include "server/digest/own.h"
#include "server/digest/words.h"
#include "server/text/tr.h"

#include "server/base/base.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	tr_init(TEST_LOCALEDIR);
	a = arena_new((size_t)256 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

/* ---- answers ---- */

static const struct digest_post agenda[] = {
	{ .number = 1, .author = "Luz Mora", .lang = "es", .at = 1795300000000000, .url = "https://foro.example/g/a/1/1",
	  .text = "Propongo este orden para la reunión, con todo lo pendiente de la sesión anterior.\n\n"
		  "El presupuesto de los jaguares queda para la próxima vez que nos veamos." },
	{ .number = 2, .author = "Raúl Soto", .lang = "es", .at = 1795310000000000, .url = "https://foro.example/g/a/1/2",
	  .text = "De acuerdo con el orden que propone Luz para la reunión." },
};
static const struct digest_post datos[] = {
	{ .number = 1, .author = "Raúl Soto", .lang = "es", .at = 1795320000000000, .url = "https://foro.example/g/d/1/1",
	  .text = "Una sola licencia para todos los manatíes, sin plazo y sin excepciones." },
};

static struct digest_item *items(void)
{
	static const char *const who[] = { "Luz Mora", "Raúl Soto" };
	struct digest_item *it = ARENA_ARRAY(a, 2, struct digest_item);

	for (int i = 0; i < 2; i++)
		it[i] = (struct digest_item){
			.number = i + 1, .section = DIGEST_ACTIVE, .thread = i + 1,
			.list = i ? "datos" : "agenda", .list_title = i ? "Datos abiertos" : "Agenda digital",
			.title = i ? "Licencias de los datos" : "Orden del día", .lang = "es",
			.new_posts = i ? 1 : 2, .posts = i ? 1 : 2, .opened = true, .who = (const char **)(uintptr_t)who,
			.nwho = i ? 1 : 2, .excerpt = "", .excerpt_lang = "es", .text = i ? datos : agenda,
			.ntext = i ? 1 : 2, .url = "https://foro.example/g/x/1",
			.reply = i ? "datos+t2.abc@foro.example" : "agenda+t1.abc@foro.example", .msgid = "a@x", .mute = "",
		};
	return it;
}

static struct digest digest_of(struct digest_item *it, size_t n)
{
	return (struct digest){ .lang = "es", .zone = "America/Guatemala", .site = "Foro", .list_title = "",
				.tag = "", .every = 'w', .from = 1794800000000000, .until = 1795400000000000,
				.items = it, .nitems = n, .threads = 2, .posts = 3, .groups = 2,
				.web = "https://foro.example/digest/1", .prefs = "https://foro.example/p/1",
				.stop = "https://foro.example/u/1", .weekday = 1, .hour = 7, .joined = true };
}

/* quote: marks before the digest's lines, "" or "> "; between is put behind the line that has `after`. */
static const char *answer(const char *top, const char *quote, const char *after, const char *between)
{
	struct digest d = digest_of(items(), 2);
	struct slice rest = digest_text(a, &d), line;
	struct str o;

	str_init(&o, a, 1 << 20);
	str_fmt(&o, "%s\n\n", top);
	if (*quote == '\0')
		str_addz(&o, "De: Agenda digital <agenda@foro.example>\nEnviado el: lunes, 23 de noviembre de "
			     "2026 07:00\nPara: Ana Soto <ana@example.org>\nAsunto: Resumen semanal\n\n");
	while (slice_line(&rest, &line)) {
		str_fmt(&o, "%s%.*s\n", quote, (int)line.n, line.p);
		if (*after && slice_find(line, slice_of(after)) != NULL)
			str_fmt(&o, "\n%s\n\n", between);
	}
	return str_z(&o);
}

static const char *apart(const char *text, const struct digest *d)
{
	struct mail_fold *f;
	size_t n = fold_find(a, slice_of(text), &f);
	struct fold_range *r = ARENA_ARRAY(a, n, struct fold_range);
	struct digest_parts parts;
	struct str o;

	for (size_t i = 0; i < n; i++)
		r[i] = (struct fold_range){ f[i].from, f[i].to, (int)f[i].kind };
	digest_take_apart(a, slice_of(text), r, n, false, d, digest_ours(a, d), &parts);
	str_init(&o, a, 1 << 20);
	for (size_t i = 0; i < parts.n; i++)
		str_fmt(&o, "#%d %.*s", parts.part[i].item->number, (int)parts.part[i].text.n, parts.part[i].text.p);
	return str_z(&o);
}

static void test_today(void **state)
{
	struct digest d = digest_of(items(), 2);

	(void)state;
	for (int marks = 0; marks < 2; marks++) {
		const char *q = marks ? "> " : "";

		assert_string_equal(apart(answer("#2 Que sí.", q, "", ""), &d), "#2 Que sí.\n");
		assert_string_equal(apart(answer("Que sí.", q, "", ""), &d), "");
		assert_string_equal(apart(answer("", q, "veamos", "Es tarde."), &d), "#1 Es tarde.\n");
		assert_string_equal(apart(answer("Hola:", q, "veamos", "Es tarde."), &d),
				    marks ? "#1 Hola:\n\nEs tarde.\n" : "");
	}
	/* the number and the title, by hand */
	assert_string_equal(apart("#2 Licencias de los datos: que sí.\n", &d), "#2 Licencias de los datos: que sí.\n");
}

/* A post of the digest is hidden since: its words are in no thread, least in another group. */
static void test_hidden(void **state)
{
	struct digest_item *it = items();
	struct digest d = digest_of(it, 2);

	(void)state;
	it[0].text = agenda + 1;
	it[0].ntext = 1;
	assert_string_equal(apart(answer("#2 Que sí.", "", "", ""), &d), "#2 Que sí.\n");
	assert_string_equal(apart(answer("#2 Que sí.", "> ", "", ""), &d), "#2 Que sí.\n");
	assert_string_equal(apart(answer("Hola", "", "", ""), &d), "");
	assert_string_equal(apart(answer("Hola", "", "manat", "Que no."), &d), "");
	assert_string_equal(apart(answer("Hola", "> ", "manat", "Que no."), &d), "#2 Hola\n\nQue no.\n");
	/* a whole thread */
	d = digest_of(items() + 1, 1);
	assert_string_equal(apart(answer("#2 Que sí.", "", "", ""), &d), "#2 Que sí.\n");
	assert_null(strstr(apart(answer("Hola", "", "", ""), &d), "jaguares"));
}

static void test_edited(void **state)
{
	static const struct digest_post now[] = {
		{ .number = 1, .author = "Luz Mora", .lang = "es", .at = 1795300000000000,
		  .url = "https://foro.example/g/a/1/1",
		  .text = "Propongo otro orden, mucho más corto que aquel y sin asuntos de dinero." },
		{ .number = 2, .author = "Raúl Soto", .lang = "es", .at = 1795310000000000,
		  .url = "https://foro.example/g/a/1/2",
		  .text = "De acuerdo con el orden que propone Luz para la reunión." },
	};
	struct digest_item *it = items();
	struct digest d = digest_of(it, 2);

	(void)state;
	it[0].text = now;
	assert_string_equal(apart(answer("Que sí.", "", "", ""), &d), "");
	assert_string_equal(apart(answer("#2 Que sí.", "", "", ""), &d), "#2 Que sí.\n");
	/* a paragraph is gone */
	it[0].text = ARENA_ARRAY(a, 2, struct digest_post);
	memcpy((void *)(uintptr_t)it[0].text, agenda, sizeof(agenda));
	((struct digest_post *)(uintptr_t)it[0].text)->text =
		"Propongo este orden para la reunión, con todo lo pendiente de la sesión anterior.";
	assert_string_equal(apart(answer("Que sí.", "", "", ""), &d), "");
	/* and answers since count nothing */
	it = items();
	it[0].posts = 31;
	d = digest_of(it, 2);
	assert_string_equal(apart(answer("", "", "veamos", "Es tarde."), &d), "#1 Es tarde.\n");
}

/* ---- own text ---- */

static const char *folds(const char *text, size_t max)
{
	struct fold_range *f;
	size_t n = own_folds(a, text, max, &f);
	struct str o;

	str_init(&o, a, 4096);
	for (size_t i = 0; i < n; i++)
		str_fmt(&o, "%zu-%zu:%d ", f[i].from, f[i].to, f[i].kind);
	return str_z(&o);
}

static void test_folds(void **state)
{
	(void)state;
	assert_string_equal(folds("", 100), "");
	assert_string_equal(folds("0,12,1,40,60,2", 100), "0-12:1 40-60:2 ");
	assert_string_equal(folds("0,12,1,40,160,2", 100), "0-12:1 40-100:2 "); /* beyond the end */
	assert_string_equal(folds("0,12,1,100,160,2", 100), "0-12:1 ");
	assert_string_equal(folds("0,12,1,10,60,2", 100), "0-12:1 "); /* one within another */
	assert_string_equal(folds("20,12,1", 100), "");
	assert_string_equal(folds("0,12", 100), "");
	assert_string_equal(folds("0,12,1,40", 100), "0-12:1 ");
	assert_string_equal(folds("x,12,1", 100), "");
	assert_string_equal(folds("-1,12,1", 100), "");
	assert_string_equal(folds("0,99999999999999999999,1", 100), "");
	assert_string_equal(folds("0,0,0", 0), "");
}

static const char *own(const char *body, const char *f, size_t max, bool cut)
{
	struct own_post p = { .body = slice_of(body) };
	bool is_cut;
	const char *s;

	p.nfolds = own_folds(a, f, p.body.n, &p.folds);
	s = own_text(a, &p, max, &is_cut);
	assert_int_equal(is_cut, cut);
	return s;
}

static void test_own(void **state)
{
	(void)state;
	assert_string_equal(own("", "", 10, false), "");
	assert_string_equal(own("\n \n\t\nUno  \r\n\n\n\nDos\n\n", "", 100, false), "Uno\n\nDos");
	assert_string_equal(own("> quote\nUno\n-- \nAna\n", "0,8,0,12,20,1", 100, false), "Uno");
	assert_string_equal(own("> quote\n", "0,8,0", 100, false), "");
	assert_string_equal(own("uno dos tres", "", 12, false), "uno dos tres");
	assert_string_equal(own("uno dos tres cuatro", "", 15, true), "uno dos tres");
	assert_string_equal(own("uno dos tres\n\ncuatro", "", 15, true), "uno dos tres");
	/* no word's end near: between two characters */
	assert_string_equal(own("ññññññññ", "", 5, true), "ññ");
	assert_string_equal(own("ññññññññ", "", 1, true), "");
	assert_string_equal(own("abc", "", 0, true), "");
}

static const char *words(const char *text)
{
	struct slice rest = slice_of(text);
	char buf[64];
	struct str o;
	size_t n;

	str_init(&o, a, 4096);
	while (word_next(&rest, buf, &n)) {
		assert_int_equal(strlen(buf), n);
		str_fmt(&o, "%s ", buf);
	}
	return str_z(&o);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(words(""), "");
	assert_string_equal(words("La FIRMA electrónica de Ñandú, ÁRBOL y 2026."), "firma electrónica ñandú árbol ");
	assert_string_equal(words("uno dos tres cinco-seis «siete» “ocho”"), "tres cinco seis siete ocho ");
	assert_string_equal(words("vea https://foro.example/alguna/parte o ana@example.org hoy mismo"), "mismo ");
	assert_string_equal(words("(https://foro.example/x) después"), "después ");
	assert_string_equal(words("año×niño÷daño"), "niño daño ");
	/* longer than a word is: passed over, not cut */
	assert_string_equal(words("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bien"), "bien ");
	assert_string_equal(words("łódź\xC3"), "łódź ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_today), cmocka_unit_test(test_hidden), cmocka_unit_test(test_edited),
		cmocka_unit_test(test_folds), cmocka_unit_test(test_own), cmocka_unit_test(test_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
