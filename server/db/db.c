/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection: prepared statements, transactions, errors to enum rc. With
 * rows.c, notify.c and version.c the only files of the project that see libpq.
 *
 * What need not be answered at once goes out in the pipeline of libpq: the begin of a
 * transaction with its first statement, what prepares a statement with what runs it first,
 * db_send(), the commit with what was sent
 * before it; the commit of what only read is not waited for. ahead[] names what was
 * sent and has no answer yet; conn_drain() reads all of it. Else the connection is in no
 * pipeline.
 */
#include <unistd.h>

#include "server/db/conn.h"

#include "server/db/version.h"

#include "server/base/base.h"

#define RECONNECT_EVERY USEC

struct db *db_new(const char *conninfo, const char *role, const char *program, unsigned flags)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL || (db->conninfo = strdup(conninfo)) == NULL ||
	    (db->role = strdup(role)) == NULL || (db->program = strdup(program)) == NULL)
		exit(75);
	db->flags = flags;
	return db;
}

static void kept_drop(struct db *db)
{
	PQclear(db->kept);
	db->kept = NULL;
	db->keep = 0;
}

static void disconnect(struct db *db)
{
	kept_drop(db);
	if (db->pg != NULL)
		PQfinish(db->pg);
	db->pg = NULL;
	db->in_tx = false;
	db->begin_due = false;
	db->broken = false;
	db->nahead = 0;
	db->synced = false;
	memset(db->prepared, 0, sizeof(db->prepared));
}

void db_free(struct db **dbp)
{
	struct db *db = *dbp;

	if (db == NULL)
		return;
	disconnect(db);
	free(db->conninfo);
	free(db->role);
	free(db->program);
	free(db);
	*dbp = NULL;
}

const char *db_error(struct db *db)
{
	return db->error;
}

const char *db_sqlstate(struct db *db)
{
	return db->sqlstate;
}

static void error_keep(struct db *db, const char *message, const char *sqlstate)
{
	size_t n;

	snprintf(db->error, sizeof(db->error), "%s", message ? message : "");
	n = strlen(db->error);
	while (n > 0 && (db->error[n - 1] == '\n' || db->error[n - 1] == ' '))
		db->error[--n] = '\0';
	snprintf(db->sqlstate, sizeof(db->sqlstate), "%s", sqlstate ? sqlstate : "");
}

enum rc conn_fail(struct db *db, const PGresult *res, const char *what)
{
	const char *st = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	enum rc rc;

	/* No row breaks a check without a name, but one that found no partition, or the
	 * default one while its own was being attached: the next try finds it. */
	if (st != NULL && strcmp(st, "23514") == 0 &&
	    PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME) == NULL)
		st = "40001";
	error_keep(db,
		   res && *PQresultErrorMessage(res) ? PQresultErrorMessage(res)
						     : PQerrorMessage(db->pg),
		   st);
	if (PQstatus(db->pg) != CONNECTION_OK)
		db->broken = true;
	rc = st && *st ? state_rc(st) : RC_TEMPFAIL;
	if (rc == RC_TEMPFAIL && !state_expected(db->sqlstate))
		log_fail("event=db_error stmt=%s sqlstate=%s error=%s", what, db->sqlstate,
			 log_q(db->error));
	else if (rc != RC_CONFLICT)
		log_warn("event=db_error stmt=%s sqlstate=%s error=%s", what,
			 *db->sqlstate ? db->sqlstate : "-", log_q(db->error));
	return rc;
}

/* The answer to one of those sent ahead, and the end that libpq puts after it. */
static enum rc answer(struct db *db, const char *what, PGresult **r)
{
	PGresult *res = PQgetResult(db->pg);
	ExecStatusType st = PQresultStatus(res);
	enum rc rc = RC_OK;

	*r = NULL;
	if (st == PGRES_PIPELINE_ABORTED)
		rc = RC_TEMPFAIL; /* what stopped it is told already */
	else if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK)
		rc = conn_fail(db, res, what);
	if (rc == RC_OK)
		*r = res;
	else
		PQclear(res);
	if (res == NULL)
		db->broken = true; /* an answer too few: nobody knows what stands */
	else if (!db->broken)
		PQclear(PQgetResult(db->pg));
	return rc;
}

/* Everything that was sent is answered: the first failure, or the last n results, to
 * last_r. Out of the pipeline then. */
static enum rc drain_last(struct db *db, PGresult **last_r, unsigned n)
{
	PGresult *res = NULL;
	enum rc rc = RC_OK, one;

