/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transports against the scripted sink: what was reported for each recipient
 * must agree with what the sink's own log says it took.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "mailer/deliver/driver.h"

#include "server/base/base.h"

static char sink_path[4096];

struct sink {
	char dir[64];
	char url[128];
	pid_t pid;
};

static char *file_read(struct arena *a, const char *path, size_t *n_r)
{
	struct str s;
	char buf[65536];
	FILE *f = fopen(path, "r");
	size_t n;

	str_init(&s, a, 64 << 20);
	if (f) {
		while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
			str_add(&s, buf, n);
		fclose(f);
	}
	if (n_r)
		*n_r = s.n;
	return (char *)str_z(&s);
}

static void sink_start(struct sink *k, struct arena *a, const char *script, const char *flag)
{
	char *port = NULL;
	FILE *f;

	snprintf(k->dir, sizeof(k->dir), "/tmp/cabildo-sink-XXXXXX");
	assert_non_null(mkdtemp(k->dir));
	f = fopen(arena_fmt(a, "%s/script", k->dir), "w");
	assert_non_null(f);
	fputs(script, f);
	fclose(f);
	k->pid = fork();
	if (k->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);       /* no sink outlives a test that crashed */
		execl(sink_path, "sink", "--port-file", arena_fmt(a, "%s/port", k->dir), "--dir",
		      k->dir, "--script", arena_fmt(a, "%s/script", k->dir), flag, NULL);
		_exit(127);
	}
	for (int i = 0; i < 500; i++) {
		port = file_read(a, arena_fmt(a, "%s/port", k->dir), NULL);
		if (*port)
			break;
		poll(NULL, 0, 10);
	}
	assert_true(*port != '\0');
	snprintf(k->url, sizeof(k->url), "smtp://127.0.0.1:%s", port);
	k->url[strcspn(k->url, "\n")] = '\0';
}

