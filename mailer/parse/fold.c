/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which lines of a text are shown folded. Nothing is taken away, never the
 * whole text, and nothing on one sign alone but what bears quote marks:
 *
 *	the end     footer of a list, legal notice, line of a telephone,
 *	            signature after its mark, the last quoted block with the
 *	            line that announces it; again until none of them ends there
 *	below a cut everything from a line that programs write above what they
 *	            quote without marks: Outlook's header lines, "Mensaje
 *	            original", an attribution with address or hour
 *	the top     one quoted block above everything that was said
 *
 * Quotes between what somebody wrote stay: they are the questions to its
 * answers. What was forwarded without a word stays too, for it is the text.
 */
#include "mailer/parse/fold.h"
#include "server/base/base.h"

#define LINES_MAX   ((size_t)200000) /* no person's mail has more */
#define LOW_BYTES   600
#define JOIN_BYTES  4000
#define ROUNDS      24
#define FOLDS       (ROUNDS + 4)
#define QUOTE_LEAST 3   /* quoted lines above an answer that need no announcement to fold */

struct plan {
	struct mail_fold *f;
	size_t n;
	struct fold_text t;
	struct slice text;
};

const char *fold_low(struct fold_text *t, size_t i)
{
	struct fold_line *l = &t->v[i];

	if (!l->low) {
		struct arena_mark mark = arena_mark(t->tmp);

		l->low = arena_strdup(t->a, utf8_fold(t->tmp, utf8_clip(slice_trim(l->s),
									LOW_BYTES)));
		arena_rewind(t->tmp, mark);
	}
	return l->low;
}

const char *fold_low_joined(struct fold_text *t, size_t from, size_t to)
{
	struct str s;

	arena_rewind(t->tmp, t->tmp_start);
	str_init(&s, t->tmp, JOIN_BYTES * 2);
	for (size_t i = from; i < to && s.n < JOIN_BYTES; i++) {
		if (s.n > 0)
			str_addc(&s, ' ');
		str_adds(&s, utf8_clip(slice_trim(t->v[i].s), JOIN_BYTES - 1));
	}
	return utf8_fold(t->tmp, str_slice(&s));
}

bool fold_is_rule(struct slice s, size_t min)
{
	size_t marks = 0;
	char seen[2] = { 0, 0 };

	s = slice_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ' ')
			continue;
		if (!strchr("-_=*~#+.", s.p[i]))
			return false;
		if (!seen[0] || seen[0] == s.p[i])
			seen[0] = s.p[i];
		else if (!seen[1] || seen[1] == s.p[i])
			seen[1] = s.p[i];
		else
			return false;
		marks++;
	}
	return marks >= min;
}

static bool is_blank_line(struct slice l)
{
	for (size_t i = 0; i < l.n; i++) {
		/* no-break and zero-width spaces are all that programs leave */
		if (l.n - i >= 2 && memcmp(l.p + i, "\u00a0", 2) == 0)
			i++;
		else if (l.n - i >= 3 && (memcmp(l.p + i, "\u200b", 3) == 0 ||
					  memcmp(l.p + i, "\ufeff", 3) == 0))
			i += 2;
		else if (l.p[i] != ' ' && l.p[i] != '\t' && l.p[i] != '\r')
			return false;
	}
	return true;
}

/* "<ana@x.example", and on the next line ">:" or "> escribió:": the end of a
 * wrapped address is no quote. */
static bool is_address_end(struct slice before, struct slice l)
{
	const char *open = memrchr(before.p, '<', before.n);

	l = slice_trim(l);
	return l.n > 0 && l.n <= 24 && l.p[l.n - 1] == ':' && open &&
	       !memchr(open, '>', (size_t)(before.p + before.n - open));
}

/*
 * What a program wrapped out of the quoted line above it, its marks lost: the
 * line was full, the rest is short and goes on, the quote as well. A word that
 * fits into no line stands alone. slack: how much narrower the lines may be.
 */
