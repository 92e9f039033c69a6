/* SPDX-License-Identifier: Apache-2.0 */
/* Units of work: the only place of core that begins and ends transactions. */
#include "server/core/unit.h"
#include "server/db/db.h"

#include "server/base/base.h"

struct db *unit_open(const struct conf *conf, const char *role)
{
	char name[40];

	/* the owner of the schema is the command line's role */
	if (strcmp(role, "cli") == 0)
		snprintf(name, sizeof(name), "cabildo");
	else
		snprintf(name, sizeof(name), "cabildo-%s", role);
	return db_new(conf->database, name, name, strcmp(role, "web") == 0 ? DB_RO : 0);
}

void unit_close(struct db **db)
{
	db_free(db);
}

void unit_family(void)
{
	db_family();
}

bool unit_ready(struct unit *u)
{
	return db_connect(u->db) == RC_OK;
}

enum rc unit_begin_rw(struct unit *u)
{
	return db_begin(u->db, DB_READ_WRITE);
}

enum rc unit_commit(struct unit *u)
{
	return db_commit(u->db);
}

void unit_abort(struct unit *u)
{
	db_abort(u->db);
}

enum rc unit_savepoint(struct unit *u)
{
	return db_savepoint(u->db);
}

enum rc unit_flush(struct unit *u)
{
	return db_flush(u->db);
}

void unit_rollback_to(struct unit *u)
{
	db_rollback_to(u->db);
}

void unit_wake(struct unit *u)
{
	db_notify(u->db, "cabildo_outbound");
}
