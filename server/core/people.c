/* SPDX-License-Identifier: Apache-2.0 */
/* See people.h. */
#include "server/core/audit.h"
#include "server/core/owner.h"
#include "server/core/people.h"

#include "server/base/base.h"

enum rc people_find(struct unit *u, const char *part, int64_t before, struct people_row **r,
		    size_t *n_r)
{
	if (!office_admin(u))
		return RC_DENIED;
	return people_read(u->db, u->arena, *part ? part : NULL, before, PEOPLE_PER_PAGE + 1, r, n_r);
}

enum rc people_load(struct unit *u, int64_t id, struct people_row *r, struct people_fact **f,
		    size_t *n_r)
{
	enum rc rc = office_admin(u) ? people_one_read(u->db, u->arena, id, r) : RC_DENIED;

	return rc == RC_OK ? people_facts_read(u->db, u->arena, id, f, n_r) : rc;
}

static enum rc lock(struct unit *u, int64_t id, const char **group_r)
{
	int64_t sessions;
	struct owned *o;
	size_t n;
	enum rc rc = owner_only_of(u, id, &o, &n);

	if (rc != RC_OK)
		return rc;
	if (n > 0) {
		*group_r = o[0].title;
		return RC_CONFLICT;
	}
	rc = people_lock_write(u->db, u->arena, id, true);
	return rc == RC_OK ? people_signout_write(u->db, u->arena, id, &sessions) : rc;
}

enum rc people_act(struct unit *u, int64_t id, enum people_act act, const char **group_r)
{
	static const struct {
		const char *act, *after;
	} say[] = {
		[PEOPLE_ADMIN] = { "account.admin", "on" },   [PEOPLE_NO_ADMIN] = { "account.admin", "off" },
		[PEOPLE_LOCK] = { "account.lock", "locked" }, [PEOPLE_UNLOCK] = { "account.lock", "open" },
		[PEOPLE_SIGNOUT] = { "account.signout", "" },
	};
	struct people_row p;
	int64_t sessions;
	enum rc rc = office_admin(u) ? people_one_read(u->db, u->arena, id, &p) : RC_DENIED;

	*group_r = "";
	if (rc != RC_OK)
		return rc;
	switch (act) {
	case PEOPLE_ADMIN:
	case PEOPLE_NO_ADMIN:
		rc = people_admin_write(u->db, u->arena, id, act == PEOPLE_ADMIN);
		break;
	case PEOPLE_LOCK:
		rc = lock(u, id, group_r);
		break;
	case PEOPLE_UNLOCK:
		rc = people_lock_write(u->db, u->arena, id, false);
		break;
	case PEOPLE_SIGNOUT:
		rc = people_signout_write(u->db, u->arena, id, &sessions);
		break;
	}
	if (rc != RC_OK)
		return rc;
	return audit(u, &(struct audit_entry){
				.act = say[act].act, .subject = id, .after = say[act].after });
}
