/* SPDX-License-Identifier: Apache-2.0 */
/* See thread.h and sql/thread.sql for the columns. */
#include "server/db/db.h"
#include "server/store/thread.h"

#include "server/base/base.h"

#define WHO db_id(who.account), db_bool(who.admin)

static enum rc one(enum rc rc, const struct db_rows *q, enum rc none)
{
	return rc == RC_OK && db_nrows(q) == 0 ? none : rc;
}

enum rc act_thread_read(struct db *db, struct arena *a, struct reader who, const char *list,
			int64_t number, struct act_thread *r)
{
	struct db_rows *q = NULL;
	enum rc rc =
		db_run(db, a, STMT_THREAD_FOR_ACT, &q, WHO, db_text(list), db_i64(number));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*r = (struct act_thread){ .id = db_get_i64(q, 0, 0),
					  .list = db_get_i64(q, 0, 1),
					  .number = db_get_i64(q, 0, 2),
					  .list_name = db_get_text(q, 0, 3),
					  .list_title = db_get_text(q, 0, 4),
					  .lang = db_get_text(q, 0, 5),
					  .subject = db_get_text(q, 0, 6),
					  .state = db_get_text(q, 0, 7),
					  .pinned_until = db_get_time(q, 0, 8),
					  .posts = db_get_i64(q, 0, 9),
					  .titled = db_get_bool(q, 0, 10),
					  .placed = db_get_bool(q, 0, 11),
					  .addr = db_get_text(q, 0, 12),
					  .visibility = db_get_text(q, 0, 13) };
	return rc;
}

enum rc act_state_read(struct db *db, struct arena *a, int64_t thread, struct act_thread *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_THREAD_STATE_OF, &q, db_i64(thread));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*r = (struct act_thread){ .id = db_get_i64(q, 0, 0),
					  .list = db_get_i64(q, 0, 1),
					  .number = db_get_i64(q, 0, 2),
					  .subject = db_get_text(q, 0, 3),
					  .state = db_get_text(q, 0, 4),
					  .pinned_until = db_get_time(q, 0, 5),
					  .moved_to = db_get_i64(q, 0, 6),
					  .titled = db_get_bool(q, 0, 7),
					  .placed = db_get_bool(q, 0, 8) };
	return rc;
}

enum rc act_list_read(struct db *db, struct arena *a, struct reader who, const char *list,
		      int64_t *id_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_LIST_FOR_ACT, &q, WHO, db_text(list));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*id_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc act_lists_read(struct db *db, struct arena *a, struct reader who, int64_t but,
		       struct act_list **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_LISTS_FOR_ACT, &q, WHO, db_i64(but));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct act_list);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct act_list){ db_get_text(q, i, 0), db_get_text(q, i, 1) };
	return RC_OK;
}

enum rc act_thread_write(struct db *db, const struct act_thread *t)
{
	return db_run(db, NULL, STMT_THREAD_SET, NULL, db_i64(t->id), db_text(t->state),
		      db_time(t->pinned_until), db_text(t->subject), db_bool(t->titled));
}

enum rc act_weights_read(struct db *db, struct arena *a, const int64_t *threads, size_t n,
			 struct act_weight **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_WEIGHTS, &q, db_i64_array(a, threads, n));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct act_weight);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct act_weight){ db_get_i64(q, i, 0), db_get_i64(q, i, 1),
					       db_get_i64(q, i, 2) };
	return RC_OK;
}

enum rc act_weigh(struct db *db, const struct act_weight *w)
{
	return db_run(db, NULL, STMT_LIST_WEIGH, NULL, db_i64(w->list), db_i64(w->threads),
		      db_i64(w->posts));
}

enum rc act_recount(struct db *db, struct arena *a, int64_t thread, int64_t *posts_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_THREAD_RECOUNT, &q, db_i64(thread));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*posts_r = db_get_i64(q, 0, 0);
	return rc;
}

static enum rc posts_rows(struct arena *a, enum rc rc, const struct db_rows *q, struct act_post **r,
			  size_t *n_r)
{
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct act_post);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct act_post){ db_get_i64(q, i, 0), db_get_i64(q, i, 1),
					     db_get_text(q, i, 2) };
	return RC_OK;
}

enum rc act_posts_read(struct db *db, struct arena *a, int64_t thread, const int64_t *numbers,
		       size_t n, struct act_post **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = numbers ? db_run(db, a, STMT_POSTS_FOR_ACT, &q, db_i64(thread),
				      db_i64_array(a, numbers, n))
			     : db_run(db, a, STMT_POSTS_ALL_FOR_ACT, &q, db_i64(thread));

	return posts_rows(a, rc, q, r, n_r);
}

