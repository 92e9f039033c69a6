/* SPDX-License-Identifier: Apache-2.0 */
/* See digest_parts.h. */
#include <ctype.h>

#include "mailer/accept/command.h"
#include "mailer/accept/digest_lines.h"
#include "mailer/accept/digest_parts.h"
#include "server/base/utf8.h"

#include "server/base/base.h"

#define TEXT_CAP  ((size_t)1 << 20)
#define QUOTE_CAP ((size_t)128 << 10)
#define WORD_MAX  40 /* bytes before a number that may be words for it */
#define PIECES    64 /* of what somebody wrote between the lines */
#define GREETING  20 /* words above or below that may go along with an answer between the lines */
#define HEAD_LINES 8 /* that announce a quotation */
#define GAP       3  /* words of ours that may be lost around an answer */

/* What stands before a number, in lower case without accents. */
static bool names_item(const char *word)
{
	static const char *const words[] = {
		"#",     "n.o", "n.º", "no", "no.",  "nº",  "n°", "num", "num.", "numero", "hilo", "tema",
		"thread", "item", "topico", "fil", "sujet", "discussione", "discussao"
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* "3", "3:", "3 - text", and not "3.5", "3a", "3rd". */
static int64_t number(struct slice s, struct slice *rest_r)
{
	size_t i = 0;
	int64_t n = 0;

	while (i < s.n && i < 3 && isdigit((unsigned char)s.p[i]))
		n = n * 10 + (s.p[i++] - '0');
	if (i == 0 || n == 0)
		return 0;
	if (i < s.n && (isalnum((unsigned char)s.p[i]) || (s.p[i] & 0x80)) &&
	    !slice_starts(slice_make(s.p + i, s.n - i), "\xE2\x80") &&
	    !slice_starts(slice_make(s.p + i, s.n - i), "\xC2\xA0"))
		return 0;
	if (i + 1 < s.n && strchr(".,", s.p[i]) && isdigit((unsigned char)s.p[i + 1]))
		return 0;
	while (i < s.n && strchr(" \t:.,;)-", s.p[i]))
		i++;
	*rest_r = slice_trim(slice_make(s.p + i, s.n - i));
	return n;
}

/* "silenciar #3": the command, with nothing after the number. */
static int64_t command_number(struct arena *a, struct slice line, struct slice *rest_r)
{
	const char *hash = memchr(line.p, '#', line.n < WORD_MAX ? line.n : WORD_MAX);
	struct command_ask ask;
	struct slice word, rest;
	unsigned langs;
	int64_t n;

	if (hash == NULL || hash == line.p)
		return 0;
	word = slice_trim(slice_make(line.p, (size_t)(hash - line.p)));
	n = number(slice_make(hash + 1, line.n - (size_t)(hash + 1 - line.p)), &rest);
	if (n == 0 || rest.n > 0 || !command_line(a, word, "", &ask, &langs) ||
	    (ask.what != COMMAND_MUTE && ask.what != COMMAND_FOLLOW))
		return 0;
	*rest_r = word;
	return n;
}

int64_t digest_mark(struct arena *a, struct slice line, struct slice *rest_r)
{
	struct arena_mark mark = arena_mark(a);
	size_t i = 0;
	int64_t n = 0;

	line = slice_trim(line);
	*rest_r = SLICE("");
	if (line.n == 0)
		return 0;
	if (line.p[0] == '#') {
		line = slice_trim(slice_make(line.p + 1, line.n - 1));
		return number(line, rest_r);
	}
	while (i < line.n && i < WORD_MAX && !isdigit((unsigned char)line.p[i]))
		i++;
	if (i > 0 && i < line.n && i < WORD_MAX) {
		struct slice word = slice_trim(slice_make(line.p, i)), first;
		const char *low = utf8_fold(a, word);

		/* "hilo n.º 3", "thread #3": the last word names it too */
		struct slice rest = slice_of(low);

		slice_cut(&rest, ' ', &first);
		rest = slice_trim(rest);
		if (names_item(slice_dup(a, first)) &&
		    (rest.n == 0 || names_item(slice_dup(a, rest))))
			n = number(slice_make(line.p + i, line.n - i), rest_r);
	}
	if (n == 0)
		n = command_number(a, line, rest_r);
	arena_rewind(a, mark);
	return n;
}

/* Letters and digits in lower case without accents, one space between words: however
 * the lines were marked and broken. */
static const char *plain_words(struct arena *a, struct slice s)
{
	const char *low = utf8_fold(a, s);
	struct str o;
	bool space = true;

	str_init(&o, a, QUOTE_CAP * 2);
	for (const char *p = low; *p; p++) {
		bool letter = isalnum((unsigned char)*p) || (*p & 0x80) || *p == '#';

		if (letter)
			str_addc(&o, *p);
		else if (!space)
			str_addc(&o, ' ');
		space = !letter;
	}
	return str_z(&o);
}

static const struct digest_item *item_of(const struct digest *d, int64_t n)
{
	for (size_t i = 0; i < d->nitems; i++)
		if (d->items[i].number == n)
			return &d->items[i];
	return NULL;
}

/* The heading of an item, or its first line: number and title, and no word more. */
static bool is_heading(struct arena *a, const struct digest_item *it, struct slice rest)
{
	struct arena_mark mark = arena_mark(a);
	const char *title, *said;
	bool is;

	if (it == NULL || rest.n < 4)
		return false;
	title = plain_words(a, slice_of(it->title));
	said = plain_words(a, utf8_clip(rest, QUOTE_CAP));
	is = *said != '\0' && strncmp(title, said, strlen(said)) == 0;
	arena_rewind(a, mark);
	return is;
}

/* ---- what somebody wrote, by where it stands ---- */

enum place { PLACE_TOP, PLACE_MARK, PLACE_UNDER, PLACE_AFTER };

struct seg {
	enum place place;
	int item;
	size_t words;
	bool last;              /* nothing of an item stands below it */
	struct str text;
};

struct walk {
	struct arena *a;
	const struct digest *d;
	struct digest_line *l;
	size_t n;
	struct seg *seg;
	size_t nseg;
	bool *quoted;           /* by item */
	int cur;                /* the item of the digest's line above, or none */
	const struct digest_line *above; /* the digest's line above, or a marked one */
	const struct digest_line *known; /* the former alone */
	struct str aside;       /* signatures */
	bool html;              /* the text was made of HTML, whose marks may stand before answers */
	bool bare;              /* something stands in a quotation that does not tell it apart */
	bool marked;            /* a number was said */
	bool unsure;
	int64_t unknown;
};

static bool is_blank(const struct digest_line *l)
{
	return slice_trim(l->s).n == 0;
}

static int index_of(const struct walk *w, const struct digest_item *it)
{
	return it ? (int)(it - w->d->items) : DIGEST_NOWHERE;
}

/* Headings whose words are too few to be found otherwise. */
static void headings_find(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct slice s = slice_trim(w->l[i].s), said;
		const struct digest_item *it;

		while (s.n > 0 && (s.p[0] == '>' || s.p[0] == ' '))
			s = slice_make(s.p + 1, s.n - 1);
		if (s.n == 0 || s.p[0] != '#')
			continue;
		it = item_of(w->d, digest_mark(w->a, s, &said));
		if (is_heading(w->a, it, said)) {
			w->l[i].known = true;
			w->l[i].item = index_of(w, it);
		}
	}
}

static bool is_ours(const struct walk *w, const struct digest_line *l)
{
	return l->known || l->link || (l->marked && (!w->html || l->words == 0));
}

/* An address, a year or a time of day: what stands above a quotation tells one. */
static bool tells(struct slice s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		digits = isdigit((unsigned char)s.p[i]) ? digits + 1 : 0;
		if (s.p[i] == '@' || digits == 4 ||
		    (s.p[i] == ':' && i > 0 && i + 2 < s.n && isdigit((unsigned char)s.p[i - 1]) &&
		     isdigit((unsigned char)s.p[i + 1]) && isdigit((unsigned char)s.p[i + 2])))
			return true;
	}
	return false;
}

