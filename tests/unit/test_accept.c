/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known about a message before any group is asked: what a mail server
 * found out about its sender, whether a program wrote it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mailer/accept/proof.h"

#include "server/base/base.h"

static struct arena *A;

static const struct conf conf = { .authserv_id = "mx.foro.example", .own_hops = "1",
				  .spam_filter = "none" };

static struct mail parsed(const char *text)
{
	struct mail m;
	const char *why;

	if (mail_parse(&m, A, slice_of(text), &mail_limits_default, &why) != RC_OK)
		fail_msg("not parsed: %s", why);
	return m;
}

/* ---- Authentication-Results ---- */

static void test_authres_grammar(void **state)
{
	struct authres r;

	(void)state;
	assert_true(authres_parse(A, SLICE(" mx.foro.example; none"), &r));
	assert_int_equal(r.n, 0);
	assert_string_equal(r.authserv_id, "mx.foro.example");
	assert_true(authres_parse(A, SLICE(
		" MX.Foro.Example 1 (a (nested) comment);\r\n\tspf=pass reason=\"it's; fine\" "
		"smtp.mailfrom=Ana@Example.Org;\r\n\tdkim/1=pass (2048-bit key) header.i=@sub.example.org;"
		" dmarc = fail (p=none dis=none) header.from=example.org"), &r));
	assert_int_equal(r.n, 3);
	assert_string_equal(r.authserv_id, "mx.foro.example");
	assert_string_equal(r.v[0].method, "spf");
	assert_string_equal(r.v[0].domain, "example.org");
	assert_string_equal(r.v[1].domain, "sub.example.org");
	assert_string_equal(r.v[1].result, "pass");
	assert_string_equal(r.v[2].result, "fail");
	assert_string_equal(r.v[2].header_from, "example.org");
	/* broken: nothing of it counts */
	assert_false(authres_parse(A, SLICE("mx; dmarc=pass (open"), &r));
	assert_int_equal(r.n, 0);
	assert_false(authres_parse(A, SLICE("mx; dmarc"), &r));
	assert_false(authres_parse(A, SLICE("; dmarc=pass"), &r));
	assert_false(authres_parse(A, SLICE("mx dmarc=pass"), &r));
	assert_false(authres_parse(A, SLICE("mx; spf=pass reason=\"open"), &r));
	assert_int_equal(r.n, 0);
}

static struct proof proof_of(const char *envelope, const char *headers)
{
	struct mail m = parsed(arena_fmt(A, "%s\r\n\r\nHola.\r\n", headers));
	struct proof p;

	proof_find(A, &conf, &m, envelope, &p);
	return p;
}

#define OURS "Authentication-Results: mx.foro.example; "
#define FROM "\r\nFrom: Ana <ana@example.org>"

