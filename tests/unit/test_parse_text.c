/* SPDX-License-Identifier: Apache-2.0 */
/* The parsers of single things: subjects, dates, ids, HTML, flowed text, folds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "mailer/parse/mail.h"
#include "tests/unit/timing.h"

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
		{ "[Externo] RE: [Agenda] RV: Re[2]: TR: ENC: RES: AW: Agenda", "Agenda", true },
		{ "Réf. : Agenda", "Agenda", true },
		{ "Enc.: Res.: Agenda", "Agenda", true },
		{ "***SPAM*** {Spam?} Re: Agenda", "Agenda", true },
		{ "***Urgente*** {1} Agenda", "***Urgente*** {1} Agenda", false },
		{ "***SPAM***", "***SPAM***", false },
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
		{ "sí<div id=\"divRplyFwdMsg\"><b>De:</b> Ana<br>Asunto: x</div><div>uno</div>",
		  "sí\n> De: Ana\n> Asunto: x\n> uno\n" },
		{ "sí<div class='yahoo_quoted' id=q><div>uno</div><div>dos</div></div>fin",
		  "sí\n> uno\n> dos\nfin\n" },
		{ "sí<span id=OLK_SRC_BODY_SECTION>uno<br><span>dos</span></span><p>fin",
		  "sí\n> uno\n> dos\n\nfin\n" },
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

/* What stays open of a text, with a letter in brackets where something is folded. */
static const char *open_text(const char *text)
{
	struct mail_fold *f;
	size_t n = fold_find(arena, slice_of(text), &f), at = 0;
	struct str s;

	str_init(&s, arena, 100000);
	for (size_t i = 0; i < n; i++) {
		assert_true(f[i].from >= at && f[i].to > f[i].from);
		str_add(&s, text + at, f[i].from - at);
		str_fmt(&s, "[%c]", "qsowlf"[f[i].kind]);
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
		  "[q]\nestoy de acuerdo\n" },
		{ "> uno\nbien\n> dos\nmal\n> tres\n", "> uno\nbien\n> dos\nmal\n[q]" },
		{ "hola\n-- \nAna\nMinisterio\n", "hola\n[s]" },
		{ "hola\n--\nAna\n", "hola\n[s]" },
		{ "hola\n\nEl lunes Ana escribió:\n> uno\n\n-- \nBeto\n", "hola\n\n[q]\n[s]" },
		{ "hola\n-- \nBeto\n\nEl lunes Ana escribió:\n> uno\n", "hola\n[s]\n[q]" },
		{ "> todo citado\n", "> todo citado\n" },
		{ "-- \nsolo firma\n", "-- \nsolo firma\n" },
		{ "hola\nel precio:\n> 3\n", "hola\nel precio:\n[q]" },
		{ "hola\n> uno\n_______________________________________________\nR-help-es\n",
		  "hola\n[q][f]" },
		{ "sí\n-----Mensaje original-----\nDe: Ana\nuno\n", "sí\n[q]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = open_text(t[i].in);

		if (strcmp(got, t[i].out) != 0)
			fail_msg("\"%s\" gives \"%s\"", t[i].in, got);
	}
}