/* "De: Agenda", "escribió:", "-----", "_____". above: of what stands above one such line. */
static bool is_head(const struct digest_line *l, bool above)
{
	struct slice s = slice_trim(l->s), name, rest = s;

	if (s.n > 400)
		return false;
	return l->words == 0 || slice_starts(s, "---") || slice_ends(s, ":") || (above && tells(s)) ||
	       (slice_cut(&rest, ':', &name) && name.n <= 24 && rest.n > 0 && rest.p[0] != '/');
}

/* The lines that announce the first quotation, where no fold holds them: nobody's words. */
static void heads_drop(struct walk *w)
{
	size_t first = 0, i;
	bool told = false;

	while (first < w->n && !is_ours(w, &w->l[first]) && !w->l[first].marked && !w->l[first].fold)
		first++;
	if (first == w->n)
		return;
	for (i = first; i > 0 && (is_blank(&w->l[i - 1]) || w->l[i - 1].words == 0); )
		w->l[--i].s = SLICE(""); /* a rule is no word */
	for (first = i; i > 0 && first - i < HEAD_LINES && !is_blank(&w->l[i - 1]) &&
			is_head(&w->l[i - 1], i < first); i--)
		told |= tells(w->l[i - 1].s);
	for (; told && i < first; i++)
		w->l[i].s = SLICE("");
}

