/* SPDX-License-Identifier: Apache-2.0 */
/* Words to commands, in the five languages, with accents and without; and what
 * is a post although it begins with such a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mailer/accept/command.h"
#include "server/base/base.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new((size_t)16 << 20);
	/* Sunday 22 November 2026, 18:00 UTC */
	clock_set(1795370400 * USEC);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	clock_set(0);
	arena_free(&a);
	return 0;
}

/* text: quoted lines are folded, as the parser's folding would do. */
static struct mail mail_of(const char *subject, const char *text)
{
	struct mail m = { .subject = subject, .text = text, .text_len = strlen(text) };

	m.nfolds = fold_find(a, slice_of(text), &m.folds);
	return m;
}

static const char *shown(const struct commands *c)
{
	struct str s;

	str_init(&s, a, 4096);
	for (size_t i = 0; i < c->n; i++)
		str_fmt(&s, "%s%s%s%s", i ? "," : "",
			c->ask[i].what == COMMAND_UNKNOWN ? "?" : command_rows[c->ask[i].what].name,
			*c->ask[i].arg ? "=" : "", c->ask[i].arg);
	return str_z(&s);
}

static void asks(const char *subject, const char *text, const char *wanted)
{
	struct mail m = mail_of(subject, text);
	struct commands c;
	const char *got;

	command_parse(a, &m, "agenda", &c);
	got = shown(&c);
	if (strcmp(got, wanted) != 0)
		fail_msg("\"%s\" / \"%s\": %s, wanted %s", subject, text, got, wanted);
}

static void line_is(const char *line, const char *wanted)
{
	asks("", line, wanted);
	asks(line, "", wanted);
}

