/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain text of a mail as markup: paragraphs, line breaks, quotes, folds
 * and preformatted parts, one pass over the lines. Everything a person wrote
 * stays in the page; only its look is decided here. Holds no word of any
 * language (see the slots in html.h).
 */
#include "server/text/html.h"
#include "server/text/inline.h"

#include "server/base/base.h"

#define DEPTH_MAX 5
#define CLOSERS ((size_t)256)   /* room kept for what must be closed at the end */

enum block { B_NONE, B_P, B_PRE, B_DIFF };

struct plain {
	struct out o;
	struct str s;
	struct slice text;
	const struct fold_range *folds;
	size_t nfolds, next;      /* the first fold that is not over yet */
	bool in_fold, full;
	size_t cap;               /* s.cap is CLOSERS less */
	int depth;
	enum block block;
	size_t width;             /* of the line before, in a paragraph */
	bool unfinished;          /* it ends within a sentence */
	size_t blanks;            /* empty lines of a preformatted block, not yet written */
};

struct line {
	struct slice s;           /* without quote marks */
	int depth;
};

/* A tag, whole or not at all. */
static void tag(struct plain *p, const char *z)
{
	size_t n = p->s.n;

	if (p->full)
		return;
	str_addz(&p->s, z);
	if (p->s.over) {
		str_cut(&p->s, n);
		p->s.over = false;
		p->full = true;
	}
}

/* Never fails: CLOSERS bytes were kept for everything that can be open. */
static void tag_end(struct plain *p, const char *z)
{
	size_t soft = p->s.cap;

	p->s.cap = p->cap;
	str_addz(&p->s, z);
	p->s.cap = soft;
}

static void block_end(struct plain *p)
{
	if (p->block == B_P)
		tag_end(p, "</p>\n");
	else if (p->block != B_NONE)
		tag_end(p, "</pre>\n");
	p->block = B_NONE;
	p->blanks = 0;
}

/* The block ends first. */
static void depth_set(struct plain *p, int depth)
{
	if (depth == p->depth)
		return;
	block_end(p);
	for (; p->depth > depth; p->depth--)
		tag_end(p, "</blockquote>\n");
	for (; p->depth < depth && !p->full; p->depth += !p->full)
		tag(p, "<blockquote>");
}

static bool is_blank(struct slice s)
{
	return slice_trim(s).n == 0;
}

/* "> > x" and ">>x"; marks beyond the deepest level stay in the text. */
static struct line line_parse(struct slice s)
{
	struct line l = { s, 0 };
	size_t i = 0;

	while (i < s.n && s.p[i] == '>' && l.depth < DEPTH_MAX) {
		l.depth++;
		i++;
		if (i < s.n && s.p[i] == ' ')
			i++;
	}
	l.s = slice_make(s.p + i, s.n - i);
	return l;
}

static bool is_indented(struct slice s)
{
	return (slice_starts(s, "    ") || slice_starts(s, "\t")) && !is_blank(s);
}

static bool in_diff(struct slice s)
{
	static const char *const heads[] = {
		"diff ", "index ", "Index: ", "new file mode", "deleted file mode", "similarity ",
		"rename ", "old mode", "new mode", "copy ", "Binary files ", "====",
	};

	if (s.n == 0 || slice_eqz(s, "-- ") || slice_eqz(s, "--"))
		return false;
	if (memchr(" +-@\\", s.p[0], 5) != NULL)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (slice_starts(s, heads[i]))
			return true;
	return false;
}

/* What block a line opens; rest: the lines behind it, of which two are read. */
static enum block block_kind(struct line l, struct slice rest)
{
	struct slice next;
	struct line ahead;

	if (slice_starts(l.s, "diff --git ") || slice_starts(l.s, "@@ -"))
		return B_DIFF;
	if (slice_starts(l.s, "--- ") && slice_line(&rest, &next)) {
		ahead = line_parse(next);
		return ahead.depth == l.depth && slice_starts(ahead.s, "+++ ") ? B_DIFF : B_P;
	}
	if (!is_indented(l.s))
		return B_P;
	for (int i = 0; i < 2; i++) {
		if (!slice_line(&rest, &next))
			return B_P;
		ahead = line_parse(next);
		if (ahead.depth != l.depth || !is_indented(ahead.s))
			return B_P;
	}
	return B_PRE;
}

