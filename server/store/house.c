/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/house.sql. */
#include "server/db/db.h"
#include "server/store/house.h"

#include "server/base/base.h"

enum rc house_lock(struct db *db, struct arena *a, int which)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HOUSE_LOCK, &q, db_i64(which));

	if (rc != RC_OK)
		return rc;
	return db_get_bool(q, 0, 0) ? RC_OK : RC_CONFLICT;
}

enum rc seal_last_read(struct db *db, struct arena *a, int64_t *id_r,
		       unsigned char hash_r[static HASH_BYTES])
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_SEAL_LAST, &q);

	*id_r = 0;
	memset(hash_r, 0, HASH_BYTES);
	if (rc != RC_OK || db_nrows(q) == 0)
		return rc;
	*id_r = db_get_i64(q, 0, 0);
	memcpy(hash_r, db_get_slice(q, 0, 1).p, HASH_BYTES);
	return RC_OK;
}

enum rc seal_next_read(struct db *db, struct arena *a, int64_t after, struct seal_row **r,
		       size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEAL_NEXT, &q, db_i64(after));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct seal_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct seal_row){ .id = db_get_i64(q, i, 0),
					     .at = db_get_time(q, i, 1),
					     .door = db_get_text(q, i, 2),
					     .act = db_get_text(q, i, 3),
					     .actor = db_get_i64(q, i, 4),
					     .list = db_get_i64(q, i, 5),
					     .thread = db_get_i64(q, i, 6),
					     .post = db_get_i64(q, i, 7),
					     .subject = db_get_i64(q, i, 8),
					     .digest = db_get_slice(q, i, 9) };
	return RC_OK;
}

enum rc seal_write(struct db *db, int64_t id, const unsigned char hash[static HASH_BYTES])
{
	return db_run(db, NULL, STMT_SEAL_ADD, NULL, db_i64(id), db_bytes(hash, HASH_BYTES));
}

enum rc expire_all(struct db *db, struct arena *a, int64_t *rows_r)
{
	static const enum stmt all[] = { STMT_EXPIRE_TOKENS, STMT_EXPIRE_SESSIONS,
					STMT_EXPIRE_SIGNIN_FAILURES,
					 STMT_EXPIRE_RAW, STMT_EXPIRE_NOTICE_SENT };

	*rows_r = 0;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct db_rows *q;
		enum rc rc = db_run0(db, a, all[i], &q);

		if (rc != RC_OK)
			return rc;
		*rows_r += db_affected(q);
	}
	return RC_OK;
}

enum rc ledger_keep(struct db *db, struct arena *a, int64_t *changes_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_LEDGER_KEEP, &q);

	*changes_r = rc == RC_OK ? db_get_i64(q, 0, 0) : 0;
	return rc;
}