static struct seg *seg_for(struct walk *w, enum place place, int item)
{
	struct seg *s = w->nseg > 0 ? &w->seg[w->nseg - 1] : NULL;

	if (s && place != PLACE_MARK && s->place == place && s->item == item)
		return s;
	if (w->nseg == PIECES) {
		w->unsure = true;
		return s;
	}
	s = &w->seg[w->nseg++];
	*s = (struct seg){ .place = place, .item = item, .last = true };
	str_init(&s->text, w->a, TEXT_CAP + 16);
	return s;
}

static void seg_add(struct seg *s, struct slice line, size_t words)
{
	str_adds(&s->text, line);
	str_addc(&s->text, '\n');
	s->words += words;
}

/* A line of the digest. */
static void ours_pass(struct walk *w, const struct digest_line *l)
{
	if (l->item != DIGEST_NOWHERE)
		w->cur = l->item;
	w->above = l;
	if (l->known)
		w->known = l;
	if (l->item >= 0) {
		w->quoted[l->item] = true;
		for (size_t i = 0; i < w->nseg; i++)
			w->seg[i].last = false;
	}
}

/* "09:00" or "#3": the digest's, though today's does not have it. */
static bool is_like_ours(struct slice s)
{
	s = slice_trim(s);
	return (s.n > 1 && s.p[0] == '#' && isdigit((unsigned char)s.p[1])) || tells(s);
}

/* As it was written, without the marks of a quotation around it. */
static struct slice unmarked(const struct digest_line *l)
{
	struct slice s = l->s;

	while (l->marked && s.n > 0 && (s.p[0] == '>' || s.p[0] == ' '))
		s = slice_make(s.p + 1, s.n - 1);
	return s;
}

/*
 * Lines i..end-1 stand in a quotation that does not tell them from it, and are not in
 * the digest as it is today. What was written between its lines leaves them
 * whole around it; what was edited or hidden since does not, or looks like the digest.
 */
