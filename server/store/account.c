/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, sessions, tokens, audit; see sql/account.sql. */
#include "server/db/db.h"
#include "server/store/account.h"

#include "server/base/base.h"

enum rc session_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
		     struct session_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SESSION_FIND, &q, db_bytes(hash, HASH_BYTES));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct session_row){
		.account = db_get_i64(q, 0, 0),
		.name = db_get_text(q, 0, 1),
		.addr = db_get_text(q, 0, 2),
		.locale = db_get_text(q, 0, 3),
		.theme = db_get_text(q, 0, 4),
		.time_zone = db_get_text(q, 0, 5),
		.admin = db_get_bool(q, 0, 6),
		.utc_offset = (int)db_get_i64(q, 0, 7),
		.moderates = db_get_bool(q, 0, 8),
		.held = (int)db_get_i64(q, 0, 9),
	};
	return RC_OK;
}

enum rc session_write(struct db *db, const unsigned char hash[HASH_BYTES], int64_t account,
		      int days, const char *device)
{
	return db_run(db, NULL, STMT_SESSION_ADD, NULL, db_bytes(hash, HASH_BYTES), db_i64(account),
		      db_i64(days), db_text(device));
}

enum rc session_delete(struct db *db, const unsigned char hash[HASH_BYTES])
{
	return db_run(db, NULL, STMT_SESSION_DELETE, NULL, db_bytes(hash, HASH_BYTES));
}

enum rc account_read(struct db *db, struct arena *a, const char *addr, struct account_row *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACCOUNT_BY_ADDR, &q, db_text(addr));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*r = (struct account_row){
		.id = db_get_i64(q, 0, 0),
		.name = db_get_text(q, 0, 1),
		.locale = db_get_text(q, 0, 2),
		.password_hash = db_get_text(q, 0, 3),
		.address = db_get_i64(q, 0, 4),
	};
	return RC_OK;
}

enum rc account_verified_read(struct db *db, struct arena *a, const char *addr, int64_t *account_r,
			      bool *verified_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACCOUNT_BY_VERIFIED, &q, db_text(addr));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*account_r = db_get_i64(q, 0, 0);
	*verified_r = db_get_bool(q, 0, 1);
	return RC_OK;
}

enum rc account_prefs_write(struct db *db, int64_t account, const char *locale, const char *theme)
{
	return db_run(db, NULL, STMT_ACCOUNT_PREFS, NULL, db_i64(account), db_text(locale),
		      db_text(theme));
}

enum rc account_password_write(struct db *db, int64_t account, const char *hash)
{
	return db_run(db, NULL, STMT_ACCOUNT_PASSWORD, NULL, db_i64(account), db_text(hash));
}

enum rc address_verified_write(struct db *db, const char *addr)
{
	return db_run(db, NULL, STMT_ADDRESS_VERIFIED, NULL, db_text(addr));
}

enum rc token_write(struct db *db, const unsigned char hash[HASH_BYTES], const char *purpose,
		    int64_t account, const char *data, int minutes)
{
	return db_run(db, NULL, STMT_TOKEN_ADD, NULL, db_bytes(hash, HASH_BYTES), db_text(purpose),
		      db_id(account), db_text(data), db_i64(minutes));
}

enum rc tokens_recent_read(struct db *db, struct arena *a, int64_t account, const char *purpose,
			   bool *yes_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TOKEN_RECENT, &q, db_i64(account), db_text(purpose));

	if (rc == RC_OK)
		*yes_r = db_get_bool(q, 0, 0);
	return rc;
}

enum rc signin_link_count_write(struct db *db, struct arena *a, const unsigned char client[HASH_BYTES],
				int64_t *n_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SIGNIN_LINK_COUNT, &q, db_bytes(client, HASH_BYTES));

	if (rc == RC_OK)
		*n_r = db_get_i64(q, 0, 0);
	return rc;
}

enum rc signin_gate_read(struct db *db, struct arena *a, const unsigned char addr[HASH_BYTES],
			 const unsigned char client[HASH_BYTES], int tries, int client_tries,
			 bool *stopped_r, bool *place_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_SIGNIN_GATE, &q, db_bytes(addr, HASH_BYTES),
			    db_bytes(client, HASH_BYTES), db_i64(tries), db_i64(client_tries));

	if (rc != RC_OK)
		return rc;
	*stopped_r = db_get_bool(q, 0, 0);
	*place_r = db_get_bool(q, 0, 1);
	return RC_OK;
}

enum rc signin_failed_write(struct db *db, const unsigned char addr[HASH_BYTES],
			    const unsigned char client[HASH_BYTES])
{
	return db_run(db, NULL, STMT_SIGNIN_FAILED, NULL, db_bytes(addr, HASH_BYTES),
		      db_bytes(client, HASH_BYTES));
}

enum rc signin_forgive_write(struct db *db, const unsigned char addr[HASH_BYTES])
{
	return db_run(db, NULL, STMT_SIGNIN_FORGIVE, NULL, db_bytes(addr, HASH_BYTES));
}

enum rc token_purpose_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
			   const char **r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_TOKEN_PURPOSE, &q, db_bytes(hash, HASH_BYTES));

	if (rc == RC_OK && db_nrows(q) == 0)
		return RC_NOTFOUND;
	if (rc == RC_OK)
		*r = db_get_text(q, 0, 0);
	return rc;
}

enum rc token_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
		   const char *purpose, bool use, int64_t *account_r, const char **data_r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, use ? STMT_TOKEN_USE : STMT_TOKEN_PEEK, &q,
			    db_bytes(hash, HASH_BYTES), db_text(purpose));

	if (rc != RC_OK)
		return rc;
	if (db_nrows(q) == 0)
		return RC_NOTFOUND;
	*account_r = db_get_i64(q, 0, 0);
	*data_r = db_get_text(q, 0, 1);
	return RC_OK;
}

enum rc audit_write(struct db *db, const struct audit_row *r)
{
	return db_run(db, NULL, STMT_AUDIT_ADD, NULL, db_text(r->door), db_text(r->act),
		      db_id(r->actor), db_id(r->list), db_id(r->thread), db_id(r->post),
		      db_id(r->subject), db_bytes(r->digest, HASH_BYTES),
		      db_bytes(r->salt, sizeof(r->salt)), db_text(r->before), db_text(r->after),
		      db_text(r->why));
}

enum rc account_place_write(struct db *db, int64_t account, bool hide_address, const char *zone)
{
	return db_run(db, NULL, STMT_ACCOUNT_PLACE, NULL, db_i64(account), db_bool(hide_address),
		      db_text(zone));
}

enum rc account_hidden_read(struct db *db, struct arena *a, int64_t account, bool *r)
{
	struct db_rows *q;
	enum rc rc = db_run(db, a, STMT_ACCOUNT_HIDDEN, &q, db_i64(account));

	*r = rc == RC_OK && db_nrows(q) > 0 && db_get_bool(q, 0, 0);
	return rc;
}