static void dir_remove(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	char sub[4096];

	while (d && (e = readdir(d)) != NULL) {
		struct stat st;

		if (e->d_name[0] == '.')
			continue;
		snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		if (lstat(sub, &st) == 0 && S_ISDIR(st.st_mode))
			dir_remove(sub);
		else
			unlink(sub);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

static void sink_stop(struct sink *k)
{
	kill(k->pid, SIGTERM);
	waitpid(k->pid, NULL, 0);
	dir_remove(k->dir);
}

/* How often the sink took a copy for rcpt. */
static unsigned sink_took(struct arena *a, const struct sink *k, const char *rcpt)
{
	struct slice log = slice_of(file_read(a, arena_fmt(a, "%s/copies", k->dir), NULL));
	const char *needle = arena_fmt(a, "\t%s\t", rcpt), *at;
	unsigned n = 0;

	while ((at = slice_find(log, slice_of(needle))) != NULL) {
		n++;
		log.n -= (size_t)(at + 1 - log.p);
		log.p = at + 1;
	}
	return n;
}

/* A source of copies that records what came back. */
struct feed {
	struct arena *a;
	const char *const *names;       /* cycled; NULL: r<N> */
	size_t nnames, total, given, settled, stop_at;
	size_t per;                     /* recipients of a message; 0 is 1 */
	struct slice bytes;
	const char *from;
	const char **to;                /* all that were given */
	struct transport_result *res;
	char *copies[2];                /* what the transport may have at a time */
	bool out_of_turn;
	/* feed_kept: says no once so many are settled, and takes its time where `late` are */
	const struct sink *k;
	size_t unkept, late, asked;
};

static size_t feed_per(const struct feed *f)
{
	return f->per ? f->per : 1;
}

static char **feed_copy(struct feed *f, size_t n)
{
	return &f->copies[n / feed_per(f) % 2];
}

static bool feed_one(struct feed *f, struct transport_msg *m)
{
	size_t per = feed_per(f);
	char *copy;

	if (f->given + per > f->total)
		return false;
	for (size_t i = 0; i < per; i++) {
		size_t n = f->given + i;

		f->to[n] = f->names ? arena_fmt(f->a, f->names[n % f->nnames], (unsigned)n)
				    : arena_fmt(f->a, "r%zu@x.example", n);
	}
	m->from = f->from ? f->from : "agenda-bounces+v@foro.example";
	m->to = f->to + f->given;
	m->nto = per;
	copy = *feed_copy(f, f->given) = malloc(f->bytes.n + 1);
	assert_non_null(copy);
	memcpy(copy, f->bytes.p, f->bytes.n);
	/* cut at every kind of place, within a CRLF too */
	m->piece[0] = slice_make(copy, f->bytes.n / 3);
	m->piece[2] = slice_make(copy + m->piece[0].n, f->bytes.n / 2 - m->piece[0].n);
	m->piece[7] = slice_make(copy + f->bytes.n / 2, f->bytes.n - f->bytes.n / 2);
	m->envid = "post.7";
	f->given += per;
	return true;
}

static bool feed_next(struct transport_msg *m, void *ctx)
{
	struct feed *f = ctx;

	f->out_of_turn |= f->given != f->settled;
	return feed_one(f, m);
}

static bool feed_following(struct transport_msg *m, void *ctx)
{
	struct feed *f = ctx;

	f->out_of_turn |= f->given != f->settled + feed_per(f);
	return feed_one(f, m);
}

static bool feed_done(const struct transport_msg *m, const struct transport_result *r, void *ctx)
{
	struct feed *f = ctx;

	f->out_of_turn |= m->to != f->to + f->settled;
	free(*feed_copy(f, f->settled)); /* whoever reads on is seen by the sanitizer */
	*feed_copy(f, f->settled) = NULL;
	memcpy(f->res + f->settled, r, m->nto * sizeof(*r));
	f->settled += m->nto;
	return f->stop_at == 0 || f->settled < f->stop_at;
}

/* Nothing of what nobody has settled may have gone out by now. */
static bool feed_kept(void *ctx)
{
	struct feed *f = ctx;

	f->asked++;
	for (size_t i = f->settled; i < f->given; i++)
		f->out_of_turn |= sink_took(f->a, f->k, f->to[i]) > 0;
	if (f->settled == f->late) {
		f->late = SIZE_MAX;
		usleep(1100000);
	}
	return f->settled < f->unkept;
}

static const char head[] = "Date: Mon, 21 Sep 2026 14:13:20 +0000\r\nFrom: a@b.example\r\n"
			   "To: l@b.example\r\nMessage-ID: <m1@b.example>\r\nSubject: x\r\n\r\n";

/* n bytes, of which top in a header field: enough of it makes BDAT go out in two halves. */
static struct slice mail_with(struct arena *a, size_t n, size_t top)
{
	struct str s;

	str_init(&s, a, n + 400);
	if (top > 0)
		str_addz(&s, "X-Long: x\r\n");
	while (s.n < top)
		str_addz(&s, " y234567 101234567 201234567 301234567 401234567 501234567 60\r\n");
	str_addz(&s, head);
	while (s.n < n)
		str_addz(&s, ".una linea del cuerpo que empieza con punto\r\n");
	return str_slice(&s);
}

static struct slice mail_of(struct arena *a, size_t n)
{
	return mail_with(a, n, 0);
}

static void feed_init(struct feed *f, struct arena *a, size_t total, struct slice bytes)
{
	*f = (struct feed){ .a = a, .total = total, .bytes = bytes };
	f->to = ARENA_ARRAY(a, total + 1, const char *);
	f->res = ARENA_ARRAY(a, total + 1, struct transport_result);
}

/* Our own dialogue, with envelopes that go out with the text before them or without, or that of
 * the library, which all relays with TLS get. */
static bool by_library, by_turns;

static int library(void **state)
{
	(void)state;
	by_library = by_turns = true;
	return 0;
}

static int own(void **state)
{
	(void)state;
	by_library = by_turns = false;
	return 0;
}

static int turns(void **state)
{
	(void)state;
	by_library = false;
	by_turns = true;
	return 0;
}

static enum rc feed_send(struct feed *f, const char *url)
{
	struct transport_calls calls = { .next = feed_next,
					 .following = by_turns ? NULL : feed_following,
					 .done = feed_done,
					 .ctx = f };
	struct transport *t;
	const char *err;
	enum rc rc;

	assert_int_equal(transport_open(&t, f->a, url, "foro.example", &err), RC_OK);
	if (by_library && t->kind == &transport_plain) {
		t->kind = &transport_smtp;
		assert_int_equal(t->kind->open(t, &err), RC_OK);
	}
	rc = transport_send(t, &calls);
	transport_close(t);
	assert_false(f->out_of_turn);
	assert_true(f->given == f->settled || (!by_turns && f->given == f->settled + feed_per(f)));
	free(f->copies[0]);
	free(f->copies[1]);
	return rc;
}

static void test_addresses(void **state)
{
	static const struct {
		const char *addr;
		bool bad;
	} t[] = {
		{ "a@b.example", false }, { "a+b=c@d", false }, { "\"x\"@d", false },
		{ "", true }, { "a", true }, { "@b", true }, { "a@", true }, { "a b@c", true },
		{ "a@b\r\nRCPT TO:<x@y>", true }, { "a@b>", true }, { "<a@b", true },
		{ "a\t@b", true }, { "a\x7f@b", true }, { "jos\xc3\xa9@b", true }, { "a@b\n", true },
	};
	char longest[300];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		assert_int_equal(transport_addr_bad(t[i].addr, false) != NULL, t[i].bad);
	assert_null(transport_addr_bad("", true));
	assert_string_equal(transport_addr_bad("jos\xc3\xa9@b", true), "needs SMTPUTF8");
	memset(longest, 'a', sizeof(longest));
	longest[10] = '@';
	longest[254] = '\0';
	assert_null(transport_addr_bad(longest, false));
	longest[254] = 'a';
	longest[255] = '\0';
	assert_non_null(transport_addr_bad(longest, false));
}

static void test_urls(void **state)
{
	static const char *const bad[] = {
		"", "http://x", "smtp://", "smtp://h:0", "smtp://h:99999", "smtp://h:25x",
		"smtp://u@h", "smtp://u:@h", "smtp://u:p@h?tls=no", "smtp://h?x=y", "smtp://h y",
		"smtp://u:%0@h", "smtp://h?ca=/does/not/exist&tls=yes", "maildir:rel",
		"maildir:/does/not/exist/x", "null",
	};
	static const char *const good[] = { "smtp://h", "smtp://h:2525?tls=yes", "null:",
		"smtp://u%40d:p%3Aq@h.example", "smtp://u:p@127.0.0.1?tls=no&timeout=5" };
	struct arena *a = arena_new(1 << 20);
	struct transport *t;
	const char *err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_int_equal(transport_open(&t, a, bad[i], "h", &err), RC_INVALID);
		assert_non_null(err);
		assert_null(t);
	}
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(transport_open(&t, a, good[i], "h", &err), RC_OK);
		transport_close(t);
	}
	arena_free(&a);
}

