/* SPDX-License-Identifier: Apache-2.0 */
/* See schedule.h. */
#include "server/core/house.h"
#include "server/digest/schedule.h"
#include "server/digest/words.h"
#include "server/store/digest.h"

#include "server/base/base.h"

#define BATCH      2000
#define SYNC_EVERY (60 * USEC)
#define TICK_EVERY (3600 * USEC)
/* How long digests that are made share a horizon, and so what was found out about groups. */
#define RUN_SHARED (600 * USEC)

enum rc digest_sync(struct unit *u, int64_t account)
{
	int64_t n;

	return digest_sync_write(u->db, u->arena, clock_now(), account, &n);
}

/* A horizon that covers all that was there at `from`. */
static enum rc run_get(struct unit *u, int64_t from, int64_t now, struct digest_run *r)
{
	enum rc rc = digest_run_read(u->db, u->arena, from > now - RUN_SHARED ? from : now - RUN_SHARED,
				     now, r);

	return rc == RC_NOTFOUND ? digest_run_write(u->db, u->arena, now, r) : rc;
}

/* The schedule, and a horizon each hour, where new subscriptions can begin. */
static enum rc keep(struct unit *u, int64_t now)
{
	struct digest_run r;
	enum rc rc = house_begin(u, HOUSE_DIGEST);
	bool moved;
	int64_t n;

	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = digest_rebase_write(u->db, u->arena, &moved);
	if (rc == RC_OK && moved)
		log_info("event=digests_rebased reason=\"this database was restored\"");
	if (rc == RC_OK)
		rc = digest_run_read(u->db, u->arena, now - TICK_EVERY + 1, now, &r);
	if (rc == RC_NOTFOUND)
		rc = digest_run_write(u->db, u->arena, now, &r);
	if (rc == RC_OK)
		rc = digest_sync_write(u->db, u->arena, now, 0, &n);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

/* Its texts and words are given back at once. */
static enum rc span_make(struct unit *outer, const struct digest_span *s, int64_t now)
{
	struct unit u = *outer;
	enum rc rc;

	u.arena = arena_new((size_t)64 << 20);
	rc = digest_span_write(u.db, s, now);
	if (rc == RC_OK)
		rc = words_write(&u, s);
	arena_free(&u.arena);
	return rc;
}

static enum rc spans_make(struct unit *u, const char *ids, const struct digest_run *run, int64_t now)
{
	struct digest_span *s;
	size_t n;
	enum rc rc = digest_spans_missing(u->db, u->arena, ids, run->horizon, now, &s, &n);

	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = span_make(u, &s[i], now);
	return rc;
}

enum rc digest_batch(struct unit *u, const char *ids, const struct digest_run *run, int64_t now,
		     int64_t *made_r, int64_t *done_r)
{
	enum rc rc = spans_make(u, ids, run, now);

	return rc == RC_OK ? digest_make_write(u->db, u->arena, ids, run, now, made_r, done_r) : rc;
}

/* In a transaction. *done_r: how many schedules went on; 0: nothing is due, or others are at it. */
static enum rc batch_make(struct unit *u, const struct digest_run *run, int64_t now, int64_t *made_r,
			  int64_t *done_r)
{
	const char *ids;
	int64_t n;
	enum rc rc = digest_take(u->db, u->arena, now, BATCH, &ids, &n);

	*made_r = *done_r = 0;
	return rc != RC_OK || n == 0 ? rc : digest_batch(u, ids, run, now, made_r, done_r);
}

/* One batch with its own memory, so that many of them need no more than one. */
static enum rc batch_do(struct unit *outer, int64_t now, int64_t *made_r, int64_t *done_r)
{
	struct unit u = *outer;
	struct digest_run run;
	int64_t due;
	enum rc rc;

	*made_r = *done_r = 0;
	u.arena = arena_new((size_t)64 << 20);
	rc = digest_first_due(u.db, u.arena, now, &due);
	if (rc == RC_OK && due != 0) {
		rc = run_get(&u, due, now, &run);
		if (rc == RC_OK)
			rc = unit_begin_rw(&u);
		if (rc == RC_OK) {
			rc = batch_make(&u, &run, now, made_r, done_r);
			if (rc == RC_OK)
				rc = unit_commit(&u);
			else
				unit_abort(&u);
		}
	}
	arena_free(&u.arena);
	return rc;
}

static enum rc due_make(struct unit *u, int64_t now, int64_t *made_r)
{
	int64_t made, done;
	enum rc rc;

	*made_r = 0;
	do {
		rc = batch_do(u, now, &made, &done);
		*made_r += made;
		if (made > 0)
			unit_wake(u);
	} while (rc == RC_OK && done > 0 && !prog_stop);
	return rc;
}

enum rc digest_due(struct unit *u, int64_t *made_r)
{
	static int64_t kept;
	int64_t now = clock_now();
	enum rc rc = RC_OK;

	*made_r = 0;
	if (kept == 0 || clock_mono() - kept >= SYNC_EVERY) {
		rc = keep(u, now);
		if (rc == RC_OK)
			kept = clock_mono();
	}
	return rc == RC_OK ? due_make(u, now, made_r) : rc;
}

enum rc digest_run_now(struct unit *u, int64_t *made_r)
{
	enum rc rc = keep(u, clock_now());

	*made_r = 0;
	return rc == RC_OK ? due_make(u, clock_now(), made_r) : rc;
}

enum rc digest_expire(struct unit *u, int64_t *rows_r)
{
	enum rc rc = house_begin(u, HOUSE_DIGEST);

	*rows_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = digest_expire_write(u->db, u->arena, clock_now(), rows_r);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}
