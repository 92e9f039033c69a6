/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/owner_mail.sql. */
#include "server/db/db.h"
#include "server/store/owner_mail.h"

#include "server/base/base.h"

enum rc owner_mail_rows_read(struct db *db, struct arena *a, int64_t hold,
			     struct owner_mail_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_OWNER_MAIL_ROWS, &q, db_i64(hold));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct owner_mail_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct owner_mail_row){ .hold = db_get_i64(q, i, 0),
						   .held_at = db_get_time(q, i, 1),
						   .decided_at = db_get_time(q, i, 2),
						   .author_name = db_get_text(q, i, 3),
						   .author_addr = db_get_text(q, i, 4),
						   .subject = db_get_text(q, i, 5),
						   .msgid = db_get_text(q, i, 6),
						   .body = db_get_slice(q, i, 7),
						   .decision = db_get_text(q, i, 8),
						   .decider = db_get_text(q, i, 9),
						   .why = db_get_text(q, i, 10),
						   .done = db_get_bool(q, i, 11) };
	return RC_OK;
}

enum rc owner_mail_find_read(struct db *db, struct arena *a, int64_t list, const char *addr,
			     const char *const *ids, size_t nids, const int64_t *holds,
			     size_t nholds, int64_t *conversation_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_OWNER_MAIL_FIND, &q, db_i64(list), db_text(addr),
			    db_text_array(a, ids, nids), db_i64_array(a, holds, nholds));

	*conversation_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc owner_mail_close_write(struct db *db, struct arena *a, int64_t hold, int64_t **closed_r,
			       size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_OWNER_MAIL_CLOSE, &q, db_i64(hold));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*closed_r = ARENA_ARRAY(a, *n_r, int64_t);
	for (size_t i = 0; i < *n_r; i++)
		(*closed_r)[i] = db_get_i64(q, i, 0);
	return RC_OK;
}

enum rc owner_mail_told_read(struct db *db, struct arena *a, int64_t conversation, int64_t account,
			     const char **msgid_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_OWNER_MAIL_TOLD, &q, db_i64(conversation),
			    db_i64(account));

	*msgid_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_text(q, 0, 0) : "";
	return rc;
}
