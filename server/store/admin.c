/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/admin.sql. */
#include "server/db/db.h"
#include "server/store/admin.h"

#include "server/base/base.h"

/* One row with one id, or there is none. */
static enum rc one_id(enum rc rc, const struct db_rows *q, int64_t *id_r)
{
	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*id_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc list_write(struct db *db, struct arena *a, const char *name, const char *domain,
		   const char *title, const char *description, const char *lang,
		   const char *visibility, bool footer, const char *identity, int64_t *id_r)
{
	struct db_rows *q = NULL;
	enum rc rc =
		db_run(db, a, STMT_LIST_ADD, &q, db_text(name), db_text(domain), db_text(title),
		       db_text(description), db_text(lang), db_text(visibility), db_bool(footer),
		       db_text(identity));

	return one_id(rc, q, id_r);
}

enum rc account_write(struct db *db, struct arena *a, const char *name, const char *locale,
		      const char *addr, const char *country, int64_t organisation,
		      int64_t *account_r, int64_t *address_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_ACCOUNT_ADD, &q, db_text(name), db_text(locale),
			    db_text(addr), db_text(country), db_id(organisation));

	if (rc != RC_OK)
		return rc;
	*account_r = db_get_i64(q, 0, 0);
	*address_r = db_get_i64(q, 0, 1);
	return RC_OK;
}

enum rc organisation_write(struct db *db, struct arena *a, const char *name, int64_t *id_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_ORGANISATION_GET, &q, db_text(name));

	return one_id(rc, q, id_r);
}

enum rc subscription_new(struct db *db, struct arena *a, const char *list, int64_t account,
			 int64_t address, const char *role, const char *delivery, int64_t *list_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MEMBER_ADD, &q, db_text(list), db_i64(account),
			    db_i64(address), db_text(role), db_text(delivery));

	return one_id(rc, q, list_r);
}

enum rc subscription_settings_write(struct db *db, struct arena *a, const char *list,
				    const char *addr, const char *const *value, int64_t *list_r,
				    int64_t *account_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_MEMBER_SET, &q, db_text(list), db_text(addr),
			    db_text(value[0]), db_text(value[1]), db_text(value[2]), db_text(value[3]),
			    db_text(value[4]), db_text(value[5]), db_text(value[6]));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_i64(q, 0, 0);
	*account_r = db_get_i64(q, 0, 1);
	return RC_OK;
}

enum rc subscription_delete(struct db *db, struct arena *a, const char *list, const char *addr,
			    int64_t *list_r, int64_t *account_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_MEMBER_REMOVE, &q, db_text(list), db_text(addr));

	rc = one_id(rc, q, list_r);
	if (rc == RC_OK)
		*account_r = db_get_i64(q, 0, 1);
	return rc;
}

enum rc account_admin_write(struct db *db, int64_t account, bool on)
{
	return db_run(db, NULL, STMT_ACCOUNT_ADMIN, NULL, db_i64(account), db_bool(on));
}

enum rc lists_read(struct db *db, struct arena *a, struct db_rows **r)
{
	return db_run0(db, a, STMT_LIST_ALL, r);
}

enum rc members_read(struct db *db, struct arena *a, const char *list, struct db_rows **r)
{
	return db_run(db, a, STMT_MEMBERS_OF, r, db_text(list));
}

enum rc status_read(struct db *db, struct arena *a, struct db_rows **r)
{
	return db_run0(db, a, STMT_STATUS, r);
}
