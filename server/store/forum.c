/* SPDX-License-Identifier: Apache-2.0 */
/* Reading groups, threads and posts; see sql/forum.sql for the columns. */
#include "server/db/db.h"
#include "server/store/forum.h"

#include "server/base/base.h"

#define WHO db_id(who.account), db_bool(who.admin)

static size_t split_lines(struct arena *a, const char *text, char sep, const char ***out_r)
{
	struct slice rest = slice_of(text), item;
	size_t n = 0, max = 1;

	for (const char *p = text; *p; p++)
		max += *p == sep;
	*out_r = ARENA_ARRAY(a, max, const char *);
	while (rest.n > 0) {
		slice_cut(&rest, sep, &item);
		(*out_r)[n++] = slice_dup(a, item);
	}
	return n;
}

/* The 17 columns that every statement of a group begins with. */
static void group_row(const struct db_rows *q, size_t i, struct reader who, struct group *g)
{
	const char *role = db_get_text(q, i, 14), *posting = db_get_text(q, i, 16);

	*g = (struct group){
		.id = db_get_i64(q, i, 0),
		.name = db_get_text(q, i, 1),
		.addr = db_get_text(q, i, 2),
		.title = db_get_text(q, i, 3),
		.description = db_get_text(q, i, 4),
		.lang = db_get_text(q, i, 5),
		.visibility = db_get_text(q, i, 6),
		.thread_count = db_get_i64(q, i, 7),
		.post_count = db_get_i64(q, i, 8),
		.member_count = db_get_i64(q, i, 9),
		.version = db_get_i64(q, i, 10),
		.last_post_at = db_get_time(q, i, 11),
		.archived = db_get_bool(q, i, 12),
		.closed = db_get_bool(q, i, 13),
		.delivery = db_get_text(q, i, 15),
		.last_subject = "",
		.last_author = "",
	};
	g->owner = strcmp(role, "owner") == 0;
	g->moderator = g->owner || strcmp(role, "moderator") == 0 || who.admin;
	g->member = *role != '\0';
	g->can_post =
		!g->archived && !g->closed && who.account != 0 &&
		(strcmp(posting, "announce") == 0 ? g->moderator
						  : g->member || strcmp(posting, "anyone") == 0);
}

static void thread_columns(struct arena *a, const struct db_rows *q, size_t i, int c,
			   struct reader who, struct thread_row *t)
{
	t->subject = db_get_text(q, i, c);
	t->lang = db_get_text(q, i, c + 1);
	t->state = db_get_text(q, i, c + 2);
	t->pinned = db_get_bool(q, i, c + 3);
	t->post_count = db_get_i64(q, i, c + 4);
	t->participant_count = db_get_i64(q, i, c + 5);
	t->nparticipants = split_lines(a, db_get_text(q, i, c + 6), '\n', &t->participants);
	t->first_post_at = db_get_time(q, i, c + 7);
	t->last_post_at = db_get_time(q, i, c + 8);
	t->last_number = db_get_i64(q, i, c + 9);
	t->read_number = who.account ? db_get_i64(q, i, c + 10) : -1;
}

enum rc groups_read(struct db *db, struct arena *a, struct reader who, struct group **r,
		    size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_GROUPS_VISIBLE, &q, WHO);

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct group);
	for (size_t i = 0; i < *n_r; i++) {
		group_row(q, i, who, &(*r)[i]);
		(*r)[i].last_subject = db_get_text(q, i, 17);
		(*r)[i].last_author = db_get_text(q, i, 18);
		(*r)[i].last_thread = db_get_i64(q, i, 19);
		(*r)[i].unread_threads = db_get_i64(q, i, 20);
		(*r)[i].parent = db_get_i64(q, i, 21);
	}
	return RC_OK;
}

