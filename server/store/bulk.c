/* SPDX-License-Identifier: Apache-2.0 */
/* See bulk.h and sql/bulk.sql. */
#include "server/db/db.h"
#include "server/store/bulk.h"

#include "server/base/base.h"

/* The columns of one statement. */
#define COLUMNS(c, a, ...)                                                                         \
	static const enum db_elem c##_types[] = { __VA_ARGS__ };                                   \
	struct db_column c[ARRAY_LEN(c##_types)];                                                  \
	for (size_t c##_i = 0; c##_i < ARRAY_LEN(c##_types); c##_i++)                              \
	db_column_init(&c[c##_i], (a), c##_types[c##_i])

/* $1: a number, where there is one; then the columns. */
static enum rc send_columns(struct db *db, enum stmt stmt, int64_t first, struct db_column *c,
			    size_t n)
{
	struct db_arg args[32];
	size_t k = 0;

	if (first != 0)
		args[k++] = db_i64(first);
	for (size_t i = 0; i < n; i++)
		args[k++] = db_column_arg(&c[i]);
	return db_send_(db, stmt, args, k);
}

static struct slice hash_slice(const unsigned char *h)
{
	return slice_make((const char *)h, HASH_BYTES);
}

static struct db_arg hashes(struct arena *a, const unsigned char *const *h, size_t n)
{
	struct db_column c;

	db_column_init(&c, a, DB_ELEM_BYTES);
	for (size_t i = 0; i < n; i++)
		db_column_slice(&c, hash_slice(h[i]));
	return db_column_arg(&c);
}

static struct db_arg numbers(struct arena *a, const int64_t *v, size_t n)
{
	struct db_column c;

	db_column_init(&c, a, DB_ELEM_I64);
	for (size_t i = 0; i < n; i++)
		db_column_i64(&c, v[i]);
	return db_column_arg(&c);
}

enum rc bulk_state_read(struct db *db, struct arena *a, bool *posts_r, bool *index_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_BULK_STATE, &q);

	*posts_r = rc == RC_OK && db_get_bool(q, 0, 0);
	*index_r = rc == RC_OK && db_get_bool(q, 0, 1);
	return rc;
}

enum rc bulk_index_drop(struct db *db, struct arena *a)
{
	enum rc rc = db_run0(db, a, STMT_BULK_INDEX_MEMORY, NULL);

	return rc == RC_OK ? db_run0(db, a, STMT_BULK_INDEX_DROP, NULL) : rc;
}

enum rc bulk_index_make(struct db *db, struct arena *a)
{
	enum rc rc = db_run0(db, a, STMT_BULK_INDEX_MEMORY, NULL);

	return rc == RC_OK ? db_run0(db, a, STMT_BULK_INDEX_MAKE, NULL) : rc;
}

enum rc bulk_analyze(struct db *db, struct arena *a)
{
	return db_run0(db, a, STMT_BULK_ANALYZE, NULL);
}

enum rc bulk_begin(struct db *db, struct arena *a, int64_t list, int64_t *next_thread_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BULK_BEGIN, &q, db_i64(list));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		*next_thread_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc bulk_seen_read(struct db *db, struct arena *a, int64_t list,
		       const unsigned char *const *h, size_t n, struct slice **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BULK_SEEN, &q, db_i64(list), hashes(a, h, n));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct slice);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = db_get_slice(q, i, 0);
	return RC_OK;
}

enum rc bulk_refs_read(struct db *db, struct arena *a, int64_t list,
		       const unsigned char *const *h, size_t n, struct ref_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_REFS_FIND, &q, db_i64(list), hashes(a, h, n));

	return rc == RC_OK ? refs_rows(a, q, r, n_r) : rc;
}

enum rc bulk_threads_read(struct db *db, struct arena *a, const int64_t *ids, size_t n,
			  struct bulk_thread_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BULK_THREADS, &q, numbers(a, ids, n));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bulk_thread_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bulk_thread_row){ .id = db_get_i64(q, i, 0),
						    .next_post = db_get_i64(q, i, 1),
						    .first_at = db_get_time(q, i, 2),
						    .last_at = db_get_time(q, i, 3),
						    .last_post = db_get_i64(q, i, 4),
						    .names = db_get_i64(q, i, 5) };
	return RC_OK;
}

