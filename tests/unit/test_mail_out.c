/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of docs/mail-out.md, row by row, and whether an author's signature
 * can survive: which of our changes touch what it covers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "mailer/compose/compose.h"

#include "server/base/base.h"

#define SIG "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=a;\r\n\th=From:To:Subject:Date;\r\n\tb=ab\r\n"
#define AUTHOR "From: Ana <ana@x.example>\r\nTo: Agenda <agenda@foro.example>\r\n" \
	"Subject: Hola\r\nDate: Mon, 16 Nov 2026 09:00:00 -0600\r\nMessage-ID: <m1@x.example>\r\n"

static struct arena *a;

static int setup(void **state UNUSED)
{
	a = arena_new((size_t)100 << 20);
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

static struct compose_list list_of(void)
{
	return (struct compose_list){ .local = "agenda", .domain = "foro.example", .title = "Agenda",
		.list_id = "agenda.foro.example", .archive_url = "", .lang = "es", .tag = "" };
}

static struct compose_post post_of(const char *raw)
{
	static const char *const dkim[] = { "x.example" };

	return (struct compose_post){ .raw = slice_of(raw), .msgid = "m1@x.example",
		.author_name = "Ana", .author_addr = "ana@x.example", .via = "por",
		.url = "https://foro.example/g/agenda/1/1", .dkim = dkim, .ndkim = 1,
		.subject = "Hola", .text = SLICE("Texto\n"), .reply = COMPOSE_REPLY_LIST };
}

static struct slice composed_of(const struct compose_list *l, const struct compose_post *p)
{
	struct compose_copy copy = { .rcpt = "luz@y.example", .lang = "es", .sender = "",
		.unsub_mailto = "agenda-leave@foro.example", .unsub_url = "", .footer = "" };
	struct composed *c;
	struct str o;

	assert_int_equal(compose_post(&c, a, l, p), RC_OK);
	str_init(&o, a, 1 << 20);
	assert_int_equal(compose_copy(c, &copy, &o), RC_OK);
	return str_slice(&o);
}

/* The one field of that name, unfolded; "-" where there is none. */
static const char *value(struct slice m, const char *name)
{
	struct slice rest = m, line, n;
	const char *got = "-";
	bool open = false;

	while (slice_line(&rest, &line) && line.n > 0) {
		if (line.p[0] == ' ' || line.p[0] == '\t') {
			line = slice_trim(line);
			if (open)
				got = arena_fmt(a, "%s %.*s", got, (int)line.n, line.p);
			continue;
		}
		slice_cut(&line, ':', &n);
		open = slice_ieqz(n, name);
		if (open) {
			assert_string_equal(got, "-");
			got = slice_dup(a, slice_trim(line));
		}
	}
	return got;
}

#define LIST "agenda@foro.example"
#define VIA  "Ana por Agenda <agenda@foro.example>"
#define ANA  "Ana <ana@x.example>"

/* docs/mail-out.md shows these rows in this order. */
static const struct row {
	enum compose_from from;
	enum compose_reply reply;
	bool hidden;
	const char *extra;              /* fields of the author */
	const char *want_from, *want_reply, *want_cc;
} rows[] = {
	{ COMPOSE_FROM_KEEP, COMPOSE_REPLY_LIST, false, "", ANA, LIST, "-" },
	{ COMPOSE_FROM_KEEP, COMPOSE_REPLY_AUTHOR, false, "", ANA, "-", "-" },
	{ COMPOSE_FROM_KEEP, COMPOSE_REPLY_BOTH, false, "", ANA, LIST ", " ANA, "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_LIST, false, "", VIA, LIST, ANA },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_AUTHOR, false, "", VIA, ANA, "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_BOTH, false, "", VIA, LIST ", " ANA, "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_LIST, true, "", VIA, LIST, "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_AUTHOR, true, "", VIA, LIST, "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_BOTH, true, "", VIA, LIST, "-" },
	/* the author names another address for answers */
	{ COMPOSE_FROM_KEEP, COMPOSE_REPLY_AUTHOR, false, "Reply-To: o@x.example\r\n", ANA, "o@x.example", "-" },
	{ COMPOSE_FROM_KEEP, COMPOSE_REPLY_BOTH, false, "Reply-To: o@x.example\r\n", ANA,
	  LIST ", o@x.example", "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_AUTHOR, false, "Reply-To: \"O, x\" <o@x.example>\r\n", VIA,
	  "\"O, x\" <o@x.example>", "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_BOTH, false, "Reply-To: o@x.example\r\n", VIA,
	  LIST ", o@x.example", "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_AUTHOR, true, "Reply-To: o@x.example\r\n", VIA, LIST, "-" },
	/* or the list itself, or nothing that can be joined */
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_AUTHOR, false, "Reply-To: Agenda@foro.example\r\n", VIA, ANA, "-" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_BOTH, false, "Reply-To: g: a@b.example;\r\n", VIA, LIST ", " ANA, "-" },
	/* others in Cc stay there; the author does not stand there twice */
	{ COMPOSE_FROM_KEEP, COMPOSE_REPLY_LIST, false, "Cc: \"B, b\" <b@x.example>\r\n", ANA, LIST,
	  "\"B, b\" <b@x.example>" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_LIST, false, "Cc: \"B, b\" <b@x.example>,\r\n c@x.example\r\n", VIA,
	  LIST, ANA ", \"B, b\" <b@x.example>, c@x.example" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_LIST, false, "Cc: ANA@x.example\r\n", VIA, LIST, "ANA@x.example" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_LIST, false, "Cc: mariana@x.example\r\n", VIA, LIST,
	  ANA ", mariana@x.example" },
	{ COMPOSE_FROM_LIST, COMPOSE_REPLY_LIST, false, "Cc: g: b@x.example;\r\n", VIA, LIST ", " ANA,
	  "g: b@x.example;" },
};

static void test_table(void **state UNUSED)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct compose_list l = list_of();
		struct compose_post p = post_of(arena_fmt(a, AUTHOR "%s\r\nx\r\n", r->extra));
		struct slice m;
		const char *all;

		p.from = r->from;
		p.reply = r->reply;
		if (r->hidden)
			p.author_addr = "";
		m = composed_of(&l, &p);
		assert_string_equal(value(m, "From"), r->want_from);
		assert_string_equal(value(m, "Reply-To"), r->want_reply);
		assert_string_equal(value(m, "Cc"), r->want_cc);
		all = arena_fmt(a, "%s %s %s", value(m, "From"), value(m, "Reply-To"), value(m, "Cc"));
		/* reachable in every row, unless hidden: then in none of ours */
		if (r->hidden)
			assert_null(slice_ifind(m, SLICE("x.example>\r\n")) ?
				    slice_ifind(slice_of(all), SLICE("@x.example")) : NULL);
		else
			assert_non_null(slice_ifind(slice_of(all), SLICE("@x.example")));
	}
}