/* Thousands of copies, every kind of failure mixed in. */
static void failures(const char *flag)
{
	static const char script[] =
		"rcpt no* 550 5.1.1 no such\nrcpt later* 450 4.2.0 wait\n"
		"rcpt auth* 530 5.7.0 login\nend big* 552 5.3.4 too big\nend full* 452 4.3.1 full\n"
		"data refused* 554 5.7.1 refused\nend lost* x3 lost\nend mid* x3 mid\n"
		"end junk* x3 garbage\nend slow* delay 1\nrcpt odd* 550-5.1.1 a\\\n"
		"mail twentyone@x 421 4.7.0 not now\n";
	static const char *const names[] = {
		"ok%u@x", "no%u@x", "fine%u@x", "later%u@x", "ok%u@y", "big%u@x", "full%u@x", "k%u@x",
		"slow%u@x", "auth%u@x", "refused%u@x", "bad %u@x", "m%u@x", "n\xc3\xb1%u@x", "q%u@x",
	};
	struct arena *a = arena_new(64 << 20);
	bool bdat = flag && strcmp(flag, "--chunking") == 0;
	size_t count[4] = { 0 };
	struct sink k;
	struct feed f;

	sink_start(&k, a, script, flag);
	feed_init(&f, a, 1500, bdat ? mail_with(a, 60000, 30000) : mail_of(a, 3000));
	f.names = names;
	f.nnames = ARRAY_LEN(names);
	assert_int_equal(feed_send(&f, k.url), RC_OK);
	assert_int_equal(f.settled, 1500);
	for (size_t i = 0; i < f.settled; i++) {
		const struct transport_result *r = &f.res[i];
		const char *to = f.to[i];
		enum transport_class want = TRANSPORT_OK;
		int code = 250;

		if (strncmp(to, "no", 2) == 0)
			want = TRANSPORT_PERM, code = 550;
		else if (strncmp(to, "later", 5) == 0)
			want = TRANSPORT_TEMP, code = 450;
		else if (strncmp(to, "auth", 4) == 0)
			want = TRANSPORT_TEMP, code = 530;
		else if (strncmp(to, "big", 3) == 0)
			want = TRANSPORT_PERM, code = 552;
		else if (strncmp(to, "full", 4) == 0)
			want = TRANSPORT_TEMP, code = 452;
		else if (strncmp(to, "refused", 7) == 0 && !(bdat && by_library)) /* BDAT has no such step */
			want = TRANSPORT_PERM, code = 554;
		else if (strncmp(to, "bad", 3) == 0 || strncmp(to, "n\xc3", 2) == 0)
			want = TRANSPORT_PERM, code = 0;
		if (r->cls != want || r->code != code)
			fail_msg("%s: class %d code %d %s %s", to, r->cls, r->code, r->enhanced,
				 r->text);
		count[r->cls]++;
		/* the library reads it where it is announced */
		if (strncmp(to, "no", 2) == 0 && !(by_library && flag && !bdat))
			assert_string_equal(r->enhanced, "5.1.1");
		if (i < 60)
			assert_int_equal(sink_took(a, &k, to), want == TRANSPORT_OK);
	}
	/* the log holds what was reported OK and nothing else */
	size_t lines = 0, n;
	char *log = file_read(a, arena_fmt(a, "%s/copies", k.dir), &n);

	for (size_t i = 0; i < n; i++)
		lines += log[i] == '\n';
	assert_int_equal(lines, count[TRANSPORT_OK]);
	assert_int_equal(count[TRANSPORT_UNKNOWN], 0);
	sink_stop(&k);
	arena_free(&a);
}

static void test_failures(void **state)
{
	(void)state;
	failures(NULL);
}

static void test_failures_bdat(void **state)
{
	(void)state;
	failures("--chunking");
}

/* Neither PIPELINING nor anything else is offered. */
static void test_failures_lean(void **state)
{
	(void)state;
	failures("--lean");
}

