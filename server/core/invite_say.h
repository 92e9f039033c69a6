/* SPDX-License-Identifier: Apache-2.0 */
/* The mails of invitations; see invite.h. Each in the language of its reader, queued in
 * the caller's transaction with a token of its own. */
#ifndef CABILDO_CORE_INVITE_SAY_H
#define CABILDO_CORE_INVITE_SAY_H

#include "server/core/invite.h"

/* *sent_r false: that address had three within a week. */
enum rc invite_mail(struct unit *u, const struct invite_row *i, bool reminder, bool *sent_r) MUST_USE;
/* What an answer could say, and from where. */
enum rc invite_mail_help(struct unit *u, const struct invite_pending *p, const char *to,
			 const char *token, const char *msgid) MUST_USE;

#endif
