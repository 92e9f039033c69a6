/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts that end; see sql/erase.sql. */
#ifndef CABILDO_STORE_ERASE_H
#define CABILDO_STORE_ERASE_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

/* RC_CONFLICT: asked for already. */
enum rc closing_write(struct db *db, struct arena *a, int64_t account, int days,
		      int64_t *at_r) MUST_USE;
/* RC_NOTFOUND: it was not asked for. */
enum rc closing_undo_write(struct db *db, struct arena *a, int64_t account) MUST_USE;
/* 0: nothing was asked for. */
enum rc closing_read(struct db *db, struct arena *a, int64_t account, int64_t *at_r) MUST_USE;
/* RC_NOTFOUND: nobody's time is over. */
enum rc closing_due_read(struct db *db, struct arena *a, int64_t *account_r,
			 bool *begun_r) MUST_USE;
/* RC_CONFLICT: the only owner of a group; RC_OK: *who_r is their name from now on, and
 * account_erase_step has the rest to do, until *more_r is false. */
enum rc account_erase_write(struct db *db, struct arena *a, int64_t account,
			    const char **who_r) MUST_USE;
enum rc account_erase_step(struct db *db, struct arena *a, int64_t account, bool *more_r) MUST_USE;

#endif
