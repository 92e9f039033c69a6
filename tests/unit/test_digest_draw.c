/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a digest looks: its subject, text part, HTML part and page from a filled
 * struct, with what hostile people write in it. CABILDO_DIGEST_OUT=DIR keeps
 * the sample there, for tests/web/digest.sh and for looking at it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "server/base/clock.h"
#include "server/base/utf8.h"
#include "server/digest/draw.h"
#include "server/digest/page.h"
#include "server/text/tr.h"
#include "server/text/when.h"

#include "server/base/base.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	tr_init(TEST_LOCALEDIR);
	/* Monday 11 May 2026, 07:00 in El Salvador */
	clock_set(clock_from_civil((struct civil){ .year = 2026, .month = 5, .day = 11, .hour = 13 }));
	a = arena_new((size_t)1 << 30);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static int64_t utc(int year, int month, int day, int hour)
{
	return clock_from_civil(
		(struct civil){ .year = year, .month = month, .day = day, .hour = hour });
}

static bool has(struct slice s, const char *what)
{
	return slice_find(s, slice_of(what)) != NULL;
}

static size_t times(struct slice s, const char *what)
{
	struct slice w = slice_of(what);
	const char *p;
	size_t n = 0;

	while ((p = slice_find(s, w)) != NULL) {
		n++;
		s.n -= (size_t)(p + w.n - s.p);
		s.p = p + w.n;
	}
	return n;
}

#define MUST(s, what) \
	do { \
		if (!has(s, what)) \
			fail_msg("missing: %s\nin: %.*s", what, (int)(s).n, (s).p); \
	} while (0)
#define MUST_NOT(s, what) \
	do { \
		if (has(s, what)) \
			fail_msg("there: %s\nin: %.*s", what, (int)(s).n, (s).p); \
	} while (0)

/* ---- a week of a working group ---- */

static const struct digest_post posts1[] = {
	{ .number = 18, .author = "Xiomara Téllez", .lang = "es", .at = 1778000000000000,
	  .text = "Objetamos que la norma quede solo como recomendada. Sin norma no hay\n"
		  "trámite: proponemos obligatoria desde el inicio, con un año de gracia\n"
		  "para cargarla.\n\nQuedan dos asuntos:\n- el costo\n- la ficha v5",
	  .url = "https://foro.example/g/interop/214#p18" },
	{ .number = 19, .author = "Helen Whitfield", .lang = "en", .at = 1778100000000000,
	  .text = "We can live with a year of grace. Two, if the smaller offices ask for it",
	  .cut = true, .late = true, .url = "https://foro.example/g/interop/214#p19" },
};
static const char *who1[] = { "Xiomara Téllez", "Helen Whitfield", "Ramón Peralta" };
static const char *who2[] = { "Delroy Castillo", "Itzel Barría" };
static const char *words[] = { "apellidos", "mapeo", "identificador" };

static struct digest_item items[] = {
	{ .number = 1, .section = DIGEST_FOLLOWED, .thread = 214, .list = "interop",
	  .list_title = "Interoperabilidad", .lang = "es",
	  .title = "Catálogo regional de servicios: ¿qué campos son obligatorios?",
	  .new_posts = 6, .posts = 23, .who = who1, .nwho = 3, .others = 1,
	  .excerpt = "Objetamos que la norma quede solo como recomendada.", .excerpt_lang = "es",
	  .text = posts1, .ntext = 2, .url = "https://foro.example/g/interop/214#p18",
	  .reply = "interop+t6u.k3m5zq7a@foro.example", .msgid = "abc+1=x@correo.example",
	  .mute = "https://foro.example/f/214/9/aaaa" },
	{ .number = 2, .section = DIGEST_FOLLOWED, .thread = 209, .list = "interop",
	  .list_title = "Interoperabilidad", .lang = "es", .title = "Diccionario de datos de personas",
	  .new_posts = 2, .posts = 9, .who = who2, .nwho = 2,
	  .excerpt = "We can map both surnames to a single field, but not the reverse. Please keep "
		     "them apart at the source.", .excerpt_lang = "en",
	  .keywords = words, .nkeywords = 3, .url = "https://foro.example/g/interop/209#p8",
	  .reply = "interop+t6p.k3m5zq7a@foro.example", .msgid = "", .mute = "" },
	{ .number = 3, .section = DIGEST_ACTIVE, .thread = 52, .list = "capacitacion",
	  .list_title = "Capacitación y seminarios", .lang = "es", .opened = true, .locked = true,
	  .title = "Cupos y viáticos para el seminario de Tegucigalpa", .new_posts = 11, .posts = 11,
	  .who = who1, .nwho = 1, .excerpt = "Hay tres cupos por país.", .excerpt_lang = "es",
	  .url = "https://foro.example/g/capacitacion/52", .reply = "", .msgid = "m@x", .mute = "" },
	{ .number = 4, .section = DIGEST_REST, .thread = 60, .list = "interop",
	  .list_title = "Interoperabilidad", .title = "Belize: first test of the service bus",
	  .lang = "en", .new_posts = 5, .posts = 7, .url = "https://foro.example/g/interop/60",
	  .reply = "interop+t1s.k3m5zq7a@foro.example", .msgid = "n@x", .mute = "" },
};
static const struct digest_need needs[] = { { .kind = "message", .list_title = "Interoperabilidad",
					      .url = "https://foro.example/moderation", .count = 5,
					      .oldest = 1778423660000000 } };

