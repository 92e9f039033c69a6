/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The typed writer: text becomes markup only here. Every function copies runs
 * of harmless bytes in one go and looks the others up in a table. Control
 * characters other than TAB, LF and CR are dropped, so no text of a person can
 * ever look like a slot (see html.h). Must not know any page or language.
 */
#include "server/text/html.h"

#include "server/base/base.h"

/* What a byte becomes; 0 is "itself". */
enum { E_SELF, E_DROP, E_AMP, E_LT, E_GT, E_QUOT, E_APOS };

static const struct slice escapes[] = {
	[E_DROP] = { "", 0 },       [E_AMP] = { "&amp;", 5 },   [E_LT] = { "&lt;", 4 },
	[E_GT] = { "&gt;", 4 },     [E_QUOT] = { "&#34;", 5 },  [E_APOS] = { "&#39;", 5 },
};

#define DROP_CONTROLS \
	[0 ... 8] = E_DROP, [11] = E_DROP, [12] = E_DROP, [14 ... 31] = E_DROP, [127] = E_DROP

static const unsigned char in_text[256] = {
	DROP_CONTROLS, ['&'] = E_AMP, ['<'] = E_LT, ['>'] = E_GT,
};

static const unsigned char in_attr[256] = {
	DROP_CONTROLS, ['&'] = E_AMP, ['<'] = E_LT, ['>'] = E_GT, ['"'] = E_QUOT, ['\''] = E_APOS,
};

static void escape(struct str *s, struct slice in, const unsigned char *table)
{
	size_t run = 0;

	for (size_t i = 0; i < in.n; i++) {
		unsigned what = table[(unsigned char)in.p[i]];

		if (what == E_SELF)
			continue;
		str_add(s, in.p + run, i - run);
		str_adds(s, escapes[what]);
		run = i + 1;
	}
	str_add(s, in.p + run, in.n - run);
}

void out_text_n(struct out *o, struct slice s)
{
	if (s.n > 0)
		escape(o->s, s, in_text);
}

void out_attr_n(struct out *o, struct slice s)
{
	if (s.n > 0)
		escape(o->s, s, in_attr);
}

void out_text(struct out *o, const char *s)
{
	out_text_n(o, slice_of(s));
}

void out_attr(struct out *o, const char *s)
{
	out_attr_n(o, slice_of(s));
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/* Browsers drop TAB and LF anywhere in a URL and trim controls, so the scheme
 * is looked for in what a browser would see. */
static bool starts_seen(struct slice s, const char *prefix)
{
	size_t i = 0;

	for (; *prefix != '\0'; prefix++, i++) {
		char c;

		while (i < s.n && is_control(s.p[i]))
			i++;
		if (i == s.n)
			return false;
		c = s.p[i];
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (c != *prefix)
			return false;
	}
	return true;
}

bool url_allowed(struct slice s, bool own)
{
	while (s.n > 0 && (is_control(s.p[0]) || s.p[0] == ' ')) {
		s.p++;
		s.n--;
	}
	if (starts_seen(s, "http://") || starts_seen(s, "https://") || starts_seen(s, "mailto:"))
		return true;
	if (!own || s.n == 0)
		return false;
	if (s.p[0] == '?' || s.p[0] == '#')
		return true;
	/* "//host" and "/\host" lead elsewhere */
	return s.p[0] == '/' && !starts_seen(s, "//") && !starts_seen(s, "/\\");
}

static const char hex_digits[] = "0123456789ABCDEF";

static void percent(struct str *s, char c)
{
	unsigned char b = (unsigned char)c;

	str_add(s, (char[3]){ '%', hex_digits[b >> 4], hex_digits[b & 15] }, 3);
}

void out_url_n(struct out *o, struct slice s)
{
	static const unsigned char special[256] = {
		[0 ... 0x20] = 1, [0x7f] = 1, ['"'] = 1, ['\''] = 1, ['<'] = 1, ['>'] = 1,
		['&'] = 2, ['\\'] = 1, ['`'] = 1,
	};
	size_t run = 0;

	if (!url_allowed(s, true)) {
		str_addc(o->s, '#');
		return;
	}
	while (s.p[0] == ' ' || is_control(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	for (size_t i = 0; i < s.n; i++) {
		if (!special[(unsigned char)s.p[i]])
			continue;
		str_add(o->s, s.p + run, i - run);
		run = i + 1;
		if (s.p[i] == '&')
			str_adds(o->s, escapes[E_AMP]);
		else if (!is_control(s.p[i]))
			percent(o->s, s.p[i]);
	}
	str_add(o->s, s.p + run, s.n - run);
}

void out_url(struct out *o, const char *s)
{
	out_url_n(o, slice_of(s));
}

void out_urlpart(struct out *o, const char *s)
{
	static const unsigned char plain[256] = {
		['a' ... 'z'] = 1, ['A' ... 'Z'] = 1, ['0' ... '9'] = 1,
		['-'] = 1, ['.'] = 1, ['_'] = 1, ['~'] = 1,
	};
	const char *run = s;

	if (s == NULL)
		return;
	for (; *s != '\0'; s++) {
		if (plain[(unsigned char)*s])
			continue;
		str_add(o->s, run, (size_t)(s - run));
		percent(o->s, *s);
		run = s + 1;
	}
	str_add(o->s, run, (size_t)(s - run));
}

void out_i64(struct out *o, int64_t v)
{
	char buf[24], *p = buf + sizeof(buf);
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do
		*--p = (char)('0' + u % 10);
	while ((u /= 10) > 0);
	if (v < 0)
		*--p = '-';
	str_add(o->s, p, (size_t)(buf + sizeof(buf) - p));
}

void out_html(struct out *o, struct html h)
{
	str_add(o->s, h.p, h.n);
}

void out_raw_(struct out *o, const char *p, size_t n)
{
	str_add(o->s, p, n);
}

void html_fill(struct out *o, struct html h,
	       void (*fn)(struct out *o, char what, struct slice data, void *ctx), void *ctx)
{
	const char *p = h.p, *end = h.p + h.n;

	while (p < end) {
		const char *slot = memchr(p, 0x01, (size_t)(end - p)), *stop;

		if (slot == NULL)
			slot = end;
		str_add(o->s, p, (size_t)(slot - p));
		if (slot == end)
			return;
		stop = memchr(slot, 0x02, (size_t)(end - slot));
		if (stop == NULL || stop - slot < 2)
			return; /* not ours: nothing behind it can be trusted */
		fn(o, slot[1], slice_make(slot + 2, (size_t)(stop - slot - 2)), ctx);
		p = stop + 1;
	}
}