enum rc act_posts_under(struct db *db, struct arena *a, int64_t thread, int64_t post,
			struct act_post **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_POSTS_UNDER, &q, db_i64(post), db_i64(thread));

	return posts_rows(a, rc, q, r, n_r);
}

enum rc act_write(struct db *db, struct arena *a, struct act_row *r, const int64_t *posts, size_t n)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACT_ADD, &q, db_text(r->kind), db_i64(r->list),
			    db_id(r->thread), db_id(r->other), db_id(r->other_list),
			    db_id(r->account), db_text(r->why), db_text(r->before),
			    db_text(r->after), db_i64(r->posts), db_bool(r->whole),
			    db_bool(r->was));

	if (rc != RC_OK)
		return rc;
	r->id = db_get_i64(q, 0, 0);
	return n ? db_run(db, NULL, STMT_ACT_POSTS_ADD, NULL, db_i64(r->id),
			  db_i64_array(a, posts, n))
		 : RC_OK;
}

enum rc act_read(struct db *db, struct arena *a, struct reader who, int64_t id,
		 struct act_row *r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_ACT_FOR_UNDO, &q, WHO, db_i64(id));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*r = (struct act_row){ .id = db_get_i64(q, 0, 0),
				       .kind = db_get_text(q, 0, 1),
				       .list = db_get_i64(q, 0, 2),
				       .thread = db_get_i64(q, 0, 3),
				       .other = db_get_i64(q, 0, 4),
				       .other_list = db_get_i64(q, 0, 5),
				       .before = db_get_text(q, 0, 6),
				       .after = db_get_text(q, 0, 7),
				       .whole = db_get_bool(q, 0, 8),
				       .was = db_get_bool(q, 0, 9),
				       .undone = db_get_bool(q, 0, 10),
				       .old = db_get_bool(q, 0, 11),
				       .posts = db_get_i64(q, 0, 12),
				       .list_name = db_get_text(q, 0, 13),
				       .why = "" };
	return rc;
}

enum rc act_undone_write(struct db *db, struct arena *a, int64_t act, int64_t account)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_ACT_UNDONE, &q, db_i64(act), db_id(account));

	return one(rc, q, RC_CONFLICT);
}

enum rc act_posts_state(struct db *db, int64_t act, const char *state)
{
	return db_run(db, NULL, STMT_ACT_HIDE, NULL, db_i64(act), db_text(state));
}

enum rc act_split_write(struct db *db, struct arena *a, int64_t list, const char *subject,
			int64_t *thread_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_SPLIT_ADD, &q, db_i64(list), db_text(subject));

	if (rc == RC_OK)
		*thread_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc act_number_give(struct db *db, struct arena *a, int64_t list, int64_t thread,
			int64_t *number_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_THREAD_NUMBER_GIVE, &q, db_i64(list), db_i64(thread));

	rc = one(rc, q, RC_NOTFOUND);
	if (rc == RC_OK)
		*number_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc act_posts_place(struct db *db, const struct act_row *act, int64_t to, int64_t root,
			int64_t parent)
{
	enum rc rc = db_run(db, NULL, STMT_POSTS_PLACE, NULL, db_i64(act->id), db_i64(to),
			    db_id(root), db_id(parent));

	return rc == RC_OK ? db_run(db, NULL, STMT_REFS_PLACE, NULL, db_i64(act->id),
				    db_i64(act->thread), db_i64(to), db_bool(act->whole))
			   : rc;
}

enum rc act_parent_place(struct db *db, int64_t act, int64_t post, int64_t parent)
{
	return db_run(db, NULL, STMT_POST_PARENT_PLACE, NULL, db_i64(act), db_i64(post),
		      db_i64(parent));
}

enum rc act_lead(struct db *db, const struct act_row *act, int64_t to)
{
	return db_run(db, NULL, STMT_THREAD_LEAD, NULL, db_i64(act->id), db_i64(act->thread),
		      db_i64(to));
}

enum rc act_readers_lead(struct db *db, const struct act_row *act, int64_t to, bool marks)
{
	enum rc rc = db_run(db, NULL, STMT_FOLLOWS_LEAD, NULL, db_i64(act->id),
			    db_i64(act->thread), db_i64(to));

	return rc == RC_OK && marks ? db_run(db, NULL, STMT_MARKS_LEAD, NULL, db_i64(act->id),
					     db_i64(act->thread), db_i64(to))
				    : rc;
}

