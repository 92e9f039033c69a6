/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/tag.sql. */
#include "server/db/db.h"
#include "server/store/tag.h"

#include "server/base/base.h"

enum rc tag_list_read(struct db *db, struct arena *a, int64_t list, int limit, struct tag_row **r,
		      size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TAGS_OF_LIST, &q, db_i64(list), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct tag_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct tag_row){ db_get_text(q, i, 0), db_get_i64(q, i, 1) };
	return RC_OK;
}

enum rc tag_lock(struct db *db, struct arena *a, const struct act_row *act, int64_t *before_r,
		 int64_t *after_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TAG_LOCK, &q, db_i64(act->list), db_text(act->before),
			    db_text(act->after));

	*before_r = rc == RC_OK ? db_get_i64(q, 0, 0) : 0;
	*after_r = rc == RC_OK ? db_get_i64(q, 0, 1) : 0;
	return rc;
}

enum rc tag_swap(struct db *db, const struct act_row *act)
{
	return db_run(db, NULL, STMT_TAG_SWAP, NULL, db_i64(act->id), db_i64(act->list),
		      db_text(act->before), db_text(act->after));
}

enum rc tag_swap_undo(struct db *db, const struct act_row *act, bool whole)
{
	return db_run(db, NULL, STMT_TAG_SWAP_UNDO, NULL, db_i64(act->id), db_i64(act->list),
		      db_text(act->before), db_text(act->after), db_bool(whole));
}

enum rc tag_proposed_read(struct db *db, struct arena *a, int64_t list, const char **r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TAG_PROPOSED, &q, db_i64(list));

	*r = rc == RC_OK ? db_get_text(q, 0, 0) : "";
	return rc;
}

enum rc tag_lead_read(struct db *db, struct arena *a, int64_t list, const char *tag, const char **r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TAG_LEAD, &q, db_i64(list), db_text(tag));

	if (rc == RC_OK && db_nrows(q) == 0)
		return RC_NOTFOUND;
	if (rc == RC_OK)
		*r = db_get_text(q, 0, 0);
	return rc;
}

enum rc tag_later_read(struct db *db, struct arena *a, const struct act_row *act, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TAG_CHANGED_SINCE, &q, db_i64(act->list), db_i64(act->id),
			    db_text(act->after));

	*n_r = rc == RC_OK ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc tag_acts_read(struct db *db, struct arena *a, int64_t list, int limit, struct act_line **r,
		      size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TAG_ACTS, &q, db_i64(list), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct act_line);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct act_line){ .id = db_get_i64(q, i, 0),
					     .kind = db_get_text(q, i, 1),
					     .at = db_get_time(q, i, 2),
					     .who = db_get_text(q, i, 3),
					     .before = db_get_text(q, i, 4),
					     .after = db_get_text(q, i, 5),
					     .posts = db_get_i64(q, i, 6),
					     .undone_at = db_get_time(q, i, 7),
					     .undone_by = db_get_text(q, i, 8),
					     .old = db_get_bool(q, i, 9),
					     .why = db_get_text(q, i, 10),
					     .mine = true,
					     .group = "",
					     .subject = "",
					     .list = "" };
	return RC_OK;
}
