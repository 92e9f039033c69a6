/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of handover; one function per statement of sql/handover.sql. */
#ifndef CABILDO_STORE_HANDOVER_H
#define CABILDO_STORE_HANDOVER_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct runner_row { /* somebody who runs the group */
	int64_t account, organisation;
	const char *name, *role, *organisation_name;
};
enum rc handover_from_read(struct db *db, struct arena *a, int64_t list, struct runner_row **r,
			   size_t *n_r) MUST_USE;
/* RC_NOTFOUND: the address is no member's. */
enum rc handover_member_read(struct db *db, struct arena *a, int64_t list, const char *addr,
			     int64_t *account_r, const char **name_r) MUST_USE;

struct handover_new {
	int64_t list, account, organisation; /* from whom: the one or the other */
	const int64_t *owners, *moderators;
	size_t nowners, nmoderators;
	int64_t effective_at, by;
	const char *note;
};
enum rc handover_write(struct db *db, struct arena *a, const struct handover_new *h,
		       int64_t *id_r) MUST_USE;

struct handover_row {
	int64_t id, effective_at, done_at;
	const char *state; /* planned, done, cancelled, undone, failed */
	const char *from, *owners, *moderators, *by, *note;
	bool undoable; /* by its time; state says the rest */
};
enum rc handovers_read(struct db *db, struct arena *a, int64_t list, struct handover_row **r,
		       size_t *n_r) MUST_USE;

struct handover_due {
	int64_t id, list, account, organisation;
	int64_t *owners, *moderators;
	size_t nowners, nmoderators;
	const char *list_name, *title, *note;
};
/* RC_NOTFOUND: none. Locked until the end of the transaction. */
enum rc handover_due_read(struct db *db, struct arena *a, struct handover_due *r) MUST_USE;
/* RC_CONFLICT: it is in another state, or too late. */
enum rc handover_state_write(struct db *db, struct arena *a, int64_t list, int64_t id,
			     const char *from, const char *to) MUST_USE;
enum rc handover_move_write(struct db *db, int64_t id, int64_t account, const char *before,
			    const char *after) MUST_USE;
struct handover_move {
	int64_t account;
	const char *before, *now;
};
enum rc handover_moves_read(struct db *db, struct arena *a, int64_t id, struct handover_move **r,
			    size_t *n_r) MUST_USE;
/* "" where they are no member. */
enum rc handover_role_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			   const char **role_r) MUST_USE;
enum rc handover_pending_read(struct db *db, struct arena *a, int64_t list, int64_t *n_r,
			      int64_t *since_r) MUST_USE;
struct told_row {
	int64_t account;
	const char *addr, *name, *locale, *role;
};
enum rc handover_tell_read(struct db *db, struct arena *a, int64_t list, struct told_row **r,
			   size_t *n_r) MUST_USE;

#endif
