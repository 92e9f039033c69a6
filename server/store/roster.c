/* SPDX-License-Identifier: Apache-2.0 */
/* See roster.h. */
#include "server/db/db.h"
#include "server/store/roster.h"

#include "server/base/base.h"

enum rc list_lock_write(struct db *db, int64_t list)
{
	return db_run(db, NULL, STMT_LIST_LOCK, NULL, db_i64(list));
}

enum rc owner_last_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			bool *last_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_OWNER_LAST, &q, db_i64(list), db_i64(account));

	if (rc == RC_OK)
		*last_r = db_get_bool(q, 0, 0);
	return rc;
}

enum rc owner_only_of_read(struct db *db, struct arena *a, int64_t account, struct owned **r,
			   size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_OWNER_ONLY_OF, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct owned);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct owned){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
					  db_get_text(q, i, 2) };
	return RC_OK;
}

enum rc member_role_write(struct db *db, struct arena *a, int64_t list, int64_t account,
			  const char *role, const char **before_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MEMBER_ROLE_SET, &q, db_i64(list), db_i64(account),
			    db_text(role));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*before_r = db_get_text(q, 0, 0);
	return RC_OK;
}