enum rc bulk_ids_draw(struct db *db, struct arena *a, size_t posts, size_t threads,
		      int64_t **posts_r, int64_t **raws_r, int64_t **threads_r)
{
	int64_t *at[4] = { NULL, ARENA_ARRAY(a, posts, int64_t), ARENA_ARRAY(a, posts, int64_t),
			   ARENA_ARRAY(a, threads, int64_t) };
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BULK_IDS, &q, db_i64((int64_t)posts),
			    db_i64((int64_t)threads));

	if (rc != RC_OK)
		return rc;
	*posts_r = at[1];
	*raws_r = at[2];
	*threads_r = at[3];
	for (size_t i = 0; i < db_nrows(q); i++)
		*at[db_get_i64(q, i, 0)]++ = db_get_i64(q, i, 1);
	return RC_OK;
}

enum rc bulk_texts_read(struct db *db, struct arena *a, const int64_t *posts, size_t n,
			struct bulk_text_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BULK_TEXTS, &q, numbers(a, posts, n));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bulk_text_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bulk_text_row){ db_get_i64(q, i, 0), db_get_slice(q, i, 1),
						  db_get_text(q, i, 2) };
	return RC_OK;
}

enum rc bulk_people_read(struct db *db, struct arena *a, struct bulk_person *p, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_TEXT, DB_ELEM_I32);
	struct db_rows *q;
	enum rc rc;

	for (size_t i = 0; i < n; i++) {
		db_column_i64(&c[0], p[i].thread);
		db_column_text(&c[1], p[i].addr);
		db_column_i64(&c[2], (int64_t)i);
	}
	rc = db_run(db, a, STMT_BULK_PEOPLE, &q, db_column_arg(&c[0]), db_column_arg(&c[1]),
		    db_column_arg(&c[2]));
	for (size_t i = 0; rc == RC_OK && i < db_nrows(q); i++)
		p[db_get_i64(q, i, 0)].known = true;
	return rc;
}

enum rc bulk_people_write(struct db *db, struct arena *a, const struct bulk_person *p, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_TEXT, DB_ELEM_I64, DB_ELEM_TEXT, DB_ELEM_I32);

	for (size_t i = 0; i < n; i++) {
		db_column_i64(&c[0], p[i].thread);
		db_column_text(&c[1], p[i].addr);
		db_column_id(&c[2], p[i].account);
		db_column_text(&c[3], p[i].name);
		db_column_i64(&c[4], p[i].posts);
	}
	return send_columns(db, STMT_BULK_PEOPLE_ADD, 0, c, ARRAY_LEN(c));
}

enum rc bulk_logos_read(struct db *db, struct arena *a, struct bulk_file **v, size_t n)
{
	COLUMNS(c, a, DB_ELEM_BYTES, DB_ELEM_TEXT, DB_ELEM_I32);
	struct db_rows *q;
	enum rc rc;

	for (size_t i = 0; i < n; i++) {
		db_column_slice(&c[0], hash_slice(v[i]->at.hash));
		db_column_text(&c[1], v[i]->author);
		db_column_i64(&c[2], (int64_t)i);
	}
	rc = db_run(db, a, STMT_BULK_LOGOS, &q, db_column_arg(&c[0]), db_column_arg(&c[1]),
		    db_column_arg(&c[2]));
	for (size_t i = 0; rc == RC_OK && i < db_nrows(q); i++)
		v[db_get_i64(q, i, 0)]->at.folded = true;
	return rc;
}

enum rc bulk_files_write(struct db *db, struct arena *a, const struct bulk_file *v, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_TEXT, DB_ELEM_TEXT, DB_ELEM_I64,
		DB_ELEM_BYTES, DB_ELEM_TEXT, DB_ELEM_I64, DB_ELEM_I64, DB_ELEM_BOOL, DB_ELEM_I64,
		DB_ELEM_BOOL);

	for (size_t i = 0; i < n; i++) {
		const struct attachment_new *f = &v[i].at;

		db_column_i64(&c[0], v[i].post);
		db_column_i64(&c[1], v[i].n);
		db_column_text(&c[2], f->name);
		db_column_text(&c[3], f->type);
		db_column_i64(&c[4], f->size);
		db_column_slice(&c[5], hash_slice(f->hash));
		db_column_text(&c[6], f->encoding);
		db_column_i64(&c[7], f->offset);
		db_column_i64(&c[8], f->length);
		db_column_i64(&c[9], f->inline_);
		if (f->inner >= 0)
			db_column_i64(&c[10], f->inner);
		else
			db_column_null(&c[10]);
		db_column_i64(&c[11], f->folded);
	}
	return send_columns(db, STMT_BULK_FILES_ADD, 0, c, ARRAY_LEN(c));
}

