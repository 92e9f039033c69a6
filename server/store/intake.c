/* SPDX-License-Identifier: Apache-2.0 */
/* See sql/intake.sql. */
#include "server/db/db.h"
#include "server/store/intake.h"

#include "server/base/base.h"

#define HASH(h) db_bytes((h), HASH_BYTES)

static enum rc mail_list_row(const struct db_rows *q, struct mail_list_row *r)
{
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct mail_list_row){
		.id = db_get_i64(q, 0, 0),
		.name = db_get_text(q, 0, 1),
		.mail_domain = db_get_text(q, 0, 2),
		.lang = db_get_text(q, 0, 3),
		.posting = db_get_text(q, 0, 4),
		.nonmember = db_get_text(q, 0, 5),
		.max_size = db_get_i64(q, 0, 6),
		.closed = db_get_bool(q, 0, 7),
		.archived = db_get_bool(q, 0, 8),
		.envelope_banned = db_get_bool(q, 0, 9),
		.from_banned = db_get_bool(q, 0, 10),
		.account = db_get_i64(q, 0, 11),
		.account_name = db_get_text(q, 0, 12),
		.role = db_get_text(q, 0, 13),
		.moderation = db_get_text(q, 0, 14),
		.title = db_get_text(q, 0, 15),
		.identity = db_get_text(q, 0, 16),
		.emergency = db_get_bool(q, 0, 17),
		.unaddressed = db_get_text(q, 0, 18),
		.max_recipients = db_get_i64(q, 0, 19),
		.file_types = db_get_text(q, 0, 20),
		.spam = db_get_text(q, 0, 21),
		.locale = db_get_text(q, 0, 22),
		.flooding = db_get_bool(q, 0, 23),
		.fresh = db_get_bool(q, 0, 24),
		.rules_version = db_get_i64(q, 0, 25),
		.from_lists = db_get_text(q, 0, 26),
		.receipt = db_get_bool(q, 0, 27),
	};
	return RC_OK;
}

enum rc mail_list_read(struct db *db, struct arena *a, const char *name, const char *domain,
		       const char *envelope, const char *from, struct mail_list_row *r)
{
	struct db_rows *q;
	enum rc rc = from ? db_run(db, a, STMT_LIST_FOR_MAIL, &q, db_text(name), db_text(domain),
				   db_text(envelope), db_text(from))
			  : db_run(db, a, STMT_LIST_FOR_RCPT, &q, db_text(name), db_text(domain),
				   db_text(envelope));

	return rc == RC_OK ? mail_list_row(q, r) : rc;
}

enum rc mail_list_read_id(struct db *db, struct arena *a, int64_t id, struct mail_list_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_LIST_FOR_MAIL_ID, &q, db_i64(id));

	return rc == RC_OK ? mail_list_row(q, r) : rc;
}

enum rc seen_add(struct db *db, struct arena *a, int64_t list, const id_hash h, const char *fate,
		 bool want_post, int64_t *post_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEEN_ADD, &q, db_i64(list), HASH(h), db_text(fate),
			    db_bool(want_post));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_CONFLICT;
	*post_r = db_get_i64(q, 0, 0);
	return RC_OK;
}

enum rc seen_read(struct db *db, struct arena *a, int64_t list, const id_hash h, struct seen_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEEN_GET, &q, db_i64(list), HASH(h));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct seen_row){ db_get_text(q, 0, 0), db_get_i64(q, 0, 1), db_get_i64(q, 0, 2),
				db_get_i64(q, 0, 3),  db_get_i64(q, 0, 4), db_get_i64(q, 0, 5) };
	return RC_OK;
}

enum rc seen_same(struct db *db, struct arena *a, int64_t post, const id_hash h)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SEEN_SAME, &q, db_i64(post), HASH(h));

	return rc == RC_OK && db_nrows(q) == 0 ? RC_NOTFOUND : rc;
}

enum rc seen_point(struct db *db, int64_t list, const id_hash h, int64_t post)
{
	return db_run(db, NULL, STMT_SEEN_POINT, NULL, db_i64(list), HASH(h), db_i64(post));
}

