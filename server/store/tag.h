/* SPDX-License-Identifier: Apache-2.0 */
/* Tags of a group; one function per statement of sql/tag.sql. Within the transaction of one act
 * the threads are locked first, the group last. */
#ifndef CABILDO_STORE_TAG_H
#define CABILDO_STORE_TAG_H

#include "server/store/thread.h"

struct tag_row {
	const char *tag;
	int64_t threads;
};
/* By name, at most limit. */
enum rc tag_list_read(struct db *db, struct arena *a, int64_t list, int limit, struct tag_row **r,
		      size_t *n_r) MUST_USE;
/* Locks the threads that have act->before or act->after; how many have each. */
enum rc tag_lock(struct db *db, struct arena *a, const struct act_row *act, int64_t *before_r,
		 int64_t *after_r) MUST_USE;
/* act->before becomes act->after. */
enum rc tag_swap(struct db *db, const struct act_row *act) MUST_USE;
/* whole: in all threads, also those that got it since. */
enum rc tag_swap_undo(struct db *db, const struct act_row *act, bool whole) MUST_USE;
/* What the group proposes, commas between them. */
enum rc tag_proposed_read(struct db *db, struct arena *a, int64_t list, const char **r) MUST_USE;
/* RC_NOTFOUND: it leads nowhere. */
enum rc tag_lead_read(struct db *db, struct arena *a, int64_t list, const char *tag,
		      const char **r) MUST_USE;
/* Acts after this one on the name that it gave. */
enum rc tag_later_read(struct db *db, struct arena *a, const struct act_row *act,
		       int64_t *n_r) MUST_USE;
/* Newest first; `posts` is the number of threads. */
enum rc tag_acts_read(struct db *db, struct arena *a, int64_t list, int limit, struct act_line **r,
		      size_t *n_r) MUST_USE;

#endif
