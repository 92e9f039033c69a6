/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each statement of the catalogue as each role it names, on a database made
 * from schema.sql. Preparing shows that it fits the schema; running it, with
 * NULL for every parameter and rolled back, shows that the role's grants
 * suffice, because PostgreSQL looks at them only when a statement starts.
 * Then the other way round: no role holds a privilege that none of its
 * statements needs, and what must be refused is refused.
 */
#include <stdarg.h>
#include <stdio.h>

#include <libpq-fe.h>

#include "server/db/db.h"

#include "server/base/base.h"

#define PARAMS_MAX 64

static const struct role {
	unsigned bit;
	const char *name;
	bool minimal; /* its grants are held against its statements */
} roles[] = {
	{ ROLE_RECEIVE, "cabildo-receive", true }, { ROLE_MILTER, "cabildo-milter", true },
	{ ROLE_DELIVER, "cabildo-deliver", true },
	{ ROLE_FETCH, "cabildo-fetch", true },     { ROLE_WEB, "cabildo-web", true },
	{ ROLE_SCHED, "cabildo-sched", true },     { ROLE_CLI, "cabildo", false },
};

/* What each role must never do; the owner may do all of it, which shows that
 * the refusal is about the role and not about a slip in the statement. */
static const struct forbidden {
	unsigned roles;
	const char *sql;
} forbidden[] = {
#define PROGRAMS (ROLE_RECEIVE | ROLE_MILTER | ROLE_DELIVER | ROLE_FETCH | ROLE_WEB | ROLE_SCHED)
#define EVERYBODY (PROGRAMS | ROLE_CLI)
	/* the record is append-only, for the owner too */
	{ EVERYBODY, "update audit set act = act where false" },
	{ EVERYBODY, "update audit_seal set hash = hash where false" },
	{ EVERYBODY, "delete from audit_seal where false" },
	{ EVERYBODY, "delete from audit where false" },
	{ EVERYBODY, "truncate audit cascade" },
	{ PROGRAMS, "update audit_detail set salt = salt where false" },
	{ PROGRAMS, "delete from audit_detail where false" },
	{ PROGRAMS & ~ROLE_SCHED, "delete from audit_open where false" },
	{ PROGRAMS, "delete from delivery where false" },
	{ PROGRAMS, "update delivery set outcome = outcome where false" },
	{ PROGRAMS, "update intake set fate = fate where false" },
	{ PROGRAMS, "delete from intake where false" },
	{ PROGRAMS & ~ROLE_SCHED,
	  "insert into audit_seal (audit_id, hash) select null, null where false" },
	{ PROGRAMS & ~ROLE_WEB, "select before, after, why from audit_detail" },
	/* what was written stays */
	{ EVERYBODY, "delete from post where false" },
	{ EVERYBODY, "delete from thread where false" },
	{ EVERYBODY, "delete from account where false" },
	{ PROGRAMS, "update raw_message set size = size where false" },
	{ PROGRAMS, "update raw_chunk set bytes = bytes where false" },
	{ PROGRAMS & ~ROLE_SCHED, "delete from raw_message where false" },
	/* groups belong to the owner */
	{ PROGRAMS, "update list set visibility = visibility where false" },
	{ PROGRAMS, "update list set posting = posting where false" },
	{ PROGRAMS, "update list set title = title where false" },
	{ PROGRAMS & ~ROLE_WEB, "insert into list (name) select null where false" },
	{ EVERYBODY, "delete from list where false" },
	{ EVERYBODY, "truncate list, account, thread, post cascade" },
	{ PROGRAMS & ~ROLE_WEB, "update account set is_admin = is_admin where false" },
	{ PROGRAMS & ~(ROLE_RECEIVE | ROLE_WEB),
	  "insert into account (name) select null where false" },
	{ PROGRAMS & ~ROLE_WEB, "update account set password_hash = password_hash where false" },
	{ PROGRAMS & ~(ROLE_WEB | ROLE_SCHED), "update subscription set role = role where false" },
	{ PROGRAMS & ~ROLE_WEB, "update setting set value = value where false" },
	{ PROGRAMS & ~ROLE_WEB, "select list_put(0, '{\"title\": \"x\"}')" },
	{ PROGRAMS, "update schema_version set version = version where false" },
	{ PROGRAMS, "create table intruder (n integer)" },
	{ PROGRAMS, "alter table post add column intruder integer" },
	/* secrets are for who checks them */
	{ PROGRAMS & ~ROLE_WEB, "select password_hash from account" },
	{ PROGRAMS & ~ROLE_WEB, "select id_hash from session" },
	{ PROGRAMS & ~ROLE_WEB, "insert into session (id_hash) select null where false" },
	{ PROGRAMS & ~(ROLE_RECEIVE | ROLE_WEB), "select hash from token" },
	{ PROGRAMS & ~(ROLE_RECEIVE | ROLE_WEB),
	  "update token set used_at = null where false" },
	{ PROGRAMS & ~ROLE_WEB, "select body from draft" },
	{ PROGRAMS & ~ROLE_WEB, "select number from read_mark" },
	/* mail has one way in and one way out */
	{ PROGRAMS, "insert into post (subject) select null where false" },
	{ PROGRAMS & ~ROLE_WEB, "insert into thread (subject) select null where false" },
	{ PROGRAMS & ~(ROLE_RECEIVE | ROLE_WEB),
	  "insert into message_seen (fate) select null where false" },
	{ PROGRAMS & ~ROLE_DELIVER, "delete from outbound where false" },
	{ PROGRAMS & ~ROLE_DELIVER, "update outbound set lease = lease where false" },
	/* its author edits it; what an author deleted goes after 30 days */
	{ PROGRAMS & ~(ROLE_WEB | ROLE_SCHED), "update post set body = body where false" },
	{ PROGRAMS, "update post set author_addr = author_addr where false" },
	{ PROGRAMS & ~ROLE_SCHED, "update post set raw_id = raw_id where false" },
};

