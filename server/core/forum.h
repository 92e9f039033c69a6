/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: what this person may see, ready to be drawn. What they may not see
 * is RC_NOTFOUND, as if it were not there. Paging is by key.
 */
#ifndef CABILDO_CORE_FORUM_H
#define CABILDO_CORE_FORUM_H

#include "server/base/str.h"
#include "server/core/unit.h"
#include "server/store/forum.h"
#include "server/store/search.h"

#define THREADS_PER_PAGE 50
#define POSTS_PER_PAGE   30
#define PAGE_TEXT_MAX    100000 /* bytes of text on a thread page */

struct home {
	struct group *groups; /* that they may see; their own first */
	size_t ngroups;
	struct thread_row *latest; /* newest threads over all of them, at most 10 */
	size_t nlatest;
};
enum rc home_load(struct unit *u, struct home *r) MUST_USE;

struct group_page {
	struct group group;
	struct thread_row *threads;
	size_t nthreads;
	size_t npinned; /* so many of them stand first, out of their order; on the first page alone */
	/* "T.ID" of the last row: ?before= of the next page; "" at the end */
	const char *older;
	bool newest; /* this is the first page */
};
/* tag NULL: all. before: "" or what older was. RC_INVALID for another text. */
enum rc group_load(struct unit *u, const char *name, const char *tag, const char *before,
		   struct group_page *r) MUST_USE;
/* The group alone. */
enum rc group_find(struct unit *u, const char *name, struct group *r) MUST_USE;

struct thread_page {
	struct group group;
	struct thread_row thread;
	int64_t version; /* grows with every change of the thread or its posts */
	struct post_row *posts;
	size_t nposts;
	int64_t prev_from, next_from;     /* first number of the neighbouring pages; 0: none */
	struct participant *participants; /* the most active six */
	size_t nparticipants;
	bool acts; /* moderators did something to it, see thread_lines */
	int64_t moved_thread;   /* RC_OK with this set: redirect to that thread number, */
	const char *moved_list; /* of that list, */
	int64_t moved_post;     /* at that post (0: its beginning) */
};
/* What stands above the posts, and no posts: enough to tell whether a page that
 * somebody has is still true. */
enum rc thread_load_head(struct unit *u, const char *list, int64_t number,
			 struct thread_page *r) MUST_USE;
/* Then its posts. from: number of the first one wanted; 0 the beginning. packed:
 * deflated ones, where there are such, for a client that takes gzip. */
enum rc thread_load_posts(struct unit *u, int64_t from, bool packed,
			  struct thread_page *r) MUST_USE;
/* Both at once for somebody who is not signed in, in one round trip; RC_NOTFOUND too where a
 * thread went elsewhere, which thread_load_head knows. */
enum rc thread_load_public(struct unit *u, const char *list, int64_t number, int64_t from,
			   bool packed, struct thread_page *r) MUST_USE;
/* Or one of them, whole, of a thread that is here; RC_NOTFOUND. */
enum rc thread_load_post(struct unit *u, int64_t number, struct thread_page *r) MUST_USE;
/* Both. */
enum rc thread_load(struct unit *u, const char *list, int64_t number, int64_t from,
		    struct thread_page *r) MUST_USE;
/* One post, whole. page_r->posts has one row. */
enum rc post_load(struct unit *u, const char *list, int64_t thread, int64_t number,
		  struct thread_page *r) MUST_USE;
/* Where a Message-ID stands now. list may be NULL: any that they may see. */
enum rc post_find(struct unit *u, const char *list, const char *msgid, const char **list_r,
		  int64_t *thread_r, int64_t *number_r) MUST_USE;

/* The raw bytes; its author, moderators and administrators. */
enum rc post_raw(struct unit *u, const char *list, int64_t thread, int64_t number,
		 struct slice *raw_r) MUST_USE;
/* Decoded bytes. */
enum rc attachment_load(struct unit *u, const char *list, int64_t thread, int64_t number, int64_t n,
			struct attachment_row *r, struct slice *bytes_r) MUST_USE;

enum rc attachment_bytes(struct unit *u, const struct attachment_place *at,
			 struct slice *bytes_r) MUST_USE;

struct search_page {
	struct search_hit *hits;
	size_t nhits;
	bool more; /* frequent: only the newest of them */
};
/* list NULL: everywhere they may see. newest: by date, else by rank. */
enum rc search_run(struct unit *u, const char *q, const char *list, bool newest,
		   struct search_page *r) MUST_USE;

/* Newest posts of a group (thread 0) or of one thread, at most 30. */
enum rc feed_load(struct unit *u, const char *list, int64_t thread, struct group *group_r,
		  struct feed_entry **entries_r, size_t *n_r) MUST_USE;

/* The person has seen the thread up to here; in a transaction. */
enum rc thread_mark_read(struct unit *u, const char *list, int64_t thread, int64_t number) MUST_USE;
enum rc group_mark_read(struct unit *u, const char *list) MUST_USE;

/* thread_follow: follow, digest, mute; "" the group's way. In a transaction. */
enum rc thread_follow_set(struct unit *u, const char *list, int64_t thread,
			  const char *mode) MUST_USE;
enum rc thread_follow_get(struct unit *u, int64_t thread_id, const char **mode_r) MUST_USE;

enum rc subscriptions_load(struct unit *u, struct subscription_row **rows_r, size_t *n_r) MUST_USE;
/* In a transaction. */
enum rc subscription_set(struct unit *u, const char *list,
			 const struct subscription_choice *c) MUST_USE;

#endif
