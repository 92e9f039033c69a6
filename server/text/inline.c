/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding URLs and mail addresses in running text. An address that slips
 * through is shown to strangers (promise P12), so what looks like one is one.
 */
#include <strings.h>

#include "server/text/inline.h"

#include "server/base/base.h"

#define LOCAL_MAX 64            /* RFC 5321 section 4.5.3.1 */
#define DOMAIN_MAX 255
#define PIECE ((size_t)1024)

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters outside ASCII (RFC 6531); not the punctuation people put around an
 * address: U+0080 to U+00BF, U+2000 to U+206F, U+3000 to U+303F. */
static bool is_letter(struct slice s)
{
	size_t n;
	uint32_t cp = utf8_next(s, &n);

	return cp > 0xbf && !(cp >= 0x2000 && cp <= 0x206f) && !(cp >= 0x3000 && cp <= 0x303f) &&
	       cp != 0xfeff && cp != 0xfffd;
}

static bool is_atext(char c)
{
	return is_alnum(c) || (c != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

/* Where the local part that ends at the @ begins; at itself where there is none. */
static size_t local_start(struct slice t, size_t from, size_t at)
{
	size_t low = at - from > LOCAL_MAX ? at - LOCAL_MAX : from, i = at;

	if (i > low && t.p[i - 1] == '"') { /* "a b"@x.org */
		for (size_t k = i - 1; k > low && (unsigned char)t.p[k - 1] >= 0x20; k--)
			if (t.p[k - 1] == '"')
				return i - k > 1 ? k - 1 : at;
		return at;
	}
	while (i > low) {
		size_t k = i - 1;

		if ((unsigned char)t.p[k] < 0x80) {
			if (!is_atext(t.p[k]))
				break;
			i = k;
			continue;
		}
		while (k > low && ((unsigned char)t.p[k] & 0xc0) == 0x80)
			k--;
		if (!is_letter(slice_make(t.p + k, i - k)))
			break;
		i = k;
	}
	/* what stands before an address more often than in it */
	while (i < at && !is_alnum(t.p[i]) && (unsigned char)t.p[i] < 0x80 && t.p[i] != '_')
		i++;
	/* ?to=ana@x.org: the whole of a URL's tail is nobody's name */
	for (size_t k = at; k > i; k--)
		if (strchr("=/?&", t.p[k - 1]) != NULL)
			return k;
	return i;
}

static size_t domain_end(struct slice t, size_t i)
{
	size_t start = i, end = i, dots = 0, label = i;
	bool letter = false;

	while (i < t.n && i - start < DOMAIN_MAX) {
		size_t n = 1;

		if (is_alnum(t.p[i])) {
			letter |= t.p[i] > '9';
			end = i + 1;
		} else if (t.p[i] == '.') {
			if (i == label || i + 1 >= t.n ||
			    !(is_alnum(t.p[i + 1]) || (unsigned char)t.p[i + 1] >= 0x80))
				break;
			dots++;
			label = i + 1;
			letter = false;
		} else if ((unsigned char)t.p[i] >= 0x80) {
			struct slice rest = slice_make(t.p + i, t.n - i);

			if (!is_letter(rest))
				break;
			utf8_next(rest, &n);
			letter = true;
			end = i + n;
		} else if (t.p[i] != '-' || i == label) {
			break;
		}
		i += n;
	}
	return dots > 0 && letter && end > label ? end : start;
}

bool inline_addr_find(struct slice t, size_t from, size_t *at_r, size_t *n_r)
{
	size_t low = from;

	while (from < t.n) {
		const char *p = memchr(t.p + from, '@', t.n - from);
		size_t at, start, end;

		if (p == NULL)
			return false;
		at = (size_t)(p - t.p);
		start = local_start(t, low, at);
		if (start < at && (end = domain_end(t, at + 1)) > at + 1) {
			*at_r = start;
			*n_r = end - start;
			return true;
		}
		from = low = at + 1;
	}
	return false;
}

/* All that was written since n goes where the last thing did not fit. */
static bool fits(struct out *o, size_t n)
{
	if (!o->s->over)
		return true;
	str_cut(o->s, n);
	o->s->over = false;
	return false;
}

static bool piecewise(struct out *o, struct slice t)
{
	while (t.n > 0) {
		struct slice piece = utf8_clip(t, PIECE);
		size_t n = o->s->n;

		if (piece.n == 0)
			piece = slice_make(t.p, t.n < PIECE ? t.n : PIECE);
		out_text_n(o, piece);
		if (!fits(o, n))
			return false;
		t.p += piece.n;
		t.n -= piece.n;
	}
	return true;
}

static bool with_addresses(struct out *o, struct slice t, unsigned flags)
{
	size_t done = 0, at, n;

	while (inline_addr_find(t, done, &at, &n)) {
		size_t before;

		if (!piecewise(o, slice_make(t.p + done, at - done)))
			return false;
		before = o->s->n;
		str_add(o->s, flags & INLINE_IN_LINK ? "\001a" : "\001A", 2);
		str_add(o->s, t.p + at, n);
		str_addc(o->s, '\002');
		if (!fits(o, before))
			return false;
		done = at + n;
	}
	return piecewise(o, slice_make(t.p + done, t.n - done));
}

void inline_link_open(struct out *o, struct slice url)
{
	struct str masked;
	size_t done = 0, at, n;

	str_init(&masked, o->s->arena, url.n * 3 + 1);
	while (inline_addr_find(url, done, &at, &n)) {
		const char *sign = memchr(url.p + at, '@', n);

		str_add(&masked, url.p + done, (size_t)(sign - url.p) - done);
		str_addz(&masked, "%40");
		done = (size_t)(sign - url.p) + 1;
	}
	str_add(&masked, url.p + done, url.n - done);
	str_addz(o->s, "<a href=\"");
	out_url_n(o, str_slice(&masked));
	str_addz(o->s, "\" rel=\"nofollow ugc\">");
}

/* Marks that end a sentence or a quotation end no URL. */
static size_t trim_tail(struct slice u)
{
	size_t n = u.n;
	int open = 0;

	for (size_t i = 0; i < n; i++)
		open += (u.p[i] == '(') - (u.p[i] == ')');
	for (; n > 0; n--) {
		char c = u.p[n - 1];

		if (c == ')') {
			if (open >= 0)
				break;
			open++;
		} else if (n >= 3 && memcmp(u.p + n - 3, "\xe2\x80", 2) == 0) {
			n -= 2; /* U+2000 to U+203F: dashes, quotation marks, ellipsis */
		} else if (n >= 2 && (memcmp(u.p + n - 2, "\xc2\xbb", 2) == 0 ||
				      memcmp(u.p + n - 2, "\xc2\xab", 2) == 0)) {
			n -= 1; /* guillemets */
		} else if (strchr(".,;:!?'*_~]}|", c) == NULL) {
			break;
		}
	}
	return n;
}

/* The length of the URL that starts at p, 0 where none does. */
static size_t url_length(struct slice t)
{
	static const char stops[] = " \t\r\n<>\"`\\";
	size_t scheme = slice_istarts(t, "https://") ? 8 : slice_istarts(t, "http://") ? 7 : 0, n;
	bool authority = true;

	if (scheme == 0 || t.n == scheme ||
	    !(is_alnum(t.p[scheme]) || t.p[scheme] == '[' || (unsigned char)t.p[scheme] >= 0xc3))
		return 0;
	for (n = scheme; n < t.n; n++) {
		char c = t.p[n];

		if ((unsigned char)c < 0x20 || memchr(stops, c, sizeof(stops) - 1) != NULL)
			break;
		if (c == '/' || c == '?' || c == '#')
			authority = false;
		if (c == '@' && authority)
			return 0; /* https://bank.example@evil.example is no link of ours */
	}
	n = trim_tail(slice_make(t.p, n));
	return n > scheme ? n : 0;
}

static bool bare_link(struct out *o, struct slice url)
{
	size_t before = o->s->n;

	inline_link_open(o, url);
	if (!with_addresses(o, url, INLINE_IN_LINK)) {
		str_cut(o->s, before);
		return false;
	}
	str_addz(o->s, "</a>");
	return fits(o, before);
}

bool inline_text(struct out *o, struct slice t, unsigned flags)
{
	size_t done = 0, i = 0;

	while (flags & INLINE_LINKS && i < t.n) {
		const char *p = memchr(t.p + i, ':', t.n - i);
		size_t start, n = 0;

		if (p == NULL)
			break;
		i = (size_t)(p - t.p) + 1;
		for (size_t back = 4; back <= 5 && n == 0; back++) {
			if (i - 1 < done + back)
				break;
			start = i - 1 - back;
			if (start > done && is_alnum(t.p[start - 1]))
				continue;
			n = url_length(slice_make(t.p + start, t.n - start));
		}
		if (n == 0)
			continue;
		if (!with_addresses(o, slice_make(t.p + done, start - done), flags) ||
		    !bare_link(o, slice_make(t.p + start, n)))
			return false;
		done = i = start + n;
	}
	return with_addresses(o, slice_make(t.p + done, t.n - done), flags);
}
