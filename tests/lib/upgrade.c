/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `cabildo migrate` of the version after this one, built from the same source:
 *	upgrade CONNINFO DIR
 * DIR/migrations/NNNN.sql is the one step that leads there.
 */
#include <stdio.h>

#include "server/db/migrate.h"

#include "server/base/base.h"

int main(int argc, char **argv)
{
	struct arena *a = arena_new(1 << 20);
	const char *err = "";
	int64_t from = 0;
	struct db *db;
	enum rc rc;

	if (argc != 3)
		return 64;
	log_init("cabildo", LOG_LV_WARN, false);
	db = db_new(argv[1], "cabildo", "cabildo", DB_NO_VERSION_CHECK);
	rc = migrate_run(db, a, argv[2], &from, &err);
	if (rc != RC_OK)
		fprintf(stderr, "upgrade: %s\n", err);
	db_free(&db);
	arena_free(&a);
	return rc == RC_OK ? 0 : 1;
}
