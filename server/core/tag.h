/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags of a group as wholes: one gets another name, or is joined to another,
 * in every thread that has it and in what the group proposes. Recorded and
 * undone as the acts on threads (thread.h: thread_undo takes their numbers
 * too); the address of the old name leads to the new one.
 *
 * Who may: moderators and owners of the group, administrators, the command line.
 */
#ifndef CABILDO_CORE_TAG_H
#define CABILDO_CORE_TAG_H

#include "server/core/thread.h"
#include "server/store/tag.h"

#define TAGS_SHOWN 500 /* of a group */

struct tag_do {
	const char *list;
	bool merge; /* `to` is there already; else it is a new name */
	const char *from, *to;
	const char *why; /* for the record; may be NULL */
};
/* In a transaction. RC_INVALID: r->reason says why nothing was done. r->thread is 0. */
enum rc tag_do(struct unit *u, const struct tag_do *d, struct thread_done *r) MUST_USE;

/* By name; acts newest first, at most 20. */
enum rc tags_load(struct unit *u, const char *list, struct tag_row **r, size_t *n_r,
		  struct act_line **acts_r, size_t *nacts_r) MUST_USE;
/* What a tag that no thread of the group has is called now; RC_NOTFOUND: nothing. */
enum rc tag_lead(struct unit *u, int64_t list, const char *tag, const char **r) MUST_USE;

/* For thread_undo alone. *reason_r is set with RC_INVALID. */
enum rc tag_undo(struct unit *u, const struct act_row *act, const char **reason_r) MUST_USE;

#endif
