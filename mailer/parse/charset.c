/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in whatever charset a mail claims, to UTF-8. A claim is believed
 * where the bytes fit it; else, and where there is none, the order is UTF-8,
 * ISO-2022-JP by its escapes, GB 2312 by its pairs, windows-1252. Only charsets of the tables here
 * ever reach iconv: a stranger does not choose which module gets loaded.
 */
#include <ctype.h>
#include <errno.h>
#include <iconv.h>

#include "mailer/parse/part.h"
#include "server/base/base.h"

struct charset_alias {
	const char *written, *real;
};

/* Labels that are wrong or narrower than what senders put under them. */
static const struct charset_alias aliases[] = {
	{ "iso-8859-1", "windows-1252" }, { "iso8859-1", "windows-1252" },
	{ "latin1", "windows-1252" }, { "latin-1", "windows-1252" },
	{ "iso_8859-1", "windows-1252" }, { "iso-8859-9", "windows-1254" },
	{ "cp1252", "windows-1252" }, { "ansi", "windows-1252" },
	{ "gb2312", "gb18030" }, { "gbk", "gb18030" }, { "gb_2312-80", "gb18030" },
	{ "x-gbk", "gb18030" }, { "cp936", "gb18030" }, { "gb18030", "gb18030" },
	{ "big5", "big5-hkscs" }, { "cn-big5", "big5-hkscs" },
	{ "ks_c_5601-1987", "cp949" }, { "ks_c_5601", "cp949" }, { "ksc5601", "cp949" },
	{ "euc-kr", "cp949" }, { "korean", "cp949" },
	{ "shift_jis", "cp932" }, { "shift-jis", "cp932" }, { "sjis", "cp932" },
	{ "x-sjis", "cp932" }, { "windows-31j", "cp932" },
	{ "iso-2022-jp", "iso-2022-jp-3" }, { "iso-2022-jp-1", "iso-2022-jp-3" },
	{ "iso-8859-8-i", "iso-8859-8" }, { "iso-8859-8-e", "iso-8859-8" },
	{ "unicode-1-1-utf-7", "utf-7" }, { "utf7", "utf-7" },
	{ "unicode-1-1-utf-8", "utf-8" }, { "utf8", "utf-8" }, { "utf_8", "utf-8" },
	{ "cp-850", "cp850" }, { "ibm850", "cp850" }, { "macintosh", "macintosh" },
	{ "x-mac-roman", "macintosh" }, { "mac", "macintosh" },
	{ "tis-620", "windows-874" }, { "x-windows-874", "windows-874" },
};

/* Other names are taken as they are if they begin so. */
static const char *const families[] = {
	"utf-16", "utf-32", "utf-7", "iso-8859-", "iso8859-", "iso_8859-", "windows-125",
	"windows-874", "cp125", "cp43", "cp85", "cp86", "cp949", "cp932", "koi8-", "euc-jp",
	"euc-tw", "euc-cn", "big5-", "iso-2022-kr", "viscii", "ucs-2",
};

/* windows-1252 where it differs from ISO 8859-1; 0 is undefined there. */
static const uint16_t cp1252[32] = {
	0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160,
	0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013,
	0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

static struct slice from_cp1252(struct arena *a, struct slice in, size_t cap)
{
	struct str s;

	str_init(&s, a, cap);
	for (size_t i = 0; i < in.n && !s.over; ) {
		size_t j = i;

		while (j < in.n && (unsigned char)in.p[j] < 0x80)
			j++;
		if (j > i) {
			size_t room = cap - s.n, run = j - i < room ? j - i : room;
			str_add(&s, in.p + i, run);
			if (run < j - i)
				break;
			i = j;
			continue;
		}
		unsigned char c = (unsigned char)in.p[i++];
		utf8_add(&s, c < 0xa0 ? cp1252[c - 0x80] : c);
	}
	return str_slice(&s);
}

/* The name iconv gets, or NULL. name is lower case. */
static const char *charset_real(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(name, aliases[i].written) == 0)
			return aliases[i].real;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (strncmp(name, families[i], strlen(families[i])) == 0)
			return name;
	return NULL;
}

