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

enum rc house_expire(struct unit *u, int64_t *rows_r)
{
	enum rc rc = house_begin(u, HOUSE_EXPIRE);

	*rows_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = expire_all(u->db, u->arena, rows_r);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}

enum rc house_ledger(struct unit *u, int64_t *changes_r)
{
	enum rc rc = house_begin(u, HOUSE_LEDGER);

	*changes_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = ledger_keep(u->db, u->arena, changes_r);
	if (rc == RC_OK)
		return unit_commit(u);
	unit_abort(u);
	return rc;
}
