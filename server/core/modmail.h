/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moderating from a mailbox: the second door to server/core/moderate.h.
 *
 * Whoever moderates a group gets a mail about each thing that waits (tell_held in
 * tell.h), with a reply address that is theirs and that hold's, LIST+mTOKEN@, for
 * 14 days. The token does nothing alone: only an answer from an address of the
 * same person, proven to come from there, decides. What nothing proves is asked
 * back at the registered address. Everything that comes later of the same hold is
 * in the same mail thread.
 *
 *	told       each mail; from the 6th within ten minutes on one mail that
 *	           lists the rest (modmail_bundles); as the member chose
 *	           (subscription.moderator_notices): each, one mail a day, none
 *	decided    the others are told by whom, through whichever door, and that
 *	           it can be taken back; from the 6th within ten minutes on in one
 *	           mail
 */
#ifndef CABILDO_CORE_MODMAIL_H
#define CABILDO_CORE_MODMAIL_H

#include "server/core/modword.h"
#include "server/core/unit.h"
#include "server/store/moderate.h"

#define MODMAIL_BURST    5 /* mails of one group to one person within the setting moderator_bundle */
#define MODMAIL_ORIGINAL ((int64_t)1 << 20) /* a larger original is not attached */

/* ---- answers ---- */

struct modmail_from { /* the mail that came to LIST+mTOKEN@ */
	int64_t list;
	const char *token, *addr;
	bool proven; /* From is who sent it: the token is no proof, notices are passed on */
	const char *msgid;
	const char *const *refs;
	size_t nrefs;
};

/* What the token is about, before the text is read: RC_NOTFOUND where it is none
 * of this list. *talk_r: its answers are a conversation. */
enum rc modmail_look(struct unit *u, const struct modmail_from *f, bool *talk_r) MUST_USE;
/*
 * Decides, asks back, or says why not; in a transaction. *rule_r: for the record,
 * "moderate-approve", "moderate-confirm", "moderate-late", ... Nobody unknown is
 * answered.
 */
enum rc modmail_run(struct unit *u, const struct modmail_from *f, const struct modword_ask *ask,
		    const char **rule_r) MUST_USE;
/* The answer to "Did you decide this?". addr: of who answers. RC_NOTFOUND: the token asks
 * something else, or is used; RC_DENIED: somebody else answers. */
enum rc modmail_confirm(struct unit *u, const struct modmail_from *f, const char **rule_r) MUST_USE;

/* ---- the others ---- */

/* After a decision or its undoing (h as it stands then), in its transaction: who had a mail
 * about it hears of it, but u->actor. */
enum rc modmail_decided(struct unit *u, const struct held *h) MUST_USE;

/* Sends the mails that list several. Its own transactions. For cabildod. */
enum rc modmail_bundles(struct unit *u, int64_t *n_r) MUST_USE;

#endif
