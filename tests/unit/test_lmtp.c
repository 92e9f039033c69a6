/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LMTP machine: what it answers and hands on, that it does not depend on
 * how the bytes were cut, and that nothing but CR LF . CR LF ends a message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailer/intake/lmtp.h"
#include "mailer/intake/path.h"
#include "mailer/intake/stdin.h"
#include "server/base/base.h"

struct seen { /* what the hooks were given, as text that can be compared */
	struct arena *arena;
	struct str log;
	size_t nmessages;
	struct slice last;
};

static void on_rcpt(void *ctx, const struct envelope *env, const char *rcpt, struct intake_reply *r)
{
	(void)ctx;
	(void)env;
	if (strncmp(rcpt, "nobody@", 7) == 0)
		intake_reply_set(r, 550, "5.1.1", "No %s\r\n250 here.", rcpt);
	else if (strncmp(rcpt, "later@", 6) == 0)
		intake_reply_rc(r, RC_TEMPFAIL, NULL);
	else
		intake_reply_set(r, 250, "2.1.5", "Fine.");
}

static void on_message(void *ctx, const struct envelope *env, struct slice raw,
		       struct intake_reply *r)
{
	struct seen *s = ctx;
	unsigned char digest[HASH_BYTES];

	str_fmt(&s->log, "[%s %s 8=%d u=%d", env->helo, env->sender, env->body_8bit, env->smtputf8);
	for (size_t i = 0; i < env->nrecipients; i++) {
		str_fmt(&s->log, " %s", env->recipients[i]);
		if (strncmp(env->recipients[i], "mute@", 5) != 0)
			intake_reply_set(&r[i], 250, "2.0.0", "Stored %zu for %s.", raw.n,
					 env->recipients[i]);
	}
	str_addz(&s->log, "|");
	str_adds(&s->log, raw);
	str_addz(&s->log, "]\n");
	hash_bytes(raw.p, raw.n, digest);
	assert_memory_equal(digest, env->digest, HASH_BYTES);
	s->nmessages++;
	s->last = slice_make(arena_memdup(s->arena, raw.p, raw.n), raw.n);
}

struct run {
	struct seen seen;
	struct str out;
	struct intake_hooks hooks;
	struct lmtp_config cfg;
	struct lmtp *l;
	size_t memory;
};

static void run_init(struct run *r)
{
	memset(r, 0, sizeof(*r));
	r->seen.arena = arena_new((size_t)64 << 20);
	str_init(&r->seen.log, r->seen.arena, (size_t)16 << 20);
	str_init(&r->out, r->seen.arena, (size_t)16 << 20);
	r->memory = 1 << 20;
	r->cfg = (struct lmtp_config){ .hostname = "foro.example", .message_max = 100000,
				       .recipients_max = 10, .errors_max = 20,
				       .memory_left = &r->memory };
	r->hooks = (struct intake_hooks){ .ctx = &r->seen, .rcpt = on_rcpt, .message = on_message };
	r->l = lmtp_new(&r->cfg, &r->hooks, "test");
}

static void run_take(struct run *r)
{
	struct slice out = lmtp_output(r->l);

	str_adds(&r->out, out);
	lmtp_sent(r->l, out.n);
}

static void run_feed(struct run *r, const char *p, size_t n)
{
	while (n) {
		size_t k = lmtp_feed(r->l, p, n);

		assert_true(k > 0 && k <= n);
		p += k;
		n -= k;
		run_take(r);
	}
}

static void run_say(struct run *r, const char *z)
{
	run_feed(r, z, strlen(z));
}

/* What it said since the last call. */
static const char *run_said(struct run *r)
{
	char *z;

	run_take(r);
	z = slice_dup(r->seen.arena, str_slice(&r->out));
	str_cut(&r->out, 0);
	return z;
}

static void run_end(struct run *r)
{
	lmtp_free(&r->l);
	assert_int_equal(r->memory, 1 << 20); /* every byte was given back */
	arena_free(&r->seen.arena);
}

static void expect(struct run *r, const char *say, const char *reply)
{
	run_say(r, say);
	assert_string_equal(run_said(r), reply);
}

static const char hello[] = "LHLO mta.example\r\n";
static const char start[] =
	"MAIL FROM:<ana@example.org>\r\nRCPT TO:<agenda@foro.example>\r\n"
	"DATA\r\n";

static void begin(struct run *r)
{
	run_init(r);
	run_say(r, hello);
	run_said(r);
}

