/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Level 0: what everything else takes for granted. Wanted values come from
 * the RFCs, from calendars, or are worked out here by another way than the
 * code's own.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/base/codec.h"
#include "server/base/line.h"

#include "server/base/base.h"

static struct arena *a;

static int setup(void **state UNUSED)
{
	a = arena_new((size_t)8 << 20);
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return a != NULL;
}

/* ---- arena ---- */

static char order[16];

static void note(void *p)
{
	size_t n = strlen(order);

	order[n] = *(const char *)p;
	order[n + 1] = '\0';
}

static void arena_marks(void **state UNUSED)
{
	struct arena_mark outer = arena_mark(a), inner;
	size_t before = arena_used(a);
	char *p = arena_alloc(a, 100), *q;

	memset(p, 'x', 100);
	inner = arena_mark(a);
	for (int i = 0; i < 200; i++)
		memset(arena_alloc(a, 5000), 'y', 5000); /* over many blocks */
	assert_true(arena_used(a) >= 1000000);
	arena_rewind(a, inner);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 'x');
	q = arena_alloc(a, 5000);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(q[i], 0); /* zeroed again, though it was used */
	assert_int_equal((uintptr_t)q % 16, 0);
	arena_rewind(a, outer);
	assert_int_equal(arena_used(a), before);
	assert_non_null(arena_alloc(a, 0));
}

static void arena_defers(void **state UNUSED)
{
	struct arena *b = arena_new(1 << 20);
	struct arena_mark m;

	order[0] = '\0';
	arena_defer(b, note, "1");
	m = arena_mark(b);
	arena_defer(b, note, "2");
	arena_alloc(b, 100000);
	arena_defer(b, note, "3");
	arena_rewind(b, m);
	assert_string_equal(order, "32");
	arena_defer(b, note, "4");
	arena_free(&b);
	assert_string_equal(order, "3241");
	assert_null(b);
	arena_free(&b); /* of nothing: nothing */
}

static void arena_grows(void **state UNUSED)
{
	char *p = arena_alloc(a, 10), *q;

	memset(p, 'a', 10);
	q = arena_grow(a, p, 10, 300);
	assert_ptr_equal(q, p); /* it was last */
	for (int i = 10; i < 300; i++)
		assert_int_equal(q[i], 0);
	arena_alloc(a, 1);
	p = arena_grow(a, q, 300, 600);
	assert_ptr_not_equal(p, q);
	assert_memory_equal(p, "aaaaaaaaaa", 10);
	for (int i = 10; i < 600; i++)
		assert_int_equal(p[i], 0);
	assert_ptr_equal(arena_grow(a, p, 600, 20), p);
	assert_string_equal(arena_fmt(a, "%d-%s", 7, "x"), "7-x");
	assert_string_equal(arena_strndup(a, "hello", 3), "hel");
}

