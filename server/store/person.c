/* SPDX-License-Identifier: Apache-2.0 */
/* See person.h. */
#include "server/db/db.h"
#include "server/store/person.h"

#include "server/base/base.h"

enum rc addresses_read(struct db *db, struct arena *a, int64_t account, struct own_address **r,
		       size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ADDRESSES_OF, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct own_address);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct own_address){ db_get_text(q, i, 0), db_get_bool(q, i, 1),
						db_get_bool(q, i, 2), db_get_bool(q, i, 3),
						db_get_text(q, i, 4) };
	return RC_OK;
}

enum rc addresses_pending_read(struct db *db, struct arena *a, int64_t account,
			       struct own_pending **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ADDRESSES_PENDING, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct own_pending);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct own_pending){ db_get_text(q, i, 0), db_get_time(q, i, 1) };
	return RC_OK;
}

enum rc addresses_asked_read(struct db *db, struct arena *a, int64_t account, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ADDRESSES_ASKED, &q, db_i64(account));

	if (rc == RC_OK)
		*n_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc person_read(struct db *db, struct arena *a, int64_t account, struct person_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PERSON_FIND, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct person_row){ .id = db_get_i64(q, 0, 0),
				  .list = db_get_i64(q, 0, 4),
				  .name = db_get_text(q, 0, 1),
				  .locale = db_get_text(q, 0, 2),
				  .addr = db_get_text(q, 0, 3) };
	return RC_OK;
}

enum rc address_write(struct db *db, struct arena *a, int64_t account, const char *addr, int max)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ADDRESS_ADD, &q, db_i64(account), db_text(addr),
			    db_i64(max));

	if (rc != RC_OK)
		return rc;
	return db_nrows(q) > 0 ? RC_OK : RC_CONFLICT;
}

enum rc address_primary_write(struct db *db, struct arena *a, int64_t account, const char *addr,
			      const char **before_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ADDRESS_UNLEAD, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*before_r = db_nrows(q) > 0 ? db_get_text(q, 0, 0) : "";
	rc = db_run(db, a, STMT_ADDRESS_LEAD, &q, db_i64(account), db_text(addr));
	if (rc != RC_OK)
		return rc;
	return db_nrows(q) > 0 ? RC_OK : RC_NOTFOUND;
}

enum rc address_remove_write(struct db *db, struct arena *a, int64_t account, const char *addr)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ADDRESS_REMOVE, &q, db_i64(account), db_text(addr));

	if (rc != RC_OK)
		return rc;
	return db_nrows(q) > 0 ? RC_OK : RC_NOTFOUND;
}

enum rc subscription_address_write(struct db *db, struct arena *a, int64_t account,
				   const char *list, const char *addr, int64_t *list_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SUBSCRIPTION_ADDRESS, &q, db_i64(account), db_text(list),
			    db_text(addr));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc claim_candidates_read(struct db *db, struct arena *a, int64_t list, const char *name,
			      const char *addr, struct claim_candidate **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLAIM_CANDIDATES, &q, db_i64(list), db_text(name),
			    db_text(addr));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct claim_candidate);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct claim_candidate){ db_get_i64(q, i, 0),  db_get_text(q, i, 1),
						    db_get_text(q, i, 2), db_get_text(q, i, 3),
						    db_get_bool(q, i, 4), db_get_bool(q, i, 5) };
	return RC_OK;
}

enum rc claim_asked_read(struct db *db, struct arena *a, int64_t account, const char *addr,
			 bool *asked_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLAIM_ASKED, &q, db_i64(account), db_text(addr));

	if (rc == RC_OK)
		*asked_r = db_get_bool(q, 0, 0);
	return rc;
}

enum rc claim_hold_read(struct db *db, struct arena *a, int64_t hold, struct claim_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLAIM_HOLD, &q, db_i64(hold));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct claim_row){ .hold = db_get_i64(q, 0, 0),
				 .list_title = db_get_text(q, 0, 1),
				 .list_name = db_get_text(q, 0, 2),
				 .subject = db_get_text(q, 0, 3),
				 .addr = db_get_text(q, 0, 4),
				 .name = db_get_text(q, 0, 5),
				 .held_at = db_get_time(q, 0, 6),
				 .decided = db_get_bool(q, 0, 7),
				 .proven = db_get_bool(q, 0, 8) };
	return RC_OK;
}

enum rc claim_waiting_write(struct db *db, struct arena *a, int64_t account, const char *addr,
			    int64_t hold, struct claim_done **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_CLAIM_WAITING, &q, db_i64(account), db_text(addr),
			    db_id(hold));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct claim_done);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct claim_done){ db_get_i64(q, i, 0), db_get_i64(q, i, 1),
					       db_get_bool(q, i, 2) };
	return RC_OK;
}
