/* SPDX-License-Identifier: Apache-2.0 */
/* Messages as they came and the files in them; declared in forum.h, sql/forum.sql. */
#include "server/db/db.h"
#include "server/store/forum.h"
#include "server/store/intake.h"

#include "server/base/base.h"

#define CHUNKS_ONCE  8 /* of a large message, so many are in libpq's hands at a time */
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

struct joined {
	char *p;
	size_t size, had;
};

/* Some chunks, each to its place; *n_r: how many. The first tells how large they all are. */
static enum rc chunks_read(struct db *db, int64_t raw, int64_t from, struct arena *a,
			   struct joined *j, size_t *n_r)
{
	struct arena *rows = arena_new(RAW_ROWS_CAP);
	struct db_rows *q;
	enum rc rc = db_run(db, rows, STMT_RAW_CHUNKS, &q, db_i64(raw), db_i64(from),
			    db_i64(CHUNKS_ONCE));

	*n_r = rc == RC_OK ? db_nrows(q) : 0;
	if (*n_r > 0 && from == 0) {
		j->size = (size_t)db_get_i64(q, 0, 2);
		j->p = arena_room(a, NULL, 0, j->size);
	}
	for (size_t i = 0; rc == RC_OK && i < *n_r; i++) {
		struct slice s = db_get_slice(q, i, 1);
		size_t at = (size_t)db_get_i64(q, i, 0) * RAW_CHUNK;

		if (at > j->size || s.n > j->size - at)
			continue;
		memcpy(j->p + at, s.p, s.n);
		j->had += s.n;
	}
	arena_free(&rows);
	return rc;
}

/* Chunk by chunk to its place: a message is large, and would be twice as large as long as
 * its rows stand beside it. */
enum rc raw_read(struct db *db, struct arena *a, int64_t raw, struct slice *r)
{
	struct joined j = { NULL, 0, 0 };
	int64_t from = 0;
	size_t n = 0;
	enum rc rc;

	do {
		rc = chunks_read(db, raw, from, a, &j, &n);
		from += CHUNKS_ONCE;
	} while (rc == RC_OK && n == CHUNKS_ONCE);
	/* it was forgotten between two statements, where there are some and not all */
	if (rc == RC_OK && (j.p == NULL || j.had != j.size))
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		*r = slice_make(j.p, j.size);
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