static bool is_wrapped(const struct fold_text *t, size_t i, size_t slack, bool often)
{
	struct slice above = t->v[i - 1].s, l = t->v[i].s, word, rest = l;
	size_t width, first;

	if (l.n > 300 || l.n == 0 || above.n > 400 || strchr(" \t-*", l.p[0]))
		return false;
	/* an answer begins large or ends as a sentence */
	if (l.p[0] >= 'A' && l.p[0] <= 'Z' && (!often || strchr(".!?", l.p[l.n - 1])))
		return false;
	width = utf8_width(above);
	slice_cut(&rest, ' ', &word);
	first = utf8_width(word);
	if (rest.n == 0 && first > 40)
		return width + first > 72 - slack;
	return width >= 64 - slack && width <= 100 && utf8_width(l) <= 40 &&
	       width + 1 + first > 72 - slack;
}

/* Where it happens more than once, it was no person. */
static void wrapped_mark(struct fold_text *t)
{
	int seen = 0;

	for (int pass = 0; pass < 2 && (pass == 0 || seen > 1); pass++) {
		for (size_t i = 1; i + 1 < t->n; i++) {
			if (t->v[i].blank || t->v[i].quoted || !t->v[i - 1].quoted ||
			    !t->v[i + 1].quoted || !is_wrapped(t, i, pass == 0 ? 0 : 10, seen > 3))
				continue;
			seen += pass == 0;
			if (pass == 1)
				t->v[i].quoted = true;
		}
	}
}

static bool split(struct fold_text *t, struct slice text)
{
	struct slice rest = text, line;
	size_t n = 1;

	for (const char *p = text.p, *e = p + text.n; p < e && (p = memchr(p, '\n', (size_t)(e - p)));
	     p++)
		n++;
	if (n > LINES_MAX)
		return false;
	t->v = ARENA_ARRAY(t->a, n + 1, struct fold_line);
	while (slice_line(&rest, &line)) {
		struct fold_line *l = &t->v[t->n++];

		l->s = line;
		l->blank = is_blank_line(line);
		l->quoted = (line.n > 0 && line.p[0] == '>') ||
			    (line.n > 1 && line.p[0] == ' ' && line.p[1] == '>');
		if (l->quoted && t->n > 1 && !l[-1].quoted && is_address_end(l[-1].s, line))
			l->quoted = false;
	}
	wrapped_mark(t);
	return true;
}

static size_t up_blank(const struct fold_text *t, size_t end)
{
	while (end > 0 && t->v[end - 1].blank)
		end--;
	return end;
}

static size_t down_blank(const struct fold_text *t, size_t i, size_t end)
{
	while (i < end && t->v[i].blank)
		i++;
	return i;
}

static void fold_add(struct plan *p, size_t from, size_t to, enum fold_kind kind)
{
	const struct fold_text *t = &p->t;

	p->f[p->n++] = (struct mail_fold){
		(size_t)(t->v[from].s.p - p->text.p),
		to < t->n ? (size_t)(t->v[to].s.p - p->text.p) : p->text.n, kind
	};
}

/* Rules and markers that stand right above line i belong to what it begins. */
static size_t with_rule(struct fold_text *t, size_t i, size_t floor, enum marker *m_r)
{
	for (size_t k = 0; k < 2 && i > floor; k++) {
		size_t e = up_blank(t, i);
		enum marker m;

		if (e <= floor || i - e > 2)
			break;
		m = fold_marker(t->v[e - 1].s, fold_low(t, e - 1));
		if (m != MARKER_NONE)
			*m_r = m;
		else if (!fold_is_rule(t->v[e - 1].s, 5))
			break;
		i = e - 1;
	}
	return i;
}

