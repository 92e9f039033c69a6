/* SPDX-License-Identifier: Apache-2.0 */
/* Inside server/text only: a tsquery as PostgreSQL prints it, for excerpts. */
#ifndef CABILDO_TEXT_EXCERPT_QUERY_H
#define CABILDO_TEXT_EXCERPT_QUERY_H

#include "server/text/excerpt.h"

#define EXCERPT_KEY 3
#define EXCERPT_ANY '\x01' /* in a key: a letter that nothing of ours can fold */

struct excerpt_lexeme {
	/* how each word that has it begins, without case and accents, y as i (which is
	 * what stemmers make of it); shorter where the lexeme is short */
	char key[EXCERPT_KEY];
	size_t key_n;
	bool alone; /* wanted also outside of a phrase */
};

/* Lexemes that stand at given distances: a phrase. */
struct excerpt_phrase {
	size_t n;
	uint8_t lexeme[EXCERPT_LEXEMES];
	uint32_t offset[EXCERPT_LEXEMES]; /* from the first */
};

struct excerpt_query {
	struct excerpt_lexeme lexemes[EXCERPT_LEXEMES];
	const char *texts[EXCERPT_LEXEMES];
	size_t n;
	struct excerpt_phrase *phrases;
	size_t nphrases;
};

/* Anything: what is not understood is not looked for. */
void excerpt_query_read(struct arena *a, struct slice tsquery, struct excerpt_query *r);
/* How a word begins; 0 where it is empty. */
size_t excerpt_key(struct slice word, char key[EXCERPT_KEY]);

#endif
