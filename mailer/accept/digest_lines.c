/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every run of four words of the digest is in a table by its hash; all numbers are one
 * word, because "3 new of 9" is of 12 by now. The answer is read once: where four words in a row are in the table, the
 * longest of a few matches is followed as far as it goes.
 */
#include <ctype.h>

#include "mailer/accept/digest_lines.h"
#include "mailer/parse/mail.h"
#include "server/base/utf8.h"

#include "server/base/base.h"

#define RUN       4
#define PLACES    8            /* of equal runs that are tried */
#define NEAR      16           /* words behind the last match, where it is looked for first */
#define BARE_RUN  8            /* words in a row that make a line ours without a mark or a fold */
#define HTML_TEXT ((size_t)1 << 20)

struct words {
	uint64_t *v;
	uint32_t *line;
	size_t n, room;
	struct words *links;   /* addresses apart: programs write them out, or anew */
};

struct digest_ours {
	struct words w, links; /* links: sorted */
	int *item;
	uint32_t *head, *next; /* places + 1 of runs with one hash, in their order */
	size_t mask;
};

/* Marks, dashes, arrows, spaces of all kinds and what shapes letters are none. */
static bool is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return isalnum((int)cp);
	return cp >= 0xC0 && cp != 0xD7 && cp != 0xF7 && (cp < 0x2000 || cp > 0x2BFF) &&
	       (cp < 0x3000 || cp > 0x303F) && (cp < 0xFE00 || cp > 0xFE0F) && cp != 0xFEFF && cp != 0xFFFD;
}

static bool is_address(struct slice s)
{
	return memchr(s.p, '@', s.n) != NULL || slice_find(s, SLICE("://")) != NULL ||
	       slice_istarts(s, "mailto:");
}

static void words_room(struct arena *a, struct words *w, size_t more)
{
	struct words was = *w;

	if (w->n + more <= w->room)
		return;
	w->room = (w->n + more) * 2;
	w->v = ARENA_ARRAY(a, w->room, uint64_t);
	w->line = ARENA_ARRAY(a, w->room, uint32_t);
	if (was.n > 0) {
		memcpy(w->v, was.v, was.n * sizeof(*w->v));
		memcpy(w->line, was.line, was.n * sizeof(*w->line));
	}
}

static void word_put(struct words *w, uint64_t h, uint32_t line)
{
	if (w->n == w->room)
		return;
	w->line[w->n] = line;
	w->v[w->n++] = h;
}

static uint64_t link_hash(struct slice s)
{
	uint64_t h = 0xcbf29ce484222325U;

	if (slice_istarts(s, "mailto:"))
		s = slice_make(s.p + 7, s.n - 7);
	/* "...%3A%2F%2F...": made anew by what looks into links */
	if (slice_ifind(s, SLICE("%3A%2F%2F")) != NULL)
		return 1;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3U;
	return h;
}

/* The line without web and mail addresses. */
static void bare_line(struct str *o, struct slice s, uint32_t at, struct words *links)
{
	for (size_t i = 0; i < s.n; ) {
		bool angle = s.p[i] == '<';
		size_t from = i + angle;
		struct slice t;

		i = from;
		while (i < s.n && s.p[i] != '<' && (angle ? s.p[i] != '>' : s.p[i] > ' ' || s.p[i] < 0))
			i++;
		t = slice_make(s.p + from, i - from);
		if (is_address(t))
			word_put(links, link_hash(t), at);
		else
			str_adds(o, t);
		str_addc(o, ' ');
		if (i < s.n && s.p[i] != '<')
			i++;
	}
	str_addc(o, '\n');
}

static void words_add(struct arena *a, struct words *w, struct slice text)
{
	struct arena_mark mark;
	struct slice rest = text, line, z;
	uint32_t at = 0;
	struct str o;

	words_room(a, w, text.n / 2 + 1);
	words_room(a, w->links, text.n / 4 + 1);
	mark = arena_mark(a);
	str_init(&o, a, text.n * 2 + 64);
	for (uint32_t k = 0; slice_line(&rest, &line); k++)
		bare_line(&o, line, k, w->links);
	z = slice_of(utf8_fold(a, str_slice(&o)));
	for (size_t i = 0, k; i < z.n; ) {
		uint64_t h = 0xcbf29ce484222325U;
		size_t from = i;
		bool number = true;

		while (i < z.n && is_letter(utf8_next(slice_make(z.p + i, z.n - i), &k)))
			for (; k > 0; k--) {
				number &= isdigit((unsigned char)z.p[i]) != 0;
				h = (h ^ (unsigned char)z.p[i++]) * 0x100000001b3U;
			}
		if (i > from)
			word_put(w, number ? 0 : h, at);
		if (i < z.n) {
			at += z.p[i] == '\n';
			i += k;
		}
	}
	arena_rewind(a, mark);
}

