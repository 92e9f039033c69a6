/* SPDX-License-Identifier: Apache-2.0 */
/* See erase.h. */
#include "server/db/db.h"
#include "server/store/erase.h"

#include "server/base/base.h"

enum rc closing_write(struct db *db, struct arena *a, int64_t account, int days, int64_t *at_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLOSING_SET, &q, db_i64(account), db_i64(days));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_CONFLICT;
	*at_r = db_get_time(q, 0, 0);
	return RC_OK;
}

enum rc closing_undo_write(struct db *db, struct arena *a, int64_t account)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLOSING_UNSET, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	return db_nrows(q) > 0 ? RC_OK : RC_NOTFOUND;
}

enum rc closing_read(struct db *db, struct arena *a, int64_t account, int64_t *at_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLOSING_GET, &q, db_i64(account));

	*at_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_time(q, 0, 0) : 0;
	return rc;
}

enum rc closing_due_read(struct db *db, struct arena *a, int64_t *account_r, bool *begun_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_CLOSING_DUE, &q);

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*account_r = db_get_i64(q, 0, 0);
	*begun_r = db_get_bool(q, 0, 1);
	return RC_OK;
}

enum rc account_erase_write(struct db *db, struct arena *a, int64_t account, const char **who_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACCOUNT_ERASE, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*who_r = db_get_text(q, 0, 0);
	return **who_r ? RC_OK : RC_CONFLICT;
}

enum rc account_erase_step(struct db *db, struct arena *a, int64_t account, bool *more_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACCOUNT_ERASE_STEP, &q, db_i64(account));

	*more_r = rc == RC_OK && db_get_bool(q, 0, 0);
	return rc;
}
