/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/ban.sql. */
#include "server/db/db.h"
#include "server/store/ban.h"

#include "server/base/base.h"

enum rc ban_write(struct db *db, struct arena *a, int64_t list, const char *addr,
		  const char *reason, int64_t until, int64_t by)
{
	struct db_rows *q;

	return db_run(db, a, STMT_BAN_ADD, &q, db_id(list), db_text(addr), db_text(reason),
		      db_time(until), db_id(by));
}

enum rc bans_read(struct db *db, struct arena *a, int64_t list, int64_t before, int limit,
		  struct ban_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BANS_OF, &q, db_id(list), db_id(before), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct ban_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct ban_row){ .id = db_get_i64(q, i, 0),
					    .site = db_get_bool(q, i, 1),
					    .addr = db_get_text(q, i, 2),
					    .reason = db_get_text(q, i, 3),
					    .until = db_get_time(q, i, 4),
					    .created_at = db_get_time(q, i, 5),
					    .by = db_get_text(q, i, 6) };
	return RC_OK;
}

enum rc ban_delete(struct db *db, struct arena *a, int64_t list, int64_t id, struct ban_row *was_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BAN_LIFT, &q, db_id(list), db_i64(id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*was_r = (struct ban_row){ .id = id,
				   .addr = db_get_text(q, 0, 0),
				   .reason = db_get_text(q, 0, 1) };
	return RC_OK;
}

enum rc ban_expire(struct db *db, struct arena *a, struct ban_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_BAN_EXPIRED, &q);

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct ban_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct ban_row){ .list = db_get_i64(q, i, 0),
					    .addr = db_get_text(q, i, 1),
					    .reason = db_get_text(q, i, 2) };
	return RC_OK;
}
