/* SPDX-License-Identifier: Apache-2.0 */
/* See words.h. */
#include "server/base/utf8.h"
#include "server/digest/own.h"
#include "server/digest/words.h"

#include "server/base/base.h"

#define WORD_BYTES 64
#define CANDIDATES 12
#define TABLE      ((size_t)1 << 15) /* words told apart in one span; the rest are passed over */

/* Letters of Latin-1 and Latin Extended-A have two bytes that begin so; anything else
 * above ASCII, quotation marks and dashes among it, parts words. */
static size_t letter(struct slice s)
{
	unsigned char c = (unsigned char)s.p[0], d;

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	if (c < 0xC3 || c > 0xC5 || s.n < 2)
		return 0;
	d = (unsigned char)s.p[1];
	return c == 0xC3 && (d == 0x97 || d == 0xB7) ? 0 : 2; /* times, divided by */
}

static void lower(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 'A' && c <= 'Z')
			p[i] = (char)(c | 0x20);
		else if (c == 0xC3 && i + 1 < n && (unsigned char)p[i + 1] < 0x9F)
			p[i + 1] = (char)((unsigned char)p[i + 1] | 0x20);
		i += c >= 0x80;
	}
}

/* What stands in one run of non-blanks: links and addresses hold no words. */
static size_t run_skip(struct slice s)
{
	size_t n = 0;
	bool link = false;

	while (n < s.n && s.p[n] > ' ') {
		link = link || s.p[n] == '@' || (s.p[n] == ':' && n + 2 < s.n && s.p[n + 1] == '/');
		n++;
	}
	return link ? n : 0;
}

bool word_next(struct slice *rest, char *buf, size_t *n_r)
{
	bool start = true;

	while (rest->n > 0) {
		size_t n = start ? run_skip(*rest) : 0, letters = 0, k;

		if (n == 0) {
			while (n < rest->n && (k = letter(slice_make(rest->p + n, rest->n - n))) > 0) {
				n += k;
				letters++;
			}
			if (letters >= 4 && n < WORD_BYTES) {
				memcpy(buf, rest->p, n);
				buf[n] = '\0';
				lower(buf, n);
				*n_r = n;
				*rest = slice_make(rest->p + n, rest->n - n);
				return true;
			}
			start = n == 0 && rest->p[0] <= ' ' && rest->p[0] >= 0;
			if (n == 0)
				n = 1;
		}
		*rest = slice_make(rest->p + n, rest->n - n);
	}
	return false;
}

struct word {
	const char *w;
	int usual; /* in so many of the group's posts */
	int here;  /* how often in the thread at hand */
	size_t doc;
	bool title;
};

struct table {
	struct arena *a;
	struct word *word;
	size_t used, *touched, ntouched, docs, doc;
};

static struct word *word_get(struct table *t, const char *w, size_t n)
{
	uint64_t h = 14695981039346656037u;
	struct word *x;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)w[i]) * 1099511628211u;
	for (size_t i = h % TABLE;; i = (i + 1) % TABLE) {
		x = &t->word[i];
		if (x->w != NULL && strcmp(x->w, w) == 0)
			return x;
		if (x->w == NULL)
			break;
	}
	if (t->used >= TABLE * 3 / 4)
		return NULL;
	t->used++;
	x->w = arena_strdup(t->a, w);
	return x;
}

static struct slice own_of(struct arena *a, const struct digest_word_row *r)
{
	struct own_post p = { .body = r->body };
	bool cut;

	p.nfolds = own_folds(a, r->folds, r->body.n, &p.folds);
	return slice_of(own_text(a, &p, r->body.n, &cut));
}

static void usual_add(struct table *t, struct slice text)
{
	char buf[WORD_BYTES];
	size_t n;

	t->doc++;
	t->docs++;
	while (word_next(&text, buf, &n)) {
		struct word *x = word_get(t, buf, n);

		if (x == NULL || x->doc == t->doc)
			continue;
		x->doc = t->doc;
		x->usual++;
	}
}

static void here_add(struct table *t, struct slice text, bool title)
{
	char buf[WORD_BYTES];
	size_t n;

	while (word_next(&text, buf, &n)) {
		struct word *x = word_get(t, buf, n);

		if (x == NULL)
			continue;
		if (x->here == 0 && !x->title && t->ntouched < TABLE)
			t->touched[t->ntouched++] = (size_t)(x - t->word);
		x->here += !title;
		x->title = x->title || title;
	}
}

