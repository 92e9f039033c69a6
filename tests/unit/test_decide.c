/* SPDX-License-Identifier: Apache-2.0 */
/* A moderator's answer to a word: five languages, with accents and without; what
 * mail programs put around it; and what decides nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mailer/accept/decide.h"
#include "mailer/accept/invited.h"
#include "server/base/base.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new((size_t)16 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

static const char *name(enum modword w)
{
	return w < MODWORDS	  ? modword_rows[w].decision
	       : w == MODWORD_TORN   ? "torn"
	       : w == MODWORD_ANSWER ? "answer"
				     : "none";
}

static const char *id = "held.1@foro.example";

static const char *read_as(const char *subject, const char *text, bool talk)
{
	struct mail m = { .subject = subject, .text = text, .text_len = strlen(text) };
	struct modword_ask r;
	bool reply;

	subject_base(a, subject, &reply);
	m.refs = &id;
	m.nrefs = reply;
	m.nfolds = fold_find(a, slice_of(text), &m.folds);
	decide_parse(a, &m, talk, &r);
	return arena_fmt(a, "%s%s%s", name(r.what), *r.why ? "|" : "", r.why);
}

static void is(const char *subject, const char *text, const char *wanted)
{
	const char *got = read_as(subject, text, false);

	if (strcmp(got, wanted) != 0)
		fail_msg("\"%s\" / \"%s\": %s, wanted %s", subject, text, got, wanted);
}

#define RE "Re: [agenda] En espera: \"Consulta\", de Oscar Ruiz"

static void line_is(const char *line, const char *wanted)
{
	is(RE, line, wanted);
	is(line, "", wanted);
}

static void test_words(void **state)
{
	static const char *const lines[][2] = {
		{ "aprobar", "approve" },	 { "Aprobar.", "approve" },
		{ "APROBADO", "approve" },	 { "Apruebo, gracias", "approve" },
		{ "publíquese", "approve" },	 { "Publicar este mensaje, por favor", "approve" },
		{ "approve", "approve" },	 { "Approved, thanks!", "approve" },
		{ "aprovar", "approve" },	 { "Aceitar", "approve" },
		{ "approuver", "approve" },	 { "J’approuve", "approve" },
		{ "approvare", "approve" },	 { "Approva", "approve" },
		{ "descartar", "discard" },	 { "discard", "discard" },
		{ "écarter", "discard" },	 { "ecarter", "discard" },
		{ "scartare", "discard" },	 { "spam", "spam" },
		{ "Es spam", "spam" },		 { "indésirable", "spam" },
		{ "lixo", "spam" },		 { "posta indesiderata", "spam" },
		{ "deshacer", "undo" },		 { "undo", "undo" },
		{ "desfazer", "undo" },		 { "annuler", "undo" },
		{ "annullare", "undo" },	 { "rechazar", "reject" },
		{ "rechazar: no es del tema", "reject|no es del tema" },
		{ "Rechazar:no es del tema", "reject|no es del tema" },
		{ "RECHAZADO - no es del tema", "reject|no es del tema" },
		{ "Rechazo. No es del tema.", "reject|No es del tema." },
		{ "rechazar \xE2\x80\x94 no", "reject|no" },
		{ "reject: off topic: sorry", "reject|off topic: sorry" },
		{ "rejeitar: não", "reject|não" }, { "refuser: non", "reject|non" },
		{ "rifiutare: no", "reject|no" },  { "devolver: ¿En qué fecha?", "return|¿En qué fecha?" },
		{ "Devuelvo: ¿cuándo?", "return|¿cuándo?" },
		{ "return: when?", "return|when?" }, { "perguntar: quando?", "return|quando?" },
		{ "renvoyer: quand ?", "return|quand ?" },
		{ "Renvoyer\xE2\x80\xAF: quand ?", "return|quand ?" },
		{ "rejeter\xC2\xA0: hors sujet", "reject|hors sujet" },
		{ "restituire: quando?", "return|quando?" },
		{ "\xEF\xBB\xBF" "aprobar", "approve" }, { "\xC2\xA0" "aprobar", "approve" },
		{ "aprobar\xC2\xA0", "approve" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		line_is(lines[i][0], lines[i][1]);
}

/* Every word of the table is read as its own row, alone and in capitals. */
static void test_table(void **state)
{
	(void)state;
	for (enum modword w = 0; w < MODWORDS; w++)
		for (size_t l = 0; l < LANGS; l++) {
			struct slice rest = slice_of(modword_rows[w].words[l]), word;
			const char *shown = modword_shown(a, w, command_langs[l]);

			is(RE, shown, modword_rows[w].decision);
			assert_string_equal(utf8_fold(a, slice_of(shown)),
					    modword_plain(a, w, command_langs[l]));
			while (rest.n > 0) {
				char *text;

				slice_cut(&rest, '|', &word);
				text = slice_dup(a, word);
				is(RE, text, modword_rows[w].decision);
				for (char *p = text; *p; p++)
					*p -= *p >= 'a' && *p <= 'z' ? 32 : 0;
				is(RE, text, modword_rows[w].decision);
			}
		}
}

