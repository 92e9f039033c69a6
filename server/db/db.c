/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection: prepared statements, transactions, errors to enum rc. The
 * only file of the project that sees libpq.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include "server/db/db.h"

#include "server/db/version.h"

#include "server/base/base.h"

#define OID_BOOL        16
#define OID_BYTEA       17
#define OID_INT8        20
#define OID_INT2        21
#define OID_INT4        23
#define OID_OID         26
#define OID_TIMESTAMPTZ 1184
#define PG_EPOCH        (INT64_C(946684800) * USEC) /* 2000-01-01 */
#define ARGS_MAX        32
#define RECONNECT_EVERY USEC
#define NOTIFY_EVERY    (50 * 1000)

struct db {
	PGconn *pg;
	char *conninfo, *role, *program;
	unsigned flags;
	bool in_tx, broken;
	int64_t last_try, last_notify;
	char sqlstate[6];
	char error[512];
	bool prepared[STMT_COUNT];
	const char *hello; /* NULL: none */
	enum stmt hello_stmt;
};

struct db_rows {
	PGresult *res;
};

struct db *db_new(const char *conninfo, const char *role, const char *program, unsigned flags)
{
	struct db *db = calloc(1, sizeof(*db));

	if (db == NULL || (db->conninfo = strdup(conninfo)) == NULL ||
	    (db->role = strdup(role)) == NULL || (db->program = strdup(program)) == NULL)
		exit(75);
	db->flags = flags;
	return db;
}

static void disconnect(struct db *db)
{
	if (db->pg != NULL)
		PQfinish(db->pg);
	db->pg = NULL;
	db->in_tx = false;
	db->broken = false;
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

static enum rc state_rc(const char *st)
{
	if (strcmp(st, "23505") == 0 || strcmp(st, "23P01") == 0)
		return RC_CONFLICT;
	if (strncmp(st, "22", 2) == 0 || strncmp(st, "23", 2) == 0 || strncmp(st, "54", 2) == 0)
		return RC_INVALID;
	return RC_TEMPFAIL;
}

/* States that come and go by themselves: no alarm, just "later". */
static bool state_expected(const char *st)
{
	return st[0] == '\0' || strncmp(st, "08", 2) == 0 || strncmp(st, "57P", 3) == 0 ||
	       strncmp(st, "40", 2) == 0 || strncmp(st, "53", 2) == 0 || strcmp(st, "55P03") == 0;
}

static enum rc fail(struct db *db, const PGresult *res, const char *what)
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

static enum rc simple(struct db *db, const char *sql)
{
	PGresult *res = PQexec(db->pg, sql);
	ExecStatusType st = PQresultStatus(res);
	enum rc rc = RC_OK;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK)
		rc = fail(db, res, sql);
	PQclear(res);
	return rc;
}

/* Nobody works on a schema they do not know. */
static enum rc version_check(struct db *db)
{
	PGresult *res = PQexec(db->pg, "select max(version) from schema_version");
	int64_t v = 0;

	if (PQresultStatus(res) != PGRES_TUPLES_OK) {
		const char *st = PQresultErrorField(res, PG_DIAG_SQLSTATE);

		if (st != NULL && strcmp(st, "42P01") == 0)
			log_die("event=schema_missing todo=\"run: cabildo migrate\"");
		PQclear(res);
		return RC_TEMPFAIL;
	}
	if (!slice_i64(slice_of(PQgetvalue(res, 0, 0)), 0, INT32_MAX, &v) || v != DB_SCHEMA_VERSION)
		log_die("event=schema_version have=%lld want=%d todo=\"%s\"", (long long)v,
			DB_SCHEMA_VERSION,
			v < DB_SCHEMA_VERSION ? "run: cabildo migrate"
					      : "install the newer Cabildo that made it");
	PQclear(res);
	return RC_OK;
}

enum rc db_schema_version(struct db *db, int64_t *version_r)
{
	PGresult *res;
	enum rc rc = RC_OK;

