/* SPDX-License-Identifier: Apache-2.0 */
/* See moderate.h and sql/moderate.sql for the columns. */
#include "server/db/db.h"
#include "server/store/moderate.h"

#include "server/base/base.h"

#define WHO db_id(who.account), db_bool(who.admin)

static size_t count(const char *text, char sep)
{
	size_t n = *text != '\0';

	for (const char *p = text; *p; p++)
		n += *p == sep;
	return n;
}

static size_t numbers(struct arena *a, const char *text, int64_t **out_r)
{
	struct slice rest = slice_of(text), item;
	size_t n = 0;

	*out_r = ARENA_ARRAY(a, count(text, ',') + 1, int64_t);
	while (rest.n > 0) {
		slice_cut(&rest, ',', &item);
		if (!slice_i64(item, 0, INT64_MAX, &(*out_r)[n++]))
			n--;
	}
	return n;
}

/* n pieces, the last ones "" where there are fewer. */
static const char **pieces(struct arena *a, const char *text, char sep, size_t n)
{
	const char **out = ARENA_ARRAY(a, n + 1, const char *);
	struct slice rest = slice_of(text), item;

	for (size_t i = 0; i < n; i++) {
		slice_cut(&rest, sep, &item);
		out[i] = slice_dup(a, item);
	}
	return out;
}

/* The columns that hold_queue, hold_recent and hold_get begin with. */
static void held_row(struct arena *a, const struct db_rows *q, size_t i, struct held *r)
{
	const char *role = db_get_text(q, i, 27);
	int64_t *folds, *sizes;

	*r = (struct held){ .id = db_get_i64(q, i, 0),
			    .list_name = db_get_text(q, i, 1),
			    .list_title = db_get_text(q, i, 2),
			    .web = strcmp(db_get_text(q, i, 3), "web") == 0,
			    .rule = db_get_text(q, i, 4),
			    .reason = db_get_text(q, i, 5),
			    .author_name = db_get_text(q, i, 6),
			    .author_addr = db_get_text(q, i, 7),
			    .subject = db_get_text(q, i, 8),
			    .body = db_get_slice(q, i, 9),
			    .cut = db_get_bool(q, i, 10),
			    .msgid = db_get_text(q, i, 14),
			    .held_at = db_get_time(q, i, 15),
			    .decision = db_get_text(q, i, 16),
			    .decided_at = db_get_time(q, i, 17),
			    .effective_at = db_get_time(q, i, 18),
			    .done_at = db_get_time(q, i, 19),
			    .decided_by = db_get_i64(q, i, 20),
			    .decider = db_get_text(q, i, 21),
			    .why = db_get_text(q, i, 22),
			    .thread = db_get_i64(q, i, 23),
			    .post = db_get_i64(q, i, 24),
			    .proven = db_get_bool(q, i, 25),
			    .account = db_get_i64(q, i, 26),
			    .moderates = strcmp(role, "owner") == 0 ||
					 strcmp(role, "moderator") == 0,
			    .kind = db_get_text(q, i, 28),
			    .version = db_get_i64(q, i, 29),
			    .claimed_by = db_get_i64(q, i, 30),
			    .claimer = db_get_text(q, i, 31),
			    .claimed_at = db_get_time(q, i, 32),
			    .note = db_get_text(q, i, 33),
			    .policy = db_get_text(q, i, 34),
			    .door = db_get_text(q, i, 35),
			    .editor = db_get_text(q, i, 36),
			    .edited_at = db_get_time(q, i, 37),
			    .edit_subject = db_get_text(q, i, 38),
			    .locale = db_get_text(q, i, 39),
			    .list = db_get_i64(q, i, 40) };
	r->nfolds = numbers(a, db_get_text(q, i, 11), &folds) / 3;
	/* of a body that was cut, the folds within it; one at its edge ends there */
	while (r->nfolds > 0 && folds[(r->nfolds - 1) * 3] >= (int64_t)r->body.n)
		r->nfolds--;
	if (r->nfolds > 0 && folds[(r->nfolds - 1) * 3 + 1] > (int64_t)r->body.n)
		folds[(r->nfolds - 1) * 3 + 1] = (int64_t)r->body.n;
	r->folds = folds;
	r->nfiles = numbers(a, db_get_text(q, i, 13), &sizes);
	r->file_sizes = sizes;
	r->files = pieces(a, db_get_text(q, i, 12), '\n', r->nfiles);
}

