/* SPDX-License-Identifier: Apache-2.0 */
/* See office.h. */
#include "server/core/office.h"

#include "server/base/base.h"

bool office_admin(const struct unit *u)
{
	return u->door == DOOR_CLI || u->door == DOOR_SYSTEM || u->actor.admin;
}

enum rc office_check(struct unit *u, const char *list, enum office need, struct group *g_r)
{
	struct reader who = { u->actor.account, office_admin(u) };
	enum rc rc;

	*g_r = (struct group){ .name = "" };
	if (list == NULL || *list == '\0')
		return who.admin ? RC_OK : RC_DENIED;
	rc = group_read(u->db, u->arena, who, list, g_r);
	if (rc != RC_OK || who.admin)
		return rc;
	if (need == OFFICE_ADMIN)
		return RC_DENIED;
	return (need == OFFICE_OWNER ? g_r->owner : g_r->moderator) ? RC_OK : RC_DENIED;
}