static struct digest sample(const char *lang)
{
	return (struct digest){ .lang = lang, .zone = "America/El_Salvador",
				.site = "Red de Gobierno Electrónico de Centroamérica",
				.list_title = "", .tag = "", .every = 'w',
				.from = utc(2026, 5, 4, 6), .until = utc(2026, 5, 11, 6),
				.needs = needs, .nneeds = 1, .items = items,
				.nitems = ARRAY_LEN(items), .threads = 12, .posts = 41, .groups = 4,
				.rest = 8, .web = "https://foro.example/digest/7",
				.prefs = "https://foro.example/p/9/bbbb",
				.stop = "https://foro.example/u/9/cccc", .weekday = 1, .hour = 7,
				.joined = true };
}

static void keep(const char *name, struct slice s)
{
	const char *dir = getenv("CABILDO_DIGEST_OUT");
	FILE *f;

	if (dir == NULL)
		return;
	f = fopen(arena_fmt(a, "%s/%s", dir, name), "w");
	assert_non_null(f);
	fwrite(s.p, 1, s.n, f);
	fclose(f);
}

/* ---- subject ---- */

static void subject_is(const char *lang, char every, int64_t from, int64_t until, const char *want)
{
	struct digest d = sample(lang);

	d.every = every;
	d.from = from;
	d.until = until;
	assert_string_equal(digest_subject(a, &d), want);
}

static void test_subject(void **state)
{
	struct digest d = sample("es");

	(void)state;
	subject_is("es", 'w', utc(2026, 5, 4, 6), utc(2026, 5, 11, 6),
		   "Resumen semanal 4–10 may: 12 hilos, 41 mensajes");
	subject_is("en", 'w', utc(2026, 5, 4, 6), utc(2026, 5, 11, 6),
		   "Weekly digest 4–10 May: 12 threads, 41 messages");
	subject_is("es", 'w', utc(2026, 4, 27, 6), utc(2026, 5, 4, 6),
		   "Resumen semanal 27 abr – 3 may: 12 hilos, 41 mensajes");
	subject_is("es", 'w', utc(2026, 12, 28, 6), utc(2027, 1, 4, 6),
		   "Resumen semanal 28 dic 2026 – 3 ene 2027: 12 hilos, 41 mensajes");
	subject_is("es", 'd', utc(2026, 5, 4, 6), utc(2026, 5, 5, 6),
		   "Resumen diario 4 may: 12 hilos, 41 mensajes");
	subject_is("es", 'm', utc(2026, 5, 1, 6), utc(2026, 6, 1, 6),
		   "Resumen mensual mayo de 2026: 12 hilos, 41 mensajes");
	subject_is("en", 'm', utc(2026, 12, 1, 6), utc(2027, 1, 1, 6),
		   "Monthly digest December 2026: 12 threads, 41 messages");
	subject_is("en", 'm', utc(2026, 5, 12, 6), utc(2026, 6, 12, 6),
		   "Monthly digest 12 May – 11 Jun: 12 threads, 41 messages");
	subject_is("fr", 'w', utc(2026, 6, 1, 6), utc(2026, 6, 8, 6),
		   "Résumé hebdomadaire 1–7 juin\u00a0: 12 fils, 41 messages");
	d.lang = "fr";
	d.from = utc(2026, 6, 1, 6);
	d.until = utc(2026, 6, 8, 6);
	tr_set("fr");
	assert_string_equal(draw_heading(a, &d), "Résumé du 1er au 7 juin 2026");
	d = sample("es");
	d.tag = "Agenda\r\nBcc: x@y";
	d.threads = d.posts = 1;
	assert_string_equal(digest_subject(a, &d),
			    "[Agenda Bcc: x@y] Resumen semanal 4–10 may: 1 hilo, 1 mensaje");
	/* the language of the process is as it was */
	tr_set("en");
	digest_subject(a, &d);
	assert_string_equal(tr_lang(), "en");
}

