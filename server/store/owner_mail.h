/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations of mail to the owners; see sql/owner_mail.sql. */
#ifndef CABILDO_STORE_OWNER_MAIL_H
#define CABILDO_STORE_OWNER_MAIL_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

struct db;

struct owner_mail_row {
	int64_t hold, held_at, decided_at;
	const char *author_name, *author_addr, *subject, *msgid;
	struct slice body;
	const char *decision, *decider, *why; /* "" while it waits; why: the answer, for "return" */
	bool done;
};
enum rc owner_mail_rows_read(struct db *db, struct arena *a, int64_t hold,
			     struct owner_mail_row **r, size_t *n_r) MUST_USE;
/* The conversation that a mail of addr belongs to, by what it answers: their own ids, or
 * holds whose answer it names; 0: none. */
enum rc owner_mail_find_read(struct db *db, struct arena *a, int64_t list, const char *addr,
			     const char *const *ids, size_t nids, const int64_t *holds,
			     size_t nholds, int64_t *conversation_r) MUST_USE;
/* What waits in the conversation of hold from before it becomes decided by the same. */
enum rc owner_mail_close_write(struct db *db, struct arena *a, int64_t hold, int64_t **closed_r,
			       size_t *n_r) MUST_USE;
/* The mail by which account was told of the conversation last; "" for none. */
enum rc owner_mail_told_read(struct db *db, struct arena *a, int64_t conversation, int64_t account,
			     const char **msgid_r) MUST_USE;

#endif
