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

static void entry_hash(struct unit *u, const struct seal_row *e,
		       unsigned char hash_r[static HASH_BYTES])
{
	struct str s;

	str_init(&s, u->arena, 65536);
	str_add(&s, hash_r, HASH_BYTES);
	str_fmt(&s, "%lld|%lld|%s|%s|%lld|%lld|%lld|%lld|%lld|", (long long)e->id, (long long)e->at,
		e->door, e->act, (long long)e->actor, (long long)e->list, (long long)e->thread,
		(long long)e->post, (long long)e->subject);
	str_adds(&s, e->digest);
	hash_bytes(s.p, s.n, hash_r);
}

enum rc house_seal(struct unit *u, int64_t *sealed_r)
{
	unsigned char hash[HASH_BYTES];
	struct seal_row *e;
	size_t n = 0;
	int64_t last;
	enum rc rc = house_begin(u, HOUSE_SEAL);

	*sealed_r = 0;
	if (rc != RC_OK)
		return rc == RC_CONFLICT ? RC_OK : rc;
	rc = seal_last_read(u->db, u->arena, &last, hash);
	if (rc == RC_OK)
		rc = seal_next_read(u->db, u->arena, last, &e, &n);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		entry_hash(u, &e[i], hash);
		rc = seal_write(u->db, e[i].id, hash);
	}
	if (rc != RC_OK) {
		unit_abort(u);
		return rc;
	}
	*sealed_r = (int64_t)n;
	return unit_commit(u);
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
