/* SPDX-License-Identifier: Apache-2.0 */
/* See bounce.h. */
#include "server/db/db.h"
#include "server/store/bounce.h"

#include "server/base/base.h"

enum rc bounce_target_read(struct db *db, struct arena *a, int64_t subscription, int64_t *list_r,
			   int64_t *address_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_TARGET, &q, db_i64(subscription));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*list_r = db_get_i64(q, 0, 0);
	*address_r = db_get_i64(q, 0, 1);
	return RC_OK;
}

enum rc bounce_probe_target_read(struct db *db, struct arena *a, int64_t address)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_TARGET_PROBE, &q, db_i64(address));

	return rc == RC_OK && db_nrows(q) == 0 ? RC_NOTFOUND : rc;
}

enum rc bounce_post_read(struct db *db, struct arena *a, int64_t list, int64_t post,
			 const unsigned char msgid_hash[HASH_BYTES], int64_t *post_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_POST, &q, db_i64(list), db_id(post),
			    msgid_hash ? db_bytes(msgid_hash, HASH_BYTES) : db_null());

	*post_r = rc == RC_OK && db_nrows(q) > 0 ? db_get_i64(q, 0, 0) : 0;
	return rc;
}

enum rc bounce_write(struct db *db, struct arena *a, const struct bounce_row *r, bool *new_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_ADD, &q, db_i64(r->address), db_id(r->subscription),
			    db_id(r->list), db_id(r->post), db_bytes(r->key, HASH_BYTES),
			    db_text(r->kind), db_bool(r->probe), db_text(r->reason),
			    db_text(r->status), db_i64(r->code), db_text(r->rcpt), db_text(r->mta),
			    db_text(r->text));

	*new_r = rc == RC_OK && db_affected(q) == 1;
	return rc;
}

enum rc bounce_unscored_read(struct db *db, struct arena *a, struct bounce_unscored_row **r,
			     size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run0(db, a, STMT_BOUNCE_UNSCORED, &q);

	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bounce_unscored_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bounce_unscored_row){
			.id = db_get_i64(q, i, 0),
			.kind = db_get_text(q, i, 1),
			.probe = db_get_bool(q, i, 2),
			.reason = db_get_text(q, i, 3),
			.status = db_get_text(q, i, 4),
			.text = db_get_text(q, i, 5),
			.subscription = db_get_i64(q, i, 6),
			.list = db_get_i64(q, i, 7),
			.address = db_get_i64(q, i, 8),
			.addr = db_get_text(q, i, 9),
			.suspended = db_get_bool(q, i, 10),
			.account = db_get_i64(q, i, 11),
			.name = db_get_text(q, i, 12),
			.locale = db_get_text(q, i, 13),
			.title = db_get_text(q, i, 14),
			.list_name = db_get_text(q, i, 15),
		};
	return RC_OK;
}

enum rc bounce_score_write(struct db *db, struct arena *a, int64_t event, const char *weight,
			   int half_life, const char *threshold, bool *over_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_SCORE, &q, db_i64(event), db_text(weight),
			    db_i64(half_life), db_text(threshold));

	*over_r = rc == RC_OK && db_nrows(q) > 0 && db_get_bool(q, 0, 0);
	return rc;
}

/* RC_CONFLICT where no row came back. */
static enum rc a_row(enum rc rc, const struct db_rows *q)
{
	return rc == RC_OK && db_nrows(q) == 0 ? RC_CONFLICT : rc;
}

enum rc bounce_suspend_write(struct db *db, struct arena *a, int64_t address)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCE_SUSPEND, &q, db_i64(address));

	return a_row(rc, q);
}

enum rc bounce_complaint_write(struct db *db, struct arena *a, int64_t subscription)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCE_COMPLAINT, &q, db_i64(subscription));

	return a_row(rc, q);
}

enum rc bounce_probe_failed_write(struct db *db, int64_t address)
{
	return db_run(db, NULL, STMT_BOUNCE_PROBE_FAILED, NULL, db_i64(address));
}

enum rc bounce_probe_sent_write(struct db *db, int64_t address)
{
	return db_run(db, NULL, STMT_BOUNCE_PROBE_SENT, NULL, db_i64(address));
}

enum rc bounce_others_read(struct db *db, struct arena *a, int64_t account, int64_t but,
			   const char ***addr_r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_OTHER_ADDRESSES, &q, db_i64(account), db_i64(but));

	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*addr_r = ARENA_ARRAY(a, *n_r, const char *);
	for (size_t i = 0; i < *n_r; i++)
		(*addr_r)[i] = db_get_text(q, i, 0);
	return RC_OK;
}

