/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/stats.sql. */
#include "server/db/db.h"
#include "server/store/stats.h"

#include "server/base/base.h"

enum rc stat_weeks_write(struct db *db, struct arena *a, int64_t *rows_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_STAT_WEEKS, &q);

	*rows_r = rc == RC_OK ? db_affected(q) : 0;
	if (rc == RC_OK)
		rc = db_run0(db, a, STMT_STAT_DOMAINS, &q);
	if (rc == RC_OK)
		*rows_r += db_affected(q);
	return rc;
}

enum rc stat_weeks_read(struct db *db, struct arena *a, int64_t list, struct week_row **r,
			size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_STAT_WEEKS_OF, &q, db_id(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct week_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct week_row){ db_get_time(q, i, 0), db_get_i64(q, i, 1),
					     db_get_i64(q, i, 2), db_get_i64(q, i, 3),
					     db_get_i64(q, i, 4) };
	return RC_OK;
}

enum rc stat_domains_read(struct db *db, struct arena *a, int64_t list, struct domain_row **r,
			  size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_STAT_DOMAINS_OF, &q, db_id(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct domain_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct domain_row){ db_get_text(q, i, 0), db_get_i64(q, i, 1),
					       db_get_i64(q, i, 2) };
	return RC_OK;
}

enum rc stat_decisions_read(struct db *db, struct arena *a, int64_t list, struct decided_row **r,
			    size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_STAT_DECISIONS, &q, db_id(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct decided_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct decided_row){ db_get_text(q, i, 0), db_get_i64(q, i, 1),
						db_get_i64(q, i, 2) };
	return RC_OK;
}

enum rc stat_people_read(struct db *db, struct arena *a, int64_t list, int64_t *members_r,
			 int64_t *wrote_r, int64_t *waiting_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_STAT_PEOPLE, &q, db_id(list));

	if (rc != RC_OK)
		return rc;
	*members_r = db_get_i64(q, 0, 0);
	*wrote_r = db_get_i64(q, 0, 1);
	*waiting_r = db_get_i64(q, 0, 2);
	return RC_OK;
}
