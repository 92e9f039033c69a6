/* SPDX-License-Identifier: Apache-2.0 */
/* Who belongs to a group and who runs it; see sql/roster.sql. */
#ifndef CABILDO_STORE_ROSTER_H
#define CABILDO_STORE_ROSTER_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

enum rc list_lock_write(struct db *db, int64_t list) MUST_USE;
enum rc owner_last_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			bool *last_r) MUST_USE;

struct owned {
	int64_t list;
	const char *name, *title;
};
enum rc owner_only_of_read(struct db *db, struct arena *a, int64_t account, struct owned **r,
			   size_t *n_r) MUST_USE;
/* RC_NOTFOUND: no member, or that role already. */
enum rc member_role_write(struct db *db, struct arena *a, int64_t list, int64_t account,
			  const char *role, const char **before_r) MUST_USE;

#endif
