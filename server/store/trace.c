/* SPDX-License-Identifier: Apache-2.0 */
/* See trace.h and sql/trace.sql for the columns. */
#include "server/db/db.h"
#include "server/store/trace.h"

#include "server/base/base.h"

#define WHO db_id(who.account), db_bool(who.admin)

enum rc trace_read(struct db *db, struct arena *a, struct reader who, const char *msgid,
		   struct trace_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TRACE_BY_MSGID, &q, WHO, db_text(msgid));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct trace_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct trace_row){ .received_at = db_get_time(q, i, 0),
					      .list_name = db_get_text(q, i, 1),
					      .list_title = db_get_text(q, i, 2),
					      .recipient = db_get_text(q, i, 3),
					      .envelope_from = db_get_text(q, i, 4),
					      .msgid = db_get_text(q, i, 5),
					      .fate = db_get_text(q, i, 6),
					      .rule = db_get_text(q, i, 7),
					      .reason = db_get_text(q, i, 8),
					      .trace = db_get_text(q, i, 9),
					      .post = db_get_i64(q, i, 10),
					      .hold = db_get_i64(q, i, 11),
					      .thread_number = db_get_i64(q, i, 12),
					      .number = db_get_i64(q, i, 13),
					      .subject = db_get_text(q, i, 14),
					      .decision = db_get_text(q, i, 15),
					      .decided_at = db_get_time(q, i, 16),
					      .done_at = db_get_time(q, i, 17),
					      .effective_at = db_get_time(q, i, 18),
					      .decider = db_get_text(q, i, 19),
					      .moderates = db_get_bool(q, i, 20) };
	return RC_OK;
}

enum rc trace_mine_read(struct db *db, struct arena *a, int64_t account, struct trace_mine **r,
			size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TRACE_MINE, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct trace_mine);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct trace_mine){ .msgid = db_get_text(q, i, 0),
					       .at = db_get_time(q, i, 1),
					       .subject = db_get_text(q, i, 2),
					       .fate = db_get_text(q, i, 3),
					       .list_title = db_get_text(q, i, 4) };
	return RC_OK;
}

enum rc trace_counts_read(struct db *db, struct arena *a, int64_t post, struct trace_counts *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TRACE_COUNTS, &q, db_i64(post));

	if (rc == RC_OK)
		*r = (struct trace_counts){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1),
					    db_get_i64(q, 0, 2), db_get_i64(q, 0, 3) };
	return rc;
}

enum rc trace_failures_read(struct db *db, struct arena *a, struct reader who, int64_t post,
			    struct trace_failure **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TRACE_FAILURES, &q, WHO, db_i64(post));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct trace_failure);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct trace_failure){ .addr = db_get_text(q, i, 0),
						  .outcome = db_get_text(q, i, 1),
						  .code = db_get_i64(q, i, 2),
						  .answer = db_get_text(q, i, 3),
						  .at = db_get_time(q, i, 4) };
	return RC_OK;
}
