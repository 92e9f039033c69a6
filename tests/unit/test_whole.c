/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of whole messages: the MIME form (RFC 2046 5.1.5) and the text of RFC 1153. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "mailer/compose/parts.h"
#include "mailer/compose/whole.h"

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

#define M1 "List-Id: <agenda.foro.example>\r\nReceived: from a\r\n by b\r\n" \
	   "DKIM-Signature: v=1; a=x;\r\n\tb=y\r\nFrom: Ana <ana@correo.example>\r\nTo: agenda@foro.example\r\n" \
	   "Subject: Uno,\r\n largo\r\nMessage-ID: <m1@correo.example>\r\nBcc: x@y\r\n" \
	   "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nEs mañana.\r\n"
#define M2 "From: Luis <luis@correo.example>\r\nSubject: Dos\r\nMIME-Version: 1.0\r\n\r\n--=_x\r\nbody\r\n"

static const struct compose_whole two[] = {
	{ .message = { M1, sizeof(M1) - 1 }, .author = "Ana <ana@correo.example>", .date = "Mon, 4 May",
	  .subject = "Uno", .msgid = "m1@correo.example",
	  .text = { "Es mañana.\n------------------------------\nfin\n", 47 } },
	{ .message = { M2, sizeof(M2) - 1 }, .author = "Luis\r\nBcc: z@y", .date = "Tue, 5 May",
	  .subject = "Dos", .msgid = "m2@correo.example", .text = { "body\n", 5 } },
};

static void check_lines(struct slice m)
{
	size_t from = 0;

	for (size_t i = 0; i < m.n; i++) {
		if (m.p[i] != '\n')
			continue;
		assert_true(i > 0 && m.p[i - 1] == '\r');
		assert_true(i - 1 - from <= 998);
		from = i + 1;
	}
}

static void test_mime(void **state)
{
	struct str o;
	struct text_part t;
	struct slice s;
	const char *p;

	(void)state;
	str_init(&o, a, (size_t)1 << 20);
	t = text_part_fixed(a, SLICE("Índice\n1 Uno\n2 Dos\n"));
	whole_mime(&o, "seed", &t, two, 2);
	s = str_slice(&o);
	check_lines(s);
	assert_int_equal(times(s, "multipart/mixed"), 1);
	assert_int_equal(times(s, "multipart/digest"), 1);
	/* the table comes first */
	p = slice_find(s, SLICE("text/plain"));
	assert_non_null(p);
	assert_true(p < slice_find(s, SLICE("multipart/digest")));
	/* the first has 8 bits and says so, and so do what holds it */
	assert_int_equal(times(s, "Content-Type: message/rfc822"), 1);
	assert_int_equal(times(s, "Content-Transfer-Encoding: 8bit"), 4);
	/* fields that stay, whole; and those that do not, with their folds */
	assert_int_equal(times(s, "Subject: Uno,\r\n largo\r\n"), 1);
	assert_int_equal(times(s, "Received"), 0);
	assert_int_equal(times(s, "by b"), 0);
	assert_int_equal(times(s, "b=y"), 0);
	assert_int_equal(times(s, "List-Id"), 0);
	assert_int_equal(times(s, "Bcc"), 0);
	assert_int_equal(times(s, "Es mañana."), 1);
	assert_int_equal(times(s, "--=_x\r\nbody"), 1);
}

static void test_mime_odd(void **state)
{
	char *line = arena_alloc(a, 3000);
	struct compose_whole w = two[1];
	struct text_part t = text_part_fixed(a, SLICE("x\n"));
	struct str o;

	(void)state;
	memset(line, 'x', 2999);
	w.message = slice_of(arena_fmt(a, "From: a\r\n\r\n%s\r\n", line));
	str_init(&o, a, (size_t)1 << 20);
	whole_mime(&o, "seed", &t, &w, 1);
	/* lines that no server need accept travel as a file */
	check_lines(str_slice(&o));
	assert_int_equal(times(str_slice(&o), "application/octet-stream"), 1);
	str_init(&o, a, (size_t)1 << 20);
	w.message = SLICE("no header at all");
	whole_mime(&o, "seed", &t, &w, 1);
	check_lines(str_slice(&o));
	str_init(&o, a, (size_t)1 << 20);
	whole_mime(&o, "seed", &t, NULL, 0);
	check_lines(str_slice(&o));
}

static void test_text(void **state)
{
	struct slice s = whole_text(a, SLICE("Tabla\n"), "Resumen de Agenda\n", two, 2);

	(void)state;
	assert_true(slice_starts(s, "Tabla\n\n"));
	assert_int_equal(times(s, "\n----------------------------------------------------------------------\n\n"
				  "Date: Mon, 4 May\nFrom: Ana <ana@correo.example>\nSubject: Uno\n"
				  "Message-ID: <m1@correo.example>\n\nEs mañana.\n"), 1);
	/* a line of theirs that would end the message */
	assert_int_equal(times(s, "\n ------------------------------\nfin\n"), 1);
	assert_int_equal(times(s, "\n\n------------------------------\n\n"), 2);
	assert_int_equal(times(s, "\nBcc:"), 0);
	assert_true(slice_ends(s, "End of Resumen de Agenda\n************************\n"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mime),
		cmocka_unit_test(test_mime_odd),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests_name("whole", tests, setup, teardown);
}