/* The clock of the reader decides what day it is, summer time included. */
static void test_zones(void **state)
{
	struct digest d = sample("en");

	(void)state;
	assert_int_equal(when_offset("America/El_Salvador", utc(2026, 7, 1, 0)), -360);
	assert_int_equal(when_offset("Europe/Madrid", utc(2026, 7, 1, 0)), 120);
	assert_int_equal(when_offset("Europe/Madrid", utc(2026, 1, 1, 0)), 60);
	assert_int_equal(when_offset("UTC", utc(2026, 7, 1, 0)), 0);
	assert_int_equal(when_offset("../../etc/passwd", utc(2026, 7, 1, 0)), 0);
	assert_int_equal(when_offset("Nowhere/Land", utc(2026, 7, 1, 0)), 0);
	assert_null(getenv("TZ"));
	d.zone = "Europe/Madrid"; /* a week with its change of hour */
	d.from = utc(2026, 3, 22, 23);
	d.until = utc(2026, 3, 29, 22);
	assert_string_equal(draw_range(a, &d), "23–29 Mar");
	tr_set("es");
	assert_string_equal(when_zone(a, "America/Mexico_City"), "Ciudad de México");
	assert_string_equal(when_zone(a, "Pacific/Port_Moresby"), "Port Moresby");
}

/* ---- the text part ---- */

static void check_columns(struct slice text)
{
	struct slice l;

	assert_true(utf8_valid(text));
	assert_true(slice_ends(text, "\n"));
	while (slice_line(&text, &l)) {
		assert_null(memchr(l.p, '\t', l.n));
		if (utf8_width(l) > 66 && slice_find(l, SLICE("http")) == NULL &&
		    slice_find(l, SLICE("+t")) == NULL)
			fail_msg("%zu columns: %.*s", utf8_width(l), (int)l.n, l.p);
	}
}

static void test_text(void **state)
{
	struct digest d = sample("es");
	struct slice t = digest_text(a, &d);

	(void)state;
	keep("digest.txt", t);
	check_columns(t);
	assert_true(slice_starts(t, "RESUMEN DEL 4 AL 10 DE MAYO DE 2026\n"
				    "Red de Gobierno Electrónico de Centroamérica\n"
				    "12 hilos, 41 mensajes en 4 de sus grupos\n\n\n"
				    "REQUIERE SU ACCIÓN\n------------------\n\n* Moderación: 5 "));
	MUST(t, "\n\n\nHILOS QUE SIGUE\n---------------\n\n"
		"#1    Catálogo regional de servicios: ¿qué campos son\n"
		"      obligatorios?\n"
		"      Interoperabilidad. 6 nuevos de 23.\n"
		"      Xiomara Téllez, Helen Whitfield, Ramón Peralta y 1 más\n\n"
		"      Xiomara Téllez, mar 5 may, 10:53:\n"
		"      Objetamos que la norma quede solo como recomendada. Sin\n");
	/* lines broken for their length are joined, those of a list are not */
	MUST(t, "con un año de gracia para cargarla.\n\n      Quedan dos asuntos:\n      - el costo\n"
		"      - la ficha v5\n      https://foro.example/g/interop/214#p18\n");
	MUST(t, "mié 6 may, 14:40 (llegó tarde):\n");
	MUST(t, "ask for it …\n");
	MUST(t, "      Responder:    interop+t6u.k3m5zq7a@foro.example\n");
	MUST(t, "      “We can map both surnames");
	MUST(t, "\n      Palabras clave: apellidos, mapeo, identificador\n");
	MUST(t, "seminarios. Hilo nuevo, 11 mensajes.");
	MUST(t, "\n\n#4    Belize: first test of the service bus (5)\n      y 8 hilos más\n"
		"      https://foro.example/digest/7\n");
	MUST(t, "\n-- \nRecibe este resumen los lunes a las 07:00 (hora de El Salvador)\n"
		"porque así lo eligió.\n");
	/* in the order of the guide */
	assert_true(slice_find(t, SLICE("HILOS QUE SIGUE")) < slice_find(t, SLICE("CON MÁS ACTIVIDAD")));
	assert_true(slice_find(t, SLICE("CON MÁS")) < slice_find(t, SLICE("TAMBIÉN HUBO")));
	/* the closed thread has no address to answer */
	assert_int_equal(times(t, "Responder:"), 2);
}

