/* SPDX-License-Identifier: Apache-2.0 */
/* Who was invited to a group; see sql/invite.sql. */
#ifndef CABILDO_STORE_INVITE_H
#define CABILDO_STORE_INVITE_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

struct invite_group {
	int64_t list;
	const char *name, *title, *domain, *lang, *invites;
	bool shut;         /* nobody can join any more */
	const char *role;  /* of who asks, or "" */
	const char *asker; /* their name, or "" */
};
/* RC_NOTFOUND: no such list, or not to be seen. */
enum rc invite_group_read(struct db *db, struct arena *a, int64_t account, bool admin,
			  const char *list, struct invite_group *r) MUST_USE;

struct invite_look { /* in the order of the addresses */
	const char *addr;
	int64_t account; /* 0: nobody we know */
	const char *name, *locale;
	bool closed, member, banned, waits, declined;
};
enum rc invite_look_read(struct db *db, struct arena *a, int64_t list, const char *const *addrs,
			 size_t n, int quiet_days, struct invite_look **r, size_t *n_r) MUST_USE;
enum rc invite_today_read(struct db *db, struct arena *a, int64_t account, int64_t *n_r) MUST_USE;

struct invite_row {
	int64_t id, list;
	const char *list_name, *title, *domain, *description;
	const char *addr, *name, *locale, *note;
	int64_t by;
	const char *by_name;
	int64_t made_at, sent_at, reminded_at, expires_at, ended_at;
	const char *outcome, *failure;
	int64_t sends;
	bool open; /* neither ended nor past its time */
	bool shut; /* the group: nobody can join any more */
};
/* Of *i: list, addr, name, locale, note, by. RC_CONFLICT: one is open. */
enum rc invite_write(struct db *db, struct arena *a, const struct invite_row *i, int days,
		     int64_t *id_r, int64_t *expires_r) MUST_USE;
/* RC_NOTFOUND: ended, another group's, or sent today. */
enum rc invite_again_write(struct db *db, struct arena *a, int64_t id, int64_t list, int days,
			   int64_t *expires_r) MUST_USE;
enum rc invite_read(struct db *db, struct arena *a, int64_t id, struct invite_row *r) MUST_USE;
enum rc invites_read(struct db *db, struct arena *a, int64_t list, int64_t before, int limit,
		     struct invite_row **r, size_t *n_r) MUST_USE;
/* RC_NOTFOUND: ended already. */
enum rc invite_end_write(struct db *db, struct arena *a, int64_t id, const char *outcome,
			 bool never) MUST_USE;
enum rc invite_met_write(struct db *db, int64_t list, const char *addr, int64_t account) MUST_USE;
enum rc invite_bounced_write(struct db *db, int64_t id, const char *failure) MUST_USE;
enum rc invite_remind_write(struct db *db, struct arena *a, int days, int limit, int64_t **id_r,
			    size_t *n_r) MUST_USE;
struct invite_expired {
	int64_t list;
	const char *addr;
};
enum rc invite_expire_write(struct db *db, struct arena *a, int limit, struct invite_expired **r,
			    size_t *n_r) MUST_USE;

#endif