static size_t run_slot(const struct digest_ours *o, const uint64_t *v)
{
	uint64_t h = 0;

	for (size_t i = 0; i < RUN; i++)
		h = (h ^ v[i]) * 0x9e3779b97f4a7c15U + (h >> 29);
	return (h ^ h >> 32) & o->mask;
}

/* Places of equal runs in their order, PLACES of them; a crowd of others is left out. */
static void run_add(struct digest_ours *o, size_t at)
{
	uint32_t *p = &o->head[run_slot(o, o->w.v + at)];
	size_t tries = 0, same = 0;

	for (; *p != 0 && tries < 64; p = &o->next[*p - 1], tries++)
		same += memcmp(o->w.v + *p - 1, o->w.v + at, RUN * sizeof(*o->w.v)) == 0;
	if (*p == 0 && same < PLACES)
		*p = (uint32_t)at + 1;
}

static int by_hash(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return *a < *b ? -1 : *a > *b;
}

static bool link_known(const struct digest_ours *o, uint64_t h)
{
	return h == 1 || (o->links.n > 0 && bsearch(&h, o->links.v, o->links.n, sizeof(h), by_hash) != NULL);
}

struct span {
	size_t from, to;
	int item;
};

static int by_place(const void *x, const void *y)
{
	const struct span *a = x, *b = y;

	return a->from < b->from ? -1 : a->from > b->from;
}

/* Where each item stands in the whole, in that order; how many. */
static size_t spans_find(struct arena *a, struct slice whole, const struct digest_drawn *drawn, size_t n,
			 bool html, struct span **r)
{
	size_t got = 0;

	*r = ARENA_ARRAY(a, n + 1, struct span);
	for (size_t i = 0; i < n; i++) {
		struct slice s = html ? drawn[i].html : drawn[i].text;
		const char *p = s.n > 0 ? slice_find(whole, s) : NULL;

		if (p != NULL)
			(*r)[got++] = (struct span){ (size_t)(p - whole.p), (size_t)(p - whole.p) + s.n, (int)i };
	}
	qsort(*r, got, sizeof(**r), by_place);
	return got;
}

struct pieces {
	struct arena *a;
	struct words *w;
	size_t *end, n;
	int *item;
	bool html;
};

static void piece_add(struct pieces *p, struct slice s, int item)
{
	size_t n;

	if (p->html) {
		char *t = html_to_text(p->a, s, HTML_TEXT, &n);

		s = slice_make(t, n);
	}
	words_add(p->a, p->w, s);
	p->end[p->n] = p->w->n;
	p->item[p->n++] = item;
}

/* One part of the mail, item by item, with what stands around them. */
static void part_add(struct pieces *p, struct slice whole, const struct digest_drawn *drawn, size_t n)
{
	struct span *s;
	size_t at = 0, got = spans_find(p->a, whole, drawn, n, p->html, &s);

	for (size_t i = 0; i < got; i++) {
		if (s[i].from < at)
			continue;
		piece_add(p, slice_make(whole.p + at, s[i].from - at), DIGEST_FRAME);
		piece_add(p, slice_make(whole.p + s[i].from, s[i].to - s[i].from), s[i].item);
		at = s[i].to;
	}
	piece_add(p, slice_make(whole.p + at, whole.n - at), DIGEST_FRAME);
}

/* As it was sent: who answered since is not counted. */
static struct digest_item *items_then(struct arena *a, const struct digest *d)
{
	struct digest_item *it = ARENA_ARRAY(a, d->nitems, struct digest_item);

	for (size_t i = 0; i < d->nitems; i++) {
		it[i] = d->items[i];
		if (it[i].opened)
			it[i].posts = it[i].new_posts;
	}
	return it;
}

struct digest_ours *digest_ours(struct arena *a, const struct digest *today)
{
	struct digest then = *today;
	const struct digest *d = &then;
	struct digest_ours *o = ARENA_NEW(a, struct digest_ours);
	const struct digest_drawn *drawn;
	struct pieces p = { .a = a, .w = &o->w };
	size_t size = 16;

	then.items = items_then(a, today);
	o->w.links = &o->links;
	drawn = digest_drawn(a, d);
	p.end = ARENA_ARRAY(a, d->nitems * 4 + 2, size_t);
	p.item = ARENA_ARRAY(a, d->nitems * 4 + 2, int);
	part_add(&p, digest_text(a, d), drawn, d->nitems);
	p.html = true;
	part_add(&p, digest_html(a, d), drawn, d->nitems);
	if (o->links.n > 0)
		qsort(o->links.v, o->links.n, sizeof(*o->links.v), by_hash);
	while (size < o->w.n * 2)
		size *= 2;
	o->mask = size - 1;
	o->head = ARENA_ARRAY(a, size, uint32_t);
	o->next = ARENA_ARRAY(a, o->w.n + 1, uint32_t);
	o->item = ARENA_ARRAY(a, o->w.n + 1, int);
	for (size_t k = 0, i = 0; i < o->w.n; i++) {
		while (p.end[k] <= i)
			k++;
		o->item[i] = p.item[k];
	}
	for (size_t i = 0; i + RUN <= o->w.n; i++)
		run_add(o, i);
	return o;
}