/* Links that break: the one in flight is unknown, each other has its outcome. */
static void test_broken_links(void **state)
{
	static const char script[] = "end lost* x1 lost\nend mid* x1 mid\nend junk* x1 garbage\n"
				     "end drop* x1 drop\nmail * delay 0\nrcpt rdrop* x1 drop\n"
				     "mail v21@x x1 421 4.7.0 enough\n";
	static const char *const names[] = {
		"a%u@x", "lost%u@x", "b%u@x", "mid%u@x", "c%u@x", "junk%u@x", "d%u@x", "drop%u@x",
		"e%u@x", "rdrop%u@x", "f%u@x", "g%u@x",
	};
	struct arena *a = arena_new(64 << 20);
	struct sink k;
	struct feed f;

	(void)state;
	sink_start(&k, a, script, NULL);
	feed_init(&f, a, 24, mail_of(a, 3000));
	f.names = names;
	f.nnames = ARRAY_LEN(names);
	assert_int_equal(feed_send(&f, k.url), RC_OK);
	assert_int_equal(f.settled, 24);
	for (size_t i = 0; i < 24; i++) {
		const struct transport_result *r = &f.res[i];
		unsigned took = sink_took(a, &k, f.to[i]);
		bool flight = i < 9 && i % 2 == 1;

		if (i == 9)     /* never got as far as DATA */
			assert_int_equal(r->cls, TRANSPORT_TEMP);
		else
			assert_int_equal(r->cls, flight ? TRANSPORT_UNKNOWN : TRANSPORT_OK);
		assert_true(r->cls != TRANSPORT_UNKNOWN || r->code == 0);
		assert_int_equal(took, r->cls == TRANSPORT_OK || i == 1);
	}
	sink_stop(&k);
	arena_free(&a);
}

static void test_421(void **state)
{
	struct arena *a = arena_new(64 << 20);
	struct sink k;
	struct feed f;

	(void)state;
	/* every tenth MAIL is refused because the connection had enough */
	sink_start(&k, a, "mail %10 421 4.7.0 enough for this connection\n", NULL);
	feed_init(&f, a, 50, mail_of(a, 300));
	assert_int_equal(feed_send(&f, k.url), RC_OK);
	for (size_t i = 0; i < 50; i++) {
		assert_int_equal(f.res[i].cls, TRANSPORT_OK);
		assert_int_equal(sink_took(a, &k, f.to[i]), 1);
	}
	sink_stop(&k);
	/* a wrong login: the message stays, and no second one is burnt */
	sink_start(&k, a, "mail * 530 5.7.0 authenticate first\n", NULL);
	feed_init(&f, a, 50, mail_of(a, 300));
	assert_int_equal(feed_send(&f, k.url), RC_TEMPFAIL);
	assert_int_equal(f.settled, 1);
	assert_int_equal(f.res[0].cls, TRANSPORT_TEMP);
	sink_stop(&k);
	sink_start(&k, a, "connect * 554 5.3.2 go away\n", NULL);
	feed_init(&f, a, 50, mail_of(a, 300));
	assert_int_equal(feed_send(&f, k.url), RC_TEMPFAIL);
	assert_int_equal(f.settled, 1);
	assert_int_equal(f.res[0].cls, TRANSPORT_TEMP);
	assert_non_null(strstr(f.res[0].text, "go away"));
	sink_stop(&k);
	/* nobody there any more */
	feed_init(&f, a, 50, mail_of(a, 300));
	assert_int_equal(feed_send(&f, k.url), RC_TEMPFAIL);
	assert_int_equal(f.settled, 1);
	assert_int_equal(f.res[0].cls, TRANSPORT_TEMP);
	arena_free(&a);
}

/* The text of a copy waits until those before it are kept, and does not go out where they are not. */
static void test_kept(void **state)
{
	struct arena *a = arena_new(64 << 20);
	struct transport_calls calls = { .next = feed_next,
					 .following = by_turns ? NULL : feed_following,
					 .done = feed_done,
					 .kept = feed_kept };
	struct transport *t;
	struct sink k;
	struct feed f;
	const char *err;

	(void)state;
	sink_start(&k, a, "rcpt r2@* 550 5.1.1 no\n", NULL);
	feed_init(&f, a, 50, mail_of(a, 300));
	f.k = &k;
	f.unkept = 7;
	f.late = 4;
	calls.ctx = &f;
	assert_int_equal(transport_open(&t, a, k.url, "foro.example", &err), RC_OK);
	if (by_library) {
		t->kind = &transport_smtp;
		assert_int_equal(t->kind->open(t, &err), RC_OK);
	}
	assert_int_equal(transport_send(t, &calls), RC_OK);
	transport_close(t);
	free(f.copies[0]);
	free(f.copies[1]);
	assert_false(f.out_of_turn);
	assert_int_equal(f.settled, 7);
	assert_int_equal(f.given, by_turns ? 8 : 9);
	assert_true(f.asked >= 7);
	assert_int_equal(f.late, SIZE_MAX);
	for (size_t i = 0; i < f.given; i++) {
		assert_int_equal(sink_took(a, &k, f.to[i]), i != 2 && i < 7);
		if (i < 7)
			assert_int_equal(f.res[i].cls, i == 2 ? TRANSPORT_PERM : TRANSPORT_OK);
	}
	sink_stop(&k);
	arena_free(&a);
}