	*version_r = 0;
	res = PQexec(db->pg, "select to_regclass('public.schema_version') is not null");
	if (PQresultStatus(res) != PGRES_TUPLES_OK)
		rc = fail(db, res, "schema_version");
	else if (*PQgetvalue(res, 0, 0) == 't') {
		PQclear(res);
		res = PQexec(db->pg, "select max(version) from schema_version");
		if (PQresultStatus(res) != PGRES_TUPLES_OK ||
		    !slice_i64(slice_of(PQgetvalue(res, 0, 0)), 0, INT32_MAX, version_r))
			rc = fail(db, res, "schema_version");
	}
	PQclear(res);
	return rc;
}

static void stmt_name(enum stmt stmt, char out_r[static 16])
{
	snprintf(out_r, 16, "s%d", (int)stmt);
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
		rc = fail(db, res, stmt_table[db->hello_stmt].name);
	PQclear(res);
	return rc;
}

static void quiet(void *arg UNUSED, const char *message UNUSED)
{
}

enum rc db_connect(struct db *db)
{
	const char *keys[8], *values[8];
	char name[64]; /* as in the log, so that pg_stat_activity tells whose it is */
	int n = 0;
	int64_t now = clock_mono();

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
	if (((db->flags & DB_NO_VERSION_CHECK) == 0 && version_check(db) != RC_OK) ||
	    simple(db, db->flags & DB_RO
			       ? "set default_transaction_read_only = on; set timezone = 'UTC'"
			       : "set timezone = 'UTC'") != RC_OK ||
	    (db->flags & DB_ASYNC_COMMIT && simple(db, "set synchronous_commit = off") != RC_OK) ||
	    (db->hello != NULL && hello(db) != RC_OK)) {
		db->broken = true;
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
	if (rc == RC_OK)
		rc = simple(db, mode == DB_READ_ONLY ? "begin read only" : "begin read write");
	if (rc != RC_OK && db->broken && db_connect(db) == RC_OK)
		rc = simple(db, mode == DB_READ_ONLY ? "begin read only" : "begin read write");
	db->in_tx = rc == RC_OK;
	return rc;
}

enum rc db_commit(struct db *db)
{
	PGresult *res;
	enum rc rc = RC_OK;

	if (!db->in_tx)
		log_panic("event=commit_outside_transaction");
	db->in_tx = false;
	res = PQexec(db->pg, "commit");
	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		rc = fail(db, res, "commit");
	else if (strcmp(PQcmdStatus(res), "COMMIT") != 0) {
		/* it had failed before; the server has rolled back */
		error_keep(db, "the transaction had failed", "25P02");
		rc = RC_TEMPFAIL;
	}
	PQclear(res);
	return rc;
}

void db_abort(struct db *db)
{
	if (!db->in_tx)
		return;
	db->in_tx = false;
	if (db_ok(db) && simple(db, "rollback") != RC_OK)
		db->broken = true;
}

enum rc db_savepoint(struct db *db)
{
	return simple(db, "savepoint one");
}

void db_rollback_to(struct db *db)
{
	if (db_ok(db) && simple(db, "rollback to savepoint one") != RC_OK)
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
		rc = fail(db, res, stmt_table[stmt].name);
	else
		db->prepared[stmt] = true;
	PQclear(res);
	return rc;
}

struct bound {
	const char *values[ARGS_MAX];
	int lengths[ARGS_MAX], formats[ARGS_MAX];
	union {
		char text[24];
		uint64_t time;
	} buf[ARGS_MAX];
};

static void args_bind(struct bound *b, const struct db_arg *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct db_arg *g = &args[i];

		b->values[i] = NULL;
		b->lengths[i] = 0;
		b->formats[i] = 0;
		switch (g->type) {
		case DB_NULL:
			break;
		case DB_I64:
			snprintf(b->buf[i].text, sizeof(b->buf[i].text), "%lld", (long long)g->i);
			b->values[i] = b->buf[i].text;
			break;
		case DB_BOOL:
			b->values[i] = g->i ? "t" : "f";
			break;
		case DB_TEXT:
			/* binary text needs no NUL at its end, so no copy */
			b->values[i] = g->s.n ? g->s.p : "";
			b->lengths[i] = (int)g->s.n;
			b->formats[i] = g->i ? 0 : 1; /* an array literal is text format */
			break;
		case DB_BYTES:
			b->values[i] = g->s.n ? g->s.p : "";
			b->lengths[i] = (int)g->s.n;
			b->formats[i] = 1;
			break;
		case DB_TIME:
			b->buf[i].time = htobe64((uint64_t)(g->i - PG_EPOCH));
			b->values[i] = (const char *)&b->buf[i].time;
			b->lengths[i] = 8;
			b->formats[i] = 1;
			break;
		}
	}
}