static void test_proof(void **state)
{
	static const struct {
		const char *envelope, *headers;
		enum proof_how how;
	} t[] = {
		{ "ana@example.org", OURS "dmarc=pass header.from=example.org" FROM, PROOF_DMARC },
		{ "ana@example.org", OURS "dmarc=fail; dkim=pass header.d=example.org" FROM,
		  PROOF_NONE },
		{ "ana@example.org", OURS "dmarc=none; dkim=pass header.d=example.org" FROM,
		  PROOF_DKIM },
		{ "ana@example.org", OURS "dkim=pass header.d=otra.example" FROM, PROOF_NONE },
		{ "ana@example.org", OURS "dkim=pass header.d=org" FROM, PROOF_NONE },
		{ "ana@example.org", OURS "dkim=fail header.d=example.org" FROM, PROOF_NONE },
		{ "rebote@correo.example.org", OURS "spf=pass smtp.mailfrom=correo.example.org" FROM,
		  PROOF_SPF },
		/* SPF of another envelope than the one we were given */
		{ "mala@otra.example", OURS "spf=pass smtp.mailfrom=example.org" FROM, PROOF_NONE },
		{ "mala@otra.example", OURS "spf=pass smtp.mailfrom=otra.example" FROM, PROOF_NONE },
		/* of another domain, of two authors, of another server, of nobody */
		{ "ana@example.org", OURS "dmarc=pass header.from=otra.example" FROM, PROOF_NONE },
		{ "ana@example.org", OURS "dmarc=pass" FROM "\r\nFrom: b@example.org", PROOF_NONE },
		{ "ana@example.org", OURS "dmarc=pass" FROM ", b@example.org", PROOF_NONE },
		{ "ana@example.org", "Authentication-Results: mx.otra.example; dmarc=pass" FROM,
		  PROOF_NONE },
		{ "ana@example.org", "X-Nothing: 1" FROM, PROOF_NONE },
		/* forged below ours: by name, by place, by both */
		{ "ana@example.org", OURS "dmarc=fail\r\n" OURS "dmarc=pass" FROM, PROOF_NONE },
		{ "ana@example.org",
		  "Received: by mx\r\nReceived: by mala\r\n" OURS "dmarc=pass" FROM, PROOF_NONE },
		{ "ana@example.org", "Received: by mx\r\n" OURS "dmarc=pass\r\nReceived: by x" FROM,
		  PROOF_DMARC },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct proof p = proof_of(t[i].envelope, t[i].headers);

		if (p.from != t[i].how)
			fail_msg("%s: %s, expected %s", t[i].headers, proof_names[p.from],
				 proof_names[t[i].how]);
	}
	assert_true(proof_of("x@otra.example",
			     OURS "spf=pass smtp.mailfrom=x@otra.example" FROM).envelope);
	assert_false(proof_of("", OURS "spf=pass smtp.mailfrom=mx.otra.example" FROM).envelope);
	assert_true(proof_of("", OURS "dmarc=fail" FROM).dmarc_fail);
}

static void test_proof_address(void **state)
{
	struct proof p = { PROOF_NONE };

	(void)state;
	proof_by_address(&p, 7, 8);
	assert_int_equal(p.from, PROOF_NONE);
	proof_by_address(&p, 0, 0);
	assert_int_equal(p.from, PROOF_NONE);
	proof_by_address(&p, 7, 7);
	assert_int_equal(p.from, PROOF_ADDRESS);
	p = (struct proof){ .dmarc_fail = true };
	proof_by_address(&p, 7, 7);
	assert_int_equal(p.from, PROOF_NONE);
}

/* ---- automatic mail ---- */

