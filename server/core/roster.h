/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who belongs to a group: seen by its members, or by those who moderate it only,
 * as its owners decide; a hidden address is seen by who moderates (promise P12).
 * Changes are the owners', the administrators' and the command line's: RC_DENIED
 * for another; RC_NOTFOUND for whom the group is not to be seen by.
 */
#ifndef CABILDO_CORE_ROSTER_H
#define CABILDO_CORE_ROSTER_H

#include "server/base/str.h"
#include "server/core/unit.h"
#include "server/store/roster.h" /* struct roster_head, struct roster_row */

#define ROSTER_PER_PAGE 50

struct roster_page {
	struct roster_head head;
	bool runs, manages; /* moderates it; owns it */
	bool invites;
	struct roster_row *rows; /* addr "" where it is hidden from who asks */
	size_t n;
	const char *after; /* key of the next page, or "" */
};
/* after, q: "" or NULL for none. RC_INVALID: not a key of ours. */
enum rc roster_load(struct unit *u, const char *list, const char *after, const char *q,
		    struct roster_page *r) MUST_USE;
/* Who sees it: members, moderators. In a transaction. */
enum rc roster_visibility(struct unit *u, const char *list, const char *who) MUST_USE;
/* All of it as a file that roster sync takes, for owners. */
enum rc roster_csv(struct unit *u, const char *list, struct str *o) MUST_USE;
/* The group, for who may change who belongs to it. */
enum rc roster_manage(struct unit *u, const char *list, struct roster_head *r) MUST_USE;

/*
 * The same for many at once; all or nothing. what: "role:owner", "delivery:none" (see
 * roster_changes), "remove". RC_CONFLICT: the group would lose its last owner, *who_r is
 * their name; RC_INVALID: no such change. Whoever is taken out is told. In a transaction.
 */
enum rc roster_change(struct unit *u, const char *list, const int64_t *account, size_t n,
		      const char *what, const char **who_r) MUST_USE;
struct roster_what {
	const char *what, *text; /* text: msgid */
};
extern const struct roster_what roster_changes[];
extern const size_t roster_changes_n;
/* One of them, of a group that is locked for it already or will be by this. */
enum rc roster_remove(struct unit *u, const struct roster_head *h, int64_t account) MUST_USE;

#endif
