/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tsquery as PostgreSQL prints it: 'lexeme' (a quote in it doubled, as a backslash is),
 * :*ABCD after it, the operators ! & | <-> <N>, parentheses. Of the operators only two
 * matter here: what stands under ! is not looked for, and what is chained by <N> is a phrase.
 */
#include "server/base/utf8.h"
#include "server/text/excerpt_query.h"

#include "server/base/base.h"

#define DEPTH_MAX 64
#define PHRASES_MAX 32

struct reading {
	struct arena *arena;
	struct slice rest;
	struct excerpt_query *q;
	bool not_here[DEPTH_MAX]; /* within these parentheses */
	size_t depth;
	bool not_next; /* an ! was read last */
	struct excerpt_phrase chain;
	uint32_t gap; /* of the <N> read last, 0: none */
};

size_t excerpt_key(struct slice w, char key[EXCERPT_KEY])
{
	char copy[EXCERPT_KEY * 4 + 1];
	size_t k = 0, n;

	for (; w.n > 0 && k < EXCERPT_KEY; w.p += n, w.n -= n) {
		unsigned char c = (unsigned char)*w.p;

		n = 1;
		if (c < 0x80) {
			c |= c >= 'A' && c <= 'Z' ? 32 : 0;
		} else {
			uint32_t cp = utf8_next(w, &n);

			if (cp >= 0x300 && cp <= 0x36F)
				continue;
			c = (unsigned char)utf8_base(cp);
			c = c == 0 ? EXCERPT_ANY : c;
		}
		copy[k++] = (char)(c == 'y' ? 'i' : c);
	}
	memcpy(key, copy, k);
	return k;
}

/* Its number; the first time it gets one. -1: too many. */
static int lexeme_number(struct reading *g, const char *text)
{
	struct excerpt_lexeme *l;
	size_t length = utf8_length(slice_of(text)), i = 0;

	while (i < g->q->n && strcmp(g->q->texts[i], text) != 0)
		i++;
	if (i < g->q->n)
		return (int)i;
	if (i == EXCERPT_LEXEMES)
		return -1;
	l = &g->q->lexemes[g->q->n];
	g->q->texts[g->q->n++] = text;
	l->key_n = excerpt_key(slice_of(text), l->key);
	/* a stem's last letter need not be the word's: dying, die */
	if (l->key_n > 1 && l->key_n == length)
		l->key_n--;
	return (int)i;
}

static void chain_end(struct reading *g)
{
	struct excerpt_query *q = g->q;

	if (g->chain.n == 1)
		q->lexemes[g->chain.lexeme[0]].alone = true;
	else if (g->chain.n > 1 && q->nphrases < PHRASES_MAX)
		q->phrases[q->nphrases++] = g->chain;
	else
		for (size_t i = 0; i < g->chain.n; i++)
			q->lexemes[g->chain.lexeme[i]].alone = true;
	g->chain.n = 0;
	g->gap = 0;
}

static void operand(struct reading *g)
{
	struct str s;
	int i;

	str_init(&s, g->arena, 4096);
	while (g->rest.n > 0) {
		char c = *g->rest.p++;

		g->rest.n--;
		if (c == '\'' || c == '\\') {
			if (g->rest.n == 0 || *g->rest.p != c) {
				if (c == '\'')
					break;
			} else {
				g->rest.p++;
				g->rest.n--;
			}
		}
		str_addc(&s, c);
	}
	if (g->gap == 0)
		chain_end(g);
	i = g->not_next || g->not_here[g->depth] || s.over || s.n == 0 ?
		    -1 : lexeme_number(g, str_z(&s));
	g->not_next = false;
	if (i < 0 || g->chain.n == EXCERPT_LEXEMES) {
		chain_end(g);
		return;
	}
	g->chain.offset[g->chain.n] =
		g->chain.n == 0 ? 0 : g->chain.offset[g->chain.n - 1] + g->gap;
	g->chain.lexeme[g->chain.n++] = (uint8_t)i;
	g->gap = 0;
}

/* After "<": "->" or a number and ">". */
static void distance(struct reading *g)
{
	struct slice number;
	int64_t n = 0;

	if (!slice_cut(&g->rest, '>', &number))
		return;
	if (!slice_eqz(number, "-") && !slice_i64(number, 0, 16384, &n))
		n = 0;
	/* <0>, the same word twice, is no phrase of two */
	g->gap = slice_eqz(number, "-") ? 1 : (uint32_t)n;
}

static void parenthesis(struct reading *g, bool open)
{
	chain_end(g);
	if (open && g->depth + 1 < DEPTH_MAX) {
		g->not_here[g->depth + 1] = g->not_here[g->depth] != g->not_next;
		g->depth++;
	} else if (!open && g->depth > 0) {
		g->depth--;
	}
	g->not_next = false;
}

void excerpt_query_read(struct arena *a, struct slice tsquery, struct excerpt_query *r)
{
	struct reading *g = ARENA_NEW(a, struct reading);

	*r = (struct excerpt_query){ .phrases = ARENA_ARRAY(a, PHRASES_MAX, struct excerpt_phrase) };
	g->arena = a;
	g->rest = tsquery;
	g->q = r;
	while (g->rest.n > 0) {
		char c = *g->rest.p++;

		g->rest.n--;
		if (c == '\'')
			operand(g);
		else if (c == '<')
			distance(g);
		else if (c == '!')
			g->not_next = !g->not_next;
		else if (c == '(' || c == ')')
			parenthesis(g, c == '(');
		else if (c == '&' || c == '|')
			chain_end(g);
	}
	chain_end(g);
}
