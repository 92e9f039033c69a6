/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole messages: every file of tests/corpus/mime against its line in
 * expected.tsv (written from the standards, not from what the parser said),
 * the byte ranges of attachments, the limits, and that time grows as the
 * message does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "mailer/parse/mail.h"
#include "server/base/codec.h"
#include "server/base/base.h"

static struct slice file_read(struct arena *a, const char *name)
{
	const char *path = arena_fmt(a, "%s/%s", CORPUS, name);
	FILE *f = fopen(path, "rb");
	char *p = arena_alloc(a, 1 << 20);
	size_t n;

	if (!f)
		fail_msg("%s cannot be read", path);
	n = fread(p, 1, 1 << 20, f);
	fclose(f);
	return slice_make(p, n);
}

static const char *unescape(struct arena *a, struct slice s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n) {
			i++;
			p[n++] = s.p[i] == 'n' ? '\n' : s.p[i] == 't' ? '\t' : s.p[i];
		} else {
			p[n++] = s.p[i];
		}
	}
	return p;
}

static void same(const char *file, const char *what, const char *expected, const char *got)
{
	if (strcmp(expected, got) != 0)
		fail_msg("%s: %s is \"%s\", expected \"%s\"", file, what, got, expected);
}

static void check_invariants(const struct mail *m)
{
	size_t at = 0;

	assert_true(utf8_valid(slice_make(m->text, m->text_len)));
	assert_true(utf8_valid(slice_of(m->subject)));
	assert_null(memchr(m->text, '\r', m->text_len));
	for (size_t i = 0; i < m->nfolds; i++) {
		assert_true(m->folds[i].from >= at && m->folds[i].from < m->folds[i].to);
		assert_true(m->folds[i].from == 0 || m->text[m->folds[i].from - 1] == '\n');
		at = m->folds[i].to;
		assert_true(at == m->text_len || m->text[at - 1] == '\n');
	}
	for (size_t i = 0; i < m->nattachments; i++)
		assert_true(m->attachments[i].offset + m->attachments[i].length <= m->raw.n);
}

static void corpus(void **state)
{
	struct arena *a = arena_new((size_t)64 << 20);
	struct slice tsv = file_read(a, "expected.tsv"), line, f[7];
	unsigned n = 0;

	(void)state;
	slice_line(&tsv, &line);
	while (slice_line(&tsv, &line)) {
		struct arena_mark mark = arena_mark(a);
		struct mail m;
		const char *why;

		for (int i = 0; i < 7; i++)
			slice_cut(&line, '\t', &f[i]);
		const char *file = slice_dup(a, f[0]);
		enum rc rc = mail_parse(&m, a, file_read(a, file), NULL, &why);
		same(file, "rc", slice_dup(a, f[1]), rc_name(rc));
		if (rc == RC_OK) {
			same(file, "msgid", unescape(a, f[2]), m.msgid);
			same(file, "subject", unescape(a, f[3]), m.subject);
			same(file, "from", unescape(a, f[4]), m.from.addr);
			same(file, "attachments", slice_dup(a, f[5]),
			     arena_fmt(a, "%zu", m.nattachments));
			same(file, "text", unescape(a, f[6]), m.text);
			check_invariants(&m);
		}
		arena_rewind(a, mark);
		n++;
	}
	assert_true(n >= 30);
	arena_free(&a);
}

static void parse(struct mail *m, struct arena *a, const char *raw)
{
	const char *why;

	assert_int_equal(mail_parse(m, a, slice_of(raw), NULL, &why), RC_OK);
}

