/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/pattern.sql. */
#include "server/db/db.h"
#include "server/store/pattern.h"

#include "server/base/base.h"

enum rc pattern_write(struct db *db, struct arena *a, int64_t list, const char *field,
		      const char *source, const char *action, const char *sentence, int64_t *id_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PATTERN_ADD, &q, db_id(list), db_text(field),
			    db_text(source), db_text(action), db_text(sentence));

	if (rc == RC_OK)
		*id_r = db_get_i64(q, 0, 0);
	return rc;
}

/* One row with one text, or there is none. */
static enum rc one_text(enum rc rc, const struct db_rows *q, const char **text_r)
{
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*text_r = db_get_text(q, 0, 0);
	return RC_OK;
}

enum rc pattern_delete(struct db *db, struct arena *a, int64_t list, int64_t id,
		       const char **was_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_PATTERN_REMOVE, &q, db_id(list), db_i64(id));

	return one_text(rc, q, was_r);
}

enum rc pattern_switch_write(struct db *db, struct arena *a, int64_t list, int64_t id, bool on,
			     const char **what_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_PATTERN_SWITCH, &q, db_id(list), db_i64(id), db_bool(on));

	return one_text(rc, q, what_r);
}

enum rc pattern_move_write(struct db *db, struct arena *a, int64_t list, int64_t id, bool up,
			   bool *moved_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PATTERN_MOVE, &q, db_id(list), db_i64(id), db_bool(up));

	*moved_r = rc == RC_OK && db_nrows(q) > 0;
	return rc;
}

static enum rc rows_fill(enum rc rc, struct arena *a, const struct db_rows *q,
			 struct pattern_row **r, size_t *n_r)
{
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct pattern_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct pattern_row){ db_get_i64(q, i, 0),  db_get_bool(q, i, 1),
						db_get_text(q, i, 2), db_get_text(q, i, 3),
						db_get_text(q, i, 4), db_get_text(q, i, 5),
						db_get_bool(q, i, 6) };
	return RC_OK;
}

enum rc patterns_read(struct db *db, struct arena *a, const char *list, int64_t max,
		      struct pattern_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_PATTERNS_OF, &q, db_text(list), db_i64(max));

	return rows_fill(rc, a, q, r, n_r);
}

enum rc patterns_all_read(struct db *db, struct arena *a, int64_t list, int64_t max,
			  struct pattern_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_PATTERNS_ALL, &q, db_id(list), db_i64(max));

	return rows_fill(rc, a, q, r, n_r);
}

enum rc samples_read(struct db *db, struct arena *a, int64_t list, bool head,
		     struct sample_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PATTERN_SAMPLE, &q, db_id(list), db_bool(head));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct sample_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct sample_row){ .held = db_get_bool(q, i, 0),
					       .id = db_get_i64(q, i, 1),
					       .at = db_get_time(q, i, 2),
					       .subject = db_get_text(q, i, 3),
					       .author_name = db_get_text(q, i, 4),
					       .author_addr = db_get_text(q, i, 5),
					       .body = db_get_text(q, i, 6),
					       .thread = db_get_i64(q, i, 7),
					       .number = db_get_i64(q, i, 8),
					       .head = db_get_slice(q, i, 9) };
	return RC_OK;
}