enum rc group_read(struct db *db, struct arena *a, struct reader who, const char *name,
		   struct group *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_GROUP_BY_NAME, &q, WHO, db_text(name));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	group_row(q, 0, who, r);
	r->roster = r->moderator || db_get_bool(q, 0, 17);
	return RC_OK;
}

static void thread_rows(struct arena *a, const struct db_rows *q, struct reader who,
			struct thread_row **r, size_t *n_r)
{
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct thread_row);
	for (size_t i = 0; i < *n_r; i++) {
		struct thread_row *t = &(*r)[i];

		t->id = db_get_i64(q, i, 0);
		t->number = db_get_i64(q, i, 1);
		t->list_name = db_get_text(q, i, 2);
		t->list_title = db_get_text(q, i, 3);
		thread_columns(a, q, i, 4, who, t);
	}
}

enum rc threads_latest_read(struct db *db, struct arena *a, struct reader who,
			    struct thread_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREADS_LATEST, &q, WHO);

	if (rc == RC_OK)
		thread_rows(a, q, who, r, n_r);
	return rc;
}

enum rc threads_read(struct db *db, struct arena *a, struct reader who, const struct group *g,
		     bool hidden, const char *tag, int64_t at, int64_t id,
		     struct thread_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc =
		db_run(db, a, STMT_THREADS_OF_GROUP, &q, db_id(who.account), db_bool(hidden),
		       db_text(g->name), db_i64(g->id), db_time(at), db_i64(id),
		       db_text(tag));

	if (rc != RC_OK)
		return rc;
	thread_rows(a, q, who, r, n_r);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i].ntags = split_lines(a, db_get_text(q, i, 15), '\n', &(*r)[i].tags);
	return rc;
}

/* The columns of every statement of one thread. */
static enum rc head_row(struct arena *a, const struct db_rows *q, struct reader who,
			struct thread_head *r)
{
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct thread_head){ 0 };
	group_row(q, 0, who, &r->group);
	r->thread.id = db_get_i64(q, 0, 17);
	r->thread.number = db_get_i64(q, 0, 18);
	r->thread.list_name = r->group.name;
	r->thread.list_title = r->group.title;
	thread_columns(a, q, 0, 19, who, &r->thread);
	r->moved_thread = db_get_i64(q, 0, 30);
	r->moved_list = db_get_text(q, 0, 31);
	r->version = db_get_i64(q, 0, 32);
	r->thread.ntags = split_lines(a, db_get_text(q, 0, 33), '\n', &r->thread.tags);
	return RC_OK;
}

enum rc thread_head_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 int64_t number, struct thread_head *r)
{
	struct db_rows *q = NULL;
	enum rc rc = RC_OK;

	if (who.account == 0 && !who.admin)
		rc = db_run(db, a, STMT_THREAD_HEAD_PUBLIC, &q, db_text(list), db_i64(number));
	if (rc == RC_OK && (q == NULL || db_nrows(q) == 0))
		rc = db_run(db, a, STMT_THREAD_HEAD, &q, WHO, db_text(list), db_i64(number));
	return rc == RC_OK ? head_row(a, q, who, r) : rc;
}

enum rc thread_link_read(struct db *db, struct arena *a, int64_t account, int64_t thread,
			 struct thread_link *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_BY_LINK, &q, db_i64(account), db_i64(thread));

	if (rc == RC_OK)
		rc = head_row(a, q, (struct reader){ 0, false }, &r->head);
	if (rc != RC_OK)
		return rc;
	r->locale = db_get_text(q, 0, 34);
	r->member = db_get_bool(q, 0, 35);
	r->open = db_get_bool(q, 0, 36);
	return RC_OK;
}