static unsigned ntests, nbad;

static void ok(bool good, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%s %u - ", good ? "ok" : "not ok", ++ntests);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	nbad += !good;
}

/* Runs one command; its SQLSTATE is in state_r, "00000" where it worked. */
static PGresult *run(PGconn *c, const char *sql, char state_r[static 6])
{
	PGresult *res = PQexec(c, sql);
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	snprintf(state_r, 6, "%s",
		 PQresultStatus(res) == PGRES_FATAL_ERROR ? state ? state : "08000" : "00000");
	return res;
}

static bool command(PGconn *c, const char *sql)
{
	char state[6];
	PGresult *res = run(c, sql, state);
	bool good = strcmp(state, "00000") == 0;

	if (!good)
		printf("# %s: %s", sql, PQerrorMessage(c));
	PQclear(res);
	return good;
}

static unsigned params_of(const char *sql)
{
	unsigned most = 0;

	for (const char *p = sql; (p = strchr(p, '$')) != NULL; p++) {
		unsigned n = 0;

		while (p[1] >= '0' && p[1] <= '9')
			n = n * 10 + (unsigned)(*++p - '0');
		most = n > most ? n : most;
	}
	return most;
}

/* Runs the statement with NULLs. True where its grants suffice: what the data
 * say to NULL (classes 22 and 23) is not what is asked here. */
static bool statement(PGconn *c, const struct stmt_def *d, char *why, size_t size)
{
	const char *none[PARAMS_MAX] = { NULL };
	PGresult *res = PQexecParams(c, d->sql, (int)params_of(d->sql), NULL, none, NULL, NULL, 0);
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	bool good =
		PQresultStatus(res) != PGRES_FATAL_ERROR ||
		(state != NULL && (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0));

	snprintf(why, size, "%s", PQresultErrorMessage(res));
	PQclear(res);
	return good;
}

static PGconn *as(const char *conninfo, const char *user)
{
	char both[1000];
	PGconn *c;

	snprintf(both, sizeof(both), "%s user='%s'", conninfo, user);
	c = PQconnectdb(both);
	if (PQstatus(c) != CONNECTION_OK) {
		printf("Bail out! %s", PQerrorMessage(c));
		exit(1);
	}
	if (!command(c, "set client_min_messages = error"))
		exit(1);
	return c;
}

static void statements_of(const char *conninfo, const struct role *r)
{
	struct db *db = db_new(conninfo, r->name, "test", 0);
	PGconn *c = as(conninfo, r->name);
	unsigned n = 0, bad = db_connect(db) != RC_OK;
	char why[500];

	for (size_t i = 0; i < STMT_COUNT; i++) {
		const struct stmt_def *d = &stmt_table[i];

		if (!(d->roles & r->bit))
			continue;
		n++;
		if (db_prepare_check(db, (enum stmt)i) != RC_OK) {
			printf("# %s is not prepared: %s\n", d->name, db_error(db));
			bad++;
		}
		if (!command(c, "begin") || !statement(c, d, why, sizeof(why))) {
			printf("# %s: %s", d->name, why);
			bad++;
		}
		if (!command(c, "rollback"))
			bad++;
	}
	ok(bad == 0, "%s: %u statements are prepared and may run", r->name, n);
	PQfinish(c);
	db_free(&db);
}

