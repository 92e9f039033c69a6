/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail about held messages and to the people who run a group: a moderator is
 * told that something waits, an author what was decided, owners and
 * administrators get what was written to them. Each in the transaction of its
 * cause, through server/core/notice.h; each in its reader's language.
 */
#ifndef CABILDO_CORE_TELL_H
#define CABILDO_CORE_TELL_H

#include "server/core/notice.h"
#include "server/core/submit.h"

struct held_due;

/* Moderators and owners (administrators where there are none), each by a mail of
 * their own that they can answer (modmail.h); mail for the owners goes to owners. Not
 * for automatic mail, but for what only reads like it: a person may have written that. */
enum rc tell_held(struct unit *u, const struct list_ref *l, const struct submission *s,
		  const char *rule, const char *reason, int64_t hold) MUST_USE;
/* A rejected or returned message goes back to its author with the moderator's
 * sentence, where it is proven that they sent it (promise P9). */
enum rc tell_author(struct unit *u, const struct held_due *d, const struct list_ref *l) MUST_USE;
/*
 * Mail to LIST-owner@, or to postmaster@ and abuse@ with l->id 0: recorded,
 * and given to each owner (administrator) as a notice with the original
 * attached, whole; answering it answers who wrote. Automatic answers and what
 * we sent ourselves are only recorded, by the caller.
 */
enum rc tell_responsible(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *rule, struct submit_result *r) MUST_USE;
/* What was set apart unread: its owners (administrators where there is no list, or no
 * owner) get its bytes with the reason, once a day for a group. r: its record. */
enum rc tell_quarantined(struct unit *u, const struct list_ref *l, const struct submission *s,
			 const char *reason, const struct submit_result *r) MUST_USE;
/* The administrators of the site, ordered by address. */
enum rc tell_admins_read(struct unit *u, struct notice_owner **r, size_t *n_r) MUST_USE;

#endif