/* "n 01 name 01 type 01 size 01 folded 02 ...": names hold no controls (mailer/parse). */
static void attachments_split(struct arena *a, const char *text, struct post_row *p)
{
	const char **items, **f;
	size_t n = split_lines(a, text, '\x02', &items);

	p->attachments = ARENA_ARRAY(a, n, struct attachment_row);
	for (size_t i = 0; i < n; i++) {
		struct attachment_row *at = &p->attachments[p->nattachments];

		if (split_lines(a, items[i], '\x01', &f) != 5)
			continue;
		at->name = f[1];
		at->type = f[2];
		at->folded = *f[4] == '1';
		if (slice_i64(slice_of(f[0]), 0, INT32_MAX, &at->n) &&
		    slice_i64(slice_of(f[3]), 0, INT64_MAX, &at->size))
			p->nattachments++;
	}
}

/* "name 01 country 01 posts 02 ..." */
static void participants_split(struct arena *a, const char *text, struct thread_posts *r)
{
	const char **items, **f;
	size_t n = split_lines(a, text, '\x02', &items);

	r->participants = ARENA_ARRAY(a, n, struct participant);
	for (size_t i = 0; i < n; i++) {
		struct participant *p = &r->participants[r->nparticipants];

		if (split_lines(a, items[i], '\x01', &f) != 3)
			continue;
		p->name = f[0];
		p->country = f[1];
		if (slice_i64(slice_of(f[2]), 0, INT64_MAX, &p->posts))
			r->nparticipants++;
	}
}

/* "organisation 01 country 01 account 02 ...", to the posts of these accounts. */
static void places_split(struct arena *a, const char *text, struct thread_posts *r)
{
	const char **items, **f;
	size_t n = split_lines(a, text, '\x02', &items);
	int64_t account;

	for (size_t i = 0; i < n; i++) {
		if (split_lines(a, items[i], '\x01', &f) != 3 ||
		    !slice_i64(slice_of(f[2]), 1, INT64_MAX, &account))
			continue;
		for (size_t k = 0; k < r->n; k++)
			if (r->v[k].account == account) {
				r->v[k].organisation = f[0];
				r->v[k].country = f[1];
			}
	}
}

/* Answers to what stands on an earlier page; parents: the ids of what they answer. */
static enum rc parents_find(struct db *db, struct arena *a, int64_t thread, const int64_t *parents,
			    size_t n, struct thread_posts *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_NUMBERS, &q, db_i64(thread),
			    db_i64_array(a, parents, n));

	if (rc != RC_OK)
		return rc;
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; r->parents[i] != 0 && k < db_nrows(q); k++)
			if (db_get_i64(q, k, 0) == r->parents[i])
				r->v[i].parent_number = db_get_i64(q, k, 1);
	return RC_OK;
}

static enum rc parents_fill(struct db *db, struct arena *a, int64_t thread, struct thread_posts *r)
{
	int64_t *away = ARENA_ARRAY(a, r->n, int64_t);
	size_t naway = 0;

	for (size_t i = 0; i < r->n; i++) {
		size_t k = 0;

		if (r->parents[i] == 0)
			continue;
		while (k < r->n && r->v[k].id != r->parents[i])
			k++;
		if (k < r->n)
			r->v[i].parent_number = r->v[k].number;
		else
			away[naway++] = r->parents[i];
	}
	return naway ? parents_find(db, a, thread, away, naway, r) : RC_OK;
}

static void post_row(struct arena *a, const struct db_rows *q, size_t i, struct post_row *p)
{
	*p = (struct post_row){ .id = db_get_i64(q, i, 0),
				.number = db_get_i64(q, i, 1),
				.account = db_get_i64(q, i, 3),
				.author_name = db_get_text(q, i, 4),
				.sent_at = db_get_time(q, i, 5),
				.source = db_get_text(q, i, 6),
				.lang = db_get_text(q, i, 7),
				.subject = db_get_text(q, i, 8),
				.state = db_get_text(q, i, 9),
				.html = db_get_slice(q, i, 10),
				.packed = db_get_slice(q, i, 11),
				.moderated = db_get_bool(q, i, 13),
				.edited_at = db_get_time(q, i, 14),
				.organisation = "",
				.country = "" };
	if (strcmp(p->state, "deleted") == 0)
		p->html = p->packed = SLICE("");
	if (!db_is_null(q, i, 12))
		attachments_split(a, db_get_text(q, i, 12), p);
}

