/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of Rich Text Format 1.9 as Outlook writes it, its HTML in disguise
 * (MS-OXRTFEX) too: the tags stand in groups that any reader passes over. One
 * pass; groups deeper than the stack are passed over.
 */
#include <stdlib.h>

#include "mailer/parse/part.h"
#include "mailer/parse/tnef.h"
#include "server/base/base.h"

#define RTF_DEPTH 100

struct rtf_group {
	bool skip;
	int uc;                 /* characters that stand for one \u where it is not known */
};

struct rtf {
	struct arena *tmp;      /* of one conversion */
	struct str out, bytes;  /* bytes: of the document's charset, not yet converted */
	struct rtf_group group[RTF_DEPTH];
	size_t depth, over;     /* over: groups beyond the stack */
	const char *charset;
	uint32_t high;          /* first half of a pair */
	int swallow;            /* characters that the last \u replaces */
};

static bool rtf_shown(const struct rtf *r)
{
	return r->over == 0 && !r->group[r->depth].skip;
}

static void rtf_flush(struct rtf *r)
{
	struct arena_mark mark = arena_mark(r->tmp);

	if (r->bytes.n > 0)
		str_adds(&r->out, charset_utf8(r->tmp, str_slice(&r->bytes), r->charset,
					       r->bytes.n * 3 + 4));
	str_cut(&r->bytes, 0);
	arena_rewind(r->tmp, mark);
}

static void rtf_byte(struct rtf *r, char c)
{
	if (r->swallow > 0)
		r->swallow--;
	else if (rtf_shown(r))
		str_addc(&r->bytes, c);
}

static void rtf_say(struct rtf *r, const char *s)
{
	r->swallow = 0;
	if (!rtf_shown(r))
		return;
	if ((unsigned char)*s < 0x80) {
		str_addz(&r->bytes, s);
		return;
	}
	rtf_flush(r);
	str_addz(&r->out, s);
}

static void rtf_unicode(struct rtf *r, long n)
{
	uint32_t c = (uint32_t)n & 0xffff;

	if (!rtf_shown(r))
		return;
	rtf_flush(r);
	if (c >= 0xd800 && c < 0xdc00) {
		r->high = c;
	} else {
		if (c >= 0xdc00 && c < 0xe000 && r->high)
			c = 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00);
		r->high = 0;
		utf8_add(&r->out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
	}
	r->swallow = r->group[r->depth].uc;
}

static void rtf_charset(struct rtf *r, const char *charset)
{
	rtf_flush(r);
	r->charset = charset;
}

static void rtf_word(struct rtf *r, struct slice word, bool has, long n)
{
	static const char *const aside[] = {
		"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "headerl",
		"headerr", "headerf", "footer", "footerl", "footerr", "footerf", "fldinst", "listtable",
		"listoverridetable", "rsidtbl", "generator", "themedata", "datastore", "xmlnstbl",
		"latentstyles", "colorschememapping", "filetbl", "revtbl", "nonshppict",
	};
	static const struct {
		const char *word, *text;
	} says[] = {
		{ "par", "\n" },         { "line", "\n" },        { "row", "\n" },
		{ "sect", "\n" },        { "page", "\n" },        { "tab", "\t" },
		{ "cell", "\t" },        { "emdash", "\u2014" },  { "endash", "\u2013" },
		{ "lquote", "\u2018" },  { "rquote", "\u2019" },  { "ldblquote", "\u201c" },
		{ "rdblquote", "\u201d" }, { "bullet", "\u2022" },
	};

	if (slice_eqz(word, "u") && has)
		rtf_unicode(r, n);
	else if (slice_eqz(word, "uc") && has)
		r->group[r->depth].uc = n < 0 ? 0 : n > 8 ? 8 : (int)n;
	else if (slice_eqz(word, "ansicpg") && has && n > 0 && *tnef_charset((uint32_t)n))
		rtf_charset(r, tnef_charset((uint32_t)n));
	for (size_t i = 0; i < ARRAY_LEN(says); i++)
		if (slice_eqz(word, says[i].word))
			rtf_say(r, says[i].text);
	for (size_t i = 0; i < ARRAY_LEN(aside); i++)
		if (slice_eqz(word, aside[i]))
			r->group[r->depth].skip = true;
}

/* Behind a backslash; returns the bytes it took. */
static size_t rtf_control(struct rtf *r, struct slice s)
{
	size_t n = 0, digits;
	long value = 0;
	bool minus;

	while (n < s.n && n < 32 && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z')))
		n++;
	if (n == 0) {
		char hex[3] = { 0 };

		if (s.n == 0)
			return 0;
		if (s.p[0] == '\'' && s.n >= 3) {
			memcpy(hex, s.p + 1, 2);
			rtf_byte(r, (char)strtoul(hex, NULL, 16));
			return 3;
		}
		if (s.p[0] == '*')
			r->group[r->depth].skip = true;
		else if (strchr("\\{}", s.p[0]))
			rtf_byte(r, s.p[0]);
		else if (s.p[0] == '~')
			rtf_byte(r, ' ');
		else if (s.p[0] == '_')
			rtf_byte(r, '-');
		else if (s.p[0] == '\n' || s.p[0] == '\r')
			rtf_say(r, "\n");
		return 1;
	}
	struct slice word = slice_make(s.p, n);

	minus = n < s.n && s.p[n] == '-';
	n += minus;
	for (digits = 0; n < s.n && digits < 9 && s.p[n] >= '0' && s.p[n] <= '9'; digits++)
		value = value * 10 + (s.p[n++] - '0');
	rtf_word(r, word, digits > 0, minus ? -value : value);
	if (n < s.n && s.p[n] == ' ')
		n++;
	if (slice_eqz(word, "bin") && value > 0 && !minus)
		n = (size_t)value < s.n - n ? n + (size_t)value : s.n;
	return n;
}

struct slice rtf_to_text(struct arena *a, struct slice rtf, size_t cap)
{
	struct rtf *r = ARENA_NEW(a, struct rtf);

	if (!slice_starts(rtf, "{\\rtf"))
		return SLICE("");
	*r = (struct rtf){ .tmp = arena_new(rtf.n * 8 + ((size_t)1 << 20)),
			   .charset = "windows-1252" };
	r->group[0].uc = 1;
	str_init(&r->out, a, cap);
	str_init(&r->bytes, a, rtf.n + 1);
	for (size_t i = 0; i < rtf.n && !r->out.over; ) {
		char c = rtf.p[i++];

		if (c == '{') {
			r->swallow = 0;
			if (r->depth + 1 < RTF_DEPTH && r->over == 0) {
				r->group[r->depth + 1] = r->group[r->depth];
				r->depth++;
			} else {
				r->over++;
			}
		} else if (c == '}') {
			r->swallow = 0;
			if (r->over > 0)
				r->over--;
			else if (r->depth > 0)
				r->depth--;
		} else if (c == '\\') {
			i += rtf_control(r, slice_make(rtf.p + i, rtf.n - i));
		} else if (c != '\r' && c != '\n' && c != '\0') {
			rtf_byte(r, c);
		}
	}
	rtf_flush(r);
	arena_free(&r->tmp);
	return str_slice(&r->out);
}
