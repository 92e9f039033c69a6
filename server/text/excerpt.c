/* SPDX-License-Identifier: Apache-2.0 */
/* What a search shows of each post: the words that could be meant, and the pieces drawn. */
#include "server/base/utf8.h"
#include "server/text/excerpt.h"
#include "server/text/excerpt_query.h"

#include "server/base/base.h"

#define PIECE_WORDS 26
#define PIECE_BYTES 240
#define BEFORE_BYTES 100
#define LONG_WORD 200 /* bytes; what is longer is not a word that anybody looks for */
#define SLOTS 2048    /* a power of two, twice EXCERPT_WORDS */
#define NONE UINT32_MAX

/* A place of the text that could be a word of the query. */
struct hit {
	uint32_t from, to;
	uint32_t asked; /* which of the words */
	uint32_t whole; /* the hit before it that it is a part of, or NONE */
	uint32_t pos;   /* as the search counts words: for phrases */
	uint32_t word;  /* as a reader counts them */
	uint32_t parts; /* so many hits after it are parts of it */
	uint64_t means; /* lexemes of the query, a bit each, once they are known */
	bool quoted;
	bool joined; /* several words and the signs between them */
	bool marked;
};

struct text {
	const char *lang;
	struct slice s;
	struct hit *hits; /* in the order of the text, a whole before its parts */
	size_t nhits;
};

/* What is drawn of a text. */
struct piece {
	size_t from, to;
};

struct excerpts {
	struct arena *arena;
	struct excerpt_query q;
	bool first[256]; /* bytes that a candidate's folded form may begin with */
	struct text *texts;
	size_t ntexts, texts_size;
	struct excerpt_word words[EXCERPT_WORDS];
	uint64_t has[EXCERPT_WORDS]; /* the query's lexemes that the word has, a bit each */
	size_t nwords;
	uint32_t slots[SLOTS]; /* the word's number and one */
};

/* ---- characters ---- */

/* Belongs to the character before it: nothing begins or ends between the two. */
static bool cp_extends(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36F) || (cp >= 0x483 && cp <= 0x489) ||
	       (cp >= 0x591 && cp <= 0x5C7) || (cp >= 0x610 && cp <= 0x61A) ||
	       (cp >= 0x64B && cp <= 0x65F) || cp == 0x670 || (cp >= 0x6D6 && cp <= 0x6ED) ||
	       (cp >= 0x900 && cp <= 0x903) || (cp >= 0x93A && cp <= 0x94F && cp != 0x93D) ||
	       (cp >= 0x1160 && cp <= 0x11FF) || (cp >= 0x1AB0 && cp <= 0x1AFF) ||
	       (cp >= 0x1DC0 && cp <= 0x1DFF) || cp == 0x200C || cp == 0x200D ||
	       (cp >= 0x20D0 && cp <= 0x20FF) || (cp >= 0x3099 && cp <= 0x309A) ||
	       (cp >= 0xFE00 && cp <= 0xFE0F) || (cp >= 0xFE20 && cp <= 0xFE2F) ||
	       (cp >= 0x1F1E6 && cp <= 0x1F1FF) || (cp >= 0x1F3FB && cp <= 0x1F3FF) ||
	       (cp >= 0xE0020 && cp <= 0xE007F) || (cp >= 0xE0100 && cp <= 0xE01EF);
}

/* Letters, digits and their marks; what is none is told by its block. */
static bool cp_word(uint32_t cp)
{
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z');
	if (cp < 0xC0)
		return cp == 0xAA || cp == 0xB5 || cp == 0xBA;
	return cp != 0xD7 && cp != 0xF7 && !(cp >= 0x2000 && cp <= 0x206F) &&
	       !(cp >= 0x20A0 && cp <= 0x20CF) && !(cp >= 0x2190 && cp <= 0x2BFF) &&
	       !(cp >= 0x3000 && cp <= 0x3004) && !(cp >= 0x3008 && cp <= 0x3020) &&
	       !(cp >= 0xE000 && cp <= 0xF8FF) && !(cp >= 0xFE30 && cp <= 0xFE6F) &&
	       !(cp >= 0xFF00 && cp <= 0xFF0F) && cp != 0xFEFF && cp != 0xFFFD &&
	       !(cp >= 0x1F000 && cp <= 0x1FFFF) && cp < 0xE0000;
}

/* Signs that make one word of two for the search: addresses, paths, hyphens, figures. */
static bool is_joiner(unsigned char c)
{
	return c != '\0' && strchr("./@-_~%?=&#+", c) != NULL;
}

