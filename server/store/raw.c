/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as they came and the files in them; declared in forum.h, sql/forum.sql. */
#include "server/db/db.h"
#include "server/store/forum.h"

#include "server/base/base.h"

#define RAW_ROWS_CAP ((size_t)1 << 20) /* of the rows' heads: their bytes are libpq's */

/* The chunks of a message, joined. */
static struct slice chunks_join(struct arena *a, const struct db_rows *q)
{
	size_t total = 0, at = 0;
	char *p;

	for (size_t i = 0; i < db_nrows(q); i++)
		total += db_get_slice(q, i, 0).n;
	if (db_nrows(q) == 1)
		return db_get_slice(q, 0, 0);
	p = arena_alloc(a, total);
	for (size_t i = 0; i < db_nrows(q); i++) {
		struct slice s = db_get_slice(q, i, 0);

		memcpy(p + at, s.p, s.n);
		at += s.n;
	}
	return slice_make(p, total);
}

/* The rows are let go of before the caller goes on: a message is large, and twice as large
 * as long as both stand. */
enum rc raw_read(struct db *db, struct arena *a, int64_t raw, struct slice *r)
{
	struct arena *rows = arena_new(RAW_ROWS_CAP);
	struct db_rows *q;
	enum rc rc = db_run(db, rows, STMT_RAW_CHUNKS, &q, db_i64(raw));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK) {
		*r = chunks_join(a, q);
		if (db_nrows(q) == 1)
			*r = slice_make(arena_memdup(a, r->p, r->n), r->n);
	}
	arena_free(&rows);
	return rc;
}

static enum rc attachment_row(const struct db_rows *q, struct attachment_place *r)
{
	if (db_nrows(q) == 0 || db_is_null(q, 0, 7))
		return RC_NOTFOUND;
	*r = (struct attachment_place){
		.row = { db_get_i64(q, 0, 0), db_get_text(q, 0, 1), db_get_text(q, 0, 2),
			 db_get_i64(q, 0, 3), false },
		.encoding = db_get_text(q, 0, 4),
		.offset = db_get_i64(q, 0, 5),
		.length = db_get_i64(q, 0, 6),
		.raw = db_get_i64(q, 0, 7),
		.inner = db_is_null(q, 0, 8) ? -1 : db_get_i64(q, 0, 8),
	};
	return RC_OK;
}

enum rc attachment_read(struct db *db, struct arena *a, struct reader who, const char *list,
			int64_t thread, int64_t number, int64_t n, struct attachment_place *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ATTACHMENT_FIND, &q, db_id(who.account),
			    db_bool(who.admin), db_text(list), db_i64(thread), db_i64(number), db_i64(n));

	return rc == RC_OK ? attachment_row(q, r) : rc;
}

enum rc attachment_link_read(struct db *db, struct arena *a, int64_t subscription, int64_t post,
			     int64_t n, struct attachment_place *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ATTACHMENT_LINKED, &q, db_i64(subscription), db_i64(post),
			    db_i64(n));

	return rc == RC_OK ? attachment_row(q, r) : rc;
}

enum rc attachment_of_post_read(struct db *db, struct arena *a, int64_t thread, int64_t number,
				int64_t n, struct attachment_place *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ATTACHMENT_OF_POST, &q, db_i64(thread), db_i64(number),
			    db_i64(n));

	return rc == RC_OK ? attachment_row(q, r) : rc;
}

enum rc raw_range_read(struct db *db, struct arena *a, int64_t raw, int64_t offset, int64_t length,
		       struct slice *r)
{
	struct db_rows *q;
	enum rc rc;

	*r = SLICE("");
	if (length == 0)
		return RC_OK;
	rc = db_run(db, a, STMT_RAW_RANGE, &q, db_i64(raw), db_i64(offset), db_i64(length));
	if (rc == RC_OK)
		*r = chunks_join(a, q);
	return rc;
}
