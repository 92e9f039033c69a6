/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outgoing bytes: fields are read back by a decoder of the test's own, bodies
 * compared byte for byte, and every message is held against the line rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "mailer/compose/compose.h"
#include "mailer/compose/encode.h"
#include "mailer/compose/head.h"

#include "server/base/base.h"

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new((size_t)400 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&a);
	return 0;
}

/* CRLF only, no NUL, lines up to 998; the header ends somewhere. */
static void check_lines(struct slice m)
{
	size_t from = 0;

	assert_true(slice_ends(m, "\r\n"));
	assert_non_null(slice_find(m, SLICE("\r\n\r\n")));
	for (size_t i = 0; i < m.n; i++) {
		if (m.p[i] == '\n') {
			assert_true(i > 0 && m.p[i - 1] == '\r');
			assert_true(i - 1 - from <= 998);
			from = i + 1;
		} else if (m.p[i] == '\r') {
			assert_true(i + 1 < m.n && m.p[i + 1] == '\n');
		}
	}
}

static struct slice header_of(struct slice m)
{
	return slice_make(m.p, (size_t)(slice_find(m, SLICE("\r\n\r\n")) + 2 - m.p));
}

static struct slice body_of(struct slice m)
{
	const char *p = slice_find(m, SLICE("\r\n\r\n")) + 4;

	return slice_make(p, m.n - (size_t)(p - m.p));
}

/* How many fields of that name; the unfolded value of the first in *v_r. */
static unsigned field(struct slice m, const char *name, char **v_r)
{
	struct slice rest = header_of(m), line, n;
	unsigned count = 0;
	bool open = false;
	struct str v;

	str_init(&v, a, 1 << 20);
	while (slice_line(&rest, &line)) {
		if (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
			if (open)
				str_adds(&v, line);
			continue;
		}
		assert_true(slice_cut(&line, ':', &n));
		open = slice_ieqz(n, name) && count == 0;
		count += slice_ieqz(n, name);
		if (open)
			str_adds(&v, slice_trim(line));
	}
	if (v_r)
		*v_r = arena_strdup(a, str_z(&v));
	return count;
}

static char *value(struct slice m, const char *name)
{
	char *v;

	if (field(m, name, &v) != 1)
		fail_msg("%s occurs %u times", name, field(m, name, NULL));
	return v;
}

static int hexv(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static struct slice unqp(struct slice s)
{
	struct str o;

	str_init(&o, a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '=') {
			str_addc(&o, s.p[i]);
		} else if (s.p[i + 1] == '\r') {
			i += 2;
		} else {
			assert_true(hexv(s.p[i + 1]) >= 0 && hexv(s.p[i + 2]) >= 0);
			str_addc(&o, (char)(hexv(s.p[i + 1]) << 4 | hexv(s.p[i + 2])));
			i += 2;
		}
	}
	return str_slice(&o);
}

static struct slice unb64(struct slice s)
{
	struct str o;

	str_init(&o, a, s.n + 4);
	str_adds(&o, codec_decode(o.arena, "base64", s));
	return str_slice(&o);
}

/* An unfolded value with its encoded words decoded, each held to the rules. */
static char *decoded(const char *v)
{
	struct slice s = slice_of(v);
	struct str o;
	bool after = false;

	str_init(&o, a, 1 << 20);
	while (s.n > 0) {
		const char *end;
		struct slice text, out;

		if (!slice_starts(s, "=?utf-8?")) {
			if (after && s.p[0] == ' ' && slice_starts(slice_make(s.p + 1, s.n - 1), "=?")) {
				s.p++;
				s.n--;
				continue;
			}
			after = false;
			str_addc(&o, s.p[0]);
			s.p++;
			s.n--;
			continue;
		}
		end = slice_find(slice_make(s.p + 10, s.n - 10), SLICE("?="));
		assert_non_null(end);
		assert_true(end + 2 - s.p <= 75);
		text = slice_make(s.p + 10, (size_t)(end - s.p - 10));
		assert_true(s.p[9] == '?' && (s.p[8] == 'Q' || s.p[8] == 'B'));
		assert_null(memchr(text.p, ' ', text.n));
		if (s.p[8] == 'Q') {
			char *z = slice_dup(a, text);

			for (char *c = z; *c; c++)
				if (*c == '_')
					*c = ' ';
			out = unqp(slice_of(z));
		} else {
			out = unb64(text);
		}
		assert_true(utf8_valid(out));   /* no character is split */
		str_adds(&o, out);
		s.n -= (size_t)(end + 2 - s.p);
		s.p = end + 2;
		after = true;
	}
	return arena_strdup(a, str_z(&o));
}

static struct slice written(const char *name, const char *text)
{
	struct str o;

	str_init(&o, a, 1 << 20);
	head_text(&o, name, text);
	return str_slice(&o);
}

/* One field, lines within 78, readable back. */
static void check_text(const char *text)
{
	struct slice f = written("Subject", text), clean = head_clean(a, text), rest = f, line;
	struct str m;
	size_t n = 0;

	while (slice_line(&rest, &line)) {
		assert_true(line.n <= 78);
		assert_true(n == 0 || line.p[0] == ' ');
		assert_true(slice_trim(line).n > 0);
		n++;
	}
	str_init(&m, a, 1 << 20);
	str_adds(&m, f);
	str_addz(&m, "\r\n");
	assert_string_equal(decoded(value(str_slice(&m), "Subject")), slice_dup(a, clean));
}

