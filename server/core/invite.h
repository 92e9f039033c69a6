/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inviting to a group: its owners, its moderators where the setting invites says
 * so, administrators and the command line ask an address to join. It gets one
 * mail with a personal link and a personal address to answer to, and one reminder
 * (setting invite_remind); the invitation holds for invite_days days and meets
 * every join policy but closed.
 *
 * The link opens a form; its button, or an answer from that mailbox, joins or
 * declines. Whoever holds the token reads mail there: that is the proof, so an
 * answer from another address, not of the same person, does nothing. While an
 * invitation is open, asking to join by any other way is met by it too.
 *
 * Against bombing (promise P9): one open invitation to an address and group,
 * invite_per_day of one person, three mails of the whole site to one address in a
 * week; who declined is left in peace by the group for INVITE_QUIET_DAYS, and by
 * the site for good where they said so; a banned address is never asked.
 */
#ifndef CABILDO_CORE_INVITE_H
#define CABILDO_CORE_INVITE_H

#include "server/core/subscribe.h"
#include "server/store/invite.h" /* struct invite_row */

#define INVITE_QUIET_DAYS 180
#define INVITES_AT_ONCE	  100 /* addresses of one form */
#define INVITES_PER_PAGE  50
#define INVITE_NOTE_MAX	  2000 /* characters */

/* One of "Ana Pérez <ana@example.org>, luis@example.org; ...": as written. */
struct invite_addr {
	const char *name, *addr;
};
/* Parted by line ends, commas and semicolons outside of quotation marks; empty parts are
 * left out. Pure, linear. Returns how many; more than max are not read: max + 1. */
size_t invite_split(struct arena *a, struct slice text, struct invite_addr *r, size_t max);

/* RC_DENIED or RC_NOTFOUND for whom it is not theirs to invite. */
enum rc invite_group(struct unit *u, const char *list, struct invite_group *r) MUST_USE;

enum invite_what {
	INVITE_SENT,
	INVITE_BAD, /* no address that mail goes to */
	INVITE_TWICE,
	INVITE_MEMBER,
	INVITE_BANNED,
	INVITE_WAITS, /* one is open */
	INVITE_DECLINED,
	INVITE_OFTEN, /* it had three within a week */
	INVITE_FULL,  /* of who invites, for today */
	INVITE_WHATS
};
extern const char *const invite_words[INVITE_WHATS]; /* msgids, of one address */
struct invite_one {
	const char *addr;
	enum invite_what what;
};
struct invite_new {
	const struct invite_addr *to;
	size_t n;
	const char *note;
	const char *locale; /* of who has not chosen theirs; NULL: the group's */
};
/* In a transaction. RC_INVALID: the note or the language; RC_CONFLICT: nobody can join this
 * group. One result an address, in their order. */
enum rc invite_send(struct unit *u, const char *list, const struct invite_new *n,
		    struct invite_one **r) MUST_USE;

/* Newest first; before: the id of the last one shown, or 0. INVITES_PER_PAGE + 1 at most. */
enum rc invites_load(struct unit *u, const char *list, int64_t before, struct invite_row **r,
		     size_t *n_r) MUST_USE;
/* RC_NOTFOUND: none that is open. In a transaction. */
enum rc invite_withdraw(struct unit *u, const char *list, int64_t id) MUST_USE;
/* The mail again, for another invite_days; one that has ended is made anew. *what_r: what
 * became of it. In a transaction. */
enum rc invite_again(struct unit *u, const char *list, int64_t id, enum invite_what *what_r) MUST_USE;

struct invite_pending {
	struct invite_row i;
	const char *locale; /* of the person, else of the invitation */
	bool known;         /* they have an account */
};
/* What waits behind a token; uses nothing up. RC_NOTFOUND: unknown, ended or expired. */
enum rc invite_peek(struct unit *u, const char *token, struct invite_pending *r) MUST_USE;
/* from: the address an answer came from, NULL by the page; name: for a new account, "" for
 * that of the invitation. RC_DENIED: somebody else's address; RC_CONFLICT: they cannot join
 * any more. Their welcome is queued. In a transaction. */
enum rc invite_accept(struct unit *u, const char *token, const char *from, const char *name,
		      struct invite_pending *r) MUST_USE;
/* never: nor any other invitation of this site. */
enum rc invite_decline(struct unit *u, const char *token, const char *from, bool never,
		       struct invite_pending *r) MUST_USE;

/* Who wrote to a personal address something that is no answer, or from another address:
 * told what to do, once a day. proven: From is who sent it. */
enum rc invite_explain(struct unit *u, const char *token, const char *from, bool proven,
		       const char *msgid) MUST_USE;

/* It came back. */
enum rc invite_bounced(struct unit *u, int64_t id, const char *failure) MUST_USE;
/* cabildod: reminds, and ends what is past its time. Its own transaction. */
enum rc house_invitations(struct unit *u, int64_t *n_r) MUST_USE;

#endif
