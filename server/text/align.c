/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both texts become sequences of words; every run of four words of the parent
 * goes into a table by its hash, and the reply is read once: where four of its
 * words are in the table, the match is followed as far as it goes. A line that
 * is four fifths matched is the parent's. So line breaks, marks and the
 * spelling of blanks do not count, and each word is looked at a bounded number
 * of times.
 */
#include <ctype.h>

#include "server/text/align.h"

#include "server/base/base.h"

#define RUN        4            /* words that must agree in a row */
#define LEAST_WORDS 12          /* what is folded for its match alone */
#define LEAST_LINES 2
#define OWN_WORDS  4            /* an answer between the lines */
#define TEXT_MAX   ((size_t)1 << 20)
#define QUESTION_LINES 12
#define HEAD_LINES 8

struct words {
	uint64_t *v;
	uint32_t *line;         /* NULL for the parent */
	size_t n;
};

struct line {
	size_t from, to;        /* bytes, line end included */
	size_t words, matched;
	bool blank, quoted, quote_fold, other_fold, known;
};

struct align {
	struct arena *a;
	struct line *v;
	size_t n;
	const struct fold_range *f;
	size_t nf;
	size_t parent_words;
};

static bool is_word_byte(unsigned char c)
{
	return isalnum(c) || c >= 0x80;
}

static struct words words_of(struct arena *a, struct slice text, bool lines)
{
	struct slice z = slice_of(utf8_fold(a, text));
	struct words w = { .v = ARENA_ARRAY(a, z.n / 2 + 1, uint64_t) };
	uint32_t line = 0;

	if (lines)
		w.line = ARENA_ARRAY(a, z.n / 2 + 1, uint32_t);
	for (size_t i = 0; i < z.n; ) {
		uint64_t h = 0xcbf29ce484222325U;

		if (z.p[i] == '\n')
			line++;
		if (!is_word_byte((unsigned char)z.p[i])) {
			i++;
			continue;
		}
		for (; i < z.n && is_word_byte((unsigned char)z.p[i]); i++)
			h = (h ^ (unsigned char)z.p[i]) * 0x100000001b3U;
		if (lines)
			w.line[w.n] = line;
		w.v[w.n++] = h;
	}
	return w;
}

static uint64_t run_hash(const uint64_t *v)
{
	uint64_t h = 0;

	for (size_t i = 0; i < RUN; i++)
		h = (h ^ v[i]) * 0x9e3779b97f4a7c15U + (h >> 29);
	return h ^ h >> 32;
}

/* Counts, line by line of the reply, the words that stand in a run with the parent's. */
static void match(struct arena *a, const struct words *r, const struct words *p, struct line *lines)
{
	size_t size = 16, slot;
	uint32_t *table;

	if (p->n < RUN || r->n < RUN)
		return;
	while (size < p->n * 2)
		size *= 2;
	table = ARENA_ARRAY(a, size, uint32_t);
	for (size_t i = 0; i + RUN <= p->n; i++) {
		unsigned tries = 0;

		/* repeated runs keep their first place; a crowd is left out */
		for (slot = run_hash(p->v + i) & (size - 1); table[slot] && tries < 8;
		     slot = (slot + 1) & (size - 1), tries++)
			if (memcmp(p->v + table[slot] - 1, p->v + i, RUN * sizeof(*p->v)) == 0)
				break;
		if (!table[slot])
			table[slot] = (uint32_t)i + 1;
	}
	for (size_t i = 0; i + RUN <= r->n; ) {
		size_t len = 0, at = 0;
		unsigned tries = 0;

		for (slot = run_hash(r->v + i) & (size - 1); table[slot] && tries <= 8;
		     slot = (slot + 1) & (size - 1), tries++) {
			at = table[slot] - 1;
			if (memcmp(p->v + at, r->v + i, RUN * sizeof(*p->v)) == 0) {
				len = RUN;
				break;
			}
		}
		if (len == 0) {
			i++;
			continue;
		}
		while (i + len < r->n && at + len < p->n && r->v[i + len] == p->v[at + len])
			len++;
		for (size_t k = 0; k < len; k++)
			lines[r->line[i + k]].matched++;
		i += len;
	}
}

static bool is_quote_kind(int kind)
{
	return kind == FOLD_KIND_QUOTE || kind == FOLD_KIND_FORWARD;
}

static void lines_make(struct align *al, struct slice text)
{
	struct slice rest = text, s;
	size_t n = 1, k = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	al->v = ARENA_ARRAY(al->a, n + 1, struct line);
	while (rest.n > 0) {
		struct line *l = &al->v[al->n++];

		l->from = text.n - rest.n;
		slice_line(&rest, &s);
		l->to = text.n - rest.n;
		s = slice_trim(s);
		l->quoted = s.n > 0 && s.p[0] == '>';
		while (k < al->nf && al->f[k].to <= l->from)
			k++;
		if (k < al->nf && al->f[k].from <= l->from) {
			l->quote_fold = is_quote_kind(al->f[k].kind);
			l->other_fold = !l->quote_fold;
		}
	}
}