static enum rc held_rows(struct arena *a, enum rc rc, const struct db_rows *q, struct held **r,
			 size_t *n_r)
{
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct held);
	for (size_t i = 0; i < *n_r; i++)
		held_row(a, q, i, &(*r)[i]);
	return RC_OK;
}

enum rc held_queue_read(struct db *db, struct arena *a, struct reader who, const char *list,
			const char *kind, int64_t at, int64_t id, int limit, struct held **r,
			size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_QUEUE, &q, WHO, db_text(list), db_time(at),
			    db_i64(id), db_i64(limit), db_text(kind));

	return held_rows(a, rc, q, r, n_r);
}

enum rc held_counts_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 struct held_count **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_COUNTS, &q, WHO, db_text(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct held_count);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct held_count){ db_get_text(q, i, 0), db_get_i64(q, i, 1) };
	return RC_OK;
}

enum rc held_context_read(struct db *db, struct arena *a, const int64_t *ids, size_t nids,
			  struct held_context **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_CONTEXT, &q, db_i64_array(a, ids, nids));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct held_context);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct held_context){ .hold = db_get_i64(q, i, 0),
						 .joined_at = db_get_time(q, i, 1),
						 .posts = db_get_i64(q, i, 2),
						 .holds = db_get_i64(q, i, 3),
						 .refused = db_get_i64(q, i, 4),
						 .author = db_get_text(q, i, 5),
						 .text = db_get_slice(q, i, 6),
						 .thread = db_get_i64(q, i, 7),
						 .number = db_get_i64(q, i, 8),
						 .list = db_get_text(q, i, 9),
						 .trace = db_get_text(q, i, 10) };
	return RC_OK;
}

enum rc held_recent_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 int limit, struct held **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc =
		db_run(db, a, STMT_HOLD_RECENT, &q, WHO, db_text(list), db_i64(limit));

	return held_rows(a, rc, q, r, n_r);
}

enum rc held_read(struct db *db, struct arena *a, struct reader who, int64_t id, struct held *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HOLD_GET, &q, WHO, db_i64(id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	held_row(a, q, 0, r);
	r->raw = db_get_i64(q, 0, 41);
	r->envelope_from = db_get_text(q, 0, 42);
	r->recipient = db_get_text(q, 0, 43);
	r->trace = db_get_text(q, 0, 44);
	r->edit_body = db_get_slice(q, 0, 45);
	r->request = db_get_i64(q, 0, 46);
	r->about = db_get_i64(q, 0, 47);
	return RC_OK;
}

enum rc held_waiting_read(struct db *db, struct arena *a, struct reader who, const char *list,
			  int64_t *n_r, int64_t *oldest_r, int64_t *lists_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HOLD_WAITING, &q, WHO, db_text(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_get_i64(q, 0, 0);
	*oldest_r = db_get_time(q, 0, 1);
	*lists_r = db_get_i64(q, 0, 2);
	return RC_OK;
}

enum rc moderates_read(struct db *db, struct arena *a, struct reader who, const char *list,
		       bool *yes_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MODERATES, &q, db_id(who.account), db_text(list));

	if (rc == RC_OK)
		*yes_r = who.admin || db_get_bool(q, 0, 0);
	return rc;
}

static enum rc one(enum rc rc, const struct db_rows *q, enum rc none)
{
	return rc == RC_OK && db_nrows(q) == 0 ? none : rc;
}

enum rc held_decide_write(struct db *db, struct arena *a, int64_t id,
			  const struct held_decision *d, int64_t *effective_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_DECIDE, &q, db_i64(id), db_text(d->decision),
			    db_id(d->account), db_text(d->why), db_i64(d->window_s),
			    db_text(d->policy), db_text(d->door), db_i64(d->version));

	rc = one(rc, q, RC_CONFLICT);
	if (rc == RC_OK)
		*effective_r = db_get_time(q, 0, 0);
	return rc;
}

enum rc held_of_request_read(struct db *db, struct arena *a, int64_t list, int64_t request,
			     int64_t *id_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_OF_REQUEST, &q, db_i64(list), db_i64(request));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*id_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc held_claim_write(struct db *db, struct arena *a, int64_t id, int64_t account, bool take)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_CLAIM, &q, db_i64(id), db_id(account), db_bool(take));

	return one(rc, q, RC_CONFLICT);
}

enum rc held_release_write(struct db *db, struct arena *a, int64_t id, int64_t account)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_RELEASE, &q, db_i64(id), db_id(account));

	return one(rc, q, RC_CONFLICT);
}

