/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a search shows of each post it found: one line of up to two pieces of its text,
 * with the words in it that the query means. Which words these are only the search's own
 * dictionaries know; what is asked of them is every different word that could be one, of
 * all posts at once:
 *
 *	e = excerpts_new(a, query);             the query as PostgreSQL prints a tsquery
 *	excerpts_add(e, "es", body);            each post: excerpt 0, 1, ...
 *	for i < excerpts_words(e, &w)           w[i].text in w[i].lang
 *		excerpts_know(e, i, lexeme);    each lexeme of excerpts_lexemes that it has
 *	excerpt_draw(e, 0)
 *
 * A word joined to others by a sign (an address, a path, a hyphen) counts as the search
 * took it: where it knows only the whole, the whole is marked. A phrase is marked where it
 * stands as one. What the query leaves out (-word) is never marked. Time is linear in the
 * text; at most EXCERPT_HITS places of a text and EXCERPT_WORDS words in all are looked at.
 */
#ifndef CABILDO_TEXT_EXCERPT_H
#define CABILDO_TEXT_EXCERPT_H

#include "server/base/arena.h"
#include "server/base/str.h"

enum {
	EXCERPT_LEXEMES = 64, /* of a query; more are not marked */
	EXCERPT_HITS = 256,
	EXCERPT_WORDS = 1000,
};

struct excerpts; /* lives in its arena */

struct excerpt_word {
	const char *lang, *text;
};

struct excerpts *excerpts_new(struct arena *a, const char *tsquery);
/* lang and text must outlive e. text is valid UTF-8. */
void excerpts_add(struct excerpts *e, const char *lang, struct slice text);
/* What the query looks for: n_r texts. */
const char *const *excerpts_lexemes(const struct excerpts *e, size_t *n_r);
size_t excerpts_words(const struct excerpts *e, const struct excerpt_word **r);
void excerpts_know(struct excerpts *e, size_t word, const char *lexeme);
/* Plain text in one line, line ends and the signs of quotation taken off; each marked
 * word stands between 0x01 and 0x02, which are nowhere else in it. whole: of all the text,
 * for comparing. */
char *excerpt_draw(struct excerpts *e, size_t i, bool whole);

#endif
