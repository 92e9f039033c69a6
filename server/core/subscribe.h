/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Belonging to a group, the same by mail, on the web and at the command line:
 * joining by its policy, leaving, pausing, what one receives. Every act is in
 * the audit log; nothing here writes to anybody: the face answers (command.h
 * for mail). In a transaction.
 */
#ifndef CABILDO_CORE_SUBSCRIBE_H
#define CABILDO_CORE_SUBSCRIBE_H

#include "server/core/unit.h"
#include "server/store/member.h" /* struct membership, struct join_request */

/* RC_NOTFOUND: no such list, or no such subscription. */
enum rc membership_by_addr(struct unit *u, int64_t list, const char *addr,
			   struct membership *r) MUST_USE;
enum rc membership_by_account(struct unit *u, const char *list, int64_t account,
			      struct membership *r) MUST_USE;
enum rc membership_by_subscription(struct unit *u, int64_t subscription,
				   struct membership *r) MUST_USE;

enum join_result {
	JOIN_DONE,
	JOIN_ALREADY,
	JOIN_REQUESTED, /* the owners decide */
	JOIN_CLOSED,    /* by invitation, closed, or not for this address */
};
/*
 * m as just read, addr known to be the person's own (proven or confirmed). Makes
 * the account where there is none: name "" takes the address's local part. back:
 * the list's policy was met before (by who decides, or a return); an open invitation meets it too. m is read anew.
 */
enum rc subscribe_join(struct unit *u, struct membership *m, const char *addr, const char *name,
		       const char *locale, bool back, enum join_result *r) MUST_USE;
/* RC_CONFLICT: the last owner stays. */
enum rc subscribe_leave(struct unit *u, struct membership *m) MUST_USE;
/* Microseconds; from 0: at once; until 0 ends the pause. */
enum rc subscribe_pause(struct unit *u, struct membership *m, int64_t from, int64_t until) MUST_USE;
/* each, digest, mentions, none. RC_INVALID for another. */
enum rc subscribe_delivery(struct unit *u, struct membership *m, const char *delivery) MUST_USE;
/* mode: mute, follow. RC_NOTFOUND: no such thread here. */
enum rc subscribe_follow(struct unit *u, const struct membership *m, int64_t thread,
			 const char *mode, const char **subject_r) MUST_USE;

/* The thread a message answers: the first of its ids, newest first, that is a
 * post of the list; else hint; 0 for none. */
enum rc subscribe_thread(struct unit *u, int64_t list, const char *const *refs, size_t nrefs,
			 int64_t hint, int64_t *thread_r) MUST_USE;

/* Requests to join, for owners: RC_DENIED or RC_NOTFOUND for who is not one (the command
 * line and administrators are). Each is a hold of kind join: a decision is carried out
 * as theirs are, and its notice leaves then. */
enum rc join_requests(struct unit *u, const char *list, struct join_request **r,
		      size_t *n_r) MUST_USE;
enum rc join_request_decide(struct unit *u, const char *list, int64_t id, bool approve) MUST_USE;

/* "every message as it is posted", in the language set. */
const char *delivery_words(const char *delivery);

#endif