/* Envelopes that went out with the text before them, and what a relay may make of that. */
static void test_early(void **state)
{
	static const struct {
		const char *script;
		int code[12]; /* 0: it goes out */
	} t[] = {
		/* refused only there: each goes out by itself then */
		{ "mail #2 503 5.5.1 nested\nmail #5 451 4.3.0 not now\nmail #8 550 5.1.0 who\n", { 0 } },
		/* and once more by itself: that is the answer */
		{ "mail #2 503 5.5.1 nested\nmail #3 550 5.1.0 who\n", { [1] = 550 } },
		/* a text that is refused, or ends the session: the envelope behind it was nothing */
		{ "end r3@* 421 4.3.2 shutting down\nend r6@* 554 5.7.1 spam\n", { [3] = 421, [6] = 554 } },
	};
	struct arena *a = arena_new(64 << 20);
	int64_t from;
	struct sink k;
	struct feed f;

	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(t); v++) {
		sink_start(&k, a, t[v].script, NULL);
		feed_init(&f, a, 12, mail_of(a, 300));
		assert_int_equal(feed_send(&f, k.url), RC_OK);
		for (size_t i = 0; i < 12; i++) {
			assert_int_equal(f.res[i].code, t[v].code[i] ? t[v].code[i] : 250);
			assert_int_equal(sink_took(a, &k, f.to[i]), t[v].code[i] == 0);
		}
		sink_stop(&k);
	}
	/* whoever does not hear them is asked once, and then each by itself */
	sink_start(&k, a, "", "--deaf");
	feed_init(&f, a, 12, mail_of(a, 300));
	from = clock_mono();
	assert_int_equal(feed_send(&f, arena_fmt(a, "%s?timeout=1", k.url)), RC_OK);
	assert_in_range(clock_mono() - from, 900000, 1900000);
	for (size_t i = 0; i < 12; i++) {
		assert_int_equal(f.res[i].cls, TRANSPORT_OK);
		assert_int_equal(sink_took(a, &k, f.to[i]), 1);
	}
	sink_stop(&k);
	/* told to stop: the relay waits for a text that does not come, and we for nothing */
	sink_start(&k, a, "", NULL);
	feed_init(&f, a, 12, mail_of(a, 300));
	f.stop_at = 3;
	from = clock_mono();
	assert_int_equal(feed_send(&f, k.url), RC_OK);
	assert_true(clock_mono() - from < 900000);
	assert_int_equal(f.settled, 3);
	assert_int_equal(f.given, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(sink_took(a, &k, f.to[i]), i < 3);
	sink_stop(&k);
	arena_free(&a);
}

static void test_many_recipients(void **state)
{
	static const char *const names[] = { "ok%u@x", "no%u@x", "later%u@x", "a b%u@x", "z%u@x" };
	struct arena *a = arena_new(64 << 20);
	struct sink k;
	struct feed f;

	(void)state;
	sink_start(&k, a, "rcpt no* 550 5.1.1 no\nrcpt later* 450 4.2.0 wait\n"
		   "end #3 452 4.3.1 full\n", NULL);
	feed_init(&f, a, 500, mail_of(a, 5000));
	f.names = names;
	f.nnames = 5;
	f.per = 100;
	assert_int_equal(feed_send(&f, k.url), RC_OK);
	for (size_t i = 0; i < 500; i++) {
		bool full = i / 100 == 2, wire_ok = i % 5 == 0 || i % 5 == 4;
		enum transport_class want = i % 5 == 1 || i % 5 == 3 ? TRANSPORT_PERM
				: i % 5 == 2 || full ? TRANSPORT_TEMP : TRANSPORT_OK;

		assert_int_equal(f.res[i].cls, want);
		if (i % 7 == 0)
			assert_int_equal(sink_took(a, &k, f.to[i]), wire_ok && !full);
	}
	sink_stop(&k);
	arena_free(&a);
}