static void test_language(void **state)
{
	struct digest d = sample("en");
	struct slice t = digest_text(a, &d), h = digest_html(a, &d);

	(void)state;
	MUST(t, "DIGEST OF 4 TO 10 MAY 2026\n");
	MUST(t, "THREADS YOU FOLLOW\n");
	MUST(t, "You get this digest on Mondays at 07:00 (El Salvador time)");
	MUST(h, "<html lang=\"en\">");
	MUST(h, "lang=\"es\"");
	keep("digest-en.html", h);
	d.joined = false;
	d.every = 'd';
	tr_set("en");
	assert_non_null(strstr(draw_why(a, &d), "every day at 07:00"));
	assert_null(strstr(draw_why(a, &d), "chose"));
	d.every = 'm';
	assert_non_null(strstr(draw_why(a, &d), "on day 1 of each month"));
}

/* After a pause, or weeks in which nothing could be sent. */
static void test_several(void **state)
{
	struct digest d = sample("en");

	(void)state;
	MUST_NOT(digest_text(a, &d), "more than one period");
	MUST_NOT(digest_html(a, &d), "more than one period");
	d.several = true;
	MUST(digest_text(a, &d), "4 of your groups\nIt covers more than one period");
	MUST(digest_html(a, &d), "It covers more than one period");
}

/* What is empty is left out. */
static void test_empty(void **state)
{
	struct digest d = sample("en");
	struct slice t, h;

	(void)state;
	d.nneeds = d.nitems = 0;
	d.rest = 0;
	d.prefs = d.stop = d.web = "";
	d.list_title = "Agenda";
	t = digest_text(a, &d);
	h = digest_html(a, &d);
	check_columns(t);
	MUST_NOT(t, "IT NEEDS YOU");
	MUST_NOT(t, "THREADS YOU FOLLOW");
	MUST_NOT(t, "TO ANSWER");
	MUST_NOT(t, "ALSO");
	MUST_NOT(h, "<h2");
	MUST_NOT(h, "href");
	MUST(h, "Agenda · Red de Gobierno");
}

/* ---- the HTML part ---- */

/* Every tag that opens closes, no attribute of a script, nothing loaded. */
static void check_markup(struct slice h)
{
	static const char *const pairs[][2] = {
		{ "<p", "</p>" }, { "<h1", "</h1>" }, { "<h2", "</h2>" }, { "<h3", "</h3>" },
		{ "<table", "</table>" }, { "<td", "</td>" }, { "<ul", "</ul>" }, { "<li", "</li>" },
		{ "<a ", "</a>" }, { "<span", "</span>" }, { "<div", "</div>" },
	};

	assert_true(utf8_valid(h));
	assert_true(h.n <= DIGEST_HTML_MAX);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (times(h, pairs[i][0]) != times(h, pairs[i][1]))
			fail_msg("%s: %zu, %s: %zu", pairs[i][0], times(h, pairs[i][0]), pairs[i][1],
				 times(h, pairs[i][1]));
	assert_int_equal(times(h, "<h1"), 1);
	assert_int_equal(times(h, "role=\"main\""), 1);
	assert_int_equal(times(h, "<table"), times(h, "<table role=\"presentation\""));
	MUST_NOT(h, "<script");
	MUST_NOT(h, "<img");
	MUST_NOT(h, "=\"javascript:");
}

static void test_html(void **state)
{
	struct digest d = sample("es");
	struct slice h = digest_html(a, &d);

	(void)state;
	keep("digest.html", h);
	check_markup(h);
	MUST(h, "<title>Resumen semanal 4–10 may: 12 hilos, 41 mensajes</title>");
	MUST(h, "5 mensajes en espera en Interoperabilidad, el más antiguo desde");
	assert_int_equal(times(h, "<h2"), 4);
	assert_int_equal(times(h, "<h3"), 3);
	MUST(h, "lang=\"en\" dir=\"auto\">Belize: first test of the service bus</a> (5)");
	/* RFC 6068: the address, a subject, the id; all percent-encoded */
	MUST(h, "href=\"mailto:interop%2Bt6u.k3m5zq7a@foro.example?subject=Re%3A%20Cat%C3%A1logo%20"
		"regional%20de%20servicios%3A%20%C2%BFqu%C3%A9%20campos%20son%20obligatorios%3F"
		"&amp;In-Reply-To=%3Cabc%2B1%3Dx@correo.example%3E\"");
	MUST(h, "href=\"https://foro.example/f/214/9/aaaa\"");
	assert_int_equal(times(h, "mailto:"), 2);
	MUST(h, "llegó tarde");
	MUST(h, "href=\"https://foro.example/u/9/cccc\"");
	/* paragraphs, and lines within them */
	MUST(h, "Quedan dos asuntos:<br>- el costo<br>- la ficha v5</p>");
	/* one group: its name stands on top, not at each thread */
	d.list_title = "Interoperabilidad";
	h = digest_html(a, &d);
	assert_int_equal(times(h, "Interoperabilidad"), 3);
}