/* What child does ends its process: with which status? */
static int ends_with(void (*child)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(99);
		child();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void over_cap(void)
{
	struct arena *b = arena_new(100000);

	for (;;)
		arena_alloc(b, 1000);
}

static void one_too_large(void)
{
	arena_alloc(arena_new(100000), 100001);
}

static void overflows(void)
{
	arena_array(a, SIZE_MAX / 2, 4);
}

static void arena_ends(void **state UNUSED)
{
	assert_int_equal(ends_with(over_cap), 75);
	assert_int_equal(ends_with(one_too_large), 75);
	assert_int_equal(ends_with(overflows), 75);
}

/* ---- str, slice ---- */

static void str_caps(void **state UNUSED)
{
	struct str s;

	str_init(&s, a, 10);
	assert_string_equal(str_z(&s), "");
	str_addz(&s, "12345");
	str_addz(&s, "67890");
	assert_false(s.over);
	str_addc(&s, '1');
	assert_true(s.over);
	assert_string_equal(str_z(&s), "1234567890");
	str_cut(&s, 3);
	assert_string_equal(str_z(&s), "123");
	str_fmt(&s, "%s", "abcdefgh"); /* one too many: nothing of it */
	assert_true(s.over);
	assert_string_equal(str_z(&s), "123");
	str_init(&s, a, (size_t)1 << 20);
	for (int i = 0; i < 10000; i++)
		str_fmt(&s, "%04d", i);
	assert_int_equal(s.n, 40000);
	assert_false(s.over);
	assert_memory_equal(s.p + 39996, "9999", 5);
	str_add(&s, "\0x", 2);
	assert_int_equal(s.n, 40002);
}

static void slices(void **state UNUSED)
{
	struct slice rest = SLICE("a=b=c"), head;

	assert_true(slice_cut(&rest, '=', &head));
	assert_true(slice_eqz(head, "a") && slice_eqz(rest, "b=c"));
	assert_false(slice_cut(&rest, ':', &head));
	assert_true(slice_eqz(head, "b=c") && rest.n == 0);
	assert_true(slice_eqz(slice_trim(SLICE(" \t\r\n x y \n")), "x y"));
	assert_int_equal(slice_trim(SLICE(" \t ")).n, 0);
	assert_true(slice_ieqz(SLICE("ÁbC"), "Ábc"));
	assert_false(slice_ieqz(SLICE("Á"), "á")); /* ASCII only */
	assert_false(slice_eqz(SLICE("ab"), "abc"));
	assert_true(slice_starts(SLICE("abc"), "") && slice_starts(SLICE("abc"), "abc"));
	assert_false(slice_starts(SLICE("ab"), "abc"));
	assert_true(slice_istarts(SLICE("ABc"), "aB"));
	assert_true(slice_ends(SLICE("abc"), "bc"));
	assert_false(slice_ends(SLICE("c"), "bc"));
	assert_null(slice_find(SLICE("aab"), SLICE("ac")));
	rest = SLICE("xaab");
	assert_ptr_equal(slice_find(rest, SLICE("ab")), rest.p + 2);
	assert_ptr_equal(slice_ifind(rest, SLICE("AB")), rest.p + 2);
	assert_string_equal(slice_lower(a, SLICE("AÉz")), "aÉz");
}

static void slice_lines(void **state UNUSED)
{
	struct slice rest = SLICE("one\r\n\ntwo\rthree\nlast"), line;
	static const char *const want[] = { "one", "", "two\rthree", "last" };

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_true(slice_line(&rest, &line));
		assert_true(slice_eqz(line, want[i]));
	}
	assert_false(slice_line(&rest, &line));
	rest = SLICE("\n");
	assert_true(slice_line(&rest, &line) && line.n == 0);
	assert_false(slice_line(&rest, &line));
}

static void slice_numbers(void **state UNUSED)
{
	static const char *const wrong[] = { "",
					     "-",
					     " 1",
					     "1 ",
					     "+1",
					     "1.0",
					     "0x1",
					     "9223372036854775808",
					     "--1",
					     "1a",
					     "-9223372036854775809",
					     "99999999999999999999" };
	int64_t n;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(slice_i64(slice_of(wrong[i]), INT64_MIN, INT64_MAX, &n));
	assert_true(slice_i64(SLICE("9223372036854775807"), 0, INT64_MAX, &n) && n == INT64_MAX);
	assert_true(slice_i64(SLICE("-7"), -7, 7, &n) && n == -7);
	assert_false(slice_i64(SLICE("8"), -7, 7, &n));
	assert_false(slice_i64(SLICE("-8"), -7, 7, &n));
}

/* ---- UTF-8 (RFC 3629, and section 3.9 of Unicode) ---- */

