/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports of every kind, written here after what the standards and the mail
 * systems' own documentation say; who failed, for how long, and why. And that
 * people who write about bounces are none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "mailer/parse/report.h"
#include "server/base/base.h"

#define DAEMON "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.org>\n" \
	       "To: agenda-bounces+s1@foro.example\n"
#define REPORT DAEMON "MIME-Version: 1.0\nContent-Type: multipart/report; boundary=B\n" \
		      "Subject: Undelivered Mail Returned to Sender\n\n"
#define BACK "\n--B\nContent-Type: message/rfc822\n\nMessage-ID: <id1@foro.example>\n" \
	     "To: ana@example.org\nSubject: Agenda\n\nHola\n--B--\n"

static const struct {
	const char *name, *mail;
	/* kind, then per recipient class, final or open, reason, address */
	const char *expected;
} cases[] = {
	{ "RFC 3464",
	  REPORT "--B\nContent-Type: text/plain\n\nIt failed.\n\n--B\n"
		 "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n"
		 "Original-Envelope-Id: p7\n\nFinal-Recipient: rfc822; ana@example.org\n"
		 "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no\n such user\n"
		 "\nFinal-Recipient: rfc822;luis@example.org\nAction: delayed\nStatus: 4.4.1\n"
		 "\nFinal-Recipient: rfc822;eva@example.org\nAction: relayed\nStatus: 2.1.9\n" BACK,
	  "bounce permanent final unknown ana@example.org temporary open network "
	  "luis@example.org none final delivered eva@example.org" },
	{ "global-delivery-status",
	  REPORT "--B\nContent-Type: message/global-delivery-status\n\nReporting-MTA: dns; x\n\n"
		 "Final-Recipient: utf-8; jos\xc3\xa9@example.org\nAction: failed\nStatus: 5.2.2\n" BACK,
	  "bounce permanent final full jos\xc3\xa9@example.org" },
	{ "the fields as plain text, group without a blank line",
	  DAEMON "Subject: Delivery failure\n\nOriginal-Recipient: rfc822;ana@example.org\n"
		 "Final-Recipient: rfc822;a.perez@int.example.org\nAction: failed\nStatus: 5.0.0\n"
		 "Diagnostic-Code: smtp;554 5.7.1 Blocked - see https://rbl.example\n",
	  "bounce permanent final blocked ana@example.org" },
	{ "words against the code",
	  REPORT "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
		 "Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: 5.0.0\n"
		 "Diagnostic-Code: smtp; 550 5.7.1 No such user here\n" BACK,
	  "bounce permanent final unknown ana@example.org" },
	{ "temporary words of a relay that gave up",
	  REPORT "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
		 "Final-Recipient: rfc822; ana@example.org\nAction: failed\nStatus: 4.4.7\n"
		 "Diagnostic-Code: smtp; delivery time expired\n" BACK,
	  "bounce temporary final expired ana@example.org" },
	{ "qmail",
	  DAEMON "Subject: failure notice\n\nHi. This is the qmail-send program at mx.example.org.\n"
		 "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
		 "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
		 "<ana@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
		 "--- Below this line is a copy of the message.\n\nReturn-Path: <x@foro.example>\n"
		 "Message-ID: <id1@foro.example>\nTo: otro@example.net\n",
	  "bounce permanent final unknown ana@example.org" },
	{ "sendmail",
	  DAEMON "Subject: Returned mail: see transcript for details\n\n"
		 "   ----- The following addresses had permanent fatal errors -----\n"
		 "<ana@example.org>\n    (reason: 552 5.2.2 over quota)\n"
		 "    (expanded from: <todos@example.org>)\n\n"
		 "   ----- Transcript of session follows -----\n... while talking to mx:\n"
		 ">>> RCPT To:<ana@example.org>\n<<< 552 5.2.2 over quota\n",
	  "bounce permanent final full ana@example.org" },
	{ "a warning",
	  DAEMON "Subject: Warning: message delayed 24 hours\n\nThis is a warning message only.\n"
		 "Delivery to the following recipient has been delayed:\n\n  ana@example.org\n\n"
		 "It will be retried until it is five days old.\n",
	  "bounce temporary open none ana@example.org" },
	{ "Exim names them in a header",
	  "X-Failed-Recipients: ana@example.org, luis@example.net\n" DAEMON
	  "Subject: Mail delivery failed\n\nThe following addresses failed:\n\n"
	  "  ana@example.org\n    Unrouteable address\n\n  luis@example.net\n"
	  "    SMTP error: 552 mailbox is full\n",
	  "bounce permanent final unknown ana@example.org permanent final full luis@example.net" },
	{ "in Spanish",
	  DAEMON "Subject: No se puede entregar: Agenda\n\nNo se pudo entregar el mensaje a los "
		 "siguientes destinatarios:\n\nana@example.org\n   El buz\xc3\xb3n est\xc3\xa1 lleno.\n",
	  "bounce permanent final full ana@example.org" },
	{ "in Portuguese",
	  DAEMON "Subject: N\xc3\xa3o entregue\n\nN\xc3\xa3o foi poss\xc3\xadvel entregar aos seguintes "
		 "destinat\xc3\xa1rios:\n\nana@example.org\n   O endere\xc3\xa7o n\xc3\xa3o existe.\n",
	  "bounce permanent final unknown ana@example.org" },
	{ "in German",
	  DAEMON "Subject: Unzustellbar: Agenda\n\nFolgende Empf\xc3\xa4nger haben Ihre Nachricht nicht "
		 "erhalten:\n\nana@example.org\n   Der Empf\xc3\xa4nger wurde nicht gefunden.\n",
	  "bounce permanent final unknown ana@example.org" },
	{ "Exchange's own form",
	  DAEMON "Subject: Undeliverable: Agenda\n\nYour message\n\n  To:      agenda@foro.example\n"
		 "  Subject: Agenda\n  Sent:    Mon, 1 Jun 2026 10:00:00 -0600\n\n"
		 "did not reach the following recipient(s):\n\nana@example.org on Mon, 1 Jun 2026\n"
		 "    The recipient name is not recognized\n",
	  "bounce permanent final unknown ana@example.org" },
	{ "a name without its domain",
	  "From: Mail Delivery Subsystem <MAILER-DAEMON@example.org>\nTo: agenda@foro.example\n"
	  "Subject: Mail Delivery Problem\n\nYour mail to the following recipients could not be\n"
	  "delivered because they are not accepting mail:\n\tanaperez\n",
	  "bounce permanent final filtered anaperez@example.org" },
	{ "wrapped by a filter into another mail",
	  DAEMON "Content-Type: multipart/mixed; boundary=W\nSubject: Delivery Status Notification\n\n"
		 "--W\nContent-Type: message/rfc822\n\nFrom: postmaster@example.org\n"
		 "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
		 "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
		 "Final-Recipient: rfc822;ana@example.org\nAction: failed\nStatus: 5.1.1\n\n--B--\n--W--\n",
	  "bounce permanent final unknown ana@example.org" },
	{ "RFC 5965",
	  "From: fbl@example.org\nContent-Type: multipart/report; report-type=feedback-report; "
	  "boundary=B\nSubject: FW: Agenda\n\n--B\n\nThis is an abuse report.\n--B\n"
	  "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n"
	  "Original-Rcpt-To: <ana@example.org>\n" BACK,
	  "complaint none final none ana@example.org" },
	{ "a complaint of old", 
	  "From: staff@example.org\nContent-Type: multipart/mixed; boundary=B\n"
	  "Subject: complaint about message from 192.0.2.1\n\n--B" BACK,
	  "complaint none final none ana@example.org" },
	{ "away", "From: Ana <ana@example.org>\nSubject: Respuesta autom\xc3\xa1tica: Agenda\n"
		  "Auto-Submitted: auto-replied\n\nEstoy de vacaciones hasta el lunes.\n",
	  "autoreply" },
	{ "prove it",
	  "From: Ana <ana@example.org>\nAuto-Submitted: auto-replied\nSubject: Re: Agenda\n\n"
	  "Please confirm that you sent this message by following the link.\n",
	  "challenge" },
	{ "a person about a bounce",
	  "From: Ana <ana@example.org>\nTo: agenda@foro.example\nSubject: user unknown\n\n"
	  "Me llega esto: 550 5.1.1 <luis@example.org>: user unknown. \xc2\xbfQui\xc3\xa9n sabe?\n",
	  "none" },
	{ "a person who answers one",
	  "From: Ana <ana@example.org>\nTo: agenda@foro.example\n"
	  "Subject: Re: Undelivered Mail Returned to Sender\n\n"
	  "> The following address failed: <luis@example.org>\n\nYa lo corrijo.\n",
	  "none" },
};