static void people(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	struct mail m;

	(void)state;
	parse(&m, a, "From: Perez, Ana <ana@B.Example>\nTo: Grupo: a@x.example,\n "
		     "\"Ruiz \\\"Evi\\\", Eva\" <eva@x.example>; beto at y.example (Beto)\n"
		     "Cc: undisclosed-recipients:;\n\nx");
	assert_string_equal(m.from.name, "Perez, Ana");
	assert_string_equal(m.from.addr, "ana@b.example");
	assert_int_equal(m.nfrom, 1);
	assert_int_equal(m.nto, 3);
	assert_string_equal(m.to[1].name, "Ruiz \"Evi\", Eva");
	assert_string_equal(m.to[2].addr, "beto@y.example");
	assert_string_equal(m.to[2].name, "Beto");
	assert_int_equal(m.ncc, 0);
	parse(&m, a, "From: a@x.example, b@x.example\nFrom: c@x.example\n\nx");
	assert_int_equal(m.nfrom, 3);
	assert_string_equal(m.from.addr, "a@x.example");
	parse(&m, a, "From: =?utf-8?Q?Ana_<ana@x.example>?=\n\nx");
	assert_string_equal(m.from.addr, "ana@x.example");
	parse(&m, a, "From: \"ana@banco.example\" <malo@x.example>\n\nx");
	assert_string_equal(m.from.addr, "malo@x.example");
	parse(&m, a, "From: jdoe@test   . example (J.)\n\nx");
	assert_string_equal(m.from.addr, "jdoe@test.example");
	parse(&m, a, "From: Ana Soto (ana@x.example)\nTo: Eva (de viaje), Beto (@beto)\n\nx");
	assert_string_equal(m.from.name, "Ana Soto");
	assert_string_equal(m.from.addr, "ana@x.example");
	assert_int_equal(m.nto, 1);
	assert_string_equal(m.to[0].addr, "");
	arena_free(&a);
}

static void ids(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	struct mail m;

	(void)state;
	parse(&m, a, "From: a@b.example\nReferences: <1@a> junk <2@a>\n\t<1@a>\n"
		     "In-Reply-To: Message of \"Mon\" <3@a>\n\nx");
	assert_int_equal(m.nrefs, 3);
	assert_string_equal(m.refs[0], "1@a");
	assert_string_equal(m.refs[2], "3@a");
	assert_string_equal(m.in_reply_to, "3@a");
	parse(&m, a, "From: a@b.example\n"
		     "In-Reply-To: Message from \"Ana\" <ana@b.example> of \"Mon\" <4@a>\n\nx");
	assert_string_equal(m.in_reply_to, "4@a");
	assert_int_equal(m.nrefs, 1);

	parse(&m, a, "From: a@b.example\nReferences: 1@a 2@a\nIn-Reply-To: Your note of Monday\n\n");
	assert_int_equal(m.nrefs, 2);
	assert_string_equal(m.in_reply_to, "");
	parse(&m, a, "From: a@b.example\nMessage-ID: <>\n\n");
	assert_string_equal(m.msgid, "");
	arena_free(&a);
}

/* A file without a name is called by what its mail says that it is. */
static void nameless(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	struct mail m;

	(void)state;
	parse(&m, a, "From: a@b.example\nContent-Type: multipart/mixed; boundary=z\n\n--z\n\nx\n"
		     "--z\nContent-Type: message/rfc822\n\nSubject: =?utf-8?Q?Reuni=C3=B3n:\n"
		     "  tres/cuatro?=\n\nx\n"
		     "--z\nContent-Type: application/pdf\nContent-Description: El acta\n\nx\n"
		     "--z\nContent-Type: message/rfc822\n\nFrom: b@b.example\n\nx\n"
		     "--z\nContent-Type: image/png; name=a.png\nContent-Description: b\n\nx\n--z--\n");
	assert_int_equal(m.nattachments, 4);
	assert_string_equal(m.attachments[0].name, "Reunión_ tres-cuatro.eml");
	assert_string_equal(m.attachments[1].name, "El acta.pdf");
	assert_string_equal(m.attachments[2].name, "message-3.eml");
	assert_string_equal(m.attachments[3].name, "a.png");
	arena_free(&a);
}