static void utf8_forms(void **state UNUSED)
{
	static const char *const good[] = { "",
					    "a",
					    "\x7f",
					    "\xc2\x80",
					    "\xdf\xbf",
					    "\xe0\xa0\x80",
					    "\xed\x9f\xbf",
					    "\xee\x80\x80",
					    "\xef\xbf\xbf",
					    "\xef\xbf\xbd",
					    "\xf0\x90\x80\x80",
					    "\xf4\x8f\xbf\xbf" };
	static const char *const bad[] = { "\x80",
					   "\xbf",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xc2",
					   "\xc2"
					   "a",
					   "\xe0\x80\x80",
					   "\xe0\x9f\xbf",
					   "\xe1\x80",
					   "\xed\xa0\x80",
					   "\xed\xbf\xbf",
					   "\xf0\x80\x80\x80",
					   "\xf0\x8f\xbf\xbf",
					   "\xf1\x80\x80",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "\xf8\x88\x80\x80\x80",
					   "\xfe",
					   "\xff",
					   "a\xc3(" };
	char *clean;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(utf8_valid(slice_of(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(utf8_valid(slice_of(bad[i])));
		clean = utf8_clean(a, slice_of(bad[i]), NULL);
		assert_true(utf8_valid(slice_of(clean)));
		assert_non_null(strstr(clean, "\xef\xbf\xbd"));
	}
	assert_false(utf8_valid(slice_make("a\0b", 3)));
}

/* Every scalar value comes back as it went in, and surrogates do not. */
static void utf8_round(void **state UNUSED)
{
	struct arena_mark m = arena_mark(a);
	struct str s;
	size_t n;

	for (uint32_t cp = 1; cp <= 0x10FFFF; cp += cp < 0x11000 ? 1 : 97) {
		str_init(&s, a, 8);
		utf8_add(&s, cp);
		assert_int_equal(utf8_next(str_slice(&s), &n),
				 cp >= 0xD800 && cp <= 0xDFFF ? 0xFFFD : cp);
		assert_int_equal(n, s.n);
		assert_true(utf8_valid(str_slice(&s)));
		arena_rewind(a, m);
	}
}

static void utf8_texts(void **state UNUSED)
{
	size_t n;

	assert_string_equal(utf8_clean(a, slice_make("a\r\nb\rc\0\x01\t\x7f\x1b[0md", 16), &n),
			    "a\nb\nc\t[0md");
	assert_int_equal(n, 10);
	assert_string_equal(utf8_clean(a, SLICE("caf\xe9"), NULL), "caf\xef\xbf\xbd");
	assert_int_equal(utf8_clip(SLICE("añb"), 2).n, 1);
	assert_int_equal(utf8_clip(SLICE("añb"), 3).n, 3);
	assert_int_equal(utf8_clip(SLICE("añb"), 9).n, 4);
	assert_int_equal(utf8_clip(SLICE("\xf0\x9f\x98\x80"), 3).n, 0);
	assert_int_equal(utf8_width(SLICE("añb")), 3);
	assert_int_equal(utf8_width(SLICE("日本")), 4);
	assert_int_equal(utf8_width(SLICE("n\xcc\x83")), 1);
	assert_string_equal(utf8_fold(a, SLICE("ÁÉÍÓÚÜÑ çÇ Œ n\xcc\x83")), "aeiouun cc o n");
}

/* ---- clock ---- */

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Each day of more than eight hundred years, counted on the fingers. */
static void clock_days(void **state UNUSED)
{
	struct civil c = { .year = 1570, .month = 1, .day = 1 }, d;
	int64_t at = clock_from_civil(c);
	int wday = 4; /* a Thursday, as the first of January 1970: 400 years are 20,871 weeks */

	assert_int_equal(at, -146097 * (int64_t)86400 * USEC);
	for (; c.year <= 2400; at += 86400 * USEC) {
		d = clock_civil(at, 0);
		assert_true(d.year == c.year && d.month == c.month && d.day == c.day &&
			    d.wday == wday);
		assert_int_equal(clock_from_civil(d), at);
		d = clock_civil(at - 1, 0); /* a microsecond earlier: the evening before */
		assert_true(d.hour == 23 && d.minute == 59 && d.second == 59 && d.day != c.day);
		wday = (wday + 1) % 7;
		if (++c.day > days_in(c.year, c.month)) {
			c.day = 1;
			if (++c.month > 12) {
				c.month = 1;
				c.year++;
			}
		}
	}
}

static void clock_texts(void **state UNUSED)
{
	/* RFC 9110 5.6.7 has the first, RFC 5322 appendix A.1.1 the second */
	static const struct {
		int64_t sec;
		const char *rfc5322, *rfc3339, *http;
	} t[] = {
		{ 784111777, "Sun, 6 Nov 1994 08:49:37 +0000", "1994-11-06T08:49:37Z",
		  "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 880127706, "Fri, 21 Nov 1997 15:55:06 +0000", "1997-11-21T15:55:06Z",
		  "Fri, 21 Nov 1997 15:55:06 GMT" },
		{ 0, "Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z",
		  "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 951782400, "Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z",
		  "Tue, 29 Feb 2000 00:00:00 GMT" },
		{ -1, "Wed, 31 Dec 1969 23:59:59 +0000", "1969-12-31T23:59:59Z",
		  "Wed, 31 Dec 1969 23:59:59 GMT" },
		{ 4102444800, "Fri, 1 Jan 2100 00:00:00 +0000", "2100-01-01T00:00:00Z",
		  "Fri, 01 Jan 2100 00:00:00 GMT" },
	};
	char buf[40], small[32];
	struct civil c;

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		clock_rfc5322(t[i].sec * USEC, buf);
		assert_string_equal(buf, t[i].rfc5322);
		clock_rfc3339(t[i].sec * USEC + (t[i].sec < 0 ? 999999 : 1), small);
		assert_string_equal(small, t[i].rfc3339);
		clock_http(t[i].sec * USEC, buf);
		assert_string_equal(buf, t[i].http);
	}
	c = clock_civil(0, -360);
	assert_true(c.year == 1969 && c.day == 31 && c.hour == 18 && c.wday == 3);
	c = clock_civil(0, 345);
	assert_true(c.hour == 5 && c.minute == 45 && c.day == 1);
	clock_set(42 * USEC);
	assert_int_equal(clock_now(), 42 * USEC);
	clock_set(0);
	assert_true(clock_now() > (int64_t)1700000000 * USEC);
}

/* ---- conf ---- */

static char path[] = "/tmp/test_base.XXXXXX";

static void file_write(const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
}

static void conf_reads(void **state UNUSED)
{
	static const char text[] =
		"# a comment\n\n  base_url = https://foro.example\r\nmail_domain=foro.example\n"
		"recipient_delimiter = -\ndatabase = host=/run dbname=x\n";
	const char *err = "";
	struct conf c;

	file_write(text, strlen(text));
	assert_int_equal(conf_load(&c, a, path, &err), RC_OK);
	assert_string_equal(c.base_url, "https://foro.example");
	assert_string_equal(c.mail_domain, "foro.example");
	assert_string_equal(c.recipient_delimiter, "-");
	assert_string_equal(c.database, "host=/run dbname=x"); /* the first = alone parts */
	assert_string_equal(c.lmtp_listen, "127.0.0.1:8024");  /* not given */
	assert_int_equal(conf_load(&c, a, "/nonexistent/cabildo.conf", &err), RC_NOTFOUND);
	assert_true(slice_starts(slice_of(err), "/nonexistent/cabildo.conf: "));
}

/* Each thing that can be wrong, on the third line, which is named. */
static void conf_errors(void **state UNUSED)
{
	static const struct {
		const char *line, *about;
	} wrong[] = {
		{ "nonsense", "expected `key = value`" },
		{ "colour = red", "\"colour\"" },
		{ "base_url = foro.example", "base_url" },
		{ "base_url = https://foro.example/", "base_url" },
		{ "base_url = https://foro.example/\"><b>", "base_url" },
		{ "mail_domain =", "mail_domain" },
		{ "mail_domain = Foro.Example", "mail_domain" },
		{ "mail_domain = foro_example", "mail_domain" },
		{ "lmtp_listen = 8024", "lmtp_listen" },
		{ "policy_listen = run/policy", "policy_listen" },
		{ "lmtp_listen = "
		  "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaaaaaa"
		  "aaaaaaaaaaaaaaaa",
		  "lmtp_listen" },
		{ "relay = mail.example:25", "relay" },
		{ "secret_file = secret", "secret_file" },
		{ "recipient_delimiter = ++", "recipient_delimiter" },
		{ "recipient_delimiter = =", "recipient_delimiter" },
		{ "log_level = loud", "log_level" },
		{ "spam_filter = ses none", "spam_filter" },
		{ "spam_filter = nada", "spam_filter" },
		{ "spam_filter =", "spam_filter" },
		{ "remote_user = yes", "remote_user" },
	};
	char want[100];

	snprintf(want, sizeof(want), "%s:3: ", path);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *err = "",
			   *text = arena_fmt(a, "# one\nlog_level = info\n%s\nlog_level = warn\n",
					     wrong[i].line);
		struct conf c;

		file_write(text, strlen(text));
		assert_int_equal(conf_load(&c, a, path, &err), RC_INVALID);
		assert_true(slice_starts(slice_of(err), want));
		assert_non_null(strstr(err, wrong[i].about));
		assert_null(strchr(err, '\n'));
	}
}

