/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, as administrators see them; see sql/people.sql. */
#ifndef CABILDO_STORE_PEOPLE_H
#define CABILDO_STORE_PEOPLE_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct people_row {
	int64_t id;
	const char *name, *addr;
	bool admin;
	int64_t closed_at, created_at;
};
struct people_fact {
	int kind;                /* 1 address, 2 group, 3 session */
	const char *what, *more; /* address and its state; group and role; device */
	int64_t at;
	const char *title;       /* of a group */
};
enum rc people_read(struct db *db, struct arena *a, const char *part, int64_t before, int limit,
		    struct people_row **r, size_t *n_r) MUST_USE;
enum rc people_one_read(struct db *db, struct arena *a, int64_t id, struct people_row *r) MUST_USE;
enum rc people_facts_read(struct db *db, struct arena *a, int64_t id, struct people_fact **r,
			  size_t *n_r) MUST_USE;
/* RC_CONFLICT: it is so already, or it is the last administrator. */
enum rc people_admin_write(struct db *db, struct arena *a, int64_t id, bool on) MUST_USE;
enum rc people_lock_write(struct db *db, struct arena *a, int64_t id, bool on) MUST_USE;
enum rc people_signout_write(struct db *db, struct arena *a, int64_t id, int64_t *n_r) MUST_USE;

#endif