enum rc act_clash_read(struct db *db, struct arena *a, int64_t thread, int64_t list, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MOVE_CLASH, &q, db_i64(thread), db_i64(list));

	if (rc == RC_OK)
		*n_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc act_move(struct db *db, struct arena *a, const struct act_thread *t, int64_t to,
		 int64_t *signpost_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MOVE_THREAD, &q, db_i64(t->id), db_i64(to));

	if (rc == RC_OK)
		*signpost_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc act_move_rest(struct db *db, const struct act_row *act, int64_t number)
{
	enum rc rc = db_run(db, NULL, STMT_MOVE_SIGNPOST, NULL, db_i64(act->other),
			    db_i64(act->thread), db_i64(number));

	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_MOVE_POSTS, NULL, db_i64(act->thread),
			    db_i64(act->other_list));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_MOVE_HOLDS, NULL, db_i64(act->thread), db_i64(act->list),
			    db_i64(act->other_list));
	return rc == RC_OK ? db_run(db, NULL, STMT_MOVE_REFS, NULL, db_i64(act->thread),
				    db_i64(act->list), db_i64(act->other_list), db_i64(act->id))
			   : rc;
}

enum rc act_astray_read(struct db *db, struct arena *a, int64_t act, const char *state,
			int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = state ? db_run(db, a, STMT_ACT_STATE_ASTRAY, &q, db_i64(act), db_text(state))
			   : db_run(db, a, STMT_ACT_ASTRAY, &q, db_i64(act));

	if (rc == RC_OK)
		*n_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc act_states_undo(struct db *db, int64_t act)
{
	return db_run(db, NULL, STMT_UNDO_STATES, NULL, db_i64(act));
}

enum rc act_place_undo(struct db *db, const struct act_row *act)
{
	bool all = strcmp(act->kind, "split") == 0; /* nothing stays in a thread that was made */
	struct db_arg id = db_i64(act->id), from = db_i64(act->other), to = db_i64(act->thread);
	enum rc rc = RC_OK;

	if (act->other != act->thread)
		rc = db_run(db, NULL, STMT_UNDO_NEWCOMERS, NULL, id, from, to, db_bool(all));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_UNDO_POSTS, NULL, id);
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_UNDO_REFS, NULL, id, from, to, db_bool(all));
	if (rc == RC_OK && act->whole)
		rc = db_run(db, NULL, STMT_UNDO_LEAD, NULL, id, to, from);
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_UNDO_FOLLOWS, NULL, id, from);
	if (rc == RC_OK && all)
		return db_run(db, NULL, STMT_THREAD_LEAD, NULL, db_null(), from, to);
	return rc == RC_OK ? db_run(db, NULL, STMT_THREAD_PLACED_SET, NULL, from,
				    db_bool(act->was))
			   : rc;
}

enum rc act_move_undo(struct db *db, struct arena *a, const struct act_row *act, int64_t number)
{
	int64_t old;
	struct slice before = slice_of(act->before);
	struct db_arg thread = db_i64(act->thread), signpost = db_i64(act->other);
	enum rc rc = slice_i64(before, 1, INT64_MAX, &old) ? RC_OK : RC_INVALID;

	(void)a;
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_UNDO_MOVE_THREAD, NULL, thread, db_i64(act->list));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_THREAD_PLACE_SET, NULL, signpost, db_i64(act->other_list),
			    db_i64(number));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_THREAD_PLACE_SET, NULL, thread, db_i64(act->list),
			    db_i64(old));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_MOVE_SIGNPOST, NULL, signpost, thread, db_i64(number));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_MOVE_POSTS, NULL, thread, db_i64(act->list));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_MOVE_HOLDS, NULL, thread, db_i64(act->other_list),
			    db_i64(act->list));
	if (rc == RC_OK)
		rc = db_run(db, NULL, STMT_UNDO_MOVE_REFS, NULL, thread, db_i64(act->list),
			    db_i64(act->other_list), db_i64(act->id));
	return rc == RC_OK ? db_run(db, NULL, STMT_THREAD_PLACED_SET, NULL, thread,
				    db_bool(act->was))
			   : rc;
}

enum rc act_lines_read(struct db *db, struct arena *a, struct reader who, int64_t thread, int limit,
		       struct act_line **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACTS_OF_THREAD, &q, WHO, db_i64(thread), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct act_line);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct act_line){ .id = db_get_i64(q, i, 0),
					     .kind = db_get_text(q, i, 1),
					     .who = db_get_text(q, i, 2),
					     .at = db_get_time(q, i, 3),
					     .why = db_get_text(q, i, 4),
					     .before = db_get_text(q, i, 5),
					     .after = db_get_text(q, i, 6),
					     .posts = db_get_i64(q, i, 7),
					     .mine = db_get_bool(q, i, 8),
					     .undone_at = db_get_time(q, i, 9),
					     .undone_by = db_get_text(q, i, 10),
					     .old = db_get_bool(q, i, 11),
					     .group = db_get_text(q, i, 12),
					     .subject = db_get_text(q, i, 13),
					     .list = db_get_text(q, i, 14),
					     .number = db_get_i64(q, i, 15) };
	return RC_OK;
}