static void test_dialogue(void **state)
{
	struct run r;

	(void)state;
	run_init(&r);
	assert_string_equal(run_said(&r), "220 foro.example LMTP Cabildo\r\n");
	expect(&r, "MAIL FROM:<a@b>\r\n", "503 5.5.1 Say LHLO first.\r\n");
	expect(&r, "EHLO x\r\n", "500 5.5.1 This is LMTP: say LHLO.\r\n");
	expect(&r, "lhlo mta.example\r\n",
	       "250-foro.example\r\n250-PIPELINING\r\n250-SIZE 100000\r\n250-8BITMIME\r\n"
	       "250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
	expect(&r, "RCPT TO:<a@b>\r\n", "503 5.5.1 MAIL comes first.\r\n");
	expect(&r, "DATA\r\n", "503 5.5.1 MAIL comes first.\r\n");
	expect(&r, "MAIL FROM:<> SIZE=500 BODY=8BITMIME\r\n", "250 2.1.0 Sender taken.\r\n");
	expect(&r, "MAIL FROM:<>\r\n", "503 5.5.1 One MAIL at a time.\r\n");
	expect(&r, "DATA\r\n", "503 5.5.1 No recipient was accepted.\r\n");
	/* a hook's line break never becomes one of ours */
	expect(&r, "RCPT TO:<nobody@foro.example>\r\n",
	       "550 5.1.1 No nobody@foro.example  250 here.\r\n");
	expect(&r, "RCPT TO:<later@foro.example>\r\n", "451 4.3.0 Try again later.\r\n");
	expect(&r, "RCPT TO:<agenda@foro.example>\r\n", "250 2.1.5 Fine.\r\n");
	expect(&r, "RCPT TO:<mute@foro.example>\r\n", "250 2.1.5 Fine.\r\n");
	expect(&r, "RCPT TO:<agenda@foro.example>\r\n", "250 2.1.5 Fine.\r\n");
	assert_true(lmtp_in_transaction(r.l));
	expect(&r, "DATA\r\n", "354 End with a line that is a dot.\r\n");
	expect(&r, "Subject: x\r\n\r\n..dot\r\n.\r\n",
	       "250 2.0.0 Stored 20 for agenda@foro.example.\r\n"
	       "451 4.3.0 No answer; try again later.\r\n"
	       "250 2.0.0 Stored 20 for agenda@foro.example.\r\n");
	assert_string_equal(str_z(&r.seen.log),
			    "[mta.example  8=1 u=0 agenda@foro.example mute@foro.example "
			    "agenda@foro.example|Subject: x\r\n\r\n.dot\r\n]\n");
	assert_false(lmtp_in_transaction(r.l));
	expect(&r, "NOOP\r\nVRFY x\r\nRSET\r\n",
	       "250 2.0.0 Here.\r\n252 2.5.0 RCPT will tell.\r\n250 2.0.0 Reset.\r\n");
	expect(&r, "QUIT\r\nNOOP\r\n", "221 2.0.0 Goodbye.\r\n");
	assert_true(lmtp_closed(r.l));
	run_end(&r);
}

/* Each is one message of exactly these bytes: none of them is an end. */
static void test_smuggling(void **state)
{
	static const struct {
		const char *sent, *kept;
	} cases[] = {
		{ "a\n.\nb\r\n", "a\n.\nb\r\n" },
		{ "a\n.\r\nb\r\n", "a\n.\r\nb\r\n" },
		{ "a\r.\r\nb\r\n", "a\r.\r\nb\r\n" },
		{ "a\r.\rb\r\n", "a\r.\rb\r\n" },
		{ "a\r\n.\nb\r\n", "a\r\n\nb\r\n" },
		{ "a\r\n.\rb\r\n", "a\r\n\rb\r\n" },
		{ "a\r\n.\r\r\nb\r\n", "a\r\n\r\r\nb\r\n" },
		{ "a\r\r\n..\r\n", "a\r\r\n.\r\n" },
		{ "a\n\r\n..\nx\r\n", "a\n\r\n.\nx\r\n" },
		{ "\n.\n\r\n", "\n.\n\r\n" },
		{ "..\r\n", ".\r\n" },
		{ "...\r\n", "..\r\n" },
		{ ".a\r\n", "a\r\n" },
		{ "", "" },
		{ "\r\n", "\r\n" },
		{ "a\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<z@w>\r\nDATA\r\nb\r\n",
		  "a\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<z@w>\r\nDATA\r\nb\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run r;

		begin(&r);
		run_say(&r, start);
		run_say(&r, cases[i].sent);
		assert_int_equal(r.seen.nmessages, 0);
		run_say(&r, ".\r\n");
		assert_int_equal(r.seen.nmessages, 1);
		assert_true(slice_eqz(r.seen.last, cases[i].kept));
		run_end(&r);
	}
}

static void test_data_bytes(void **state)
{
	struct run r;
	char all[256 * 3 + 2];
	size_t n = 0;

	(void)state;
	/* every byte at a line's start, middle and after CR, NUL included */
	for (int c = 0; c < 256; c++) {
		if (c == '.')
			continue;
		all[n++] = (char)c;
		all[n++] = 'x';
		all[n++] = '\r';
	}
	all[n++] = '\r';
	all[n++] = '\n';
	begin(&r);
	run_say(&r, start);
	run_feed(&r, all, n);
	run_say(&r, ".\r\n");
	assert_int_equal(r.seen.last.n, n);
	assert_memory_equal(r.seen.last.p, all, n);
	run_end(&r);
}

static const char script[] =
	"LHLO mta.example\r\nMAIL FROM:<a@example.org> BODY=8BITMIME\r\n"
	"RCPT TO:<agenda@foro.example>\r\nRCPT TO:<nobody@foro.example>\r\nDATA\r\n"
	"A: 1\r\n\r\n..x\n.\n.\r\r\n.\n\r\n.\r\n"
	"MAIL FROM:<> SMTPUTF8\r\nBOGUS\r\nRCPT TO:<mute@foro.example>\r\nDATA\r\n.\r\n"
	"NOOP \n.\r\nMAIL FROM:<b@example.org>\r\nRSET\r\nRCPT TO:<x@y>\r\n"
	"MAIL FROM:<c@example.org>\r\nRCPT TO:<t\xC3\xB3@foro.example>\r\nRCPT TO:<q@w>\r\nDATA\r\n"
	"last\r\n..\r\n.\r\nQUIT\r\n";

static void run_cut(struct run *r, size_t a, size_t step)
{
	run_init(r);
	run_feed(r, script, a);
	for (size_t i = a; i < sizeof(script) - 1; i += step)
		run_feed(r, script + i, step < sizeof(script) - 1 - i ? step : sizeof(script) - 1 - i);
}

static void test_every_split(void **state)
{
	struct run whole, r;
	const char *said, *log;

	(void)state;
	run_cut(&whole, 0, SIZE_MAX / 2);
	said = run_said(&whole);
	log = str_z(&whole.seen.log);
	assert_int_equal(whole.seen.nmessages, 3);
	for (size_t a = 0; a < sizeof(script); a++) {
		run_cut(&r, a, SIZE_MAX / 2);
		assert_string_equal(run_said(&r), said);
		assert_string_equal(str_z(&r.seen.log), log);
		run_end(&r);
	}
	for (size_t step = 1; step < 9; step++) {
		run_cut(&r, 0, step);
		assert_string_equal(run_said(&r), said);
		assert_string_equal(str_z(&r.seen.log), log);
		run_end(&r);
	}
	run_end(&whole);
}

static void test_one_message_a_feed(void **state)
{
	static const char two[] = "A: 1\r\n.\r\nMAIL FROM:<x@y>\r\nRCPT TO:<z@w>\r\nDATA\r\nB\r\n.\r\n";
	struct run r;
	size_t k;

	(void)state;
	begin(&r);
	run_say(&r, start);
	k = lmtp_feed(r.l, two, sizeof(two) - 1);
	assert_int_equal(k, strlen("A: 1\r\n.\r\n"));
	assert_int_equal(r.seen.nmessages, 1);
	k += lmtp_feed(r.l, two + k, sizeof(two) - 1 - k);
	assert_int_equal(k, sizeof(two) - 1);
	assert_int_equal(r.seen.nmessages, 2);
	run_end(&r);
}

static void test_output_is_bounded(void **state)
{
	char noops[60000];
	struct run r;
	size_t total = 0, k;

	(void)state;
	for (size_t i = 0; i < sizeof(noops); i += 6)
		memcpy(noops + i, "NOOP\r\n", 6);
	begin(&r);
	/* a client that sends and never reads */
	while ((k = lmtp_feed(r.l, noops, sizeof(noops))) > 0 && total < 100 * sizeof(noops))
		total += k;
	assert_true(total < 2 * sizeof(noops));
	assert_true(lmtp_output(r.l).n < LMTP_OUT_HIGH + 600);
	run_end(&r);
}

static void fill(struct run *r, size_t n)
{
	static const char line[] = "0123456789012345678901234567890123456789012345678\r\n";

	for (size_t i = 0; i < n; i += sizeof(line) - 1)
		run_feed(r, line, n - i < sizeof(line) - 1 ? n - i : sizeof(line) - 1);
}

static void test_size(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	expect(&r, "MAIL FROM:<a@b> SIZE=100001\r\n", "552 5.3.4 The message is too large.\r\n");
	expect(&r, "MAIL FROM:<a@b> SIZE=99999999999999999999\r\n",
	       "552 5.3.4 The message is too large.\r\n");
	expect(&r, "MAIL FROM:<a@b> SIZE=1x\r\n", "501 5.5.4 SIZE needs a number.\r\n");
	/* exactly the limit */
	run_say(&r, start);
	fill(&r, 99960);
	run_say(&r, "0123456789012345678901234567890123456");
	run_said(&r);
	expect(&r, "8\r\n.\r\n", "250 2.0.0 Stored 100000 for agenda@foro.example.\r\n");
	/* one more, to two recipients, and it stays in step */
	run_say(&r, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
	fill(&r, 99960);
	run_say(&r, "0123456789012345678901234567890123456");
	run_said(&r);
	expect(&r, "89\r\n.\r\nNOOP\r\n", "552 5.3.4 The message is too large.\r\n"
	       "552 5.3.4 The message is too large.\r\n250 2.0.0 Here.\r\n");
	assert_int_equal(r.seen.nmessages, 1);
	run_end(&r);
}

static void test_memory(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	r.memory = 20000;
	expect(&r, "MAIL FROM:<a@b> SIZE=30000\r\n",
	       "452 4.3.1 No memory for it now; try again later.\r\n");
	run_say(&r, start);
	run_said(&r);
	fill(&r, 30000);
	expect(&r, "\r\n.\r\n", "451 4.3.1 No memory for it now; try again later.\r\n");
	assert_int_equal(r.memory, 20000);
	/* too large is said although memory was short first */
	run_say(&r, start);
	run_said(&r);
	fill(&r, 100001);
	expect(&r, "\r\n.\r\n", "552 5.3.4 The message is too large.\r\n");
	/* a session that goes away in the middle gives its memory back */
	r.memory = 1 << 20;
	run_say(&r, start);
	fill(&r, 50000);
	assert_true(r.memory < (1 << 20) - 50000);
	assert_int_equal(r.seen.nmessages, 0);
	run_end(&r);
}

static void test_lines(void **state)
{
	char line[LMTP_LINE_MAX + 1000];
	struct run r;

	(void)state;
	begin(&r);
	/* the longest line there may be, and one more */
	memset(line, 'x', sizeof(line));
	memcpy(line, "NOOP ", 5);
	memcpy(line + LMTP_LINE_MAX - 2, "\r\n", 3);
	expect(&r, line, "250 2.0.0 Here.\r\n");
	memset(line, 'x', sizeof(line));
	memcpy(line, "NOOP ", 5);
	memcpy(line + LMTP_LINE_MAX - 1, "\r\n", 3);
	expect(&r, line, "500 5.5.2 The line is too long.\r\n");
	memset(line, 'x', sizeof(line));
	memcpy(line + sizeof(line) - 3, "\r\n", 3);
	expect(&r, line, "500 5.5.2 The line is too long.\r\n");
	expect(&r, "NOOP\n", "");
	expect(&r, "\r\n", "500 5.5.2 Lines end in CR LF and hold no CR, LF or NUL.\r\n");
	run_feed(&r, "NO\0OP\r\n", 7);
	assert_string_equal(run_said(&r), "500 5.5.2 Lines end in CR LF and hold no CR, LF or NUL.\r\n");
	expect(&r, "\r\n", "500 5.5.1 Unknown command.\r\n");
	run_end(&r);
}

static void test_ends(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	for (int i = 0; i < 19; i++)
		expect(&r, "FOO\r\n", "500 5.5.1 Unknown command.\r\n");
	expect(&r, "FOO\r\n", "500 5.5.1 Unknown command.\r\n421 4.7.0 Too many errors.\r\n");
	assert_true(lmtp_closed(r.l));
	run_end(&r);

	run_init(&r);
	run_said(&r);
	expect(&r, "POST / HTTP/1.1\r\nHost: x\r\n\r\nLHLO x\r\n",
	       "421 4.7.0 This is not a web server.\r\n");
	assert_true(lmtp_closed(r.l));
	run_end(&r);

	begin(&r);
	lmtp_drain(r.l);
	assert_string_equal(run_said(&r), "421 4.3.2 The service is restarting.\r\n");
	assert_true(lmtp_closed(r.l));
	run_end(&r);

	/* what is in hand is finished */
	begin(&r);
	run_say(&r, start);
	run_said(&r);
	lmtp_drain(r.l);
	assert_false(lmtp_closed(r.l));
	expect(&r, "x\r\n.\r\nMAIL FROM:<a@b>\r\n",
	       "250 2.0.0 Stored 3 for agenda@foro.example.\r\n"
	       "421 4.3.2 The service is restarting.\r\n");
	assert_int_equal(r.seen.nmessages, 1);
	run_end(&r);
}

static void test_recipients(void **state)
{
	struct run r;

	(void)state;
	begin(&r);
	run_say(&r, "MAIL FROM:<a@b>\r\n");
	for (int i = 0; i < 10; i++) {
		run_said(&r);
		expect(&r, "RCPT TO:<c@d>\r\n", "250 2.1.5 Fine.\r\n");
	}
	expect(&r, "RCPT TO:<c@d>\r\n", "452 4.5.3 Too many recipients.\r\n");
	expect(&r, "RCPT TO:<c@d> NOTIFY=NEVER\r\n", "555 5.5.4 Unknown parameter.\r\n");
	expect(&r, "RCPT TO:<>\r\n", "501 5.1.3 This recipient address cannot be read.\r\n");
	expect(&r, "RCPT TO:<t\xC3\xB3@d>\r\n", "553 5.6.7 This address needs SMTPUTF8.\r\n");
	expect(&r, "RSET\r\n", "250 2.0.0 Reset.\r\n");
	expect(&r, "MAIL FROM:<t\xC3\xB3@d> SMTPUTF8\r\n", "250 2.1.0 Sender taken.\r\n");
	expect(&r, "RCPT TO:<nobody@\xC3\xB3>\r\n",
	       "550 5.1.1 No nobody@\xC3\xB3  250 here.\r\n");
	run_end(&r);
}

static void test_path(void **state)
{
	static const struct {
		const char *in, *addr; /* NULL: refused */
	} cases[] = {
		{ "<a@b>", "a@b" }, { "<>", "" }, { "<postmaster>", "postmaster" },
		{ "<@x,@y:a@b> SIZE=1", "a@b" }, { "<\"a b>c\"@d>", "\"a b>c\"@d" },
		{ "<\"a\\\"b\"@d>", "\"a\\\"b\"@d" }, { "<a@[127.0.0.1]>", "a@[127.0.0.1]" },
		{ "<agenda+t12.abc@foro.example>", "agenda+t12.abc@foro.example" },
		{ "<t\xC3\xB3@b>", "t\xC3\xB3@b" }, { "<a@b>X", NULL }, { "<a b@c>", NULL },
		{ "<a@b", NULL }, { "a@b", NULL }, { "<@b>", NULL }, { "<a@>", NULL },
		{ "<a@b@c>", NULL }, { "<\"a@b>", NULL }, { "<a\"b\"@c>", NULL }, { "<\xFF@b>", NULL },
		{ "<a\x01@b>", NULL }, { "<<a@b>>", NULL }, { "", NULL }, { "<", NULL },
		{ "<@x:>", NULL }, { "<\"\"@b>", NULL }, { "<a,b@c>", NULL }, { "<\"a\\", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct slice addr, rest;
		enum rc rc = path_parse(slice_of(cases[i].in), &addr, &rest);

		if ((rc == RC_OK) != (cases[i].addr != NULL))
			fail_msg("%s", cases[i].in);
		if (rc == RC_OK)
			assert_true(slice_eqz(addr, cases[i].addr));
	}
}

static int stdin_run(struct run *r, const char *text, int argc, char **argv)
{
	int fd[2], code;

	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], text, strlen(text)), strlen(text));
	close(fd[1]);
	code = intake_stdin(&r->hooks, fd[0], 1000, argc, argv);
	close(fd[0]);
	return code;
}

static void test_stdin(void **state)
{
	char *two[] = { "-f", "<ana@b>", "--", "nobody@x", "c@d", "later@x" };
	char *one[] = { "c@d" };
	char *none[] = { "nobody@x" };
	char *bad[] = { "-x", "c@d" };
	char big[1200];
	struct run r;

	(void)state;
	unsetenv("SENDER");
	run_init(&r);
	assert_int_equal(stdin_run(&r, "A: 1\n\n.\nx\n", 6, two), 75);
	assert_int_equal(stdin_run(&r, "From eva@q Sun Nov 22\nA: 1\n", 1, one), 0);
	assert_int_equal(stdin_run(&r, "A: 1\n", 1, none), 67);
	assert_int_equal(stdin_run(&r, "A: 1\n", 2, bad), 64);
	setenv("ORIGINAL_RECIPIENT", "e@f", 1);
	setenv("SENDER", "", 1);
	assert_int_equal(stdin_run(&r, "A: 1\n", 0, NULL), 0);
	unsetenv("ORIGINAL_RECIPIENT");
	unsetenv("SENDER");
	assert_int_equal(stdin_run(&r, "A: 1\n", 0, NULL), 64);
	memset(big, 'x', sizeof(big));
	big[1000] = '\0';
	assert_int_equal(stdin_run(&r, big, 1, one), 0);
	big[1000] = 'x';
	big[1001] = '\0';
	str_fmt(&r.seen.log, "~");
	assert_int_equal(stdin_run(&r, big, 1, one), 69);
	assert_true(slice_starts(str_slice(&r.seen.log),
				 "[ ana@b 8=1 u=1 c@d|A: 1\n\n.\nx\n]\n[ eva@q 8=1 u=1 c@d|A: 1\n]\n"
				 "[  8=1 u=1 e@f|A: 1\n]\n[  8=1 u=1 c@d|xxxx"));
	assert_true(slice_ends(str_slice(&r.seen.log), "]\n~"));
	run_end(&r);
}

static void test_busy(void **state UNUSED)
{
	struct lmtp_load load = { .in_hand = 2, .most = 2 };
	struct run r;

	run_init(&r);
	r.cfg.load = &load;
	run_say(&r, hello);
	run_said(&r);
	/* what would never be taken is said first; what comes with a refused MAIL hears the same */
	expect(&r, "MAIL FROM:<ana@example.org> SIZE=900000\r\n", "552 5.3.4 The message is too large.\r\n");
	for (int i = 0; i < 30; i++) /* more often than errors are allowed */
		expect(&r, start, "451 4.3.2 Too much mail at this moment; try again later.\r\n"
				  "451 4.3.2 Too much mail at this moment; try again later.\r\n"
				  "451 4.3.2 Too much mail at this moment; try again later.\r\n");
	assert_int_equal(load.told, 30);
	assert_int_equal(r.seen.nmessages, 0);
	expect(&r, "RSET\r\nRCPT TO:<agenda@foro.example>\r\n", "250 2.0.0 Reset.\r\n503 5.5.1 MAIL comes first.\r\n");
	load.in_hand = 1;
	run_say(&r, start);
	run_said(&r);
	assert_int_equal(load.in_hand, 2);
	load.in_hand = 9; /* who has begun goes on */
	assert_true(lmtp_in_data(r.l));
	run_say(&r, "Subject: x\r\n\r\nx\r\n.\r\n");
	assert_string_equal(run_said(&r), "250 2.0.0 Stored 17 for agenda@foro.example.\r\n");
	assert_false(lmtp_in_data(r.l));
	assert_false(lmtp_closed(r.l));
	run_end(&r);
}

static void test_steps(void **state UNUSED)
{
	struct run r;
	unsigned long was;

	run_init(&r);
	was = lmtp_steps(r.l);
	run_say(&r, "LHLO mta"); /* bytes are no step, a command is */
	assert_int_equal(lmtp_steps(r.l), was);
	run_say(&r, ".example\r\n");
	assert_int_not_equal(lmtp_steps(r.l), was);
	run_say(&r, start);
	was = lmtp_steps(r.l);
	run_say(&r, "x\r\n");
	assert_int_equal(lmtp_steps(r.l), was);
	for (int i = 0; i < 5000; i++)
		run_say(&r, "x");
	assert_int_not_equal(lmtp_steps(r.l), was);
	was = lmtp_steps(r.l);
	run_say(&r, "\r\n.\r\n");
	assert_int_not_equal(lmtp_steps(r.l), was);
	run_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialogue), cmocka_unit_test(test_smuggling),
		cmocka_unit_test(test_data_bytes), cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_one_message_a_feed), cmocka_unit_test(test_output_is_bounded),
		cmocka_unit_test(test_size), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_lines), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_recipients), cmocka_unit_test(test_path),
		cmocka_unit_test(test_stdin), cmocka_unit_test(test_busy),
		cmocka_unit_test(test_steps),
	};

	rnd_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
