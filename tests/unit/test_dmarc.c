/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DMARC records by the letter of RFC 7489, and look-ups against a name server
 * of the test's own: what is remembered, the organisation's domain, and what
 * happens while nobody answers.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mailer/deliver/auth.h"
#include "mailer/deliver/dmarc.h"

#include "server/base/base.h"

static void test_record(void **state UNUSED)
{
	static const struct {
		const char *txt;
		int own, sub; /* -1: no record */
	} t[] = {
		{ "v=DMARC1; p=reject", DMARC_REJECT, DMARC_REJECT },
		{ "v=DMARC1;p=none;sp=quarantine", DMARC_NONE, DMARC_QUARANTINE },
		{ " v = DMARC1 ; P = Quarantine ; rua=mailto:a@b", DMARC_QUARANTINE, DMARC_QUARANTINE },
		{ "v=DMARC1; p=reject; sp=none", DMARC_REJECT, DMARC_NONE },
		{ "v=DMARC1", DMARC_NONE, DMARC_NONE },
		{ "v=DMARC1; p=destroy", DMARC_NONE, DMARC_NONE },
		{ "v=DMARC1; p=reject; p=none", DMARC_REJECT, DMARC_REJECT },
		{ "v=DMARC1; sp=reject; pp=none; p =", DMARC_NONE, DMARC_REJECT },
		{ "v=DMARC2; p=reject", -1, -1 }, { "v=spf1 -all", -1, -1 }, { "", -1, -1 },
		{ "p=reject; v=DMARC1", -1, -1 }, { ";v=DMARC1", -1, -1 }, { "v=dmarc1; p=reject", -1, -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		for (int sub = 0; sub < 2; sub++) {
			enum dmarc_policy p = DMARC_UNKNOWN;
			int want = sub ? t[i].sub : t[i].own;

			assert_int_equal(dmarc_record(slice_of(t[i].txt), sub, &p), want >= 0);
			if (want >= 0)
				assert_int_equal(p, want);
		}
}

/* The name server, and its folder. */
static struct {
	pid_t pid;
	char dir[64], zone[96], log[96], server[64];
} ns;

static void zone_write(const char *text)
{
	FILE *f = fopen(ns.zone, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int asked(const char *line)
{
	FILE *f = fopen(ns.log, "r");
	char buf[300];
	int n = 0;

	while (f && fgets(buf, sizeof(buf), f)) {
		buf[strcspn(buf, "\n")] = '\0';
		n += strcmp(buf, line) == 0;
	}
	if (f)
		fclose(f);
	return n;
}

static int ns_start(void **state UNUSED)
{
	char port[96], buf[16] = "";

	snprintf(ns.dir, sizeof(ns.dir), "/tmp/cabildo-dns.XXXXXX");
	assert_non_null(mkdtemp(ns.dir));
	snprintf(ns.zone, sizeof(ns.zone), "%s/zone", ns.dir);
	snprintf(ns.log, sizeof(ns.log), "%s/log", ns.dir);
	snprintf(port, sizeof(port), "%s/port", ns.dir);
	zone_write("");
	ns.pid = fork();
	if (ns.pid == 0) {
		execlp("perl", "perl", DNSD, port, ns.zone, ns.log, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 200 && *buf == '\0'; i++) {
		FILE *f = fopen(port, "r");

		if (f) {
			if (fgets(buf, sizeof(buf), f) == NULL)
				*buf = '\0';
			fclose(f);
		}
		usleep(50000);
	}
	buf[strcspn(buf, "\n")] = 0;
	snprintf(ns.server, sizeof(ns.server), "127.0.0.1:%s", buf);
	return *buf ? 0 : -1;
}

static int ns_stop(void **state UNUSED)
{
	const char *const names[] = { "zone", "log", "port" };
	char path[128];

	if (ns.pid > 0) {
		kill(ns.pid, SIGTERM);
		waitpid(ns.pid, NULL, 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", ns.dir, names[i]);
		unlink(path);
	}
	rmdir(ns.dir);
	return 0;
}

static void test_lookup(void **state UNUSED)
{
	struct dmarc *d = dmarc_open(ns.server);

	zone_write("_dmarc.estricta.example TXT v=DMARC1; p=reject; sp=quarantine\n"
		   "_dmarc.suave.example TXT v=DMARC1; p=none; rua=mailto:r@suave.example\n"
		   "_dmarc.dos.example TXT v=DMARC1; p=reject\n_dmarc.dos.example TXT v=DMARC1; p=none\n"
		   "_dmarc.otro.example TXT v=spf1 -all\n"
		   "_dmarc.larga.example TXT v=DMARC1; rua=mailto:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.example; p=quarantine\n");
	assert_int_equal(dmarc_lookup(d, "estricta.example"), DMARC_REJECT);
	assert_int_equal(dmarc_lookup(d, "suave.example"), DMARC_NONE);
	assert_int_equal(dmarc_lookup(d, "nada.example"), DMARC_NONE);
	assert_int_equal(dmarc_lookup(d, "dos.example"), DMARC_NONE);
	assert_int_equal(dmarc_lookup(d, "otro.example"), DMARC_NONE);
	assert_int_equal(dmarc_lookup(d, "larga.example"), DMARC_QUARANTINE);
	/* below the organisation's domain its sp= counts; an own record counts more */
	assert_int_equal(dmarc_lookup(d, "correo.sub.estricta.example"), DMARC_QUARANTINE);
	assert_int_equal(dmarc_lookup(d, "correo.suave.example"), DMARC_NONE);
	/* remembered, the answer that there is none too */
	assert_int_equal(dmarc_lookup(d, "estricta.example"), DMARC_REJECT);
	assert_int_equal(dmarc_lookup(d, "nada.example"), DMARC_NONE);
	assert_int_equal(asked("_dmarc.estricta.example TXT"), 2); /* itself, and for the one below */
	assert_int_equal(asked("_dmarc.nada.example TXT"), 1);
	/* what is no DNS name is never asked for */
	assert_int_equal(dmarc_lookup(d, ""), DMARC_UNKNOWN);
	assert_int_equal(dmarc_lookup(d, "local"), DMARC_UNKNOWN);
	assert_int_equal(dmarc_lookup(d, "a..example"), DMARC_UNKNOWN);
	assert_int_equal(dmarc_lookup(d, "\xc3\xb1.example"), DMARC_UNKNOWN);
	assert_int_equal(dmarc_lookup(d, "[127.0.0.1]"), DMARC_UNKNOWN);
	dmarc_close(&d);
}

static void test_failure(void **state UNUSED)
{
	struct dmarc *d = dmarc_open(ns.server);
	int64_t start;

	zone_write("_dmarc.rota.example SERVFAIL\n_dmarc.muda.example SILENT\n_dmarc.muda2.example SILENT\n"
		   "_dmarc.viva.example TXT v=DMARC1; p=reject\n");
	assert_int_equal(dmarc_lookup(d, "rota.example"), DMARC_UNKNOWN);
	/* one broken domain does not end the asking */
	assert_int_equal(dmarc_lookup(d, "viva.example"), DMARC_REJECT);
	start = clock_mono();
	assert_int_equal(dmarc_lookup(d, "muda.example"), DMARC_UNKNOWN);
	assert_true(clock_mono() - start < (DMARC_WAIT_MS + 800) * 1000LL);
	/* for a while it is not asked again */
	start = clock_mono();
	assert_int_equal(dmarc_lookup(d, "muda.example"), DMARC_UNKNOWN);
	assert_true(clock_mono() - start < 100000);
	assert_int_equal(dmarc_lookup(d, "muda2.example"), DMARC_UNKNOWN);
	assert_int_equal(dmarc_lookup(d, "rota2.example"), DMARC_NONE);
	dmarc_close(&d);

	/* nobody there at all: three in vain, then nobody is asked */
	d = dmarc_open("127.0.0.1:1");
	for (int i = 0; i < 3; i++)
		assert_int_equal(dmarc_lookup(d, i == 0 ? "a.example" : i == 1 ? "b.example" : "c.example"),
				 DMARC_UNKNOWN);
	start = clock_mono();
	for (int i = 0; i < 1000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "d%d.example", i);
		assert_int_equal(dmarc_lookup(d, name), DMARC_UNKNOWN);
	}
	assert_true(clock_mono() - start < USEC);
	dmarc_close(&d);
}

static void test_aligned(void **state UNUSED)
{
	struct dmarc *d = dmarc_open("127.0.0.1:1");

	assert_true(dmarc_aligned(d, "egob.gob.gt", "egob.gob.gt"));
	assert_true(dmarc_aligned(d, "correo.egob.gob.gt", "egob.gob.gt"));
	assert_true(dmarc_aligned(d, "a.example.org", "b.example.org"));
	assert_false(dmarc_aligned(d, "egob.gob.gt", "otro.gob.gt"));
	assert_false(dmarc_aligned(d, "egob.gob.gt", "gob.gt"));
	assert_false(dmarc_aligned(d, "example.org", "example.com"));
	assert_false(dmarc_aligned(d, "", ""));
	dmarc_close(&d);
}

#define OURS "Authentication-Results: mx.foro.example;\r\n\t"

/* What our server's header tells; a second Received ends what is ours. */
static void test_auth(void **state UNUSED)
{
	static const struct {
		const char *head, *dkim; /* the domains, joined */
		enum dmarc_policy policy;
	} t[] = {
		{ "Subject: x\r\n", "", DMARC_UNKNOWN },
		{ OURS "dkim=pass header.d=A.example header.s=x;\r\n dkim=fail header.d=b.example\r\n", "a.example", DMARC_UNKNOWN },
		{ OURS "dkim=pass (2048-bit key; x) header.i=@c.a.example header.b=ab\r\n", "c.a.example", DMARC_UNKNOWN },
		{ OURS "dmarc=fail (p=reject dis=none) header.from=a.example\r\n", "", DMARC_REJECT },
		{ OURS "dkim=pass header.d=a.example; dmarc=pass (policy=quarantine) header.from=a.example\r\n",
		  "a.example", DMARC_QUARANTINE },
		{ OURS "dmarc=pass (p=none dis=none) header.from=a.example\r\n", "", DMARC_UNKNOWN },
		{ OURS "spf=pass (p=reject); dmarc=none\r\n", "", DMARC_UNKNOWN },
		{ "Received: a\r\n" OURS "dkim=pass header.d=a.example\r\n", "a.example", DMARC_UNKNOWN },
		{ "Received: a\r\nReceived: b\r\n" OURS "dkim=pass header.d=a.example; dmarc=pass (p=reject)\r\n", "",
		  DMARC_UNKNOWN },
		{ "Authentication-Results: otro.example; dkim=pass header.d=a.example; dmarc=fail (p=reject)\r\n", "",
		  DMARC_UNKNOWN },
		{ "\r\n" OURS "dkim=pass header.d=a.example\r\n", "", DMARC_UNKNOWN },
		{ "no field\r\n" OURS "dkim=pass header.d=a.example\r\n", "", DMARC_UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		struct conf conf = { .authserv_id = "mx.foro.example", .own_hops = "1" };
		struct arena *a = arena_new(1 << 20);
		const char *all = "";
		struct auth r;

		auth_read(a, &conf, slice_of(arena_fmt(a, "%s\r\nx\r\n", t[i].head)), &r);
		for (size_t k = 0; k < r.ndkim; k++)
			all = arena_fmt(a, "%s%s", all, r.dkim[k]);
		assert_string_equal(all, t[i].dkim);
		assert_int_equal(r.policy, t[i].policy);
		conf.authserv_id = "";
		auth_read(a, &conf, slice_of(arena_fmt(a, "%s\r\nx\r\n", t[i].head)), &r);
		assert_int_equal(r.ndkim, 0);
		assert_int_equal(r.policy, DMARC_UNKNOWN);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record),
		cmocka_unit_test_setup_teardown(test_lookup, ns_start, ns_stop),
		cmocka_unit_test_setup_teardown(test_failure, ns_start, ns_stop),
		cmocka_unit_test(test_aligned),
		cmocka_unit_test(test_auth),
	};

	rnd_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
