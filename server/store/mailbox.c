/* SPDX-License-Identifier: Apache-2.0 */
/* See mailbox.h. */
#include "server/db/db.h"
#include "server/store/mailbox.h"

#include "server/base/base.h"

enum rc mailboxes_read(struct db *db, struct arena *a, int64_t id, struct mailbox_row **r,
		       size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MAILBOXES, &q, db_id(id));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct mailbox_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct mailbox_row){
			.id = db_get_i64(q, i, 0),
			.list = db_get_text(q, i, 1),
			.domain = db_get_text(q, i, 2),
			.protocol = db_get_text(q, i, 3),
			.host = db_get_text(q, i, 4),
			.port = db_get_i64(q, i, 5),
			.tls = db_get_text(q, i, 6),
			.login = db_get_text(q, i, 7),
			.folder = db_get_text(q, i, 8),
			.move_to = db_get_text(q, i, 9),
			.auth = db_get_text(q, i, 10),
			.secret = db_get_text(q, i, 11),
			.secret_path = db_get_text(q, i, 12),
			.ca_path = db_get_text(q, i, 13),
			.paused = db_get_bool(q, i, 14),
			.fetched = db_get_i64(q, i, 15),
			.ok_at = db_get_time(q, i, 16),
			.failed_at = db_get_time(q, i, 17),
			.failure = db_get_text(q, i, 18),
		};
	return RC_OK;
}

enum rc mailbox_ok_write(struct db *db, int64_t id, int64_t fetched, const char *note)
{
	return db_run(db, NULL, STMT_MAILBOX_OK, NULL, db_i64(id), db_i64(fetched), db_text(note));
}

enum rc mailbox_failed_write(struct db *db, int64_t id, const char *why)
{
	return db_run(db, NULL, STMT_MAILBOX_FAILED, NULL, db_i64(id), db_text(why));
}

/* One row with the id of the list it belongs to, or there is none. */
static enum rc of_list(enum rc rc, const struct db_rows *q, int64_t *list_r)
{
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc mailbox_write(struct db *db, struct arena *a, const struct mailbox_row *m, int64_t *id_r,
		      int64_t *list_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MAILBOX_LIST_ID, &q, db_text(m->list));

	rc = of_list(rc, q, list_r);
	if (rc == RC_OK)
		rc = db_run(db, a, STMT_MAILBOX_ADD, &q, db_text(m->list), db_text(m->protocol),
			    db_text(m->host), db_i64(m->port), db_text(m->tls), db_text(m->login),
			    db_text(m->folder), db_text(m->move_to), db_text(m->auth),
			    db_text(m->secret), db_text(m->secret_path), db_text(m->ca_path));
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_CONFLICT;
	*id_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc mailbox_delete(struct db *db, struct arena *a, int64_t id, int64_t *list_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MAILBOX_REMOVE, &q, db_i64(id));

	return of_list(rc, q, list_r);
}

enum rc mailbox_pause_write(struct db *db, struct arena *a, int64_t id, bool paused,
			    int64_t *list_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MAILBOX_PAUSE, &q, db_i64(id), db_bool(paused));

	return of_list(rc, q, list_r);
}
