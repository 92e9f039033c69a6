/* SPDX-License-Identifier: Apache-2.0 */
/* Archives taken apart, and the sums of a dry run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "mailer/import/mbox.h"
#include "mailer/import/source.h"
#include "mailer/import/tally.h"

#include "server/base/base.h"

#define SEP    "From ana at example.org  Mon Mar  2 20:08:00 2009\n"
#define SEP_ES "From ana en example.org  Mon Mar  2 20:08:00 2009\n"
#define HEAD   "From: ana at example.org (Ana)\nSubject: x\n\n"

struct bytes {
	struct slice left;
	size_t step;
};

static ssize_t bytes_read(void *ctx, void *buf, size_t n)
{
	struct bytes *b = ctx;
	size_t k = b->step < n ? b->step : n;

	if (k > b->left.n)
		k = b->left.n;
	memcpy(buf, b->left.p, k);
	b->left.p += k;
	b->left.n -= k;
	return (ssize_t)k;
}

/* The messages with "|" after each; "#" stands for one over the limit. */
static void split(struct slice in, size_t step, size_t max, struct str *out)
{
	struct bytes b = { in, step };
	struct mbox *m = mbox_new(bytes_read, &b, max);
	struct mbox_message msg;
	int64_t at = -1;
	enum rc rc;

	while ((rc = mbox_next(m, &msg)) != RC_NOTFOUND) {
		assert_true(rc == RC_OK || rc == RC_LIMIT);
		assert_true(at < 0 || msg.offset == at);
		at = msg.offset + msg.size;
		if (rc == RC_OK)
			str_adds(out, msg.raw);
		else
			str_addc(out, '#');
		str_addc(out, '|');
	}
	if (at >= 0)
		assert_int_equal(at, in.n);
	mbox_free(&m);
}

static void check_max(const char *in, size_t max, const char *wanted)
{
	static const size_t steps[] = { 1, 3, 64, 1 << 20 };
	struct arena *a = arena_new((size_t)64 << 20);

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct str out;

		str_init(&out, a, STR_CAP_DEFAULT);
		split(slice_of(in), steps[i], max, &out);
		assert_string_equal(str_z(&out), wanted);
	}
	arena_free(&a);
}

static void check(const char *in, const char *wanted)
{
	check_max(in, 1 << 20, wanted);
}

static void separators(void **state UNUSED)
{
	check("", "");
	check("\n\n", "");
	check(SEP HEAD "a\n\n" SEP_ES HEAD "b\n", HEAD "a\n|" HEAD "b\n|");
	/* the last one has its empty line too, or no line end at all */
	check(SEP HEAD "a\n\n" SEP HEAD "b\n\n", HEAD "a\n|" HEAD "b\n|");
	check(SEP HEAD "a\n\n" SEP HEAD "b", HEAD "a\n|" HEAD "b|");
	check("\r\n" SEP "From: a@b\r\n\r\na\r\n\r\n" SEP "X: y\r\n\r\nb\r\n",
	      "From: a@b\r\n\r\na\r\n|X: y\r\n\r\nb\r\n|");
	/* a message of a header alone, and one of nothing */
	check(SEP "A: b\n\n" SEP "C: d\n", "A: b\n|C: d\n|");
	check(SEP "\n" SEP HEAD "b\n", "|" HEAD "b\n|");
	check("From - whoever\nX: y\n\nb\n", "X: y\n\nb\n|");
}

static void not_separators(void **state UNUSED)
{
	/* words of a text */
	check(SEP HEAD "a\n\nFrom here on: all is well.\nb\n",
	      HEAD "a\n\nFrom here on: all is well.\nb\n|");
	/* the form, but no header behind it */
	check(SEP HEAD "a\n\n" SEP "and more text\n", HEAD "a\n\n" SEP "and more text\n|");
	/* not after an empty line, and another address in From */
	check(SEP HEAD "a\nFrom b@c.d  Mon Mar  2 20:08:00 2009\n" HEAD "b\n",
	      HEAD "a\nFrom b@c.d  Mon Mar  2 20:08:00 2009\n" HEAD "b\n|");
	/* the empty line is lost, but the address is the same */
	check(SEP HEAD "a\n" SEP HEAD "b\n", HEAD "a\n|" HEAD "b\n|");
	/* one message by itself, whatever its body says */
	check(HEAD "a\n\n" SEP HEAD "b\n", HEAD "a\n\n" SEP HEAD "b\n|");
}

static void separator_forms(void **state UNUSED)
{
	static const char *const good[] = {
		"From a@b.c Mon Jan  1 00:00:00 2001",
		"From a at b.c  Tue Feb 29 23:59 2000",
		"From - Wed Mar 03 01:02:03 1999",
		"From MAILER-DAEMON Thu Apr  4 04:05:06 +0200 2002",
		"From a@b.c Fri May  5 04:05:06 CEST 2002",
		"From \"a b\"@c Sat Jun  6 04:05:06 2002 +0100",
		"From mboxrd@z Sun Jul  7 00:00:00 2019",
	};
	static const char *const bad[] = {
		"From a@b.c",
		"From Mon Jan to Feb",
		"From a Mon Jan 1 2001",
		"From a Mon Jan x 00:00:00 2001",
		"From a Mon Jan 1 00:00:00",
		"From a Mon Jan 1 00.00.00 2001",
		"From: a Mon Jan  1 00:00:00 2001",
		"From a Lun Jan  1 00:00:00 2001",
		"",
	};
	struct slice when;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(mbox_separator(slice_of(good[i]), &when));
		assert_true(when.n >= 20);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(mbox_separator(slice_of(bad[i]), &when));
}

