/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you write this?": a message came under the name of somebody we know,
 * and nothing proves that they sent it. It is held, and the person is asked at
 * the address that is registered, at most once a day and group. One click on
 * a page's button, or one reply, lets it through (design section 7). Whoever
 * did not write it does nothing.
 */
#ifndef CABILDO_CORE_IDENTITY_H
#define CABILDO_CORE_IDENTITY_H

#include "server/core/submit.h"

#define IDENTITY_DAYS 14

/*
 * In the transaction that holds the message. l->account is the person. only: no
 * other rule spoke against it, so that their word is enough.
 */
enum rc identity_ask(struct unit *u, const struct list_ref *l, const struct submission *s,
		     int64_t hold, bool only) MUST_USE;

struct identity_pending {
	int64_t hold, account;
	bool only;
	const char *subject, *list_title, *list_name;
	int64_t held_at;
	bool decided; /* by somebody else, meanwhile */
};
/* What the token asks about; uses nothing up. RC_NOTFOUND: unknown, used or expired. */
enum rc identity_read(struct unit *u, const char *token, struct identity_pending *r) MUST_USE;

/*
 * In a transaction. by: the account whose address the reply came from, 0 by the
 * page. RC_DENIED: it was somebody else's reply. The message is approved, or
 * marked as theirs where a moderator has to look all the same.
 */
enum rc identity_confirm(struct unit *u, const char *token, int64_t by,
			 struct identity_pending *r) MUST_USE;

#endif
