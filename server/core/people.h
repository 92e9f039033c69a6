/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The accounts of the site, for administrators: found, made administrator, locked,
 * signed out everywhere. The last administrator stays, and so does the last owner
 * of a group.
 */
#ifndef CABILDO_CORE_PEOPLE_H
#define CABILDO_CORE_PEOPLE_H

#include "server/core/office.h"
#include "server/store/people.h" /* struct people_row, people_fact */

#define PEOPLE_PER_PAGE 50

/* part: of a name or an address, "" for all; newest first, those before the id (0: all). */
enum rc people_find(struct unit *u, const char *part, int64_t before, struct people_row **r,
		    size_t *n_r) MUST_USE;
enum rc people_load(struct unit *u, int64_t id, struct people_row *r, struct people_fact **f,
		    size_t *n_r) MUST_USE;
enum people_act { PEOPLE_ADMIN, PEOPLE_NO_ADMIN, PEOPLE_LOCK, PEOPLE_UNLOCK, PEOPLE_SIGNOUT };
/* In a transaction. RC_CONFLICT: the last of their kind, or it is so already; *group_r is
 * then the group that would have no owner, or "". A lock signs out too. */
enum rc people_act(struct unit *u, int64_t id, enum people_act act, const char **group_r) MUST_USE;

#endif
