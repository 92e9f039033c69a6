/* SPDX-License-Identifier: Apache-2.0 */
/* What the administrator does: groups, members, the state of the site. In a transaction. */
#ifndef CABILDO_CORE_ADMIN_H
#define CABILDO_CORE_ADMIN_H

#include "server/core/unit.h"

struct list_new {
	const char *name, *title, *description, *lang, *visibility;
	bool footer;
};
enum rc list_create(struct unit *u, const struct list_new *l) MUST_USE;

struct list_line {
	const char *name, *domain, *title, *visibility, *posting;
	int64_t members, threads, posts;
	bool archived;
};
enum rc lists_all(struct unit *u, struct list_line **r, size_t *n_r) MUST_USE;

struct member_new {
	const char *list, *addr, *name, *role, *delivery, *locale, *country, *organisation;
};
/* Makes the account where the address is unknown. RC_CONFLICT: is a member already. */
enum rc member_create(struct unit *u, const struct member_new *m) MUST_USE;
/* What a member may choose too, as `cabildo member set` takes it. */
#define MEMBER_SETTINGS 8
#define MEMBER_ROLE	7
extern const char *const member_setting_names[MEMBER_SETTINGS];
/* value[i] NULL leaves setting i as it is. */
enum rc member_settings_set(struct unit *u, const char *list, const char *addr,
			    const char *const value[MEMBER_SETTINGS]) MUST_USE;
/* RC_CONFLICT: the last owner stays. */
enum rc member_delete(struct unit *u, const char *list, const char *addr) MUST_USE;

struct member_line {
	const char *addr, *name, *role, *delivery, *country, *organisation;
};
enum rc members_all(struct unit *u, const char *list, struct member_line **r, size_t *n_r) MUST_USE;

/* Somebody who belongs to no group yet. RC_CONFLICT: the address is somebody's already;
 * RC_INVALID: none that mail goes to, no name of 1 to 150 characters, or no language of ours. */
enum rc account_new(struct unit *u, const char *addr, const char *name, const char *locale,
		    bool admin) MUST_USE;

enum rc account_admin_set(struct unit *u, const char *addr, bool on) MUST_USE;

struct site_status {
	int64_t schema, lists, posts, accounts, outbound, outbound_oldest, holds, quarantined;
	int64_t identity_open, identity_proven; /* groups that ask for no proof, and that do */
};
enum rc site_status(struct unit *u, struct site_status *r) MUST_USE;

/* A mail address as we keep it: lower case; NULL where it is none. */
const char *addr_clean(struct arena *a, const char *addr);
/* The same for where we are to write: NULL also where that needs SMTPUTF8 (RFC 6531),
 * letters outside ASCII, which no copy of ours has. */
const char *addr_reachable(struct arena *a, const char *addr);

#endif