/* Forms of many programs and languages: all below the first line is folded. */
static void folds_forms(void **state)
{
	static const char *const t[] = {
		"El mar., 12 may. 2015 a las 10:15, Ana Soto (<ana@\nx.example>) escribió:\n\n> uno\n",
		"El 12 de mayo de 2015 10:15\np. m., Ana <ana@x.example>\nescribio:\n> uno\n",
		"El mar, 12-05-2015 a las 10:15 -0600, Ana Soto escribió:\n\nuno\ndos\n",
		"El día 12 de mayo de 2015 10:15, Ana<ana@x.example> escribió:\nuno\n",
		"Con fecha 12/5/2010 10:00, \"Ana\" <ana@x.example> escribió:\nuno\n",
		"--- El mar, 10/2/09, Ana <ana@x.example> escribió:\n\nDe: Ana\nuno\n",
		"Ana Soto <ana@x.example> writes:\n> uno\n",
		"Ana <ana@x.example> schrieb am Fr., 28.\nApr. 2017 um 11:53 Uhr:\n\n> eins\n",
		"Am 21.04.2016 17:48 schrieb \"Ana\" <noreply@forum.x.example\n>:\n\n> eins\n",
		"Op 16 aug. 2014 05:13 schreef \"Ana\" <a@x.example> het\nvolgende geschreven:\n\n> een\n",
		"20 окт. 2016 г. 19:37 пользователь \"Ana\" <\na@x.example> написал:\n\n> раз\n",
		"2016-03-03 17:21 GMT+01:00 Ana Soto <ana@x.example>:\n\nuno\n",
		"---- On Tue, 22 Dec 2015 14:17:36 +0530 Ana wrote ----\n\nuno\n",
		"On May 30, 2020, 4:15 PM Ana ana@x.example wrote:\n\nuno\n",
		"2013/7/20 ana via Foro <info@x.example>\n\n| uno\n| dos\n|\n",
		"De: Ana Soto\nEnviado el: martes, 12 de mayo de 2015 10:15\nPara: Beto\nAsunto: RE: Agenda\n\nuno\n",
		"De: Ana <ana@x.example>\nPara: Beto\nEnviados: Martes 12 de mayo de 2015\nAsunto: Agenda\nuno\n",
		"________________________________\nDe : Ana <ana@x.example>\nEnvoyé : mardi 12 mai\nÀ : Beto\nObjet : Agenda\n\nun\n",
		"*Von:* Ana\n*Gesendet:* Dienstag, 12. Mai 2015 10:15\n*An:* Beto\n*Betreff:* Agenda\n\neins\n",
		"_____\n\n_De:_ Ana [mailto:ana@x.example]\n_Fecha:_ 12 de mayo\n_Asunto:_ Agenda\n\nuno\n",
		"From: Ana [ana@x.example]\nSent: Friday, 23 March 2012 5:08 p.m.\nTo: Beto\n"
		"Subject: one that is\n wrapped\n\none\n",
		"-----Ursprüngliche Nachricht-----\nVon: Ana\nAn: Beto\nBetreff: x\n\neins\n",
		"*-------- Mensaje original --------*\n\nuno\n",
		"W dniu 1.02.2015 o 18:00, Ana Soto napisał(a):\n> raz\n",
		"пт, 5 февр. 2016 г., 10:42, Ana <a@x.example> написал:\n\n> раз\n",
		"在 2016年12月5日，下午8:45，Ana <a@x.example> 写道：\n\n一\n",
		"On Aug 22, 2011, at 7:37 PM, ana<a@x.example> wrote:\n\n\n\n\n> one\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *in = arena_fmt(arena, "De acuerdo.\n\n%s", t[i]);
		const char *got = open_text(in);

		if (strcmp(got, "De acuerdo.\n\n[q]") != 0)
			fail_msg("\"%s\" gives \"%s\"", in, got);
	}
}

