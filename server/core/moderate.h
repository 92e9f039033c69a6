/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Held messages and what becomes of them. A decision is recorded at once, by
 * one update that only one moderator's can win, and carried out when its undo
 * window is over: by cabildo-receive, because an approved message is parsed
 * again from its stored bytes and only the mailer may parse.
 *
 *	from       event             to         a crash here means
 *	waiting    moderate_decide   decided    nothing: the commit is the decision
 *	decided    moderate_undo     waiting    (only before effective_at)
 *	decided    moderate_take     taken      tried again after a minute
 *	taken      moderate_post     done       the post and the end are one commit
 *	taken      moderate_finish   done       the answer and the end are one commit
 *	taken      moderate_reopen   waiting    it cannot be posted: a person looks
 *
 * Who may: moderators and owners of the group, administrators, the command
 * line. For anybody else a held message is RC_NOTFOUND, as if it were not there.
 */
#ifndef CABILDO_CORE_MODERATE_H
#define CABILDO_CORE_MODERATE_H

#include "server/core/submit.h"
#include "server/store/moderate.h"

#define HELD_PER_PAGE  10
#define UNDO_SECONDS   30 /* where the setting undo_window says nothing */
#define WHY_MAX        4000
#define MODERATE_TRIES 3

struct held_page {
	struct held *held; /* oldest first; long texts are cut */
	size_t n;
	struct held *recent; /* decided within the hour, newest first */
	size_t nrecent;
	int64_t waiting, oldest, lists; /* all that wait (at most 1,000), since when, in how many groups */
	const char *after; /* key of the next page, or "" */
};
/* list NULL: all groups they moderate. after: "" or a former page's. RC_NOTFOUND:
 * they moderate nothing of it; RC_INVALID: not a key. */
enum rc moderate_queue(struct unit *u, const char *list, const char *after,
		       struct held_page *r) MUST_USE;
enum rc moderate_show(struct unit *u, int64_t id, struct held *r) MUST_USE;
/* RC_NOTFOUND also where its 30 days are over. */
enum rc moderate_raw(struct unit *u, int64_t id, struct slice *raw_r) MUST_USE;

extern const char *const decision_names[]; /* approve, return, reject, discard, spam, NULL */
/*
 * In a transaction. why: to the author, for return and reject; window: seconds
 * until it is carried out, -1 for the setting. *r is the message as it stands
 * then. RC_CONFLICT: decided already, *r says by whom; RC_INVALID: no such
 * decision, or a return without its question.
 */
enum rc moderate_decide(struct unit *u, int64_t id, const char *decision, const char *why,
			int window, struct held *r) MUST_USE;
/* In a transaction. RC_CONFLICT: it is too late. */
enum rc moderate_undo(struct unit *u, int64_t id, struct held *r) MUST_USE;

/* Seconds in which a decision on the web can be undone: what is set, or UNDO_SECONDS. */
enum rc moderate_window(struct unit *u, int64_t *seconds_r) MUST_USE;
/* In a transaction; RC_INVALID: not a whole number from 0 to 86,400. */
enum rc moderate_window_set(struct unit *u, const char *value) MUST_USE;

/* ---- for the program that carries decisions out ---- */

/* Takes one that is due, in a transaction of its own. RC_NOTFOUND: none is. */
enum rc moderate_take(struct unit *u, struct held_due *d_r) MUST_USE;
enum rc moderate_bytes(struct unit *u, const struct held_due *d, struct slice *raw_r) MUST_USE;
/* A post from the web that was held, from its stored bytes. */
enum rc moderate_web(struct unit *u, const struct held_due *d, struct slice raw,
		     struct submission *s_r) MUST_USE;
/* In a transaction; RC_NOTFOUND: somebody did it meanwhile. */
enum rc moderate_post(struct unit *u, const struct held_due *d, const struct list_ref *l,
		      const struct submission *s, struct submit_result *r) MUST_USE;
enum rc moderate_finish(struct unit *u, const struct held_due *d) MUST_USE;
enum rc moderate_reopen(struct unit *u, const struct held_due *d, const char *reason) MUST_USE;

#endif
