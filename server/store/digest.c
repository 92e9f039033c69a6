/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/digest.sql. */
#include "server/db/db.h"
#include "server/store/digest.h"

#include "server/base/base.h"

static enum rc number(enum rc rc, const struct db_rows *q, int64_t *n_r)
{
	*n_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc digest_sync_write(struct db *db, struct arena *a, int64_t now, int64_t account, int64_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_SYNC, &q, db_time(now), db_id(account));

	return number(rc, q, n_r);
}

enum rc digest_rebase_write(struct db *db, struct arena *a, bool *moved_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run0(db, a, STMT_DIGEST_REBASE, &q);

	*moved_r = rc == RC_OK && db_get_bool(q, 0, 0);
	return rc;
}

static enum rc run(enum rc rc, const struct db_rows *q, struct digest_run *r)
{
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct digest_run){ .id = db_get_i64(q, 0, 0),
				  .at = db_get_time(q, 0, 1),
				  .horizon = db_get_text(q, 0, 2) };
	return RC_OK;
}

enum rc digest_run_read(struct db *db, struct arena *a, int64_t since, int64_t now,
			struct digest_run *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_RUN_LAST, &q, db_time(since), db_time(now));

	return run(rc, q, r);
}

enum rc digest_run_write(struct db *db, struct arena *a, int64_t at, struct digest_run *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_RUN_ADD, &q, db_time(at));

	return run(rc, q, r);
}

enum rc digest_first_due(struct db *db, struct arena *a, int64_t now, int64_t *due_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_FIRST_DUE, &q, db_time(now));

	*due_r = rc == RC_OK ? db_get_time(q, 0, 0) : 0;
	return rc;
}

enum rc digest_take(struct db *db, struct arena *a, int64_t now, int limit, const char **ids_r,
		    int64_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_TAKE, &q, db_time(now), db_i64(limit));

	*ids_r = rc == RC_OK ? db_get_text(q, 0, 0) : "";
	*n_r = rc == RC_OK ? db_get_i64(q, 0, 1) : 0;
	return rc;
}

enum rc digest_spans_missing(struct db *db, struct arena *a, const char *ids, const char *until,
			     int64_t now, struct digest_span **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_SPANS_MISSING, &q, db_text(ids), db_text(until),
			    db_time(now));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_span);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct digest_span){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
						db_get_text(q, i, 2) };
	return rc;
}

enum rc digest_span_write(struct db *db, const struct digest_span *s, int64_t now)
{
	return db_run(db, NULL, STMT_DIGEST_SPAN_MAKE, NULL, db_i64(s->list), db_text(s->since),
		      db_text(s->until), db_time(now));
}

enum rc digest_make_write(struct db *db, struct arena *a, const char *ids,
			  const struct digest_run *r, int64_t now, int64_t *made_r, int64_t *done_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_MAKE, &q, db_text(ids), db_text(r->horizon),
			    db_time(r->at), db_time(now));

	*done_r = rc == RC_OK ? db_get_i64(q, 0, 1) : 0;
	return number(rc, q, made_r);
}

enum rc digest_words_read(struct db *db, struct arena *a, const struct digest_span *s,
			  struct digest_word_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_WORDS_NEW, &q, db_i64(s->list), db_text(s->since),
			    db_text(s->until));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_word_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct digest_word_row){ .block = db_get_i64(q, i, 0),
						    .lang = db_get_text(q, i, 1),
						    .body = db_get_slice(q, i, 2),
						    .folds = db_get_text(q, i, 3),
						    .subject = db_get_text(q, i, 4) };
	return rc;
}

enum rc digest_words_usual(struct db *db, struct arena *a, int64_t list, struct digest_word_row **r,
			   size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_WORDS_USUAL, &q, db_i64(list));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_word_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct digest_word_row){ .lang = db_get_text(q, i, 0),
						    .body = db_get_slice(q, i, 1),
						    .folds = db_get_text(q, i, 2),
						    .subject = "" };
	return rc;
}

enum rc digest_words_stem(struct db *db, struct arena *a, const char *const *word,
			  const char *const *lang, size_t n, const char ***stem_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_WORDS_STEM, &q, db_text_array(a, word, n),
			    db_text_array(a, lang, n));

	*stem_r = ARENA_ARRAY(a, n, const char *);
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		(*stem_r)[i] = i < db_nrows(q) ? db_get_text(q, i, 0) : "";
	return rc;
}

