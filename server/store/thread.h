/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of what moderators do to threads (sql/thread.sql). Everything here runs
 * within the transaction of one act; the order of the locks is the caller's:
 * threads by id, then groups by id.
 */
#ifndef CABILDO_STORE_THREAD_H
#define CABILDO_STORE_THREAD_H

#include "server/store/forum.h"

struct act_thread {
	int64_t id, list, number; /* number 0: it has none yet */
	const char *list_name, *list_title, *lang, *addr, *visibility;
	const char *subject, *state;
	int64_t pinned_until, posts;
	int64_t moved_to; /* of act_state_read alone */
	bool titled, placed;
};
/* RC_NOTFOUND also where they do not moderate the group. */
enum rc act_thread_read(struct db *db, struct arena *a, struct reader who, const char *list,
			int64_t number, struct act_thread *r) MUST_USE;
/* By id, whoever asks: id, list, number, subject, state, pinned_until, moved_to, titled, placed. */
enum rc act_state_read(struct db *db, struct arena *a, int64_t thread, struct act_thread *r) MUST_USE;
enum rc act_list_read(struct db *db, struct arena *a, struct reader who, const char *list,
		      int64_t *id_r) MUST_USE;
struct act_list {
	const char *name, *title;
};
enum rc act_lists_read(struct db *db, struct arena *a, struct reader who, int64_t but,
		       struct act_list **r, size_t *n_r) MUST_USE;
/* state, pinned_until, subject and titled of t. */
enum rc act_thread_write(struct db *db, const struct act_thread *t) MUST_USE;

/* Commas between them; chosen: those that the group proposes. */
enum rc tags_read(struct db *db, struct arena *a, int64_t thread, const char **tags_r,
		  const char **chosen_r) MUST_USE;
enum rc tags_write(struct db *db, struct arena *a, int64_t thread, const char *const *tags,
		   size_t n) MUST_USE;

struct act_weight { /* what threads add to the counters of one group */
	int64_t list, threads, posts;
};
enum rc act_weights_read(struct db *db, struct arena *a, const int64_t *threads, size_t n,
			 struct act_weight **r, size_t *n_r) MUST_USE;
enum rc act_weigh(struct db *db, const struct act_weight *w) MUST_USE;
/* Counters and participants of a thread from its posts; how many count. */
enum rc act_recount(struct db *db, struct arena *a, int64_t thread, int64_t *posts_r) MUST_USE;

struct act_post {
	int64_t id, number;
	const char *state;
};
/* numbers NULL: all of the thread. */
enum rc act_posts_read(struct db *db, struct arena *a, int64_t thread, const int64_t *numbers,
		       size_t n, struct act_post **r, size_t *n_r) MUST_USE;
/* A post and all that answers it within the thread. */
enum rc act_posts_under(struct db *db, struct arena *a, int64_t thread, int64_t post,
			struct act_post **r, size_t *n_r) MUST_USE;

struct act_row {
	int64_t id, list, thread, other, other_list, account;
	const char *kind, *why, *before, *after;
	int64_t posts;
	bool whole, was;
	bool undone, old; /* these of act_read alone */
	const char *list_name;
};
/* posts: ids, kept as they are now. */
enum rc act_write(struct db *db, struct arena *a, struct act_row *r, const int64_t *posts,
		  size_t n) MUST_USE;
enum rc act_read(struct db *db, struct arena *a, struct reader who, int64_t id,
		 struct act_row *r) MUST_USE;
/* RC_CONFLICT: it is undone already. */
enum rc act_undone_write(struct db *db, struct arena *a, int64_t act, int64_t account) MUST_USE;

enum rc act_posts_state(struct db *db, int64_t act, const char *state) MUST_USE;
enum rc act_split_write(struct db *db, struct arena *a, int64_t list, const char *subject,
			int64_t *thread_r) MUST_USE;
enum rc act_number_give(struct db *db, struct arena *a, int64_t list, int64_t thread,
			int64_t *number_r) MUST_USE;
/* The act's posts into thread `to`; root (0: none) answers parent from now on. */
enum rc act_posts_place(struct db *db, const struct act_row *act, int64_t to, int64_t root,
			int64_t parent) MUST_USE;
enum rc act_parent_place(struct db *db, int64_t act, int64_t post, int64_t parent) MUST_USE;
/* act->thread is empty and leads to `to`. */
enum rc act_lead(struct db *db, const struct act_row *act, int64_t to) MUST_USE;
/* Who follows or has read act->thread does so with `to`. marks: on the web, for a new one. */
enum rc act_readers_lead(struct db *db, const struct act_row *act, int64_t to, bool marks) MUST_USE;

enum rc act_clash_read(struct db *db, struct arena *a, int64_t thread, int64_t list,
		       int64_t *n_r) MUST_USE;
/* The row, then posts and ids; *signpost_r stands in the old place. */
enum rc act_move(struct db *db, struct arena *a, const struct act_thread *t, int64_t to,
		 int64_t *signpost_r) MUST_USE;
enum rc act_move_rest(struct db *db, const struct act_row *act, int64_t number) MUST_USE;

/* How many posts of the act are elsewhere by now, or in another state than `state`. */
enum rc act_astray_read(struct db *db, struct arena *a, int64_t act, const char *state,
			int64_t *n_r) MUST_USE;
enum rc act_states_undo(struct db *db, int64_t act) MUST_USE;
enum rc act_place_undo(struct db *db, const struct act_row *act) MUST_USE;
enum rc act_move_undo(struct db *db, struct arena *a, const struct act_row *act,
		      int64_t number) MUST_USE;

struct act_line { /* for the page: what was done to a thread */
	int64_t id, at, undone_at, posts;
	const char *kind, *who, *why, *before, *after, *undone_by;
	bool mine; /* this thread is the one it was done to; else the other one */
	bool old;  /* too late to undo */
	/* the other one, "" and 0 where there is none or the reader may not see it */
	const char *group, *subject, *list;
	int64_t number;
};
enum rc act_lines_read(struct db *db, struct arena *a, struct reader who, int64_t thread, int limit,
		       struct act_line **r, size_t *n_r) MUST_USE;

struct act_follower {
	int64_t account;
	const char *addr, *name, *locale;
};
enum rc act_followers_read(struct db *db, struct arena *a, int64_t thread, int64_t list,
			   int64_t but, struct act_follower **r, size_t *n_r) MUST_USE;
struct tool_post { /* for the tools' page: hidden and deleted ones too */
	int64_t id, number, sent_at;
	const char *author, *lang, *state;
	struct slice text; /* its beginning */
};
enum rc tool_posts_read(struct db *db, struct arena *a, int64_t thread, int64_t from, int limit,
			struct tool_post **r, size_t *n_r) MUST_USE;

struct stray { /* a post that answers nothing in its thread */
	int64_t id, number, sent_at;
	const char *subject;
	const char **refs;
	size_t nrefs;
	struct slice text; /* its first 20,000 characters; the same below */
};
struct candidate { /* a post of another thread of the group */
	int64_t thread, number, sent_at;
	const char *author, *subject, *lang, *msgid;
	struct slice text;
};
/* The first three. */
enum rc strays_read(struct db *db, struct arena *a, int64_t thread, struct stray **r,
		    size_t *n_r) MUST_USE;
/* What they name, the newest of threads with their subject, and the eighty posts before the
 * last of them. */
enum rc candidates_read(struct db *db, struct arena *a, int64_t thread, const struct stray *s,
			size_t n, struct candidate **r, size_t *n_r) MUST_USE;

#endif