static void conf_large(void **state UNUSED)
{
	size_t n = 70000;
	char *text = arena_alloc(a, n);
	const char *err = "";
	struct conf c;

	memset(text, '#', n);
	file_write(text, n);
	assert_int_equal(conf_load(&c, a, path, &err), RC_INVALID);
	assert_true(slice_starts(slice_of(err), path));
}

/* ---- rnd ---- */

static void macs(void **state UNUSED)
{
	struct keys one = { .n = 1 }, two = { .n = 2 }, other = { .n = 1 };
	struct slice text = SLICE("agenda@foro.example/12");
	char *mac, *m2;

	memset(one.key[0].key, 1, 32);
	memset(two.key[0].key, 2, 32);
	memset(two.key[1].key, 1, 32); /* the old one still verifies */
	memset(other.key[0].key, 3, 32);
	mac = mac_sign(&one, a, "thread", text);
	assert_int_equal(strlen(mac), 16);
	assert_int_equal(strspn(mac, "abcdefghijklmnopqrstuvwxyz234567"), 16);
	assert_string_equal(mac_sign(&one, a, "thread", text), mac);
	assert_true(mac_check(&one, "thread", text, slice_of(mac)));
	assert_true(mac_check(&two, "thread", text, slice_of(mac)));
	assert_false(mac_check(&other, "thread", text, slice_of(mac)));
	assert_false(mac_check(&one, "verp", text, slice_of(mac)));
	assert_false(mac_check(&one, "thread", SLICE("agenda@foro.example/13"), slice_of(mac)));
	assert_false(mac_check(&one, "thread", text, slice_make(mac, 15)));
	assert_false(mac_check(&one, "thread", text, SLICE("")));
	for (size_t i = 0; i < 16; i++) {
		m2 = arena_strdup(a, mac);
		m2[i] = m2[i] == 'a' ? 'b' : 'a';
		assert_false(mac_check(&one, "thread", text, slice_of(m2)));
	}
	/* the border between purpose and text cannot move */
	assert_string_not_equal(mac_sign(&one, a, "ab", SLICE("c")),
				mac_sign(&one, a, "a", SLICE("bc")));
	m2 = mac_sign(&two, a, "thread", text);
	assert_string_not_equal(m2, mac);
	assert_false(mac_check(&one, "thread", text, slice_of(m2)));
}