/* The first line of what announces the quote that begins at line `top`, else top. */
static size_t announced(struct fold_text *t, size_t top, size_t floor)
{
	size_t e = top, from;
	enum marker m = MARKER_NONE;
	bool strong;

	while (e > floor && top - e < 5 && t->v[e - 1].blank)
		e--;
	if (e == floor)
		return top;
	from = fold_attribution(t, e - 1, floor, &strong);
	if (from < e)
		return from;
	if (top - e > 2)
		return top;
	/* header lines: the block is short, and ends right there */
	for (size_t i = e; i-- > floor && e - i <= 10 && !t->v[i].quoted; )
		if (fold_headers(t, i, false) == e)
			return with_rule(t, i, floor, &m);
	if (fold_marker(t->v[e - 1].s, fold_low(t, e - 1)) != MARKER_NONE)
		return e - 1;
	return top;
}

static bool is_bar(const struct fold_line *l)
{
	return l->s.n > 0 && l->s.p[0] == '|';
}

/* Where the quoted block that ends at `end` begins, its announcement included;
 * end where there is none. */
static size_t quote_start(struct fold_text *t, size_t end)
{
	size_t i = end, top = end, from;

	if (end > 0 && is_bar(&t->v[end - 1])) {
		/* "| " is a table as often: it needs who wrote it */
		while (i > 0 && (is_bar(&t->v[i - 1]) || t->v[i - 1].blank))
			i--;
		top = down_blank(t, i, end);
		from = announced(t, top, 0);
		return from < top ? from : end;
	}
	while (i > 0 && (t->v[i - 1].quoted || t->v[i - 1].blank)) {
		i--;
		if (t->v[i].quoted)
			top = i;
	}
	return top == end ? end : announced(t, top, 0);
}

/* The line behind an announcement whose last known line is before i: a stamp
 * ("2016-03-03 17:21 GMT+01:00 Ana <") goes on until its colon. */
static size_t goes_on_to(struct fold_text *t, size_t i, size_t end)
{
	for (size_t k = i; k < end && k < i + 2 && !t->v[k].blank && !t->v[k].quoted; k++)
		if (slice_ends(slice_of(fold_low(t, k)), ":"))
			return k + 1;
	return i;
}

/*
 * The first line of what a program put below the text without quote marks:
 * everything from there on is a mail that was here before. Above it there
 * must be words of the author. end where there is none.
 */
static size_t cut_find(struct fold_text *t, size_t end, enum fold_kind *kind_r)
{
	bool own = false, strong;

	for (size_t i = 0; i < end; i++) {
		enum marker m = MARKER_NONE;
		size_t from = end, next = i;

		if (t->v[i].blank || t->v[i].quoted || t->v[i].s.n > 1000)
			goto more;
		m = fold_marker(t->v[i].s, fold_low(t, i));
		if (m != MARKER_NONE) {
			from = i;
			next = fold_headers(t, down_blank(t, i + 1, end) < end ?
						    down_blank(t, i + 1, end) : i, true);
			if (next <= i)
				next = i + 1;
		} else if ((next = fold_headers(t, i, false)) > i) {
			from = with_rule(t, i, 0, &m);
		} else if (fold_attribution(t, i, 0, &strong) <= i && strong) {
			from = fold_attribution(t, i, 0, &strong);
			next = i + 1;
			if (!slice_ends(slice_of(fold_low(t, i)), ":"))
				next = goes_on_to(t, next, end);
		}
		if (from < end && own && up_blank(t, from) > 0) {
			next = down_blank(t, next, end);
			/* a quote with marks ends where its marks end */
			if (next < end && t->v[next].quoted)
				goto more;
			if (next < end || m != MARKER_NONE) {
				*kind_r = m == MARKER_FORWARD ? FOLD_FORWARD : FOLD_QUOTE;
				return from;
			}
		}
more:
		/* an announcement is nobody's word, none of its lines */
		own |= !t->v[i].blank && !t->v[i].quoted && from == end;
		if (from < end && !own && next > i + 1)
			i = next - 1;
	}
	return end;
}

