/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/security.h"

#include "server/db/db.h"
#include "server/db/stmt.h"

#include "server/base/base.h"

enum rc devices_read(struct db *db, struct arena *a, int64_t account,
		     const unsigned char here[HASH_BYTES], struct device **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_DEVICES_OF, &q, db_i64(account),
			    db_bytes(here, HASH_BYTES));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct device);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct device){ db_get_text(q, i, 0), db_get_text(q, i, 1),
					   db_get_time(q, i, 2), db_get_time(q, i, 3),
					   db_get_bool(q, i, 4) };
	return RC_OK;
}

/* Nothing was changed: r says why. */
static enum rc changed(enum rc rc, const struct db_rows *q, enum rc none)
{
	return rc == RC_OK && db_affected(q) == 0 ? none : rc;
}

enum rc device_delete(struct db *db, struct arena *a, int64_t account, const char *id)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_DEVICE_END, &q, db_i64(account), db_text(id));

	return changed(rc, q, RC_NOTFOUND);
}

enum rc devices_delete(struct db *db, int64_t account, const unsigned char but[HASH_BYTES])
{
	return db_run(db, NULL, STMT_DEVICES_END, NULL, db_i64(account), db_bytes(but, HASH_BYTES));
}

enum rc safety_read(struct db *db, struct arena *a, int64_t account,
		    const unsigned char session[HASH_BYTES], int minutes, struct safety_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SAFETY_OF, &q, db_i64(account),
			    db_bytes(session, HASH_BYTES), db_i64(minutes));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		*r = (struct safety_row){ db_get_text(q, 0, 0), db_get_text(q, 0, 1),
					  db_get_bool(q, 0, 2), db_get_i64(q, 0, 3) };
	return rc;
}

enum rc second_read(struct db *db, struct arena *a, int64_t account, struct second_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SECOND_OF, &q, db_i64(account));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		*r = (struct second_row){ db_get_text(q, 0, 0), db_get_i64(q, 0, 1) };
	return rc;
}

enum rc second_write(struct db *db, int64_t account, const char *sealed, int64_t step)
{
	return db_run(db, NULL, STMT_SECOND_SET, NULL, db_i64(account), db_text(sealed),
		      db_i64(step));
}

enum rc second_step_write(struct db *db, struct arena *a, int64_t account, int64_t step)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_SECOND_STEP, &q, db_i64(account), db_i64(step));

	return changed(rc, q, RC_DENIED);
}

enum rc recovery_delete(struct db *db, int64_t account)
{
	return db_run(db, NULL, STMT_RECOVERY_END, NULL, db_i64(account));
}