static void encodings(void **state UNUSED)
{
	/* RFC 4648 section 10, in lower case and without padding */
	static const char *const b32[][2] = { { "", "" },
					      { "f", "my" },
					      { "fo", "mzxq" },
					      { "foo", "mzxw6" },
					      { "foob", "mzxw6yq" },
					      { "fooba", "mzxw6ytb" },
					      { "foobar", "mzxw6ytboi" } };
	unsigned char h[HASH_BYTES];
	const char *t1, *t2;

	for (size_t i = 0; i < ARRAY_LEN(b32); i++)
		assert_string_equal(base32_encode(a, b32[i][0], strlen(b32[i][0])), b32[i][1]);
	assert_string_equal(hex_encode(a, "\x00\xffz", 3), "00ff7a");
	/* b2sum -l 256 of "abc" */
	hash_bytes("abc", 3, h);
	assert_string_equal(hex_encode(a, h, 32),
			    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	t1 = rnd_token(a, 160);
	t2 = rnd_token(a, 160);
	assert_int_equal(strlen(t1), 32);
	assert_int_equal(strspn(t1, "abcdefghijklmnopqrstuvwxyz234567"), 32);
	assert_string_not_equal(t1, t2);
}

static void keys_rotation(void **state UNUSED)
{
	const char *err = "", *id = "", *text;
	struct slice mac, said = slice_of("agenda+t12");
	struct keys k, older;
	struct stat st;

	unlink(path);
	assert_int_equal(keys_add(path, a, &id, &err), RC_NOTFOUND);
	assert_int_equal(keys_create(path, &err), RC_OK);
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(keys_load(&older, a, path, &err), RC_OK);
	mac = slice_of(mac_sign(&older, a, "test", said));
	assert_int_equal(keys_add(path, a, &id, &err), RC_OK);
	assert_string_equal(id, "k2");
	assert_int_equal(keys_load(&k, a, path, &err), RC_OK);
	assert_int_equal(k.n, 2);
	assert_string_equal(k.key[0].id, "k2");
	assert_memory_equal(k.key[1].key, older.key[0].key, 32);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
	/* the new one signs, the old one is still good; not the other way round */
	assert_true(mac_check(&k, "test", said, mac));
	text = mac_sign(&k, a, "test", said);
	assert_true(mac_check(&k, "test", said, slice_of(text)));
	assert_false(mac_check(&older, "test", said, slice_of(text)));
	for (int i = 3; i <= KEYS_MAX; i++)
		assert_int_equal(keys_add(path, a, &id, &err), RC_OK);
	assert_int_equal(keys_add(path, a, &id, &err), RC_CONFLICT);
	assert_int_equal(keys_load(&k, a, path, &err), RC_OK);
	assert_string_equal(k.key[0].id, "k8");
	assert_int_not_equal(access(arena_fmt(a, "%s.new", path), F_OK), 0);
}

static void keys_files(void **state UNUSED)
{
	static const char hex[] =
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	const char *text, *err = "";
	struct keys k;
	struct stat st;
	struct str many;

	unlink(path);
	assert_int_equal(keys_load(&k, a, path, &err), RC_NOTFOUND);
	assert_int_equal(keys_create(path, &err), RC_OK);
	assert_int_equal(keys_create(path, &err), RC_CONFLICT);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0); /* at most 0640 */
	assert_int_equal(keys_load(&k, a, path, &err), RC_OK);
	assert_int_equal(k.n, 1);
	text = arena_fmt(a, "# ours\nk2 %s\n\nk1 %s\n", hex, hex);
	file_write(text, strlen(text));
	assert_int_equal(keys_load(&k, a, path, &err), RC_OK);
	assert_int_equal(k.n, 2);
	assert_string_equal(k.key[0].id, "k2");
	for (int i = 0; i < 32; i++)
		assert_int_equal(k.key[1].key[i], i);
	static const char *const wrong[] = { "k1 abcd", "k1", "k1 %s00", "k1 zz",
					     "averyveryverylongid %s" };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		const char *gap = strstr(wrong[i], "%s");

		text = gap ? arena_fmt(a, "# one\n%.*s%s%s\n", (int)(gap - wrong[i]), wrong[i], hex,
				       gap + 2)
			   : arena_fmt(a, "# one\n%s\n", wrong[i]);
		file_write(text, strlen(text));
		assert_int_equal(keys_load(&k, a, path, &err), RC_INVALID);
		assert_true(slice_starts(slice_of(err), arena_fmt(a, "%s:2: ", path)));
		assert_null(strstr(err, hex)); /* no key in a message */
	}
	file_write("# none\n", 7);
	assert_int_equal(keys_load(&k, a, path, &err), RC_INVALID);
	str_init(&many, a, 4096);
	for (int i = 0; i <= KEYS_MAX; i++)
		str_fmt(&many, "k%d %s\n", i, hex);
	file_write(many.p, many.n);
	assert_int_equal(keys_load(&k, a, path, &err), RC_INVALID);
}