/* A row of the page's table: its six cells, trimmed, without ` and *. */
static bool page_row(struct slice line, const char *cell_r[6])
{
	struct slice rest = line, cell;
	struct str s;

	if (line.n == 0 || line.p[0] != '|' || !slice_cut(&rest, '|', &cell))
		return false;
	for (int i = 0; i < 6; i++) {
		if (!slice_cut(&rest, '|', &cell))
			return false;
		cell = slice_trim(cell);
		str_init(&s, a, 200);
		for (size_t k = 0; k < cell.n; k++)
			if (cell.p[k] != '`' && cell.p[k] != '*')
				str_addc(&s, cell.p[k]);
		cell_r[i] = str_z(&s);
	}
	return true;
}

/* What the page's words stand for in a mail of Ana's that has no Reply-To and no Cc. */
static const char *meaning(const char *word)
{
	static const char *const words[][2] = {
		{ "author", ANA }, { "list", LIST }, { "list, author", LIST ", " ANA },
		{ "author por list", VIA }, { "as sent", "-" }, { "author, then as sent", ANA },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i][0], word) == 0)
			return words[i][1];
	fail_msg("docs/mail-out.md says \"%s\"", word);
	return "";
}

static void page_check(const char *cell[6], enum compose_reply reply)
{
	struct compose_list l = list_of();
	struct compose_post p = post_of(AUTHOR "\r\nx\r\n");
	struct slice m;

	p.from = strcmp(cell[0], "the list's") == 0 ? COMPOSE_FROM_LIST : COMPOSE_FROM_KEEP;
	p.reply = reply;
	if (strcmp(cell[2], "yes") == 0)
		p.author_addr = "";
	m = composed_of(&l, &p);
	assert_string_equal(value(m, "From"), meaning(cell[3]));
	assert_string_equal(value(m, "Reply-To"), meaning(cell[4]));
	assert_string_equal(value(m, "Cc"), meaning(cell[5]));
}