static void test_words(void **state)
{
	static const char *const lines[][2] = {
		{ "suscribir", "join" },	      { "Suscripción", "join" },
		{ "SUBSCRIBE", "join" },	      { "subscribe agenda", "join" },
		{ "Inscrição", "join" },	      { "s’abonner", "join" },
		{ "s'abonner", "join" },	      { "Iscrizione", "join" },
		{ "baja", "leave" },		      { "Baja.", "leave" },
		{ "Darme de baja de la lista, por favor", "leave" },
		{ "cancelar suscripción", "leave" },  { "unsubscribe", "leave" },
		{ "Cancelar inscrição", "leave" },    { "Se désabonner", "leave" },
		{ "désabonner", "leave" },	      { "disiscrivi", "leave" },
		{ "Ayuda", "help" },		      { "help please", "help" },
		{ "ajuda", "help" },		      { "aide", "help" },
		{ "aiuto", "help" },		      { "pausa", "pause" },
		{ "pausa 15 días", "pause=15d" },     { "pausa 2 semanas", "pause=14d" },
		{ "pausa una semana", "pause=7d" },   { "pause for 3 weeks", "pause=21d" },
		{ "pause un mois", "pause=30d" },     { "pausa 10 giorni", "pause=10d" },
		{ "pausa hasta el 31 de enero", "pause=2027-01-31" },
		{ "pausa hasta el 23/11", "pause=2026-11-23" },
		{ "pausa até 15 de março de 2027", "pause=2027-03-15" },
		{ "pause jusqu'au 1 août", "pause=2027-08-01" },
		{ "pausa fino al 7 dicembre", "pause=2026-12-07" },
		{ "pause until January 31, 2027", "pause=2027-01-31" },
		{ "pausa 2027-01-31", "pause=2027-01-31" },
		{ "pausa 31.1.27", "pause=2027-01-31" },
		{ "pausa hasta el martes", "pause=hasta el martes" },
		{ "reanudar", "resume" },	      { "Resume", "resume" },
		{ "retomar", "resume" },	      { "reprendre", "resume" },
		{ "riprendi", "resume" },	      { "cada mensaje", "each" },
		{ "each", "each" },		      { "todas as mensagens", "each" },
		{ "Solo lo que sigo", "followed" },   { "sólo web", "none" },
		{ "no mail", "none" },		      { "só web", "none" },
		{ "Silenciar este hilo", "mute" },    { "mute", "mute" },
		{ "ignorer ce fil", "mute" },	      { "silenzia", "mute" },
		{ "Seguir hilo", "follow" },	      { "estado", "status" },
		{ "état", "status" },		      { "Mis datos", "mydata" },
		{ "my data", "mydata" },	      { "Mes données", "mydata" },
		{ "i miei dati", "mydata" },	      { "Resumen semanal", "digest" },
		{ "digest", "digest" },		      { "résumé hebdomadaire", "digest" },
		{ "confirmar abcdefghijklmnop234567", "confirm=abcdefghijklmnop234567" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		line_is(lines[i][0], lines[i][1]);
}

static void test_whole(void **state)
{
	(void)state;
	asks("Re: [Agenda] Ayuda", "", "help");
	asks("", "", "?");
	asks("Consulta", "Hola,\n\nestado\npausa 15 dias\n\n-- \nAna Pérez\n", "status,pause=15d");
	asks("baja", "baja\n", "leave");
	asks("Consulta", "Estimados:\n¿Cómo cambio mi dirección de correo?\nGracias\nestado\n",
	     "?=Estimados:");
	asks("baija", "", "?=baija");
	asks("", "estado\n> baja\n> ayuda\n", "status");
	/* several at most, each once */
	asks("", "ayuda\nestado\nayuda\nmis datos\n", "help,status,mydata");
	asks("", "estado\nreanudr\n", "status,?=reanudr");
}

static void test_nearest(void **state)
{
	static const char *const near[][2] = { { "baija", "baja" },	  { "unsuscribe", "unsubscribe" },
					       { "susbcribe", "subscribe" }, { "reanudr", "reanudar" },
					       { "desuscribime", "desuscribirme" },
					       { "¿Alguien sabe la hora?", "" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(near); i++) {
		struct mail m = mail_of("", near[i][0]);
		struct commands c;

		command_parse(a, &m, "agenda", &c);
		assert_int_equal(c.ask[0].what, COMMAND_UNKNOWN);
		assert_string_equal(c.ask[0].nearest, near[i][1]);
	}
}

static void only(const char *subject, const char *text, const char *wanted)
{
	struct mail m = mail_of(subject, text);
	struct commands c;
	const char *got = command_only(a, &m, &c) ? shown(&c) : "";

	if (strcmp(got, wanted) != 0)
		fail_msg("\"%s\" / \"%s\": \"%s\", wanted \"%s\"", subject, text, got, wanted);
}

static void test_reply(void **state)
{
	(void)state;
	only("Re: Orden del día", "baja\n", "leave");
	only("Re: Orden del día", "Baja, por favor.\n\n> 1. Avances\n> 2. Firma\n", "leave");
	only("RE: Orden del día", "Silenciar\n", "mute");
	only("Re: Agenda", "Unsubscribe\n", "leave");
	only("Re: Agenda", "mute thread\n", "mute");
	only("Re: Agenda", "Seguir hilo\n", "follow");
	only("Re: Agenda", "Desinscrever-me\n", "leave");
	only("Re: Agenda", "Me désabonner\n", "leave");
	only("Re: Agenda", "Disiscrivi\n", "leave");
	/* answers that people give */
	only("Re: ¿Sube o baja?", "baja el martes\n", "");
	only("Re: Orden del día", "Baja la tasa de trámites en papel, y lo celebro.\n", "");
	only("Re: Orden del día", "baja\n\nPero explico por qué: no llegamos.\n", "");
	only("Re: Orden del día", "silenciar a la prensa no es opción\n", "");
	only("Re: Agenda", "help\n", "");
	only("Re: Agenda", "pausa\n", "");
	only("Re: ¿Seguimos?", "seguir\n", "");
	only("Re: Agenda", "salir\n", "");
	only("Re: Agenda", "\n> baja\n", "");
	only("Orden del día", "baja\n", "");
	/* the usual mistake: to the group itself */
	only("unsubscribe", "", "leave");
	only("Baja", "baja\n", "leave");
	only("subscribe", "subscribe\n", "join");
	only("baja", "¿Quién cubre la baja de Ana?\n", "");
	only("Salir", "", "");
	only("Re: baja", "", "");
}

/* Twice the text, at most 2.3 times as long: it stops at the first lines anyway. */
static void test_bounds(void **state)
{
	char *big = arena_alloc(a, 4 << 20);
	struct mail m = { .subject = "x", .text = big, .text_len = 4 << 20 };
	struct commands c;
	int64_t from;

	(void)state;
	memset(big, 'b', 4 << 20);
	from = clock_mono();
	command_parse(a, &m, "agenda", &c);
	assert_int_equal(c.n, 1);
	assert_true(strlen(c.ask[0].arg) <= 80);
	for (size_t i = 1; i < 4 << 20; i += 2)
		big[i] = '\n';
	command_parse(a, &m, "agenda", &c);
	assert_false(command_only(a, &m, &c));
	assert_true(clock_mono() - from < USEC);
}

/* As an answer to any message, above what it quotes: only what is marked for that. */
static void replied(struct slice w, bool marked, enum command what)
{
	struct mail m = mail_of("Re: Un tema", arena_fmt(a, "%.*s\n\nEl lunes, Ana escribió:\n> Empieza.\n"
							    "> Baja la tasa.\n", (int)w.n, w.p));
	struct commands c;

	if (command_only(a, &m, &c) != marked)
		fail_msg("%.*s as an answer: %s a command", (int)w.n, w.p, marked ? "not" : "is");
	if (marked && (c.n != 1 || c.ask[0].what != what))
		fail_msg("%.*s as an answer is %s", (int)w.n, w.p, shown(&c));
}

/* No phrase means two commands, and all are as utf8_fold would write them. */
static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++) {
		assert_int_equal(command_rows[i].what, i);
		for (size_t l = 0; l < LANGS; l++) {
			struct slice rest = slice_of(command_rows[i].words[l]), w;

			while (rest.n > 0) {
				struct command_ask c;
				bool marked;
				unsigned langs;

				slice_cut(&rest, '|', &w);
				marked = slice_starts(w, "*");
				if (marked) {
					w.p++;
					w.n--;
				}
				assert_true(slice_eqz(w, utf8_fold(a, w)));
				if (!command_line(a, w, "agenda", &c, &langs) || c.what != i)
					fail_msg("%.*s is not %s", (int)w.n, w.p,
						 command_rows[i].name);
				assert_true(langs & 1U << l);
				replied(w, marked, i);
			}
		}
	}
}

static char *file_text(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *p = arena_alloc(a, 1 << 16);
	size_t n;

	if (f == NULL)
		fail_msg("%s cannot be read", path);
	n = fread(p, 1, (1 << 16) - 1, f);
	fclose(f);
	p[n] = '\0';
	return p;
}

/* What is shown, with its accents, is the first word of the row and is understood. */
static void test_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COMMANDS; i++)
		for (size_t l = 0; l < LANGS; l++) {
			struct slice word, rest = slice_of(command_rows[i].words[l]);
			const char *shown = command_word(a, i, command_langs[l]);
			struct command_ask c;
			unsigned langs;

			slice_cut(&rest, '|', &word);
			if (slice_starts(word, "*")) {
				word.p++;
				word.n--;
			}
			assert_true(slice_eqz(word, utf8_fold(a, slice_of(shown))));
			assert_true(command_line(a, slice_of(shown), "agenda", &c, &langs));
			assert_int_equal(c.what, i);
		}
	assert_string_equal(command_word(a, COMMAND_LEAVE, "fr"), "désabonner");
	assert_string_equal(command_word(a, COMMAND_LEAVE, "es"), "baja");
}

/* The members' pages name each command of the help, in their own language. */
static void test_docs(void **state)
{
	static const char *const langs[] = { "es", "en" };

	(void)state;
	for (size_t l = 0; l < ARRAY_LEN(langs); l++) {
		char *text = file_text(
			arena_fmt(a, "%s/docs/members.%s.md", TEST_SRCDIR, langs[l]));

		for (size_t i = 0; i < COMMANDS; i++) {
			const char *row = arena_fmt(a, "\n| `%s", command_word(a, i, langs[l]));
			bool there = strstr(text, row) != NULL;

			if (there != (command_rows[i].help != NULL))
				fail_msg("members.%s.md: the row of %s", langs[l],
					 command_rows[i].name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nearest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_docs, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