/* facts: column at and the two after it are those of thread_facts. */
static enum rc posts_rows(struct db *db, struct arena *a, int64_t thread, const struct db_rows *q,
			  const struct db_rows *facts, int at, struct thread_posts *r)
{
	*r = (struct thread_posts){ .n = db_nrows(q) };
	if (r->n == 0)
		return RC_OK;
	r->v = ARENA_ARRAY(a, r->n, struct post_row);
	r->parents = ARENA_ARRAY(a, r->n, int64_t);
	for (size_t i = 0; i < r->n; i++) {
		post_row(a, q, i, &r->v[i]);
		r->parents[i] = db_get_i64(q, i, 2);
	}
	participants_split(a, db_get_text(facts, 0, at), r);
	r->acts = db_get_bool(facts, 0, at + 1);
	places_split(a, db_get_text(facts, 0, at + 2), r);
	return parents_fill(db, a, thread, r);
}

enum rc posts_read(struct db *db, struct arena *a, int64_t thread, int64_t from, bool hidden,
		   int limit, bool packed, struct thread_posts *r)
{
	const struct db_ask asks[DB_ASKS] = {
		DB_ASK(STMT_THREAD_FACTS, db_i64(thread), db_i64(from), db_i64(limit)),
		DB_ASK(STMT_POSTS_OF_THREAD, db_i64(thread), db_i64(from), db_i64(limit),
		       db_bool(hidden), db_bool(packed))
	};
	struct db_rows *q[DB_ASKS];
	enum rc rc = db_run_two(db, a, asks, q);

	return rc == RC_OK ? posts_rows(db, a, thread, q[1], q[0], 0, r) : rc;
}

enum rc thread_public_read(struct db *db, struct arena *a, const char *list, int64_t number,
			   int64_t from, bool packed, struct thread_head *head,
			   struct thread_posts *posts)
{
	const struct db_ask asks[DB_ASKS] = {
		DB_ASK(STMT_THREAD_PAGE_PUBLIC, db_text(list), db_i64(number), db_i64(from)),
		DB_ASK(STMT_POSTS_OF_THREAD_PUBLIC, db_text(list), db_i64(number), db_i64(from),
		       db_bool(packed))
	};
	struct db_rows *q[DB_ASKS];
	enum rc rc = db_run_two(db, a, asks, q);

	if (rc == RC_OK)
		rc = head_row(a, q[0], (struct reader){ 0, false }, head);
	return rc == RC_OK ? posts_rows(db, a, head->thread.id, q[1], q[0], 34, posts) : rc;
}

enum rc posts_before_read(struct db *db, struct arena *a, int64_t thread, int64_t number,
			  bool hidden, int limit, int64_t *first_r)
{
	struct db_rows *q;
	enum rc rc =
		db_run(db, a, STMT_POSTS_BEFORE, &q, db_i64(thread), db_i64(number), db_i64(limit),
		       db_bool(hidden));

	if (rc == RC_OK)
		*first_r = db_get_i64(q, 0, 0);
	return rc;
}

/* thread number, post number, list name */
static enum rc place_row(const struct db_rows *q, const char **list_r, int64_t *thread_r,
			 int64_t *number_r, int cl, int ct, int cn)
{
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_text(q, 0, cl);
	*thread_r = db_get_i64(q, 0, ct);
	*number_r = db_get_i64(q, 0, cn);
	return RC_OK;
}

enum rc post_redirect_read(struct db *db, struct arena *a, struct reader who, int64_t thread,
			   int64_t number, const char **list_r, int64_t *thread_r, int64_t *number_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_REDIRECT_OF_POST, &q, WHO, db_i64(thread), db_i64(number));

	return rc == RC_OK ? place_row(q, list_r, thread_r, number_r, 2, 0, 1) : rc;
}