static bool block_goes_on(const struct plain *p, struct line l)
{
	switch (p->block) {
	case B_NONE:
		return false;
	case B_P:
		return !is_indented(l.s) && !slice_starts(l.s, "diff --git ") &&
		       !slice_starts(l.s, "@@ -") && !slice_starts(l.s, "--- ");
	case B_PRE:
		return is_indented(l.s);
	case B_DIFF:
		return in_diff(l.s);
	}
	return false;
}

/* A letter or a comma: the sentence goes on. */
static bool ends_open(struct slice s)
{
	unsigned char c = s.n ? (unsigned char)s.p[s.n - 1] : '\0';

	return c == ',' || (c | 0x20) - 'a' < 26U || c >= 0x80;
}

/* á to ÿ are 0xC3 and 0xA0 to 0xBF. */
static bool begins_small(struct slice s)
{
	unsigned char c = s.n ? (unsigned char)s.p[0] : '\0';

	return c - 'a' < 26U || (c == 0xC3 && s.n > 1 && (unsigned char)s.p[1] >= 0xA0);
}

/*
 * Mail programs break lines at some 72 columns, and people who were taught to
 * do it by hand somewhere before. Where the line before could not have held
 * the next word, or is long and its sentence goes on in small letters, the
 * break is of the width and the page makes its own; what begins like an item
 * of a list keeps its line.
 */
static bool is_wrapped(const struct plain *p, struct slice next)
{
	struct slice word, rest = slice_trim(next);

	if (p->width < 50 || p->width > 80 || rest.n == 0 || strchr("-*+>|#0123456789", rest.p[0]))
		return false;
	if (p->unfinished && begins_small(rest))
		return true;
	slice_cut(&rest, ' ', &word);
	return p->width >= 55 && p->width + 1 + utf8_width(utf8_clip(word, 80)) > 72;
}

static void line_write(struct plain *p, struct line l, struct slice rest)
{
	depth_set(p, l.depth);
	if (is_blank(l.s)) {
		if (p->block == B_PRE || p->block == B_DIFF)
			p->blanks++;
		else
			block_end(p);
		return;
	}
	if (block_goes_on(p, l)) {
		for (; p->blanks > 0; p->blanks--)
			tag(p, "\n");
		tag(p, p->block == B_P && !is_wrapped(p, l.s) ? "<br>\n" : "\n");
	} else {
		enum block kind = block_kind(l, rest);

		if (kind == B_P && p->block == B_P) {
			tag(p, "<br>\n");
		} else {
			block_end(p);
			/* HTML drops one newline behind <pre>: what is written is kept */
			tag(p, kind == B_P ? "<p>" : "<pre>");
			if (!p->full)
				p->block = kind;
		}
	}
	p->width = utf8_width(utf8_clip(l.s, 400));
	p->unfinished = ends_open(slice_trim(l.s));
	if (!p->full && !inline_text(&p->o, p->block == B_P ? slice_trim(l.s) : l.s, INLINE_LINKS))
		p->full = true;
}

static void fold_end(struct plain *p)
{
	depth_set(p, 0);
	block_end(p);
	if (p->in_fold)
		tag_end(p, "</div></details>\n");
	p->in_fold = false;
}

