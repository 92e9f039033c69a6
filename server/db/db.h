/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL behind one file: the only user of libpq. Statements come from
 * the catalogue (sql/NAME.sql, compiled to stmt.h); they are prepared on first
 * use per connection, parameters are bound, rows come back in binary form
 * and are read by column position.
 *
 * Errors become enum rc: unique and exclusion violations RC_CONFLICT; a lost
 * or refused connection, a serialization failure, a full disk RC_TEMPFAIL;
 * SQLSTATE classes 22, 23 and 54 RC_INVALID; all else RC_TEMPFAIL, logged with
 * its SQLSTATE as a failure of ours. After a lost connection the next db_begin or
 * db_run outside a transaction connects anew (at most once a second); db_begin asks
 * the server nothing: it goes out with the transaction's first statement, and the
 * commit of a read-only one is not waited for.
 */
#ifndef CABILDO_DB_DB_H
#define CABILDO_DB_DB_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"
#include "server/db/stmt.h"

struct db;
struct db_rows; /* released with the arena it was read into */

enum db_mode { DB_READ_ONLY, DB_READ_WRITE };
/* DB_RO: single statements run in a READ ONLY transaction; writing needs
 * db_begin(DB_READ_WRITE). DB_BY_KEY: no table is read from end to end where an index
 * serves, for one that was empty when its statements were planned and is not now. */
enum db_flags { DB_RO = 1, DB_NO_VERSION_CHECK = 2, DB_ASYNC_COMMIT = 4, DB_BY_KEY = 8 };

/* conninfo: the `database` setting; role: user name unless conninfo has one.
 * Nothing is connected yet. */
struct db *db_new(const char *conninfo, const char *role, const char *program, unsigned flags);
void db_free(struct db **db);
/* Before workers are forked: one of them that starts after an upgrade of the schema was
 * overtaken as its elders were, and answers "later" as they do. */
void db_family(void);
/* Connects if it is not, and checks the schema's version (log_die where it is
 * another than ours: nobody works on a schema they do not know). */
enum rc db_connect(struct db *db) MUST_USE;
/* Run on each new connection before anything else: a session's lock, say. text: its $1,
 * kept by the caller. */
void db_hello(struct db *db, enum stmt stmt, const char *text);
bool db_ok(struct db *db);
const char *db_error(struct db *db);    /* of the last failure; for logs */
const char *db_sqlstate(struct db *db); /* five characters or "" */

enum rc db_begin(struct db *db, enum db_mode mode) MUST_USE;
enum rc db_commit(struct db *db) MUST_USE;
void db_abort(struct db *db); /* harmless without a transaction */
bool db_in_transaction(struct db *db);
enum rc db_savepoint(struct db *db) MUST_USE; /* one level: for the quarantine of a bad statement */
void db_rollback_to(struct db *db);

enum db_type { DB_NULL, DB_I64, DB_BOOL, DB_TEXT, DB_BYTES, DB_TIME };

struct db_arg {
	enum db_type type;
	int64_t i;
	struct slice s;
};

static inline struct db_arg db_null(void)
{
	return (struct db_arg){ .type = DB_NULL };
}
static inline struct db_arg db_i64(int64_t v)
{
	return (struct db_arg){ DB_I64, v, { 0 } };
}
/* 0 stands for "none": ids start at 1 */
static inline struct db_arg db_id(int64_t v)
{
	return v ? db_i64(v) : db_null();
}
static inline struct db_arg db_bool(bool v)
{
	return (struct db_arg){ DB_BOOL, v, { 0 } };
}
static inline struct db_arg db_slice(struct slice s)
{
	return (struct db_arg){ DB_TEXT, 0, s };
}
static inline struct db_arg db_text(const char *s)
{
	return s ? db_slice(slice_of(s)) : db_null();
}
static inline struct db_arg db_bytes(const void *p, size_t n)
{
	return (struct db_arg){ DB_BYTES, 0, { p, n } };
}
/* Empty is NULL. */
static inline struct db_arg db_packed(struct slice s)
{
	return s.n ? db_bytes(s.p, s.n) : db_null();
}
/* microseconds since 1970 UTC; 0 is NULL */
static inline struct db_arg db_time(int64_t usec)
{
	return usec ? (struct db_arg){ DB_TIME, usec, { 0 } } : db_null();
}
/* Any other type by its literal: a uuid, an interval. */
static inline struct db_arg db_literal(const char *s)
{
	return (struct db_arg){ DB_TEXT, 1, slice_of(s) };
}
/* Arrays, as PostgreSQL text literals built in the arena; a NULL text is NULL. */
struct db_arg db_i64_array(struct arena *a, const int64_t *v, size_t n);
struct db_arg db_text_array(struct arena *a, const char *const *v, size_t n);
struct db_arg db_bytes_array(struct arena *a, const unsigned char (*v)[32], size_t n);

/* A column of many rows, to be bound as an array in binary form and unnested by the
 * statement: nothing is quoted, and nothing is parsed on the other side. */
