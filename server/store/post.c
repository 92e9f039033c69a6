/* SPDX-License-Identifier: Apache-2.0 */
/* See post.h and sql/post.sql for the columns. */
#include "server/db/db.h"
#include "server/store/post.h"

#include "server/base/base.h"

enum rc own_post_read(struct db *db, struct arena *a, struct reader who, const char *list,
		      int64_t thread, int64_t number, struct own_post *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_FOR_EDIT, &q, db_id(who.account), db_bool(who.admin),
			    db_text(list), db_i64(thread), db_i64(number));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct own_post){ .id = db_get_i64(q, 0, 0),
				.list = db_get_i64(q, 0, 1),
				.thread = db_get_i64(q, 0, 2),
				.account = db_get_i64(q, 0, 3),
				.source = db_get_text(q, 0, 4),
				.lang = db_get_text(q, 0, 5),
				.subject = db_get_text(q, 0, 6),
				.text = db_get_slice(q, 0, 7),
				.state = db_get_text(q, 0, 8),
				.received_at = db_get_time(q, 0, 9),
				.parent = db_get_i64(q, 0, 10),
				.minutes = db_get_i64(q, 0, 11),
				.moderates = db_get_bool(q, 0, 12),
				.revisions = db_get_i64(q, 0, 13),
				.author = db_get_text(q, 0, 14),
				.member = db_get_bool(q, 0, 15),
				.thread_state = db_get_text(q, 0, 16),
				.edited_at = db_get_time(q, 0, 17) };
	return RC_OK;
}

static enum rc one(enum rc rc, const struct db_rows *q)
{
	return rc == RC_OK && db_nrows(q) == 0 ? RC_CONFLICT : rc;
}

enum rc post_revise(struct db *db, struct arena *a, const struct own_post *p, int64_t account,
		    const char *why, const struct post_words *w)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, NULL, STMT_THREAD_CHANGED, NULL, db_i64(p->thread));

	if (rc == RC_OK)
		rc = db_run(db, a, STMT_POST_REVISE, &q, db_i64(p->id), db_i64(p->revisions),
			    db_id(account), db_text(why), db_slice(w->text),
			    db_i64_array(a, w->folds, w->nfolds), db_slice(w->html),
			    db_slice(w->own), db_slice(w->quoted), db_packed(w->packed));
	return one(rc, q);
}

enum rc post_delete(struct db *db, struct arena *a, const struct own_post *p, int64_t account)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, NULL, STMT_THREAD_CHANGED, NULL, db_i64(p->thread));

	if (rc == RC_OK)
		rc = db_run(db, a, STMT_POST_DELETE, &q, db_i64(p->id), db_id(account));
	return one(rc, q);
}

enum rc revisions_read(struct db *db, struct arena *a, int64_t post, struct revision **r,
		       size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_REVISIONS, &q, db_i64(post));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct revision);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct revision){ .n = db_get_i64(q, i, 0),
					     .who = db_get_text(q, i, 1),
					     .at = db_get_time(q, i, 2),
					     .why = db_get_text(q, i, 3),
					     .html = db_get_slice(q, i, 4) };
	return RC_OK;
}

enum rc report_waiting_read(struct db *db, struct arena *a, int64_t post, int64_t account,
			    bool *yes_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_REPORT_WAITING, &q, db_i64(post), db_id(account));

	*yes_r = rc == RC_OK && db_get_i64(q, 0, 0) > 0;
	return rc;
}

enum rc reported_read(struct db *db, struct arena *a, int64_t hold, struct reported *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_REPORT_ABOUT_ID, &q, db_i64(hold));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct reported){ .post = db_get_i64(q, 0, 0), .account = db_get_i64(q, 0, 1) };
	rc = db_run(db, a, STMT_REPORT_ABOUT, &q, db_i64(r->post));
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	r->thread = db_get_i64(q, 0, 0);
	r->state = db_get_text(q, 0, 1);
	r->posts = db_get_i64(q, 0, 2);
	r->list = db_get_text(q, 0, 3);
	r->thread_number = db_get_i64(q, 0, 4);
	r->number = db_get_i64(q, 0, 5);
	return RC_OK;
}
