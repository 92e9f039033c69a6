/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines of a text are shown folded: the quoted block at its end with
 * the line that announces it, and signatures after "-- ". Nothing else is
 * folded, nothing is ever taken away, and never the whole text. A footer that
 * a list server put under the text is looked past, not folded.
 */
#include "mailer/parse/part.h"
#include "server/base/base.h"

#define SIGNATURE_LINES 25
#define FOOTER_LINES 12
#define ATTRIBUTION_BYTES 400

struct lines {
	struct slice *v;
	size_t n;
	const char *base;
};

static bool is_blank_line(struct slice l)
{
	for (size_t i = 0; i < l.n; i++)
		if (l.p[i] != ' ' && l.p[i] != '\t' && l.p[i] != '\xc2' && l.p[i] != '\xa0')
			return false;
	return true;
}

static bool is_quoted(struct slice l)
{
	return (l.n > 0 && l.p[0] == '>') || (l.n > 1 && l.p[0] == ' ' && l.p[1] == '>');
}

static bool is_signature_mark(struct slice l)
{
	return slice_eqz(l, "-- ") || slice_eqz(l, "--") || slice_eqz(l, "--\xc2\xa0");
}

/* The line above which a mailing-list server put its footer, else end. */
static size_t footer_start(const struct lines *t, size_t end)
{
	for (size_t i = end; i-- > 0 && end - i <= FOOTER_LINES; ) {
		struct slice l = slice_trim(t->v[i]);
		size_t k = 0;

		while (k < l.n && l.p[k] == '_')
			k++;
		if (k == l.n && k >= 30)
			return i;
		if (is_quoted(t->v[i]))
			break;
	}
	return end;
}

static size_t skip_blank_up(const struct lines *t, size_t end)
{
	while (end > 0 && is_blank_line(t->v[end - 1]))
		end--;
	return end;
}

/* The verbs stand where the language puts them: at the end before the colon,
 * or (German, Nordic) in the middle. */
static bool has_verb(struct slice l)
{
	static const char *const verbs[] = {
		"wrote", "writes", "said", "escribió", "escribio", "escribía", "ha escrit",
		"va escriure", "escreveu", "écrit", "ecrit", "?crit", "ha scritto", "scrisse",
		"schrieb", "schreef", "skrev", "napisał", "пишет", "написал", "kirjoitti",
	};

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (slice_ifind(l, slice_of(verbs[i])))
			return true;
	return false;
}

static bool has_opening(struct slice l)
{
	static const char *const words[] = {
		"El ", "On ", "Em ", "Le ", "Il ", "Am ", "Den ", "Op ", "En ", "In ", "At ",
		"A ", "Il giorno ", "Dia ", "Al ", "Quoting ", "Citando ", "Citat ",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (slice_starts(l, words[i]))
			return true;
	return l.n > 4 && l.p[0] >= '0' && l.p[0] <= '9' && l.p[1] >= '0' && l.p[1] <= '9';
}

static bool ends_colon(struct slice l)
{
	l = slice_trim(l);
	while (l.n >= 2 && l.p[l.n - 2] == '\xc2' && l.p[l.n - 1] == '\xa0')
		l = slice_trim(slice_make(l.p, l.n - 2));
	return l.n > 0 && l.p[l.n - 1] == ':';
}

static struct slice joined(const struct lines *t, size_t from, size_t to)
{
	return slice_make(t->v[from].p,
			  (size_t)(t->v[to - 1].p + t->v[to - 1].n - t->v[from].p));
}

/* The first line of the attribution that ends above line `block`, else block. */
static size_t attribution_start(const struct lines *t, size_t block, size_t floor)
{
	size_t end = block;

	while (end > floor && block - end < 2 && is_blank_line(t->v[end - 1]))
		end--;
	if (end == floor || is_blank_line(t->v[end - 1]) || is_quoted(t->v[end - 1]))
		return block;
	if (!ends_colon(t->v[end - 1]))
		return block;
	for (size_t n = 1; n <= 3 && end - n + 1 > floor; n++) {
		size_t from = end - n;
		struct slice all = joined(t, from, end);

		if (is_blank_line(t->v[from]) || is_quoted(t->v[from]) ||
		    all.n > ATTRIBUTION_BYTES)
			break;
		/* "2010/3/3 Ana <ana en x.example>:" has an address for a verb. */
		if (has_opening(slice_trim(t->v[from])) &&
		    (has_verb(all) || (memchr(all.p, '<', all.n) && memchr(all.p, '>', all.n))))
			return from;
	}
	/* "Ana Pérez escribió:" has no opening; one line, and short. */
	if (has_verb(t->v[end - 1]) && t->v[end - 1].n <= 120)
		return end - 1;
	return block;
}

/* Where the quoted block that ends at `end` begins, its attribution
 * included; end where there is none. */
static size_t quote_start(const struct lines *t, size_t end, size_t floor)
{
	size_t i = end, top = end;

	while (i > floor && (is_quoted(t->v[i - 1]) || is_blank_line(t->v[i - 1]))) {
		i--;
		if (is_quoted(t->v[i]))
			top = i;
	}
	return top == end ? end : attribution_start(t, top, floor);
}

static size_t signature_start(const struct lines *t, size_t end, size_t floor)
{
	for (size_t i = end; i-- > floor && end - i <= SIGNATURE_LINES; ) {
		if (is_signature_mark(t->v[i]))
			return i;
		if (is_quoted(t->v[i]))
			break;
	}
	return end;
}

static struct lines split(struct arena *a, struct slice text)
{
	struct lines t = { .base = text.p };
	struct slice rest = text, line;
	size_t n = 0;

	for (const char *p = text.p, *e = p + text.n; p < e && (p = memchr(p, '\n', (size_t)(e - p)));
	     p++)
		n++;
	t.v = ARENA_ARRAY(a, n + 2, struct slice);
	while (slice_line(&rest, &line))
		t.v[t.n++] = line;
	return t;
}

static size_t offset_of(const struct lines *t, struct slice text, size_t line)
{
	return line < t->n ? (size_t)(t->v[line].p - t->base) : text.n;
}

size_t fold_find(struct arena *a, struct slice text, struct mail_fold **folds_r)
{
	struct mail_fold *f = ARENA_ARRAY(a, 8, struct mail_fold);
	struct lines t = split(a, text);
	size_t n = 0, end = skip_blank_up(&t, footer_start(&t, skip_blank_up(&t, t.n)));

	*folds_r = f;
	/* From the end upwards: signature, quote, and once more each, for those
	 * who sign above what they quote. */
	for (int round = 0; round < 2 && end > 0; round++) {
		size_t sig = signature_start(&t, end, 0), quote;

		if (sig < end && skip_blank_up(&t, sig) > 0) {
			f[n++] = (struct mail_fold){ offset_of(&t, text, sig),
						     offset_of(&t, text, end), FOLD_SIGNATURE };
			end = skip_blank_up(&t, sig);
		}
		quote = quote_start(&t, end, 0);
		if (quote == end || skip_blank_up(&t, quote) == 0)
			break;
		f[n++] = (struct mail_fold){ offset_of(&t, text, quote), offset_of(&t, text, end),
					     FOLD_QUOTE };
		end = skip_blank_up(&t, quote);
	}
	for (size_t i = 0; i < n / 2; i++) {
		struct mail_fold x = f[i];
		f[i] = f[n - 1 - i];
		f[n - 1 - i] = x;
	}
	return n;
}
