/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/record.sql. */
#include "server/db/db.h"
#include "server/store/record.h"

#include "server/base/base.h"

/* Nine columns from col on. */
static void entry_fill(const struct db_rows *q, size_t i, int col, struct seal_row *e)
{
	*e = (struct seal_row){ .id = db_get_i64(q, i, col),
				.at = db_get_time(q, i, col + 1),
				.door = db_get_text(q, i, col + 2),
				.act = db_get_text(q, i, col + 3),
				.actor = db_get_i64(q, i, col + 4),
				.list = db_get_i64(q, i, col + 5),
				.thread = db_get_i64(q, i, col + 6),
				.post = db_get_i64(q, i, col + 7),
				.subject = db_get_i64(q, i, col + 8),
				.digest = db_get_slice(q, i, col + 9) };
}

enum rc seal_last_read(struct db *db, struct arena *a, int64_t *n_r,
		       unsigned char hash_r[static HASH_BYTES])
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_SEAL_LAST, &q);

	*n_r = 0;
	memset(hash_r, 0, HASH_BYTES);
	if (rc != RC_OK || db_nrows(q) == 0)
		return rc;
	*n_r = db_get_i64(q, 0, 0);
	memcpy(hash_r, db_get_slice(q, 0, 1).p, HASH_BYTES);
	return RC_OK;
}

enum rc seal_open_read(struct db *db, struct arena *a, int limit, struct seal_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEAL_OPEN, &q, db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct seal_row);
	for (size_t i = 0; i < *n_r; i++)
		entry_fill(q, i, 0, &(*r)[i]);
	return RC_OK;
}

enum rc seal_write(struct db *db, struct arena *a, const int64_t *id,
		   const unsigned char (*hash)[HASH_BYTES], size_t n, int64_t *head_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEAL_ADD, &q, db_i64_array(a, id, n),
			    db_bytes_array(a, hash, n));

	if (rc == RC_OK)
		*head_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc links_read(struct db *db, struct arena *a, int64_t after, int limit, struct link_row **r,
		   size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEAL_LINKS, &q, db_i64(after), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct link_row);
	for (size_t i = 0; i < *n_r; i++) {
		struct link_row *l = &(*r)[i];

		*l = (struct link_row){ .n = db_get_i64(q, i, 0),
					.hash = db_get_slice(q, i, 1),
					.entry = db_get_bool(q, i, 2),
					.detail = db_get_bool(q, i, 3),
					.salt = db_get_slice(q, i, 14),
					.before = db_get_text(q, i, 15),
					.after = db_get_text(q, i, 16),
					.why = db_get_text(q, i, 17) };
		entry_fill(q, i, 4, &l->e);
	}
	return RC_OK;
}

enum rc entries_read(struct db *db, struct arena *a, int64_t after, int limit,
		     struct entry_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEAL_ENTRIES, &q, db_i64(after), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct entry_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct entry_row){ db_get_i64(q, i, 0), db_get_bool(q, i, 1),
					      db_get_bool(q, i, 2) };
	return RC_OK;
}

enum rc detail_erase(struct db *db, struct arena *a, int64_t account, int64_t *rows_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_AUDIT_ERASE, &q, db_i64(account));

	*rows_r = rc == RC_OK ? db_affected(q) : 0;
	return rc;
}

enum rc records_read(struct db *db, struct arena *a, const struct record_query *f,
		     struct record_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_AUDIT_FIND, &q, db_id(f->list), db_text(f->who),
			    db_text(f->door), db_text(f->act), db_text(f->from), db_text(f->until),
			    db_text(f->zone), db_id(f->before), db_i64(f->limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct record_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct record_row){
			.id = db_get_i64(q, i, 0),      .at = db_get_time(q, i, 1),
			.door = db_get_text(q, i, 2),   .act = db_get_text(q, i, 3),
			.actor = db_get_text(q, i, 4),  .subject = db_get_text(q, i, 5),
			.list = db_get_text(q, i, 6),   .list_title = db_get_text(q, i, 7),
			.thread = db_get_i64(q, i, 8),  .post = db_get_i64(q, i, 9),
			.before = db_get_text(q, i, 10), .after = db_get_text(q, i, 11),
			.why = db_get_text(q, i, 12),   .sealed = db_get_bool(q, i, 13),
			.erased = db_get_bool(q, i, 14)
		};
	return RC_OK;
}
