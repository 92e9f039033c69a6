/* SPDX-License-Identifier: Apache-2.0 */
/* See queue.h for the states. */
#include "server/base/conf.h"
#include "server/db/db.h"
#include "server/fanout/queue.h"
#include "server/store/forum.h"
#include "server/store/intake.h"

#include "server/base/base.h"

struct db *queue_open(const struct conf *conf, const char *run)
{
	struct db *db = db_new(conf->database, "cabildo-deliver", "cabildo-deliver",
			       DB_ASYNC_COMMIT | DB_BY_KEY);

	db_hello(db, STMT_QUEUE_RUN_HOLD, run);
	return db;
}

void queue_close(struct db **db)
{
	db_free(db);
}

void queue_run_name(char run_r[static QUEUE_RUN_SIZE])
{
	unsigned char b[16];
	size_t at = 0;

	rnd_bytes(b, sizeof(b));
	for (size_t i = 0; i < sizeof(b); i++)
		at += (size_t)snprintf(run_r + at, QUEUE_RUN_SIZE - at,
				       i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
				       b[i]);
}

/* A uuid parameter goes out as text: see db_arg for arrays. */
static struct db_arg run_arg(const char *run)
{
	return db_literal(run);
}

enum rc queue_lease(struct db *db, struct arena *a, const char *run, struct job **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_QUEUE_LEASE, &q, run_arg(run));

	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct job);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct job){
			.id = db_get_i64(q, i, 0),
			.post = db_get_i64(q, i, 1),
			.notice = db_get_i64(q, i, 2),
			.list = db_get_i64(q, i, 3),
			.subscription = db_get_i64(q, i, 4),
			.tries = (int)db_get_i64(q, i, 5),
			.created_at = db_get_time(q, i, 6),
			.addr = db_get_text(q, i, 7),
			.locale = db_get_text(q, i, 8),
			.skip = db_get_bool(q, i, 9),
			.account = db_get_i64(q, i, 10),
			.link_over = db_get_i64(q, i, 11),
			.digest = db_get_i64(q, i, 12),
		};
	return RC_OK;
}

static enum rc one_row(enum rc rc, const struct db_rows *q)
{
	if (rc != RC_OK)
		return rc;
	return db_affected(q) == 1 ? RC_OK : RC_CONFLICT;
}

static const char *const outcome_names[] = { "sent", "failed", "expired", "skipped" };

/* Most of what goes out is copies, so they have a statement that does nothing else. */
static enum stmt settle_stmt(const struct job *j)
{
	return j->post ? STMT_QUEUE_SETTLE_COPY : STMT_QUEUE_SETTLE;
}

enum rc queue_settle(struct db *db, struct arena *a, const char *run, const struct job *j,
		     enum outcome o, int code, const char *answer)
{
	struct db_rows *q = NULL;
	enum rc rc;

	if (o == OUTCOME_SKIPPED && j->skip && j->digest != 0) {
		rc = db_run(db, a, STMT_QUEUE_DIGEST_SKIP, &q, db_i64(j->id), run_arg(run),
			    db_text(j->addr));
		return one_row(rc, q);
	}
	rc = db_run(db, a, settle_stmt(j), &q, db_i64(j->id), run_arg(run), db_text(j->addr),
		    db_text(outcome_names[o]), db_i64(code), db_text(answer));

	return one_row(rc, q);
}

enum rc queue_settle_begin(struct db *db, const char *run, const struct job *j, int code,
			   const char *answer)
{
	return db_start(db, settle_stmt(j), db_i64(j->id), run_arg(run), db_text(j->addr),
			db_text(outcome_names[OUTCOME_SENT]), db_i64(code), db_text(answer));
}

enum rc queue_settle_end(struct db *db, struct arena *a)
{
	struct db_rows *q;
	enum rc rc = db_finish(db, a, &q);

	return one_row(rc, q);
}

enum rc queue_retry(struct db *db, struct arena *a, const char *run, const struct job *j,
		    int seconds)
{
	struct db_rows *q = NULL;
	enum rc rc =
		db_run(db, a, STMT_QUEUE_RETRY, &q, db_i64(j->id), run_arg(run), db_i64(seconds));

	return one_row(rc, q);
}

