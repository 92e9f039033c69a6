/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 2047 encoded words, and the 8-bit text that stands in headers without
 * any. Neighbouring words of one charset are joined before conversion, since
 * mailers cut words inside a character. Lenient: white space within a word, a
 * missing "?=" at the end of the value. A word that is none stays as it is.
 */
#include "mailer/parse/part.h"
#include "server/base/codec.h"
#include "server/base/base.h"

#define WORDS_CAP ((size_t)4 << 20)

struct word {
	struct slice charset, text;
	char how;               /* 'b' or 'q' */
	const char *end;        /* after it */
};

struct words {
	struct arena *a;
	struct str out;         /* UTF-8 */
	struct str bytes;       /* of joined words, in .charset */
	struct slice charset;
	const char *close;      /* last "?=" found, so that looking for it stays linear */
	bool no_close;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *words_close(struct words *w, const char *from, const char *end)
{
	if (w->no_close)
		return NULL;
	if (!w->close || w->close < from) {
		w->close = slice_find(slice_make(from, (size_t)(end - from)), SLICE("?="));
		w->no_close = !w->close;
	}
	return w->close;
}

/* p is at "=?". False where no encoded word begins here. */
static bool word_at(struct words *w, struct word *x, const char *p, const char *end)
{
	const char *q = p + 2, *close;

	while (q < end && q - p < 64 && *q != '?' && *q > ' ' && *q != '=')
		q++;
	if (q == p + 2 || end - q < 3 || *q != '?' || q[2] != '?')
		return false;
	x->charset = slice_make(p + 2, (size_t)(q - p - 2));
	x->how = (char)(q[1] | 0x20);
	if (x->how != 'b' && x->how != 'q')
		return false;
	q += 3;
	/* In Q an "=" right after the last "?" may belong to the text: "?=3D?=". */
	close = words_close(w, q, end);
	if (close) {
		x->text = slice_make(q, (size_t)(close - q));
		x->end = close + 2;
	} else {
		x->text = slice_make(q, (size_t)(end - q));
		x->end = end;
		if (memchr(q, ' ', x->text.n) && x->how == 'b')
			return false;
	}
	return true;
}

static void words_flush(struct words *w)
{
	struct slice u;

	if (w->bytes.n == 0)
		return;
	u = charset_utf8(w->a, str_slice(&w->bytes), slice_dup(w->a, w->charset), WORDS_CAP);
	str_adds(&w->out, u);
	str_cut(&w->bytes, 0);
}

static void word_add(struct words *w, const struct word *x)
{
	if (w->bytes.n > 0 && !slice_ieq(w->charset, x->charset))
		words_flush(w);
	w->charset = x->charset;
	if (x->how == 'b') {
		str_adds(&w->bytes, codec_decode(w->a, "base64", x->text));
		return;
	}
	/* "_" is a blank only where it stands as such, not as =5F. */
	size_t n = x->text.n;
	char *copy = arena_memdup(w->a, x->text.p, n);
	for (size_t i = 0; i < n; i++)
		if (copy[i] == '_')
			copy[i] = ' ';
	while (n > 0 && copy[n - 1] == '=')
		n--;
	str_adds(&w->bytes, codec_decode(w->a, "quoted-printable", slice_make(copy, n)));
}

struct slice words_decode(struct arena *a, struct slice value, const char *charset)
{
	struct words w = { .a = a };
	const char *p = value.p, *end = p + value.n, *plain = p;
	bool after_word = false;

	/* Raw 8-bit text is UTF-8 more often than what the body is in. */
	if (utf8_valid(value))
		charset = "";

	str_init(&w.out, a, WORDS_CAP);
	str_init(&w.bytes, a, WORDS_CAP);
	while (p < end) {
		struct word x;
		const char *at = memchr(p, '=', (size_t)(end - p));

		if (!at)
			break;
		p = at;
		if (end - p < 6 || p[1] != '?' || !word_at(&w, &x, p, end)) {
			p++;
			continue;
		}
		const char *q = plain;
		while (q < p && is_blank(*q))
			q++;
		if (!(after_word && q == p)) {
			words_flush(&w);
			str_adds(&w.out, charset_utf8(a, slice_make(plain, (size_t)(p - plain)),
						      charset, WORDS_CAP));
		}
		word_add(&w, &x);
		after_word = true;
		p = plain = x.end;
	}
	words_flush(&w);
	if (plain < end)
		str_adds(&w.out, charset_utf8(a, slice_make(plain, (size_t)(end - plain)), charset,
					      WORDS_CAP));
	return str_slice(&w.out);
}
