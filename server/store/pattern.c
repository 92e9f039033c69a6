/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/pattern.sql. */
#include "server/db/db.h"
#include "server/store/pattern.h"

#include "server/base/base.h"

enum rc pattern_write(struct db *db, struct arena *a, const char *list, const char *field,
		      const char *source, const char *action, const char *sentence, int64_t *id_r,
		      int64_t *list_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PATTERN_ADD, &q, db_text(list), db_text(field),
			    db_text(source), db_text(action), db_text(sentence));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*id_r = db_get_i64(q, 0, 0);
	*list_r = db_get_i64(q, 0, 1);
	return RC_OK;
}

enum rc pattern_delete(struct db *db, struct arena *a, const char *list, int64_t id,
		       int64_t *list_r, const char **was_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PATTERN_REMOVE, &q, db_text(list), db_i64(id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_i64(q, 0, 0);
	*was_r = db_get_text(q, 0, 1);
	return RC_OK;
}

enum rc patterns_read(struct db *db, struct arena *a, const char *list, int64_t max,
		      struct pattern_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PATTERNS_OF, &q, db_text(list), db_i64(max));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct pattern_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct pattern_row){ db_get_i64(q, i, 0),  db_get_bool(q, i, 1),
						db_get_text(q, i, 2), db_get_text(q, i, 3),
						db_get_text(q, i, 4), db_get_text(q, i, 5) };
	return RC_OK;
}
