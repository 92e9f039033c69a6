/* SPDX-License-Identifier: Apache-2.0 */
/* See house.h. */
#include "server/core/house.h"
#include "server/store/house.h"

#include "server/base/base.h"

enum rc house_begin(struct unit *u, enum house_lock lock)
{
	enum rc rc = unit_begin_rw(u);

	if (rc == RC_OK)
		rc = house_lock(u->db, u->arena, (int)lock);
	if (rc != RC_OK)
		unit_abort(u);
	return rc;
}

static enum rc over(struct unit *u, enum rc rc)
{
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

enum rc house_expire(struct unit *u, int64_t *rows_r)
{
	enum rc rc = house_begin(u, HOUSE_EXPIRE);

	*rows_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	return over(u, expire_all(u->db, u->arena, rows_r));
}

enum rc house_ledger(struct unit *u, int64_t *changes_r)
{
	enum rc rc = house_begin(u, HOUSE_LEDGER);

	*changes_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	return over(u, ledger_keep(u->db, u->arena, changes_r));
}

enum rc house_clock_back(struct unit *u, int64_t *n_r)
{
	/* holds are most of it, and whoever is at those has this lock */
	enum rc rc = house_begin(u, HOUSE_HOLD);

	*n_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = over(u, clock_back(u->db, u->arena, n_r));
	if (rc == RC_OK)
		unit_wake(u);
	return rc;
}