enum rc post_by_msgid_read(struct db *db, struct arena *a, struct reader who, const char *list,
			   const char *msgid, const char **list_r, int64_t *thread_r,
			   int64_t *number_r)
{
	unsigned char hash[HASH_BYTES];
	struct db_rows *q;
	enum rc rc;

	hash_bytes(msgid, strlen(msgid), hash);
	rc = db_run(db, a, STMT_POST_BY_MSGID, &q, WHO, db_bytes(hash, sizeof(hash)),
		    db_text(list));
	return rc == RC_OK ? place_row(q, list_r, thread_r, number_r, 0, 1, 2) : rc;
}

enum rc post_raw_id_read(struct db *db, struct arena *a, struct reader who, const char *list,
			 int64_t thread, int64_t number, int64_t *raw_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_RAW_ID, &q, WHO, db_text(list), db_i64(thread),
			    db_i64(number));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0 || db_is_null(q, 0, 0))
		return RC_NOTFOUND;
	*raw_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc post_fold_read(struct db *db, struct arena *a, struct reader who, const char *list,
		       int64_t thread, int64_t number, struct post_fold_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_FOLD_GET, &q, WHO, db_text(list), db_i64(thread),
			    db_i64(number));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct post_fold_row){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1), db_get_i64(q, 0, 2),
				     db_get_text(q, 0, 3), db_get_slice(q, 0, 4) };
	return RC_OK;
}

enum rc post_fold_write(struct db *db, const struct post_fold_row *r, struct slice html,
			struct slice packed, struct slice own)
{
	enum rc rc = db_run(db, NULL, STMT_THREAD_CHANGED, NULL, db_i64(r->thread));

	return rc == RC_OK ? db_run(db, NULL, STMT_POST_FOLD_SET, NULL, db_i64(r->post),
				    db_slice(html), db_slice(own), db_packed(packed))
			   : rc;
}

enum rc feed_read(struct db *db, struct arena *a, int64_t list, int64_t thread,
		  struct feed_entry **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_FEED_POSTS, &q, db_i64(list), db_id(thread));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct feed_entry);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct feed_entry){
			.thread = db_get_i64(q, i, 0),
			.number = db_get_i64(q, i, 1),
			.subject = db_get_text(q, i, 2),
			.author_name = db_get_text(q, i, 3),
			.lang = db_get_text(q, i, 4),
			.msgid = db_get_text(q, i, 5),
			.sent_at = db_get_time(q, i, 6),
			.html = db_get_slice(q, i, 7),
		};
	return RC_OK;
}

enum rc subscriptions_read(struct db *db, struct arena *a, struct reader who,
			   struct subscription_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SUBSCRIPTIONS_OF, &q, db_id(who.account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct subscription_row);
	for (size_t i = 0; i < *n_r; i++) {
		struct subscription_row *s = &(*r)[i];

		group_row(q, i, who, &s->group);
		s->role = db_get_text(q, i, 14);
		s->delivery = s->group.delivery;
		s->addr = db_get_text(q, i, 17);
		s->own_copy = db_get_bool(q, i, 18);
		s->pause_until = db_get_time(q, i, 19);
		s->copy_when_addressed = db_get_bool(q, i, 20);
		s->attachments = db_get_text(q, i, 21);
		s->pause_from = db_get_time(q, i, 22);
		s->dead = db_get_bool(q, i, 23);
		s->followed = db_get_i64(q, i, 24);
		s->muted = db_get_i64(q, i, 25);
		s->receipt = db_get_bool(q, i, 26);
		s->every = *db_get_text(q, i, 27);
		s->day = (int)db_get_i64(q, i, s->every == 'm' ? 29 : 28);
		s->hour = (int)db_get_i64(q, i, 30);
		s->zone = db_get_text(q, i, 31);
	}
	return RC_OK;
}