enum rc queue_release(struct db *db, const char *run)
{
	return db_run(db, NULL, STMT_QUEUE_RELEASE, NULL, run_arg(run), db_null());
}

enum rc queue_takeover(struct db *db, struct arena *a, const char *dead_run, int64_t job,
		       int tries, bool crashed, int64_t *n_r)
{
	struct db_rows *q;
	int s = queue_backoff(tries, 0);
	enum rc rc = db_run(db, a, STMT_QUEUE_RUN_GONE, &q, run_arg(dead_run));

	*n_r = 0;
	if (rc == RC_OK && !db_get_bool(q, 0, 0))
		return RC_CONFLICT;
	if (rc == RC_OK && crashed && job != 0) {
		rc = db_run(db, a, STMT_QUEUE_CRASHED, &q, run_arg(dead_run), db_i64(job),
			    db_i64(s < 0 ? 0 : s));
		if (rc == RC_OK)
			*n_r = db_affected(q);
	}
	if (rc == RC_OK)
		rc = db_run(db, a, STMT_QUEUE_RELEASE, &q, run_arg(dead_run), db_id(job));
	if (rc == RC_OK)
		*n_r += db_affected(q);
	return rc;
}

enum rc queue_reclaim(struct db *db, struct arena *a, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_QUEUE_RECLAIM, &q);

	*n_r = rc == RC_OK ? db_affected(q) : 0;
	return rc;
}

enum rc queue_clock_back(struct db *db, struct arena *a, int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_QUEUE_CLOCK_BACK, &q);

	*n_r = rc == RC_OK ? db_affected(q) : 0;
	return rc;
}

void queue_wait(struct db *db, struct arena *a, int ms)
{
	struct db_rows *q;
	bool woken;

	if (db_listen(db, "cabildo_outbound") == RC_OK &&
	    db_run0(db, a, STMT_QUEUE_NEXT_DUE, &q) == RC_OK && !db_is_null(q, 0, 0)) {
		int64_t due = db_get_i64(q, 0, 0);

		ms = due <= 0 ? 0 : due < ms ? (int)due : ms;
		if (ms == 0)
			return;
	}
	if (db_wait(db, ms, &woken) != RC_OK)
		log_debug("event=queue_wait_failed");
}

int queue_backoff(int tries, int64_t age_usec)
{
	/* minutes; then every four hours until five days are over (RFC 5321 4.5.4.1) */
	static const int minutes[] = { 1, 5, 15, 30, 60, 120, 240 };
	int m = minutes[tries < 1                            ? 0
			: (size_t)tries > ARRAY_LEN(minutes) ? ARRAY_LEN(minutes) - 1
							     : (size_t)tries - 1];
	uint32_t r;

	if (age_usec > 5 * 86400 * USEC || tries >= QUEUE_TRIES_MAX)
		return -1;
	rnd_bytes(&r, sizeof(r));
	return m * 60 * (80 + (int)(r % 41)) / 100;
}

static size_t lines_split(struct arena *a, const char *text, const char ***out_r)
{
	struct slice rest = slice_of(text), line;
	size_t n = 0, max = 1;

	for (const char *p = text; *p; p++)
		max += *p == '\n';
	*out_r = ARENA_ARRAY(a, max, const char *);
	while (slice_line(&rest, &line))
		(*out_r)[n++] = slice_dup(a, line);
	return n;
}

static struct slice chunks_join(struct arena *a, const struct db_rows *c)
{
	size_t total = 0, at = 0;
	char *raw;

	for (size_t i = 0; i < db_nrows(c); i++)
		total += db_get_slice(c, i, 0).n;
	raw = arena_alloc(a, total);
	for (size_t i = 0; i < db_nrows(c); i++) {
		struct slice s = db_get_slice(c, i, 0);

		memcpy(raw + at, s.p, s.n);
		at += s.n;
	}
	return slice_make(raw, total);
}