	for (unsigned i = 0; i < n; i++)
		last_r[i] = NULL;
	if (db->nahead == 0)
		return RC_OK;
	if (!db->synced && PQpipelineSync(db->pg) != 1) {
		db->broken = true;
		rc = conn_fail(db, NULL, db->ahead[0]);
	}
	db->synced = false;
	for (unsigned i = 0; i < db->nahead && !db->broken; i++) {
		one = answer(db, db->ahead[i], &res);
		if (rc == RC_OK)
			rc = one;
		if (db->parsed[i] >= 0)
			db->prepared[db->parsed[i]] = one == RC_OK;
		if (i + n >= db->nahead)
			last_r[i + n - db->nahead] = res;
		else if (i + 1 == db->keep)
			db->kept = res;
		else
			PQclear(res);
	}
	db->nahead = db->keep = 0;
	if (!db->broken)
		PQclear(PQgetResult(db->pg)); /* the end of the pipeline */
	if (!db->broken && PQexitPipelineMode(db->pg) != 1)
		db->broken = true;
	if (db->broken && rc == RC_OK)
		rc = RC_TEMPFAIL;
	for (unsigned i = 0; i < n && rc != RC_OK; i++) {
		PQclear(last_r[i]);
		last_r[i] = NULL;
	}
	conn_heard(db);
	if (rc != RC_OK)
		kept_drop(db);
	return rc;
}

enum rc conn_drain(struct db *db, PGresult **last_r)
{
	return drain_last(db, last_r, last_r != NULL);
}

/* One more in the pipeline. */
static enum rc sent(struct db *db, int ok, const char *what)
{
	if (ok != 1) {
		db->broken = true; /* half of it may be out */
		return conn_fail(db, NULL, what);
	}
	db->parsed[db->nahead] = -1;
	db->ahead[db->nahead++] = what;
	return RC_OK;
}

static enum rc send_text(struct db *db, const char *sql)
{
	enum rc rc = db->nahead + 2 >= AHEAD_MAX ? conn_drain(db, NULL) : RC_OK;

	if (rc != RC_OK)
		return rc;
	return sent(db, PQenterPipelineMode(db->pg) && PQsendQueryParams(db->pg, sql, 0, NULL, NULL,
									 NULL, NULL, 0), sql);
}

static enum rc send_begin(struct db *db)
{
	enum rc rc;

	if (!db->begin_due)
		return RC_OK;
	rc = send_text(db, db->mode == DB_READ_ONLY ? "begin read only" : "begin read write");
	db->begin_due = rc != RC_OK;
	return rc;
}

enum rc conn_simple(struct db *db, const char *sql)
{
	PGresult *res = PQexec(db->pg, sql);
	ExecStatusType st = PQresultStatus(res);
	enum rc rc = RC_OK;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		rc = conn_fail(db, res, sql);
	PQclear(res);
	return rc;
}

enum rc db_schema_version(struct db *db, int64_t *version_r)
{
	PGresult *res;
	enum rc rc = RC_OK;

	*version_r = 0;
	res = PQexec(db->pg, "select to_regclass('public.schema_version') is not null");
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		rc = conn_fail(db, res, "schema_version");
	else if (*PQgetvalue(res, 0, 0) == 't') {
		PQclear(res);
		res = PQexec(db->pg, "select coalesce(max(version), 0) from schema_version where version < 2147483647");
		if (PQresultStatus(res) != PGRES_TUPLES_OK ||
		    !slice_i64(slice_of(PQgetvalue(res, 0, 0)), 0, INT32_MAX, version_r))
			rc = conn_fail(db, res, "schema_version");
	}
	PQclear(res);
	return rc;
}

static void stmt_name(enum stmt stmt, char out_r[static 16])
{
	char n[24];
	const char *text = i64_text((int64_t)stmt, n);

	out_r[0] = 's';
	memcpy(out_r + 1, text, strlen(text) + 1); /* four digits at most */
}

void db_hello(struct db *db, enum stmt stmt, const char *text)
{
	db->hello_stmt = stmt;
	db->hello = text;
}

static enum rc hello(struct db *db)
{
	char name[16];
	PGresult *res;
	enum rc rc = db_prepare_check(db, db->hello_stmt);

	if (rc != RC_OK)
		return rc;
	stmt_name(db->hello_stmt, name);
	res = PQexecPrepared(db->pg, name, 1, &db->hello, NULL, NULL, 1);
	if (PQresultStatus(res) != PGRES_TUPLES_OK && PQresultStatus(res) != PGRES_COMMAND_OK)
		rc = conn_fail(db, res, stmt_table[db->hello_stmt].name);
	PQclear(res);
	return rc;
}

static void quiet(void *arg UNUSED, const char *message UNUSED)
{
}

