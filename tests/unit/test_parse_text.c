/* SPDX-License-Identifier: Apache-2.0 */
/* The parsers of single things: subjects, dates, ids, HTML, flowed text, folds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mailer/parse/mail.h"
#include "server/base/base.h"

static struct arena *arena;

static void subjects(void **state)
{
	static const struct { const char *in, *out; bool reply; } t[] = {
		{ "Agenda", "Agenda", false },
		{ "Re: Agenda", "Agenda", true },
		{ "RE[2]: re: Agenda", "Agenda", true },
		{ "Re^3: Agenda", "Agenda", true },
		{ "Re (4): Agenda", "Agenda", true },
		{ "RV: RE: Agenda", "Agenda", true },
		{ "RV: Agenda", "Agenda", false },
		{ "Fwd: Agenda", "Agenda", false },
		{ "Rép : Agenda", "Agenda", true },
		{ "RE : Agenda", "Agenda", true },
		{ "AW: WG: Agenda", "Agenda", true },
		{ "SV: Agenda", "Agenda", true },
		{ "R: Agenda", "Agenda", true },
		{ "I: Agenda", "Agenda", false },
		{ "ENC: Agenda", "Agenda", false },
		{ "TR: Agenda", "Agenda", false },
		{ "Ответ: Agenda", "Agenda", true },
		{ "Re：Agenda", "Agenda", true },
		{ "回复: Agenda", "Agenda", true },
		{ "[R-es] Re: [R-es] Agenda", "Agenda", true },
		{ "Re: [aviso]", "[aviso]", true },
		{ "[aviso]", "[aviso]", false },
		{ "Resumen: Agenda", "Resumen: Agenda", false },
		{ "Res publica", "Res publica", false },
		{ "Nota: Re: Agenda", "Nota: Re: Agenda", false },
		{ "Re:", "", true },
		{ "", "", false },
		{ "R-es: lista", "R-es: lista", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		bool reply = !t[i].reply;
		const char *got = subject_base(arena, t[i].in, &reply);

		if (strcmp(got, t[i].out) != 0 || reply != t[i].reply)
			fail_msg("\"%s\" gives \"%s\" reply %d", t[i].in, got, reply);
	}
}

static void dates(void **state)
{
	/* 2026-11-22 18:00:01 UTC */
	static const int64_t t0 = 1795370401;
	static const struct { const char *in; int64_t at; } t[] = {
		{ "Sun, 22 Nov 2026 18:00:01 +0000", 1795370401 },
		{ "22 Nov 2026 12:00:01 -0600", 1795370401 },
		{ "Sun, 22 Nov 26 18:00:01 GMT", 1795370401 },
		{ "Sun, 22 Nov 126 18:00:01 GMT", 1795370401 },
		{ "Sun,22 Nov 2026 18:00:01 +0000 (UTC)", 1795370401 },
		{ "Sun (a comment), 22 (x(y)) Nov 2026 13:00:01 EST", 1795370401 },
		{ "Sun Nov 22 18:00:01 2026", 1795370401 },
		{ "Sun Nov 22 10:00:01 PST 2026", 1795370401 },
		{ "2026-11-22T18:00:01Z", 1795370401 },
		{ "2026-11-22 19:00:01.250 +01:00", 1795370401 },
		{ "22-Nov-2026 18:00:01", 1795370401 },
		{ "dom, 22 nov 2026 12:00:01 -0600", 1795370401 },
		{ "Sun, 22 Nov 2026 06:00:01 PM GMT", 1795370401 },
		{ "Sun, 22 Nov 2026 18.00.01 +0000", 1795370401 },
		{ "Sun, 22 Nov 2026 19:00:01 GMT+0100", 1795370401 },
		{ "Sun, 22 Nov 2026 18:00:01 XYZ", 1795370401 },
		{ "Sun, 22 Nov 2026 18:00:01 +9999", 1795370401 },
		{ "Mon, 29 Feb 2028 00:00:00 +0000", 1835395200 },
		{ "Thu, 1 Jan 1970 00:00:00 +0000", 0 },
		{ "Thu, 31 Dec 1969 23:59:59 +0000", -1 },
		{ "mar, 3 mar 2026 00:00:00 +0000", 1772496000 },
	};
	static const char *const bad[] = {
		"", "hoy", "Sun, 32 Nov 2026 18:00:01 +0000", "30 Feb 2026 10:00", "22 2026 18:00",
		"0000-00-00 00:00:00", "Nov 2026", "((((((", "99999999999999999999 Nov 2026",
	};
	int64_t at;

	(void)state;
	assert_int_equal(t[0].at, t0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		if (!mail_date(slice_of(t[i].in), &at) || at / USEC != t[i].at)
			fail_msg("\"%s\" gives %lld", t[i].in, (long long)(at / USEC));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (mail_date(slice_of(bad[i]), &at))
			fail_msg("\"%s\" gives %lld", bad[i], (long long)(at / USEC));
}

