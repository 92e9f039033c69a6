/* SPDX-License-Identifier: Apache-2.0 */
/* A held message as the person whose name it carries may see it. */
#ifndef CABILDO_STORE_IDENTITY_H
#define CABILDO_STORE_IDENTITY_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct identity_row {
	const char *list_title, *list_name, *subject;
	int64_t held_at;
	bool decided;
};
enum rc identity_hold_read(struct db *db, struct arena *a, int64_t hold,
			   struct identity_row *r) MUST_USE;
/* RC_CONFLICT: a moderator decided meanwhile. */
enum rc identity_confirm_write(struct db *db, struct arena *a, int64_t hold, int64_t account,
			       bool approve, int64_t *list_r) MUST_USE;

#endif