static enum rc people(enum rc rc, struct db_rows *q, struct arena *a, struct bounce_person_row **r,
		      size_t *n_r)
{
	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bounce_person_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bounce_person_row){ .address = db_get_i64(q, i, 0),
						      .addr = db_get_text(q, i, 1),
						      .account = db_get_i64(q, i, 2),
						      .name = db_get_text(q, i, 3),
						      .locale = db_get_text(q, i, 4),
						      .list = db_get_i64(q, i, 5),
						      .title = db_get_text(q, i, 6) };
	return RC_OK;
}

enum rc bounce_probes_due_read(struct db *db, struct arena *a, int days, int probes,
			       struct bounce_person_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCE_PROBES_DUE, &q, db_i64(days), db_i64(probes));

	return people(rc, q, a, r, n_r);
}

enum rc bounce_probes_good_read(struct db *db, struct arena *a, int days,
				struct bounce_person_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCE_PROBES_GOOD, &q, db_i64(days));

	return people(rc, q, a, r, n_r);
}

enum rc bounce_hopeless_read(struct db *db, struct arena *a, int days, int probes,
			     struct bounce_person_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCE_HOPELESS, &q, db_i64(days), db_i64(probes));

	return people(rc, q, a, r, n_r);
}

enum rc bounce_remove_write(struct db *db, struct arena *a, int64_t address,
			    struct bounce_list_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_REMOVE, &q, db_i64(address));

	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bounce_list_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bounce_list_row){ db_get_i64(q, i, 0), db_get_text(q, i, 1),
						    db_get_text(q, i, 2) };
	return RC_OK;
}

enum rc bounce_return_write(struct db *db, struct arena *a, const char *addr, int64_t account,
			    int64_t *account_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCE_RETURN, &q, db_text(addr), db_id(account));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*account_r = db_get_i64(q, 0, 1);
	return RC_OK;
}

static enum rc lines(enum rc rc, struct db_rows *q, struct arena *a, struct bounce_line_row **r,
		     size_t *n_r)
{
	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bounce_line_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bounce_line_row){ .addr = db_get_text(q, i, 0),
						    .name = db_get_text(q, i, 1),
						    .score = db_get_text(q, i, 2),
						    .suspended_at = db_get_time(q, i, 3),
						    .probes = db_get_i64(q, i, 4),
						    .probe_at = db_get_time(q, i, 5),
						    .event = db_get_i64(q, i, 6),
						    .at = db_get_time(q, i, 7),
						    .kind = db_get_text(q, i, 8),
						    .probe = db_get_bool(q, i, 9),
						    .reason = db_get_text(q, i, 10),
						    .status = db_get_text(q, i, 11),
						    .code = db_get_i64(q, i, 12),
						    .rcpt = db_get_text(q, i, 13),
						    .mta = db_get_text(q, i, 14),
						    .text = db_get_text(q, i, 15),
						    .delivery = db_get_text(q, i, 16) };
	return RC_OK;
}

enum rc bounces_list_read(struct db *db, struct arena *a, const char *list, int64_t before, int max,
			  int half_life, struct bounce_line_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCES_OF_LIST, &q, db_text(list), db_i64(before),
			    db_i64(max), db_i64(half_life));

	return lines(rc, q, a, r, n_r);
}

enum rc bounces_address_read(struct db *db, struct arena *a, const char *addr, int half_life,
			     struct bounce_line_row **r, size_t *n_r)
{
	struct db_rows *q = NULL;
	enum rc rc = db_run(db, a, STMT_BOUNCES_OF_ADDRESS, &q, db_text(addr), db_i64(half_life));

	return lines(rc, q, a, r, n_r);
}

enum rc bounces_mine_read(struct db *db, struct arena *a, int64_t account,
			  struct bounce_mine_row **r, size_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_BOUNCES_MY, &q, db_i64(account));

	*n_r = 0;
	if (rc != RC_OK)
		return rc;
	*n_r = db_nrows(q);
	*r = ARENA_ARRAY(a, *n_r, struct bounce_mine_row);
	for (size_t i = 0; i < *n_r; i++)
		(*r)[i] = (struct bounce_mine_row){ db_get_text(q, i, 0), db_get_text(q, i, 2),
						    db_get_time(q, i, 1) };
	return RC_OK;
}