static void bare_pass(struct walk *w, size_t i, size_t end)
{
	const struct digest_line *below = NULL;
	bool ours = false;
	size_t words = 0;
	struct seg *s;

	for (size_t k = end; k < w->n && below == NULL; k++)
		if (w->l[k].known)
			below = &w->l[k];
	for (size_t k = i; k < end; k++) {
		words += w->l[k].words;
		ours |= is_like_ours(unmarked(&w->l[k]));
	}
	if (words == 0 || w->cur < 0 || (w->marked && below == NULL))
		return; /* older mail, a footer */
	ours |= below && (below->first <= w->known->last || below->first > w->known->last + 1 + GAP);
	if (ours && (w->marked || w->l[i].marked))
		return;
	w->unsure |= ours;
	w->bare = true;
	s = seg_for(w, PLACE_UNDER, w->cur);
	for (; i < end && s; i++)
		seg_add(s, w->l[i].words > 0 ? unmarked(&w->l[i]) : SLICE(""), w->l[i].words);
}

/* A line that is not the digest's. */
static void own_pass(struct walk *w, const struct digest_line *l)
{
	const struct digest_item *it;
	struct slice said = l->s;
	struct seg *s;
	int64_t m = digest_mark(w->a, l->s, &said);

	it = item_of(w->d, m);
	if (m && it == NULL && !w->marked && w->unknown == 0)
		w->unknown = m;
	if (it) {
		w->marked = true;
		s = seg_for(w, PLACE_MARK, index_of(w, it));
	} else if (w->nseg > 0 && w->above == NULL) {
		s = &w->seg[w->nseg - 1];
	} else if (w->above == NULL) {
		s = seg_for(w, PLACE_TOP, DIGEST_NOWHERE);
	} else if (w->nseg > 0 && w->seg[w->nseg - 1].place == PLACE_MARK && w->seg[w->nseg - 1].last) {
		s = &w->seg[w->nseg - 1];
	} else {
		s = seg_for(w, w->cur >= 0 ? PLACE_UNDER : PLACE_AFTER, w->cur);
	}
	if (s)
		seg_add(s, it ? said : l->s, l->words);
}

/* The end of what was written between two lines of the digest. */
static size_t bare_end(const struct walk *w, size_t i)
{
	const struct digest_line *l = &w->l[i];

	for (; i < w->n && !is_ours(w, &w->l[i]) && (is_blank(&w->l[i]) || w->l[i].fold == l->fold); i++)
		if (!is_blank(&w->l[i]) && w->l[i].marked != l->marked)
			break;
	return i;
}

static void walk(struct walk *w)
{
	for (size_t i = 0; i < w->n && !w->unsure; i++) {
		const struct digest_line *l = &w->l[i];

		if (is_ours(w, l)) {
			ours_pass(w, l);
		} else if (is_blank(l)) {
			if (w->nseg > 0)
				seg_add(&w->seg[w->nseg - 1], l->s, 0);
		} else if (l->aside && w->above && !w->above->marked) {
			continue; /* a signature within a quotation without marks may be anybody's */
		} else if (l->aside && digest_mark(w->a, l->s, &(struct slice){ 0 }) == 0) {
			str_adds(&w->aside, l->s);
			str_addc(&w->aside, '\n');
		} else if (l->fold || l->marked || (w->above && !w->above->marked)) {
			size_t end = bare_end(w, i);

			bare_pass(w, i, end);
			i = end - 1;
		} else {
			own_pass(w, l);
		}
	}
}

/* ---- which of it goes where ---- */

static struct slice tidy(struct arena *a, const struct str *s)
{
	struct slice t = slice_trim(str_slice(s));

	return slice_of(arena_fmt(a, "%.*s\n", (int)t.n, t.p));
}

static const struct seg *place_find(const struct walk *w, enum place p)
{
	for (size_t i = 0; i < w->nseg; i++)
		if (w->seg[i].place == p && w->seg[i].words > 0)
			return &w->seg[i];
	return NULL;
}

/* The one item that is quoted; more_r: there are others. */
static int quoted_alone(const struct walk *w, bool *more_r)
{
	int found = DIGEST_NOWHERE;

	*more_r = false;
	for (size_t i = 0; i < w->d->nitems; i++)
		if (w->quoted[i]) {
			*more_r = found >= 0;
			if (found >= 0)
				return DIGEST_NOWHERE;
			found = (int)i;
		}
	return found;
}