static enum rc chunks_write(struct db *db, struct arena *a, const struct bulk_raw *v, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_BYTES);

	for (size_t i = 0; i < n; i++) {
		size_t at = 0, left = v[i].bytes.n;

		for (int64_t k = 0; k == 0 || left > 0; k++) {
			size_t m = left < RAW_CHUNK ? left : RAW_CHUNK;

			db_column_i64(&c[0], v[i].id);
			db_column_i64(&c[1], k);
			db_column_slice(&c[2], slice_make(v[i].bytes.p + at, m));
			at += m;
			left -= m;
		}
	}
	return send_columns(db, STMT_BULK_CHUNKS_ADD, 0, c, ARRAY_LEN(c));
}

enum rc bulk_raw_write(struct db *db, struct arena *a, const struct bulk_raw *v, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I64, DB_ELEM_BYTES, DB_ELEM_I32);
	enum rc rc;

	for (size_t i = 0; i < n; i++) {
		size_t size = v[i].bytes.n;

		db_column_i64(&c[0], v[i].id);
		db_column_i64(&c[1], (int64_t)size);
		db_column_slice(&c[2], hash_slice(v[i].hash));
		db_column_i64(&c[3], size ? (int64_t)((size + RAW_CHUNK - 1) / RAW_CHUNK) : 1);
	}
	rc = send_columns(db, STMT_BULK_RAW_ADD, 0, c, ARRAY_LEN(c));
	return rc == RC_OK ? chunks_write(db, a, v, n) : rc;
}

static void names_add(struct db_column *c, struct arena *a, const struct bulk_thread *t)
{
	struct db_arg names = db_text_array(a, t->names, t->nnames);

	db_column_literal(c, &names);
}

enum rc bulk_threads_write(struct db *db, struct arena *a, int64_t list,
			   const struct bulk_thread *v, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I64, DB_ELEM_TEXT, DB_ELEM_I32, DB_ELEM_I32,
		DB_ELEM_TIME, DB_ELEM_TIME, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_TEXT, DB_ELEM_I64,
		DB_ELEM_I64);

	for (size_t i = 0; i < n; i++) {
		db_column_i64(&c[0], v[i].id);
		db_column_i64(&c[1], v[i].number);
		db_column_text(&c[2], v[i].subject);
		db_column_i64(&c[3], v[i].posts);
		db_column_i64(&c[4], v[i].next);
		db_column_i64(&c[5], v[i].first_at);
		db_column_i64(&c[6], v[i].last_at);
		db_column_i64(&c[7], v[i].last_post);
		db_column_i64(&c[8], v[i].people);
		names_add(&c[9], a, &v[i]);
		db_column_i64(&c[10], v[i].version);
		db_column_id(&c[11], v[i].moved);
	}
	return send_columns(db, STMT_BULK_THREADS_ADD, list, c, ARRAY_LEN(c));
}

enum rc bulk_threads_bump(struct db *db, struct arena *a, const struct bulk_thread *v, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_TIME, DB_ELEM_TIME, DB_ELEM_I64,
		DB_ELEM_I32, DB_ELEM_TEXT);

	for (size_t i = 0; i < n; i++) {
		db_column_i64(&c[0], v[i].id);
		db_column_i64(&c[1], v[i].posts);
		db_column_i64(&c[2], v[i].first_at);
		db_column_i64(&c[3], v[i].last_at);
		db_column_id(&c[4], v[i].last_post);
		db_column_i64(&c[5], v[i].people);
		names_add(&c[6], a, &v[i]);
	}
	return send_columns(db, STMT_BULK_THREADS_BUMP, 0, c, ARRAY_LEN(c));
}

/* One row, in the order of the statement. */
static void post_add(struct db_column *c, struct arena *a, const struct post_new *p,
		     int64_t number)
{
	struct db_arg refs = db_text_array(a, p->refs, p->nrefs);
	struct db_arg folds = db_i64_array(a, p->folds, p->nfolds);
	struct db_arg addressed = db_text_array(a, p->addressed, p->naddressed);

	db_column_i64(c++, p->id);
	db_column_i64(c++, p->thread);
	db_column_i64(c++, number);
	db_column_id(c++, p->parent);
	db_column_i64(c++, p->parent_rank);
	db_column_text(c++, p->msgid);
	db_column_slice(c++, hash_slice(p->hash));
	db_column_literal(c++, &refs);
	db_column_id(c++, p->account);
	db_column_text(c++, p->author_name);
	db_column_text(c++, p->author_addr);
	db_column_i64(c++, p->sent_at);
	db_column_i64(c++, p->sent_guessed);
	db_column_text(c++, p->lang);
	db_column_text(c++, p->subject);
	db_column_slice(c++, p->text);
	db_column_literal(c++, &folds);
	db_column_slice(c++, p->html);
	db_column_id(c++, p->raw);
	db_column_i64(c++, (int64_t)p->nattachments);
	db_column_i64(c++, p->automatic);
	db_column_literal(c++, &addressed);
	db_column_slice(c++, p->own);
	db_column_slice(c++, p->quoted);
	if (p->packed.n > 0)
		db_column_slice(c, p->packed);
	else
		db_column_null(c);
}