static void passwords(void **state UNUSED)
{
	const char *h = password_hash(a, "contraseña");

	assert_true(slice_starts(slice_of(h), "$argon2id$v=19$m=19456,t=2,p=1$"));
	assert_true(password_check(h, "contraseña"));
	assert_false(password_check(h, "Contraseña"));
	assert_false(password_check("", "contraseña"));
	assert_false(password_check("*", "*"));
}

/* ---- codec ---- */

static void piece_add(void *ctx, struct slice piece)
{
	str_adds(ctx, piece);
}

/* In pieces it is what it is in one, and so is its hash, with the line ends and the padding
 * wherever the pieces end. */
static void codec_pieces(void **state UNUSED)
{
	static const char *const encodings[] = { "base64", "quoted-printable", "8bit" };
	unsigned char one[HASH_BYTES], many[HASH_BYTES];
	struct slice whole;
	struct str in, out;
	struct hash h;

	for (size_t n = 16370; n < 49160; n = n < 16400 || n >= 49140 ? n + 1 : 49140) {
		struct arena_mark mark = arena_mark(a);
		char *bytes = arena_alloc(a, n);

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 7 + n);
		str_init(&in, a, 2 * n);
		codec_base64(&in, slice_make(bytes, n));
		for (size_t e = 0; e < ARRAY_LEN(encodings); e++) {
			str_init(&out, a, 3 * n);
			whole = codec_decode(a, encodings[e], str_slice(&in));
			assert_int_equal(codec_each(a, encodings[e], str_slice(&in), piece_add, &out), whole.n);
			assert_true(slice_eq(str_slice(&out), whole));
		}
		hash_bytes(bytes, n, one);
		hash_begin(&h);
		for (size_t i = 0; i < n; i += 1000)
			hash_add(&h, bytes + i, n - i < 1000 ? n - i : 1000);
		hash_end(&h, many);
		assert_memory_equal(one, many, HASH_BYTES);
		arena_rewind(a, mark);
	}
}