static size_t count_lines(struct slice s)
{
	size_t n = s.n > 0 && s.p[s.n - 1] != '\n';

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void fold_begin(struct plain *p, const struct fold_range *f)
{
	size_t to = f->to < p->text.n ? f->to : p->text.n, before = p->s.n;

	depth_set(p, 0);
	block_end(p);
	before = p->s.n;
	str_addz(&p->s, "<details class=\"fold\"><summary>");
	str_fmt(&p->s, "\001F%zu,%d\002", count_lines(slice_make(p->text.p + f->from, to - f->from)),
		f->kind);
	str_addz(&p->s, "</summary><div>");
	if (p->s.over) {
		str_cut(&p->s, before);
		p->s.over = false;
		p->full = true;
	} else {
		p->in_fold = true;
	}
}

/* A line belongs to the fold its first byte is in. */
static void fold_step(struct plain *p, size_t at)
{
	const struct fold_range *f;

	while (p->next < p->nfolds && p->folds[p->next].to <= at) {
		if (p->in_fold)
			fold_end(p);
		p->next++;
	}
	if (p->next == p->nfolds || p->in_fold)
		return;
	f = &p->folds[p->next];
	if (f->from <= at)
		fold_begin(p, f);
}

struct html plain_render(struct arena *a, struct slice text, const struct fold_range *folds,
			 size_t nfolds, size_t cap)
{
	struct plain p = { .text = text, .folds = folds, .nfolds = nfolds, .cap = cap };
	struct slice rest = text, line;

	str_init(&p.s, a, cap > CLOSERS ? cap - CLOSERS : 0);
	p.o.s = &p.s;
	while (!p.full && rest.n > 0) {
		fold_step(&p, text.n - rest.n);
		slice_line(&rest, &line);
		if (!p.full)
			line_write(&p, line_parse(line), rest);
	}
	fold_end(&p);
	return (struct html){ str_z(&p.s), p.s.n };
}

/* One line of an excerpt: words with one space between, addresses cut at the @. */
static void excerpt_line(struct str *s, struct slice line)
{
	bool space = s->n > 0;

	for (size_t done = 0, at, n; done < line.n;) {
		struct slice part = slice_make(line.p + done, line.n - done);
		const char *sign = NULL;

		if (inline_addr_find(line, done, &at, &n)) {
			sign = memchr(line.p + at, '@', n);
			part.n = (size_t)(sign - part.p) + 1;
			done = at + n;
		} else {
			done = line.n;
		}
		for (size_t i = 0; i < part.n; i++) {
			unsigned char c = (unsigned char)part.p[i];

			if (c <= 0x20 || c == 0x7f) {
				space = s->n > 0;
				continue;
			}
			if (space)
				str_addc(s, ' ');
			space = false;
			str_addc(s, (char)c);
		}
		if (sign != NULL)
			str_addz(s, "\xe2\x80\xa6");
	}
}

static void excerpt_gather(struct str *s, struct slice text, const struct fold_range *folds,
			   size_t nfolds, bool all)
{
	struct slice rest = text, line;
	size_t next = 0;

	while (rest.n > 0 && !s->over) {
		size_t at = text.n - rest.n;

		slice_line(&rest, &line);
		while (next < nfolds && folds[next].to <= at)
			next++;
		if (!all && next < nfolds && folds[next].from <= at)
			continue;
		if (!all && line.n > 0 && line.p[0] == '>')
			continue;
		excerpt_line(s, slice_trim(line_parse(line).s));
	}
}

/* The end of the longest beginning that is at most width columns wide. */
static size_t clip_width(struct slice t, size_t width)
{
	size_t used = 0, i = 0, n;

	while (i < t.n) {
		utf8_next(slice_make(t.p + i, t.n - i), &n);
		used += utf8_width(slice_make(t.p + i, n));
		if (used > width)
			return i;
		i += n;
	}
	return i;
}

char *text_excerpt(struct arena *a, struct slice text, const struct fold_range *folds,
		   size_t nfolds, size_t chars)
{
	struct str s;
	size_t n, word;

	/* marks take no column: so many bytes and the rest is not looked at */
	str_init(&s, a, chars * 8 + 64);
	excerpt_gather(&s, text, folds, nfolds, false);
	if (s.n == 0)
		excerpt_gather(&s, text, folds, nfolds, true);
	if (!s.over && clip_width(str_slice(&s), chars) == s.n)
		return arena_strdup(a, str_z(&s));
	n = clip_width(str_slice(&s), chars > 0 ? chars - 1 : 0);
	/* at a space, where one is near */
	for (word = n; word > n / 2 && s.p[word] != ' '; word--)
		;
	if (word > n / 2)
		n = word;
	str_cut(&s, n);
	return arena_fmt(a, "%s%s", str_z(&s), chars > 0 ? "\xe2\x80\xa6" : "");
}
