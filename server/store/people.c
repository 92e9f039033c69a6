/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/people.sql. */
#include "server/db/db.h"
#include "server/store/people.h"

#include "server/base/base.h"

static struct people_row row(const struct db_rows *q, size_t i)
{
	return (struct people_row){ db_get_i64(q, i, 0),  db_get_text(q, i, 1),
				    db_get_text(q, i, 2), db_get_bool(q, i, 3),
				    db_get_time(q, i, 4), db_get_time(q, i, 5) };
}

enum rc people_read(struct db *db, struct arena *a, const char *part, int64_t before, int limit,
		    struct people_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PEOPLE_FIND, &q, db_text(part), db_id(before), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct people_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = row(q, i);
	return RC_OK;
}

enum rc people_one_read(struct db *db, struct arena *a, int64_t id, struct people_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PEOPLE_ONE, &q, db_i64(id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = row(q, 0);
	return RC_OK;
}

enum rc people_facts_read(struct db *db, struct arena *a, int64_t id, struct people_fact **r,
			  size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PEOPLE_FACTS, &q, db_i64(id));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct people_fact);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct people_fact){ (int)db_get_i64(q, i, 0), db_get_text(q, i, 1),
						db_get_text(q, i, 2), db_get_time(q, i, 3),
						db_get_text(q, i, 4) };
	return RC_OK;
}

static enum rc one(enum rc rc, const struct db_rows *q)
{
	return rc == RC_OK && db_nrows(q) == 0 ? RC_CONFLICT : rc;
}

enum rc people_admin_write(struct db *db, struct arena *a, int64_t id, bool on)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_PEOPLE_ADMIN, &q, db_i64(id), db_bool(on));

	return one(rc, q);
}

enum rc people_lock_write(struct db *db, struct arena *a, int64_t id, bool on)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_PEOPLE_LOCK, &q, db_i64(id), db_bool(on));

	return one(rc, q);
}

enum rc people_signout_write(struct db *db, struct arena *a, int64_t id, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_PEOPLE_SIGNOUT, &q, db_i64(id));

	*n_r = rc == RC_OK ? db_affected(q) : 0;
	return rc;
}
