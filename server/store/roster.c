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

enum rc roster_head_read(struct db *db, struct arena *a, int64_t account, bool admin,
			 const char *list, struct roster_head *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ROSTER_HEAD, &q, db_id(account), db_bool(admin),
			    db_text(list));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct roster_head){ .list = db_get_i64(q, 0, 0),
				   .members = db_get_i64(q, 0, 5),
				   .name = db_get_text(q, 0, 1),
				   .title = db_get_text(q, 0, 2),
				   .domain = db_get_text(q, 0, 3),
				   .roster = db_get_text(q, 0, 4),
				   .role = db_get_text(q, 0, 6),
				   .join_policy = db_get_text(q, 0, 7),
				   .lang = db_get_text(q, 0, 8),
				   .invites = db_get_text(q, 0, 9) };
	return RC_OK;
}

enum rc roster_read(struct db *db, struct arena *a, int64_t list, bool addresses, const char *key,
		    int64_t id, const char *q, int limit, struct roster_row **r, size_t *n_r)
{
	struct db_rows *rows;
	enum rc rc = db_run(db, a, STMT_ROSTER_PAGE, &rows, db_i64(list), db_bool(addresses),
			    db_text(key), db_i64(id), db_text(q), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(rows);
	*r = ARENA_ARRAY(a, *n_r, struct roster_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct roster_row){ .account = db_get_i64(rows, i, 0),
					       .name = db_get_text(rows, i, 1),
					       .role = db_get_text(rows, i, 2),
					       .delivery = db_get_text(rows, i, 3),
					       .pause_until = db_get_time(rows, i, 4),
					       .joined_at = db_get_time(rows, i, 5),
					       .addr = db_get_text(rows, i, 6),
					       .hidden = db_get_bool(rows, i, 7),
					       .dead = db_get_bool(rows, i, 8),
					       .country = db_get_text(rows, i, 9),
					       .organisation = db_get_text(rows, i, 10),
					       .key = db_get_text(rows, i, 11),
					       .locale = db_get_text(rows, i, 12) };
	return RC_OK;
}

enum rc roster_set_write(struct db *db, struct arena *a, int64_t list, const char *who)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ROSTER_SET, &q, db_i64(list), db_text(who));

	if (rc != RC_OK)
		return rc;
	return db_nrows(q) > 0 ? RC_OK : RC_NOTFOUND;
}

enum rc roster_member_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			   struct roster_member *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MEMBER_OF_ACCOUNT, &q, db_i64(list), db_i64(account));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct roster_member){ db_get_i64(q, 0, 0),  db_get_text(q, 0, 1),
				     db_get_text(q, 0, 2), db_get_text(q, 0, 3),
				     db_get_text(q, 0, 4), db_get_text(q, 0, 5) };
	return RC_OK;
}

enum rc plan_people_read(struct db *db, struct arena *a, int64_t list, const char *const *addrs,
			 size_t n, struct plan_person **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PLAN_PEOPLE, &q, db_i64(list), db_text_array(a, addrs, n));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct plan_person);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct plan_person){ db_get_i64(q, i, 1),  db_get_text(q, i, 0),
						db_get_text(q, i, 2), db_get_text(q, i, 3),
						db_get_text(q, i, 4), db_get_bool(q, i, 5) };
	return RC_OK;
}

enum rc plan_members_read(struct db *db, struct arena *a, int64_t list, struct plan_person **r,
			  size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PLAN_MEMBERS, &q, db_i64(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct plan_person);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct plan_person){ .account = db_get_i64(q, i, 0),
						.name = db_get_text(q, i, 1),
						.addr = db_get_text(q, i, 2),
						.role = db_get_text(q, i, 3),
						.delivery = "" };
	return RC_OK;
}