/* The range of each attachment, decoded here, gives what was put in. */
static void ranges(void **state)
{
	static const char *const eol[] = { "\n", "\r\n" };
	struct arena *a = arena_new((size_t)32 << 20);

	(void)state;
	for (int k = 0; k < 2; k++) {
		unsigned char data[3000], hash[HASH_BYTES];
		struct str s, b64;
		struct mail m;
		const char *e = eol[k];

		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = (unsigned char)(i * 7 + i / 256);
		str_init(&b64, a, 100000);
		codec_base64(&b64, slice_make((char *)data, sizeof(data)));
		str_init(&s, a, 100000);
		str_fmt(&s, "From: a@b.example%sContent-Type: multipart/mixed; boundary=zz%s%s"
			"--zz%s%stexto%s--zz%sContent-Type: image/png; name=\"../../x y.png\"%s"
			"Content-Transfer-Encoding: base64%s%s", e, e, e, e, e, e, e, e, e, e);
		size_t from = s.n;
		str_adds(&s, str_slice(&b64));
		str_fmt(&s, "--zz%sContent-Type: message/rfc822%s%s", e, e, e);
		size_t from2 = s.n;
		str_fmt(&s, "Subject: dentro%s%shola", e, e);
		size_t to2 = s.n;
		str_fmt(&s, "%s--zz--%s", e, e);
		parse(&m, a, str_z(&s));
		assert_int_equal(m.nattachments, 2);
		struct mail_attachment *f = m.attachments;
		assert_string_equal(f[0].name, "x y.png");
		assert_int_equal(f[0].offset, from);
		assert_int_equal(f[0].size, sizeof(data));
		struct slice got = codec_decode(a, f[0].encoding,
						slice_make(m.raw.p + f[0].offset, f[0].length));
		assert_int_equal(got.n, sizeof(data));
		assert_memory_equal(got.p, data, sizeof(data));
		hash_bytes(data, sizeof(data), hash);
		assert_memory_equal(f[0].hash, hash, HASH_BYTES);
		assert_string_equal(f[1].type, "message/rfc822");
		assert_int_equal(f[1].offset, from2);
		assert_int_equal(f[1].length, to2 - from2);
	}
	arena_free(&a);
}

static void uuencoded(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	unsigned char hash[HASH_BYTES];
	struct mail m;

	(void)state;
	parse(&m, a, "Subject: uu\n\nantes\nbegin 644 hola.txt\n$:&]L80``\n`\nend\n");
	assert_int_equal(m.nattachments, 1);
	assert_string_equal(m.attachments[0].name, "hola.txt");
	assert_string_equal(m.attachments[0].encoding, "x-uuencode");
	assert_int_equal(m.attachments[0].offset, 19);
	assert_int_equal(m.attachments[0].size, 4);
	hash_bytes("hola", 4, hash);
	assert_memory_equal(m.attachments[0].hash, hash, HASH_BYTES);
	struct slice got = codec_decode(a, m.attachments[0].encoding,
					slice_make(m.raw.p + m.attachments[0].offset,
						   m.attachments[0].length));
	assert_true(slice_eqz(got, "hola"));
	arena_free(&a);
}

static void automatic(void **state)
{
	static const struct { const char *head; enum mail_auto is; } t[] = {
		{ "Subject: hola\n", MAIL_HUMAN },
		{ "Auto-Submitted: no\n", MAIL_HUMAN },
		{ "Auto-Submitted: auto-replied (vacation)\n", MAIL_AUTO_REPLIED },
		{ "Auto-Submitted: auto-generated\n", MAIL_AUTO_GENERATED },
		{ "X-Autoreply: yes\n", MAIL_AUTO_REPLIED },
		{ "Precedence: auto_reply\n", MAIL_AUTO_REPLIED },
		{ "Precedence: bulk\n", MAIL_BULK },
		{ "Subject: Respuesta =?utf-8?Q?autom=C3=A1tica?=: Agenda\n", MAIL_AUTO_SUSPECT },
		{ "Subject: Re: Respuesta automática: Agenda\n", MAIL_HUMAN },
		{ "Return-Path: <>\n", MAIL_AUTO_GENERATED },
		{ "Subject: Re: from MAILER-DAEMON\n", MAIL_HUMAN },
		{ "Content-Type: multipart/report; boundary=q\n\n--q\n\nx\n--q--", MAIL_AUTO_GENERATED },
		/* an answer to an invitation is the last form of an alternative; an invitation is a
		 * person's */
		{ "Content-Type: multipart/alternative; boundary=q\n\n--q\n\nAcepto\n--q\n"
		  "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n--q--", MAIL_AUTO_REPLIED },
		{ "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nmethod:Counter\n", MAIL_AUTO_REPLIED },
		{ "Content-Type: multipart/mixed; boundary=q\n\n--q\n\nReunión\n--q\nContent-Type: "
		  "text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n--q--", MAIL_HUMAN },
	};
	struct arena *a = arena_new((size_t)8 << 20);
	struct mail m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		parse(&m, a, arena_fmt(a, "From: a@b.example\n%s\nx", t[i].head));
		if (m.automatic != t[i].is)
			fail_msg("%s: %d", t[i].head, (int)m.automatic);
	}
	arena_free(&a);
}

