/* SPDX-License-Identifier: Apache-2.0 */
/* Which schema a connection meets; see rows.h. */
#include <stdatomic.h>
#include <sys/mman.h>

#include "server/db/rows.h"

#include "server/db/version.h"

#include "server/base/base.h"

/* Whether this program, in any of its processes, has worked on this schema. */
static _Atomic bool known_alone, *known = &known_alone;

void db_family(void)
{
	void *p = mmap(NULL, sizeof(*known), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		log_die("event=memory what=db_family");
	known = p;
}

enum rc version_known(PGconn *pg, const char *set)
{
	char sql[256];
	PGresult *res;
	int64_t v = 0;

	snprintf(sql, sizeof(sql), "%s; select max(version) from schema_version", set);
	res = PQexec(pg, sql); /* what the last of them says */

	if (PQresultStatus(res) != PGRES_TUPLES_OK) {
		const char *st = PQresultErrorField(res, PG_DIAG_SQLSTATE);

		if (st != NULL && strcmp(st, "42P01") == 0)
			log_die("event=schema_missing todo=\"run: cabildo migrate\"");
		PQclear(res);
		return RC_TEMPFAIL;
	}
	if (!slice_i64(slice_of(PQgetvalue(res, 0, 0)), 0, INT32_MAX, &v))
		v = 0;
	PQclear(res);
	if (v == DB_SCHEMA_VERSION) {
		atomic_store(known, true);
		return RC_OK;
	}
	if (v == DB_SCHEMA_MOVING) {
		log_warn("event=schema_moving todo=\"wait for: cabildo migrate\"");
		return RC_TEMPFAIL;
	}
	if (!atomic_load(known))
		log_die("event=schema_version have=%lld want=%d todo=\"%s\"", (long long)v,
			DB_SCHEMA_VERSION,
			v < DB_SCHEMA_VERSION ? "run: cabildo migrate"
					      : "install the newer Cabildo that made it");
	log_warn("event=schema_version have=%lld want=%d todo=\"restart as the version that made it\"",
		 (long long)v, DB_SCHEMA_VERSION);
	return RC_TEMPFAIL;
}
