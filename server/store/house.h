/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the scheduled work. */
#ifndef CABILDO_STORE_HOUSE_H
#define CABILDO_STORE_HOUSE_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

/* RC_CONFLICT: another cabildod is at it. Until the end of the transaction. */
enum rc house_lock(struct db *db, struct arena *a, int which) MUST_USE;

enum rc expire_all(struct db *db, struct arena *a, int64_t *rows_r) MUST_USE;

/* Rows that stood in the future because the clock was set back, and begin anew. */
enum rc clock_back(struct db *db, struct arena *a, int64_t *rows_r) MUST_USE;

/* The weeks of the delivery ledger: made ahead, taken out after 90 days. changes_r:
 * rows that moved or left, and weeks. RC_TEMPFAIL also where a reader is in the way. */
enum rc ledger_keep(struct db *db, struct arena *a, int64_t *changes_r) MUST_USE;

#endif
