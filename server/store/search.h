/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the posts: sql/search.sql. */
#ifndef CABILDO_STORE_SEARCH_H
#define CABILDO_STORE_SEARCH_H

#include "server/store/forum.h"

struct search_hit {
	const char *list_name, *list_title;
	int64_t thread, number;
	const char *subject, *author_name, *lang;
	int64_t sent_at;
	struct slice text;   /* how it begins, up to 20,000 characters */
	const char *excerpt; /* see server/text/excerpt.h; core makes it of the text */
};

enum search_way {
	SEARCH_BY_RANK, /* what the index finds, the best first; nothing where it is too much */
	SEARCH_BY_DATE, /* the same, the newest first */
	SEARCH_ANY,     /* the newest of what the index finds first, however much it is */
	SEARCH_SCAN,    /* the newest posts one by one: for what is frequent */
};
/* At most 30 hits. *candidates_r: how many the index gave, at most SEARCH_CANDIDATES.
 * *tsquery_r: what was looked for, as PostgreSQL prints it. */
#define SEARCH_CANDIDATES 5000
#define SEARCH_RANKED 2000 /* more are not ranked: the newest come first */
enum rc search_read(struct db *db, struct arena *a, struct reader who, const char *q,
		    const char *list, enum search_way way, struct search_hit **r, size_t *n_r,
		    int64_t *candidates_r, const char **tsquery_r) MUST_USE;
/* Whether PostgreSQL expects so many posts that walking them by date finds 30 sooner. */
enum rc search_plan_read(struct db *db, struct arena *a, const char *q, bool *walk_r) MUST_USE;
/* Which of the lexemes each word has in its language; a row for each that one has. */
struct search_word {
	size_t word; /* its place in words */
	const char *lexeme;
};
enum rc search_words_read(struct db *db, struct arena *a, const char *const *langs,
			  const char *const *words, size_t nwords, const char *const *lexemes,
			  size_t nlexemes, struct search_word **r, size_t *n_r) MUST_USE;

#endif