enum rc seen_hold_write(struct db *db, int64_t list, const id_hash h, const char *fate,
			int64_t hold)
{
	return db_send(db, STMT_SEEN_HOLD, db_i64(list), HASH(h), db_text(fate),
		      db_id(hold));
}

enum rc ids_lock(struct db *db, struct arena *a, const int64_t *keys, size_t n)
{
	return db_send(db, STMT_IDS_LOCK, db_i64_array(a, keys, n));
}

enum rc group_lock(struct db *db, int64_t list)
{
	return db_send(db, STMT_GROUP_LOCK, db_i64(list));
}

enum rc refs_rows(struct arena *a, const struct db_rows *q, struct ref_row **r, size_t *n_r)
{
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct ref_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct ref_row){ db_get_slice(q, i, 0), db_get_i64(q, i, 1),
					    db_get_i64(q, i, 2), db_get_i64(q, i, 3),
					    db_get_text(q, i, 4), db_get_i64(q, i, 5),
					    db_get_bool(q, i, 6) };
	return RC_OK;
}

enum rc refs_read(struct db *db, struct arena *a, int64_t list, const id_hash *h, size_t n,
		  struct ref_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_REFS_FIND, &q, db_i64(list), db_bytes_array(a, h, n));

	return rc == RC_OK ? refs_rows(a, q, r, n_r) : rc;
}

enum rc post_place(struct db *db, struct arena *a, int64_t list, const id_hash key,
		   const int64_t *locks, size_t nlocks, const id_hash *ids, size_t nids, bool reads,
		   struct place_rows *r)
{
	struct db_rows *q;
	size_t n;
	enum rc rc = db_run(db, a, STMT_POST_PLACE, &q, db_i64(list), HASH(key),
			    db_i64_array(a, locks, nlocks), db_bytes_array(a, ids, nids),
			    db_bool(reads));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_CONFLICT;
	n = db_nrows(q) - 1; /* the last is of no id */
	*r = (struct place_rows){ .post = db_get_i64(q, n, 7),
				  .near = db_get_i64(q, n, 2),
				  .text = { db_get_text(q, n, 8), db_get_text(q, n, 9) } };
	rc = refs_rows(a, q, &r->found, &r->nfound);
	r->nfound = n;
	return rc;
}

enum rc hint_read(struct db *db, struct arena *a, int64_t thread, struct hint_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_HINT, &q, db_i64(thread));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		*r = (struct hint_row){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1),
					db_get_text(q, 0, 2) };
	return rc;
}

enum rc elsewhere_read(struct db *db, struct arena *a, int64_t list, const char *addr,
		       struct elsewhere_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_LIST_ELSEWHERE, &q, db_i64(list), db_text(addr));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_NOTFOUND;
	if (rc == RC_OK)
		*r = (struct elsewhere_row){ db_get_text(q, 0, 0), db_get_text(q, 0, 1),
					     db_get_bool(q, 0, 2) };
	return rc;
}

enum rc raw_write(struct db *db, struct arena *a, struct slice raw, bool keep, int64_t *raw_r)
{
	unsigned char hash[HASH_BYTES];
	size_t chunks = raw.n ? (raw.n + RAW_CHUNK - 1) / RAW_CHUNK : 1;
	struct db_rows *q;
	enum rc rc;

	hash_bytes(raw.p, raw.n, hash);
	rc = db_run(db, a, STMT_RAW_ADD, &q, db_i64((int64_t)raw.n), HASH(hash),
		    db_i64((int64_t)chunks), db_bool(keep),
		    db_bytes(raw.p, raw.n < RAW_CHUNK ? raw.n : RAW_CHUNK));
	if (rc != RC_OK)
		return rc;
	*raw_r = db_get_i64(q, 0, 0);
	for (size_t i = 1; i < chunks && rc == RC_OK; i++) {
		size_t left = raw.n - i * RAW_CHUNK;

		rc = db_send(db, STMT_RAW_CHUNK_ADD, db_i64(*raw_r), db_i64((int64_t)i),
			    db_bytes(raw.p + i * RAW_CHUNK, left < RAW_CHUNK ? left : RAW_CHUNK));
	}
	return rc;
}

