/* SPDX-License-Identifier: Apache-2.0 */
/*
 * winmail.dat: what Outlook packs (made by tests/lib/tnef.pl, the same files
 * that the fuzzer begins with), cut and changed everywhere, and RTF.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "mailer/parse/mail.h"
#include "mailer/parse/tnef.h"
#include "server/base/codec.h"
#include "server/base/base.h"

static struct slice seed(struct arena *a, const char *name)
{
	FILE *f = fopen(arena_fmt(a, "%s/%s", SEEDS, name), "rb");
	char *p = arena_alloc(a, 65536);
	size_t n;

	assert_non_null(f);
	n = fread(p, 1, 65536, f);
	fclose(f);
	return slice_make(p, n);
}

static int setup(void **state)
{
	*state = arena_new((size_t)256 << 20);
	return 0;
}

static int teardown(void **state)
{
	arena_free((struct arena **)state);
	return 0;
}

/* The mail with that winmail.dat, and words of its own or none. */
static void mail_with(struct mail *m, struct arena *a, const char *name, const char *words)
{
	const char *why;
	struct str s;

	str_init(&s, a, STR_CAP_DEFAULT);
	str_fmt(&s, "From: ana@muni.example\nSubject: acta\nContent-Type: multipart/mixed; boundary=b\n\n"
		    "--b\n\n%s\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n"
		    "Content-Transfer-Encoding: base64\n\n",
		words);
	codec_base64(&s, seed(a, name));
	str_addz(&s, "--b--\n");
	assert_int_equal(mail_parse(m, a, str_slice(&s), NULL, &why), RC_OK);
}

/* What the web serves of it. */
static struct slice served(struct arena *a, const struct mail *m, size_t i)
{
	const struct mail_attachment *f = &m->attachments[i];
	struct slice s = codec_decode(a, f->encoding, slice_make(m->raw.p + f->offset, f->length));
	unsigned char hash[32];

	if (f->packed) {
		assert_true(f->inner + f->size <= s.n);
		s = slice_make(s.p + f->inner, f->size);
	}
	hash_bytes(s.p, s.n, hash);
	assert_int_equal(s.n, f->size);
	assert_memory_equal(hash, f->hash, sizeof(hash));
	return s;
}

static void files(void **state)
{
	struct arena *a = *state;
	struct mail m;

	mail_with(&m, a, "files", "Va el acta.");
	assert_int_equal(m.nattachments, 3);
	assert_string_equal(m.attachments[0].name, "Acta de la reunión \U0001f4ce.docx");
	assert_string_equal(m.attachments[0].type, "application/vnd.openxmlformats-officedocument."
						   "wordprocessingml.document");
	assert_int_equal(served(a, &m, 0).n, 2000);
	assert_string_equal(m.attachments[1].name, "lista.csv");
	assert_true(slice_eqz(served(a, &m, 1), "a;b\n1;2\n"));
	assert_string_equal(m.attachments[2].name, "winmail.dat");
	assert_false(m.attachments[2].packed);
	assert_true(slice_eq(served(a, &m, 2), seed(a, "files")));
	/* its own words are the text, the packed ones are another form of them */
	assert_string_equal(m.text, "Va el acta.");
	assert_string_equal(m.outlook_class, "ipm.microsoft mail.note");
	assert_int_equal(m.automatic, MAIL_HUMAN);
}

static void names(void **state)
{
	struct arena *a = *state;
	struct mail m;

	mail_with(&m, a, "old", "x");
	assert_string_equal(m.attachments[0].name, "Año 2026.txt");
	mail_with(&m, a, "nested", "x");
	assert_string_equal(m.attachments[0].name, "dentro.txt");
	assert_true(slice_eqz(served(a, &m, 0), "dentro\n"));
	mail_with(&m, a, "untitled", "x");
	assert_string_equal(m.attachments[0].name, "application-1.bin");
	mail_with(&m, a, "logo", "x");
	assert_true(m.attachments[0].inline_);
	assert_string_equal(m.attachments[0].content_id, "image001.png@01D1");
}

