/* SPDX-License-Identifier: Apache-2.0 */
/* Subscriptions and requests to join; see sql/member.sql. */
#ifndef CABILDO_STORE_MEMBER_H
#define CABILDO_STORE_MEMBER_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

/* Who somebody is to a group. account 0: nobody we know; subscription 0: no member. */
struct membership {
	int64_t list;
	const char *list_name, *domain, *title, *lang, *join_policy;
	bool list_closed;
	int64_t account;
	const char *name, *locale; /* of the person */
	bool account_closed;
	int64_t address;
	const char *addr;
	int64_t subscription;
	const char *role, *delivery;
	bool paused;
	int64_t pause_until;
	const char *copies_to; /* the address that gets the copies */
	int64_t joined_at;
	int utc_offset; /* minutes, of the person */
	bool banned;    /* addr, here */
	bool invited;   /* to the group, at one of their addresses; it holds */
};
/* addr NULL, account 0, subscription 0: not by that. list 0: that of the subscription. */
enum rc membership_read(struct db *db, struct arena *a, int64_t list, const char *addr,
			int64_t account, int64_t subscription, struct membership *r) MUST_USE;
enum rc list_id_read(struct db *db, struct arena *a, const char *name, int64_t *id_r) MUST_USE;

/* RC_CONFLICT: a member already. */
enum rc member_join_write(struct db *db, struct arena *a, int64_t list, int64_t account,
			  int64_t address, const char *source, int64_t *subscription_r) MUST_USE;
/* RC_CONFLICT: the last owner, or gone already. */
enum rc member_leave_write(struct db *db, struct arena *a, int64_t subscription) MUST_USE;
/* until 0: no pause; from 0: at once. */
enum rc member_pause_write(struct db *db, int64_t subscription, int64_t from,
			   int64_t until) MUST_USE;
enum rc member_delivery_write(struct db *db, int64_t subscription, const char *delivery) MUST_USE;
enum rc member_follow_write(struct db *db, int64_t thread, int64_t account,
			    const char *mode) MUST_USE;
enum rc member_thread_read(struct db *db, struct arena *a, int64_t thread, int64_t list,
			   int64_t *thread_r, const char **subject_r) MUST_USE;

struct member_fact {
	bool group; /* else an address */
	const char *what, *role, *delivery;
	int64_t at;
};
enum rc member_data_read(struct db *db, struct arena *a, int64_t account, struct member_fact **r,
			 size_t *n_r) MUST_USE;

struct join_request {
	int64_t id, asked_at;
	const char *addr, *name, *locale, *source;
};
/* id_r 0: it waits already. */
enum rc join_request_write(struct db *db, struct arena *a, int64_t list,
			   const struct join_request *j, int64_t *id_r) MUST_USE;
enum rc join_requests_read(struct db *db, struct arena *a, int64_t list, struct join_request **r,
			   size_t *n_r) MUST_USE;
/* RC_NOTFOUND: none open of this id in this list. */
enum rc join_request_decide_write(struct db *db, struct arena *a, int64_t list, int64_t id,
				  const char *decision, int64_t by, struct join_request *r) MUST_USE;

#endif