/* Used often here, seldom elsewhere. In hundredths. */
static int64_t score(const struct table *t, const struct word *x)
{
	int64_t rare = (int64_t)(t->docs + 8) * 100 / (x->usual + 1);

	if (x->title || x->here < 2 || rare < 400)
		return 0;
	/* the logarithm would do; its order among small numbers is this one's */
	return (x->here < 8 ? x->here : 8) * (rare < 4000 ? rare : 4000);
}

struct pick {
	int64_t block;
	const char *lang;
	const char *w[CANDIDATES];
	int64_t score[CANDIDATES];
	size_t n;
};

static void pick_close(struct table *t, struct pick *p)
{
	for (size_t i = 0; i < t->ntouched; i++) {
		struct word *x = &t->word[t->touched[i]];
		int64_t s = score(t, x);
		size_t at = p->n;

		while (at > 0 && (s > p->score[at - 1] ||
				  (s == p->score[at - 1] && strcmp(x->w, p->w[at - 1]) < 0)))
			at--;
		if (s > 0 && at < CANDIDATES) {
			p->n += p->n < CANDIDATES;
			for (size_t k = p->n - 1; k > at; k--) {
				p->w[k] = p->w[k - 1];
				p->score[k] = p->score[k - 1];
			}
			p->w[at] = x->w;
			p->score[at] = s;
		}
		x->here = 0;
		x->title = false;
	}
	t->ntouched = 0;
}

/* One stem once, stop words never; WORDS_KEPT with a blank between them. */
static const char *pick_words(struct arena *a, const struct pick *p, const char *const *stem)
{
	struct str o;
	size_t kept = 0;

	str_init(&o, a, 1024);
	for (size_t i = 0; i < p->n && kept < WORDS_KEPT; i++) {
		bool seen = *stem[i] == '\0';

		for (size_t k = 0; k < i && !seen; k++)
			seen = strcmp(stem[k], stem[i]) == 0;
		if (!seen)
			str_fmt(&o, "%s%s", kept++ > 0 ? " " : "", p->w[i]);
	}
	return str_z(&o);
}

static enum rc picks_write(struct unit *u, const struct pick *p, size_t n)
{
	size_t total = 0, at = 0, k = 0;
	const char **w, **lang, **stem, **text = ARENA_ARRAY(u->arena, n, const char *);
	int64_t *id = ARENA_ARRAY(u->arena, n, int64_t);
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		total += p[i].n;
	if (total == 0)
		return RC_OK;
	w = ARENA_ARRAY(u->arena, total, const char *);
	lang = ARENA_ARRAY(u->arena, total, const char *);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < p[i].n; j++, at++) {
			w[at] = p[i].w[j];
			lang[at] = p[i].lang;
		}
	rc = digest_words_stem(u->db, u->arena, w, lang, total, &stem);
	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		id[i] = p[i].block;
		text[i] = pick_words(u->arena, &p[i], stem + k);
		k += p[i].n;
	}
	return rc == RC_OK ? digest_words_write(u->db, u->arena, id, text, n) : rc;
}

enum rc words_write(struct unit *u, const struct digest_span *s)
{
	struct table t = { .a = u->arena };
	struct digest_word_row *usual, *row;
	struct pick *pick;
	size_t nusual, n, k = 0;
	enum rc rc = digest_words_read(u->db, u->arena, s, &row, &n);

	if (rc != RC_OK || n == 0)
		return rc;
	rc = digest_words_usual(u->db, u->arena, s->list, &usual, &nusual);
	if (rc != RC_OK)
		return rc;
	t.word = ARENA_ARRAY(u->arena, TABLE, struct word);
	t.touched = ARENA_ARRAY(u->arena, TABLE, size_t);
	pick = ARENA_ARRAY(u->arena, n, struct pick);
	for (size_t i = 0; i < nusual; i++)
		usual_add(&t, own_of(u->arena, &usual[i]));
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || row[i].block != row[i - 1].block) {
			pick[k++] = (struct pick){ .block = row[i].block, .lang = row[i].lang };
			here_add(&t, slice_of(row[i].subject), true);
		}
		here_add(&t, own_of(u->arena, &row[i]), false);
		if (i + 1 == n || row[i + 1].block != row[i].block)
			pick_close(&t, &pick[k - 1]);
	}
	return picks_write(u, pick, k);
}
