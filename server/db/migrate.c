/* SPDX-License-Identifier: Apache-2.0 */
/* See migrate.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "server/db/migrate.h"
#include "server/db/version.h"

#include "server/base/base.h"

#define LOCK_KEY "764298110"

static enum rc file_read(struct arena *a, const char *path, const char **text_r, const char **err_r)
{
	struct str s;
	char buf[8192];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		*err_r = arena_fmt(a, "%s: %s", path, strerror(errno));
		return RC_NOTFOUND;
	}
	str_init(&s, a, (size_t)4 << 20);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_add(&s, buf, (size_t)n);
	close(fd);
	*text_r = str_z(&s);
	return RC_OK;
}

enum rc migrate_version(struct db *db, int64_t *version_r)
{
	return db_schema_version(db, version_r);
}

static enum rc script(struct db *db, struct arena *a, const char *sql, const char **err_r)
{
	enum rc rc = db_script(db, sql, err_r);

	if (rc != RC_OK)
		*err_r = arena_strdup(a, *err_r); /* what is done about it asks the connection again */
	return rc;
}

/* From here on nobody who connects gets to work, and who was connected is not any more.
 * The owner may end the sessions of a role that it is a member of. */
static enum rc others_out(struct db *db, struct arena *a, const char **err_r)
{
	return script(db, a,
		      "do $$ declare s record; tries int := 0; begin "
		      "for s in select rolname from pg_roles where rolname like 'cabildo-%' loop "
		      "begin execute format('grant %I to current_user', s.rolname); "
		      "exception when insufficient_privilege then null; end; end loop; "
		      "loop "
		      "select string_agg(application_name, ', ') as names, "
		      "count(pg_terminate_backend(pid)) as n into s from pg_stat_activity "
		      "where datname = current_database() and pid <> pg_backend_pid() and (usename like 'cabildo-%' "
		      "or usename = current_user and application_name like 'cabildo%' "
		      "and wait_event is distinct from 'advisory'); "
		      "exit when s.n = 0; "
		      "tries := tries + 1; "
		      "if tries > 100 then raise exception 'these are still connected: %', s.names; end if; "
		      "perform pg_sleep(0.1); perform pg_stat_clear_snapshot(); "
		      "end loop; end $$",
		      err_r);
}

static enum rc step(struct db *db, struct arena *a, const char *dir, int64_t v, const char **err_r)
{
	const char *sql, *path = arena_fmt(a, "%s/migrations/%04lld.sql", dir, (long long)v);
	enum rc rc = file_read(a, path, &sql, err_r);

	if (rc == RC_OK && script(db, a, sql, err_r) != RC_OK) {
		*err_r = arena_fmt(a, "%s: %s", path, *err_r);
		rc = RC_INVALID;
	}
	return rc;
}

static enum rc steps(struct db *db, struct arena *a, const char *dir, int64_t from, const char **err_r)
{
	enum rc rc = db_begin(db, DB_READ_WRITE);

	if (rc != RC_OK)
		return rc;
	for (int64_t v = from + 1; v <= DB_SCHEMA_VERSION && rc == RC_OK; v++)
		rc = step(db, a, dir, v, err_r);
	if (rc == RC_OK)
		rc = script(db, a, arena_fmt(a, "delete from schema_version where version = %d; "
						"insert into schema_version (version) values (%d)",
					     DB_SCHEMA_MOVING, DB_SCHEMA_VERSION), err_r);
	if (rc == RC_OK)
		return db_commit(db);
	db_abort(db);
	return rc;
}

static enum rc moving(struct db *db, struct arena *a, bool yes, const char **err_r)
{
	const char *sql = "delete from schema_version where version = %d";

	if (yes)
		sql = "insert into schema_version (version) select v from (values (%d)) n (v) "
		      "where not exists (select from schema_version s where s.version = v)";
	return script(db, a, arena_fmt(a, sql, DB_SCHEMA_MOVING), err_r);
}

static enum rc upgrade(struct db *db, struct arena *a, const char *dir, int64_t from, const char **err_r)
{
	const char *unused;
	enum rc rc;

	/* what is not there is said before anybody is sent away */
	for (int64_t v = from + 1; v <= DB_SCHEMA_VERSION; v++)
		if (access(arena_fmt(a, "%s/migrations/%04lld.sql", dir, (long long)v), R_OK) != 0) {
			*err_r = arena_fmt(a, "the database has schema %lld and this is Cabildo for "
					      "schema %d; there is no way across: start with an empty "
					      "database (%s/migrations/%04lld.sql: %s)",
					   (long long)from, DB_SCHEMA_VERSION, dir, (long long)v,
					   strerror(errno));
			return RC_CONFLICT;
		}
	rc = moving(db, a, true, err_r);
	if (rc == RC_OK)
		rc = others_out(db, a, err_r);
	if (rc == RC_OK)
		rc = steps(db, a, dir, from, err_r);
	if (rc != RC_OK && moving(db, a, false, &unused) != RC_OK)
		*err_r = arena_fmt(a, "%s; and the mark could not be taken away: run this again", *err_r);
	return rc;
}

enum rc migrate_run(struct db *db, struct arena *a, const char *dir, int64_t *from_r,
		    const char **err_r)
{
	const char *sql;
	enum rc rc = db_connect(db);

	*err_r = db_error(db);
	if (rc == RC_OK)
		rc = db_script(db, "select pg_advisory_lock(" LOCK_KEY ")", err_r);
	if (rc == RC_OK)
		rc = db_schema_version(db, from_r);
	if (rc != RC_OK)
		return rc;
	if (*from_r > DB_SCHEMA_VERSION) {
		*err_r = arena_fmt(a, "the database has schema %lld and this is Cabildo for schema %d; "
				      "install the newer version",
				   (long long)*from_r, DB_SCHEMA_VERSION);
		return RC_CONFLICT;
	}
	if (*from_r == DB_SCHEMA_VERSION) /* an upgrade that was given up may have left its mark */
		return moving(db, a, false, err_r);
	if (*from_r > 0)
		return upgrade(db, a, dir, *from_r, err_r);
	rc = file_read(a, arena_fmt(a, "%s/schema.sql", dir), &sql, err_r);
	if (rc != RC_OK)
		return rc;
	rc = db_begin(db, DB_READ_WRITE);
	if (rc == RC_OK)
		rc = script(db, a, sql, err_r);
	if (rc == RC_OK)
		return db_commit(db);
	db_abort(db);
	return rc;
}