static size_t length(const struct digest_ours *o, const struct words *w, size_t i, size_t at)
{
	size_t n = 0;

	while (i + n < w->n && at + n < o->w.n && w->v[i + n] == o->w.v[at + n])
		n++;
	return n;
}

/* The match of the words from i on: the longest, but rather one right behind the last. */
static size_t longest(const struct digest_ours *o, const struct words *w, size_t i, size_t after, size_t *at_r)
{
	size_t best = 0, n;

	if (i + RUN > w->n || o->w.n < RUN)
		return 0;
	for (uint32_t p = o->head[run_slot(o, w->v + i)]; p != 0; p = o->next[p - 1])
		if ((n = length(o, w, i, p - 1)) >= RUN && n > best) {
			best = n;
			*at_r = p - 1;
		}
	for (size_t at = after; after > 0 && at < after + NEAR && at + RUN <= o->w.n; at++)
		if ((n = length(o, w, i, at)) >= RUN && n * 2 >= best) {
			*at_r = at;
			return n;
		}
	return best;
}

/* A whole line that goes on where the last match ended, however short. */
static size_t goes_on(const struct digest_ours *o, const struct words *w, size_t i, size_t after)
{
	size_t n = 0;

	if (after == 0 || (i > 0 && w->line[i - 1] == w->line[i]))
		return 0;
	while (i + n < w->n && w->line[i + n] == w->line[i]) {
		if (after + n >= o->w.n || o->w.v[after + n] != w->v[i + n])
			return 0;
		n++;
	}
	return n;
}

struct found {
	size_t matched, run, links, theirs; /* theirs: links that are not the digest's */
};

static void match(const struct digest_ours *o, const struct words *w, struct digest_line *l, struct found *f)
{
	size_t after = 0, run = 0;

	for (size_t i = 0; i < w->n; ) {
		size_t at = 0, n = longest(o, w, i, after, &at);

		run = n > 0 && at != after ? 0 : run;
		if (n == 0 && (n = goes_on(o, w, i, after)) > 0)
			at = after;
		for (size_t k = i; k < i + n; k++) {
			struct digest_line *x = &l[w->line[k]];

			x->last = at + k - i;
			if (f[w->line[k]].matched++ == 0)
				x->first = x->last;
			if (f[w->line[k]].run < run + n)
				f[w->line[k]].run = run + n;
			x->item = o->item[x->last];
		}
		run += n;
		after = n > 0 ? at + n : after;
		i += n > 0 ? n : 1;
	}
}

static bool is_quote(const struct fold_range *f)
{
	return f->kind == FOLD_KIND_QUOTE || f->kind == FOLD_KIND_OTHER || f->kind == FOLD_KIND_FORWARD;
}

size_t digest_lines(struct arena *a, struct slice text, const struct fold_range *folds, size_t n,
		    const struct digest_ours *o, struct digest_line **r)
{
	struct slice rest = text, s;
	struct words links = { .n = 0 }, w = { .links = &links };
	struct digest_line *l;
	struct found *f;
	size_t lines = 1, k = 0, count = 0;

	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	*r = l = ARENA_ARRAY(a, lines + 1, struct digest_line);
	f = ARENA_ARRAY(a, lines + 1, struct found);
	for (size_t at = 0; slice_line(&rest, &s); at = (size_t)(rest.p - text.p), count++) {
		struct slice t = slice_trim(s);
		bool in;

		while (k < n && folds[k].to <= at)
			k++;
		in = k < n && folds[k].from <= at;
		l[count] = (struct digest_line){ .s = s, .marked = t.n > 0 && t.p[0] == '>',
						 .fold = in && is_quote(&folds[k]),
						 .aside = in && !is_quote(&folds[k]),
						 .item = DIGEST_NOWHERE };
	}
	words_add(a, &w, text);
	for (size_t i = 0; i < w.n; i++)
		l[w.line[i]].words++;
	for (size_t i = 0; i < links.n; i++) {
		f[links.line[i]].links++;
		f[links.line[i]].theirs += !link_known(o, links.v[i]);
	}
	match(o, &w, l, f);
	for (size_t i = 0; i < count; i++) {
		l[i].known = l[i].words > 0 && f[i].matched * 5 >= l[i].words * 4 &&
			     (l[i].marked || l[i].fold || f[i].run >= BARE_RUN);
		if (!l[i].known)
			l[i].item = DIGEST_NOWHERE;
		l[i].link = l[i].words == 0 && f[i].links > 0 && f[i].theirs == 0;
		l[i].words += f[i].theirs;
	}
	return count;
}