/* What the sink kept must be what was handed over, byte for byte. */
static void test_verbatim(void **state)
{
	static const char *const mails[] = {
		"Received: from a\r\n\tby b; x\r\nDKIM-Signature: v=1;\r\n b=abc\r\nX-Long: "
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"
		"Date: x\r\nFrom: \"P\xc3\xa9rez, Ana\" <a@b>,\r\n  c@d\r\nSubject:  dos  espacios \r\n"
		"to: x@y\r\nCC: z@y\r\nMessage-id: <1@b>\r\nIn-Reply-To:<2@b>\r\nReply-To: q@y\r\n"
		"Sender: s@y\r\nResent-From: r@y\r\nmime-version: 1.0\r\n"
		"Content-Type: text/plain\r\n\r\n.\r\n..\r\n.a\r\n\r\n\xe1\r\n",
		"Date: x\r\nFrom: a@b\r\nMessage-ID: <2@b>\r\n\r\n",
		"Date: x\r\nFrom: a@b\r\nTo: agenda@foro.example\r\nMessage-ID: <3@b>\r\n"
		"Subject: sin cuerpo\r\nX-Empty:\r\nX-Folded:\r\n a\r\n\r\nFrom nadie\r\n",
	};
	static const char *const flags[] = { "--keep", "--lean" };
	struct arena *a = arena_new(64 << 20);
	struct sink k;
	struct feed f;

	(void)state;
	for (size_t v = 0; v < ARRAY_LEN(flags); v++) {
		for (size_t i = 0; i < ARRAY_LEN(mails); i++) {
			size_t n;
			char *got;

			sink_start(&k, a, "", flags[v]);
			feed_init(&f, a, 2, slice_of(mails[i]));
			assert_int_equal(feed_send(&f, k.url), RC_OK);
			assert_int_equal(f.res[0].cls, TRANSPORT_OK);
			assert_int_equal(f.res[1].cls, TRANSPORT_OK);
			if (v == 0) {
				got = file_read(a, arena_fmt(a, "%s/1.eml", k.dir), &n);
				assert_string_equal(got, mails[i]);
				assert_int_equal(n, strlen(mails[i]));
			}
			sink_stop(&k);
		}
	}
	arena_free(&a);
}

static void test_bad_bytes(void **state)
{
	static const char *const bad[] = { "A: b\r\n\r\nx", "A: b\n\nx\r\n", "A: b\r\n\r\nx\ry\r\n",
		"A: b\r\n\r\nx\n.\ny\r\n", "A: b\r\n\r\nx\r\r\n", "", "\r", "\n" };
	struct arena *a = arena_new(64 << 20);
	struct feed f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		feed_init(&f, a, 1, slice_of(bad[i]));
		assert_int_equal(feed_send(&f, "null:"), RC_OK);
		assert_int_equal(f.res[0].cls, TRANSPORT_PERM);
	}
	feed_init(&f, a, 10, slice_of("A: b\r\n\r\n\r\nx\r\n"));
	f.stop_at = 3;
	assert_int_equal(feed_send(&f, "null:"), RC_OK);
	assert_int_equal(f.settled, 3);
	assert_int_equal(f.res[2].cls, TRANSPORT_OK);
	arena_free(&a);
}

static void test_timeout(void **state)
{
	struct arena *a = arena_new(8 << 20);
	int64_t from = clock_mono();
	struct sink k;
	struct feed f;

	(void)state;
	sink_start(&k, a, "end * delay 60000\n", NULL);
	feed_init(&f, a, 1, mail_of(a, 300));
	(void)!feed_send(&f, arena_fmt(a, "%s?timeout=1", k.url));
	assert_int_equal(f.res[0].cls, TRANSPORT_UNKNOWN);
	assert_int_equal(f.res[0].code, 0);
	/* the second wait, for the answer to QUIT, is cut off */
	assert_true(clock_mono() - from < 1900000);
	sink_stop(&k);
	arena_free(&a);
}

/* A relay that says a byte now and then does not hold a copy past its lease. */
static void test_drip(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct arena *a = arena_new(8 << 20);
	int64_t from = clock_mono();
	socklen_t n = sizeof(at);
	struct feed f;
	pid_t pid;
	int fd;

	(void)state;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int in = accept(fd, NULL, NULL);

		for (int i = 0; i < 100 && send(in, "2", 1, MSG_NOSIGNAL) == 1; i++)
			usleep(100000);
		_exit(0);
	}
	feed_init(&f, a, 1, mail_of(a, 300));
	(void)!feed_send(&f, arena_fmt(a, "smtp://127.0.0.1:%d?timeout=1", ntohs(at.sin_port)));
	assert_int_equal(f.res[0].cls, TRANSPORT_TEMP);
	assert_true(clock_mono() - from < 5000000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(fd);
	arena_free(&a);
}