/* Each row of the table that people read is what a mail of that row has. */
static void test_page(void **state UNUSED)
{
	static const char *const replies[] = { "list", "author", "both" };
	static char buf[65536];
	const char *top = getenv("TOP"), *cell[6];
	struct slice rest, line;
	FILE *f = top ? fopen(arena_fmt(a, "%s/docs/mail-out.md", top), "r") : NULL;
	int rows_read = 0;

	if (f == NULL)
		skip(); /* not run by tests/run */
	rest = slice_make(buf, fread(buf, 1, sizeof(buf), f));
	fclose(f);
	while (slice_line(&rest, &line)) {
		bool found = false;

		if (!page_row(line, cell) || strcmp(cell[2], "address hidden") == 0 ||
		    cell[0][0] == '-')
			continue;
		for (int i = 0; i < 3; i++)
			if (strcmp(cell[1], replies[i]) == 0 || strcmp(cell[1], "any") == 0) {
				page_check(cell, (enum compose_reply)i);
				found = true;
			}
		assert_true(found);
		rows_read++;
	}
	assert_int_equal(rows_read, 7);
}

static void test_web(void **state UNUSED)
{
	for (int reply = COMPOSE_REPLY_LIST; reply <= COMPOSE_REPLY_BOTH; reply++)
		for (int hidden = 0; hidden < 2; hidden++) {
			static const char *const want[] = { LIST, ANA, LIST ", " ANA };
			struct compose_list l = list_of();
			struct compose_post p = post_of("");
			struct slice m;

			p.reply = (enum compose_reply)reply;
			if (hidden)
				p.author_addr = "";
			m = composed_of(&l, &p);
			assert_string_equal(value(m, "From"), VIA);
			assert_string_equal(value(m, "Reply-To"), hidden ? LIST : want[reply]);
			assert_string_equal(value(m, "Cc"),
					    !hidden && reply == COMPOSE_REPLY_LIST ? ANA : "-");
			assert_true(!hidden == (slice_find(m, SLICE("ana@x.example")) != NULL));
		}
}

/* An address that needs SMTPUTF8 cannot stand in a copy: the list does. */
static void test_smtputf8(void **state UNUSED)
{
	struct compose_list l = list_of();
	struct compose_post p = post_of("From: \xc3\x91" "a <\xc3\xb1" "a@x.example>\r\nTo: agenda@foro.example\r\n"
					"Message-ID: <m1@x.example>\r\nReply-To: \xc3\xb1@x.example\r\n\r\nx\r\n");
	struct slice m;

	p.author_name = "Ña";
	p.author_addr = "ña@x.example";
	for (int r = COMPOSE_REPLY_LIST; r <= COMPOSE_REPLY_BOTH; r++) {
		p.reply = (enum compose_reply)r;
		m = composed_of(&l, &p);
		assert_string_equal(value(m, "Reply-To"), LIST);
		assert_non_null(strstr(value(m, "From"), "<" LIST ">"));
		for (size_t i = 0; i < m.n; i++)
			assert_true((unsigned char)m.p[i] < 128);
	}
	/* a name in raw UTF-8 with an ordinary address stays */
	p = post_of("From: \xc3\x91u <n@x.example>\r\n\r\nx\r\n");
	assert_string_equal(value(composed_of(&l, &p), "From"), "\xc3\x91u <n@x.example>");
}

