/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 by RFC 3629; see utf8.h. */
#include <wchar.h>

#include "server/base/utf8.h"

#include "server/base/base.h"

#define BAD 0xFFFDu

uint32_t utf8_next(struct slice s, size_t *n_r)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned need;
	uint32_t cp, least;

	*n_r = 1;
	if (s.n == 0) {
		*n_r = 0;
		return 0;
	}
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		need = 1;
		cp = p[0] & 0x1F;
		least = 0x80;
	} else if ((p[0] & 0xF0) == 0xE0) {
		need = 2;
		cp = p[0] & 0x0F;
		least = 0x800;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		need = 3;
		cp = p[0] & 0x07;
		least = 0x10000;
	} else {
		return BAD;
	}
	if (s.n <= need)
		return BAD;
	for (unsigned i = 1; i <= need; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return BAD;
		cp = cp << 6 | (p[i] & 0x3F);
	}
	if (cp < least || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return BAD;
	*n_r = need + 1;
	return cp;
}

/* How many of the first bytes are plain ASCII from SPACE up, or TAB or LF. */
static size_t ascii_run(struct slice s)
{
	size_t i = 0;

	while (i < s.n) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x7F || (c < 0x20 && c != '\t' && c != '\n'))
			break;
		i++;
	}
	return i;
}

bool utf8_valid(struct slice s)
{
	while (s.n > 0) {
		size_t n = ascii_run(s);
		uint32_t cp;

		if (n == 0) {
			cp = utf8_next(s, &n);
			if (cp == 0 || (cp == BAD && n == 1))
				return false;
		}
		s.p += n;
		s.n -= n;
	}
	return true;
}

void utf8_add(struct str *s, uint32_t cp)
{
	char b[4];

	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = BAD;
	if (cp < 0x80) {
		str_addc(s, (char)cp);
	} else if (cp < 0x800) {
		b[0] = (char)(0xC0 | cp >> 6);
		b[1] = (char)(0x80 | (cp & 0x3F));
		str_add(s, b, 2);
	} else if (cp < 0x10000) {
		b[0] = (char)(0xE0 | cp >> 12);
		b[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		b[2] = (char)(0x80 | (cp & 0x3F));
		str_add(s, b, 3);
	} else {
		b[0] = (char)(0xF0 | cp >> 18);
		b[1] = (char)(0x80 | (cp >> 12 & 0x3F));
		b[2] = (char)(0x80 | (cp >> 6 & 0x3F));
		b[3] = (char)(0x80 | (cp & 0x3F));
		str_add(s, b, 4);
	}
}

char *utf8_clean(struct arena *a, struct slice s, size_t *n_r)
{
	struct str out;

	/* a bad byte becomes three */
	str_init(&out, a, s.n * 3 + 1);
	while (s.n > 0) {
		size_t n = ascii_run(s);

		if (n > 0) {
			str_add(&out, s.p, n);
		} else {
			uint32_t cp = utf8_next(s, &n);

			if (cp == '\r') {
				if (s.n < 2 || s.p[1] != '\n')
					str_addc(&out, '\n');
			} else if (cp >= 0x20 && cp != 0x7F) {
				utf8_add(&out, cp);
			}
		}
		s.p += n;
		s.n -= n;
	}
	if (n_r != NULL)
		*n_r = out.n;
	return out.p ? out.p : arena_strdup(a, "");
}

struct slice utf8_clip(struct slice s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
		n--;
	return slice_make(s.p, n);
}

/* Without a locale: East Asian wide and emoji blocks, combining marks. */
static unsigned cp_width(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x200B && cp <= 0x200F) ||
	    (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF)
		return 0;
	if ((cp >= 0x1100 && cp <= 0x115F) || (cp >= 0x2E80 && cp <= 0xA4CF) ||
	    (cp >= 0xAC00 && cp <= 0xD7A3) || (cp >= 0xF900 && cp <= 0xFAFF) ||
	    (cp >= 0xFE30 && cp <= 0xFE6F) || (cp >= 0xFF00 && cp <= 0xFF60) ||
	    (cp >= 0xFFE0 && cp <= 0xFFE6) || (cp >= 0x1F300 && cp <= 0x1F64F) ||
	    (cp >= 0x1F900 && cp <= 0x1F9FF) || (cp >= 0x20000 && cp <= 0x3FFFD))
		return 2;
	return 1;
}

size_t utf8_width(struct slice s)
{
	size_t w = 0, n;

	for (; s.n > 0; s.p += n, s.n -= n) {
		unsigned char c = (unsigned char)*s.p;

		n = 1;
		w += c < 0x80 ? c >= 0x20 : cp_width(utf8_next(s, &n));
	}
	return w;
}

size_t utf8_length(struct slice s)
{
	size_t count = 0, n;

	for (; s.n > 0; s.p += n, s.n -= n, count++)
		utf8_next(s, &n);
	return count;
}

/* The Latin letters of the five languages, without case and accent. */
static uint32_t cp_fold(uint32_t cp)
{
	static const char latin1[] =
		"aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo/ouuuuypy";

	if (cp >= 'A' && cp <= 'Z')
		return cp + 32;
	if (cp >= 0xC0 && cp <= 0xFF && cp != 0xD7 && cp != 0xF7)
		return (unsigned char)latin1[cp - 0xC0];
	if (cp == 0x152 || cp == 0x153)
		return 'o';
	if (cp == 0x178)
		return 'y';
	return cp;
}

char utf8_base(uint32_t cp)
{
	cp = cp_fold(cp);
	return cp >= 'a' && cp <= 'z' ? (char)cp : '\0';
}

/* Most of most texts, in lower case; how much of it. */
static size_t ascii_fold(struct str *out, struct slice s)
{
	char low[64];
	size_t n = 0;

	for (; n < s.n && n < sizeof(low) && (unsigned char)s.p[n] < 0x80; n++)
		low[n] = (char)(s.p[n] >= 'A' && s.p[n] <= 'Z' ? s.p[n] + 32 : s.p[n]);
	str_add(out, low, n);
	return n;
}

char *utf8_fold(struct arena *a, struct slice s)
{
	struct str out;
	size_t n;

	str_init(&out, a, s.n * 3 + 1);
	for (; s.n > 0; s.p += n, s.n -= n) {
		uint32_t cp;

		n = ascii_fold(&out, s);
		if (n > 0)
			continue;
		cp = utf8_next(s, &n);
		if (cp < 0x300 || cp > 0x36F)
			utf8_add(&out, cp_fold(cp));
	}
	return out.p ? out.p : arena_strdup(a, "");
}
