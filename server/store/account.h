/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of accounts, sessions, tokens and the audit log. */
#ifndef CABILDO_STORE_ACCOUNT_H
#define CABILDO_STORE_ACCOUNT_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"

struct db;

struct session_row {
	int64_t account;
	const char *name, *addr, *locale, *theme, *time_zone;
	bool admin, moderates;
	int utc_offset, held;
};
enum rc session_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
		     struct session_row *r) MUST_USE;
enum rc session_write(struct db *db, const unsigned char hash[HASH_BYTES], int64_t account,
		      int days, const char *device) MUST_USE;
enum rc session_delete(struct db *db, const unsigned char hash[HASH_BYTES]) MUST_USE;

struct account_row {
	int64_t id, address;
	const char *name, *locale, *password_hash; /* "" where there is none */
};
enum rc account_read(struct db *db, struct arena *a, const char *addr,
		     struct account_row *r) MUST_USE;
/* Whose address it is, and whether it is verified; RC_NOTFOUND. */
enum rc account_verified_read(struct db *db, struct arena *a, const char *addr, int64_t *account_r,
			      bool *verified_r) MUST_USE;
enum rc account_prefs_write(struct db *db, int64_t account, const char *locale,
			    const char *theme) MUST_USE;
enum rc account_place_write(struct db *db, int64_t account, bool hide_address,
			    const char *zone) MUST_USE;
enum rc account_hidden_read(struct db *db, struct arena *a, int64_t account, bool *r) MUST_USE;
enum rc account_password_write(struct db *db, int64_t account, const char *hash) MUST_USE;
enum rc address_verified_write(struct db *db, const char *addr) MUST_USE;

enum rc token_write(struct db *db, const unsigned char hash[HASH_BYTES], const char *purpose,
		    int64_t account, const char *data, int minutes) MUST_USE;
/* Whether there are so many that one more waits: see token_recent. */
enum rc tokens_recent_read(struct db *db, struct arena *a, int64_t account, const char *purpose,
			   bool *yes_r) MUST_USE;
/* One more link asked for by that client; how many it makes in 15 minutes. */
enum rc signin_link_count_write(struct db *db, struct arena *a, const unsigned char client[HASH_BYTES],
				int64_t *n_r) MUST_USE;
/* What it is for; RC_NOTFOUND where it is unknown, used or expired. */
enum rc token_purpose_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
			   const char **r) MUST_USE;
/* use: once; RC_NOTFOUND where it is unknown, used or expired. */
enum rc token_read(struct db *db, struct arena *a, const unsigned char hash[HASH_BYTES],
		   const char *purpose, bool use, int64_t *account_r, const char **data_r) MUST_USE;

/* stopped_r: as many as tries (or client_tries) were tried in 15 minutes; place_r:
 * one of the site's two places for argon2 is held until the commit. */
enum rc signin_gate_read(struct db *db, struct arena *a, const unsigned char addr[HASH_BYTES],
			 const unsigned char client[HASH_BYTES], int tries, int client_tries,
			 bool *stopped_r, bool *place_r) MUST_USE;
enum rc signin_failed_write(struct db *db, const unsigned char addr[HASH_BYTES],
			    const unsigned char client[HASH_BYTES]) MUST_USE;
enum rc signin_forgive_write(struct db *db, const unsigned char addr[HASH_BYTES]) MUST_USE;

struct audit_row {
	const char *door, *act, *before, *after, *why;
	int64_t actor, list, thread, post, subject;
	unsigned char salt[16], digest[HASH_BYTES];
};
enum rc audit_write(struct db *db, const struct audit_row *r) MUST_USE;

#endif
