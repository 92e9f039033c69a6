/* SPDX-License-Identifier: Apache-2.0 */
/* A person's addresses; see sql/person.sql. */
#ifndef CABILDO_STORE_PERSON_H
#define CABILDO_STORE_PERSON_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct own_address {
	const char *addr;
	bool primary, verified, suspended;
	const char *groups; /* titles, one a line, whose copies go there; "" */
};
enum rc addresses_read(struct db *db, struct arena *a, int64_t account, struct own_address **r,
		       size_t *n_r) MUST_USE;

struct own_pending { /* asked for, and not confirmed yet */
	const char *addr;
	int64_t until;
};
enum rc addresses_pending_read(struct db *db, struct arena *a, int64_t account,
			       struct own_pending **r, size_t *n_r) MUST_USE;
enum rc addresses_asked_read(struct db *db, struct arena *a, int64_t account,
			     int64_t *n_r) MUST_USE;

struct person_row {
	int64_t id, list; /* list: some group of theirs, or 0 */
	const char *name, *locale, *addr;
};
/* RC_NOTFOUND: no such account, or it is closed. */
enum rc person_read(struct db *db, struct arena *a, int64_t account, struct person_row *r) MUST_USE;

/* RC_CONFLICT: somebody has it, or the account has max already. */
enum rc address_write(struct db *db, struct arena *a, int64_t account, const char *addr,
		      int max) MUST_USE;
/* RC_NOTFOUND: none that can be the main one. */
enum rc address_primary_write(struct db *db, struct arena *a, int64_t account, const char *addr,
			      const char **before_r) MUST_USE;
/* RC_NOTFOUND: none of theirs, or the main one. */
enum rc address_remove_write(struct db *db, struct arena *a, int64_t account,
			     const char *addr) MUST_USE;
enum rc subscription_address_write(struct db *db, struct arena *a, int64_t account,
				   const char *list, const char *addr, int64_t *list_r) MUST_USE;

struct claim_candidate {
	int64_t account;
	const char *name, *addr, *locale; /* addr: the main one */
	bool same_local, same_domain;
};
enum rc claim_candidates_read(struct db *db, struct arena *a, int64_t list, const char *name,
			      const char *addr, struct claim_candidate **r, size_t *n_r) MUST_USE;
enum rc claim_asked_read(struct db *db, struct arena *a, int64_t account, const char *addr,
			 bool *asked_r) MUST_USE;

struct claim_row {
	int64_t hold, held_at;
	const char *list_title, *list_name, *subject, *addr, *name;
	bool decided, proven;
};
enum rc claim_hold_read(struct db *db, struct arena *a, int64_t hold, struct claim_row *r) MUST_USE;

struct claim_done {
	int64_t hold, list;
	bool approved;
};
enum rc claim_waiting_write(struct db *db, struct arena *a, int64_t account, const char *addr,
			    int64_t hold, struct claim_done **r, size_t *n_r) MUST_USE;

#endif