/* What people write that only looks like it: all of it stays. */
static void folds_traps(void **state)
{
	static const char *const t[] = {
		"Va el memorando:\n\nPara: Equipo técnico\nDe: Dirección\nAsunto: Reunión\n"
		"Fecha: 12 de mayo de 2026\n\n1. Presupuesto\n2. Firma\n",
		"Va el memorando:\n\nDe: Dirección\nPara: Equipo técnico\nAsunto: Reunión\n"
		"Fecha: 12 de mayo de 2026\n\n1. Presupuesto\n",
		"La reunión:\nFecha: 12 de mayo de 2026\nLugar: San Salvador\n",
		"Opciones:\nA: favor\nB: contra\n",
		"El director de tecnología me escribió.\n\nPropone esto:\n- uno\n",
		"El 12 de mayo de 2026 la directora escribió:\n\nque no hay fondos.\n",
		"Parte uno\n----------\nParte dos\n==========\nmás\n***\nfin\n",
		"| país | total |\n|------|-------|\n| SV   | 12    |\n",
		"Saludos,\n\nAna Soto\nMinisterio de Economía\nTel. 2222-3333\n",
		"Enviado de acuerdo con lo solicitado\n",
		"Otro correo\n\nEnviado desde mi escritorio, que es más fácil.\n",
		"Another mail\n\nSent from my desk, is much easier then my mobile phone.\n",
		"El informe fue\nenviado desde mi oficina de correo ayer\ny todavía no llega.\n",
		"Uno\n--\nesto es un párrafo entero que alguien escribió debajo de dos guiones, "
		"y que no tiene la forma de una firma.\n",
		"Les pido tratar estos datos como confidenciales.\n\nAna\n",
		"El mensaje original era otro:\n\nMensaje original\n\ny sigue el texto\n",
		"---------- Forwarded message ----------\nFrom: Ana <ana@x.example>\n"
		"Date: Tue, 12 May 2015 10:15\nSubject: Agenda\nTo: Beto\n\nuno\n",
		"-------- Message original --------\nSujet: \tproblema\nDate : \tTue, 01 Jun 2010 09:16:32 -0300\n"
		"De : \tAna <ana en x.example>\nPour : \tlista en x.example\n\nEstimados:\n\n¿Qué falta?\n",
		"Ver también:\n------\n[1] https://x.example/mailman/listinfo/agenda\n[2] https://x.example/\n",
		"> uno\n\nestoy de acuerdo\n",
		"Hola:\n\nEl lunes Ana escribió:\n> ¿vienes?\n\nSí.\n\n> ¿y Beto?\n\nTambién.\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = open_text(t[i]);

		if (strcmp(got, t[i]) != 0)
			fail_msg("\"%s\" gives \"%s\"", t[i], got);
	}
}