static bool holds(const char *head, void (*change)(struct compose_list *, struct compose_post *))
{
	struct compose_list l = list_of();
	struct compose_post p = post_of(arena_fmt(a, "%s\r\ntexto\r\n", head));

	if (change)
		change(&l, &p);
	return compose_signature_holds(a, &l, &p);
}

static void c_footer(struct compose_list *l, struct compose_post *p UNUSED)
{
	l->footer = true;
}

static void c_tag(struct compose_list *l, struct compose_post *p UNUSED)
{
	l->tag = "Agenda";
}

static void c_author(struct compose_list *l UNUSED, struct compose_post *p)
{
	p->reply = COMPOSE_REPLY_AUTHOR;
}

static void c_nodkim(struct compose_list *l UNUSED, struct compose_post *p)
{
	p->ndkim = 0;
}

#define SIGH(h) "DKIM-Signature: v=1; d=X.example; s=a; h=" h "; b=ab\r\n"

static void test_signature(void **state UNUSED)
{
	assert_true(holds(SIG AUTHOR, NULL));
	assert_false(holds(AUTHOR, NULL));
	assert_false(holds(SIG AUTHOR, c_footer));
	assert_false(holds(SIG AUTHOR, c_nodkim));
	/* the tag counts where the subject is signed and has it not */
	assert_false(holds(SIG AUTHOR, c_tag));
	assert_true(holds(SIGH("from:to:date") AUTHOR, c_tag));
	assert_true(holds(SIGH("from:subject") "From: a@x.example\r\nSubject: Re: [Agenda] Hola\r\n", c_tag));
	/* Reply-To signed as absent: ours would break it, the author's policy adds none */
	assert_false(holds(SIGH("From:From:Reply-To:\r\n  Subject") AUTHOR, NULL));
	assert_true(holds(SIGH("From:From:Reply-To:\r\n  Subject") AUTHOR, c_author));
	/* what leaves, comes anew or is put right */
	assert_false(holds(SIGH("from:list-id") AUTHOR, NULL));
	assert_false(holds(SIGH("from:list-unsubscribe") AUTHOR, NULL));
	assert_false(holds(SIGH("from:archived-at") AUTHOR, NULL));
	assert_false(holds(SIGH("from:precedence") AUTHOR, NULL));
	assert_false(holds(SIGH("from:return-receipt-to") AUTHOR "Return-Receipt-To: a@x.example\r\n", NULL));
	assert_true(holds(SIGH("from:return-receipt-to") AUTHOR, NULL));
	assert_false(holds(SIGH("from:subject") AUTHOR "Subject: otro\r\n", NULL));
	assert_false(holds(SIGH("from:date") "From: a@x.example\r\n", NULL));
	assert_false(holds(SIGH("from:x-a") AUTHOR "X-A : b\r\n", NULL));
	assert_false(holds(SIGH("from:x-a") AUTHOR "X-A: b\n", NULL));
	/* another's signature says nothing; one of two is enough */
	assert_false(holds("DKIM-Signature: d=lejos.example; h=from; b=a\r\n" AUTHOR, NULL));
	assert_true(holds("DKIM-Signature: d=lejos.example; h=from; b=a\r\n" SIG AUTHOR, NULL));
	assert_false(holds("DKIM-Signature: d=x.example; b=a\r\n" AUTHOR, NULL));
	assert_false(holds("DKIM-Signature: ;;=;d\r\n" AUTHOR, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_table, setup, teardown),
		cmocka_unit_test_setup_teardown(test_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_web, setup, teardown),
		cmocka_unit_test_setup_teardown(test_smtputf8, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signature, setup, teardown),
	};

	rnd_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