/*
 * Converts all it can; a byte that does not fit becomes U+FFFD. *bad_r counts
 * those. False where iconv does not know the charset.
 */
static bool through_iconv(struct arena *a, struct slice in, const char *name, size_t cap,
			  struct slice *out_r, size_t *bad_r)
{
	iconv_t cd = iconv_open("UTF-8", name);
	char buf[8192], *ip = (char *)(uintptr_t)in.p, *end = ip + in.n;
	struct str s;

	*bad_r = 0;
	if (cd == (iconv_t)-1)
		return false;
	str_init(&s, a, cap);
	while (ip < end && s.n < cap) {
		/* no more than a call can use: checkers look at all that it is given, each time */
		size_t left = (size_t)(end - ip), n = left < sizeof(buf) ? left : sizeof(buf), rest = n;
		char *op = buf, *from = ip;
		size_t oleft = sizeof(buf), r = iconv(cd, &ip, &rest, &op, &oleft);
		int err = r == (size_t)-1 ? errno : 0;
		size_t made = (size_t)(op - buf), room = cap - s.n;

		str_add(&s, buf, made < room ? made : room);
		if (err == 0 || err == E2BIG || (err == EINVAL && n < left && ip > from))
			continue; /* the last: a character goes on in the next piece */
		(*bad_r)++;
		if (cap - s.n >= 3)
			str_add(&s, "\xef\xbf\xbd", 3);
		if (err == EINVAL && n == left)
			break;
		ip++;
	}
	iconv_close(cd);
	*out_r = str_slice(&s);
	return true;
}

static bool has_jis_escape(struct slice in)
{
	return slice_find(in, SLICE("\033$B")) || slice_find(in, SLICE("\033$@")) ||
	       slice_find(in, SLICE("\033(J"));
}

/*
 * UTF-8 where it is, and windows-1252 for the single bytes that are not:
 * a Latin-1 text with a UTF-8 footer under it comes out whole.
 */
static struct slice utf8_or_1252(struct arena *a, struct slice in, size_t cap)
{
	struct str s;

	str_init(&s, a, cap);
	for (size_t i = 0; i < in.n && !s.over; ) {
		size_t j = i, n;

		while (j < in.n && (unsigned char)in.p[j] < 0x80)
			j++;
		if (j > i) {
			size_t room = cap - s.n, run = j - i < room ? j - i : room;
			str_add(&s, in.p + i, run);
			if (run < j - i)
				break;
			i = j;
			continue;
		}
		utf8_next(slice_make(in.p + i, in.n - i), &n);
		if (n > 1) {
			str_add(&s, in.p + i, n);
		} else {
			unsigned char c = (unsigned char)in.p[i];
			utf8_add(&s, c < 0xa0 ? cp1252[c - 0x80] : c);
			n = 1;
		}
		i += n;
	}
	return str_slice(&s);
}

/*
 * Whether a text that says it is UTF-8 and is not quite was damaged on the way,
 * rather than labelled wrongly: several characters of UTF-8 to each byte that
 * is none, or nothing wrong but a cut character at its end. F0 begins one; it
 * ends no word of the languages that windows-1252 is for, E9 and F3 do.
 */
static bool utf8_damaged(struct slice in)
{
	size_t good = 0, bad = 0, last = 0, n;

	for (size_t i = 0; i < in.n; i += n) {
		n = 1;
		if ((unsigned char)in.p[i] < 0x80)
			continue;
		utf8_next(slice_make(in.p + i, in.n - i), &n);
		if (n > 1) {
			good++;
			continue;
		}
		n = 1;
		bad++;
		last = i;
	}
	return good >= 4 * bad || (bad == 1 && last + 1 == in.n && (unsigned char)in.p[last] == 0xf0);
}

/* Bytes that are no UTF-8 become U+FFFD. */
static struct slice utf8_mended(struct arena *a, struct slice in, size_t cap)
{
	size_t n;
	char *p = utf8_clean(a, in, &n);