static void folds_tails(void **state)
{
	static const struct { const char *in, *out; } t[] = {
		{ "sí\n\nEnviado desde mi iPhone\n", "sí\n\n[s]" },
		{ "sí\n\nObtener Outlook para Android<https://aka.ms/x>\n\nEl 12/05/15 10:15, Ana "
		  "<ana@x.example> escribió:\n> uno\n", "sí\n\n[s]\n[q]" },
		{ "sí\n\nEnviado desde Yahoo Mail para Android\n", "sí\n\n[s]" },
		{ "sí\n\nAna\n\nAVISO LEGAL: Este mensaje es confidencial y está dirigido a su\n"
		  "destinatario. Si lo recibe por error, le rogamos lo elimine.\n",
		  "sí\n\nAna\n\n[l]" },
		{ "yes\n\nThis email is confidential and intended only for the recipient. If you\n"
		  "received it in error please delete it and notify the sender.\n\n"
		  "Antes de imprimir este mensaje piense en el medio ambiente.\n", "yes\n\n[l]" },
		{ "Adjunto.\n\n---------- Mensaje reenviado ----------\nDe: Ana <ana@x.example>\n"
		  "Fecha: 12/5/2015\nAsunto: Agenda\n\nuno\n", "Adjunto.\n\n[w]" },
		{ "va\n\nInicio del mensaje reenviado:\n\nDe: Ana <ana@x.example>\nuno\n", "va\n\n[w]" },
		{ "hola\n\n__\nriak-users mailing list\nhttp://x.example/mailman/listinfo/r\n",
		  "hola\n\n[f]" },
		{ "hola\n------------ próxima parte ------------\nSe ha borrado un adjunto\nURL: <u>\n",
		  "hola\n[f]" },
		{ "sí\n\n-Ana Soto\n\nOn Mon, 3 May 2026 10:15, Beto wrote:\n> uno\n", "sí\n\n[s]\n[q]" },
		{ "sí\n\n-Ana Soto\n", "sí\n\n-Ana Soto\n" },
		{ "On Mon, 3 May 2026, Ana <ana@x.example> wrote:\n\n> one\n> two\n\nyes\n", "[q]\nyes\n" },
		{ "> one\n> two\n> three\n\nyes\n", "[q]\nyes\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		const char *got = open_text(t[i].in);

		if (strcmp(got, t[i].out) != 0)
			fail_msg("\"%s\" gives \"%s\"", t[i].in, got);
	}
}

static void digests(void **state)
{
	static const char head[] = "De acuerdo.\n\n> Send X mailing list submissions to\n>\n"
				   "> Today's Topics:\n>\n>    1. Agenda (Ana)\n";
	static const char *const yes[] = {
		"Re: R-help-es Digest, Vol 12, Issue 3", "[X] X Digest, Vol 93, Issue 27",
		"Re: Resumen de R-help-es, Vol 12, Envío 3", "Re: [foro] Digest Number 45",
		"RE: Lot R, Vol 12, Parution 3", "Re: agenda@x.example Digest #7",
	}, *const no[] = {
		"Re: Agenda", "Digest de la reunión", "Resumen del volumen 3", "Resumen de la reunión, vol. 2",
		"Digestivo 7",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (!digest_answered(arena, yes[i], SLICE("hola\n")))
			fail_msg("%s", yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (digest_answered(arena, no[i], SLICE("Today's Topics: uno\n")))
			fail_msg("%s", no[i]);
	assert_true(digest_answered(arena, "Re: Agenda", slice_of(head)));
}

/* Microseconds for a text of so many repetitions of a unit; the best of three. */
static int64_t fold_time(const char *unit, size_t bytes)
{
	struct arena *a = arena_one_block((size_t)16 << 20);
	int64_t best = INT64_MAX;
	struct arena_mark text;
	struct mail_fold *f;
	struct str s;

	str_init(&s, a, (size_t)8 << 20);
	str_addz(&s, "hola\n");
	while (s.n < bytes)
		str_addz(&s, unit);
	text = arena_mark(a);
	for (int i = 0; i < 3; i++) {
		int64_t t = cpu_time();

		fold_find(a, str_slice(&s), &f);
		t = cpu_time() - t;
		best = t < best ? t : best;
		assert_ptr_equal(arena_mark(a).block, text.block);
		arena_rewind(a, text);
	}
	arena_free(&a);
	return best;
}

/* Twice the text takes at most 2.3 times as long, whatever it is made of. */
static void folds_linear(void **state)
{
	static const char *const t[] = {
		"a:\n", ">\n", "> uno\n", "|\n", "-- \n", "__\n", "\n", "De: a\n", "De: a@x.example\n\n",
		"El 12 de mayo de 2015, Ana\n", "escribió:\n", "El 12 de mayo a las 10:15 Ana <a@x.example> escribió:\n> x\n",
		"Enviado desde mi iPhone\n", "-----Mensaje original-----\n", "x <a\n>:\n", "<a\n", "-Ana\n\n",
		"este mensaje confidencial, si lo recibe por error, elimine: destinatario prohibido\n",
		"mailing list\n__\n", "aviso legal\n\n", "escribió escribió escribió wrote wrote\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		int64_t one = 0, two = 0;
		int tries = 0;

		/* another program may have taken the processor: once more, then it counts */
		do {
			one = fold_time(t[i], 100000);
			two = fold_time(t[i], 200000);
		} while ((double)two > 2.3 * (double)one + 3000.0 && ++tries < 4);
		if (tries == 4)
			fail_msg("\"%s\": %lld us, then %lld us", t[i], (long long)one, (long long)two);
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
		cmocka_unit_test(folds_forms), cmocka_unit_test(folds_traps),
		cmocka_unit_test(folds_tails), cmocka_unit_test(folds_linear),
		cmocka_unit_test(digests),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
