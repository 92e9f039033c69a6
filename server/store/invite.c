/* SPDX-License-Identifier: Apache-2.0 */
/* See invite.h. */
#include "server/db/db.h"
#include "server/store/invite.h"

#include "server/base/base.h"

enum rc invite_group_read(struct db *db, struct arena *a, int64_t account, bool admin,
			  const char *list, struct invite_group *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_GROUP, &q, db_id(account), db_bool(admin),
			    db_text(list));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct invite_group){ .list = db_get_i64(q, 0, 0),
				    .name = db_get_text(q, 0, 1),
				    .title = db_get_text(q, 0, 2),
				    .domain = db_get_text(q, 0, 3),
				    .lang = db_get_text(q, 0, 4),
				    .invites = db_get_text(q, 0, 5),
				    .shut = db_get_bool(q, 0, 6),
				    .role = db_get_text(q, 0, 7),
				    .asker = db_get_text(q, 0, 8) };
	return RC_OK;
}

enum rc invite_look_read(struct db *db, struct arena *a, int64_t list, const char *const *addrs,
			 size_t n, int quiet_days, struct invite_look **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_LOOK, &q, db_i64(list), db_text_array(a, addrs, n),
			    db_i64(quiet_days));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct invite_look);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct invite_look){ .addr = db_get_text(q, i, 0),
						.account = db_get_i64(q, i, 1),
						.name = db_get_text(q, i, 2),
						.locale = db_get_text(q, i, 3),
						.closed = db_get_bool(q, i, 4),
						.member = db_get_bool(q, i, 5),
						.banned = db_get_bool(q, i, 6),
						.waits = db_get_bool(q, i, 7),
						.declined = db_get_bool(q, i, 8) };
	return RC_OK;
}

enum rc invite_today_read(struct db *db, struct arena *a, int64_t account, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_TODAY, &q, db_i64(account));

	if (rc == RC_OK)
		*n_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc invite_write(struct db *db, struct arena *a, const struct invite_row *i, int days,
		     int64_t *id_r, int64_t *expires_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_ADD, &q, db_i64(i->list), db_text(i->addr),
			    db_text(i->name), db_text(i->locale), db_text(i->note), db_id(i->by),
			    db_i64(days));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_CONFLICT;
	*id_r = db_get_i64(q, 0, 0);
	*expires_r = db_get_time(q, 0, 1);
	return RC_OK;
}

enum rc invite_again_write(struct db *db, struct arena *a, int64_t id, int64_t list, int days,
			   int64_t *expires_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_AGAIN, &q, db_i64(id), db_i64(list), db_i64(days));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*expires_r = db_get_time(q, 0, 1);
	return RC_OK;
}

static struct invite_row row_of(const struct db_rows *q, size_t i)
{
	return (struct invite_row){ .id = db_get_i64(q, i, 0),
				    .list = db_get_i64(q, i, 1),
				    .list_name = db_get_text(q, i, 2),
				    .title = db_get_text(q, i, 3),
				    .domain = db_get_text(q, i, 4),
				    .description = db_get_text(q, i, 5),
				    .addr = db_get_text(q, i, 6),
				    .name = db_get_text(q, i, 7),
				    .locale = db_get_text(q, i, 8),
				    .note = db_get_text(q, i, 9),
				    .by = db_get_i64(q, i, 10),
				    .by_name = db_get_text(q, i, 11),
				    .made_at = db_get_time(q, i, 12),
				    .sent_at = db_get_time(q, i, 13),
				    .reminded_at = db_get_time(q, i, 14),
				    .expires_at = db_get_time(q, i, 15),
				    .ended_at = db_get_time(q, i, 16),
				    .outcome = db_get_text(q, i, 17),
				    .failure = db_get_text(q, i, 18),
				    .sends = db_get_i64(q, i, 19),
				    .open = db_get_bool(q, i, 20),
				    .shut = db_get_bool(q, i, 21) };
}

enum rc invite_read(struct db *db, struct arena *a, int64_t id, struct invite_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_GET, &q, db_i64(id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = row_of(q, 0);
	return RC_OK;
}

enum rc invites_read(struct db *db, struct arena *a, int64_t list, int64_t before, int limit,
		     struct invite_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITES_OF, &q, db_i64(list), db_id(before), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct invite_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = row_of(q, i);
	return RC_OK;
}

enum rc invite_end_write(struct db *db, struct arena *a, int64_t id, const char *outcome, bool never)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_END, &q, db_i64(id), db_text(outcome),
			    db_bool(never));

	return rc == RC_OK && db_nrows(q) == 0 ? RC_NOTFOUND : rc;
}

enum rc invite_met_write(struct db *db, int64_t list, const char *addr, int64_t account)
{
	return db_run(db, NULL, STMT_INVITE_MET, NULL, db_i64(list), db_text(addr), db_id(account));
}

enum rc invite_bounced_write(struct db *db, int64_t id, const char *failure)
{
	return db_run(db, NULL, STMT_INVITE_BOUNCED, NULL, db_i64(id), db_text(failure));
}

enum rc invite_remind_write(struct db *db, struct arena *a, int days, int limit, int64_t **id_r,
			    size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_REMIND, &q, db_i64(days), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*id_r = ARENA_ARRAY(a, *n_r, int64_t);
	for (size_t i = 0; i < *n_r; i++)
		(*id_r)[i] = db_get_i64(q, i, 0);
	return RC_OK;
}

enum rc invite_expire_write(struct db *db, struct arena *a, int limit, struct invite_expired **r,
			    size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_INVITE_EXPIRE, &q, db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct invite_expired);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct invite_expired){ db_get_i64(q, i, 0), db_get_text(q, i, 1) };
	return RC_OK;
}
