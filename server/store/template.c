/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/template.sql. */
#include "server/db/db.h"
#include "server/store/template.h"

#include "server/base/base.h"

enum rc templates_read(struct db *db, struct arena *a, int64_t list, const char *kind,
		       const char *locale, struct template **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TEMPLATES_OF, &q, db_id(list), db_text(kind),
			    db_text(locale));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct template);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct template){ db_get_i64(q, i, 0),  db_get_bool(q, i, 1),
					     db_get_text(q, i, 2), db_get_text(q, i, 3),
					     db_get_text(q, i, 4), db_get_text(q, i, 5) };
	return RC_OK;
}

enum rc template_write(struct db *db, struct arena *a, int64_t list, const struct template *t,
		       int64_t *id_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TEMPLATE_PUT, &q, db_id(list), db_text(t->kind),
			    db_text(t->locale), db_text(t->title), db_text(t->body));

	if (rc == RC_OK)
		*id_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc template_delete(struct db *db, struct arena *a, int64_t list, int64_t id,
			struct template *was_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TEMPLATE_REMOVE, &q, db_id(list), db_i64(id));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*was_r = (struct template){ id, list == 0, db_get_text(q, 0, 0), db_get_text(q, 0, 1),
				    db_get_text(q, 0, 2), db_get_text(q, 0, 3) };
	return RC_OK;
}
