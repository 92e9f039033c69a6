/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema: schema.sql into an empty database; into an older one the numbered
 * steps migrations/NNNN.sql from the version after it to ours, all in one
 * transaction, while none of the programs is connected: their sessions are ended
 * and nobody begins another until it is done. Two that try wait for each other.
 */
#ifndef CABILDO_DB_MIGRATE_H
#define CABILDO_DB_MIGRATE_H

#include "server/db/db.h"

/* version_r: what is there now; 0 for an empty database. */
enum rc migrate_version(struct db *db, int64_t *version_r) MUST_USE;
/* dir: where schema.sql and migrations/ lie. RC_CONFLICT: a newer schema, or one that
 * no steps lead away from. RC_INVALID: a step failed. *err_r: one line, of the
 * arena or the connection. Where it fails nothing has changed. */
enum rc migrate_run(struct db *db, struct arena *a, const char *dir, int64_t *from_r,
		    const char **err_r) MUST_USE;

#endif