enum db_elem { /* the types' numbers in pg_type */
	DB_ELEM_BOOL = 16,
	DB_ELEM_BYTES = 17,
	DB_ELEM_I64 = 20,
	DB_ELEM_I16 = 21,
	DB_ELEM_I32 = 23,
	DB_ELEM_TEXT = 25,
	DB_ELEM_TIME = 1184 /* microseconds since 1970 */
};
struct db_column {
	struct str s;
	uint32_t n;
	enum db_elem type;
};
void db_column_init(struct db_column *c, struct arena *a, enum db_elem type);
/* Of a number, a bool or a time; of text and bytes. */
void db_column_i64(struct db_column *c, int64_t v);
void db_column_id(struct db_column *c, int64_t v); /* 0 is NULL */
void db_column_slice(struct db_column *c, struct slice v);
void db_column_text(struct db_column *c, const char *v); /* NULL is NULL */
void db_column_null(struct db_column *c);
/* The literal of an array, as one text: for columns that are arrays themselves. */
void db_column_literal(struct db_column *c, const struct db_arg *array);
struct db_arg db_column_arg(struct db_column *c);

/* Runs one statement; *rows_r (may be NULL) lives in a. One round trip. */
enum rc db_run_(struct db *db, struct arena *a, enum stmt stmt, const struct db_arg *args,
		size_t nargs, struct db_rows **rows_r) MUST_USE;
#define db_run(db, a, stmt, rows_r, ...)                                                           \
	db_run_((db), (a), (stmt), (const struct db_arg[]){ __VA_ARGS__ },                         \
		sizeof((const struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg), (rows_r))
/*
 * Outside a transaction: the statement goes out, and its answer is asked for when it is
 * needed, by db_finish; until then nothing else may be run. RC_TEMPFAIL of either may mean
 * that it was done and the answer did not come.
 */
enum rc db_start_(struct db *db, enum stmt stmt, const struct db_arg *args, size_t nargs) MUST_USE;
#define db_start(db, stmt, ...)                                                                    \
	db_start_((db), (stmt), (const struct db_arg[]){ __VA_ARGS__ },                            \
		  sizeof((const struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg))
enum rc db_finish(struct db *db, struct arena *a, struct db_rows **rows_r) MUST_USE;
/* Two of which neither needs the other's answer: in order, in one round trip. What goes
 * wrong with either is the result; then there are no rows. */
#define DB_ASKS 2
struct db_ask {
	enum stmt stmt;
	const struct db_arg *args;
	size_t nargs;
};
#define DB_ASK(stmt, ...)                                                                          \
	{ (stmt), (const struct db_arg[]){ __VA_ARGS__ },                                          \
	  sizeof((const struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg) }
enum rc db_run_two(struct db *db, struct arena *a, const struct db_ask asks[DB_ASKS],
		   struct db_rows *rows_r[DB_ASKS]) MUST_USE;
/*
 * A statement whose answer nobody needs before the next one that is run: it goes out
 * with that, or with the commit, in the order given, and costs no round trip. What
 * goes wrong with it is the result of whatever sent it along: the next db_run,
 * db_flush, db_savepoint or db_commit; none of what followed it was done then.
 * Outside a transaction it is db_run without rows.
 */
enum rc db_send_(struct db *db, enum stmt stmt, const struct db_arg *args, size_t nargs) MUST_USE;
#define db_send(db, stmt, ...)                                                                     \
	db_send_((db), (stmt), (const struct db_arg[]){ __VA_ARGS__ },                             \
		 sizeof((const struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg))
/* The same in a transaction, but its rows are kept: once it is done db_kept() has them, RC_NOTFOUND
 * where it failed or what it was sent with did. One at a time. */
enum rc db_send_kept_(struct db *db, enum stmt stmt, const struct db_arg *args,
		      size_t nargs) MUST_USE;
#define db_send_kept(db, stmt, ...)                                                                \
	db_send_kept_((db), (stmt), (const struct db_arg[]){ __VA_ARGS__ },                        \
		      sizeof((const struct db_arg[]){ __VA_ARGS__ }) / sizeof(struct db_arg))
enum rc db_kept(struct db *db, struct arena *a, struct db_rows **rows_r) MUST_USE;
enum rc db_flush(struct db *db) MUST_USE; /* all that was sent is done */
#define db_run0(db, a, stmt, rows_r) db_run_((db), (a), (stmt), NULL, 0, (rows_r))

size_t db_nrows(const struct db_rows *r);
int64_t db_affected(const struct db_rows *r);
/* Columns by position; NULL reads as 0, false, "" (text never NULL), time 0. */
bool db_is_null(const struct db_rows *r, size_t row, int col);
int64_t db_get_i64(const struct db_rows *r, size_t row, int col);
bool db_get_bool(const struct db_rows *r, size_t row, int col);
const char *db_get_text(const struct db_rows *r, size_t row, int col); /* lives with the rows */
struct slice db_get_slice(const struct db_rows *r, size_t row, int col);
int64_t db_get_time(const struct db_rows *r, size_t row, int col);

/* Waits for a NOTIFY on the channels db_listen named, or ms; RC_OK either way. */
enum rc db_listen(struct db *db, const char *channel) MUST_USE;
enum rc db_wait(struct db *db, int ms, bool *woken_r) MUST_USE;
/* Outside a transaction; at most one in 50 ms per process leaves. */
void db_notify(struct db *db, const char *channel);

/* 0: an empty database. Connected already. */
enum rc db_schema_version(struct db *db, int64_t *version_r) MUST_USE;
/* For `cabildo migrate` and tests: runs a file of SQL as it stands. */
enum rc db_script(struct db *db, const char *sql, const char **err_r) MUST_USE;
/* Prepares a statement without running it: what the statement tests call. */
enum rc db_prepare_check(struct db *db, enum stmt stmt) MUST_USE;

#endif
