/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of devices (session) and of the second step (account, token). */
#ifndef CABILDO_STORE_SECURITY_H
#define CABILDO_STORE_SECURITY_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"

struct db;

struct device {
	const char *id;     /* to end it: 64 hex digits */
	const char *agent;  /* as the browser calls itself */
	int64_t since, until;
	bool here;          /* the one that asks */
};

enum rc devices_read(struct db *db, struct arena *a, int64_t account,
		     const unsigned char here[HASH_BYTES], struct device **r, size_t *n_r) MUST_USE;
/* id: hex of the hash. RC_NOTFOUND. */
enum rc device_delete(struct db *db, struct arena *a, int64_t account, const char *id) MUST_USE;
enum rc devices_delete(struct db *db, int64_t account, const unsigned char but[HASH_BYTES]) MUST_USE;

struct safety_row {
	const char *password_hash, *sealed; /* "" where there is none */
	bool fresh;
	int64_t codes;
};
enum rc safety_read(struct db *db, struct arena *a, int64_t account,
		    const unsigned char session[HASH_BYTES], int minutes,
		    struct safety_row *r) MUST_USE;

struct second_row {
	const char *sealed; /* "" where no second step is wanted */
	int64_t step;       /* the last one that was used */
};
enum rc second_read(struct db *db, struct arena *a, int64_t account, struct second_row *r) MUST_USE;
enum rc second_write(struct db *db, int64_t account, const char *sealed, int64_t step) MUST_USE;
/* RC_DENIED: somebody used a later one meanwhile. */
enum rc second_step_write(struct db *db, struct arena *a, int64_t account,
			  int64_t step) MUST_USE;
enum rc recovery_delete(struct db *db, int64_t account) MUST_USE;

#endif