enum rc held_note_write(struct db *db, int64_t id, const char *note)
{
	return db_run(db, NULL, STMT_HOLD_NOTE, NULL, db_i64(id), db_text(note));
}

enum rc held_edit_write(struct db *db, struct arena *a, int64_t id, int64_t version,
			const char *subject, const char *body, int64_t account)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_EDIT, &q, db_i64(id), db_i64(version),
			    db_text(body ? subject : NULL), db_text(body), db_id(account));

	return one(rc, q, RC_CONFLICT);
}

enum rc held_undo_write(struct db *db, struct arena *a, int64_t id)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_UNDO, &q, db_i64(id));

	return one(rc, q, RC_CONFLICT);
}

enum rc held_due_take(struct db *db, struct arena *a, struct held_due *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run0(db, a, STMT_HOLD_DUE, &q);

	rc = one(rc, q, RC_NOTFOUND);

	if (rc == RC_OK)
		*r = (struct held_due){ .id = db_get_i64(q, 0, 0),
					.list = db_get_i64(q, 0, 1),
					.raw = db_get_i64(q, 0, 2),
					.decision = db_get_text(q, 0, 3),
					.web = strcmp(db_get_text(q, 0, 4), "web") == 0,
					.seen = db_get_slice(q, 0, 5),
					.tries = (int)db_get_i64(q, 0, 6),
					.account = db_get_i64(q, 0, 7),
					.author_name = db_get_text(q, 0, 8),
					.author_addr = db_get_text(q, 0, 9),
					.subject = db_get_text(q, 0, 10),
					.envelope_from = db_get_text(q, 0, 11),
					.recipient = db_get_text(q, 0, 12),
					.trace = db_get_text(q, 0, 13),
					.thread = db_get_i64(q, 0, 14),
					.parent = db_get_i64(q, 0, 15),
					.msgid = db_get_text(q, 0, 16),
					.held_at = db_get_time(q, 0, 17),
					.proven = db_get_bool(q, 0, 18),
					.why = db_get_text(q, 0, 19),
					.decided_by = db_get_i64(q, 0, 20),
					.automatic = db_get_bool(q, 0, 21),
					.list_title = db_get_text(q, 0, 22),
					.kind = db_get_text(q, 0, 23),
					.policy = db_get_text(q, 0, 24),
					.door = db_get_text(q, 0, 25),
					.request = db_get_i64(q, 0, 26),
					.about = db_get_i64(q, 0, 27),
					.locale = db_get_text(q, 0, 28),
					.edit_subject = db_get_text(q, 0, 29),
					.edit_body = db_get_slice(q, 0, 30),
					.edited = db_get_bool(q, 0, 31),
					.note = db_get_text(q, 0, 32),
					.body = db_get_slice(q, 0, 33) };
	return rc;
}

enum rc held_lock(struct db *db, struct arena *a, int64_t id)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_LOCK, &q, db_i64(id));

	return one(rc, q, RC_NOTFOUND);
}

enum rc held_done_write(struct db *db, int64_t id, int64_t post)
{
	return db_run(db, NULL, STMT_HOLD_DONE, NULL, db_i64(id), db_id(post));
}

enum rc post_moderated_write(struct db *db, int64_t post)
{
	return db_run(db, NULL, STMT_POST_MODERATED, NULL, db_i64(post));
}

enum rc post_edit_read(struct db *db, struct arena *a, struct reader who, const char *list,
		       int64_t thread, int64_t number, struct edit_row *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_POST_EDIT, &q, WHO, db_text(list), db_i64(thread),
			    db_i64(number));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*r = (struct edit_row){ db_get_text(q, 0, 0),  db_get_text(q, 0, 1),
					db_get_text(q, 0, 2),  db_get_slice(q, 0, 3),
					db_get_slice(q, 0, 4), db_get_time(q, 0, 5) };
	return rc;
}

enum rc held_reopen_write(struct db *db, int64_t id, const char *reason)
{
	return db_run(db, NULL, STMT_HOLD_REOPEN, NULL, db_i64(id), db_text(reason));
}

enum rc parent_refs_read(struct db *db, struct arena *a, int64_t post, const char ***refs_r,
			 size_t *n_r)
{
	struct db_rows *q = NULL;
	const char *text;
	enum rc rc = db_run(db, a, STMT_PARENT_REFS, &q, db_i64(post));

	rc = one(rc, q, RC_NOTFOUND);

	if (rc != RC_OK)
		return rc;
	text = db_get_text(q, 0, 0);
	*n_r = count(text, '\n');
	*refs_r = pieces(a, text, '\n', *n_r);
	return RC_OK;
}

