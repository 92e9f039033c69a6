/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/setting.sql. */
#include "server/db/db.h"
#include "server/store/setting.h"

#include "server/base/base.h"

enum rc settings_read(struct db *db, struct arena *a, int64_t list, struct setting_row **r,
		      size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SETTINGS_ALL, &q, db_id(list));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct setting_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct setting_row){ db_get_text(q, i, 0), db_get_text(q, i, 1) };
	return RC_OK;
}

enum rc list_settings_write(struct db *db, struct arena *a, int64_t list, const char *const *name,
			    const char *const *value, size_t n)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_LIST_PUT, &q, db_i64(list), db_text_array(a, name, n),
			    db_text_array(a, value, n));

	return rc == RC_OK && db_get_i64(q, 0, 0) == 0 ? RC_NOTFOUND : rc;
}

enum rc parent_read(struct db *db, struct arena *a, int64_t list, const char *parent,
		    struct parent_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_LIST_PARENT, &q, db_i64(list), db_text(parent));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct parent_row){ db_get_i64(q, 0, 0), db_get_bool(q, 0, 1), db_get_bool(q, 0, 2) };
	return RC_OK;
}

enum rc setting_read(struct db *db, struct arena *a, const char *name, const char **value_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SETTING_GET, &q, db_text(name));

	if (rc == RC_OK)
		*value_r = db_nrows(q) == 1 ? db_get_text(q, 0, 0) : NULL;
	return rc;
}

enum rc setting_write(struct db *db, const char *name, const char *value)
{
	return db_run(db, NULL, STMT_SETTING_SET, NULL, db_text(name), db_text(value));
}