static void dates(void **state)
{
	struct arena *a = arena_new((size_t)8 << 20);
	struct mail m;

	(void)state;
	clock_set(1795000000 * USEC);
	parse(&m, a, "Date: Sun, 15 Nov 2026 18:00:00 +0000\n\n");
	assert_int_equal(m.date, 1794765600 * USEC);
	assert_false(m.date_impossible);
	parse(&m, a, "Date: Sun, 15 Nov 2099 18:00:00 +0000\n\n");
	assert_int_equal(m.date, 0);
	assert_true(m.date_impossible);
	parse(&m, a, "Date: Sat, 1 Jan 1945 00:00:00 +0000\n\n");
	assert_true(m.date_impossible);
	parse(&m, a, "Subject: x\n\n");
	assert_false(m.date_impossible);
	clock_set(0);
	arena_free(&a);
}

static void limits(void **state)
{
	struct mail_limits lim = mail_limits_default;
	struct arena *a = arena_new((size_t)64 << 20);
	struct str s;
	struct mail m;
	const char *why = NULL;

	(void)state;
	lim.size = 10;
	assert_int_equal(mail_parse(&m, a, SLICE("Subject: 12345\n\n"), &lim, &why), RC_LIMIT);
	assert_non_null(why);
	lim = mail_limits_default;
	lim.header_lines = 3;
	assert_int_equal(mail_parse(&m, a, SLICE("A: 1\nB: 1\nC: 1\nD: 1\n\n"), &lim, &why),
			 RC_LIMIT);
	lim = mail_limits_default;
	lim.header_bytes = 20;
	assert_int_equal(mail_parse(&m, a, SLICE("A: 1\n xxxxxxxxxxxxxxxxxxxxx\n\n"), &lim, &why),
			 RC_LIMIT);
	for (unsigned depth = 5; depth <= 40; depth += 35) {
		str_init(&s, a, 1 << 20);
		for (unsigned i = 0; i < depth; i++)
			str_fmt(&s, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
		str_addz(&s, "\nx\n");
		assert_int_equal(mail_parse(&m, a, str_slice(&s), NULL, &why),
				 depth == 5 ? RC_OK : RC_LIMIT);
	}
	for (unsigned parts = 150; parts <= 300; parts += 150) {
		str_init(&s, a, 1 << 20);
		str_addz(&s, "Content-Type: multipart/mixed; boundary=b\n\n");
		for (unsigned i = 0; i < parts; i++)
			str_addz(&s, "--b\n\nx\n");
		assert_int_equal(mail_parse(&m, a, str_slice(&s), NULL, &why),
				 parts == 150 ? RC_OK : RC_LIMIT);
	}
	lim = mail_limits_default;
	lim.text = 100;
	str_init(&s, a, 1 << 20);
	str_addz(&s, "Subject: x\n\n");
	for (int i = 0; i < 300; i++)
		str_addz(&s, "ñ");
	assert_int_equal(mail_parse(&m, a, str_slice(&s), &lim, &why), RC_OK);
	assert_true(m.text_cut);
	assert_true(m.text_len <= 100 && m.text_len >= 98);
	assert_true(utf8_valid(slice_make(m.text, m.text_len)));
	str_init(&s, a, 1 << 20);
	str_addz(&s, "Content-Type: multipart/mixed; boundary=b\n\n");
	for (int i = 0; i < 50; i++)
		str_addz(&s, "--b\n\ntexto de veinte bytes\n");
	assert_int_equal(mail_parse(&m, a, str_slice(&s), &lim, &why), RC_OK);
	assert_true(m.text_cut);
	assert_true(m.text_len <= 100 && m.text_len >= 90);
	arena_free(&a);
}

static int64_t cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * USEC + t.tv_nsec / 1000;
}