static void rows_clear(void *p)
{
	PQclear(p);
}

enum rc db_run_(struct db *db, struct arena *a, enum stmt stmt, const struct db_arg *args,
		size_t nargs, struct db_rows **rows_r)
{
	struct bound b;
	PGresult *res;
	char name[16];
	enum rc rc;
	bool again = !db->in_tx;

	if (nargs > ARGS_MAX)
		log_panic("event=too_many_parameters stmt=%s", stmt_table[stmt].name);
	if (rows_r != NULL)
		*rows_r = NULL;
	args_bind(&b, args, nargs);
	stmt_name(stmt, name);
	for (;;) {
		/* inside a transaction a lost connection has lost the transaction */
		rc = db->in_tx ? (db_ok(db) ? RC_OK : RC_TEMPFAIL) : db_connect(db);
		if (rc == RC_OK)
			rc = db_prepare_check(db, stmt);
		if (rc != RC_OK) {
			if (again && db->broken) {
				again = false;
				continue;
			}
			return rc;
		}
		res = PQexecPrepared(db->pg, name, (int)nargs, b.values, b.lengths, b.formats, 1);
		if (PQresultStatus(res) == PGRES_TUPLES_OK ||
		    PQresultStatus(res) == PGRES_COMMAND_OK)
			break;
		rc = fail(db, res, stmt_table[stmt].name);
		PQclear(res);
		/* an idle connection the server had closed: once anew */
		if (again && db->broken) {
			again = false;
			continue;
		}
		return rc;
	}
	if (rows_r == NULL) {
		PQclear(res);
		return RC_OK;
	}
	*rows_r = ARENA_NEW(a, struct db_rows);
	(*rows_r)->res = res;
	arena_defer(a, rows_clear, res);
	return RC_OK;
}

size_t db_nrows(const struct db_rows *r)
{
	return (size_t)PQntuples(r->res);
}

int64_t db_affected(const struct db_rows *r)
{
	int64_t n = 0;

	return slice_i64(slice_of(PQcmdTuples(r->res)), 0, INT64_MAX, &n) ? n : 0;
}

static void col_check(const struct db_rows *r, size_t row, int col)
{
	if (row >= (size_t)PQntuples(r->res) || col >= PQnfields(r->res))
		log_panic("event=no_such_column row=%zu col=%d", row, col);
}

bool db_is_null(const struct db_rows *r, size_t row, int col)
{
	col_check(r, row, col);
	return PQgetisnull(r->res, (int)row, col);
}

int64_t db_get_i64(const struct db_rows *r, size_t row, int col)
{
	const char *p;
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	if (db_is_null(r, row, col))
		return 0;
	p = PQgetvalue(r->res, (int)row, col);
	switch (PQftype(r->res, col)) {
	case OID_INT8:
		memcpy(&v8, p, 8);
		return (int64_t)be64toh(v8);
	case OID_INT4:
	case OID_OID:
		memcpy(&v4, p, 4);
		return (int32_t)ntohl(v4);
	case OID_INT2:
		memcpy(&v2, p, 2);
		return (int16_t)ntohs(v2);
	}
	log_panic("event=column_not_integer col=%d type=%u", col, PQftype(r->res, col));
}

bool db_get_bool(const struct db_rows *r, size_t row, int col)
{
	if (db_is_null(r, row, col))
		return false;
	if (PQftype(r->res, col) != OID_BOOL)
		log_panic("event=column_not_bool col=%d type=%u", col, PQftype(r->res, col));
	return *PQgetvalue(r->res, (int)row, col) != 0;
}

