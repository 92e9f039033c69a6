/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of ban; see sql/ban.sql. */
#ifndef CABILDO_STORE_BAN_H
#define CABILDO_STORE_BAN_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct ban_row {
	int64_t id, list; /* list: of ban_expire alone */
	bool site;        /* of every group */
	const char *addr, *reason, *by;
	int64_t until, created_at; /* until 0: for good */
};
enum rc ban_write(struct db *db, struct arena *a, int64_t list, const char *addr,
		  const char *reason, int64_t until, int64_t by) MUST_USE;
/* Newest first, those before the id (0: all); list 0: the site's alone. */
enum rc bans_read(struct db *db, struct arena *a, int64_t list, int64_t before, int limit,
		  struct ban_row **r, size_t *n_r) MUST_USE;
enum rc ban_delete(struct db *db, struct arena *a, int64_t list, int64_t id,
		   struct ban_row *was_r) MUST_USE;
enum rc ban_expire(struct db *db, struct arena *a, struct ban_row **r, size_t *n_r) MUST_USE;

#endif
