/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of digests (sql/digest.sql); server/digest alone uses them. Horizons
 * travel as the text of an xid8.
 */
#ifndef CABILDO_STORE_DIGEST_H
#define CABILDO_STORE_DIGEST_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct db;

/* account 0: everybody. *n_r: rows made, changed or gone. */
enum rc digest_sync_write(struct db *db, struct arena *a, int64_t now, int64_t account,
			  int64_t *n_r) MUST_USE;

/* See digest_rebase() in schema.sql. */
enum rc digest_rebase_write(struct db *db, struct arena *a, bool *moved_r) MUST_USE;

struct digest_run {
	int64_t id, at;
	const char *horizon;
};
/* The newest from `since` to `now`: RC_NOTFOUND where there is none. */
enum rc digest_run_read(struct db *db, struct arena *a, int64_t since, int64_t now,
			struct digest_run *r) MUST_USE;
enum rc digest_run_write(struct db *db, struct arena *a, int64_t at, struct digest_run *r) MUST_USE;
/* 0: nothing is due. */
enum rc digest_first_due(struct db *db, struct arena *a, int64_t now, int64_t *due_r) MUST_USE;

/* Everything from here to digest_make_write in one transaction. ids: an array's text. */
enum rc digest_take(struct db *db, struct arena *a, int64_t now, int limit, const char **ids_r,
		    int64_t *n_r) MUST_USE;
struct digest_span {
	int64_t list;
	const char *since, *until;
};
enum rc digest_spans_missing(struct db *db, struct arena *a, const char *ids, const char *until,
			     int64_t now, struct digest_span **r, size_t *n_r) MUST_USE;
enum rc digest_span_write(struct db *db, const struct digest_span *s, int64_t now) MUST_USE;
/* *made_r: digests queued; *done_r: schedules that went on. */
enum rc digest_make_write(struct db *db, struct arena *a, const char *ids,
			  const struct digest_run *run, int64_t now, int64_t *made_r,
			  int64_t *done_r) MUST_USE;

struct digest_word_row {
	int64_t block;             /* of digest_words_read alone, like subject */
	const char *lang, *folds, *subject;
	struct slice body;
};
enum rc digest_words_read(struct db *db, struct arena *a, const struct digest_span *s,
			  struct digest_word_row **r, size_t *n_r) MUST_USE;
enum rc digest_words_usual(struct db *db, struct arena *a, int64_t list, struct digest_word_row **r,
			   size_t *n_r) MUST_USE;
enum rc digest_words_stem(struct db *db, struct arena *a, const char *const *word,
			  const char *const *lang, size_t n, const char ***stem_r) MUST_USE;
enum rc digest_words_write(struct db *db, struct arena *a, const int64_t *block,
			   const char *const *words, size_t n) MUST_USE;

/* ---- one digest ---- */

#define DIGEST_POSTS_KEPT 200 /* of one thread in a block; see digest_threads() in schema.sql */

struct digest_head {
	int64_t id, account, list_id, subscription;
	const char *every, *form;
	int64_t since_at, until_at;
	int64_t from, until; /* the same at midnights of the reader's clock */
	int64_t followed, threads, posts, groups, blocks;
	bool several;
	const char *name, *locale, *zone, *addr;
	const char *list, *domain, *title, *listid, *tag; /* "" where the group is gone */
	int weekday, hour, monthday;
	const char *site; /* the name it was given, or "" */
	bool one;    /* of one group alone */
	bool chosen; /* something of it by the person */
};
enum rc digest_head_read(struct db *db, struct arena *a, int64_t issue,
			 struct digest_head *r) MUST_USE;

struct digest_row {
	int64_t n; /* its number, from 1 */
	int64_t thread, number, list_id;
	const char *list, *domain, *title, *subject, *lang, *msgid;
	bool locked, opened;
	bool links; /* not public, and its group lets links open it */
	int64_t new_posts, posts, authors;
	const char **keywords;
	size_t nkeywords;
	int64_t *who, *shown; /* ids of posts; shown: at least one */
	size_t nwho, nshown;
	int64_t first, last; /* numbers of the first and the last new post */
};
/* member: only of groups they belong to; else also what anybody may see. */
enum rc digest_rows_read(struct db *db, struct arena *a, int64_t issue, bool member,
			 struct digest_row **r, size_t *n_r) MUST_USE;
struct digest_post_row {
	int64_t id, number, sent_at;
	const char *author, *lang;
	struct slice body;
	const char *folds; /* from,to,kind,... */
};
/* Those that are shown, in no order. */
enum rc digest_posts_read(struct db *db, struct arena *a, const int64_t *ids, size_t n,
			  struct digest_post_row **r, size_t *n_r) MUST_USE;

/* Ids of the messages of a digest, in its order. */
enum rc digest_whole_read(struct db *db, struct arena *a, int64_t issue, int max, int64_t **r,
			  size_t *n_r) MUST_USE;

struct digest_need_row {
	const char *list, *title, *kind; /* kind: as hold.kind */
	int64_t count, oldest;
};
enum rc digest_needs_read(struct db *db, struct arena *a, int64_t account,
			  struct digest_need_row **r, size_t *n_r) MUST_USE;

/* What somebody chose, or (chosen false) what their group has. */
struct digest_choice {
	const char *every; /* daily, weekly, monthly; written "": as the group has it */
	int weekday, monthday, hour; /* 0 Sunday; from 1 */
	const char *form;  /* summary, mime, plain */
	bool per_group, anyway, chosen;
	const char *zone;
};
enum rc digest_choice_read(struct db *db, struct arena *a, int64_t account,
			   struct digest_choice *r) MUST_USE;
enum rc digest_choice_write(struct db *db, int64_t account, const struct digest_choice *c) MUST_USE;

struct digest_past_row {
	int64_t id, at, threads, posts;
};
enum rc digest_past_read(struct db *db, struct arena *a, int64_t account, struct digest_past_row **r,
			 size_t *n_r) MUST_USE;

/* ---- a preview: in a transaction that is undone ---- */

/* since 0: what their next one would have. RC_NOTFOUND: they belong to none. */
enum rc digest_preview_row(struct db *db, struct arena *a, int64_t now, int64_t account,
			   const char *list, int64_t since, const char **ids_r,
			   const char **every_r) MUST_USE;
enum rc digest_preview_until(struct db *db, struct arena *a, int64_t at,
			     struct digest_run *r) MUST_USE;
enum rc digest_preview_issue(struct db *db, struct arena *a, int64_t account,
			     int64_t *issue_r) MUST_USE;

enum rc digest_expire_write(struct db *db, struct arena *a, int64_t now, int64_t *n_r) MUST_USE;

#endif