	return utf8_clip(slice_make(p, n), cap);
}

/*
 * Chinese that does not say so: nearly all bytes over 127 stand in pairs (those
 * of GBK, nine of ten within the square of GB 2312), and most of these are of
 * the 3,755 signs that are in use (rows 16 to 55). In Cyrillic, Greek or Latin
 * text half of the pairs would end in a blank or an ASCII letter.
 */
static bool looks_gb2312(struct slice in)
{
	size_t square = 0, usual = 0, wide = 0, odd = 0;

	for (size_t i = 0; i < in.n; i++) {
		unsigned char lead = (unsigned char)in.p[i], trail;

		if (lead < 0x80)
			continue;
		trail = i + 1 < in.n ? (unsigned char)in.p[i + 1] : 0;
		if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) {
			square++;
			usual += lead >= 0xb0 && lead <= 0xd7;
		} else if (trail >= 0x40 && trail != 0x7f) {
			wide++;
		} else {
			odd++;
			continue;
		}
		i++;
	}
	return square >= 4 && usual * 10 >= square * 6 && wide * 10 <= square && odd * 50 <= square;
}

static struct slice charset_guess(struct arena *a, struct slice in, size_t cap)
{
	struct slice out;
	size_t bad;

	if (in.n >= 3 && memcmp(in.p, "\xef\xbb\xbf", 3) == 0)
		in = slice_make(in.p + 3, in.n - 3);
	if (memchr(in.p, 033, in.n) && has_jis_escape(in) &&
	    through_iconv(a, in, "iso-2022-jp-3", cap, &out, &bad) && bad == 0)
		return out;
	if (utf8_valid(in))
		return utf8_clip(in, cap);
	if (looks_gb2312(in) && through_iconv(a, in, "gb18030", cap, &out, &bad) &&
	    bad * 50 <= in.n)
		return out;
	return utf8_or_1252(a, in, cap);
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == 033)
			return false;
	return true;
}

/* Charsets in which bytes below 128 are not ASCII. */
static bool is_seven_bit(const char *name)
{
	return strncmp(name, "utf", 3) == 0 ? strcmp(name, "utf-8") != 0 && strcmp(name, "utf8") != 0 :
	       strncmp(name, "unicode", 7) == 0 || strncmp(name, "ucs", 3) == 0 ||
	       strncmp(name, "iso-2022", 8) == 0;
}

struct slice charset_utf8(struct arena *a, struct slice bytes, const char *charset, size_t cap)
{
	char name[48] = "";
	const char *real;
	struct slice out;
	size_t n = 0, bad;

	for (const char *p = charset ? charset : ""; *p; p++) {
		if (*p == '*' || n + 1 == sizeof(name))
			break; /* RFC 2231 language */
		if (*p == '"' || *p == '\'' || *p == ' ' || *p == '\t')
			continue;
		name[n++] = (char)tolower((unsigned char)*p);
	}
	name[n] = '\0';
	if (is_ascii(bytes) && !is_seven_bit(name))
		return slice_make(bytes.p, bytes.n < cap ? bytes.n : cap);
	real = charset_real(name);
	if (real && strcmp(real, "windows-1252") == 0)
		/* Latin text does not happen to be well-formed UTF-8: the label is wrong. */
		return has_jis_escape(bytes) || utf8_valid(bytes) ?
		       charset_guess(a, bytes, cap) : from_cp1252(a, bytes, cap);
	if (strcmp(real ? real : name, "utf-8") == 0 && !utf8_valid(bytes) && !has_jis_escape(bytes) &&
	    utf8_damaged(bytes))
		return utf8_mended(a, bytes, cap);
	if (!real || strcmp(real, "utf-8") == 0)
		return charset_guess(a, bytes, cap);
	if (!through_iconv(a, bytes, real, cap, &out, &bad))
		return charset_guess(a, bytes, cap);
	/* A label that the bytes contradict again and again is wrong. */
	if (bad > 0 && (utf8_valid(bytes) || bad > bytes.n / 20))
		return charset_guess(a, bytes, cap);
	return out;
}
