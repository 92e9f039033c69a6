/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of notices, their throttle, and the people they go to; see sql/notice.sql. */
#ifndef CABILDO_STORE_NOTICE_H
#define CABILDO_STORE_NOTICE_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"

struct db;

struct notice_row {
	const char *kind, *addr, *locale, *subject, *body, *in_reply_to;
	const char *refs;     /* one a line */
	const char *reply_to; /* see core/notice.h */
	int64_t account, list, raw;
	const char *msgid, *from_name;
};
/* The notice and its outbound row. */
enum rc notice_write(struct db *db, const struct notice_row *n) MUST_USE;

/* pass_r: fewer than `burst` went under this hash in the running `every` seconds. */
enum rc notice_sent_write(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
			  int every, int burst, bool *pass_r) MUST_USE;

struct notice_person_row {
	int64_t account;
	const char *addr, *name, *locale;
	bool suspended;
};
enum rc notice_addr_read(struct db *db, struct arena *a, const char *addr,
			 struct notice_person_row *r) MUST_USE;
enum rc notice_owners_rows(struct db *db, struct arena *a, int64_t list, bool moderators,
			   struct notice_person_row **r, size_t *n_r) MUST_USE;

#endif
