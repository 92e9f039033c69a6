/* SPDX-License-Identifier: Apache-2.0 */
/* Who belongs to a group and who runs it; see sql/roster.sql. */
#ifndef CABILDO_STORE_ROSTER_H
#define CABILDO_STORE_ROSTER_H

#include "server/base/arena.h"
#include "server/base/rc.h"

struct db;

enum rc list_lock_write(struct db *db, int64_t list) MUST_USE;
enum rc owner_last_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			bool *last_r) MUST_USE;

struct owned {
	int64_t list;
	const char *name, *title;
};
enum rc owner_only_of_read(struct db *db, struct arena *a, int64_t account, struct owned **r,
			   size_t *n_r) MUST_USE;
/* RC_NOTFOUND: no member, or that role already. */
enum rc member_role_write(struct db *db, struct arena *a, int64_t list, int64_t account,
			  const char *role, const char **before_r) MUST_USE;

struct roster_head {
	int64_t list, members;
	const char *name, *title, *domain, *roster, *role, *join_policy, *lang, *invites; /* role: of who asks, or "" */
};
/* RC_NOTFOUND: no such list, or not to be seen. */
enum rc roster_head_read(struct db *db, struct arena *a, int64_t account, bool admin,
			 const char *list, struct roster_head *r) MUST_USE;

struct roster_row {
	int64_t account, pause_until, joined_at;
	const char *name, *role, *delivery, *addr, *country, *organisation, *key, *locale;
	bool hidden, dead; /* hidden: their address, to other members; dead: its mail comes back */
};
/* Those after (key, id); key NULL: from the start. q NULL: all. addresses: q looks into hidden
 * ones too. */
enum rc roster_read(struct db *db, struct arena *a, int64_t list, bool addresses, const char *key,
		    int64_t id, const char *q, int limit, struct roster_row **r,
		    size_t *n_r) MUST_USE;
/* RC_NOTFOUND: it is so already. */
enum rc roster_set_write(struct db *db, struct arena *a, int64_t list, const char *who) MUST_USE;

struct roster_member {
	int64_t subscription;
	const char *role, *delivery, *name, *addr, *locale;
};
enum rc roster_member_read(struct db *db, struct arena *a, int64_t list, int64_t account,
			   struct roster_member *r) MUST_USE;

struct plan_person { /* account 0: nobody we know; role "": no member */
	int64_t account;
	const char *addr, *name, *role, *delivery;
	bool banned;
};
enum rc plan_people_read(struct db *db, struct arena *a, int64_t list, const char *const *addrs,
			 size_t n, struct plan_person **r, size_t *n_r) MUST_USE;
enum rc plan_members_read(struct db *db, struct arena *a, int64_t list, struct plan_person **r,
			  size_t *n_r) MUST_USE;

#endif