static void unquoted(void **state UNUSED)
{
	check(SEP HEAD ">From a\n>>From b\n> From c\nx >From d\n",
	      HEAD "From a\n>>From b\n> From c\nx >From d\n|");
	check("From mboxrd@z Mon Apr 29 00:00:00 2019\n" HEAD ">From a\n>>From b\n>>>From c",
	      HEAD "From a\n>From b\n>>From c|");
	/* a header is none of it */
	check(SEP "X: y\n>From z\n\n>From a\n", "X: y\n>From z\n\nFrom a\n|");
}

static void too_large(void **state UNUSED)
{
	char in[5000], line[2100];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	/* by one long line without an end, by many, and what comes after */
	snprintf(in, sizeof(in), SEP HEAD "%s\n\n" SEP HEAD "b\n", line);
	check_max(in, 100, "#|" HEAD "b\n|");
	snprintf(in, sizeof(in), SEP HEAD "%s", line);
	check_max(in, 100, "#|");
	snprintf(in, sizeof(in), SEP HEAD "1234567890\n1234567890\n1234567890\n\n" SEP HEAD "b\n");
	check_max(in, 60, "#|" HEAD "b\n|");
}

static void packed(void **state UNUSED)
{
	struct arena *a = arena_new((size_t)1 << 20);
	struct source_list l = { 0 };
	const char *why = NULL;
	char path[] = "/tmp/cabildo-test-XXXXXX", buf[64];
	int fd = mkstemp(path);
	struct source *s;
	gzFile gz;

	assert_true(fd >= 0);
	gz = gzdopen(dup(fd), "wb");
	gzputs(gz, "twelve bytes");
	gzclose(gz);
	assert_true(source_add(a, &l, path, &why));
	assert_int_equal(l.n, 1);
	s = source_open(&l.v[0], &why);
	assert_int_equal(source_read(s, buf, sizeof(buf)), 12);
	assert_int_equal(source_read(s, buf, sizeof(buf)), 0);
	assert_int_equal(source_at(s), l.bytes);
	source_close(&s);
	/* cut off: said, not passed over */
	assert_int_equal(ftruncate(fd, l.bytes - 6), 0);
	s = source_open(&l.v[0], &why);
	while ((l.bytes = source_read(s, buf, sizeof(buf))) > 0)
		;
	assert_int_equal(l.bytes, -1);
	assert_string_equal(source_error(s), "the packed file is cut off");
	source_close(&s);
	close(fd);
	unlink(path);
	assert_false(source_add(a, &l, path, &why));
	assert_non_null(strstr(why, path));
	arena_free(&a);
}

/* One message with id own that names up (0: none), of thread db in the database. */
static enum fate add(struct tally *t, unsigned key, unsigned own, unsigned up, int64_t db, int *sum)
{
	unsigned char ids[2][32] = { { 0 } };
	int64_t threads[2] = { 0, db };
	struct submit_look look = { .fate = FATE_POSTED,
				    .ids = (const unsigned char(*)[32])ids,
				    .threads = threads,
				    .n = up ? 2 : 1 };
	enum fate fate;
	int n;

	memset(look.key, (int)key, 32);
	memset(ids[0], (int)own, 32);
	memset(ids[1], (int)up, 32);
	fate = tally_add(t, &look, &n);
	*sum += n;
	return fate;
}

static void tallies(void **state UNUSED)
{
	struct tally *t = tally_new();
	int sum = 0;

	assert_int_equal(add(t, 1, 1, 0, 0, &sum), FATE_POSTED);
	assert_int_equal(add(t, 2, 2, 9, 0, &sum), FATE_POSTED);
	assert_int_equal(add(t, 3, 3, 8, 0, &sum), FATE_POSTED);
	assert_int_equal(sum, 3);
	assert_int_equal(add(t, 3, 3, 8, 0, &sum), FATE_DUPLICATE);
	assert_int_equal(add(t, 4, 3, 8, 0, &sum), FATE_DROPPED);
	assert_int_equal(sum, 3);
	/* 9 arrives and answers 8: two threads become one */
	assert_int_equal(add(t, 9, 9, 8, 0, &sum), FATE_POSTED);
	assert_int_equal(sum, 2);
	/* two of the database's threads, joined by what names both */
	assert_int_equal(add(t, 10, 10, 20, 77, &sum), FATE_POSTED);
	assert_int_equal(sum, 2);
	assert_int_equal(add(t, 11, 10 + 1, 21, 78, &sum), FATE_POSTED);
	assert_int_equal(add(t, 12, 21 + 9, 10, 78, &sum), FATE_POSTED);
	assert_int_equal(sum, 1);
	tally_free(&t);
}

static void tally_grows(void **state UNUSED)
{
	struct tally *t = tally_new();
	int64_t thread = 0;
	int sum = 0;

	for (unsigned i = 0; i < 5000; i++) {
		unsigned char id[1][32];
		struct submit_look look = { .fate = FATE_POSTED,
					    .threads = &thread,
					    .n = 1,
					    .ids = (const unsigned char(*)[32])id };
		int n;

		hash_bytes((const char *)&i, sizeof(i), id[0]);
		memcpy(look.key, id[0], 32);
		assert_int_equal(tally_add(t, &look, &n), FATE_POSTED);
		sum += n;
		assert_int_equal(tally_add(t, &look, &n), FATE_DUPLICATE);
	}
	assert_int_equal(sum, 5000);
	tally_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(separators),      cmocka_unit_test(not_separators),
		cmocka_unit_test(separator_forms), cmocka_unit_test(unquoted),
		cmocka_unit_test(too_large),       cmocka_unit_test(packed),
		cmocka_unit_test(tallies),         cmocka_unit_test(tally_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