enum rc post_put_send(struct db *db, struct arena *a, const struct post_new *p)
{
	bool store = p->raw == 0;
	const struct intake_new *in = p->in;
	unsigned char hash[HASH_BYTES];

	if (store)
		hash_bytes(p->bytes.p, p->bytes.n, hash);
	return db_send_kept(
		db, STMT_POST_PUT, db_i64(p->list), db_i64(p->id), db_id(p->thread),
		db_id(p->parent), db_i64(p->parent_rank), db_text(p->msgid), HASH(p->hash),
		db_text_array(a, p->refs, p->nrefs), db_id(p->account), db_text(p->author_name),
		db_text(p->author_addr), db_time(p->sent_at), db_bool(p->sent_guessed),
		db_text(p->source), db_text(p->lang), db_text(p->subject), db_slice(p->text),
		db_i64_array(a, p->folds, p->nfolds), db_slice(p->html), db_packed(p->packed),
		db_i64((int64_t)p->nattachments), db_bool(p->automatic),
		db_text_array(a, p->addressed, p->naddressed), db_slice(p->own),
		db_slice(p->quoted), db_id(p->raw), store ? HASH(hash) : db_null(),
		store ? db_bytes(p->bytes.p, p->bytes.n) : db_null(),
		db_bytes_array(a, p->unknown, p->nunknown), db_bytes_array(a, p->waits, p->nwaits),
		db_i64_array(a, p->ranks, p->nwaits), in ? db_id(in->hold) : db_null(),
		db_text(in ? in->envelope_from : NULL), db_text(in ? in->recipient : NULL),
		db_text(in ? in->rule : NULL), db_text(in ? in->trace : NULL),
		db_text(in ? in->reason : NULL), db_bool(p->counts));
}

enum rc post_put_at(struct db *db, struct arena *a, struct post_at *r)
{
	struct db_rows *q;
	enum rc rc = db_kept(db, a, &q);

	if (rc == RC_OK)
		*r = (struct post_at){ db_get_i64(q, 0, 0), db_get_i64(q, 0, 1),
				       db_get_i64(q, 0, 2), db_get_bool(q, 0, 3) };
	return rc;
}

enum rc post_put(struct db *db, struct arena *a, const struct post_new *p, struct post_at *r)
{
	enum rc rc = post_put_send(db, a, p);

	if (rc == RC_OK)
		rc = db_flush(db);
	return rc == RC_OK ? post_put_at(db, a, r) : rc;
}

enum rc post_text_read(struct db *db, struct arena *a, int64_t post, struct post_text_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_TEXT, &q, db_i64(post));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct post_text_row){ db_get_text(q, 0, 0), db_get_text(q, 0, 1) };
	return RC_OK;
}

enum rc attachments_write(struct db *db, struct arena *a, int64_t post, const char *author,
			  const struct attachment_new *at, size_t n)
{
	int64_t *num = ARENA_ARRAY(a, n * 7, int64_t);
	const char **txt = ARENA_ARRAY(a, n * 3, const char *);
	id_hash *h = ARENA_ARRAY(a, n, id_hash);

	for (size_t i = 0; i < n; i++) {
		num[i] = (int64_t)i + 1;
		num[n + i] = at[i].size;
		num[2 * n + i] = at[i].offset;
		num[3 * n + i] = at[i].length;
		num[4 * n + i] = at[i].inline_;
		num[5 * n + i] = at[i].inner;
		num[6 * n + i] = at[i].folded;
		txt[i] = at[i].name;
		txt[n + i] = at[i].type;
		txt[2 * n + i] = at[i].encoding;
		memcpy(h[i], at[i].hash, HASH_BYTES);
	}
	return db_send(db, STMT_ATTACHMENTS_ADD, db_i64(post), db_i64_array(a, num, n),
		      db_text_array(a, txt, n), db_text_array(a, txt + n, n),
		      db_i64_array(a, num + n, n), db_bytes_array(a, h, n),
		      db_text_array(a, txt + 2 * n, n), db_i64_array(a, num + 2 * n, n),
		      db_i64_array(a, num + 3 * n, n), db_i64_array(a, num + 4 * n, n),
		      db_i64_array(a, num + 5 * n, n), db_i64_array(a, num + 6 * n, n),
		      *author != '\0' ? db_text(author) : db_null());
}

