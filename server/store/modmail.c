/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/modmail.sql. */
#include "server/db/db.h"
#include "server/store/modmail.h"

#include "server/base/base.h"

static struct modmail_person person(const struct db_rows *q, size_t i)
{
	return (struct modmail_person){ .account = db_get_i64(q, i, 0),
					.addr = db_get_text(q, i, 1),
					.name = db_get_text(q, i, 2),
					.locale = db_get_text(q, i, 3),
					.utc_offset = (int)db_get_i64(q, i, 4),
					.msgid = "" };
}

enum rc modmail_people_read(struct db *db, struct arena *a, int64_t list, bool owners, int within,
			    struct modmail_person **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_PEOPLE, &q, db_i64(list), db_bool(owners),
			    db_i64(within));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct modmail_person);
	for (size_t i = 0; i < *n_r; i++) {
		(*r)[i] = person(q, i);
		(*r)[i].daily = strcmp(db_get_text(q, i, 5), "digest") == 0;
		(*r)[i].recent = db_get_i64(q, i, 6);
	}
	return RC_OK;
}

enum rc modmail_others_read(struct db *db, struct arena *a, int64_t hold, int64_t but, int within,
			    struct modmail_person **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_OTHERS, &q, db_i64(hold), db_id(but),
			    db_i64(within));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct modmail_person);
	for (size_t i = 0; i < *n_r; i++) {
		(*r)[i] = person(q, i);
		(*r)[i].msgid = db_get_text(q, i, 5);
		(*r)[i].recent = db_get_i64(q, i, 6);
	}
	return RC_OK;
}

enum rc modmail_notice_write(struct db *db, int64_t hold, int64_t account, const char *how,
			     const char *msgid)
{
	return db_run(db, NULL, STMT_MODMAIL_NOTICE_ADD, NULL, db_i64(hold), db_i64(account),
		      db_text(how), db_text(msgid));
}

enum rc modmail_outcome_write(struct db *db, int64_t hold, int64_t account, const char *outcome)
{
	return db_run(db, NULL, STMT_MODMAIL_OUTCOME, NULL, db_i64(hold), db_i64(account),
		      db_text(outcome));
}

enum rc modmail_token_write(struct db *db, const unsigned char hash[HASH_BYTES], int64_t hold,
			    int64_t account)
{
	return db_run(db, NULL, STMT_MODMAIL_TOKEN_ADD, NULL, db_bytes(hash, HASH_BYTES),
		      db_i64(hold), db_i64(account));
}

static enum rc token_row(const struct db_rows *q, struct modmail_token *r)
{
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct modmail_token){ .hold = db_get_i64(q, 0, 0),
				     .account = db_get_i64(q, 0, 1),
				     .expired = db_get_bool(q, 0, 2),
				     .name = db_get_text(q, 0, 3),
				     .locale = db_get_text(q, 0, 4),
				     .utc_offset = (int)db_get_i64(q, 0, 5),
				     .admin = db_get_bool(q, 0, 6),
				     .list = db_get_i64(q, 0, 7),
				     .kind = db_get_text(q, 0, 8),
				     .addr = db_get_text(q, 0, 9),
				     .own = db_get_bool(q, 0, 10),
				     .author = db_get_text(q, 0, 11),
				     .subject = db_get_text(q, 0, 12) };
	return RC_OK;
}

enum rc modmail_token_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
			   const char *addr, struct modmail_token *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_TOKEN, &q, db_bytes(hash, HASH_BYTES),
			    db_text(addr));

	return rc == RC_OK ? token_row(q, r) : rc;
}

enum rc modmail_person_read(struct db *db, struct arena *a, int64_t hold, int64_t account,
			    const char *addr, struct modmail_token *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_PERSON, &q, db_i64(hold), db_text(addr),
			    db_i64(account));

	return rc == RC_OK ? token_row(q, r) : rc;
}

enum rc modmail_known_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			   const char *addr, int64_t hold, struct modmail_known *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_KNOWN, &q, db_i64(list), db_id(account),
			    db_text(addr), db_i64(hold));

	if (rc == RC_OK)
		*r = (struct modmail_known){ db_get_text(q, 0, 0), db_get_time(q, 0, 1),
					     db_get_i64(q, 0, 2), db_get_i64(q, 0, 3),
					     db_get_i64(q, 0, 4) };
	return rc;
}

enum rc modmail_raw_size_read(struct db *db, struct arena *a, int64_t raw, int64_t *size_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_RAW_SIZE, &q, db_i64(raw));

	*size_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc modmail_due_read(struct db *db, struct arena *a, int within, struct modmail_due **r,
			 size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_DUE, &q, db_i64(within));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct modmail_due);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct modmail_due){ db_get_i64(q, i, 0), db_get_i64(q, i, 1) };
	return RC_OK;
}

enum rc modmail_due_person_read(struct db *db, struct arena *a, const struct modmail_due *d,
				struct modmail_due_person *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_DUE_PERSON, &q, db_i64(d->account),
			    db_i64(d->list));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct modmail_due_person){ .who = person(q, 0),
					  .list_name = db_get_text(q, 0, 5),
					  .domain = db_get_text(q, 0, 6),
					  .title = db_get_text(q, 0, 7),
					  .still = db_get_bool(q, 0, 8) };
	return RC_OK;
}

enum rc modmail_due_rows_read(struct db *db, struct arena *a, const struct modmail_due *d,
			      int limit, struct modmail_due_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_DUE_ROWS, &q, db_i64(d->account), db_i64(d->list),
			    db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct modmail_due_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct modmail_due_row){ .hold = db_get_i64(q, i, 0),
						    .untold = db_get_bool(q, i, 1),
						    .kind = db_get_text(q, i, 2),
						    .author = db_get_text(q, i, 3),
						    .author_addr = db_get_text(q, i, 4),
						    .subject = db_get_text(q, i, 5),
						    .reason = db_get_text(q, i, 6),
						    .held_at = db_get_time(q, i, 7),
						    .decision = db_get_text(q, i, 8),
						    .decider = db_get_text(q, i, 9),
						    .decided_at = db_get_time(q, i, 10) };
	return RC_OK;
}

enum rc modmail_due_done_write(struct db *db, int64_t hold, int64_t account, const char *msgid,
			       bool waits)
{
	return db_run(db, NULL, STMT_MODMAIL_DUE_DONE, NULL, db_i64(hold), db_i64(account),
		      db_text(msgid), db_bool(waits));
}

enum rc modmail_waiting_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			     const char **msgid_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODMAIL_WAITING, &q, db_i64(list), db_i64(account));

	*msgid_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_text(q, 0, 0) : "";
	return rc;
}