static const struct {
	enum mail_auto kind;
	const char *headers, *text;
} autos[] = {
	{ MAIL_AUTO_REPLIED, "Auto-Submitted: auto-replied (vacation)\r\nSubject: x", "Hola." },
	{ MAIL_AUTO_REPLIED, "X-Autoreply: yes\r\nSubject: x", "Hola." },
	{ MAIL_HUMAN, "X-Autoreply: no\r\nAuto-Submitted: no\r\nSubject: x", "Hola." },
	{ MAIL_AUTO_REPLIED, "Precedence: auto_reply\r\nSubject: x", "Hola." },
	{ MAIL_AUTO_REPLIED, "X-Apple-Action: VACATION\r\nSubject: x", "Hola." },
	{ MAIL_AUTO_REPLIED, "Subject: Respuesta automática: Agenda\r\nX-Auto-Response-Suppress: All",
	  "Vuelvo el lunes." },
	{ MAIL_AUTO_REPLIED, "Subject: RESPUESTA AUTOMÁTICA: Agenda\r\nIn-Reply-To: <1@x.example>",
	  "Vuelvo el lunes." },
	{ MAIL_AUTO_REPLIED, "Subject: Fuera de la oficina\r\nReturn-Path: <>", "Vuelvo el lunes." },
	{ MAIL_AUTO_REPLIED, "Subject: Resposta automática: x",
	  "Esta é uma mensagem automática. Volto logo." },
	{ MAIL_AUTO_REPLIED, "Subject: Réponse automatique : x\r\nX-Auto-Response-Suppress: All", "x" },
	{ MAIL_AUTO_REPLIED, "Subject: Abwesenheitsnotiz: x\r\nX-MS-Exchange-Inbox-Rules-Loop: a@x",
	  "x" },
	{ MAIL_AUTO_REPLIED, "Subject: Risposta automatica: x\r\nReferences: <1@x.example>", "x" },
	{ MAIL_AUTO_REPLIED, "Subject: AUTO: Ana is out of the office. (returning 5 May)", "x" },
	/* a person who says that she will be away */
	{ MAIL_AUTO_SUSPECT, "Subject: Fuera de la oficina",
	  "Colegas: estaré ausente la próxima semana. Escriban a Julio." },
	{ MAIL_HUMAN, "Subject: Fuera de la oficina: trámites sin papeles",
	  "Propongo que hablemos de los trámites que se hacen desde la casa." },
	{ MAIL_HUMAN, "Subject: Re: Respuesta automática: cómo se configura\r\nIn-Reply-To: <1@x.example>",
	  "En las preferencias." },
	{ MAIL_AUTO_SUSPECT, "Subject: Respuesta automática: cómo se configura",
	  "¿Alguien lo sabe?" },
	{ MAIL_HUMAN, "Subject: Vacaciones de fin de año", "El grupo descansa hasta enero." },
	/* receipts, recalls, answers to invitations */
	{ MAIL_AUTO_REPLIED, "Subject: Leído: Agenda\r\nContent-Type: multipart/report; "
	  "report-type=disposition-notification; boundary=b",
	  "--b\r\n\r\nLeído.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
	  "Final-Recipient: rfc822;a@x\r\n--b--" },
	{ MAIL_AUTO_REPLIED, "Subject: Recuperar: Agenda",
	  "Ana Pérez desea recuperar el mensaje \"Agenda\"." },
	{ MAIL_HUMAN, "Subject: Recuperar: datos del censo", "¿Quién los tiene?" },
	{ MAIL_AUTO_REPLIED, "Subject: Aceptada: Reunión\r\nContent-Type: text/calendar; "
	  "method=REPLY; charset=utf-8", "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR" },
	{ MAIL_HUMAN, "Subject: Reunión\r\nContent-Type: text/calendar; method=REQUEST",
	  "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR" },
	{ MAIL_AUTO_GENERATED, "Auto-Submitted: auto-generated\r\nSubject: x", "Disco lleno." },
	{ MAIL_BULK, "List-Id: <otra.lista.example>\r\nSubject: x", "Boletín." },
	{ MAIL_BULK, "Precedence: bulk\r\nSubject: x", "Boletín." },
	{ MAIL_AUTO_SUSPECT, "Subject: Re: Agenda",
	  "This account is protected by X. Click on the following link to have your address "
	  "added to the allowed list: http://x.example/1" },
};

static void test_automatic(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(autos); i++) {
		struct mail m = parsed(arena_fmt(A, "From: ana@example.org\r\n%s\r\n\r\n%s\r\n",
						 autos[i].headers, autos[i].text));

		if (m.automatic != autos[i].kind)
			fail_msg("%s: %d (%s), expected %d", autos[i].headers, m.automatic,
				 m.auto_sign, autos[i].kind);
		assert_int_equal(*m.auto_sign == '\0', m.automatic == MAIL_HUMAN);
	}
}

static int setup(void **state)
{
	(void)state;
	mail_parse_init();
	A = arena_new((size_t)256 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&A);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_authres_grammar, setup, teardown),
		cmocka_unit_test_setup_teardown(test_proof, setup, teardown),
		cmocka_unit_test_setup_teardown(test_proof_address, setup, teardown),
		cmocka_unit_test_setup_teardown(test_automatic, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