enum rc bulk_posts_write(struct db *db, struct arena *a, int64_t list, const struct post_new *v,
			 const int64_t *numbers_of, size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_I64, DB_ELEM_I16,
		DB_ELEM_TEXT, DB_ELEM_BYTES, DB_ELEM_TEXT, DB_ELEM_I64, DB_ELEM_TEXT, DB_ELEM_TEXT,
		DB_ELEM_TIME, DB_ELEM_BOOL, DB_ELEM_TEXT, DB_ELEM_TEXT, DB_ELEM_TEXT, DB_ELEM_TEXT,
		DB_ELEM_TEXT, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_BOOL, DB_ELEM_TEXT, DB_ELEM_TEXT,
		DB_ELEM_TEXT, DB_ELEM_BYTES);

	for (size_t i = 0; i < n; i++)
		post_add(c, a, &v[i], numbers_of[i]);
	return send_columns(db, STMT_BULK_POSTS_ADD, list, c, ARRAY_LEN(c));
}

enum rc bulk_refs_write(struct db *db, struct arena *a, int64_t list, const struct bulk_ref *v,
			size_t n)
{
	COLUMNS(c, a, DB_ELEM_BYTES, DB_ELEM_I64, DB_ELEM_I64);

	for (size_t i = 0; i < n; i++) {
		db_column_slice(&c[0], hash_slice(v[i].hash));
		db_column_i64(&c[1], v[i].thread);
		db_column_id(&c[2], v[i].post);
	}
	return send_columns(db, STMT_BULK_REFS_ADD, list, c, ARRAY_LEN(c));
}

enum rc bulk_waits_write(struct db *db, struct arena *a, int64_t list, const struct bulk_wait *v,
			 size_t n)
{
	COLUMNS(c, a, DB_ELEM_BYTES, DB_ELEM_I64, DB_ELEM_I16);

	for (size_t i = 0; i < n; i++) {
		db_column_slice(&c[0], hash_slice(v[i].hash));
		db_column_i64(&c[1], v[i].post);
		db_column_i64(&c[2], v[i].rank);
	}
	return send_columns(db, STMT_BULK_WAITS_ADD, list, c, ARRAY_LEN(c));
}

enum rc bulk_seen_write(struct db *db, struct arena *a, int64_t list, const struct bulk_ref *v,
			size_t n)
{
	COLUMNS(c, a, DB_ELEM_BYTES, DB_ELEM_I64);

	for (size_t i = 0; i < n; i++) {
		db_column_slice(&c[0], hash_slice(v[i].hash));
		db_column_i64(&c[1], v[i].post);
	}
	return send_columns(db, STMT_BULK_SEEN_ADD, list, c, ARRAY_LEN(c));
}

enum rc bulk_redirects_write(struct db *db, struct arena *a, const struct bulk_redirect *v,
			     size_t n)
{
	COLUMNS(c, a, DB_ELEM_I64, DB_ELEM_I32, DB_ELEM_I64);

	for (size_t i = 0; i < n; i++) {
		db_column_i64(&c[0], v[i].thread);
		db_column_i64(&c[1], v[i].number);
		db_column_i64(&c[2], v[i].post);
	}
	return send_columns(db, STMT_BULK_REDIRECTS_ADD, 0, c, ARRAY_LEN(c));
}

enum rc bulk_list_bump(struct db *db, struct arena *a, int64_t list, const struct bulk_sum *s)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BULK_LIST_BUMP, &q, db_i64(list), db_i64(s->numbers),
			    db_i64(s->threads), db_i64(s->posts), db_i64(s->version),
			    db_time(s->last_at), db_i64(s->next_thread));

	return rc == RC_OK && db_nrows(q) == 0 ? RC_TEMPFAIL : rc;
}
