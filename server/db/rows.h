/* SPDX-License-Identifier: Apache-2.0 */
/* What db.c, rows.c and version.c share, and nobody else sees. */
#ifndef CABILDO_DB_ROWS_H
#define CABILDO_DB_ROWS_H

#include <libpq-fe.h>

#include "server/db/db.h"

#define ARGS_MAX 40
#define PG_EPOCH (INT64_C(946684800) * USEC) /* 2000-01-01 */

struct db_rows {
	PGresult *res;
};

/* Arguments as libpq takes them; the values stay where they were. */
struct bound {
	const char *values[ARGS_MAX];
	int lengths[ARGS_MAX], formats[ARGS_MAX];
	union {
		char text[24];
		uint64_t time;
	} buf[ARGS_MAX];
};
void db_args_bind(struct bound *b, const struct db_arg *args, size_t n);

/* The rows of a result, which is released with the arena. */
struct db_rows *rows_keep(struct arena *a, PGresult *res);

/* What the session is set to, and in the same trip which schema it meets.
 * Nobody works on a schema they do not know: who starts on another one says so and ends
 * (log_die); who meets it later was overtaken by an upgrade, and is as good as without a
 * database (RC_TEMPFAIL) until somebody starts the new version. */
enum rc version_known(PGconn *pg, const char *set) MUST_USE;

/* What an SQLSTATE means. */
enum rc state_rc(const char *st);
/* States that come and go by themselves: no alarm, just "later". */
bool state_expected(const char *st);

#endif
