/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/handover.sql. */
#include "server/db/db.h"
#include "server/store/handover.h"

#include "server/base/base.h"

enum rc handover_from_read(struct db *db, struct arena *a, int64_t list, struct runner_row **r,
			   size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_FROM, &q, db_i64(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct runner_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct runner_row){ .account = db_get_i64(q, i, 0),
					       .name = db_get_text(q, i, 1),
					       .role = db_get_text(q, i, 2),
					       .organisation = db_get_i64(q, i, 3),
					       .organisation_name = db_get_text(q, i, 4) };
	return RC_OK;
}

enum rc handover_member_read(struct db *db, struct arena *a, int64_t list, const char *addr,
			     int64_t *account_r, const char **name_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_MEMBER, &q, db_i64(list), db_text(addr));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*account_r = db_get_i64(q, 0, 0);
	*name_r = db_get_text(q, 0, 1);
	return RC_OK;
}

enum rc handover_write(struct db *db, struct arena *a, const struct handover_new *h, int64_t *id_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_ADD, &q, db_i64(h->list), db_id(h->account),
			    db_id(h->organisation), db_i64_array(a, h->owners, h->nowners),
			    db_i64_array(a, h->moderators, h->nmoderators), db_time(h->effective_at),
			    db_id(h->by), db_text(h->note));

	if (rc == RC_OK)
		*id_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc handovers_read(struct db *db, struct arena *a, int64_t list, struct handover_row **r,
		       size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVERS_OF, &q, db_i64(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct handover_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct handover_row){ .id = db_get_i64(q, i, 0),
						 .state = db_get_text(q, i, 1),
						 .effective_at = db_get_time(q, i, 2),
						 .done_at = db_get_time(q, i, 3),
						 .from = db_get_text(q, i, 4),
						 .owners = db_get_text(q, i, 5),
						 .moderators = db_get_text(q, i, 6),
						 .by = db_get_text(q, i, 7),
						 .note = db_get_text(q, i, 8),
						 .undoable = db_get_bool(q, i, 9) };
	return RC_OK;
}

/* "{1,22,3}" */
static void ids_read(struct arena *a, const char *text, int64_t **r, size_t *n_r)
{
	struct slice rest = slice_of(text), one;

	*n_r = 0;
	*r = ARENA_ARRAY(a, rest.n + 1, int64_t);
	if (rest.n < 2)
		return;
	rest = slice_make(rest.p + 1, rest.n - 2);
	while (rest.n > 0) {
		slice_cut(&rest, ',', &one);
		if (slice_i64(one, 1, INT64_MAX, &(*r)[*n_r]))
			(*n_r)++;
	}
}

enum rc handover_due_read(struct db *db, struct arena *a, struct handover_due *r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_HANDOVER_DUE, &q);

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct handover_due){ .id = db_get_i64(q, 0, 0),
				    .list = db_get_i64(q, 0, 1),
				    .account = db_get_i64(q, 0, 2),
				    .organisation = db_get_i64(q, 0, 3),
				    .list_name = db_get_text(q, 0, 6),
				    .title = db_get_text(q, 0, 7),
				    .note = db_get_text(q, 0, 8) };
	ids_read(a, db_get_text(q, 0, 4), &r->owners, &r->nowners);
	ids_read(a, db_get_text(q, 0, 5), &r->moderators, &r->nmoderators);
	return RC_OK;
}

enum rc handover_state_write(struct db *db, struct arena *a, int64_t list, int64_t id,
			     const char *from, const char *to)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_STATE, &q, db_i64(id), db_i64(list), db_text(to),
			    db_text(from));

	return rc == RC_OK && db_nrows(q) == 0 ? RC_CONFLICT : rc;
}

enum rc handover_move_write(struct db *db, int64_t id, int64_t account, const char *before,
			    const char *after)
{
	return db_run(db, NULL, STMT_HANDOVER_MOVED, NULL, db_i64(id), db_i64(account),
		      db_text(before), db_text(after));
}

enum rc handover_moves_read(struct db *db, struct arena *a, int64_t id, struct handover_move **r,
			    size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_MOVES, &q, db_i64(id));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct handover_move);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct handover_move){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
						  db_get_text(q, i, 2) };
	return RC_OK;
}

enum rc handover_role_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			   const char **role_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_ROLE, &q, db_i64(list), db_i64(account));

	if (rc == RC_OK)
		*role_r = db_nrows(q) > 0 ? db_get_text(q, 0, 0) : "";
	return rc;
}

enum rc handover_pending_read(struct db *db, struct arena *a, int64_t list, int64_t *n_r,
			      int64_t *since_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_PENDING, &q, db_i64(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_get_i64(q, 0, 0);
	*since_r = db_get_time(q, 0, 1);
	return RC_OK;
}

enum rc handover_tell_read(struct db *db, struct arena *a, int64_t list, struct told_row **r,
			   size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HANDOVER_TELL, &q, db_i64(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct told_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct told_row){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
					     db_get_text(q, i, 2), db_get_text(q, i, 3),
					     db_get_text(q, i, 4) };
	return RC_OK;
}
