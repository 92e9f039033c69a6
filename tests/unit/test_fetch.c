/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cabildo-fetch reads without a server: where a mailbox is, whom a
 * message that lies in it is for, and secrets that are kept sealed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailer/fetch/envelope.h"
#include "server/core/mailbox.h"

#include "server/base/base.h"

static struct arena *a;

static int setup(void **state UNUSED)
{
	rnd_init();
	a = arena_new((size_t)64 << 20);
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

static const struct mailbox_row *url(const char *u, bool plain)
{
	struct mailbox_row *m = ARENA_NEW(a, struct mailbox_row);
	const char *why = NULL;

	if (mailbox_url(a, u, plain, m, &why) != RC_OK) {
		assert_non_null(why);
		return NULL;
	}
	return m;
}

static void url_whole(void **state UNUSED)
{
	const struct mailbox_row *m =
		url("imaps://grupo@correo.example@imap.correo.example:1993/Listas/Agenda", false);

	assert_non_null(m);
	assert_string_equal(m->protocol, "imap");
	assert_string_equal(m->tls, "tls");
	assert_string_equal(m->login, "grupo@correo.example");
	assert_string_equal(m->host, "imap.correo.example");
	assert_int_equal(m->port, 1993);
	assert_string_equal(m->folder, "Listas/Agenda");
}

static void url_defaults(void **state UNUSED)
{
	static const struct {
		const char *url, *tls;
		int64_t port;
	} cases[] = {
		{ "imaps://u@h", "tls", 993 },
		{ "imap://u@h", "starttls", 143 },
		{ "pop3s://u@h", "tls", 995 },
		{ "pop3://u@[2001:db8::1]", "starttls", 110 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct mailbox_row *m = url(cases[i].url, false);

		assert_non_null(m);
		assert_string_equal(m->tls, cases[i].tls);
		assert_int_equal(m->port, cases[i].port);
		assert_string_equal(m->folder, "INBOX");
	}
}

static void url_wrong(void **state UNUSED)
{
	static const char *const cases[] = {
		"", "imaps", "http://u@h", "imaps://h", "imaps://@h", "imaps://u@", "imaps://u@h:0",
		"imaps://u@h:99999", "imaps://u@h:x", "imaps://u@[::1", "pop3s://u@h/Otra",
		"imaps://u\n@h", "imaps://u@h\r\n.x", "imaps://u@h/a\001", "imaps://u@a b",
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_null(url(cases[i], false));
}

static void url_plain_stays_here(void **state UNUSED)
{
	assert_non_null(url("imap://u@127.0.0.1", true));
	assert_string_equal(url("imap://u@localhost", true)->tls, "none");
	assert_string_equal(url("imaps://u@localhost", true)->tls, "tls");
	assert_null(url("imap://u@correo.example", true));
	assert_null(url("imap://u@localhost.correo.example", true));
}

static const struct fetch_envelope *envelope(const char *raw)
{
	struct fetch_envelope *e = ARENA_NEW(a, struct fetch_envelope);

	fetch_envelope_read(a, slice_of(raw), "agenda", "foro.example", '+', e);
	return e;
}

static void envelope_of_last_hop(void **state UNUSED)
{
	const struct fetch_envelope *e =
		envelope("Return-Path: <ana@example.org>\r\n"
			 "Delivered-To: Agenda+t12.abcdef@Foro.Example\r\n"
			 "To: agenda@foro.example, otra@foro.example\r\n"
			 "From: Otro <otro@example.org>\r\n\r\nX-Original-To: agenda-owner@foro.example\r\n");

	assert_string_equal(e->sender, "ana@example.org");
	assert_int_equal(e->n, 1);
	assert_string_equal(e->recipients[0], "Agenda+t12.abcdef@Foro.Example");
}

static void envelope_of_to(void **state UNUSED)
{
	const struct fetch_envelope *e =
		envelope("Return-Path: <>\nDelivered-To: buzon@correo.example\n"
			 "To: \"Agenda\" <agenda@foro.example>,\n\t<agenda-request@foro.example>,\n"
			 " agendas@foro.example, x@agenda@foro.example\n"
			 "Cc: agenda@FORO.example\n\n");

	assert_string_equal(e->sender, "");
	assert_int_equal(e->n, 2);
	assert_string_equal(e->recipients[0], "agenda@foro.example");
	assert_string_equal(e->recipients[1], "agenda-request@foro.example");
}

static void envelope_of_nothing(void **state UNUSED)
{
	const struct fetch_envelope *e = envelope("From: Ana <ana@example.org>\n\nagenda-x@foro.example");

	assert_string_equal(e->sender, "ana@example.org");
	assert_int_equal(e->n, 1);
	assert_string_equal(e->recipients[0], "agenda@foro.example");
	assert_int_equal(envelope("")->n, 1);
}

static void secret_seals(void **state UNUSED)
{
	struct keys k = { .n = 1 }, other = { .n = 1 };
	char *sealed, *again, *text = NULL;

	memcpy(k.key[0].id, "k1", 3);
	memcpy(other.key[0].id, "k1", 3);
	memset(k.key[0].key, 7, 32);
	memset(other.key[0].key, 8, 32);
	sealed = secret_seal(&k, a, "mailbox", slice_of("secreta"));
	again = secret_seal(&k, a, "mailbox", slice_of("secreta"));
	assert_string_not_equal(sealed, again);
	assert_null(strstr(sealed, "secreta"));
	assert_int_equal(secret_open(&k, a, "mailbox", sealed, &text), RC_OK);
	assert_string_equal(text, "secreta");
	assert_int_equal(secret_open(&k, a, "other", sealed, &text), RC_INVALID);
	assert_int_equal(secret_open(&other, a, "mailbox", sealed, &text), RC_INVALID);
	sealed[strlen(sealed) - 1] ^= 1;
	assert_int_equal(secret_open(&k, a, "mailbox", sealed, &text), RC_INVALID);
	assert_int_equal(secret_open(&k, a, "mailbox", "k1:", &text), RC_INVALID);
	assert_int_equal(secret_open(&k, a, "mailbox", "k1:zz", &text), RC_INVALID);
	assert_int_equal(secret_open(&k, a, "mailbox", "", &text), RC_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_whole),
		cmocka_unit_test(url_defaults),
		cmocka_unit_test(url_wrong),
		cmocka_unit_test(url_plain_stays_here),
		cmocka_unit_test(envelope_of_last_hop),
		cmocka_unit_test(envelope_of_to),
		cmocka_unit_test(envelope_of_nothing),
		cmocka_unit_test(secret_seals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