static struct slice tail(struct slice t, size_t i)
{
	return slice_make(t.p + i, t.n - i);
}

/* The next character of t at i: how long it is, and whether it is of a word. */
static bool word_at(struct slice t, size_t i, size_t *n_r)
{
	unsigned char c = (unsigned char)t.p[i];

	*n_r = 1;
	if (c < 0x80)
		return cp_word(c);
	return cp_word(utf8_next(tail(t, i), n_r));
}

/* ---- candidates ---- */

struct excerpts *excerpts_new(struct arena *a, const char *tsquery)
{
	struct excerpts *e = ARENA_NEW(a, struct excerpts);

	e->arena = a;
	excerpt_query_read(a, slice_of(tsquery), &e->q);
	for (size_t i = 0; i < e->q.n; i++) {
		const struct excerpt_lexeme *l = &e->q.lexemes[i];

		if (l->key_n == 0 || l->key[0] == EXCERPT_ANY)
			memset(e->first, true, sizeof(e->first));
		else
			e->first[(unsigned char)l->key[0]] = true;
	}
	return e;
}

const char *const *excerpts_lexemes(const struct excerpts *e, size_t *n_r)
{
	*n_r = e->q.n;
	return e->q.texts;
}

size_t excerpts_words(const struct excerpts *e, const struct excerpt_word **r)
{
	*r = e->words;
	return e->nwords;
}

void excerpts_know(struct excerpts *e, size_t word, const char *lexeme)
{
	for (size_t i = 0; word < e->nwords && i < e->q.n; i++)
		if (strcmp(e->q.texts[i], lexeme) == 0)
			e->has[word] |= UINT64_C(1) << i;
}

static bool candidate(const struct excerpts *e, struct slice w)
{
	char key[EXCERPT_KEY];
	size_t n;

	n = excerpt_key(w, key);
	if (n == 0 || (key[0] != EXCERPT_ANY && !e->first[(unsigned char)key[0]]))
		return false;
	for (size_t i = 0; i < e->q.n; i++) {
		const struct excerpt_lexeme *l = &e->q.lexemes[i];
		size_t k = 0;

		while (k < l->key_n && k < n &&
		       (l->key[k] == key[k] || l->key[k] == EXCERPT_ANY || key[k] == EXCERPT_ANY))
			k++;
		if (k == l->key_n)
			return true;
	}
	return false;
}