static void forbidden_of(const char *conninfo, const struct role *r)
{
	PGconn *c = as(conninfo, r->name);
	bool owner = r->bit == ROLE_CLI;
	unsigned n = 0, bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		const char *wanted = forbidden[i].roles & r->bit ? "42501" : "00000";
		char state[6];

		if (!owner && !(forbidden[i].roles & r->bit))
			continue;
		n++;
		if (!command(c, "begin"))
			exit(1);
		PQclear(run(c, forbidden[i].sql, state));
		if (strcmp(state, wanted) != 0) {
			printf("# %s: %s\n", state, forbidden[i].sql);
			bad++;
		}
		if (!command(c, "rollback"))
			exit(1);
	}
	ok(bad == 0, "%s: %u acts are %s", r->name, n, owner ? "the owner's, or nobody's" : "refused");
	PQfinish(c);
}

/* Every privilege the role holds on our tables, as the text of its REVOKE, with
 * the table's name. */
static const char held_sql[] =
	"select format('revoke %s on %I from %I', g.privilege_type, c.relname, r.rolname), "
	"c.relname "
	"from pg_class c, aclexplode(c.relacl) g, pg_roles r "
	"where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and r.oid = "
	"g.grantee and r.rolname = $1 "
	"and c.relname not in ('schema_version', 'setting') "
	"union all "
	"select format('revoke %s (%I) on %I from %I', g.privilege_type, t.attname, c.relname, "
	"r.rolname), c.relname "
	"from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) g, "
	"pg_roles r "
	"where c.relnamespace = 'public'::regnamespace and r.oid = g.grantee and r.rolname = $1 "
	"order by 1";

static const char *become(const struct role *r)
{
	static char sql[100];

	snprintf(sql, sizeof(sql), "set local role \"%s\"", r->name);
	return sql;
}

/* Whether a statement of the role that names the table misses what was revoked. */
static bool missed(PGconn *c, const struct role *r, const char *table)
{
	bool yes = false;
	char why[500];

	for (size_t i = 0; i < STMT_COUNT && !yes; i++) {
		const struct stmt_def *d = &stmt_table[i];

		if (!(d->roles & r->bit) || strstr(d->sql, table) == NULL)
			continue;
		if (!command(c, "savepoint s") || !command(c, become(r)))
			exit(1);
		yes = !statement(c, d, why, sizeof(why));
		if (!command(c, "rollback to s"))
			exit(1);
	}
	return yes;
}

static void minimal(const char *conninfo, const struct role *r)
{
	PGconn *c = as(conninfo, "postgres");
	PGresult *held =
		PQexecParams(c, held_sql, 1, NULL, (const char *const[]){ r->name }, NULL, NULL, 0);
	int n = PQntuples(held);
	unsigned bad = 0;

	if (PQresultStatus(held) != PGRES_TUPLES_OK)
		printf("# %s", PQerrorMessage(c));
	for (int i = 0; i < n; i++) {
		if (!command(c, "begin") || !command(c, PQgetvalue(held, i, 0)))
			exit(1);
		if (!missed(c, r, PQgetvalue(held, i, 1))) {
			printf("# no statement needs it: %s\n", PQgetvalue(held, i, 0));
			bad++;
		}
		if (!command(c, "rollback"))
			exit(1);
	}
	ok(PQresultStatus(held) == PGRES_TUPLES_OK && bad == 0,
	   "%s: each of its %d privileges is needed", r->name, n);
	PQclear(held);
	PQfinish(c);
}

int main(void)
{
	const char *conninfo = getenv("CABILDO_TEST_DATABASE");

	if (conninfo == NULL || *conninfo == '\0') {
		fprintf(stderr, "statements: CABILDO_TEST_DATABASE names no database\n");
		return 1;
	}
	log_init("statements", LOG_LV_FAIL, false);
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		statements_of(conninfo, &roles[i]);
		forbidden_of(conninfo, &roles[i]);
		if (roles[i].minimal)
			minimal(conninfo, &roles[i]);
	}
	printf("1..%u\n", ntests);
	return nbad != 0;
}
