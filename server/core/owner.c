/* SPDX-License-Identifier: Apache-2.0 */
/* See owner.h. */
#include "server/core/audit.h"
#include "server/core/owner.h"

#include "server/base/base.h"

enum rc owner_guard(struct unit *u, int64_t list, int64_t account)
{
	bool last = false;
	/* two statements: the second sees what was committed while the first waited */
	enum rc rc = list_lock_write(u->db, list);

	if (rc == RC_OK)
		rc = owner_last_read(u->db, u->arena, list, account, &last);
	return rc == RC_OK && last ? RC_CONFLICT : rc;
}

enum rc owner_only_of(struct unit *u, int64_t account, struct owned **r, size_t *n_r)
{
	return owner_only_of_read(u->db, u->arena, account, r, n_r);
}

enum rc owner_role_set(struct unit *u, int64_t list, int64_t account, const char *role)
{
	const char *before = "";
	enum rc rc = RC_OK;

	if (strcmp(role, "member") != 0 && strcmp(role, "moderator") != 0 &&
	    strcmp(role, "owner") != 0)
		return RC_INVALID;
	if (strcmp(role, "owner") != 0)
		rc = owner_guard(u, list, account);
	if (rc == RC_OK)
		rc = member_role_write(u->db, u->arena, list, account, role, &before);
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){ .act = "member.role",
					       .list = list,
					       .subject = account,
					       .before = before,
					       .after = role });
}
