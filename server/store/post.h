/* SPDX-License-Identifier: Apache-2.0 */
/* Posts after they were posted: sql/post.sql. */
#ifndef CABILDO_STORE_POST_H
#define CABILDO_STORE_POST_H

#include "server/store/forum.h"

struct own_post {
	int64_t id, list, thread, account, parent;
	int64_t received_at, edited_at;
	int64_t minutes;   /* in which its author may edit it; 0: never */
	int64_t revisions; /* so many texts came before */
	const char *source, *lang, *subject, *state, *author, *thread_state;
	struct slice text;
	bool moderates, member; /* who looks */
};
/* RC_NOTFOUND where they may not see it. */
enum rc own_post_read(struct db *db, struct arena *a, struct reader who, const char *list,
		      int64_t thread, int64_t number, struct own_post *r) MUST_USE;

struct post_words {
	struct slice text, html, packed, own, quoted;
	const int64_t *folds;
	size_t nfolds; /* numbers, three a fold */
};
/* Locks the thread's row first. RC_CONFLICT: changed by somebody else since p was read. */
enum rc post_revise(struct db *db, struct arena *a, const struct own_post *p, int64_t account,
		    const char *why, const struct post_words *w) MUST_USE;
enum rc post_delete(struct db *db, struct arena *a, const struct own_post *p,
		    int64_t account) MUST_USE;

struct revision {
	int64_t n, at;
	const char *who, *why;
	struct slice html;
};
enum rc revisions_read(struct db *db, struct arena *a, int64_t post, struct revision **r,
		       size_t *n_r) MUST_USE;

enum rc report_waiting_read(struct db *db, struct arena *a, int64_t post, int64_t account,
			    bool *yes_r) MUST_USE;
struct reported {
	int64_t post, account; /* account: who reported it */
	int64_t thread, posts; /* posts: that the thread shows */
	const char *state, *list;
	int64_t thread_number, number;
};
enum rc reported_read(struct db *db, struct arena *a, int64_t hold, struct reported *r) MUST_USE;

#endif