static const char *described(struct arena *a, const char *mail, struct report *r)
{
	static const char *const kinds[] = { "none", "bounce", "complaint", "autoreply",
					     "challenge", "unsubscribe" };
	static const char *const classes[] = { "none", "temporary", "permanent" };
	struct mail m;
	const char *why;
	struct str s;

	str_init(&s, a, 1 << 20);
	if (mail_parse(&m, a, slice_of(mail), NULL, &why) != RC_OK)
		return why;
	report_parse(r, a, &m);
	str_addz(&s, kinds[r->kind]);
	for (size_t i = 0; i < r->nrcpts; i++)
		str_fmt(&s, " %s %s %s %s", classes[r->rcpts[i].class_],
			r->rcpts[i].final ? "final" : "open",
			report_reason_name(r->rcpts[i].reason), r->rcpts[i].addr);
	return str_z(&s);
}

static void test_cases(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *a = arena_new(64 << 20);
		struct report r;
		const char *got = described(a, cases[i].mail, &r);

		if (strcmp(got, cases[i].expected) != 0)
			fail_msg("%s: \"%s\", expected \"%s\"", cases[i].name, got, cases[i].expected);
		arena_free(&a);
	}
}

static void test_what_it_is_about(void **state UNUSED)
{
	struct arena *a = arena_new(64 << 20);
	struct report r;

	described(a, cases[0].mail, &r);
	assert_string_equal(r.msgid, "id1@foro.example");
	assert_string_equal(r.envid, "p7");
	assert_string_equal(r.rcpts[0].status, "5.1.1");
	assert_int_equal(r.rcpts[0].code, 550);
	assert_string_equal(r.rcpts[0].text, "550 5.1.1 no such user");
	arena_free(&a);
}

