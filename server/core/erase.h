/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deleting one's account. The threads stay readable: everywhere the person
 * becomes "participant-N", which is said in the reader's language (tr_name), also in what others
 * quote of them, where it is in the language of the text; their addresses,
 * memberships, drafts and sessions go, raw messages that name them are not shown
 * any more, and what the audit log said of them is erased while its seal still
 * holds. Not undone by anything but a backup, therefore there are ERASE_DAYS to
 * think it over, and a link to stay.
 */
#ifndef CABILDO_CORE_ERASE_H
#define CABILDO_CORE_ERASE_H

#include "server/core/unit.h"
#include "server/store/roster.h" /* struct owned */

#define ERASE_DAYS 7

/* When the actor's account ends; 0: it does not. */
enum rc erase_pending(struct unit *u, int64_t *at_r) MUST_USE;
/* RC_CONFLICT: groups that have no other owner, *r, or asked for already (*n_r 0). The
 * actor gets a mail with the way back. In a transaction. */
enum rc erase_ask(struct unit *u, struct owned **r, size_t *n_r) MUST_USE;
/* RC_NOTFOUND: it was not asked for. In a transaction. */
enum rc erase_cancel(struct unit *u) MUST_USE;
/* By the mailed link; reads only. RC_NOTFOUND: unknown, used, expired. */
enum rc erase_keep_peek(struct unit *u, const char *token, const char **name_r) MUST_USE;
enum rc erase_keep(struct unit *u, const char *token) MUST_USE;

/* Some of what is due, in transactions of some 200 ms; for cabildod. *n_r: who is forgotten by
 * now. Whoever died in the midst of it is gone on with. */
enum rc erase_due(struct unit *u, int64_t *n_r) MUST_USE;
/* At once, for the command line, in transactions of its own. addr: any of theirs. RC_CONFLICT:
 * the only owner of a group. *who_r: what they are called now. After another failure cabildod
 * does the rest. */
enum rc erase_now(struct unit *u, const char *addr, const char **who_r) MUST_USE;

#endif
