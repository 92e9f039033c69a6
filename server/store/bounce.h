/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of bounces and of the addresses they are about; see sql/bounce.sql. */
#ifndef CABILDO_STORE_BOUNCE_H
#define CABILDO_STORE_BOUNCE_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/rnd.h"

struct db;

struct bounce_row {
	int64_t address, subscription, list, post;
	unsigned char key[HASH_BYTES];
	const char *kind, *reason, *status, *rcpt, *mta, *text;
	int64_t code;
	bool probe;
};
/* RC_NOTFOUND: there is no such subscription, or address. */
enum rc bounce_target_read(struct db *db, struct arena *a, int64_t subscription, int64_t *list_r,
			   int64_t *address_r) MUST_USE;
enum rc bounce_probe_target_read(struct db *db, struct arena *a, int64_t address) MUST_USE;
/* post_r 0: none of them is known. */
enum rc bounce_post_read(struct db *db, struct arena *a, int64_t list, int64_t post,
			 const unsigned char msgid_hash[HASH_BYTES], int64_t *post_r) MUST_USE;
enum rc bounce_write(struct db *db, struct arena *a, const struct bounce_row *r, bool *new_r) MUST_USE;

struct bounce_unscored_row {
	int64_t id, subscription, list, address, account;
	const char *kind, *reason, *status, *text, *addr, *name, *locale, *title, *list_name;
	bool probe, suspended;
};
enum rc bounce_unscored_read(struct db *db, struct arena *a, struct bounce_unscored_row **r,
			     size_t *n_r) MUST_USE;
enum rc bounce_score_write(struct db *db, struct arena *a, int64_t event, const char *weight,
			   int half_life, const char *threshold, bool *over_r) MUST_USE;
/* RC_CONFLICT: it was so already. */
enum rc bounce_suspend_write(struct db *db, struct arena *a, int64_t address) MUST_USE;
enum rc bounce_complaint_write(struct db *db, struct arena *a, int64_t subscription) MUST_USE;
enum rc bounce_probe_failed_write(struct db *db, int64_t address) MUST_USE;
enum rc bounce_probe_sent_write(struct db *db, int64_t address) MUST_USE;
enum rc bounce_others_read(struct db *db, struct arena *a, int64_t account, int64_t but,
			   const char ***addr_r, size_t *n_r) MUST_USE;

struct bounce_person_row {
	int64_t address, account, list;
	const char *addr, *name, *locale, *title;
};
enum rc bounce_probes_due_read(struct db *db, struct arena *a, int days, int probes,
			       struct bounce_person_row **r, size_t *n_r) MUST_USE;
enum rc bounce_probes_good_read(struct db *db, struct arena *a, int days,
				struct bounce_person_row **r, size_t *n_r) MUST_USE;
enum rc bounce_hopeless_read(struct db *db, struct arena *a, int days, int probes,
			     struct bounce_person_row **r, size_t *n_r) MUST_USE;
struct bounce_list_row {
	int64_t list;
	const char *title, *name;
};
enum rc bounce_remove_write(struct db *db, struct arena *a, int64_t address,
			    struct bounce_list_row **r, size_t *n_r) MUST_USE;
/* account 0: whosever it is. RC_NOTFOUND: nothing is held against it. */
enum rc bounce_return_write(struct db *db, struct arena *a, const char *addr, int64_t account,
			    int64_t *account_r) MUST_USE;

struct bounce_line_row {
	const char *addr, *name, *score;
	int64_t suspended_at, probes, probe_at, event, at, code;
	const char *kind, *reason, *status, *rcpt, *mta, *text;
	const char *delivery; /* of a list's; the list's name of an address's */
	bool probe;
};
enum rc bounces_list_read(struct db *db, struct arena *a, const char *list, int64_t before, int max,
			  int half_life, struct bounce_line_row **r, size_t *n_r) MUST_USE;
enum rc bounces_address_read(struct db *db, struct arena *a, const char *addr, int half_life,
			     struct bounce_line_row **r, size_t *n_r) MUST_USE;

struct bounce_mine_row {
	const char *addr, *text;
	int64_t suspended_at;
};
enum rc bounces_mine_read(struct db *db, struct arena *a, int64_t account,
			  struct bounce_mine_row **r, size_t *n_r) MUST_USE;


#endif