static void test_subjects(void **state)
{
	static const char *const texts[] = {
		"", " ", "a", "Reunión", "¿Qué país será la próxima sede?", "😀", "👩‍👩‍👧‍👦 familia",
		"=?utf-8?Q?trampa?=", "a =?x", "=?", "ñ a ñ a ñ a ñ a ñ", "a ñ", "ñ a", "  dos   espacios  ",
		"x\r\nBcc: victima@x", "x\nBcc: v@x", "x\rBcc: v@x", "tab\taqui", "\x01\x02\x7f",
		"\xc2\x85nel", "\xe2\x80\xa8ls", "\xed\xa0\x80 sustituto", "\xff\xfe", "\xc3", "日本語の件名",
		"Re: [Agenda] Re: x", "\"comillas\" (y) <angulos>, \\ @", "e\xcc\x81", "a?=b", "_=_?_",
	};
	struct str s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		check_text(texts[i]);
	/* every length up to 300 of words of every kind */
	static const char *const unit[] = { "a", "ab ", "ñ", "ñ ", "😀", "aé 日 ", "x😀 " };

	for (size_t u = 0; u < ARRAY_LEN(unit); u++) {
		for (size_t n = 1; n <= 300; n += n < 90 ? 1 : 7) {
			struct arena_mark m = arena_mark(a);

			str_init(&s, a, 4096);
			for (size_t i = 0; i < n; i++)
				str_addz(&s, unit[u]);
			check_text(str_z(&s));
			arena_rewind(a, m);
		}
	}
	/* every single code point of the basic plane, in a row of names */
	for (uint32_t cp = 1; cp < 0x10000; cp += 13) {
		struct arena_mark m = arena_mark(a);

		if (cp < 0xD800 || cp > 0xDFFF) {
			str_init(&s, a, 64);
			str_addz(&s, "x ");
			utf8_add(&s, cp);
			str_addz(&s, "y");
			check_text(str_z(&s));
		}
		arena_rewind(a, m);
	}
}

static void test_mailboxes(void **state)
{
	static const struct {
		const char *name, *want;        /* NULL: encoded words */
	} t[] = {
		{ "", "a@b" }, { "Ana", "Ana <a@b>" }, { "Ana Luz", "Ana Luz <a@b>" },
		{ "Pérez, Ana", NULL }, { "Perez, Ana", "\"Perez, Ana\" <a@b>" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\" <a@b>" }, { "x@y.z", "\"x@y.z\" <a@b>" },
		{ "Ana\r\nBcc: x@y", "\"Ana Bcc: x@y\" <a@b>" }, { "J. (Pepe)", "\"J. (Pepe)\" <a@b>" },
		{ "=?utf-8?Q?=3Cz@z=3E?=", NULL }, { "😀 (x)", NULL },
	};
	static const char *const bad[] = { "", "a", "a@b\r\nX: y", "a b@c", "<a@b>", "ñ@b", "a@@b",
					   "a@b,c@d", "\"q\"@b" };
	struct head h;
	struct str o;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		char *v;

		str_init(&o, a, 4096);
		head_begin(&h, &o, "From");
		assert_true(head_mailbox(&h, t[i].name, "a@b", ""));
		head_end(&h);
		str_addz(&o, "\r\n");
		v = value(str_slice(&o), "From");
		if (t[i].want) {
			assert_string_equal(v, t[i].want);
		} else {
			/* nothing but words and the address: no special is left bare */
			char *name = slice_dup(a, slice_make(v, strlen(v) - 6));

			assert_string_equal(decoded(name), t[i].name);
			assert_null(strpbrk(name, "()<>,;:\"\\@"));
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(head_addr_ok(bad[i]));
}

/* RFC 2231 back to the name. */
static char *filename(struct slice part)
{
	struct slice rest = part, line;
	struct str o, enc;
	unsigned next = 0;

	str_init(&o, a, 4096);
	str_init(&enc, a, 8192);
	while (slice_line(&rest, &line)) {
		struct slice l = slice_trim(line), attr;

		assert_true(line.n <= 78);
		if (slice_starts(l, "filename=\"")) {
			for (size_t i = 10; i < l.n && l.p[i] != '"'; i++) {
				i += l.p[i] == '\\';
				str_addc(&o, l.p[i]);
			}
			return arena_strdup(a, str_z(&o));
		}
		if (!slice_starts(l, "filename*"))
			continue;
		if (slice_ends(l, ";"))
			l.n--;
		slice_cut(&l, '=', &attr);
		if (!slice_eqz(attr, "filename*"))
			assert_string_equal(slice_dup(a, attr), arena_fmt(a, "filename*%u*", next));
		if (next++ == 0) {
			assert_true(slice_starts(l, "utf-8''"));
			l = slice_make(l.p + 7, l.n - 7);
		}
		str_adds(&enc, l);
	}
	for (size_t i = 0; i < enc.n; i++) {
		if (enc.p[i] == '%') {
			str_addc(&o, (char)(hexv(enc.p[i + 1]) << 4 | hexv(enc.p[i + 2])));
			i += 2;
		} else {
			str_addc(&o, enc.p[i]);
		}
	}
	return arena_strdup(a, str_z(&o));
}

static void test_file_names(void **state)
{
	static const char *const names[] = {
		"a.pdf", "informe final.pdf", "informe de situación.pdf", "\"x\\y\".txt", "ñ", "😀.png",
		"un nombre tan largo que no cabe en una línea de ninguna manera posible, año 2026.docx",
		"a very long ascii name that does not fit into the line either, however one tries.txt",
	};
	struct str o;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		str_init(&o, a, 4096);
		head_param(&o, "filename", names[i]);
		str_addz(&o, "\r\n");
		assert_string_equal(filename(str_slice(&o)), names[i]);
	}
	str_init(&o, a, 4096);
	head_param(&o, "filename", "x\r\nX: y\"; z");
	assert_null(slice_find(str_slice(&o), SLICE("\nX:")));
}