enum rc db_connect(struct db *db)
{
	const char *keys[8], *values[8];
	char set[160];
	char name[64]; /* as in the log, so that pg_stat_activity tells whose it is */
	int n = 0;
	int64_t now = clock_mono();

	/* the commit of a transaction that read is nothing to fail of, but its connection may */
	if (db->nahead > 0 && !db->in_tx && conn_drain(db, NULL) != RC_OK)
		db->broken = true;
	if (db->pg != NULL && !db->broken && PQstatus(db->pg) == CONNECTION_OK)
		return RC_OK;
	if (db->last_try != 0 && now - db->last_try < RECONNECT_EVERY)
		return RC_TEMPFAIL;
	disconnect(db);
	/* what stands later wins: the conninfo may name its own user */
	keys[n] = "user";
	values[n++] = db->role;
	keys[n] = "dbname";
	values[n++] = db->conninfo;
	keys[n] = "fallback_application_name";
	snprintf(name, sizeof(name), "%s[%d]", db->program, (int)getpid());
	values[n++] = name;
	keys[n] = "connect_timeout";
	values[n++] = "10";
	keys[n] = "client_encoding";
	values[n++] = "UTF8";
	keys[n] = NULL;
	values[n] = NULL;
	db->pg = PQconnectdbParams(keys, values, 1);
	if (PQstatus(db->pg) != CONNECTION_OK) {
		error_keep(db, PQerrorMessage(db->pg), "08001");
		log_warn("event=db_away error=%s", log_q(db->error));
		disconnect(db);
		db->last_try = now;
		return RC_TEMPFAIL;
	}
	PQsetNoticeProcessor(db->pg, quiet, NULL);
	db->last_try = 0;
	snprintf(set, sizeof(set), "set timezone = 'UTC'%s%s%s",
		 db->flags & DB_RO ? "; set default_transaction_read_only = on" : "",
		 db->flags & DB_ASYNC_COMMIT ? "; set synchronous_commit = off" : "",
		 db->flags & DB_BY_KEY ? "; set enable_seqscan = off" : "");
	if ((db->flags & DB_NO_VERSION_CHECK ? conn_simple(db, set) : version_known(db->pg, set)) != RC_OK ||
	    (db->hello != NULL && hello(db) != RC_OK)) {
		disconnect(db);
		db->last_try = now;
		return RC_TEMPFAIL;
	}
	return RC_OK;
}

bool db_ok(struct db *db)
{
	return db->pg != NULL && !db->broken && PQstatus(db->pg) == CONNECTION_OK;
}

bool db_in_transaction(struct db *db)
{
	return db->in_tx;
}

enum rc db_begin(struct db *db, enum db_mode mode)
{
	enum rc rc;

	if (db->in_tx)
		log_panic("event=nested_transaction");
	rc = db_connect(db);
	db->mode = mode;
	db->in_tx = db->begin_due = rc == RC_OK;
	return rc;
}

enum rc db_flush(struct db *db)
{
	return db->in_tx && !db->begin_due ? conn_drain(db, NULL) : RC_OK;
}

enum rc db_commit(struct db *db)
{
	PGresult *res = NULL;
	bool unheard;
	enum rc rc;

	if (!db->in_tx)
		log_panic("event=commit_outside_transaction");
	db->in_tx = false;
	if (db->begin_due) { /* nothing was asked */
		db->begin_due = false;
		return RC_OK;
	}
	unheard = db->mode == DB_READ_ONLY && db->nahead == 0 &&
		  PQtransactionStatus(db->pg) == PQTRANS_INTRANS;
	rc = send_text(db, "commit");
	/* nobody waits for the end of what has changed nothing */
	if (rc == RC_OK && unheard && PQpipelineSync(db->pg) == 1) {
		db->synced = true;
		return RC_OK;
	}
	if (rc == RC_OK)
		rc = conn_drain(db, &res);
	if (rc == RC_OK && strcmp(PQcmdStatus(res), "COMMIT") != 0) {
		/* it had failed before; the server has rolled back */
		error_keep(db, "the transaction had failed", "25P02");
		rc = RC_TEMPFAIL;
	}
	PQclear(res);
	/* it failed in what was sent before it, and the commit was passed over */
	if (rc != RC_OK && db_ok(db) && PQtransactionStatus(db->pg) != PQTRANS_IDLE &&
	    conn_simple(db, "rollback") != RC_OK)
		db->broken = true;
	return rc;
}