enum rc held_oldest_read(struct db *db, struct arena *a, int64_t list, struct held_queue *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_OLDEST, &q, db_i64(list));

	rc = one(rc, q, RC_NOTFOUND);

	if (rc == RC_OK)
		*r = (struct held_queue){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1),
					  db_get_text(q, 0, 2) };
	return rc;
}

enum rc held_remind_write(struct db *db, struct arena *a, int level, int hours, int limit,
			  struct held_list **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_REMIND, &q, db_i64(level), db_i64(hours), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct held_list);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct held_list){ db_get_i64(q, i, 0), db_get_i64(q, i, 1),
					      db_get_text(q, i, 2) };
	return RC_OK;
}

enum rc held_overdue_write(struct db *db, struct arena *a, int64_t days, int limit,
			   struct held_overdue **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_HOLD_OVERDUE, &q, db_i64(days), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct held_overdue);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct held_overdue){ db_get_i64(q, i, 0), db_get_i64(q, i, 1),
						 db_get_i64(q, i, 2), db_get_text(q, i, 3),
						 db_get_text(q, i, 4), db_get_text(q, i, 5) };
	return RC_OK;
}

enum rc sender_moderation_write(struct db *db, struct arena *a, const struct sender_policy *p,
				const char **before_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_SENDER_MODERATION, &q, db_i64(p->list), db_i64(p->account),
			    db_text(p->action));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*before_r = db_get_text(q, 0, 0);
	return rc;
}

enum rc sender_rule_write(struct db *db, const struct sender_policy *p)
{
	return db_run(db, NULL, STMT_SENDER_RULE, NULL, db_i64(p->list), db_text(p->pattern),
		      db_text(p->action));
}

enum rc sender_ban_write(struct db *db, const struct sender_policy *p)
{
	return db_run(db, NULL, STMT_SENDER_BAN, NULL, db_i64(p->list), db_text(p->addr));
}

enum rc away_read(struct db *db, struct arena *a, struct reader who, const char *list,
		  struct away **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_AWAY_READ, &q, db_id(who.account), db_text(list),
			    db_bool(who.admin));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct away);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct away){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
					 db_get_text(q, i, 2), db_get_text(q, i, 3) };
	return RC_OK;
}

enum rc away_write(struct db *db, struct arena *a, const char *list, int64_t account,
		   const char *from, const char *until, int64_t *list_r, struct away *was_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_AWAY_SET, &q, db_text(list), db_id(account),
			    db_text(*from ? from : NULL), db_text(*until ? until : NULL));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc != RC_OK)
		return rc;
	*list_r = db_get_i64(q, 0, 0);
	*was_r = (struct away){ account, "", db_get_text(q, 0, 1), db_get_text(q, 0, 2) };
	return RC_OK;
}

enum rc duties_read(struct db *db, struct arena *a, int64_t account, struct duty **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DUTIES_OF, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct duty);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct duty){ db_get_text(q, i, 0), db_get_text(q, i, 1),
					 db_get_text(q, i, 2), db_get_text(q, i, 3),
					 db_get_text(q, i, 4) };
	return RC_OK;
}

enum rc duty_write(struct db *db, struct arena *a, const char *list, int64_t account,
		   const char *notices, int64_t *list_r, const char **was_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DUTY_SET, &q, db_text(list), db_id(account), db_text(notices));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc != RC_OK)
		return rc;
	*list_r = db_get_i64(q, 0, 0);
	*was_r = db_get_text(q, 0, 1);
	return RC_OK;
}

static enum rc runners(struct arena *a, enum rc rc, const struct db_rows *q, struct runner **r,
		       size_t *n_r)
{
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct runner);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct runner){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
					   db_get_text(q, i, 2), db_get_text(q, i, 3) };
	return RC_OK;
}

enum rc admins_read(struct db *db, struct arena *a, struct runner **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run0(db, a, STMT_ADMINS, &q);

	return runners(a, rc, q, r, n_r);
}

enum rc owners_read(struct db *db, struct arena *a, int64_t list, struct runner **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_OWNERS, &q, db_i64(list));

	return runners(a, rc, q, r, n_r);
}