enum rc digest_words_write(struct db *db, struct arena *a, const int64_t *block,
			   const char *const *words, size_t n)
{
	return db_run(db, NULL, STMT_DIGEST_WORDS_PUT, NULL, db_i64_array(a, block, n),
		      db_text_array(a, words, n));
}

enum rc digest_head_read(struct db *db, struct arena *a, int64_t issue, struct digest_head *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_ISSUE, &q, db_i64(issue));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct digest_head){
		.id = issue,
		.account = db_get_i64(q, 0, 0),
		.list_id = db_get_i64(q, 0, 1),
		.subscription = db_get_i64(q, 0, 2),
		.every = db_get_text(q, 0, 3),
		.form = db_get_text(q, 0, 4),
		.since_at = db_get_time(q, 0, 5),
		.until_at = db_get_time(q, 0, 6),
		.followed = db_get_i64(q, 0, 7),
		.threads = db_get_i64(q, 0, 8),
		.posts = db_get_i64(q, 0, 9),
		.groups = db_get_i64(q, 0, 10),
		.several = db_get_bool(q, 0, 11),
		.name = db_get_text(q, 0, 12),
		.locale = db_get_text(q, 0, 13),
		.zone = db_get_text(q, 0, 14),
		.addr = db_get_text(q, 0, 15),
		.list = db_get_text(q, 0, 17),
		.domain = db_get_text(q, 0, 18),
		.title = db_get_text(q, 0, 19),
		.listid = db_get_text(q, 0, 20),
		.tag = db_get_text(q, 0, 21),
		.weekday = (int)db_get_i64(q, 0, 22),
		.hour = (int)db_get_i64(q, 0, 23),
		.monthday = (int)db_get_i64(q, 0, 24),
		.chosen = db_get_bool(q, 0, 25),
		.blocks = db_get_i64(q, 0, 26),
		.from = db_get_time(q, 0, 27),
		.until = db_get_time(q, 0, 28),
		.one = db_get_bool(q, 0, 29),
		.site = db_get_text(q, 0, 30),
	};
	return RC_OK;
}

/* "5,7": at most as many as there are commas and one more. */
static size_t ids_split(struct arena *a, const char *text, int64_t **r)
{
	struct slice rest = slice_of(text), w;
	size_t n = 0, room = 1;

	for (const char *p = text; *p != '\0'; p++)
		room += *p == ',';
	*r = ARENA_ARRAY(a, room, int64_t);
	while (rest.n > 0) {
		slice_cut(&rest, ',', &w);
		if (slice_i64(w, 1, INT64_MAX, &(*r)[n]))
			n++;
	}
	return n;
}

static size_t words_split(struct arena *a, const char *text, const char ***r)
{
	struct slice rest = slice_of(text), line;
	size_t n = 0, room = 1;

	for (const char *p = text; *p != '\0'; p++)
		room += *p == '\n';
	*r = ARENA_ARRAY(a, room, const char *);
	while (slice_line(&rest, &line))
		(*r)[n++] = slice_dup(a, line);
	return n;
}

enum rc digest_rows_read(struct db *db, struct arena *a, int64_t issue, bool member,
			 struct digest_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_ITEMS, &q, db_i64(issue), db_bool(member));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_row);
	for (size_t i = 0; i < *n_r; i++) {
		struct digest_row *x = &(*r)[i];

		*x = (struct digest_row){ .n = db_get_i64(q, i, 0),
					  .thread = db_get_i64(q, i, 1),
					  .list = db_get_text(q, i, 2),
					  .domain = db_get_text(q, i, 3),
					  .title = db_get_text(q, i, 4),
					  .number = db_get_i64(q, i, 5),
					  .subject = db_get_text(q, i, 6),
					  .locked = db_get_bool(q, i, 7),
					  .new_posts = db_get_i64(q, i, 8),
					  .posts = db_get_i64(q, i, 9),
					  .opened = db_get_bool(q, i, 10),
					  .authors = db_get_i64(q, i, 13),
					  .first = db_get_i64(q, i, 15),
					  .last = db_get_i64(q, i, 16),
					  .msgid = db_get_text(q, i, 17),
					  .lang = db_get_text(q, i, 18),
					  .list_id = db_get_i64(q, i, 19),
					  .links = db_get_bool(q, i, 20) };
		x->nkeywords = words_split(a, db_get_text(q, i, 11), &x->keywords);
		x->nwho = ids_split(a, db_get_text(q, i, 12), &x->who);
		x->nshown = ids_split(a, db_get_text(q, i, 14), &x->shown);
	}
	return rc;
}