void db_abort(struct db *db)
{
	bool heard = !db->begin_due;

	if (!db->in_tx)
		return;
	db->in_tx = db->begin_due = false;
	if (!heard || !db_ok(db))
		return;
	if (db->nahead > 0 && conn_drain(db, NULL) != RC_OK)
		log_debug("event=abort error=%s", log_q(db->error));
	if (db_ok(db) && conn_simple(db, "rollback") != RC_OK)
		db->broken = true;
}

/* A savepoint stands between what was sent and what comes. */
enum rc db_savepoint(struct db *db)
{
	enum rc rc = send_begin(db);

	if (rc == RC_OK)
		rc = send_text(db, "savepoint one");
	return rc == RC_OK ? conn_drain(db, NULL) : rc;
}

void db_rollback_to(struct db *db)
{
	if (db->nahead > 0 && conn_drain(db, NULL) != RC_OK)
		log_debug("event=rollback_to error=%s", log_q(db->error));
	if (db_ok(db) && conn_simple(db, "rollback to savepoint one") != RC_OK)
		db->broken = true;
}

enum rc db_prepare_check(struct db *db, enum stmt stmt)
{
	char name[16];
	PGresult *res;
	enum rc rc = RC_OK;

	if (db->prepared[stmt])
		return RC_OK;
	stmt_name(stmt, name);
	res = PQprepare(db->pg, name, stmt_table[stmt].sql, 0, NULL);
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		rc = conn_fail(db, res, stmt_table[stmt].name);
	else
		db->prepared[stmt] = true;
	PQclear(res);
	return rc;
}

/* Room in the pipeline for n more, each prepared before it runs, and for a begin and a commit. */
static enum rc room(struct db *db, unsigned n)
{
	return db->nahead + 2 * n + 2 > AHEAD_MAX ? conn_drain(db, NULL) : RC_OK;
}

/* Prepared where it is not, in the trip of the statement itself. */
static enum rc send_parse(struct db *db, enum stmt stmt)
{
	const struct stmt_def *d = &stmt_table[stmt];
	char name[16];
	enum rc rc;

	if (db->prepared[stmt])
		return RC_OK;
	stmt_name(stmt, name);
	rc = sent(db, PQenterPipelineMode(db->pg) && PQsendPrepare(db->pg, name, d->sql, 0, NULL), d->name);
	if (rc == RC_OK) {
		db->parsed[db->nahead - 1] = (int)stmt;
		db->prepared[stmt] = true;
	}
	return rc;
}

static enum rc send_stmt(struct db *db, enum stmt stmt, const struct bound *b, size_t nargs)
{
	char name[16];

	stmt_name(stmt, name);
	return sent(db, PQenterPipelineMode(db->pg) && PQsendQueryPrepared(db->pg, name, (int)nargs,
									   b->values, b->lengths,
									   b->formats, 1),
		    stmt_table[stmt].name);
}

/* By itself, where nothing goes out with it. */
static enum rc run_alone(struct db *db, enum stmt stmt, const struct bound *b, size_t nargs,
			 PGresult **res_r)
{
	char name[16];
	enum rc rc;

	stmt_name(stmt, name);
	*res_r = PQexecPrepared(db->pg, name, (int)nargs, b->values, b->lengths, b->formats, 1);
	conn_heard(db);
	if (PQresultStatus(*res_r) == PGRES_TUPLES_OK || PQresultStatus(*res_r) == PGRES_COMMAND_OK)
		return RC_OK;
	rc = conn_fail(db, *res_r, stmt_table[stmt].name);
	PQclear(*res_r);
	*res_r = NULL;
	return rc;
}

static enum rc run_once(struct db *db, const struct db_ask *asks, const struct bound *b, unsigned n,
			PGresult **res)
{
	enum rc rc = RC_OK;

	if (n == 1 && !db->begin_due && db->nahead == 0 && db->prepared[asks->stmt])
		return run_alone(db, asks->stmt, b, asks->nargs, res);
	rc = room(db, n);
	if (rc == RC_OK)
		rc = send_begin(db);
	/* the answers that are wanted are the last ones */
	for (unsigned i = 0; rc == RC_OK && i < n; i++)
		rc = send_parse(db, asks[i].stmt);
	for (unsigned i = 0; rc == RC_OK && i < n; i++)
		rc = send_stmt(db, asks[i].stmt, &b[i], asks[i].nargs);
	return rc == RC_OK ? drain_last(db, res, n) : rc;
}

static enum rc run(struct db *db, const struct db_ask *asks, unsigned n, PGresult **res)
{
	struct bound b[DB_ASKS];
	/* inside a transaction a lost connection has lost the transaction, but for its first
	 * statement: an idle connection that the server had closed, so once anew */
	bool first = db->begin_due, again = !db->in_tx || first;
	enum rc rc;

