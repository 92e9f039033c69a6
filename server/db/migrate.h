/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schema: schema.sql into an empty database, then the numbered steps of
 * migrations/, each in one transaction under one advisory lock.
 */
#ifndef CABILDO_DB_MIGRATE_H
#define CABILDO_DB_MIGRATE_H

#include "server/db/db.h"

/* version_r: what is there now; 0 for an empty database. */
enum rc migrate_version(struct db *db, int64_t *version_r) MUST_USE;
/* dir: where schema.sql lies. RC_CONFLICT: a newer or foreign schema; *err_r one line. */
enum rc migrate_run(struct db *db, struct arena *a, const char *dir, int64_t *from_r,
		    const char **err_r) MUST_USE;

#endif
