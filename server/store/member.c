/* SPDX-License-Identifier: Apache-2.0 */
/* See member.h. */
#include "server/db/db.h"
#include "server/store/member.h"

#include "server/base/base.h"

enum rc membership_read(struct db *db, struct arena *a, int64_t list, const char *addr,
			int64_t account, int64_t subscription, struct membership *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MEMBER_FIND, &q, db_id(list), db_text(addr), db_id(account),
			    db_id(subscription));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct membership){
		.list = db_get_i64(q, 0, 0),
		.list_name = db_get_text(q, 0, 1),
		.domain = db_get_text(q, 0, 2),
		.title = db_get_text(q, 0, 3),
		.lang = db_get_text(q, 0, 4),
		.join_policy = db_get_text(q, 0, 5),
		.list_closed = db_get_bool(q, 0, 6),
		.account = db_get_i64(q, 0, 7),
		.name = db_get_text(q, 0, 8),
		.locale = db_get_text(q, 0, 9),
		.account_closed = db_get_bool(q, 0, 10),
		.address = db_get_i64(q, 0, 11),
		.addr = db_get_text(q, 0, 12),
		.subscription = db_get_i64(q, 0, 13),
		.role = db_get_text(q, 0, 14),
		.delivery = db_get_text(q, 0, 15),
		.paused = db_get_bool(q, 0, 16),
		.pause_until = db_get_time(q, 0, 17),
		.copies_to = db_get_text(q, 0, 18),
		.joined_at = db_get_time(q, 0, 19),
		.utc_offset = db_is_null(q, 0, 20) ? -360 : (int)db_get_i64(q, 0, 20),
		.banned = db_get_bool(q, 0, 21),
		.invited = db_get_bool(q, 0, 22),
	};
	return RC_OK;
}

static enum rc one_id(enum rc rc, const struct db_rows *q, enum rc none, int64_t *id_r)
{
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return none;
	*id_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc list_id_read(struct db *db, struct arena *a, const char *name, int64_t *id_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_LIST_ID_BY_NAME, &q, db_text(name));

	return one_id(rc, q, RC_NOTFOUND, id_r);
}

enum rc member_join_write(struct db *db, struct arena *a, int64_t list, int64_t account,
			  int64_t address, const char *source, int64_t *subscription_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MEMBER_JOIN, &q, db_i64(list), db_i64(account),
			    db_i64(address), db_text(source));

	return one_id(rc, q, RC_CONFLICT, subscription_r);
}

enum rc member_leave_write(struct db *db, struct arena *a, int64_t subscription)
{
	struct db_rows *q = NULL;
	int64_t list;
	enum rc rc = db_run(db, a, STMT_MEMBER_LEAVE, &q, db_i64(subscription));

	return one_id(rc, q, RC_CONFLICT, &list);
}

enum rc member_pause_write(struct db *db, int64_t subscription, int64_t from, int64_t until)
{
	return db_run(db, NULL, STMT_MEMBER_PAUSE, NULL, db_i64(subscription), db_time(until),
		      db_time(from));
}

enum rc member_delivery_write(struct db *db, int64_t subscription, const char *delivery)
{
	return db_run(db, NULL, STMT_MEMBER_DELIVERY, NULL, db_i64(subscription),
		      db_text(delivery));
}

enum rc member_follow_write(struct db *db, int64_t thread, int64_t account, const char *mode)
{
	return db_run(db, NULL, STMT_MEMBER_FOLLOW, NULL, db_i64(thread), db_i64(account),
		      db_text(mode));
}

enum rc member_thread_read(struct db *db, struct arena *a, int64_t thread, int64_t list,
			   int64_t *thread_r, const char **subject_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MEMBER_THREAD, &q, db_i64(thread), db_i64(list));

	rc = one_id(rc, q, RC_NOTFOUND, thread_r);
	if (rc == RC_OK)
		*subject_r = db_get_text(q, 0, 1);
	return rc;
}

enum rc member_data_read(struct db *db, struct arena *a, int64_t account, struct member_fact **r,
			 size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MEMBER_DATA, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct member_fact);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct member_fact){ db_get_i64(q, i, 0) == 2, db_get_text(q, i, 1),
						db_get_text(q, i, 2), db_get_text(q, i, 3),
						db_get_time(q, i, 4) };
	return RC_OK;
}

enum rc join_request_write(struct db *db, struct arena *a, int64_t list,
			   const struct join_request *j, int64_t *id_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_JOIN_REQUEST_ADD, &q, db_i64(list), db_text(j->addr),
			    db_text(j->name), db_text(j->locale), db_text(j->source));

	*id_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc join_requests_read(struct db *db, struct arena *a, int64_t list, struct join_request **r,
			   size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_JOIN_REQUESTS_OPEN, &q, db_i64(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct join_request);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct join_request){ db_get_i64(q, i, 0),  db_get_time(q, i, 5),
						 db_get_text(q, i, 1), db_get_text(q, i, 2),
						 db_get_text(q, i, 3), db_get_text(q, i, 4) };
	return RC_OK;
}

enum rc join_request_decide_write(struct db *db, struct arena *a, int64_t list, int64_t id,
				  const char *decision, int64_t by, struct join_request *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_JOIN_REQUEST_DECIDE, &q, db_i64(id), db_i64(list),
			    db_text(decision), db_id(by));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct join_request){ .id = id,
				    .addr = db_get_text(q, 0, 0),
				    .name = db_get_text(q, 0, 1),
				    .locale = db_get_text(q, 0, 2),
				    .source = db_get_text(q, 0, 3) };
	return RC_OK;
}