/* The number of a word to ask about; NONE where they are too many. */
static uint32_t ask(struct excerpts *e, const char *lang, struct slice w)
{
	uint32_t h = 2166136261U, i;

	for (const char *c = lang; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 16777619U;
	for (size_t k = 0; k < w.n; k++)
		h = (h ^ (unsigned char)w.p[k]) * 16777619U;
	for (i = h % SLOTS; e->slots[i] != 0; i = (i + 1) % SLOTS) {
		const struct excerpt_word *known = &e->words[e->slots[i] - 1];

		if (slice_eqz(w, known->text) && strcmp(known->lang, lang) == 0)
			return e->slots[i] - 1;
	}
	if (e->nwords == EXCERPT_WORDS)
		return NONE;
	e->words[e->nwords] = (struct excerpt_word){ lang, slice_dup(e->arena, w) };
	e->slots[i] = (uint32_t)++e->nwords;
	return e->slots[i] - 1;
}

/* Where a walk through a text stands. */
struct walk {
	struct excerpts *e;
	struct text *t;
	uint32_t pos, word;
	bool quoted;
};

static struct hit *hit_add(struct walk *k, size_t from, size_t to, uint32_t whole)
{
	uint32_t asked;
	struct hit *h;

	if (k->t->nhits == EXCERPT_HITS)
		return NULL;
	asked = ask(k->e, k->t->lang, slice_make(k->t->s.p + from, to - from));
	if (asked == NONE)
		return NULL;
	h = &k->t->hits[k->t->nhits++];
	*h = (struct hit){ .from = (uint32_t)from, .to = (uint32_t)to, .asked = asked,
			   .whole = whole, .pos = k->pos, .word = k->word, .quoted = k->quoted };
	return h;
}

/* A lexeme may begin at any of the words and go on over the signs: the site in an address. */
static bool any_candidate(const struct excerpts *e, struct slice s)
{
	bool before = false, now;
	size_t n;

	for (size_t i = 0; i < s.n; i += n, before = now) {
		now = word_at(s, i, &n);
		if (now && !before && candidate(e, tail(s, i)))
			return true;
	}
	return false;
}

/* Several words joined by signs: the whole and each part, which count for what the
 * search knows of both. Of an address the whole alone, so that it stays one. */
static void joined(struct walk *k, size_t from, size_t to)
{
	struct slice s = slice_make(k->t->s.p + from, to - from);
	bool parts = memchr(s.p, '@', s.n) == NULL, hyphens = true;
	size_t at = 0, n;
	struct hit *whole;
	uint32_t first;

	for (size_t i = 0; i < s.n; i++)
		hyphens &= s.p[i] == '-' || !is_joiner((unsigned char)s.p[i]);
	if (s.n > LONG_WORD || !any_candidate(k->e, s)) {
		k->pos += hyphens ? 3 : 1;
		return;
	}
	first = (uint32_t)k->t->nhits;
	whole = hit_add(k, from, to, NONE);
	if (whole != NULL)
		whole->joined = true;
	k->pos++;
	for (size_t i = 0; whole != NULL && parts && i <= s.n; i += n) {
		n = 1;
		if (i < s.n && word_at(s, i, &n))
			continue;
		if (i > at) {
			if (candidate(k->e, slice_make(s.p + at, i - at)) &&
			    hit_add(k, from + at, from + i, first) != NULL)
				whole->parts++;
			k->pos += hyphens;
		}
		at = i + n;
	}
}

/* One word of the text, or several joined ones. */
static size_t word(struct walk *k, size_t from)
{
	struct slice t = k->t->s;
	size_t i = from, to = from, n;
	bool signs = false, sign = false;

	for (; i < t.n; i += n) {
		if (word_at(t, i, &n)) {
			signs |= sign;
			to = i + n;
		} else if (is_joiner((unsigned char)t.p[i]) ||
			   (t.p[i] == ':' && i + 2 < t.n && t.p[i + 1] == '/' && t.p[i + 2] == '/')) {
			sign = true;
		} else {
			break;
		}
	}
	if (signs) {
		joined(k, from, to);
	} else {
		if (to - from <= LONG_WORD && candidate(k->e, slice_make(t.p + from, to - from)))
			hit_add(k, from, to, NONE);
		k->pos++;
	}
	return to;
}

void excerpts_add(struct excerpts *e, const char *lang, struct slice text)
{
	struct walk k = { .e = e };
	bool gap = true, line = true;
	size_t i = 0, n;

	if (e->ntexts == e->texts_size) {
		e->texts = arena_grow(e->arena, e->texts, e->texts_size * sizeof(*e->texts),
				      (e->texts_size * 2 + 32) * sizeof(*e->texts));
		e->texts_size = e->texts_size * 2 + 32;
	}
	if (text.n > INT32_MAX)
		text = utf8_clip(text, INT32_MAX);
	k.t = &e->texts[e->ntexts++];
	*k.t = (struct text){ .lang = lang, .s = text,
			      .hits = ARENA_ARRAY(e->arena, EXCERPT_HITS, struct hit) };
	while (i < text.n && k.t->nhits < EXCERPT_HITS && e->q.n > 0) {
		if (text.p[i] == '\n')
			line = true;
		else if (line && text.p[i] != ' ')
			k.quoted = text.p[i] == '>', line = false;
		if (text.p[i] == ' ' || text.p[i] == '\n' || text.p[i] == '\t') {
			gap = true;
			i++;
			continue;
		}
		k.word += gap;
		gap = false;
		if (word_at(text, i, &n) && !(n > 1 && cp_extends(utf8_next(tail(text, i), &n))))
			i = word(&k, i);
		else
			i += n;
	}
}

/* ---- what is marked ---- */

/* A part means what both it and the whole mean to the search; the whole, what no part does. */
static void meanings(const struct excerpts *e, struct text *t)
{
	for (size_t i = 0; i < t->nhits; i++) {
		struct hit *h = &t->hits[i];

		h->means = e->has[h->asked];
		if (h->whole != NONE)
			h->means &= e->has[t->hits[h->whole].asked];
		for (uint32_t k = 1; k <= h->parts; k++)
			h->means &= ~e->has[t->hits[i + k].asked];
	}
}

/* The hit that continues a phrase: at pos, meaning the lexeme; NULL where none does. */
static struct hit *hit_at(struct text *t, size_t from, uint32_t pos, uint64_t lexeme)
{
	for (size_t i = from; i < t->nhits && t->hits[i].pos <= pos; i++)
		if (t->hits[i].pos == pos && (t->hits[i].means & lexeme) != 0)
			return &t->hits[i];
	return NULL;
}

static void phrase_mark(struct text *t, const struct excerpt_phrase *p, size_t first)
{
	struct hit *found[EXCERPT_LEXEMES];

	for (size_t k = 0; k < p->n; k++) {
		found[k] = hit_at(t, first, t->hits[first].pos + p->offset[k],
				  UINT64_C(1) << p->lexeme[k]);
		if (found[k] == NULL)
			return;
	}
	for (size_t k = 0; k < p->n; k++)
		found[k]->marked = true;
}

/* Of an address or a path, that in it which is the lexeme itself: its site, say. */
static void narrow(const struct excerpts *e, const struct text *t, struct hit *h)
{
	struct slice s = slice_make(t->s.p + h->from, h->to - h->from);

	for (size_t k = 0; k < e->q.n && memchr(s.p, '@', s.n) == NULL; k++) {
		struct slice l = slice_of(e->q.texts[k]);
		const char *at = (h->means >> k & 1) != 0 ? slice_ifind(s, l) : NULL;

		if (at == NULL)
			continue;
		h->from += (uint32_t)(at - s.p);
		h->to = h->from + (uint32_t)l.n;
		return;
	}
}

static void mark(const struct excerpts *e, struct text *t)
{
	uint64_t alone = 0;

	meanings(e, t);
	for (size_t k = 0; k < e->q.n; k++)
		alone |= e->q.lexemes[k].alone ? UINT64_C(1) << k : 0;
	for (size_t i = 0; i < t->nhits; i++) {
		t->hits[i].marked |= (t->hits[i].means & alone) != 0;
		if (t->hits[i].marked && t->hits[i].joined)
			narrow(e, t, &t->hits[i]);
		for (size_t k = 0; k < e->q.nphrases; k++)
			if ((t->hits[i].means >> e->q.phrases[k].lexeme[0] & 1) != 0)
				phrase_mark(t, &e->q.phrases[k], i);
	}
}

/* ---- what is drawn ---- */

static bool is_gap(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7F;
}

/* Not to be parted from the character before it, or of a script where that is hard to tell. */
static bool cp_glued(uint32_t cp)
{
	return cp_extends(cp) || (cp >= 0x900 && cp <= 0x1CFF) || (cp >= 0xA800 && cp <= 0xABFF);
}

/* The last place at or before i where the text can be cut, not before low. */
static size_t cut_before(struct slice t, size_t i, size_t low)
{
	size_t n;

	for (; i > low && i < t.n; i--)
		if (((unsigned char)t.p[i] & 0xC0) != 0x80 && !cp_glued(utf8_next(tail(t, i), &n)) &&
		    !(i >= 3 && memcmp(t.p + i - 3, "\xE2\x80\x8D", 3) == 0))
			break;
	return i;
}

/* So many whole words before at. */
static size_t words_before(struct slice t, size_t at, size_t words, size_t low)
{
	size_t from = at, i = at;

	for (;;) {
		while (i > low && !is_gap(t.p[i - 1]) && at - i <= BEFORE_BYTES)
			i--;
		if (at - i > BEFORE_BYTES)
			return from;
		from = i;
		while (i > low && is_gap(t.p[i - 1]) && at - i <= BEFORE_BYTES)
			i--;
		if (i == low || words-- == 0)
			return from;
	}
}

/* The end of so many whole words after at, and of so many bytes. */
static size_t words_after(struct slice t, size_t at, size_t words, size_t bytes, size_t high)
{
	size_t to = at, i = at;

	for (;;) {
		while (i < high && !is_gap(t.p[i]) && i - at <= bytes)
			i++;
		if (i - at > bytes) /* one word without an end is cut */
			return to > at ? to : cut_before(t, at + bytes, at);
		to = i;
		while (i < high && is_gap(t.p[i]) && i - at <= bytes)
			i++;
		if (i == high || words-- == 0)
			return to;
	}
}

/* The end of a mark, whole characters taken along. */
static size_t mark_end(struct slice t, size_t to)
{
	size_t n;

	while (to < t.n && (unsigned char)t.p[to] >= 0x80 && cp_extends(utf8_next(tail(t, to), &n)))
		to += n;
	return to;
}

/* The best place for a piece between low and high: most of what is not shown yet, in the
 * author's own words, first. False where nothing marked stands there. */
static bool piece_find(const struct text *t, uint64_t shown, size_t low, size_t high,
		       struct piece *r)
{
	size_t first = 0, last = 0;
	int best = 0;

	for (size_t i = 0; i < t->nhits; i++) {
		const struct hit *h = &t->hits[i];
		uint64_t means = 0;
		size_t end = i;
		int score;

		if (!h->marked || h->from < low || h->to > high)
			continue;
		for (size_t k = i; k < t->nhits && t->hits[k].word < h->word + PIECE_WORDS &&
				   t->hits[k].to <= h->from + PIECE_BYTES && t->hits[k].to <= high; k++)
			if (t->hits[k].marked) {
				means |= t->hits[k].means;
				end = k;
			}
		score = 1 + 8 * __builtin_popcountll(means & ~shown) + (h->quoted ? 0 : 4) + (end > i);
		if (score > best) {
			best = score;
			first = i;
			last = end;
		}
	}
	if (best == 0)
		return false;
	*r = (struct piece){ t->hits[first].from, mark_end(t->s, t->hits[last].to) };
	return true;
}

static uint64_t piece_means(const struct text *t, struct piece p)
{
	uint64_t means = 0;

	for (size_t i = 0; i < t->nhits; i++)
		if (t->hits[i].marked && t->hits[i].from >= p.from && t->hits[i].to <= p.to)
			means |= t->hits[i].means;
	return means;
}

/* With the words around it, as many as fit. */
static void piece_widen(const struct text *t, struct piece *p, size_t low, size_t high)
{
	size_t words = 1, bytes = p->to - p->from, left;

	for (size_t i = p->from; i < p->to; i++)
		words += is_gap(t->s.p[i]) && !is_gap(t->s.p[i + 1]);
	left = words < PIECE_WORDS ? PIECE_WORDS - words : 0;
	p->from = words_before(t->s, p->from, left / 3, low);
	bytes = bytes < PIECE_BYTES ? PIECE_BYTES - bytes : 0;
	p->to = words_after(t->s, p->to, left - left / 3, bytes, high);
}

/* Nothing is marked: how it begins, in its own words if it has some. */
static struct piece piece_first(const struct text *t)
{
	size_t i = 0, from = 0;

	while (i < t->s.n && (is_gap(t->s.p[i]) || t->s.p[i] == '>')) {
		if (t->s.p[i] != '>') {
			i++;
			continue;
		}
		while (i < t->s.n && t->s.p[i] != '\n')
			i++;
	}
	from = i < t->s.n ? i : 0;
	return (struct piece){ from, words_after(t->s, from, PIECE_WORDS, PIECE_BYTES, t->s.n) };
}

/* What ends a line and the signs of quotation at the next one's start are a space. */
static void piece_draw(const struct text *t, struct piece p, struct str *o)
{
	size_t h = 0, end = 0;
	bool line = p.from == 0 || t->s.p[p.from - 1] == '\n', gap = false;
	const size_t start = o->n;

	for (size_t i = p.from; i < p.to; i++) {
		char c = t->s.p[i];

		if (is_gap(c) || (line && c == '>')) {
			line |= c == '\n';
			gap = true;
			continue;
		}
		if (gap && o->n > start && o->p[o->n - 1] != ' ')
			str_addc(o, ' ');
		line = gap = false;
		while (h < t->nhits && (t->hits[h].from < i || (t->hits[h].from == i && !t->hits[h].marked)))
			h++;
		if (end == 0 && h < t->nhits && t->hits[h].from == i) {
			str_addc(o, '\x01');
			end = mark_end(t->s, t->hits[h].to);
		}
		str_addc(o, c);
		if (i + 1 == end) {
			str_addc(o, '\x02');
			end = 0;
		}
	}
	if (end != 0)
		str_addc(o, '\x02');
}

char *excerpt_draw(struct excerpts *e, size_t i, bool whole)
{
	struct text *t = &e->texts[i];
	struct piece p = { 0, t->s.n }, second;
	struct str o;
	bool two = false;

	mark(e, t);
	str_init(&o, e->arena, STR_CAP_DEFAULT);
	if (!whole && !piece_find(t, 0, 0, t->s.n, &p)) {
		p = piece_first(t);
	} else if (!whole) {
		uint64_t shown = piece_means(t, p);

		piece_widen(t, &p, 0, t->s.n);
		two = piece_find(t, shown, p.to, t->s.n, &second);
		if (two)
			piece_widen(t, &second, p.to, t->s.n);
		else if ((two = piece_find(t, shown, 0, p.from, &second)))
			piece_widen(t, &second, 0, p.from);
		if (two && second.from < p.from) {
			struct piece swap = p;

			p = second;
			second = swap;
		}
	}
	piece_draw(t, p, &o);
	if (two) {
		str_addz(&o, second.from > p.to + 1 ? " … " : " ");
		piece_draw(t, second, &o);
	}
	return arena_strdup(e->arena, str_z(&o));
}
