/* SPDX-License-Identifier: Apache-2.0 */
/* One row in audit, its personal part apart under a salted digest. */
#include "server/core/audit.h"
#include "server/core/seal.h"
#include "server/store/account.h"

#include "server/base/base.h"

static const char *const doors[] = { "web", "email", "cli", "system" };

enum rc audit(struct unit *u, const struct audit_entry *e)
{
	struct audit_row r = {
		.door = doors[u->door],
		.act = e->act,
		.actor = u->actor.account,
		.list = e->list,
		.thread = e->thread,
		.post = e->post,
		.subject = e->subject,
		.before = e->before ? e->before : "",
		.after = e->after ? e->after : "",
		.why = e->why ? e->why : "",
	};

	rnd_bytes(r.salt, sizeof(r.salt));
	audit_digest(u->arena, slice_make((const char *)r.salt, sizeof(r.salt)), r.before, r.after,
		     r.why, r.digest);
	return audit_write(u->db, &r);
}