static void msgids(void **state)
{
	static const struct { const char *in; const char *out; } t[] = {
		{ "<a@b>", "a@b" },
		{ " <a@b>\r\n\t<c@d> ", "a@b c@d" },
		{ "junk <a@b> more (<c@d>)", "a@b c@d" },
		{ "<a\r\n @b>", "a@b" },
		{ "a@b", "a@b" },
		{ "a@b, c@d", "a@b c@d" },
		{ "Your message of Monday", "" },
		{ "Ana ana@b of Monday", "" },
		{ "<>", "" },
		{ "<a@b", "" },
		{ "<<a@b>>", "a@b" },
		{ "<noat>", "noat" },
		{ "<some prose here>", "" },
	};
	const char *out[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct str s;
		size_t n = msgid_scan(arena, slice_of(t[i].in), out, 8);

		str_init(&s, arena, 1000);
		for (size_t k = 0; k < n; k++)
			str_fmt(&s, "%s%s", k ? " " : "", out[k]);
		if (strcmp(str_z(&s), t[i].out) != 0)
			fail_msg("\"%s\" gives \"%s\"", t[i].in, str_z(&s));
	}
	assert_int_equal(msgid_scan(arena, SLICE("<a@b><c@d><e@f>"), out, 2), 2);
}

static void html(void **state)
{
	static const struct { const char *in, *out; } t[] = {
		{ "", "" },
		{ "hola", "hola\n" },
		{ "<p>uno</p><p>dos</p>", "uno\n\ndos\n" },
		{ "<div>uno</div><div>dos</div>", "uno\ndos\n" },
		{ "<div>uno</div><div><br></div><div>dos</div>", "uno\n\ndos\n" },
		{ "a<br>b<br/>c", "a\nb\nc\n" },
		{ "a   b\n\tc", "a b c\n" },
		{ "&lt;b&gt; &amp; &aacute;&#233;&#xe9;&#150;&nbsp;x &nada; &", "<b> & áéé– x &nada; &\n" },
		{ "<script>alert(1)</script>x<style>p{}</style>", "x\n" },
		{ "<title>t</title><body>x", "x\n" },
		{ "a<!-- b <p> -->c", "ac\n" },
		{ "Ana escribió:<blockquote>uno<br>dos<blockquote>tres</blockquote></blockquote>fin",
		  "Ana escribió:\n> uno\n> dos\n> > tres\nfin\n" },
		{ "<ul><li>uno<li>dos</ul><ol><li>a</li><li>b</li></ol>",
		  "* uno\n* dos\n\n1. a\n2. b\n" },
		{ "<a href=\"https://x.example/a?b=1&amp;c=2\">aquí</a>.",
		  "aquí <https://x.example/a?b=1&c=2>.\n" },
		{ "<a href='https://x.example/'>x.example</a>", "x.example\n" },
		{ "<a href='mailto:a@x.example'>a@x.example</a>", "a@x.example\n" },
		{ "<a href='javascript:alert(1)'>pulse</a>", "pulse\n" },
		{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td></td></tr></table>",
		  "a | b\nc\n" },
		{ "<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc\n" },
		{ "1 < 2 <3 y <b", "1 < 2 <3 y\n" },
		{ "<img alt='mapa' src=x> <img src=y>", "[mapa]\n" },
		{ "texto<br>-- <br>Ana", "texto\n--\nAna\n" },
		{ "<p title='a>b'>x</p>", "x\n" },
		{ "x<p title='sin fin>y", "x\n\ny\n" },
		{ "&#0;&#xd800;&#x110000;a", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "a\n" },
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = html_to_text(arena, slice_of(t[i].in), 100000, &n);

		if (strcmp(got, t[i].out) != 0 || n != strlen(got))
			fail_msg("\"%s\" gives \"%s\"", t[i].in, got);
	}
	html_to_text(arena, SLICE("<p>ñññññññññññ</p>"), 7, &n);
	assert_true(n <= 7 + 3);
}