/* ---- what does not fit ---- */

static struct digest many(size_t n, size_t post_bytes)
{
	struct digest_item *it = ARENA_ARRAY(a, n, struct digest_item);
	char *body = arena_alloc(a, post_bytes + 1);
	struct digest_post *p = ARENA_ARRAY(a, 40, struct digest_post);
	struct digest d = sample("es");

	for (size_t i = 0; i < post_bytes; i++)
		body[i] = i % 7 == 6 ? ' ' : '&'; /* each five times as long in markup */
	for (size_t i = 0; i < 40; i++)
		p[i] = posts1[0], p[i].text = body;
	for (size_t i = 0; i < n; i++) {
		it[i] = items[1];
		it[i].number = (int)i + 1;
		it[i].section = i < 3 ? DIGEST_FOLLOWED : i < 12 ? DIGEST_ACTIVE : DIGEST_REST;
		it[i].text = p;
		it[i].ntext = i < DIGEST_WHOLE_THREADS ? 40 : 0;
	}
	d.items = it;
	d.nitems = n;
	return d;
}

static void test_fits(void **state)
{
	static const size_t sizes[] = { 0, 1, 5, 12, 60, 200, 1000, 3000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct digest d = many(sizes[i], DIGEST_POST_BYTES);
		struct slice h = digest_html(a, &d), t = digest_text(a, &d);

		check_markup(h);
		check_columns(t);
		/* as much as can be is used where there is more than fits */
		if (sizes[i] >= 12)
			assert_true(h.n > DIGEST_HTML_MAX - 12000);
	}
	/* 60 threads of which five would take 480 kB: every one has its line */
	{
		struct digest d = many(60, DIGEST_POST_BYTES);
		struct slice h = digest_html(a, &d), t = digest_text(a, &d);

		for (int k = 1; k <= 60; k++) {
			MUST(h, arena_fmt(a, ">#%d</span>", k));
			MUST(t, arena_fmt(a, "\n#%-5d", k));
		}
		MUST(t, "y 8 hilos más");
	}
	/* and where not even the titles fit, the others are counted */
	{
		struct digest d = many(3000, 10);
		struct slice h = digest_html(a, &d), t = digest_text(a, &d);
		size_t shown = times(h, "</span> <a") + times(h, "<h3");

		assert_true(shown > 100 && shown < 3000);
		MUST(h, arena_fmt(a, "y %zu hilos más", 3000 - shown + 8));
		MUST(t, arena_fmt(a, "y %zu hilos más", 3000 - shown + 8));
	}
}

/* ---- hostile ---- */

static char *repeat(const char *s, size_t n)
{
	struct str o;

	str_init(&o, a, n * strlen(s) + 1);
	while (n-- > 0)
		str_addz(&o, s);
	return arena_strdup(a, str_z(&o));
}

static void hostile(const char *evil)
{
	struct digest_post p = { .author = evil, .lang = "es", .text = evil, .url = evil, .cut = true };
	const char *names[] = { evil, evil, evil };
	struct digest_item it = { .number = 1, .section = DIGEST_ACTIVE, .list = evil,
				  .list_title = evil, .title = evil, .lang = "es", .new_posts = 1,
				  .posts = 2, .who = names, .nwho = 3, .others = 2, .excerpt = evil,
				  .excerpt_lang = "es", .keywords = names, .nkeywords = 3,
				  .url = evil, .reply = "a+t1.x@foro.example", .msgid = evil,
				  .mute = evil };
	struct digest d = sample("es");
	struct digest_item both[2] = { it, it };
	struct slice h, t;
	const char *s;

	both[0].text = &p;
	both[0].ntext = 1;
	d.items = both;
	d.nitems = 2;
	d.site = d.tag = evil;
	s = digest_subject(a, &d);
	for (const char *c = s; *c; c++)
		assert_true((unsigned char)*c >= 32 && *c != 127);
	h = digest_html(a, &d);
	t = digest_text(a, &d);
	check_markup(h);
	check_columns(t);
	MUST_NOT(h, "<b>x");
	MUST_NOT(h, "x\" onclick=");
	MUST_NOT(h, "\xe2\x80\xae"); /* right-to-left override */
	MUST_NOT(t, "\xe2\x80\xae");
	MUST_NOT(t, "\033");
	MUST_NOT(t, "\nBcc:");
	MUST_NOT(h, "%0A");
	MUST_NOT(h, "%0D");
	check_markup((struct slice){ digest_html(a, &d).p, h.n });
}

