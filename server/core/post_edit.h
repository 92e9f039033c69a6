/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A post after it was posted. Its author may edit it for the group's
 * edit_minutes, moderators with a reason at any time: each text that was stays
 * as a revision that all who see the post can read; copies that went out by mail
 * stay as they are. Its author may delete it at any time: a mark stays, and its
 * answers; moderators can open the original for 30 days, then it is gone for good.
 * Any other member may report it.
 */
#ifndef CABILDO_CORE_POST_EDIT_H
#define CABILDO_CORE_POST_EDIT_H

#include "server/core/unit.h"
#include "server/store/post.h"

#define EDIT_TEXT_MAX 200000
#define EDIT_WHY_MAX  1000
#define REPORT_MAX    2000

struct post_edit {
	struct own_post post;
	bool mine;
	bool can_edit, can_delete, can_report; /* who looks */
	int64_t until; /* the end of an author's time; 0: it does not end, or has not begun */
};
enum rc post_edit_load(struct unit *u, const char *list, int64_t thread, int64_t number,
		       struct post_edit *r) MUST_USE;

/*
 * In a transaction. revisions: how many there were when the form was drawn.
 * RC_DENIED: not theirs, or not any more; RC_CONFLICT: somebody was faster;
 * RC_INVALID: *why_r says what is wrong.
 */
enum rc post_edit_save(struct unit *u, const char *list, int64_t thread, int64_t number,
		       int64_t revisions, struct slice text, const char *why,
		       const char **why_r) MUST_USE;
enum rc post_edit_delete(struct unit *u, const char *list, int64_t thread, int64_t number) MUST_USE;
enum rc post_edit_revisions(struct unit *u, const struct post_edit *p, struct revision **r,
			    size_t *n_r) MUST_USE;

/* In a transaction; joins the queue as a hold of kind report. RC_CONFLICT: their report of it
 * waits already. */
enum rc post_report(struct unit *u, const char *list, int64_t thread, int64_t number,
		    struct slice reason, const char **why_r) MUST_USE;

#endif
