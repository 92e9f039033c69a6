/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail to LIST-owner@: a conversation between who wrote and those who run the
 * group. Each mail is a hold of the kind owner-mail; deciding "return" answers it:
 * the answer leaves in the name of who decided, From LIST-owner@, in the mail
 * thread of the question, and what is answered to that comes back into the same
 * conversation. A mail that seems to be spam or a program's waits without a
 * notice to anybody; nothing is ever answered by itself.
 */
#ifndef CABILDO_CORE_OWNER_MAIL_H
#define CABILDO_CORE_OWNER_MAIL_H

#include "server/core/submit.h"
#include "server/store/owner_mail.h" /* struct owner_mail_row */

struct held_due;

#define OWNER_MAIL "owner-mail"

/* The kind and the conversation of a mail to the owners, before it is held: s is told. */
enum rc owner_mail_place(struct unit *u, const struct list_ref *l, struct submission *s) MUST_USE;

/*
 * The whole conversation that hold belongs to, oldest first: each mail with its answer
 * and who gave it. Who may see the hold may see all of it: ask moderate_show first.
 */
enum rc owner_mail_read(struct unit *u, int64_t hold, struct owner_mail_row **r,
			size_t *n_r) MUST_USE;

/* For the table of kinds: sends the answer; what the same person wrote before and nobody
 * answered is answered with it. */
enum rc owner_mail_carry(struct unit *u, const struct held_due *d, const struct list_ref *l) MUST_USE;

#endif