static void texts(void **state)
{
	static const char *const cases[][2] = {
		{ "body", "Buenos días:\n\nLa reunión es mañana.\n" },
		{ "html", "La reunión\n\nes mañana.\n" },
		{ "rtf", "La reunión es el miércoles.\nPrecio: 5€\n" },
		{ "packed", "La reunión es el miércoles.\nPrecio: 5€\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mail m;

		mail_with(&m, *state, cases[i][0], "");
		assert_string_equal(m.text, cases[i][1]);
		mail_with(&m, *state, cases[i][0], "Mis palabras.");
		assert_string_equal(m.text, "Mis palabras.");
	}
}

static void answers(void **state)
{
	struct mail m;

	mail_with(&m, *state, "answer", "Acepto.");
	assert_int_equal(m.automatic, MAIL_AUTO_REPLIED);
	assert_string_equal(m.auto_sign, "meeting answer");
}

/* No length leads out, whatever is cut or changed; what stood before stays. */
static void damage(void **state)
{
	static const char *const all[] = { "files", "old", "body", "html", "rtf", "packed", "nested",
					   "answer", "logo", "untitled" };
	struct arena *a = *state;
	struct tnef t;

	for (size_t k = 0; k < ARRAY_LEN(all); k++) {
		struct slice whole = seed(a, all[k]);
		struct arena_mark mark = arena_mark(a);

		for (size_t i = 0; i < whole.n; i++) {
			/* just so long: a sanitizer sees a byte too far */
			char *p = malloc(i + 1);

			memcpy(p, whole.p, i);
			if (tnef_open(&t, a, slice_make(p, i), 10, 1000) == RC_OK)
				assert_true(t.nfiles <= 2);
			free(p);
			p = arena_memdup(a, whole.p, whole.n);
			p[i] ^= (char)0xff;
			if (tnef_open(&t, a, slice_make(p, whole.n), 10, 1000) == RC_OK)
				for (size_t f = 0; f < t.nfiles; f++)
					assert_true(t.files[f].offset + t.files[f].length <= whole.n);
			arena_rewind(a, mark);
		}
	}
	struct slice two = seed(a, "files");

	assert_int_equal(tnef_open(&t, a, slice_make(two.p, two.n - 30), 10, 0), RC_OK);
	assert_int_equal(t.nfiles, 2);
	assert_int_equal(tnef_open(&t, a, two, 1, 0), RC_OK);
	assert_int_equal(t.nfiles, 1);
}

static void rtf(void **state)
{
	static const char *const cases[][2] = {
		{ "{\\rtf1 a\\par b}", "a\nb" },
		{ "{\\rtf1\\ansicpg1251 \\'cf\\'f0\\'e8}", "При" },
		{ "{\\rtf1{\\uc2\\u241 n~}\\u-10179?\\u-8676?}", "ñ\U0001f61c" },
		{ "{\\rtf1{\\pict ffd8}{\\*\\x y}{\\info{\\title t}}a\\{b\\}\\\\\\~c\\_d}", "a{b}\\ c-d" },
		{ "{\\rtf1 a\\bin3 }}}b}", "ab" },
		{ "{\\rtf1 \\ldblquote s\\u237?\\rdblquote\\emdash}", "“sí”—" },
		{ "{\\rtf1 \\", "" },
		{ "}}{\\rtf1 x", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice s = rtf_to_text(*state, slice_of(cases[i][0]), 1000);

		assert_string_equal(slice_dup(*state, s), cases[i][1]);
	}
}

/* n attachments without a name, of a byte each; the time to open it in microseconds. */
static int64_t open_time(struct arena *a, size_t n)
{
	static const char one[] = "\2\2\x90\6\0\16\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\2\xf\x80\6\0\1\0\0\0x\x78\0";
	struct tnef t;
	struct str s;
	int64_t best = INT64_MAX;

	str_init(&s, a, n * sizeof(one) + 8);
	str_add(&s, "\x78\x9f\x3e\x22\1\0", 6);
	for (size_t i = 0; i < n; i++)
		str_add(&s, one, sizeof(one) - 1);
	for (int i = 0; i < 5; i++) {
		int64_t from = clock_mono();

		assert_int_equal(tnef_open(&t, a, str_slice(&s), 200, 1000), RC_OK);
		assert_int_equal(t.nfiles, 200);
		if (clock_mono() - from < best)
			best = clock_mono() - from;
	}
	return best;
}

static void limits(void **state)
{
	/* what lies behind the 200th file costs nothing */
	int64_t small = open_time(*state, 1000), large = open_time(*state, 100000);

	assert_true(large < small * 10 + 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files, setup, teardown),
		cmocka_unit_test_setup_teardown(names, setup, teardown),
		cmocka_unit_test_setup_teardown(texts, setup, teardown),
		cmocka_unit_test_setup_teardown(answers, setup, teardown),
		cmocka_unit_test_setup_teardown(damage, setup, teardown),
		cmocka_unit_test_setup_teardown(rtf, setup, teardown),
		cmocka_unit_test_setup_teardown(limits, setup, teardown),
	};

	rnd_init();
	mail_parse_init();
	if (!tnef_lib_there()) {
		printf("1..0 # SKIP built without libytnef\n");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tnef", tests, NULL, NULL);
}