enum rc waiting_adopt(struct db *db, struct arena *a UNUSED, int64_t list, const id_hash own,
		      int64_t post, int64_t thread)
{
	return db_send(db, STMT_WAITING_ADOPT, db_i64(list), HASH(own), db_i64(post),
		      db_i64(thread));
}

enum rc threads_lock(struct db *db, struct arena *a, const int64_t *threads, size_t n)
{
	return db_send(db, STMT_THREADS_LOCK, db_i64_array(a, threads, n));
}

enum rc thread_merge(struct db *db, struct arena *a, int64_t list, int64_t from, int64_t to)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_THREAD_MERGE_POSTS, &q, db_i64(from), db_i64(to));

	if (rc == RC_OK)
		rc = db_send(db, STMT_THREAD_MERGE_END, db_i64(from), db_i64(to),
			    db_i64(db_get_i64(q, 0, 0)));
	if (rc == RC_OK)
		rc = db_send(db, STMT_THREAD_TITLE, db_i64(to));
	if (rc == RC_OK)
		rc = db_send(db, STMT_LIST_BUMP_MERGE, db_i64(list));
	return rc;
}

enum rc list_bump(struct db *db, int64_t list, int64_t at)
{
	return db_send(db, STMT_LIST_BUMP, db_i64(list), db_time(at));
}

enum rc list_bump_thread(struct db *db, struct arena *a, int64_t list, int64_t at, int64_t thread,
			 int64_t *number_r)
{
	struct db_rows *q;
	enum rc rc;

	if (number_r == NULL)
		return db_send(db, STMT_LIST_BUMP_THREAD, db_i64(list), db_time(at),
			       db_i64(thread));
	rc = db_run(db, a, STMT_LIST_BUMP_THREAD, &q, db_i64(list), db_time(at), db_i64(thread));
	if (rc == RC_OK)
		*number_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc hold_write(struct db *db, struct arena *a, const struct hold_new *h, int64_t *hold_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_HOLD_ADD, &q, db_i64(h->list), db_id(h->raw),
			    db_text(h->rule), db_text(h->reason), db_text(h->author_name),
			    db_text(h->author_addr), db_text(h->envelope_from), db_text(h->subject),
			    db_slice(h->text), db_text(h->msgid),
			    h->raw ? HASH(h->seen) : db_null(), db_text(h->source),
			    db_text(h->trace), db_id(h->account),
			    db_text(h->recipient), db_bool(h->proven), db_bool(h->automatic),
			    db_i64_array(a, h->folds, h->nfolds),
			    db_text_array(a, h->files, h->nfiles),
			    db_i64_array(a, h->file_sizes, h->nfiles), db_id(h->thread),
			    db_id(h->parent), db_text(h->kind ? h->kind : "message"),
			    db_id(h->request), db_id(h->about),
			    db_text(h->locale ? h->locale : ""), db_id(h->conversation));

	if (rc == RC_OK)
		*hold_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc seen_approve(struct db *db, struct arena *a, int64_t list, const id_hash h, int64_t hold,
		     int64_t *post_r)
{
	struct db_rows *q;
	enum rc rc =
		db_run(db, a, STMT_SEEN_APPROVE, &q, db_i64(list), HASH(h), db_i64(hold));

	if (rc == RC_OK && db_nrows(q) == 0)
		rc = RC_CONFLICT;
	if (rc == RC_OK)
		*post_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc raw_keep(struct db *db, int64_t raw)
{
	return db_send(db, STMT_RAW_KEEP, db_i64(raw));
}

enum rc intake_write(struct db *db, const struct intake_new *n)
{
	return db_send(db, STMT_INTAKE_ADD, db_id(n->list), db_text(n->envelope_from),
		      db_text(n->recipient), db_text(n->msgid), db_text(n->fate), db_text(n->rule),
		      db_text(n->trace), db_id(n->post), db_id(n->hold), db_id(n->raw),
		      db_text(n->reason), db_id(n->account));
}