static void test_maildir(void **state)
{
	struct arena *a = arena_new(8 << 20);
	char dir[] = "/tmp/cabildo-maildir-XXXXXX";
	static const char *const names[] = { "Ana@x.example", "../luz@x.example", "/etc/x@y" };
	struct dirent *e;
	struct feed f;
	size_t found = 0;
	DIR *d;

	(void)state;
	assert_non_null(mkdtemp(dir));
	feed_init(&f, a, 9, mail_of(a, 300));
	f.names = names;
	f.nnames = 3;
	assert_int_equal(feed_send(&f, arena_fmt(a, "maildir:%s/mail", dir)), RC_OK);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(f.res[i].cls, TRANSPORT_OK);
	d = opendir(arena_fmt(a, "%s/mail/ana@x.example/new", dir));
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		char *got;

		if (e->d_name[0] == '.')
			continue;
		found++;
		got = file_read(a, arena_fmt(a, "%s/mail/ana@x.example/new/%s", dir, e->d_name), NULL);
		assert_string_equal(got, arena_fmt(a, "Return-Path: <agenda-bounces+v@foro.example>\r\n"
						   "Delivered-To: Ana@x.example\r\n%.*s",
						   (int)f.bytes.n, f.bytes.p));
	}
	closedir(d);
	assert_int_equal(found, 3);
	assert_int_equal(access(arena_fmt(a, "%s/mail/_._luz@x.example/new", dir), F_OK), 0);
	assert_int_equal(access(arena_fmt(a, "%s/mail/_etc_x@y/new", dir), F_OK), 0);
	dir_remove(dir);
	arena_free(&a);
}

/* A key and a certificate signed by itself for that name. */
static SSL_CTX *cert_make(const char *name, const char *pem)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	X509V3_CTX v;
	X509_EXTENSION *ext;
	FILE *f = fopen(pem, "w");

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509V3_set_ctx(&v, x, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &v, NID_subject_alt_name, name);
	X509_add_ext(x, ext, -1);
	X509_EXTENSION_free(ext);
	X509_sign(x, key, EVP_sha256());
	PEM_write_X509(f, x);
	fclose(f);
	SSL_CTX_use_certificate(ctx, x);
	SSL_CTX_use_PrivateKey(ctx, key);
	X509_free(x);
	EVP_PKEY_free(key);
	return ctx;
}

/* Reads one line from the socket, or through TLS; "" at the end. */
static char *peer_line(SSL *ssl, int fd, char line[1024])
{
	size_t n = 0;
	char c;

	while (n < 1023 && (ssl ? SSL_read(ssl, &c, 1) : read(fd, &c, 1)) == 1) {
		line[n++] = c;
		if (c == '\n')
			break;
	}
	line[n] = '\0';
	return line;
}

static void peer_say(SSL *ssl, int fd, const char *s)
{
	if (ssl)
		SSL_write(ssl, s, (int)strlen(s));
	else if (write(fd, s, strlen(s)) < 0)
		_exit(2);
}

/* Serves one connection, with STARTTLS and AUTH; exits 0 where mail came after both. */
static void tls_peer(int lfd, SSL_CTX *ctx, const char *mechs, const char *want)
{
	int fd = accept(lfd, NULL, NULL);
	bool authed = false, data = false;
	SSL *ssl = NULL;
	char line[1024];

	peer_say(NULL, fd, "220 peer\r\n");
	while (*peer_line(ssl, fd, line)) {
		if (data) {
			data = strcmp(line, ".\r\n") != 0;
			if (!data)
				peer_say(ssl, fd, "250 2.0.0 ok\r\n");
		} else if (strncmp(line, "EHLO", 4) == 0) {
			peer_say(ssl, fd, "250-peer\r\n");
			peer_say(ssl, fd, ssl ? mechs : "250 STARTTLS\r\n");
		} else if (strncmp(line, "STARTTLS", 8) == 0) {
			peer_say(ssl, fd, "220 go\r\n");
			ssl = SSL_new(ctx);
			SSL_set_fd(ssl, fd);
			if (SSL_accept(ssl) != 1)
				_exit(3);
		} else if (strncmp(line, "AUTH PLAIN ", 11) == 0) {
			authed = ssl && strncmp(line + 11, want, strlen(want)) == 0;
			peer_say(ssl, fd, authed ? "235 2.7.0 ok\r\n" : "535 5.7.8 no\r\n");
		} else if (strncmp(line, "AUTH LOGIN", 10) == 0) {
			authed = strncmp(line + 10, " dQ==", 5) == 0;
			peer_say(ssl, fd, "334 UGFzc3dvcmQ6\r\n");
			authed = authed && strncmp(peer_line(ssl, fd, line), "cDpx", 4) == 0;
			peer_say(ssl, fd, authed ? "235 2.7.0 ok\r\n" : "535 5.7.8 no\r\n");
		} else if (strncmp(line, "AUTH", 4) == 0) {
			peer_say(ssl, fd, "334 \r\n");
			if (strncmp(peer_line(ssl, fd, line), "*", 1) != 0)
				_exit(4);       /* it went along with NTLM */
			peer_say(ssl, fd, "501 5.0.0 given up\r\n");
		} else if (strncmp(line, "MAIL", 4) == 0 && !authed) {
			peer_say(ssl, fd, "530 5.7.0 authenticate\r\n");
		} else if (strncmp(line, "DATA", 4) == 0) {
			data = true;
			peer_say(ssl, fd, "354 go\r\n");
		} else if (strncmp(line, "QUIT", 4) == 0) {
			peer_say(ssl, fd, "221 bye\r\n");
			break;
		} else {
			peer_say(ssl, fd, "250 2.0.0 ok\r\n");
		}
	}
	_exit(ssl && authed ? 0 : 5);
}

