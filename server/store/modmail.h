/* SPDX-License-Identifier: Apache-2.0 */
/* Who is told of a hold by mail; one function per statement of sql/modmail.sql. */
#ifndef CABILDO_STORE_MODMAIL_H
#define CABILDO_STORE_MODMAIL_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"

struct db;

struct modmail_person {
	int64_t account;
	const char *addr, *name, *locale;
	int utc_offset;      /* minutes, now */
	bool daily;          /* wants one mail a day */
	int64_t recent;      /* such mails lately */
	const char *msgid;   /* of modmail_others_read: the mail that told them of it */
};
/* owners: only those. within: seconds, for recent. */
enum rc modmail_people_read(struct db *db, struct arena *a, int64_t list, bool owners, int within,
			    struct modmail_person **r, size_t *n_r) MUST_USE;
enum rc modmail_others_read(struct db *db, struct arena *a, int64_t hold, int64_t but, int within,
			    struct modmail_person **r, size_t *n_r) MUST_USE;
/* how: each, bundle, digest; msgid "": it waits. */
enum rc modmail_notice_write(struct db *db, int64_t hold, int64_t account, const char *how,
			     const char *msgid) MUST_USE;
/* outcome: waits, told. */
enum rc modmail_outcome_write(struct db *db, int64_t hold, int64_t account,
			      const char *outcome) MUST_USE;

enum rc modmail_token_write(struct db *db, const unsigned char hash[HASH_BYTES], int64_t hold,
			    int64_t account) MUST_USE;
struct modmail_token {
	int64_t hold, account, list;
	bool expired, admin;
	bool own; /* the address asked about is theirs */
	const char *name, *locale, *addr;
	int utc_offset;
	const char *kind, *author, *subject;
};
enum rc modmail_token_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
			   const char *addr, struct modmail_token *r) MUST_USE;

enum rc modmail_person_read(struct db *db, struct arena *a, int64_t hold, int64_t account,
			    const char *addr, struct modmail_token *r) MUST_USE;

struct modmail_known { /* of an author, in a group */
	const char *role; /* "": no member */
	int64_t joined_at, posts, holds, approved;
};
enum rc modmail_known_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			   const char *addr, int64_t hold, struct modmail_known *r) MUST_USE;
enum rc modmail_raw_size_read(struct db *db, struct arena *a, int64_t raw,
			      int64_t *size_r) MUST_USE;

struct modmail_due {
	int64_t account, list;
};
enum rc modmail_due_read(struct db *db, struct arena *a, int within, struct modmail_due **r,
			 size_t *n_r) MUST_USE;
struct modmail_due_person {
	struct modmail_person who;
	const char *list_name, *domain, *title;
	bool still; /* they moderate it and get mail */
};
enum rc modmail_due_person_read(struct db *db, struct arena *a, const struct modmail_due *d,
				struct modmail_due_person *r) MUST_USE;
struct modmail_due_row {
	int64_t hold, held_at, decided_at;
	bool untold; /* else it is its outcome */
	const char *kind, *author, *author_addr, *subject, *reason;
	const char *decision, *decider; /* "" while it waits */
};
enum rc modmail_due_rows_read(struct db *db, struct arena *a, const struct modmail_due *d,
			      int limit, struct modmail_due_row **r, size_t *n_r) MUST_USE;
/* waits: it was listed as one that waits. */
enum rc modmail_due_done_write(struct db *db, int64_t hold, int64_t account, const char *msgid,
			       bool waits) MUST_USE;

/* The mail that told them of what waits longest in a group; "" where none did. */
enum rc modmail_waiting_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			     const char **msgid_r) MUST_USE;

#endif