static void flowed(void **state)
{
	static const struct { const char *in, *out; bool delsp; } t[] = {
		{ "uno \ndos\ntres\n", "uno dos\ntres\n", false },
		{ "uno \ndos\n", "unodos\n", true },
		{ "> a \n> b\n>> c\n", "> a b\n> > c\n", false },
		{ "> a \nb\n", "> a \nb\n", false },
		{ "x \n-- \nAna\n", "x \n-- \nAna\n", false },
		{ " From aquí\n >no cita\n", "From aquí\n>no cita\n", false },
		{ "fin ", "fin \n", false },
		{ ">\n> \n", ">\n>\n", false },
		{ "", "", false },
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = flowed_join(arena, slice_of(t[i].in), t[i].delsp, &n);

		if (strcmp(got, t[i].out) != 0 || n != strlen(got))
			fail_msg("\"%s\" gives \"%s\"", t[i].in, got);
	}
}

/* What stays open of a text, with [q] and [s] where something is folded. */
static const char *open_text(const char *text)
{
	struct mail_fold *f;
	size_t n = fold_find(arena, slice_of(text), &f), at = 0;
	struct str s;

	str_init(&s, arena, 100000);
	for (size_t i = 0; i < n; i++) {
		assert_true(f[i].from >= at && f[i].to > f[i].from);
		str_add(&s, text + at, f[i].from - at);
		str_addz(&s, f[i].kind == FOLD_QUOTE ? "[q]" : "[s]");
		at = f[i].to;
	}
	str_addz(&s, text + at);
	return str_z(&s);
}

static void folds(void **state)
{
	static const struct { const char *in, *out; } t[] = {
		{ "hola\n", "hola\n" },
		{ "sí\n\nEl 3/5/26 Ana escribió:\n> uno\n> dos\n", "sí\n\n[q]" },
		{ "sí\n\nOn Mon, 3 May 2026, Ana Soto\n<ana@x.example> wrote:\n\n> uno\n\n> dos\n",
		  "sí\n\n[q]" },
		{ "sim\nEm seg., 3 de mai. de 2026 às 10:00, Ana <a@x>\nescreveu:\n> um\n",
		  "sim\n[q]" },
		{ "oui\nLe lun. 3 mai 2026, Ana a écrit :\n> un\n", "oui\n[q]" },
		{ "sì\nIl giorno lun 3 mag 2026 Ana ha scritto:\n> uno\n", "sì\n[q]" },
		{ "sí\n2010/3/3 Ana Soto <ana en x.example>:\n> uno\n", "sí\n[q]" },
		{ "sí\nQuoting Ana <ana@x.example>:\n\n> uno\n", "sí\n[q]" },
		{ "ja\nAm 03.05.26 um 10:00 schrieb Ana:\n> eins\n", "ja\n[q]" },
		{ "Ana Soto escribió:\n> uno\n\nestoy de acuerdo\n",
		  "Ana Soto escribió:\n> uno\n\nestoy de acuerdo\n" },
		{ "> uno\nbien\n> dos\nmal\n> tres\n", "> uno\nbien\n> dos\nmal\n[q]" },
		{ "hola\n-- \nAna\nMinisterio\n", "hola\n[s]" },
		{ "hola\n--\nAna\n", "hola\n[s]" },
		{ "hola\n\nEl lunes Ana escribió:\n> uno\n\n-- \nBeto\n", "hola\n\n[q]\n[s]" },
		{ "hola\n-- \nBeto\n\nEl lunes Ana escribió:\n> uno\n", "hola\n[s]\n[q]" },
		{ "> todo citado\n", "> todo citado\n" },
		{ "-- \nsolo firma\n", "-- \nsolo firma\n" },
		{ "hola\nel precio:\n> 3\n", "hola\nel precio:\n[q]" },
		{ "hola\n> uno\n_______________________________________________\nR-help-es\n",
		  "hola\n[q]_______________________________________________\nR-help-es\n" },
		{ "sí\n-----Mensaje original-----\nDe: Ana\nuno\n",
		  "sí\n-----Mensaje original-----\nDe: Ana\nuno\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = open_text(t[i].in);

		if (strcmp(got, t[i].out) != 0)
			fail_msg("\"%s\" gives \"%s\"", t[i].in, got);
	}
}

static int begin(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects), cmocka_unit_test(dates), cmocka_unit_test(msgids),
		cmocka_unit_test(html), cmocka_unit_test(flowed), cmocka_unit_test(folds),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