static void test_nothing(void **state)
{
	static const char *const lines[] = {
		"Aprobar este texto sería un error", "No aprobar", "no",
		"aprobar: pero sin el adjunto", "approve only if Luis agrees",
		"rechazar no es del tema", "Spam o no, no lo sé", "¿Aprobar?  ¿Qué opinan?",
		"descartar la posibilidad", "", "ok", "Publicaremos mañana",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		line_is(lines[i], "none");
}

static void test_around(void **state)
{
	(void)state;
	is(RE, "\n\nHola:\n\naprobar\n\nLuis Hernández\nDirector\n", "approve");
	is(RE, "aprobar\n\n-- \nLuis\n", "approve");
	is(RE, "> rechazar: la cita no decide\n\naprobar\n", "approve");
	is(RE, "aprobar\n\n-----Mensaje original-----\nDe: Agenda <agenda-request@foro.example>\n"
	       "Enviado: lunes, 23 de noviembre de 2026 9:00\nPara: Rodrigo\n"
	       "Asunto: [agenda] En espera\n\nrechazar: no\n", "approve");
	is(RE, "rechazar: no es del tema\n\n________________________________\n"
	       "De: Agenda <agenda-request@foro.example>\nEnviado el: lunes, 23 de noviembre de 2026 9:00\n"
	       "Para: Rodrigo\nAsunto: RE: espera\n\nEspera su decisión.\n",
	   "reject|no es del tema");
	is(RE, "rechazar\nNo es del tema.\n\nEscriba a capacitación.\n",
	   "reject|No es del tema.\n\nEscriba a capacitación.");
	is(RE, "rechazar: no es\ndel tema\n\nEl lun, 23 nov 2026, Agenda escribió:\n> aprobar\n",
	   "reject|no es\ndel tema");
	is("rechazar", "No es del tema.\n", "reject|No es del tema.");
	is("rechazar: no es del tema", "\n", "reject|no es del tema");
	is("RE: aprobar", "", "approve");
	is("RV: RE: aprobar", "\n\n-- \nLuis\n", "approve");
	is("aprobar", "Luis Hernández\nDirector\n", "approve");
	is("aprobar", "rechazar: no\n", "torn");
	is("aprobar", "aprobar\n", "approve");
}

static void talk_is(const char *subject, const char *text, const char *wanted)
{
	assert_string_equal(read_as(subject, text, true), wanted);
}

static void test_talk(void **state)
{
	(void)state;
	talk_is("Re: [agenda] Una consulta", "Hola, Óscar:\n\nEscriba a agenda-join.\n",
		"answer|Hola, Óscar:\n\nEscriba a agenda-join.");
	talk_is("Re: [agenda] Una consulta", "aprobar\n", "answer|aprobar");
	talk_is("Re: [agenda] Una consulta", "descartar\n", "discard");
	talk_is("Re: [agenda] Una consulta", "descartar\n\nLuis\n", "answer|descartar\n\nLuis");
	talk_is("Re: [agenda] Spam", "No lo es.\n", "answer|No lo es.");
	talk_is("spam", "", "spam");
	talk_is("Re: [agenda] Una consulta", "> cita\n", "none");
	talk_is("Re: [agenda] Una consulta", "deshacer", "undo");
}

/* ---- invitations ---- */

static void invited_is(enum invited_word wanted, const char *text)
{
	struct mail m = { .subject = "Re: invitación", .text = text, .text_len = strlen(text) };

	m.nfolds = fold_find(a, slice_of(text), &m.folds);
	if (invited_parse(a, &m) != wanted)
		fail_msg("\"%s\" was read as %d", text, (int)invited_parse(a, &m));
}

static void test_invited(void **state)
{
	static const char *const yes[] = {
		"Sí", "si.", "SÍ, gracias", "Acepto la invitación", "Claro que sí", "Yes, please", "I accept!",
		"Sim", "Oui, merci", "J\xE2\x80\x99" "accepte", "Sì, grazie", "Accetto", "ok",
		"Hola:\n\nSí, muchas gracias.\n\n> Ana le invita.\n",
	};
	static const char *const no[] = { "No", "No, gracias", "No thanks", "Não", "Non, merci",
					  "Rechazo", "declino", "no acepto" };
	static const char *const none[] = {
		"", "¿Quién es usted?", "No sé", "Sí, pero no ahora", "yes no", "No, sí", "Si puedo, la semana próxima",
		"Non lo so", "No problem", "> Sí\n", "aceptable", "sino",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		invited_is(INVITED_YES, yes[i]);
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		invited_is(INVITED_NO, no[i]);
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		invited_is(INVITED_NONE, none[i]);
}

static void test_pasted(void **state)
{
	static const char *const wanted[][2] = {
		{ "Ana Pérez", "ana@example.org" }, { "Gómez, Sofía", "sofia@x.example" },
		{ "", "luis@x.example" },	    { "", "no es una" },
		{ "", "b@x.example" },		    { "", "\"sin cerrar" },
		{ "", "c@x.example" },
	};
	struct invite_addr r[10];
	size_t n = invite_split(a, SLICE("Ana Pérez <ana@example.org>, \"Gómez, Sofía\" <sofia@x.example>;\r\n"
					 "luis@x.example\nno es una\n\n ,; <b@x.example>\n\"sin cerrar\nc@x.example"),
				r, 10);

	(void)state;
	assert_int_equal(n, ARRAY_LEN(wanted));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(r[i].name, wanted[i][0]);
		assert_string_equal(r[i].addr, wanted[i][1]);
	}
	assert_int_equal(invite_split(a, SLICE("a,b,c"), r, 2), 3);
	assert_int_equal(invite_split(a, SLICE(""), r, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_around, setup, teardown),
		cmocka_unit_test_setup_teardown(test_talk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_invited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pasted, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