enum rc queue_post_load(struct db *db, struct arena *a, int64_t post, struct queue_post *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_FOR_COPY, &q, db_i64(post));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct queue_post){
		.id = db_get_i64(q, 0, 0),
		.list = db_get_text(q, 0, 1),
		.domain = db_get_text(q, 0, 2),
		.title = db_get_text(q, 0, 3),
		.list_id = db_get_text(q, 0, 4),
		.lang = db_get_text(q, 0, 5),
		.reply_policy = db_get_text(q, 0, 6),
		.dmarc_policy = db_get_text(q, 0, 7),
		.tag = db_get_text(q, 0, 8),
		.footer = db_get_bool(q, 0, 9),
		.thread = db_get_i64(q, 0, 10),
		.number = db_get_i64(q, 0, 11),
		.web = strcmp(db_get_text(q, 0, 12), "web") == 0,
		.author_name = db_get_text(q, 0, 13),
		.author_addr = db_get_text(q, 0, 14),
		.subject = db_get_text(q, 0, 15),
		.msgid = db_get_text(q, 0, 16),
		.sent_at = db_get_time(q, 0, 18),
		.post_lang = db_get_text(q, 0, 19),
		.raw_id = db_get_i64(q, 0, 20),
		.public_ = strcmp(db_get_text(q, 0, 21), "public") == 0,
		.thread_id = db_get_i64(q, 0, 23),
		.hide_address = db_get_bool(q, 0, 24),
	};
	r->nrefs = lines_split(a, db_get_text(q, 0, 17), &r->refs);
	rc = raw_read(db, a, r->raw_id, &r->raw);
	return rc == RC_NOTFOUND ? RC_OK : rc; /* 30 days after it was deleted */
}

/* At most `max` bytes of the original, whole lines. */
static enum rc original_load(struct db *db, struct arena *a, int64_t raw, size_t max,
			     struct queue_notice *r)
{
	struct db_rows *c;
	enum rc rc = db_run(db, a, STMT_NOTICE_RAW, &c, db_i64(raw),
			    db_i64((int64_t)(max / RAW_CHUNK) + 1));

	if (rc != RC_OK)
		return rc;
	r->original = chunks_join(a, c);
	if (r->original.n <= max)
		return RC_OK;
	r->original_cut = true;
	r->original.n = max;
	while (r->original.n > 0 && r->original.p[r->original.n - 1] != '\n')
		r->original.n--;
	return RC_OK;
}

enum rc queue_post_files(struct db *db, struct arena *a, int64_t post, struct queue_file **r,
			 size_t *n_r, struct slice *text_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_POST_FILES, &q, db_i64(post));

	*text_r = SLICE("");
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct queue_file);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct queue_file){ db_get_i64(q, i, 0), db_get_i64(q, i, 2),
					       db_get_text(q, i, 1), db_get_bool(q, i, 3) };
	rc = db_run(db, a, STMT_POST_BODY, &q, db_i64(post));
	if (rc == RC_OK && db_nrows(q) > 0)
		*text_r = db_get_slice(q, 0, 0);
	return rc;
}

enum rc queue_notice_load(struct db *db, struct arena *a, int64_t notice, struct queue_notice *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_NOTICE_GET, &q, db_i64(notice));
	size_t max;

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct queue_notice){
		.kind = db_get_text(q, 0, 0),
		.addr = db_get_text(q, 0, 1),
		.locale = db_get_text(q, 0, 2),
		.subject = db_get_text(q, 0, 3),
		.body = db_get_text(q, 0, 4),
		.in_reply_to = db_get_text(q, 0, 5),
		.reply_to = db_get_text(q, 0, 7),
		.list = db_get_text(q, 0, 9),
		.domain = db_get_text(q, 0, 10),
		.title = db_get_text(q, 0, 11),
		.probe = db_get_i64(q, 0, 13),
		.msgid = db_get_text(q, 0, 14),
		.from_name = db_get_text(q, 0, 15),
		.invite = db_get_i64(q, 0, 16),
		.original = SLICE(""),
	};
	r->nrefs = lines_split(a, db_get_text(q, 0, 6), &r->refs);
	if (db_is_null(q, 0, 8))
		return RC_OK;
	max = db_is_null(q, 0, 12) ? QUEUE_ORIGINAL_MAX : (size_t)db_get_i64(q, 0, 12);
	return original_load(db, a, db_get_i64(q, 0, 8),
			     max < QUEUE_ORIGINAL_MAX ? max : QUEUE_ORIGINAL_MAX, r);
}