static void test_hostile(void **state)
{
	(void)state;
	hostile("<b>x</b><script>alert(1)</script>");
	hostile("\" onclick=\"alert(1)\" x=\"'><img src=x>");
	hostile("javascript:alert(1)");
	hostile("]]><!-- </style></title></table></td>");
	hostile("a\xe2\x80\xae" "gnp.exe \xe2\x81\xa6 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
	hostile("a\r\nBcc: x@y\r\n\r\nb\033[2Jc\001d\177e\xc2\x9b" "31m");
	hostile("\xff\xfe\xc3\x28\xf0\x9f");
	hostile("");
	hostile(repeat("x", 10000));
	hostile(repeat("ñ", 10000));
	hostile(repeat("\xe6\xbc\xa2", 10000)); /* two columns each */
	hostile(repeat("e\xcc\x81", 5000));
	hostile(repeat("\n", 10000));
	hostile(repeat("https://x.example/", 500));
	hostile(arena_fmt(a, "(%s", repeat("https://x.example/", 500)));
	hostile("%s%n%1$s{v.title}");
}

/* Whoever is named by their address alone, or hid it in a name, stays hidden. */
static void test_names(void **state)
{
	(void)state;
	assert_string_equal(draw_name(a, "ana.perez@correo.example"), "…@correo.example");
	assert_string_equal(draw_name(a, "Ana (ana@x.example)"), "Ana (…@x.example)");
	assert_string_equal(draw_name(a, "  Ana\n  Pérez "), "Ana Pérez");
	assert_string_equal(draw_line(a, "áéíóú", 6), "á…");
	assert_string_equal(draw_line(a, NULL, 6), "");
}

/* Lines of a mail program, and lines that somebody meant. */
static void test_paras(void **state)
{
	struct view_digest_para *p;
	size_t n;

	(void)state;
	p = draw_paras(a, "Saludos,\nAna\n\n\nEste renglón lo partió el programa de correo porque era\n"
			  "demasiado largo.\n1. uno\n2) dos\n", "es", &n);
	assert_int_equal(n, 2);
	assert_int_equal(p[0].nlines, 2);
	assert_true(p[0].lines[0].more && !p[0].lines[1].more);
	assert_int_equal(p[1].nlines, 3);
	assert_string_equal(p[1].lines[0].text,
			    "Este renglón lo partió el programa de correo porque era demasiado largo.");
	assert_string_equal(p[1].lines[2].text, "2) dos");
	draw_paras(a, NULL, "", &n);
	assert_int_equal(n, 0);
}

/* ---- the page ---- */

static void test_page(void **state)
{
	struct digest d = many(60, DIGEST_POST_BYTES);
	struct html h;
	struct slice s;

	(void)state;
	tr_set("es");
	h = digest_page(a, &d);
	s = slice_make(h.p, h.n);
	MUST_NOT(s, "style=");
	MUST_NOT(s, "<h1");
	assert_int_equal(times(s, "<section"), times(s, "</section>"));
	assert_int_equal(times(s, "<li"), times(s, "</li>"));
	assert_int_equal(times(s, "<h3"), 60);
	/* nothing is left out for its size */
	assert_int_equal(times(s, "class=\"text\""), 40 * DIGEST_WHOLE_THREADS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subject), cmocka_unit_test(test_zones),
		cmocka_unit_test(test_text),    cmocka_unit_test(test_language),
		cmocka_unit_test(test_several), cmocka_unit_test(test_empty),   cmocka_unit_test(test_html),
		cmocka_unit_test(test_fits),    cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_names),   cmocka_unit_test(test_paras),
		cmocka_unit_test(test_page),
	};

	return cmocka_run_group_tests_name("digest_draw", tests, setup, teardown);
}