/* One message to such a peer: the class it got; *exit_r what the peer saw. */
static enum transport_class tls_try(const char *san, const char *mechs, const char *login,
				    bool trust, char text_r[240], int *exit_r)
{
	struct arena *a = arena_new(8 << 20);
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sa);
	int lfd = socket(AF_INET, SOCK_STREAM, 0), status;
	char pem[] = "/tmp/cabildo-pem-XXXXXX";
	enum transport_class cls;
	SSL_CTX *ctx;
	struct feed f;
	pid_t pid;

	close(mkstemp(pem));
	ctx = cert_make(san, pem);
	assert_int_equal(bind(lfd, (struct sockaddr *)&sa, n), 0);
	assert_int_equal(listen(lfd, 5), 0);
	getsockname(lfd, (struct sockaddr *)&sa, &n);
	pid = fork();
	if (pid == 0)
		tls_peer(lfd, ctx, mechs, "AHUAcDpx"); /* \0u\0p:q */
	close(lfd);
	feed_init(&f, a, 1, mail_of(a, 3000));
	(void)!feed_send(&f, arena_fmt(a, "smtp://%s@127.0.0.1:%d?timeout=5%s%s", login,
				      ntohs(sa.sin_port), trust ? "&ca=" : "", trust ? pem : ""));
	cls = f.res[0].cls;
	snprintf(text_r, 240, "%s", f.res[0].text);
	waitpid(pid, &status, 0);
	*exit_r = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	SSL_CTX_free(ctx);
	unlink(pem);
	arena_free(&a);
	return cls;
}

static void test_tls(void **state)
{
	char text[240];
	int status;

	(void)state;
	assert_int_equal(tls_try("IP:127.0.0.1", "250 AUTH PLAIN LOGIN\r\n", "u:p%3Aq", true, text,
				 &status), TRANSPORT_OK);
	assert_int_equal(status, 0);
	assert_int_equal(tls_try("IP:127.0.0.1", "250 AUTH NTLM LOGIN\r\n", "u:p%3Aq", true, text,
				 &status), TRANSPORT_OK);
	assert_int_equal(status, 0);
	/* a certificate for somebody else, from a CA that is trusted */
	assert_int_equal(tls_try("DNS:other.example", "250 AUTH PLAIN\r\n", "u:p%3Aq", true, text,
				 &status), TRANSPORT_TEMP);
	assert_int_not_equal(status, 0);
	/* the right name from nobody that is trusted */
	assert_int_equal(tls_try("IP:127.0.0.1", "250 AUTH PLAIN\r\n", "u:p%3Aq", false, text,
				 &status), TRANSPORT_TEMP);
	assert_int_not_equal(status, 0);
	/* a wrong password holds mail back and bounces nobody */
	assert_int_equal(tls_try("IP:127.0.0.1", "250 AUTH PLAIN\r\n", "u:wrong", true, text,
				 &status), TRANSPORT_TEMP);
	assert_int_equal(status, 5);
}

/* One connection; the figure goes to stderr, the floor only catches the stall. */
static void test_speed(void **state)
{
	const size_t total = 3000;
	struct arena *a = arena_new(64 << 20);
	int64_t from;
	double rate;
	struct sink k;
	struct feed f;

	(void)state;
	sink_start(&k, a, "", NULL);
	feed_init(&f, a, total, mail_of(a, 3000));
	from = clock_mono();
	assert_int_equal(feed_send(&f, k.url), RC_OK);
	rate = (double)total * (double)USEC / (double)(clock_mono() - from);
	for (size_t i = 0; i < total; i++)
		assert_int_equal(f.res[i].cls, TRANSPORT_OK);
	fprintf(stderr, "# copies of 3 kB on one connection: %.0f/s\n", rate);
	assert_true(rate > 300);        /* 23/s with delayed acknowledgements */
	sink_stop(&k);
	arena_free(&a);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_urls),
		cmocka_unit_test(test_bad_bytes), cmocka_unit_test(test_maildir),
		cmocka_unit_test(test_tls), cmocka_unit_test_setup(test_drip, own),
		cmocka_unit_test_setup(test_early, own),
#define ALL(t) cmocka_unit_test_setup(t, own), cmocka_unit_test_setup(t, turns), \
		cmocka_unit_test_setup(t, library)
		ALL(test_failures), ALL(test_failures_bdat), ALL(test_failures_lean),
		ALL(test_broken_links), ALL(test_421), ALL(test_kept), ALL(test_many_recipients),
		ALL(test_verbatim), ALL(test_timeout), ALL(test_speed),
	};
	const char *slash = strrchr(argv[0], '/'), *env = getenv("CABILDO_SINK");

	(void)argc;
	if (env)
		snprintf(sink_path, sizeof(sink_path), "%s", env);
	else
		snprintf(sink_path, sizeof(sink_path), "%.*s/../lib/sink",
			 slash ? (int)(slash - argv[0]) : 1, slash ? argv[0] : ".");
	rnd_init();
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