static void lines_judge(struct align *al, const struct words *r)
{
	for (size_t i = 0; i < r->n; i++)
		al->v[r->line[i]].words++;
	for (size_t i = 0; i < al->n; i++) {
		struct line *l = &al->v[i];

		l->blank = l->words == 0;
		l->known = l->words > 0 && l->matched * 5 >= l->words * 4;
	}
}

/* "De: Ana", "El lunes Ana escribió:": what a program puts above a quote. */
static bool is_head(struct slice text, const struct line *l)
{
	struct slice s = slice_trim(slice_make(text.p + l->from, l->to - l->from)), name;
	struct slice rest = s;

	if (s.n == 0 || s.n > 400)
		return false;
	if (s.p[s.n - 1] == ':')
		return true;
	/* "[1] https://..." is none */
	return slice_cut(&rest, ':', &name) && name.n <= 24 && rest.n > 0 && rest.p[0] != '/' &&
	       !memchr(name.p, '.', name.n);
}

/* An address or a year: what the lines above a mail tell, and a list of points does not. */
static bool tells_mail(struct slice text, const struct line *l)
{
	size_t digits = 0;

	for (size_t i = l->from; i < l->to; i++) {
		digits = isdigit((unsigned char)text.p[i]) ? digits + 1 : 0;
		if (text.p[i] == '@' || digits == 4)
			return true;
	}
	return false;
}

/* Some lines of the parent may be cited as words of one's own; two fifths of it are not. */
static bool is_much(const struct align *al, size_t words)
{
	return words * 5 >= al->parent_words * 2;
}

/* The first line of the quote that ends what is shown, `end` where it does not. */
static size_t trailing(const struct align *al, struct slice text)
{
	size_t first = al->n, quote, words = 0, lines = 0, i = al->n, own = 0, heads = 0;
	bool mail = false;

	while (i > 0) {
		const struct line *l = &al->v[i - 1];

		if (!l->blank && !l->quote_fold && !l->other_fold) {
			if (!l->known || l->quoted)
				break;
			first = i - 1;
			lines++;
			words += l->matched;
		}
		i--;
	}
	if (lines < LEAST_LINES || words < LEAST_WORDS)
		return al->n;
	for (size_t k = 0; k < i; k++)
		own += !al->v[k].blank && !al->v[k].quote_fold && !al->v[k].other_fold &&
		       !al->v[k].quoted;
	quote = first;
	/* what announces it goes with it, while something is left */
	for (size_t k = first, left = HEAD_LINES; k-- > 0 && left-- > 0 && own > 1; ) {
		const struct line *l = &al->v[k];

		if (l->blank && k + 1 == first)
			continue;
		if (l->blank || l->quote_fold || l->other_fold ||
		    !is_head(text, l))
			break;
		first = k;
		own--;
		heads++;
		mail |= tells_mail(text, l);
	}
	if (heads > 1 && !mail) { /* points of the author's above what they cite */
		own += heads;
		heads = 0;
		first = quote;
	}
	return own > 0 && (heads > 1 || is_much(al, words)) ? first : al->n;
}

/* The line behind the quote that begins what is shown, 0 where there is none. */
static size_t leading(const struct align *al, size_t end)
{
	size_t i = 0, last = 0, words = 0, lines = 0, own = 0;

	for (; i < end; i++) {
		const struct line *l = &al->v[i];

		if (l->quote_fold || l->other_fold || l->quoted)
			break;
		if (l->blank)
			continue;
		if (!l->known)
			break;
		last = i + 1;
		lines++;
		words += l->matched;
	}
	if (lines < LEAST_LINES + 1 || words < LEAST_WORDS)
		return 0;
	for (; i < end; i++) {
		const struct line *l = &al->v[i];

		if (l->blank || l->other_fold)
			continue;
		/* more of the parent further down: answers stand between */
		if (!l->quote_fold && (l->known || l->quoted))
			return 0;
		own += !l->quote_fold;
	}
	return own > 0 && is_much(al, words) ? last : 0;
}

/* Answers between the lines of one fold, whose lines are from..to-1; false: none.
 * What stands below the last line of the parent is older mail or a footer. */
static bool answers(const struct align *al, struct slice text, size_t from, size_t to,
		    size_t *first_r, size_t *last_r)
{
	size_t words = 0, matched = 0;
	bool found = false;

	for (size_t i = from; i < to; i++)
		if (!al->v[i].quoted) {
			words += al->v[i].words;
			matched += al->v[i].matched;
		}
	/* mostly the parent, and most of the parent: a notice in both is not it */
	if (words < LEAST_WORDS || matched * 5 < words * 3 || matched * 2 < al->parent_words)
		return false;
	while (from < to && !(al->v[from].known && al->v[from].matched >= RUN))
		from++;
	while (to > from && !(al->v[to - 1].known && al->v[to - 1].matched >= RUN))
		to--;
	for (size_t i = from; i < to; ) {
		size_t k = i, w = 0;

		for (; k < to && !al->v[k].known && !al->v[k].quoted; k++)
			if (al->v[k].matched == 0 && !is_head(text, &al->v[k]))
				w += al->v[k].words;
		if (k > i && w >= OWN_WORDS) {
			if (!found)
				*first_r = i;
			*last_r = k;
			found = true;
		}
		i = k + (k == i);
	}
	return found;
}