/* What ends at line `end` and its kind; end where it is the author's text. */
static size_t tail_find(struct fold_text *t, size_t end, bool below, enum fold_kind *kind_r)
{
	size_t from;

	*kind_r = FOLD_FOOTER;
	if ((from = fold_list_footer(t, end, 0)) < end)
		return from;
	*kind_r = FOLD_SIGNATURE;
	if ((from = fold_mobile(t, end, 0)) < end)
		return from;
	*kind_r = FOLD_LEGAL;
	if ((from = fold_legal(t, end, 0)) < end)
		return from;
	*kind_r = FOLD_SIGNATURE;
	if ((from = fold_signature(t, end, 0)) < end)
		return from;
	if (below && (from = fold_dash_name(t, end, 0)) < end)
		return from;
	*kind_r = FOLD_QUOTE;
	return quote_start(t, end);
}

/* One quoted block above all that was said: its end, else 0. */
static size_t leading_quote(struct fold_text *t, size_t end, size_t *from_r)
{
	size_t first = down_blank(t, 0, end), q = first, last, lines = 0;
	bool said = false, strong;

	for (size_t k = first; k < end && k < first + 4 && !t->v[k].blank; k++)
		if (fold_attribution(t, k, first, &strong) == first)
			q = k + 1;
	if (q == first && first < end)
		q = fold_headers(t, first, false);
	said = q > first;
	q = last = down_blank(t, q, end);
	for (; q < end && (t->v[q].quoted || t->v[q].blank); q++)
		if (t->v[q].quoted) {
			last = q + 1;
			lines++;
		}
	if (lines == 0 || (!said && lines < QUOTE_LEAST) || q == end)
		return 0;
	/* more quotes further down: question and answer stay together */
	for (; q < end; q++)
		if (t->v[q].quoted)
			return 0;
	*from_r = first;
	return last;
}

static void plan_make(struct plan *p)
{
	struct fold_text *t = &p->t;
	size_t end = up_blank(t, t->n), cut, from;
	enum fold_kind kind;

	/* a list's footer stands below everything, whoever quoted what */
	while (p->n < 2 && (from = fold_list_footer(t, end, 0)) < end && up_blank(t, from) > 0) {
		fold_add(p, from, end, FOLD_FOOTER);
		end = up_blank(t, from);
	}
	cut = cut_find(t, end, &kind);
	if (cut < end) {
		fold_add(p, cut, end, kind);
		end = up_blank(t, cut);
	}
	while (p->n < ROUNDS && (from = tail_find(t, end, p->n > 0, &kind)) < end) {
		if (up_blank(t, from) == 0)
			break;
		fold_add(p, from, end, kind);
		end = up_blank(t, from);
	}
	if ((cut = leading_quote(t, end, &from)) > 0)
		fold_add(p, from, cut, FOLD_QUOTE);
}

size_t fold_find(struct arena *a, struct slice text, struct mail_fold **folds_r)
{
	/* of each line its own form, aligned; of no more than LINES_MAX lines */
	struct arena *own = arena_new(text.n * 4 + LINES_MAX * (sizeof(struct fold_line) + 64));
	struct arena *tmp = arena_new((size_t)1 << 20);
	struct plan p = { .text = text, .t = { .a = own, .tmp = tmp,
					       .tmp_start = arena_mark(tmp) } };

	*folds_r = p.f = ARENA_ARRAY(a, FOLDS, struct mail_fold);
	if (text.n > 0 && split(&p.t, text))
		plan_make(&p);
	for (size_t i = 0; i < p.n / 2; i++) {
		struct mail_fold x = p.f[i];

		p.f[i] = p.f[p.n - 1 - i];
		p.f[p.n - 1 - i] = x;
	}
	arena_free(&tmp);
	arena_free(&own);
	return p.n;
}