enum rc act_followers_read(struct db *db, struct arena *a, int64_t thread, int64_t list,
			   int64_t but, struct act_follower **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_FOLLOWERS, &q, db_i64(thread), db_id(list),
			    db_id(but));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct act_follower);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct act_follower){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
						 db_get_text(q, i, 2), db_get_text(q, i, 3) };
	return RC_OK;
}

enum rc tool_posts_read(struct db *db, struct arena *a, int64_t thread, int64_t from, int limit,
			struct tool_post **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TOOL_POSTS, &q, db_i64(thread), db_i64(from), db_i64(limit));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct tool_post);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct tool_post){ .id = db_get_i64(q, i, 0),
					      .number = db_get_i64(q, i, 1),
					      .author = db_get_text(q, i, 2),
					      .sent_at = db_get_time(q, i, 3),
					      .lang = db_get_text(q, i, 4),
					      .state = db_get_text(q, i, 5),
					      .text = db_get_slice(q, i, 6) };
	return RC_OK;
}

static size_t refs_split(struct arena *a, const char *text, const char ***out_r)
{
	struct slice rest = slice_of(text), item;
	size_t n = 0, max = 1;

	for (const char *p = text; *p; p++)
		max += *p == '\n';
	*out_r = ARENA_ARRAY(a, max, const char *);
	while (rest.n > 0) {
		slice_cut(&rest, '\n', &item);
		(*out_r)[n++] = slice_dup(a, item);
	}
	return n;
}

enum rc strays_read(struct db *db, struct arena *a, int64_t thread, struct stray **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_STRAYS, &q, db_i64(thread));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct stray);
	for (size_t i = 0; i < *n_r; i++) {
		(*r)[i] = (struct stray){ .id = db_get_i64(q, i, 0),
					  .number = db_get_i64(q, i, 1),
					  .sent_at = db_get_time(q, i, 2),
					  .subject = db_get_text(q, i, 3),
					  .text = db_get_slice(q, i, 5) };
		(*r)[i].nrefs = refs_split(a, db_get_text(q, i, 4), &(*r)[i].refs);
	}
	return RC_OK;
}

enum rc candidates_read(struct db *db, struct arena *a, int64_t thread, const struct stray *s,
			size_t n, struct candidate **r, size_t *n_r)
{
	const char **subjects = ARENA_ARRAY(a, n, const char *);
	unsigned char(*hashes)[HASH_BYTES];
	struct db_rows *q;
	size_t nh = 0, max = 0;
	int64_t at = 0;
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		max += s[i].nrefs;
	hashes = arena_alloc(a, (max + 1) * HASH_BYTES);
	for (size_t i = 0; i < n; i++) {
		subjects[i] = s[i].subject;
		at = s[i].sent_at > at ? s[i].sent_at : at;
		for (size_t k = 0; k < s[i].nrefs; k++)
			hash_bytes(s[i].refs[k], strlen(s[i].refs[k]), hashes[nh++]);
	}
	rc = db_run(db, a, STMT_STRAY_CANDIDATES, &q, db_i64(thread), db_time(at),
		    db_bytes_array(a, (const unsigned char(*)[HASH_BYTES])hashes, nh),
		    db_text_array(a, subjects, n));
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct candidate);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct candidate){ .thread = db_get_i64(q, i, 0),
					      .number = db_get_i64(q, i, 1),
					      .sent_at = db_get_time(q, i, 2),
					      .author = db_get_text(q, i, 3),
					      .subject = db_get_text(q, i, 4),
					      .lang = db_get_text(q, i, 5),
					      .msgid = db_get_text(q, i, 6),
					      .text = db_get_slice(q, i, 7) };
	return RC_OK;
}

enum rc tags_read(struct db *db, struct arena *a, int64_t thread, const char **tags_r,
		  const char **chosen_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_TAGS, &q, db_i64(thread));

	*tags_r = rc == RC_OK ? db_get_text(q, 0, 0) : "";
	*chosen_r = rc == RC_OK ? db_get_text(q, 0, 1) : "";
	return rc;
}

enum rc tags_write(struct db *db, struct arena *a, int64_t thread, const char *const *tags,
		   size_t n)
{
	return db_run(db, NULL, STMT_THREAD_TAGS_SET, NULL, db_i64(thread),
		      db_text_array(a, tags, n));
}
