/* SPDX-License-Identifier: Apache-2.0 */
/* See export.h. */
#include "server/db/db.h"
#include "server/store/export.h"

#include "server/base/base.h"

enum rc export_gate(struct db *db, struct arena *a)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_EXPORT_GATE, &q);

	if (rc != RC_OK)
		return rc;
	return db_get_bool(q, 0, 0) ? RC_OK : RC_CONFLICT;
}

enum rc export_account_read(struct db *db, struct arena *a, int64_t account, const char **json_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_EXPORT_ACCOUNT, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*json_r = db_get_text(q, 0, 0);
	return RC_OK;
}

enum rc export_counts_read(struct db *db, struct arena *a, int64_t account, struct export_counts *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_EXPORT_COUNTS, &q, db_i64(account));

	if (rc == RC_OK)
		*r = (struct export_counts){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1),
					     db_get_i64(q, 0, 2) };
	return rc;
}

enum rc export_posts_read(struct db *db, struct arena *a, int64_t account, int64_t after, int limit,
			  struct export_post **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_EXPORT_POSTS, &q, db_i64(account), db_i64(after),
			    db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct export_post);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct export_post){ .id = db_get_i64(q, i, 0),
						.list = db_get_text(q, i, 1),
						.thread = db_get_i64(q, i, 2),
						.number = db_get_i64(q, i, 3),
						.subject = db_get_text(q, i, 4),
						.sent_at = db_get_time(q, i, 5),
						.source = db_get_text(q, i, 6),
						.state = db_get_text(q, i, 7),
						.body = db_get_slice(q, i, 8),
						.raw = db_get_i64(q, i, 9),
						.files = db_get_i64(q, i, 10) };
	return RC_OK;
}

enum rc export_chunk_read(struct db *db, struct arena *a, int64_t raw, int64_t n, struct slice *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_EXPORT_CHUNK, &q, db_i64(raw), db_i64(n));

	if (rc == RC_OK)
		*r = db_nrows(q) > 0 ? db_get_slice(q, 0, 0) : SLICE("");
	return rc;
}

static struct attachment_place place_of(const struct db_rows *q, size_t i)
{
	return (struct attachment_place){
		.row = { db_get_i64(q, i, 0), db_get_text(q, i, 1), db_get_text(q, i, 2),
			 db_get_i64(q, i, 3), false },
		.encoding = db_get_text(q, i, 4),
		.offset = db_get_i64(q, i, 5),
		.length = db_get_i64(q, i, 6),
		.raw = db_get_i64(q, i, 7),
		.inner = db_is_null(q, i, 8) ? -1 : db_get_i64(q, i, 8),
	};
}

enum rc export_files_read(struct db *db, struct arena *a, int64_t post, struct attachment_place **r,
			  size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_EXPORT_FILES, &q, db_i64(post));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct attachment_place);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = place_of(q, i);
	return RC_OK;
}

enum rc export_record_read(struct db *db, struct arena *a, int64_t account, int64_t after, int limit,
			   struct export_act **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_EXPORT_RECORD, &q, db_i64(account), db_i64(after),
			    db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct export_act);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct export_act){ .id = db_get_i64(q, i, 0),
					       .at = db_get_time(q, i, 1),
					       .door = db_get_text(q, i, 2),
					       .act = db_get_text(q, i, 3),
					       .list = db_get_text(q, i, 4),
					       .mine = db_get_bool(q, i, 5),
					       .by_somebody = db_get_bool(q, i, 6),
					       .to_me = db_get_bool(q, i, 7),
					       .before = db_get_text(q, i, 8),
					       .after = db_get_text(q, i, 9) };
	return RC_OK;
}
