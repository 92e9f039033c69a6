/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing the running of a group over: from a person or from all of an organisation
 * who run it, to named members, on a day. cabildod carries it out then, tells every
 * member, and those who begin what is pending; for 30 days it can be taken back. A
 * group has an owner at every moment of it (owner.h).
 */
#ifndef CABILDO_CORE_HANDOVER_H
#define CABILDO_CORE_HANDOVER_H

#include "server/core/office.h"
#include "server/store/handover.h" /* struct handover_row, runner_row */

#define HANDOVER_UNDO_DAYS 30

struct handover_page {
	struct group group;
	struct runner_row *from; /* who runs it now */
	size_t nfrom;
	struct handover_row *rows; /* newest first, at most 20 */
	size_t nrows;
	int64_t pending, since; /* what waits in the queue (at most 1,000), since when */
};
/* Owners and administrators. */
enum rc handover_load(struct unit *u, const char *list, struct handover_page *r) MUST_USE;

struct handover_ask {
	int64_t account, organisation;   /* from whom: one of them */
	const char *owners, *moderators; /* addresses of members, one a line or with blanks */
	int64_t at;                      /* microseconds */
	const char *note;                /* to the group, or "" */
};
/* In a transaction. RC_INVALID: *err_r says what is wrong, translated. */
enum rc handover_plan(struct unit *u, const char *list, const struct handover_ask *q,
		      const char **err_r) MUST_USE;
/* Before its day. RC_CONFLICT: it is not planned any more. */
enum rc handover_cancel(struct unit *u, const char *list, int64_t id) MUST_USE;
/* After it: everybody gets the role back that they had, whoever is a member still.
 * RC_CONFLICT: too late, undone already, or the group would have no owner. */
enum rc handover_undo(struct unit *u, const char *list, int64_t id) MUST_USE;

#endif