static void codecs(void **state UNUSED)
{
	/* RFC 2045 6.7 and 6.8; RFC 4648 section 10 */
	static const char *const qp[][2] = {
		{ "Now's the time =\r\nfor all folk to come=\r\n to the aid of their country.",
		  "Now's the time for all folk to come to the aid of their country." },
		{ "=C3=B1=c3=91", "ñÑ" },
		{ "a=3Db", "a=b" },
		{ "", "" },
	};
	static const char *const b64[][2] = { { "Zg==", "f" },
					      { "Zm8=", "fo" },
					      { "Zm9v", "foo" },
					      { "Zm9vYg==", "foob" },
					      { "Zm9v\r\nYmFy", "foobar" },
					      { "Zm*9v ", "foo" },
					      { "", "" } };
	struct slice got;
	struct str s;

	for (size_t i = 0; i < ARRAY_LEN(qp); i++)
		assert_true(slice_eqz(codec_decode(a, "quoted-printable", slice_of(qp[i][0])),
				      qp[i][1]));
	for (size_t i = 0; i < ARRAY_LEN(b64); i++)
		assert_true(slice_eqz(codec_decode(a, "Base64", slice_of(b64[i][0])), b64[i][1]));
	assert_true(slice_eqz(codec_decode(a, "8bit", SLICE("=C3=B1")), "=C3=B1"));
	assert_true(slice_eqz(codec_decode(a, "x-uuencode",
					   SLICE("begin 644 a.txt\r\n$:&]L80``\r\n`\r\nend\r\nx")),
			      "hola"));
	assert_true(slice_eqz(codec_decode(a, "x-uuencode", SLICE("begin 644 a\n$:&]\n")), "ho"));
	for (size_t n = 0; n < 300; n++) {
		char *bytes = arena_alloc(a, n + 1);

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 7 + n);
		str_init(&s, a, 4096);
		codec_base64(&s, slice_make(bytes, n));
		assert_false(s.over);
		got = codec_decode(a, "base64", str_slice(&s));
		assert_true(slice_eq(got, slice_make(bytes, n)));
		for (struct slice rest = str_slice(&s), line; slice_line(&rest, &line);)
			assert_true(line.n <= 76);
		assert_true(n == 0 || slice_ends(str_slice(&s), "\r\n"));
	}
}

/* What others wrote in one line: nothing of it acts on its neighbours, and no language loses a letter. */
static void lines_own(void **state UNUSED)
{
	static const char *const same[] = { "", "Ana Pérez", "José Ñáñez O’Brien-Müller", "שרה לוי", "محمد علي",
					    "می\xE2\x80\x8Cخواهم", "Łukasz Żółć", "Иван Петров", "李小龍",
					    "Ana \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB", "a\xE2\x80\x8F(b)", "«¿Qué?»" };
	static const char *const acts[][2] = {
		{ "Ana\xE2\x80\xAE zereP", "Ana zereP" },
		{ "\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAC\xE2\x80\xAD\xE2\x80\xAEx", "x" },
		{ "\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8x\xE2\x81\xA9", "x" },
		{ "a\xE2\x80\xA8" "b\xE2\x80\xA9" "c", "a b c" },
		{ "\xEF\xBB\xBFx\x7F\xC2\x85y\xEF\xBF\xB9", "xy" },
		{ "factura\xE2\x80\xAE" "fdp.exe", "facturafdp.exe" },
	};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		assert_string_equal(line_own(a, slice_of(same[i])), same[i]);
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		assert_string_equal(line_own(a, slice_of(acts[i][0])), acts[i][1]);
		assert_string_equal(line_shown(a, acts[i][0]), acts[i][1]);
	}
	assert_ptr_equal(line_shown(a, same[2]), same[2]);
	assert_ptr_equal(line_shown(a, same[7]), same[7]);
	assert_string_equal(line_shown(a, "שרה"), "\xE2\x81\xA8שרה\xE2\x81\xA9");
	/* closing what it did not open does not get it out */
	assert_string_equal(line_shown(a, "ש\xE2\x81\xA9 (2)"), "\xE2\x81\xA8ש (2)\xE2\x81\xA9");
}