/* Twice the report takes at most 2.3 times as long, and an ordinary one under a millisecond. */
static int64_t fastest(const char *mail, size_t n)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < 9; i++) {
		struct arena *a = arena_new((size_t)512 << 20);
		struct mail m;
		struct report r;
		const char *why;
		int64_t t;

		assert_int_equal(mail_parse(&m, a, slice_make(mail, n), NULL, &why), RC_OK);
		t = clock_mono();
		report_parse(&r, a, &m);
		t = clock_mono() - t;
		best = t < best ? t : best;
		arena_free(&a);
	}
	return best;
}

static void test_time(void **state UNUSED)
{
	struct arena *a = arena_new(256 << 20);
	int64_t one = fastest(cases[0].mail, strlen(cases[0].mail)), t[2];

	if (one >= 1000)
		fail_msg("an ordinary report takes %lld us", (long long)one);
	for (int k = 0; k < 2; k++) {
		struct str s;

		str_init(&s, a, 64 << 20);
		str_addz(&s, DAEMON "Subject: Undelivered\n\n");
		for (int i = 0; i < 200 << k; i++)
			str_fmt(&s, "<a%d@example.org>: 550 5.1.1 user unknown, said @@@ %d.%d.%d\n", i, i, i, i);
		t[k] = fastest(str_z(&s), s.n);
	}
	if (t[1] > t[0] * 23 / 10 + 500)
		fail_msg("twice the text takes %lld us instead of %lld us", (long long)t[1],
			 (long long)t[0]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_what_it_is_about),
		cmocka_unit_test(test_time),
	};

	rnd_init();
	mail_parse_init();
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