enum rc followed_read(struct db *db, struct arena *a, int64_t account, struct followed_row **r,
		      size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREADS_FOLLOWED, &q, db_i64(account));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct followed_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct followed_row){ db_get_text(q, i, 0), db_get_text(q, i, 1),
						 db_get_text(q, i, 3), db_get_text(q, i, 4),
						 db_get_i64(q, i, 2) };
	return RC_OK;
}

/* Nothing written: the thread is not there, or nothing of theirs. */
static enum rc written(enum rc rc, const struct db_rows *q)
{
	return rc == RC_OK && db_affected(q) == 0 ? RC_NOTFOUND : rc;
}

enum rc read_mark_write(struct db *db, struct arena *a, struct reader who, const char *list,
			int64_t thread, int64_t number)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_READ_MARK_SET, &q, WHO, db_text(list), db_i64(thread),
			    db_i64(number));

	return written(rc, q);
}

enum rc read_mark_group_write(struct db *db, struct reader who, const char *list)
{
	return db_run(db, NULL, STMT_READ_MARK_GROUP, NULL, db_id(who.account), db_text(list));
}

enum rc follow_write(struct db *db, struct arena *a, struct reader who, const char *list,
		     int64_t thread, const char *mode)
{
	struct db_rows *q = NULL;
	enum rc rc;

	if (*mode == '\0')
		return db_run(db, NULL, STMT_FOLLOW_CLEAR, NULL, WHO, db_text(list),
			      db_i64(thread));
	rc = db_run(db, a, STMT_FOLLOW_SET, &q, WHO, db_text(list), db_i64(thread), db_text(mode));
	return written(rc, q);
}

enum rc follow_read(struct db *db, struct arena *a, int64_t thread_id, int64_t account,
		    const char **mode_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_FOLLOW_GET, &q, db_i64(thread_id), db_id(account));

	*mode_r = rc == RC_OK && db_nrows(q) ? db_get_text(q, 0, 0) : "";
	return rc;
}

enum rc follow_place_read(struct db *db, struct arena *a, int64_t account, int64_t thread_id,
			  struct followed_row *r, const char **locale_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_FOLLOWED_PLACE, &q, db_i64(account), db_i64(thread_id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct followed_row){ db_get_text(q, 0, 0), db_get_text(q, 0, 1), db_get_text(q, 0, 2),
				    db_get_text(q, 0, 3), db_get_i64(q, 0, 4) };
	*locale_r = db_get_text(q, 0, 5);
	return RC_OK;
}

enum rc subscription_write(struct db *db, struct arena *a, int64_t account, const char *list,
			   const struct subscription_choice *c, int64_t *list_r,
			   const char **before_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SUBSCRIPTION_SET, &q, db_id(account), db_text(list),
			    db_text(c->delivery), db_bool(c->own_copy),
			    db_bool(c->copy_when_addressed), db_text(c->attachments),
			    db_bool(c->receipt));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_i64(q, 0, 0);
	*before_r = db_get_text(q, 0, 1);
	return RC_OK;
}

enum rc reply_target_read(struct db *db, struct arena *a, int64_t list, int64_t thread,
			  int64_t parent, struct reply_target *r)
{
	struct db_rows *q;
	enum rc rc =
		db_run(db, a, STMT_REPLY_TARGET, &q, db_i64(list), db_i64(thread), db_i64(parent));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct reply_target){
		.thread = db_get_i64(q, 0, 0),
		.subject = db_get_text(q, 0, 1),
		.state = db_get_text(q, 0, 2),
		.post = db_get_i64(q, 0, 3),
		.msgid = db_get_text(q, 0, 4),
	};
	r->nrefs = split_lines(a, db_get_text(q, 0, 5), '\n', &r->refs);
	return RC_OK;
}