	for (unsigned i = 0; i < n; i++) {
		if (asks[i].nargs > ARGS_MAX)
			log_panic("event=too_many_parameters stmt=%s", stmt_table[asks[i].stmt].name);
		db_args_bind(&b[i], asks[i].args, asks[i].nargs);
	}
	for (;;) {
		rc = db->in_tx && !first ? (db_ok(db) ? RC_OK : RC_TEMPFAIL) : db_connect(db);
		if (first)
			db->in_tx = db->begin_due = true;
		if (rc == RC_OK)
			rc = run_once(db, asks, b, n, res);
		if (rc == RC_OK || !again || !db->broken)
			return rc;
		again = false;
	}
}

enum rc db_run_(struct db *db, struct arena *a, enum stmt stmt, const struct db_arg *args,
		size_t nargs, struct db_rows **rows_r)
{
	PGresult *res;
	enum rc rc = run(db, &(struct db_ask){ stmt, args, nargs }, 1, &res);

	if (rows_r != NULL)
		*rows_r = rc == RC_OK ? rows_keep(a, res) : NULL;
	else if (rc == RC_OK)
		PQclear(res);
	return rc;
}

enum rc db_start_(struct db *db, enum stmt stmt, const struct db_arg *args, size_t nargs)
{
	struct bound b;
	enum rc rc;

	if (db->in_tx || nargs > ARGS_MAX)
		log_panic("event=cannot_start stmt=%s", stmt_table[stmt].name);
	db_args_bind(&b, args, nargs);
	rc = db_connect(db); /* nothing is ahead of it then */
	if (rc == RC_OK)
		rc = send_parse(db, stmt);
	if (rc == RC_OK)
		rc = send_stmt(db, stmt, &b, nargs);
	db->synced = rc == RC_OK && PQpipelineSync(db->pg) == 1;
	return rc;
}

enum rc db_finish(struct db *db, struct arena *a, struct db_rows **rows_r)
{
	PGresult *res = NULL;
	enum rc rc = RC_TEMPFAIL;

	/* mostly the answer is there: who waits for one asks poll() first */
	if (db->nahead > 0 && PQconsumeInput(db->pg) != 1)
		db->broken = true;
	if (db->nahead > 0)
		rc = conn_drain(db, &res);
	*rows_r = rc == RC_OK ? rows_keep(a, res) : NULL;
	return rc;
}

enum rc db_run_two(struct db *db, struct arena *a, const struct db_ask asks[DB_ASKS],
		   struct db_rows *rows_r[DB_ASKS])
{
	PGresult *res[DB_ASKS];
	enum rc rc = run(db, asks, DB_ASKS, res);

	for (unsigned i = 0; i < DB_ASKS; i++)
		rows_r[i] = rc == RC_OK ? rows_keep(a, res[i]) : NULL;
	return rc;
}

static enum rc send_one(struct db *db, enum stmt stmt, const struct db_arg *args, size_t nargs)
{
	struct bound b;
	enum rc rc;

	if (nargs > ARGS_MAX)
		log_panic("event=too_many_parameters stmt=%s", stmt_table[stmt].name);
	if (!db_ok(db))
		return RC_TEMPFAIL;
	db_args_bind(&b, args, nargs);
	rc = room(db, 1);
	if (rc == RC_OK)
		rc = send_parse(db, stmt);
	return rc == RC_OK ? send_stmt(db, stmt, &b, nargs) : rc;
}

enum rc db_send_(struct db *db, enum stmt stmt, const struct db_arg *args, size_t nargs)
{
	if (!db->in_tx || db->begin_due)
		return db_run_(db, NULL, stmt, args, nargs, NULL);
	return send_one(db, stmt, args, nargs);
}

enum rc db_send_kept_(struct db *db, enum stmt stmt, const struct db_arg *args, size_t nargs)
{
	struct db_ask ask = { stmt, args, nargs };
	enum rc rc;

	if (!db->in_tx)
		log_panic("event=kept_outside_transaction stmt=%s", stmt_table[stmt].name);
	kept_drop(db);
	if (db->begin_due)
		return run(db, &ask, 1, &db->kept);
	rc = send_one(db, stmt, args, nargs);
	if (rc == RC_OK)
		db->keep = db->nahead;
	return rc;
}

enum rc db_kept(struct db *db, struct arena *a, struct db_rows **rows_r)
{
	*rows_r = db->kept ? rows_keep(a, db->kept) : NULL;
	db->kept = NULL;
	return *rows_r && db_nrows(*rows_r) > 0 ? RC_OK : RC_NOTFOUND;
}