static void test_encodings(void **state)
{
	unsigned char all[1024];
	struct str o;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7 + i / 256);
	for (size_t n = 0; n < sizeof(all); n++) {
		struct arena_mark m = arena_mark(a);
		struct slice in = slice_make((char *)all, n), out, rest, line;

		str_init(&o, a, 8192);
		codec_base64(&o, in);
		assert_true(slice_eq(unb64(str_slice(&o)), in));
		assert_int_equal(o.n, n == 0 ? 0 : (n + 2) / 3 * 4 + 2 * ((n + 56) / 57));
		/* quoted-printable is for text: line ends apart, every byte comes back */
		struct str text;

		str_init(&text, a, 8192);
		enc_crlf(&text, in);
		str_init(&o, a, 8192);
		enc_qp(&o, str_slice(&text));
		out = str_slice(&o);
		assert_true(slice_eq(unqp(out), str_slice(&text)));
		for (rest = out; slice_line(&rest, &line);) {
			assert_true(line.n <= 76);
			assert_true(line.n == 0 || line.p[line.n - 1] > ' ');
			for (size_t i = 0; i < line.n; i++)
				assert_true((line.p[i] >= 32 && line.p[i] < 127) || line.p[i] == '\t');
		}
		arena_rewind(a, m);
	}
}

/* RFC 3676 section 4 back to paragraphs. */
static char *unflow(struct slice s)
{
	struct slice line;
	struct str o;

	str_init(&o, a, 1 << 20);
	while (slice_line(&s, &line)) {
		bool sig = slice_eqz(line, "-- "), quoted = slice_starts(line, ">");

		if (!quoted && slice_starts(line, " "))
			line = slice_make(line.p + 1, line.n - 1);
		str_adds(&o, line);
		if (sig || quoted || !slice_ends(line, " "))
			str_addc(&o, '\n');
	}
	return arena_strdup(a, str_z(&o));
}

static void test_flowed(void **state)
{
	static const char *const texts[] = {
		"", "a\n", "a\n\nb\n", "-- \nfirma\n", "> cita\n> > otra\n", " sangría\n", "From aquí\n",
		"una palabra tras otra hasta que la línea se acaba y hay que seguir en la siguiente, "
		"donde también se acaba, y así hasta el final del párrafo que nadie quiere leer.\n",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"x aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b\n",
		"-- aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b\n",
		"uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece cato > From x\n",
	};
	struct slice rest, line;
	struct str o;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		str_init(&o, a, 1 << 20);
		enc_flowed(&o, slice_of(texts[i]));
		assert_string_equal(unflow(str_slice(&o)), texts[i]);
		for (rest = str_slice(&o); slice_line(&rest, &line);)
			assert_true(utf8_width(line) <= 74 || slice_starts(line, "-- ") ||
				    !memchr(line.p, ' ', line.n - 1));
	}
	str_init(&o, a, 1 << 20);
	enc_flowed(&o, SLICE("fin con espacios   \notra\n"));
	assert_string_equal(unflow(str_slice(&o)), "fin con espacios\notra\n");
}

static struct compose_list list_plain(void)
{
	return (struct compose_list){ .local = "agenda", .domain = "foro.example",
		.title = "Gobierno electrónico", .list_id = "agenda.foro.example",
		.archive_url = "https://foro.example/agenda", .lang = "es", .tag = "" };
}

static struct compose_post post_mail(const char *raw)
{
	return (struct compose_post){ .raw = slice_of(raw), .msgid = "s7@foro.example",
		.date = 1790000000 * USEC, .author_name = "Ana Pérez", .author_addr = "ana@x.example",
		.via = "por", .url = "https://foro.example/agenda/7",
		.reply = COMPOSE_REPLY_AUTHOR };
}

static const struct compose_copy copy_es = { .rcpt = "luz@x.example", .lang = "es",
	.sender = "agenda-bounces+x@foro.example", .unsub_mailto = "agenda-leave@foro.example",
	.unsub_url = "https://foro.example/baja/abc", .footer = "Grupo Agenda\nBaja: https://foro.example/baja" };

static const char footer_text[] = "-- \r\nGrupo Agenda\r\nBaja: https://foro.example/baja\r\n";

static struct slice make(const struct compose_list *l, const struct compose_post *p,
			 const struct compose_copy *c, struct composed **c_r)
{
	struct composed *m;
	struct str o;

	assert_int_equal(compose_post(&m, a, l, p), RC_OK);
	str_init(&o, a, COMPOSE_CAP);
	assert_int_equal(compose_copy(m, c, &o), RC_OK);
	check_lines(str_slice(&o));
	if (c_r)
		*c_r = m;
	return str_slice(&o);
}

#define AUTHOR "Received: from a\r\n\tby b; Mon\r\nDKIM-Signature: v=1; d=x.example;\r\n\tbh=abc; b=def\r\n" \
	"ARC-Seal: i=1\r\nFrom: =?iso-8859-1?Q?Ana?= <ana@x.example>\r\nTo: agenda@foro.example\r\n" \
	"Subject: =?utf-8?Q?Reuni=C3=B3n?=\r\n de hoy\r\nDate: Mon, 1 Jan 2026 00:00:00 +0000\r\n" \
	"Message-ID:  <m1@x.example>\r\nReferences: <r@x>\r\nReply-To: otra@x.example\r\nX-Uno:1\r\n"