/* Where it stands tells its thread: between the lines, and not below all of them. */
static bool is_clear(const struct walk *w)
{
	const struct seg *top = place_find(w, PLACE_TOP), *after = place_find(w, PLACE_AFTER);
	const struct seg *under = place_find(w, PLACE_UNDER);

	return under != NULL && !under->last && (top == NULL || top->words <= GREETING) &&
	       (after == NULL || after->words <= GREETING);
}

/* One paragraph after another, without what is blank around them. */
static void join(struct str *to, struct slice s)
{
	size_t n = slice_trim(str_slice(to)).n;

	/* blanks before the first line are of it */
	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' '))
		s.n--;
	if (n == 0)
		str_cut(to, 0);
	while (to->n > 0 && to->p[to->n - 1] == '\n')
		str_cut(to, to->n - 1);
	if (n > 0 && slice_trim(s).n > 0)
		str_addz(to, "\n\n");
	while (s.n > 0 && s.p[0] == '\n')
		s = slice_make(s.p + 1, s.n - 1);
	str_adds(to, s);
}

/* What has a place of its own begins a part, the rest goes along with the part before it,
 * or with the first. */
static void parts_make(struct walk *w, int alone, struct digest_parts *r)
{
	struct str own[DIGEST_PARTS_MAX], first;
	int of[DIGEST_PARTS_MAX];
	size_t n = 0, k;

	str_init(&first, w->a, TEXT_CAP + 16);
	for (size_t i = 0; i < w->nseg; i++) {
		const struct seg *s = &w->seg[i];
		int item = alone >= 0 ? alone : s->item;
		struct str *to = n > 0 ? &own[n - 1] : &first;

		if (item >= 0 && (s->words > 0 || s->place == PLACE_MARK)) {
			for (k = 0; k < n && of[k] != item; k++)
				;
			if (k == DIGEST_PARTS_MAX)
				k--;
			if (k == n) {
				of[n] = item;
				str_init(&own[n++], w->a, TEXT_CAP + 16);
			}
			to = &own[k];
		}
		join(to, str_slice(&s->text));
	}
	for (k = 0; k < n; k++) {
		if (k == 0) {
			join(&first, str_slice(&own[0]));
			join(&first, str_slice(&w->aside));
		}
		r->part[r->n++] = (struct digest_part){ &w->d->items[of[k]],
							tidy(w->a, k == 0 ? &first : &own[k]) };
	}
}

void digest_take_apart(struct arena *a, struct slice text, const struct fold_range *folds, size_t n,
		       bool html, const struct digest *d, const struct digest_ours *ours, struct digest_parts *r)
{
	struct walk w = { .a = a, .d = d, .cur = DIGEST_NOWHERE, .html = html };
	bool more;
	int alone;

	*r = (struct digest_parts){ .n = 0 };
	w.n = digest_lines(a, utf8_clip(text, TEXT_CAP), folds, n, ours, &w.l);
	str_init(&w.aside, a, TEXT_CAP + 16);
	w.seg = ARENA_ARRAY(a, PIECES, struct seg);
	w.quoted = ARENA_ARRAY(a, d->nitems, bool);
	headings_find(&w);
	heads_drop(&w);
	walk(&w);
	alone = quoted_alone(&w, &more);
	/* who wrote above it as well may have written nothing there: a sentence that its author
	 * has taken out since looks like an answer */
	if (w.unsure || (w.bare && !w.marked && place_find(&w, PLACE_TOP) != NULL))
		return;
	if (w.marked)
		alone = DIGEST_NOWHERE;
	else if ((r->unknown = w.unknown) > 0 || (alone < 0 && !is_clear(&w)))
		return;
	parts_make(&w, alone, r);
}