enum rc digest_posts_read(struct db *db, struct arena *a, const int64_t *ids, size_t n,
			  struct digest_post_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_POSTS, &q, db_i64_array(a, ids, n));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_post_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct digest_post_row){ .id = db_get_i64(q, i, 0),
						    .number = db_get_i64(q, i, 1),
						    .author = db_get_text(q, i, 2),
						    .lang = db_get_text(q, i, 3),
						    .sent_at = db_get_time(q, i, 4),
						    .body = db_get_slice(q, i, 5),
						    .folds = db_get_text(q, i, 6) };
	return rc;
}

enum rc digest_whole_read(struct db *db, struct arena *a, int64_t issue, int max, int64_t **r,
			  size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_WHOLE, &q, db_i64(issue), db_i64(max));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, int64_t);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = db_get_i64(q, i, 0);
	return rc;
}

enum rc digest_needs_read(struct db *db, struct arena *a, int64_t account,
			  struct digest_need_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_NEEDS, &q, db_i64(account));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_need_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct digest_need_row){ db_get_text(q, i, 0), db_get_text(q, i, 1),
						    db_get_text(q, i, 4), db_get_i64(q, i, 2),
						    db_get_time(q, i, 3) };
	return rc;
}

enum rc digest_choice_read(struct db *db, struct arena *a, int64_t account, struct digest_choice *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_CHOICE_OF, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct digest_choice){ .every = db_get_text(q, 0, 0),
				     .weekday = (int)db_get_i64(q, 0, 1),
				     .monthday = (int)db_get_i64(q, 0, 2),
				     .hour = (int)db_get_i64(q, 0, 3),
				     .form = db_get_text(q, 0, 4),
				     .per_group = db_get_bool(q, 0, 5),
				     .anyway = db_get_bool(q, 0, 6),
				     .chosen = db_get_bool(q, 0, 7),
				     .zone = db_get_text(q, 0, 8) };
	return RC_OK;
}

enum rc digest_choice_write(struct db *db, int64_t account, const struct digest_choice *c)
{
	return db_run(db, NULL, STMT_DIGEST_CHOICE_SET, NULL, db_i64(account), db_text(c->every),
		      db_i64(c->weekday), db_i64(c->monthday), db_i64(c->hour), db_text(c->form),
		      db_bool(c->per_group), db_bool(c->anyway));
}

enum rc digest_past_read(struct db *db, struct arena *a, int64_t account, struct digest_past_row **r,
			 size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_PAST, &q, db_i64(account));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	*r = ARENA_ARRAY(a, *n_r, struct digest_past_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct digest_past_row){ db_get_i64(q, i, 0), db_get_time(q, i, 1),
						    db_get_i64(q, i, 2), db_get_i64(q, i, 3) };
	return rc;
}

enum rc digest_preview_row(struct db *db, struct arena *a, int64_t now, int64_t account,
			   const char *list, int64_t since, const char **ids_r, const char **every_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_PREVIEW_ROW, &q, db_time(now), db_i64(account),
			    db_text(list), db_time(since));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*ids_r = db_get_text(q, 0, 0);
	*every_r = db_get_text(q, 0, 1);
	return RC_OK;
}

enum rc digest_preview_until(struct db *db, struct arena *a, int64_t at, struct digest_run *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_PREVIEW_UNTIL, &q, db_time(at));

	return run(rc, q, r);
}

enum rc digest_preview_issue(struct db *db, struct arena *a, int64_t account, int64_t *issue_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_PREVIEW_ISSUE, &q, db_i64(account));

	rc = number(rc, q, issue_r);
	return rc == RC_OK && *issue_r == 0 ? RC_NOTFOUND : rc;
}

enum rc digest_expire_write(struct db *db, struct arena *a, int64_t now, int64_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DIGEST_EXPIRE, &q, db_time(now));

	return number(rc, q, n_r);
}