static void test_untouched(void **state)
{
	static const char gone[] = "Bcc: b@x\r\nReturn-Path: <x@y>\r\nList-Id: <otra>\r\nlist-post: x\r\n"
		"Precedence: bulk\r\nDelivered-To: x@y\r\nX-Original-To: x@y\r\nApproved: secreto\r\n"
		"Disposition-Notification-To: a@b\r\nDisposition-Notification-Options: x\r\n"
		"Return-Receipt-Requested: a@b\r\nX-PMRQC: 1\r\nReturn-Receipt-To: a@b\r\nX-Confirm-Reading-To: a@b\r\n"
		"X-Spam-Status: Yes\r\nX-Spamd-Result: True\r\nX-Cabildo-Post: 1\r\n folded\r\n", body[] = "Hola \xe1\r\n.\r\n\r\n  fin  \r\n";
	struct compose_list l = list_plain();
	struct compose_post p = post_mail(arena_fmt(a, "%s%s%s\r\n%s", "", gone, AUTHOR, body));
	struct compose_copy plain = copy_es;
	struct composed *c;
	struct slice m = make(&l, &p, &copy_es, &c);

	(void)state;
	assert_true(composed_untouched(c));
	assert_string_equal(slice_dup(a, body_of(m)), body);
	/* the author's fields stand together, in order, byte for byte */
	assert_non_null(slice_find(m, SLICE(AUTHOR "\r\n")));
	assert_null(slice_find(m, SLICE("secreto")));
	assert_null(slice_find(m, SLICE("folded")));
	assert_int_equal(field(m, "Bcc", NULL), 0);
	assert_int_equal(field(m, "X-Spam-Status", NULL), 0);
	assert_int_equal(field(m, "X-Spamd-Result", NULL), 0);
	assert_int_equal(field(m, "Return-Path", NULL), 0);
	assert_string_equal(value(m, "Precedence"), "list");
	assert_string_equal(decoded(value(m, "List-Id")), "Gobierno electrónico <agenda.foro.example>");
	assert_string_equal(value(m, "List-Post"), "<mailto:agenda@foro.example>");
	assert_string_equal(value(m, "List-Unsubscribe"),
			    "<https://foro.example/baja/abc>, <mailto:agenda-leave@foro.example>");
	assert_string_equal(value(m, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
	assert_string_equal(value(m, "Archived-At"), "<https://foro.example/agenda/7>");
	assert_string_equal(value(m, "X-Loop"), "agenda@foro.example");
	plain.unsub_url = "http://foro.example/baja";
	m = make(&l, &p, &plain, NULL);
	assert_int_equal(field(m, "List-Unsubscribe-Post", NULL), 0);
	assert_string_equal(value(m, "List-Unsubscribe"), "<mailto:agenda-leave@foro.example>");
	plain.unsub_mailto = "";
	assert_int_equal(field(make(&l, &p, &plain, NULL), "List-Unsubscribe", NULL), 0);
	plain.unsub_url = "https://x/\r\nBcc: v@x >";
	m = make(&l, &p, &plain, NULL);
	assert_int_equal(field(m, "Bcc", NULL), 0);
	assert_string_equal(value(m, "List-Unsubscribe"), "<https://x/%0D%0ABcc:%20v@x%20%3E>");
}

/* A footer, whatever the part's charset and encoding: the text is the author's, then ours. */
static void test_footers(void **state)
{
	static const char body[] = "Hola, señor.\r\n=20 no es nada";
	static const char latin[] = "Hola, se\xf1or.\r\n=20 no es nada";
	static const struct {
		const char *type, *cte;
		char how;               /* 8 q b: how the body is given */
		bool latin, own;        /* own: stays one text part in its charset */
	} t[] = {
		{ "text/plain; charset=utf-8", "8bit", '8', false, true },
		{ "text/plain; charset=\"UTF-8\"; format=flowed", "quoted-printable", 'q', false, true },
		{ "text/plain; charset=utf-8", "BASE64", 'b', false, true },
		{ "text/plain; charset=iso-8859-1", "8bit", '8', true, true },
		{ "text/plain; charset=windows-1252", "quoted-printable", 'q', true, true },
		{ "text/plain;\r\n charset=iso-8859-15", "base64", 'b', true, true },
		{ "text/plain", "8bit", '8', false, false },
		{ "text/plain; charset=utf-16", "base64", 'b', false, false },
		{ "text/plain; charset=x-nada", "8bit", '8', false, false },
		{ "text/html; charset=utf-8", "8bit", '8', false, false },
		{ "application/pkcs7-mime; smime-type=signed-data", "base64", 'b', false, false },
		{ "multipart/signed; boundary=x; protocol=\"application/pgp-signature\"", "8bit", '8', false, false },
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(t); i++) {
		size_t k = i / 2;
		struct slice given = slice_of(t[k].latin ? latin : body), text = given, m, b;
		struct compose_list l = list_plain();
		struct compose_copy c = copy_es;
		struct compose_post p;
		const char *foot = footer_text;
		struct str s;

		str_init(&s, a, 4096);
		if (t[k].how == 'q')
			enc_qp(&s, given);
		else if (t[k].how == 'b')
			codec_base64(&s, given);
		else
			str_adds(&s, given);
		l.footer = true;
		p = post_mail(arena_fmt(a, "%sMIME-Version: 1.0\r\nContent-Type: %s\r\n"
					"Content-Transfer-Encoding: %s\r\n\r\n%s",
					AUTHOR, t[k].type, t[k].cte, str_z(&s)));
		if (i % 2) {    /* letters that all these charsets know */
			c.footer = "Atención: señal";
			foot = t[k].latin ? "-- \r\nAtenci\xf3n: se\xf1" "al\r\n"
					  : "-- \r\nAtención: señal\r\n";
		}
		m = make(&l, &p, &c, NULL);
		b = body_of(m);
		assert_string_equal(value(m, "MIME-Version"), "1.0");
		if (!t[k].own) {
			char *type = value(m, "Content-Type");
			const char *at = slice_find(b, str_slice(&s));

			assert_non_null(strstr(type, "multipart/mixed"));
			assert_non_null(at);    /* the inner bytes as they were */
			assert_non_null(slice_find(b, slice_of(arena_fmt(a, "\r\nContent-Type: %s\r\n",
									 t[k].type))));
			at = slice_find(b, SLICE("\r\n--=20\r\n"));
			assert_non_null(at);
			b = slice_make(at + 2, b.n - (size_t)(at + 2 - b.p));
			at = slice_find(b, SLICE("\r\n--=_"));
			assert_non_null(at);
			assert_string_equal(slice_dup(a, unqp(slice_make(b.p, (size_t)(at - b.p)))),
					    i % 2 ? "-- \r\nAtención: señal\r\n" : footer_text);
			continue;
		}
		if (t[k].how == 'q')
			b = unqp(b);
		else if (t[k].how == 'b')
			b = unb64(b);
		assert_string_equal(slice_dup(a, b), arena_fmt(a, "%.*s\r\n\r\n%s", (int)text.n, text.p,
							       foot));
	}
}

static void test_footer_ascii(void **state)
{
	struct compose_list l = list_plain();
	struct compose_post p = post_mail(AUTHOR "\r\nplain = text\r\n");
	struct compose_copy c = copy_es;
	struct composed *m;
	struct slice out;
	struct str o;

	(void)state;
	l.footer = true;
	c.footer = "Señal 日本";
	out = make(&l, &p, &c, &m);
	assert_false(composed_untouched(m));
	assert_string_equal(value(out, "Content-Type"), "text/plain; charset=utf-8");
	assert_string_equal(value(out, "Content-Transfer-Encoding"), "quoted-printable");
	assert_string_equal(slice_dup(a, unqp(body_of(out))), "plain = text\r\n\r\n-- \r\nSeñal 日本\r\n");
	/* each copy has its own footer, also after another one was kept */
	for (int i = 0; i < 6; i++) {
		c.footer = i % 3 ? "uno" : "dos";
		str_init(&o, a, 1 << 20);
		assert_int_equal(compose_copy(m, &c, &o), RC_OK);
		assert_string_equal(slice_dup(a, unqp(body_of(str_slice(&o)))),
				    arena_fmt(a, "plain = text\r\n\r\n-- \r\n%s\r\n", c.footer));
	}
	/* what Latin-1 has no letter for goes beside the text, not into it as "?" */
	p = post_mail(AUTHOR "Content-Type: text/plain; charset=iso-8859-1\r\n"
		      "Content-Transfer-Encoding: 8bit\r\n\r\nse\xf1or\r\n");
	c.footer = "日本";
	out = make(&l, &p, &c, &m);
	assert_non_null(strstr(value(out, "Content-Type"), "multipart/mixed"));
	assert_non_null(slice_find(out, SLICE("\r\n\r\nse\xf1or\r\n\r\n--=_")));
	assert_non_null(slice_find(unqp(slice_make(slice_find(out, SLICE("--=20")), 24)), SLICE("日本")));
	c.footer = "señal";
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_copy(m, &c, &o), RC_OK);
	assert_string_equal(slice_dup(a, body_of(str_slice(&o))), "se\xf1or\r\n\r\n-- \r\nse\xf1" "al\r\n");
	/* a clear-signed text is not written into */
	p = post_mail(AUTHOR "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nx\r\n");
	out = make(&l, &p, &c, NULL);
	assert_non_null(strstr(value(out, "Content-Type"), "multipart/mixed"));
}

static void test_tags(void **state)
{
	static const struct {
		const char *tag, *subject, *want;
	} t[] = {
		{ "Agenda", "Hola", "[Agenda] Hola" }, { "Agenda", "Re: [Agenda] Hola", "Re: [Agenda] Hola" },
		{ "Agenda", "=?utf-8?Q?Re:_=5BAgenda=5D_=C3=A1?=", "Re: [Agenda] á" },
		{ "Agenda", "=?utf-8?B?w6E=?=", "[Agenda] á" }, { "Educación", "x", "[Educación] x" },
		{ "Educación", "=?utf-8?B?w6E=?=", "[Educación] á" }, { "Agenda", "", "[Agenda]" },
		{ "a\r\nBcc: x", "y", "[a Bcc: x] y" },
		{ "Agenda", "[Agenda] Re: Hola", "[Agenda] Re: Hola" },
		{ "Agenda", "RV: [agenda] Hola", "RV: [agenda] Hola" },
		{ "Agenda", "Re: Hola", "Re: [Agenda] Hola" }, { "Agenda", "RV: Hola", "RV: [Agenda] Hola" },
		{ "Agenda", "AW: [Agenda] RE: [Agenda] Hola", "Re: [Agenda] Hola" },
		{ "Agenda", "[Agenda] [Agenda] Hola", "[Agenda] Hola" },
		{ "Agenda", "RE[3]: Re: RV: Hola", "Re: [Agenda] Hola" },
		{ "Agenda", "=?UTF-8?Q?RE=3A_Reuni=C3=B3n?=", "Re: [Agenda] Reunión" },
		{ "Agenda", "Re: Acta de [Agenda]", "Re: Acta de [Agenda]" },
		{ "Agenda", "Re: [URGENTE] Hola", "Re: [Agenda] [URGENTE] Hola" },
		{ "Agenda", "Re:", "Re: [Agenda]" },
		{ "Agenda", "=?iso-8859-1?Q?Re:_ma=F1ana?=", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct compose_list l = list_plain();
		struct compose_post p = post_mail(arena_fmt(a, "From: a@b\r\nDate: x\r\nSubject: %s\r\n"
							    "Message-ID: <1@b>\r\n\r\nx\r\n", t[i].subject));
		struct slice m;

		l.tag = t[i].tag;
		m = make(&l, &p, &copy_es, NULL);
		if (t[i].want)
			assert_string_equal(decoded(value(m, "Subject")), t[i].want);
		else /* in another charset: the author's words are left alone */
			assert_string_equal(value(m, "Subject"), arena_fmt(a, "[%s] %s", t[i].tag, t[i].subject));
		assert_int_equal(field(m, "Bcc", NULL), 0);
	}
}

static void test_munged(void **state)
{
	static const struct {
		enum compose_reply reply;
		const char *want;
	} t[] = {
		{ COMPOSE_REPLY_LIST, "agenda@foro.example" },
		{ COMPOSE_REPLY_AUTHOR, "otra@x.example" },
		{ COMPOSE_REPLY_BOTH, "agenda@foro.example, otra@x.example" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct compose_list l = list_plain();
		struct compose_post p = post_mail(AUTHOR "Sender: s@x.example\r\n\r\nx\r\n");
		struct composed *c;
		struct slice m;

		p.from = COMPOSE_FROM_LIST;
		p.reply = t[i].reply;
		m = make(&l, &p, &copy_es, &c);
		assert_false(composed_untouched(c));
		assert_string_equal(decoded(value(m, "From")),
				    "Ana Pérez por Gobierno electrónico <agenda@foro.example>");
		assert_string_equal(decoded(value(m, "Reply-To")), t[i].want);
		assert_int_equal(field(m, "Sender", NULL), 0);
		assert_string_equal(value(m, "Message-ID"), "<m1@x.example>");
		p.author_addr = "";
		assert_string_equal(value(make(&l, &p, &copy_es, NULL), "Reply-To"), "agenda@foro.example");
	}
}

/* A name that would turn the reader's words around leaves in our own From. */
static void test_turned(void **state)
{
	static const char *const from[] = { "=?utf-8?Q?Ana_=E2=80=AEzer=C3=A9P?= <otra@x.example>",
					    "\xE2\x81\xA6" "Ana <otra@x.example>" };
	struct compose_list l = list_plain();
	struct slice m;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		struct compose_post p = post_mail(arena_fmt(a, "From: %s\r\nSubject: x\r\n\r\nx\r\n", from[i]));

		m = make(&l, &p, &copy_es, NULL);
		assert_string_equal(decoded(value(m, "From")), "Ana Pérez por Gobierno electrónico <agenda@foro.example>");
	}
	m = make(&l, &(struct compose_post[]){ post_mail("From: =?utf-8?B?16nXqNeU?= <otra@x.example>\r\n\r\nx\r\n") }[0], &copy_es, NULL);
	assert_string_equal(value(m, "From"), "=?utf-8?B?16nXqNeU?= <otra@x.example>");
}

/* Whatever arrives, one well-formed message leaves. */
static void test_odd_originals(void **state)
{
	static const char *const raws[] = {
		"From: a@b\n\nx", "From: a@b\r\rx", "From: a@b\r\nX: y\rBcc: z@z\r\n\r\nx\ry\nz",
		"From x\r\nFrom: a@b\r\n\r\n", "no field\r\nFrom: a@b\r\n\r\nx", "From: a@b", "From: a@b\r\n",
		"From: a@b\r\nFrom: c@d\r\nSubject: 1\r\nSubject: 2\r\n\r\n", " x\r\nFrom: a@b\r\n\r\n",
		"From: a@b\r\n y: z\r\n\tw\r\n\r\nx\r\n", ">From x\r\nA: b\r\n\r\n", "A:\r\n\r\n", "A: b\r\n \r\n\r\nx",
		"From : a@b\r\nBcc : c@d\r\n\r\nx\r\n", "Content-Type: ;;;=\"\r\nA: b\r\n\r\nx",
		"Content-Type: text/plain; charset=\"\r\n\r\n\r\n=", "Content-Transfer-Encoding: quoted-printable\r\n\r\nx=",
		"Content-Transfer-Encoding: base64\r\n\r\n====", "Content-Transfer-Encoding: base64\r\n\r\nYQ", "\xff: x\r\nA: b\r\n\r\n",
	};
	struct str big;

	(void)state;
	for (size_t v = 0; v < 4; v++) {
		for (size_t i = 0; i < ARRAY_LEN(raws); i++) {
			struct compose_list l = list_plain();
			struct compose_post p = post_mail(raws[i]);
			struct slice m;

			l.footer = v & 1;
			p.from = v & 2 ? COMPOSE_FROM_LIST : COMPOSE_FROM_KEEP;
			m = make(&l, &p, &copy_es, NULL);
			assert_int_equal(field(m, "Bcc", NULL), 0);
			value(m, "From");
			value(m, "Date");
			value(m, "Message-ID");
			assert_true(field(m, "Subject", NULL) <= 1);
		}
		/* lines no server need take */
		for (size_t n = 990; n < 5000; n = n * 2 - 980) {
			struct compose_list l = list_plain();
			struct compose_post p;
			struct slice m;

			str_init(&big, a, 1 << 20);
			str_addz(&big, "From: a@b\r\nX-Long: ");
			for (size_t i = 0; i < n; i++)
				str_addc(&big, i % 7 == 6 && v > 1 ? ' ' : 'x');
			str_addz(&big, "\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
			for (size_t i = 0; i < n; i++)
				str_addz(&big, "ñ");
			p = post_mail(str_z(&big));
			l.footer = v & 1;
			m = make(&l, &p, &copy_es, NULL);
			if (n > 499 && !l.footer) {
				assert_string_equal(value(m, "Content-Transfer-Encoding"), "quoted-printable");
				assert_int_equal(unqp(body_of(m)).n, 2 * n + (slice_ends(body_of(m), "\r\n") ? 2 : 0));
			}
		}
	}
	struct compose_list l = list_plain();
	struct compose_post p = post_mail("\r\nx");
	struct composed *c;

	assert_int_equal(compose_post(&c, a, &l, &p), RC_INVALID);
	l.domain = "foro.example\r\nX: y";
	p = post_mail(AUTHOR "\r\n");
	assert_int_equal(compose_post(&c, a, &l, &p), RC_INVALID);
}

static void test_web(void **state)
{
	static const struct compose_attachment att[] = {
		{ "informe de situación.pdf", "application/pdf", { "%PDF\0\1\2\xff", 8 } },
		{ "x.eml", "message/rfc822", { "a", 1 } }, { "y", "te xt/\r\nplain", { "", 0 } },
	};
	const char *refs[120];
	struct compose_list l = list_plain();
	struct compose_post p = post_mail("");
	struct slice m, rest, line;
	char *v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		refs[i] = arena_fmt(a, "%zu.identificador.bastante.largo@servidor.example", i);
	refs[3] = "roto\r\nBcc: x@y";
	l.footer = true;
	l.tag = "Agenda";
	p.subject = "¿Sede?\r\nBcc: v@x";
	p.text = SLICE("Hola a todas:\n\nSigue el texto. \xff\x01\r\n");
	p.refs = refs;
	p.nrefs = ARRAY_LEN(refs);
	p.author_name = "Ana \"La Jefa\" Pérez\r\nBcc: v@x";
	m = make(&l, &p, &copy_es, NULL);
	for (rest = header_of(m); slice_line(&rest, &line);)
		assert_true(line.n <= 78);
	assert_int_equal(field(m, "Bcc", NULL), 0);
	assert_string_equal(decoded(value(m, "Subject")), "[Agenda] ¿Sede? Bcc: v@x");
	assert_string_equal(decoded(value(m, "From")), "Ana \"La Jefa\" Pérez Bcc: v@x por "
			    "Gobierno electrónico <agenda@foro.example>");
	assert_string_equal(value(m, "Message-ID"), "<s7@foro.example>");
	assert_string_equal(value(m, "In-Reply-To"), arena_fmt(a, "<%s>", refs[119]));
	v = value(m, "References");
	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		assert_int_equal(strstr(v, arena_fmt(a, "<%s>", refs[i])) != NULL, i != 3);
	assert_string_equal(unflow(unqp(body_of(m))), "Hola a todas:\n\nSigue el texto. \xef\xbf\xbd\n\n-- \n"
			    "Grupo Agenda\nBaja: https://foro.example/baja\n");
	p.attachments = att;
	p.nattachments = ARRAY_LEN(att);
	m = make(&l, &p, &copy_es, NULL);
	v = strstr(value(m, "Content-Type"), "boundary=\"");
	assert_non_null(v);
	v = arena_fmt(a, "\r\n--%.26s", v + 10);
	struct slice b = body_of(m);
	unsigned parts = 0;

	b = slice_make(b.p - 2, b.n + 2);
	for (const char *at; (at = slice_find(b, slice_of(v))) != NULL; parts++) {
		b.n -= (size_t)(at + 4 - b.p);
		b.p = at + 4;
		if (parts == 1) {
			const char *blank = slice_find(b, SLICE("\r\n\r\n"));
			const char *end = slice_find(b, slice_of(v));

			assert_string_equal(filename(slice_make(b.p, (size_t)(blank - b.p))), att[0].name);
			assert_true(slice_eq(unb64(slice_make(blank, (size_t)(end - blank))), att[0].bytes));
		}
	}
	assert_int_equal(parts, 5);
	assert_null(slice_find(m, SLICE("message/rfc822")));
	/* mostly other scripts: base64, with the footer inside */
	p.nattachments = 0;
	p.text = SLICE("日本語の本文です。\n");
	m = make(&l, &p, &copy_es, NULL);
	assert_string_equal(value(m, "Content-Transfer-Encoding"), "base64");
	assert_string_equal(unflow(unb64(body_of(m))), "日本語の本文です。\n\n-- \n"
			    "Grupo Agenda\nBaja: https://foro.example/baja\n");
	l.footer = false;
	p.text = SLICE("solo ascii\n");
	m = make(&l, &p, &copy_es, NULL);
	assert_string_equal(value(m, "Content-Transfer-Encoding"), "7bit");
	assert_string_equal(slice_dup(a, body_of(m)), "solo ascii\r\n");
}

static void test_notices(void **state)
{
	struct compose_list l = list_plain();
	struct compose_notice n = { .from_name = "Foro", .from_addr = "foro@foro.example",
		.to_name = "Luz\r\nBcc: x@y", .to_addr = "luz@x.example", .reply_to = "",
		.subject = "Su enlace de acceso: válido 15 minutos", .msgid = "n1@foro.example",
		.date = 1790000000 * USEC, .lang = "es", .in_reply_to = "",
		.text = SLICE("Entre aquí: https://foro.example/e/abc\n") };
	struct slice m;
	struct str o;

	(void)state;
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_notice(&n, &o), RC_OK);
	m = str_slice(&o);
	check_lines(m);
	assert_string_equal(value(m, "Auto-Submitted"), "auto-generated");
	assert_string_equal(decoded(value(m, "Subject")), n.subject);
	assert_int_equal(field(m, "Bcc", NULL), 0);
	assert_int_equal(field(m, "List-Id", NULL), 0);
	assert_string_equal(value(m, "Date"), "Mon, 21 Sep 2026 14:13:20 +0000");
	assert_string_equal(unflow(unqp(body_of(m))), "Entre aquí: https://foro.example/e/abc\n");
	n.in_reply_to = "q@x";
	n.html = SLICE("<p>Entre aquí</p>");
	n.list = &l;
	n.copy = &copy_es;
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_notice(&n, &o), RC_OK);
	m = str_slice(&o);
	check_lines(m);
	assert_string_equal(value(m, "Auto-Submitted"), "auto-replied");
	assert_string_equal(value(m, "References"), "<q@x>");
	value(m, "List-Id");
	value(m, "List-Unsubscribe-Post");
	n.to_addr = "luz@x\r\nX: y";
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_notice(&n, &o), RC_INVALID);
	assert_int_equal(o.n, 0);
}