static struct align *align_make(struct arena *a, struct slice reply, struct slice parent,
				const struct fold_range *folds, size_t n)
{
	struct align *al = ARENA_NEW(a, struct align);
	struct words r, p;

	*al = (struct align){ .a = a, .f = folds, .nf = n };
	lines_make(al, reply);
	r = words_of(a, reply, true);
	p = words_of(a, utf8_clip(parent, TEXT_MAX), false);
	al->parent_words = p.n;
	match(a, &r, &p, al->v);
	lines_judge(al, &r);
	return al;
}

static size_t line_at(const struct align *al, size_t byte)
{
	size_t lo = 0, hi = al->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (al->v[mid].from < byte)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static size_t byte_of(const struct align *al, struct slice text, size_t line)
{
	return line < al->n ? al->v[line].from : text.n;
}

/* A fold less what was answered in it, with the paragraph that it answers. */
static size_t fold_split(const struct align *al, struct slice text, const struct fold_range *f,
			 struct fold_range *out)
{
	size_t from = line_at(al, f->from), to = line_at(al, f->to), first = from, last = from, n = 0;

	if (!is_quote_kind(f->kind) || !answers(al, text, from, to, &first, &last)) {
		out[0] = *f;
		return 1;
	}
	while (first > from && al->v[first - 1].blank)
		first--;
	for (size_t k = 0; first > from && !al->v[first - 1].blank && k < QUESTION_LINES; k++)
		first--;
	if (first > from + 1)
		out[n++] = (struct fold_range){ f->from, byte_of(al, text, first), f->kind };
	while (last < to && al->v[last].blank)
		last++;
	if (last + 1 < to)
		out[n++] = (struct fold_range){ byte_of(al, text, last), f->to, f->kind };
	return n;
}

/* Folds for the unfolded lines of from..to-1. */
static size_t fold_lines(const struct align *al, struct slice text, size_t from, size_t to,
			 struct fold_range *out)
{
	size_t n = 0;

	for (size_t i = from; i < to; ) {
		size_t k = i;

		while (k < to && !al->v[k].quote_fold && !al->v[k].other_fold)
			k++;
		if (k > i) {
			size_t end = k;

			while (end > i && al->v[end - 1].blank)
				end--;
			while (i < end && al->v[i].blank)
				i++;
			if (end > i)
				out[n++] = (struct fold_range){ al->v[i].from, byte_of(al, text, end),
								FOLD_KIND_QUOTE };
		}
		i = k + (k < to);
		while (i < to && (al->v[i].quote_fold || al->v[i].other_fold))
			i++;
	}
	return n;
}

static int by_place(const void *x, const void *y)
{
	const struct fold_range *a = x, *b = y;

	return a->from < b->from ? -1 : a->from > b->from;
}

size_t align_folds(struct arena *a, struct slice reply, struct slice parent,
		   const struct fold_range *folds, size_t n, struct fold_range **out_r)
{
	struct fold_range *out;
	struct align *al;
	size_t got = 0, end, begin;
	struct arena *scratch;

	*out_r = out = ARENA_ARRAY(a, n * 4 + 8, struct fold_range);
	if (n > 0)
		memcpy(out, folds, n * sizeof(*out));
	if (reply.n == 0 || reply.n > TEXT_MAX)
		return n;
	scratch = arena_new((reply.n + TEXT_MAX) * 64 + ((size_t)1 << 20));
	al = align_make(scratch, reply, parent, folds, n);
	for (size_t i = 0; i < n; i++)
		got += fold_split(al, reply, &folds[i], out + got);
	end = trailing(al, reply);
	got += fold_lines(al, reply, end, al->n, out + got);
	begin = leading(al, end);
	got += fold_lines(al, reply, 0, begin, out + got);
	qsort(out, got, sizeof(*out), by_place);
	arena_free(&scratch);
	return got;
}

bool align_useful(struct slice reply, const struct fold_range *folds, size_t n)
{
	size_t shown = 0, bare = 0, k = 0;
	struct slice rest = reply, s;

	while (rest.n > 0) {
		size_t at = reply.n - rest.n;

		slice_line(&rest, &s);
		while (k < n && folds[k].to <= at)
			k++;
		if (s.n > 0 && s.p[0] == '>')
			continue;
		if (k < n && folds[k].from <= at)
			bare += is_quote_kind(folds[k].kind) ? s.n : 0;
		else
			shown += s.n;
	}
	/* a dozen words at least; below an announcement, more than its lines */
	return shown >= 160 || bare >= 240;
}
