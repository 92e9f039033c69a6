/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What core does without a database: the addresses of a list, the guess at a
 * text's language, the raw message of a post from the web.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/base/codec.h"
#include "server/core/address.h"
#include "server/core/claim.h"
#include "server/core/lang.h"
#include "server/core/template.h"
#include "server/core/webmail.h"

#include "server/base/base.h"

static struct arena *a;
static struct conf conf = { .recipient_delimiter = "+" };
static struct keys keys = { .n = 1 };
static struct unit u = { .conf = &conf, .keys = &keys };

static int setup(void **state UNUSED)
{
	a = u.arena = arena_new((size_t)64 << 20);
	memset(keys.key[0].key, 7, 32);
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

/* ---- "is this you?" ---- */

static void who_may_be_meant(void **state UNUSED)
{
	static const struct {
		const char *name, *addr, *member;
		bool local, domain, fits;
	} t[] = {
		{ "Ana Perez", "ap@otro.example", "Ana Pérez", false, false, true },
		{ "ANA PÉREZ", "ap@otro.example", "Ana Pérez", false, false, true },
		{ "Ana", "ana@otro.example", "Ana", false, false, false },
		{ "", "ana.perez@otro.example", "Ana Pérez", true, false, true },
		{ "", "ana@otro.example", "Ana Pérez", true, false, false },
		{ "Información", "info@otro.example", "Luis Mora", true, false, false },
		{ "Ana Pérez", "x@gob.example", "Ana María Pérez Soto", false, true, true },
		{ "Ana Pérez", "x@otro.example", "Ana María Pérez Soto", false, false, false },
		{ "Ana López", "x@gob.example", "Ana María Pérez Soto", false, true, false },
		{ "Pérez", "x@gob.example", "Ana Pérez", false, true, false },
		{ "", "x@gob.example", "Ana Pérez", false, true, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(claim_fits(a, t[i].name, t[i].addr, t[i].member, t[i].local,
					    t[i].domain),
				 t[i].fits);
}

/* ---- addresses ---- */

static void addresses_of_a_list(void **state UNUSED)
{
	static const struct {
		const char *addr, *list;
		enum address_kind kind;
	} t[] = {
		{ "agenda@foro.example", "agenda", ADDRESS_POST },
		{ "AGENDA@Foro.Example", "agenda", ADDRESS_POST },
		{ "agenda-request@foro.example", "agenda", ADDRESS_REQUEST },
		{ "agenda-help@foro.example", "agenda", ADDRESS_REQUEST },
		{ "agenda-join@foro.example", "agenda", ADDRESS_JOIN },
		{ "agenda-subscribe@foro.example", "agenda", ADDRESS_JOIN },
		{ "Agenda-Leave@foro.example", "agenda", ADDRESS_LEAVE },
		{ "agenda-unsubscribe@foro.example", "agenda", ADDRESS_LEAVE },
		{ "agenda-owner@foro.example", "agenda", ADDRESS_OWNER },
		{ "agenda-bounces@foro.example", "agenda", ADDRESS_BOUNCE },
		{ "agenda-bounces+s7.aaaaaaaaaaaaaaaa@foro.example", "agenda",
		  ADDRESS_BOUNCE }, /* forged: id 0 */
		{ "grupo-de-trabajo@foro.example", "grupo-de-trabajo", ADDRESS_POST },
		{ "grupo-de-trabajo-owner@foro.example", "grupo-de-trabajo", ADDRESS_OWNER },
		{ "owner@foro.example", "owner", ADDRESS_POST },
		{ "agenda+cabcdefgh@foro.example", "agenda", ADDRESS_CONFIRM },
		{ "agenda+mabcdefgh@foro.example", "agenda", ADDRESS_MODERATE },
		{ "agenda+t12.aaaaaaaaaaaaaaaa@foro.example", "agenda",
		  ADDRESS_POST }, /* forged: the plain one */
		{ "agenda+t12@foro.example", "agenda", ADDRESS_POST },
		{ "agenda+@foro.example", "agenda", ADDRESS_POST },
		{ "agenda+lo-que-sea@foro.example", "agenda", ADDRESS_POST },
	};
	static const char
		*const wrong[] = {
			"",
			"agenda",
			"@foro.example",
			"@",
			"+t1@foro.example",
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@foro."
			"example", /* 65 */
		};
	struct address_to to;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		assert_int_equal(address_parse(&u, t[i].addr, &to), RC_OK);
		assert_string_equal(to.list, t[i].list);
		assert_string_equal(to.domain, "foro.example");
		assert_int_equal(to.kind, t[i].kind);
		assert_int_equal(to.id, 0);
		assert_string_equal(to.token,
				    to.kind == ADDRESS_CONFIRM || to.kind == ADDRESS_MODERATE
					    ? "abcdefgh"
					    : "");
	}
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_int_equal(address_parse(&u, wrong[i], &to), RC_INVALID);
}

/* Made and read again, in capitals as well; one that was changed in any place is not ours. */
static void signed_round(const char *delimiter, const char *list, int64_t id, enum address_kind kind)
{
	char *addr, *other;
	struct address_to to;
	const char *at;

	conf.recipient_delimiter = delimiter;
	addr = kind == ADDRESS_THREAD ? address_thread(&u, list, "foro.example", id)
	       : kind == ADDRESS_LEAVE
		       ? address_leave(a, &keys, delimiter, list, "foro.example", id)
		       : address_verp(a, &keys, delimiter, list, "foro.example", id);
	at = strchr(addr, '@');
	assert_non_null(at);
	assert_true(at - addr <= 64);
	assert_int_equal(address_parse(&u, addr, &to), RC_OK);
	assert_int_equal(to.kind, kind);
	assert_int_equal(to.id, id);
	assert_string_equal(to.list, list);
	other = arena_strdup(a, addr);
	for (char *p = other; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	assert_int_equal(address_parse(&u, other, &to), RC_OK);
	assert_int_equal(to.id, id);
	for (const char *p = addr; *p; p++) {
		other = arena_strdup(a, addr);
		other[p - addr] = *p == 'q' ? 'r' : 'q';
		if (address_parse(&u, other, &to) == RC_OK)
			assert_int_equal(to.id, 0);
	}
	conf.recipient_delimiter = "+";
}

static void signed_addresses(void **state UNUSED)
{
	static const char *const lists[] = { "a", "agenda", "grupo-de-trabajo",
					     "abcdefghijklmnopqrstuvwx" };
	static const enum address_kind kinds[] = { ADDRESS_BOUNCE, ADDRESS_THREAD, ADDRESS_LEAVE };
	static const int64_t ids[] = { 1, 42, 1234567890, 999999999999 };

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (size_t j = 0; j < ARRAY_LEN(ids); j++)
			for (size_t k = 0; k < 2 * ARRAY_LEN(kinds); k++)
				signed_round(k & 1 ? "-" : "+", lists[i], ids[j], kinds[k / 2]);
}

/* A signature for one thing is none for another. */
static void signatures_apart(void **state UNUSED)
{
	const char *mac = strchr(address_thread(&u, "agenda", "foro.example", 12), '.') + 1;
	struct address_to to;

	mac = arena_strndup(a, mac, 16);
	assert_int_equal(address_parse(&u, arena_fmt(a, "agenda+t12.%s@foro.example", mac), &to),
			 RC_OK);
	assert_int_equal(to.kind, ADDRESS_THREAD);
	static const char *const others[] = { "agenda+t13.%s@foro.example",
					      "otra+t12.%s@foro.example",
					      "agenda+t12.%s@otra.example",
					      "agenda-bounces+s12.%s@foro.example",
					      "agenda-leave+s12.%s@foro.example",
					      "agenda+t012.%sx@foro.example" };
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct str s;
		const char *gap = strstr(others[i], "%s");

		str_init(&s, a, 200);
		str_add(&s, others[i], (size_t)(gap - others[i]));
		str_addz(&s, mac);
		str_addz(&s, gap + 2);
		assert_int_equal(address_parse(&u, str_z(&s), &to), RC_OK);
		assert_int_equal(to.id, 0);
	}
}

/* ---- languages ---- */

static void languages(void **state UNUSED)
{
	static const struct {
		const char *text, *lang;
	} t[] = {
		{ "Estimadas colegas: la reunión será el viernes y les pido que envíen los puntos "
		  "para el orden del día.",
		  "es" },
		{ "En Guatemala ya hay una propuesta; no está lista, pero la compartimos con las "
		  "delegaciones.",
		  "es" },
		{ "Dear all, the meeting is on Friday and we would like you to send your points "
		  "for the agenda.",
		  "en" },
		{ "Caros colegas, a reunião será na sexta-feira e não há ainda uma proposta para "
		  "os pontos do dia.",
		  "pt" },
		{ "Chers collègues, la réunion est vendredi et nous vous prions de nous envoyer "
		  "les points pour la liste.",
		  "fr" },
		{ "Cari colleghi, la riunione è venerdì e non c'è ancora una proposta per gli "
		  "argomenti della giornata, ma sono "
		  "qui con il testo.",
		  "it" },
		{ "Gracias.", "zz" },
		{ "", "zz" },
		{ "Ok ok ok ok ok ok ok", "zz" },
		{ "12345 67890 \xff\xfe \xc3", "zz" },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_string_equal(lang_guess(slice_of(t[i].text), "zz"), t[i].lang);
}

/* ---- the message of a post from the web ---- */

static struct web_head head(void)
{
	return (struct web_head){ .author_name = "Ana \"la\" Pérez\r\nBcc: x@example.org",
				  .list_addr = "agenda@foro.example",
				  .subject = "Uno\nX-Dos: tres",
				  .msgid = "w1@foro.example",
				  .in_reply_to = "w0@foro.example",
				  .date = (int64_t)784111777 * USEC };
}

/* Whatever is written comes back, and each file is where its offset says. */
static void web_round(struct slice text, const struct web_upload *up, size_t n)
{
	struct web_head h = head();
	struct submit_attachment *at;
	struct web_message m;
	struct slice raw;
	unsigned char hash[HASH_BYTES];

	assert_int_equal(web_message_write(a, &h, text, up, n, &raw, &at), RC_OK);
	assert_int_equal(web_message_read(a, raw, &m), RC_OK);
	assert_true(slice_eq(m.text, text));
	assert_int_equal(m.nfiles, n);
	for (size_t i = 0; i < n; i++) {
		struct slice enc = slice_make(raw.p + at[i].offset, (size_t)at[i].length);

		assert_string_equal(m.files[i].name, at[i].name);
		assert_string_equal(m.files[i].type, at[i].type);
		assert_true(slice_eq(codec_decode(a, "base64", m.files[i].encoded), up[i].bytes));
		assert_true(slice_eq(codec_decode(a, at[i].encoding, enc), up[i].bytes));
		assert_int_equal(at[i].size, up[i].bytes.n);
		hash_bytes(up[i].bytes.p, up[i].bytes.n, hash);
		assert_memory_equal(at[i].hash, hash, HASH_BYTES);
	}
}

static void web_messages(void **state UNUSED)
{
	static const char evil[] = "--=_cabildo\r\nContent-Type: "
				   "text/html\r\n\r\n<b>\r\n--=_cabildo--\r\n.\r\nFrom ana\r\n";
	char *big = arena_alloc(a, 1000000);
	struct web_upload up[] = {
		{ "acta.pdf", "application/pdf", SLICE("%PDF-1.4 \0 bytes") },
		{ "con \"comillas\"\r\ny: líneas.txt", "text/plain", SLICE("") },
		{ "--=_cabildo", "text/plain\r\nX: y", slice_make(evil, sizeof(evil) - 1) },
		{ "grande.bin", "application/octet-stream", slice_make(big, 1000000) },
	};

	for (size_t i = 0; i < 1000000; i++)
		big[i] = (char)(i * 31 >> 3);
	for (size_t n = 0; n <= ARRAY_LEN(up); n++) {
		web_round(SLICE("Hola.\r\n\r\n*Saludos*, ñandú.\n"), up, n);
		web_round(slice_make(evil, sizeof(evil) - 1), up, n);
		web_round(SLICE(""), up, n);
	}
}

/* No field that a person fills makes a header of its own. */
static void web_heads(void **state UNUSED)
{
	struct web_head h = head();
	struct submit_attachment *at;
	struct slice raw, line;
	unsigned n = 0;

	assert_int_equal(web_message_write(a, &h, SLICE("x"), NULL, 0, &raw, &at), RC_OK);
	while (slice_line(&raw, &line) && line.n) {
		n++;
		assert_false(slice_istarts(line, "Bcc") || slice_istarts(line, "X-Dos"));
		assert_null(memchr(line.p, '\r', line.n));
	}
	assert_int_equal(n, 8);
}

static void web_not_ours(void **state UNUSED)
{
	struct web_head h = head();
	struct submit_attachment *at;
	struct web_upload up = { "a", "text/plain", SLICE("some bytes") };
	struct web_message m;
	struct slice raw;

	assert_int_equal(web_message_read(a, SLICE(""), &m), RC_INVALID);
	assert_int_equal(web_message_read(a, SLICE("From: a\r\n\r\ntext\r\n"), &m), RC_INVALID);
	assert_int_equal(web_message_read(a, SLICE("\r\n--=_cabildo--\r\n"), &m), RC_INVALID);
	assert_int_equal(web_message_write(a, &h, SLICE("text"), &up, 1, &raw, &at), RC_OK);
	/* cut anywhere before its end mark it is no message, and nothing is read past the cut */
	for (size_t n = 0; n < raw.n - 4; n++) {
		char *cut = arena_memdup(a, raw.p, n);

		assert_int_equal(web_message_read(a, slice_make(cut, n), &m), RC_INVALID);
	}
}

/* ---- texts of a group's own ---- */

static void templates_filled(void **state UNUSED)
{
	const struct template_values v = { .group = "Agenda {name}", .name = "Ana", .subject = "" };

	assert_string_equal(template_fill(a, "{name}: {group}, {address}{subject}.{", &v),
			    "Ana: Agenda {name}, {address}.{");
	assert_string_equal(template_fill(a, "{na{name}{NAME}", &v), "{naAna{NAME}");
	assert_string_equal(template_fill(a, "", &v), "");
	for (size_t i = 0; i < template_kinds_n; i++)
		assert_ptr_equal(template_kind(template_kinds[i].name), &template_kinds[i]);
	assert_null(template_kind("decide"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_filled),
		cmocka_unit_test(who_may_be_meant),
		cmocka_unit_test(addresses_of_a_list), cmocka_unit_test(signed_addresses),
		cmocka_unit_test(signatures_apart),    cmocka_unit_test(languages),
		cmocka_unit_test(web_messages),        cmocka_unit_test(web_heads),
		cmocka_unit_test(web_not_ours),
	};

	rnd_init();
	return cmocka_run_group_tests_name("core", tests, setup, teardown);
}
