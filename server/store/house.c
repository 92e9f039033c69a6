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

enum rc expire_all(struct db *db, struct arena *a, int64_t *rows_r)
{
	static const enum stmt all[] = { STMT_EXPIRE_TOKENS, STMT_EXPIRE_SESSIONS,
					STMT_EXPIRE_SIGNIN_FAILURES, STMT_EXPIRE_DELETED,
					 STMT_EXPIRE_RAW, STMT_EXPIRE_NOTICE_SENT,
					 STMT_EXPIRE_HOLD_TOKENS, STMT_EXPIRE_INVITATIONS };

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

enum rc clock_back(struct db *db, struct arena *a, int64_t *rows_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_CLOCK_BACK, &q);

	*rows_r = rc == RC_OK ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc ledger_keep(struct db *db, struct arena *a, int64_t *changes_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_LEDGER_KEEP, &q);

	*changes_r = rc == RC_OK ? db_get_i64(q, 0, 0) : 0;
	return rc;
}
