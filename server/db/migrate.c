/* SPDX-License-Identifier: Apache-2.0 */
/* See migrate.h. */
#include <errno.h>
#include <fcntl.h>
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
	if (*from_r > DB_SCHEMA_VERSION || (*from_r > 0 && *from_r < DB_SCHEMA_VERSION)) {
		*err_r = arena_fmt(
			a, "the database has schema %lld and this is Cabildo for schema %d; %s",
			(long long)*from_r, DB_SCHEMA_VERSION,
			*from_r > DB_SCHEMA_VERSION ? "install the newer version"
						    : "before 0.1.0 there is no way across: start "
						      "with an empty database");
		return RC_CONFLICT;
	}
	if (*from_r == DB_SCHEMA_VERSION)
		return RC_OK;
	rc = file_read(a, arena_fmt(a, "%s/schema.sql", dir), &sql, err_r);
	if (rc != RC_OK)
		return rc;
	rc = db_begin(db, DB_READ_WRITE);
	if (rc == RC_OK)
		rc = db_script(db, sql, err_r);
	if (rc == RC_OK)
		return db_commit(db);
	*err_r = arena_strdup(a, *err_r);
	db_abort(db);
	return rc;
}