/* A refused author gets the text back, byte for byte but for line ends. */
static void test_returned(void **state)
{
	static const char *const refs[] = { "a@x", "b@x" };
	struct compose_notice n = { .from_name = "Agenda", .from_addr = "agenda-request@foro.example",
		.to_name = "", .to_addr = "luz@x.example", .reply_to = "agenda+cabc@foro.example",
		.subject = "Su mensaje", .msgid = "n1@foro.example", .date = 1790000000 * USEC,
		.lang = "es", .in_reply_to = "q@x", .refs = refs, .nrefs = 2, .html = SLICE(""),
		.text = SLICE("No se publicó.\n"),
		.original = SLICE("From: luz@x.example\nSubject: \xc3\xb1\n\nLo que escrib\xed.\n") };
	char *wide = arena_alloc(a, 1200);
	struct slice m;
	struct str o;

	(void)state;
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_notice(&n, &o), RC_OK);
	m = str_slice(&o);
	check_lines(m);
	assert_string_equal(value(m, "References"), "<a@x> <b@x> <q@x>");
	assert_string_equal(value(m, "Reply-To"), "agenda+cabc@foro.example");
	assert_true(slice_find(m, SLICE("Content-Type: message/rfc822\r\n"
					"Content-Transfer-Encoding: 8bit\r\n")) != NULL);
	assert_true(slice_find(m, SLICE("\r\n\r\nFrom: luz@x.example\r\nSubject: \xc3\xb1\r\n\r\n"
					"Lo que escrib\xed.\r\n\r\n--")) != NULL);
	/* a line no message may have: the bytes as a file */
	memset(wide, 'x', 1200);
	n.original = slice_make(wide, 1200);
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_notice(&n, &o), RC_OK);
	m = str_slice(&o);
	check_lines(m);
	assert_true(slice_find(m, SLICE("Content-Type: application/octet-stream\r\n"
					"Content-Transfer-Encoding: base64\r\n")) != NULL);
	assert_true(slice_find(m, SLICE("\r\n\r\neHh4eHh4")) != NULL);
}

