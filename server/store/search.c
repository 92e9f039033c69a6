/* SPDX-License-Identifier: Apache-2.0 */
/* Searching the posts; see sql/search.sql for the columns. */
#include "server/db/db.h"
#include "server/store/search.h"

#include "server/base/base.h"

#define WHO db_id(who.account), db_bool(who.admin)

enum rc search_read(struct db *db, struct arena *a, struct reader who, const char *q,
		    const char *list, enum search_way way, struct search_hit **r, size_t *n_r,
		    int64_t *candidates_r, const char **tsquery_r)
{
	struct db_rows *rows;
	enum rc rc;

	if (way == SEARCH_SCAN && list == NULL)
		rc = db_run(db, a, STMT_SEARCH_NEWEST, &rows, WHO, db_text(q));
	else if (way == SEARCH_SCAN)
		rc = db_run(db, a, STMT_SEARCH_NEWEST_IN, &rows, WHO, db_text(q), db_text(list));
	else
		rc = db_run(db, a, STMT_SEARCH_CANDIDATES, &rows, WHO, db_text(q), db_text(list),
			    db_bool(way == SEARCH_BY_DATE), db_bool(way == SEARCH_ANY));
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(rows);
	*candidates_r = *n_r ? db_get_i64(rows, 0, 9) : 0;
	*tsquery_r = *n_r ? db_get_text(rows, 0, 10) : "";
	if (*n_r && db_is_null(rows, 0, 0))
		*n_r = 0;
	*r = ARENA_ARRAY(a, *n_r, struct search_hit);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct search_hit){
			.list_name = db_get_text(rows, i, 0),
			.list_title = db_get_text(rows, i, 1),
			.thread = db_get_i64(rows, i, 2),
			.number = db_get_i64(rows, i, 3),
			.subject = db_get_text(rows, i, 4),
			.author_name = db_get_text(rows, i, 5),
			.lang = db_get_text(rows, i, 6),
			.sent_at = db_get_time(rows, i, 7),
			.text = db_get_slice(rows, i, 8),
		};
	return RC_OK;
}

enum rc search_plan_read(struct db *db, struct arena *a, const char *q, bool *walk_r)
{
	struct db_rows *rows;
	enum rc rc = db_run(db, a, STMT_SEARCH_PLAN, &rows, db_text(q));
	const char *node, *expected;

	*walk_r = false;
	if (rc != RC_OK || db_nrows(rows) == 0)
		return rc;
	node = strstr(db_get_text(rows, 0, 0), "\"Index Name\": \"post_newest\"");
	expected = node ? strstr(node, "\"Plan Rows\": ") : NULL;
	/* twice, since what it expects of words that it has no figures of is much */
	*walk_r = expected != NULL && strtod(expected + strlen("\"Plan Rows\": "), NULL) >= 2 * SEARCH_RANKED;
	return RC_OK;
}

enum rc search_words_read(struct db *db, struct arena *a, const char *const *langs,
			  const char *const *words, size_t nwords, const char *const *lexemes,
			  size_t nlexemes, struct search_word **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEARCH_WORDS, &q, db_text_array(a, langs, nwords),
			    db_text_array(a, words, nwords), db_text_array(a, lexemes, nlexemes));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct search_word);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct search_word){ (size_t)db_get_i64(q, i, 0) - 1,
						db_get_text(q, i, 1) };
	return RC_OK;
}
