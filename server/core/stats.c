/* SPDX-License-Identifier: Apache-2.0 */
/* See stats.h. */
#include "server/core/forum.h"
#include "server/core/house.h"
#include "server/core/stats.h"

#include "server/base/base.h"

enum rc stats_load(struct unit *u, const char *list, struct stats *r)
{
	bool runs;
	enum rc rc;

	*r = (struct stats){ .nweeks = 0 };
	if (list == NULL) {
		rc = office_check(u, NULL, OFFICE_ADMIN, &r->group);
	} else {
		rc = group_find(u, list, &r->group);
		if (rc == RC_OK && !r->group.member && !office_admin(u))
			rc = RC_DENIED;
	}
	runs = r->group.moderator || office_admin(u);
	if (rc == RC_OK)
		rc = stat_weeks_read(u->db, u->arena, r->group.id, &r->weeks, &r->nweeks);
	if (rc == RC_OK)
		rc = stat_people_read(u->db, u->arena, r->group.id, &r->members, &r->wrote,
				      &r->waiting);
	if (rc == RC_OK)
		rc = stat_decisions_read(u->db, u->arena, r->group.id, &r->decided, &r->ndecided);
	if (rc == RC_OK && runs)
		rc = stat_domains_read(u->db, u->arena, r->group.id, &r->domains, &r->ndomains);
	return rc;
}

enum rc house_stats(struct unit *u, int64_t *rows_r)
{
	enum rc rc = house_begin(u, HOUSE_STATS);

	*rows_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = stat_weeks_write(u->db, u->arena, rows_r);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}
