/* SPDX-License-Identifier: Apache-2.0 */
/* A connection as db.c, notify.c and what tests them see it; nobody else. */
#ifndef CABILDO_DB_CONN_H
#define CABILDO_DB_CONN_H

#include "server/db/rows.h"

/* So little is answered to each that the server never waits for us to read. */
#define AHEAD_MAX 32

struct db {
	PGconn *pg;
	char *conninfo, *role, *program;
	unsigned flags;
	bool in_tx, broken;
	bool begin_due; /* in a transaction that the server has not heard of */
	enum db_mode mode;
	bool synced; /* the end of the pipeline is sent too */
	unsigned nahead;
	const char *ahead[AHEAD_MAX];
	int parsed[AHEAD_MAX]; /* the statement that it prepares; -1: it runs one */
	unsigned keep;  /* which of them has rows for db_kept(), from 1 on */
	PGresult *kept; /* those */
	bool woken;     /* somebody called since db_wait() last told */
	int64_t last_try, last_notify;
	char sqlstate[6];
	char error[512];
	bool prepared[STMT_COUNT]; /* or was sent to be, in the pipeline */
	const char *hello; /* NULL: none */
	enum stmt hello_stmt;
};

/* Everything that was sent is answered: the first failure, or the last result to last_r (may be
 * NULL). Out of the pipeline then. */
enum rc conn_drain(struct db *db, PGresult **last_r) MUST_USE;
/* What others called meanwhile is remembered as one call: whoever is busy asks for none, and they would pile up.
 * After each answer to a statement. */
void conn_heard(struct db *db);
/* One command, alone. */
enum rc conn_simple(struct db *db, const char *sql) MUST_USE;
/* What res (may be NULL) or the connection says of `what`: kept, logged, and as a code. */
enum rc conn_fail(struct db *db, const PGresult *res, const char *what);

#endif
