/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/identity.sql. */
#include "server/db/db.h"
#include "server/store/identity.h"

#include "server/base/base.h"

enum rc identity_hold_read(struct db *db, struct arena *a, int64_t hold, struct identity_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_IDENTITY_HOLD, &q, db_i64(hold));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct identity_row){ db_get_text(q, 0, 1), db_get_text(q, 0, 2),
				    db_get_text(q, 0, 3), db_get_time(q, 0, 4),
				    db_get_bool(q, 0, 5) };
	return RC_OK;
}

enum rc identity_confirm_write(struct db *db, struct arena *a, int64_t hold, int64_t account,
			       bool approve, int64_t *list_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_IDENTITY_CONFIRM, &q, db_i64(hold), db_i64(account),
			    db_bool(approve));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_CONFLICT;
	*list_r = db_get_i64(q, 0, 0);
	return RC_OK;
}