static void lines_alike(void **state UNUSED)
{
	static const char *const one[] = { "Ana Pérez", "Иван (Ivan) Петров", "Αθήνα", "β-caroteno", "José Ñáñez", "李 Ana",
					   "שרה Levi", "Ana \xF0\x9F\x98\x80", "Дмитрий Ko", "5 µm", "1ª reunión", "x\xCC\x81y" };
	static const char *const two[] = { "\xD0\x90na Pérez", "An\xD0\xB0", "P\xCE\xBFl", "Ana P\xC3\xA9r\xD0\xB5z", "\xEF\xBC\xA1na",
					   "\xF0\x9D\x90\x80na", "A\xE2\x80\x8B\xD0\xBF", "Сahors", "An\xE1\x8E\xAA" };
	static const char *const alike[] = { "Ana Pérez", "ana perez", "\xD0\x90na P\xC3\xA9rez", "\xD0\x90n\xD0\xB0 \xD0\xA0\xD0\xB5r\xD0\xB5z",
					     "A\xE2\x80\x8Bna Pe\xCC\x81rez", "Ana\xC2\xA0P\xC3\xA9rez ", "\xEF\xBC\xA1na Perez",
					     "\xF0\x9D\x90\x80na Perez", "\xE2\x80\xAE" "Ana Perez" };
	static const char *const other[] = { "Ana Pérez G.", "Ana Peres", "Anna Perez", "Juana Perez" };

	for (size_t i = 0; i < ARRAY_LEN(one); i++)
		assert_false(line_mixed(slice_of(one[i])));
	for (size_t i = 0; i < ARRAY_LEN(two); i++)
		assert_true(line_mixed(slice_of(two[i])));
	for (size_t i = 0; i < ARRAY_LEN(alike); i++)
		assert_string_equal(line_looks(a, slice_of(alike[i])), "anaperez");
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		assert_string_not_equal(line_looks(a, slice_of(other[i])), "anaperez");
	assert_string_equal(line_looks(a, slice_of("Ivo")), line_looks(a, slice_of("lv0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_own),   cmocka_unit_test(lines_alike),
		cmocka_unit_test(arena_marks), cmocka_unit_test(arena_defers),
		cmocka_unit_test(arena_grows), cmocka_unit_test(arena_ends),
		cmocka_unit_test(str_caps),    cmocka_unit_test(slices),
		cmocka_unit_test(slice_lines), cmocka_unit_test(slice_numbers),
		cmocka_unit_test(utf8_forms),  cmocka_unit_test(utf8_round),
		cmocka_unit_test(utf8_texts),  cmocka_unit_test(clock_days),
		cmocka_unit_test(clock_texts), cmocka_unit_test(conf_reads),
		cmocka_unit_test(conf_errors), cmocka_unit_test(conf_large),
		cmocka_unit_test(macs),        cmocka_unit_test(encodings),
		cmocka_unit_test(keys_files),
		cmocka_unit_test(keys_rotation),  cmocka_unit_test(passwords),
		cmocka_unit_test(codecs),      cmocka_unit_test(codec_pieces),
	};
	int fd = mkstemp(path), rc;

	if (fd < 0)
		return 1;
	close(fd);
	rnd_init();
	rc = cmocka_run_group_tests_name("base", tests, setup, teardown);
	unlink(path);
	return rc;
}