static int64_t cost(const char *head, const char *piece, size_t bytes)
{
	int64_t best = INT64_MAX;
	struct mail_limits lim = mail_limits_default;

	lim.header_lines = 1000000;
	lim.parts = 1000000;
	lim.header_bytes = (size_t)50 << 20;
	for (int k = 0; k < 3; k++) {
		struct arena *a = arena_new((size_t)1 << 30);
		struct str s;
		struct mail m;
		const char *why;

		str_init(&s, a, (size_t)60 << 20);
		str_addz(&s, head);
		while (s.n < bytes)
			str_addz(&s, piece);
		str_z(&s);
		int64_t t = cpu_time();
		enum rc rc UNUSED = mail_parse(&m, a, str_slice(&s), &lim, &why);
		t = cpu_time() - t;
		if (t < best)
			best = t;
		arena_free(&a);
	}
	return best;
}

/* A sanitizer's realloc always copies, which makes what is linear look otherwise. */
#ifdef __SANITIZE_ADDRESS__
#define TIMES_COUNT false
#else
#define TIMES_COUNT true
#endif

/* Twice the bytes may take 2.3 times the time; the bound here leaves room for
 * a loaded machine, and is below the sixteen that quadratic work shows at 4x. */
static void linear(void **state)
{
	static const struct { const char *head, *piece; } t[] = {
		{ "Subject: x\n\n", "texto y más texto en una línea\n" },
		{ "Subject: x\n\n", "> " },
		{ "Subject: x\n\n", "begin 644 x\n!!!!\n" },
		{ "Subject: x\n\n", "El 3 de mayo escribió:\n> x\n\n" },
		{ "Content-Type: text/html\n\n", "<div><a href=\"" },
		{ "Content-Type: text/html\n\n", "<blockquote>x<br>" },
		{ "Content-Type: text/html\n\n", "<!--<style>" },
		{ "Content-Type: text/html\n\n", "<table><td>&amp;<a href=x>" },
		{ "Subject: ", "=?utf-8?Q?a?= " },
		{ "Subject: ", "=?a?q?" },
		{ "To: ", "(" },
		{ "To: ", "a@b, " },
		{ "To: ", "\"x\" <" },
		{ "References: ", "<a@b> <" },
		{ "Date: ", "(1 " },
		{ "Subject: ", "Re: [x] " },
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n" },
		{ "Content-Type: text/plain; format=flowed\n\n", ">>>>>>>> a \n" },
		{ "Content-Transfer-Encoding: quoted-printable\n\n", "=      " },
		{ "Content-Type: text/plain; x=", "\"a\\" },
		{ "X: 1\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: x/y", ";a*0=b" },
		{ "X: 1\nContent-Type: x/y", ";\n a*0=b" },
		{ "X: 1\nContent-Disposition: x", ";a=b" },
		{ "X: 1\nContent-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: x;y=\"z\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		size_t n = 20000;
		int64_t one, four;

		one = cost(t[i].head, t[i].piece, n);
		four = cost(t[i].head, t[i].piece, n * 4);
		if (TIMES_COUNT && four > one * 9 + 3000)
			fail_msg("case %zu \"%s\": %lld us, four times: %lld us", i, t[i].piece,
				 (long long)one, (long long)four);
	}
}

static int once(void **state)
{
	(void)state;
	rnd_init();
	mail_parse_init();
	return 0;
}

/* Of what is not parsed: its fate must be found again. */
static void test_msgid_peek(void **state)
{
	static const char *const t[][2] = {
		{ "From: a@x\r\nMESSAGE-ID: <1@x.example>\r\n\r\nx", "1@x.example" },
		{ "Message-ID:\r\n <2@x.example>\r\nTo: b@x\r\n\r\n", "2@x.example" },
		{ "To: b@x\n\nMessage-ID: <body@x.example>\n", "" },
		{ "Message-ID: prose, no id\r\n\r\n", "" },
		{ "Message-ID:", "" },
		{ "X-Message-ID: <3@x.example>\nMessage-Id : <4@x.example>\n", "4@x.example" },
		{ "", "" },
	};
	struct arena *a = arena_new((size_t)8 << 20);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_string_equal(msgid_peek(a, slice_of(t[i][0])), t[i][1]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_msgid_peek), cmocka_unit_test(corpus), cmocka_unit_test(people), cmocka_unit_test(ids),
		cmocka_unit_test(nameless),
		cmocka_unit_test(ranges), cmocka_unit_test(uuencoded), cmocka_unit_test(automatic),
		cmocka_unit_test(dates),
		cmocka_unit_test(limits), cmocka_unit_test(linear),
	};

	return cmocka_run_group_tests(tests, once, NULL);
}