struct slice db_get_slice(const struct db_rows *r, size_t row, int col)
{
	if (db_is_null(r, row, col))
		return SLICE("");
	return slice_make(PQgetvalue(r->res, (int)row, col),
			  (size_t)PQgetlength(r->res, (int)row, col));
}

const char *db_get_text(const struct db_rows *r, size_t row, int col)
{
	return db_is_null(r, row, col) ? "" : PQgetvalue(r->res, (int)row, col);
}

int64_t db_get_time(const struct db_rows *r, size_t row, int col)
{
	uint64_t v;

	if (db_is_null(r, row, col))
		return 0;
	if (PQftype(r->res, col) != OID_TIMESTAMPTZ)
		log_panic("event=column_not_time col=%d type=%u", col, PQftype(r->res, col));
	memcpy(&v, PQgetvalue(r->res, (int)row, col), 8);
	return (int64_t)be64toh(v) + PG_EPOCH;
}

/* Array literals (section 8.15 of the manual of PostgreSQL 15), marked by
 * i = 1 so that they go out in text format. */
static struct db_arg array_arg(struct str *s)
{
	str_addc(s, '}');
	if (s->over)
		log_panic("event=array_too_long");
	return (struct db_arg){ DB_TEXT, 1, slice_of(str_z(s)) };
}

struct db_arg db_i64_array(struct arena *a, const int64_t *v, size_t n)
{
	struct str s;

	str_init(&s, a, n * 21 + 16);
	str_addc(&s, '{');
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s%lld", i ? "," : "", (long long)v[i]);
	return array_arg(&s);
}

struct db_arg db_text_array(struct arena *a, const char *const *v, size_t n)
{
	struct str s;

	str_init(&s, a, (size_t)32 << 20);
	str_addc(&s, '{');
	for (size_t i = 0; i < n; i++) {
		if (v[i] == NULL) {
			str_addz(&s, i ? ",NULL" : "NULL");
			continue;
		}
		str_addz(&s, i ? ",\"" : "\"");
		for (const char *p = v[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				str_addc(&s, '\\');
			str_addc(&s, *p);
		}
		str_addc(&s, '"');
	}
	return array_arg(&s);
}

struct db_arg db_bytes_array(struct arena *a, const unsigned char (*v)[32], size_t n)
{
	struct str s;

	str_init(&s, a, n * 72 + 16);
	str_addc(&s, '{');
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s\"\\\\x%s\"", i ? "," : "", hex_encode(a, v[i], 32));
	return array_arg(&s);
}

enum rc db_listen(struct db *db, const char *channel)
{
	char sql[80];
	enum rc rc = db_connect(db);

	if (rc != RC_OK)
		return rc;
	snprintf(sql, sizeof(sql), "listen %s", channel);
	return simple(db, sql);
}

enum rc db_wait(struct db *db, int ms, bool *woken_r)
{
	struct pollfd pfd;
	PGnotify *n;

	*woken_r = false;
	if (!db_ok(db)) {
		poll(NULL, 0, ms);
		return RC_TEMPFAIL;
	}
	pfd = (struct pollfd){ .fd = PQsocket(db->pg), .events = POLLIN };
	if (poll(&pfd, 1, ms) > 0 && !PQconsumeInput(db->pg)) {
		db->broken = true;
		return RC_TEMPFAIL;
	}
	while ((n = PQnotifies(db->pg)) != NULL) {
		*woken_r = true;
		PQfreemem(n);
	}
	return RC_OK;
}

void db_notify(struct db *db, const char *channel)
{
	char sql[80];
	int64_t now = clock_mono();

	if (db->in_tx || !db_ok(db) || now - db->last_notify < NOTIFY_EVERY)
		return;
	db->last_notify = now;
	snprintf(sql, sizeof(sql), "notify %s", channel);
	if (simple(db, sql) != RC_OK)
		log_debug("event=notify_failed");
}

enum rc db_script(struct db *db, const char *sql, const char **err_r)
{
	PGresult *res = PQexec(db->pg, sql);
	ExecStatusType st = PQresultStatus(res);
	enum rc rc = RC_OK;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK) {
		rc = fail(db, res, "script");
		*err_r = db->error;
	}
	PQclear(res);
	return rc;
}