/* Joining is all a copy costs; the figure goes to stderr. */
static void test_speed(void **state)
{
	struct compose_list l = list_plain();
	struct compose_copy c = copy_es;
	struct compose_post p;
	struct composed *m;
	struct str o, raw;
	size_t used;
	int64_t from;

	(void)state;
	str_init(&raw, a, 1 << 20);
	str_addz(&raw, AUTHOR "Content-Type: text/plain; charset=utf-8\r\n\r\n");
	while (raw.n < 3000)
		str_addz(&raw, "Una línea del texto que alguien escribió.\r\n");
	p = post_mail(str_z(&raw));
	l.footer = true;
	assert_int_equal(compose_post(&m, a, &l, &p), RC_OK);
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_copy(m, &c, &o), RC_OK);
	used = arena_used(a);
	from = clock_mono();
	for (int i = 0; i < 20000; i++) {
		char url[64];

		snprintf(url, sizeof(url), "https://foro.example/baja/%d", i);
		c.unsub_url = url;
		str_cut(&o, 0);
		assert_int_equal(compose_copy(m, &c, &o), RC_OK);
	}
	fprintf(stderr, "# copies composed: %.0f/s\n",
		20000.0 * (double)USEC / (double)(clock_mono() - from));
	assert_true(arena_used(a) - used < 4096);       /* no copy leaves anything behind */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_subjects, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mailboxes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_file_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_encodings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flowed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_untouched, setup, teardown),
		cmocka_unit_test_setup_teardown(test_footers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_footer_ascii, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_munged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_odd_originals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_web, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_returned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_speed, setup, teardown),
	};

	rnd_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
